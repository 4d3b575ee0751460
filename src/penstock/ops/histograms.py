"""Counting values: ``tf.bincount`` and histograms with bins of one width."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from penstock.graph import dtypes, errors
from penstock.graph.build import apply
from penstock.graph.convert import convert_to_tensor
from penstock.graph.registry import operation
from penstock.graph.scopes import name_scope
from penstock.graph.shapes import TensorShape, unknown_shape
from penstock.graph.static_values import constant_value
from penstock.graph.tensor import Tensor


@operation("Bincount", inputs="arr: int32, size: int32, weights: T", outputs="bins: T",
           attrs="T: {int32, int64, float, double}")  # fmt: skip
class Bincount:
    def shape(op: Any) -> TensorShape:
        if op.inputs[1].shape.ndims not in (None, 0):
            raise ValueError(f"Shape must be rank 0 but is rank {op.inputs[1].shape.ndims}")
        size = constant_value(op.inputs[1])
        if size is None:
            return unknown_shape(1)
        if size < 0:
            raise ValueError(f"size ({size}) must be non-negative")
        return TensorShape([int(size)])

    # On the host, because the number of bins mostly comes from the data.
    def host(arr: np.ndarray, size: np.ndarray, weights: np.ndarray) -> np.ndarray:
        if int(size) < 0:
            raise errors.InvalidArgumentError(None, None, f"size ({size}) must be non-negative")
        if np.any(arr < 0):
            raise errors.InvalidArgumentError(None, None, "Input arr must be non-negative!")
        values = arr.ravel()
        inside = values < int(size)
        bins = np.zeros(int(size), weights.dtype)
        np.add.at(bins, values[inside], weights.ravel()[inside] if weights.size else 1)
        return bins


def bincount(
    arr: Any,
    weights: Any = None,
    minlength: Any = None,
    maxlength: Any = None,
    dtype: Any = dtypes.int32,
) -> Tensor:
    """How often each integer occurs.

    Args:
        arr: an ``int32`` tensor of numbers not below 0.
        weights: a tensor of the same shape: what each number counts; 1 by default.
        minlength: the least number of bins.
        maxlength: the largest number of bins; numbers that have none aren't counted.
        dtype: the type of the result when there are no weights.

    Returns:
        A vector whose element i counts the number i; by default as long as the largest number
        makes it.
    """
    from penstock.ops.arrays import shape
    from penstock.ops.casts import cast
    from penstock.ops.constants import constant
    from penstock.ops.math_binary import maximum, minimum
    from penstock.ops.reductions import reduce_max, reduce_prod
    from penstock.ops.segments import unsorted_segment_sum

    with name_scope("bincount"):
        arr = convert_to_tensor(arr, name="arr", dtype=dtypes.int32)
        not_empty = reduce_prod(shape(arr)) > 0
        size = cast(not_empty, dtypes.int32) * (reduce_max(arr) + 1)
        if minlength is not None:
            size = maximum(convert_to_tensor(minlength, name="minlength", dtype=dtypes.int32), size)
        if maxlength is not None:
            size = minimum(convert_to_tensor(maxlength, name="maxlength", dtype=dtypes.int32), size)
        if weights is not None:
            weights = convert_to_tensor(weights, name="weights")
            return unsorted_segment_sum(weights, arr, size)
        return apply("Bincount", arr, size, constant([], dtype))


@operation("HistogramFixedWidth", inputs="values: T, value_range: T, nbins: int32",
           outputs="out: dtype",
           attrs="T: {int32, int64, float, double}; dtype: indextype = int32")  # fmt: skip
class HistogramFixedWidth:
    static = "nbins"

    def shape(op: Any) -> TensorShape:
        if op.inputs[1].shape.sizes not in (None, (2,), (None,)):
            raise ValueError(f"Dimension must be 2 but is {op.inputs[1].shape}")
        count = constant_value(op.inputs[2])
        if count is None:
            return unknown_shape(1)
        if count <= 0:
            raise ValueError("Requires nbins > 0.")
        return TensorShape([int(count)])

    def lower(values: Any, value_range: Any, nbins: np.ndarray, *, dtype: Any, run: Any) -> Any:
        count = int(nbins)
        values, limits = jnp.asarray(values), jnp.asarray(value_range)
        run.check(
            limits[0] < limits[1],
            "value_range should satisfy value_range[0] < value_range[1], but got '[{0}]'",
            limits,
        )
        width = (limits[1] - limits[0]).astype(np.float64) / count
        above = (jnp.maximum(values, limits[0]) - limits[0]).astype(np.float64)
        places = jnp.clip(above / width, 0, count - 1).astype(np.int32)
        return jnp.zeros(count, dtype).at[places.ravel()].add(1)


def histogram_fixed_width(
    values: Any, value_range: Any, nbins: Any = 100, dtype: Any = dtypes.int32,
    name: str | None = None,
) -> Tensor:  # fmt: skip
    """How many values fall into each of ``nbins`` bins of one width.

    Args:
        values: a tensor of numbers.
        value_range: ``[lowest, highest]`` of the same type; values outside count in the first or
            the last bin.
        nbins: the number of bins.
        dtype: ``tf.int32`` or ``tf.int64``.
        name: the operation's name.

    Returns:
        A vector ``[nbins]``.
    """
    with name_scope(name, "histogram_fixed_width", [values, value_range, nbins]) as scope:
        return apply("HistogramFixedWidth", values, value_range, nbins, dtype=dtype, name=scope)


def histogram_fixed_width_bins(
    values: Any, value_range: Any, nbins: Any = 100, dtype: Any = dtypes.int32,
    name: str | None = None,
) -> Tensor:  # fmt: skip
    """The bin, of ``nbins`` bins of one width, that each value falls into.

    Args:
        values: a floating tensor.
        value_range: ``[lowest, highest]`` of the same type; values outside go into the first or
            the last bin.
        nbins: the number of bins.
        dtype: ``tf.int32`` or ``tf.int64``.
        name: the name of the scope.

    Returns:
        A tensor of the shape of ``values``.
    """
    from penstock.ops.arrays import reshape, shape
    from penstock.ops.casts import cast
    from penstock.ops.clipping import clip_by_value
    from penstock.ops.math_binary import truediv

    with name_scope(name, "histogram_fixed_width_bins", [values, value_range, nbins]):
        values = convert_to_tensor(values, name="values")
        full_shape = shape(values)
        values = reshape(values, [-1])
        limits = convert_to_tensor(value_range, name="value_range")
        count = cast(convert_to_tensor(nbins, dtype=dtypes.int32, name="nbins"), values.dtype)
        scaled = truediv(values - limits[0], limits[1] - limits[0], name="scaled_values")
        places = apply("Floor", count * scaled, name="indices")
        places = cast(clip_by_value(places, 0, count - 1), dtypes.int32)
        return reshape(places, full_shape)
