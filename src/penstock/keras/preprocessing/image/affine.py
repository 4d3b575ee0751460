"""Turning, shifting, shearing, zooming and brightening of single images."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.keras.preprocessing.image.pictures import array_to_img, img_to_array


def flip_axis(x: np.ndarray, axis: int) -> np.ndarray:
    """The image mirrored along an axis."""
    return np.flip(np.asarray(x), axis)


def _matrix(theta: float, tx: float, ty: float, shear: float, zx: float, zy: float) -> Any:
    """The product of the transformations that do something; ``None`` when none does."""
    parts = []
    if theta != 0:
        angle = np.deg2rad(theta)
        cos, sin = np.cos(angle), np.sin(angle)
        parts.append([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])
    if tx != 0 or ty != 0:
        parts.append([[1, 0, tx], [0, 1, ty], [0, 0, 1]])
    if shear != 0:
        angle = np.deg2rad(shear)
        parts.append([[1, -np.sin(angle), 0], [0, np.cos(angle), 0], [0, 0, 1]])
    if zx != 1 or zy != 1:
        parts.append([[zx, 0, 0], [0, zy, 0], [0, 0, 1]])
    if not parts:
        return None
    product = np.array(parts[0])
    for part in parts[1:]:
        product = product @ np.array(part)
    return product


def apply_affine_transform(
    x: np.ndarray,
    theta: float = 0,
    tx: float = 0,
    ty: float = 0,
    shear: float = 0,
    zx: float = 1,
    zy: float = 1,
    row_axis: int = 0,
    col_axis: int = 1,
    channel_axis: int = 2,
    fill_mode: str = "nearest",
    cval: float = 0.0,
    order: int = 1,
) -> np.ndarray:
    """Transforms an image about its middle.

    Args:
        x: an image of rank 3.
        theta: degrees to turn by. tx: rows to shift by. ty: columns to shift by.
        shear: degrees to shear by. zx: zoom along rows. zy: zoom along columns.
        row_axis: the axis of rows. col_axis: of columns. channel_axis: of channels.
        fill_mode: ``'nearest'``, ``'constant'``, ``'reflect'`` or ``'wrap'`` beyond the edges.
        cval: the value beyond the edges for ``'constant'``.
        order: the order of the splines.
    """
    matrix = _matrix(theta, tx, ty, shear, zx, zy)
    if matrix is None:
        return x
    from scipy import ndimage

    # Keras's middle of n pixels is n / 2 + 0.5.
    middle = np.array([x.shape[row_axis], x.shape[col_axis]]) / 2 + 0.5
    linear = matrix[:2, :2]
    offset = middle + matrix[:2, 2] - linear @ middle
    channels = [
        ndimage.affine_transform(channel, linear, offset, order=order, mode=fill_mode, cval=cval)
        for channel in np.moveaxis(x, channel_axis, 0)
    ]
    return np.moveaxis(np.stack(channels), 0, channel_axis)


def random_rotation(
    x: np.ndarray, rg: float, row_axis: int = 1, col_axis: int = 2, channel_axis: int = 0,
    fill_mode: str = "nearest", cval: float = 0.0, interpolation_order: int = 1,
) -> np.ndarray:  # fmt: skip
    """Turns an image by up to ``rg`` degrees; see ``apply_affine_transform``."""
    theta = np.random.uniform(-rg, rg)
    return apply_affine_transform(
        x, theta=theta, row_axis=row_axis, col_axis=col_axis, channel_axis=channel_axis,
        fill_mode=fill_mode, cval=cval, order=interpolation_order,
    )  # fmt: skip


def random_shift(
    x: np.ndarray, wrg: float, hrg: float, row_axis: int = 1, col_axis: int = 2,
    channel_axis: int = 0, fill_mode: str = "nearest", cval: float = 0.0,
    interpolation_order: int = 1,
) -> np.ndarray:  # fmt: skip
    """Shifts an image by up to the parts ``wrg`` of its width and ``hrg`` of its height."""
    tx = np.random.uniform(-hrg, hrg) * x.shape[row_axis]
    ty = np.random.uniform(-wrg, wrg) * x.shape[col_axis]
    return apply_affine_transform(
        x, tx=tx, ty=ty, row_axis=row_axis, col_axis=col_axis, channel_axis=channel_axis,
        fill_mode=fill_mode, cval=cval, order=interpolation_order,
    )  # fmt: skip


def random_shear(
    x: np.ndarray, intensity: float, row_axis: int = 1, col_axis: int = 2, channel_axis: int = 0,
    fill_mode: str = "nearest", cval: float = 0.0, interpolation_order: int = 1,
) -> np.ndarray:  # fmt: skip
    """Shears an image by up to ``intensity`` degrees; see ``apply_affine_transform``."""
    shear = np.random.uniform(-intensity, intensity)
    return apply_affine_transform(
        x, shear=shear, row_axis=row_axis, col_axis=col_axis, channel_axis=channel_axis,
        fill_mode=fill_mode, cval=cval, order=interpolation_order,
    )  # fmt: skip


def random_zoom(
    x: np.ndarray, zoom_range: Any, row_axis: int = 1, col_axis: int = 2, channel_axis: int = 0,
    fill_mode: str = "nearest", cval: float = 0.0, interpolation_order: int = 1,
) -> np.ndarray:  # fmt: skip
    """Zooms an image by two factors between those of ``zoom_range``.

    Raises:
        ValueError: when ``zoom_range`` isn't a pair.
    """
    if len(zoom_range) != 2:
        raise ValueError(
            f"`zoom_range` should be a tuple or list of two floats. Received: {zoom_range}"
        )
    if zoom_range[0] == 1 and zoom_range[1] == 1:
        zx, zy = 1.0, 1.0
    else:
        zx, zy = np.random.uniform(zoom_range[0], zoom_range[1], 2)
    return apply_affine_transform(
        x, zx=zx, zy=zy, row_axis=row_axis, col_axis=col_axis, channel_axis=channel_axis,
        fill_mode=fill_mode, cval=cval, order=interpolation_order,
    )  # fmt: skip


def apply_channel_shift(x: np.ndarray, intensity: float, channel_axis: int = 0) -> np.ndarray:
    """Adds ``intensity`` to an image, keeping it between its own least and greatest value."""
    return np.clip(x + intensity, np.min(x), np.max(x)).astype(np.asarray(x).dtype)


def random_channel_shift(
    x: np.ndarray, intensity_range: float, channel_axis: int = 0
) -> np.ndarray:
    """``apply_channel_shift`` by up to ``intensity_range``."""
    intensity = np.random.uniform(-intensity_range, intensity_range)
    return apply_channel_shift(x, intensity, channel_axis=channel_axis)


def apply_brightness_shift(x: np.ndarray, brightness: float) -> np.ndarray:
    """Makes an image brighter or darker, by way of an 8-bit picture, as Keras does."""
    from PIL import ImageEnhance

    picture = ImageEnhance.Brightness(array_to_img(x)).enhance(brightness)
    return img_to_array(picture)


def random_brightness(x: np.ndarray, brightness_range: Any) -> np.ndarray:
    """``apply_brightness_shift`` by a factor between those of ``brightness_range``.

    Raises:
        ValueError: when it isn't a pair.
    """
    if len(brightness_range) != 2:
        raise ValueError(
            f"`brightness_range should be tuple or list of two floats. Received: {brightness_range}"
        )
    factor = np.random.uniform(brightness_range[0], brightness_range[1])
    return apply_brightness_shift(x, factor)
