"""Operations on the colours of images, and ``tf.image`` functions made of them."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from penstock.graph import dtypes
from penstock.graph.build import apply
from penstock.graph.convert import convert_to_tensor
from penstock.graph.dtypes import as_dtype
from penstock.graph.registry import operation
from penstock.graph.scopes import name_scope
from penstock.graph.shapes import TensorShape
from penstock.graph.tensor import Tensor
from penstock.kernels import image_colors as kernels
from penstock.ops.shape_rules import same_as_input

_KEPT = (dtypes.float16, dtypes.float32)  # types that are not converted to float32


def _colour_shape(op: Any) -> TensorShape:
    shape = op.inputs[0].shape.with_rank_at_least(1)
    if shape.ndims is None:
        return shape
    sizes = shape.as_list()
    if sizes[-1] not in (None, 3):
        raise ValueError(f"Dimension must be 3 but is {sizes[-1]}")
    return TensorShape([*sizes[:-1], 3])


def _image_shape(op: Any) -> TensorShape:
    return op.inputs[0].shape.with_rank_at_least(3)


@operation("RGBToHSV", inputs="images: T", outputs="output: T", attrs="T: floattype = float")
class RGBToHSV:
    shape = _colour_shape

    def lower(images):
        return kernels.rgb_to_hsv(images)

    def gradient(op: Any, grad: Tensor) -> Tensor:
        return apply("_RGBToHSVGrad", op.inputs[0], grad)


@operation(
    "_RGBToHSVGrad", inputs="images: T, grad: T", outputs="output: T", attrs="T: floattype = float"
)
class RGBToHSVGrad:
    shape = same_as_input()

    def lower(images, grad):
        _, backward = jax.vjp(kernels.rgb_to_hsv, jnp.asarray(images))
        return backward(jnp.asarray(grad))[0]


@operation("HSVToRGB", inputs="images: T", outputs="output: T", attrs="T: floattype = float")
class HSVToRGB:
    shape = _colour_shape
    gradient = None

    def lower(images):
        return kernels.hsv_to_rgb(images)


@operation(
    "AdjustContrastv2",
    inputs="images: T, contrast_factor: float",
    outputs="output: T",
    attrs="T: {half, float} = float",
)
class AdjustContrastv2:
    shape = _image_shape

    def lower(images, factor):
        return kernels.adjust_contrast(images, jnp.asarray(factor))


@operation(
    "AdjustHue",
    inputs="images: T, delta: float",
    outputs="output: T",
    attrs="T: {half, float} = float",
)
class AdjustHue:
    shape = _image_shape

    def lower(images, delta):
        return kernels.adjust_hue(images, jnp.asarray(delta))


@operation(
    "AdjustSaturation",
    inputs="images: T, scale: float",
    outputs="output: T",
    attrs="T: {half, float} = float",
)
class AdjustSaturation:
    shape = _image_shape

    def lower(images, scale):
        return kernels.adjust_saturation(images, jnp.asarray(scale))


# -- types and channels ---------------------------------------------------------------------------
def rgb_to_hsv(images: Any, name: str | None = None) -> Tensor:
    """Hue, saturation and value (each 0 to 1) of ``[..., 3]`` colours from 0 to 1."""
    return apply("RGBToHSV", images, name=name)


def hsv_to_rgb(images: Any, name: str | None = None) -> Tensor:
    """Colours of ``[..., 3]`` hues, saturations and values."""
    return apply("HSVToRGB", images, name=name)


def convert_image_dtype(
    image: Any, dtype: Any, saturate: bool = False, name: str | None = None
) -> Tensor:
    """An image in another type, its values scaled: floats reach to 1, integers to their maximum.

    Args:
        image: a tensor.
        dtype: the new type.
        saturate: whether values out of range are clipped.
        name: the name of the operation.

    Raises:
        AttributeError: when ``dtype`` is neither an integer nor a float.
    """
    from penstock.ops.casts import cast, saturate_cast
    from penstock.ops.division import div
    from penstock.ops.identities import identity
    from penstock.ops.math_binary import multiply

    image = convert_to_tensor(image, name="image")
    dtype = as_dtype(dtype)
    if not dtype.is_floating and not dtype.is_integer:
        raise AttributeError("dtype must be either floating point or integer")
    if dtype == image.dtype:
        return identity(image, name=name)
    convert = saturate_cast if saturate else cast
    with name_scope(name, "convert_image", [image]) as scope:
        if image.dtype.is_integer and dtype.is_integer:
            largest, wanted = image.dtype.max, dtype.max
            if largest > wanted:
                return convert(div(image, (largest + 1) // (wanted + 1)), dtype, name=scope)
            return multiply(convert(image, dtype), (wanted + 1) // (largest + 1), name=scope)
        if image.dtype.is_floating and dtype.is_floating:
            return cast(image, dtype, name=scope)
        if image.dtype.is_integer:
            scale = 1.0 / image.dtype.max
            return multiply(cast(image, dtype), scale, name=scope)
        # The half keeps 1.0 from becoming less than the maximum.
        return convert(multiply(image, dtype.max + 0.5), dtype, name=scope)


def rgb_to_grayscale(images: Any, name: str | None = None) -> Tensor:
    """The brightness of ``[..., 3]`` colours, ``[..., 1]`` of the same type."""
    from penstock.ops.arrays import expand_dims
    from penstock.ops.contractions import tensordot

    with name_scope(name, "rgb_to_grayscale", [images]) as scope:
        images = convert_to_tensor(images, name="images")
        floats = convert_image_dtype(images, dtypes.float32)
        gray = tensordot(floats, [0.2989, 0.5870, 0.1140], [-1, -1])
        gray = expand_dims(gray, -1)
        return convert_image_dtype(gray, images.dtype, name=scope)


def grayscale_to_rgb(images: Any, name: str | None = None) -> Tensor:
    """Grey images ``[..., 1]`` as colours ``[..., 3]``."""
    from penstock.ops.arrays import expand_dims, rank
    from penstock.ops.fills import ones
    from penstock.ops.image_checks import as_grayscale
    from penstock.ops.joining import concat
    from penstock.ops.slices import tile

    with name_scope(name, "grayscale_to_rgb", [images]) as scope:
        images = as_grayscale(images)
        images = convert_to_tensor(images, name="images")
        outer = expand_dims(rank(images) - 1, 0)  # type: ignore[operator]
        multiples = concat([ones(outer, dtype=dtypes.int32), expand_dims(3, 0)], 0)
        rgb = tile(images, multiples, name=scope)
        rgb.set_shape(images.shape[:-1].concatenate([3]))
        return rgb


def _by_matrix(images: Any, matrix: list[list[float]]) -> Tensor:
    from penstock.ops.contractions import tensordot

    images = convert_to_tensor(images, name="images")
    kernel = convert_to_tensor(matrix, dtype=images.dtype, name="kernel")
    rank = images.shape.ndims
    return tensordot(images, kernel, axes=[[rank - 1], [0]])


def rgb_to_yiq(images: Any) -> Tensor:
    """``[..., 3]`` colours in the YIQ space of NTSC television."""
    return _by_matrix(
        images,
        [
            [0.299, 0.59590059, 0.2115],
            [0.587, -0.27455667, -0.52273617],
            [0.114, -0.32134392, 0.31119955],
        ],
    )


def yiq_to_rgb(images: Any) -> Tensor:
    """The inverse of ``rgb_to_yiq``."""
    return _by_matrix(
        images,
        [
            [1, 1, 1],
            [0.95598634, -0.27201283, -1.10674021],
            [0.6208248, -0.64720424, 1.70423049],
        ],
    )


def rgb_to_yuv(images: Any) -> Tensor:
    """``[..., 3]`` colours in the YUV space of PAL television."""
    return _by_matrix(
        images,
        [
            [0.299, -0.14714119, 0.61497538],
            [0.587, -0.28886916, -0.51496512],
            [0.114, 0.43601035, -0.10001026],
        ],
    )


def yuv_to_rgb(images: Any) -> Tensor:
    """The inverse of ``rgb_to_yuv``."""
    return _by_matrix(
        images, [[1, 1, 1], [0, -0.394642334, 2.03206185], [1.13988303, -0.58062185, 0]]
    )


# -- adjustments ----------------------------------------------------------------------------------
def _as_floats(image: Tensor) -> Tensor:
    return image if image.dtype in _KEPT else convert_image_dtype(image, dtypes.float32)


def adjust_brightness(image: Any, delta: Any) -> Tensor:
    """Adds a share of the full range to every pixel; integers are clipped.

    Args:
        image: a tensor of floats (from 0 to 1) or integers.
        delta: the share, a scalar; ``0.1`` makes the picture a tenth brighter.

    Returns:
        A tensor of the shape and type of ``image``.
    """
    from penstock.ops.casts import cast
    from penstock.ops.math_binary import add

    with name_scope(None, "adjust_brightness", [image, delta]) as scope:
        image = convert_to_tensor(image, name="image")
        floats = _as_floats(image)
        adjusted = add(floats, cast(delta, floats.dtype), name=scope)
        return convert_image_dtype(adjusted, image.dtype, saturate=True)


def adjust_contrast(images: Any, contrast_factor: Any) -> Tensor:
    """Moves pixels away from the mean of their channel; integers are clipped.

    Args:
        images: ``[..., height, width, channels]``.
        contrast_factor: a scalar; more than 1 raises the contrast.

    Returns:
        A tensor of the shape and type of ``images``.
    """
    with name_scope(None, "adjust_contrast", [images, contrast_factor]) as scope:
        images = convert_to_tensor(images, name="images")
        adjusted = apply("AdjustContrastv2", _as_floats(images), contrast_factor, name=scope)
        return convert_image_dtype(adjusted, images.dtype, saturate=True)


def adjust_gamma(image: Any, gamma: Any = 1, gain: Any = 1) -> Tensor:
    """``gain * image ** gamma``, on values from 0 to 1.

    Raises:
        ValueError: when ``gamma`` is negative.
    """
    from penstock.ops.control_flow import with_dependencies
    from penstock.ops.image_checks import required

    with name_scope(None, "adjust_gamma", [image, gamma, gain]):
        image = convert_to_tensor(image, name="image")
        floats: Any = _as_floats(image)
        checks = required(gamma >= 0, "Gamma should be a non-negative real number.")
        if checks:
            gamma = with_dependencies(checks, gamma)
        return convert_image_dtype(gain * floats**gamma, image.dtype, saturate=True)


def adjust_hue(image: Any, delta: Any, name: str | None = None) -> Tensor:
    """Turns the hue of colours.

    Args:
        image: red, green and blue in ``[..., 3]``.
        delta: by how much of the circle, from -1 to 1.
        name: the operation's name.

    Returns:
        A tensor of the shape and type of ``image``.
    """
    with name_scope(name, "adjust_hue", [image]):
        image = convert_to_tensor(image, name="image")
        adjusted = apply("AdjustHue", _as_floats(image), delta)
        return convert_image_dtype(adjusted, image.dtype)


def adjust_saturation(image: Any, saturation_factor: Any, name: str | None = None) -> Tensor:
    """Multiplies the saturation of colours.

    Args:
        image: red, green and blue in ``[..., 3]``.
        saturation_factor: a scalar; 0 gives greys.
        name: the operation's name.

    Returns:
        A tensor of the shape and type of ``image``.
    """
    with name_scope(name, "adjust_saturation", [image]):
        image = convert_to_tensor(image, name="image")
        adjusted = apply("AdjustSaturation", _as_floats(image), saturation_factor)
        return convert_image_dtype(adjusted, image.dtype)


def adjust_jpeg_quality(image: Any, jpeg_quality: Any, name: str | None = None) -> Tensor:
    """The image as it comes back from JPEG files of this quality (0 to 100)."""
    from penstock.ops.image_codecs import decode_jpeg

    with name_scope(name, "adjust_jpeg_quality", [image]):
        image = convert_to_tensor(image, name="image")
        dtype = image.dtype
        image = convert_image_dtype(image, dtypes.uint8)
        if not isinstance(jpeg_quality, Tensor):
            jpeg_quality = convert_to_tensor(jpeg_quality, dtype=dtypes.int32)
        encoded = apply("EncodeJpegVariableQuality", image, jpeg_quality)
        return convert_image_dtype(decode_jpeg(encoded), dtype)


def _uniform(low: Any, high: Any, seed: int | None, dtype: Any = dtypes.float32) -> Tensor:
    from penstock.ops.random import random_uniform

    return random_uniform([], low, high, seed=seed, dtype=dtype)


def random_brightness(image: Any, max_delta: float, seed: int | None = None) -> Tensor:
    """``adjust_brightness`` by a random amount, the same for all of ``image``.

    Args:
        image: pixels ``[..., channels]``.
        max_delta: the amount is drawn from ``-max_delta`` to ``max_delta``.
        seed: of the draw.

    Raises:
        ValueError: when ``max_delta`` is negative.
    """
    if max_delta < 0:
        raise ValueError("max_delta must be non-negative.")
    return adjust_brightness(image, _uniform(-max_delta, max_delta, seed))


def random_contrast(image: Any, lower: float, upper: float, seed: int | None = None) -> Tensor:
    """``adjust_contrast`` by a random factor, the same for all of ``image``.

    Args:
        image: pixels ``[..., height, width, channels]``.
        lower: the least factor. upper: the greatest.
        seed: of the draw.

    Raises:
        ValueError: when ``lower`` and ``upper`` are no range, or negative.
    """
    if upper <= lower:
        raise ValueError("upper must be > lower.")
    if lower < 0:
        raise ValueError("lower must be non-negative.")
    return adjust_contrast(image, _uniform(lower, upper, seed))


def random_hue(image: Any, max_delta: float, seed: int | None = None) -> Tensor:
    """``adjust_hue`` by a random amount, the same for all of ``image``.

    Args:
        image: pixels ``[..., 3]``.
        max_delta: the amount is drawn from ``-max_delta`` to ``max_delta``; at most 0.5.
        seed: of the draw.

    Raises:
        ValueError: when ``max_delta`` isn't from 0 to 0.5.
    """
    if max_delta > 0.5:
        raise ValueError("max_delta must be <= 0.5.")
    if max_delta < 0:
        raise ValueError("max_delta must be non-negative.")
    return adjust_hue(image, _uniform(-max_delta, max_delta, seed))


def random_saturation(image: Any, lower: float, upper: float, seed: int | None = None) -> Tensor:
    """``adjust_saturation`` by a random factor, the same for all of ``image``.

    Args:
        image: pixels ``[..., 3]``.
        lower: the least factor. upper: the greatest.
        seed: of the draw.

    Raises:
        ValueError: when ``lower`` and ``upper`` are no range, or negative.
    """
    if upper <= lower:
        raise ValueError("upper must be > lower.")
    if lower < 0:
        raise ValueError("lower must be non-negative.")
    return adjust_saturation(image, _uniform(lower, upper, seed))


def random_jpeg_quality(
    image: Any, min_jpeg_quality: int, max_jpeg_quality: int, seed: int | None = None
) -> Tensor:
    """``adjust_jpeg_quality`` with a random quality.

    Raises:
        ValueError: when the qualities are no range from 0 to 100.
    """
    if not (0 <= min_jpeg_quality <= 100 and 0 <= max_jpeg_quality <= 100):
        raise ValueError("jpeg encoding range must be between 0 and 100.")
    if min_jpeg_quality >= max_jpeg_quality:
        raise ValueError("`min_jpeg_quality` must be less than `max_jpeg_quality`.")
    return adjust_jpeg_quality(
        image, _uniform(min_jpeg_quality, max_jpeg_quality, seed, dtypes.int32)
    )
