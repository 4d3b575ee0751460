"""What people get wrong: the class and the first line of each error are TensorFlow 1.15.5's."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from golden_snippets import snippet_tests

import penstock as tf

test_mistakes = snippet_tests("mistakes")


def in_a_run(x: Any, y: Any) -> dict[str, Callable[[], Any]]:
    """Functions of one line each that make an operation which fails when it runs."""
    i = tf.cast(x[:1], tf.int32)
    return {
        "add": lambda: x + y,
        "matmul": lambda: tf.matmul(x, y),
        "concat": lambda: tf.concat([x, tf.expand_dims(y, 0)], 0),
        "reshape": lambda: tf.reshape(x, [7]),
        "gather": lambda: tf.gather(y, i + 9),
        "check": lambda: tf.check_numerics(tf.log(-x), "bad"),
        "assert": lambda: tf.Assert(tf.reduce_all(x > 5), [x]),
        "py_func": lambda: tf.py_func(lambda v: v[9], [x], tf.float32),
        "split": lambda: tf.split(x, 7),
        "uninitialized": lambda: tf.Variable(1.0, name="v") + 1.0,
        "placeholder": lambda: tf.placeholder(tf.float32, name="unfed"),
        "labels": lambda: tf.nn.sparse_softmax_cross_entropy_with_logits(
            labels=i + 9, logits=[[1.0]]
        ),
        "inverse": lambda: tf.matrix_inverse(tf.zeros([2, 2]) * x[0]),
        "string": lambda: tf.string_to_number(tf.as_string(x) + "a"),
    }


@pytest.mark.parametrize("name", in_a_run(np.zeros(1), None))
def test_the_line_that_made_the_operation_is_shown(name: str) -> None:
    x, y = tf.placeholder(tf.float32), tf.placeholder(tf.float32)
    make = in_a_run(x, y)[name]
    lines, first = inspect.getsourcelines(in_a_run)
    line = first + next(n for n, text in enumerate(lines) if f'"{name}":' in text)
    fetch = make()
    with tf.Session() as session, pytest.raises(tf.errors.OpError) as caught:
        session.run(fetch, {x: [1.0, 2.0], y: [1.0, 2.0, 3.0]})
    text = str(caught.value)
    assert f"line {line}" in text and "test_mistakes.py" in text, text
    assert "jax" not in text.lower()
