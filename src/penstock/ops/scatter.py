"""Changing parts of reference variables: ``ScatterAdd`` and its kin, ``StridedSliceAssign``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from penstock.graph.build import apply
from penstock.graph.composite import IndexedSlices
from penstock.graph.registry import operation
from penstock.graph.shapes import TensorShape
from penstock.graph.tensor import Tensor
from penstock.ops.state import merged_shape

# -- the arithmetic, shared with the resource forms -----------------------------------------------
Update = Callable[[Any, Any, Any], Any]


def _at(x: Any, indices: Any) -> Any:
    return jnp.asarray(x).at[indices]


def _divide(x: Any, indices: Any, updates: Any) -> Any:
    divisor = _at(jnp.ones_like(x), indices).multiply(updates, mode="drop")
    return lax.div(jnp.asarray(x), divisor)


UPDATES: dict[str, Update] = {
    "Update": lambda x, i, u: _at(x, i).set(u, mode="drop"),
    "Add": lambda x, i, u: _at(x, i).add(u, mode="drop"),
    "Sub": lambda x, i, u: _at(x, i).subtract(u, mode="drop"),
    "Mul": lambda x, i, u: _at(x, i).multiply(u, mode="drop"),
    "Div": _divide,
    "Min": lambda x, i, u: _at(x, i).min(u, mode="drop"),
    "Max": lambda x, i, u: _at(x, i).max(u, mode="drop"),
}


def scattered(kind: str, value: Any, indices: Any, updates: Any, run: Any) -> Any:
    """``value`` with the slices at ``indices`` changed; checks the indices."""
    size = np.shape(value)[0]
    inside = jnp.logical_and(indices >= 0, indices < size)
    # The largest integer pads the distinct indices that optimizers make; it is no slice at all.
    inside = jnp.logical_or(inside, indices == np.iinfo(indices.dtype).max)
    run.check(
        jnp.all(inside),
        index_message(size),
        indices,
    )
    if kind == "Update" and np.ndim(updates) == 0:
        updates = jnp.broadcast_to(updates, np.shape(indices) + np.shape(value)[1:])
    return UPDATES[kind](value, indices, updates)


def index_message(size: int) -> Callable[..., str]:
    def message(indices: Any) -> str:
        indices = np.asarray(indices)
        for place in np.ndindex(indices.shape):
            if not 0 <= indices[place] < size:
                where = ", ".join(str(i) for i in place)
                return f"indices[{where}] = {indices[place]} is not in [0, {size})"
        return "indices are out of range"

    return message


def scattered_nd(kind: str, value: Any, indices: Any, updates: Any, run: Any) -> Any:
    """``value`` with the elements or slices at multi-dimensional ``indices`` changed."""
    shape = np.shape(value)
    depth = np.shape(indices)[-1]
    parts = tuple(indices[..., i] for i in range(depth))
    if depth:
        inside = [jnp.logical_and(part >= 0, part < shape[i]) for i, part in enumerate(parts)]
        ok = jnp.all(jnp.stack([jnp.all(each) for each in inside]))
        run.check(ok, nd_index_message(shape), indices)
    if not depth:
        # No index at all: every update is to the whole value.
        count = np.shape(updates)[: np.ndim(indices) - 1]
        updates = jnp.reshape(updates, (int(np.prod(count)), *shape))
        for each in updates:
            value = {"Update": each, "Add": value + each, "Sub": value - each}[kind]
        return value
    return UPDATES[kind](value, parts, updates)


def nd_index_message(sizes: tuple[int, ...]) -> Callable[..., str]:
    def message(indices: Any) -> str:
        indices = np.asarray(indices)
        for place in np.ndindex(indices.shape[:-1]):
            if any(not 0 <= i < s for i, s in zip(indices[place], sizes)):
                where = ", ".join(str(i) for i in place)
                found = ", ".join(str(i) for i in indices[place])
                shape = ",".join(str(s) for s in sizes)
                return f"indices[{where}] = [{found}] does not index into shape [{shape}]"
        return "indices are out of range"

    return message


def scatter_shape(ref: TensorShape, indices: TensorShape, updates: TensorShape) -> TensorShape:
    """Checks that the updates fit ``indices.shape + ref.shape[1:]`` or are one scalar."""
    if ref.ndims == 0:
        raise ValueError("Shape must be at least rank 1 but is rank 0")
    if updates.ndims != 0 and ref.sizes is not None and indices.sizes is not None:
        merged_shape(updates, indices.concatenate(ref[1:]))
    return ref


def scatter_nd_shape(ref: TensorShape, indices: TensorShape, updates: TensorShape) -> TensorShape:
    """Checks that the updates fit ``indices.shape[:-1] + ref.shape[indices.shape[-1]:]``."""
    if ref.sizes is None or indices.sizes is None or updates.sizes is None:
        return ref
    if not indices.sizes:
        raise ValueError("Shape must be at least rank 1 but is rank 0")
    depth = indices.sizes[-1]
    if depth is None:
        return ref
    if depth > len(ref.sizes):
        raise ValueError(
            "The inner dimension of indices must not be larger than the rank of the variable: "
            f"{depth} vs {len(ref.sizes)}"
        )
    outer = len(indices.sizes) - 1
    for part, wanted, what in (
        (updates[:outer], indices[:-1], "indices.shape[:-1]"),
        (updates[outer:], ref[depth:], "output.shape[indices.shape[-1]:]"),
    ):
        if not part.is_compatible_with(wanted):
            raise ValueError(
                f"updates.shape={updates} doesn't fit indices.shape={indices} and a variable of "
                f"shape {ref}: {part} should be {what} = {wanted}"
            )
    return ref


def _ref_scatter_shape(op: Any) -> TensorShape:
    return scatter_shape(*(t.shape for t in op.inputs))


def _ref_scatter_nd_shape(op: Any) -> TensorShape:
    return scatter_nd_shape(*(t.shape for t in op.inputs))


def _lowering(kind: str, function: Any) -> Any:
    def lower(ref: Any, indices: Any, updates: Any, *, run: Any) -> Any:
        run.assign(ref, function(kind, run.read(ref), indices, updates, run))
        return ref

    return lower


_SIGNATURE: dict[str, Any] = {
    "inputs": "ref: Ref(T), indices: Tindices, updates: T",
    "outputs": "output_ref: Ref(T)",
}
_NUMBERS = "T: numbertype; Tindices: indextype; use_locking: bool = false"
_ORDERED = (
    "T: {half, bfloat16, float, double, int32, int64}; Tindices: indextype; "
    "use_locking: bool = false"
)
_ANY = "T: type; Tindices: indextype; use_locking: bool = true"


@operation("ScatterUpdate", **_SIGNATURE, attrs=_ANY)
class ScatterUpdate:
    shape = _ref_scatter_shape
    lower = _lowering("Update", scattered)

    def host(ref: Any, indices: Any, updates: Any, *, run: Any) -> Any:
        changed = np.array(run.read(ref))
        for place, update in zip(
            np.ravel(indices), np.reshape(updates, (-1, *changed.shape[1:])), strict=False
        ):
            changed[place] = update
        run.assign(ref, changed)
        return ref


@operation("ScatterAdd", **_SIGNATURE, attrs=_NUMBERS)
class ScatterAdd:
    shape = _ref_scatter_shape
    lower = _lowering("Add", scattered)
    gradient = None


@operation("ScatterSub", **_SIGNATURE, attrs=_NUMBERS)
class ScatterSub:
    shape = _ref_scatter_shape
    lower = _lowering("Sub", scattered)
    gradient = None


@operation("ScatterMul", **_SIGNATURE, attrs=_NUMBERS)
class ScatterMul:
    shape = _ref_scatter_shape
    lower = _lowering("Mul", scattered)
    gradient = None


@operation("ScatterDiv", **_SIGNATURE, attrs=_NUMBERS)
class ScatterDiv:
    shape = _ref_scatter_shape
    lower = _lowering("Div", scattered)
    gradient = None


@operation("ScatterMin", **_SIGNATURE, attrs=_ORDERED)
class ScatterMin:
    shape = _ref_scatter_shape
    lower = _lowering("Min", scattered)


@operation("ScatterMax", **_SIGNATURE, attrs=_ORDERED)
class ScatterMax:
    shape = _ref_scatter_shape
    lower = _lowering("Max", scattered)


@operation("ScatterNdUpdate", **_SIGNATURE, attrs=_ANY)
class ScatterNdUpdate:
    shape = _ref_scatter_nd_shape
    lower = _lowering("Update", scattered_nd)
    gradient = None


@operation("ScatterNdAdd", **_SIGNATURE, attrs=_NUMBERS)
class ScatterNdAdd:
    shape = _ref_scatter_nd_shape
    lower = _lowering("Add", scattered_nd)
    gradient = None


@operation("ScatterNdSub", **_SIGNATURE, attrs=_NUMBERS)
class ScatterNdSub:
    shape = _ref_scatter_nd_shape
    lower = _lowering("Sub", scattered_nd)
    gradient = None


# -- slices ---------------------------------------------------------------------------------------
def python_slice(
    begin: Any, end: Any, strides: Any, *, begin_mask: int, end_mask: int, ellipsis_mask: int,
    new_axis_mask: int, shrink_axis_mask: int,
) -> tuple[Any, ...]:  # fmt: skip
    """The index that the vectors and masks of a strided slice stand for."""
    index: list[Any] = []
    for i in range(len(begin)):
        bit = 1 << i
        if ellipsis_mask & bit:
            index.append(Ellipsis)
        elif new_axis_mask & bit:
            index.append(None)
        elif shrink_axis_mask & bit:
            index.append(int(begin[i]))
        else:
            index.append(
                slice(
                    None if begin_mask & bit else int(begin[i]),
                    None if end_mask & bit else int(end[i]),
                    int(strides[i]),
                )
            )
    return tuple(index)


MASKS = "".join(
    f"; {name}_mask: int = 0" for name in ("begin", "end", "ellipsis", "new_axis", "shrink_axis")
)


@operation(
    "StridedSliceAssign",
    inputs="ref: Ref(T), begin: Index, end: Index, strides: Index, value: T",
    outputs="output_ref: Ref(T)",
    attrs="T: type; Index: indextype" + MASKS,
)
class StridedSliceAssign:
    static = ("begin", "end", "strides")

    def shape(op: Any) -> TensorShape:  # noqa: N805
        return op.inputs[0].shape

    def lower(ref: Any, begin: Any, end: Any, strides: Any, value: Any, *, begin_mask: int,
              end_mask: int, ellipsis_mask: int, new_axis_mask: int, shrink_axis_mask: int,
              run: Any) -> Any:  # fmt: skip
        index = python_slice(begin, end, strides, begin_mask=begin_mask, end_mask=end_mask,
                             ellipsis_mask=ellipsis_mask, new_axis_mask=new_axis_mask,
                             shrink_axis_mask=shrink_axis_mask)  # fmt: skip
        run.assign(ref, jnp.asarray(run.read(ref)).at[index].set(value))
        return ref

    def host(ref: Any, begin: Any, end: Any, strides: Any, value: Any, *, begin_mask: int,
             end_mask: int, ellipsis_mask: int, new_axis_mask: int, shrink_axis_mask: int,
             run: Any) -> Any:  # fmt: skip
        index = python_slice(begin, end, strides, begin_mask=begin_mask, end_mask=end_mask,
                             ellipsis_mask=ellipsis_mask, new_axis_mask=new_axis_mask,
                             shrink_axis_mask=shrink_axis_mask)  # fmt: skip
        changed = np.array(run.read(ref))
        changed[index] = value[()] if np.ndim(value) == 0 else value
        run.assign(ref, changed)
        return ref


def strided_slice_assign(ref: Any, begin: Any, end: Any, strides: Any, value: Any,
                         name: str | None = None, **masks: int) -> Tensor:  # fmt: skip
    """Assigns ``value`` to a strided slice of a variable (``v[1:3].assign(value)``)."""
    return apply("StridedSliceAssign", ref, begin, end, strides, value, name=name, **masks)


# -- public functions -----------------------------------------------------------------------------
def apply_slices(op_type: str, ref: Tensor, slices: Any, use_locking: bool,
                 name: str | None) -> Tensor:  # fmt: skip
    """A scatter operation with the parts of ``IndexedSlices``.

    Raises:
        TypeError: when ``slices`` is something else.
    """
    if not isinstance(slices, IndexedSlices):
        raise TypeError(f"sparse_delta is not IndexedSlices: {slices}")
    return apply(op_type, ref, slices.indices, slices.values, use_locking=use_locking, name=name)


def _scatter(kind: str, ref: Any, indices: Any, updates: Any, use_locking: bool,
             name: str | None) -> Any:  # fmt: skip
    if ref.dtype._is_ref_dtype:
        return apply(f"Scatter{kind}", ref, indices, updates, use_locking=use_locking, name=name)
    from penstock.graph.convert import convert_to_tensor

    updates = convert_to_tensor(updates, ref.dtype)
    changed = apply(f"ResourceScatter{kind}", ref.handle, indices, updates, name=name)
    return ref._lazy_read(changed)


def scatter_update(ref: Any, indices: Any, updates: Any, use_locking: bool = True,
                   name: str | None = None) -> Any:  # fmt: skip
    """Replaces slices of a variable: ``ref[indices[i]] = updates[i]``.

    Args:
        ref: the variable, of shape ``[n, ...]``.
        indices: integers of any shape, each in ``[0, n)``.
        updates: a tensor of shape ``indices.shape + ref.shape[1:]``.
        use_locking: accepted as in TensorFlow.
        name: the operation's name.

    Returns:
        A tensor that holds the variable's value after the update. An index out of range is an
        ``InvalidArgumentError`` when the operation runs.
    """
    return _scatter("Update", ref, indices, updates, use_locking, name)


def scatter_add(ref: Any, indices: Any, updates: Any, use_locking: bool = False,
                name: str | None = None) -> Any:  # fmt: skip
    """Adds to slices of a variable; indices that repeat add up. See ``scatter_update``."""
    return _scatter("Add", ref, indices, updates, use_locking, name)


def scatter_sub(ref: Any, indices: Any, updates: Any, use_locking: bool = False,
                name: str | None = None) -> Any:  # fmt: skip
    """Subtracts from slices of a variable. See ``scatter_update``."""
    return _scatter("Sub", ref, indices, updates, use_locking, name)


def scatter_mul(ref: Any, indices: Any, updates: Any, use_locking: bool = False,
                name: str | None = None) -> Any:  # fmt: skip
    """Multiplies slices of a variable. See ``scatter_update``."""
    return _scatter("Mul", ref, indices, updates, use_locking, name)


def scatter_div(ref: Any, indices: Any, updates: Any, use_locking: bool = False,
                name: str | None = None) -> Any:  # fmt: skip
    """Divides slices of a variable. See ``scatter_update``."""
    return _scatter("Div", ref, indices, updates, use_locking, name)


def scatter_min(ref: Any, indices: Any, updates: Any, use_locking: bool = False,
                name: str | None = None) -> Any:  # fmt: skip
    """The smaller of slices of a variable and the updates. See ``scatter_update``."""
    return _scatter("Min", ref, indices, updates, use_locking, name)


def scatter_max(ref: Any, indices: Any, updates: Any, use_locking: bool = False,
                name: str | None = None) -> Any:  # fmt: skip
    """The larger of slices of a variable and the updates. See ``scatter_update``."""
    return _scatter("Max", ref, indices, updates, use_locking, name)


def _scatter_nd(kind: str, ref: Any, indices: Any, updates: Any, use_locking: bool,
                name: str | None) -> Any:  # fmt: skip
    if ref.dtype._is_ref_dtype:
        return apply(f"ScatterNd{kind}", ref, indices, updates, use_locking=use_locking, name=name)
    from penstock.graph.convert import convert_to_tensor

    updates = convert_to_tensor(updates, ref.dtype)
    return ref._lazy_read(
        apply(f"ResourceScatterNd{kind}", ref.handle, indices, updates, name=name)
    )


def scatter_nd_update(ref: Any, indices: Any, updates: Any, use_locking: bool = True,
                      name: str | None = None) -> Any:  # fmt: skip
    """Replaces elements or slices of a variable.

    Args:
        ref: the variable.
        indices: ``[d0, ..., k]`` integers; each last dimension indexes the first k of ``ref``.
        updates: a tensor of shape ``indices.shape[:-1] + ref.shape[k:]``.
        use_locking: accepted as in TensorFlow.
        name: the operation's name.

    Returns:
        A tensor that holds the variable's value after the update.
    """
    return _scatter_nd("Update", ref, indices, updates, use_locking, name)


def scatter_nd_add(ref: Any, indices: Any, updates: Any, use_locking: bool = False,
                   name: str | None = None) -> Any:  # fmt: skip
    """Adds to elements or slices of a variable. See ``scatter_nd_update``."""
    return _scatter_nd("Add", ref, indices, updates, use_locking, name)


def scatter_nd_sub(ref: Any, indices: Any, updates: Any, use_locking: bool = False,
                   name: str | None = None) -> Any:  # fmt: skip
    """Subtracts from elements or slices of a variable. See ``scatter_nd_update``."""
    return _scatter_nd("Sub", ref, indices, updates, use_locking, name)


def batch_scatter_update(ref: Any, indices: Any, updates: Any, use_locking: bool = True,
                         name: str | None = None) -> Any:  # fmt: skip
    """``scatter_update`` for each batch.

    Args:
        ref: the variable, of shape ``[b0, ..., n, ...]``.
        indices: ``[b0, ..., m]`` integers: which of the ``n`` slices of each batch to replace.
        updates: a tensor of shape ``[b0, ..., m, ...]``.
        use_locking: accepted as in TensorFlow.
        name: the name scope; ``'batch_scatter_update'`` by default.

    Returns:
        A tensor that holds the variable's value after the update.
    """
    from penstock.graph.convert import convert_to_tensor
    from penstock.graph.scopes import name_scope
    from penstock.ops import arrays, joining
    from penstock.ops.casts import cast

    with name_scope(name):
        indices = convert_to_tensor(indices, name="indices")
        indices_shape = arrays.shape(indices)
        rank = indices.shape.ndims
        if rank is None:
            raise ValueError("batch_scatter_update needs indices of known rank")
        nd_indices = arrays.expand_dims(indices, axis=-1)
        parts = []
        for axis in range(rank - 1):
            sizes: list[Any] = [1] * (rank + 1)
            sizes[axis] = indices_shape[axis]
            places = arrays.reshape(apply("Range", 0, sizes[axis], 1), sizes)
            if places.dtype != nd_indices.dtype:
                places = cast(places, nd_indices.dtype)
            parts.append(places * arrays.ones_like(nd_indices))
        final = joining.concat([*parts, nd_indices], axis=-1)
        return scatter_nd_update(ref, final, updates, use_locking=use_locking)
