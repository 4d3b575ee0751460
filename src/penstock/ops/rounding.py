"""Rounding, and tests for NaN and infinity."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from penstock.graph.build import apply
from penstock.graph.convert import convert_to_tensor
from penstock.graph.registry import operation
from penstock.graph.tensor import Tensor
from penstock.ops.math_unary import SIGNED_TYPES
from penstock.ops.messages import invalid
from penstock.ops.shape_rules import same_as_input


@operation("Ceil", inputs="x: T", outputs="y: T", attrs="T: floattype")
class Ceil:
    shape = same_as_input()

    def lower(x: Any) -> Any:
        return jnp.ceil(x)

    def fold(x: np.ndarray) -> np.ndarray:
        return np.ceil(x)

    def gradient(op: Any, dy: Tensor) -> None:
        return None


def ceil(x: Any, name: str | None = None) -> Tensor:
    """The smallest whole number that isn't below ``x``, element by element.

    Args:
        x: a floating tensor.
        name: the operation's name.
    """
    return apply("Ceil", x, name=name)


@operation("Floor", inputs="x: T", outputs="y: T", attrs="T: floattype")
class Floor:
    shape = same_as_input()

    def lower(x: Any) -> Any:
        return jnp.floor(x)

    def fold(x: np.ndarray) -> np.ndarray:
        return np.floor(x)

    def gradient(op: Any, dy: Tensor) -> list[None]:
        return [None]


def floor(x: Any, name: str | None = None) -> Tensor:
    """The largest whole number that isn't above ``x``, element by element.

    Args:
        x: a floating tensor.
        name: the operation's name.
    """
    return apply("Floor", x, name=name)


@operation("Rint", inputs="x: T", outputs="y: T", attrs="T: floattype")
class Rint:
    shape = same_as_input()

    def lower(x: Any) -> Any:
        return jnp.rint(x)

    def fold(x: np.ndarray) -> np.ndarray:
        return np.rint(x)

    def gradient(op: Any, dy: Tensor) -> None:
        return None


def rint(x: Any, name: str | None = None) -> Tensor:
    """The nearest whole number, halves to even, element by element.

    Args:
        x: a floating tensor.
        name: the operation's name.
    """
    return apply("Rint", x, name=name)


@operation("Round", inputs="x: T", outputs="y: T", attrs=SIGNED_TYPES)
class Round:
    shape = same_as_input()

    def lower(x: Any) -> Any:
        return x if np.issubdtype(x.dtype, np.integer) else jnp.round(x)

    def fold(x: np.ndarray) -> np.ndarray:
        return x if np.issubdtype(x.dtype, np.integer) else np.round(x)

    def gradient(op: Any, dy: Tensor) -> list[None]:
        return [None]


def round(x: Any, name: str | None = None) -> Tensor:  # noqa: A001
    """The nearest whole number, halves to even, element by element.

    Args:
        x: a tensor of a number type; integers are returned as they are.
        name: the operation's name.
    """
    x = convert_to_tensor(x, name="x")
    return x if x.dtype.is_integer else apply("Round", x, name=name)


@operation("IsNan", inputs="x: T", outputs="y: bool", attrs="T: floattype")
class IsNan:
    shape = same_as_input()

    def lower(x: Any) -> Any:
        return jnp.isnan(x)


def is_nan(x: Any, name: str | None = None) -> Tensor:
    """Which elements are NaN.

    Args:
        x: a floating tensor.
        name: the operation's name.

    Returns:
        A ``bool`` tensor.
    """
    return apply("IsNan", x, name=name)


@operation("IsInf", inputs="x: T", outputs="y: bool", attrs="T: floattype")
class IsInf:
    shape = same_as_input()

    def lower(x: Any) -> Any:
        return jnp.isinf(x)


def is_inf(x: Any, name: str | None = None) -> Tensor:
    """Which elements are infinite.

    Args:
        x: a floating tensor.
        name: the operation's name.

    Returns:
        A ``bool`` tensor.
    """
    return apply("IsInf", x, name=name)


@operation("IsFinite", inputs="x: T", outputs="y: bool", attrs="T: floattype")
class IsFinite:
    shape = same_as_input()

    def lower(x: Any) -> Any:
        return jnp.isfinite(x)


def is_finite(x: Any, name: str | None = None) -> Tensor:
    """Which elements are neither infinite nor NaN.

    Args:
        x: a floating tensor.
        name: the operation's name.

    Returns:
        A ``bool`` tensor.
    """
    return apply("IsFinite", x, name=name)


@operation(
    "Bucketize",
    inputs="input: T",
    outputs="output: int32",
    attrs="T: {int32, int64, float, double}; boundaries: list(float)",
)
class Bucketize:
    shape = same_as_input()
    gradient = None

    def lower(input: Any, *, boundaries: Any) -> Any:  # noqa: A002
        if list(boundaries) != sorted(boundaries):
            raise invalid("Expected sorted boundaries")
        # Boundaries are single precision; comparing in double is exact for them and for int32.
        kind = np.float64 if input.dtype.itemsize == 8 or input.dtype.kind == "i" else np.float32
        edges = jnp.asarray(np.asarray(boundaries, np.float32), kind)
        return jnp.searchsorted(edges, input.astype(kind), side="right").astype(np.int32)
