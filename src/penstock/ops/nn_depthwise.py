"""Depthwise convolution and grey-scale dilation as operations, with their gradients."""

from __future__ import annotations

from typing import Any

from penstock.graph.build import apply
from penstock.graph.registry import operation
from penstock.graph.shapes import TensorShape
from penstock.graph.tensor import Tensor
from penstock.kernels import depthwise as kernels
from penstock.kernels import dilation
from penstock.ops.nn_conv import attributes_of, gradient_shape, renamed_filter
from penstock.ops.shape_rules import same_as_input
from penstock.ops.windows import (
    channel_axis,
    sizes_of,
    spatial_axes,
    windows,
)

_ATTRS = (
    "T: floattype; strides: list(int); padding: {'SAME', 'VALID'}; "
    "data_format: {'NHWC', 'NCHW'} = 'NHWC'; dilations: list(int) = [1, 1, 1, 1]"
)
_NAMES = ("strides", "padding", "data_format", "dilations")
ONES = (1, 1, 1, 1)


def _shape(op: Any) -> TensorShape:
    data_format = op.attr("data_format")
    strides, dilations = op.attr("strides"), op.attr("dilations")
    sizes, filters = sizes_of(op.inputs[0].shape, 4), sizes_of(op.inputs[1].shape, 4)
    if len(strides) != 4:
        raise ValueError(
            "DepthwiseConv2D requires the stride attribute to contain 4 values, but got: "
            f"{len(strides)}"
        )
    place = channel_axis(data_format)
    channels = sizes[place]
    if channels is not None and filters[2] is not None and channels != filters[2]:
        raise ValueError(f"Dimensions must be equal, but are {channels} and {filters[2]}")
    channels = filters[2] if channels is None else channels
    result: list[int | None] = [sizes[0], None, None, None]
    known = channels is not None and filters[3] is not None
    result[place] = channels * filters[3] if known else None  # type: ignore[operator]
    for i, axis in enumerate(spatial_axes(data_format)):
        result[axis] = windows(
            sizes[axis], filters[i], strides[axis], op.attr("padding"), dilations[axis]
        )
    return TensorShape(result)


@operation("DepthwiseConv2dNative", inputs="input: T, filter: T", outputs="output: T", attrs=_ATTRS)
class DepthwiseConv2dNative:
    shape = _shape

    def lower(
        input: Any,  # noqa: A002
        filter: Any,  # noqa: A002
        *,
        strides: Any,
        padding: str,
        data_format: str,
        dilations: Any,
    ) -> Any:
        return kernels.depthwise_conv2d(input, filter, strides, padding, data_format, dilations)

    def gradient(op: Any, grad: Tensor) -> list[Tensor]:
        from penstock.ops.arrays import shape

        x, w = op.inputs
        attributes = attributes_of(op, _NAMES)
        return [
            apply("DepthwiseConv2dNativeBackpropInput", shape(x), w, grad, **attributes),
            apply("DepthwiseConv2dNativeBackpropFilter", x, shape(w), grad, **attributes),
        ]


@operation(
    "DepthwiseConv2dNativeBackpropInput",
    inputs="input_sizes: int32, filter: T, out_backprop: T",
    outputs="output: T",
    attrs=_ATTRS,
)
class DepthwiseConv2dNativeBackpropInput:
    static = "input_sizes"
    shape = gradient_shape(0, 4)

    def lower(
        input_sizes: Any,
        filter: Any,  # noqa: A002
        out_backprop: Any,
        *,
        strides: Any,
        padding: str,
        data_format: str,
        dilations: Any,
    ) -> Any:
        sizes = tuple(int(size) for size in input_sizes)
        return kernels.depthwise_conv2d_backprop_input(
            sizes, filter, out_backprop, strides, padding, data_format, dilations
        )

    def gradient(op: Any, grad: Tensor) -> list[Any]:
        from penstock.ops.arrays import shape

        _, w, dy = op.inputs
        attributes = attributes_of(op, _NAMES)
        return [
            None,
            apply("DepthwiseConv2dNativeBackpropFilter", grad, shape(w), dy, **attributes),
            apply("DepthwiseConv2dNative", grad, w, **attributes),
        ]


@operation(
    "DepthwiseConv2dNativeBackpropFilter",
    inputs="input: T, filter_sizes: int32, out_backprop: T",
    outputs="output: T",
    attrs=_ATTRS,
)
class DepthwiseConv2dNativeBackpropFilter:
    static = "filter_sizes"
    shape = gradient_shape(1, 4)

    def lower(
        input: Any,  # noqa: A002
        filter_sizes: Any,
        out_backprop: Any,
        *,
        strides: Any,
        padding: str,
        data_format: str,
        dilations: Any,
    ) -> Any:
        sizes = tuple(int(size) for size in filter_sizes)
        return kernels.depthwise_conv2d_backprop_filter(
            input, sizes, out_backprop, strides, padding, data_format, dilations
        )

    def gradient(op: Any, grad: Tensor) -> list[Any]:
        from penstock.ops.arrays import shape

        x, _, dy = op.inputs
        attributes = attributes_of(op, _NAMES)
        return [
            apply("DepthwiseConv2dNativeBackpropInput", shape(x), grad, dy, **attributes),
            None,
            apply("DepthwiseConv2dNative", x, grad, **attributes),
        ]


def depthwise_conv2d_native(
    input: Any,  # noqa: A002
    filter: Any,  # noqa: A002
    strides: Any,
    padding: Any,
    data_format: str | None = "NHWC",
    dilations: Any = ONES,
    name: str | None = None,
) -> Tensor:
    """Convolves every channel with filters of its own.

    Args:
        input: ``[batch, height, width, channels]``, in ``data_format``'s order; floating.
        filter: ``[height, width, channels, multiplier]``, of the same type.
        strides: the step of the filter, four numbers in ``data_format``'s order.
        padding: ``"SAME"`` or ``"VALID"``.
        data_format: ``NHWC`` or ``NCHW``.
        dilations: the distance between taps, four numbers.
        name: the operation's name.

    Returns:
        A tensor with ``channels * multiplier`` channels.
    """
    return apply(
        "DepthwiseConv2dNative",
        input,
        filter,
        strides=strides,
        padding=padding,
        data_format=data_format,
        dilations=list(dilations) if dilations is not None else None,
        name=name,
    )


def depthwise_conv2d_native_backprop_input(
    input_sizes: Any,
    filter: Any,  # noqa: A002
    out_backprop: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = "NHWC",
    dilations: Any = ONES,
    name: str | None = None,
) -> Tensor:
    """The gradient of ``depthwise_conv2d_native`` with respect to its input.

    Args:
        input_sizes: the shape of the input, a vector of four integers.
        filter: the filter.
        out_backprop: the gradient with respect to the convolution.
        strides: as in ``depthwise_conv2d_native``.
        padding: as in ``depthwise_conv2d_native``.
        data_format: as in ``depthwise_conv2d_native``.
        dilations: as in ``depthwise_conv2d_native``.
        name: the operation's name.
    """
    return apply(
        "DepthwiseConv2dNativeBackpropInput",
        input_sizes,
        filter,
        out_backprop,
        strides=strides,
        padding=padding,
        data_format=data_format,
        dilations=list(dilations),
        name=name,
    )


def depthwise_conv2d_native_backprop_filter(
    input: Any,  # noqa: A002
    filter_sizes: Any,
    out_backprop: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = "NHWC",
    dilations: Any = ONES,
    name: str | None = None,
) -> Tensor:
    """The gradient of ``depthwise_conv2d_native`` with respect to its filter.

    Args:
        input: the input.
        filter_sizes: the shape of the filter, a vector of four integers.
        out_backprop: the gradient with respect to the convolution.
        strides: as in ``depthwise_conv2d_native``.
        padding: as in ``depthwise_conv2d_native``.
        data_format: as in ``depthwise_conv2d_native``.
        dilations: as in ``depthwise_conv2d_native``.
        name: the operation's name.
    """
    return apply(
        "DepthwiseConv2dNativeBackpropFilter",
        input,
        filter_sizes,
        out_backprop,
        strides=strides,
        padding=padding,
        data_format=data_format,
        dilations=list(dilations),
        name=name,
    )


# -- dilation -------------------------------------------------------------------------------------
_DILATION = (
    "T: realnumbertype; strides: list(int) >= 4; rates: list(int) >= 4; padding: {'SAME', 'VALID'}"
)
_DILATION_NAMES = ("strides", "rates", "padding")


def _dilation_shape(op: Any) -> TensorShape:
    sizes, filters = sizes_of(op.inputs[0].shape, 4), sizes_of(op.inputs[1].shape, 3)
    strides, rates = op.attr("strides"), op.attr("rates")
    depth = TensorShape([sizes[3]]).merge_with([filters[2]])[0]
    rows, columns = (
        windows(sizes[i], filters[i - 1], strides[i], op.attr("padding"), rates[i]) for i in (1, 2)
    )
    return TensorShape([sizes[0], rows, columns, depth])


@operation("Dilation2D", inputs="input: T, filter: T", outputs="output: T", attrs=_DILATION)
class Dilation2D:
    shape = _dilation_shape

    def lower(
        input: Any,  # noqa: A002
        filter: Any,  # noqa: A002
        *,
        strides: Any,
        rates: Any,
        padding: str,
    ) -> Any:
        return dilation.dilation2d(input, filter, strides, rates, padding)

    def gradient(op: Any, grad: Tensor) -> list[Tensor]:
        x, w = op.inputs
        attributes = attributes_of(op, _DILATION_NAMES)
        return [
            apply("Dilation2DBackpropInput", x, w, grad, **attributes),
            apply("Dilation2DBackpropFilter", x, w, grad, **attributes),
        ]


@operation(
    "Dilation2DBackpropInput",
    inputs="input: T, filter: T, out_backprop: T",
    outputs="in_backprop: T",
    attrs=_DILATION,
)
class Dilation2DBackpropInput:
    shape = same_as_input(0)

    def lower(
        input: Any,  # noqa: A002
        filter: Any,  # noqa: A002
        out_backprop: Any,
        *,
        strides: Any,
        rates: Any,
        padding: str,
    ) -> Any:
        return dilation.dilation2d_backprop_input(
            input, filter, out_backprop, strides, rates, padding
        )


@operation(
    "Dilation2DBackpropFilter",
    inputs="input: T, filter: T, out_backprop: T",
    outputs="filter_backprop: T",
    attrs=_DILATION,
)
class Dilation2DBackpropFilter:
    shape = same_as_input(1)

    def lower(
        input: Any,  # noqa: A002
        filter: Any,  # noqa: A002
        out_backprop: Any,
        *,
        strides: Any,
        rates: Any,
        padding: str,
    ) -> Any:
        return dilation.dilation2d_backprop_filter(
            input, filter, out_backprop, strides, rates, padding
        )


def dilation2d(
    input: Any,  # noqa: A002
    filter: Any = None,  # noqa: A002
    strides: Any = None,
    rates: Any = None,
    padding: Any = None,
    name: str | None = None,
    filters: Any = None,
    dilations: Any = None,
) -> Tensor:
    """The maximum of ``input + filter`` over each window (grey-scale morphology).

    Args:
        input: ``[batch, height, width, depth]``, of a real number type.
        filter: ``[height, width, depth]``, of the same type.
        strides: the step of the filter, four numbers.
        rates: the distance between taps, four numbers.
        padding: ``"SAME"`` or ``"VALID"``.
        name: the operation's name.
        filters: the new name of ``filter``.
        dilations: the new name of ``rates``.
    """
    from penstock.ops.reductions import renamed_argument

    filter = renamed_filter(filter, filters)  # noqa: A001
    rates = renamed_argument("dilations", dilations, "rates", rates)
    return apply(
        "Dilation2D", input, filter, strides=strides, rates=rates, padding=padding, name=name
    )


def erosion2d(
    value: Any, kernel: Any, strides: Any, rates: Any, padding: Any, name: str | None = None
) -> Tensor:
    """The minimum of ``value - kernel`` over each window.

    Args:
        value: ``[batch, height, width, depth]``.
        kernel: ``[height, width, depth]``.
        strides: the step of the kernel, four numbers.
        rates: the distance between taps, four numbers.
        padding: ``"SAME"`` or ``"VALID"``.
        name: the name of the scope.
    """
    from penstock.graph.scopes import name_scope
    from penstock.ops.math_unary import negative
    from penstock.ops.slices import reverse

    with name_scope(name, "erosion2d", [value, kernel]) as scope:
        return negative(
            dilation2d(
                negative(value), reverse(kernel, [0, 1]), strides, rates, padding, name=scope
            )
        )
