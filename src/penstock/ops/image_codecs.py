"""Image files as tensors, and back: ``tf.image.decode_png``, ``encode_jpeg`` and others."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.graph import dtypes, errors
from penstock.graph.build import apply
from penstock.graph.dtypes import as_dtype
from penstock.graph.registry import operation
from penstock.graph.scopes import control_dependencies, name_scope
from penstock.graph.shapes import TensorShape
from penstock.graph.tensor import Tensor
from penstock.kernels import image_codecs as kernels
from penstock.ops.operand_shapes import brackets
from penstock.ops.shape_rules import scalar_output


def _decoded(op: Any, function: Any, *arguments: Any) -> Any:
    try:
        return function(*arguments)
    except kernels.BadImage as error:
        raise errors.InvalidArgumentError(None, op, str(error)) from None


def _content(value: Any) -> bytes:
    data = value[()]
    return data if isinstance(data, bytes) else str(data).encode()


def _image_shape(op: Any) -> TensorShape:
    if op.inputs[0].shape.ndims not in (None, 0):
        raise ValueError(f"Shape must be rank 0 but is rank {op.inputs[0].shape.ndims}")
    channels = op.attr("channels") or None
    if channels is not None and channels < 0:
        raise ValueError(f"channels must be non-negative, got {channels}")
    return TensorShape([None, None, channels])


def _scalar(data: bytes) -> np.ndarray:
    made = np.empty((), object)
    made[()] = data
    return made


_JPEG = (
    "channels: int = 0; ratio: int = 1; fancy_upscaling: bool = true; "
    "try_recover_truncated: bool = false; acceptable_fraction: float = 1.0; "
    "dct_method: string = ''"
)


def _check_jpeg(op: Any, channels: int, ratio: int) -> None:
    if channels not in (0, 1, 3):
        raise errors.InvalidArgumentError(
            None, op, f"channels must be 0, 1, or 3 for JPEG, got {channels}"
        )
    if ratio not in (1, 2, 4, 8):
        raise errors.InvalidArgumentError(None, op, f"ratio must be 1, 2, 4, or 8, got {ratio}")


@operation("DecodeJpeg", inputs="contents: string", outputs="image: uint8", attrs=_JPEG)
class DecodeJpeg:
    shape = _image_shape

    def host(contents, *, channels, ratio, try_recover_truncated, acceptable_fraction, op):
        if channels == 4:
            channels = 4 if _content(contents)[:4] == b"\x89PNG" else channels
        if channels != 4:
            _check_jpeg(op, channels, ratio)
        truncated = try_recover_truncated or acceptable_fraction < 1.0
        return _decoded(op, kernels.decode_jpeg, _content(contents), channels, ratio, truncated)


@operation(
    "DecodeAndCropJpeg",
    inputs="contents: string, crop_window: int32",
    outputs="image: uint8",
    attrs=_JPEG,
)
class DecodeAndCropJpeg:
    shape = _image_shape

    def host(contents, window, *, channels, ratio, try_recover_truncated, op):
        _check_jpeg(op, channels, ratio)
        whole = _decoded(
            op, kernels.decode_jpeg, _content(contents), channels, ratio, try_recover_truncated
        )
        top, left, height, width = (int(v) for v in window)
        if (
            min(top, left) < 0
            or min(height, width) <= 0
            or top + height > whole.shape[0]
            or left + width > whole.shape[1]
        ):
            raise errors.InvalidArgumentError(None, op, "Invalid JPEG data or crop window")
        return whole[top : top + height, left : left + width].copy()


@operation(
    "ExtractJpegShape",
    inputs="contents: string",
    outputs="image_shape: output_type",
    attrs="output_type: indextype = int32",
)
class ExtractJpegShape:
    def shape(op: Any) -> TensorShape:
        return TensorShape([3])

    def host(contents, *, output_type, op):
        return np.array(_decoded(op, kernels.jpeg_shape, _content(contents)), output_type)


@operation(
    "DecodePng",
    inputs="contents: string",
    outputs="image: dtype",
    attrs="channels: int = 0; dtype: {uint8, uint16} = uint8",
)
class DecodePng:
    shape = _image_shape

    def host(contents, *, channels, dtype, op):
        return _decoded(op, kernels.decode_png, _content(contents), channels, dtype)


@operation("DecodeGif", inputs="contents: string", outputs="image: uint8")
class DecodeGif:
    def shape(op: Any) -> TensorShape:
        return TensorShape([None, None, None, 3])

    def host(contents, *, op):
        return _decoded(op, kernels.decode_gif, _content(contents))


@operation(
    "DecodeBmp", inputs="contents: string", outputs="image: uint8", attrs="channels: int = 0"
)
class DecodeBmp:
    shape = _image_shape

    def host(contents, *, channels, op):
        return _decoded(op, kernels.decode_bmp, _content(contents), channels)


@operation(
    "EncodePng",
    inputs="image: T",
    outputs="contents: string",
    attrs="compression: int = -1; T: {uint8, uint16} = uint8",
)
class EncodePng:
    shape = scalar_output

    def host(image, *, compression, op):
        if image.ndim != 3 or not 1 <= image.shape[2] <= 4:
            raise errors.InvalidArgumentError(
                None,
                op,
                f"image must have 1, 2, 3, or 4 channels, got {image.shape[2]}"
                if image.ndim == 3
                else f"image must be 3-dimensional{brackets(image.shape)}",
            )
        return _scalar(kernels.encode_png(image, compression))


@operation(
    "EncodeJpeg",
    inputs="image: uint8",
    outputs="contents: string",
    attrs="format: {'', 'grayscale', 'rgb'} = ''; quality: int = 95; progressive: bool = false; "
    "optimize_size: bool = false; chroma_downsampling: bool = true; "
    "density_unit: {'in', 'cm'} = 'in'; x_density: int = 300; y_density: int = 300; "
    "xmp_metadata: string = ''",
)
class EncodeJpeg:
    shape = scalar_output

    def host(image, *, format, quality, progressive, optimize_size, chroma_downsampling, op):
        channels = {"grayscale": 1, "rgb": 3}.get(format)
        _check_pixels(image, channels, op)
        return _scalar(
            kernels.encode_jpeg(
                image,
                quality,
                progressive=progressive,
                optimize=optimize_size,
                subsampling=2 if chroma_downsampling else 0,
            )
        )


def _check_pixels(image: np.ndarray, channels: int | None, op: Any) -> None:
    if image.ndim != 3:
        raise errors.InvalidArgumentError(
            None, op, f"image must be 3-dimensional{list(image.shape)}"
        )
    if image.shape[2] not in (1, 3) or channels not in (None, image.shape[2]):
        raise errors.InvalidArgumentError(
            None, op, f"image must have 1 or 3 channels, got {brackets(image.shape)}"
        )


@operation(
    "EncodeJpegVariableQuality",
    inputs="images: uint8, quality: int32",
    outputs="contents: string",
)
class EncodeJpegVariableQuality:
    shape = scalar_output

    def host(image, quality, *, op):
        _check_pixels(image, None, op)
        return _scalar(kernels.encode_jpeg(image, int(quality)))


# -- public ---------------------------------------------------------------------------------------
def decode_jpeg(
    contents: Any,
    channels: int = 0,
    ratio: int = 1,
    fancy_upscaling: bool = True,
    try_recover_truncated: bool = False,
    acceptable_fraction: float = 1,
    dct_method: str = "",
    name: str | None = None,
) -> Tensor:
    """The pixels of a JPEG file.

    Args:
        contents: a ``string`` scalar, the content of the file.
        channels: 1 for grey, 3 for colours; 0 for what the file has.
        ratio: 1, 2, 4 or 8: the image is made smaller by this.
        fancy_upscaling: kept in the graph.
        try_recover_truncated: whether a file that ends too early is accepted.
        acceptable_fraction: less than 1 accepts such a file, too.
        dct_method: kept in the graph.
        name: the name of the operation.

    Returns:
        ``uint8`` ``[height, width, channels]``.
    """
    return apply(
        "DecodeJpeg",
        contents,
        channels=channels,
        ratio=ratio,
        fancy_upscaling=fancy_upscaling,
        try_recover_truncated=try_recover_truncated,
        acceptable_fraction=acceptable_fraction,
        dct_method=dct_method,
        name=name,
    )


def decode_and_crop_jpeg(
    contents: Any,
    crop_window: Any,
    channels: int = 0,
    ratio: int = 1,
    fancy_upscaling: bool = True,
    try_recover_truncated: bool = False,
    acceptable_fraction: float = 1,
    dct_method: str = "",
    name: str | None = None,
) -> Tensor:
    """A part of a JPEG file: ``crop_window`` is ``int32`` (top, left, height, width)."""
    return apply(
        "DecodeAndCropJpeg",
        contents,
        crop_window,
        channels=channels,
        ratio=ratio,
        fancy_upscaling=fancy_upscaling,
        try_recover_truncated=try_recover_truncated,
        acceptable_fraction=acceptable_fraction,
        dct_method=dct_method,
        name=name,
    )


def extract_jpeg_shape(
    contents: Any, output_type: Any = dtypes.int32, name: str | None = None
) -> Tensor:
    """(height, width, channels) of a JPEG file."""
    return apply("ExtractJpegShape", contents, output_type=output_type, name=name)


def decode_png(
    contents: Any, channels: int = 0, dtype: Any = dtypes.uint8, name: str | None = None
) -> Tensor:
    """The pixels of a PNG file.

    Args:
        contents: a ``string`` scalar, the content of the file.
        channels: 1 for grey, 2 with transparency, 3 for colours, 4 with transparency; 0 for
            what the file has.
        dtype: ``uint8`` or ``uint16``.
        name: the name of the operation.

    Returns:
        ``[height, width, channels]``.
    """
    return apply("DecodePng", contents, channels=channels or 0, dtype=dtype, name=name)


def decode_gif(contents: Any, name: str | None = None) -> Tensor:
    """The pictures of a GIF file, ``uint8`` ``[pictures, height, width, 3]``."""
    return apply("DecodeGif", contents, name=name)


def decode_bmp(contents: Any, channels: int = 0, name: str | None = None) -> Tensor:
    """The pixels of a BMP file, ``uint8`` ``[height, width, channels]``."""
    return apply("DecodeBmp", contents, channels=channels, name=name)


def encode_png(image: Any, compression: int = -1, name: str | None = None) -> Tensor:
    """A PNG file, a ``string`` scalar.

    Args:
        image: ``uint8`` or ``uint16`` ``[height, width, 1 to 4]``.
        compression: 0 (fast) to 9 (small); -1 for the default.
        name: the name of the operation.
    """
    return apply("EncodePng", image, compression=compression, name=name)


def encode_jpeg(
    image: Any,
    format: str = "",  # noqa: A002 - TensorFlow's name
    quality: int = 95,
    progressive: bool = False,
    optimize_size: bool = False,
    chroma_downsampling: bool = True,
    density_unit: str = "in",
    x_density: int = 300,
    y_density: int = 300,
    xmp_metadata: str = "",
    name: str | None = None,
) -> Tensor:
    """A JPEG file, a ``string`` scalar.

    Args:
        image: ``uint8`` ``[height, width, 1 or 3]``.
        format: ``'grayscale'`` or ``'rgb'``; ``''`` for what the image has.
        quality: 0 (small) to 100.
        progressive: whether the file can be shown while it loads.
        optimize_size: whether to spend time on a smaller file.
        chroma_downsampling: whether colours are kept at half the resolution.
        density_unit, x_density, y_density, xmp_metadata: kept in the graph.
        name: the name of the operation.
    """
    return apply(
        "EncodeJpeg",
        image,
        format=format,
        quality=quality,
        progressive=progressive,
        optimize_size=optimize_size,
        chroma_downsampling=chroma_downsampling,
        density_unit=density_unit,
        x_density=x_density,
        y_density=y_density,
        xmp_metadata=xmp_metadata,
        name=name,
    )


def is_jpeg(contents: Any, name: str | None = None) -> Tensor:
    """Whether bytes begin as a JPEG file."""
    from penstock.ops.comparisons import equal
    from penstock.ops.strings import substr

    with name_scope(name, "is_jpeg"):
        return equal(substr(contents, 0, 3), b"\xff\xd8\xff")


def _is_png(contents: Any) -> Tensor:
    from penstock.ops.comparisons import equal
    from penstock.ops.strings import substr

    with name_scope(None, "is_png"):
        return equal(substr(contents, 0, 3), b"\x89PN")


def decode_image(
    contents: Any,
    channels: int | None = None,
    dtype: Any = dtypes.uint8,
    name: str | None = None,
    expand_animations: bool = True,
) -> Tensor:
    """The pixels of a JPEG, PNG, GIF or BMP file.

    Args:
        contents: a ``string`` scalar, the content of the file.
        channels: 0, 1, 3 or 4 (not every kind of file allows each).
        dtype: the type of the result; its values are scaled as ``convert_image_dtype`` does.
        name: the name of the scope.
        expand_animations: whether a GIF file gives all its pictures.

    Returns:
        ``[height, width, channels]``; ``[pictures, height, width, 3]`` for a GIF file.

    Raises:
        ValueError: for another number of channels.
    """
    from penstock.ops.checks import Assert
    from penstock.ops.comparisons import equal, logical_and, not_equal
    from penstock.ops.control_flow import cond
    from penstock.ops.gathers import gather
    from penstock.ops.image_colors import convert_image_dtype
    from penstock.ops.strings import substr

    with name_scope(name, "decode_image"):
        if channels not in (None, 0, 1, 3, 4):
            raise ValueError("channels must be in (None, 0, 1, 3, 4)")
        wanted = 0 if channels is None else channels
        dtype = as_dtype(dtype)
        start = substr(contents, 0, 3)

        def bmp() -> Tensor:
            is_bmp = equal(substr(contents, 0, 2), "BM", name="is_bmp")
            known = Assert(is_bmp, ["Unable to decode bytes as JPEG, PNG, GIF, or BMP"])
            good = not_equal(wanted, 1, name="check_channels")
            message = "Channels must be in (None, 0, 3) when decoding BMP images"
            with control_dependencies([known, Assert(good, [message])]):
                return convert_image_dtype(decode_bmp(contents), dtype)

        def gif() -> Tensor:
            good = logical_and(
                not_equal(wanted, 1, name="check_gif_channels"),
                not_equal(wanted, 4, name="check_gif_channels"),
            )
            message = "Channels must be in (None, 0, 3) when decoding GIF images"
            with control_dependencies([Assert(good, [message])]):
                pictures = convert_image_dtype(decode_gif(contents), dtype)
                return pictures if expand_animations else gather(pictures, 0)

        def gif_or_bmp() -> Tensor:
            is_gif = equal(start, b"GIF", name="is_gif")
            return cond(is_gif, gif, bmp, name="cond_gif")

        def png() -> Tensor:
            kind = dtypes.uint8 if dtype == dtypes.uint8 else dtypes.uint16
            return convert_image_dtype(decode_png(contents, channels or 0, dtype=kind), dtype)

        def png_or_other() -> Tensor:
            return cond(_is_png(contents), png, gif_or_bmp, name="cond_png")

        def jpeg() -> Tensor:
            good = not_equal(wanted, 4, name="check_jpeg_channels")
            message = "Channels must be in (None, 0, 1, 3) when decoding JPEG images"
            with control_dependencies([Assert(good, [message])]):
                return convert_image_dtype(decode_jpeg(contents, channels or 0), dtype)

        return cond(is_jpeg(contents), jpeg, png_or_other, name="cond_jpeg")
