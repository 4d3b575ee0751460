"""Trigonometric and hyperbolic functions and their inverses, element by element."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp

from penstock.graph.build import apply
from penstock.graph.registry import operation
from penstock.graph.scopes import control_dependencies
from penstock.graph.tensor import Tensor
from penstock.ops.math_unary import SMOOTH_TYPES
from penstock.ops.operand_shapes import conjugate
from penstock.ops.shape_rules import same_as_input

_ALSO_INTEGERS = "T: {bfloat16, half, float, double, int32, int64, complex64, complex128}"


def _one(x: Tensor) -> Tensor:
    from penstock.ops.constants import constant

    return constant(1, dtype=x.dtype)


@operation("Sin", inputs="x: T", outputs="y: T", attrs=SMOOTH_TYPES)
class Sin:
    shape = same_as_input()

    def lower(x: Any) -> Any:
        return jnp.sin(x)

    def gradient(op: Any, dy: Tensor) -> Tensor:
        with control_dependencies([dy]):
            x = conjugate(op.inputs[0])
            return dy * apply("Cos", x)


def sin(x: Any, name: str | None = None) -> Tensor:
    """The sine, of angles in radians, element by element.

    Args:
        x: a floating or complex tensor.
        name: the operation's name.
    """
    return apply("Sin", x, name=name)


@operation("Cos", inputs="x: T", outputs="y: T", attrs=SMOOTH_TYPES)
class Cos:
    shape = same_as_input()

    def lower(x: Any) -> Any:
        return jnp.cos(x)

    def gradient(op: Any, dy: Tensor) -> Tensor:
        with control_dependencies([dy]):
            x = conjugate(op.inputs[0])
            return apply("Neg", dy) * apply("Sin", x)


def cos(x: Any, name: str | None = None) -> Tensor:
    """The cosine, of angles in radians, element by element.

    Args:
        x: a floating or complex tensor.
        name: the operation's name.
    """
    return apply("Cos", x, name=name)


@operation("Tan", inputs="x: T", outputs="y: T", attrs=_ALSO_INTEGERS)
class Tan:
    shape = same_as_input()

    def lower(x: Any) -> Any:
        return jnp.tan(x)

    def gradient(op: Any, dy: Tensor) -> Tensor:
        with control_dependencies([dy]):
            x = conjugate(op.inputs[0])
            secant = apply("Reciprocal", apply("Cos", x))
            return apply("Square", secant) * dy


def tan(x: Any, name: str | None = None) -> Tensor:
    """The tangent, of angles in radians, element by element.

    Args:
        x: a floating or complex tensor.
        name: the operation's name.
    """
    return apply("Tan", x, name=name)


@operation("Asin", inputs="x: T", outputs="y: T", attrs=_ALSO_INTEGERS)
class Asin:
    shape = same_as_input()

    def lower(x: Any) -> Any:
        return jnp.arcsin(x)

    def gradient(op: Any, dy: Tensor) -> Tensor:
        with control_dependencies([dy]):
            x = conjugate(op.inputs[0])
            square = apply("Square", x)
            root = apply("Sqrt", apply("Sub", _one(dy), square))
            return dy * apply("Reciprocal", root)


def asin(x: Any, name: str | None = None) -> Tensor:
    """The angle, from -pi/2 to pi/2, whose sine is ``x``, element by element.

    Args:
        x: a floating or complex tensor.
        name: the operation's name.
    """
    return apply("Asin", x, name=name)


@operation("Acos", inputs="x: T", outputs="y: T", attrs=_ALSO_INTEGERS)
class Acos:
    shape = same_as_input()

    def lower(x: Any) -> Any:
        return jnp.arccos(x)

    def gradient(op: Any, dy: Tensor) -> Tensor:
        with control_dependencies([dy]):
            x = conjugate(op.inputs[0])
            square = apply("Square", x)
            slope = apply("Reciprocal", apply("Sqrt", apply("Sub", _one(dy), square)))
            return apply("Neg", dy) * slope


def acos(x: Any, name: str | None = None) -> Tensor:
    """The angle, from 0 to pi, whose cosine is ``x``, element by element.

    Args:
        x: a floating or complex tensor.
        name: the operation's name.
    """
    return apply("Acos", x, name=name)


@operation("Atan", inputs="x: T", outputs="y: T", attrs=_ALSO_INTEGERS)
class Atan:
    shape = same_as_input()

    def lower(x: Any) -> Any:
        return jnp.arctan(x)

    def gradient(op: Any, dy: Tensor) -> Tensor:
        with control_dependencies([dy]):
            x = conjugate(op.inputs[0])
            square = apply("Square", x)
            denominator = apply("Add", _one(dy), square)
            return dy * apply("Reciprocal", denominator)


def atan(x: Any, name: str | None = None) -> Tensor:
    """The angle, from -pi/2 to pi/2, whose tangent is ``x``, element by element.

    Args:
        x: a floating or complex tensor.
        name: the operation's name.
    """
    return apply("Atan", x, name=name)


@operation("Sinh", inputs="x: T", outputs="y: T", attrs=SMOOTH_TYPES)
class Sinh:
    shape = same_as_input()

    def lower(x: Any) -> Any:
        return jnp.sinh(x)

    def gradient(op: Any, dy: Tensor) -> Tensor:
        with control_dependencies([dy]):
            x = conjugate(op.inputs[0])
            return dy * apply("Cosh", x)


def sinh(x: Any, name: str | None = None) -> Tensor:
    """The hyperbolic sine, element by element.

    Args:
        x: a floating or complex tensor.
        name: the operation's name.
    """
    return apply("Sinh", x, name=name)


@operation("Cosh", inputs="x: T", outputs="y: T", attrs=SMOOTH_TYPES)
class Cosh:
    shape = same_as_input()

    def lower(x: Any) -> Any:
        return jnp.cosh(x)

    def gradient(op: Any, dy: Tensor) -> Tensor:
        with control_dependencies([dy]):
            x = conjugate(op.inputs[0])
            return dy * apply("Sinh", x)


def cosh(x: Any, name: str | None = None) -> Tensor:
    """The hyperbolic cosine, element by element.

    Args:
        x: a floating or complex tensor.
        name: the operation's name.
    """
    return apply("Cosh", x, name=name)


@operation("Asinh", inputs="x: T", outputs="y: T", attrs=SMOOTH_TYPES)
class Asinh:
    shape = same_as_input()

    def lower(x: Any) -> Any:
        return jnp.arcsinh(x)

    def gradient(op: Any, dy: Tensor) -> Tensor:
        with control_dependencies([dy]):
            y = conjugate(op.outputs[0])
            return dy / apply("Cosh", y)


def asinh(x: Any, name: str | None = None) -> Tensor:
    """The number whose hyperbolic sine is ``x``, element by element.

    Args:
        x: a floating or complex tensor.
        name: the operation's name.
    """
    return apply("Asinh", x, name=name)


@operation("Acosh", inputs="x: T", outputs="y: T", attrs=SMOOTH_TYPES)
class Acosh:
    shape = same_as_input()

    def lower(x: Any) -> Any:
        return jnp.arccosh(x)

    def gradient(op: Any, dy: Tensor) -> Tensor:
        with control_dependencies([dy]):
            y = conjugate(op.outputs[0])
            return dy / apply("Sinh", y)


def acosh(x: Any, name: str | None = None) -> Tensor:
    """The number, not below 0, whose hyperbolic cosine is ``x``, element by element.

    Args:
        x: a floating or complex tensor.
        name: the operation's name.
    """
    return apply("Acosh", x, name=name)


@operation("Atanh", inputs="x: T", outputs="y: T", attrs=SMOOTH_TYPES)
class Atanh:
    shape = same_as_input()

    def lower(x: Any) -> Any:
        return jnp.arctanh(x)

    def gradient(op: Any, dy: Tensor) -> Tensor:
        with control_dependencies([dy]):
            x = conjugate(op.inputs[0])
            square = apply("Square", x)
            denominator = apply("Sub", _one(dy), square)
            return dy * apply("Reciprocal", denominator)


def atanh(x: Any, name: str | None = None) -> Tensor:
    """The number whose hyperbolic tangent is ``x``, element by element.

    Args:
        x: a floating or complex tensor.
        name: the operation's name.
    """
    return apply("Atanh", x, name=name)
