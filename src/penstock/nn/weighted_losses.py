"""``tf.losses``: weighted losses that collect themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from penstock.graph import defaults, dtypes
from penstock.graph.collections import GraphKeys
from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import (
    add_to_collection,
    control_dependencies,
    get_collection,
    name_scope,
)
from penstock.graph.tensor import Tensor
from penstock.nn.confusion import remove_squeezable_dimensions
from penstock.nn.losses import (
    sigmoid_cross_entropy_with_logits,
    softmax_cross_entropy_with_logits_v2,
    sparse_softmax_cross_entropy_with_logits,
)
from penstock.nn.weights import assert_broadcastable, broadcast_weights
from penstock.ops.arrays import rank, shape, size, squeeze
from penstock.ops.casts import cast
from penstock.ops.comparisons import equal
from penstock.ops.constants import constant
from penstock.ops.control_flow import cond
from penstock.ops.division import div_no_nan
from penstock.ops.fills import ones_like, zeros_like
from penstock.ops.identities import stop_gradient
from penstock.ops.math_binary import add, maximum, minimum, multiply, squared_difference, subtract
from penstock.ops.math_unary import abs as tf_abs
from penstock.ops.math_unary import log, square
from penstock.ops.nn_activations import relu
from penstock.ops.ranges import range as tf_range
from penstock.ops.reductions import reduce_sum
from penstock.ops.selecting import where
from penstock.ops.sums import add_n


class Reduction:
    """How the losses of a batch become one number."""

    NONE = "none"
    SUM = "weighted_sum"
    SUM_OVER_BATCH_SIZE = "weighted_sum_over_batch_size"
    MEAN = "weighted_mean"
    SUM_BY_NONZERO_WEIGHTS = "weighted_sum_by_nonzero_weights"
    SUM_OVER_NONZERO_WEIGHTS = SUM_BY_NONZERO_WEIGHTS

    @classmethod
    def all(cls) -> tuple[str, ...]:
        """All the ways."""
        return (
            cls.NONE,
            cls.SUM,
            cls.MEAN,
            cls.SUM_OVER_BATCH_SIZE,
            cls.SUM_OVER_NONZERO_WEIGHTS,
            cls.SUM_BY_NONZERO_WEIGHTS,
        )

    @classmethod
    def validate(cls, key: str) -> None:
        """Raises ``ValueError`` for anything else."""
        if key not in cls.all():
            raise ValueError(f"Invalid Reduction Key {key}.")


_DEFAULT = Reduction.SUM_BY_NONZERO_WEIGHTS


# -- the collection of losses ---------------------------------------------------------------------
def add_loss(loss: Any, loss_collection: str | None = GraphKeys.LOSSES) -> None:
    """Adds a loss to the collection of losses."""
    if loss_collection:
        add_to_collection(loss_collection, loss)


def get_losses(scope: str | None = None, loss_collection: str = GraphKeys.LOSSES) -> list[Any]:
    """The losses collected so far, those in ``scope`` when it is given."""
    return get_collection(loss_collection, scope)


def get_regularization_losses(scope: str | None = None) -> list[Any]:
    """The regularization losses, those in ``scope`` when it is given."""
    return get_collection(GraphKeys.REGULARIZATION_LOSSES, scope)


def get_regularization_loss(
    scope: str | None = None, name: str = "total_regularization_loss"
) -> Tensor:
    """The sum of the regularization losses, 0 when there are none."""
    losses = get_regularization_losses(scope)
    return add_n(losses, name=name) if losses else constant(0.0)


def get_total_loss(
    add_regularization_losses: bool = True, name: str = "total_loss", scope: str | None = None
) -> Tensor:
    """The sum of all losses.

    Args:
        add_regularization_losses: whether regularization losses count.
        name: the name of the operation.
        scope: count only those in this scope.

    Raises:
        ValueError: when there are none.
    """
    losses = get_losses(scope=scope)
    if add_regularization_losses:
        losses = losses + get_regularization_losses(scope=scope)
    return add_n(losses, name=name)


# -- weighting ------------------------------------------------------------------------------------
def _element_count(losses: Tensor) -> Tensor:
    with name_scope(None, "num_elements", [losses]) as scope:
        return cast(size(losses, name=scope), losses.dtype)


def _present_count(losses: Tensor, weights: Any, per_batch: bool = False) -> Tensor:
    """How many losses have a weight other than 0."""
    if isinstance(weights, float) and weights != 0.0:
        return _element_count(losses)
    with name_scope(None, "num_present", [losses, weights]) as scope:
        weights = cast(weights, dtypes.float32)
        present = where(equal(weights, 0.0), zeros_like(weights), ones_like(weights))
        present = broadcast_weights(present, losses)
        if per_batch:
            return reduce_sum(present, axis=tf_range(1, rank(present)), keepdims=True, name=scope)
        return reduce_sum(present, name=scope)


def _mean(loss: Tensor, count: Tensor) -> Tensor:
    return div_no_nan(reduce_sum(loss), count, name="value")


def compute_weighted_loss(
    losses: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = _DEFAULT,
) -> Tensor:
    """Losses times weights, made one number.

    Args:
        losses: a tensor.
        weights: a tensor that is a scalar or has the rank of ``losses``, each size 1 or equal.
        scope: the name of the scope.
        loss_collection: where the result is added.
        reduction: a ``Reduction``.

    Returns:
        A scalar, or for ``Reduction.NONE`` a tensor like ``losses``.

    Raises:
        ValueError: when the weights don't fit, or ``reduction`` is none.
    """
    Reduction.validate(reduction)
    with name_scope(scope, "weighted_loss", [losses, weights]):
        defaults.get_default_graph()._last_loss_reduction = reduction  # type: ignore[attr-defined]
        with control_dependencies([assert_broadcastable(weights, losses)]):
            losses = convert_to_tensor(losses)
            dtype = losses.dtype
            losses = cast(losses, dtypes.float32)
            weights = cast(weights, dtypes.float32)
            loss = multiply(losses, weights)
            if reduction != Reduction.NONE:
                loss = reduce_sum(loss)
                if reduction == Reduction.MEAN:
                    loss = _mean(loss, reduce_sum(ones_like(losses) * weights))  # type: ignore[operator]
                elif reduction == Reduction.SUM_BY_NONZERO_WEIGHTS:
                    loss = _mean(loss, _present_count(losses, weights))
                elif reduction == Reduction.SUM_OVER_BATCH_SIZE:
                    loss = _mean(loss, _element_count(losses))
            loss = cast(loss, dtype)
            add_loss(loss, loss_collection)
            return loss


def _required(**values: Any) -> None:
    for name, value in values.items():
        if value is None:
            raise ValueError(f"{name} must not be None.")


def _of_difference(
    default_name: str,
    labels: Any,
    predictions: Any,
    weights: Any,
    scope: str | None,
    loss_collection: str | None,
    reduction: str,
    compute: Callable[[Tensor, Tensor], Tensor],
    what: str = "predictions",
) -> Tensor:
    """A loss of labels and predictions (or logits), both made ``float32``, element by element."""
    _required(**{"labels": labels, what: predictions})
    with name_scope(scope, default_name, [predictions, labels, weights]) as inner:
        predictions = cast(predictions, dtypes.float32)
        labels = cast(labels, dtypes.float32)
        predictions.shape.assert_is_compatible_with(labels.shape)
        losses = compute(labels, predictions)
        return compute_weighted_loss(losses, weights, inner, loss_collection, reduction=reduction)


# -- the losses -----------------------------------------------------------------------------------
def absolute_difference(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = _DEFAULT,
) -> Tensor:
    """``|predictions - labels|``.

    Args:
        labels: the true values.
        predictions: a tensor of the same shape.
        weights, scope, loss_collection, reduction: see ``compute_weighted_loss``.

    Raises:
        ValueError: when the shapes don't fit.
    """
    return _of_difference(
        "absolute_difference",
        labels,
        predictions,
        weights,
        scope,
        loss_collection,
        reduction,
        lambda y, p: tf_abs(subtract(p, y)),
    )


def cosine_distance(
    labels: Any,
    predictions: Any,
    axis: int | None = None,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = _DEFAULT,
    dim: int | None = None,
) -> Tensor:
    """1 minus the inner product of labels and predictions, which must have length 1.

    Args:
        labels: the true values.
        predictions: a tensor of the same shape.
        axis: the dimension of the vectors.
        weights, scope, loss_collection, reduction: see ``compute_weighted_loss``.
        dim: the older name of ``axis``.

    Raises:
        ValueError: when the shapes don't fit, or there is no axis.
    """
    if dim is not None:
        if axis is not None:
            raise ValueError("Cannot specify both 'dim' and 'axis'")
        axis = dim
    if axis is None:
        raise ValueError("You must specify 'axis'.")
    return _of_difference(
        "cosine_distance_loss",
        labels,
        predictions,
        weights,
        scope,
        loss_collection,
        reduction,
        lambda y, p: 1 - reduce_sum(multiply(p, y), axis=(axis,), keepdims=True),  # type: ignore[operator]
    )


def _hinge(labels: Tensor, logits: Tensor) -> Tensor:
    ones = ones_like(labels)
    signs = subtract(2 * labels, ones)  # type: ignore[operator]
    return relu(subtract(ones, multiply(signs, logits)))


def hinge_loss(
    labels: Any,
    logits: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = _DEFAULT,
) -> Tensor:
    """``max(0, 1 - sign * logits)``, the sign being -1 for the label 0 and 1 for 1.

    Args:
        labels: 0 or 1.
        logits: a tensor of the same shape.
        weights, scope, loss_collection, reduction: see ``compute_weighted_loss``.
    """
    return _of_difference(
        "hinge_loss",
        labels,
        logits,
        weights,
        scope,
        loss_collection,
        reduction,
        _hinge,
        what="logits",
    )


def huber_loss(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    delta: float = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = _DEFAULT,
) -> Tensor:
    """Half the squared difference up to ``delta``, linear beyond (Huber, 1964).

    Args:
        labels: the true values.
        predictions: a tensor of the same shape.
        delta: where the loss becomes linear.
        weights, scope, loss_collection, reduction: see ``compute_weighted_loss``.
    """

    def compute(y: Tensor, p: Tensor) -> Tensor:
        error = tf_abs(subtract(p, y))
        quadratic = minimum(error, delta)
        linear = subtract(error, quadratic)
        half = convert_to_tensor(0.5, dtype=quadratic.dtype)
        return add(multiply(half, multiply(quadratic, quadratic)), multiply(delta, linear))

    return _of_difference(
        "huber_loss", labels, predictions, weights, scope, loss_collection, reduction, compute
    )


def log_loss(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    epsilon: float = 1e-7,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = _DEFAULT,
) -> Tensor:
    """``-labels * log(predictions) - (1 - labels) * log(1 - predictions)``.

    Args:
        labels: the true probabilities.
        predictions: a tensor of the same shape.
        epsilon: added to keep the logarithm finite.
        weights, scope, loss_collection, reduction: see ``compute_weighted_loss``.
    """

    def compute(y: Tensor, p: Tensor) -> Tensor:
        return -multiply(y, log(p + epsilon)) - multiply(  # type: ignore[operator]
            (1 - y),  # type: ignore[operator]
            log(1 - p + epsilon),  # type: ignore[operator]
        )

    return _of_difference(
        "log_loss", labels, predictions, weights, scope, loss_collection, reduction, compute
    )


def mean_squared_error(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = _DEFAULT,
) -> Tensor:
    """``(predictions - labels) ** 2``.

    Args:
        labels: the true values.
        predictions: a tensor of the same shape.
        weights, scope, loss_collection, reduction: see ``compute_weighted_loss``.
    """
    return _of_difference(
        "mean_squared_error",
        labels,
        predictions,
        weights,
        scope,
        loss_collection,
        reduction,
        lambda y, p: squared_difference(p, y),
    )


def mean_pairwise_squared_error(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
) -> Tensor:
    """How the differences between pairs of elements of one example differ from the true ones.

    Args:
        labels: ``[batch, ...]``, the true values.
        predictions: a tensor of the same shape.
        weights: a scalar, or one for each example (``[batch, 1, ...]``).
        scope: the name of the scope.
        loss_collection: where the result is added.
    """
    _required(labels=labels, predictions=predictions)
    with name_scope(scope, "mean_pairwise_squared_error", [predictions, labels, weights]):
        weights = cast(weights, dtypes.float32)
        labels = cast(labels, dtypes.float32)
        with control_dependencies([assert_broadcastable(weights, labels)]):
            predictions = cast(predictions, dtypes.float32)
            predictions.shape.assert_is_compatible_with(labels.shape)
            differences = subtract(predictions, labels)
            axis = tf_range(1, rank(differences))
            squares = reduce_sum(square(differences), axis=axis, keepdims=True)
            count: Any = _present_count(differences, weights, per_batch=True)
            first: Any = 2.0 * div_no_nan(squares, maximum(count - 1, 0), name="value")  # type: ignore[operator]
            total = reduce_sum(differences, axis=axis, keepdims=True)
            pairs = div_no_nan(square(total), maximum(multiply(count, count - 1), 0), name="value")
            second = 2.0 * pairs  # type: ignore[operator]
            loss = reduce_sum(multiply(first - second, weights))
            loss = where(reduce_sum(count) > 0, loss, zeros_like(loss), name="value")  # type: ignore[operator]
            add_loss(loss, loss_collection)
            return loss


def sigmoid_cross_entropy(
    multi_class_labels: Any,
    logits: Any,
    weights: Any = 1.0,
    label_smoothing: float = 0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = _DEFAULT,
) -> Tensor:
    """Cross-entropy of independent probabilities; see ``tf.nn.sigmoid_cross_entropy_with_logits``.

    Args:
        multi_class_labels: ``[batch, classes]``, 0 or 1.
        logits: a tensor of the same shape.
        label_smoothing: how far labels are moved towards 1/2.
        weights, scope, loss_collection, reduction: see ``compute_weighted_loss``.
    """
    _required(multi_class_labels=multi_class_labels, logits=logits)
    values = [logits, multi_class_labels, weights]
    with name_scope(scope, "sigmoid_cross_entropy_loss", values) as inner:
        logits = convert_to_tensor(logits)
        labels: Any = cast(multi_class_labels, logits.dtype)
        logits.shape.assert_is_compatible_with(labels.shape)
        if label_smoothing > 0:
            labels = labels * (1 - label_smoothing) + 0.5 * label_smoothing
        losses = sigmoid_cross_entropy_with_logits(labels=labels, logits=logits, name="xentropy")
        return compute_weighted_loss(losses, weights, inner, loss_collection, reduction=reduction)


def softmax_cross_entropy(
    onehot_labels: Any,
    logits: Any,
    weights: Any = 1.0,
    label_smoothing: float = 0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = _DEFAULT,
) -> Tensor:
    """Cross-entropy of a softmax; see ``tf.nn.softmax_cross_entropy_with_logits_v2``.

    Args:
        onehot_labels: ``[batch, classes]``.
        logits: a tensor of the same shape.
        label_smoothing: how far labels are moved towards the uniform distribution.
        weights, scope, loss_collection, reduction: see ``compute_weighted_loss``.
    """
    _required(onehot_labels=onehot_labels, logits=logits)
    values = [logits, onehot_labels, weights]
    with name_scope(scope, "softmax_cross_entropy_loss", values) as inner:
        logits = convert_to_tensor(logits)
        labels: Any = cast(onehot_labels, logits.dtype)
        logits.shape.assert_is_compatible_with(labels.shape)
        if label_smoothing > 0:
            classes: Any = cast(shape(labels)[-1], logits.dtype)  # type: ignore[index]
            positives = 1.0 - label_smoothing
            negatives = label_smoothing / classes
            labels = labels * positives + negatives
        labels = stop_gradient(labels, name="labels_stop_gradient")
        losses = softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits, name="xentropy")
        return compute_weighted_loss(losses, weights, inner, loss_collection, reduction=reduction)


def _squeezed(labels: Any, logits: Any, weights: Any) -> tuple[Any, Any, Any]:
    labels, logits = remove_squeezable_dimensions(labels, logits, expected_rank_diff=1)
    if weights is None:
        return labels, logits, None
    weights = convert_to_tensor(weights)
    ranks = labels.shape.ndims, weights.shape.ndims
    if ranks[0] is not None and ranks[1] is not None:
        if ranks[1] - ranks[0] == 1:
            weights = squeeze(weights, [-1])
        return labels, logits, weights
    difference = rank(weights) - rank(labels)  # type: ignore[operator]
    sizes = weights.shape.sizes
    if sizes is None or (len(sizes) > 0 and sizes[-1] in (None, 1)):
        full = weights
        weights = cond(equal(1, difference), lambda: squeeze(full, [-1]), lambda: full)
    return labels, logits, weights


def sparse_softmax_cross_entropy(
    labels: Any,
    logits: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = _DEFAULT,
) -> Tensor:
    """Cross-entropy of a softmax with class numbers as labels.

    Args:
        labels: ``[batch]`` or ``[batch, 1]`` class numbers.
        logits: ``[batch, classes]``.
        weights, scope, loss_collection, reduction: see ``compute_weighted_loss``.
    """
    _required(labels=labels, logits=logits)
    values = [logits, labels, weights]
    with name_scope(scope, "sparse_softmax_cross_entropy_loss", values) as inner:
        labels, logits, weights = _squeezed(labels, logits, weights)
        losses = sparse_softmax_cross_entropy_with_logits(
            labels=labels, logits=logits, name="xentropy"
        )
        return compute_weighted_loss(losses, weights, inner, loss_collection, reduction=reduction)
