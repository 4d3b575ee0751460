"""Choosing, filling and merging rows and elements of sparse tensors."""

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
    reshape,
)
from penstock.ops.arrays import shape as shape_of
from penstock.ops.casts import cast
from penstock.ops.constants import constant
from penstock.ops.fills import ones_like
from penstock.ops.gathers import gather
from penstock.ops.joining import concat
from penstock.ops.sparse import as_sparse, sparse_to_dense

_INT64 = dtypes.int64


# -- choosing and filling ----------------------------------------------------------------------
def sparse_retain(sp_input: Any, to_retain: Any) -> SparseTensor:
    """Some of the elements of a sparse tensor.

    Args:
        sp_input: a sparse tensor with ``n`` elements.
        to_retain: ``bool[n]``: which of them to keep.
    """
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
    from penstock.ops.sparse_layout import sparse_reorder

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
