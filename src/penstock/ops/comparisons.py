"""Element-wise comparisons and logic."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from penstock.graph.build import apply
from penstock.graph.registry import operation
from penstock.graph.tensor import Tensor
from penstock.ops.operand_shapes import broadcasting
from penstock.ops.shape_rules import broadcast, same_as_input, same_shapes

_EQUAL_ATTRS = (
    "T: {bfloat16, half, float, double, uint8, int8, int16, int32, int64, complex64, quint8, "
    "qint8, qint32, string, bool, complex128}; incompatible_shape_error: bool = true"
)


@operation("Equal", inputs="x: T, y: T", outputs="z: bool", attrs=_EQUAL_ATTRS, commutative=True)
class Equal:
    shape = broadcast
    gradient = None

    @broadcasting
    def lower(x: Any, y: Any) -> Any:
        return x == y

    @broadcasting
    def host(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.asarray(x == y, dtype=np.bool_)

    @broadcasting
    def fold(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.asarray(x == y, dtype=np.bool_)


def equal(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Whether ``x`` equals ``y``, element by element, with broadcasting.

    (``x == y`` asks whether both are the same ``tf.Tensor`` object.)

    Args:
        x: a tensor of numbers, strings or truth values.
        y: a tensor of the same type, whose shape broadcasts with that of ``x``.
        name: the operation's name.

    Returns:
        A ``bool`` tensor.
    """
    return apply("Equal", x, y, name=name)


@operation("NotEqual", inputs="x: T, y: T", outputs="z: bool", attrs=_EQUAL_ATTRS,
           commutative=True)  # fmt: skip
class NotEqual:
    shape = broadcast
    gradient = None

    @broadcasting
    def lower(x: Any, y: Any) -> Any:
        return x != y

    @broadcasting
    def host(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.asarray(x != y, dtype=np.bool_)

    @broadcasting
    def fold(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.asarray(x != y, dtype=np.bool_)


def not_equal(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Whether ``x`` differs from ``y``, element by element, with broadcasting.

    Args:
        x: a tensor of numbers, strings or truth values.
        y: a tensor of the same type, whose shape broadcasts with that of ``x``.
        name: the operation's name.

    Returns:
        A ``bool`` tensor.
    """
    return apply("NotEqual", x, y, name=name)


@operation("Less", inputs="x: T, y: T", outputs="z: bool", attrs="T: realnumbertype")
class Less:
    shape = broadcast
    gradient = None

    @broadcasting
    def lower(x: Any, y: Any) -> Any:
        return x < y

    @broadcasting
    def fold(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return x < y


def less(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Whether ``x < y``, element by element, with broadcasting.

    Args:
        x: a real tensor.
        y: a tensor of the same type, whose shape broadcasts with that of ``x``.
        name: the operation's name.

    Returns:
        A ``bool`` tensor.
    """
    return apply("Less", x, y, name=name)


@operation("LessEqual", inputs="x: T, y: T", outputs="z: bool", attrs="T: realnumbertype")
class LessEqual:
    shape = broadcast
    gradient = None

    @broadcasting
    def lower(x: Any, y: Any) -> Any:
        return x <= y

    @broadcasting
    def fold(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return x <= y


def less_equal(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Whether ``x <= y``, element by element, with broadcasting.

    Args:
        x: a real tensor.
        y: a tensor of the same type, whose shape broadcasts with that of ``x``.
        name: the operation's name.

    Returns:
        A ``bool`` tensor.
    """
    return apply("LessEqual", x, y, name=name)


@operation("Greater", inputs="x: T, y: T", outputs="z: bool", attrs="T: realnumbertype")
class Greater:
    shape = broadcast
    gradient = None

    @broadcasting
    def lower(x: Any, y: Any) -> Any:
        return x > y

    @broadcasting
    def fold(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return x > y


def greater(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Whether ``x > y``, element by element, with broadcasting.

    Args:
        x: a real tensor.
        y: a tensor of the same type, whose shape broadcasts with that of ``x``.
        name: the operation's name.

    Returns:
        A ``bool`` tensor.
    """
    return apply("Greater", x, y, name=name)


@operation("GreaterEqual", inputs="x: T, y: T", outputs="z: bool", attrs="T: realnumbertype")
class GreaterEqual:
    shape = broadcast
    gradient = None

    @broadcasting
    def lower(x: Any, y: Any) -> Any:
        return x >= y

    @broadcasting
    def fold(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return x >= y


def greater_equal(x: Any, y: Any, name: str | None = None) -> Tensor:
    """Whether ``x >= y``, element by element, with broadcasting.

    Args:
        x: a real tensor.
        y: a tensor of the same type, whose shape broadcasts with that of ``x``.
        name: the operation's name.

    Returns:
        A ``bool`` tensor.
    """
    return apply("GreaterEqual", x, y, name=name)


@operation(
    "ApproximateEqual",
    inputs="x: T, y: T",
    outputs="z: bool",
    attrs="T: numbertype; tolerance: float = 9.999999747378752e-06",
    commutative=True,
)
class ApproximateEqual:
    shape = same_shapes
    gradient = None

    @broadcasting
    def lower(x: Any, y: Any, *, tolerance: float) -> Any:
        return jnp.abs(x - y) < jnp.asarray(tolerance, jnp.abs(x).dtype)


def approximate_equal(x: Any, y: Any, tolerance: float = 1e-05, name: str | None = None) -> Tensor:
    """Whether ``abs(x - y) < tolerance``, element by element.

    Args:
        x: a tensor of a number type.
        y: a tensor of the same type and shape.
        tolerance: a Python float.
        name: the operation's name.

    Returns:
        A ``bool`` tensor.
    """
    return apply("ApproximateEqual", x, y, tolerance=tolerance, name=name)


@operation("LogicalAnd", inputs="x: bool, y: bool", outputs="z: bool", commutative=True)
class LogicalAnd:
    shape = broadcast
    gradient = None

    @broadcasting
    def lower(x: Any, y: Any) -> Any:
        return x & y

    @broadcasting
    def fold(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return x & y


def logical_and(x: Any, y: Any, name: str | None = None) -> Tensor:
    """``x and y``, element by element, with broadcasting.

    Args:
        x: a ``bool`` tensor.
        y: a ``bool`` tensor.
        name: the operation's name.
    """
    return apply("LogicalAnd", x, y, name=name)


@operation("LogicalOr", inputs="x: bool, y: bool", outputs="z: bool", commutative=True)
class LogicalOr:
    shape = broadcast
    gradient = None

    @broadcasting
    def lower(x: Any, y: Any) -> Any:
        return x | y

    @broadcasting
    def fold(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return x | y


def logical_or(x: Any, y: Any, name: str | None = None) -> Tensor:
    """``x or y``, element by element, with broadcasting.

    Args:
        x: a ``bool`` tensor.
        y: a ``bool`` tensor.
        name: the operation's name.
    """
    return apply("LogicalOr", x, y, name=name)


@operation("LogicalNot", inputs="x: bool", outputs="y: bool")
class LogicalNot:
    shape = same_as_input()
    gradient = None

    def lower(x: Any) -> Any:
        return jnp.logical_not(x)

    def fold(x: np.ndarray) -> np.ndarray:
        return np.logical_not(x)


def logical_not(x: Any, name: str | None = None) -> Tensor:
    """``not x``, element by element.

    Args:
        x: a ``bool`` tensor.
        name: the operation's name.
    """
    return apply("LogicalNot", x, name=name)


def logical_xor(x: Any, y: Any, name: str | None = "LogicalXor") -> Tensor:
    """Whether exactly one of ``x`` and ``y`` is true, element by element, with broadcasting.

    Args:
        x: a ``bool`` tensor.
        y: a ``bool`` tensor.
        name: the name of the last operation.
    """
    either = logical_or(x, y)
    return logical_and(either, logical_not(logical_and(x, y)), name=name)
