"""Fused batch normalisation, in the three forms that TensorFlow 1.x has, and its gradients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from penstock.graph import dtypes
from penstock.graph.build import apply
from penstock.graph.registry import gradient_function, operation
from penstock.graph.shapes import TensorShape, unknown_shape
from penstock.graph.tensor import Tensor
from penstock.kernels import normalization as kernels
from penstock.ops.windows import channel_axis, sizes_of

_ATTRS = (
    "epsilon: float = 9.999999747378752e-05; data_format: {'NHWC', 'NCHW'} = 'NHWC'; "
    "is_training: bool = true"
)
_TYPES = f"T: {{half, bfloat16, float}}; U: {{float}}; {_ATTRS}"


# -- forward --------------------------------------------------------------------------------------
def _shapes(op: Any) -> list[TensorShape]:
    x = TensorShape(sizes_of(op.inputs[0].shape, 4))
    place = channel_axis(op.attr("data_format"))
    channels = x[place]
    # In training the moments that come in are empty.
    last = 3 if op.attr("is_training") else 5
    for tensor in op.inputs[1:last]:
        vector = TensorShape(sizes_of(tensor.shape, 1))
        if not channels.is_compatible_with(vector[0]):
            raise ValueError(
                f"Dimensions must be equal, but are {channels.value} and {vector[0].value}"
            )
        channels = channels.merge_with(vector[0])
    sizes = x.as_list()
    sizes[place] = channels.value
    result = [TensorShape(sizes)] + [TensorShape([channels])] * 4
    return result + [unknown_shape()] * (len(op.outputs) - 5)


def _check_moments(x: Any, mean: Any, variance: Any, data_format: str, training: bool) -> None:
    channels = x.shape[channel_axis(data_format)]
    if not training:
        for name, value in (("estimated_mean", mean), ("estimated_variance", variance)):
            if value.shape != (channels,):
                raise ValueError(
                    f"{name} must have {channels} elements for inference, got {value.shape}"
                )
    elif mean.size or variance.size:
        raise ValueError(
            "When is_training=true, the estimated mean and variance must be empty, got shapes "
            f"{tuple(mean.shape)} and {tuple(variance.shape)}"
        )


def _normalize(
    x: Any,
    scale: Any,
    offset: Any,
    mean: Any,
    variance: Any,
    *,
    epsilon: float,
    data_format: str,
    is_training: bool,
) -> Any:
    _check_moments(x, mean, variance, data_format, is_training)
    return kernels.fused_batch_norm(
        x, scale, offset, mean, variance, epsilon, data_format, is_training
    )


def _normalize_v3(
    x: Any,
    scale: Any,
    offset: Any,
    mean: Any,
    variance: Any,
    *,
    epsilon: float,
    data_format: str,
    is_training: bool,
) -> Any:
    outputs = _normalize(
        x, scale, offset, mean, variance,
        epsilon=epsilon, data_format=data_format, is_training=is_training,
    )  # fmt: skip
    # The last output is scratch space of GPU kernels.
    return (*outputs, jnp.zeros((), np.float32))


def _gradient_with(op_type: str) -> Any:
    """The gradient of the forward operations, with the given operation."""

    def gradient(op: Any, grad: Tensor, *_: Any) -> list[Any]:
        from penstock.ops.arrays import transpose

        x, scale, _, mean, variance = op.inputs
        training = op.attr("is_training")
        attributes = {
            "epsilon": op.attr("epsilon"),
            "data_format": op.attr("data_format"),
            "is_training": training,
        }
        scratch = list(op.outputs[5:])
        if training:
            moments = list(op.outputs[3:5])
            return list(apply(op_type, grad, x, scale, *moments, *scratch, **attributes))
        first = attributes["data_format"] == b"NCHW"
        if first:
            x = transpose(x, [0, 2, 3, 1])
            grad = transpose(grad, [0, 2, 3, 1])
            attributes["data_format"] = "NHWC"
        dx, dscale, doffset, _, _ = apply(
            op_type, grad, x, scale, mean, variance, *scratch, **attributes
        )
        if first:
            dx = transpose(dx, [0, 3, 1, 2])
        return [dx, dscale, doffset, None, None]

    return gradient


@operation(
    "FusedBatchNorm",
    inputs="x: T, scale: T, offset: T, mean: T, variance: T",
    outputs="y: T, batch_mean: T, batch_variance: T, reserve_space_1: T, reserve_space_2: T",
    attrs=f"T: {{float}}; {_ATTRS}",
)
class FusedBatchNorm:
    shape = _shapes
    lower = _normalize
    gradient = _gradient_with("FusedBatchNormGrad")


@operation(
    "FusedBatchNormV2",
    inputs="x: T, scale: U, offset: U, mean: U, variance: U",
    outputs="y: T, batch_mean: U, batch_variance: U, reserve_space_1: U, reserve_space_2: U",
    attrs=_TYPES,
)
class FusedBatchNormV2:
    shape = _shapes
    lower = _normalize
    gradient = _gradient_with("FusedBatchNormGradV2")


@operation(
    "FusedBatchNormV3",
    inputs="x: T, scale: U, offset: U, mean: U, variance: U",
    outputs=(
        "y: T, batch_mean: U, batch_variance: U, reserve_space_1: U, reserve_space_2: U, "
        "reserve_space_3: U"
    ),
    attrs=_TYPES,
)
class FusedBatchNormV3:
    shape = _shapes
    lower = _normalize_v3
    gradient = _gradient_with("FusedBatchNormGradV3")


# -- gradients ------------------------------------------------------------------------------------
def _grad_shapes(op: Any) -> list[TensorShape]:
    x = TensorShape(sizes_of(op.inputs[0].shape.merge_with(op.inputs[1].shape), 4))
    place = channel_axis(op.attr("data_format"))
    channels = x[place].merge_with(TensorShape(sizes_of(op.inputs[2].shape, 1))[0])
    sizes = x.as_list()
    sizes[place] = channels.value
    rest = TensorShape([0]) if op.attr("is_training") else TensorShape([channels])
    return [TensorShape(sizes), TensorShape([channels]), TensorShape([channels]), rest, rest]


def _lower_grad(
    y_backprop: Any,
    x: Any,
    scale: Any,
    reserve_space_1: Any,
    reserve_space_2: Any,
    *,
    epsilon: float,
    data_format: str,
    is_training: bool,
) -> Any:
    grads = kernels.fused_batch_norm_grad(
        y_backprop,
        x,
        scale,
        reserve_space_1,
        reserve_space_2,
        epsilon,
        data_format,
        is_training,
    )
    rest = jnp.zeros((0,) if is_training else scale.shape, scale.dtype)
    return (*grads, rest, rest)


def _lower_grad_v3(
    y_backprop: Any,
    x: Any,
    scale: Any,
    reserve_space_1: Any,
    reserve_space_2: Any,
    reserve_space_3: Any,
    *,
    epsilon: float,
    data_format: str,
    is_training: bool,
) -> Any:
    return _lower_grad(
        y_backprop, x, scale, reserve_space_1, reserve_space_2,
        epsilon=epsilon, data_format=data_format, is_training=is_training,
    )  # fmt: skip


def _second_order(op: Any, *grads: Tensor) -> list[Any]:
    """The gradient of the gradient: that of the same gradient written with simple operations."""
    grad_y, x, scale, mean, variance = op.inputs[:5]
    before = x.graph._last_id
    outputs = _simple_gradient(
        grad_y,
        x,
        scale,
        mean,
        variance,
        op.attr("epsilon"),
        op.attr("data_format") == b"NCHW",
        op.attr("is_training"),
    )
    found = _gradients_since(before, outputs, grads[:3], [grad_y, x, scale])
    return [*found, *[None] * (len(op.inputs) - 3)]


def _simple_gradient(
    grad_y: Tensor,
    x: Tensor,
    scale: Tensor,
    mean: Tensor,
    variance: Tensor,
    epsilon: float,
    channels_first: bool,
    training: bool,
) -> list[Tensor]:
    from penstock.ops.arrays import reshape, size, squeeze, stop_gradient
    from penstock.ops.casts import cast
    from penstock.ops.math_binary import squared_difference
    from penstock.ops.math_unary import reciprocal, rsqrt
    from penstock.ops.reductions import reduce_mean, reduce_sum

    x_type = x.dtype.base_dtype
    if x_type == dtypes.float16:
        # Sums of halves lose too much.
        x = cast(x, dtypes.float32)
        grad_y = cast(grad_y, dtypes.float32)
    axes = [0, 2, 3] if channels_first else [0, 1, 2]
    if channels_first:
        form = [1, size(scale), 1, 1]
        scale = reshape(scale, form)
        if not training:
            mean, variance = reshape(mean, form), reshape(variance, form)
    if not training:
        root = rsqrt(variance + epsilon)
        grad_scale = reduce_sum(grad_y * (x - mean) * root, axis=axes)
        grad_x = grad_y * scale * root
        return [cast(grad_x, x_type), grad_scale, reduce_sum(grad_y, axis=axes)]
    keep = channels_first
    mean_grad = reduce_mean(grad_y, axes, keepdims=keep)
    mean_x = reduce_mean(x, axes, keepdims=keep)
    squares = squared_difference(x, stop_gradient(mean_x))
    variance = reduce_mean(squares, axes, keepdims=keep)
    grad_offset = grad_y - mean_grad
    offset = x - mean_x
    product = reduce_mean(grad_y * offset, axis=axes, keepdims=keep)
    grad_x = (scale * rsqrt(variance + epsilon)) * (
        grad_offset - reciprocal(variance + epsilon) * product * offset
    )
    grad_scale = rsqrt(variance + epsilon) * reduce_sum(grad_y * offset, axis=axes, keepdims=keep)
    if keep:
        grad_scale = squeeze(grad_scale)
    return [cast(grad_x, x_type), grad_scale, reduce_sum(grad_y, axis=axes)]


def _gradients_since(
    before: int, ys: Sequence[Tensor], grads: Sequence[Tensor], xs: Sequence[Tensor]
) -> list[Tensor | None]:
    """Gradients through the operations made after number ``before``, the last one first."""
    from penstock.ops.sums import add_n

    graph = ys[0].graph
    recorded = [op for op in graph.get_operations() if op._id > before]
    pending: dict[Tensor, list[Tensor]] = {}
    for y, grad in zip(ys, grads, strict=True):
        pending.setdefault(y, []).append(grad)

    def total(tensor: Tensor) -> Tensor | None:
        parts = pending.get(tensor)
        if not parts:
            return None
        return parts[0] if len(parts) == 1 else add_n(parts)

    for op in reversed(recorded):
        flowing = [total(tensor) for tensor in op.outputs]
        function = gradient_function(op.type) if any(g is not None for g in flowing) else None
        if function is None:
            continue
        given = function(op, *flowing)
        for tensor, grad in zip(
            op.inputs, given if isinstance(given, (list, tuple)) else [given], strict=True
        ):
            if grad is not None:
                pending.setdefault(tensor, []).append(grad)
    return [total(x) for x in xs]


@operation(
    "FusedBatchNormGrad",
    inputs="y_backprop: T, x: T, scale: T, reserve_space_1: T, reserve_space_2: T",
    outputs=(
        "x_backprop: T, scale_backprop: T, offset_backprop: T, reserve_space_3: T, "
        "reserve_space_4: T"
    ),
    attrs=f"T: {{float}}; {_ATTRS}",
)
class FusedBatchNormGrad:
    shape = _grad_shapes
    lower = _lower_grad
    gradient = _second_order


@operation(
    "FusedBatchNormGradV2",
    inputs="y_backprop: T, x: T, scale: float, reserve_space_1: U, reserve_space_2: U",
    outputs=(
        "x_backprop: T, scale_backprop: U, offset_backprop: U, reserve_space_3: U, "
        "reserve_space_4: U"
    ),
    attrs=_TYPES,
)
class FusedBatchNormGradV2:
    shape = _grad_shapes
    lower = _lower_grad
    gradient = _second_order


@operation(
    "FusedBatchNormGradV3",
    inputs=(
        "y_backprop: T, x: T, scale: float, reserve_space_1: U, reserve_space_2: U, "
        "reserve_space_3: U"
    ),
    outputs=(
        "x_backprop: T, scale_backprop: U, offset_backprop: U, reserve_space_4: U, "
        "reserve_space_5: U"
    ),
    attrs=_TYPES,
)
class FusedBatchNormGradV3:
    shape = _grad_shapes
    lower = _lower_grad_v3
    gradient = _second_order


# -- the operation of TensorFlow 0.5 --------------------------------------------------------------
_OLD = "T: numbertype; variance_epsilon: float; scale_after_normalization: bool"


def _old_shape(op: Any) -> TensorShape:
    x = TensorShape(sizes_of(op.inputs[0].shape, 4))
    last = x[3]
    for tensor in op.inputs[1:5]:
        if tensor.shape.ndims == 1:
            last = last.merge_with(tensor.shape[0])
    return TensorShape([*x.as_list()[:3], last])


def _old_factor(v: Any, gamma: Any, variance_epsilon: float, scaled: bool) -> tuple[Any, Any]:
    root = lax.rsqrt(v + np.asarray(variance_epsilon, v.dtype))
    return root, root * gamma if scaled else root


@operation(
    "BatchNormWithGlobalNormalization",
    inputs="t: T, m: T, v: T, beta: T, gamma: T",
    outputs="result: T",
    attrs=_OLD,
)
class BatchNormWithGlobalNormalization:
    shape = _old_shape

    def lower(
        t: Any,
        m: Any,
        v: Any,
        beta: Any,
        gamma: Any,
        *,
        variance_epsilon: float,
        scale_after_normalization: bool,
    ) -> Any:
        _, factor = _old_factor(v, gamma, variance_epsilon, scale_after_normalization)
        return (t - m) * factor + beta

    def gradient(op: Any, grad: Tensor) -> list[Tensor]:
        t, m, v, _, gamma = op.inputs
        dx, dm, dv, db, dg = apply(
            "BatchNormWithGlobalNormalizationGrad",
            t,
            m,
            v,
            gamma,
            grad,
            variance_epsilon=op.attr("variance_epsilon"),
            scale_after_normalization=op.attr("scale_after_normalization"),
        )
        return [dx, dm, dv, db, dg]


@operation(
    "BatchNormWithGlobalNormalizationGrad",
    inputs="t: T, m: T, v: T, gamma: T, backprop: T",
    outputs="dx: T, dm: T, dv: T, db: T, dg: T",
    attrs=_OLD,
)
class BatchNormWithGlobalNormalizationGrad:
    def shape(op: Any) -> list[TensorShape]:  # noqa: N805
        x = TensorShape(sizes_of(op.inputs[0].shape.merge_with(op.inputs[4].shape), 4))
        return [x, *[TensorShape([x[3]])] * 4]

    def lower(
        t: Any,
        m: Any,
        v: Any,
        gamma: Any,
        backprop: Any,
        *,
        variance_epsilon: float,
        scale_after_normalization: bool,
    ) -> Any:
        root, factor = _old_factor(v, gamma, variance_epsilon, scale_after_normalization)
        axes = (0, 1, 2)
        total = jnp.sum(backprop, axes)
        moment = jnp.sum(backprop * (t - m), axes)
        scale = gamma if scale_after_normalization else jnp.ones_like(gamma)
        half = np.asarray(-0.5, v.dtype)
        return (
            backprop * factor,
            -total * factor,
            moment * scale * half * root * root * root,
            total,
            moment * root if scale_after_normalization else jnp.zeros_like(gamma),
        )
