"""``tf.math.polyval`` and ``tf.math.reciprocal_no_nan``."""

from __future__ import annotations

from typing import Any

from penstock.graph.build import apply
from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import name_scope
from penstock.graph.tensor import Tensor


def polyval(coeffs: list[Any], x: Any, name: str | None = None) -> Tensor:
    """A polynomial's value, by Horner's scheme.

    Args:
        coeffs: a list of tensors, the coefficient of the highest power first.
        x: a tensor whose shape broadcasts with those of the coefficients.
        name: the name of the scope.

    Raises:
        ValueError: when ``coeffs`` is no list.
    """
    from penstock.ops.fills import zeros_like

    if not isinstance(coeffs, list):
        raise ValueError(f"Argument coeffs must be list type found {type(coeffs)}.")
    with name_scope(name, "polyval", [*coeffs, x]):
        x = convert_to_tensor(x, name="x")
        if not coeffs:
            return zeros_like(x, name=name)
        tensors = [
            convert_to_tensor(c, name=f"coeff_{i}" if i else "coeff_0")
            for i, c in enumerate(coeffs)
        ]
        value = tensors[0]
        for coefficient in tensors[1:]:
            value = coefficient + value * x
        return value


def reciprocal_no_nan(x: Any, name: str | None = None) -> Tensor:
    """``1 / x``, and 0 wherever ``x`` is 0.

    Args:
        x: a floating or complex tensor.
        name: the operation's name.
    """
    from penstock.ops.constants import constant

    with name_scope(name, "reciprocal_no_nan", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        one = constant(1, dtype=x.dtype.base_dtype, name="one")
        return apply("DivNoNan", one, x, name=scope)
