"""Transposed convolutions: the gradients of convolutions, as layers."""

from __future__ import annotations

from typing import Any

from penstock.graph.build import apply
from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import name_scope
from penstock.graph.tensor import Tensor
from penstock.ops.arrays import expand_dims, shape, squeeze
from penstock.ops.joining import concat
from penstock.ops.nn_conv import renamed_filter
from penstock.ops.reductions import renamed_argument
from penstock.ops.spatial import batch_to_space_nd, space_to_batch_nd
from penstock.ops.windows import sequence_of


def conv2d_transpose(
    value: Any = None,
    filter: Any = None,  # noqa: A002
    output_shape: Any = None,
    strides: Any = None,
    padding: Any = "SAME",
    data_format: str | None = "NHWC",
    name: str | None = None,
    input: Any = None,  # noqa: A002
    filters: Any = None,
    dilations: Any = None,
) -> Tensor:
    """The transpose of a two-dimensional convolution ("deconvolution").

    Args:
        value: ``[batch, height, width, channels]``, in ``data_format``'s order.
        filter: ``[height, width, output channels, channels]``.
        output_shape: the shape of the result, four integers.
        strides: the step of the convolution: one, two or four numbers.
        padding: ``"SAME"`` or ``"VALID"``.
        data_format: ``NHWC`` or ``NCHW``.
        name: the operation's name.
        input: the new name of ``value``.
        filters: the new name of ``filter``.
        dilations: the distance between taps.

    Raises:
        ValueError: when shapes or arguments don't fit.
    """
    value = renamed_argument("input", input, "value", value)
    filter = renamed_filter(filter, filters)  # noqa: A001
    data_format = data_format or "NHWC"
    with name_scope(name, "conv2d_transpose", [value, filter, output_shape]) as scope:
        return apply(
            "Conv2DBackpropInput",
            output_shape,
            filter,
            value,
            strides=sequence_of(strides, 2, data_format, "strides"),
            padding=padding,
            data_format=data_format,
            dilations=sequence_of(dilations, 2, data_format, "dilations"),
            name=scope,
        )


def conv3d_transpose(
    value: Any,
    filter: Any = None,  # noqa: A002
    output_shape: Any = None,
    strides: Any = None,
    padding: Any = "SAME",
    data_format: str | None = "NDHWC",
    name: str | None = None,
    input: Any = None,  # noqa: A002
    filters: Any = None,
    dilations: Any = None,
) -> Tensor:
    """The transpose of a three-dimensional convolution.

    Args:
        value: ``[batch, depth, height, width, channels]``, in ``data_format``'s order.
        filter: ``[depth, height, width, output channels, channels]``.
        output_shape: the shape of the result, five integers.
        strides: the step of the convolution: one, three or five numbers.
        padding: ``"SAME"`` or ``"VALID"``.
        data_format: ``NDHWC`` or ``NCDHW``.
        name: the operation's name.
        input: the new name of ``value``.
        filters: the new name of ``filter``.
        dilations: the distance between taps.
    """
    value = renamed_argument("input", input, "value", value)
    filter = renamed_filter(filter, filters)  # noqa: A001
    data_format = data_format or "NDHWC"
    with name_scope(name, "conv3d_transpose", [value, filter, output_shape]) as scope:
        return apply(
            "Conv3DBackpropInputV2",
            output_shape,
            filter,
            value,
            strides=sequence_of(strides, 3, data_format, "strides"),
            padding=padding,
            data_format=data_format,
            dilations=sequence_of(dilations, 3, data_format, "dilations"),
            name=scope,
        )


def conv1d_transpose(
    input: Any,  # noqa: A002
    filters: Any,
    output_shape: Any,
    strides: Any,
    padding: Any = "SAME",
    data_format: str = "NWC",
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """The transpose of a one-dimensional convolution.

    Args:
        input: ``[batch, width, channels]``, or in ``data_format``'s order.
        filters: ``[width, output channels, channels]``.
        output_shape: the shape of the result, three integers.
        strides: the step of the convolution.
        padding: ``"SAME"`` or ``"VALID"``.
        data_format: ``NWC`` or ``NCW``.
        dilations: the distance between taps.
        name: the name of the scope.
    """
    with name_scope(name, "conv1d_transpose", [input, filters, output_shape]) as scope:
        lines = "NCW" if data_format.startswith("NC") else "NWC"
        axis = 2 if lines == "NCW" else 1
        steps = [1, *sequence_of(strides, 1, lines, "strides")]
        rates = [1, *sequence_of(dilations, 1, lines, "dilations")]
        input = expand_dims(input, axis)  # noqa: A001
        filters = expand_dims(filters, 0)
        sizes = output_shape
        if not isinstance(sizes, Tensor):
            sizes = list(sizes)
        result = apply(
            "Conv2DBackpropInput",
            concat([sizes[:axis], [1], sizes[axis:]], 0),
            filters,
            input,
            strides=steps,
            padding=padding,
            data_format="NCHW" if lines == "NCW" else "NHWC",
            dilations=rates,
            name=scope,
        )
        return squeeze(result, [axis])


def conv_transpose(
    input: Any,  # noqa: A002
    filters: Any,
    output_shape: Any,
    strides: Any,
    padding: Any = "SAME",
    data_format: str | None = None,
    dilations: Any = None,
    name: str | None = None,
) -> Tensor:
    """The transpose of a convolution over one, two or three spatial axes.

    Args:
        input: the tensor, of rank 3, 4 or 5.
        filters: ``[spatial axes ..., output channels, channels]``.
        output_shape: the shape of the result.
        strides: the step on each spatial axis.
        padding: ``"SAME"`` or ``"VALID"``.
        data_format: a string that starts with ``NC`` when channels are on axis 1.
        dilations: the distance between taps.
        name: the name of the scope.

    Raises:
        ValueError: for another number of axes.
    """
    with name_scope(name, "conv_transpose", [input, filters, output_shape]) as scope:
        if isinstance(output_shape, Tensor):
            count = (output_shape.shape[0].value or 0) - 2
        elif hasattr(output_shape, "__len__"):
            count = len(output_shape) - 2
        else:
            raise ValueError("output_shape must be a tensor or sized collection.")
        rest: dict[str, Any] = {"padding": padding, "dilations": dilations, "name": scope}
        if data_format is not None:
            rest["data_format"] = data_format
        if count == 1:
            return conv1d_transpose(input, filters, output_shape, strides, **rest)
        if count == 2:
            return conv2d_transpose(input, filters, output_shape, strides, **rest)
        if count == 3:
            return conv3d_transpose(input, filters, output_shape, strides, **rest)
        raise ValueError(f"output_shape must be of length 3, 4 or 5 but was {count + 2}.")


def atrous_conv2d_transpose(
    value: Any,
    filters: Any,
    output_shape: Any,
    rate: int,
    padding: str,
    name: str | None = None,
) -> Tensor:
    """The transpose of ``atrous_conv2d``.

    Args:
        value: ``[batch, height, width, channels]``.
        filters: ``[height, width, output channels, channels]``.
        output_shape: the shape of the result, four integers.
        rate: the distance between taps.
        padding: ``"SAME"`` or ``"VALID"``.
        name: the name of the scope.

    Raises:
        ValueError: when shapes or arguments don't fit.
    """
    with name_scope(name, "atrous_conv2d_transpose", [value, filters, output_shape]):
        value = convert_to_tensor(value, name="value")
        filters = convert_to_tensor(filters, name="filters")
        depth, channels = value.shape.with_rank(4)[3], filters.shape.with_rank(4)[3]
        if not depth.is_compatible_with(channels):
            raise ValueError(
                "value's input channels does not match filters' input channels, "
                f"{depth} != {channels}"
            )
        if rate < 1:
            raise ValueError(f"rate {rate} cannot be less than one")
        if rate == 1:
            return conv2d_transpose(
                value, filters, output_shape, [1, 1, 1, 1], padding, data_format="NHWC"
            )
        converted = convert_to_tensor(output_shape, name="output_shape")
        if not converted.shape.is_compatible_with([4]):
            raise ValueError(f"output_shape must have shape (4,), got {converted.shape}")
        sizes: Any = converted if isinstance(output_shape, Tensor) else list(output_shape)
        before, after = _paddings(filters, rate, padding)
        height = sizes[1] + before[0] + after[0]
        width = sizes[2] + before[1] + after[1]
        extra = [(rate - height % rate) % rate, (rate - width % rate) % rate]
        inner = space_to_batch_nd(
            input=value, paddings=[[0, extra[0]], [0, extra[1]]], block_shape=[rate, rate]
        )
        inner_sizes = [
            rate * rate * sizes[0],
            (height + extra[0]) // rate,
            (width + extra[1]) // rate,
            sizes[3],
        ]
        result = apply(
            "Conv2DBackpropInput",
            inner_sizes,
            filters,
            inner,
            strides=[1, 1, 1, 1],
            padding="VALID",
            data_format="NHWC",
        )
        crops = [[before[0], after[0] + extra[0]], [before[1], after[1] + extra[1]]]
        return batch_to_space_nd(input=result, crops=crops, block_shape=[rate, rate])


def _paddings(filters: Tensor, rate: int, padding: str) -> tuple[list[Any], list[Any]]:
    """What the padding scheme adds before and after rows and columns."""
    if padding == "VALID":
        return [0, 0], [0, 0]
    if padding != "SAME":
        raise ValueError(f"padding must be either VALID or SAME: {padding}.")
    sizes: Any = filters.shape.as_list()
    if sizes[0] is None or sizes[1] is None:
        sizes = shape(filters)
    before, after = [], []
    for axis in (0, 1):
        extra = sizes[axis] + (sizes[axis] - 1) * (rate - 1) - 1
        before.append(extra // 2)
        after.append(extra - extra // 2)
    return before, after
