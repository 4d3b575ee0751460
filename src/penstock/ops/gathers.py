"""Gathering and scattering: ``gather``, ``gather_nd``, ``scatter_nd`` and their relatives.

``selecting.py`` (``where``, ``boolean_mask``, ``one_hot`` ...) and ``partitions.py`` (``unique``,
``dynamic_partition`` ...) hold the rest; their functions are offered here too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from penstock.graph import dtypes, errors
from penstock.graph.build import apply
from penstock.graph.composite import IndexedSlices
from penstock.graph.convert import convert_to_tensor, register_tensor_conversion_function
from penstock.graph.registry import operation
from penstock.graph.scopes import colocate_with, name_scope
from penstock.graph.shapes import TensorShape, unknown_shape
from penstock.graph.static_values import constant_value, constant_value_as_shape
from penstock.graph.tensor import Tensor
from penstock.ops.arrays import expand_dims, identity, reshape, shape, size, transpose
from penstock.ops.casts import cast
from penstock.ops.fills import ones, zeros, zeros_like
from penstock.ops.joining import concat, stack, unstack
from penstock.ops.partitions import dynamic_partition as dynamic_partition
from penstock.ops.partitions import dynamic_stitch as dynamic_stitch
from penstock.ops.partitions import setdiff1d as setdiff1d
from penstock.ops.partitions import unique as unique
from penstock.ops.selecting import boolean_mask as boolean_mask
from penstock.ops.selecting import one_hot as one_hot
from penstock.ops.selecting import sequence_mask as sequence_mask
from penstock.ops.selecting import where as where


def _invalid(message: str) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(None, None, message)


def _text(sizes: Any) -> str:
    return "[" + ",".join(map(str, sizes)) + "]"


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
        raise _invalid(
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
            raise _invalid("indices aren't in [0, 0): there is nothing to gather from")
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


# -- gather_nd ---------------------------------------------------------------------------------
def _index_columns(indices: Any) -> tuple[Any, ...]:
    return tuple(indices[..., i] for i in range(indices.shape[-1]))


def check_nd_indices(run: Any, indices: Any, sizes: tuple[int, ...], whose: str) -> None:
    """Requires each row of ``indices`` to lie within ``sizes``, in TensorFlow's words."""
    depth = indices.shape[-1]
    if depth > len(sizes):
        raise _invalid(
            f"index innermost dimension length must be <= params rank; saw: {depth} vs. "
            f"{len(sizes)}"
        )
    if 0 in indices.shape:
        return
    module = np if isinstance(indices, np.ndarray) else jnp
    flat = indices.reshape(-1, depth)
    limits = np.array(sizes[:depth], flat.dtype)
    inside = ((flat >= 0) & (flat < limits)).all(-1)
    bad = inside.argmin()
    outer = indices.shape[:-1]

    def message(place: Any, row: Any) -> str:
        at = np.unravel_index(int(place), outer) if outer else ()
        where = ",".join(str(int(i)) for i in at)
        values = ", ".join(str(int(v)) for v in row)
        return f"indices[{where}] = [{values}] does not index into {whose} {_text(sizes)}"

    run.check(inside.all(), message, bad, module.asarray(flat[bad]))


@operation(
    "GatherNd",
    inputs="params: Tparams, indices: Tindices",
    outputs="output: Tparams",
    attrs="Tparams: type; Tindices: indextype",
)
class GatherNd:
    def shape(op: Any) -> Any:  # noqa: N805
        params, indices = op.inputs[0].shape, op.inputs[1].shape
        if params.sizes is None or indices.sizes is None or indices.sizes[-1] is None:
            return unknown_shape()
        depth = indices.sizes[-1]
        if depth > len(params.sizes):
            raise ValueError(
                f"indices.shape[-1] must be <= params.rank, but saw indices shape: "
                f"{_known_text(indices)} and params shape: {_known_text(params)}"
            )
        return TensorShape([*indices.sizes[:-1], *params.sizes[depth:]])

    def lower(params: Any, indices: Any, *, run: Any) -> Any:
        check_nd_indices(run, indices, params.shape, "param shape")
        if indices.shape[-1] == 0:
            return jnp.broadcast_to(params, indices.shape[:-1] + params.shape)
        return jnp.asarray(params).at[_index_columns(indices)].get(mode="clip")

    def host(params: np.ndarray, indices: np.ndarray) -> np.ndarray:
        for place, row in zip(
            np.ndindex(*indices.shape[:-1]), indices.reshape(-1, indices.shape[-1]), strict=True
        ):
            if any(not 0 <= v < s for v, s in zip(row, params.shape, strict=False)):
                raise _invalid(
                    f"indices[{','.join(map(str, place))}] = [{', '.join(map(str, row))}] does "
                    f"not index into param shape {_text(params.shape)}"
                )
        return np.asarray(params[_index_columns(indices)], params.dtype)

    def gradient(op: Any, dy: Any) -> list[Any]:  # noqa: N805
        params, indices = op.inputs
        params_shape = shape(params, out_type=indices.dtype.base_dtype)
        if indices.shape.ndims == 2 and indices.shape[-1].value == 1:
            from penstock.ops.arrays import squeeze

            return [IndexedSlices(dy, squeeze(indices, axis=-1), params_shape), None]
        return [scatter_nd(indices, dy, params_shape), None]


def _known_text(shape: TensorShape) -> str:
    return "[" + ",".join("?" if s is None else str(s) for s in shape.sizes or ()) + "]"


def gather_nd(params: Any, indices: Any, name: str | None = None, batch_dims: int = 0) -> Tensor:
    """Slices of a tensor, picked by index vectors: ``params[i, j, ...]``.

    Args:
        params: a tensor.
        indices: an integer tensor whose last dimension holds the index vectors.
        name: the operation's name.
        batch_dims: how many leading dimensions ``params`` and ``indices`` share.

    Raises:
        InvalidArgumentError: in a run, when an index is out of range.
    """
    depth = constant_value(batch_dims) if isinstance(batch_dims, Tensor) else batch_dims
    if depth is None or int(depth) == 0:
        if hasattr(params, "gather_nd"):
            try:
                return params.gather_nd(indices, name=name)
            except AttributeError:
                pass
        return apply("GatherNd", params, indices, name=name)
    return _batch_gather_nd(params, indices, int(depth), name)


def _batch_gather_nd(params: Any, indices: Any, batch_dims: int, name: str | None) -> Tensor:
    from penstock.ops.functions import meshgrid
    from penstock.ops.slices import tile

    with name_scope(name, "BatchGatherND", [params, indices]):
        indices = convert_to_tensor(indices, name="indices")
        params = convert_to_tensor(params, name="params")
        if indices.shape.ndims is None:
            raise ValueError("batch_gather_nd does not allow indices with unknown shape.")
        if batch_dims < 0:
            raise ValueError("tf.gather_nd does not allow negative batch_dims.")
        ndims = indices.shape.ndims
        if batch_dims >= ndims:
            raise ValueError(f"batch_dims = {batch_dims} must be less than rank(indices) = {ndims}")
        params_shape: Any = shape(params)
        indices_shape: Any = shape(indices)
        batch_shape = params_shape[:batch_dims]
        batch_size = apply("Prod", batch_shape, [0])
        from penstock.ops.arrays import rank

        index_rank = rank(indices) - batch_dims - 1  # type: ignore[operator]
        middle = indices_shape[batch_dims:-1]
        ranges = [apply("Cast", apply("Range", 0, s, 1), DstT=indices.dtype.base_dtype)
                  for s in unstack(batch_shape, num=batch_dims)]  # fmt: skip
        grids = meshgrid(*ranges, indexing="ij")
        columns = transpose(stack([reshape(g, [-1]) for g in grids]))
        columns_shape: Any = shape(columns)
        columns = reshape(
            columns,
            concat([columns_shape[:1], ones(index_rank, dtype=dtypes.int32), columns_shape[1:]], 0),
        )
        columns = tile(columns, concat([[1], middle, [1]], 0))
        flat = reshape(indices, concat([[batch_size], indices_shape[batch_dims:]], 0))
        found = apply("GatherNd", params, concat([columns, flat], -1))
        found_shape: Any = shape(found)
        return reshape(found, concat([batch_shape, found_shape[1:]], 0))


# -- scatter_nd --------------------------------------------------------------------------------
def _scatter_shape(op: Any) -> TensorShape:
    return constant_value_as_shape(op.inputs[2])


def _check_scatter(indices: Any, updates: Any, sizes: tuple[int, ...]) -> None:
    depth = indices.shape[-1] if indices.ndim else 1
    wanted = indices.shape[:-1] + tuple(sizes[depth:])
    if updates.shape != wanted:
        raise _invalid(
            "The outer dimensions of indices.shape must match those of updates.shape: indices "
            f"shape {_text(indices.shape)}, updates shape {_text(updates.shape)}, output shape "
            f"{_text(sizes)}"
        )


def _scattered(x: Any, indices: Any, updates: Any, kind: str, run: Any) -> Any:
    _check_scatter(indices, updates, x.shape)
    check_nd_indices(run, indices, x.shape, "shape")
    if 0 in updates.shape:
        return jnp.asarray(x)
    place = jnp.asarray(x).at[_index_columns(indices)]
    if kind == "add" and x.dtype == np.bool_:
        return place.max(updates, mode="drop")
    method = {"add": place.add, "sub": place.subtract, "update": place.set}[kind]
    return method(updates, mode="drop")


@operation(
    "ScatterNd",
    inputs="indices: Tindices, updates: T, shape: Tindices",
    outputs="output: T",
    attrs="T: type; Tindices: indextype",
)
class ScatterNd:
    shape = _scatter_shape
    static = "shape"

    def lower(indices: Any, updates: Any, shape: Any, *, run: Any) -> Any:
        sizes = tuple(int(s) for s in shape)
        return _scattered(jnp.zeros(sizes, updates.dtype), indices, updates, "add", run)

    def host(indices: np.ndarray, updates: np.ndarray, shape: np.ndarray) -> np.ndarray:
        sizes = tuple(int(s) for s in shape)
        if updates.dtype.kind != "O":
            found = np.zeros(sizes, updates.dtype)
            _check_scatter(indices, updates, sizes)
            np.add.at(found, _index_columns(indices), updates)
            return found
        found = np.full(sizes, b"", object)
        for row in np.ndindex(*indices.shape[:-1]):
            found[tuple(indices[row])] += updates[row]
        return found

    def gradient(op: Any, dy: Any) -> list[Any]:  # noqa: N805
        return [None, gather_nd(dy, op.inputs[0]), None]


def scatter_nd(indices: Any, updates: Any, shape: Any, name: str | None = None) -> Tensor:
    """Zeros in ``shape`` with ``updates`` added at the places that ``indices`` name.

    Args:
        indices: an integer tensor whose last dimension holds index vectors.
        updates: what is added: ``indices.shape[:-1] + shape[indices.shape[-1]:]``.
        shape: an integer vector.
        name: the operation's name.
    """
    return apply("ScatterNd", indices, updates, shape, name=name)


def _define_tensor_scatter(
    name: str, kind: str, gradient: Callable[[Any, Any], Any], types: str = "type"
) -> None:
    first = "input" if name == "ScatterNdNonAliasingAdd" else "tensor"

    class Description:
        def shape(op: Any) -> Any:  # noqa: N805
            return op.inputs[0].shape

        def lower(tensor: Any, indices: Any, updates: Any, *, run: Any) -> Any:
            return _scattered(tensor, indices, updates, kind, run)

    Description.gradient = staticmethod(gradient)  # type: ignore[attr-defined]
    operation(
        name,
        inputs=f"{first}: T, indices: Tindices, updates: T",
        outputs="output: T",
        attrs=f"T: {types}; Tindices: indextype",
    )(Description)


def _update_gradient(op: Any, dy: Any) -> list[Any]:
    _, indices, updates = op.inputs
    updates_grad = gather_nd(dy, indices)
    kept = apply("TensorScatterUpdate", identity(dy), indices, zeros_like(updates, dtype=dy.dtype))
    return [kept, None, updates_grad]


def _add_gradient(op: Any, dy: Any) -> list[Any]:
    updates_grad = gather_nd(dy, op.inputs[1])
    return [identity(dy), None, updates_grad]


def _subtract_gradient(op: Any, dy: Any) -> list[Any]:
    updates_grad = gather_nd(dy, op.inputs[1])
    return [identity(dy), None, -updates_grad]  # type: ignore[operator]


def _non_aliasing_gradient(op: Any, dy: Any) -> list[Any]:
    return [dy, None, gather_nd(dy, op.inputs[1])]


_define_tensor_scatter("TensorScatterUpdate", "update", _update_gradient)
_define_tensor_scatter("TensorScatterAdd", "add", _add_gradient)
_define_tensor_scatter("TensorScatterSub", "sub", _subtract_gradient)
_define_tensor_scatter(
    "ScatterNdNonAliasingAdd",
    "add",
    _non_aliasing_gradient,
    "{float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, qint32, "
    "bfloat16, uint16, complex128, half, uint32, uint64, bool}",
)


def tensor_scatter_update(
    tensor: Any, indices: Any, updates: Any, name: str | None = None
) -> Tensor:
    """``tensor`` with ``updates`` put at the places that ``indices`` name (see ``scatter_nd``)."""
    return apply("TensorScatterUpdate", tensor, indices, updates, name=name)


def tensor_scatter_add(tensor: Any, indices: Any, updates: Any, name: str | None = None) -> Tensor:
    """``tensor`` with ``updates`` added at the places that ``indices`` name."""
    return apply("TensorScatterAdd", tensor, indices, updates, name=name)


def tensor_scatter_sub(tensor: Any, indices: Any, updates: Any, name: str | None = None) -> Tensor:
    """``tensor`` with ``updates`` subtracted at the places that ``indices`` name."""
    return apply("TensorScatterSub", tensor, indices, updates, name=name)


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
