"""Cross-entropies and other losses of logits, element by element or row by row."""

from __future__ import annotations

import math
from typing import Any

from penstock import behavior
from penstock.graph import dtypes
from penstock.graph.build import apply
from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import control_dependencies, name_scope
from penstock.graph.shapes import TensorShape
from penstock.graph.tensor import Tensor
from penstock.ops.arrays import (
    ones_like,
    rank,
    reshape,
    shape,
    stop_gradient,
    transpose,
    zeros_like,
)
from penstock.ops.casts import cast
from penstock.ops.comparisons import logical_and
from penstock.ops.constants import constant
from penstock.ops.joining import concat
from penstock.ops.math_binary import add, subtract
from penstock.ops.math_unary import abs as absolute
from penstock.ops.math_unary import exp, log, log1p
from penstock.ops.nn_activations import relu
from penstock.ops.ranges import range as number_range
from penstock.ops.reductions import renamed_argument
from penstock.ops.selecting import where
from penstock.ops.slices import slice as slice_tensor

_HALVES = (dtypes.float16, dtypes.bfloat16)


def _named(function: str, sentinel: Any, labels: Any, logits: Any) -> tuple[Any, Any]:
    """``(labels, logits)`` of a loss that TensorFlow 1.x only takes by name.

    Raises:
        ValueError: when they came by place, or one is missing.
    """
    if sentinel is not None:
        raise ValueError(
            f"Only call `{function}` with named arguments (labels=..., logits=..., ...)"
        )
    if labels is None or logits is None:
        raise ValueError("Both labels and logits must be provided.")
    return labels, logits


def softmax_cross_entropy_with_logits(
    _sentinel: Any = None,
    labels: Any = None,
    logits: Any = None,
    dim: Any = -1,
    name: str | None = None,
    axis: Any = None,
) -> Tensor:
    """The cross-entropy of ``softmax(logits)`` against distributions, without gradient for them.

    Args:
        _sentinel: keeps the arguments named.
        labels: ``[..., classes]``, each row a distribution.
        logits: unscaled log-probabilities of the same shape and floating type.
        dim: the old name of ``axis``.
        name: the operation's name.
        axis: the axis of the classes, the last one by default.

    Returns:
        The loss of each row: the shape of ``logits`` without ``axis``.

    Raises:
        ValueError: when the arguments come by place, or their shapes differ.
    """
    dim = -1 if axis is None and dim is None else dim
    if axis is not None and dim != -1:
        raise ValueError("Cannot specify both 'dim' and 'axis'")
    axis = dim if axis is None else axis
    labels, logits = _named("softmax_cross_entropy_with_logits", _sentinel, labels, logits)
    if behavior.before(1, 0):
        return softmax_cross_entropy_with_logits_v2(labels, logits, axis=axis, name=name)
    with name_scope(name, "softmax_cross_entropy_with_logits_sg", [logits, labels]) as scope:
        labels = stop_gradient(labels, name="labels_stop_gradient")
    return softmax_cross_entropy_with_logits_v2(labels, logits, axis=axis, name=scope)


def softmax_cross_entropy_with_logits_v2(
    labels: Any, logits: Any, axis: Any = None, name: str | None = None, dim: Any = None
) -> Tensor:
    """The cross-entropy of ``softmax(logits)`` against distributions, differentiable in both.

    Args:
        labels: ``[..., classes]``, each row a distribution.
        logits: unscaled log-probabilities of the same shape and floating type.
        axis: the axis of the classes, the last one by default.
        name: the operation's name.
        dim: the old name of ``axis``.

    Returns:
        The loss of each row: the shape of ``logits`` without ``axis``.

    Raises:
        ValueError: when the arguments come by place, or their shapes differ.
    """
    axis = renamed_argument("axis", axis, "dim", dim)
    axis = -1 if axis is None else axis
    _named("softmax_cross_entropy_with_logits", None, labels, logits)
    with name_scope(name, "softmax_cross_entropy_with_logits", [logits, labels]) as scope:
        logits = convert_to_tensor(logits, name="logits")
        labels = convert_to_tensor(labels, name="labels")
        is_half = logits.dtype in _HALVES
        precise = cast(logits, dtypes.float32) if is_half else logits
        labels = cast(labels, precise.dtype)
        input_rank = rank(precise)
        static = logits.shape
        if axis != -1:
            precise = _axis_to_end(precise, axis, input_rank)
            labels = _axis_to_end(labels, axis, input_rank)
        input_shape = shape(precise)
        precise = _as_matrix(precise)
        labels = _as_matrix(labels)
        loss, _ = apply("SoftmaxCrossEntropyWithLogits", precise, labels, name=scope)
        kept = slice_tensor(input_shape, [0], [subtract(input_rank, 1)])
        loss = reshape(loss, kept)
        if static.sizes is not None:
            sizes = list(static.sizes)
            del sizes[axis]
            loss.set_shape(sizes)
        return cast(loss, logits.dtype) if is_half else loss


def _axis_to_end(x: Tensor, axis: Any, input_rank: Tensor) -> Tensor:
    order = concat([number_range(axis), number_range(axis + 1, input_rank), [axis]], 0)
    return transpose(x, order)


def _as_matrix(x: Tensor) -> Tensor:
    """All axes but the last made one."""
    count = rank(x)
    last = slice_tensor(shape(x), [subtract(count, 1)], [1])
    matrix = reshape(x, concat([[-1], last], 0))
    sizes = x.shape.sizes
    if sizes is not None and len(sizes) > 0 and None not in sizes[:-1]:
        matrix.set_shape([math.prod(size or 0 for size in sizes[:-1]), sizes[-1]])
    return matrix


def sparse_softmax_cross_entropy_with_logits(
    _sentinel: Any = None, labels: Any = None, logits: Any = None, name: str | None = None
) -> Tensor:
    """The cross-entropy of ``softmax(logits)`` against class numbers.

    Args:
        _sentinel: keeps the arguments named.
        labels: integers of the shape of ``logits`` without its last axis, in ``[0, classes)``.
        logits: ``[..., classes]``, unscaled log-probabilities of a floating type.
        name: the operation's name.

    Returns:
        A tensor of the shape of ``labels`` and the type of ``logits``.

    Raises:
        ValueError: when the arguments come by place, or their shapes don't fit.
        InvalidArgumentError: in a run, for a label outside its range.
    """
    labels, logits = _named("sparse_softmax_cross_entropy_with_logits", _sentinel, labels, logits)
    op_type = "SparseSoftmaxCrossEntropyWithLogits"
    with name_scope(name, op_type, [labels, logits]):
        labels = convert_to_tensor(labels)
        logits = convert_to_tensor(logits)
        is_half = logits.dtype == dtypes.float16
        precise = cast(logits, dtypes.float32) if is_half else logits
        labels_static = labels.shape
        labels_shape = shape(labels)
        rows = logits.shape if logits.shape.ndims in (None, 0) else logits.shape[:-1]
        known = labels_static.is_fully_defined() and rows.is_fully_defined()
        _check_sparse_shapes(labels_static, logits.shape, rows, known)
        if logits.shape.ndims == 2:
            loss, _ = apply(op_type, precise, labels, name=name)
            return cast(loss, dtypes.float16) if is_half else loss
        checks = []
        if not known:
            from penstock.ops.checks import assert_equal

            checks.append(assert_equal(shape(labels), shape(logits)[:-1]))
        with control_dependencies(checks):
            classes = shape(logits)[rank(logits) - 1]
            precise = reshape(precise, [-1, classes])
            labels = reshape(labels, [-1])
            loss, _ = apply(op_type, precise, labels, name=name)
            loss = reshape(loss, labels_shape)
            loss.set_shape(labels_static)
            return cast(loss, dtypes.float16) if is_half else loss


def _check_sparse_shapes(
    labels: TensorShape, logits: TensorShape, rows: TensorShape, known: bool
) -> None:
    if logits.ndims == 0:
        raise ValueError(f"Logits cannot be scalars - received shape {logits}.")
    if logits.ndims is not None and labels.ndims not in (None, logits.ndims - 1):
        raise ValueError(
            f"Rank mismatch: Rank of labels (received {labels.ndims}) should equal rank of logits "
            f"minus 1 (received {logits.ndims})."
        )
    if known and labels != rows:
        raise ValueError(
            f"Shape mismatch: The shape of labels (received {labels}) should equal the shape of "
            f"logits except for the last dimension (received {logits})."
        )


def _check_same(first: Tensor, second: Tensor, what: str) -> None:
    try:
        second.shape.merge_with(first.shape)
    except ValueError:
        raise ValueError(
            f"{what} must have the same shape ({first.shape} vs {second.shape})"
        ) from None


def sigmoid_cross_entropy_with_logits(
    _sentinel: Any = None,
    labels: Any = None,
    logits: Any = None,
    name: str | None = None,
    targets: Any = None,
) -> Tensor:
    """The cross-entropy of ``sigmoid(logits)`` against probabilities, element by element.

    ``max(x, 0) - x * z + log(1 + exp(-abs(x)))`` for logits ``x`` and labels ``z``.

    Args:
        _sentinel: keeps the arguments named.
        labels: a tensor of the type and shape of ``logits``.
        logits: ``float32`` or ``float64``.
        name: the name of the scope.
        targets: the name of ``labels`` before TensorFlow 1.0.

    Raises:
        ValueError: when the arguments come by place, or their shapes differ.
    """
    labels = renamed_argument("labels", labels, "targets", targets)
    labels, logits = _named("sigmoid_cross_entropy_with_logits", _sentinel, labels, logits)
    with name_scope(name, "logistic_loss", [logits, labels]) as scope:
        logits = convert_to_tensor(logits, name="logits")
        labels = convert_to_tensor(labels, name="labels")
        _check_same(logits, labels, "logits and labels")
        # Written so that neither the exponential nor its gradient overflows.
        zeros = zeros_like(logits, dtype=logits.dtype)
        positive = logits >= zeros
        relu_logits = where(positive, logits, zeros)
        negative_size = where(positive, -logits, logits)
        return add(relu_logits - logits * labels, log1p(exp(negative_size)), name=scope)


def weighted_cross_entropy_with_logits(
    labels: Any = None,
    logits: Any = None,
    pos_weight: Any = None,
    name: str | None = None,
    targets: Any = None,
) -> Tensor:
    """``sigmoid_cross_entropy_with_logits`` whose positive part is weighted.

    Args:
        labels: a tensor of the type and shape of ``logits``.
        logits: ``float32`` or ``float64``.
        pos_weight: the weight of the positive labels; broadcasts with ``logits``.
        name: the name of the scope.
        targets: the old name of ``labels``.

    Raises:
        ValueError: when the shapes differ.
    """
    labels = renamed_argument("labels", labels, "targets", targets)
    with name_scope(name, "logistic_loss", [logits, labels]) as scope:
        logits = convert_to_tensor(logits, name="logits")
        labels = convert_to_tensor(labels, name="labels")
        _check_same(logits, labels, "logits and labels")
        weight = 1 + (pos_weight - 1) * labels
        return add(
            (1 - labels) * logits,
            weight * (log1p(exp(-absolute(logits))) + relu(-logits)),
            name=scope,
        )


def log_poisson_loss(
    targets: Any, log_input: Any, compute_full_loss: bool = False, name: str | None = None
) -> Tensor:
    """The negative log-likelihood of counts under Poisson distributions.

    ``exp(c) - c * z`` for targets ``z`` and logarithms ``c`` of the rates.

    Args:
        targets: the counts.
        log_input: the logarithms of the rates, of the same shape and type.
        compute_full_loss: add Stirling's approximation of ``log(z!)``, where ``z > 1``.
        name: the name of the scope.

    Raises:
        ValueError: when the shapes differ.
    """
    with name_scope(name, "log_poisson_loss", [log_input, targets]):
        log_input = convert_to_tensor(log_input, name="log_input")
        targets = convert_to_tensor(targets, name="targets")
        _check_same(log_input, targets, "log_input and targets")
        result = exp(log_input) - log_input * targets
        if not compute_full_loss:
            return result
        half = constant(0.5, dtype=targets.dtype)
        circle = constant(2 * math.pi, dtype=targets.dtype)
        stirling = (targets * log(targets)) - targets + (half * log(circle * targets))
        zeros = zeros_like(targets, dtype=targets.dtype)
        ones = ones_like(targets, dtype=targets.dtype)
        small = logical_and(targets >= zeros, targets <= ones)
        return result + where(small, zeros, stirling)
