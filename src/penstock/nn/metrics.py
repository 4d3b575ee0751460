"""``tf.metrics``: quantities gathered over many batches.

Each function makes local variables and returns two tensors: the value so far, and one that first
takes in the current batch.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from penstock.graph import defaults, dtypes
from penstock.graph.collections import GraphKeys
from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import add_to_collections, control_dependencies
from penstock.graph.tensor import Tensor
from penstock.nn.confusion import confusion_matrix, remove_squeezable_dimensions
from penstock.nn.weights import broadcast_weights
from penstock.ops.arrays import expand_dims, rank, reshape, size, squeeze
from penstock.ops.casts import cast
from penstock.ops.checks import assert_rank_in, assert_type
from penstock.ops.comparisons import equal, greater, less, logical_and, not_equal
from penstock.ops.control_flow import cond
from penstock.ops.diagonals import diag_part
from penstock.ops.division import div, div_no_nan
from penstock.ops.fills import ones, ones_like, zeros, zeros_like
from penstock.ops.identities import identity
from penstock.ops.math_binary import maximum, multiply, squared_difference, subtract
from penstock.ops.math_unary import abs as tf_abs
from penstock.ops.math_unary import sqrt
from penstock.ops.reductions import reduce_mean, reduce_sum
from penstock.ops.scatter import scatter_add
from penstock.ops.selecting import where
from penstock.ops.state import assign_add
from penstock.ops.variable_scope import variable_scope
from penstock.ops.variables import Variable, VariableAggregation, VariableSynchronization

Pair = tuple[Tensor, Tensor]


# -- what all metrics share -----------------------------------------------------------------------
def metric_variable(
    shape: Any, dtype: Any, validate_shape: bool = True, name: str | None = None
) -> Variable:
    """A local variable of zeros for a metric."""
    return Variable(
        lambda: zeros(shape, dtype),
        trainable=False,
        collections=[GraphKeys.LOCAL_VARIABLES, GraphKeys.METRIC_VARIABLES],
        validate_shape=validate_shape,
        synchronization=VariableSynchronization.ON_READ,
        aggregation=VariableAggregation.SUM,
        name=name,
    )


@contextlib.contextmanager
def _outside() -> Iterator[None]:
    """No control dependencies: reading a metric must not wait for the current batch."""
    graph = defaults.get_default_graph()
    context = graph._get_control_flow_context()
    graph._set_control_flow_context(None)
    try:
        with control_dependencies(None):
            yield
    finally:
        graph._set_control_flow_context(context)


def collected(value: Callable[[], Tensor], collections: Any) -> Tensor:
    """The tensor that reads a metric, added to ``collections``."""
    with _outside():
        made = value()
        if collections:
            add_to_collections(collections, made)
        return made


def collected_update(update: Tensor, collections: Any) -> Tensor:
    """The tensor that updates a metric, added to ``collections``."""
    if collections:
        add_to_collections(collections, update)
    return update


def fit(predictions: Any, labels: Any, weights: Any) -> tuple[Any, Any, Any]:
    """Predictions, labels and weights with superfluous dimensions of 1 dropped or added."""
    predictions = convert_to_tensor(predictions)
    if labels is not None:
        labels, predictions = remove_squeezable_dimensions(labels, predictions)
        predictions.shape.assert_is_compatible_with(labels.shape)
    if weights is None:
        return predictions, labels, None
    weights = convert_to_tensor(weights)
    ranks = weights.shape.ndims, predictions.shape.ndims
    if ranks[0] == 0:
        return predictions, labels, weights
    if ranks[0] is not None and ranks[1] is not None:
        if ranks[0] - ranks[1] == 1:
            weights = squeeze(weights, [-1])
        elif ranks[1] - ranks[0] == 1:
            weights = expand_dims(weights, [-1])
        return predictions, labels, weights
    return predictions, labels, _fit_unknown(weights, predictions)


def _fit_unknown(weights: Tensor, predictions: Tensor) -> Tensor:
    own_rank = rank(weights)
    difference = own_rank - rank(predictions)  # type: ignore[operator]
    sizes = weights.shape.sizes
    ends_in_one = sizes is None or sizes[-1] in (None, 1)

    def expanded() -> Tensor:
        return cond(equal(difference, -1), lambda: expand_dims(weights, [-1]), lambda: weights)

    def squeezed() -> Tensor:
        return squeeze(weights, [-1]) if ends_in_one else weights

    return cond(
        equal(own_rank, 0),
        lambda: weights,
        lambda: cond(equal(difference, 1), squeezed, expanded),
    )


def _ratio(total: Any, count: Any, name: str | None) -> Tensor:
    return div_no_nan(total, maximum(count, 0), name=name)


# -- means ----------------------------------------------------------------------------------------
def mean(
    values: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The mean of all values.

    Args:
        values: a tensor.
        weights: a tensor that broadcasts to ``values``; 1 when left out.
        metrics_collections: collections for the value.
        updates_collections: collections for the update.
        name: the name of the scope.

    Returns:
        (value, update), ``float32`` scalars.
    """
    with variable_scope(name, "mean", [values, weights]):
        values = cast(values, dtypes.float32)
        total = metric_variable([], dtypes.float32, name="total")
        count = metric_variable([], dtypes.float32, name="count")
        if weights is None:
            amount = cast(size(values), dtypes.float32)
        else:
            values, _, weights = fit(values, None, weights)
            weights = broadcast_weights(cast(weights, dtypes.float32), values)
            values = multiply(values, weights)
            amount = reduce_sum(weights)
        new_total = assign_add(total, reduce_sum(values))
        with control_dependencies([values]):
            new_count = assign_add(count, amount)
        value = collected(lambda: _ratio(total, count, "value"), metrics_collections)
        update = _ratio(new_total, new_count, "update_op")
        return value, collected_update(update, updates_collections)


def mean_tensor(
    values: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The mean of tensors, element by element.

    Args:
        values: a tensor whose shape is known.
        weights, metrics_collections, updates_collections, name: as for ``mean``.

    Returns:
        (value, update), ``float32`` tensors like ``values``.
    """
    with variable_scope(name, "mean", [values, weights]):
        values = cast(values, dtypes.float32)
        total = metric_variable(values.shape, dtypes.float32, name="total_tensor")
        count = metric_variable(values.shape, dtypes.float32, name="count_tensor")
        amount = ones_like(values)
        if weights is not None:
            values, _, weights = fit(values, None, weights)
            weights = broadcast_weights(cast(weights, dtypes.float32), values)
            values = multiply(values, weights)
            amount = multiply(amount, weights)
        new_total = assign_add(total, values)
        with control_dependencies([values]):
            new_count = assign_add(count, amount)
        value = collected(lambda: _ratio(total, count, "value"), metrics_collections)
        update = _ratio(new_total, new_count, "update_op")
        return value, collected_update(update, updates_collections)


def accuracy(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """How often predictions equal labels.

    Args:
        labels: a tensor.
        predictions: a tensor of the same shape.
        weights, metrics_collections, updates_collections, name: as for ``mean``.
    """
    predictions, labels, weights = fit(predictions, labels, weights)
    if labels.dtype != predictions.dtype:
        predictions = cast(predictions, labels.dtype)
    correct = cast(equal(predictions, labels), dtypes.float32)
    return mean(correct, weights, metrics_collections, updates_collections, name or "accuracy")


def mean_absolute_error(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The mean of ``|predictions - labels|``; arguments as for ``accuracy``."""
    predictions, labels, weights = fit(predictions, labels, weights)
    return mean(
        tf_abs(predictions - labels),
        weights,
        metrics_collections,
        updates_collections,
        name or "mean_absolute_error",
    )


def mean_cosine_distance(
    labels: Any,
    predictions: Any,
    dim: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """1 minus the mean inner product along ``dim``; other arguments as for ``accuracy``."""
    predictions, labels, weights = fit(predictions, labels, weights)
    products = reduce_sum(multiply(predictions, labels), axis=[dim], keepdims=True)
    value, update = mean(products, weights, None, None, name or "mean_cosine_distance")
    value, update = subtract(1.0, value), subtract(1.0, update)
    if metrics_collections:
        add_to_collections(metrics_collections, value)
    return value, collected_update(update, updates_collections)


def mean_relative_error(
    labels: Any,
    predictions: Any,
    normalizer: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The mean of ``|labels - predictions| / normalizer``; others as for ``accuracy``."""
    predictions, labels, weights = fit(predictions, labels, weights)
    predictions, normalizer = remove_squeezable_dimensions(predictions, normalizer)
    predictions.shape.assert_is_compatible_with(normalizer.shape)
    errors = where(
        equal(normalizer, 0.0),
        zeros_like(labels),
        div(tf_abs(labels - predictions), normalizer),
    )
    return mean(
        errors, weights, metrics_collections, updates_collections, name or "mean_relative_error"
    )


def mean_squared_error(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The mean of ``(predictions - labels) ** 2``; arguments as for ``accuracy``."""
    predictions, labels, weights = fit(predictions, labels, weights)
    return mean(
        squared_difference(labels, predictions),
        weights,
        metrics_collections,
        updates_collections,
        name or "mean_squared_error",
    )


def root_mean_squared_error(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The square root of ``mean_squared_error``; arguments as for ``accuracy``."""
    predictions, labels, weights = fit(predictions, labels, weights)
    squares, update = mean_squared_error(
        labels, predictions, weights, None, None, name or "root_mean_squared_error"
    )
    value = collected(lambda: sqrt(squares), metrics_collections)
    return value, collected_update(sqrt(update), updates_collections)


def percentage_below(
    values: Any,
    threshold: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The share of values below ``threshold``; others as for ``mean``."""
    return mean(
        cast(less(values, threshold), dtypes.float32),
        weights,
        metrics_collections,
        updates_collections,
        name or "percentage_below_threshold",
    )


def _flat(tensor: Any) -> Any:
    return reshape(tensor, [-1]) if tensor.shape.ndims > 1 else tensor


def mean_per_class_accuracy(
    labels: Any,
    predictions: Any,
    num_classes: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The mean of the accuracies of the classes.

    Returns:
        (value, update): a scalar, and the accuracies of the classes.
    """
    with variable_scope(name, "mean_accuracy", [predictions, labels, weights]):
        labels = _flat(cast(labels, dtypes.int64))
        predictions = _flat(predictions)
        predictions.shape.assert_is_compatible_with(labels.shape)
        total = metric_variable([num_classes], dtypes.float32, name="total")
        count = metric_variable([num_classes], dtypes.float32, name="count")
        each: Any = ones([size(labels)], dtypes.float32)
        if labels.dtype != predictions.dtype:
            predictions = cast(predictions, labels.dtype)
        correct: Any = cast(equal(predictions, labels), dtypes.float32)
        if weights is not None:
            weights = cast(_flat(weights), dtypes.float32)
            correct = correct * weights
            each = each * weights
        new_total = scatter_add(total, labels, each)
        new_count = scatter_add(count, labels, correct)
        value = collected(
            lambda: reduce_mean(_ratio(count, total, None), name="mean_accuracy"),
            metrics_collections,
        )
        update = _ratio(new_count, new_total, "update_op")
        return value, collected_update(update, updates_collections)


def mean_iou(
    labels: Any,
    predictions: Any,
    num_classes: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The mean over the classes of intersection over union.

    Returns:
        (value, update): a scalar, and the confusion matrix.
    """
    with variable_scope(name, "mean_iou", [predictions, labels, weights]):
        predictions.shape.assert_is_compatible_with(labels.shape)
        matrix = metric_variable(
            [num_classes, num_classes], dtypes.float64, name="total_confusion_matrix"
        )
        predictions = cast(predictions, dtypes.int64)
        labels = cast(labels, dtypes.int64)
        classes = cast(num_classes, dtypes.int64)
        current = confusion_matrix(
            *_flat_in_order(labels, predictions),
            classes,
            weights=None if weights is None else _flat(weights),
            dtype=dtypes.float64,
        )
        update = assign_add(matrix, current)
        value = collected(lambda: _iou(matrix), metrics_collections)
        return value, collected_update(update, updates_collections)


def _flat_in_order(labels: Any, predictions: Any) -> tuple[Any, Any]:
    predictions = _flat(predictions)
    return _flat(labels), predictions


def _iou(matrix: Any) -> Tensor:
    rows: Any = cast(reduce_sum(matrix, 0), dtypes.float32)
    columns = cast(reduce_sum(matrix, 1), dtypes.float32)
    both: Any = cast(diag_part(matrix), dtypes.float32)
    union: Any = rows + columns - both
    count: Any = reduce_sum(cast(not_equal(union, 0), dtypes.float32))
    union = where(greater(union, 0), union, ones_like(union))
    shares: Any = div(both, union)
    return where(greater(count, 0), reduce_sum(shares, name="mean_iou") / count, 0)  # type: ignore[operator]


# -- counts ---------------------------------------------------------------------------------------
def _count(values: Any, weights: Any, metrics_collections: Any, updates_collections: Any) -> Pair:
    assert_type(values, dtypes.bool)
    count = metric_variable([], dtypes.float32, name="count")
    values = cast(values, dtypes.float32)
    if weights is not None:
        with control_dependencies([assert_rank_in(weights, (0, rank(values)))]):
            weights = cast(weights, dtypes.float32)
            values = multiply(values, weights)
    value = collected(lambda: read(count), metrics_collections)
    update = assign_add(count, reduce_sum(values))
    return value, collected_update(update, updates_collections)


def read(variable: Variable) -> Tensor:
    """The value of a metric's variable."""
    return identity(variable)


def _outcome(
    default_name: str,
    truth: bool,
    guess: bool,
    labels: Any,
    predictions: Any,
    weights: Any,
    metrics_collections: Any,
    updates_collections: Any,
    name: str | None,
) -> Pair:
    """How often the label is ``truth`` and the prediction ``guess``."""
    with variable_scope(name, default_name, [predictions, labels, weights]):
        predictions, labels, weights = fit(
            cast(predictions, dtypes.bool), cast(labels, dtypes.bool), weights
        )
        found = logical_and(equal(labels, truth), equal(predictions, guess))
        return _count(found, weights, metrics_collections, updates_collections)


def true_positives(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The number of true predictions of true labels; arguments as for ``accuracy``."""
    return _outcome("true_positives", True, True, labels, predictions, weights,
                    metrics_collections, updates_collections, name)  # fmt: skip


def true_negatives(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The number of false predictions of false labels; arguments as for ``accuracy``."""
    return _outcome("true_negatives", False, False, labels, predictions, weights,
                    metrics_collections, updates_collections, name)  # fmt: skip


def false_positives(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The number of true predictions of false labels; arguments as for ``accuracy``."""
    return _outcome("false_positives", False, True, labels, predictions, weights,
                    metrics_collections, updates_collections, name)  # fmt: skip


def false_negatives(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The number of false predictions of true labels; arguments as for ``accuracy``."""
    return _outcome("false_negatives", True, False, labels, predictions, weights,
                    metrics_collections, updates_collections, name)  # fmt: skip


def _share(right: Any, wrong: Any, name: str) -> Tensor:
    return where(greater(right + wrong, 0), div(right, right + wrong), 0, name)


def precision(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The share of true predictions whose label is true; arguments as for ``accuracy``."""
    with variable_scope(name, "precision", [predictions, labels, weights]):
        predictions, labels, weights = fit(
            cast(predictions, dtypes.bool), cast(labels, dtypes.bool), weights
        )
        right, new_right = true_positives(labels, predictions, weights)
        wrong, new_wrong = false_positives(labels, predictions, weights)
        value = collected(lambda: _share(right, wrong, "value"), metrics_collections)
        update = _share(new_right, new_wrong, "update_op")
        return value, collected_update(update, updates_collections)


def recall(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The share of true labels that were predicted; arguments as for ``accuracy``."""
    with variable_scope(name, "recall", [predictions, labels, weights]):
        predictions, labels, weights = fit(
            cast(predictions, dtypes.bool), cast(labels, dtypes.bool), weights
        )
        right, new_right = true_positives(labels, predictions, weights)
        missed, new_missed = false_negatives(labels, predictions, weights)
        value = collected(lambda: _share(right, missed, "value"), metrics_collections)
        update = _share(new_right, new_missed, "update_op")
        return value, collected_update(update, updates_collections)
