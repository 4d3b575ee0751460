"""Metrics against TensorFlow 1.15."""

from __future__ import annotations

import numpy as np
import pytest
from cases.metrics import PAIRS
from golden_cases import case_tests

import penstock as tf

test_cases = case_tests("metrics")


@pytest.mark.parametrize("name", [n for n in PAIRS if not n.startswith(("iou", "per_class"))])
def test_the_value_is_that_of_the_last_update(name: str) -> None:
    build, inputs = PAIRS[name]
    with tf.Graph().as_default(), tf.Session() as session:
        tensors = [tf.placeholder(tf.as_dtype(i.dtype), i.shape) for i in inputs]
        value, update = build(tf, *tensors)
        feed = dict(zip(tensors, inputs))
        session.run(tf.local_variables_initializer())
        session.run(update, feed)
        last = session.run(update, feed)
        np.testing.assert_allclose(session.run(value), last, 1e-6)
        # The value needs no batch, whatever the update needs.
        assert all(op.type != "Placeholder" for op in value.op.inputs[0].op.control_inputs)


def test_collections_and_local_variables() -> None:
    with tf.Graph().as_default():
        value, update = tf.metrics.mean(
            tf.constant([1.0]), metrics_collections="values", updates_collections="updates"
        )
        assert tf.get_collection("values") == [value] and tf.get_collection("updates") == [update]
        names = [v.op.name for v in tf.local_variables()]
        assert names == ["mean/total", "mean/count"]
        assert tf.get_collection(tf.GraphKeys.METRIC_VARIABLES) == tf.local_variables()


def test_sparse_labels() -> None:
    with tf.Graph().as_default(), tf.Session() as session:
        labels = tf.SparseTensor([[0, 0], [1, 0], [1, 1]], tf.constant([2, 0, 1], tf.int64), [2, 2])
        predictions = tf.constant([[0.1, 0.2, 0.9], [0.8, 0.1, 0.3]])
        value, update = tf.metrics.recall_at_k(labels, predictions, 1)
        session.run(tf.local_variables_initializer())
        assert session.run(update) == pytest.approx(2 / 3)
        assert session.run(value) == pytest.approx(2 / 3)


def test_errors() -> None:
    with tf.Graph().as_default():
        with pytest.raises(ValueError, match="curve must be either ROC or PR, X unknown"):
            tf.metrics.auc(tf.constant([1.0]), tf.constant([1.0]), curve="X")
        with pytest.raises(ValueError, match="Invalid k=0."):
            tf.metrics.average_precision_at_k(tf.constant([[1]], tf.int64), tf.constant([[1.0]]), 0)
