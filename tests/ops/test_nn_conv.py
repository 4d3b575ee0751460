"""Convolutions against TensorFlow 1.15; channels first against channels last."""

from __future__ import annotations

import numpy as np
import pytest
from golden_cases import case_tests

import penstock as tf

test_cases = case_tests("nn_conv")


@pytest.mark.parametrize("padding", ["SAME", "VALID", [[0, 0], [1, 2], [0, 1], [0, 0]]])
def test_channels_first(padding: object) -> None:
    random = np.random.RandomState(0)
    x = random.randn(2, 6, 5, 3).astype(np.float32)
    w = random.randn(3, 2, 3, 4).astype(np.float32)
    with tf.Graph().as_default(), tf.Session() as sess:
        data, filters = tf.constant(x), tf.constant(w)
        last = tf.nn.conv2d(data, filters, [1, 2, 1, 1], padding)
        turned = tf.transpose(data, [0, 3, 1, 2])
        swapped = padding
        if not isinstance(padding, str):
            swapped = [padding[0], padding[3], padding[1], padding[2]]
        first = tf.nn.conv2d(turned, filters, [1, 1, 2, 1], swapped, data_format="NCHW")
        first = tf.transpose(first, [0, 2, 3, 1])
        pooled = tf.nn.max_pool(last, 2, 1, "SAME")
        other = tf.nn.max_pool(tf.transpose(last, [0, 3, 1, 2]), 2, 1, "SAME", "NCHW")
        pairs = [(last, first), (pooled, tf.transpose(other, [0, 2, 3, 1]))]
        for left, right in pairs:
            gradients = [tf.gradients(tf.reduce_sum(y * y), [data, filters]) for y in (left, right)]
            values = sess.run([[left, *gradients[0]], [right, *gradients[1]]])
            for a, b in zip(*values, strict=True):
                np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-3)


def test_grouped_convolution() -> None:
    random = np.random.RandomState(0)
    x = random.randn(1, 4, 4, 4).astype(np.float32)
    w = random.randn(2, 2, 2, 6).astype(np.float32)
    with tf.Graph().as_default(), tf.Session() as sess:
        whole = tf.nn.conv2d(tf.constant(x), tf.constant(w), 1, "VALID")
        parts = [
            tf.nn.conv2d(tf.constant(x[..., 2 * i : 2 * i + 2]),
                         tf.constant(w[..., 3 * i : 3 * i + 3]), 1, "VALID")
            for i in range(2)
        ]  # fmt: skip
        found, wanted = sess.run([whole, tf.concat(parts, 3)])
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)
