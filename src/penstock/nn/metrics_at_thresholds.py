"""Metrics of probabilities, for many thresholds at once: ``tf.metrics.auc`` and its kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from penstock.graph import dtypes
from penstock.graph.scopes import control_dependencies
from penstock.graph.tensor import Tensor
from penstock.nn.metrics import Pair, collected, collected_update, fit, metric_variable, read
from penstock.nn.weights import broadcast_weights
from penstock.ops.arrays import expand_dims, reshape, shape, transpose
from penstock.ops.casts import cast
from penstock.ops.checks import assert_greater_equal, assert_less_equal
from penstock.ops.comparisons import equal, greater, logical_and, logical_not
from penstock.ops.constants import constant
from penstock.ops.cumulative import cumsum
from penstock.ops.division import div, div_no_nan
from penstock.ops.extremes import argmax, argmin
from penstock.ops.fills import ones_like
from penstock.ops.joining import stack
from penstock.ops.math_binary import maximum, minimum, multiply
from penstock.ops.math_unary import abs as tf_abs
from penstock.ops.math_unary import log
from penstock.ops.reductions import reduce_min, reduce_sum
from penstock.ops.selecting import where
from penstock.ops.slices import tile
from penstock.ops.state import assign_add
from penstock.ops.variable_scope import variable_scope
from penstock.platform import logging

_TINY = 1e-7
_NAMES = {
    "tp": "true_positives",
    "fn": "false_negatives",
    "tn": "true_negatives",
    "fp": "false_positives",
}


def _counts(
    labels: Any,
    predictions: Any,
    thresholds: Sequence[float],
    weights: Any = None,
    includes: Sequence[str] = ("tp", "fn", "tn", "fp"),
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The outcomes for each threshold: variables by kind, and their updates."""
    zero = cast(0.0, predictions.dtype)
    message = "predictions must be in [0, 1]"
    low = assert_greater_equal(predictions, zero, message=message)
    one = cast(1.0, predictions.dtype)
    high = assert_less_equal(predictions, one, message=message)
    with control_dependencies([low, high]):
        predictions = cast(predictions, dtypes.float32)
        labels = cast(labels, dtypes.bool)
        predictions, labels, weights = fit(predictions, labels, weights)
    count = len(thresholds)
    column = reshape(predictions, [-1, 1])
    row = reshape(cast(labels, dtypes.bool), [1, -1])
    length: Any = column.shape.as_list()[0]
    if length is None:
        length = shape(column)[0]  # type: ignore[index]
    limits = tile(expand_dims(constant(thresholds), [1]), stack([1, length]))
    guessed = greater(tile(transpose(column), [count, 1]), limits)
    if "fn" in includes or "tn" in includes:
        not_guessed = logical_not(guessed)
    true = tile(row, [count, 1])
    if "fp" in includes or "tn" in includes:
        not_true = logical_not(true)
    if weights is not None:
        weights = broadcast_weights(cast(weights, dtypes.float32), predictions)
        weights = tile(reshape(weights, [1, -1]), [count, 1])
        limits.shape.assert_is_compatible_with(weights.shape)
    values, updates = {}, {}
    for kind, name in _NAMES.items():
        if kind not in includes:
            continue
        variable = metric_variable([count], dtypes.float32, name=name)
        is_true = true if kind in ("tp", "fn") else not_true
        is_guessed = guessed if kind in ("tp", "fp") else not_guessed
        found: Any = cast(logical_and(is_true, is_guessed), dtypes.float32)
        if weights is not None:
            found = found * weights
        updates[kind] = assign_add(variable, reduce_sum(found, 1))
        values[kind] = variable
    return values, updates


def _one_kind(
    kind: str,
    labels: Any,
    predictions: Any,
    thresholds: Sequence[float],
    weights: Any,
    metrics_collections: Any,
    updates_collections: Any,
    name: str | None,
) -> Pair:
    with variable_scope(name, _NAMES[kind], [predictions, labels, weights]):
        values, updates = _counts(labels, predictions, thresholds, weights, (kind,))
        value = collected(lambda: read(values[kind]), metrics_collections)
        return value, collected_update(updates[kind], updates_collections)


def true_positives_at_thresholds(
    labels: Any,
    predictions: Any,
    thresholds: Sequence[float],
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The number of true labels predicted above each threshold.

    Args:
        labels: true or false.
        predictions: probabilities, of the same shape.
        thresholds: a list of numbers from 0 to 1.
        weights: a tensor that broadcasts to ``predictions``; 1 when left out.
        metrics_collections: collections for the value.
        updates_collections: collections for the update.
        name: the name of the scope.

    Returns:
        (value, update), ``float32`` vectors, one element for each threshold.
    """
    return _one_kind("tp", labels, predictions, thresholds, weights, metrics_collections,
                     updates_collections, name)  # fmt: skip


def false_negatives_at_thresholds(
    labels: Any,
    predictions: Any,
    thresholds: Sequence[float],
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The number of true labels not predicted; see ``true_positives_at_thresholds``."""
    return _one_kind("fn", labels, predictions, thresholds, weights, metrics_collections,
                     updates_collections, name)  # fmt: skip


def true_negatives_at_thresholds(
    labels: Any,
    predictions: Any,
    thresholds: Sequence[float],
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The number of false labels not predicted; see ``true_positives_at_thresholds``."""
    return _one_kind("tn", labels, predictions, thresholds, weights, metrics_collections,
                     updates_collections, name)  # fmt: skip


def false_positives_at_thresholds(
    labels: Any,
    predictions: Any,
    thresholds: Sequence[float],
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The number of false labels predicted; see ``true_positives_at_thresholds``."""
    return _one_kind("fp", labels, predictions, thresholds, weights, metrics_collections,
                     updates_collections, name)  # fmt: skip


def _of_two_kinds(
    default_name: str,
    prefix: str,
    second: str,
    labels: Any,
    predictions: Any,
    thresholds: Sequence[float],
    weights: Any,
    metrics_collections: Any,
    updates_collections: Any,
    name: str | None,
) -> Pair:
    """tp / (tp + another kind)."""

    def share(kinds: dict[str, Any], which: str) -> Tensor:
        return div(kinds["tp"], _TINY + kinds["tp"] + kinds[second], name=f"{prefix}_{which}")

    with variable_scope(name, default_name, [predictions, labels, weights]):
        values, updates = _counts(labels, predictions, thresholds, weights, ("tp", second))
        value = collected(lambda: share(values, "value"), metrics_collections)
        return value, collected_update(share(updates, "update_op"), updates_collections)


def precision_at_thresholds(
    labels: Any,
    predictions: Any,
    thresholds: Sequence[float],
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """Precision for each threshold; see ``true_positives_at_thresholds``."""
    return _of_two_kinds("precision_at_thresholds", "precision", "fp", labels, predictions,
                         thresholds, weights, metrics_collections, updates_collections,
                         name)  # fmt: skip


def recall_at_thresholds(
    labels: Any,
    predictions: Any,
    thresholds: Sequence[float],
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """Recall for each threshold; see ``true_positives_at_thresholds``."""
    return _of_two_kinds("recall_at_thresholds", "recall", "fn", labels, predictions,
                         thresholds, weights, metrics_collections, updates_collections,
                         name)  # fmt: skip


# -- areas under curves ---------------------------------------------------------------------------
def _even_thresholds(count: int) -> list[float]:
    return [(i + 1) * 1.0 / (count - 1) for i in range(count - 2)]


def _interpolated_area(tp: Any, fp: Any, fn: Any, count: int) -> Tensor:
    """The area under a precision-recall curve (Davis and Goadrich, 2006)."""
    change = tp[: count - 1] - tp[1:]
    positive = tp + fp
    slope = div_no_nan(change, maximum(positive[: count - 1] - positive[1:], 0), name="prec_slope")
    intercept = tp[1:] - multiply(slope, positive[1:])
    ratio = where(
        logical_and(positive[: count - 1] > 0, positive[1:] > 0),
        div_no_nan(positive[: count - 1], maximum(positive[1:], 0), name="recall_relative_ratio"),
        ones_like(positive[1:]),
    )
    parts = div_no_nan(
        slope * (change + intercept * log(ratio)),  # type: ignore[operator]
        maximum(tp[1:] + fn[1:], 0),
        name="pr_auc_increment",
    )
    return reduce_sum(parts, name="interpolate_pr_auc")


_SUMS: dict[str, Callable[[Any, Any], Any]] = {
    "trapezoidal": lambda left, right: (left + right) / 2.0,
    "careful_interpolation": lambda left, right: (left + right) / 2.0,
    "minoring": minimum,
    "majoring": maximum,
}


def auc(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    num_thresholds: int = 200,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    curve: str = "ROC",
    name: str | None = None,
    summation_method: str = "trapezoidal",
    thresholds: Any = None,
) -> Pair:
    """The area under a curve of outcomes over thresholds.

    Args:
        labels: true or false.
        predictions: probabilities, of the same shape.
        weights: a tensor that broadcasts to ``predictions``; 1 when left out.
        num_thresholds: how many points the curve has.
        metrics_collections: collections for the value.
        updates_collections: collections for the update.
        curve: ``'ROC'`` (true over false positive rate) or ``'PR'`` (precision over recall).
        name: the name of the scope.
        summation_method: ``'trapezoidal'``, ``'careful_interpolation'``, ``'minoring'`` or
            ``'majoring'``.
        thresholds: the thresholds between 0 and 1, instead of evenly spaced ones.

    Returns:
        (value, update), ``float32`` scalars.

    Raises:
        ValueError: when curve or summation method is unknown.
    """
    with variable_scope(name, "auc", [labels, predictions, weights]):
        if curve not in ("ROC", "PR"):
            raise ValueError(f"curve must be either ROC or PR, {curve} unknown")
        if thresholds is not None:
            thresholds = sorted(thresholds)
            num_thresholds = len(thresholds) + 2
        else:
            thresholds = _even_thresholds(num_thresholds)
        thresholds = [0.0 - _TINY, *thresholds, 1.0 + _TINY]
        values, updates = _counts(labels, predictions, thresholds, weights)
        last = num_thresholds - 1
        epsilon = 1.0e-6

        def area(kinds: dict[str, Any], which: str) -> Tensor:
            tp, fn, tn, fp = (kinds[k] for k in ("tp", "fn", "tn", "fp"))
            if curve == "PR":
                if summation_method == "trapezoidal":
                    logging.warning(
                        "Trapezoidal rule is known to produce incorrect PR-AUCs; please switch to "
                        '"careful_interpolation" instead.'
                    )
                elif summation_method == "careful_interpolation":
                    return _interpolated_area(tp, fp, fn, num_thresholds)
            found: Any = div(tp + epsilon, tp + fn + epsilon)
            if curve == "ROC":
                x: Any = div(fp, fp + tn + epsilon)
                y = found
            else:
                y = div(tp + epsilon, tp + fp + epsilon)
                x = found
            if summation_method not in _SUMS:
                raise ValueError(f"Invalid summation_method: {summation_method}")
            width = x[:last] - x[1:]
            height = _SUMS[summation_method](y[:last], y[1:])
            return reduce_sum(multiply(width, height), name=which)

        value = collected(lambda: area(values, "value"), metrics_collections)
        return value, collected_update(area(updates, "update_op"), updates_collections)


def sensitivity_at_specificity(
    labels: Any,
    predictions: Any,
    specificity: float,
    weights: Any = None,
    num_thresholds: int = 200,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """Sensitivity at the threshold whose specificity is nearest to the one given.

    Args:
        specificity: a number from 0 to 1.
        labels, predictions, weights, num_thresholds, metrics_collections, updates_collections,
            name: as for ``auc``.

    Raises:
        ValueError: when ``specificity`` is no such number.
    """
    if specificity < 0 or specificity > 1:
        raise ValueError("`specificity` must be in the range [0, 1].")
    with variable_scope(name, "sensitivity_at_specificity", [predictions, labels, weights]):
        thresholds = [0.0 - _TINY, *_even_thresholds(num_thresholds), 1.0 + _TINY]
        values, updates = _counts(labels, predictions, thresholds, weights)

        def compute(kinds: dict[str, Any], which: str) -> Tensor:
            tp, fn, tn, fp = (kinds[k] for k in ("tp", "fn", "tn", "fp"))
            specificities: Any = div(tn, tn + fp + _TINY)
            place = cast(argmin(tf_abs(specificities - specificity), 0), dtypes.int32)
            return div(tp[place], tp[place] + fn[place] + _TINY, which)

        value = collected(lambda: compute(values, "value"), metrics_collections)
        return value, collected_update(compute(updates, "update_op"), updates_collections)


def specificity_at_sensitivity(
    labels: Any,
    predictions: Any,
    sensitivity: float,
    weights: Any = None,
    num_thresholds: int = 200,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """Specificity at the threshold whose sensitivity is nearest to the one given.

    Args:
        sensitivity: a number from 0 to 1.
        labels, predictions, weights, num_thresholds, metrics_collections, updates_collections,
            name: as for ``auc``.

    Raises:
        ValueError: when ``sensitivity`` is no such number.
    """
    if sensitivity < 0 or sensitivity > 1:
        raise ValueError("`sensitivity` must be in the range [0, 1].")
    with variable_scope(name, "specificity_at_sensitivity", [predictions, labels, weights]):
        thresholds = [0.0 - _TINY, *_even_thresholds(num_thresholds), 1.0 - _TINY]
        values, updates = _counts(labels, predictions, thresholds, weights)

        def compute(kinds: dict[str, Any], which: str) -> Tensor:
            tp, fn, tn, fp = (kinds[k] for k in ("tp", "fn", "tn", "fp"))
            sensitivities: Any = div(tp, tp + fn + _TINY)
            nearest = reduce_min(tf_abs(sensitivities - sensitivity))
            places = cast(equal(tf_abs(sensitivities - sensitivity), nearest), dtypes.int64)
            # The last of equally near thresholds.
            place = cast(argmax(cumsum(places), 0), dtypes.int32)
            return div(tn[place], tn[place] + fp[place] + _TINY, which)

        value = collected(lambda: compute(values, "value"), metrics_collections)
        return value, collected_update(compute(updates, "update_op"), updates_collections)
