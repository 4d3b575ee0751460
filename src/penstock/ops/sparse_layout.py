"""Rearranging sparse tensors: reorder, concat, split, slice, reshape, add, and so on.

How many elements come out depends on data, so most run on the host.
"""

from __future__ import annotations

import collections
from typing import Any

import jax.numpy as jnp
import numpy as np

from penstock.graph import dtypes
from penstock.graph.build import apply
from penstock.graph.composite import IndexedSlices, SparseTensor, SparseTensorValue
from penstock.graph.convert import convert_to_tensor
from penstock.graph.registry import operation
from penstock.graph.scopes import name_scope
from penstock.graph.shapes import TensorShape
from penstock.graph.static_values import constant_value
from penstock.graph.tensor import Tensor
from penstock.ops.arrays import (
    expand_dims,
    fill,
    identity,
    invert_permutation,
    rank,
    reshape,
    transpose,
)
from penstock.ops.arrays import shape as shape_of
from penstock.ops.casts import cast
from penstock.ops.constants import constant
from penstock.ops.fills import ones_like
from penstock.ops.gathers import gather
from penstock.ops.joining import concat
from penstock.ops.sparse import as_sparse, invalid, sparse_to_dense

_INT64 = dtypes.int64


def _sparse_shapes(op: Any) -> list[TensorShape]:
    """Indices, values and shape of a sparse result with as many dimensions as input 2 has."""
    ndims = op.inputs[2].shape.num_elements()
    return [TensorShape([None, ndims]), TensorShape([None]), TensorShape([ndims])]


def _sort_order(indices: np.ndarray) -> np.ndarray:
    return np.lexsort(indices.T[::-1]) if indices.shape[1] else np.arange(len(indices))


# -- reorder -----------------------------------------------------------------------------------
@operation(
    "SparseReorder",
    inputs="input_indices: int64, input_values: T, input_shape: int64",
    outputs="output_indices: int64, output_values: T",
    attrs="T: type",
)
class SparseReorder:
    def shape(op: Any) -> Any:  # noqa: N805
        return [op.inputs[0].shape, op.inputs[1].shape]

    def host(input_indices: Any, input_values: Any, input_shape: Any) -> Any:
        order = _sort_order(input_indices)
        return input_indices[order], input_values[order]

    fold = host

    def lower(input_indices: Any, input_values: Any, input_shape: Any) -> Any:
        order = jnp.lexsort(jnp.asarray(input_indices).T[::-1])
        return jnp.asarray(input_indices)[order], jnp.asarray(input_values)[order]

    def gradient(op: Any, _: Any, dy: Any) -> list[Any]:  # noqa: N805
        count: Any = shape_of(op.inputs[0])
        places = apply("Range", 0, count[0], 1, name="range")
        moved = sparse_reorder(SparseTensor(op.inputs[0], places, op.inputs[2]))
        return [None, gather(dy, invert_permutation(moved.values)), None]


def sparse_reorder(sp_input: Any, name: str | None = None) -> SparseTensor:
    """A sparse tensor with its elements in row-major order."""
    sp_input = as_sparse(sp_input)
    parts = apply(
        "SparseReorder", sp_input.indices, sp_input.values, sp_input.dense_shape, name=name
    )
    if sp_input.shape.is_fully_defined():
        return SparseTensor(*parts, sp_input.shape.as_list())
    return SparseTensor(*parts, identity(sp_input.dense_shape))


# -- concat and split --------------------------------------------------------------------------
@operation(
    "SparseConcat",
    inputs="indices: N * int64, values: N * T, shapes: N * int64",
    outputs="output_indices: int64, output_values: T, output_shape: int64",
    attrs="concat_dim: int; N: int >= 2; T: type",
)
class SparseConcat:
    gradient = None

    def shape(op: Any) -> Any:  # noqa: N805
        ndims, parts = op.inputs[-1].shape.num_elements(), op.inputs[: op.attr("N")]
        counts = [None if t.shape.sizes is None else t.shape.sizes[0] for t in parts]
        total = None if None in counts else sum(counts)
        return [TensorShape([total, ndims]), TensorShape([total]), TensorShape([ndims])]

    def host(indices: list[Any], values: list[Any], shapes: list[Any], *, concat_dim: int) -> Any:
        place = concat_dim % len(shapes[0])
        result = shapes[0].copy()
        result[place] = 0
        moved = []
        for index, sizes in zip(indices, shapes, strict=True):
            for d, (a, b) in enumerate(zip(shapes[0], sizes, strict=True)):
                if d != place and a != b:
                    raise invalid(
                        f"Concat dimension {place}: input shapes must match: expected {a} but got "
                        f"{b} at dimension {d}"
                    )
            index = index.copy()
            index[:, place] += result[place]
            result[place] += sizes[place]
            moved.append(index)
        merged = np.concatenate(moved)
        order = _sort_order(merged)
        return merged[order], np.concatenate(values)[order], result

    fold = host


def sparse_concat(
    axis: Any,
    sp_inputs: Any,
    name: str | None = None,
    expand_nonconcat_dim: bool = False,
    concat_dim: Any = None,
    expand_nonconcat_dims: bool | None = None,
) -> SparseTensor:
    """Sparse tensors put together along an axis.

    Args:
        axis: the dimension.
        sp_inputs: a list of ``SparseTensor``.
        name: the operation's name.
        expand_nonconcat_dim: let the other dimensions differ; the greatest sizes count.
        concat_dim: the old name of ``axis``.
        expand_nonconcat_dims: another name of ``expand_nonconcat_dim``.
    """
    axis = concat_dim if concat_dim is not None else axis
    expand = expand_nonconcat_dim if expand_nonconcat_dims is None else expand_nonconcat_dims
    if not isinstance(sp_inputs, (list, tuple)):
        raise TypeError("Inputs must be a list")
    inputs = [as_sparse(each) for each in sp_inputs]
    if len(inputs) == 1:
        return inputs[0]
    shapes: list[Any] = [each.dense_shape for each in inputs]
    if expand:
        listed = [cast(reshape(s, [1, -1]), _INT64) for s in shapes]
        most: Any = apply("Max", concat(listed, 0), 0)
        shapes = [
            concat(
                [
                    most[:axis],
                    s[-1:] if axis == -1 else s[axis : axis + 1],
                    [] if axis == -1 else most[axis + 1 :],
                ],
                0,
            )
            for s in shapes
        ]
    parts = apply(
        "SparseConcat",
        [each.indices for each in inputs],
        [each.values for each in inputs],
        shapes,
        name=name,
        concat_dim=axis,
    )
    sizes = [each.shape for each in inputs]
    if not expand and all(each.is_fully_defined() for each in sizes):
        final = sizes[0].as_list()
        final[axis] = sum(each.as_list()[axis] for each in sizes)
        parts[2] = constant(final, dtype=_INT64)
    return SparseTensor(*parts)


@operation(
    "SparseSplit",
    inputs="split_dim: int64, indices: int64, values: T, shape: int64",
    outputs="output_indices: num_split * int64, output_values: num_split * T, "
    "output_shape: num_split * int64",
    attrs="num_split: int >= 1; T: type",
)
class SparseSplit:
    def shape(op: Any) -> Any:  # noqa: N805
        ndims, count = op.inputs[3].shape.num_elements(), op.attr("num_split")
        return (
            [TensorShape([None, ndims])] * count
            + [TensorShape([None])] * count
            + [TensorShape([ndims])] * count
        )

    def host(split_dim: Any, indices: Any, values: Any, shape: Any, *, num_split: int) -> Any:
        place = int(split_dim)
        size, extra = divmod(int(shape[place]), num_split)
        start = 0
        parts: list[tuple[Any, Any, Any]] = []
        for i in range(num_split):
            width = size + (1 if i < extra else 0)
            inside = (indices[:, place] >= start) & (indices[:, place] < start + width)
            moved = indices[inside].copy()
            moved[:, place] -= start
            part_shape = shape.copy()
            part_shape[place] = width
            parts.append((moved, values[inside], part_shape))
            start += width
        return tuple(part[k] for k in range(3) for part in parts)


def sparse_split(
    keyword_required: Any = None,
    sp_input: Any = None,
    num_split: int | None = None,
    axis: Any = None,
    name: str | None = None,
    split_dim: Any = None,
) -> list[SparseTensor]:
    """A sparse tensor cut into parts along an axis (all arguments by keyword).

    Args:
        keyword_required: not used.
        sp_input: a ``SparseTensor``.
        num_split: how many parts.
        axis: the dimension.
        name: the operation's name.
        split_dim: the old name of ``axis``.
    """
    if keyword_required is not None and hasattr(keyword_required, "name"):
        raise ValueError("Keyword arguments are required for this function.")
    if sp_input is None:
        raise ValueError("sp_input is required")
    if num_split is None:
        raise ValueError("num_split is required")
    axis = split_dim if axis is None else axis
    if axis is None:
        raise ValueError("axis is required")
    sp_input = as_sparse(sp_input)
    indices, values, shapes = apply(
        "SparseSplit",
        axis,
        sp_input.indices,
        sp_input.values,
        sp_input.dense_shape,
        name=name,
        num_split=num_split,
    )
    return [SparseTensor(*parts) for parts in zip(indices, values, shapes, strict=True)]


# -- slice, reshape, transpose -----------------------------------------------------------------
@operation(
    "SparseSlice",
    inputs="indices: int64, values: T, shape: int64, start: int64, size: int64",
    outputs="output_indices: int64, output_values: T, output_shape: int64",
    attrs="T: type",
)
class SparseSlice:
    shape = _sparse_shapes

    def host(indices: Any, values: Any, shape: Any, start: Any, size: Any) -> Any:
        inside = ((indices >= start) & (indices < start + size)).all(axis=1)
        left = np.clip(np.minimum(size, shape - start), 0, None)
        return indices[inside] - start, values[inside], left

    def gradient(op: Any, _: Any, dy: Any, __: Any) -> list[Any]:  # noqa: N805
        found = apply("SparseSliceGrad", dy, op.inputs[0], op.inputs[3], op.outputs[0])
        found.set_shape(op.inputs[1].shape)
        return [None, found, None, None, None]


@operation(
    "SparseSliceGrad",
    inputs="backprop_val_grad: T, input_indices: int64, input_start: int64, output_indices: int64",
    outputs="val_grad: T",
    attrs="T: numbertype",
)
class SparseSliceGrad:
    def shape(op: Any) -> Any:  # noqa: N805
        return TensorShape([op.inputs[1].shape.with_rank(2)[0]])

    def host(
        backprop_val_grad: Any, input_indices: Any, input_start: Any, output_indices: Any
    ) -> np.ndarray:
        places = {tuple(row): i for i, row in enumerate((output_indices + input_start).tolist())}
        found = np.zeros(len(input_indices), backprop_val_grad.dtype)
        for i, row in enumerate(input_indices.tolist()):
            if tuple(row) in places:
                found[i] = backprop_val_grad[places[tuple(row)]]
        return found


def sparse_slice(sp_input: Any, start: Any, size: Any, name: str | None = None) -> SparseTensor:
    """The part of a sparse tensor that starts at ``start`` and has ``size``."""
    sp_input = as_sparse(sp_input)
    start = convert_to_tensor(start, _INT64)
    size = convert_to_tensor(size, _INT64)
    with name_scope(name, "SparseSlice", [sp_input.indices]) as scope:
        parts = apply(
            "SparseSlice",
            sp_input.indices,
            sp_input.values,
            sp_input.dense_shape,
            start,
            size,
            name=scope,
        )
        return SparseTensor(*parts)


@operation(
    "SparseReshape",
    inputs="input_indices: int64, input_shape: int64, new_shape: int64",
    outputs="output_indices: int64, output_shape: int64",
)
class SparseReshape:
    def shape(op: Any) -> Any:  # noqa: N805
        ndims = op.inputs[2].shape.num_elements()
        return [TensorShape([op.inputs[0].shape.with_rank(2)[0], ndims]), TensorShape([ndims])]

    def host(input_indices: Any, input_shape: Any, new_shape: Any) -> Any:
        total = int(np.prod(input_shape))
        sizes = new_shape.copy()
        if (sizes == -1).sum() > 1:
            raise invalid("only one output shape size may be -1")
        if -1 in sizes:
            rest = int(np.prod(sizes[sizes != -1]))
            if not rest or total % rest:
                raise invalid(
                    f"Input to reshape is a SparseTensor with {total} dense values, but the "
                    f"requested shape requires a multiple of {rest}. input_shape="
                    f"{input_shape.tolist()} output_shape={sizes.tolist()}"
                )
            sizes[sizes == -1] = total // rest
        if int(np.prod(sizes)) != total:
            raise invalid(
                f"Input to reshape is a tensor with {total} dense values, but the requested shape "
                f"has {int(np.prod(sizes))}. input_shape={input_shape.tolist()} "
                f"output_shape={sizes.tolist()}"
            )
        if not len(input_indices):
            return np.zeros((0, len(sizes)), np.int64), sizes
        flat = np.ravel_multi_index(tuple(input_indices.T), tuple(input_shape))
        return np.stack(np.unravel_index(flat, tuple(sizes)), axis=1).astype(np.int64), sizes

    fold = host


def sparse_reshape(sp_input: Any, shape: Any, name: str | None = None) -> SparseTensor:
    """A sparse tensor with its elements, in row-major order, in another dense shape."""
    sp_input = as_sparse(sp_input)
    wanted = cast(shape, _INT64)
    with name_scope(name, "SparseReshape", [sp_input.indices]) as scope:
        indices, sizes = apply(
            "SparseReshape", sp_input.indices, sp_input.dense_shape, wanted, name=scope
        )
        known = constant_value(wanted)
        if known is not None:
            old = sp_input.shape.num_elements()
            final = known.tolist()
            if -1 in final and old is not None:
                rest = int(np.prod([s for s in final if s != -1]))
                if final.count(-1) == 1 and rest and old % rest == 0:
                    final[final.index(-1)] = old // rest
            new = None if -1 in final else int(np.prod(final))
            if old is not None and new is not None and old != new:
                raise ValueError(
                    f"Cannot reshape a tensor with {old} elements to shape {final} ({new} "
                    "elements)."
                )
            if new is not None:
                sizes = convert_to_tensor(np.array(final, np.int64))
        return SparseTensor(indices, identity(sp_input.values), sizes)


def sparse_transpose(sp_input: Any, perm: Any = None, name: str | None = None) -> SparseTensor:
    """A sparse tensor with its dimensions in another order (reversed when left out)."""
    with name_scope(name, "SparseTranspose", [sp_input]):
        sp_input = as_sparse(sp_input)
        if perm is None:
            count: Any = rank(sp_input)
            perm = (count - 1) - apply("Range", 0, count, 1, name="range")
        indices = transpose(gather(transpose(sp_input.indices), perm))
        if not isinstance(perm, Tensor) and sp_input.shape.is_fully_defined():
            convert_to_tensor(perm)
            sizes: Any = [sp_input.shape.as_list()[i] for i in np.asarray(perm).tolist()]
        else:
            sizes = gather(sp_input.dense_shape, perm)
        return sparse_reorder(SparseTensor(indices, sp_input.values, sizes))


def sparse_expand_dims(sp_input: Any, axis: Any = None, name: str | None = None) -> SparseTensor:
    """A sparse tensor with a dimension of size 1 put in at ``axis`` (last when left out)."""
    sp_input = as_sparse(sp_input)
    with name_scope(name, default_name="expand_dims", values=[sp_input]):
        ndims = sp_input.shape.ndims
        if ndims is None:
            raise ValueError("expand_dims wants a sparse tensor whose rank is known")
        place = -1 if axis is None else int(axis)
        place = place + ndims + 1 if place < 0 else place
        count: Any = shape_of(sp_input.indices)
        column = fill([count[0], 1], convert_to_tensor(0, _INT64))
        indices: Any = sp_input.indices
        sizes: Any = sp_input.dense_shape
        return SparseTensor(
            concat([indices[:, :place], column, indices[:, place:]], 1),
            sp_input.values,
            concat([sizes[:place], convert_to_tensor([1], _INT64), sizes[place:]], 0),
        )


# -- choosing and filling ----------------------------------------------------------------------
def sparse_retain(sp_input: Any, to_retain: Any) -> SparseTensor:
    """The elements of a sparse tensor at which a boolean vector is true."""
    from penstock.ops.selecting import where

    sp_input = as_sparse(sp_input)
    to_retain = convert_to_tensor(to_retain)
    to_retain.shape.assert_has_rank(1)
    to_retain.shape[0].merge_with(sp_input.values.shape[0])
    places = reshape(where(to_retain), [-1])
    return SparseTensor(
        gather(sp_input.indices, places),
        gather(sp_input.values, places),
        identity(sp_input.dense_shape),
    )


def sparse_reset_shape(sp_input: Any, new_shape: Any = None) -> SparseTensor:
    """A sparse tensor in the smallest shape that holds its elements, or in ``new_shape``."""
    sp_input = as_sparse(sp_input)
    indices = identity(sp_input.indices)
    values = identity(sp_input.values)
    old_shape = identity(sp_input.dense_shape)
    if new_shape is None:
        nothing = constant(0, dtype=_INT64)
        most = apply("Max", indices, 0)
        return SparseTensor(
            indices, values, apply("Maximum", nothing, apply("Add", most, ones_like(old_shape)))
        )
    wanted = cast(convert_to_tensor(new_shape), _INT64)
    have, want = sp_input.shape, constant_value(wanted)
    if have.is_fully_defined() and want is not None:
        if len(want) != have.ndims:
            raise ValueError(f"Shapes {have} and {tuple(want.tolist())} must have the same rank")
        if any(a > b for a, b in zip(have.as_list(), want.tolist(), strict=True)):
            raise ValueError(
                "Requested dimension sizes are smaller than the existing ones: "
                f"{have} and {tuple(want.tolist())}"
            )
        return SparseTensor(indices, values, want)
    return SparseTensor(indices, values, wanted)


FilledRows = collections.namedtuple(
    "SparseFillEmptyRows",
    ["output_indices", "output_values", "empty_row_indicator", "reverse_index_map"],
)


@operation(
    "SparseFillEmptyRows",
    inputs="indices: int64, values: T, dense_shape: int64, default_value: T",
    outputs="output_indices: int64, output_values: T, empty_row_indicator: bool, "
    "reverse_index_map: int64",
    attrs="T: type",
)
class SparseFillEmptyRows:
    def shape(op: Any) -> Any:  # noqa: N805
        sizes = constant_value(op.inputs[2])
        rows = None if sizes is None else int(sizes[0])
        return [
            TensorShape([None, op.inputs[0].shape.with_rank(2)[1]]),
            TensorShape([None]),
            TensorShape([rows]),
            TensorShape([op.inputs[0].shape[0]]),
        ]

    def host(indices: Any, values: Any, dense_shape: Any, default_value: Any) -> Any:
        rows = int(dense_shape[0])
        counts = np.bincount(indices[:, 0], minlength=rows)
        empty = counts == 0
        added = np.zeros((int(empty.sum()), indices.shape[1]), np.int64)
        added[:, 0] = np.flatnonzero(empty)
        filled = np.full(len(added), default_value[()], values.dtype)
        merged = np.concatenate([indices, added])
        order = np.argsort(merged[:, 0], kind="stable")
        back = np.empty(len(order), np.int64)
        back[order] = np.arange(len(order))
        return merged[order], np.concatenate([values, filled])[order], empty, back[: len(indices)]

    def gradient(op: Any, _: Any, dy: Any, __: Any, ___: Any) -> list[Any]:  # noqa: N805
        values, default = apply("SparseFillEmptyRowsGrad", op.outputs[3], dy)
        return [None, values, None, default]


@operation(
    "SparseFillEmptyRowsGrad",
    inputs="reverse_index_map: int64, grad_values: T",
    outputs="d_values: T, d_default_value: T",
    attrs="T: type",
)
class SparseFillEmptyRowsGrad:
    def shape(op: Any) -> Any:  # noqa: N805
        return [op.inputs[0].shape.with_rank(1), TensorShape([])]

    def lower(reverse_index_map: Any, grad_values: Any) -> Any:
        values = jnp.asarray(grad_values)
        kept = values[jnp.asarray(reverse_index_map)]
        taken = jnp.zeros(values.shape[0], np.bool_).at[reverse_index_map].set(True)
        rest = jnp.where(taken, jnp.zeros((), values.dtype), values)
        return kept, rest.sum().astype(values.dtype)


def sparse_fill_empty_rows(
    sp_input: Any, default_value: Any, name: str | None = None
) -> tuple[SparseTensor, Tensor]:
    """A sparse matrix in which each empty row got ``default_value`` in its first column.

    Returns:
        The sparse matrix, and a boolean vector that is true for the rows that were empty.
    """
    sp_input = as_sparse(sp_input)
    with name_scope(name, "SparseFillEmptyRows", [sp_input]):
        default_value = convert_to_tensor(default_value, dtype=sp_input.values.dtype)
        indices, values, empty, _ = apply(
            "SparseFillEmptyRows",
            sp_input.indices,
            sp_input.values,
            sp_input.dense_shape,
            default_value,
        )
        return SparseTensor(indices, values, sp_input.dense_shape), empty


# -- sums, extremes, softmax -------------------------------------------------------------------
def _union(a_indices: Any, b_indices: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The places of either tensor in order, and for each its element of a and of b, or -1."""
    merged = sorted({*map(tuple, a_indices.tolist()), *map(tuple, b_indices.tolist())})
    place = {row: i for i, row in enumerate(merged)}
    sources = []
    for indices in (a_indices, b_indices):
        source = np.full(len(merged), -1, np.int64)
        for i, row in enumerate(indices.tolist()):
            source[place[tuple(row)]] = i
        sources.append(source)
    rows = np.array(merged, np.int64).reshape(len(merged), a_indices.shape[1])
    return rows, sources[0], sources[1]


def _taken(values: np.ndarray, source: np.ndarray) -> np.ndarray:
    padded = np.concatenate([values, np.zeros(1, values.dtype)])
    return padded[source]


@operation(
    "SparseAdd",
    inputs="a_indices: int64, a_values: T, a_shape: int64, b_indices: int64, b_values: T, "
    "b_shape: int64, thresh: Treal",
    outputs="sum_indices: int64, sum_values: T, sum_shape: int64",
    attrs="T: numbertype; Treal: realnumbertype",
)
class SparseAdd:
    shape = _sparse_shapes

    def host(
        a_indices: Any, a_values: Any, a_shape: Any, b_indices: Any, b_values: Any, b_shape: Any,
        thresh: Any,
    ) -> Any:  # fmt: skip
        if a_shape.tolist() != b_shape.tolist():
            raise invalid(
                f"operands' shapes do not match: {a_shape.tolist()} and {b_shape.tolist()}"
            )
        rows, from_a, from_b = _union(a_indices, b_indices)
        total = _taken(a_values, from_a) + _taken(b_values, from_b)
        kept = np.abs(total) >= thresh if thresh > 0 else np.ones(len(total), bool)
        return rows[kept], total[kept], a_shape

    def gradient(op: Any, _: Any, dy: Any, __: Any) -> list[Any]:  # noqa: N805
        a, b = apply("SparseAddGrad", dy, op.inputs[0], op.inputs[3], op.outputs[0])
        a.set_shape(op.inputs[1].shape)
        b.set_shape(op.inputs[4].shape)
        return [None, a, None, None, b, None, None]


@operation(
    "SparseAddGrad",
    inputs="backprop_val_grad: T, a_indices: int64, b_indices: int64, sum_indices: int64",
    outputs="a_val_grad: T, b_val_grad: T",
    attrs="T: numbertype",
)
class SparseAddGrad:
    gradient = None

    def shape(op: Any) -> Any:  # noqa: N805
        return [TensorShape([each.shape.with_rank(2)[0]]) for each in op.inputs[1:3]]

    def host(backprop_val_grad: Any, a_indices: Any, b_indices: Any, sum_indices: Any) -> Any:
        place = {tuple(row): i for i, row in enumerate(sum_indices.tolist())}
        found = []
        for indices in (a_indices, b_indices):
            source = np.array([place.get(tuple(row), -1) for row in indices.tolist()], np.int64)
            found.append(_taken(backprop_val_grad, source))
        return tuple(found)


@operation(
    "SparseTensorDenseAdd",
    inputs="a_indices: Tindices, a_values: T, a_shape: Tindices, b: T",
    outputs="output: T",
    attrs="T: numbertype; Tindices: indextype",
)
class SparseTensorDenseAdd:
    def shape(op: Any) -> Any:  # noqa: N805
        return op.inputs[3].shape

    def lower(a_indices: Any, a_values: Any, a_shape: Any, b: Any) -> Any:
        places = jnp.asarray(a_indices)
        return jnp.asarray(b).at[tuple(places[:, i] for i in range(b.ndim))].add(a_values)

    def gradient(op: Any, dy: Any) -> list[Any]:  # noqa: N805
        from penstock.ops.gathers import gather_nd

        return [None, gather_nd(dy, op.inputs[0]), None, dy]


def sparse_add(a: Any, b: Any, threshold: Any = None, thresh: Any = None) -> Any:
    """The sum of two tensors, at least one of them sparse.

    Args:
        a: a ``SparseTensor`` or tensor.
        b: a ``SparseTensor`` or tensor of the same shape.
        threshold: leave out elements of a sparse sum that are smaller in magnitude.
        thresh: the old name of ``threshold``.

    Returns:
        A ``SparseTensor`` if both are sparse, else a tensor.

    Raises:
        TypeError: when neither is sparse.
    """
    sparse = (SparseTensor, SparseTensorValue)
    if not isinstance(a, sparse) and not isinstance(b, sparse):
        raise TypeError("At least one input should be SparseTensor; do you mean to use tf.add()?")
    if isinstance(a, sparse) and isinstance(b, sparse):
        a, b = as_sparse(a), as_sparse(b)
        limit = thresh if threshold is None else threshold
        limit = convert_to_tensor(
            0 if limit is None else limit, dtype=a.values.dtype.real_dtype.base_dtype,
            name="threshold",
        )  # fmt: skip
        parts = apply(
            "SparseAdd", a.indices, a.values, a.dense_shape, b.indices, b.values, b.dense_shape,
            limit,
        )  # fmt: skip
        a.shape.assert_is_compatible_with(b.shape)
        known = a.shape.merge_with(b.shape)
        if known.is_fully_defined():
            return SparseTensor(parts[0], parts[1], known.as_list())
        return SparseTensor(*parts)
    if isinstance(b, sparse):
        a, b = b, a
    a = as_sparse(a)
    return apply("SparseTensorDenseAdd", a.indices, a.values, a.dense_shape, b)


def _define_extreme(name: str, function: Any, types: str) -> None:
    @operation(
        name,
        inputs="a_indices: int64, a_values: T, a_shape: int64, b_indices: int64, b_values: T, "
        "b_shape: int64",
        outputs="output_indices: int64, output_values: T",
        attrs=f"T: {types}",
    )
    class Extreme:
        def shape(op: Any) -> Any:  # noqa: N805
            return [TensorShape([None, None]), TensorShape([None])]

        def host(a_indices: Any, a_values: Any, a_shape: Any, b_indices: Any, b_values: Any,
                 b_shape: Any) -> Any:  # fmt: skip
            rows, from_a, from_b = _union(a_indices, b_indices)
            return rows, function(_taken(a_values, from_a), _taken(b_values, from_b))


_define_extreme("SparseSparseMaximum", np.maximum, "realnumbertype")
_define_extreme("SparseSparseMinimum", np.minimum, "numbertype")


def _extreme(kind: str, label: str, sp_a: Any, sp_b: Any, name: str | None) -> SparseTensor:
    with name_scope(name, label, [sp_a.indices, sp_a.values, sp_b.indices, sp_b.values]) as scope:
        indices, values = apply(
            kind, sp_a.indices, sp_a.values, sp_a.dense_shape, sp_b.indices, sp_b.values,
            sp_b.dense_shape, name=scope,
        )  # fmt: skip
        return SparseTensor(indices, values, sp_a.dense_shape)


def sparse_maximum(sp_a: Any, sp_b: Any, name: str | None = None) -> SparseTensor:
    """The greater of two sparse tensors, element by element; what is missing counts as zero."""
    return _extreme("SparseSparseMaximum", "SparseSparseMaximum", sp_a, sp_b, name)


def sparse_minimum(sp_a: Any, sp_b: Any, name: str | None = None) -> SparseTensor:
    """The lesser of two sparse tensors, element by element; what is missing counts as zero."""
    return _extreme("SparseSparseMinimum", "SparseSparseMinimum", sp_a, sp_b, name)


@operation(
    "SparseSoftmax",
    inputs="sp_indices: int64, sp_values: T, sp_shape: int64",
    outputs="output: T",
    attrs="T: {float, double}",
)
class SparseSoftmax:
    def shape(op: Any) -> Any:  # noqa: N805
        return op.inputs[1].shape

    def host(sp_indices: Any, sp_values: Any, sp_shape: Any) -> np.ndarray:
        result = np.empty_like(sp_values)
        groups: dict[tuple[int, ...], list[int]] = {}
        for i, row in enumerate(sp_indices.tolist()):
            groups.setdefault(tuple(row[:-1]), []).append(i)
        for places in groups.values():
            part = np.exp(sp_values[places] - sp_values[places].max())
            result[places] = part / part.sum()
        return result

    def gradient(op: Any, dy: Any) -> list[Any]:  # noqa: N805
        from penstock.ops.sparse_reductions import sparse_reduce_sum

        indices, _, sizes = op.inputs
        output = op.outputs[0]
        product = SparseTensor(indices, output * dy, sizes)
        total: Any = -sparse_reduce_sum(product, [-1], keepdims=True)  # type: ignore[operator]
        spread = apply("SparseDenseCwiseAdd", indices, dy, sizes, total)
        return [None, spread * output, None]


def sparse_softmax(sp_input: Any, name: str | None = None) -> SparseTensor:
    """The softmax of each row (last dimension) over the elements that are there."""
    with name_scope(name, "SparseSoftmax", [sp_input.indices, sp_input.values]):
        values = apply("SparseSoftmax", sp_input.indices, sp_input.values, sp_input.dense_shape)
        return SparseTensor(sp_input.indices, values, sp_input.dense_shape)


# -- merging ids, masking slices ---------------------------------------------------------------
def sparse_merge(
    sp_ids: Any, sp_values: Any, vocab_size: Any, name: str | None = None,
    already_sorted: bool = False,
) -> SparseTensor:  # fmt: skip
    """A sparse tensor whose last index is an id: ``result[..., ids[...]] = values[...]``.

    Args:
        sp_ids: a ``SparseTensor`` of ids, or a list of them.
        sp_values: a ``SparseTensor`` with the same places.
        vocab_size: the number of ids, or a list of them.
        name: the scope of the operations.
        already_sorted: the result needn't be put in order.
    """
    ids = [sp_ids] if isinstance(sp_ids, (SparseTensor, SparseTensorValue)) else list(sp_ids)
    vocab = vocab_size if isinstance(vocab_size, (list, tuple)) else [vocab_size]
    if len(ids) != len(vocab):
        raise ValueError("sp_ids and vocab_size have to have equal lengths.")
    sp_values = as_sparse(sp_values)
    with name_scope(name, "SparseMerge", [each.values for each in ids]):
        columns = []
        for each in map(as_sparse, ids):
            values = each.values if each.dtype == _INT64 else cast(each.values, _INT64)
            columns.append(expand_dims(values, axis=1))
        sizes = [cast(v, _INT64) for v in vocab]
        first: Any = as_sparse(ids[0]).indices
        shape: Any = as_sparse(ids[0]).dense_shape
        indices = concat([first[:, :-1], *columns], 1)
        final = concat([shape[:-1], sizes], 0)
        result = SparseTensor(indices, sp_values.values, final)
        return result if already_sorted else sparse_reorder(result)


def sparse_to_indicator(sp_input: Any, vocab_size: Any, name: str | None = None) -> Tensor:
    """A boolean tensor: ``result[..., id]`` tells whether the id is among the row's values."""
    sp_input = as_sparse(sp_input)
    with name_scope(name, "SparseToIndicator", [sp_input.indices]) as scope:
        count: Any = shape_of(sp_input.indices)
        truths = fill(expand_dims(count[0], 0), True)
        flags = SparseTensor(sp_input.indices, truths, sp_input.dense_shape)
        merged = sparse_merge(sp_input, flags, vocab_size, scope)
        return sparse_to_dense(
            merged.indices,
            merged.dense_shape,
            merged.values,
            default_value=False,
            validate_indices=False,
            name=scope,
        )


def sparse_mask(a: IndexedSlices, mask_indices: Any, name: str | None = None) -> IndexedSlices:
    """``IndexedSlices`` without the slices whose indices are in ``mask_indices``."""
    with name_scope(name, "sparse_mask", [a, mask_indices]) as scope:
        kept, places = apply("ListDiff", a.indices, mask_indices)
        return IndexedSlices(gather(a.values, places, name=scope), kept, a.dense_shape)


def sparse_eye(
    num_rows: int, num_columns: int | None = None, dtype: Any = dtypes.float32,
    name: str | None = None,
) -> SparseTensor:  # fmt: skip
    """A sparse matrix with ones on its diagonal."""
    from penstock.ops.fills import ones
    from penstock.ops.joining import stack

    with name_scope(name, default_name="eye", values=[num_rows, num_columns]):
        rows = convert_to_tensor(num_rows, dtype=_INT64, name="num_rows")
        columns = convert_to_tensor(
            num_rows if num_columns is None else num_columns, dtype=_INT64, name="num_columns"
        )
        count = apply("Minimum", rows, columns)
        zero, one = (convert_to_tensor(v, _INT64) for v in (0, 1))
        places = apply("Range", zero, count, one, name="range")
        return SparseTensor(
            stack([places, places], axis=1), ones(count, dtype=dtype), [rows, columns]
        )
