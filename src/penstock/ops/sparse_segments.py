"""Reductions over segments of *chosen* rows: ``segment_sum(gather(data, indices), ids)`` in one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np

from penstock.graph import errors
from penstock.graph.build import apply
from penstock.graph.registry import operation
from penstock.graph.shapes import TensorShape, unknown_shape
from penstock.graph.static_values import constant_value
from penstock.graph.tensor import Tensor


def _divisors(counts: Any, kind: str, dtype: Any) -> Any:
    """What the sum of a segment with so many rows is divided by."""
    counts = counts.astype(dtype)
    return counts if kind == "mean" else counts**0.5


def _host(kind: str) -> Callable[..., np.ndarray]:
    """The kernel without a number of segments: the last id tells it."""

    def host(data: np.ndarray, indices: np.ndarray, segment_ids: np.ndarray) -> np.ndarray:
        count = int(segment_ids[-1]) + 1 if segment_ids.size else 0
        _check(data, indices, segment_ids, count)
        result = np.zeros((count, *data.shape[1:]), data.dtype)
        np.add.at(result, segment_ids, data[indices])
        if kind == "sum":
            return result
        counts = np.maximum(np.bincount(segment_ids, minlength=count), 1)
        divisors = _divisors(counts, kind, data.dtype)
        return result / divisors.reshape(-1, *[1] * (data.ndim - 1))

    return host


def _check(data: np.ndarray, indices: np.ndarray, ids: np.ndarray, count: int) -> None:
    if indices.shape != ids.shape or ids.ndim != 1:
        raise errors.InvalidArgumentError(
            None, None, "segment_ids and indices should have same size."
        )
    bad = np.flatnonzero((indices < 0) | (indices >= data.shape[0]))
    if bad.size:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"Bad: indices[{bad[0]}] == {indices[bad[0]]} out of range [0, {data.shape[0]})",
        )
    if np.any(np.diff(ids) < 0):
        raise errors.InvalidArgumentError(None, None, "segment ids are not increasing")
    if ids.size and (ids[0] < 0 or ids[-1] >= count):
        raise errors.InvalidArgumentError(
            None,
            None,
            f"Segment id {ids[0] if ids[0] < 0 else ids[-1]} out of range [0, {count}), possibly "
            "because 'segment_ids' input is not sorted.",
        )


def _lower(kind: str) -> Callable[..., Any]:
    """The kernel that is told the number of segments."""

    def lower(
        data: Any, indices: Any, segment_ids: Any, num_segments: np.ndarray, *, run: Any
    ) -> Any:
        count = int(num_segments)
        data, ids = jnp.asarray(data), jnp.asarray(segment_ids)
        indices = jnp.asarray(indices)
        run.check(
            jnp.all((indices >= 0) & (indices < data.shape[0])),
            f"Bad: an index in indices is out of range [0, {data.shape[0]})",
        )
        run.check(
            jnp.all((ids >= 0) & (ids < count)) & jnp.all(jnp.diff(ids) >= 0),
            f"Segment id out of range [0, {count}), possibly because 'segment_ids' input is not "
            "sorted.",
        )
        result = jnp.zeros((count, *data.shape[1:]), data.dtype).at[ids].add(data[indices])
        if kind == "sum":
            return result
        counts = jnp.maximum(jnp.zeros(count, np.int32).at[ids].add(1), 1)
        divisors = _divisors(counts, kind, data.dtype)
        return result / divisors.reshape(-1, *[1] * (data.ndim - 1))

    return lower


def _spread(kind: str) -> Callable[..., Any]:
    """The gradient's kernel: each segment's row goes back to the rows that made it."""

    def lower(grad: Any, indices: Any, segment_ids: Any, output_dim0: np.ndarray) -> Any:
        rows, ids = jnp.asarray(grad), jnp.asarray(segment_ids)
        counts = jnp.maximum(jnp.zeros(rows.shape[0], np.int32).at[ids].add(1), 1)
        divisors = _divisors(counts, kind, rows.dtype)
        rows = rows / divisors.reshape(-1, *[1] * (rows.ndim - 1))
        result = jnp.zeros((int(output_dim0), *rows.shape[1:]), rows.dtype)
        return result.at[jnp.asarray(indices)].add(rows[ids])

    return lower


def _shape(op: Any) -> TensorShape:
    data = op.inputs[0].shape
    for each in op.inputs[1:3]:
        if each.shape.ndims not in (None, 1):
            raise ValueError(f"Shape must be rank 1 but is rank {each.shape.ndims}")
    op.inputs[1].shape.assert_is_compatible_with(op.inputs[2].shape)
    count = constant_value(op.inputs[3]) if len(op.inputs) == 4 else None
    if data.sizes is None:
        return unknown_shape()
    return TensorShape([None if count is None else int(count), *data.sizes[1:]])


def _sum_gradient(op: Any, dy: Tensor) -> list[Any]:
    from penstock.ops.arrays import shape
    from penstock.ops.segments import unsorted_segment_sum

    rows = shape(op.inputs[0])[0]
    gathered = apply("GatherV2", dy, op.inputs[2], 0)
    dx = unsorted_segment_sum(gathered, op.inputs[1], rows)
    return [dx, *[None] * (len(op.inputs) - 1)]


def _scaled_gradient(op_type: str) -> Callable[..., list[Any]]:
    def gradient(op: Any, dy: Tensor) -> list[Any]:
        from penstock.ops.arrays import shape

        rows = shape(op.inputs[0])[0]
        dx = apply(op_type, dy, op.inputs[1], op.inputs[2], rows)
        return [dx, *[None] * (len(op.inputs) - 1)]

    return gradient


_INPUTS = "data: T, indices: Tidx, segment_ids: int32"
_COUNTED = _INPUTS + ", num_segments: Tnumsegments"
_GRAD_INPUTS = "grad: T, indices: Tidx, segment_ids: int32, output_dim0: int32"
_REAL = "T: realnumbertype; Tidx: indextype = int32"
_FLOAT = "T: {float, double}; Tidx: indextype = int32"
_COUNT = "; Tnumsegments: indextype = int32"


@operation("SparseSegmentSum", inputs=_INPUTS, outputs="output: T", attrs=_REAL)
class SparseSegmentSum:
    shape = _shape
    host = _host("sum")
    gradient = _sum_gradient


@operation("SparseSegmentSumWithNumSegments", inputs=_COUNTED, outputs="output: T",
           attrs=_REAL + _COUNT)  # fmt: skip
class SparseSegmentSumWithNumSegments:
    shape = _shape
    static = "num_segments"
    lower = _lower("sum")
    gradient = _sum_gradient


@operation("SparseSegmentMean", inputs=_INPUTS, outputs="output: T", attrs=_FLOAT)
class SparseSegmentMean:
    shape = _shape
    host = _host("mean")
    gradient = _scaled_gradient("SparseSegmentMeanGrad")


@operation("SparseSegmentMeanWithNumSegments", inputs=_COUNTED, outputs="output: T",
           attrs=_FLOAT + _COUNT)  # fmt: skip
class SparseSegmentMeanWithNumSegments:
    shape = _shape
    static = "num_segments"
    lower = _lower("mean")
    gradient = _scaled_gradient("SparseSegmentMeanGrad")


@operation("SparseSegmentMeanGrad", inputs=_GRAD_INPUTS, outputs="output: T", attrs=_FLOAT)
class SparseSegmentMeanGrad:
    shape = _shape
    static = "output_dim0"
    lower = _spread("mean")


@operation("SparseSegmentSqrtN", inputs=_INPUTS, outputs="output: T", attrs=_FLOAT)
class SparseSegmentSqrtN:
    shape = _shape
    host = _host("sqrtn")
    gradient = _scaled_gradient("SparseSegmentSqrtNGrad")


@operation("SparseSegmentSqrtNWithNumSegments", inputs=_COUNTED, outputs="output: T",
           attrs=_FLOAT + _COUNT)  # fmt: skip
class SparseSegmentSqrtNWithNumSegments:
    shape = _shape
    static = "num_segments"
    lower = _lower("sqrtn")
    gradient = _scaled_gradient("SparseSegmentSqrtNGrad")


@operation("SparseSegmentSqrtNGrad", inputs=_GRAD_INPUTS, outputs="output: T", attrs=_FLOAT)
class SparseSegmentSqrtNGrad:
    shape = _shape
    static = "output_dim0"
    lower = _spread("sqrtn")


def _sparse_segment(op_type: str, data: Any, indices: Any, segment_ids: Any, name: str | None,
                    num_segments: Any) -> Tensor:  # fmt: skip
    if num_segments is None:
        return apply(op_type, data, indices, segment_ids, name=name)
    return apply(op_type + "WithNumSegments", data, indices, segment_ids, num_segments, name=name)


def sparse_segment_sum(
    data: Any,
    indices: Any,
    segment_ids: Any,
    name: str | None = None,
    num_segments: Any = None,
) -> Tensor:
    """The sum of the chosen rows that share an id; 0 for an id that is missing.

    Args:
        data: ``[n, ...]``, of a real type.
        indices: ``[k]``, the rows chosen.
        segment_ids: ``[k]``, sorted ``int32`` ids from 0.
        name: the operation's name.
        num_segments: how many results there are; left out, one more than the last id.

    Returns:
        ``[num_segments, ...]``.
    """
    return _sparse_segment("SparseSegmentSum", data, indices, segment_ids, name, num_segments)


def sparse_segment_mean(
    data: Any,
    indices: Any,
    segment_ids: Any,
    name: str | None = None,
    num_segments: Any = None,
) -> Tensor:
    """The mean of the chosen rows that share an id; 0 for an id that is missing.

    Args:
        data: ``[n, ...]``, ``float32`` or ``float64``.
        indices: ``[k]``, the rows chosen.
        segment_ids: ``[k]``, sorted ``int32`` ids from 0.
        name: the operation's name.
        num_segments: how many results there are; left out, one more than the last id.

    Returns:
        ``[num_segments, ...]``.
    """
    return _sparse_segment("SparseSegmentMean", data, indices, segment_ids, name, num_segments)


def sparse_segment_sqrt_n(
    data: Any,
    indices: Any,
    segment_ids: Any,
    name: str | None = None,
    num_segments: Any = None,
) -> Tensor:
    """The sum of the chosen rows that share an id, divided by the square root of their number.

    Args:
        data: ``[n, ...]``, ``float32`` or ``float64``.
        indices: ``[k]``, the rows chosen.
        segment_ids: ``[k]``, sorted ``int32`` ids from 0.
        name: the operation's name.
        num_segments: how many results there are; left out, one more than the last id.

    Returns:
        ``[num_segments, ...]``.
    """
    return _sparse_segment("SparseSegmentSqrtN", data, indices, segment_ids, name, num_segments)
