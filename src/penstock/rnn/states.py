"""Shapes and zeros of recurrent states."""

from __future__ import annotations

from typing import Any

from penstock.graph import dtypes, nest
from penstock.graph.shapes import TensorShape, as_shape
from penstock.graph.static_values import constant_value
from penstock.graph.tensor import Tensor
from penstock.ops.arrays import expand_dims
from penstock.ops.constants import constant
from penstock.ops.fills import zeros
from penstock.ops.joining import concat


def _as_vector(size: Any, role: str) -> Any:
    """A part of a shape as a tensor of rank one, or ``None`` when it isn't known."""
    if isinstance(size, Tensor):
        if size.shape.ndims == 0:
            return expand_dims(size, 0)
        if size.shape.ndims != 1:
            raise ValueError(
                f"{role} tensor must be either a scalar or vector, but saw tensor: {size}"
            )
        return size
    shape = as_shape(size)
    if not shape.is_fully_defined():
        return None
    return constant(shape.as_list(), dtype=dtypes.int32)


def _known(size: Any) -> TensorShape:
    if isinstance(size, Tensor):
        value = constant_value(size)
        if value is None:
            return TensorShape([None] if size.shape.ndims in (0, None) else None)
        return as_shape(value.tolist())
    return as_shape(size)


def joined_shape(first: Any, rest: Any) -> Any:
    """The tensor ``[first, rest...]`` of a shape.

    Args:
        first: a number, shape or tensor. rest: likewise.

    Raises:
        ValueError: when one of them isn't known.
    """
    parts = (_as_vector(first, "prefix"), _as_vector(rest, "suffix"))
    if any(part is None for part in parts):
        raise ValueError(f"Provided a prefix or suffix of None: {first} and {rest}")
    return concat(parts, 0)


def joined_static_shape(first: Any, rest: Any) -> list[int | None] | None:
    """What is known of the shape ``[first, rest...]`` (with the constants that this makes)."""
    for size, role in ((first, "prefix"), (rest, "suffix")):
        _as_vector(size, role)
    shape = _known(first).concatenate(_known(rest))
    return None if shape.ndims is None else shape.as_list()


def zero_tensors(state_size: Any, batch_size: Any, dtype: Any) -> Any:
    """Zeros for each part of a state.

    Args:
        state_size: a number, shape, or nested structure of these.
        batch_size: a number or scalar tensor.
        dtype: the type.
    """

    def zeros_of(size: Any) -> Tensor:
        made = zeros(joined_shape(batch_size, size), dtype=dtype)
        made.set_shape(joined_static_shape(batch_size, size))
        return made

    return nest.map_structure(zeros_of, state_size)
