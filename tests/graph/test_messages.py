"""Errors name the operation, both shapes or types, and the user's line that made it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest

import penstock as tf


@pytest.fixture(autouse=True)
def fresh_graph() -> Any:
    with tf.Graph().as_default():
        yield


def this_line() -> int:
    frame = inspect.currentframe()
    assert frame is not None and frame.f_back is not None
    return frame.f_back.f_lineno


def test_an_unfed_placeholder() -> None:
    x = tf.placeholder(tf.float32, [None, 3], name="images")
    line = this_line() - 1
    y = tf.reduce_sum(x)
    with tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError) as caught:
        session.run(y)
    text = str(caught.value)
    assert (
        "You must feed a value for placeholder tensor 'images' with dtype float and shape [?,3]"
        in text
    )
    assert f"line {line}" in text and 'name="images"' in text
    assert caught.value.op is x.op


def test_shapes_that_never_fit_name_both_and_the_operation() -> None:
    x, y = tf.zeros([2, 3]), tf.zeros([4, 5])
    with pytest.raises(ValueError) as caught:
        tf.matmul(x, y, name="product")
    assert str(caught.value).startswith(
        "Dimensions must be equal, but are 3 and 4 for 'product' (op: 'MatMul') with input shapes: "
        "[2,3], [4,5]."
    )


def test_shapes_that_do_not_fit_in_a_run() -> None:
    x, y = tf.placeholder(tf.float32), tf.placeholder(tf.float32)
    total = tf.add(x, y, name="total")
    line = this_line() - 1
    with tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError) as caught:
        session.run(total, {x: [1.0, 2.0], y: [1.0, 2.0, 3.0]})
    text = str(caught.value)
    assert "[2]" in text and "[3]" in text and "total" in text
    assert f"line {line}" in text and "tf.add(x, y" in text


def test_an_uninitialized_variable() -> None:
    v = tf.Variable(1.0, name="weight")
    line = this_line() - 1
    with tf.Session() as session, pytest.raises(tf.errors.FailedPreconditionError) as caught:
        session.run(v * 2.0)
    assert "Attempting to use uninitialized value weight" in str(caught.value)
    assert f"line {line}" in str(caught.value)


@pytest.mark.parametrize(
    ("call", "kind", "words"),
    [
        (
            lambda x, i: x + i,
            TypeError,
            "Input 'y' of 'AddV2' Op has type int32 that does not match type float32 of argument "
            "'x'.",
        ),
        (lambda x, i: tf.sqrt(i), TypeError, "has DataType int32 not in list of allowed values"),
        (lambda x, i: tf.constant(1.5, tf.int32), TypeError, "Expected int32, got 1.5 of type"),
        (
            lambda x, i: tf.convert_to_tensor(x, tf.int32),
            ValueError,
            "Tensor conversion requested dtype int32 for Tensor with dtype float32",
        ),
    ],
)
def test_types(call: Callable[[Any, Any], Any], kind: type, words: str) -> None:
    x, i = tf.placeholder(tf.float32, [2]), tf.placeholder(tf.int32, [2])
    with pytest.raises(kind) as caught:
        call(x, i)
    assert words in str(caught.value)


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(
        AttributeError, match=r"^tf\.nn\.reluu is not in Penstock .*tf\.nn\.relu\.$"
    ):
        tf.nn.reluu  # noqa: B018
    with pytest.raises(AttributeError, match=r"tf\.train\.AdamOptimiser.*tf\.train\.AdamOptimizer"):
        tf.train.AdamOptimiser  # noqa: B018


def test_an_operation_that_fails_to_build_leaves_no_trace() -> None:
    x = tf.placeholder(tf.float32, [2, 3])
    version = tf.get_default_graph().version
    with pytest.raises(ValueError):
        tf.matmul(x, x)
    with pytest.raises(ValueError):
        tf.identity(x, name="a bad name")
    assert tf.get_default_graph().version == version
    assert x.consumers() == []
