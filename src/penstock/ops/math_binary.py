"""Element-wise arithmetic of two tensors, with NumPy broadcasting."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.graph.build import apply
from penstock.graph.registry import operation
from penstock.graph.tensor import Tensor
from penstock.ops.shape_rules import broadcast


def _same_known_shape(*tensors: Tensor) -> bool:
    """True when all shapes are known and equal, so that no broadcasting can have happened."""
    sizes = tensors[0].shape.sizes
    return sizes is not None and None not in sizes and all(t.shape.sizes == sizes for t in tensors)


def reduce_to_operands(x: Tensor, y: Tensor, *gradients: Tensor) -> list[Tensor]:
    """Sums the gradients for ``x`` and ``y`` over the dimensions that were broadcast."""
    from penstock.ops.arrays import broadcast_gradient_args, reshape, shape
    from penstock.ops.reductions import reduce_sum

    shape_x, shape_y = shape(x), shape(y)
    axes_x, axes_y = broadcast_gradient_args(shape_x, shape_y)
    dx, dy = gradients
    return [
        reshape(reduce_sum(dx, axes_x), shape_x),
        reshape(reduce_sum(dy, axes_y), shape_y),
    ]


_ADD_TYPES = (
    "bfloat16, half, float, double, uint8, int8, int16, int32, int64, complex64, complex128"
)


@operation(
    "AddV2",
    inputs="x: T, y: T",
    outputs="z: T",
    attrs=f"T: {{{_ADD_TYPES}}}",
    commutative=True,
    aggregate=True,
)
class AddV2:
    shape = broadcast

    def lower(x: Any, y: Any) -> Any:
        return x + y

    def fold(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return x + y

    def gradient(op: Any, dz: Tensor) -> list[Tensor]:
        x, y = op.inputs
        if _same_known_shape(x, y, dz):
            return [dz, dz]
        return reduce_to_operands(x, y, dz, dz)


def add_v2(x: Any, y: Any, name: str | None = None) -> Tensor:
    """``x + y``, element by element, with broadcasting.

    Args:
        x: a tensor of a number type.
        y: a tensor of the same type, whose shape broadcasts with that of ``x``.
        name: the operation's name.
    """
    return apply("AddV2", x, y, name=name)
