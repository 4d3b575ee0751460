"""Calls the native kernels other than the convolution, where they are faster than XLA's."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import jax
import numpy as np

from penstock.kernels.native.library import active, mode
from penstock.kernels.windows import Axis

# Arrays smaller than this gain nothing.
_LEAST_ELEMENTS = 1 << 15
# A product must read a matrix at least this large, beside a short one of at most so many rows.
_LEAST_MATRIX = 1 << 21
_MOST_ROWS = 64
# A result with at most so many columns (what the registers of any build hold), of so much work:
# less is all overhead, and more keeps XLA's threads busy just as well.
_MOST_COLUMNS = 16
_MOST_COLUMNS_TRANSPOSED = 128
_LEAST_ROWS_TRANSPOSED = 32
_LEAST_NARROW = 1 << 16
_MOST_NARROW = 1 << 25


def _usable(dtype: np.typing.DTypeLike) -> bool:
    return np.dtype(dtype) == np.float32 and mode() != "never"


def native_max_pool_grad(
    shape: Sequence[int], dtype: np.typing.DTypeLike, axes: Sequence[Axis]
) -> Callable[[jax.Array, jax.Array], jax.Array] | None:
    """A native gradient of 2-D maximum pooling of NHWC images, or None.

    Args:
        shape: shape of the pooled array.
        dtype: its dtype.
        axes: geometry of all four axes.

    Returns:
        A traceable function of (x, dy), or None.
    """
    if not _usable(dtype) or len(axes) != 4 or 0 in shape or any(a.out < 1 for a in axes):
        return None
    if any((a.window, a.stride, a.low, a.high) != (1, 1, 0, 0) for a in (axes[0], axes[3])):
        return None
    if mode() == "auto" and math.prod(shape) < _LEAST_ELEMENTS:
        return None
    rows, columns = axes[1:3]
    # A window that holds padding alone has no maximum to give its gradient to.
    for a in (rows, columns):
        if a.low >= a.window or (a.out - 1) * a.stride - a.low >= a.size:
            return None
    if active() is None:
        return None
    geometry = (rows.window, columns.window, rows.stride, columns.stride, rows.low, columns.low)

    def call(x: jax.Array, dy: jax.Array) -> jax.Array:
        made = jax.ShapeDtypeStruct(tuple(shape), np.float32)
        return jax.ffi.ffi_call("penstock_max_pool_grad", made)(
            x, dy, geometry=np.asarray(geometry, np.int64)
        )

    return call


def native_lrn(
    shape: Sequence[int],
    dtype: np.typing.DTypeLike,
    gradient: bool,
    depth_radius: int,
    bias: float,
    alpha: float,
    beta: float,
) -> Callable[..., jax.Array] | None:
    """A native local response normalisation of (x), or its gradient of (dy, x, y); or None."""
    if not _usable(dtype) or 0 in shape:
        return None
    if mode() == "auto" and math.prod(shape) < _LEAST_ELEMENTS:
        return None
    if active() is None:
        return None
    target = "penstock_lrn_grad" if gradient else "penstock_lrn"

    def call(*arrays: jax.Array) -> jax.Array:
        return jax.ffi.ffi_call(target, jax.ShapeDtypeStruct(tuple(shape), np.float32))(
            *arrays,
            radius=np.int64(depth_radius),
            bias=np.float32(bias),
            alpha=np.float32(alpha),
            beta=np.float32(beta),
        )

    return call


def native_product(
    rows: int, inner: int, columns: int, dtype: np.typing.DTypeLike, transpose_b: bool
) -> Callable[[jax.Array, jax.Array], jax.Array] | None:
    """A native `a @ b` (or `a @ b.T`) of a short `a` and a large `b`, or None."""
    if not _usable(dtype) or 0 in (rows, inner, columns):
        return None
    if mode() == "auto" and (rows > _MOST_ROWS or inner * columns < _LEAST_MATRIX):
        return None
    if active() is None:
        return None

    def call(a: jax.Array, b: jax.Array) -> jax.Array:
        made = jax.ShapeDtypeStruct((rows, columns), np.float32)
        return jax.ffi.ffi_call("penstock_product", made)(a, b, transpose_b=bool(transpose_b))

    return call


def native_narrow_product(
    rows: int, inner: int, columns: int, dtype: np.typing.DTypeLike, transpose_a: bool
) -> Callable[[jax.Array, jax.Array], jax.Array] | None:
    """A native `a @ b` (or `a.T @ b`) with few columns in the result, or None."""
    if not _usable(dtype) or 0 in (rows, inner, columns):
        return None
    if columns > (_MOST_COLUMNS_TRANSPOSED if transpose_a else _MOST_COLUMNS):
        return None
    if transpose_a and rows < _LEAST_ROWS_TRANSPOSED:
        return None
    if mode() == "auto" and not _LEAST_NARROW <= rows * inner * columns <= _MOST_NARROW:
        return None
    if active() is None:
        return None

    def call(a: jax.Array, b: jax.Array) -> jax.Array:
        made = jax.ShapeDtypeStruct((rows, columns), np.float32)
        return jax.ffi.ffi_call("penstock_narrow_product", made)(
            a, b, transpose_a=bool(transpose_a)
        )

    return call


def native_adam(
    shape: Sequence[int], dtype: np.typing.DTypeLike, nesterov: bool, operands: int
) -> Callable[..., list[jax.Array]] | None:
    """A native update by Adam in one pass, or None.

    Args:
        shape: shape of the variable.
        dtype: dtype of all arrays.
        nesterov: use Nesterov's momentum.
        operands: 1 for a gradient, 2 for matrices `a` and `b` with `a.T @ b` as the gradient.

    Returns:
        A traceable function of (variable, mean, square, rates, *operands), where `rates` holds
        alpha, beta1, beta2 and epsilon; it returns the new variable, mean and square.
    """
    if not _usable(dtype) or 0 in shape:
        return None
    if mode() == "auto" and math.prod(shape) < _LEAST_ELEMENTS:
        return None
    if active() is None:
        return None
    made = jax.ShapeDtypeStruct(tuple(shape), np.float32)

    def call(*arrays: jax.Array) -> list[jax.Array]:
        update = jax.ffi.ffi_call(
            "penstock_adam" if operands == 1 else "penstock_adam_product",
            (made, made, made),
            input_output_aliases={0: 0, 1: 1, 2: 2},
        )
        return list(update(*arrays, nesterov=bool(nesterov)))

    return call
