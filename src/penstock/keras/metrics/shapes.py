"""Labels, predictions and weights of matching ranks."""

from __future__ import annotations

from typing import Any

from penstock.keras import tensor_ops as ops


def squeeze_or_expand(
    y_pred: Any, y_true: Any = None, sample_weight: Any = None
) -> tuple[Any, Any, Any]:
    """Takes away or adds a last axis of size 1 where ranks differ by one.

    Args:
        y_pred: predictions. y_true: labels, or ``None``. sample_weight: weights, or ``None``.
    """
    pred_rank = y_pred.shape.ndims
    if y_true is not None:
        true_rank = y_true.shape.ndims
        if pred_rank is not None and true_rank is not None:
            if pred_rank - true_rank == 1 and _is_one(y_pred):
                y_pred = ops.squeeze(y_pred, [-1])
            elif true_rank - pred_rank == 1 and _is_one(y_true):
                y_true = ops.squeeze(y_true, [-1])
    if sample_weight is None:
        return y_pred, y_true, None
    weight_rank = sample_weight.shape.ndims
    pred_rank = y_pred.shape.ndims
    if weight_rank == 0 or weight_rank is None or pred_rank is None:
        return y_pred, y_true, sample_weight
    if weight_rank - pred_rank == 1:
        sample_weight = ops.squeeze(sample_weight, [-1])
    elif pred_rank - weight_rank == 1:
        sample_weight = ops.expand_dims(sample_weight, -1)
    return y_pred, y_true, sample_weight


def _is_one(x: Any) -> bool:
    return x.shape.sizes[-1] in (1, None)
