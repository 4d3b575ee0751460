"""Depthwise convolution and its gradients."""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from penstock.kernels.convolution import Convolution, describe
from penstock.kernels.precision import accumulator
from penstock.kernels.windows import Padding, channel_axis, is_channels_first


def _describe(
    input_shape: Sequence[int],
    filter_shape: Sequence[int],
    strides: Sequence[int],
    padding: Padding,
    data_format: str,
    dilations: Sequence[int] | None,
) -> Convolution:
    channels = input_shape[channel_axis(data_format)]
    if len(filter_shape) != 4 or filter_shape[2] != channels:
        raise ValueError(
            f"a depthwise filter must be [height, width, {channels}, multiplier], received "
            f"{tuple(filter_shape)}"
        )
    grouped = (*filter_shape[:2], 1, filter_shape[2] * filter_shape[3])
    return describe(input_shape, grouped, strides, padding, data_format, dilations, channels)


def _grouped(x: jax.Array, w: jax.Array, c: Convolution) -> jax.Array:
    return lax.conv_general_dilated(
        x,
        w.reshape(*w.shape[:2], 1, w.shape[2] * w.shape[3]),
        window_strides=[a.stride for a in c.axes],
        padding=[(a.low, a.high) for a in c.axes],
        rhs_dilation=[a.dilation for a in c.axes],
        dimension_numbers=(c.data_spec, c.filter_spec, c.data_spec),
        feature_group_count=c.groups,
    )


def _tap(x: jax.Array, c: Convolution, i: int, j: int) -> jax.Array:
    """The element of padded NHWC `x` under tap `(i, j)` of every window."""
    rows, columns = c.axes
    top, left = i * rows.dilation, j * columns.dilation
    return lax.slice(
        x,
        (0, top, left, 0),
        (
            x.shape[0],
            top + (rows.out - 1) * rows.stride + 1,
            left + (columns.out - 1) * columns.stride + 1,
            x.shape[3],
        ),
        (1, rows.stride, columns.stride, 1),
    )


def _to_last(x: jax.Array, data_format: str) -> jax.Array:
    return jnp.transpose(x, (0, 2, 3, 1)) if is_channels_first(data_format) else x


def _from_last(x: jax.Array, data_format: str) -> jax.Array:
    return jnp.transpose(x, (0, 3, 1, 2)) if is_channels_first(data_format) else x


def _padded(x: jax.Array, c: Convolution) -> jax.Array:
    return jnp.pad(x, [(0, 0), *((a.low, a.high) for a in c.axes), (0, 0)])


def depthwise_conv2d(
    x: jax.Array,
    w: jax.Array,
    strides: Sequence[int],
    padding: Padding,
    data_format: str = "NHWC",
    dilations: Sequence[int] | None = None,
) -> jax.Array:
    """Convolves every channel with its own `multiplier` filters.

    Args:
        x: `[batch, height, width, in]` (or in `data_format`'s order).
        w: `[height, width, in, multiplier]`, of `x`'s dtype.
        strides: four numbers in `data_format`'s order.
        padding: `"SAME"`, `"VALID"` or explicit pairs.
        data_format: `NHWC` or `NCHW`.
        dilations: four numbers in `data_format`'s order; all 1 by default.

    Returns:
        `[batch, out height, out width, in * multiplier]` in `data_format`'s order.

    Raises:
        ValueError: when the filter does not fit the channels.
    """
    c = _describe(x.shape, w.shape, strides, padding, data_format, dilations)

    def by_taps(x: jax.Array, w: jax.Array) -> jax.Array:
        # One fused multiply-add over all taps; XLA's CPU has no depthwise convolution.
        kind = accumulator(x.dtype)
        data = _padded(_to_last(x, data_format), c).astype(kind)
        weights = w.astype(kind)
        total: jax.Array | None = None
        for i, j in np.ndindex(*w.shape[:2]):
            part = _tap(data, c, i, j)[..., None] * weights[i, j]
            total = part if total is None else total + part
        assert total is not None
        merged = total.reshape(*total.shape[:3], -1).astype(x.dtype)
        return _from_last(merged, data_format)

    def grouped(x: jax.Array, w: jax.Array) -> jax.Array:
        return _grouped(x, w, c)

    unroll = 0 < w.shape[0] * w.shape[1] <= 64 and all(a.out for a in c.axes)
    return lax.platform_dependent(x, w, cpu=by_taps if unroll else grouped, default=grouped)


def depthwise_conv2d_backprop_input(
    input_shape: Sequence[int],
    w: jax.Array,
    dy: jax.Array,
    strides: Sequence[int],
    padding: Padding,
    data_format: str = "NHWC",
    dilations: Sequence[int] | None = None,
) -> jax.Array:
    """Gradient of `depthwise_conv2d` with respect to its data.

    Args:
        input_shape: static shape of the data.
        w: the filter.
        dy: gradient with respect to the convolution's result.
        strides: as in `depthwise_conv2d`.
        padding: as in `depthwise_conv2d`.
        data_format: as in `depthwise_conv2d`.
        dilations: as in `depthwise_conv2d`.

    Returns:
        Array of `input_shape`.
    """
    c = _describe(input_shape, w.shape, strides, padding, data_format, dilations)
    if 0 in dy.shape or 0 in input_shape:
        return jnp.zeros(input_shape, dy.dtype)

    def by_taps(w: jax.Array, dy: jax.Array) -> jax.Array:
        kind = accumulator(dy.dtype)
        grad = _to_last(dy, data_format).astype(kind)
        grad = grad.reshape(*grad.shape[:3], w.shape[2], w.shape[3])
        weights = w.astype(kind)
        zero = np.zeros((), kind)
        total: jax.Array | None = None
        for tap in np.ndindex(*w.shape[:2]):
            part = jnp.sum(grad * weights[tap], axis=-1)
            config = [(0, 0, 0)]
            for t, a in zip(tap, c.axes, strict=True):
                low = t * a.dilation - a.low
                config.append((low, a.size - low - ((a.out - 1) * a.stride + 1), a.stride - 1))
            placed = lax.pad(part, zero, [*config, (0, 0, 0)])
            total = placed if total is None else total + placed
        assert total is not None
        return _from_last(total.astype(dy.dtype), data_format)

    def grouped(w: jax.Array, dy: jax.Array) -> jax.Array:
        like = jax.ShapeDtypeStruct(tuple(input_shape), dy.dtype)
        return jax.linear_transpose(lambda x: _grouped(x, w, c), like)(dy)[0]

    unroll = 0 < w.shape[0] * w.shape[1] <= 64
    return lax.platform_dependent(w, dy, cpu=by_taps if unroll else grouped, default=grouped)


def depthwise_conv2d_backprop_filter(
    x: jax.Array,
    filter_shape: Sequence[int],
    dy: jax.Array,
    strides: Sequence[int],
    padding: Padding,
    data_format: str = "NHWC",
    dilations: Sequence[int] | None = None,
) -> jax.Array:
    """Gradient of `depthwise_conv2d` with respect to its filter.

    Args:
        x: the data.
        filter_shape: static shape of the filter.
        dy: gradient with respect to the convolution's result.
        strides: as in `depthwise_conv2d`.
        padding: as in `depthwise_conv2d`.
        data_format: as in `depthwise_conv2d`.
        dilations: as in `depthwise_conv2d`.

    Returns:
        Array of `filter_shape`.
    """
    c = _describe(x.shape, filter_shape, strides, padding, data_format, dilations)
    if 0 in dy.shape or 0 in x.shape:
        return jnp.zeros(filter_shape, dy.dtype)

    def by_taps(x: jax.Array, dy: jax.Array) -> jax.Array:
        kind = accumulator(x.dtype)
        data = _padded(_to_last(x, data_format), c).astype(kind)
        grad = _to_last(dy, data_format).astype(kind)
        grad = grad.reshape(*grad.shape[:3], filter_shape[2], filter_shape[3])
        rows = [
            jnp.sum(_tap(data, c, i, j)[..., None] * grad, axis=(0, 1, 2))
            for i, j in np.ndindex(*filter_shape[:2])
        ]
        return jnp.stack(rows).reshape(filter_shape).astype(dy.dtype)

    def grouped(x: jax.Array, dy: jax.Array) -> jax.Array:
        like = jax.ShapeDtypeStruct(tuple(filter_shape), dy.dtype)
        return jax.linear_transpose(lambda w: _grouped(x, w, c), like)(dy)[0]

    unroll = 0 < filter_shape[0] * filter_shape[1] <= 64
    return lax.platform_dependent(x, dy, cpu=by_taps if unroll else grouped, default=grouped)
