"""``tf.contrib.metrics``: ``tf.metrics`` with predictions before labels, and means of batches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from penstock.graph.scopes import name_scope
from penstock.graph.tensor import Tensor
from penstock.nn import metrics, metrics_at_k, metrics_at_thresholds
from penstock.ops.casts import cast
from penstock.ops.comparisons import equal
from penstock.ops.reductions import reduce_mean, reduce_sum


def _predictions_first(metric: Callable[..., Any], name: str) -> Callable[..., Any]:
    def streaming(predictions: Any, labels: Any, *args: Any, **kwargs: Any) -> Any:
        return metric(labels, predictions, *args, **kwargs)

    streaming.__name__ = streaming.__qualname__ = name
    streaming.__doc__ = (
        f"``tf.metrics.{metric.__name__}`` with predictions before labels; see there.\n\n"
        "    Returns:\n        ``(value, update operation)``.\n"
    )
    return streaming


streaming_accuracy = _predictions_first(metrics.accuracy, "streaming_accuracy")
streaming_auc = _predictions_first(metrics_at_thresholds.auc, "streaming_auc")
streaming_precision = _predictions_first(metrics.precision, "streaming_precision")
streaming_recall = _predictions_first(metrics.recall, "streaming_recall")
streaming_mean_absolute_error = _predictions_first(
    metrics.mean_absolute_error, "streaming_mean_absolute_error"
)
streaming_mean_squared_error = _predictions_first(
    metrics.mean_squared_error, "streaming_mean_squared_error"
)
streaming_root_mean_squared_error = _predictions_first(
    metrics.root_mean_squared_error, "streaming_root_mean_squared_error"
)
streaming_mean_iou = _predictions_first(metrics.mean_iou, "streaming_mean_iou")
streaming_true_positives = _predictions_first(metrics.true_positives, "streaming_true_positives")
streaming_false_positives = _predictions_first(metrics.false_positives, "streaming_false_positives")
streaming_false_negatives = _predictions_first(metrics.false_negatives, "streaming_false_negatives")
streaming_recall_at_k = _predictions_first(metrics_at_k.recall_at_k, "streaming_recall_at_k")
streaming_mean = metrics.mean
streaming_mean_tensor = metrics.mean_tensor
streaming_percentage_less = metrics.percentage_below


def accuracy(predictions: Any, labels: Any, weights: Any = None,
             name: str | None = None) -> Tensor:  # fmt: skip
    """The share of a batch's predictions that equal the labels.

    Args:
        predictions: a tensor of whole numbers, booleans or text. labels: likewise.
        weights: how much each counts. name: the name scope.

    Raises:
        ValueError: when the types differ.
    """
    if not (labels.dtype.is_integer or labels.dtype.name in ("bool", "string")):
        raise ValueError(f"Labels should have bool or integer dtype, not {labels.dtype.name}.")
    if labels.dtype != predictions.dtype:
        raise ValueError(
            "Dtypes of predictions and labels should match. Given: predictions "
            f"({predictions.dtype!r}) and labels ({labels.dtype!r})"
        )
    with name_scope(name, "accuracy", values=[predictions, labels]):
        correct = cast(equal(predictions, labels), "float32")
        if weights is not None:
            correct = correct * weights
            return reduce_sum(correct) / reduce_sum(weights)
        return reduce_mean(correct)


def aggregate_metrics(*value_update_tuples: Any) -> tuple[list[Any], list[Any]]:
    """Values and updates of metrics, as two lists.

    Raises:
        ValueError: without metrics.
    """
    if not value_update_tuples:
        raise ValueError("Expected at least one value_tensor/update_op pair")
    values, updates = zip(*value_update_tuples, strict=True)
    return list(values), list(updates)


def aggregate_metric_map(names_to_tuples: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Values and updates of metrics, as two dictionaries."""
    values = {name: pair[0] for name, pair in names_to_tuples.items()}
    updates = {name: pair[1] for name, pair in names_to_tuples.items()}
    return values, updates
