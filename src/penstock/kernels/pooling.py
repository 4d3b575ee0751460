"""Pooling and its gradients, for any rank and layout.

A window may cover any axis, so one implementation serves 2-D, 3-D, depthwise, NHWC and NCHW
pooling: `ksize` and `strides` always follow the layout of `x`. Gradients compare taps instead of
using XLA's select-and-scatter, which is an order of magnitude slower on a CPU.

Semantics follow TensorFlow's CPU kernels: the first of several equal maxima in row-major order
owns the gradient, a maximum passes over NaN and never falls below the lowest finite value, and an
average divides by the taps that lie on data.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from penstock.kernels.native.calls import native_max_pool_grad
from penstock.kernels.precision import accumulator, lowest
from penstock.kernels.windows import Axis, Padding, is_channels_first, place

# A fused window compare unrolls one term for each overlapping window; beyond this many terms the
# compiled program grows faster than it gains.
_MOST_TERMS = 64


def _pad(x: jax.Array, value: np.ndarray, pads: Sequence[tuple[int, int]]) -> jax.Array:
    if all(pad == (0, 0) for pad in pads):
        return x
    return lax.pad(x, value, [(low, high, 0) for low, high in pads])


def _windowed(axes: Sequence[Axis]) -> list[int]:
    """The axes on which a window really moves or covers more than one element."""
    return [i for i, a in enumerate(axes) if (a.window, a.stride, a.low, a.high) != (1, 1, 0, 0)]


def _taps(x: jax.Array, axis: int, a: Axis) -> list[jax.Array]:
    """Strided views of `x`, padded on `axis`: one for each tap of the windows along `axis`."""
    length = (a.out - 1) * a.stride + 1 if a.out else 0
    return [lax.slice_in_dim(x, t, t + length, a.stride, axis) for t in range(a.window)]


def _fill(x: jax.Array, value: np.ndarray, axes: Sequence[Axis]) -> jax.Array:
    """Pads every axis so that each window is complete."""
    return _pad(x, value, [(a.low, a.high) for a in axes])


def max_pool(
    x: jax.Array,
    ksize: Sequence[int],
    strides: Sequence[int],
    padding: Padding,
    data_format: str = "NHWC",
) -> jax.Array:
    """Maximum of each window.

    Args:
        x: any rank, any real dtype.
        ksize: window size on each axis of `x`, in the layout of `x`.
        strides: step on each axis of `x`.
        padding: `"SAME"`, `"VALID"` or explicit pairs for each axis of `x`.
        data_format: the layout of `x`; kept for symmetry, as the windows already follow it.

    Returns:
        Array of `x`'s rank and dtype, one element for each window.
    """
    del data_format
    axes = place(x.shape, ksize, strides, padding)
    smallest = lowest(x.dtype)
    best = _fill(x, smallest, axes)
    best = lax.select(lax.gt(best, smallest), best, lax.full_like(best, smallest))
    for axis in reversed(_windowed(axes)):
        first, *rest = _taps(best, axis, axes[axis])
        for tap in rest:
            first = lax.select(lax.lt(first, tap), tap, first)
        best = first
    return best


def _locate(x: jax.Array, axes: Sequence[Axis]) -> tuple[jax.Array, jax.Array]:
    """Maximum of each window and the row-major number of its first tap that attains it."""
    kind = _place_dtype(axes)
    best = _fill(x, lowest(x.dtype), axes)
    # Padding can only tie with data that is the lowest value itself; there data must win.
    real: jax.Array | None = None
    if not jnp.issubdtype(x.dtype, jnp.floating) and any(a.low for a in axes):
        real = _fill(lax.full_like(x, 1, np.bool_), np.asarray(False), axes)
    where: jax.Array | None = None
    scale = 1
    for axis in reversed(_windowed(axes)):
        a = axes[axis]
        views = _taps(best, axis, a)
        tails = None if where is None else _taps(where, axis, a)
        reals = None if real is None else _taps(real, axis, a)
        best = views[0]
        where = lax.full_like(best, 0, kind) if tails is None else tails[0]
        real = None if reals is None else reals[0]
        for t in range(1, a.window):
            better = lax.lt(best, views[t])
            if reals is not None and real is not None:
                better = better | (reals[t] & ~real)
                real = real | reals[t]
            here = lax.full_like(best, t * scale, kind)
            if tails is not None:
                here = lax.add(here, tails[t])
            best = lax.select(better, views[t], best)
            where = lax.select(better, here, where)
        scale *= a.window
    if where is None:
        where = lax.full_like(best, 0, kind)
    return best, where


def _place_dtype(axes: Sequence[Axis]) -> np.dtype:
    """An integer type with room for every tap number and one number that is no tap."""
    return np.dtype(np.uint8 if math.prod(a.window for a in axes) < 256 else np.int32)


def _merge_steps(axes: Sequence[Axis]) -> list[tuple[int, int]]:
    """`(step, overlaps)` of each axis: how far windows move and how many cover one element."""
    steps = []
    for a in axes:
        # A single window never moves, so a step as long as the window avoids needless terms.
        step = max(a.stride, a.window) if a.out <= 1 else a.stride
        steps.append((step, max(1, -(-a.window // step))))
    return steps


def _shift(source: jax.Array, back: Sequence[int], blocks: Sequence[int]) -> jax.Array:
    """`source` with every axis moved by `back` and cut or filled with zeros to `blocks`."""
    config = [(b, n - b - size, 0) for b, n, size in zip(back, blocks, source.shape, strict=True)]
    if all(c == (0, 0, 0) for c in config):
        return source
    return lax.pad(source, np.zeros((), source.dtype), config)


def _sum_windows(
    dy: jax.Array,
    axes: Sequence[Axis],
    shape: Sequence[int],
    owns: Callable[[Sequence[int], np.ndarray], jax.Array],
) -> jax.Array:
    """Sums each `dy` onto the elements of its window that own it, as one fused expression.

    The element at `step * q + r` is tap `r + step * b` of window `q - b`. Splitting every axis in
    blocks `q` and remainders `r` makes each combination of `b` one elementwise term.

    Args:
        dy: one element for each window.
        axes: geometry of each axis.
        shape: shape of the result.
        owns: given `b` for each axis and the row-major tap numbers on the split axes (-1 where
            there is no such tap), says which elements own their window's `dy`.

    Returns:
        Array of `shape` and `dy`'s dtype.
    """
    steps = _merge_steps(axes)
    blocks, split = _split(axes)
    kept = range(0, 2 * len(axes), 2)
    scales = [math.prod(a.window for a in axes[i + 1 :]) for i in range(len(axes))]
    zero = lax.full(split, np.zeros((), dy.dtype), dy.dtype)
    total: jax.Array | None = None
    for back in np.ndindex(*[n for _, n in steps]):
        number = np.zeros((1,) * len(split), np.int64)
        is_tap = np.ones((1,) * len(split), bool)
        for i, (a, (step, _), b) in enumerate(zip(axes, steps, back, strict=True)):
            form = [1] * len(split)
            form[2 * i + 1] = step
            tap = (np.arange(step) + step * b).reshape(form)
            number, is_tap = number + tap * scales[i], is_tap & (tap < a.window)
        mask = owns(back, np.where(is_tap, number, -1))
        value = lax.broadcast_in_dim(_shift(dy, back, blocks), split, kept)
        part = lax.select(mask, value, zero)
        total = part if total is None else lax.add(total, part)
    assert total is not None
    merged = lax.reshape(total, [n * step for n, (step, _) in zip(blocks, steps, strict=True)])
    return lax.slice(merged, [a.low for a in axes], [a.low + a.size for a in axes])


def _split(axes: Sequence[Axis]) -> tuple[list[int], list[int]]:
    """Blocks on each axis, and the shape with every axis split in `(blocks, step)`."""
    steps = _merge_steps(axes)
    blocks = [-(-(a.size + a.low) // step) for a, (step, _) in zip(axes, steps, strict=True)]
    return blocks, [n for pair in zip(blocks, (s for s, _ in steps), strict=True) for n in pair]


def _to_first_maximum(x: jax.Array, dy: jax.Array, axes: Sequence[Axis]) -> jax.Array:
    """Sums each `dy` onto the first maximum of its window."""
    _, where = _locate(x, axes)
    blocks, split = _split(axes)
    kept = range(0, 2 * len(axes), 2)
    no_tap = np.iinfo(where.dtype).max

    def owns(back: Sequence[int], number: np.ndarray) -> jax.Array:
        code = np.where(number < 0, no_tap, number).astype(where.dtype)
        wanted = lax.broadcast_in_dim(code, split, range(len(split)))
        return lax.eq(lax.broadcast_in_dim(_shift(where, back, blocks), split, kept), wanted)

    return _sum_windows(dy, axes, x.shape, owns)


def _to_every_maximum(x: jax.Array, y: jax.Array, dy: jax.Array, axes: Sequence[Axis]) -> jax.Array:
    """Sums each `dy` onto all elements of its window that equal the maximum."""
    steps = _merge_steps(axes)
    blocks, split = _split(axes)
    kept = range(0, 2 * len(axes), 2)
    config = [
        (a.low, n * step - a.low - a.size, 0)
        for a, n, (step, _) in zip(axes, blocks, steps, strict=True)
    ]
    elements = lax.pad(x, np.zeros((), x.dtype), config).reshape(split)

    def owns(back: Sequence[int], number: np.ndarray) -> jax.Array:
        is_tap = lax.broadcast_in_dim(number >= 0, split, range(len(split)))
        top = lax.broadcast_in_dim(_shift(y, back, blocks), split, kept)
        return lax.eq(elements, top) & is_tap

    return _sum_windows(dy, axes, x.shape, owns)


def max_pool_grad(
    x: jax.Array,
    y: jax.Array,
    dy: jax.Array,
    ksize: Sequence[int],
    strides: Sequence[int],
    padding: Padding,
    data_format: str = "NHWC",
) -> jax.Array:
    """Gradient of `max_pool`: each `dy` goes to the first maximum of its window.

    In 3-D (rank 5) it goes to every maximum of the window, as in TensorFlow.

    Args:
        x: the pooled array.
        y: its pooling; as in TensorFlow, 2-D finds the maxima again in `x`.
        dy: gradient with respect to `y`.
        ksize: window size on each axis of `x`.
        strides: step on each axis of `x`.
        padding: as in `max_pool`.
        data_format: as in `max_pool`.

    Returns:
        Gradient with respect to `x`, of `dy`'s dtype.
    """
    axes = place(x.shape, ksize, strides, padding)
    if 0 in x.shape or 0 in dy.shape:
        return jnp.zeros(x.shape, dy.dtype)
    if math.prod(n for _, n in _merge_steps(axes)) > _MOST_TERMS:
        return _select_and_scatter(x, dy, ksize, strides, axes)
    if x.ndim == 5:
        return _to_every_maximum(x, y, dy, axes)

    def general(x: jax.Array, dy: jax.Array) -> jax.Array:
        return _to_first_maximum(x, dy, axes)

    native = native_max_pool_grad(x.shape, x.dtype, axes) if dy.dtype == x.dtype else None
    if native is None or is_channels_first(data_format):
        return general(x, dy)
    return lax.platform_dependent(x, dy, cpu=native, default=general)


def _select_and_scatter(
    x: jax.Array,
    dy: jax.Array,
    ksize: Sequence[int],
    strides: Sequence[int],
    axes: Sequence[Axis],
) -> jax.Array:
    """XLA's own gradient of a window maximum, for windows that overlap too often to unroll."""

    def pool(v: jax.Array) -> jax.Array:
        pads = [(a.low, a.high) for a in axes]
        return lax.reduce_window(v, -np.inf, lax.max, tuple(ksize), tuple(strides), pads)

    if not jnp.issubdtype(x.dtype, jnp.floating):
        raise TypeError(f"max_pool_grad with such large overlaps needs floats, received {x.dtype}")
    _, pull = jax.vjp(pool, x)
    return pull(dy.astype(x.dtype))[0].astype(dy.dtype)


def max_pool_grad_grad(
    x: jax.Array,
    y: jax.Array,
    ddx: jax.Array,
    ksize: Sequence[int],
    strides: Sequence[int],
    padding: Padding,
    data_format: str = "NHWC",
) -> jax.Array:
    """Gradient of `max_pool_grad` with respect to `dy`: `ddx` read at each window's first maximum.

    Args:
        x: the pooled array.
        y: its pooling, found again from `x`.
        ddx: array like `x`.
        ksize: window size on each axis of `x`.
        strides: step on each axis of `x`.
        padding: as in `max_pool`.
        data_format: as in `max_pool`.

    Returns:
        Array with one element for each window, of `ddx`'s dtype.
    """
    del y, data_format
    axes = place(x.shape, ksize, strides, padding)
    best = _fill(x, lowest(x.dtype), axes)
    value = _fill(ddx, np.zeros((), ddx.dtype), axes)
    for axis in reversed(_windowed(axes)):
        views, values = _taps(best, axis, axes[axis]), _taps(value, axis, axes[axis])
        best, value = views[0], values[0]
        for view, candidate in zip(views[1:], values[1:], strict=True):
            better = lax.lt(best, view)
            best = lax.select(better, view, best)
            value = lax.select(better, candidate, value)
    return value


def max_pool_with_argmax(
    x: jax.Array,
    ksize: Sequence[int],
    strides: Sequence[int],
    padding: Padding,
    data_format: str = "NHWC",
    *,
    include_batch_in_index: bool = False,
    index_dtype: np.typing.DTypeLike = np.int64,
) -> tuple[jax.Array, jax.Array]:
    """Maximum of each window and its flattened position in `x`.

    Args:
        x: `[batch, height, width, channels]` (any rank works alike).
        ksize: window size on each axis of `x`.
        strides: step on each axis of `x`.
        padding: as in `max_pool`.
        data_format: as in `max_pool`.
        include_batch_in_index: count positions over the whole of `x` and not within each example.
        index_dtype: integer dtype of the positions.

    Returns:
        The maxima and their positions, `(y * width + x) * channels + channel`.
    """
    del data_format
    axes = place(x.shape, ksize, strides, padding)
    best, where = _locate(x, axes)
    where = where.astype(np.dtype(index_dtype))
    total = lax.full_like(where, 0)
    scale = math.prod(ksize)
    for i, a in enumerate(axes):
        scale //= a.window
        if i == 0 and not include_batch_in_index:
            continue
        start = lax.broadcasted_iota(where.dtype, where.shape, i) * np.asarray(
            a.stride, where.dtype
        ) - np.asarray(a.low, where.dtype)
        tap = lax.div(where, lax.full_like(where, scale))
        tap = lax.rem(tap, lax.full_like(where, a.window))
        total = total * np.asarray(a.size, where.dtype) + start + tap
    return best, total


def _flat_positions(argmax: jax.Array, shape: Sequence[int], with_batch: bool) -> jax.Array:
    """Positions that count over a whole array of `shape`, out of range where `argmax` is."""
    if with_batch:
        return argmax
    each = math.prod(shape[1:])
    inside = (argmax >= 0) & (argmax < each)
    batch = lax.broadcasted_iota(argmax.dtype, argmax.shape, 0)
    return jnp.where(inside, argmax + batch * each, math.prod(shape))


def max_pool_grad_with_argmax(
    x: jax.Array,
    dy: jax.Array,
    argmax: jax.Array,
    ksize: Sequence[int],
    strides: Sequence[int],
    padding: Padding,
    *,
    include_batch_in_index: bool = False,
) -> jax.Array:
    """Gradient of `max_pool_with_argmax`: adds each `dy` at its recorded position.

    Args:
        x: the pooled array; only its shape counts.
        dy: gradient with respect to the maxima.
        argmax: positions as `max_pool_with_argmax` gives them; others are ignored when they lie
            outside `x`.
        ksize: window size; the positions already hold all that is needed of it.
        strides: likewise.
        padding: likewise.
        include_batch_in_index: whether positions count over the whole of `x`.

    Returns:
        Array of `x`'s shape and `dy`'s dtype.
    """
    del ksize, strides, padding
    flat = _flat_positions(argmax, x.shape, include_batch_in_index).reshape(-1)
    zeros = jnp.zeros((math.prod(x.shape),), dy.dtype)
    flat = jnp.where(flat < 0, zeros.size, flat)
    return zeros.at[flat].add(dy.reshape(-1), mode="drop").reshape(x.shape)


def max_pool_grad_grad_with_argmax(
    x: jax.Array,
    ddx: jax.Array,
    argmax: jax.Array,
    ksize: Sequence[int],
    strides: Sequence[int],
    padding: Padding,
    *,
    include_batch_in_index: bool = False,
) -> jax.Array:
    """Reads `ddx` at the recorded positions: the gradient of `max_pool_grad_with_argmax`.

    Args:
        x: the pooled array; only its shape counts.
        ddx: array like `x`.
        argmax: positions as `max_pool_with_argmax` gives them.
        ksize: window size; the positions already hold all that is needed of it.
        strides: likewise.
        padding: likewise.
        include_batch_in_index: whether positions count over the whole of `x`.

    Returns:
        Array of `argmax`'s shape and `ddx`'s dtype.
    """
    del ksize, strides, padding
    flat = _flat_positions(argmax, x.shape, include_batch_in_index).reshape(-1)
    values = jnp.take(ddx.reshape(-1), flat, mode="fill", fill_value=0)
    return values.reshape(argmax.shape)


def _divide_by_counts(total: jax.Array, axes: Sequence[Axis]) -> jax.Array:
    """Divides each window's sum by the taps that lie on data."""
    uniform = 1
    for i, a in enumerate(axes):
        starts = np.arange(a.out) * a.stride - a.low
        count = np.minimum(starts + a.window, a.size) - np.maximum(starts, 0)
        if count.size == 0 or (count == count[0]).all():
            uniform *= int(count[0]) if count.size else 1
            continue
        form = [1] * len(axes)
        form[i] = a.out
        total = total / count.reshape(form).astype(total.dtype)
    return total / np.asarray(uniform, total.dtype) if uniform != 1 else total


def avg_pool(
    x: jax.Array,
    ksize: Sequence[int],
    strides: Sequence[int],
    padding: Padding,
    data_format: str = "NHWC",
) -> jax.Array:
    """Mean of each window over the elements that lie on data.

    Args:
        x: any rank, floating.
        ksize: window size on each axis of `x`, in the layout of `x`.
        strides: step on each axis of `x`.
        padding: `"SAME"`, `"VALID"` or explicit pairs for each axis of `x`.
        data_format: the layout of `x`; kept for symmetry, as the windows already follow it.

    Returns:
        Array of `x`'s rank and dtype, one element for each window. Half precisions are summed in
        float32.
    """
    del data_format
    axes = place(x.shape, ksize, strides, padding)
    total = x.astype(accumulator(x.dtype))
    whole = [i for i in _windowed(axes) if axes[i].out == 1 and axes[i].window == axes[i].size]
    if whole:
        total = jnp.sum(total, axis=tuple(whole), keepdims=True)
    rest = [i for i in _windowed(axes) if i not in whole]
    zero = np.zeros((), total.dtype)
    total = _pad(
        total, zero, [(a.low, a.high) if i in rest else (0, 0) for i, a in enumerate(axes)]
    )
    for axis in reversed(rest):
        first, *others = _taps(total, axis, axes[axis])
        for tap in others:
            first = lax.add(first, tap)
        total = first
    return _divide_by_counts(total, axes).astype(x.dtype)


def avg_pool_grad(
    input_shape: Sequence[int],
    dy: jax.Array,
    ksize: Sequence[int],
    strides: Sequence[int],
    padding: Padding,
    data_format: str = "NHWC",
) -> jax.Array:
    """Gradient of `avg_pool`: each window's share of `dy` summed onto its elements.

    Args:
        input_shape: static shape of the pooled array.
        dy: gradient with respect to the means.
        ksize: window size on each axis.
        strides: step on each axis.
        padding: as in `avg_pool`.
        data_format: as in `avg_pool`.

    Returns:
        Array of `input_shape` and `dy`'s dtype.
    """
    del data_format
    axes = place(input_shape, ksize, strides, padding)
    grad = _divide_by_counts(dy.astype(accumulator(dy.dtype)), axes)
    for axis in _windowed(axes):
        grad = _sum_overlaps(grad, axis, axes[axis])
    return grad.astype(dy.dtype)


def _sum_overlaps(grad: jax.Array, axis: int, a: Axis) -> jax.Array:
    """Adds each window's value along `axis` to all of its elements on data."""
    if a.out == 1 and a.window == a.size and not a.low:
        shape = list(grad.shape)
        shape[axis] = a.size
        return jnp.broadcast_to(grad, shape)
    step, overlaps = _merge_steps([a])[0]
    blocks = -(-(a.size + a.low) // step)
    before, after = grad.shape[:axis], grad.shape[axis + 1 :]
    split = (*before, blocks, step, *after)
    kept = [*range(axis + 1), *range(axis + 2, grad.ndim + 1)]
    total: jax.Array | None = None
    for b in range(overlaps):
        back, sizes = [0] * grad.ndim, list(grad.shape)
        back[axis], sizes[axis] = b, blocks
        part = lax.broadcast_in_dim(_shift(grad, back, sizes), split, kept)
        is_tap = np.arange(step) + step * b < a.window
        if not is_tap.all():
            mask = lax.broadcast_in_dim(is_tap, split, (axis + 1,))
            part = lax.select(mask, part, lax.full_like(part, 0))
        total = part if total is None else lax.add(total, part)
    assert total is not None
    merged = lax.reshape(total, (*before, blocks * step, *after))
    return lax.slice_in_dim(merged, a.low, a.low + a.size, 1, axis)
