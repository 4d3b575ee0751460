"""``tf.image`` functions that move, cut, pad and resize images."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from penstock.graph import dtypes
from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import name_scope
from penstock.graph.shapes import TensorShape
from penstock.graph.static_values import constant_value_as_shape
from penstock.graph.tensor import Tensor
from penstock.ops.arrays import expand_dims, reshape, shape, squeeze
from penstock.ops.arrays import transpose as tf_transpose
from penstock.ops.casts import cast
from penstock.ops.comparisons import equal, less
from penstock.ops.control_flow import case, cond, with_dependencies
from penstock.ops.division import div, mod
from penstock.ops.image_checks import (
    as_at_least_3d,
    checks_at_least_3d,
    is_dynamic,
    required,
    sizes_of,
)
from penstock.ops.image_colors import convert_image_dtype
from penstock.ops.image_resize import (
    resize_area,
    resize_bicubic,
    resize_bilinear,
    resize_nearest_neighbor,
)
from penstock.ops.joining import stack
from penstock.ops.math_binary import maximum, minimum
from penstock.ops.math_unary import rsqrt
from penstock.ops.padding import pad
from penstock.ops.random import random_uniform
from penstock.ops.reductions import reduce_mean, reduce_prod
from penstock.ops.rounding import floor
from penstock.ops.rounding import round as tf_round
from penstock.ops.slices import reverse
from penstock.ops.slices import slice as tf_slice

_RANK_ERROR = "'image' must have either 3 or 4 dimensions."


# -- mirrors and turns ----------------------------------------------------------------------------
def _with_shape_of(image: Tensor, result: Tensor) -> Tensor:
    if image.shape.ndims is None:
        result.set_shape([None, None, None])
    else:
        result.set_shape(image.shape)
    return result


def _flip(image: Any, axis: int, scope_name: str) -> Tensor:
    with name_scope(None, scope_name, [image]):
        image = as_at_least_3d(convert_to_tensor(image, name="image"))
        rank = image.shape.ndims
        if rank in (3, None):
            return _with_shape_of(image, reverse(image, [axis]))
        if rank == 4:
            return reverse(image, [axis + 1])
        raise ValueError(_RANK_ERROR)


def _random_flip(image: Any, axis: int, seed: int | None, scope_name: str) -> Tensor:
    with name_scope(None, scope_name, [image]) as scope:
        image = as_at_least_3d(convert_to_tensor(image, name="image"))
        rank = image.shape.ndims
        if rank in (3, None):
            chance = random_uniform([], 0, 1.0, seed=seed)
            flipped = cond(
                less(chance, 0.5), lambda: reverse(image, [axis]), lambda: image, name=scope
            )
            return _with_shape_of(image, flipped)
        if rank == 4:
            count = shape(image)[0]  # type: ignore[index]
            chances = random_uniform([count], 0, 1.0, seed=seed)
            flips: Any = cast(tf_round(reshape(chances, [count, 1, 1, 1])), image.dtype)
            return flips * reverse(image, [axis + 1]) + (1 - flips) * image
        raise ValueError(_RANK_ERROR)


def flip_left_right(image: Any) -> Tensor:
    """Mirrors an image, or each of a batch, left to right."""
    return _flip(image, 1, "flip_left_right")


def flip_up_down(image: Any) -> Tensor:
    """Mirrors an image, or each of a batch, upside down."""
    return _flip(image, 0, "flip_up_down")


def random_flip_left_right(image: Any, seed: int | None = None) -> Tensor:
    """Mirrors left to right, or not, with equal chance.

    Args:
        image: ``[height, width, channels]``, or a batch of such images, each with its own draw.
        seed: of the draw.
    """
    return _random_flip(image, 1, seed, "random_flip_left_right")


def random_flip_up_down(image: Any, seed: int | None = None) -> Tensor:
    """Mirrors upside down, or not, with equal chance.

    Args:
        image: ``[height, width, channels]``, or a batch of such images, each with its own draw.
        seed: of the draw.
    """
    return _random_flip(image, 0, seed, "random_flip_up_down")


def rot90(image: Any, k: Any = 1, name: str | None = None) -> Tensor:
    """Turns an image, or each of a batch, ``k`` times by 90 degrees to the left."""
    with name_scope(name, "rot90", [image, k]) as scope:
        image = as_at_least_3d(convert_to_tensor(image, name="image"))
        k = convert_to_tensor(k, dtype=dtypes.int32, name="k")
        k.shape.assert_has_rank(0)
        k = mod(k, 4)
        rank = image.shape.ndims
        if rank not in (3, 4, None):
            raise ValueError(_RANK_ERROR)
        first = 1 if rank == 4 else 0
        order = [0, 2, 1, 3] if rank == 4 else [1, 0, 2]

        def quarter() -> Tensor:
            return tf_transpose(reverse(image, [first + 1]), order)

        def half() -> Tensor:
            return reverse(image, [first, first + 1])

        def three_quarters() -> Tensor:
            return reverse(tf_transpose(image, order), [first + 1])

        turned = case(
            [(equal(k, 1), quarter), (equal(k, 2), half), (equal(k, 3), three_quarters)],
            default=lambda: image,
            exclusive=True,
            name=scope,
        )
        sizes: list[Any]
        if rank == 4:
            known = turned.shape.as_list() if turned.shape.ndims else [None] * 4
            sizes = [known[0], None, None, known[3]]
        else:
            channels = image.shape.as_list()[2] if rank == 3 else None
            sizes = [None, None, channels]
        turned.set_shape(sizes)
        return turned


def transpose(image: Any, name: str | None = None) -> Tensor:
    """Exchanges height and width of an image, or of each of a batch."""
    with name_scope(name, "transpose", [image]):
        image = as_at_least_3d(convert_to_tensor(image, name="image"))
        rank = image.shape.ndims
        if rank in (3, None):
            return tf_transpose(image, [1, 0, 2], name=name)
        if rank == 4:
            return tf_transpose(image, [0, 2, 1, 3], name=name)
        raise ValueError(_RANK_ERROR)


# -- cutting and padding --------------------------------------------------------------------------
def central_crop(image: Any, central_fraction: float) -> Tensor:
    """The middle of an image, or of each of a batch.

    Args:
        image: ``[height, width, channels]``, or with a batch dimension before.
        central_fraction: the share of height and width to keep, above 0 and up to 1.

    Raises:
        ValueError: when it isn't.
    """
    with name_scope(None, "central_crop", [image]):
        image = convert_to_tensor(image, name="image")
        if central_fraction <= 0.0 or central_fraction > 1.0:
            raise ValueError("central_fraction must be within (0, 1]")
        if central_fraction == 1.0:
            return image
        as_at_least_3d(image)
        rank = image.shape.ndims
        if rank not in (3, 4):
            raise ValueError(
                f"`image` should either be a Tensor with rank = 3 or rank = 4. Had rank = {rank}."
            )
        first = rank - 3
        known = image.shape.as_list()
        sizes: list[Any] = []
        for axis in (first, first + 1):
            sizes.append(known[axis] if known[axis] is not None else shape(image)[axis])  # type: ignore[index]
        starts: list[Any] = []
        for size in sizes:
            if is_dynamic(size):
                wide: Any = cast(size, dtypes.float64)
                starts.append(cast((wide - wide * central_fraction) / 2, dtypes.int32))
            else:
                starts.append(int((float(size) - float(size) * central_fraction) / 2))
        kept = [size - start * 2 for size, start in zip(sizes, starts)]
        batch = [0] if first else []
        begin = stack([*batch, *starts, 0])
        extent = stack([-1] * first + [*kept, -1])
        cropped = tf_slice(image, begin, extent)
        static = [None if is_dynamic(k) else k for k in kept]
        cropped.set_shape([*known[:first], *static, known[-1]])
        return cropped


def _as_batch(image: Tensor) -> tuple[Tensor, bool]:
    """The image with a batch dimension, and whether it had one."""
    rank = image.shape.ndims
    if rank == 4:
        return image, True
    if rank == 3:
        return expand_dims(image, 0), False
    if rank is None:
        image = expand_dims(image, 0)
        image.set_shape([None] * 4)
        return image, False
    raise ValueError(_RANK_ERROR)


def _static(sizes: list[Any]) -> TensorShape:
    return TensorShape([None if is_dynamic(size) else size for size in sizes])


def pad_to_bounding_box(
    image: Any, offset_height: Any, offset_width: Any, target_height: Any, target_width: Any
) -> Tensor:
    """Puts an image (or each of a batch) into a larger one of zeros.

    Args:
        image: ``[height, width, channels]``, or with a batch dimension before.
        offset_height: rows of zeros above.
        offset_width: columns of zeros to the left.
        target_height: the new height.
        target_width: the new width.

    Raises:
        ValueError: when the image doesn't fit.
    """
    with name_scope(None, "pad_to_bounding_box", [image]):
        image, is_batch = _as_batch(convert_to_tensor(image, name="image"))
        checks = checks_at_least_3d(image)
        batch, height, width, depth = sizes_of(image, 4)
        right = target_width - offset_width - width
        below = target_height - offset_height - height
        checks += required(offset_height >= 0, "offset_height must be >= 0")
        checks += required(offset_width >= 0, "offset_width must be >= 0")
        checks += required(right >= 0, "width must be <= target - offset")
        checks += required(below >= 0, "height must be <= target - offset")
        image = with_dependencies(checks, image)
        paddings = reshape(stack([0, 0, offset_height, below, offset_width, right, 0, 0]), [4, 2])
        padded = pad(image, paddings)
        padded.set_shape(_static([batch, target_height, target_width, depth]))
        return padded if is_batch else squeeze(padded, axis=[0])


def crop_to_bounding_box(
    image: Any, offset_height: Any, offset_width: Any, target_height: Any, target_width: Any
) -> Tensor:
    """Cuts a rectangle out of an image (or of each of a batch).

    Args:
        image: ``[height, width, channels]``, or with a batch dimension before.
        offset_height: the first row.
        offset_width: the first column.
        target_height: the height of the rectangle.
        target_width: its width.

    Raises:
        ValueError: when it isn't inside the image.
    """
    with name_scope(None, "crop_to_bounding_box", [image]):
        image, is_batch = _as_batch(convert_to_tensor(image, name="image"))
        checks = checks_at_least_3d(image)
        batch, height, width, depth = sizes_of(image, 4)
        checks += required(offset_width >= 0, "offset_width must be >= 0.")
        checks += required(offset_height >= 0, "offset_height must be >= 0.")
        checks += required(target_width > 0, "target_width must be > 0.")
        checks += required(target_height > 0, "target_height must be > 0.")
        checks += required(
            width >= (target_width + offset_width), "width must be >= target + offset."
        )
        checks += required(
            height >= (target_height + offset_height), "height must be >= target + offset."
        )
        image = with_dependencies(checks, image)
        cropped = tf_slice(
            image,
            stack([0, offset_height, offset_width, 0]),
            stack([-1, target_height, target_width, -1]),
        )
        cropped.set_shape(_static([batch, target_height, target_width, depth]))
        return cropped if is_batch else squeeze(cropped, axis=[0])


def _either(x: Any, y: Any, dynamic: Callable[..., Any], static: Callable[..., Any]) -> Any:
    return dynamic(x, y) if is_dynamic(x) or is_dynamic(y) else static(x, y)


def resize_image_with_crop_or_pad(image: Any, target_height: Any, target_width: Any) -> Tensor:
    """An image (or each of a batch) brought to a size by cutting from or padding around its middle.

    Args:
        image: ``[height, width, channels]``, or with a batch dimension before.
        target_height: the new height.
        target_width: the new width.

    Raises:
        ValueError: when a size isn't positive.
    """
    with name_scope(None, "resize_image_with_crop_or_pad", [image]):
        image, is_batch = _as_batch(convert_to_tensor(image, name="image"))
        checks = checks_at_least_3d(image)
        checks += required(target_width > 0, "target_width must be > 0.")
        checks += required(target_height > 0, "target_height must be > 0.")
        image = with_dependencies(checks, image)
        if is_dynamic(target_height):
            target_height = with_dependencies(checks, target_height)
        if is_dynamic(target_width):
            target_width = with_dependencies(checks, target_width)
        _, height, width, _ = sizes_of(image, 4)
        wider = target_width - width
        crop_left = _either(-wider // 2, 0, maximum, max)
        pad_left = _either(wider // 2, 0, maximum, max)
        higher = target_height - height
        crop_above = _either(-higher // 2, 0, maximum, max)
        pad_above = _either(higher // 2, 0, maximum, max)
        cropped = crop_to_bounding_box(
            image,
            crop_above,
            crop_left,
            _either(target_height, height, minimum, min),
            _either(target_width, width, minimum, min),
        )
        resized = pad_to_bounding_box(cropped, pad_above, pad_left, target_height, target_width)
        if resized.shape.ndims is None:
            raise ValueError("resized contains no shape.")
        _, new_height, new_width, _ = sizes_of(resized, 4)
        checks = required(
            _either(new_height, target_height, equal, lambda a, b: a == b),
            "resized height is not correct.",
        )
        checks += required(
            _either(new_width, target_width, equal, lambda a, b: a == b),
            "resized width is not correct.",
        )
        resized = with_dependencies(checks, resized)
        return resized if is_batch else squeeze(resized, axis=[0])


# -- resizing -------------------------------------------------------------------------------------
class ResizeMethod:
    """How ``resize_images`` fills in pixels."""

    BILINEAR = 0
    NEAREST_NEIGHBOR = 1
    BICUBIC = 2
    AREA = 3


_RESIZERS: dict[Any, Callable[..., Tensor]] = {
    0: resize_bilinear,
    "bilinear": resize_bilinear,
    1: resize_nearest_neighbor,
    "nearest": resize_nearest_neighbor,
    2: resize_bicubic,
    "bicubic": resize_bicubic,
    3: resize_area,
    "area": resize_area,
}


def _sizes_are_apart(size: Any, method: Any) -> bool:
    """Whether a call is of TensorFlow 0.x: ``resize_images(images, height, width, method)``."""
    return not isinstance(size, (list, tuple)) and not (
        hasattr(size, "shape") and getattr(size.shape, "ndims", len(size.shape)) not in (0,)
    )


def resize_images(
    images: Any,
    size: Any,
    method: Any = ResizeMethod.BILINEAR,
    align_corners: bool = False,
    preserve_aspect_ratio: bool = False,
    name: str | None = None,
    *old: Any,
) -> Tensor:
    """Images brought to a size.

    The order of TensorFlow 0.9, ``(images, new_height, new_width, method, align_corners)``, is
    understood too.

    Args:
        images: ``[height, width, channels]``, or with a batch dimension before.
        size: the new height and width.
        method: a ``ResizeMethod``.
        align_corners: whether the centres of the corner pixels stay at the corners.
        preserve_aspect_ratio: whether ``size`` is only the most that height and width may be.
        name: the name of the scope.

    Returns:
        ``float32``; for ``NEAREST_NEIGHBOR`` and for images that have the size already, the type
        of the images.

    Raises:
        ValueError: when images or size have a wrong shape, or there is no such method.
    """
    if _sizes_are_apart(size, method):
        size, method, align_corners, preserve_aspect_ratio = (
            [size, method],
            align_corners if align_corners is not False else ResizeMethod.BILINEAR,
            preserve_aspect_ratio,
            False,
        )

    def resize(batch: Tensor, new_size: Any) -> Tensor:
        if method not in _RESIZERS:
            raise ValueError("Resize method is not implemented.")
        return _RESIZERS[method](batch, new_size, align_corners=align_corners)

    return _resized(images, resize, size, preserve_aspect_ratio, name, skip_if_same=True)


def _resized(
    images: Any,
    resize: Callable[[Tensor, Any], Tensor],
    size: Any,
    preserve_aspect_ratio: bool,
    name: str | None,
    skip_if_same: bool,
) -> Tensor:
    with name_scope(name, "resize", [images, size]):
        images = convert_to_tensor(images, name="images")
        rank = images.shape.ndims
        if rank is None:
            raise ValueError("'images' contains no shape.")
        if rank not in (3, 4):
            raise ValueError("'images' must have either 3 or 4 dimensions.")
        is_batch = rank == 4
        if not is_batch:
            images = expand_dims(images, 0)
        _, height, width, _ = images.shape.as_list()
        try:
            size = convert_to_tensor(size, dtypes.int32, name="size")
        except (TypeError, ValueError):
            raise ValueError("'size' must be a 1-D int32 Tensor") from None
        if not size.shape.is_compatible_with([2]):
            raise ValueError("'size' must be a 1-D Tensor of 2 elements: new_height, new_width")
        known = constant_value_as_shape(size).with_rank(2).as_list()
        if preserve_aspect_ratio:
            size = _inside(images, known)
            known = constant_value_as_shape(size).with_rank(2).as_list()
        if skip_if_same and None not in (height, width, *known) and [height, width] == known:
            return images if is_batch else squeeze(images, axis=[0])
        images = resize(images, size)
        images.set_shape([None, *known, None])
        return images if is_batch else squeeze(images, axis=[0])


def _inside(images: Tensor, limits: list[Any]) -> Tensor:
    """The largest size with the proportions of ``images`` within ``limits``."""
    _, height, width, _ = sizes_of(images, 4)

    def floats(value: Any) -> Any:
        return cast(value, dtypes.float32)

    scale_height = floats(limits[0]) / floats(height)
    scale_width = floats(limits[1]) / floats(width)
    scale: Any = minimum(scale_height, scale_width)
    new_height = cast(tf_round(scale * floats(height)), dtypes.int32)
    new_width = cast(tf_round(scale * floats(width)), dtypes.int32)
    return convert_to_tensor([new_height, new_width], dtypes.int32, name="size")


def resize_image_with_pad(
    image: Any,
    target_height: Any,
    target_width: Any,
    method: Any = ResizeMethod.BILINEAR,
    align_corners: bool = False,
) -> Tensor:
    """Resizes an image (or each of a batch) without changing its proportions, zeros around it.

    Args:
        image: ``[height, width, channels]``, or with a batch dimension before.
        target_height: the new height.
        target_width: the new width.
        method: a ``ResizeMethod``.
        align_corners: see ``resize_images``.
    """
    with name_scope(None, "resize_image_with_pad", [image]):
        image, is_batch = _as_batch(convert_to_tensor(image, name="image"))
        checks = checks_at_least_3d(image)
        checks += required(target_width > 0, "target_width must be > 0.")
        checks += required(target_height > 0, "target_height must be > 0.")
        image = with_dependencies(checks, image)
        _, height, width, _ = sizes_of(image, 4)
        wide: list[Any] = [
            cast(value, dtypes.float64) for value in (height, width, target_height, target_width)
        ]
        ratio: Any = maximum(wide[1] / wide[3], wide[0] / wide[2])
        new_height, new_width = wide[0] / ratio, wide[1] / ratio
        size = [cast(floor(value), dtypes.int32) for value in (new_height, new_width)]
        margins = [(wide[2] - new_height) / 2, (wide[3] - new_width) / 2]
        above, left = floor(margins[0]), floor(margins[1])
        above = maximum(0, cast(above, dtypes.int32))
        left = maximum(0, cast(left, dtypes.int32))
        resized = resize_images(image, size, method, align_corners=align_corners)
        padded = pad_to_bounding_box(resized, above, left, target_height, target_width)
        if padded.shape.ndims is None:
            raise ValueError("padded contains no shape.")
        sizes_of(padded, 4)
        return padded if is_batch else squeeze(padded, axis=[0])


# -- standardization ------------------------------------------------------------------------------
def per_image_standardization(image: Any) -> Tensor:
    """Each image shifted and scaled to mean 0 and variance 1.

    The deviation is taken as at least one over the square root of the number of pixels.

    Args:
        image: ``[..., height, width, channels]``.
    """
    from penstock.ops.statistics import reduce_std

    with name_scope(None, "per_image_standardization", [image]) as scope:
        image = as_at_least_3d(convert_to_tensor(image, name="image"))
        dtype = image.dtype
        if dtype not in (dtypes.float16, dtypes.float32):
            image = convert_image_dtype(image, dtypes.float32)
        count = reduce_prod(shape(image)[-3:])  # type: ignore[index]
        mean = reduce_mean(image, axis=[-1, -2, -3], keepdims=True)
        deviation = reduce_std(image, axis=[-1, -2, -3], keepdims=True)
        least = rsqrt(cast(count, image.dtype))
        deviation = maximum(deviation, least)
        image = div(image - mean, deviation, name=scope)  # type: ignore[operator]
        return convert_image_dtype(image, dtype, saturate=True)


per_image_whitening = per_image_standardization
