"""Grey-scale morphological dilation and its gradients."""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from penstock.kernels.precision import lowest
from penstock.kernels.windows import Axis, Padding, place


def _geometry(
    x_shape: Sequence[int],
    filter_shape: Sequence[int],
    strides: Sequence[int],
    rates: Sequence[int],
    padding: Padding,
) -> tuple[Axis, ...]:
    return place(x_shape[1:3], filter_shape[:2], strides[1:3], padding, rates[1:3])


def _tap(x: jax.Array, axes: Sequence[Axis], tap: Sequence[int]) -> jax.Array:
    begin = [0, *(t * a.dilation for t, a in zip(tap, axes, strict=True)), 0]
    end = [x.shape[0], *begin[1:3], x.shape[3]]
    for i, a in enumerate(axes):
        end[i + 1] += (a.out - 1) * a.stride + 1
    return lax.slice(x, begin, end, (1, *(a.stride for a in axes), 1))


def _best_taps(x: jax.Array, w: jax.Array, axes: Sequence[Axis]) -> tuple[jax.Array, jax.Array]:
    """The maximum of `x + w` in each window and the number of the first tap that attains it."""
    smallest = lowest(x.dtype)
    inside = lax.full_like(x, 1, np.bool_)
    pads = [(0, 0, 0), *((a.low, a.high, 0) for a in axes), (0, 0, 0)]
    data = lax.pad(x, np.zeros((), x.dtype), pads)
    inside = lax.pad(inside, np.asarray(False), pads)
    best: jax.Array | None = None
    where: jax.Array | None = None
    for number, tap in enumerate(np.ndindex(*w.shape[:2])):
        value = _tap(data, axes, tap) + w[tap]
        value = jnp.where(_tap(inside, axes, tap), value, smallest)
        if best is None or where is None:
            best, where = jnp.maximum(value, smallest), lax.full_like(value, 0, np.int32)
            continue
        better = value > best
        best = jnp.where(better, value, best)
        where = jnp.where(better, np.int32(number), where)
    assert best is not None and where is not None
    return best, where


def dilation2d(
    x: jax.Array,
    w: jax.Array,
    strides: Sequence[int],
    rates: Sequence[int],
    padding: Padding,
) -> jax.Array:
    """Maximum of `x + w` over each window.

    Args:
        x: `[batch, height, width, depth]`, any real dtype.
        w: `[height, width, depth]`.
        strides: four numbers, one for each axis of `x`.
        rates: four numbers: the distance between taps.
        padding: `"SAME"` or `"VALID"`.

    Returns:
        `[batch, out height, out width, depth]`, of `x`'s dtype.
    """
    return _best_taps(x, w, _geometry(x.shape, w.shape, strides, rates, padding))[0]


def dilation2d_backprop_input(
    x: jax.Array,
    w: jax.Array,
    dy: jax.Array,
    strides: Sequence[int],
    rates: Sequence[int],
    padding: Padding,
) -> jax.Array:
    """Gradient of `dilation2d` with respect to `x`: `dy` goes to the first maximal tap.

    Args:
        x: the data.
        w: the filter.
        dy: gradient with respect to the dilation.
        strides: as in `dilation2d`.
        rates: as in `dilation2d`.
        padding: as in `dilation2d`.

    Returns:
        Array like `x`.
    """
    axes = _geometry(x.shape, w.shape, strides, rates, padding)
    _, where = _best_taps(x, w, axes)
    total = jnp.zeros(x.shape, dy.dtype)
    for number, tap in enumerate(np.ndindex(*w.shape[:2])):
        part = jnp.where(where == np.int32(number), dy, np.zeros((), dy.dtype))
        config = [(0, 0, 0)]
        for t, a in zip(tap, axes, strict=True):
            low = t * a.dilation - a.low
            config.append((low, a.size - low - ((a.out - 1) * a.stride + 1), a.stride - 1))
        total = total + lax.pad(part, np.zeros((), dy.dtype), [*config, (0, 0, 0)])
    return total


def dilation2d_backprop_filter(
    x: jax.Array,
    w: jax.Array,
    dy: jax.Array,
    strides: Sequence[int],
    rates: Sequence[int],
    padding: Padding,
) -> jax.Array:
    """Gradient of `dilation2d` with respect to `w`; arguments as in `dilation2d_backprop_input`."""
    axes = _geometry(x.shape, w.shape, strides, rates, padding)
    _, where = _best_taps(x, w, axes)
    zero = np.zeros((), dy.dtype)
    rows = [
        jnp.sum(jnp.where(where == np.int32(number), dy, zero), axis=(0, 1, 2))
        for number in range(w.shape[0] * w.shape[1])
    ]
    return jnp.stack(rows).reshape(w.shape).astype(dy.dtype)
