"""The Python operators of ``tf.Tensor``: ``a + b`` and so on build operations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from penstock import behavior
from penstock.graph.build import apply
from penstock.graph.composite import SparseTensor
from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import name_scope
from penstock.graph.tensor import Tensor
from penstock.ops import comparisons, division

Build = Callable[[Any, Any, Any], Any]


def _override(operator: str, name: str, build: Build, reflected: bool = True) -> None:
    """Sets ``__operator__`` and ``__roperator__``; operations are called ``name``."""

    def forward(x: Any, y: Any) -> Any:
        with name_scope(None, name, [x, y]) as scope:
            if isinstance(x, Tensor) and isinstance(y, Tensor):
                return build(x, y, scope)
            if not isinstance(y, SparseTensor):
                try:
                    y = convert_to_tensor(y, dtype_hint=x.dtype.base_dtype, name="y")
                except TypeError:
                    # An object that can't be a tensor may know what to do with one.
                    if hasattr(type(y), f"__r{operator}__"):
                        return NotImplemented
                    raise
            return build(x, y, scope)

    def backward(y: Any, x: Any) -> Any:
        with name_scope(None, name, [x, y]) as scope:
            x = convert_to_tensor(x, dtype=y.dtype.base_dtype, name="x")
            return build(x, y, scope)

    Tensor._override_operator(f"__{operator}__", forward)
    if reflected:
        Tensor._override_operator(f"__r{operator}__", backward)


def _add(x: Any, y: Any, name: Any) -> Tensor:
    # ``+`` of strings stays ``Add``, which alone knows strings.
    old = x.dtype.base_dtype.name == "string" or behavior.before(1, 15)
    return apply("Add" if old else "AddV2", x, y, name=name)


def _mul(x: Any, y: Any, name: Any) -> Any:
    if isinstance(y, SparseTensor):
        values = apply("SparseDenseCwiseMul", y.indices, y.values, y.dense_shape, x, name=name)
        return SparseTensor(y.indices, values, y.dense_shape)
    return apply("Mul", x, y, name=name)


def _mod(x: Any, y: Any, name: Any) -> Tensor:
    return division.mod(x, y, name=name)


def _matmul(x: Any, y: Any, name: Any) -> Tensor:
    from penstock.ops.matrices import matmul

    return matmul(x, y, name=name)


def _xor(x: Any, y: Any, name: Any) -> Tensor:
    return comparisons.logical_xor(x, y, name=name)


def _power(x: Any, y: Any, name: Any) -> Tensor:
    return apply("Pow", x, y, name=name)


_override("add", "add", _add)
_override("sub", "sub", lambda x, y, name: apply("Sub", x, y, name=name))
_override("mul", "mul", _mul)
_override("div", "div", lambda x, y, name: division.div(x, y, name=name))
_override("truediv", "truediv", lambda x, y, name: division.truediv(x, y, name=name))
_override("floordiv", "floordiv", lambda x, y, name: division.floordiv(x, y, name=name))
_override("mod", "mod", _mod)
_override("pow", "pow", _power)
_override("matmul", "matmul", _matmul)
_override("and", "and", lambda x, y, name: apply("LogicalAnd", x, y, name=name))
_override("or", "or", lambda x, y, name: apply("LogicalOr", x, y, name=name))
_override("xor", "xor", _xor)


def _absolute(x: Tensor) -> Tensor:
    from penstock.ops.math_unary import abs as absolute

    return absolute(x)


Tensor._override_operator("__lt__", lambda x, y: comparisons.less(x, y))
Tensor._override_operator("__le__", lambda x, y: comparisons.less_equal(x, y))
Tensor._override_operator("__gt__", lambda x, y: comparisons.greater(x, y))
Tensor._override_operator("__ge__", lambda x, y: comparisons.greater_equal(x, y))
Tensor._override_operator("__invert__", lambda x: comparisons.logical_not(x))
Tensor._override_operator("__neg__", lambda x: apply("Neg", x))
Tensor._override_operator("__abs__", _absolute)
