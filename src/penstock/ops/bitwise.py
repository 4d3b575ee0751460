"""Operations on the bits of integers (``tf.bitwise``)."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from penstock.graph.build import apply
from penstock.graph.registry import operation
from penstock.graph.tensor import Tensor
from penstock.ops.operand_shapes import broadcasting
from penstock.ops.shape_rules import broadcast, same_as_input

_TYPES = "T: {int8, int16, int32, int64, uint8, uint16, uint32, uint64}"


@operation("BitwiseAnd", inputs="x: T, y: T", outputs="z: T", attrs=_TYPES, commutative=True)
class BitwiseAnd:
    shape = broadcast
    gradient = None

    @broadcasting
    def lower(x: Any, y: Any) -> Any:
        return x & y


def bitwise_and(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The bits set in both ``x`` and ``y``.

    Args:
        x: an integer tensor.
        y: a tensor of the same type, whose shape broadcasts with that of ``x``.
        name: the operation's name.
    """
    return apply("BitwiseAnd", x, y, name=name)


@operation("BitwiseOr", inputs="x: T, y: T", outputs="z: T", attrs=_TYPES, commutative=True)
class BitwiseOr:
    shape = broadcast
    gradient = None

    @broadcasting
    def lower(x: Any, y: Any) -> Any:
        return x | y


def bitwise_or(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The bits set in ``x`` or ``y``.

    Args:
        x: an integer tensor.
        y: a tensor of the same type, whose shape broadcasts with that of ``x``.
        name: the operation's name.
    """
    return apply("BitwiseOr", x, y, name=name)


@operation("BitwiseXor", inputs="x: T, y: T", outputs="z: T", attrs=_TYPES, commutative=True)
class BitwiseXor:
    shape = broadcast
    gradient = None

    @broadcasting
    def lower(x: Any, y: Any) -> Any:
        return x ^ y


def bitwise_xor(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The bits set in exactly one of ``x`` and ``y``.

    Args:
        x: an integer tensor.
        y: a tensor of the same type, whose shape broadcasts with that of ``x``.
        name: the operation's name.
    """
    return apply("BitwiseXor", x, y, name=name)


@operation("Invert", inputs="x: T", outputs="y: T", attrs=_TYPES)
class Invert:
    shape = same_as_input()
    gradient = None

    def lower(x: Any) -> Any:
        return ~x


def invert(x: Any, name: str | None = None) -> Tensor:
    """``x`` with each bit flipped.

    Args:
        x: an integer tensor.
        name: the operation's name.
    """
    return apply("Invert", x, name=name)


def _shift_amount(x: Any, y: Any) -> Any:
    """The shift, limited to the bits that the type has."""
    bits = np.dtype(x.dtype).itemsize * 8
    return jnp.clip(y, jnp.zeros((), y.dtype), jnp.asarray(bits - 1, y.dtype))


@operation("LeftShift", inputs="x: T, y: T", outputs="z: T", attrs=_TYPES)
class LeftShift:
    shape = broadcast
    gradient = None

    @broadcasting
    def lower(x: Any, y: Any) -> Any:
        return lax.shift_left(*jnp.broadcast_arrays(x, _shift_amount(x, y)))


def left_shift(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The bits of ``x`` moved up by ``y`` places (at most all but one).

    Args:
        x: an integer tensor.
        y: a tensor of the same type, whose shape broadcasts with that of ``x``.
        name: the operation's name.
    """
    return apply("LeftShift", x, y, name=name)


@operation("RightShift", inputs="x: T, y: T", outputs="z: T", attrs=_TYPES)
class RightShift:
    shape = broadcast
    gradient = None

    @broadcasting
    def lower(x: Any, y: Any) -> Any:
        x, y = jnp.broadcast_arrays(x, _shift_amount(x, y))
        signed = np.issubdtype(x.dtype, np.signedinteger)
        return lax.shift_right_arithmetic(x, y) if signed else lax.shift_right_logical(x, y)


def right_shift(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The bits of ``x`` moved down by ``y`` places (at most all but one); signs are kept.

    Args:
        x: an integer tensor.
        y: a tensor of the same type, whose shape broadcasts with that of ``x``.
        name: the operation's name.
    """
    return apply("RightShift", x, y, name=name)


@operation("PopulationCount", inputs="x: T", outputs="y: uint8", attrs=_TYPES)
class PopulationCount:
    shape = same_as_input()
    gradient = None

    def lower(x: Any) -> Any:
        return lax.population_count(x).astype(np.uint8)


def population_count(x: Any, name: str | None = None) -> Tensor:
    """How many bits of each element are set.

    Args:
        x: an integer tensor.
        name: the operation's name.

    Returns:
        A ``uint8`` tensor.
    """
    return apply("PopulationCount", x, name=name)
