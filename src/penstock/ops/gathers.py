"""Gathering slices by index: ``gather`` and ``batch_gather``.

``gathers_nd.py`` (``gather_nd``, ``scatter_nd`` ...), ``selecting.py`` (``where``,
``boolean_mask``, ``one_hot`` ...) and ``partitions.py`` (``unique``, ``dynamic_partition`` ...)
hold the rest; their functions are offered here too.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from penstock.graph import dtypes
from penstock.graph.build import apply
from penstock.graph.composite import IndexedSlices
from penstock.graph.convert import convert_to_tensor, register_tensor_conversion_function
from penstock.graph.registry import operation
from penstock.graph.scopes import colocate_with, name_scope
from penstock.graph.shapes import TensorShape, unknown_shape
from penstock.graph.static_values import constant_value
from penstock.graph.tensor import Tensor
from penstock.ops.arrays import expand_dims, reshape, shape, size, transpose
from penstock.ops.casts import cast
from penstock.ops.fills import ones, zeros
from penstock.ops.gathers_nd import gather_nd as gather_nd
from penstock.ops.gathers_nd import scatter_nd as scatter_nd
from penstock.ops.gathers_nd import tensor_scatter_add as tensor_scatter_add
from penstock.ops.gathers_nd import tensor_scatter_sub as tensor_scatter_sub
from penstock.ops.gathers_nd import tensor_scatter_update as tensor_scatter_update
from penstock.ops.joining import concat, stack
from penstock.ops.messages import invalid
from penstock.ops.partitions import dynamic_partition as dynamic_partition
from penstock.ops.partitions import dynamic_stitch as dynamic_stitch
from penstock.ops.partitions import setdiff1d as setdiff1d
from penstock.ops.partitions import unique as unique
from penstock.ops.selecting import boolean_mask as boolean_mask
from penstock.ops.selecting import one_hot as one_hot
from penstock.ops.selecting import sequence_mask as sequence_mask
from penstock.ops.selecting import where as where


# -- gather ------------------------------------------------------------------------------------
def check_indices(run: Any, indices: Any, limit: int) -> None:
    """Requires ``indices`` to lie in ``[0, limit)``, in TensorFlow's words."""
    shape = indices.shape
    if 0 in shape:
        return
    flat = (np if isinstance(indices, np.ndarray) else jnp).ravel(indices)
    inside = (flat >= 0) & (flat < limit)
    where_bad = inside.argmin()

    def message(place: Any, value: Any) -> str:
        at = np.unravel_index(int(place), shape) if shape else ()
        where = ",".join(str(int(i)) for i in at)
        return f"indices[{where}] = {int(value)} is not in [0, {limit})"

    run.check(inside.all(), message, where_bad, flat[where_bad])


def _take(params: Any, indices: Any, axis: int, batch_dims: int) -> Any:
    if batch_dims:
        inner = lambda p, i: _take(p, i, axis - 1, batch_dims - 1)  # noqa: E731
        return jax.vmap(inner)(params, indices)
    return jnp.take(params, indices, axis, mode="clip")


def _take_known(params: np.ndarray, indices: np.ndarray, axis: int, batch_dims: int) -> Any:
    limit = params.shape[axis]
    bad = (indices < 0) | (indices >= limit)
    if bad.any():
        at = np.argwhere(bad)[0]
        raise invalid(
            f"indices[{','.join(map(str, at))}] = {indices[tuple(at)]} is not in [0, {limit})"
        )
    if not batch_dims:
        return np.asarray(np.take(params, indices, axis), params.dtype)
    parts = [
        _take_known(p, i, axis - 1, batch_dims - 1) for p, i in zip(params, indices, strict=True)
    ]
    if parts:
        return np.stack(parts)
    rest = params.shape[1:axis] + indices.shape[batch_dims:] + params.shape[axis + 1 :]
    return np.zeros((0, *rest), params.dtype)


def _gathered_shape(op: Any) -> TensorShape:
    params, indices = op.inputs[0].shape, op.inputs[1].shape
    if params.ndims is not None and params.ndims < 1:
        raise ValueError(f"Shape must be at least rank 1 but is rank {params.ndims}")
    if len(op.inputs) == 2:
        axis: Any = 0
        batch_dims = 0
    else:
        axis, batch_dims = constant_value(op.inputs[2]), op.attr("batch_dims")
    if axis is None:
        if params.ndims is None or indices.ndims is None:
            return unknown_shape()
        return unknown_shape(params.ndims + indices.ndims - 1 - batch_dims)
    if params.sizes is None or indices.sizes is None:
        return unknown_shape()
    axis = int(axis)
    needed = axis + 1 if axis >= 0 else -axis
    if len(params.sizes) < needed:
        raise ValueError(f"Shape must be at least rank {needed} but is rank {len(params.sizes)}")
    axis %= len(params.sizes)
    if batch_dims < 0:
        batch_dims += len(indices.sizes)
    for i in range(batch_dims):
        a, b = params.sizes[i], indices.sizes[i]
        if a is not None and b is not None and a != b:
            raise ValueError(f"Dimensions must be equal, but are {a} and {b}")
    return TensorShape(
        [*params.sizes[:axis], *indices.sizes[batch_dims:], *params.sizes[axis + 1 :]]
    )


def _gather(params: Any, indices: Any, axis: int, batch_dims: int, run: Any) -> Any:
    axis = axis + params.ndim if axis < 0 else axis
    batch_dims = batch_dims + indices.ndim if batch_dims < 0 else batch_dims
    if params.shape[axis] == 0:
        counts = params.shape[:axis] + indices.shape[batch_dims:] + params.shape[axis + 1 :]
        if 0 not in counts:
            raise invalid("indices aren't in [0, 0): there is nothing to gather from")
        return jnp.zeros(counts, params.dtype)
    check_indices(run, indices, params.shape[axis])
    return _take(jnp.asarray(params), jnp.asarray(indices), axis, batch_dims)


@operation(
    "Gather",
    inputs="params: Tparams, indices: Tindices",
    outputs="output: Tparams",
    attrs="validate_indices: bool = true; Tparams: type; Tindices: indextype",
)
class Gather:
    shape = _gathered_shape

    def lower(params: Any, indices: Any, *, run: Any) -> Any:
        return _gather(params, indices, 0, 0, run)

    def fold(params: np.ndarray, indices: np.ndarray) -> Any:
        return _take_known(params, indices, 0, 0)

    host = fold

    def gradient(op: Any, dy: Any) -> list[Any]:  # noqa: N805
        params, indices = op.inputs
        params_shape = _shape_beside(params)
        count = expand_dims(size(indices), 0)
        return [_as_slices(dy, indices, count, params_shape), None]


@operation(
    "GatherV2",
    inputs="params: Tparams, indices: Tindices, axis: Taxis",
    outputs="output: Tparams",
    attrs="batch_dims: int = 0; Tparams: type; Tindices: indextype; Taxis: indextype",
)
class GatherV2:
    shape = _gathered_shape
    static = "axis"

    def lower(params: Any, indices: Any, axis: Any, *, batch_dims: int, run: Any) -> Any:
        return _gather(params, indices, int(axis), batch_dims, run)

    def fold(params: Any, indices: Any, axis: Any, *, batch_dims: int) -> Any:
        place = int(axis) + params.ndim if int(axis) < 0 else int(axis)
        return _take_known(
            params, indices, place, batch_dims + indices.ndim if batch_dims < 0 else batch_dims
        )

    host = fold

    def gradient(op: Any, dy: Any) -> list[Any]:  # noqa: N805
        params, indices, axis = op.inputs
        batch_dims = op.attr("batch_dims")
        if batch_dims < 0:
            batch_dims += indices.shape.ndims
        params_shape = _shape_beside(params)
        count = expand_dims(size(indices), 0)
        known = constant_value(axis)
        if known is not None and known == 0:
            return [_as_slices(dy, indices, count, params_shape), None, None]
        # The gathered axis goes to the front (after the batch), is summed into, and goes back.
        outer, inner = params_shape[:axis], params_shape[axis:][1:]
        values_shape = concat([outer, [-1], inner], 0)
        values_dims, axis_dims = size(values_shape), size(outer)
        batches = apply("Range", 0, batch_dims, 1, name="range")
        before = apply("Range", batch_dims, axis_dims, 1, name="range")
        after = apply("Range", axis_dims + 1, values_dims, 1, name="range")  # type: ignore[operator]
        values = reshape(dy, values_shape)
        moved = transpose(values, concat([batches, [axis_dims], before, after], 0))
        found = _summed(params_shape, moved, indices, batch_dims, params_shape[axis], known)
        back = concat([batches, before + 1, [batch_dims], after], 0)
        return [transpose(found, back), None, None]


def _shape_beside(params: Tensor) -> Any:
    """The shape of ``params`` as ``int32``, placed with it."""
    with colocate_with(params):
        return cast(shape(params, out_type=dtypes.int64), dtypes.int32)


def _as_slices(dy: Any, indices: Tensor, count: Any, params_shape: Any) -> IndexedSlices:
    values_shape = concat([count, params_shape[1:]], 0)
    values = reshape(dy, values_shape)
    return IndexedSlices(values, reshape(indices, count), params_shape)


def _summed(
    params_shape: Any, values: Any, indices: Any, batch_dims: int, rows: Any, axis: Any
) -> Any:
    """The values added up under their indices, for each batch."""
    count = expand_dims(size(indices), 0)
    if batch_dims:
        values_shape: Any = shape(values)
        outer = values_shape[:batch_dims]
        inner = values_shape[batch_dims:][1:]
        batches = apply("Prod", outer, [0])
        flat_shape = concat([[-1], inner], 0)
        length, rows = rows, rows * batches
        # TensorFlow 1.15 takes the dimension after the batch for the gathered one, and adds the
        # gradient up in wrong places when it isn't.
        wrong = axis is None or int(axis) != batch_dims
        indices = _batch_indices(params_shape, indices, batch_dims, length if wrong else None)
        values = reshape(values, flat_shape)
    found = apply("UnsortedSegmentSum", values, reshape(indices, count), rows)
    if batch_dims:
        found = reshape(found, concat([outer, flat_shape], 0))
    return found


def _batch_indices(params_shape: Any, indices: Any, batch_dims: int, length: Any) -> Any:
    """Indices into ``params`` with its batch dimensions flattened.

    ``length`` is the size of the gathered dimension, or ``None`` if that follows the batch.
    """
    result, rank, dtype = indices, indices.shape.ndims, indices.dtype.base_dtype
    sizes: Any = cast(params_shape, dtype)
    step: Any = ones((), dtype=dtype)
    for dim in range(batch_dims, 0, -1):
        count = sizes[dim - 1]
        gathered = dim == batch_dims and length is not None
        step = step * (cast(length, dtype) if gathered else sizes[dim])
        offsets: Any = apply(
            "Range", zeros((), dtype=dtype), count, ones((), dtype=dtype), name="range"
        )
        offsets = offsets * step
        result = result + reshape(offsets, stack([1] * (dim - 1) + [count] + [1] * (rank - dim)))
    return result


def gather(
    params: Any,
    indices: Any,
    validate_indices: Any = None,
    name: str | None = None,
    axis: Any = None,
    batch_dims: int = 0,
) -> Tensor:
    """Slices of a tensor, picked by index: ``params[indices]`` along ``axis``.

    Args:
        params: a tensor of rank one or more.
        indices: an integer tensor of any shape.
        validate_indices: not used.
        name: the operation's name.
        axis: the dimension that ``indices`` index; ``batch_dims`` when left out.
        batch_dims: how many leading dimensions ``params`` and ``indices`` share.

    Returns:
        A tensor of shape ``params.shape[:axis] + indices.shape[batch_dims:] +
        params.shape[axis + 1:]``.

    Raises:
        InvalidArgumentError: in a run, when an index is out of range.
    """
    if axis is None:
        axis = batch_dims
    if isinstance(axis, int) and axis == 0 and hasattr(params, "sparse_read"):
        try:
            return params.sparse_read(indices, name=name)
        except AttributeError:
            pass
    return apply("GatherV2", params, indices, axis, name=name, batch_dims=batch_dims or None)


def batch_gather(params: Any, indices: Any, name: str | None = None) -> Tensor:
    """``gather`` with all dimensions of ``indices`` but the last as batch dimensions.

    Args:
        params: a tensor.
        indices: an integer tensor whose rank is known.
        name: the operation's name.

    Raises:
        ValueError: when the rank of ``indices`` isn't known.
    """
    with name_scope(name, "BatchGather", [params, indices]):
        indices = convert_to_tensor(indices, name="indices")
        params = convert_to_tensor(params, name="params")
        if indices.shape.ndims is None:
            raise ValueError("batch_gather does not allow indices with unknown shape.")
        indices_shape, params_shape = shape(indices), shape(params)
        rank = indices.shape.ndims
        flat: Any = _batch_indices_cast(params_shape, indices, rank - 1)
        sizes: Any = params_shape
        flat = reshape(flat, [-1])
        tail = sizes[rank:]
        rows = apply("Prod", sizes[:rank], [0])
        flat_params = reshape(params, concat([[rows], tail], 0))
        found = gather(flat_params, flat)
        result = reshape(found, concat([indices_shape, tail], 0))
        final = indices.shape
        if params.shape.ndims is not None:
            final = final[:-1].merge_with(params.shape[: rank - 1]).concatenate(
                TensorShape([indices.shape[-1]])
            ).concatenate(params.shape[rank:])  # fmt: skip
            result.set_shape(final)
        return result


def _batch_indices_cast(params_shape: Any, indices: Any, batch_dims: int) -> Any:
    step: Any = ones((), dtype=indices.dtype.base_dtype)
    dtype, rank, result = indices.dtype.base_dtype, indices.shape.ndims, indices
    sizes: Any = apply("Cast", params_shape, DstT=dtype)
    for dim in range(batch_dims, 0, -1):
        count = sizes[dim - 1]
        step = step * sizes[dim]
        offsets: Any = apply("Range", zeros((), dtype=dtype), count, ones((), dtype=dtype))
        offsets = offsets * step
        result = result + reshape(offsets, stack([1] * (dim - 1) + [count] + [1] * (rank - dim)))
    return result


# -- IndexedSlices as tensors ------------------------------------------------------------------
def _dense_slices(value: Any, dtype: Any = None, name: str | None = None,
                  as_ref: bool = False) -> Any:  # fmt: skip
    """``IndexedSlices`` as a tensor: the slices added up in zeros."""
    if dtype is not None and not dtypes.as_dtype(dtype).is_compatible_with(value.dtype):
        raise ValueError(
            f"Tensor conversion requested dtype {dtypes.as_dtype(dtype).name} for IndexedSlices "
            f"with dtype {value.dtype.name}"
        )
    if value.dense_shape is None:
        raise ValueError(
            f"Tensor conversion requested for IndexedSlices without dense_shape: {value}"
        )
    return apply("UnsortedSegmentSum", value.values, value.indices, value.dense_shape[0], name=name)


register_tensor_conversion_function(IndexedSlices, _dense_slices, 100)
