"""Sets in the last dimension of tensors: ``tf.sets``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from penstock.graph import dtypes, errors
from penstock.graph.build import apply
from penstock.graph.composite import SparseTensor
from penstock.graph.convert import convert_to_tensor_or_sparse_tensor
from penstock.graph.registry import operation
from penstock.graph.shapes import TensorShape, unknown_shape
from penstock.graph.tensor import Tensor

_TYPES = (
    dtypes.int8,
    dtypes.int16,
    dtypes.int32,
    dtypes.int64,
    dtypes.uint8,
    dtypes.uint16,
    dtypes.string,
)
_ATTRS = (
    "set_operation: string; validate_indices: bool = true; "
    "T: {int8, int16, int32, int64, uint8, uint16, string}"
)
_OUTPUTS = "result_indices: int64, result_values: T, result_shape: int64"
_OPERATIONS = {
    "intersection": lambda a, b: a & b,
    "union": lambda a, b: a | b,
    "a-b": lambda a, b: a - b,
    "b-a": lambda a, b: b - a,
}

Sets = dict[tuple[int, ...], set[Any]]


def _dense_sets(array: np.ndarray) -> tuple[Sets, list[int]]:
    outer = array.shape[:-1]
    rows = array.reshape(-1, array.shape[-1])
    return dict(zip(np.ndindex(*outer), (set(row.tolist()) for row in rows))), list(array.shape)


def _sparse_sets(indices: np.ndarray, values: np.ndarray, shape: np.ndarray) -> Any:
    found: Sets = {}
    for index, value in zip(indices.tolist(), values.tolist()):
        found.setdefault(tuple(index[:-1]), set()).add(value)
    return found, shape.tolist()


def _combined(first: Any, second: Any, kind: str, dtype: np.dtype, op: Any) -> Any:
    """The sets of both, place by place, as a sparse tensor's parts."""
    if kind not in _OPERATIONS:
        raise errors.InvalidArgumentError(None, op, f"Invalid set_operation {kind}.")
    (a, shape_a), (b, shape_b) = first, second
    if len(shape_a) != len(shape_b):
        raise errors.InvalidArgumentError(
            None, op, f"Ranks do not match: {len(shape_a)}, {len(shape_b)}."
        )
    if shape_a[:-1] != shape_b[:-1]:
        raise errors.InvalidArgumentError(None, op, f"Shapes do not match: {shape_a}, {shape_b}.")
    indices: list[Any] = []
    values: list[Any] = []
    longest = 0
    for place in sorted(set(a) | set(b)):
        made = sorted(_OPERATIONS[kind](a.get(place, set()), b.get(place, set())))
        longest = max(longest, len(made))
        indices.extend((*place, i) for i in range(len(made)))
        values.extend(made)
    result = np.empty(len(values), dtype)
    result[:] = values
    shape = np.array([*shape_a[:-1], longest], np.int64)
    return np.array(indices, np.int64).reshape(-1, len(shape_a)), result, shape


def _result_shapes(op: Any) -> list[TensorShape]:
    rank = None
    for i, tensor in enumerate(op.inputs):
        argument = op.definition.signature.inputs[i].name
        if argument in ("set1", "set2"):
            rank = tensor.shape.ndims if rank is None else rank
        elif argument.endswith("_shape") and tensor.shape.ndims is not None:
            rank = tensor.shape.as_list()[0] if rank is None else rank
    return [TensorShape([None, rank]), TensorShape([None]), TensorShape([rank])]


@operation("DenseToDenseSetOperation", inputs="set1: T, set2: T", outputs=_OUTPUTS, attrs=_ATTRS)
class DenseToDenseSetOperation:
    shape = _result_shapes
    gradient = None

    def host(set1, set2, *, set_operation, op):
        return _combined(_dense_sets(set1), _dense_sets(set2), set_operation, set1.dtype, op)


@operation(
    "DenseToSparseSetOperation",
    inputs="set1: T, set2_indices: int64, set2_values: T, set2_shape: int64",
    outputs=_OUTPUTS,
    attrs=_ATTRS,
)
class DenseToSparseSetOperation:
    shape = _result_shapes
    gradient = None

    def host(set1, indices, values, shape, *, set_operation, op):
        second = _sparse_sets(indices, values, shape)
        return _combined(_dense_sets(set1), second, set_operation, set1.dtype, op)


@operation(
    "SparseToSparseSetOperation",
    inputs="set1_indices: int64, set1_values: T, set1_shape: int64, "
    "set2_indices: int64, set2_values: T, set2_shape: int64",
    outputs=_OUTPUTS,
    attrs=_ATTRS,
)
class SparseToSparseSetOperation:
    shape = _result_shapes
    gradient = None

    def host(indices1, values1, shape1, indices2, values2, shape2, *, set_operation, op):
        first, second = (
            _sparse_sets(indices1, values1, shape1),
            _sparse_sets(indices2, values2, shape2),
        )
        return _combined(first, second, set_operation, values1.dtype, op)


def _size_shape(op: Any) -> TensorShape:
    return unknown_shape()


@operation(
    "SetSize",
    inputs="set_indices: int64, set_values: T, set_shape: int64",
    outputs="size: int32",
    attrs="validate_indices: bool = true; T: {int8, int16, int32, int64, uint8, uint16, string}",
)
class SetSize:
    shape = _size_shape
    gradient = None

    def host(indices, values, shape):
        sizes = np.zeros(shape[:-1], np.int32)
        for place, members in _sparse_sets(indices, values, shape)[0].items():
            sizes[place] = len(members)
        return sizes


def set_size(a: Any, validate_indices: bool = True) -> Tensor:
    """How many different elements each last-dimension row of a sparse tensor has.

    Args:
        a: a ``SparseTensor`` of integers or strings.
        validate_indices: whether the order of the indices is checked.

    Returns:
        ``int32``, one dimension less than ``a``.
    """
    a = convert_to_tensor_or_sparse_tensor(a, name="a")
    if not isinstance(a, SparseTensor):
        raise TypeError(f"Expected `SparseTensor`, got {a}.")
    if a.values.dtype.base_dtype not in _TYPES:
        raise TypeError(f"Invalid dtype {a.values.dtype}.")
    return apply("SetSize", a.indices, a.values, a.dense_shape, validate_indices=validate_indices)


def _converted(a: Any, b: Any) -> tuple[Any, Any, bool]:
    a = convert_to_tensor_or_sparse_tensor(a, name="a")
    if a.dtype.base_dtype not in _TYPES:
        raise TypeError(f"'a' invalid dtype {a.dtype}.")
    b = convert_to_tensor_or_sparse_tensor(b, name="b")
    if b.dtype.base_dtype != a.dtype.base_dtype:
        raise TypeError(f"Types don't match, {a.dtype} vs {b.dtype}.")
    if isinstance(a, SparseTensor) and not isinstance(b, SparseTensor):
        return b, a, True
    return a, b, False


def _parts(value: Any) -> Iterator[Tensor]:
    if isinstance(value, SparseTensor):
        yield from (value.indices, value.values, value.dense_shape)
    else:
        yield value


def _set_operation(a: Any, b: Any, kind: str, validate_indices: bool) -> SparseTensor:
    words = ["Sparse" if isinstance(v, SparseTensor) else "Dense" for v in (a, b)]
    found = apply(
        f"{words[0]}To{words[1]}SetOperation",
        *_parts(a),
        *_parts(b),
        set_operation=kind,
        validate_indices=validate_indices,
    )
    return SparseTensor(*found)


def set_intersection(a: Any, b: Any, validate_indices: bool = True) -> SparseTensor:
    """The elements that rows of ``a`` and ``b`` share, sorted.

    Args:
        a: a tensor or ``SparseTensor`` of integers or strings.
        b: the same, with the same shape but for the last dimension.
        validate_indices: whether the order of sparse indices is checked.
    """
    a, b, _ = _converted(a, b)
    return _set_operation(a, b, "intersection", validate_indices)


def set_difference(
    a: Any, b: Any, aminusb: bool = True, validate_indices: bool = True
) -> SparseTensor:
    """The elements of rows of ``a`` that aren't in those of ``b`` (or the other way round).

    Args:
        a: a tensor or ``SparseTensor`` of integers or strings.
        b: the same, with the same shape but for the last dimension.
        aminusb: whether ``b`` is taken from ``a``; else ``a`` from ``b``.
        validate_indices: whether the order of sparse indices is checked.
    """
    a, b, flipped = _converted(a, b)
    if flipped:
        aminusb = not aminusb
    return _set_operation(a, b, "a-b" if aminusb else "b-a", validate_indices)


def set_union(a: Any, b: Any, validate_indices: bool = True) -> SparseTensor:
    """The elements of rows of ``a`` or ``b``, sorted.

    Args:
        a: a tensor or ``SparseTensor`` of integers or strings.
        b: the same, with the same shape but for the last dimension.
        validate_indices: whether the order of sparse indices is checked.
    """
    a, b, _ = _converted(a, b)
    return _set_operation(a, b, "union", validate_indices)
