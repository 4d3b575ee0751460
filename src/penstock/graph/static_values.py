"""What is known of a tensor's *value* while the graph is built.

``constant_value`` follows constants through operations that have a ``fold``;
``constant_value_as_shape`` also uses partly known shapes (``tf.stack([tf.shape(x)[0], 10])``).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.graph import errors
from penstock.graph.shapes import TensorShape, unknown_shape

_DEEPEST = 40
_LARGEST = 10_000


def constant_value(tensor: Any, partial: bool = False) -> np.ndarray | None:
    """The value of ``tensor`` as a NumPy array if it is known, else ``None``.

    Args:
        tensor: a ``tf.Tensor``. A tensor whose value is known this way can't be fed any more,
            since shapes were worked out from it.
        partial: accepted for compatibility: partly known vectors count as unknown.
    """
    value = _value(tensor, 0)
    if value is not None:
        tensor.graph.prevent_feeding(tensor)
    return value


def _value(
    tensor: Any, depth: int, known: dict[Any, np.ndarray | None] | None = None
) -> np.ndarray | None:
    """The value of ``tensor``; ``known`` holds what was found before on the same walk."""
    if known is None:
        known = {}
    elif tensor in known:
        return known[tensor]
    known[tensor] = value = _computed(tensor, depth, known)
    return value


def _computed(tensor: Any, depth: int, known: dict[Any, np.ndarray | None]) -> np.ndarray | None:
    op = tensor.op
    op_type = op.type
    if op_type == "Const":
        return op._attributes["value"]
    if depth > _DEEPEST or not op.inputs and op_type != "Const":
        return None
    if op_type in ("Shape", "ShapeN"):
        sizes = op.inputs[tensor.value_index].shape
        if sizes.is_fully_defined():
            dtype = op.attr("out_type").as_numpy_dtype
            if any(size > np.iinfo(dtype).max for size in sizes.as_list()):
                return None
            return np.array(sizes.as_list(), dtype=dtype)
    if op_type == "Rank":
        rank = op.inputs[0].shape.ndims
        if rank is not None:
            return np.array(rank, np.int32)
    if op_type == "Size":
        count = op.inputs[0].shape.num_elements()
        dtype = op.attr("out_type").as_numpy_dtype
        if count is not None and count <= np.iinfo(dtype).max:
            return np.array(count, dtype)
    fold = op.definition.fold
    if fold is None or op.definition.stateful:
        return None
    elements = tensor.shape.num_elements()
    if elements is not None and elements > _LARGEST:
        return None
    values = []
    for each in op.inputs:
        if each.dtype._is_ref_dtype:
            return None
        value = _value(each, depth + 1, known)
        if value is None:
            return None
        values.append(value)
    try:
        result = fold(op, values)
    except (ArithmeticError, IndexError, ValueError, errors.OpError):
        return None  # The run will say what is wrong.
    if len(op.outputs) > 1:
        result = result[tensor.value_index]
    return np.asarray(result)


def constant_value_as_shape(tensor: Any) -> TensorShape:
    """The shape that an integer vector stands for, as far as it is known (-1 means unknown)."""
    sizes = _partial(tensor, 0)
    if sizes is None:
        length = tensor.shape.with_rank(1)[0].value if tensor.shape.ndims == 1 else None
        return unknown_shape(length)
    return TensorShape([None if s is None or s < 0 else s for s in sizes])


def _partial(tensor: Any, depth: int) -> list[int | None] | None:
    """A vector's elements, those not known as ``None``; ``None`` if nothing is known."""
    value = _value(tensor, 0)
    if value is not None:
        return None if value.ndim != 1 else [int(v) for v in value]
    if depth > _DEEPEST:
        return None
    op = tensor.op
    if op.type in ("Shape", "ShapeN"):
        shape = op.inputs[tensor.value_index].shape
        return None if shape.sizes is None else list(shape.sizes)
    if op.type == "Pack" and op.inputs[0].shape.ndims == 0:
        return [_scalar(each) for each in op.inputs]
    if op.type in ("ConcatV2", "Concat"):
        inputs = op.inputs[:-1] if op.type == "ConcatV2" else op.inputs[1:]
        parts: list[int | None] = []
        for each in inputs:
            part = _partial(each, depth + 1)
            if part is None:
                length = each.shape[0].value if each.shape.ndims == 1 else None
                if length is None:
                    return None
                part = [None] * length
            parts.extend(part)
        return parts
    if op.type == "StridedSlice":
        return _slice(op, depth)
    return None


def _slice(op: Any, depth: int) -> Any:
    """``vector[begin:end:stride]`` of a partly known vector."""
    if op.attr("ellipsis_mask") or op.attr("new_axis_mask") or op.attr("shrink_axis_mask"):
        return None
    bounds = [_value(each, 0) for each in op.inputs[1:4]]
    whole = _partial(op.inputs[0], depth + 1)
    if whole is None or any(bound is None or bound.size != 1 for bound in bounds):
        return None
    begin, end, stride = (int(bound.ravel()[0]) for bound in bounds)  # type: ignore[union-attr]
    return whole[
        slice(
            None if op.attr("begin_mask") & 1 else begin,
            None if op.attr("end_mask") & 1 else end,
            stride,
        )
    ]


def _scalar(tensor: Any) -> int | None:
    """An integer scalar, if it is known.

    An element of a partly known vector isn't looked for: TensorFlow doesn't either, and static
    shapes decide which operations later functions make.
    """
    value = _value(tensor, 0)
    return None if value is None else int(value)


_PLAIN = frozenset(
    ("Cast", "Concat", "ConcatV2", "Const", "Equal", "Fill", "NotEqual", "Pack", "Range", "Rank",
     "Shape", "Size")
)  # fmt: skip


def plain_value(tensor: Any) -> np.ndarray | None:
    """The value of a tensor as far as TensorFlow's Python functions look for it.

    ``constant_value`` sees more, as TensorFlow's shape functions do. Where a function decides by a
    value which operations to make, it must decide as TensorFlow did.
    """
    pending = [tensor]
    while pending:
        op = pending.pop().op
        if op.type not in _PLAIN:
            return None
        if op.type not in ("Shape", "Size", "Rank"):
            pending.extend(op.inputs)
    return constant_value(tensor)
