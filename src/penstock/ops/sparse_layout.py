"""Rearranging sparse tensors: reorder, concat, split, slice, reshape, transpose.

How many elements come out depends on data, so most run on the host. ``sparse_rows.py`` and
``sparse_sums.py`` choose, fill, merge and add; their functions are offered here too.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from penstock.graph import dtypes
from penstock.graph.build import apply
from penstock.graph.composite import SparseTensor
from penstock.graph.convert import convert_to_tensor
from penstock.graph.registry import operation
from penstock.graph.scopes import name_scope
from penstock.graph.shapes import TensorShape
from penstock.graph.static_values import plain_value
from penstock.graph.tensor import Tensor
from penstock.ops.arrays import (
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
from penstock.ops.gathers import gather
from penstock.ops.joining import concat
from penstock.ops.shape_rules import sparse_shapes
from penstock.ops.sparse import as_sparse, invalid
from penstock.ops.sparse_rows import sparse_eye as sparse_eye
from penstock.ops.sparse_rows import sparse_fill_empty_rows as sparse_fill_empty_rows
from penstock.ops.sparse_rows import sparse_mask as sparse_mask
from penstock.ops.sparse_rows import sparse_merge as sparse_merge
from penstock.ops.sparse_rows import sparse_reset_shape as sparse_reset_shape
from penstock.ops.sparse_rows import sparse_retain as sparse_retain
from penstock.ops.sparse_rows import sparse_to_indicator as sparse_to_indicator
from penstock.ops.sparse_sums import sparse_add as sparse_add
from penstock.ops.sparse_sums import sparse_maximum as sparse_maximum
from penstock.ops.sparse_sums import sparse_minimum as sparse_minimum
from penstock.ops.sparse_sums import sparse_softmax as sparse_softmax

_INT64 = dtypes.int64


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
    """A sparse tensor with its elements in row-major order.

    Args:
        sp_input: a sparse tensor in any order.
        name: the operation's name.
    """
    sp_input = as_sparse(sp_input)
    parts = apply(
        "SparseReorder", sp_input.indices, sp_input.values, sp_input.dense_shape, name=name
    )
    if sp_input.shape.is_fully_defined():
        return SparseTensor(parts[0], parts[1], sp_input.shape.as_list())
    return SparseTensor(parts[0], parts[1], identity(sp_input.dense_shape))


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
        known = [count for count in counts if count is not None]
        total = sum(known) if len(known) == len(counts) else None
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
    shape = sparse_shapes

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
    """A sparse tensor with its elements, in row-major order, in another dense shape.

    Args:
        sp_input: a sparse tensor.
        shape: the new dense shape, an integer vector; one entry may be -1.
        name: the operation's name.
    """
    sp_input = as_sparse(sp_input)
    wanted = cast(shape, _INT64)
    with name_scope(name, "SparseReshape", [sp_input.indices]) as scope:
        indices, sizes = apply(
            "SparseReshape", sp_input.indices, sp_input.dense_shape, wanted, name=scope
        )
        known = plain_value(wanted)
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
    """A sparse tensor with its dimensions in another order.

    Args:
        sp_input: a sparse tensor.
        perm: the old dimension at each place; reversed when left out.
        name: the operation's name.
    """
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
