"""Colours of images: HSV, hue, saturation and contrast, with TensorFlow's formulas."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

Array = jax.Array


def _wide(images: Array) -> Array:
    images = jnp.asarray(images)
    return images.astype(jnp.float32) if images.dtype.itemsize < 4 else images


def rgb_to_hsv(images: Array) -> Array:
    """Hue, saturation and value, each from 0 to 1, of colours in the last dimension."""
    dtype = jnp.asarray(images).dtype
    wide = _wide(images)
    red, green, blue = wide[..., 0], wide[..., 1], wide[..., 2]
    value = jnp.max(wide, axis=-1)
    spread = value - jnp.min(wide, axis=-1)
    one = jnp.ones((), wide.dtype)
    saturation = jnp.where(value > 0, spread / jnp.where(value > 0, value, one), 0 * value)
    factor = one / (6 * jnp.where(spread > 0, spread, one))
    hue = jnp.where(
        red == value,
        factor * (green - blue),
        jnp.where(
            green == value,
            factor * (blue - red) + np.asarray(2.0 / 6.0, wide.dtype),
            factor * (red - green) + np.asarray(4.0 / 6.0, wide.dtype),
        ),
    )
    hue = jnp.where(spread > 0, hue, 0 * hue)
    hue = jnp.where(hue < 0, hue + one, hue)
    return jnp.stack([hue, saturation, value], axis=-1).astype(dtype)


def _sectors(sixths: Array) -> Array:
    """How much of red, green and blue a hue has, in sixths of the circle."""
    red = jnp.clip(jnp.abs(sixths - 3) - 1, 0, 1)
    green = jnp.clip(2 - jnp.abs(sixths - 2), 0, 1)
    blue = jnp.clip(2 - jnp.abs(sixths - 4), 0, 1)
    return jnp.stack([red, green, blue], axis=-1)


def hsv_to_rgb(images: Array) -> Array:
    """The inverse of ``rgb_to_hsv``."""
    dtype = jnp.asarray(images).dtype
    wide = _wide(images)
    hue, saturation, value = wide[..., 0], wide[..., 1:2], wide[..., 2:3]
    return (((1 - saturation) + saturation * _sectors(hue * 6)) * value).astype(dtype)


def adjust_hue(images: Array, delta: Array) -> Array:
    """Turns hues by ``delta`` of the circle; brightest and darkest part stay."""
    dtype = jnp.asarray(images).dtype
    wide = _wide(images)
    low = jnp.min(wide, axis=-1)
    high = jnp.max(wide, axis=-1)
    spread = high - low
    safe = jnp.where(spread > 0, spread, jnp.ones_like(spread))
    red, green, blue = wide[..., 0], wide[..., 1], wide[..., 2]
    sixths = jnp.where(
        red == high,
        (green - blue) / safe,
        jnp.where(green == high, 2 + (blue - red) / safe, 4 + (red - green) / safe),
    )
    sixths = jnp.where(spread > 0, sixths, 0 * sixths)
    turned = jnp.mod(sixths + delta.astype(wide.dtype) * 6, 6)
    return (low[..., None] + spread[..., None] * _sectors(turned)).astype(dtype)


def adjust_saturation(images: Array, scale: Array) -> Array:
    """Multiplies saturations by ``scale``, at most to 1."""
    dtype = jnp.asarray(images).dtype
    hsv = rgb_to_hsv(_wide(images))
    saturation = jnp.clip(hsv[..., 1] * scale.astype(hsv.dtype), 0, 1)
    return hsv_to_rgb(jnp.stack([hsv[..., 0], saturation, hsv[..., 2]], axis=-1)).astype(dtype)


def adjust_contrast(images: Array, factor: Array) -> Array:
    """Moves pixels away from their channel's mean (over height and width) by ``factor``."""
    dtype = jnp.asarray(images).dtype
    wide = _wide(images)
    mean = jnp.mean(wide, axis=(-3, -2), keepdims=True)
    return ((wide - mean) * factor.astype(wide.dtype) + mean).astype(dtype)
