"""Parting and uniting by value: ``unique``, ``setdiff1d``, ``dynamic_partition`` and so on.

The shapes of their results depend on data, so most run on the host.
"""

from __future__ import annotations

import collections
from typing import Any

import jax.numpy as jnp
import numpy as np

from penstock.graph import dtypes
from penstock.graph.build import apply
from penstock.graph.composite import IndexedSlices
from penstock.graph.operation import PADDED as PADDED
from penstock.graph.registry import operation
from penstock.graph.shapes import TensorShape, unknown_shape
from penstock.graph.static_values import constant_value
from penstock.graph.tensor import Tensor
from penstock.ops.arrays import reshape, shape
from penstock.ops.messages import invalid


# -- unique ------------------------------------------------------------------------------------
def _first_seen(x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The distinct rows of ``x`` in the order they come: first places, index of each, counts."""
    if x.dtype.kind == "O" or x.ndim > 1:
        seen: dict[Any, int] = {}
        index = np.empty(len(x), np.int64)
        for i, row in enumerate(x):
            key = row if x.ndim == 1 else row.tobytes() if x.dtype.kind != "O" else tuple(row.flat)
            index[i] = seen.setdefault(key, len(seen))
        first = np.full(len(seen), len(x), np.int64)
        np.minimum.at(first, index, np.arange(len(x)))
    else:
        _, places, inverse = np.unique(x, return_index=True, return_inverse=True)
        order = np.argsort(places, kind="stable")
        first = places[order]
        rank = np.empty_like(order)
        rank[order] = np.arange(len(order))
        index = rank[inverse.reshape(-1)]
    return first, index, np.bincount(index, minlength=len(first))


def _unique(x: np.ndarray, axis: int, kind: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    moved = np.moveaxis(x, axis, 0)
    first, index, counts = _first_seen(np.ascontiguousarray(moved) if x.ndim > 1 else moved)
    found = np.moveaxis(moved[first], 0, axis)
    return np.asarray(found, x.dtype), index.astype(kind), counts.astype(kind)


def _check_vector(x: np.ndarray, what: str = "unique") -> None:
    if x.ndim != 1:
        raise invalid(f"{what} expects a 1D vector.")


def _vector_or_unknown(shape: TensorShape) -> TensorShape:
    return shape if shape.sizes is None else shape.with_rank(1)


def _unique_shape(op: Any) -> list[TensorShape]:
    shapes = [TensorShape([None]), _vector_or_unknown(op.inputs[0].shape)]
    return shapes if len(op.outputs) == 2 else [*shapes, TensorShape([None])]


def _unique_axis_shape(op: Any) -> list[TensorShape]:
    source, axis = op.inputs[0].shape, constant_value(op.inputs[1])
    found, index = unknown_shape(), TensorShape([None])
    if axis is not None and source.sizes is not None:
        place = int(axis[0]) if axis.size else 0
        sizes = list(source.sizes)
        if sizes:
            index = TensorShape([sizes[place]])
            sizes[place] = None
        found = TensorShape(sizes)
    return [found, index] if len(op.outputs) == 2 else [found, index, TensorShape([None])]


_UNIQUE = "T: type; out_idx: indextype = int32"
_UNIQUE_AXIS = "T: type; Taxis: indextype = int64; out_idx: indextype = int32"


@operation("Unique", inputs="x: T", outputs="y: T, idx: out_idx", attrs=_UNIQUE)
class Unique:
    shape = _unique_shape

    def host(x: np.ndarray, *, out_idx: Any) -> Any:
        _check_vector(x)
        return _unique(x, 0, out_idx)[:2]

    fold = host

    def lower(x: Any, *, out_idx: Any) -> Any:
        """Used for operations marked with ``PADDED`` only: see there."""
        if not x.shape[0]:
            return x, jnp.zeros([0], out_idx)
        none = np.iinfo(x.dtype).max
        y, idx = jnp.unique(x, return_inverse=True, size=x.shape[0], fill_value=none)
        return y, idx.reshape(-1).astype(out_idx)


# An attribute that an optimizer sets on a ``Unique`` of its own: whoever takes the distinct
# indices ignores the largest integer, so the result may be filled up with it to the length of the
# input. Then its shape doesn't depend on data and it can be compiled. (Not part of a ``GraphDef``.)
_SCATTERING = ("Scatter", "ResourceScatter", "SparseApply", "ResourceSparseApply")


def may_be_padded(op: Any) -> bool:
    """Whether nobody would see that the result of a ``Unique`` is filled up.

    Either who made it says so, or, in graphs that were read from files, it looks like what
    optimizers make: distinct indices that only choose the slices that an update is for.
    """
    if PADDED in op._attributes:
        return True
    distinct, positions = op.outputs
    if not positions.consumers() or not distinct.consumers():
        return False
    if any(each.type != "UnsortedSegmentSum" for each in positions.consumers()):
        return False
    sums = set(positions.consumers())
    for consumer in distinct.consumers():
        if consumer.type == "Shape":
            for slice_ in consumer.outputs[0].consumers():
                if slice_.type != "StridedSlice" or not set(slice_.outputs[0].consumers()) <= sums:
                    return False
        elif not consumer.type.startswith(_SCATTERING) or "Nd" in consumer.type:
            return False
    return True


@operation(
    "UniqueWithCounts",
    inputs="x: T",
    outputs="y: T, idx: out_idx, count: out_idx",
    attrs=_UNIQUE,
)
class UniqueWithCounts:
    shape = _unique_shape

    def host(x: np.ndarray, *, out_idx: Any) -> Any:
        _check_vector(x)
        return _unique(x, 0, out_idx)

    fold = host


@operation("UniqueV2", inputs="x: T, axis: Taxis", outputs="y: T, idx: out_idx", attrs=_UNIQUE_AXIS)
class UniqueV2:
    shape = _unique_axis_shape

    def host(x: np.ndarray, axis: np.ndarray, *, out_idx: Any) -> Any:
        if not axis.size:
            _check_vector(x)
        return _unique(x, int(axis[0]) if axis.size else 0, out_idx)[:2]

    fold = host


@operation(
    "UniqueWithCountsV2",
    inputs="x: T, axis: Taxis",
    outputs="y: T, idx: out_idx, count: out_idx",
    attrs=_UNIQUE_AXIS,
)
class UniqueWithCountsV2:
    shape = _unique_axis_shape

    def host(x: np.ndarray, axis: np.ndarray, *, out_idx: Any) -> Any:
        if not axis.size:
            _check_vector(x)
        return _unique(x, int(axis[0]) if axis.size else 0, out_idx)

    fold = host


UniqueOutput = collections.namedtuple("Unique", ["y", "idx"])
UniqueWithCountsOutput = collections.namedtuple("UniqueWithCounts", ["y", "idx", "count"])
ListDiffOutput = collections.namedtuple("ListDiff", ["out", "idx"])


def unique(x: Any, out_idx: Any = dtypes.int32, name: str | None = None) -> Any:
    """The distinct elements of a vector, in the order they come.

    Args:
        x: a vector.
        out_idx: the type of ``idx``.
        name: the operation's name.

    Returns:
        ``(y, idx)`` with ``y[idx[i]] == x[i]``.
    """
    return UniqueOutput(*apply("Unique", x, name=name, out_idx=out_idx))


def unique_with_counts(x: Any, out_idx: Any = dtypes.int32, name: str | None = None) -> Any:
    """The distinct elements of a vector, by their first places, and how often each comes.

    Args:
        x: a vector.
        out_idx: ``int32`` or ``int64``, the type of the numbers.
        name: the operation's name.

    Returns:
        ``(y, idx, count)``: the elements, the place in ``y`` of each element of ``x``, the counts.
    """
    return UniqueWithCountsOutput(*apply("UniqueWithCounts", x, name=name, out_idx=out_idx))


@operation(
    "ListDiff",
    inputs="x: T, y: T",
    outputs="out: T, idx: out_idx",
    attrs="T: type; out_idx: indextype = int32",
)
class ListDiff:
    def shape(op: Any) -> Any:  # noqa: N805
        for each in op.inputs:
            each.shape.with_rank(1)
        return [TensorShape([None]), TensorShape([None])]

    def host(x: np.ndarray, y: np.ndarray, *, out_idx: Any) -> Any:
        for name, value in (("x", x), ("y", y)):
            if value.ndim != 1:
                raise invalid(f"{name} should be a 1D vector.")
        unwanted = set(y.tolist())
        kept = np.array([i for i, v in enumerate(x.tolist()) if v not in unwanted], np.int64)
        return x[kept], kept.astype(out_idx)

    fold = host


def setdiff1d(x: Any, y: Any, index_dtype: Any = dtypes.int32, name: str | None = None) -> Any:
    """The elements of ``x`` that aren't in ``y``, and their places.

    Args:
        x: a vector.
        y: a vector of the same type.
        index_dtype: the type of the places.
        name: the operation's name.

    Returns:
        ``(out, idx)`` with ``out[i] == x[idx[i]]``.
    """
    return ListDiffOutput(*apply("ListDiff", x, y, name=name, out_idx=index_dtype))


def listdiff(x: Any, y: Any, out_idx: Any = None, name: str | None = None) -> Any:
    """The old name of ``setdiff1d``."""
    return ListDiffOutput(*apply("ListDiff", x, y, name=name, out_idx=out_idx))


# -- searchsorted ------------------------------------------------------------------------------
def _bound_shape(op: Any) -> TensorShape:
    return op.inputs[1].shape.with_rank(2)


def _bounds(sorted_inputs: Any, values: Any, kind: Any, side: str) -> Any:
    module = np if isinstance(values, np.ndarray) and isinstance(sorted_inputs, np.ndarray) else jnp
    rows = [
        module.searchsorted(row, wanted, side)
        for row, wanted in zip(sorted_inputs, values, strict=True)
    ]
    if not rows:
        return np.zeros(values.shape, kind)
    return module.stack(rows).astype(kind)


@operation(
    "LowerBound",
    inputs="sorted_inputs: T, values: T",
    outputs="output: out_type",
    attrs="T: type; out_type: indextype = int32",
)
class LowerBound:
    shape = _bound_shape

    def lower(sorted_inputs: Any, values: Any, *, out_type: Any) -> Any:
        return _bounds(sorted_inputs, values, out_type, "left")

    host = lower


@operation(
    "UpperBound",
    inputs="sorted_inputs: T, values: T",
    outputs="output: out_type",
    attrs="T: type; out_type: indextype = int32",
)
class UpperBound:
    shape = _bound_shape

    def lower(sorted_inputs: Any, values: Any, *, out_type: Any) -> Any:
        return _bounds(sorted_inputs, values, out_type, "right")

    host = lower


def searchsorted(
    sorted_sequence: Any,
    values: Any,
    side: str = "left",
    out_type: Any = dtypes.int32,
    name: str | None = None,
) -> Tensor:
    """Where ``values`` would go to keep sorted rows sorted.

    Args:
        sorted_sequence: a tensor whose rows (last dimension) are sorted.
        values: a tensor with the same outer dimensions.
        side: ``"left"``: before equal elements; ``"right"``: after them.
        out_type: ``tf.int32`` or ``tf.int64``.
        name: the operation's name.

    Raises:
        ValueError: for another ``side``.
    """
    from penstock.ops.arrays import shape_internal

    length: Any = shape_internal(sorted_sequence)
    length = length[-1]
    count: Any = shape_internal(values)
    count = count[-1]
    rows = reshape(sorted_sequence, [-1, length])
    wanted = reshape(values, [-1, count])
    if side not in ("left", "right"):
        raise ValueError(f"side must be either 'right' or 'left'.  Saw: {side}.")
    kind = "UpperBound" if side == "right" else "LowerBound"
    found = apply(kind, rows, wanted, name=name, out_type=out_type)
    return reshape(found, shape_internal(values))


# -- dynamic_partition and dynamic_stitch ------------------------------------------------------
@operation(
    "DynamicPartition",
    inputs="data: T, partitions: int32",
    outputs="outputs: num_partitions * T",
    attrs="num_partitions: int >= 1; T: type",
)
class DynamicPartition:
    def shape(op: Any) -> Any:  # noqa: N805
        data, partitions = op.inputs[0].shape, op.inputs[1].shape
        if data.sizes is None or partitions.sizes is None:
            return [unknown_shape() for _ in op.outputs]
        count = len(partitions.sizes)
        if len(data.sizes) < count:
            raise ValueError(f"Shape must be at least rank {count} but is rank {len(data.sizes)}")
        for a, b in zip(data.sizes, partitions.sizes, strict=False):
            if a is not None and b is not None and a != b:
                raise ValueError(f"Dimensions must be equal, but are {a} and {b}")
        return [TensorShape([None, *data.sizes[count:]]) for _ in op.outputs]

    def host(data: np.ndarray, partitions: np.ndarray, *, num_partitions: int) -> Any:
        if data.shape[: partitions.ndim] != partitions.shape:
            raise invalid(
                "data.shape must start with partitions.shape, got data.shape = "
                f"{list(data.shape)}, partitions.shape = {list(partitions.shape)}"
            )
        bad = np.argwhere((partitions < 0) | (partitions >= num_partitions))
        if len(bad):
            at = tuple(bad[0])
            raise invalid(
                f"partitions[{','.join(map(str, at))}] = {partitions[at]} is not in [0, "
                f"{num_partitions})"
            )
        parts = tuple(np.asarray(data[partitions == i], data.dtype) for i in range(num_partitions))
        return parts if num_partitions != 1 else parts[0]

    fold = host

    def gradient(op: Any, *dys: Any) -> list[Any]:  # noqa: N805
        from penstock.ops.reductions import reduce_prod

        data, partitions = op.inputs
        prefix = shape(partitions)
        places = reshape(apply("Range", 0, reduce_prod(prefix), 1, name="range"), prefix)
        parted = dynamic_partition(places, partitions, op.attr("num_partitions"))
        found = dynamic_stitch(parted, list(dys))
        return [reshape(found, shape(data)), None]


def dynamic_partition(
    data: Any, partitions: Any, num_partitions: int, name: str | None = None
) -> list[Tensor]:
    """Deals the rows of ``data`` out to ``num_partitions`` tensors.

    Args:
        data: a tensor.
        partitions: an ``int32`` tensor, whose shape ``data``'s starts with: where each row goes.
        num_partitions: how many tensors there are.
        name: the operation's name.
    """
    return apply("DynamicPartition", data, partitions, name=name, num_partitions=num_partitions)


def _stitched_shape(op: Any) -> TensorShape:
    count = op.attr("N")
    rest: TensorShape = unknown_shape()
    largest: int | None = -1
    for indices, data in zip(op.inputs[:count], op.inputs[count:], strict=True):
        known = constant_value(indices)
        if known is None:
            largest = None
        elif largest is not None and known.size:
            largest = max(largest, int(known.max()))
        if indices.shape.ndims is not None and data.shape.sizes is not None:
            tail = TensorShape(data.shape.sizes[indices.shape.ndims :])
            rest = rest.merge_with(tail)
    return TensorShape([None if largest is None else largest + 1]).concatenate(rest)


def _stitched(indices: list[Any], data: list[Any], module: Any) -> Any:
    rows = 0
    for i, (index, values) in enumerate(zip(indices, data, strict=True)):
        if values.shape[: index.ndim] != index.shape:
            raise invalid(
                f"data[{i}].shape = {list(values.shape)} does not start with indices[{i}].shape = "
                f"{list(index.shape)}"
            )
        if index.size:
            rows = max(rows, int(index.max()) + 1)
            if int(index.min()) < 0:
                raise invalid(f"indices[{i}] is out of range: {int(index.min())}")
    tail = data[0].shape[indices[0].ndim :]
    if module is np:
        empty = b"" if data[0].dtype.kind == "O" else 0
        merged = np.full((rows, *tail), empty, data[0].dtype)
        for index, values in zip(indices, data, strict=True):
            merged[index.reshape(-1)] = values.reshape(-1, *tail)
        return merged
    flat_index = np.concatenate([index.reshape(-1) for index in indices])
    flat = jnp.concatenate([jnp.asarray(values).reshape(-1, *tail) for values in data])
    # Where an index repeats, the last row wins; a scatter wouldn't promise that.
    last = np.full(rows, -1, np.int64)
    last[flat_index] = np.arange(len(flat_index))
    rows_found = jnp.take(flat, np.maximum(last, 0), axis=0) if len(flat_index) else flat
    filled = (last >= 0).reshape((-1,) + (1,) * len(tail))
    return jnp.where(filled, rows_found, jnp.zeros((), flat.dtype))


def _stitch_gradient(op: Any, dy: Any) -> list[Any]:
    from penstock.ops.gathers import gather

    count = op.attr("N")
    if isinstance(dy, IndexedSlices):
        rows: Any = shape(op.outputs[0])
        dy = apply("UnsortedSegmentSum", dy.values, dy.indices, rows[0])
    return [None] * count + [gather(dy, indices) for indices in op.inputs[:count]]


def _define_stitch(name: str) -> None:
    @operation(
        name,
        inputs="indices: N * int32, data: N * T",
        outputs="merged: T",
        attrs="N: int >= 1; T: type",
    )
    class Stitch:
        shape = _stitched_shape
        static = "indices"
        gradient = _stitch_gradient

        def lower(indices: list[Any], data: list[Any]) -> Any:
            return _stitched(indices, data, jnp)

        def host(indices: list[Any], data: list[Any]) -> Any:
            return _stitched(indices, data, np)

        fold = host


_define_stitch("DynamicStitch")
_define_stitch("ParallelDynamicStitch")


def dynamic_stitch(indices: Any, data: Any, name: str | None = None) -> Tensor:
    """One tensor from several: row ``indices[m][i]`` is ``data[m][i]``.

    Args:
        indices: a list of ``int32`` tensors.
        data: a list of tensors, the shape of each starting with that of its indices.
        name: the operation's name.

    Where an index repeats, the last one counts.
    """
    return apply("DynamicStitch", indices, data, name=name)


def parallel_dynamic_stitch(indices: Any, data: Any, name: str | None = None) -> Tensor:
    """``dynamic_stitch`` for indices that don't repeat."""
    return apply("ParallelDynamicStitch", indices, data, name=name)
