"""Operations that resize images: ``tf.image.resize_bilinear`` and its kind."""

from __future__ import annotations

from typing import Any

from penstock.graph import dtypes, errors
from penstock.graph.build import apply
from penstock.graph.registry import operation
from penstock.graph.shapes import TensorShape
from penstock.graph.static_values import constant_value_as_shape
from penstock.graph.tensor import Tensor
from penstock.kernels import image_resize as kernels

_FLAGS = "; align_corners: bool = false; half_pixel_centers: bool = false"
_INTEGERS = "int8, uint8, int16, uint16, int32, int64"


def _resized_shape(op: Any) -> TensorShape:
    images = op.inputs[0].shape.with_rank(4).as_list()
    size = op.inputs[1].shape.with_rank(1)
    if size.as_list()[0] not in (None, 2):
        raise ValueError(f"Dimension must be 2 but is {size.as_list()[0]}")
    height, width = constant_value_as_shape(op.inputs[1]).with_rank(2).as_list()
    return TensorShape([images[0], height, width, images[3]])


def _like_original(op: Any) -> TensorShape:
    return op.inputs[1].shape


def _checked(run: Any, size: Any) -> tuple[int, int]:
    if size[0] <= 0 or size[1] <= 0:
        raise errors.InvalidArgumentError(None, run.current, "output dimensions must be positive")
    return int(size[0]), int(size[1])


@operation(
    "ResizeBilinear",
    inputs="images: T, size: int32",
    outputs="resized_images: float",
    attrs=f"T: {{{_INTEGERS}, bfloat16, half, float, double}}{_FLAGS}",
)
class ResizeBilinear:
    shape = _resized_shape
    static = "size"

    def lower(images, size, *, align_corners, half_pixel_centers, run):
        return kernels.resize_bilinear(
            images, *_checked(run, size), align_corners, half_pixel_centers
        )

    def gradient(op: Any, grad: Tensor) -> list[Any]:
        return [_original_gradient("ResizeBilinearGrad", op, grad), None]


@operation(
    "ResizeBicubic",
    inputs="images: T, size: int32",
    outputs="resized_images: float",
    attrs=f"T: {{{_INTEGERS}, half, float, double}}{_FLAGS}",
)
class ResizeBicubic:
    shape = _resized_shape
    static = "size"

    def lower(images, size, *, align_corners, half_pixel_centers, run):
        return kernels.resize_bicubic(
            images, *_checked(run, size), align_corners, half_pixel_centers
        )

    def gradient(op: Any, grad: Tensor) -> list[Any]:
        if op.inputs[0].dtype not in (dtypes.float32, dtypes.float64):
            return [None, None]
        return [_original_gradient("ResizeBicubicGrad", op, grad), None]


def _original_gradient(op_type: str, op: Any, grad: Tensor) -> Tensor:
    return apply(
        op_type,
        grad,
        op.inputs[0],
        align_corners=op.attr("align_corners"),
        half_pixel_centers=op.attr("half_pixel_centers"),
    )


@operation(
    "ResizeNearestNeighbor",
    inputs="images: T, size: int32",
    outputs="resized_images: T",
    attrs=f"T: {{{_INTEGERS}, half, float, double}}{_FLAGS}",
)
class ResizeNearestNeighbor:
    shape = _resized_shape
    static = "size"

    def lower(images, size, *, align_corners, half_pixel_centers, run):
        return kernels.resize_nearest(
            images, *_checked(run, size), align_corners, half_pixel_centers
        )

    def gradient(op: Any, grad: Tensor) -> list[Any]:
        from penstock.ops.arrays import shape

        image = op.inputs[0]
        sizes = image.shape.as_list() if image.shape.ndims is not None else [None] * 4
        if sizes[1] is not None and sizes[2] is not None:
            size: Any = sizes[1:3]
        else:
            size = shape(image)[1:3]  # type: ignore[index]
        found = apply(
            "ResizeNearestNeighborGrad",
            grad,
            size,
            align_corners=op.attr("align_corners"),
            half_pixel_centers=op.attr("half_pixel_centers"),
        )
        return [found, None]


@operation(
    "ResizeArea",
    inputs="images: T, size: int32",
    outputs="resized_images: float",
    attrs=f"T: {{{_INTEGERS}, half, float, double}}; align_corners: bool = false",
)
class ResizeArea:
    shape = _resized_shape
    static = "size"

    def lower(images, size, *, align_corners, run):
        return kernels.resize_area(images, *_checked(run, size), align_corners)


@operation(
    "ResizeBilinearGrad",
    inputs="grads: float, original_image: T",
    outputs="output: T",
    attrs="T: floattype" + _FLAGS,
)
class ResizeBilinearGrad:
    shape = _like_original

    def lower(grads, image, *, align_corners, half_pixel_centers):
        return kernels.linear_gradient(
            grads, *image.shape[1:3], image.dtype, align_corners, half_pixel_centers
        )


@operation(
    "ResizeBicubicGrad",
    inputs="grads: float, original_image: T",
    outputs="output: T",
    attrs="T: {float, double}" + _FLAGS,
)
class ResizeBicubicGrad:
    shape = _like_original

    def lower(grads, image, *, align_corners, half_pixel_centers):
        return kernels.linear_gradient(
            grads,
            *image.shape[1:3],
            image.dtype,
            align_corners,
            half_pixel_centers,
            cubic=True,
        )


@operation(
    "ResizeNearestNeighborGrad",
    inputs="grads: T, size: int32",
    outputs="output: T",
    attrs="T: {uint8, int8, int32, half, float, double}" + _FLAGS,
)
class ResizeNearestNeighborGrad:
    shape = _resized_shape
    static = "size"

    def lower(grads, size, *, align_corners, half_pixel_centers):
        return kernels.nearest_gradient(
            grads, int(size[0]), int(size[1]), align_corners, half_pixel_centers
        )


def resize_bilinear(
    images: Any,
    size: Any,
    align_corners: bool = False,
    name: str | None = None,
    half_pixel_centers: bool = False,
) -> Tensor:
    """Images resized by linear interpolation.

    Args:
        images: ``[batch, height, width, channels]`` of any number type.
        size: ``int32`` ``[2]``, the new height and width.
        align_corners: whether the centres of the corner pixels stay at the corners.
        name: the name of the operation.
        half_pixel_centers: whether places are counted from pixel centres.

    Returns:
        ``float32``.
    """
    return apply("ResizeBilinear", images, size, align_corners=align_corners,
                 half_pixel_centers=half_pixel_centers, name=name)  # fmt: skip


def resize_bicubic(
    images: Any,
    size: Any,
    align_corners: bool = False,
    name: str | None = None,
    half_pixel_centers: bool = False,
) -> Tensor:
    """Images resized by cubic interpolation (Keys, 1981); arguments as for ``resize_bilinear``."""
    return apply("ResizeBicubic", images, size, align_corners=align_corners,
                 half_pixel_centers=half_pixel_centers, name=name)  # fmt: skip


def resize_nearest_neighbor(
    images: Any,
    size: Any,
    align_corners: bool = False,
    name: str | None = None,
    half_pixel_centers: bool = False,
) -> Tensor:
    """Images resized by repeating or leaving out pixels; arguments as for ``resize_bilinear``.

    Returns:
        A tensor of the images' type.
    """
    return apply("ResizeNearestNeighbor", images, size, align_corners=align_corners,
                 half_pixel_centers=half_pixel_centers, name=name)  # fmt: skip


def resize_area(
    images: Any, size: Any, align_corners: bool = False, name: str | None = None
) -> Tensor:
    """Images resized by averaging over areas; arguments as for ``resize_bilinear``."""
    return apply("ResizeArea", images, size, align_corners=align_corners, name=name)
