"""Sparse tensors as strings: ``tf.serialize_sparse``, ``deserialize_many_sparse`` and others."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.graph import dtypes, errors
from penstock.graph.build import apply
from penstock.graph.composite import SparseTensor, SparseTensorValue
from penstock.graph.dtypes import as_dtype
from penstock.graph.registry import operation
from penstock.graph.shapes import TensorShape
from penstock.graph.tensor import Tensor
from penstock.graph.tensor_values import array_of_tensor_proto, proto_of_array


def _serialized(*arrays: Any) -> list[bytes]:
    return [proto_of_array(np.asarray(a)).SerializeToString(deterministic=True) for a in arrays]


def _parts(row: np.ndarray) -> tuple[np.ndarray, ...]:
    from penstock import protos

    return tuple(array_of_tensor_proto(protos.TensorProto.FromString(text)) for text in row)


@operation(
    "SerializeSparse",
    inputs="sparse_indices: int64, sparse_values: T, sparse_shape: int64",
    outputs="serialized_sparse: out_type",
    attrs="T: type; out_type: {string, variant} = string",
)
class SerializeSparse:
    def shape(op: Any) -> TensorShape:
        return TensorShape([3])

    def host(indices, values, shape):
        return np.array(_serialized(indices, values, shape), object)


@operation(
    "SerializeManySparse",
    inputs="sparse_indices: int64, sparse_values: T, sparse_shape: int64",
    outputs="serialized_sparse: out_type",
    attrs="T: type; out_type: {string, variant} = string",
)
class SerializeManySparse:
    def shape(op: Any) -> TensorShape:
        return TensorShape([None, 3])

    def host(indices, values, shape):
        rows = int(shape[0])
        made = np.empty((rows, 3), object)
        for row in range(rows):
            here = indices[:, 0] == row
            made[row] = _serialized(indices[here, 1:], values[here], shape[1:])
        return made


def _deserialized_shape(op: Any) -> list[TensorShape]:
    return [TensorShape([None, None]), TensorShape([None]), TensorShape([None])]


def _joined(rows: np.ndarray, dtype: Any, op: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows of serialized sparse tensors as one with a dimension more."""
    wanted = np.dtype(object) if dtype is np.object_ or dtype is object else np.dtype(dtype)
    indices, values, shapes = [], [], []
    for i, row in enumerate(rows):
        index, value, shape = _parts(row)
        if value.dtype != wanted:
            raise errors.InvalidArgumentError(
                None,
                op,
                f"Requested SparseTensor of type {as_dtype(wanted).name} but SparseTensor[{i}]."
                f"values.dtype() == {as_dtype(value.dtype).name}",
            )
        indices.append(np.insert(index, 0, i, axis=1))
        values.append(value)
        shapes.append(shape)
    if not shapes:
        return np.zeros((0, 0), np.int64), np.zeros(0, wanted), np.zeros(1, np.int64)
    if len({len(s) for s in shapes}) > 1:
        raise errors.InvalidArgumentError(
            None, op, f"Inconsistent rank across SparseTensors: {[len(s) for s in shapes]}"
        )
    shape = np.concatenate([[len(rows)], np.max(shapes, axis=0)]).astype(np.int64)
    return np.concatenate(indices), np.concatenate(values), shape


@operation(
    "DeserializeManySparse",
    inputs="serialized_sparse: string",
    outputs="sparse_indices: int64, sparse_values: dtype, sparse_shape: int64",
    attrs="dtype: type",
)
class DeserializeManySparse:
    shape = _deserialized_shape

    def host(serialized, *, dtype, op):
        if serialized.ndim != 2 or serialized.shape[1] != 3:
            raise errors.InvalidArgumentError(
                None,
                op,
                f"Serialized sparse should have 3 columns but has shape {list(serialized.shape)}",
            )
        return _joined(serialized, dtype, op)


@operation(
    "DeserializeSparse",
    inputs="serialized_sparse: Tserialized",
    outputs="sparse_indices: int64, sparse_values: dtype, sparse_shape: int64",
    attrs="dtype: type; Tserialized: {string, variant} = string",
)
class DeserializeSparse:
    shape = _deserialized_shape

    def host(serialized, *, dtype, op):
        if serialized.ndim == 0 or serialized.shape[-1] != 3:
            raise errors.InvalidArgumentError(
                None,
                op,
                "Serialized sparse should have 3 as the last dimension but has shape "
                f"{list(serialized.shape)}",
            )
        if serialized.ndim == 1:
            return _parts(serialized)
        outer = serialized.shape[:-1]
        indices, values, shape = _joined(serialized.reshape(-1, 3), dtype, op)
        places = np.stack(np.unravel_index(indices[:, 0], outer), axis=1)
        indices = np.concatenate([places, indices[:, 1:]], axis=1).astype(np.int64)
        return indices, values, np.concatenate([outer, shape[1:]]).astype(np.int64)


def _sparse(value: Any) -> SparseTensor:
    if isinstance(value, SparseTensorValue):
        return SparseTensor(*value)
    if not isinstance(value, SparseTensor):
        raise TypeError("Input must be a SparseTensor.")
    return value


def serialize_sparse(sp_input: Any, name: str | None = None, out_type: Any = dtypes.string) -> Any:
    """A ``SparseTensor`` as a vector of three strings.

    Args:
        sp_input: a ``SparseTensor``.
        name: the name of the operation.
        out_type: ``tf.string``.
    """
    sp = _sparse(sp_input)
    return apply(
        "SerializeSparse", sp.indices, sp.values, sp.dense_shape, name=name, out_type=out_type
    )


def serialize_many_sparse(
    sp_input: Any, name: str | None = None, out_type: Any = dtypes.string
) -> Tensor:
    """The rows of a ``SparseTensor`` as rows of three strings.

    Args:
        sp_input: a ``SparseTensor`` of rank 2 or more.
        name: the name of the operation.
        out_type: ``tf.string``.
    """
    sp = _sparse(sp_input)
    return apply(
        "SerializeManySparse", sp.indices, sp.values, sp.dense_shape, name=name, out_type=out_type
    )


def _result(parts: Any, rank: int | None) -> SparseTensor:
    indices, values, shape = parts
    indices.set_shape([None, rank])
    shape.set_shape([rank])
    return SparseTensor(indices, values, shape)


def deserialize_many_sparse(
    serialized_sparse: Any, dtype: Any, rank: int | None = None, name: str | None = None
) -> SparseTensor:
    """What ``serialize_many_sparse`` gave as one ``SparseTensor``.

    Args:
        serialized_sparse: ``[n, 3]`` strings.
        dtype: the type of the values.
        rank: the rank of the result, when it is known.
        name: the name of the operation.
    """
    return _result(apply("DeserializeManySparse", serialized_sparse, dtype=dtype, name=name), rank)


def deserialize_sparse(
    serialized_sparse: Any, dtype: Any, rank: int | None = None, name: str | None = None
) -> SparseTensor:
    """What ``serialize_sparse`` gave as a ``SparseTensor``.

    Args:
        serialized_sparse: ``[..., 3]`` strings.
        dtype: the type of the values.
        rank: the rank of the result, when it is known.
        name: the name of the operation.
    """
    return _result(apply("DeserializeSparse", serialized_sparse, dtype=dtype, name=name), rank)
