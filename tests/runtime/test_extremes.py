"""A maximum equals an element of what it was taken of, however the program is compiled."""

from __future__ import annotations

import numpy as np

import penstock.api.v1 as tf


def test_the_gradient_of_a_maximum_finds_its_element() -> None:
    r = np.random.RandomState(0)
    x = tf.placeholder(tf.float32, (25, 4, 1))
    w = tf.placeholder(tf.float32, (1, 3))
    b = tf.placeholder(tf.float32, (3,))
    # A multiplication and an addition, which may be rounded once or twice.
    sums = tf.reshape(tf.matmul(tf.reshape(x, (-1, 1)), w), (-1, 4, 3)) + b
    highest = tf.reduce_max(sums, -1, keepdims=True)
    found = tf.reduce_sum(tf.cast(tf.equal(sums, highest), tf.float32), -1)
    (slope,) = tf.gradients(highest, w)
    feeds = {x: r.randn(25, 4, 1), w: r.randn(1, 3), b: r.randn(3)}
    with tf.Session() as session:
        equal, slopes = session.run([found, slope], feeds)
    np.testing.assert_array_equal(equal, np.ones((25, 4)))
    winners = (feeds[x] * feeds[w] + feeds[b]).argmax(-1)
    wanted = [(feeds[x][..., 0] * (winners == i)).sum() for i in range(3)]
    np.testing.assert_allclose(slopes, [wanted], rtol=1e-5, atol=1e-5)
