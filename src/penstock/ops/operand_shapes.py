"""What operations of two operands share: the check, at run time, that their shapes broadcast, and
the sums that take gradients back to the shapes of the operands."""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from penstock.graph import errors
from penstock.graph.build import apply
from penstock.graph.tensor import Tensor

ARITHMETIC_TYPES = (
    "bfloat16, half, float, double, uint8, int8, uint16, int16, int32, int64, complex64, complex128"
)


def broadcasting(function: Callable[..., Any]) -> Callable[..., Any]:
    """A lowering (or fold) of two operands that first checks that their shapes broadcast."""

    @functools.wraps(function)
    def checked(x: Any, y: Any, **attributes: Any) -> Any:
        check_broadcast(x, y)
        return function(x, y, **attributes)

    return checked


def check_broadcast(x: Any, y: Any) -> None:
    """Raises ``InvalidArgumentError`` when two arrays don't broadcast."""
    a, b = np.shape(x), np.shape(y)
    for left, right in zip(reversed(a), reversed(b), strict=False):
        if left != right and left != 1 and right != 1:
            raise errors.InvalidArgumentError(
                None, None, f"Incompatible shapes: {brackets(a)} vs. {brackets(b)}"
            )


def brackets(shape: Any) -> str:
    """A shape as TensorFlow's kernels print it: ``[2,3]``."""
    return "[" + ",".join(str(size) for size in shape) + "]"


def conjugate(x: Tensor) -> Tensor:
    """``conj`` of a complex tensor; any other as it is, without an operation."""
    return apply("Conj", x) if x.dtype.is_complex else x


def same_known_shape(*tensors: Tensor) -> bool:
    """True when all shapes are known and equal, so that no broadcasting can have happened."""
    sizes = tensors[0].shape.sizes
    return sizes is not None and None not in sizes and all(t.shape.sizes == sizes for t in tensors)


class Operand(NamedTuple):
    """How a gradient goes back to one operand."""

    shape: Any  # the operand's shape: a tuple, or a tensor when it isn't known
    axes: Any  # the axes to sum over: a tuple, or a tensor
    smaller: bool  # whether the gradient may have another shape than the operand


_known_axes: weakref.WeakKeyDictionary[Any, dict[Any, Any]] = weakref.WeakKeyDictionary()


def broadcast_operands(x: Tensor, y: Tensor, dz: Tensor) -> tuple[Operand, Operand]:
    """How ``dz`` goes back to ``x`` and ``y``.

    TensorFlow 1.15 works the axes out while the graph is built if it can, and then leaves out
    sums that do nothing; as there, the operation that computes them is added once for each pair
    of shapes in a graph.
    """
    shape_x, shape_y = x.shape.sizes, y.shape.sizes
    if shape_x is None or shape_y is None or None in shape_x or None in shape_y:
        dynamic_x, dynamic_y = apply("Shape", x), apply("Shape", y)
        axes_x, axes_y = apply("BroadcastGradientArgs", dynamic_x, dynamic_y)
        return Operand(dynamic_x, axes_x, True), Operand(dynamic_y, axes_y, True)
    known = _known_axes.setdefault(x.graph, {})
    if (shape_x, shape_y) not in known:
        apply("BroadcastGradientArgs", shape_x, shape_y)
        known[shape_x, shape_y] = broadcast_axes(shape_x, shape_y)
    axes = known[shape_x, shape_y]
    shape_z = dz.shape.sizes
    return (
        Operand(shape_x, axes[0], shape_x != shape_z),
        Operand(shape_y, axes[1], shape_y != shape_z),
    )


def broadcast_axes(
    first: tuple[Any, ...], second: tuple[Any, ...]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The axes of the result along which each of two shapes is repeated.

    An axis where both sizes are 1 counts for both, as in TensorFlow (the sum does nothing there).
    """
    if tuple(first) == tuple(second):
        return (), ()
    rank = max(len(first), len(second))
    a = (1,) * (rank - len(first)) + tuple(first)
    b = (1,) * (rank - len(second)) + tuple(second)
    return (
        tuple(i for i in range(rank) if a[i] == 1),
        tuple(i for i in range(rank) if b[i] == 1),
    )


def reduced(gradient: Tensor, operand: Operand) -> Tensor:
    """``gradient`` summed to the shape of ``operand``, if it may be larger."""
    return sum_to(gradient, operand) if operand.smaller else gradient


def sum_to(gradient: Tensor, operand: Operand) -> Tensor:
    """``gradient`` summed over the operand's axes and given its shape."""
    return apply("Reshape", apply("Sum", gradient, operand.axes), operand.shape)


def shapes_and_axes(x: Tensor, y: Tensor) -> tuple[Operand, Operand]:
    """``broadcast_operands`` of the operations for which TensorFlow 1.15 leaves nothing out."""
    from penstock.ops.arrays import shape

    shape_x, shape_y = shape(x), shape(y)
    axes_x, axes_y = apply("BroadcastGradientArgs", shape_x, shape_y)
    return Operand(shape_x, axes_x, True), Operand(shape_y, axes_y, True)


def reduce_to_operands(x: Tensor, y: Tensor, *gradients: Tensor) -> list[Tensor]:
    """Sums the gradients for ``x`` and ``y`` over the dimensions that were broadcast."""
    first, second = shapes_and_axes(x, y)
    return [sum_to(gradients[0], first), sum_to(gradients[1], second)]
