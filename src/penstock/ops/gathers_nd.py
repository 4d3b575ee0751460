"""Gathering and scattering by index vectors: ``gather_nd``, ``scatter_nd`` and relatives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np

from penstock.graph import dtypes
from penstock.graph.build import apply
from penstock.graph.composite import IndexedSlices
from penstock.graph.convert import convert_to_tensor
from penstock.graph.registry import operation
from penstock.graph.scopes import name_scope
from penstock.graph.shapes import TensorShape, unknown_shape
from penstock.graph.static_values import constant_value, constant_value_as_shape
from penstock.graph.tensor import Tensor
from penstock.ops.arrays import identity, reshape, shape, transpose
from penstock.ops.fills import ones, zeros_like
from penstock.ops.joining import concat, stack, unstack
from penstock.ops.messages import invalid


def _text(sizes: Any) -> str:
    return "[" + ",".join(map(str, sizes)) + "]"


# -- gather_nd ---------------------------------------------------------------------------------
def _index_columns(indices: Any) -> tuple[Any, ...]:
    return tuple(indices[..., i] for i in range(indices.shape[-1]))


def check_nd_indices(run: Any, indices: Any, sizes: tuple[int, ...], whose: str) -> None:
    """Requires each row of ``indices`` to lie within ``sizes``, in TensorFlow's words."""
    depth = indices.shape[-1]
    if depth > len(sizes):
        raise invalid(
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
                raise invalid(
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
        raise invalid(
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
