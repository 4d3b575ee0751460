"""Random operations against TensorFlow 1.15's draws, and the rules of seeds."""

from __future__ import annotations

import numpy as np
import pytest
from golden_cases import case_tests

import penstock as tf

test_cases = case_tests("random")


def test_seed_rule() -> None:
    with tf.Graph().as_default() as graph:
        assert tf.get_seed(None) == (None, None)
        assert tf.get_seed(7) == (87654321, 7)
        tf.set_random_seed(5)
        tf.constant(1)
        assert tf.get_seed(None) == (5, graph._last_id)
        assert tf.get_seed(2**31 + 3) == (5, 4)
        tf.set_random_seed(0)
        assert tf.get_seed(0) == (0, 2**31 - 1)


def test_unseeded_draws_differ() -> None:
    with tf.Graph().as_default(), tf.Session() as first, tf.Session() as second:
        x = tf.random_uniform([8])
        draws = [first.run(x), first.run(x), second.run(x)]
    assert not np.array_equal(draws[0], draws[1])
    assert not np.array_equal(draws[0], draws[2])


def test_sessions_start_over() -> None:
    with tf.Graph().as_default():
        x = tf.random_normal([4], seed=1)
        found = []
        for _ in range(2):
            with tf.Session() as sess:
                found.append([sess.run(x), sess.run(x)])
    np.testing.assert_array_equal(found[0], found[1])


def test_label_of_empty_range() -> None:
    with tf.Graph().as_default(), tf.Session() as sess:
        x = tf.random_uniform([2], tf.placeholder_with_default(5, []), 3, tf.int32)
        with pytest.raises(
            tf.errors.InvalidArgumentError, match="Need minval < maxval, got 5 >= 3"
        ):
            sess.run(x)


def test_sizes_of_small_integers() -> None:
    classes = np.array([0, 2, 1], np.uint8).max() + 1
    assert tf.truncated_normal([classes]).shape.as_list() == [3]
    assert tf.random_uniform([np.int8(2), classes]).shape.as_list() == [2, 3]
