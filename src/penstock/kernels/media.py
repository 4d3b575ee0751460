"""Pictures and sounds as summaries keep them: PNG and WAV."""

from __future__ import annotations

import io
import struct

import numpy as np

_SAMPLE_SCALE = 1 << 15
_NO_CONTRAST = 1e-6
_MODES = {1: "L", 3: "RGB", 4: "RGBA"}


def visible_pixels(image: np.ndarray, bad_color: np.ndarray) -> np.ndarray:
    """Floating-point pixels as bytes, by the rules of ``tf.summary.image``.

    Without negative values the largest becomes 255; otherwise zero becomes 128 and the value
    farthest from it 1 or 255.  Pixels that are not finite get ``bad_color``.

    Args:
        image: ``[height, width, depth]`` of a floating type.
        bad_color: ``[depth]`` of ``uint8``.
    """
    dtype = image.dtype
    finite = np.isfinite(image).all(axis=-1)
    good = image[finite]
    # TensorFlow works with the range and the scale in single precision, whatever the pixels are.
    lowest = np.float32(good.min() if good.size else 0)
    highest = np.float32(good.max() if good.size else 0)
    if lowest < 0:
        reach, full, offset = max(-lowest, abs(highest)), np.float32(127), dtype.type(128)
    else:
        reach, full, offset = highest, np.float32(255), dtype.type(0)
    scale = dtype.type(0 if reach < _NO_CONTRAST else full / reach)
    result = np.empty(image.shape, np.uint8)
    result[finite] = (good * scale + offset).astype(np.uint8)
    result[~finite] = bad_color
    return result


def encode_png(pixels: np.ndarray) -> bytes:
    """``[height, width, 1, 3 or 4]`` bytes as a PNG file."""
    from PIL import Image

    depth = pixels.shape[-1]
    if not pixels.size:
        return b""
    plane = pixels[..., 0] if depth == 1 else pixels
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(plane), _MODES[depth]).save(file, "PNG")
    return file.getvalue()


def encode_wav(samples: np.ndarray, sample_rate: float) -> bytes:
    """``[frames, channels]`` samples between -1 and 1 as a WAV file of 16-bit numbers."""
    frames, channels = samples.shape
    scaled = samples.astype(np.float32) * np.float32(_SAMPLE_SCALE)
    rounded = np.where(scaled < 0, np.ceil(scaled - 0.5), np.floor(scaled + 0.5))
    data = np.clip(rounded, -_SAMPLE_SCALE, _SAMPLE_SCALE - 1).astype("<i2").tobytes()
    rate = int(sample_rate)
    header = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 1, channels, rate,
        rate * channels * 2, channels * 2, 16, b"data", len(data),
    )  # fmt: skip
    return header + data
