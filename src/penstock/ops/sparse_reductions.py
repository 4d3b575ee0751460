"""Reductions of sparse tensors, to dense and to sparse results."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from penstock.graph import dtypes
from penstock.graph.build import apply
from penstock.graph.composite import SparseTensor
from penstock.graph.convert import convert_to_tensor
from penstock.graph.registry import operation
from penstock.graph.shapes import TensorShape, unknown_shape
from penstock.graph.static_values import constant_value, constant_value_as_shape
from penstock.graph.tensor import Tensor
from penstock.ops.arrays import reshape
from penstock.ops.casts import cast
from penstock.ops.gathers import gather_nd
from penstock.ops.messages import invalid
from penstock.ops.sparse import as_sparse


def _axes(axes: Any, rank: int) -> list[int]:
    listed = [int(a) for a in np.ravel(axes)] if np.ndim(axes) or axes is not None else []
    for axis in listed:
        if not -rank <= axis < rank:
            raise invalid(f"Invalid reduction dimension {axis}, for input with {rank} dimensions.")
    # No axes mean all of them, as in a dense reduction without `axis`.
    return sorted({a % rank for a in listed}) if listed else list(range(rank))


def _reduced_places(sizes: list[int], axes: list[int], keep: bool) -> tuple[list[int], list[int]]:
    kept = [i for i in range(len(sizes)) if i not in axes]
    shape = [1 if i in axes else s for i, s in enumerate(sizes)] if keep else [
        sizes[i] for i in kept
    ]  # fmt: skip
    return kept, shape


def _reduced(kind: str, indices: Any, values: Any, sizes: Any, axes: Any, keep: bool) -> Any:
    listed = [int(s) for s in sizes]
    kept, final = _reduced_places(listed, _axes(axes, len(listed)), keep)
    flat = jnp.zeros(values.shape[0], np.int64)
    count = 1
    for place in kept:
        flat = flat * listed[place] + jnp.asarray(indices)[:, place]
        count *= listed[place]
    start = jnp.zeros(count, values.dtype)
    if kind == "sum":
        return start.at[flat].add(values).reshape(final)
    found = jnp.zeros(count, np.bool_).at[flat].set(True)
    least = np.asarray(dtypes.from_numpy(np.dtype(values.dtype)).min, values.dtype)
    most = jnp.full(count, least).at[flat].max(values)
    return jnp.where(found, most, start).reshape(final)


def _reduced_shape(op: Any) -> TensorShape:
    sizes, axes = constant_value_as_shape(op.inputs[2]), constant_value(op.inputs[3])
    if sizes.sizes is None or axes is None:
        return unknown_shape()
    kept, _ = _reduced_places([0] * len(sizes.sizes), _axes(axes, len(sizes.sizes)), False)
    if op.attr("keep_dims"):
        return TensorShape([s if i in kept else 1 for i, s in enumerate(sizes.sizes)])
    return TensorShape([sizes.sizes[i] for i in kept])


_REDUCTION = "input_indices: int64, input_values: T, input_shape: int64, reduction_axes: int32"


@operation(
    "SparseReduceSum",
    inputs=_REDUCTION,
    outputs="output: T",
    attrs="keep_dims: bool = false; T: numbertype",
)
class SparseReduceSum:
    shape = _reduced_shape
    static = ("input_shape", "reduction_axes")

    def lower(
        input_indices: Any,
        input_values: Any,
        input_shape: Any,
        reduction_axes: Any,
        *,
        keep_dims: bool,
    ) -> Any:
        return _reduced("sum", input_indices, input_values, input_shape, reduction_axes, keep_dims)

    def gradient(op: Any, dy: Any) -> list[Any]:  # noqa: N805
        from penstock.ops.reductions import reduced_shape

        indices, _, sizes, axes = op.inputs
        kept = reduced_shape(sizes, axes)
        spread = reshape(dy, kept)
        scale = sizes // cast(kept, dtypes.int64)
        return [None, gather_nd(spread, indices // scale), None, None]


@operation(
    "SparseReduceMax",
    inputs=_REDUCTION,
    outputs="output: T",
    attrs="keep_dims: bool = false; T: realnumbertype",
)
class SparseReduceMax:
    shape = _reduced_shape
    static = ("input_shape", "reduction_axes")

    def lower(
        input_indices: Any,
        input_values: Any,
        input_shape: Any,
        reduction_axes: Any,
        *,
        keep_dims: bool,
    ) -> Any:
        return _reduced("max", input_indices, input_values, input_shape, reduction_axes, keep_dims)


def _sparse_reduction(
    kind: str, sp_input: Any, axis: Any, keepdims: Any, reduction_axes: Any, keep_dims: Any,
    name: str | None = None,
) -> Any:  # fmt: skip
    sp_input = as_sparse(sp_input)
    if keep_dims is not None:
        if keepdims is not None:
            raise ValueError("Cannot specify both 'keepdims' and 'keep_dims'")
        keepdims = keep_dims
    if reduction_axes is not None:
        if axis is not None:
            raise ValueError("Cannot specify both 'axis' and 'reduction_axes'")
        axis = reduction_axes
    if axis is None:
        from penstock.ops.arrays import rank

        ndims = sp_input.dense_shape.shape.num_elements()
        if ndims is not None:
            axis = convert_to_tensor(np.arange(ndims, dtype=np.int32))
        else:
            axis = apply("Range", 0, rank(sp_input), 1, name="range")
    return apply(
        kind,
        sp_input.indices,
        sp_input.values,
        sp_input.dense_shape,
        axis,
        name=name,
        keep_dims=bool(keepdims),
    )


def sparse_reduce_sum(
    sp_input: Any,
    axis: Any = None,
    keepdims: Any = None,
    reduction_axes: Any = None,
    keep_dims: Any = None,
) -> Tensor:
    """The sums of a sparse tensor's elements over dimensions, as a dense tensor.

    Args:
        sp_input: a ``SparseTensor``.
        axis: the dimensions; all when left out.
        keepdims: keep them with size 1.
        reduction_axes: the old name of ``axis``.
        keep_dims: the old name of ``keepdims``.
    """
    return _sparse_reduction("SparseReduceSum", sp_input, axis, keepdims, reduction_axes, keep_dims)


def sparse_reduce_max(
    sp_input: Any,
    axis: Any = None,
    keepdims: Any = None,
    reduction_axes: Any = None,
    keep_dims: Any = None,
) -> Tensor:
    """The greatest of a sparse tensor's elements over dimensions, as a dense tensor."""
    return _sparse_reduction("SparseReduceMax", sp_input, axis, keepdims, reduction_axes, keep_dims)


# -- sparse results ----------------------------------------------------------------------------
def _sparse_result_shape(op: Any) -> list[TensorShape]:
    return [unknown_shape(2), unknown_shape(1), unknown_shape(1)]


def _reduced_sparsely(
    function: Any, indices: Any, values: Any, sizes: Any, axes: Any, keep: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    kept, final = _reduced_places(sizes.tolist(), _axes(axes, len(sizes)), keep)
    groups: dict[tuple[int, ...], list[int]] = {}
    for i, row in enumerate(indices.tolist()):
        groups.setdefault(tuple(row[k] for k in kept), []).append(i)
    rows = sorted(groups)
    found = np.array([function(values[groups[row]]) for row in rows], values.dtype)
    places = np.zeros((len(rows), len(final)), np.int64)
    for i, row in enumerate(rows):
        places[i, kept if keep else slice(None)] = row
    return places, found, np.array(final, np.int64)


def _define_sparse_reduction(name: str, function: Any, types: str) -> None:
    @operation(
        name,
        inputs=_REDUCTION,
        outputs="output_indices: int64, output_values: T, output_shape: int64",
        attrs=f"keep_dims: bool = false; T: {types}",
    )
    class Reduction:
        shape = _sparse_result_shape

        def host(
            input_indices: Any,
            input_values: Any,
            input_shape: Any,
            reduction_axes: Any,
            *,
            keep_dims: bool,
        ) -> Any:
            return _reduced_sparsely(
                function, input_indices, input_values, input_shape, reduction_axes, keep_dims
            )


_define_sparse_reduction("SparseReduceSumSparse", np.sum, "numbertype")
_define_sparse_reduction("SparseReduceMaxSparse", np.max, "realnumbertype")


def sparse_reduce_sum_sparse(
    sp_input: Any,
    axis: Any = None,
    keepdims: Any = None,
    reduction_axes: Any = None,
    keep_dims: Any = None,
) -> SparseTensor:
    """``sparse_reduce_sum`` with a sparse result."""
    return SparseTensor(
        *_sparse_reduction(
            "SparseReduceSumSparse", sp_input, axis, keepdims, reduction_axes, keep_dims
        )
    )


def sparse_reduce_max_sparse(
    sp_input: Any,
    axis: Any = None,
    keepdims: Any = None,
    reduction_axes: Any = None,
    keep_dims: Any = None,
) -> SparseTensor:
    """``sparse_reduce_max`` with a sparse result."""
    return SparseTensor(
        *_sparse_reduction(
            "SparseReduceMaxSparse", sp_input, axis, keepdims, reduction_axes, keep_dims
        )
    )
