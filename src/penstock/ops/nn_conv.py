"""Two-dimensional convolution and its gradients as operations."""

from __future__ import annotations

from typing import Any

from penstock.graph.build import apply
from penstock.graph.registry import operation
from penstock.graph.shapes import TensorShape
from penstock.graph.static_values import constant_value_as_shape
from penstock.graph.tensor import Tensor
from penstock.kernels import convolution as kernels
from penstock.ops.windows import (
    channel_axis,
    explicit_padding,
    sequence_of,
    sizes_of,
    spatial_axes,
    text_of,
    windows,
)

_ATTRS = (
    "T: floattype; strides: list(int); use_cudnn_on_gpu: bool = true; "
    "padding: {'SAME', 'VALID', 'EXPLICIT'}; explicit_paddings: list(int) = []; "
    "data_format: {'NHWC', 'NCHW'} = 'NHWC'; dilations: list(int) = [1, 1, 1, 1]"
)
ONES = (1, 1, 1, 1)
NAMES = ("strides", "use_cudnn_on_gpu", "padding", "explicit_paddings", "data_format", "dilations")


def attributes_of(op: Any, names: Any = NAMES) -> dict[str, Any]:
    """The attributes that an operation shares with those of its gradient."""
    return {name: op.attr(name) for name in names}


def convolution_shape(op: Any) -> TensorShape:
    """The shape of a convolution of input 0 with the filter in input 1."""
    data_format = op.attr("data_format")
    rank = len(text_of(data_format))
    strides, dilations = op.attr("strides"), op.attr("dilations")
    sizes = sizes_of(op.inputs[0].shape, rank)
    filters = sizes_of(op.inputs[1].shape, rank)
    for name, values in (("strides", strides), ("dilations", dilations)):
        if len(values) != rank:
            raise ValueError(
                f"Conv{rank - 2}D requires the {name[:-1]} attribute to contain {rank} values, "
                f"but got: {len(values)}"
            )
    padding = op.attr("padding")
    around = [0] * rank
    if text_of(padding) == "EXPLICIT":
        explicit = op.attr("explicit_paddings")
        if len(explicit) != 2 * rank:
            raise ValueError(
                f"explicit_paddings must contain {2 * rank} values, but got: {len(explicit)}"
            )
        around = [explicit[2 * i] + explicit[2 * i + 1] for i in range(rank)]
        if around[0] or around[channel_axis(data_format)]:
            raise ValueError(
                "Nonzero explicit padding in the batch or depth dimensions is not supported"
            )
    channels = sizes[channel_axis(data_format)]
    depth = filters[-2]
    if channels is not None and depth is not None:
        _check_depth(channels, depth, filters[-1], rank)
    result: list[int | None] = [None] * rank
    result[0] = sizes[0]
    result[channel_axis(data_format)] = filters[-1]
    for i, axis in enumerate(spatial_axes(data_format)):
        result[axis] = windows(
            sizes[axis], filters[i], strides[axis], padding, dilations[axis], around[axis]
        )
    return TensorShape(result)


def _check_depth(channels: int, depth: int, outputs: int | None, rank: int) -> None:
    if rank != 4:
        if channels != depth:
            raise ValueError(f"Dimensions must be equal, but are {channels} and {depth}")
        return
    if depth == 0:
        raise ValueError("Depth of filter must not be 0")
    if channels % depth:
        raise ValueError(
            f"Depth of input ({channels}) is not a multiple of input depth of filter ({depth})"
        )
    groups = channels // depth
    if groups > 1 and outputs is not None and outputs % groups:
        raise ValueError(
            f"Depth of output ({outputs}) is not a multiple of the number of groups ({groups})"
        )


def gradient_shape(sizes: int, rank: int) -> Any:
    """The shape in the value of input ``sizes``; of a known rank when that isn't known."""

    def rule(op: Any) -> TensorShape:
        shape = constant_value_as_shape(op.inputs[sizes])
        return TensorShape([None] * rank) if shape.ndims is None else shape.with_rank(rank)

    return rule


def _pads(padding: str, explicit_paddings: list[int]) -> Any:
    return explicit_paddings if padding == "EXPLICIT" else padding


@operation("Conv2D", inputs="input: T, filter: T", outputs="output: T", attrs=_ATTRS)
class Conv2D:
    shape = convolution_shape

    def lower(
        input: Any,  # noqa: A002
        filter: Any,  # noqa: A002
        *,
        strides: list[int],
        padding: str,
        explicit_paddings: list[int],
        data_format: str,
        dilations: list[int],
    ) -> Any:
        pads = _pads(padding, explicit_paddings)
        return kernels.conv2d(input, filter, strides, pads, data_format, dilations)

    def gradient(op: Any, grad: Tensor) -> list[Tensor]:
        from penstock.ops.arrays import shape_n

        x, w = op.inputs
        of_input, of_filter = shape_n([x, w])
        attributes = attributes_of(op)
        return [
            apply("Conv2DBackpropInput", of_input, w, grad, **attributes),
            apply("Conv2DBackpropFilter", x, of_filter, grad, **attributes),
        ]


@operation(
    "Conv2DBackpropInput",
    inputs="input_sizes: int32, filter: T, out_backprop: T",
    outputs="output: T",
    attrs=_ATTRS,
)
class Conv2DBackpropInput:
    static = "input_sizes"
    shape = gradient_shape(0, 4)

    def lower(
        input_sizes: Any,
        filter: Any,  # noqa: A002
        out_backprop: Any,
        *,
        strides: list[int],
        padding: str,
        explicit_paddings: list[int],
        data_format: str,
        dilations: list[int],
    ) -> Any:
        sizes = tuple(int(size) for size in input_sizes)
        check_backprop(
            sizes, filter.shape, out_backprop.shape, strides, _pads(padding, explicit_paddings),
            data_format, dilations, "Conv2DCustomBackpropInput",
        )  # fmt: skip
        return kernels.conv2d_backprop_input(
            sizes,
            filter,
            out_backprop,
            strides,
            _pads(padding, explicit_paddings),
            data_format,
            dilations,
        )

    def gradient(op: Any, grad: Tensor) -> list[Any]:
        from penstock.ops.arrays import shape

        attributes = attributes_of(op)
        _, w, dy = op.inputs
        return [
            None,
            apply("Conv2DBackpropFilter", grad, shape(w), dy, **attributes),
            apply("Conv2D", grad, w, **attributes),
        ]


@operation(
    "Conv2DBackpropFilter",
    inputs="input: T, filter_sizes: int32, out_backprop: T",
    outputs="output: T",
    attrs=_ATTRS,
)
class Conv2DBackpropFilter:
    static = "filter_sizes"
    shape = gradient_shape(1, 4)

    def lower(
        input: Any,  # noqa: A002
        filter_sizes: Any,
        out_backprop: Any,
        *,
        strides: list[int],
        padding: str,
        explicit_paddings: list[int],
        data_format: str,
        dilations: list[int],
    ) -> Any:
        sizes = tuple(int(size) for size in filter_sizes)
        check_backprop(
            input.shape, sizes, out_backprop.shape, strides, _pads(padding, explicit_paddings),
            data_format, dilations, "Conv2DCustomBackpropFilter",
        )  # fmt: skip
        return kernels.conv2d_backprop_filter(
            input,
            sizes,
            out_backprop,
            strides,
            _pads(padding, explicit_paddings),
            data_format,
            dilations,
        )

    def gradient(op: Any, grad: Tensor) -> list[Any]:
        from penstock.ops.arrays import shape

        attributes = attributes_of(op)
        x, _, dy = op.inputs
        return [
            apply("Conv2DBackpropInput", shape(x), grad, dy, **attributes),
            None,
            apply("Conv2D", x, grad, **attributes),
        ]


def check_backprop(
    input_shape: Any,
    filter_shape: Any,
    dy_shape: Any,
    strides: Any,
    padding: Any,
    data_format: str,
    dilations: Any,
    label: str,
) -> None:
    """Checks that ``dy_shape`` is the shape of the convolution whose gradient is taken.

    Raises:
        ValueError: when it isn't.
    """
    c = kernels.describe(input_shape, filter_shape, strides, padding, data_format, dilations)
    for axis, place in zip(spatial_axes(data_format), c.axes, strict=True):
        if place.out != dy_shape[axis]:
            raise ValueError(
                f"{label}: Size of out_backprop doesn't match computed: "
                f"actual = {dy_shape[axis]}, computed = {place.out} "
                f"spatial_dim: {axis} input: {place.size} filter: {place.window} "
                f"output: {dy_shape[axis]} stride: {place.stride} dilation: {place.dilation}"
            )
    batch, out = dy_shape[0], dy_shape[channel_axis(data_format)]
    if batch != input_shape[0]:
        raise ValueError(
            f"{label}: input and out_backprop must have the same batch size. Input batch: "
            f"{input_shape[0]}, outbackprop batch: {batch}"
        )
    if out != filter_shape[-1]:
        raise ValueError(
            f"{label}: filter and out_backprop must have the same out_depth, got "
            f"{filter_shape[-1]} and {out}"
        )


def renamed_filter(filter_: Any, filters: Any) -> Any:
    """The filter that came as ``filter`` or as ``filters``."""
    from penstock.ops.reductions import renamed_argument

    return renamed_argument("filters", filters, "filter", filter_)


def conv2d(
    input: Any,  # noqa: A002
    filter: Any = None,  # noqa: A002
    strides: Any = None,
    padding: Any = None,
    use_cudnn_on_gpu: bool = True,
    data_format: str | None = "NHWC",
    dilations: Any = ONES,
    name: str | None = None,
    filters: Any = None,
) -> Tensor:
    """Two-dimensional convolution (a cross-correlation: the filter isn't turned over).

    Args:
        input: ``[batch, height, width, channels]``, in ``data_format``'s order; floating.
        filter: ``[height, width, channels, output channels]``, of the same type.
        strides: the step of the filter: one number, one for each of height and width, or four in
            ``data_format``'s order.
        padding: ``"SAME"``, ``"VALID"``, or four pairs of numbers in ``data_format``'s order.
        use_cudnn_on_gpu: kept in the graph, without effect.
        data_format: ``NHWC`` or ``NCHW``.
        dilations: the distance between taps, like ``strides``.
        name: the operation's name.
        filters: the new name of ``filter``.

    Raises:
        ValueError: when shapes or arguments don't fit.
    """
    filter = renamed_filter(filter, filters)  # noqa: A001
    padding, explicit = explicit_padding(padding)
    data_format = data_format or "NHWC"
    return apply(
        "Conv2D",
        input,
        filter,
        strides=sequence_of(strides, 2, data_format, "strides"),
        padding=padding,
        use_cudnn_on_gpu=use_cudnn_on_gpu,
        explicit_paddings=explicit,
        data_format=data_format,
        dilations=sequence_of(dilations, 2, data_format, "dilations"),
        name=name,
    )


def conv2d_backprop_input(
    input_sizes: Any,
    filter: Any = None,  # noqa: A002
    out_backprop: Any = None,
    strides: Any = None,
    padding: Any = None,
    use_cudnn_on_gpu: bool = True,
    data_format: str | None = "NHWC",
    dilations: Any = ONES,
    name: str | None = None,
    filters: Any = None,
) -> Tensor:
    """The gradient of ``conv2d`` with respect to its input.

    Args:
        input_sizes: the shape of the input, a vector of four integers.
        filter: the filter.
        out_backprop: the gradient with respect to the convolution.
        strides: as in ``conv2d``, four numbers.
        padding: as in ``conv2d``.
        use_cudnn_on_gpu: kept in the graph, without effect.
        data_format: ``NHWC`` or ``NCHW``.
        dilations: as in ``conv2d``, four numbers.
        name: the operation's name.
        filters: the new name of ``filter``.
    """
    filter = renamed_filter(filter, filters)  # noqa: A001
    padding, explicit = explicit_padding(padding)
    return apply(
        "Conv2DBackpropInput",
        input_sizes,
        filter,
        out_backprop,
        strides=strides,
        padding=padding,
        use_cudnn_on_gpu=use_cudnn_on_gpu,
        explicit_paddings=explicit,
        data_format=data_format,
        dilations=list(dilations),
        name=name,
    )


def conv2d_backprop_filter(
    input: Any,  # noqa: A002
    filter_sizes: Any,
    out_backprop: Any,
    strides: Any,
    padding: Any,
    use_cudnn_on_gpu: bool = True,
    data_format: str | None = "NHWC",
    dilations: Any = ONES,
    name: str | None = None,
) -> Tensor:
    """The gradient of ``conv2d`` with respect to its filter.

    Args:
        input: the input.
        filter_sizes: the shape of the filter, a vector of four integers.
        out_backprop: the gradient with respect to the convolution.
        strides: as in ``conv2d``, four numbers.
        padding: as in ``conv2d``.
        use_cudnn_on_gpu: kept in the graph, without effect.
        data_format: ``NHWC`` or ``NCHW``.
        dilations: as in ``conv2d``, four numbers.
        name: the operation's name.
    """
    padding, explicit = explicit_padding(padding)
    return apply(
        "Conv2DBackpropFilter",
        input,
        filter_sizes,
        out_backprop,
        strides=strides,
        padding=padding,
        use_cudnn_on_gpu=use_cudnn_on_gpu,
        explicit_paddings=explicit,
        data_format=data_format,
        dilations=list(dilations),
        name=name,
    )
