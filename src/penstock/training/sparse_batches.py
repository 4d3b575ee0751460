"""Sparse tensors in queues: stored as serialized rows, put together again in a batch."""

from __future__ import annotations

from typing import Any

from penstock.graph.composite import SparseTensor
from penstock.graph.tensor import Tensor


def store(
    lists: list[list[Any]], enqueue_many: bool, keep_input: Tensor
) -> tuple[list[list[Any]], list[Any]]:
    """Replaces sparse tensors by serialized ones.

    Args:
        lists: lists of tensors, alike in what is sparse.
        enqueue_many: whether each row is an example.
        keep_input: whether (or which rows of) the examples are kept.

    Returns:
        The lists of dense tensors, and for each place the type and rank of a sparse tensor's
        examples, or ``None``.

    Raises:
        ValueError: when the lists differ in what is sparse.
    """
    from penstock.ops.serialized_sparse import serialize_many_sparse, serialize_sparse

    stored = []
    described: list[Any] = []
    for tensors in lists:
        made = []
        found: list[Any] = []
        for tensor in tensors:
            if not isinstance(tensor, SparseTensor):
                made.append(tensor)
                found.append(None)
                continue
            rank = tensor.dense_shape.shape.with_rank(1)[0].value
            many = enqueue_many or keep_input.shape.ndims == 1
            if enqueue_many and rank is not None:
                rank -= 1
            made.append(serialize_many_sparse(tensor) if many else serialize_sparse(tensor))
            found.append((tensor.dtype, rank))
        if described and [f and f[0] for f in found] != [d and d[0] for d in described]:
            raise ValueError(f"Inconsistent SparseTensors list: {lists[0]} vs. {tensors}")
        described = described or found
        stored.append(made)
    return stored, described


def restore(dequeued: Any, described: list[Any]) -> Any:
    """Makes sparse tensors of the serialized ones in a batch."""
    from penstock.ops.serialized_sparse import deserialize_many_sparse

    single = isinstance(dequeued, Tensor)
    tensors = [dequeued] if single else list(dequeued)
    for i, description in enumerate(described):
        if description is not None:
            dtype, rank = description
            tensors[i] = deserialize_many_sparse(
                tensors[i], dtype=dtype, rank=None if rank is None else rank + 1
            )
    return tensors[0] if single else tensors
