"""The image functions that ``scipy.misc`` had until SciPy 1.2, on Pillow.

SciPy 1.3 removed them; programs of TensorFlow's first years read, resize and save images with
them. Results are SciPy's: arrays are scaled to bytes by their own least and greatest value unless
they are bytes already.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from PIL.Image import Image

_RESAMPLING = {"nearest": 0, "lanczos": 1, "bilinear": 2, "bicubic": 3, "cubic": 3}


def bytescale(
    data: np.ndarray, cmin: Any = None, cmax: Any = None, high: int = 255, low: int = 0
) -> np.ndarray:
    """Scales an array linearly to bytes, its least value to `low`, its greatest to `high`.

    Args:
        data: any array; uint8 ones stay as they are.
        cmin, cmax: values to take for the least and the greatest one.
        high, low: between 0 and 255.
    """
    if high > 255 or low < 0 or high < low:
        raise ValueError("`high` and `low` must hold 0 <= low <= high <= 255.")
    if data.dtype == np.uint8:
        return data
    least = data.min() if cmin is None else cmin
    greatest = data.max() if cmax is None else cmax
    if greatest < least:
        raise ValueError("`cmax` should be larger than `cmin`.")
    scale = (high - low) / float((greatest - least) or 1)
    scaled = (data - least) * scale + low
    return (scaled.clip(low, high) + 0.5).astype(np.uint8)


def toimage(
    arr: Any,
    high: int = 255,
    low: int = 0,
    cmin: Any = None,
    cmax: Any = None,
    pal: Any = None,
    mode: str | None = None,
    channel_axis: int | None = None,
) -> Image:
    """A Pillow image of an array ``[height, width]`` or one with an axis of 3 or 4 channels."""
    from PIL import Image

    data = np.asarray(arr)
    if np.iscomplexobj(data):
        raise ValueError("Cannot convert a complex-valued array.")
    if data.ndim == 2:
        if mode == "F":
            return Image.fromarray(data.astype(np.float32))
        if mode in (None, "L", "P"):
            image = Image.fromarray(bytescale(data, cmin, cmax, high, low))
            if pal is not None:
                image.putpalette(np.asarray(pal, np.uint8).tobytes())
            elif mode == "P":
                image.putpalette(np.repeat(np.arange(256, dtype=np.uint8), 3).tobytes())
            return image
        if mode == "1":
            return Image.fromarray(data > high)
        least = data.min() if cmin is None else cmin
        greatest = data.max() if cmax is None else cmax
        scaled = (data * 1.0 - least) * (high - low) / (greatest - least) + low
        if mode == "I":
            return Image.fromarray(scaled.astype(np.int32))
        raise ValueError(f"an array of two dimensions has no mode {mode!r}")
    if data.ndim != 3 or not {3, 4} & set(data.shape):
        raise ValueError("'arr' does not have a suitable array shape for any mode.")
    if channel_axis is None:
        wanted = 3 if 3 in data.shape else 4
        channel_axis = data.shape.index(wanted)
    channels = data.shape[channel_axis]
    if channels not in (3, 4):
        raise ValueError("Channel axis dimension is not valid.")
    pixels = np.ascontiguousarray(
        np.moveaxis(bytescale(data, cmin, cmax, high, low), channel_axis, 2)
    )
    # The bytes are taken as they are in the mode that is asked for.
    mode = mode or ("RGB" if channels == 3 else "RGBA")
    return Image.frombytes(mode, (pixels.shape[1], pixels.shape[0]), pixels.tobytes())


def fromimage(im: Image, flatten: bool = False, mode: str | None = None) -> np.ndarray:
    """The array of a Pillow image, ``[height, width]`` or ``[height, width, channels]``.

    Args:
        im: the image.
        flatten: makes it grey, of 32-bit floats.
        mode: Pillow's mode to convert it to first.
    """
    if mode is not None:
        if mode != im.mode:
            im = im.convert(mode)
    elif im.mode == "P":
        im = im.convert("RGBA" if "transparency" in im.info else "RGB")
    if flatten:
        im = im.convert("F")
    elif im.mode == "1":
        im = im.convert("L")
    return np.array(im)


def imread(name: Any, flatten: bool = False, mode: str | None = None) -> np.ndarray:
    """Reads an image file (a name or an open file) into an array."""
    from PIL import Image

    return fromimage(Image.open(name), flatten, mode)


def imsave(name: Any, arr: Any, format: str | None = None) -> None:
    """Writes an array, scaled to bytes by its least and greatest value, as an image file."""
    toimage(arr, channel_axis=2).save(name, format)


def imresize(arr: Any, size: Any, interp: str = "bilinear", mode: str | None = None) -> np.ndarray:
    """Resizes an image.

    Args:
        arr: ``[height, width]`` or ``[height, width, channels]``.
        size: percent (an int), a fraction (a float), or ``(height, width)``.
        interp: "nearest", "lanczos", "bilinear", "bicubic" or "cubic".
        mode: Pillow's mode of the image.

    Returns:
        A uint8 array.
    """
    image = toimage(arr, mode=mode)
    if np.issubdtype(type(size), np.signedinteger):
        shape = tuple((np.array(image.size) * (size / 100.0)).astype(int))
    elif np.issubdtype(type(size), np.floating):
        shape = tuple((np.array(image.size) * size).astype(int))
    else:
        shape = (size[1], size[0])
    return fromimage(image.resize(shape, resample=_RESAMPLING[interp]))


def imrotate(arr: Any, angle: float, interp: str = "bilinear") -> np.ndarray:
    """Rotates an image counter-clockwise by degrees; its size stays."""
    from PIL import Image

    image = toimage(np.asarray(arr))
    return fromimage(image.rotate(angle, resample=Image.Resampling(_RESAMPLING[interp])))


def imshow(arr: Any) -> None:
    """Opens a picture viewer with an image."""
    toimage(arr).show()


def _from(module: str, name: str) -> Any:
    def call(*args: Any, **options: Any) -> Any:
        return getattr(importlib.import_module(module), name)(*args, **options)

    call.__name__ = name
    return call


NAMES: dict[str, Any] = {
    "bytescale": bytescale,
    "fromimage": fromimage,
    "imread": imread,
    "imresize": imresize,
    "imrotate": imrotate,
    "imsave": imsave,
    "imshow": imshow,
    "toimage": toimage,
    "ascent": _from("scipy.datasets", "ascent"),
    "comb": _from("scipy.special", "comb"),
    "face": _from("scipy.datasets", "face"),
    "factorial": _from("scipy.special", "factorial"),
    "logsumexp": _from("scipy.special", "logsumexp"),
}
