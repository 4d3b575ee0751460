"""Broadcasting made explicit: ``BroadcastTo``, and the shapes and axes that go with it."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from penstock.graph import errors
from penstock.graph import shapes as static_shapes
from penstock.graph.build import apply
from penstock.graph.registry import operation
from penstock.graph.shapes import TensorShape, unknown_shape, vector
from penstock.graph.static_values import constant_value_as_shape
from penstock.graph.tensor import Tensor


def _broadcast_sizes(a: np.ndarray, b: np.ndarray) -> list[int]:
    """What two shapes broadcast to."""
    try:
        return list(np.broadcast_shapes(tuple(a.tolist()), tuple(b.tolist())))
    except ValueError:
        left, right = (f"[{','.join(map(str, s.tolist()))}]" for s in (a, b))
        raise errors.InvalidArgumentError(
            None, None, f"Incompatible shapes: {left} vs. {right}"
        ) from None


@operation("BroadcastArgs", inputs="s0: T, s1: T", outputs="r0: T", attrs="T: indextype = int32")
class BroadcastArgs:
    def shape(op: Any) -> Any:  # noqa: N805
        first, second = (each.shape.with_rank(1) for each in op.inputs)
        if not (first.is_fully_defined() and second.is_fully_defined()):
            return unknown_shape(1)
        return vector(max(first.num_elements(), second.num_elements()))

    def fold(s0: np.ndarray, s1: np.ndarray) -> np.ndarray:
        return np.array(_broadcast_sizes(s0, s1), s0.dtype)

    host = fold


def broadcast_args(s0: Any, s1: Any, name: str | None = None) -> Tensor:
    """The shape, as a vector, that the shapes ``s0`` and ``s1`` broadcast to."""
    return apply("BroadcastArgs", s0, s1, name=name)


def broadcast_dynamic_shape(shape_x: Any, shape_y: Any) -> Tensor:
    """The shape that two shapes broadcast to, worked out in a run.

    Args:
        shape_x: an integer vector. shape_y: another.

    Returns:
        An integer vector.
    """
    return broadcast_args(shape_x, shape_y)


def broadcast_static_shape(shape_x: TensorShape, shape_y: TensorShape) -> TensorShape:
    """The shape that two static shapes broadcast to.

    Args:
        shape_x: a ``TensorShape``. shape_y: another.

    Raises:
        ValueError: when they can't be broadcast.
    """
    return static_shapes.broadcast_static_shape(
        static_shapes.as_shape(shape_x), static_shapes.as_shape(shape_y)
    )


@operation(
    "BroadcastGradientArgs",
    inputs="s0: T, s1: T",
    outputs="r0: T, r1: T",
    attrs="T: indextype = int32",
)
class BroadcastGradientArgs:
    gradient = None

    def shape(op: Any) -> Any:  # noqa: N805
        for each in op.inputs:
            each.shape.with_rank(1)
        return [unknown_shape(1), unknown_shape(1)]

    def fold(s0: np.ndarray, s1: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        _broadcast_sizes(s0, s1)
        first, second = s0.tolist(), s1.tolist()
        if first == second:
            return np.zeros(0, s0.dtype), np.zeros(0, s0.dtype)
        count = max(len(first), len(second))
        first = [1] * (count - len(first)) + first
        second = [1] * (count - len(second)) + second
        return (
            np.array([i for i in range(count) if first[i] == 1], s0.dtype),
            np.array([i for i in range(count) if second[i] == 1], s0.dtype),
        )

    static = ("s0", "s1")
    host = fold

    def lower(s0: Any, s1: Any, *, run: Any) -> Any:
        run.needs_host("the shapes that are broadcast aren't known")


def broadcast_gradient_args(s0: Any, s1: Any, name: str | None = None) -> list[Tensor]:
    """The axes that the gradients of two broadcast operands must be summed over.

    Args:
        s0: the shape of the first operand, an integer vector.
        s1: the shape of the second.
        name: the operation's name.

    Returns:
        Two integer vectors.
    """
    return apply("BroadcastGradientArgs", s0, s1, name=name)


def _broadcast_to_shape(op: Any) -> TensorShape:
    wanted = constant_value_as_shape(op.inputs[1])
    source = op.inputs[0].shape
    if wanted.sizes is None or source.sizes is None:
        return wanted
    if len(source.sizes) > len(wanted.sizes):
        raise ValueError(
            f"Shape must be at most rank {len(wanted.sizes)} but is rank {len(source.sizes)}"
        )
    for have, want in zip(reversed(source.sizes), reversed(wanted.sizes), strict=False):
        if have not in (1, None) and want is not None and have != want:
            raise ValueError(f"Dimensions must be equal, but are {have} and {want}")
    return wanted


@operation(
    "BroadcastTo",
    inputs="input: T, shape: Tidx",
    outputs="output: T",
    attrs="T: type; Tidx: indextype = int32",
)
class BroadcastTo:
    shape = _broadcast_to_shape
    static = "shape"

    def lower(input: Any, shape: np.ndarray) -> Any:  # noqa: A002
        sizes = tuple(int(s) for s in shape)
        _check_broadcastable(input.shape, sizes)
        return jnp.broadcast_to(input, sizes)

    def host(input: np.ndarray, shape: np.ndarray) -> np.ndarray:  # noqa: A002
        sizes = tuple(int(s) for s in shape)
        _check_broadcastable(input.shape, sizes)
        return np.broadcast_to(input, sizes).copy()

    fold = host

    def gradient(op: Any, dy: Any) -> list[Any]:  # noqa: N805
        from penstock.ops.arrays import reshape, shape
        from penstock.ops.reductions import reduce_sum

        source_shape = shape(op.inputs[0])
        _, axes = broadcast_gradient_args(op.inputs[1], source_shape)
        return [reshape(reduce_sum(dy, axes, keepdims=True), source_shape), None]


def _check_broadcastable(source: tuple[int, ...], wanted: tuple[int, ...]) -> None:
    fits = len(source) <= len(wanted) and all(
        have in (1, want) for have, want in zip(reversed(source), reversed(wanted), strict=False)
    )
    if not fits:
        left, right = (f"[{','.join(map(str, s))}]" for s in (source, wanted))
        raise errors.InvalidArgumentError(None, None, f"Incompatible shapes: {left} vs. {right}")


def broadcast_to(input: Any, shape: Any, name: str | None = None) -> Tensor:  # noqa: A002
    """``input`` repeated along its dimensions of size 1, and new leading ones, to fill ``shape``.

    Args:
        input: a tensor.
        shape: an integer vector that the input's shape broadcasts to.
        name: the operation's name.
    """
    return apply("BroadcastTo", input, shape, name=name)
