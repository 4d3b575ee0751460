"""Three-dimensional convolution and its gradients as operations."""

from __future__ import annotations

from typing import Any

from penstock.graph.build import apply
from penstock.graph.registry import operation
from penstock.graph.shapes import TensorShape
from penstock.graph.tensor import Tensor
from penstock.kernels import convolution as kernels
from penstock.ops.nn_conv import (
    attributes_of,
    check_backprop,
    convolution_shape,
    gradient_shape,
    renamed_filter,
)
from penstock.ops.windows import sequence_of, sizes_of

_STATIC = "strides: list(int) >= 5; padding: {'SAME', 'VALID'}"
_ATTRS = (
    f"T: floattype; {_STATIC}; data_format: {{'NDHWC', 'NCDHW'}} = 'NDHWC'; "
    "dilations: list(int) = [1, 1, 1, 1, 1]"
)
_OLD = f"T: {{half, float, double}}; {_STATIC}; dilations: list(int) = [1, 1, 1, 1, 1]"
_NAMES = ("strides", "padding", "data_format", "dilations")
ONES = (1, 1, 1, 1, 1)


def _backprop_input(
    sizes: Any, w: Any, dy: Any, strides: Any, padding: str, data_format: str, dilations: Any
) -> Any:
    sizes = tuple(int(size) for size in sizes)
    check_backprop(sizes, w.shape, dy.shape, strides, padding, data_format, dilations,
                   "Conv3DBackpropInputOp")  # fmt: skip
    return kernels.conv3d_backprop_input(sizes, w, dy, strides, padding, data_format, dilations)


def _backprop_filter(
    x: Any, sizes: Any, dy: Any, strides: Any, padding: str, data_format: str, dilations: Any
) -> Any:
    sizes = tuple(int(size) for size in sizes)
    check_backprop(x.shape, sizes, dy.shape, strides, padding, data_format, dilations,
                   "Conv3DBackpropFilterOp")  # fmt: skip
    return kernels.conv3d_backprop_filter(x, sizes, dy, strides, padding, data_format, dilations)


@operation("Conv3D", inputs="input: T, filter: T", outputs="output: T", attrs=_ATTRS)
class Conv3D:
    shape = convolution_shape

    def lower(
        input: Any,  # noqa: A002
        filter: Any,  # noqa: A002
        *,
        strides: Any,
        padding: str,
        data_format: str,
        dilations: Any,
    ) -> Any:
        return kernels.conv3d(input, filter, strides, padding, data_format, dilations)

    def gradient(op: Any, grad: Tensor) -> list[Tensor]:
        from penstock.ops.arrays import shape

        x, w = op.inputs
        attributes = attributes_of(op, _NAMES)
        return [
            apply("Conv3DBackpropInputV2", shape(x), w, grad, **attributes),
            apply("Conv3DBackpropFilterV2", x, shape(w), grad, **attributes),
        ]


@operation(
    "Conv3DBackpropInputV2",
    inputs="input_sizes: Tshape, filter: T, out_backprop: T",
    outputs="output: T",
    attrs=f"{_ATTRS}; Tshape: indextype = int32",
)
class Conv3DBackpropInputV2:
    static = "input_sizes"
    shape = gradient_shape(0, 5)

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
        return _backprop_input(
            input_sizes, filter, out_backprop, strides, padding, data_format, dilations
        )

    def gradient(op: Any, grad: Tensor) -> list[Any]:
        from penstock.ops.arrays import shape

        _, w, dy = op.inputs
        attributes = attributes_of(op, _NAMES)
        return [
            None,
            apply("Conv3DBackpropFilterV2", grad, shape(w), dy, **attributes),
            apply("Conv3D", grad, w, **attributes),
        ]


@operation(
    "Conv3DBackpropFilterV2",
    inputs="input: T, filter_sizes: int32, out_backprop: T",
    outputs="output: T",
    attrs=_ATTRS,
)
class Conv3DBackpropFilterV2:
    static = "filter_sizes"
    shape = gradient_shape(1, 5)

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
        return _backprop_filter(
            input, filter_sizes, out_backprop, strides, padding, data_format, dilations
        )

    def gradient(op: Any, grad: Tensor) -> list[Any]:
        from penstock.ops.arrays import shape

        x, _, dy = op.inputs
        attributes = attributes_of(op, _NAMES)
        return [
            apply("Conv3DBackpropInputV2", shape(x), grad, dy, **attributes),
            None,
            apply("Conv3D", x, grad, **attributes),
        ]


def _like(index: int) -> Any:
    return lambda op: TensorShape(sizes_of(op.inputs[index].shape, 5))


@operation(
    "Conv3DBackpropInput",
    inputs="input: T, filter: T, out_backprop: T",
    outputs="output: T",
    attrs=_OLD,
)
class Conv3DBackpropInput:
    shape = _like(0)

    def lower(
        input: Any,  # noqa: A002
        filter: Any,  # noqa: A002
        out_backprop: Any,
        *,
        strides: Any,
        padding: str,
        dilations: Any,
    ) -> Any:
        return _backprop_input(
            input.shape, filter, out_backprop, strides, padding, "NDHWC", dilations
        )


@operation(
    "Conv3DBackpropFilter",
    inputs="input: T, filter: T, out_backprop: T",
    outputs="output: T",
    attrs=_OLD,
)
class Conv3DBackpropFilter:
    shape = _like(1)

    def lower(
        input: Any,  # noqa: A002
        filter: Any,  # noqa: A002
        out_backprop: Any,
        *,
        strides: Any,
        padding: str,
        dilations: Any,
    ) -> Any:
        return _backprop_filter(
            input, filter.shape, out_backprop, strides, padding, "NDHWC", dilations
        )


def conv3d(
    input: Any,  # noqa: A002
    filter: Any = None,  # noqa: A002
    strides: Any = None,
    padding: Any = None,
    data_format: str | None = "NDHWC",
    dilations: Any = ONES,
    name: str | None = None,
    filters: Any = None,
) -> Tensor:
    """Three-dimensional convolution (a cross-correlation).

    Args:
        input: ``[batch, depth, height, width, channels]``, in ``data_format``'s order; floating.
        filter: ``[depth, height, width, channels, output channels]``, of the same type.
        strides: the step of the filter, five numbers in ``data_format``'s order.
        padding: ``"SAME"`` or ``"VALID"``.
        data_format: ``NDHWC`` or ``NCDHW``.
        dilations: the distance between taps, five numbers.
        name: the operation's name.
        filters: the new name of ``filter``.

    Raises:
        ValueError: when shapes or arguments don't fit.
    """
    return apply(
        "Conv3D",
        input,
        renamed_filter(filter, filters),
        strides=strides,
        padding=padding,
        data_format=data_format,
        dilations=list(dilations) if dilations is not None else None,
        name=name,
    )


def conv3d_backprop_filter(
    input: Any,  # noqa: A002
    filter_sizes: Any,
    out_backprop: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = "NDHWC",
    dilations: Any = ONES,
    name: str | None = None,
) -> Tensor:
    """The gradient of ``conv3d`` with respect to its filter.

    Args:
        input: the input.
        filter_sizes: the shape of the filter, a vector of five integers.
        out_backprop: the gradient with respect to the convolution.
        strides: as in ``conv3d``.
        padding: as in ``conv3d``.
        data_format: as in ``conv3d``.
        dilations: as in ``conv3d``.
        name: the operation's name.
    """
    return apply(
        "Conv3DBackpropFilterV2",
        input,
        filter_sizes,
        out_backprop,
        strides=strides,
        padding=padding,
        data_format=data_format,
        dilations=list(dilations),
        name=name,
    )


def conv3d_backprop_input(
    input_sizes: Any,
    filter: Any,  # noqa: A002
    out_backprop: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = "NDHWC",
    dilations: Any = ONES,
    name: str | None = None,
) -> Tensor:
    """The gradient of ``conv3d`` with respect to its input.

    Args:
        input_sizes: the shape of the input, a vector of five integers.
        filter: the filter.
        out_backprop: the gradient with respect to the convolution.
        strides: as in ``conv3d``.
        padding: as in ``conv3d``.
        data_format: as in ``conv3d``.
        dilations: as in ``conv3d``.
        name: the operation's name.
    """
    return apply(
        "Conv3DBackpropInputV2",
        input_sizes,
        filter,
        out_backprop,
        strides=sequence_of(strides, 3, data_format, "strides"),
        padding=padding,
        data_format=data_format,
        dilations=sequence_of(dilations, 3, data_format, "dilations"),
        name=name,
    )
