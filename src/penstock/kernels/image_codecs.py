"""PNG, JPEG, GIF and BMP images as arrays, and back; files are decoded by Pillow.

16-bit PNG files are decoded here, since Pillow keeps 8 bits of their colours.
"""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np

_PNG = b"\x89PNG\r\n\x1a\n"
_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}


class BadImage(ValueError):
    """Bytes that are no image of the kind that was asked for."""


def _open(data: bytes, kinds: tuple[str, ...], what: str) -> Any:
    from PIL import Image, UnidentifiedImageError

    try:
        return Image.open(io.BytesIO(data), formats=kinds)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise BadImage(what) from error


def _loaded(image: Any, what: str) -> Any:
    try:
        image.load()
    except (OSError, SyntaxError, ValueError, struct.error, zlib.error) as error:
        raise BadImage(what) from error
    return image


def _array(image: Any) -> np.ndarray:
    array = np.array(image)
    return array[:, :, None] if array.ndim == 2 else array


# -- JPEG -----------------------------------------------------------------------------------------
def decode_jpeg(
    data: bytes,
    channels: int = 0,
    ratio: int = 1,
    truncated: bool = False,
) -> np.ndarray:
    """[height, width, channels] ``uint8`` of a JPEG (also PNG or the first GIF picture's) file.

    Args:
        data: the content of the file.
        channels: 1 or 3; 0 for what the file has.
        ratio: 1, 2, 4 or 8: the image is made smaller by this.
        truncated: whether a file that ends too early is accepted.

    Raises:
        BadImage: when it can't be decoded.
    """
    if data[:8] == _PNG:
        return decode_png(data, channels, np.uint8)
    if data[:3] == b"GIF":
        frames = decode_gif(data)
        if len(frames) > 1:
            raise BadImage("Got 2 frames in GIF data, expected a single frame")
        return frames[0] if channels in (0, 3) else _gray(frames[0])[:, :, None]
    from PIL import ImageFile

    image = _open(data, ("JPEG", "MPO"), "Invalid JPEG data or crop window")
    width, height = image.size
    mode = {1: "L", 3: "RGB"}.get(channels, "L" if image.mode == "L" else "RGB")
    if image.mode not in ("CMYK", "YCCK"):
        image.draft(mode, (-(-width // ratio), -(-height // ratio)) if ratio > 1 else image.size)
    kept = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = truncated
    try:
        _loaded(image, "Invalid JPEG data or crop window")
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = kept
    if image.mode != mode:
        image = image.convert(mode)
    return _array(image)


def jpeg_shape(data: bytes) -> tuple[int, int, int]:
    """(height, width, channels) of a JPEG file, from its header."""
    image = _open(data, ("JPEG", "MPO"), "Invalid JPEG data, size " + str(len(data)))
    return image.size[1], image.size[0], len(image.getbands())


def encode_jpeg(array: np.ndarray, quality: int = 95, **options: Any) -> bytes:
    """A JPEG file of a ``uint8`` image with 1 or 3 channels."""
    from PIL import Image

    image = Image.fromarray(array[:, :, 0] if array.shape[2] == 1 else array)
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality, **options)
    return file.getvalue()


# -- PNG ------------------------------------------------------------------------------------------
def decode_png(data: bytes, channels: int, dtype: Any) -> np.ndarray:
    """[height, width, channels] ``uint8`` or ``uint16`` of a PNG (also JPEG, GIF or BMP) file.

    Args:
        data: the content of the file.
        channels: 1 to 4; 0 for what the file has.
        dtype: ``uint8`` or ``uint16``.

    Raises:
        BadImage: when it can't be decoded.
    """
    if data[:3] == b"\xff\xd8\xff":
        return decode_jpeg(data, channels)
    if data[:3] == b"GIF":
        return decode_jpeg(data, channels)
    if data[:8] != _PNG or len(data) < 26:
        raise BadImage("Invalid PNG data, size " + str(len(data)))
    depth, color = data[24], data[25]
    if depth == 16:
        pixels = _decode_deep_png(data)
        if np.dtype(dtype) == np.uint8:
            pixels = (pixels >> 8).astype(np.uint8)
    else:
        image = _loaded(_open(data, ("PNG",), "Invalid PNG data"), "Invalid PNG data")
        has_alpha = "transparency" in image.info
        if color == 3:
            image = image.convert("RGBA" if has_alpha else "RGB")
        elif color == 0:
            image = image.convert("LA" if has_alpha else "L")
        elif color == 2:
            image = image.convert("RGBA" if has_alpha else "RGB")
        pixels = _array(image)
        if np.dtype(dtype) == np.uint16:
            pixels = pixels.astype(np.uint16) * np.uint16(257)
    return _with_channels(pixels, channels)


def _gray(pixels: np.ndarray) -> np.ndarray:
    """Brightness with libpng's weights for red 0.299 and green 0.587."""
    weights = np.array([9798, 19235, 3735], np.uint64)
    wide = pixels[..., :3].astype(np.uint64)
    return ((wide @ weights + np.uint64(16384)) >> np.uint64(15)).astype(pixels.dtype)


def _with_channels(pixels: np.ndarray, channels: int) -> np.ndarray:
    own = pixels.shape[2]
    if channels in (0, own):
        return pixels
    alpha = pixels[:, :, own - 1 :] if own in (2, 4) else None
    colors = pixels[:, :, : own - 1] if alpha is not None else pixels
    if channels in (1, 2) and colors.shape[2] == 3:
        colors = _gray(colors)[:, :, None]
    elif channels in (3, 4) and colors.shape[2] == 1:
        colors = np.repeat(colors, 3, axis=2)
    if channels in (1, 3):
        return np.ascontiguousarray(colors)
    if alpha is None:
        most = np.iinfo(pixels.dtype).max
        alpha = np.full((*pixels.shape[:2], 1), most, pixels.dtype)
    return np.concatenate([colors, alpha], axis=2)


def _decode_deep_png(data: bytes) -> np.ndarray:
    width, height, _, color, _, _, interlaced = struct.unpack(">IIBBBBB", data[16:29])
    if interlaced:
        raise BadImage("Interlaced 16-bit PNG files can't be decoded")
    packed = b""
    place = 8
    while place + 8 <= len(data):
        size, kind = struct.unpack(">I4s", data[place : place + 8])
        if kind == b"IDAT":
            packed += data[place + 8 : place + 8 + size]
        place += 12 + size
    bands = {0: 1, 2: 3, 4: 2, 6: 4}[color]
    stride = width * bands * 2
    try:
        raw = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(height, stride + 1)
    except (zlib.error, ValueError) as error:
        raise BadImage("Invalid PNG data") from error
    step = bands * 2
    rows = np.zeros((height, stride), np.uint8)
    above = np.zeros(stride, np.uint8)
    for i in range(height):
        rows[i] = above = _unfiltered(int(raw[i, 0]), raw[i, 1:], above, step)
    return rows.view(">u2").astype(np.uint16).reshape(height, width, bands)


def _unfiltered(kind: int, line: np.ndarray, above: np.ndarray, step: int) -> np.ndarray:
    """A line of a PNG image without its filter (PNG specification, section 9)."""
    if kind == 0:
        return line.copy()
    if kind == 2:
        return line + above
    out = line.astype(np.int64)
    up = above.astype(np.int64)
    if kind == 1:
        return np.cumsum(out.reshape(-1, step), axis=0).astype(np.uint8).ravel()
    for x in range(len(out)):
        left = out[x - step] if x >= step else 0
        if kind == 3:
            guess = (left + up[x]) // 2
        else:
            corner = up[x - step] if x >= step else 0
            base = left + up[x] - corner
            options = [(abs(base - v), i, v) for i, v in enumerate((left, up[x], corner))]
            guess = min(options)[2]
        out[x] = (out[x] + guess) & 0xFF
    return out.astype(np.uint8)


def encode_png(array: np.ndarray, compression: int) -> bytes:
    """A PNG file of a ``uint8`` or ``uint16`` image with 1 to 4 channels.

    Args:
        array: [height, width, channels].
        compression: zlib's level, 0 to 9; -1 for its default.
    """
    height, width, bands = array.shape
    depth = array.dtype.itemsize * 8
    color = {1: 0, 2: 4, 3: 2, 4: 6}[bands]
    lines = np.ascontiguousarray(array.astype(array.dtype.newbyteorder(">")))
    rows = lines.view(np.uint8).reshape(height, -1)
    raw = np.concatenate([np.zeros((height, 1), np.uint8), rows], axis=1).tobytes()
    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(raw, compression)), (b"IEND", b"")]
    file = [_PNG]
    for kind, content in chunks:
        check = struct.pack(">I", zlib.crc32(kind + content))
        file.append(struct.pack(">I", len(content)) + kind + content + check)
    return b"".join(file)


# -- GIF and BMP ----------------------------------------------------------------------------------
def decode_gif(data: bytes) -> np.ndarray:
    """[frames, height, width, 3] ``uint8`` of a GIF file.

    Raises:
        BadImage: when it can't be decoded.
    """
    image = _open(data, ("GIF",), "Invalid GIF data, size " + str(len(data)))
    frames = []
    for number in range(getattr(image, "n_frames", 1)):
        image.seek(number)
        frames.append(_array(_loaded(image, "Invalid GIF data").convert("RGB")))
    return np.stack(frames)


def decode_bmp(data: bytes, channels: int) -> np.ndarray:
    """[height, width, channels] ``uint8`` of a BMP file with 8, 24 or 32 bits a pixel.

    Raises:
        BadImage: when it can't be decoded.
    """
    if len(data) < 32 or data[:2] != b"BM":
        raise BadImage(f"Incomplete bmp content, requires at least 32 bytes, got {len(data)} bytes")
    start, width, height, bits = (
        struct.unpack("<I", data[10:14])[0],
        struct.unpack("<i", data[18:22])[0],
        struct.unpack("<i", data[22:26])[0],
        struct.unpack("<H", data[28:30])[0],
    )
    bands = bits // 8
    if channels and channels != bands:
        raise BadImage(
            f"channels attribute {channels} does not match bits per pixel from file {bands}"
        )
    if bands not in (1, 3, 4):
        raise BadImage("Number of channels inherent in the image must be 1, 3 or 4, was "
                       f"{bands}")  # fmt: skip
    stride = (bits * width + 31) // 32 * 4
    rows = abs(height)
    if len(data) < start + stride * rows:
        raise BadImage(
            f"Incomplete bmp content, requires at least {start + stride * rows} bytes, got "
            f"{len(data)} bytes"
        )
    lines = np.frombuffer(data, np.uint8, stride * rows, start).reshape(rows, stride)
    pixels = lines[:, : width * bands].reshape(rows, width, bands)
    if height > 0:
        pixels = pixels[::-1]
    if bands >= 3:
        pixels = np.concatenate([pixels[:, :, 2::-1], pixels[:, :, 3:]], axis=2)
    return np.ascontiguousarray(pixels)
