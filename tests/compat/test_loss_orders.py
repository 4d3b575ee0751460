"""Losses whose arguments came in another order before TensorFlow 1.0."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

import penstock as tf
from penstock import behavior

LOGITS = np.array([[1.0, 2.0, 0.5], [0.1, -1.0, 3.0]], np.float32)
LABELS = np.array([[0.2, 0.3, 0.5], [1.0, 0.0, 0.0]], np.float32)


@pytest.fixture
def old() -> Iterator[None]:
    behavior.set_version("0.12.1")
    yield
    behavior.set_version(behavior.DEFAULT_VERSION)


def values(*tensors: tf.Tensor) -> list[np.ndarray]:
    with tf.Session() as sess:
        return sess.run(list(tensors))


@pytest.mark.usefixtures("old")
def test_old_order() -> None:
    nn = tf.nn
    with tf.Graph().as_default():
        pairs = [
            (
                nn.softmax_cross_entropy_with_logits(LOGITS, LABELS),
                nn.softmax_cross_entropy_with_logits(labels=LABELS, logits=LOGITS),
            ),
            (
                nn.sparse_softmax_cross_entropy_with_logits(LOGITS, [1, 2]),
                nn.sparse_softmax_cross_entropy_with_logits(labels=[1, 2], logits=LOGITS),
            ),
            (
                nn.sigmoid_cross_entropy_with_logits(LOGITS, targets=LABELS),
                nn.sigmoid_cross_entropy_with_logits(labels=LABELS, logits=LOGITS),
            ),
            (
                nn.weighted_cross_entropy_with_logits(LOGITS, LABELS, 2.0),
                nn.weighted_cross_entropy_with_logits(
                    targets=LABELS, logits=LOGITS, pos_weight=2.0
                ),
            ),
            (nn.log_poisson_loss(LOGITS, LABELS), nn.log_poisson_loss(log_input=LOGITS,
                                                                      targets=LABELS)),
        ]  # fmt: skip
        for left, right in pairs:
            found, wanted = values(left, right)
            np.testing.assert_allclose(found, wanted, rtol=1e-6)


@pytest.mark.usefixtures("old")
def test_sampled_losses_take_inputs_first() -> None:
    random = np.random.RandomState(0)
    weights, biases = random.randn(6, 2).astype("f"), random.randn(6).astype("f")
    inputs, labels = random.randn(3, 2).astype("f"), np.array([[1], [2], [5]])
    with tf.Graph().as_default():
        sampled = tf.nn.uniform_candidate_sampler(labels, 1, 3, True, 6, seed=1)
        sampled = [tf.constant(v) for v in values(*sampled)]
        x, y = tf.constant(inputs), tf.constant(labels)
        old = tf.nn.nce_loss(weights, biases, x, y, 3, 6, sampled_values=sampled)
        named = tf.nn.nce_loss(weights, biases, inputs=x, labels=y, num_sampled=3, num_classes=6,
                               sampled_values=sampled)  # fmt: skip
        found, wanted = values(old, named)
    np.testing.assert_allclose(found, wanted, rtol=1e-6)


def test_places_mean_the_old_order() -> None:
    """TensorFlow 1.x refuses arguments by place, so only older programs give them so."""
    with tf.Graph().as_default():
        old = tf.nn.softmax_cross_entropy_with_logits(LOGITS, LABELS)
        new = tf.nn.softmax_cross_entropy_with_logits(labels=LABELS, logits=LOGITS)
        found, wanted = values(old, new)
    np.testing.assert_allclose(found, wanted, rtol=1e-6)
