"""``tf.contrib.layers`` and ``tf.contrib.framework`` against TensorFlow 1.15.5."""

from __future__ import annotations

import numpy as np
import pytest
from golden_snippets import snippet_tests

import penstock as tf

test_snippets = snippet_tests("contrib_layers")


def test_unit_norm() -> None:
    x = np.arange(1, 13, dtype=np.float32).reshape(2, 2, 3)
    with tf.Graph().as_default(), tf.Session() as session:
        got = session.run(tf.contrib.layers.unit_norm(tf.constant(x), 2))
    np.testing.assert_allclose(got, x / np.linalg.norm(x, axis=2, keepdims=True), 1e-5)


def test_arg_scope_needs_decorated_functions() -> None:
    with (
        pytest.raises(ValueError, match="is not decorated with @add_arg_scope"),
        tf.contrib.framework.arg_scope([tf.nn.relu]),
    ):
        pass


def test_own_arg_scope() -> None:
    @tf.contrib.framework.add_arg_scope
    def function(a: int, b: int = 2, c: int = 3) -> tuple[int, int, int]:
        return a, b, c

    with tf.contrib.framework.arg_scope([function], b=5) as scope:
        assert function(1) == (1, 5, 3)
        with tf.contrib.framework.arg_scope([function], c=6):
            assert function(1) == (1, 5, 6)
            assert function(1, b=7) == (1, 7, 6)
    assert function(1) == (1, 2, 3)
    with tf.contrib.framework.arg_scope(scope):
        assert function(1) == (1, 5, 3)
    assert tf.contrib.framework.arg_scoped_arguments(function) == ("b", "c")
