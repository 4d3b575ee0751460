"""Adding a bias to every channel; half the sum of squares."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from penstock.graph.build import apply
from penstock.graph.convert import convert_to_tensor
from penstock.graph.registry import operation
from penstock.graph.scopes import name_scope
from penstock.graph.shapes import TensorShape, unknown_shape
from penstock.graph.tensor import Tensor
from penstock.ops.shape_rules import scalar_output
from penstock.ops.windows import is_channels_first

_ATTRS = "T: numbertype; data_format: {'NHWC', 'NCHW'} = 'NHWC'"


def _channel(rank: int, data_format: Any) -> int:
    return 1 if is_channels_first(data_format) else rank - 1


def _bias_shape(op: Any) -> TensorShape:
    value, bias = op.inputs[0].shape, op.inputs[1].shape
    first = is_channels_first(op.attr("data_format"))
    least = 3 if first else 2
    if bias.ndims not in (None, 1):
        raise ValueError(f"Shape must be rank 1 but is rank {bias.ndims}")
    if value.ndims is None:
        return unknown_shape()
    if value.ndims < least:
        raise ValueError(f"Shape must be at least rank {least} but is rank {value.ndims}")
    sizes = list(value.sizes)
    channel = _channel(len(sizes), op.attr("data_format"))
    count = None if bias.sizes is None else bias.sizes[0]
    if sizes[channel] is not None and count is not None and sizes[channel] != count:
        raise ValueError(f"Dimensions must be equal, but are {sizes[channel]} and {count}")
    if sizes[channel] is None:
        sizes[channel] = count
    return TensorShape(sizes)


def _add_bias(value: Any, bias: Any, data_format: str) -> Any:
    channel = _channel(value.ndim, data_format)
    if bias.ndim != 1 or bias.shape[0] != value.shape[channel]:
        raise ValueError(
            "Must provide as many biases as the last dimension of the input tensor: "
            f"{list(bias.shape)} vs. {list(value.shape)}"
        )
    form = [1] * value.ndim
    form[channel] = -1
    return value + bias.reshape(form)


def _tiled(op: Any, grad: Tensor) -> Tensor:
    """The gradient of ``BiasAddGrad``: each channel's number everywhere."""
    from penstock.ops.arrays import ones_like, reshape, shape
    from penstock.ops.joining import concat
    from penstock.ops.slices import tile

    whole = shape(op.inputs[0])
    channels = shape(grad)
    if is_channels_first(op.attr("data_format")):
        form = concat([ones_like(whole[:1]), channels, ones_like(whole[2:])], 0)
        repeats = concat([whole[:1], [1], whole[2:]], 0)
    else:
        form = concat([ones_like(whole[:-1]), channels], 0)
        repeats = concat([whole[:-1], [1]], 0)
    return tile(reshape(grad, form), repeats)


@operation("BiasAdd", inputs="value: T, bias: T", outputs="output: T", attrs=_ATTRS)
class BiasAdd:
    shape = _bias_shape

    def lower(value: Any, bias: Any, *, data_format: str) -> Any:
        return _add_bias(value, bias, data_format)

    def gradient(op: Any, grad: Tensor) -> list[Tensor]:
        return [grad, apply("BiasAddGrad", grad, data_format=op.attr("data_format"))]


@operation("BiasAddGrad", inputs="out_backprop: T", outputs="output: T", attrs=_ATTRS)
class BiasAddGrad:
    gradient = _tiled

    def shape(op: Any) -> TensorShape:  # noqa: N805
        value = op.inputs[0].shape
        if value.ndims is None:
            return unknown_shape(1)
        least = 3 if is_channels_first(op.attr("data_format")) else 2
        if value.ndims < least:
            raise ValueError(f"Shape must be at least rank {least} but is rank {value.ndims}")
        return TensorShape([value[_channel(value.ndims, op.attr("data_format"))]])

    def lower(out_backprop: Any, *, data_format: str) -> Any:
        channel = _channel(out_backprop.ndim, data_format)
        axes = tuple(i for i in range(out_backprop.ndim) if i != channel)
        return jnp.sum(out_backprop, axis=axes, dtype=out_backprop.dtype)


@operation("BiasAddV1", inputs="value: T, bias: T", outputs="output: T", attrs="T: numbertype")
class BiasAddV1:
    def shape(op: Any) -> TensorShape:  # noqa: N805
        value, bias = op.inputs[0].shape, op.inputs[1].shape
        if value.ndims is None:
            return unknown_shape()
        if value.ndims < 2:
            raise ValueError(f"Shape must be at least rank 2 but is rank {value.ndims}")
        last = value[-1].merge_with(bias.with_rank(1)[0])
        return TensorShape([*value.as_list()[:-1], last])

    def lower(value: Any, bias: Any) -> Any:
        return _add_bias(value, bias, "NHWC")

    def gradient(op: Any, grad: Tensor) -> list[Tensor]:
        from penstock.ops.arrays import rank
        from penstock.ops.ranges import range as number_range
        from penstock.ops.reductions import reduce_sum

        return [grad, reduce_sum(grad, number_range(rank(grad) - 1))]


def bias_add(
    value: Any, bias: Any, data_format: str | None = None, name: str | None = None
) -> Tensor:
    """Adds a bias to every channel.

    Args:
        value: a tensor of a number type with two axes or more.
        bias: a vector with one number for each channel.
        data_format: a string that starts with ``NC`` when the channels are on axis 1, one like
            ``N...C`` (the default) when they are on the last.
        name: the operation's name.

    Raises:
        ValueError: when ``data_format`` is neither, or the sizes don't fit.
    """
    with name_scope(name, "BiasAdd", [value, bias]) as scope:
        if data_format is not None:
            if data_format.startswith("NC"):
                data_format = "NCHW"
            elif data_format.startswith("N") and data_format.endswith("C"):
                data_format = "NHWC"
            else:
                raise ValueError("data_format must be of the form `N...C` or `NC...`")
        value = convert_to_tensor(value, name="input")
        bias = convert_to_tensor(bias, dtype=value.dtype, name="bias")
        return apply("BiasAdd", value, bias, data_format=data_format, name=scope)


def bias_add_v1(value: Any, bias: Any, name: str | None = None) -> Tensor:
    """Adds a bias to every element of the last axis, with the operation of TensorFlow 0.5."""
    with name_scope(name, "BiasAddV1", [value, bias]) as scope:
        value = convert_to_tensor(value, name="input")
        bias = convert_to_tensor(bias, dtype=value.dtype, name="bias")
        return apply("BiasAddV1", value, bias, name=scope)


@operation("L2Loss", inputs="t: T", outputs="output: T", attrs="T: floattype")
class L2Loss:
    shape = scalar_output

    def lower(t: Any) -> Any:
        wide = t.astype(np.float32) if np.dtype(t.dtype).itemsize < 4 else t
        return (jnp.sum(wide * wide) * np.asarray(0.5, wide.dtype)).astype(t.dtype)

    def gradient(op: Any, grad: Tensor) -> Tensor:
        return op.inputs[0] * grad


def l2_loss(t: Any, name: str | None = None) -> Tensor:
    """``sum(t ** 2) / 2``.

    Args:
        t: a floating tensor.
        name: the operation's name.

    Returns:
        A scalar.
    """
    return apply("L2Loss", t, name=name)
