"""Chooses and calls the native convolution."""

from __future__ import annotations

import ctypes
import functools
import math
import os
from collections.abc import Callable, Sequence
from typing import Literal

import jax
import numpy as np

from penstock.kernels.native.library import active, mode
from penstock.kernels.windows import Axis, is_channels_first

Kind = Literal["forward", "data", "filter"]
_KINDS: dict[Kind, int] = {"forward": 0, "data": 1, "filter": 2}

# Below this many floating-point operations a call costs as much as XLA's own convolution.
_LEAST_WORK = 2e6


def _geometry(
    kind: Kind, data: Sequence[int], filter_shape: Sequence[int], axes: Sequence[Axis]
) -> tuple[int, ...]:
    """The eighteen numbers that describe a convolution to the native side."""
    rows, columns = axes
    return (
        *data,
        filter_shape[3],
        *filter_shape[:2],
        rows.out,
        columns.out,
        rows.stride,
        columns.stride,
        rows.dilation,
        columns.dilation,
        rows.low,
        columns.low,
        _high(rows),
        _high(columns),
        _KINDS[kind],
    )


def _high(a: Axis) -> int:
    """Padding after the data up to the last tap of the last window; negative crops."""
    return (a.out - 1) * a.stride + a.span - a.size - a.low


def _is_faster(kind: Kind, data: Sequence[int], filter_shape: Sequence[int], work: float) -> bool:
    """The rule: where the native convolution measured faster than XLA's."""
    if work < _LEAST_WORK:
        return False
    # oneDNN has no fast gradient of data with so few channels.
    return kind != "data" or data[3] >= 4


@functools.lru_cache(maxsize=4096)
def _works(geometry: tuple[int, ...]) -> bool:
    """Whether oneDNN makes a plan for `geometry`; the plan is kept for the run."""
    library = active()
    if library is None or not hasattr(library, "penstock_convolution_works"):
        return False
    numbers = (ctypes.c_int64 * len(geometry))(*geometry)
    return bool(library.penstock_convolution_works(numbers, len(os.sched_getaffinity(0))))


def native_convolution(
    kind: Kind,
    data_shape: Sequence[int],
    filter_shape: Sequence[int],
    dtype: np.typing.DTypeLike,
    axes: Sequence[Axis],
    data_format: str,
    groups: int,
) -> Callable[[jax.Array, jax.Array], jax.Array] | None:
    """A function that convolves natively, or None where XLA does better or nothing native exists.

    Args:
        kind: `forward` of (data, filter), `data` gradient of (filter, dy) or `filter` gradient of
            (data, dy).
        data_shape: shape of the data in `data_format`.
        filter_shape: shape of the filter.
        dtype: dtype of all arrays.
        axes: geometry of the spatial axes.
        data_format: layout of the data.
        groups: feature groups.

    Returns:
        A traceable function of the two arrays, or None.
    """
    if np.dtype(dtype) != np.float32 or groups != 1 or len(axes) != 2 or mode() == "never":
        return None
    if 0 in data_shape or 0 in filter_shape or any(a.out < 1 for a in axes):
        return None
    first = is_channels_first(data_format)
    n, h, w, c = (data_shape[i] for i in ((0, 2, 3, 1) if first else (0, 1, 2, 3)))
    data = (int(n), int(h), int(w), int(c))
    filters = tuple(int(v) for v in filter_shape)
    work = 2.0 * n * math.prod(a.out for a in axes) * math.prod(filters)
    if mode() == "auto" and not _is_faster(kind, data, filters, work):
        return None
    geometry = _geometry(kind, data, filters, axes)
    if not _works(geometry):
        return None
    result = {
        "forward": (n, axes[0].out, axes[1].out, filters[3]),
        "data": data,
        "filter": filters,
    }[kind]

    def call(left: jax.Array, right: jax.Array) -> jax.Array:
        if first:
            left = left if kind == "data" else left.transpose(0, 2, 3, 1)
            right = right if kind == "forward" else right.transpose(0, 2, 3, 1)
        made = jax.ffi.ffi_call("penstock_convolution", jax.ShapeDtypeStruct(result, np.float32))(
            left, right, geometry=np.asarray(geometry, np.int64)
        )
        return made.transpose(0, 3, 1, 2) if first and kind != "filter" else made

    return call
