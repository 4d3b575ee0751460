"""Reductions over segments: rows of a tensor that share an id.

``segment_*`` wants sorted ids and has as many results as the last id says, so it runs on the
host; ``unsorted_segment_*`` is told their number and is compiled.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np

from penstock.graph import dtypes
from penstock.graph.build import apply
from penstock.graph.convert import convert_to_tensor
from penstock.graph.registry import operation
from penstock.graph.scopes import name_scope
from penstock.graph.shapes import TensorShape, unknown_shape
from penstock.graph.static_values import constant_value
from penstock.graph.tensor import Tensor
from penstock.ops.messages import invalid


# -- sorted segments ------------------------------------------------------------------------------
def _segment_shape(op: Any) -> TensorShape:
    data, ids = op.inputs[0].shape, op.inputs[1].shape
    if ids.sizes is not None and len(ids.sizes) != 1:
        raise ValueError(f"Shape must be rank 1 but is rank {len(ids.sizes)}")
    if data.sizes is None:
        return unknown_shape()
    if not data.sizes:
        raise ValueError("Shape must be at least rank 1 but is rank 0")
    return TensorShape([None, *data.sizes[1:]])


def _reduce_sorted(function: Any, empty: Any) -> Callable[..., np.ndarray]:
    """A host kernel that reduces each run of equal ids with a NumPy function."""

    def host(data: np.ndarray, segment_ids: np.ndarray) -> np.ndarray:
        ids = segment_ids
        if ids.ndim != 1 or data.ndim < 1 or data.shape[0] != ids.size:
            raise invalid("segment_ids should be the same size as dimension 0 of input.")
        if not ids.size:
            return np.zeros((0, *data.shape[1:]), data.dtype)
        if ids[0] < 0:
            raise invalid("segment ids must be >= 0")
        steps = np.diff(ids)
        if np.any(steps < 0):
            raise invalid("segment ids are not increasing")
        starts = np.concatenate([[0], np.flatnonzero(steps) + 1])
        result = np.full((int(ids[-1]) + 1, *data.shape[1:]), empty, data.dtype)
        result[ids[starts]] = function(data, starts)
        return result

    return host


def _means(data: np.ndarray, starts: np.ndarray) -> np.ndarray:
    totals = np.add.reduceat(data, starts, axis=0)
    counts = np.diff(np.append(starts, data.shape[0]))
    counts = counts.reshape(-1, *[1] * (data.ndim - 1))
    if np.issubdtype(data.dtype, np.integer):
        return np.sign(totals) * (np.abs(totals) // counts)
    return totals / counts.astype(data.dtype)


def _extreme_gradient(op: Any, dy: Tensor) -> list[Any]:
    """Equal extremes share the gradient."""
    from penstock.ops.arrays import zeros_like
    from penstock.ops.casts import cast
    from penstock.ops.math_binary import divide, equal

    data, ids = op.inputs
    zeros = zeros_like(data)
    chosen = equal(data, apply("GatherV2", op.outputs[0], ids, 0))
    counts = segment_sum(cast(chosen, dy.dtype), ids)
    shared = apply("GatherV2", divide(dy, counts), ids, 0)
    return [apply("Select", chosen, shared, zeros), None]


_NUMBERS = "T: numbertype; Tindices: indextype"
_REALS = "T: realnumbertype; Tindices: indextype"
_INPUTS = "data: T, segment_ids: Tindices"


@operation("SegmentSum", inputs=_INPUTS, outputs="output: T", attrs=_NUMBERS)
class SegmentSum:
    shape = _segment_shape
    host = _reduce_sorted(lambda data, starts: np.add.reduceat(data, starts, axis=0), 0)

    def gradient(op: Any, dy: Tensor) -> list[Any]:
        return [apply("GatherV2", dy, op.inputs[1], 0), None]


@operation("SegmentMean", inputs=_INPUTS, outputs="output: T", attrs=_NUMBERS)
class SegmentMean:
    shape = _segment_shape
    host = _reduce_sorted(_means, 0)

    def gradient(op: Any, dy: Tensor) -> list[Any]:
        from penstock.ops.arrays import expand_dims, fill, rank, shape
        from penstock.ops.constants import constant
        from penstock.ops.math_binary import divide
        from penstock.ops.slices import concat

        data, ids = op.inputs
        rank_ = rank(data)
        ones_shape = concat([shape(ids), fill(expand_dims(rank_ - 1, 0), 1)], 0)
        ones = fill(ones_shape, constant(1, dtype=dy.dtype))
        scaled = divide(dy, segment_sum(ones, ids))
        return [apply("GatherV2", scaled, ids, 0), None]


@operation("SegmentProd", inputs=_INPUTS, outputs="output: T", attrs=_NUMBERS)
class SegmentProd:
    shape = _segment_shape
    host = _reduce_sorted(lambda data, starts: np.multiply.reduceat(data, starts, axis=0), 1)


@operation("SegmentMax", inputs=_INPUTS, outputs="output: T", attrs=_REALS)
class SegmentMax:
    shape = _segment_shape
    host = _reduce_sorted(lambda data, starts: np.maximum.reduceat(data, starts, axis=0), 0)
    gradient = _extreme_gradient


@operation("SegmentMin", inputs=_INPUTS, outputs="output: T", attrs=_REALS)
class SegmentMin:
    shape = _segment_shape
    host = _reduce_sorted(lambda data, starts: np.minimum.reduceat(data, starts, axis=0), 0)
    gradient = _extreme_gradient


def segment_sum(data: Any, segment_ids: Any, name: str | None = None) -> Tensor:
    """The sum of the rows that share an id; 0 for an id that is missing.

    Args:
        data: ``[n, ...]``, of a number type.
        segment_ids: ``[n]``, sorted integers from 0.
        name: the operation's name.

    Returns:
        ``[last id + 1, ...]``.
    """
    return apply("SegmentSum", data, segment_ids, name=name)


def segment_mean(data: Any, segment_ids: Any, name: str | None = None) -> Tensor:
    """The mean of the rows that share an id; 0 for an id that is missing.

    Args:
        data: ``[n, ...]``, of a number type.
        segment_ids: ``[n]``, sorted integers from 0.
        name: the operation's name.

    Returns:
        ``[last id + 1, ...]``.
    """
    return apply("SegmentMean", data, segment_ids, name=name)


def segment_prod(data: Any, segment_ids: Any, name: str | None = None) -> Tensor:
    """The product of the rows that share an id; 1 for an id that is missing.

    Args:
        data: ``[n, ...]``, of a number type.
        segment_ids: ``[n]``, sorted integers from 0.
        name: the operation's name.

    Returns:
        ``[last id + 1, ...]``.
    """
    return apply("SegmentProd", data, segment_ids, name=name)


def segment_max(data: Any, segment_ids: Any, name: str | None = None) -> Tensor:
    """The largest of the rows that share an id; 0 for an id that is missing.

    Args:
        data: ``[n, ...]``, of a real type.
        segment_ids: ``[n]``, sorted integers from 0.
        name: the operation's name.

    Returns:
        ``[last id + 1, ...]``.
    """
    return apply("SegmentMax", data, segment_ids, name=name)


def segment_min(data: Any, segment_ids: Any, name: str | None = None) -> Tensor:
    """The smallest of the rows that share an id; 0 for an id that is missing.

    Args:
        data: ``[n, ...]``, of a real type.
        segment_ids: ``[n]``, sorted integers from 0.
        name: the operation's name.

    Returns:
        ``[last id + 1, ...]``.
    """
    return apply("SegmentMin", data, segment_ids, name=name)


# -- unsorted segments ----------------------------------------------------------------------------
def _unsorted_shape(op: Any) -> TensorShape:
    data, ids = op.inputs[0].shape, op.inputs[1].shape
    if data.sizes is None or ids.sizes is None:
        return unknown_shape()
    prefix = len(ids.sizes)
    ids.assert_is_compatible_with(TensorShape(data.sizes[:prefix]))
    count = constant_value(op.inputs[2])
    return TensorShape([None if count is None else int(count), *data.sizes[prefix:]])


def _scatter_rows(data: Any, ids: Any, count: int, run: Any, method: str, empty: Any) -> Any:
    """Combines the rows of ``data`` into ``count`` rows; those with negative ids are left out."""
    data, ids = jnp.asarray(data), jnp.asarray(ids)
    if data.shape[: ids.ndim] != ids.shape:
        raise invalid(
            f"data.shape = {list(data.shape)} does not start with segment_ids.shape = "
            f"{list(ids.shape)}"
        )
    rest = data.shape[ids.ndim :]
    ids = ids.reshape(-1)
    run.check(jnp.all(ids < count), f"segment_ids: an id is out of range [0, {count})")
    places = jnp.where(ids < 0, count, ids)
    result = jnp.full((count, *rest), empty, data.dtype)
    return getattr(result.at[places], method)(data.reshape(-1, *rest), mode="drop")


def _lowest(dtype: Any) -> Any:
    integer = jnp.issubdtype(dtype, jnp.integer)
    return (jnp.iinfo if integer else jnp.finfo)(dtype).min


def _highest(dtype: Any) -> Any:
    integer = jnp.issubdtype(dtype, jnp.integer)
    return (jnp.iinfo if integer else jnp.finfo)(dtype).max


def _gather_kept(rows: Tensor, places: Tensor, kept: Tensor | None, ids: Any) -> Any:
    """Row ``ids[i]`` for each i, zeros where the id is negative; and where it isn't."""
    from penstock.ops.arrays import expand_dims, ones_like, zeros_like
    from penstock.ops.math_binary import greater_equal

    gathered = apply("GatherV2", rows, places, 0)
    if kept is None:
        kept = greater_equal(ids, 0)
        for _ in range(gathered.shape.ndims - kept.shape.ndims):
            kept = expand_dims(kept, -1)
        kept = kept & ones_like(gathered, dtype=dtypes.bool)
    return apply("Select", kept, gathered, zeros_like(gathered)), kept


def _places(ids: Tensor) -> Tensor:
    from penstock.ops.arrays import zeros_like
    from penstock.ops.math_binary import maximum

    return maximum(ids, zeros_like(ids))


def _unsorted_extreme_gradient(op: Any, dy: Tensor) -> list[Any]:
    from penstock.ops.arrays import zeros_like
    from penstock.ops.casts import cast
    from penstock.ops.math_binary import divide, equal, logical_and

    data, ids, count = op.inputs
    places = _places(ids)
    best, kept = _gather_kept(op.outputs[0], places, None, ids)
    chosen = logical_and(equal(data, best), kept)
    counts = unsorted_segment_sum(cast(chosen, dy.dtype), ids, count)
    shared, _ = _gather_kept(divide(dy, counts), places, kept, ids)
    return [apply("Select", chosen, shared, zeros_like(shared)), None, None]


_UNSORTED_INPUTS = "data: T, segment_ids: Tindices, num_segments: Tnumsegments"
_UNSORTED_NUMBERS = _NUMBERS + "; Tnumsegments: indextype = int32"
_UNSORTED_REALS = _REALS + "; Tnumsegments: indextype = int32"


@operation("UnsortedSegmentSum", inputs=_UNSORTED_INPUTS, outputs="output: T",
           attrs=_UNSORTED_NUMBERS)  # fmt: skip
class UnsortedSegmentSum:
    shape = _unsorted_shape
    static = "num_segments"

    def lower(data: Any, segment_ids: Any, num_segments: np.ndarray, *, run: Any) -> Any:
        return _scatter_rows(data, segment_ids, int(num_segments), run, "add", 0)

    def gradient(op: Any, dy: Tensor) -> list[Any]:
        ids = op.inputs[1]
        return [_gather_kept(dy, _places(ids), None, ids)[0], None, None]


@operation("UnsortedSegmentMax", inputs=_UNSORTED_INPUTS, outputs="output: T",
           attrs=_UNSORTED_REALS)  # fmt: skip
class UnsortedSegmentMax:
    shape = _unsorted_shape
    static = "num_segments"
    gradient = _unsorted_extreme_gradient

    def lower(data: Any, segment_ids: Any, num_segments: np.ndarray, *, run: Any) -> Any:
        empty = _lowest(data.dtype)
        return _scatter_rows(data, segment_ids, int(num_segments), run, "max", empty)


@operation("UnsortedSegmentMin", inputs=_UNSORTED_INPUTS, outputs="output: T",
           attrs=_UNSORTED_REALS)  # fmt: skip
class UnsortedSegmentMin:
    shape = _unsorted_shape
    static = "num_segments"
    gradient = _unsorted_extreme_gradient

    def lower(data: Any, segment_ids: Any, num_segments: np.ndarray, *, run: Any) -> Any:
        empty = _highest(data.dtype)
        return _scatter_rows(data, segment_ids, int(num_segments), run, "min", empty)


@operation("UnsortedSegmentProd", inputs=_UNSORTED_INPUTS, outputs="output: T",
           attrs=_UNSORTED_NUMBERS)  # fmt: skip
class UnsortedSegmentProd:
    shape = _unsorted_shape
    static = "num_segments"

    def lower(data: Any, segment_ids: Any, num_segments: np.ndarray, *, run: Any) -> Any:
        return _scatter_rows(data, segment_ids, int(num_segments), run, "multiply", 1)

    def gradient(op: Any, dy: Tensor) -> list[Any]:
        """The product of the others in the segment: with one zero in it, only that zero has a
        gradient; with more, none has."""
        from penstock.ops.arrays import ones_like, zeros_like
        from penstock.ops.casts import cast
        from penstock.ops.math_binary import equal, greater

        data, ids, count = op.inputs
        is_zero = equal(data, 0)
        zero_count = unsorted_segment_sum(cast(is_zero, dtypes.int32), ids, count)
        dy = apply("Select", greater(zero_count, 1), zeros_like(dy), dy)
        without_zeros = apply("Select", is_zero, ones_like(data), data)
        others = unsorted_segment_prod(without_zeros, ids, count)
        places = _places(ids)
        product = apply("GatherV2", op.outputs[0], places, 0)
        product_of_others = apply("GatherV2", others, places, 0)
        slope = apply("Select", is_zero, product_of_others, product / data)
        rows, _ = _gather_kept(dy, places, None, ids)
        return [rows * slope, None, None]


def unsorted_segment_sum(
    data: Any, segment_ids: Any, num_segments: Any, name: str | None = None
) -> Tensor:
    """The sum of the rows that share an id; rows with negative ids are left out.

    Args:
        data: ``[n, ...]``, of a number type.
        segment_ids: integers of a shape that ``data``'s shape starts with, below
            ``num_segments``.
        num_segments: an integer scalar.
        name: the operation's name.

    Returns:
        ``[num_segments, ...]``, 0 for an id that is missing.
    """
    return apply("UnsortedSegmentSum", data, segment_ids, num_segments, name=name)


def unsorted_segment_max(
    data: Any, segment_ids: Any, num_segments: Any, name: str | None = None
) -> Tensor:
    """The largest of the rows that share an id; rows with negative ids are left out.

    Args:
        data: ``[n, ...]``, of a real type.
        segment_ids: integers of a shape that ``data``'s shape starts with, below
            ``num_segments``.
        num_segments: an integer scalar.
        name: the operation's name.

    Returns:
        ``[num_segments, ...]``, the type's lowest number for an id that is missing.
    """
    return apply("UnsortedSegmentMax", data, segment_ids, num_segments, name=name)


def unsorted_segment_min(
    data: Any, segment_ids: Any, num_segments: Any, name: str | None = None
) -> Tensor:
    """The smallest of the rows that share an id; rows with negative ids are left out.

    Args:
        data: ``[n, ...]``, of a real type.
        segment_ids: integers of a shape that ``data``'s shape starts with, below
            ``num_segments``.
        num_segments: an integer scalar.
        name: the operation's name.

    Returns:
        ``[num_segments, ...]``, the type's highest number for an id that is missing.
    """
    return apply("UnsortedSegmentMin", data, segment_ids, num_segments, name=name)


def unsorted_segment_prod(
    data: Any, segment_ids: Any, num_segments: Any, name: str | None = None
) -> Tensor:
    """The product of the rows that share an id; rows with negative ids are left out.

    Args:
        data: ``[n, ...]``, of a number type.
        segment_ids: integers of a shape that ``data``'s shape starts with, below
            ``num_segments``.
        num_segments: an integer scalar.
        name: the operation's name.

    Returns:
        ``[num_segments, ...]``, 1 for an id that is missing.
    """
    return apply("UnsortedSegmentProd", data, segment_ids, num_segments, name=name)


def _row_counts(data: Tensor, ids: Tensor, num_segments: Any) -> Tensor:
    """How many rows each segment has (at least 1), in a shape that broadcasts to the result."""
    from penstock.ops.arrays import ones, reshape, shape
    from penstock.ops.math_binary import maximum

    each = ones(shape(ids), dtype=data.dtype)
    counts = unsorted_segment_sum(each, ids, num_segments)
    ranks: Any = data.shape.ndims, ids.shape.ndims
    trailing = ranks[0] - ranks[1]
    return maximum(reshape(counts, [num_segments] + [1] * trailing), 1)


def unsorted_segment_mean(
    data: Any, segment_ids: Any, num_segments: Any, name: str | None = None
) -> Tensor:
    """The mean of the rows that share an id; rows with negative ids are left out.

    Args:
        data: ``[n, ...]``, of a floating or complex type.
        segment_ids: integers of a shape that ``data``'s shape starts with.
        num_segments: an integer scalar.
        name: the name of the scope.

    Returns:
        ``[num_segments, ...]``, 0 for an id that is missing.
    """
    with name_scope(name, "UnsortedSegmentMean"):
        data, ids = convert_to_tensor(data), convert_to_tensor(segment_ids)
        counts = _row_counts(data, ids, num_segments)
        return unsorted_segment_sum(data, ids, num_segments) / counts


def unsorted_segment_sqrt_n(
    data: Any, segment_ids: Any, num_segments: Any, name: str | None = None
) -> Tensor:
    """The sum of the rows that share an id, divided by the square root of their number.

    Args:
        data: ``[n, ...]``, of a floating or complex type.
        segment_ids: integers of a shape that ``data``'s shape starts with.
        num_segments: an integer scalar.
        name: the name of the scope.

    Returns:
        ``[num_segments, ...]``, 0 for an id that is missing.
    """
    with name_scope(name, "UnsortedSegmentSqrtN"):
        data, ids = convert_to_tensor(data), convert_to_tensor(segment_ids)
        counts = _row_counts(data, ids, num_segments)
        return unsorted_segment_sum(data, ids, num_segments) / apply("Sqrt", counts)
