"""Metrics of the k best predictions: ``tf.metrics.recall_at_k`` and its kind.

Labels may be sparse (any number of classes for an example) or dense.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from penstock.graph import dtypes
from penstock.graph.composite import SparseTensor, SparseTensorValue
from penstock.graph.convert import convert_to_tensor_or_sparse_tensor
from penstock.graph.scopes import control_dependencies, name_scope
from penstock.graph.tensor import Tensor
from penstock.nn.metrics import Pair, collected, collected_update, metric_variable
from penstock.nn.weights import assert_broadcastable, broadcast_weights
from penstock.ops.arrays import expand_dims, rank, reshape, shape, size
from penstock.ops.casts import cast
from penstock.ops.comparisons import equal, greater_equal
from penstock.ops.control_flow import cond
from penstock.ops.cumulative import cumsum
from penstock.ops.division import div, div_no_nan
from penstock.ops.extremes import top_k
from penstock.ops.fills import fill, ones_like, zeros_like
from penstock.ops.joining import concat
from penstock.ops.math_binary import add, minimum, multiply
from penstock.ops.reductions import reduce_max, reduce_sum, reduced_shape
from penstock.ops.selecting import where_v2
from penstock.ops.sets import set_difference, set_intersection, set_size
from penstock.ops.slices import slice as tf_slice
from penstock.ops.slices import tile
from penstock.ops.sparse_layout import sparse_concat, sparse_reshape
from penstock.ops.sparse_rows import sparse_retain
from penstock.ops.state import assign_add


def _name(name: str, k: int | None = None, class_id: int | None = None) -> str:
    name = f"{name}_at_k" if k is None else f"{name}_at_{k}"
    return name if class_id is None else f"{name}_class{class_id}"


def _with_last_dimension(labels: Any, predictions: Tensor) -> Any:
    """Labels with a last dimension of 1 where they have one class an example and no such."""
    with name_scope(None, "expand_labels", [labels, predictions]) as scope:
        labels = convert_to_tensor_or_sparse_tensor(labels)
        if isinstance(labels, SparseTensor):
            return cond(
                equal(rank(predictions), size(labels.dense_shape) + 1),  # type: ignore[operator]
                lambda: sparse_reshape(
                    labels, shape=concat((labels.dense_shape, (1,)), 0), name=scope
                ),
                lambda: labels,
            )
        ranks = labels.shape.ndims, predictions.shape.ndims
        if ranks[0] is not None and ranks[1] is not None:
            if ranks[1] == ranks[0]:
                return labels
            if ranks[1] == ranks[0] + 1:
                return expand_dims(labels, -1, name=scope)
            raise ValueError(
                f"Unexpected labels shape {labels.shape} for predictions shape {predictions.shape}."
            )
        return cond(
            equal(rank(predictions), rank(labels) + 1),  # type: ignore[operator]
            lambda: expand_dims(labels, -1, name=scope),
            lambda: labels,
        )


def _only_class(ids: Any, class_id: int) -> SparseTensor:
    """Those of ``ids`` that are ``class_id``."""
    ids = convert_to_tensor_or_sparse_tensor(ids)
    if isinstance(ids, SparseTensor):
        return sparse_retain(ids, equal(ids.values, class_id))
    sizes = shape(ids, out_type=dtypes.int64)
    last = size(sizes) - 1  # type: ignore[operator]
    wanted = fill(reduced_shape(sizes, reshape(last, [1])), cast(class_id, dtypes.int64))
    found = set_intersection(wanted, ids)
    return SparseTensor(found.indices, found.values, sizes)


def _set_count(
    default_name: str,
    labels: Any,
    top: Any,
    class_id: int | None,
    weights: Any,
    combine: Callable[[Any, Any], SparseTensor],
    name: str | None = None,
) -> Tensor:
    """How many elements ``combine(top, labels)`` has for each example, weighted."""
    with name_scope(name, default_name, [top, labels, weights]):
        if class_id is not None:
            labels = _only_class(labels, class_id)
            top = _only_class(top, class_id)
        count = cast(set_size(combine(top, labels)), dtypes.float64)
        if weights is not None:
            with control_dependencies([assert_broadcastable(weights, count)]):
                weights = cast(weights, dtypes.float64)
                count = multiply(count, weights)
        return count


_KINDS: dict[str, Callable[[Any, Any], SparseTensor]] = {
    "true_positive": set_intersection,
    "false_positive": lambda top, labels: set_difference(top, labels, aminusb=True),
    "false_negative": lambda top, labels: set_difference(top, labels, aminusb=False),
}


def _gathered(
    kind: str, labels: Any, top: Any, k: int | None, class_id: int | None, weights: Any
) -> tuple[Any, Tensor]:
    """A variable that counts one kind of outcome, and its update."""
    with name_scope(None, _name(kind, k, class_id), [top, labels, weights]) as scope:
        counts = _set_count(f"{kind}s", labels, top, class_id, weights, _KINDS[kind])
        total = cast(reduce_sum(counts), dtypes.float64)
        variable = metric_variable([], dtypes.float64, name=scope)
        return variable, assign_add(variable, total, name="update")


def _share_at_top_k(
    default_name: str,
    second: str,
    labels: Any,
    predictions_idx: Any,
    k: int | None,
    class_id: int | None,
    weights: Any,
    metrics_collections: Any,
    updates_collections: Any,
    name: str | None,
) -> Pair:
    """True positives as a share of themselves and a second kind."""
    values = [predictions_idx, labels, weights]
    with name_scope(name, _name(default_name, k, class_id), values) as scope:
        labels = _with_last_dimension(labels, predictions_idx)
        top = cast(predictions_idx, dtypes.int64)
        right, new_right = _gathered("true_positive", labels, top, k, class_id, weights)
        wrong, new_wrong = _gathered(second, labels, top, k, class_id, weights)
        value = collected(lambda: div(right, add(right, wrong), name=scope), metrics_collections)
        update = div(new_right, add(new_right, new_wrong), name="update")
        return value, collected_update(update, updates_collections)


def recall_at_top_k(
    labels: Any,
    predictions_idx: Any,
    k: int | None = None,
    class_id: int | None = None,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The share of labels that are among the predicted classes.

    Args:
        labels: ``int64``, a ``SparseTensor`` or tensor ``[..., classes of an example]``; or
            without that dimension.
        predictions_idx: ``int64`` ``[..., k]``, the predicted classes.
        k: names the operations.
        class_id: count only this class.
        weights: a tensor that broadcasts to the examples; 1 when left out.
        metrics_collections: collections for the value.
        updates_collections: collections for the update.
        name: the name of the scope.

    Returns:
        (value, update), ``float64`` scalars.
    """
    return _share_at_top_k("recall", "false_negative", labels, predictions_idx, k, class_id,
                           weights, metrics_collections, updates_collections, name)  # fmt: skip


def recall_at_k(
    labels: Any,
    predictions: Any,
    k: int,
    class_id: int | None = None,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """``recall_at_top_k`` of the ``k`` greatest predictions, ``float`` ``[..., classes]``."""
    values = [predictions, labels, weights]
    with name_scope(name, _name("recall", k, class_id), values) as scope:
        _, top = top_k(predictions, k)
        return recall_at_top_k(
            labels, top, k, class_id, weights, metrics_collections, updates_collections, scope
        )


def precision_at_top_k(
    labels: Any,
    predictions_idx: Any,
    k: int | None = None,
    class_id: int | None = None,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The share of predicted classes that are labels; arguments as for ``recall_at_top_k``."""
    return _share_at_top_k("precision", "false_positive", labels, predictions_idx, k, class_id,
                           weights, metrics_collections, updates_collections, name)  # fmt: skip


def precision_at_k(
    labels: Any,
    predictions: Any,
    k: int,
    class_id: int | None = None,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """``precision_at_top_k`` of the ``k`` greatest predictions, ``float`` ``[..., classes]``."""
    values = [predictions, labels, weights]
    with name_scope(name, _name("precision", k, class_id), values) as scope:
        _, top = top_k(predictions, k)
        return precision_at_top_k(
            labels, top, k, class_id, weights, metrics_collections, updates_collections, scope
        )


sparse_precision_at_k = precision_at_k


# -- average precision ----------------------------------------------------------------------------
def _repeated(tensor: Any, multiple: int, dim: int, name: str) -> Any:
    """A new dimension at ``dim``, along which the tensor repeats."""
    with name_scope(name, "expand_and_tile", [tensor, multiple, dim]) as scope:
        tensor = convert_to_tensor_or_sparse_tensor(tensor)
        if isinstance(tensor, SparseTensor):
            place: Any = [dim]
            if dim < 0:
                place = reshape(size(tensor.dense_shape) + dim, [1])  # type: ignore[operator]
            sizes = concat(
                (
                    tf_slice(tensor.dense_shape, [0], place),
                    [1],
                    tf_slice(tensor.dense_shape, place, [-1]),
                ),
                0,
                name="expanded_shape",
            )
            expanded = sparse_reshape(tensor, shape=sizes, name="expand")
            if multiple == 1:
                return expanded
            axis = dim - 1 if dim < 0 else dim
            return sparse_concat(axis, [expanded] * multiple, name=scope)
        dense = expand_dims(tensor, dim if dim >= 0 else dim - 1, name="expand")
        if multiple == 1:
            return dense
        each: Any = ones_like(shape(tensor))
        multiples = concat((each[:dim], (multiple,), each[dim:]), 0, name="multiples")
        return tile(dense, multiples, name=scope)


def _relevant_count(labels: Any, k: int) -> Tensor:
    with name_scope(None, "num_relevant", [labels]) as scope:
        labels = convert_to_tensor_or_sparse_tensor(labels)
        if isinstance(labels, SparseTensor):
            return minimum(set_size(labels), k, name=scope)
        count = reduce_sum(
            where_v2(greater_equal(labels, 0), ones_like(labels), zeros_like(labels)), axis=-1
        )
        return minimum(count, k, name=scope)


def _average_precision(labels: Any, predictions_idx: Any) -> Tensor:
    with name_scope(None, "average_precision", [predictions_idx, labels]) as scope:
        top = cast(predictions_idx, dtypes.int64, name="predictions_idx")
        if top.shape.ndims == 0:
            raise ValueError("The rank of predictions_idx must be at least 1.")
        k = top.shape.as_list()[-1]
        if k is None:
            raise ValueError("The last dimension of predictions_idx must be set.")
        labels = _with_last_dimension(labels, top)
        each = expand_dims(top, -1, name="predictions_idx_per_k")
        labels_each = _repeated(labels, k, -1, "labels_per_k")
        relevant = _set_count(
            "true_positives", labels_each, each, None, None, set_intersection, "relevant_per_k"
        )
        right = cumsum(relevant, axis=-1, name="tp_per_k")
        retrieved = cumsum(ones_like(relevant), axis=-1, name="retrieved_per_k")
        precision = div(
            cast(right, dtypes.float64), cast(retrieved, dtypes.float64), name="precision_per_k"
        )
        useful = multiply(
            precision, cast(relevant, dtypes.float64), name="relevant_precision_per_k"
        )
        total = reduce_sum(useful, axis=(-1,), name="precision_sum")
        count = cast(_relevant_count(labels, k), dtypes.float64)
        return div(total, count, name=scope)


def _gathered_average(
    labels: Any,
    top: Any,
    weights: Any,
    metrics_collections: Any,
    updates_collections: Any,
    name: str | None,
) -> Pair:
    values = [top, labels, weights]
    with name_scope(name, "average_precision_at_top_k", values) as scope:
        average = _average_precision(labels, top)
        if weights is not None:
            weights = broadcast_weights(cast(weights, dtypes.float64), average)
            average = multiply(average, weights)
        with name_scope(None, "max", [average]) as max_scope:
            most = metric_variable([], dtypes.float64, name=max_scope)
            if weights is None:
                batch = cast(size(average, name="batch_max"), dtypes.float64)
            else:
                batch = reduce_sum(weights, name="batch_max")
            new_most = assign_add(most, batch, name="update")
        with name_scope(None, "total", [average]) as total_scope:
            total = metric_variable([], dtypes.float64, name=total_scope)
            new_total = assign_add(total, reduce_sum(average, name="batch_total"), name="update")
        value = collected(lambda: div_no_nan(total, most, name="mean"), metrics_collections)
        update = div_no_nan(new_total, new_most, name=scope)
        return value, collected_update(update, updates_collections)


def _without_unknown_classes(labels: Any, classes: Tensor) -> Any:
    """Labels with -1 in place of classes that no prediction can name."""
    is_sparse = isinstance(labels, (SparseTensor, SparseTensorValue))

    def cleaned(values: Any) -> Tensor:
        return where_v2(greater_equal(values, classes), -1 * ones_like(values), values)  # type: ignore[operator]

    def all_cleaned() -> Any:
        if is_sparse:
            return type(labels)(labels.indices, cleaned(labels.values), labels.dense_shape)
        return cleaned(labels)

    greatest = reduce_max(labels.values if is_sparse else labels)
    return cond(greater_equal(greatest, classes), all_cleaned, lambda: labels)


def average_precision_at_k(
    labels: Any,
    predictions: Any,
    k: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The mean over examples of the average precision of the ``k`` greatest predictions.

    Args:
        labels: as for ``recall_at_top_k``.
        predictions: ``float`` ``[..., classes]``.
        k: how many predictions count.
        weights, metrics_collections, updates_collections, name: as for ``recall_at_top_k``.

    Raises:
        ValueError: when ``k`` isn't positive.
    """
    if k < 1:
        raise ValueError(f"Invalid k={k}.")
    values = [predictions, labels, weights]
    with name_scope(name, _name("average_precision", k), values) as scope:
        _, top = top_k(predictions, k)
        classes = cast(shape(predictions)[-1], dtypes.int64)  # type: ignore[index]
        labels = _without_unknown_classes(labels, classes)
        return _gathered_average(
            labels, top, weights, metrics_collections, updates_collections, scope
        )


sparse_average_precision_at_k = average_precision_at_k
