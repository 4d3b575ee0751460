"""Embedding look-ups: rows of one table, or of a table in several parts."""

from __future__ import annotations

from typing import Any

from penstock.graph import dtypes
from penstock.graph.build import apply
from penstock.graph.composite import SparseTensor
from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import colocate_with, name_scope
from penstock.graph.shapes import TensorShape, unknown_shape
from penstock.graph.tensor import Tensor
from penstock.ops.arrays import (
    expand_dims,
    fill,
    identity,
    ones_like,
    rank,
    reshape,
    shape,
    size,
    zeros_like,
)
from penstock.ops.casts import cast
from penstock.ops.clipping import clip_by_norm
from penstock.ops.comparisons import logical_and
from penstock.ops.constants import constant
from penstock.ops.gathers import gather
from penstock.ops.joining import concat, stack
from penstock.ops.math_binary import maximum, pow  # noqa: A004
from penstock.ops.math_unary import sqrt
from penstock.ops.partitions import dynamic_partition, parallel_dynamic_stitch, unique
from penstock.ops.ranges import range as number_range
from penstock.ops.reductions import reduce_prod, reduce_sum
from penstock.ops.segments import segment_sum
from penstock.ops.selecting import where
from penstock.ops.slices import slice as slice_tensor
from penstock.ops.slices import tile
from penstock.ops.sparse_segments import (
    sparse_segment_mean,
    sparse_segment_sqrt_n,
    sparse_segment_sum,
)


def _as_list(params: Any) -> list[Any]:
    """One table, a list of its parts, or a partitioned variable, as a list."""
    if params is None:
        raise ValueError("params must be specified")
    if isinstance(params, (list, tuple)):
        if not params:
            raise ValueError("Need at least one param")
        return list(params)
    if hasattr(params, "_get_variable_list"):
        return list(params)
    return [params]


def _converted(params: list[Any]) -> list[Any]:
    """The parts as tensors; a variable that reads rows by itself stays as it is."""
    found = []
    for index, part in enumerate(params):
        if hasattr(part, "sparse_read"):
            found.append(part)
        else:
            label = f"params_{index}"
            found.append(part if isinstance(part, Tensor) else convert_to_tensor(part, name=label))
    return found


def embedding_lookup(
    params: Any,
    ids: Any,
    partition_strategy: str = "mod",
    name: str | None = None,
    validate_indices: bool = True,
    max_norm: Any = None,
) -> Tensor:
    """The rows of an embedding table that ``ids`` name.

    Args:
        params: the table ``[rows, ...]``, or a list of its parts.
        ids: integers of any shape.
        partition_strategy: how rows are spread over parts: ``"mod"`` (row ``i`` is in part
            ``i % parts``) or ``"div"`` (runs of rows).
        name: the name of the scope.
        validate_indices: not used.
        max_norm: scale rows down to this L2 norm.

    Returns:
        A tensor of shape ``ids.shape + params.shape[1:]``.

    Raises:
        ValueError: when there is no part, or for an unknown strategy.
    """
    tables = _as_list(params)
    with name_scope(name, "embedding_lookup", [*tables, ids]) as scope:
        tables = _converted(tables)
        ids = convert_to_tensor(ids, name="ids")
        if len(tables) == 1:
            with colocate_with(tables[0]):
                rows = _clipped(gather(tables[0], ids, name=scope), ids, max_norm)
            return identity(rows)
        return _clipped(_from_parts(tables, ids, partition_strategy, scope), ids, max_norm)


def _from_parts(tables: list[Any], ids: Tensor, strategy: str, scope: str) -> Tensor:
    count = len(tables)
    flat = reshape(ids, [-1])
    places = number_range(size(flat))
    part, row = _part_and_row(tables, flat, strategy)
    part = cast(part, dtypes.int32)
    rows = dynamic_partition(row, part, count)
    positions = dynamic_partition(places, part, count)
    found = []
    for table, wanted in zip(tables, rows, strict=True):
        with colocate_with(table):
            found.append(gather(table, wanted))
    result = parallel_dynamic_stitch(positions, found, name=scope)
    element = tables[0].shape[1:]
    for table in tables[1:]:
        element = element.merge_with(table.shape[1:])
    if element.is_fully_defined():
        sizes: Any = element.as_list()
    else:
        with colocate_with(tables[0]):
            sizes = shape(tables[0])[1:]
    result = reshape(result, concat([shape(ids), sizes], 0))
    result.set_shape(ids.shape.concatenate(element))
    return result


def _part_and_row(tables: list[Any], flat: Tensor, strategy: str) -> tuple[Tensor, Tensor]:
    """For each id, the part that holds it and its row there."""
    count = len(tables)
    if strategy == "mod":
        return flat % count, flat // count
    if strategy != "div":
        raise ValueError(f"Unrecognized partition strategy: {strategy}")
    lengths = [t.shape[0].value if t.shape.ndims is not None else None for t in tables]
    if None not in lengths:
        total = constant(sum(lengths), flat.dtype)
    else:
        sizes = []
        for table, length in zip(tables, lengths, strict=True):
            if length is not None:
                sizes.append(length)
            else:
                with colocate_with(table):
                    sizes.append(shape(table)[0])
        total = reduce_sum(cast(stack(sizes), flat.dtype))
    each = total // count
    extra = total % count
    # The first `extra` parts have one row more than the others.
    part = maximum(flat // (each + 1), (flat - extra) // each)
    row = where(part < extra, flat % (each + 1), (flat - extra) % each)
    return part, row


def _clipped(rows: Tensor, ids: Tensor, max_norm: Any) -> Tensor:
    if max_norm is None:
        return rows
    first, last = ids.shape.ndims, rows.shape.ndims
    axes: Any
    if first is not None and last is not None:
        axes = list(range(first, last))
    else:
        axes = number_range(
            rank(ids) if first is None else first, rank(rows) if last is None else last
        )
    return clip_by_norm(rows, max_norm, axes=axes)


def _checked_sparse(params: Any, sp_ids: Any, sp_weights: Any, combiner: str | None) -> str:
    combiner = "mean" if combiner is None else combiner
    if combiner not in ("mean", "sqrtn", "sum"):
        raise ValueError("combiner must be one of 'mean', 'sqrtn' or 'sum'")
    if not isinstance(sp_ids, SparseTensor):
        raise TypeError("sp_ids must be SparseTensor")
    if sp_weights is not None:
        if not isinstance(sp_weights, SparseTensor):
            raise TypeError("sp_weights must be either None or SparseTensor")
        for part in ("values", "indices", "dense_shape"):
            mine, other = getattr(sp_ids, part), getattr(sp_weights, part)
            mine.shape.assert_is_compatible_with(other.shape)
    return combiner


def embedding_lookup_sparse(
    params: Any,
    sp_ids: Any,
    sp_weights: Any,
    partition_strategy: str = "mod",
    name: str | None = None,
    combiner: str | None = None,
    max_norm: Any = None,
) -> Tensor:
    """For each row of a sparse matrix of ids, their embeddings in one vector.

    Args:
        params: the table ``[rows, ...]``, or a list of its parts.
        sp_ids: a ``SparseTensor`` ``[batch, length]`` of integers; every row must have an id.
        sp_weights: a ``SparseTensor`` of weights in the same places; ``None`` for ones.
        partition_strategy: as in ``embedding_lookup``.
        name: the name of the scope.
        combiner: ``"mean"`` (the default), ``"sum"``, or ``"sqrtn"``: the sum divided by the root
            of the sum of squared weights.
        max_norm: scale embeddings down to this L2 norm first.

    Returns:
        A tensor of shape ``[batch] + params.shape[1:]``.

    Raises:
        TypeError: when ids or weights aren't sparse.
        ValueError: for an unknown combiner.
    """
    combiner = _checked_sparse(params, sp_ids, sp_weights, combiner)
    tables = _as_list(params)
    with name_scope(name, "embedding_lookup_sparse", [*tables, sp_ids.values]) as scope:
        segments = sp_ids.indices[:, 0]
        if segments.dtype != dtypes.int32:
            segments = cast(segments, dtypes.int32)
        ids, places = unique(sp_ids.values)
        rows = embedding_lookup(
            tables, ids, partition_strategy=partition_strategy, max_norm=max_norm
        )
        if rows.dtype in (dtypes.float16, dtypes.bfloat16):
            rows = cast(rows, dtypes.float32)
        if sp_weights is None:
            join = {
                "sum": sparse_segment_sum,
                "mean": sparse_segment_mean,
                "sqrtn": sparse_segment_sqrt_n,
            }[combiner]
            return join(rows, places, segments, name=scope)
        return _weighted(rows, places, segments, sp_weights.values, combiner, scope)


def _weighted(
    rows: Tensor, places: Tensor, segments: Tensor, weights: Tensor, combiner: str, scope: str
) -> Tensor:
    if weights.dtype != rows.dtype:
        weights = cast(weights, rows.dtype)
    rows = gather(rows, places)
    ones = fill(expand_dims(rank(rows) - 1, 0), 1)
    form = concat([shape(weights), ones], 0)
    declared = weights.shape
    weights = reshape(weights, form)
    if rows.shape.ndims is not None:
        weights.set_shape(declared.concatenate([1] * (rows.shape.ndims - 1)))
    rows *= weights
    if combiner == "sum":
        return segment_sum(rows, segments, name=scope)
    rows = segment_sum(rows, segments)
    if combiner == "mean":
        total = segment_sum(weights, segments)
    else:
        total = sqrt(segment_sum(pow(weights, 2), segments))
    return apply("RealDiv", rows, total, name=scope)


def safe_embedding_lookup_sparse(
    embedding_weights: Any,
    sparse_ids: Any,
    sparse_weights: Any = None,
    combiner: str | None = "mean",
    default_id: int | None = None,
    name: str | None = None,
    partition_strategy: str = "div",
    max_norm: Any = None,
) -> Tensor:
    """``embedding_lookup_sparse`` that passes over invalid ids and rows without any.

    Args:
        embedding_weights: the table, or a list of its parts.
        sparse_ids: a ``SparseTensor`` of ids, of rank 2 or more; negative ones are passed over.
        sparse_weights: weights in the same places; those not positive are passed over (unless
            ``combiner`` is ``"sum"``).
        combiner: as in ``embedding_lookup_sparse``.
        default_id: the id of rows without any; their embedding is 0 when it is left out.
        name: the name of the scope.
        partition_strategy: as in ``embedding_lookup``.
        max_norm: as in ``embedding_lookup``.

    Returns:
        A tensor of the shape of ``sparse_ids`` without its last axis, followed by that of a row.

    Raises:
        ValueError: when there is no table.
    """
    from penstock.ops.sparse_layout import sparse_reshape
    from penstock.ops.sparse_rows import sparse_fill_empty_rows, sparse_retain

    if embedding_weights is None:
        raise ValueError(f"Missing embedding_weights {embedding_weights}.")
    if isinstance(embedding_weights, (list, tuple)) and not embedding_weights:
        raise ValueError(f"Missing embedding_weights {embedding_weights}.")
    tables = _as_list(embedding_weights)
    dtype = None if sparse_weights is None else sparse_weights.dtype
    tables = [
        t
        if hasattr(t, "sparse_read") and dtype in (None, t.dtype)
        else convert_to_tensor(t, dtype=dtype)
        for t in tables
    ]
    values = [sparse_ids.values, *([] if sparse_weights is None else [sparse_weights.values])]
    with name_scope(name, "embedding_lookup", [*tables, *values]) as scope:
        whole = sparse_ids.dense_shape
        axes = whole.shape[0].value if whole.shape.ndims is not None else None
        count = size(whole) if axes is None else axes
        rows = reduce_prod(slice_tensor(whole, [0], [count - 1]))
        sparse_ids = sparse_reshape(sparse_ids, [rows, gather(whole, count - 1)])
        if sparse_weights is not None:
            sparse_weights = SparseTensor(
                sparse_ids.indices, sparse_weights.values, sparse_ids.dense_shape
            )
        valid = sparse_ids.values >= 0
        if sparse_weights is not None:
            valid = logical_and(valid, ones_like(sparse_weights.values, dtype=dtypes.bool))
        sparse_ids = sparse_retain(sparse_ids, valid)
        if sparse_weights is not None:
            sparse_weights = sparse_retain(sparse_weights, valid)
            if combiner != "sum":
                valid = sparse_weights.values > 0
                sparse_ids = sparse_retain(sparse_ids, valid)
                sparse_weights = sparse_retain(sparse_weights, valid)
        sparse_ids, empty = sparse_fill_empty_rows(sparse_ids, default_id or 0)
        if sparse_weights is not None:
            sparse_weights, _ = sparse_fill_empty_rows(sparse_weights, 1.0)
        result = embedding_lookup_sparse(
            tables,
            sparse_ids,
            sparse_weights,
            combiner=combiner,
            partition_strategy=partition_strategy,
            name=None if default_id is None else scope,
            max_norm=max_norm,
        )
        if default_id is None:
            empty = tile(reshape(empty, [-1, 1]), stack([1, shape(result)[1]]))
            result = where(empty, zeros_like(result), result, name=scope)
        leading = slice_tensor(cast(whole, dtypes.int32), [0], [count - 1])
        final = reshape(result, concat([leading, slice_tensor(shape(result), [1], [-1])], 0))
        outer = unknown_shape() if axes is None else TensorShape([None] * (axes - 1))
        if result.shape.ndims is not None:
            final.set_shape(outer.concatenate(result.shape[1:]))
        return final
