"""Operations on variables held by handle (``VarHandleOp`` and what reads and changes it)."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from penstock.graph import errors
from penstock.graph.build import apply
from penstock.graph.registry import operation
from penstock.graph.shapes import TensorShape, unknown_shape
from penstock.graph.tensor import Tensor
from penstock.ops import scatter
from penstock.ops.shape_rules import scalar_output
from penstock.ops.state import check_assigned_shape, merged_shape

_PASSED_ON = {"Identity", "Switch", "Enter", "Merge", "NextIteration", "Exit"}


def handle_shape(handle: Tensor) -> TensorShape:
    """The shape of the variable that ``handle`` leads to; unknown when that can't be seen."""
    seen: set[Any] = set()
    while handle.op.type in _PASSED_ON and handle not in seen:
        seen.add(handle)
        handle = handle.op.inputs[0]
    if handle.op.type == "VarHandleOp":
        return handle.op.attr("shape")
    return getattr(handle, "_handle_shape", None) or unknown_shape()


@operation(
    "VarHandleOp",
    outputs="resource: resource",
    attrs="container: string = ''; shared_name: string = ''; dtype: type; shape: shape",
    stateful=True,
)
class VarHandleOp:
    shape = scalar_output

    def lower(*, run: Any, op: Any) -> Any:
        return run.variable(op)

    def host(*, run: Any, op: Any) -> Any:
        return run.variable(op)


def _read(resource: Any, *, run: Any) -> Any:
    return run.read(resource)


@operation(
    "ReadVariableOp",
    inputs="resource: resource",
    outputs="value: dtype",
    attrs="dtype: type",
    stateful=True,
)
class ReadVariableOp:
    lower = host = _read

    def shape(op: Any) -> TensorShape:  # noqa: N805
        return handle_shape(op.inputs[0])

    def gradient(op: Any, dy: Tensor) -> Tensor:  # noqa: N805
        return dy


def _assign(resource: Any, value: Any, *, run: Any, op: Any) -> Any:
    check_assigned_shape(run, op, resource, value, handle_shape(op.inputs[0]))
    run.assign(resource, value)
    return ()


def _check_handle_shape(op: Any) -> list[Any]:
    merged_shape(handle_shape(op.inputs[0]), op.inputs[1].shape)
    return []


@operation(
    "AssignVariableOp",
    inputs="resource: resource, value: dtype",
    attrs="dtype: type",
    stateful=True,
)
class AssignVariableOp:
    shape = _check_handle_shape
    lower = host = _assign


@operation(
    "AssignAddVariableOp",
    inputs="resource: resource, value: dtype",
    attrs="dtype: type",
    stateful=True,
)
class AssignAddVariableOp:
    shape = _check_handle_shape

    def lower(resource: Any, value: Any, *, run: Any) -> Any:
        run.assign(resource, run.read(resource) + value)
        return ()


@operation(
    "AssignSubVariableOp",
    inputs="resource: resource, value: dtype",
    attrs="dtype: type",
    stateful=True,
)
class AssignSubVariableOp:
    shape = _check_handle_shape

    def lower(resource: Any, value: Any, *, run: Any) -> Any:
        run.assign(resource, run.read(resource) - value)
        return ()


def _is_initialized(resource: Any, *, run: Any) -> Any:
    return np.asarray(run.is_initialized(resource))


@operation(
    "VarIsInitializedOp",
    inputs="resource: resource",
    outputs="is_initialized: bool",
    stateful=True,
)
class VarIsInitializedOp:
    shape = scalar_output
    lower = host = _is_initialized
    gradient = None


@operation(
    "VariableShape",
    inputs="input: resource",
    outputs="output: out_type",
    attrs="out_type: indextype = int32",
    stateful=True,
)
class VariableShape:
    gradient = None

    def shape(op: Any) -> TensorShape:  # noqa: N805
        return TensorShape([handle_shape(op.inputs[0]).ndims])

    def lower(input: Any, *, out_type: Any, run: Any) -> Any:  # noqa: A002
        return np.array(np.shape(run.read(input)), out_type)


@operation(
    "DestroyResourceOp",
    inputs="resource: resource",
    attrs="ignore_lookup_error: bool = true",
    stateful=True,
)
class DestroyResourceOp:
    def host(resource: Any, *, ignore_lookup_error: bool, run: Any, op: Any) -> Any:
        if not run.is_initialized(resource) and not ignore_lookup_error:
            raise errors.NotFoundError(None, op, f"Resource {resource.key} does not exist.")
        run.state.remove(resource.key)
        return ()


@operation(
    "ResourceCountUpTo",
    inputs="resource: resource",
    outputs="output: T",
    attrs="limit: int; T: indextype",
    stateful=True,
)
class ResourceCountUpTo:
    shape = scalar_output

    def lower(resource: Any, *, limit: int, run: Any) -> Any:
        value = run.read(resource)
        run.check(value < limit, f"Reached limit of {limit}", error=errors.OutOfRangeError)
        run.assign(resource, value + np.ones((), value.dtype))
        return value


def variable_shape(handle: Tensor) -> Tensor:
    """The shape of the variable that ``handle`` leads to, as a vector."""
    from penstock.ops.constants import constant

    shape = handle_shape(handle)
    if shape.is_fully_defined():
        return constant(shape.as_list(), dtype="int32")
    return apply("VariableShape", handle)


# -- gathers --------------------------------------------------------------------------------------
@operation(
    "ResourceGather",
    inputs="resource: resource, indices: Tindices",
    outputs="output: dtype",
    attrs="batch_dims: int = 0; validate_indices: bool = true; dtype: type; Tindices: indextype",
    stateful=True,
)
class ResourceGather:
    def shape(op: Any) -> TensorShape:  # noqa: N805
        params, indices = handle_shape(op.inputs[0]), op.inputs[1].shape
        if params.sizes is None or indices.sizes is None:
            return unknown_shape()
        batch = op.attr("batch_dims")
        return params[:batch].concatenate(indices[batch:]).concatenate(params[batch + 1 :])

    def lower(resource: Any, indices: Any, *, batch_dims: int, run: Any) -> Any:
        params = jnp.asarray(run.read(resource))
        size = params.shape[batch_dims]
        ok = jnp.all(jnp.logical_and(indices >= 0, indices < size))
        run.check(ok, scatter.index_message(size), indices)
        if batch_dims == 0:
            return params.at[indices].get(mode="clip")
        indices = jnp.asarray(indices)
        batches = np.indices(indices.shape[:batch_dims], sparse=True)
        grids = [b.reshape(b.shape + (1,) * (indices.ndim - batch_dims)) for b in batches]
        return params.at[(*grids, indices)].get(mode="clip")

    def gradient(op: Any, grad: Tensor) -> list[Any]:  # noqa: N805
        from penstock.graph.composite import IndexedSlices
        from penstock.ops import arrays, joining

        handle, indices = op.inputs
        params_shape = variable_shape(handle)
        size = arrays.expand_dims(arrays.size(indices), 0)
        values_shape = joining.concat([size, params_shape[1:]], 0)
        values = arrays.reshape(grad, values_shape)
        return [IndexedSlices(values, arrays.reshape(indices, size), params_shape), None]


@operation(
    "ResourceGatherNd",
    inputs="resource: resource, indices: Tindices",
    outputs="output: dtype",
    attrs="dtype: type; Tindices: indextype",
    stateful=True,
)
class ResourceGatherNd:
    def shape(op: Any) -> TensorShape:  # noqa: N805
        params, indices = handle_shape(op.inputs[0]), op.inputs[1].shape
        if params.sizes is None or not indices.sizes or indices.sizes[-1] is None:
            return unknown_shape()
        return indices[:-1].concatenate(params[indices.sizes[-1] :])

    def lower(resource: Any, indices: Any, *, run: Any) -> Any:
        params = jnp.asarray(run.read(resource))
        depth = np.shape(indices)[-1]
        parts = tuple(indices[..., i] for i in range(depth))
        for part, size in zip(parts, params.shape, strict=False):
            ok = jnp.all(jnp.logical_and(part >= 0, part < size))
            run.check(ok, scatter.nd_index_message(params.shape), indices)
        if not depth:
            return jnp.broadcast_to(params, np.shape(indices)[:-1] + params.shape)
        return params.at[parts].get(mode="clip")

    def gradient(op: Any, grad: Tensor) -> list[Any]:  # noqa: N805
        from penstock.graph.composite import IndexedSlices
        from penstock.graph.dtypes import int64
        from penstock.ops import arrays
        from penstock.ops.casts import cast

        handle, indices = op.inputs
        shape = variable_shape(handle)
        if indices.shape.ndims == 2 and indices.shape[-1].value == 1:
            slices = IndexedSlices(grad, arrays.squeeze(indices, axis=-1), shape)
            return [slices, None]
        dense = apply("ScatterNd", cast(indices, int64), grad, cast(shape, int64))
        return [dense, None]


# -- scatters -------------------------------------------------------------------------------------
def _scatter_shape(op: Any) -> list[Any]:
    scatter.scatter_shape(handle_shape(op.inputs[0]), op.inputs[1].shape, op.inputs[2].shape)
    return []


def _scatter_nd_shape(op: Any) -> list[Any]:
    scatter.scatter_nd_shape(handle_shape(op.inputs[0]), op.inputs[1].shape, op.inputs[2].shape)
    return []


def _lowering(kind: str, function: Any) -> Any:
    def lower(resource: Any, indices: Any, updates: Any, *, run: Any) -> Any:
        run.assign(resource, function(kind, run.read(resource), indices, updates, run))
        return ()

    return lower


def _define_scatters() -> None:
    for kind in scatter.UPDATES:
        types = "type" if kind == "Update" else "numbertype"
        parts = {"shape": _scatter_shape, "lower": _lowering(kind, scatter.scattered)}
        operation(
            f"ResourceScatter{kind}",
            inputs="resource: resource, indices: Tindices, updates: dtype",
            attrs=f"dtype: {types}; Tindices: indextype",
            stateful=True,
        )(type(kind, (), parts))
    for kind in ("Update", "Add", "Sub"):
        parts = {"shape": _scatter_nd_shape, "lower": _lowering(kind, scatter.scattered_nd)}
        operation(
            f"ResourceScatterNd{kind}",
            inputs="ref: resource, indices: Tindices, updates: T",
            attrs="T: type; Tindices: indextype; use_locking: bool = true",
            stateful=True,
        )(type(kind, (), parts))


_define_scatters()


@operation(
    "ResourceStridedSliceAssign",
    inputs="ref: resource, begin: Index, end: Index, strides: Index, value: T",
    attrs="T: type; Index: indextype" + scatter.MASKS,
    stateful=True,
)
class ResourceStridedSliceAssign:
    static = ("begin", "end", "strides")

    def lower(ref: Any, begin: Any, end: Any, strides: Any, value: Any, *, begin_mask: int,
              end_mask: int, ellipsis_mask: int, new_axis_mask: int, shrink_axis_mask: int,
              run: Any) -> Any:  # fmt: skip
        index = scatter.python_slice(
            begin, end, strides, begin_mask=begin_mask, end_mask=end_mask,
            ellipsis_mask=ellipsis_mask, new_axis_mask=new_axis_mask,
            shrink_axis_mask=shrink_axis_mask,
        )  # fmt: skip
        run.assign(ref, jnp.asarray(run.read(ref)).at[index].set(value))
        return ()
