"""Division and remainder, in all the ways that TensorFlow knows.

Integers: ``RealDiv`` of the public ``truediv`` never sees them (they are cast), ``FloorDiv`` and
``FloorMod`` round down, ``TruncateDiv``, ``TruncateMod`` and the old ``Div`` and ``Mod`` towards
zero. TensorFlow before 1.0 used the old ones for ``tf.div``, ``//``, ``tf.mod`` and ``%``.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from penstock import behavior
from penstock.graph import dtypes
from penstock.graph.build import apply
from penstock.graph.convert import convert_to_tensor
from penstock.graph.registry import operation
from penstock.graph.scopes import control_dependencies, name_scope
from penstock.graph.tensor import Tensor
from penstock.ops.operand_shapes import (
    ARITHMETIC_TYPES,
    broadcasting,
    conjugate,
    shapes_and_axes,
    sum_to,
)
from penstock.ops.shape_rules import broadcast


def _is_integer(x: Any) -> bool:
    return np.issubdtype(x.dtype, np.integer)


def _divides_by_zero(x: np.ndarray, y: np.ndarray) -> bool:
    """Whether any element of the result would be a division by zero."""
    return bool(np.any(np.broadcast_arrays(x, y)[1] == 0))


def _divisor(y: Any, run: Any) -> Any:
    """An integer divisor, checked to be nowhere 0."""
    zero = y == 0
    run.check(jnp.logical_not(jnp.any(zero)), "Integer division by zero")
    return jnp.where(zero, jnp.ones((), y.dtype), y)


def _truncated(x: Any, y: Any, run: Any) -> Any:
    x, y = jnp.broadcast_arrays(x, _divisor(y, run))
    return lax.div(x, y)


def _fold_truncated(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Integer division towards zero; ``ArithmeticError`` when it divides by zero."""
    if _divides_by_zero(x, y):
        raise ZeroDivisionError
    quotient = np.abs(x) // np.abs(y)
    return np.where((x < 0) != (y < 0), -quotient, quotient).astype(x.dtype)


def _fold_floored(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    if _is_integer(x):
        if _divides_by_zero(x, y):
            raise ZeroDivisionError
        return x // y
    return np.floor(x / y)


def _quotient_gradient(
    op: Any, dz: Tensor, divide_op: str, name: str | None = None
) -> list[Tensor]:
    x, y = op.inputs
    first, second = shapes_and_axes(x, y)
    x, y = conjugate(x), conjugate(y)

    def quotient(a: Tensor, b: Tensor) -> Tensor:
        return apply(divide_op, a, b, name=name)

    dx = sum_to(quotient(dz, y), first)
    return [dx, sum_to(dz * quotient(quotient(apply("Neg", x), y), y), second)]


_SIGNATURE = f"T: {{{ARITHMETIC_TYPES}}}"


def _kept_divisor(y: Any) -> Any:
    """A constant divisor that XLA doesn't turn into its reciprocal.

    The product with a rounded reciprocal, fused with what follows, isn't the quotient:
    ``1 - x / 10`` would be negative at 10.
    """
    if not isinstance(y, np.ndarray) or y.dtype.kind != "f":
        return y
    exact = np.frexp(np.abs(y))[0] == 0.5
    return y if np.all(exact) else lax.optimization_barrier(y)


@operation("RealDiv", inputs="x: T, y: T", outputs="z: T", attrs=_SIGNATURE)
class RealDiv:
    shape = broadcast

    @broadcasting
    def lower(x: Any, y: Any, *, run: Any) -> Any:
        return _truncated(x, y, run) if _is_integer(x) else jnp.divide(x, _kept_divisor(y))

    @broadcasting
    def fold(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        if _is_integer(x):
            return _fold_truncated(x, y)
        with np.errstate(all="ignore"):
            return x / y

    def gradient(op: Any, dz: Tensor) -> list[Tensor]:
        return _quotient_gradient(op, dz, "RealDiv")


def realdiv(x: Any, y: Any, name: str | None = None) -> Tensor:
    """``x / y``, element by element, with broadcasting.

    Args:
        x: a tensor of a number type.
        y: a tensor of the same type, whose shape broadcasts with that of ``x``.
        name: the operation's name.
    """
    return apply("RealDiv", x, y, name=name)


@operation("Div", inputs="x: T, y: T", outputs="z: T", attrs=_SIGNATURE)
class Div:
    shape = broadcast

    @broadcasting
    def lower(x: Any, y: Any, *, run: Any) -> Any:
        return _truncated(x, y, run) if _is_integer(x) else jnp.divide(x, y)

    @broadcasting
    def fold(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        if _is_integer(x):
            return _fold_truncated(x, y)
        with np.errstate(all="ignore"):
            return x / y

    def gradient(op: Any, dz: Tensor) -> list[Tensor]:
        x, y = op.inputs
        first, second = shapes_and_axes(x, y)
        x, y = conjugate(x), conjugate(y)
        dx = sum_to(divide(dz, y), first)
        return [dx, sum_to(dz * divide(divide(apply("Neg", x), y), y), second)]


@operation("FloorDiv", inputs="x: T, y: T", outputs="z: T", attrs=_SIGNATURE)
class FloorDiv:
    shape = broadcast
    fold = broadcasting(_fold_floored)

    @broadcasting
    def lower(x: Any, y: Any, *, run: Any) -> Any:
        if _is_integer(x):
            return jnp.floor_divide(x, _divisor(y, run))
        return jnp.floor(jnp.divide(x, y))

    def gradient(op: Any, dz: Tensor) -> list[None]:
        return [None, None]


@operation("TruncateDiv", inputs="x: T, y: T", outputs="z: T", attrs=_SIGNATURE)
class TruncateDiv:
    shape = broadcast

    @broadcasting
    def lower(x: Any, y: Any, *, run: Any) -> Any:
        return _truncated(x, y, run) if _is_integer(x) else jnp.divide(x, y)

    def gradient(op: Any, dz: Tensor) -> list[None]:
        return [None, None]


def floor_div(x: Any, y: Any, name: str | None = None) -> Tensor:
    """``x / y`` rounded down, element by element, with broadcasting.

    Args:
        x: a real tensor.
        y: a tensor of the same type, whose shape broadcasts with that of ``x``.
        name: the operation's name.
    """
    return apply("FloorDiv", x, y, name=name)


def truncatediv(x: Any, y: Any, name: str | None = None) -> Tensor:
    """``x / y`` of integers, rounded towards zero as in C.

    Args:
        x: a tensor.
        y: a tensor of the same type, whose shape broadcasts with that of ``x``.
        name: the operation's name.
    """
    return apply("TruncateDiv", x, y, name=name)


def _remainder(x: Any, y: Any, run: Any) -> Any:
    if _is_integer(x):
        y = _divisor(y, run)
    x, y = jnp.broadcast_arrays(x, y)
    return lax.rem(x, y)


def _floored_remainder(x: Any, y: Any, run: Any) -> Any:
    remainder = _remainder(x, y, run)
    if _is_integer(x):
        wrong_sign = (remainder != 0) & ((remainder < 0) != (y < 0))
        return jnp.where(wrong_sign, remainder + y, remainder)
    return jnp.where((x < 0) == (y < 0), remainder, _remainder(remainder + y, y, run))


@operation("FloorMod", inputs="x: T, y: T", outputs="z: T",
           attrs="T: {int32, int64, bfloat16, half, float, double}")  # fmt: skip
class FloorMod:
    shape = broadcast

    @broadcasting
    def lower(x: Any, y: Any, *, run: Any) -> Any:
        return _floored_remainder(x, y, run)

    @broadcasting
    def fold(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        if _is_integer(x) and _divides_by_zero(x, y):
            raise ZeroDivisionError
        return np.mod(x, y)

    def gradient(op: Any, dz: Tensor) -> list[Tensor]:
        x, y = op.inputs
        first, second = shapes_and_axes(x, y)
        quotient = apply("FloorDiv", x, y)
        dx = sum_to(dz, first)
        return [dx, sum_to(dz * apply("Neg", quotient), second)]


@operation("Mod", inputs="x: T, y: T", outputs="z: T",
           attrs="T: {int32, int64, half, half, bfloat16, float, double}")  # fmt: skip
class Mod:
    shape = broadcast

    @broadcasting
    def lower(x: Any, y: Any, *, run: Any) -> Any:
        return _remainder(x, y, run)

    @broadcasting
    def fold(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        if _is_integer(x) and _divides_by_zero(x, y):
            raise ZeroDivisionError
        return np.fmod(x, y)


@operation("TruncateMod", inputs="x: T, y: T", outputs="z: T",
           attrs="T: {int32, int64, bfloat16, half, float, double}")  # fmt: skip
class TruncateMod:
    shape = broadcast

    @broadcasting
    def lower(x: Any, y: Any, *, run: Any) -> Any:
        return _remainder(x, y, run)


def floormod(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The remainder of a division that rounds down: it has the sign of ``y``, as in Python.

    Args:
        x: a tensor of type ``int32``, ``int64`` or floating.
        y: a tensor of the same type, whose shape broadcasts with that of ``x``.
        name: the operation's name.
    """
    return apply("FloorMod", x, y, name=name)


def mod(x: Any, y: Any, name: str | None = None) -> Tensor:
    """``floormod``; before TensorFlow 1.0 the remainder had the sign of ``x``.

    Args:
        x: a tensor of type ``int32``, ``int64`` or floating.
        y: a tensor of the same type, whose shape broadcasts with that of ``x``.
        name: the operation's name.
    """
    return apply("Mod" if behavior.before(1, 0) else "FloorMod", x, y, name=name)


def truncatemod(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The remainder of a division that rounds towards zero: it has the sign of ``x``, as in C.

    Args:
        x: a tensor of type ``int32``, ``int64`` or floating.
        y: a tensor of the same type, whose shape broadcasts with that of ``x``.
        name: the operation's name.
    """
    return apply("TruncateMod", x, y, name=name)


# What integers become before they are divided truly; floating and complex types stay.
_TRUE_DIVISION = {
    dtypes.uint8: dtypes.float32,
    dtypes.int8: dtypes.float32,
    dtypes.uint16: dtypes.float32,
    dtypes.int16: dtypes.float32,
    dtypes.int32: dtypes.float64,
    dtypes.int64: dtypes.float64,
    dtypes.bfloat16: None,
    dtypes.float16: None,
    dtypes.float32: None,
    dtypes.float64: None,
    dtypes.complex64: None,
    dtypes.complex128: None,
}


def _true_division(x: Any, y: Any, name: str | None) -> Tensor:
    from penstock.ops.casts import cast

    with name_scope(name, "truediv", [x, y]) as scope:
        x = convert_to_tensor(x, name="x")
        y = convert_to_tensor(y, name="y")
        kind = x.dtype.base_dtype
        if kind != y.dtype.base_dtype:
            raise TypeError(
                f"x and y must have the same dtype, got {kind!r} != {y.dtype.base_dtype!r}"
            )
        try:
            wider = _TRUE_DIVISION[kind]
        except KeyError:
            raise TypeError(f"Invalid dtype {kind!r} in __truediv__") from None
        if wider is not None:
            x, y = cast(x, wider), cast(y, wider)
        return apply("Div" if behavior.before(1, 0) else "RealDiv", x, y, name=scope)


def truediv(x: Any, y: Any, name: str | None = None) -> Tensor:
    """``x / y`` as in Python 3: integers are cast to floating numbers first.

    Args:
        x: a tensor of a number type.
        y: a tensor of the same type, whose shape broadcasts with that of ``x``.
        name: the operation's name.

    Returns:
        A tensor of the same type; of integers with up to 16 bits ``float32``, of larger ones
        ``float64``.

    Raises:
        TypeError: when the types differ.
    """
    return _true_division(x, y, name)


def divide(x: Any, y: Any, name: str | None = None) -> Tensor:
    """``x / y`` as in Python 3 (see ``truediv``).

    Args:
        x: a tensor of a number type.
        y: a tensor of the same type, whose shape broadcasts with that of ``x``.
        name: the operation's name.
    """
    return x / y if name is None else _true_division(x, y, name)


def div(x: Any, y: Any, name: str | None = None) -> Tensor:
    """``x / y`` as in Python 2: integers are divided as integers, rounding down.

    Before TensorFlow 1.0 it rounded towards zero.

    Args:
        x: a tensor of a number type.
        y: a tensor of the same type, whose shape broadcasts with that of ``x``.
        name: the operation's name.
    """
    if behavior.before(1, 0):
        return apply("Div", x, y, name=name)
    with name_scope(name, "div", [x, y]) as scope:
        x = convert_to_tensor(x, name="x")
        y = convert_to_tensor(y, name="y", dtype=x.dtype.base_dtype)
        kind = x.dtype.base_dtype
        real = kind.is_floating or kind.is_complex
        return apply("RealDiv" if real else "FloorDiv", x, y, name=scope)


def floordiv(x: Any, y: Any, name: str | None = None) -> Tensor:
    """``x // y``: the quotient rounded down, for integers and for floating numbers.

    Before TensorFlow 1.0 integers were rounded towards zero.

    Args:
        x: a real tensor.
        y: a tensor of the same type, whose shape broadcasts with that of ``x``.
        name: the operation's name.
    """
    with name_scope(name, "floordiv", [x, y]) as scope:
        if not behavior.before(1, 0):
            return apply("FloorDiv", x, y, name=scope)
        x = convert_to_tensor(x, name="x")
        if x.dtype.is_integer:
            return apply("Div", x, y, name=scope)
        return apply("Floor", apply("Div", x, y, name="div"), name=scope)


_NO_NAN_TYPES = "T: {half, float, double, complex64, complex128}"


@operation("DivNoNan", inputs="x: T, y: T", outputs="z: T", attrs=_NO_NAN_TYPES)
class DivNoNan:
    shape = broadcast

    @broadcasting
    def lower(x: Any, y: Any) -> Any:
        zero = y == 0
        safe = jnp.where(zero, jnp.ones((), y.dtype), y)
        return jnp.where(zero, jnp.zeros((), y.dtype), x / safe)

    def gradient(op: Any, dz: Tensor) -> list[Tensor]:
        return _quotient_gradient(op, dz, "DivNoNan", "div_no_nan")


def div_no_nan(x: Any, y: Any, name: str | None = None) -> Tensor:
    """``x / y``, and 0 wherever ``y`` is 0.

    Args:
        x: a floating tensor.
        y: a tensor of the same type, whose shape broadcasts with that of ``x``.
        name: the operation's name.
    """
    with name_scope(name, "div_no_nan", [x, y]) as scope:
        x = convert_to_tensor(x, name="x")
        y = convert_to_tensor(y, name="y", dtype=x.dtype.base_dtype)
        return apply("DivNoNan", x, y, name=scope)


def _nonzero(x: Tensor) -> Tensor:
    """1 where ``x`` isn't 0, else 0, in the type of ``x``."""
    from penstock.ops.casts import cast

    return cast(apply("NotEqual", x, cast(0.0, dtype=x.dtype)), dtype=x.dtype)


@operation("Xdivy", inputs="x: T, y: T", outputs="z: T", attrs=_NO_NAN_TYPES)
class Xdivy:
    shape = broadcast

    @broadcasting
    def lower(x: Any, y: Any) -> Any:
        return jnp.where(x == 0, jnp.zeros((), x.dtype), x / y)

    def gradient(op: Any, dz: Tensor) -> list[Tensor]:
        x, y = op.inputs
        first, second = shapes_and_axes(x, y)
        with control_dependencies([dz]):
            slope_x = apply("Xdivy", _nonzero(x), y)
            slope_y = apply("Xdivy", apply("Neg", x), y**2)
            return [sum_to(slope_x * dz, first), sum_to(slope_y * dz, second)]


def xdivy(x: Any, y: Any, name: str | None = None) -> Tensor:
    """``x / y``, and 0 wherever ``x`` is 0.

    Args:
        x: a floating or complex tensor.
        y: a tensor of the same type, whose shape broadcasts with that of ``x``.
        name: the operation's name.
    """
    return apply("Xdivy", x, y, name=name)


@operation("Xlogy", inputs="x: T, y: T", outputs="z: T", attrs=_NO_NAN_TYPES)
class Xlogy:
    shape = broadcast

    @broadcasting
    def lower(x: Any, y: Any) -> Any:
        return jnp.where(x == 0, jnp.zeros((), x.dtype), x * jnp.log(y))

    def gradient(op: Any, dz: Tensor) -> list[Tensor]:
        x, y = op.inputs
        first, second = shapes_and_axes(x, y)
        with control_dependencies([dz]):
            slope_x = apply("Xlogy", _nonzero(x), y)
            slope_y = apply("Xdivy", x, y)
            return [sum_to(slope_x * dz, first), sum_to(slope_y * dz, second)]


def xlogy(x: Any, y: Any, name: str | None = None) -> Tensor:
    """``x * log(y)``, and 0 wherever ``x`` is 0.

    Args:
        x: a floating or complex tensor.
        y: a tensor of the same type, whose shape broadcasts with that of ``x``.
        name: the operation's name.
    """
    return apply("Xlogy", x, y, name=name)
