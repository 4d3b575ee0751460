"""Variables make TensorFlow's operations and behave as TensorFlow's."""

from __future__ import annotations

import pytest
from golden_snippets import snippet_tests

import penstock as tf

test_snippets = snippet_tests("variables")


def test_cached_reads_see_updates_they_come_after() -> None:
    v = tf.Variable(1.0)
    with tf.control_dependencies([v.assign_add(1.0)]):
        doubled = v * 2.0
        copied = tf.identity(v)
    unordered = v * 3.0
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        assert sess.run(unordered) == 3.0
        assert sess.run(doubled) == 4.0
        assert sess.run(copied) == 3.0


def test_failed_run_keeps_the_old_values() -> None:
    v = tf.Variable([1.0, 2.0])
    index = tf.placeholder(tf.int32, [])
    changed = v.assign_add([1.0, 1.0])
    with tf.control_dependencies([changed]):
        scattered = tf.scatter_add(v, [index], [1.0])
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        with pytest.raises(tf.errors.InvalidArgumentError, match="is not in \\[0, 2\\)"):
            sess.run(scattered, {index: 2})
        assert sess.run(v).tolist() == [1.0, 2.0]
        sess.run(scattered, {index: 1})
        assert sess.run(v).tolist() == [2.0, 4.0]


def test_assign_of_another_shape_without_validation() -> None:
    v = tf.Variable(tf.placeholder_with_default([[1.0]], [None, None]), validate_shape=False)
    grown = tf.assign(v, tf.zeros([2, 3]), validate_shape=False)
    checked = tf.assign(v, tf.placeholder_with_default([[1.0]], [None, None]))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        assert sess.run(v).shape == (1, 1)
        sess.run(grown)
        assert sess.run(v).shape == (2, 3)
        with pytest.raises(tf.errors.InvalidArgumentError, match="shapes of both tensors to match"):
            sess.run(checked)


def test_old_names() -> None:
    v = tf.Variable(1.0)
    assert tf.all_variables() == [v]
    assert tf.initialize_all_variables().type == "NoOp"
    assert tf.initialize_local_variables().type == "NoOp"
    assert tf.initialize_variables([v]).type == "NoOp"
    zeros = tf.zeros_initializer([2], tf.int32)
    assert zeros.dtype == tf.int32 and zeros.shape == [2]
    with tf.variable_scope("s", True) as scope:  # The second argument was `reuse` once.
        assert scope.reuse is True
