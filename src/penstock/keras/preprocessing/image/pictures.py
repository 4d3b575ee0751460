"""Pictures (of Pillow) and arrays."""

from __future__ import annotations

import os
import warnings
from typing import Any

import numpy as np
from PIL import Image

from penstock.keras.backend.settings import floatx, image_data_format

INTERPOLATIONS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "hamming": Image.Resampling.HAMMING,
    "box": Image.Resampling.BOX,
    "lanczos": Image.Resampling.LANCZOS,
}


def _layout(data_format: str | None) -> str:
    data_format = data_format or image_data_format()
    if data_format not in ("channels_first", "channels_last"):
        raise ValueError(f"Unknown data_format: {data_format}")
    return data_format


def array_to_img(
    x: Any, data_format: str | None = None, scale: bool = True, dtype: Any = None
) -> Image.Image:
    """An array as a picture.

    Args:
        x: ``[height, width, channels]``, or channels first; 1, 3 or 4 channels.
        data_format: ``'channels_last'`` or ``'channels_first'``; Keras's setting by default.
        scale: whether the least value becomes 0 and the greatest 255.
        dtype: the type to compute in; the default float type.

    Raises:
        ValueError: for another rank, layout or number of channels.
    """
    data_format = _layout(data_format)
    x = np.asarray(x, dtype=dtype or floatx())
    if x.ndim != 3:
        raise ValueError(
            f"Expected image array to have rank 3 (single image). Got array with shape: {x.shape}"
        )
    if data_format == "channels_first":
        x = x.transpose(1, 2, 0)
    if scale:
        x = x - np.min(x)
        greatest = np.max(x)
        if greatest != 0:
            x = x / greatest
        x = x * 255
    channels = x.shape[2]
    if channels in (3, 4):
        return Image.fromarray(np.ascontiguousarray(x.astype("uint8")))
    if channels == 1:
        # Values beyond 8 bits make a picture of 32-bit integers.
        kind = "int32" if np.max(x) > 255 else "uint8"
        return Image.fromarray(np.ascontiguousarray(x[:, :, 0].astype(kind)))
    raise ValueError(f"Unsupported channel number: {channels}")


def img_to_array(img: Any, data_format: str | None = None, dtype: Any = None) -> np.ndarray:
    """A picture as an array of rank 3.

    Args:
        img: the picture.
        data_format: ``'channels_last'`` or ``'channels_first'``; Keras's setting by default.
        dtype: the type; the default float type.

    Raises:
        ValueError: for another rank or layout.
    """
    data_format = _layout(data_format)
    x = np.asarray(img, dtype=dtype or floatx())
    if x.ndim not in (2, 3):
        raise ValueError(f"Unsupported image shape: {x.shape}")
    if x.ndim == 2:
        x = x[:, :, np.newaxis]
    return x.transpose(2, 0, 1) if data_format == "channels_first" else x


def save_img(
    path: Any,
    x: Any,
    data_format: str | None = None,
    file_format: str | None = None,
    scale: bool = True,
    **kwargs: Any,
) -> None:
    """Writes an array to a picture file.

    Args:
        path: a path or file object. x: see ``array_to_img``. data_format: likewise.
        file_format: the format; found from the path's ending when left out.
        scale: see ``array_to_img``. **kwargs: for Pillow.
    """
    picture = array_to_img(x, data_format=data_format, scale=scale)
    if picture.mode == "RGBA" and file_format in ("jpg", "jpeg"):
        warnings.warn("The JPG format does not support RGBA images, converting to RGB.",
                      stacklevel=2)  # fmt: skip
        picture = picture.convert("RGB")
    picture.save(path, format=file_format, **kwargs)


def load_img(
    path: Any,
    grayscale: bool = False,
    color_mode: str = "rgb",
    target_size: Any = None,
    interpolation: str = "nearest",
) -> Image.Image:
    """Reads a picture file.

    Args:
        path: the file.
        grayscale: older way to say ``color_mode='grayscale'``.
        color_mode: ``'rgb'``, ``'rgba'`` or ``'grayscale'``.
        target_size: height and width to resize to.
        interpolation: ``'nearest'``, ``'bilinear'``, ``'bicubic'``, ``'hamming'``, ``'box'`` or
            ``'lanczos'``.

    Raises:
        ValueError: for another colour mode or interpolation.
    """
    if grayscale is True:
        warnings.warn('grayscale is deprecated. Please use color_mode = "grayscale"', stacklevel=2)
        color_mode = "grayscale"
    if color_mode not in ("grayscale", "rgb", "rgba"):
        raise ValueError('color_mode must be "grayscale", "rgb", or "rgba"')
    with Image.open(path) as file:
        file.load()
        picture: Image.Image = file.copy()
    if color_mode == "grayscale":
        if picture.mode not in ("L", "I;16", "I"):
            picture = picture.convert("L")
    elif picture.mode != color_mode.upper():
        picture = picture.convert(color_mode.upper())
    if target_size is not None:
        size = (target_size[1], target_size[0])
        if picture.size != size:
            if interpolation not in INTERPOLATIONS:
                raise ValueError(
                    f"Invalid interpolation method {interpolation} specified. Supported methods "
                    f"are {', '.join(INTERPOLATIONS)}"
                )
            picture = picture.resize(size, INTERPOLATIONS[interpolation])
    return picture


def list_pictures(
    directory: str, ext: Any = ("jpg", "jpeg", "bmp", "png", "ppm", "tif", "tiff")
) -> list[str]:
    """The picture files in a folder and the folders below."""
    endings = tuple("." + each for each in ((ext,) if isinstance(ext, str) else ext))
    return [
        os.path.join(root, name)
        for root, _, names in os.walk(directory)
        for name in names
        if name.lower().endswith(endings)
    ]
