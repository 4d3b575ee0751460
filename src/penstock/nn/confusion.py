"""``tf.confusion_matrix``."""

from __future__ import annotations

from typing import Any

from penstock.graph import dtypes
from penstock.graph.composite import SparseTensor
from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import name_scope
from penstock.graph.tensor import Tensor
from penstock.ops.arrays import rank, squeeze
from penstock.ops.casts import cast
from penstock.ops.checks import assert_less, assert_non_negative
from penstock.ops.comparisons import equal
from penstock.ops.control_flow import cond, with_dependencies
from penstock.ops.fills import ones_like, zeros
from penstock.ops.joining import stack
from penstock.ops.math_binary import maximum
from penstock.ops.reductions import reduce_max
from penstock.ops.sparse_sums import sparse_add


def _may_end_in_one(tensor: Tensor) -> bool:
    sizes = tensor.shape.sizes
    return sizes is None or (len(sizes) > 0 and sizes[-1] in (None, 1))


def remove_squeezable_dimensions(
    labels: Any, predictions: Any, expected_rank_diff: int = 0, name: str | None = None
) -> tuple[Tensor, Tensor]:
    """Drops a last dimension of 1 that labels or predictions have too much.

    Args:
        labels: a tensor.
        predictions: a tensor.
        expected_rank_diff: by how much the rank of the predictions should exceed the labels'.
        name: the name of the scope.

    Returns:
        (labels, predictions).
    """
    with name_scope(name, "remove_squeezable_dimensions", [labels, predictions]):
        predictions = convert_to_tensor(predictions)
        labels = convert_to_tensor(labels)
        ranks = predictions.shape.ndims, labels.shape.ndims
        if ranks[0] is not None and ranks[1] is not None:
            difference = ranks[0] - ranks[1]
            if difference == expected_rank_diff + 1:
                predictions = squeeze(predictions, [-1])
            elif difference == expected_rank_diff - 1:
                labels = squeeze(labels, [-1])
            return labels, predictions
        difference = rank(predictions) - rank(labels)  # type: ignore[operator]
        if _may_end_in_one(predictions):
            full_predictions = predictions
            predictions = cond(
                equal(expected_rank_diff + 1, difference),
                lambda: squeeze(full_predictions, [-1]),
                lambda: full_predictions,
            )
        if _may_end_in_one(labels):
            full_labels = labels
            labels = cond(
                equal(expected_rank_diff - 1, difference),
                lambda: squeeze(full_labels, [-1]),
                lambda: full_labels,
            )
        return labels, predictions


def confusion_matrix(
    labels: Any,
    predictions: Any,
    num_classes: Any = None,
    dtype: Any = dtypes.int32,
    name: str | None = None,
    weights: Any = None,
) -> Tensor:
    """How often each class was taken for each: rows are labels, columns predictions.

    Args:
        labels: a vector of class numbers.
        predictions: a vector of class numbers.
        num_classes: how many classes there are; one more than the largest number when left out.
        dtype: the type of the matrix.
        name: the name of the scope.
        weights: what each prediction counts; 1 when left out.

    Returns:
        ``[num_classes, num_classes]``.

    Raises:
        InvalidArgumentError: (when run) when a number is negative or too large.
    """
    with name_scope(name, "confusion_matrix", [predictions, labels, num_classes, weights]):
        labels, predictions = remove_squeezable_dimensions(
            convert_to_tensor(labels, name="labels"),
            convert_to_tensor(predictions, name="predictions"),
        )
        predictions = cast(predictions, dtypes.int64)
        labels = cast(labels, dtypes.int64)
        labels = with_dependencies(
            [assert_non_negative(labels, message="`labels` contains negative values")], labels
        )
        predictions = with_dependencies(
            [assert_non_negative(predictions, message="`predictions` contains negative values")],
            predictions,
        )
        if num_classes is None:
            num_classes = maximum(reduce_max(predictions), reduce_max(labels)) + 1  # type: ignore[operator]
        else:
            limit = cast(num_classes, dtypes.int64)
            labels = with_dependencies(
                [assert_less(labels, limit, message="`labels` out of bound")], labels
            )
            predictions = with_dependencies(
                [assert_less(predictions, limit, message="`predictions` out of bound")],
                predictions,
            )
        if weights is not None:
            weights = convert_to_tensor(weights, name="weights")
            predictions.shape.assert_is_compatible_with(weights.shape)
            weights = cast(weights, dtype)
        shape = stack([num_classes, num_classes])
        indices = stack([labels, predictions], axis=1)
        values = ones_like(predictions, dtype) if weights is None else weights
        counts = SparseTensor(indices, values, cast(shape, dtypes.int64))
        return sparse_add(zeros(cast(shape, dtypes.int32), dtype), counts)
