"""Assertions, Python functions, custom gradients, and state in conditionals and loops."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from golden_cases import case_tests

import penstock as tf

test_cases = case_tests("checks")


def test_assert_message() -> None:
    x = tf.placeholder(tf.float32, [2], name="x")
    with tf.control_dependencies([tf.assert_positive(x, message="why")]):
        y = tf.identity(x)
    with tf.Session() as sess, pytest.raises(tf.errors.InvalidArgumentError) as caught:
        sess.run(y, {x: [1.0, -0.5]})
    assert caught.value.message == (
        "assertion failed: [why] [Condition x > 0 did not hold element-wise:] [x (x:0) = ] [1 -0.5]"
    )


def test_failed_assertion_keeps_variables() -> None:
    v = tf.Variable(1.0)
    limit = tf.placeholder(tf.float32, [])
    with tf.control_dependencies([tf.assert_less(v, limit)]):
        step = tf.assign_add(v, 1.0)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        sess.run(step, {limit: 5.0})
        with pytest.raises(tf.errors.InvalidArgumentError):
            sess.run(step, {limit: 0.0})
        assert sess.run(v) == 2.0


def test_print_first_n(capfd: pytest.CaptureFixture[str]) -> None:
    x = tf.constant([[1.0, 2.5, 3.0, 4.0]])
    y = tf.Print(x, [x, tf.constant("a")], message="got: ", first_n=2, summarize=3)
    with tf.Session() as sess:
        for _ in range(3):
            sess.run(y)
    assert capfd.readouterr().err == "got: [[1 2.5 3...]...][a]\n" * 2


def test_print_v2(capfd: pytest.CaptureFixture[str]) -> None:
    x = tf.range(10)
    printed = [
        tf.print("x is", x, {"a": x[0]}, 3),
        tf.print(x, output_stream=sys.stdout, summarize=-1, sep="|", end="!"),
        tf.print(tf.constant("plain")),
    ]
    with tf.Session() as sess:
        for op in printed:
            sess.run(op)
    out, err = capfd.readouterr()
    assert err == "x is [0 1 2 ... 7 8 9] {'a': 0} 3\nplain\n"
    assert out == "[0 1 2 3 4 5 6 7 8 9]!"


def test_print_v2_refuses_unknown_stream() -> None:
    with pytest.raises(ValueError, match="Unsupported output stream"):
        tf.print(tf.constant(1), output_stream=3)


def test_py_func_result_is_not_shared() -> None:
    kept = np.zeros(2, np.float32)

    def count() -> np.ndarray:
        kept[:] += 1
        return kept

    y = tf.py_func(count, [], tf.float32)
    with tf.Session() as sess:
        first = sess.run(y)
        sess.run(y)
    np.testing.assert_array_equal(first, [1, 1])


def test_py_function_gives_values_with_numpy_method() -> None:
    y = tf.py_function(lambda a: a.numpy() * 2, [tf.constant([1.0, 2.0])], tf.float32)
    with tf.Session() as sess:
        np.testing.assert_array_equal(sess.run(y), [2, 4])


def test_py_func_in_a_loop() -> None:
    seen = []
    result = tf.while_loop(
        lambda i: i < 4,
        lambda i: tf.py_func(lambda v: (seen.append(int(v)), np.int32(v + 1))[1], [i], tf.int32),
        [tf.constant(0)],
        shape_invariants=[tf.TensorShape(None)],
    )
    with tf.Session() as sess:
        assert sess.run(result) == 4
    assert seen == [0, 1, 2, 3]
