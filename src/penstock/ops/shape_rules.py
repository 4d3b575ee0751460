"""Shape rules that many operations share; each returns a function of the operation.

A rule raises ``ValueError`` with a sentence that shows both shapes; the graph adds the
operation's name and all input shapes to it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from penstock.graph.shapes import TensorShape, merged_shape, unknown_shape
from penstock.graph.static_values import constant_value, constant_value_as_shape

Rule = Callable[[Any], Any]


def same_as_input(index: int = 0) -> Rule:
    """The output has the shape of input ``index``."""
    return lambda op: op.inputs[index].shape


def scalar_output(op: Any) -> TensorShape:
    """One scalar output."""
    return TensorShape([])


def unknown_output(op: Any) -> list[TensorShape]:
    """Nothing is known of the outputs."""
    return [unknown_shape() for _ in op.outputs]


def same_shapes(op: Any) -> TensorShape:
    """All inputs and the output have one shape."""
    shape = op.inputs[-1].shape
    # From the last to the first: that is what messages show.
    for number, tensor in reversed(list(enumerate(op.inputs[:-1]))):
        try:
            shape = merged_shape(tensor.shape, shape)
        except ValueError as error:
            if not op.definition.signature.inputs[0].is_list:
                raise
            raise ValueError(f"{error}\n\tFrom merging shape {number} with other shapes.") from None
    return shape


def broadcast_shapes(first: TensorShape, second: TensorShape) -> TensorShape:
    """The shape that two shapes broadcast to.

    Raises:
        ValueError: ``Dimensions must be equal, but are a and b``.
    """
    a, b = first.sizes, second.sizes
    if a is None or b is None:
        return unknown_shape()
    rank = max(len(a), len(b))
    a = (1,) * (rank - len(a)) + a
    b = (1,) * (rank - len(b)) + b
    result: list[int | None] = []
    for left, right in zip(a, b, strict=True):
        if left == 1 or left == right:
            result.append(right)
        elif right == 1:
            result.append(left)
        elif left is None:
            result.append(right)
        elif right is None:
            result.append(left)
        else:
            raise ValueError(f"Dimensions must be equal, but are {left} and {right}")
    return TensorShape(result)


def broadcast(op: Any) -> TensorShape:
    """Two inputs that broadcast as NumPy's do."""
    return broadcast_shapes(op.inputs[0].shape, op.inputs[1].shape)


def reduction(op: Any) -> TensorShape:
    """A reduction over the axes in input 1, with the attribute ``keep_dims``."""
    shape = op.inputs[0].shape
    keep = op.attr("keep_dims")
    axes = constant_value(op.inputs[1])
    if axes is None:
        if keep:
            return unknown_shape(shape.ndims)
        return unknown_shape()
    if shape.sizes is None:
        if axes.size == 0:
            return shape
        return unknown_shape()
    rank = len(shape.sizes)
    dropped = set()
    for axis in axes.ravel().tolist():
        if not -rank <= axis < rank:
            raise ValueError(
                f"Invalid reduction dimension {axis} for input with {rank} dimensions."
            )
        dropped.add(axis % rank)
    if keep:
        return TensorShape([1 if i in dropped else s for i, s in enumerate(shape.sizes)])
    return TensorShape([s for i, s in enumerate(shape.sizes) if i not in dropped])


def value_as_shape(index: int) -> Rule:
    """The output has the shape that the *value* of input ``index`` says."""
    return lambda op: constant_value_as_shape(op.inputs[index])


def sparse_shapes(op: Any) -> list[TensorShape]:
    """Indices, values and shape of a sparse result with as many dimensions as input 2 has."""
    ndims = op.inputs[2].shape.num_elements()
    return [TensorShape([None, ndims]), TensorShape([None]), TensorShape([ndims])]
