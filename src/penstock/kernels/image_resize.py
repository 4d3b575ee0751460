"""Resizing of images, with the coordinates and the arithmetic of TensorFlow 1.x.

Sizes are known while tracing, so that places and weights are NumPy constants. ``align_corners``
puts the corners' pixels upon each other; ``half_pixel_centers`` counts from pixel centres; with
neither, pixel i of the result is at i * scale.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

Array = jax.Array | np.ndarray
_TABLE_SIZE = 1024


class Places(NamedTuple):
    """For each pixel of the result along one axis: places in the image, and their weights."""

    indices: np.ndarray  # [size, taps]
    weights: np.ndarray  # [size, taps], float32


def scale_of(source: int, target: int, align_corners: bool) -> np.float32:
    """How many pixels of the image one pixel of the result is."""
    if align_corners and target > 1:
        return np.float32(source - 1) / np.float32(target - 1)
    return np.float32(source) / np.float32(target)


def _positions(source: int, target: int, align_corners: bool, half_pixel: bool) -> np.ndarray:
    scale = scale_of(source, target, align_corners)
    place = np.arange(target, dtype=np.float32)
    if half_pixel:
        return (place + np.float32(0.5)) * scale - np.float32(0.5)
    return place * scale


def linear_places(source: int, target: int, align_corners: bool, half_pixel: bool) -> Places:
    """Two neighbours each."""
    position = _positions(source, target, align_corners, half_pixel)
    below = np.floor(position)
    low = np.clip(below.astype(np.int64), 0, source - 1)
    high = np.clip(np.ceil(position).astype(np.int64), 0, source - 1)
    fraction = (position - below).astype(np.float32)
    return Places(np.stack([low, high], 1), np.stack([1 - fraction, fraction], 1))


def nearest_places(source: int, target: int, align_corners: bool, half_pixel: bool) -> np.ndarray:
    """One pixel of the image for each of the result."""
    scale = scale_of(source, target, align_corners)
    place = np.arange(target, dtype=np.float32)
    if half_pixel:
        place = place + np.float32(0.5)
    position = place * scale
    if align_corners:
        # roundf: halves away from zero.
        found = np.floor(position + np.float32(0.5))
    else:
        found = np.floor(position)
    return np.clip(found.astype(np.int64), 0, source - 1)


def _cubic_table(a: float) -> np.ndarray:
    """Keys' cubic kernel at 1024 places between 0 and 1, and between 1 and 2: [1025, 2]."""
    x = (np.arange(_TABLE_SIZE + 1) * (1.0 / _TABLE_SIZE)).astype(np.float32)
    a32 = np.float32(a)
    near = ((a32 + 2) * x - (a32 + 3)) * x * x + 1
    x = x + np.float32(1)
    far = ((a32 * x - 5 * a32) * x + 8 * a32) * x - 4 * a32
    return np.stack([near, far], 1).astype(np.float32)


def cubic_places(source: int, target: int, align_corners: bool, half_pixel: bool) -> Places:
    """Four neighbours each; the kernel has a = -0.75, with half-pixel centres -0.5."""
    position = _positions(source, target, align_corners, half_pixel)
    table = _cubic_table(-0.5 if half_pixel else -0.75)
    below = np.floor(position)
    offset = np.rint((position - below) * _TABLE_SIZE).astype(np.int64)
    rest = _TABLE_SIZE - offset
    weights = np.stack([table[offset, 1], table[offset, 0], table[rest, 0], table[rest, 1]], axis=1)
    wanted = below.astype(np.int64)[:, None] + np.arange(-1, 3)
    indices = np.clip(wanted, 0, source - 1)
    if half_pixel:
        # Pixels outside of the image don't count; the others share their weight.
        weights = np.where(indices == wanted, weights, np.float32(0))
        total = weights.sum(axis=1, keepdims=True, dtype=np.float32)
        enough = np.abs(total) >= 1000 * np.finfo(np.float32).tiny
        weights = np.where(enough, weights / np.where(enough, total, 1), weights)
    return Places(indices, weights.astype(np.float32))


def area_matrix(source: int, target: int, align_corners: bool) -> np.ndarray:
    """[target, source]: how much of each pixel of the image belongs to one of the result."""
    scale = scale_of(source, target, align_corners)
    matrix = np.zeros((target, source), np.float32)
    for i in range(target):
        low, high = np.float32(i) * scale, np.float32(i + 1) * scale
        for place in range(int(np.floor(low)), int(np.ceil(high))):
            if place < low:
                share = scale if place + 1 > high else place + 1 - low
            else:
                share = high - place if place + 1 > high else np.float32(1)
            matrix[i, min(max(place, 0), source - 1)] += share
    return matrix


def _matrix(places: Places, source: int) -> np.ndarray:
    """Places and weights as [target, source]."""
    matrix = np.zeros((len(places.indices), source), np.float32)
    for tap in range(places.indices.shape[1]):
        np.add.at(matrix, (np.arange(len(matrix)), places.indices[:, tap]), places.weights[:, tap])
    return matrix


def _apply(rows: np.ndarray, images: Array, columns: np.ndarray) -> Array:
    """``rows @ images @ columns.T`` over height and width of [batch, height, width, channels]."""
    exact = lax.Precision.HIGHEST
    dtype = images.dtype
    half = jnp.einsum("yh,nhwc->nywc", rows.astype(dtype), images, precision=exact)
    return jnp.einsum("xw,nywc->nyxc", columns.astype(dtype), half, precision=exact)


def resize_bilinear(
    images: Array, height: int, width: int, align_corners: bool, half_pixel: bool
) -> Array:
    """[batch, height, width, channels] ``float32`` of an image of any type."""
    images = jnp.asarray(images).astype(jnp.float32)
    y = linear_places(images.shape[1], height, align_corners, half_pixel)
    x = linear_places(images.shape[2], width, align_corners, half_pixel)
    fraction_y = y.weights[:, 1].reshape(1, -1, 1, 1)
    fraction_x = x.weights[:, 1].reshape(1, 1, -1, 1)

    def along_x(rows: Array) -> Array:
        left, right = rows[:, :, x.indices[:, 0]], rows[:, :, x.indices[:, 1]]
        return left + (right - left) * fraction_x

    top, bottom = along_x(images[:, y.indices[:, 0]]), along_x(images[:, y.indices[:, 1]])
    return top + (bottom - top) * fraction_y


def resize_bicubic(
    images: Array, height: int, width: int, align_corners: bool, half_pixel: bool
) -> Array:
    """[batch, height, width, channels] ``float32`` of an image of any type."""
    images = jnp.asarray(images).astype(jnp.float32)
    y = cubic_places(images.shape[1], height, align_corners, half_pixel)
    x = cubic_places(images.shape[2], width, align_corners, half_pixel)
    rows: Any = sum(
        images[:, y.indices[:, tap]] * y.weights[:, tap].reshape(1, -1, 1, 1) for tap in range(4)
    )
    result: Any = sum(
        rows[:, :, x.indices[:, tap]] * x.weights[:, tap].reshape(1, 1, -1, 1) for tap in range(4)
    )
    return result


def resize_nearest(
    images: Array, height: int, width: int, align_corners: bool, half_pixel: bool
) -> Array:
    """[batch, height, width, channels] of the image's type."""
    images = jnp.asarray(images)
    y = nearest_places(images.shape[1], height, align_corners, half_pixel)
    x = nearest_places(images.shape[2], width, align_corners, half_pixel)
    return images[:, y][:, :, x]


def resize_area(images: Array, height: int, width: int, align_corners: bool) -> Array:
    """[batch, height, width, channels] ``float32``: means over the pixels that each covers."""
    images = jnp.asarray(images).astype(jnp.float32)
    rows = area_matrix(images.shape[1], height, align_corners)
    columns = area_matrix(images.shape[2], width, align_corners)
    share = np.float32(1) / (
        scale_of(images.shape[1], height, align_corners)
        * scale_of(images.shape[2], width, align_corners)
    )
    return _apply(rows, images, columns) * share


def linear_gradient(
    gradient: Array,
    height: int,
    width: int,
    dtype: Any,
    align_corners: bool,
    half_pixel: bool,
    cubic: bool = False,
) -> Array:
    """The gradient of ``resize_bilinear`` or ``resize_bicubic`` for an image of this size."""
    find = cubic_places if cubic else linear_places
    y = find(height, gradient.shape[1], align_corners, half_pixel)
    x = find(width, gradient.shape[2], align_corners, half_pixel)
    wide = jnp.float64 if dtype == np.float64 else jnp.float32
    found = _apply(_matrix(y, height).T, gradient.astype(wide), _matrix(x, width).T)
    return found.astype(dtype)


def nearest_gradient(
    gradient: Array, height: int, width: int, align_corners: bool, half_pixel: bool
) -> Array:
    """The gradient of ``resize_nearest`` for an image of this size."""
    y = nearest_places(height, gradient.shape[1], align_corners, half_pixel)
    x = nearest_places(width, gradient.shape[2], align_corners, half_pixel)
    rows = (y[None, :] == np.arange(height)[:, None]).astype(np.float32)
    columns = (x[None, :] == np.arange(width)[:, None]).astype(np.float32)
    return _apply(rows, gradient, columns)
