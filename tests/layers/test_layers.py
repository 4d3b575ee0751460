"""``tf.layers`` against TensorFlow 1.15.5."""

from __future__ import annotations

import numpy as np
from golden_snippets import snippet_tests

import penstock as tf

# A bias of a trained layer is the difference of large sums.
test_snippets = snippet_tests("layers", rtol=1e-4, atol=1e-5)


def test_virtual_batches() -> None:
    x = np.arange(24, dtype=np.float32).reshape(4, 6)
    with tf.Graph().as_default():
        y = tf.layers.batch_normalization(tf.constant(x), training=True, virtual_batch_size=2)
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            got = session.run(y)
    groups = x.reshape(2, 2, 6)
    wanted = (groups - groups.mean(0)) / np.sqrt(groups.var(0) + 1e-3)
    np.testing.assert_allclose(got, wanted.reshape(4, 6), 1e-4, 1e-5)


def test_channels_first_flatten() -> None:
    x = np.arange(24, dtype=np.float32).reshape(1, 2, 3, 4)
    with tf.Graph().as_default(), tf.Session() as session:
        got = session.run(tf.layers.flatten(tf.constant(x), data_format="channels_first"))
    np.testing.assert_array_equal(got, x.transpose(0, 2, 3, 1).reshape(1, -1))
