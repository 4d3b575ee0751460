"""Softmax, its logarithm, and the operations that join it with a cross-entropy."""

from __future__ import annotations

from typing import Any

from penstock.graph import errors
from penstock.graph.build import apply
from penstock.graph.convert import convert_to_tensor
from penstock.graph.registry import operation
from penstock.graph.shapes import TensorShape, unknown_shape
from penstock.graph.tensor import Tensor
from penstock.kernels import losses as kernels
from penstock.ops.shape_rules import broadcast_shapes


def _at_least_vector(op: Any) -> TensorShape:
    shape = op.inputs[0].shape
    if shape.ndims == 0:
        raise ValueError("Shape must be at least rank 1 but is rank 0")
    return shape


def _softmax_gradient(op: Any, grad: Tensor) -> Tensor:
    from penstock.ops.reductions import reduce_sum

    y = op.outputs[0]
    return (grad - reduce_sum(grad * y, -1, keepdims=True)) * y


@operation("Softmax", inputs="logits: T", outputs="softmax: T", attrs="T: floattype")
class Softmax:
    shape = _at_least_vector
    gradient = _softmax_gradient

    def lower(logits: Any) -> Any:
        return kernels.softmax(logits)


@operation("LogSoftmax", inputs="logits: T", outputs="logsoftmax: T", attrs="T: floattype")
class LogSoftmax:
    shape = _at_least_vector

    def lower(logits: Any) -> Any:
        return kernels.log_softmax(logits)

    def gradient(op: Any, grad: Tensor) -> Tensor:
        from penstock.ops.math_unary import exp
        from penstock.ops.reductions import reduce_sum

        y = exp(op.outputs[0])
        return grad - reduce_sum(grad, -1, keepdims=True) * y


def softmax(logits: Any, axis: Any = None, name: str | None = None, dim: Any = None) -> Tensor:
    """``exp(logits) / sum(exp(logits))`` along an axis.

    Args:
        logits: a floating tensor.
        axis: the axis, the last one by default.
        name: the operation's name.
        dim: the old name of ``axis``.

    Raises:
        InvalidArgumentError: when there is no such axis.
    """
    return _along_axis("Softmax", logits, _axis_argument(axis, dim), name)


def log_softmax(logits: Any, axis: Any = None, name: str | None = None, dim: Any = None) -> Tensor:
    """``logits - log(sum(exp(logits)))`` along an axis.

    Args:
        logits: a floating tensor.
        axis: the axis, the last one by default.
        name: the operation's name.
        dim: the old name of ``axis``.

    Raises:
        InvalidArgumentError: when there is no such axis.
    """
    return _along_axis("LogSoftmax", logits, _axis_argument(axis, dim), name)


def _axis_argument(axis: Any, dim: Any) -> Any:
    from penstock.ops.reductions import renamed_argument

    axis = renamed_argument("axis", axis, "dim", dim)
    return -1 if axis is None else axis


def _along_axis(op_type: str, logits: Any, axis: Any, name: str | None) -> Tensor:
    from penstock.graph.static_values import constant_value
    from penstock.ops.arrays import rank
    from penstock.ops.math_binary import subtract
    from penstock.ops.selecting import where

    logits = convert_to_tensor(logits)
    shape = logits.shape
    if not isinstance(axis, Tensor) and (axis == -1 or axis == (shape.ndims or 0) - 1):
        return apply(op_type, logits, name=name)
    known = constant_value(axis) if isinstance(axis, Tensor) else axis
    dimensions = shape.ndims
    if dimensions is None:
        raise ValueError(f"{op_type} along axis {known} needs logits of known rank, got {logits!r}")
    if known is not None and not -dimensions <= known < dimensions:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"Dimension ({int(known)}) must be in the range [{-dimensions}, {dimensions}) where "
            f"{dimensions} is the number of dimensions in the input.",
        )
    total = rank(logits)
    if isinstance(axis, Tensor):
        axis = where(axis < 0, axis + total, axis)
    elif axis < 0:
        axis = axis + total
    last = rank(logits)
    axis = axis % dimensions
    swapped = _swap_axes(logits, axis, subtract(last, 1))
    result = _swap_axes(apply(op_type, swapped), axis, subtract(last, 1), name)
    result.set_shape(shape)
    return result


def _swap_axes(x: Tensor, axis: Any, last: Any, name: str | None = None) -> Tensor:
    from penstock.ops.arrays import transpose
    from penstock.ops.joining import concat
    from penstock.ops.ranges import range as number_range

    order = concat([number_range(axis), [last], number_range(axis + 1, last), [axis]], 0)
    return transpose(x, order, name=name)


# -- cross-entropies ------------------------------------------------------------------------------
def broadcast_multiply(vector: Tensor, matrix: Tensor) -> Tensor:
    """Each row of ``matrix`` times its number in ``vector``."""
    from penstock.ops.arrays import expand_dims

    return expand_dims(vector, -1) * matrix


def _is_zero(gradient: Tensor) -> bool:
    """True for the zeros that ``tf.gradients`` puts where nothing flows."""
    op = gradient.op
    if op.type in ("ZerosLike", "Zeros"):
        return True
    if op.type == "Const":
        value = op._attributes["value"]
        return value.size > 0 and not value.any()
    return False


def _matrix_shapes(op: Any) -> list[TensorShape]:
    features, labels = op.inputs[0].shape, op.inputs[1].shape
    try:
        shape = broadcast_shapes(features, labels)
    except ValueError as error:
        raise ValueError(str(error)) from None
    if shape.ndims is None:
        return [unknown_shape(1), unknown_shape(2)]
    if shape.ndims != 2:
        raise ValueError(f"Shape must be rank 2 but is rank {shape.ndims}")
    return [TensorShape([shape[0]]), shape]


def _softmax_cross_entropy_gradient(op: Any, grad_loss: Tensor, grad_grad: Tensor) -> list[Tensor]:
    from penstock.ops.arrays import expand_dims, squeeze
    from penstock.ops.matrices import matmul

    grad = broadcast_multiply(grad_loss, op.outputs[1])
    logits = op.inputs[0]
    if grad_grad is not None and not _is_zero(grad_grad):
        y = softmax(logits)
        inner = squeeze(matmul(expand_dims(grad_grad, 1), expand_dims(y, 2)), axis=1)
        grad += (grad_grad - inner) * y
    return [grad, broadcast_multiply(grad_loss, -log_softmax(logits))]


@operation(
    "SoftmaxCrossEntropyWithLogits",
    inputs="features: T, labels: T",
    outputs="loss: T, backprop: T",
    attrs="T: floattype",
)
class SoftmaxCrossEntropyWithLogits:
    shape = _matrix_shapes
    gradient = _softmax_cross_entropy_gradient

    def lower(features: Any, labels: Any) -> Any:
        return kernels.softmax_cross_entropy_with_logits(features, labels)


def _vector_shapes(op: Any) -> list[TensorShape]:
    features, labels = op.inputs[0].shape, op.inputs[1].shape
    features = features.with_rank(2) if features.ndims == 2 else _checked(features, 2)
    labels = _checked(labels, 1)
    if (
        features[0].value is not None
        and labels[0].value is not None
        and features[0].value != labels[0].value
    ):
        raise ValueError(
            f"Dimensions must be equal, but are {features[0].value} and {labels[0].value}"
        )
    batch = features[0].merge_with(labels[0])
    return [TensorShape([batch]), TensorShape([batch, features[1]])]


def _checked(shape: TensorShape, rank: int) -> TensorShape:
    if shape.ndims is None:
        return unknown_shape(rank)
    if shape.ndims != rank:
        raise ValueError(f"Shape must be rank {rank} but is rank {shape.ndims}")
    return shape


def _label_message(low: Any, high: Any, classes: int, labels: Any) -> str:
    value = high if int(high) >= classes else low
    listed = " ".join(str(int(v)) for v in labels.ravel()[:100])
    return (
        f"Received a label value of {int(value)} which is outside the valid range of "
        f"[0, {classes}).  Label values: {listed}"
    )


@operation(
    "SparseSoftmaxCrossEntropyWithLogits",
    inputs="features: T, labels: Tlabels",
    outputs="loss: T, backprop: T",
    attrs="T: floattype; Tlabels: indextype = int64",
)
class SparseSoftmaxCrossEntropyWithLogits:
    shape = _vector_shapes

    def lower(features: Any, labels: Any, *, run: Any) -> Any:
        classes = features.shape[-1]

        def message(values: Any) -> str:
            return _label_message(values.min(), values.max(), classes, values)

        if labels.size:
            run.check(kernels.labels_in_range(labels, classes), message, labels)
        return kernels.sparse_softmax_cross_entropy_with_logits(features, labels)

    def gradient(op: Any, grad_loss: Tensor, _: Any) -> list[Any]:
        from penstock.ops.arrays import prevent_gradient

        backprop = prevent_gradient(
            op.outputs[1],
            message="Currently there is no way to take the second derivative of "
            "sparse_softmax_cross_entropy_with_logits due to the fused implementation's "
            "interaction with tf.gradients()",
        )
        return [broadcast_multiply(grad_loss, backprop), None]
