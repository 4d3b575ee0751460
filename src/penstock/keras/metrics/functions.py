"""Metrics as functions of labels and predictions."""

from __future__ import annotations

from typing import Any

from penstock.keras import backend as K
from penstock.keras import tensor_ops as ops


def accuracy(y_true: Any, y_pred: Any) -> Any:
    """Whether prediction and label are the same."""
    if y_true.dtype.base_dtype != y_pred.dtype.base_dtype:
        y_pred = ops.cast(y_pred, y_true.dtype)
    return ops.cast(ops.equal(y_true, y_pred), K.floatx())


def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> Any:
    """How many predictions are on the label's side of ``threshold``, over the last axis."""
    y_pred = ops.convert_to_tensor(y_pred)
    limit = ops.cast(threshold, y_pred.dtype)
    sides = ops.cast(ops.greater(y_pred, limit), y_pred.dtype)
    return K.mean(ops.equal(ops.cast(y_true, y_pred.dtype), sides), axis=-1)


def categorical_accuracy(y_true: Any, y_pred: Any) -> Any:
    """Whether the highest prediction is where the one-hot label has its one."""
    return ops.cast(ops.equal(ops.argmax(y_true, -1), ops.argmax(y_pred, -1)), K.floatx())


def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> Any:
    """Whether the highest prediction is that of the label's class."""
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    true_rank, pred_rank = y_true.shape.ndims, y_pred.shape.ndims
    if true_rank is not None and pred_rank is not None and true_rank == pred_rank:
        y_true = ops.squeeze(y_true, [-1])
    found = ops.argmax(y_pred, -1)
    if found.dtype.base_dtype != y_true.dtype.base_dtype:
        found = ops.cast(found, y_true.dtype)
    return ops.cast(ops.equal(y_true, found), K.floatx())


def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> Any:
    """Whether the one-hot label's class is among the ``k`` highest predictions."""
    return ops.cast(ops.in_top_k(y_pred, ops.argmax(y_true, -1), k), K.floatx())


def sparse_top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> Any:
    """Whether the label's class is among the ``k`` highest predictions."""
    y_true, y_pred = ops.convert_to_tensor(y_true), ops.convert_to_tensor(y_pred)
    if y_pred.shape.ndims is not None and y_true.shape.ndims is not None:
        if y_pred.shape.ndims > 2:
            y_pred = ops.reshape(y_pred, [-1, y_pred.shape.as_list()[-1]])
        if y_true.shape.ndims > 1:
            y_true = ops.reshape(y_true, [-1])
    return ops.cast(ops.in_top_k(y_pred, ops.cast(y_true, "int32"), k), K.floatx())


def cosine_proximity(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """The cosine of the angle between labels and predictions."""
    y_true = ops.l2_normalize(y_true, axis=axis)
    y_pred = ops.l2_normalize(y_pred, axis=axis)
    return ops.reduce_sum(y_true * y_pred, axis=axis)
