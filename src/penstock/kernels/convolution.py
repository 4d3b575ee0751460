"""Convolutions and their gradients: 2-D, 3-D, depthwise, and grey dilation.

Filters are laid out as in TensorFlow (`[height, width, in, out]`, depthwise
`[height, width, in, multiplier]`) for either data format. `strides`, `dilations` and explicit
paddings list every axis in the layout of the data, as in the op attributes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from penstock.kernels.native.convolution import Kind, native_convolution
from penstock.kernels.windows import (
    Axis,
    Padding,
    channel_axis,
    explicit_pairs,
    is_channels_first,
    place,
    spatial_axes,
)


class Convolution(NamedTuple):
    """Everything static about one convolution."""

    data_format: str
    axes: tuple[Axis, ...]
    groups: int

    @property
    def data_spec(self) -> str:
        """Layout of the data for XLA, with one character for each axis."""
        return self.data_format

    @property
    def filter_spec(self) -> str:
        """Layout of the filter for XLA."""
        spatial = "".join(self.data_format[i] for i in spatial_axes(self.data_format))
        return spatial + "IO"


def describe(
    input_shape: Sequence[int],
    filter_shape: Sequence[int],
    strides: Sequence[int],
    padding: Padding,
    data_format: str,
    dilations: Sequence[int] | None,
    groups: int | None = None,
) -> Convolution:
    """Resolves the geometry of a convolution from shapes and op attributes.

    Args:
        input_shape: static shape of the data.
        filter_shape: static shape of the filter, spatial axes first, then in and out channels.
        strides: one number for each axis of the data (or for each spatial axis).
        padding: `"SAME"`, `"VALID"`, or explicit pairs for every axis or every spatial axis.
        data_format: `NHWC`, `NCHW`, `NDHWC` or `NCDHW`.
        dilations: like `strides`; all 1 by default.
        groups: feature groups; by default as many as make the channel counts agree.

    Returns:
        The convolution's geometry.

    Raises:
        ValueError: when ranks or channel counts do not fit.
    """
    rank = len(data_format)
    if len(input_shape) != rank or len(filter_shape) != rank:
        raise ValueError(
            f"a convolution in {data_format} needs input and filter of rank {rank}, received "
            f"shapes {tuple(input_shape)} and {tuple(filter_shape)}"
        )
    spatial = spatial_axes(data_format)

    def of_spatial(values: Sequence[int] | None) -> list[int]:
        if values is None:
            return [1] * len(spatial)
        if len(values) == len(spatial):
            return [int(v) for v in values]
        return [int(values[i]) for i in spatial]

    if not isinstance(padding, str):
        flat = sum(len(p) if isinstance(p, Sequence) else 1 for p in padding)
        if flat == 2 * rank:
            pairs = explicit_pairs(padding, rank)
            padding = [pairs[i] for i in spatial]
    channels = input_shape[channel_axis(data_format)]
    if groups is None:
        each = filter_shape[-2]
        if (
            each == 0
            or channels % each
            or (channels // each and filter_shape[-1] % (channels // each))
        ):
            raise ValueError(
                f"input depth {channels} must be evenly divisible by filter depth {each}, with "
                f"{filter_shape[-1]} output channels"
            )
        groups = max(1, channels // each)
    axes = place(
        [input_shape[i] for i in spatial],
        filter_shape[: len(spatial)],
        of_spatial(strides),
        padding,
        of_spatial(dilations),
    )
    return Convolution(data_format, axes, groups)


def _forward(x: jax.Array, w: jax.Array, c: Convolution) -> jax.Array:
    return lax.conv_general_dilated(
        x,
        w,
        window_strides=[a.stride for a in c.axes],
        padding=[(a.low, a.high) for a in c.axes],
        rhs_dilation=[a.dilation for a in c.axes],
        dimension_numbers=(c.data_spec, c.filter_spec, c.data_spec),
        feature_group_count=c.groups,
    )


def _transpose_input(
    w: jax.Array, dy: jax.Array, shape: Sequence[int], c: Convolution
) -> jax.Array:
    like = jax.ShapeDtypeStruct(tuple(shape), dy.dtype)
    return jax.linear_transpose(lambda x: _forward(x, w, c), like)(dy)[0]


def _transpose_filter(
    x: jax.Array, dy: jax.Array, shape: Sequence[int], c: Convolution
) -> jax.Array:
    like = jax.ShapeDtypeStruct(tuple(shape), dy.dtype)
    return jax.linear_transpose(lambda w: _forward(x, w, c), like)(dy)[0]


def _filter_by_rows(x: jax.Array, dy: jax.Array, shape: Sequence[int], c: Convolution) -> jax.Array:
    """Filter gradient as one matrix product for each row of taps.

    XLA's CPU convolution has no good path for kernels as large as an image. The columns that one
    row of taps reads are gathered side by side, so each product has a useful width even when the
    input has few channels, and no more than one row's columns exist at a time.
    """
    if is_channels_first(c.data_format):
        order = [0, *spatial_axes(c.data_format), 1]
        x, dy = jnp.transpose(x, order), jnp.transpose(dy, order)
    x = jnp.pad(x, [(0, 0), *((a.low, a.high) for a in c.axes), (0, 0)])
    channels = x.shape[-1]
    flat = dy.reshape(-1, dy.shape[-1])
    *outer, inner = c.axes

    def columns(starts: Sequence[int]) -> jax.Array:
        begin = [0, *starts, 0]
        end = [x.shape[0], *starts, channels]
        step = [1, *(a.stride for a in c.axes), 1]
        for i, a in enumerate(c.axes):
            end[i + 1] += (a.out - 1) * a.stride + 1
        return lax.slice(x, begin, end, step).reshape(-1, channels)

    wide = inner.window if channels < 32 else 1
    rows = []
    for tap in np.ndindex(*[a.window for a in outer], inner.window // wide):
        starts = [t * a.dilation for t, a in zip(tap[:-1], outer, strict=True)]
        side = [columns([*starts, (tap[-1] + j) * inner.dilation]) for j in range(wide)]
        left = side[0] if wide == 1 else jnp.concatenate(side, axis=1)
        rows.append(lax.dot_general(left, flat, (((0,), (0,)), ((), ()))))
    return jnp.stack(rows).reshape(shape)


def _input_by_taps(w: jax.Array, dy: jax.Array, shape: Sequence[int], c: Convolution) -> jax.Array:
    """Input gradient as one matrix product for each tap on the axes where the filter moves.

    Turned round, a filter as large as its input is a convolution of mostly padding: XLA's CPU
    computes all of it. Along an axis where the result has size 1 all taps go into one product.
    """
    if is_channels_first(c.data_format):
        dy = jnp.transpose(dy, [0, *spatial_axes(c.data_format), 1])
    moving = [a.out > 1 for a in c.axes]
    total = None
    for tap in np.ndindex(*[a.window if m else 1 for a, m in zip(c.axes, moving, strict=True)]):
        part = w[tuple(t if m else slice(None) for t, m in zip(tap, moving, strict=True))]
        still = part.ndim - 2
        # [batch, moving sizes, still taps, channels]
        flat = dy.reshape(dy.shape[0], *[a.out for a in c.axes if a.out > 1], dy.shape[-1])
        found = lax.dot_general(flat, part, (((flat.ndim - 1,), (part.ndim - 1,)), ((), ())))
        # Axes back into their order.
        first_still = found.ndim - 1 - still
        order, at_moving, at_still = [0], 1, first_still
        for m in moving:
            order.append(at_moving if m else at_still)
            at_moving, at_still = at_moving + m, at_still + (not m)
        found = jnp.transpose(found, [*order, found.ndim - 1])
        pads = [(0, 0, 0)]
        for t, m, a in zip(tap, moving, c.axes, strict=True):
            begin = t * a.dilation if m else 0
            step = a.stride if m else a.dilation
            length = ((a.out if m else a.window) - 1) * step + 1
            size = shape[spatial_axes(c.data_format)[len(pads) - 1]] + a.low + a.high
            # Negative padding crops what lies in the input's padding.
            pads.append((begin - a.low, size - begin - length - a.high, step - 1))
        found = lax.pad(found, jnp.zeros((), found.dtype), [*pads, (0, 0, 0)])
        total = found if total is None else total + found
    assert total is not None
    if is_channels_first(c.data_format):
        total = jnp.moveaxis(total, -1, 1)
    return total


def _mostly_padding(shape: Sequence[int], c: Convolution) -> bool:
    """Whether `_input_by_taps` computes much less than the convolution turned round."""
    sizes = [shape[i] for i in spatial_axes(c.data_format)]
    taps = math.prod(a.window for a in c.axes if a.out > 1)
    return taps <= 16 and math.prod(sizes) >= 8 * math.prod(a.out for a in c.axes)


def _is_plain_float(dtype: np.dtype) -> bool:
    return np.dtype(dtype) in (np.dtype(np.float32), np.dtype(np.float64))


def _convolve(x: jax.Array, w: jax.Array, c: Convolution) -> jax.Array:
    def general(x: jax.Array, w: jax.Array) -> jax.Array:
        return _forward(x, w, c)

    native = _native("forward", x.shape, w.shape, x.dtype, c)
    if native is None:
        return general(x, w)
    return lax.platform_dependent(x, w, cpu=native, default=general)


def _native(
    kind: Kind,
    data_shape: Sequence[int],
    filter_shape: Sequence[int],
    dtype: np.dtype,
    c: Convolution,
) -> Callable[[jax.Array, jax.Array], jax.Array] | None:
    return native_convolution(
        kind, data_shape, filter_shape, dtype, c.axes, c.data_format, c.groups
    )


def _backprop_input(shape: Sequence[int], w: jax.Array, dy: jax.Array, c: Convolution) -> jax.Array:
    if 0 in dy.shape or 0 in shape:
        return jnp.zeros(shape, dy.dtype)

    def general(w: jax.Array, dy: jax.Array) -> jax.Array:
        return _transpose_input(w, dy, shape, c)

    def by_taps(w: jax.Array, dy: jax.Array) -> jax.Array:
        return _input_by_taps(w, dy, shape, c)

    cpu = _native("data", shape, w.shape, dy.dtype, c)
    if c.groups == 1 and _is_plain_float(dy.dtype) and _mostly_padding(shape, c):
        cpu = by_taps
    if cpu is None:
        return general(w, dy)
    return lax.platform_dependent(w, dy, cpu=cpu, default=general)


def _backprop_filter(
    x: jax.Array, shape: Sequence[int], dy: jax.Array, c: Convolution
) -> jax.Array:
    if 0 in dy.shape or 0 in x.shape:
        return jnp.zeros(shape, dy.dtype)

    def general(x: jax.Array, dy: jax.Array) -> jax.Array:
        return _transpose_filter(x, dy, shape, c)

    def by_rows(x: jax.Array, dy: jax.Array) -> jax.Array:
        return _filter_by_rows(x, dy, shape, c)

    # Compiling takes time for every tap; with many of them the gain does not repay it.
    few_taps = math.prod(a.window for a in c.axes) <= 32
    cpu = _native("filter", x.shape, shape, x.dtype, c)
    if cpu is None and c.groups == 1 and few_taps and _is_plain_float(x.dtype):
        cpu = by_rows
    if cpu is None:
        return general(x, dy)
    return lax.platform_dependent(x, dy, cpu=cpu, default=general)


def conv2d(
    x: jax.Array,
    w: jax.Array,
    strides: Sequence[int],
    padding: Padding,
    data_format: str = "NHWC",
    dilations: Sequence[int] | None = None,
) -> jax.Array:
    """2-D convolution (cross-correlation, as everywhere in TensorFlow).

    Args:
        x: `[batch, height, width, in]` (or in `data_format`'s order).
        w: `[height, width, in / groups, out]`, of `x`'s dtype.
        strides: four numbers in `data_format`'s order.
        padding: `"SAME"`, `"VALID"` or explicit pairs.
        data_format: `NHWC` or `NCHW`.
        dilations: four numbers in `data_format`'s order; all 1 by default.

    Returns:
        `[batch, out height, out width, out]` in `data_format`'s order, of `x`'s dtype.

    Raises:
        ValueError: when shapes do not fit.
    """
    return _convolve(x, w, describe(x.shape, w.shape, strides, padding, data_format, dilations))


def conv2d_backprop_input(
    input_shape: Sequence[int],
    w: jax.Array,
    dy: jax.Array,
    strides: Sequence[int],
    padding: Padding,
    data_format: str = "NHWC",
    dilations: Sequence[int] | None = None,
) -> jax.Array:
    """Gradient of `conv2d` with respect to its data; also the transposed convolution.

    Args:
        input_shape: static shape of the data.
        w: the filter.
        dy: gradient with respect to the convolution's result.
        strides: as in `conv2d`.
        padding: as in `conv2d`.
        data_format: as in `conv2d`.
        dilations: as in `conv2d`.

    Returns:
        Array of `input_shape`.
    """
    c = describe(input_shape, w.shape, strides, padding, data_format, dilations)
    return _backprop_input(input_shape, w, dy, c)


def conv2d_backprop_filter(
    x: jax.Array,
    filter_shape: Sequence[int],
    dy: jax.Array,
    strides: Sequence[int],
    padding: Padding,
    data_format: str = "NHWC",
    dilations: Sequence[int] | None = None,
) -> jax.Array:
    """Gradient of `conv2d` with respect to its filter.

    Args:
        x: the data.
        filter_shape: static shape of the filter.
        dy: gradient with respect to the convolution's result.
        strides: as in `conv2d`.
        padding: as in `conv2d`.
        data_format: as in `conv2d`.
        dilations: as in `conv2d`.

    Returns:
        Array of `filter_shape`.
    """
    c = describe(x.shape, filter_shape, strides, padding, data_format, dilations)
    return _backprop_filter(x, filter_shape, dy, c)


def conv3d(
    x: jax.Array,
    w: jax.Array,
    strides: Sequence[int],
    padding: Padding,
    data_format: str = "NDHWC",
    dilations: Sequence[int] | None = None,
) -> jax.Array:
    """3-D convolution.

    Args:
        x: `[batch, depth, height, width, in]` (or in `data_format`'s order).
        w: `[depth, height, width, in, out]`.
        strides: five numbers in `data_format`'s order.
        padding: `"SAME"`, `"VALID"` or explicit pairs.
        data_format: `NDHWC` or `NCDHW`.
        dilations: five numbers in `data_format`'s order; all 1 by default.

    Returns:
        The convolution in `data_format`'s order, of `x`'s dtype.
    """
    return _convolve(x, w, describe(x.shape, w.shape, strides, padding, data_format, dilations))


def conv3d_backprop_input(
    input_shape: Sequence[int],
    w: jax.Array,
    dy: jax.Array,
    strides: Sequence[int],
    padding: Padding,
    data_format: str = "NDHWC",
    dilations: Sequence[int] | None = None,
) -> jax.Array:
    """Gradient of `conv3d` with respect to its data; arguments as in `conv2d_backprop_input`."""
    c = describe(input_shape, w.shape, strides, padding, data_format, dilations)
    return _backprop_input(input_shape, w, dy, c)


def conv3d_backprop_filter(
    x: jax.Array,
    filter_shape: Sequence[int],
    dy: jax.Array,
    strides: Sequence[int],
    padding: Padding,
    data_format: str = "NDHWC",
    dilations: Sequence[int] | None = None,
) -> jax.Array:
    """Gradient of `conv3d` with respect to its filter; arguments as in `conv2d_backprop_filter`."""
    c = describe(x.shape, filter_shape, strides, padding, data_format, dilations)
    return _backprop_filter(x, filter_shape, dy, c)
