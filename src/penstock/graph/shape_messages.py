"""What an error about static shapes says of the operation: its inputs' shapes, and those of their
values that the shape depends on."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.graph.shapes import TensorShape

# The inputs whose values a shape depends on, and those that are a shape themselves.
_REDUCTIONS = ("All", "Any", "EuclideanNorm", "Max", "Mean", "Min", "Prod", "Sum")
_VALUES: dict[str, tuple[int, ...]] = {
    **dict.fromkeys(_REDUCTIONS, (1,)),
    "ArgMax": (1,),
    "ArgMin": (1,),
    "ConcatV2": (-1,),
    "ExpandDims": (1,),
    "GatherV2": (2,),
    "MirrorPad": (1,),
    "OneHot": (1,),
    "Pad": (1,),
    "PadV2": (1,),
    "Range": (0, 1, 2),
    "ReverseV2": (1,),
    "Split": (0,),
    "SplitV": (1, 2),
    "StridedSlice": (1, 2, 3),
    "TopKV2": (1,),
    "Transpose": (1,),
}
_SHAPES: dict[str, tuple[int, ...]] = {"BroadcastTo": (1,), "Fill": (0,), "Reshape": (1,)}
# What is found before the values are looked at, and what they are then.
_EARLIER: list[tuple[str, str, tuple[int, ...]]] = [
    ("ConcatV2", "Shape must be rank", ()),
    ("GatherV2", "Shape must be at least rank 1 but", ()),
    ("Pad", "Shape must be rank", ()),
    ("SplitV", "Can't split scalars", ()),
    ("StridedSlice", "Index out of range", (3,)),
    ("Transpose", "Dimension must be", ()),
]


def described(op: Any, message: str) -> str:
    """``message`` with what TensorFlow adds to it about ``op``."""
    shapes = ", ".join(shape_text(tensor.shape) for tensor in op.inputs)
    text = f"{message} for '{op.name}' (op: '{op.type}') with input shapes: {shapes}"
    values = _values(op, message)
    if values:
        text += " and with computed input tensors: " + ", ".join(values)
    partial = _partial_shapes(op)
    if partial:
        text += " and with input tensors computed as partial shapes: " + ", ".join(partial)
    return text + "."


def shape_text(shape: TensorShape) -> str:
    """A shape as these messages write it."""
    if shape.sizes is None:
        return "?"
    return "[" + ",".join("?" if d is None else str(d) for d in shape.sizes) + "]"


def _values(op: Any, message: str) -> list[str]:
    from penstock.graph.static_values import constant_value

    places = _VALUES.get(op.type, ())
    for op_type, beginning, kept in _EARLIER:
        if op.type == op_type and message.startswith(beginning):
            places = kept
    found = []
    for place in places:
        place %= len(op.inputs)
        value = constant_value(op.inputs[place])
        if value is not None:
            found.append(f"input[{place}] = <{_listed(value)}>")
    return found


def _listed(value: np.ndarray) -> str:
    if value.ndim > 1:
        return "".join(f"[{_listed(row)}]" for row in value)
    return " ".join(str(v) for v in np.ravel(value).tolist())


def _partial_shapes(op: Any) -> list[str]:
    from penstock.graph.static_values import constant_value_as_shape

    found = []
    for place in _SHAPES.get(op.type, ()):
        shape = constant_value_as_shape(op.inputs[place])
        if shape.sizes:
            found.append(f"input[{place}] = {shape_text(shape)}")
    return found
