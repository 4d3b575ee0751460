"""Element-wise functions of one tensor: powers, exponentials, hyperbolic tangent, sigmoid, signs.

Trigonometry is in ``trigonometry.py``, rounding in ``rounding.py``, special functions in
``special.py``.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from penstock.graph.build import apply
from penstock.graph.composite import SparseTensor
from penstock.graph.convert import convert_to_tensor
from penstock.graph.registry import operation
from penstock.graph.scopes import control_dependencies, name_scope
from penstock.graph.tensor import Tensor
from penstock.ops.operand_shapes import conjugate
from penstock.ops.shape_rules import same_as_input, same_shapes

SIGNED_TYPES = "T: {bfloat16, half, float, double, int32, int64, complex64, complex128}"
SMOOTH_TYPES = "T: {bfloat16, half, float, double, complex64, complex128}"


def apply_elementwise(op_type: str, x: Any, name: str | None) -> Any:
    """``apply`` of one input; a ``SparseTensor`` keeps its places, its values are mapped."""
    if not isinstance(x, SparseTensor):
        return apply(op_type, x, name=name)
    values = apply(op_type, x.values, name=name)
    return SparseTensor(x.indices, values, x.dense_shape)


# -- signs ----------------------------------------------------------------------------------------
@operation("Abs", inputs="x: T", outputs="y: T",
           attrs="T: {bfloat16, half, float, double, int8, int16, int32, int64}")  # fmt: skip
class Abs:
    shape = same_as_input()

    def lower(x: Any) -> Any:
        return jnp.abs(x)

    def fold(x: np.ndarray) -> np.ndarray:
        return np.abs(x)

    def gradient(op: Any, dy: Tensor) -> Tensor:
        return dy * apply("Sign", op.inputs[0])


@operation(
    "ComplexAbs",
    inputs="x: T",
    outputs="y: Tout",
    attrs="T: {complex64, complex128} = complex64; Tout: {float, double} = float",
)
class ComplexAbs:
    shape = same_as_input()

    def lower(x: Any) -> Any:
        return jnp.abs(x)

    def gradient(op: Any, dy: Tensor) -> Tensor:
        from penstock.ops.arrays import zeros_like
        from penstock.ops.casts import complex as make_complex
        from penstock.ops.division import div_no_nan

        y = op.outputs[0]
        slope = make_complex(dy, zeros_like(dy)) * op.inputs[0]
        return div_no_nan(slope, make_complex(y, zeros_like(y)))


def abs(x: Any, name: str | None = None) -> Any:  # noqa: A001
    """The absolute value; for complex numbers the modulus.

    Args:
        x: a tensor or ``SparseTensor`` of a number type.
        name: the operation's name.

    Returns:
        A tensor of the same shape and type (for ``complex64`` ``float32``, for ``complex128``
        ``float64``).
    """
    if isinstance(x, SparseTensor):
        return SparseTensor(x.indices, abs(x.values, name), x.dense_shape)
    with name_scope(name, "Abs", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        if x.dtype.is_complex:
            return apply("ComplexAbs", x, name=scope, Tout=x.dtype.base_dtype.real_dtype)
        return apply("Abs", x, name=scope)


@operation("Neg", inputs="x: T", outputs="y: T", attrs=SIGNED_TYPES)
class Neg:
    shape = same_as_input()

    def lower(x: Any) -> Any:
        return -x

    def fold(x: np.ndarray) -> np.ndarray:
        return -x

    def gradient(op: Any, dy: Tensor) -> Tensor:
        return apply("Neg", dy)


def negative(x: Any, name: str | None = None) -> Any:
    """``-x``.

    Args:
        x: a tensor or ``SparseTensor`` of a number type.
        name: the operation's name.
    """
    return apply_elementwise("Neg", x, name)


@operation("Sign", inputs="x: T", outputs="y: T", attrs=SIGNED_TYPES)
class Sign:
    shape = same_as_input()

    def lower(x: Any) -> Any:
        return jnp.sign(x)

    def fold(x: np.ndarray) -> np.ndarray:
        return np.sign(x)

    def gradient(op: Any, dy: Tensor) -> Tensor:
        from penstock.ops.arrays import shape, zeros

        x = op.inputs[0]
        return zeros(shape(x), dtype=x.dtype)


def sign(x: Any, name: str | None = None) -> Any:
    """-1, 0 or 1, as ``x`` is below, at or above 0; for complex numbers ``x / abs(x)``.

    Args:
        x: a tensor or ``SparseTensor`` of a number type.
        name: the operation's name.
    """
    return apply_elementwise("Sign", x, name)


# -- powers ---------------------------------------------------------------------------------------
def _reciprocal(x: Any) -> Any:
    one = jnp.ones((), x.dtype)
    if np.issubdtype(x.dtype, np.integer):
        return lax.div(*jnp.broadcast_arrays(one, x))
    return one / x


def _reciprocal_gradient(op: Any, dy: Tensor) -> Tensor:
    return apply("ReciprocalGrad", op.outputs[0], dy)


def _reciprocal_slope(y: Any, dy: Any) -> Any:
    return -dy * jnp.conj(y * y) if jnp.iscomplexobj(y) else -dy * y * y


def _reciprocal_slope_gradient(op: Any, dz: Tensor) -> list[Tensor]:
    y, dy = op.inputs
    with control_dependencies([dz]):
        y_conjugate, dz_conjugate = conjugate(y), conjugate(dz)
        return [
            dz_conjugate * -2.0 * dy * y_conjugate,
            apply("ReciprocalGrad", y_conjugate, dz),
        ]


@operation("Reciprocal", inputs="x: T", outputs="y: T", attrs=SIGNED_TYPES)
class Reciprocal:
    shape = same_as_input()
    lower = _reciprocal
    gradient = _reciprocal_gradient


@operation("Inv", inputs="x: T", outputs="y: T", attrs=SIGNED_TYPES)
class Inv:
    shape = same_as_input()
    lower = _reciprocal
    gradient = _reciprocal_gradient


@operation("ReciprocalGrad", inputs="y: T, dy: T", outputs="z: T", attrs=SMOOTH_TYPES)
class ReciprocalGrad:
    shape = same_shapes
    lower = _reciprocal_slope
    gradient = _reciprocal_slope_gradient


@operation("InvGrad", inputs="y: T, dy: T", outputs="z: T", attrs=SMOOTH_TYPES)
class InvGrad:
    shape = same_shapes
    lower = _reciprocal_slope
    gradient = _reciprocal_slope_gradient


def reciprocal(x: Any, name: str | None = None) -> Tensor:
    """``1 / x``, element by element.

    Args:
        x: a tensor of a number type.
        name: the operation's name.
    """
    return apply("Reciprocal", x, name=name)


@operation("Square", inputs="x: T", outputs="y: T", attrs=SIGNED_TYPES)
class Square:
    shape = same_as_input()

    def lower(x: Any) -> Any:
        return x * x

    def fold(x: np.ndarray) -> np.ndarray:
        return x * x

    def gradient(op: Any, dy: Tensor) -> Tensor:
        from penstock.ops.constants import constant

        x = op.inputs[0]
        with control_dependencies([dy]):
            x = conjugate(x)
            two = constant(2.0, dtype=x.dtype)
            return apply("Mul", dy, apply("Mul", x, two))


def square(x: Any, name: str | None = None) -> Any:
    """``x * x``, element by element.

    Args:
        x: a tensor or ``SparseTensor`` of a number type.
        name: the operation's name.
    """
    return apply_elementwise("Square", x, name)


@operation("Sqrt", inputs="x: T", outputs="y: T", attrs=SMOOTH_TYPES)
class Sqrt:
    shape = same_as_input()

    def lower(x: Any) -> Any:
        return jnp.sqrt(x)

    def fold(x: np.ndarray) -> np.ndarray:
        with np.errstate(all="ignore"):
            return np.sqrt(x)

    def gradient(op: Any, dy: Tensor) -> Tensor:
        return apply("SqrtGrad", op.outputs[0], dy)


@operation("SqrtGrad", inputs="y: T, dy: T", outputs="z: T", attrs=SMOOTH_TYPES)
class SqrtGrad:
    shape = same_shapes

    def lower(y: Any, dy: Any) -> Any:
        half = jnp.asarray(0.5, y.dtype)
        return dy * (half / jnp.conj(y)) if jnp.iscomplexobj(y) else dy * (half / y)

    def gradient(op: Any, dz: Tensor) -> list[Tensor]:
        y = op.inputs[0]
        with control_dependencies([dz]):
            quotient = dz / y
            return [apply("Neg", conjugate(quotient)) * op.outputs[0], 0.5 * quotient]


def sqrt(x: Any, name: str | None = None) -> Any:
    """The square root, element by element.

    Args:
        x: a floating or complex tensor or ``SparseTensor``.
        name: the operation's name.
    """
    return apply_elementwise("Sqrt", x, name)


@operation("Rsqrt", inputs="x: T", outputs="y: T", attrs=SMOOTH_TYPES)
class Rsqrt:
    shape = same_as_input()

    def lower(x: Any) -> Any:
        return lax.rsqrt(jnp.asarray(x))

    def gradient(op: Any, dy: Tensor) -> Tensor:
        return apply("RsqrtGrad", op.outputs[0], dy)


@operation("RsqrtGrad", inputs="y: T, dy: T", outputs="z: T", attrs=SMOOTH_TYPES)
class RsqrtGrad:
    shape = same_shapes

    def lower(y: Any, dy: Any) -> Any:
        y = jnp.conj(y) if jnp.iscomplexobj(y) else y
        return jnp.asarray(-0.5, y.dtype) * dy * (y * y * y)

    def gradient(op: Any, dz: Tensor) -> list[Tensor]:
        y, dy = op.inputs
        with control_dependencies([dz]):
            y_conjugate, dz_conjugate = conjugate(y), conjugate(dz)
            slope_y = -1.5 * dz_conjugate * dy * apply("Square", y_conjugate)
            return [slope_y, apply("RsqrtGrad", y_conjugate, dz)]


def rsqrt(x: Any, name: str | None = None) -> Tensor:
    """``1 / sqrt(x)``, element by element.

    Args:
        x: a floating or complex tensor.
        name: the operation's name.
    """
    return apply("Rsqrt", x, name=name)


# -- exponentials and logarithms ------------------------------------------------------------------
@operation("Exp", inputs="x: T", outputs="y: T", attrs=SMOOTH_TYPES)
class Exp:
    shape = same_as_input()

    def lower(x: Any) -> Any:
        return jnp.exp(x)

    def gradient(op: Any, dy: Tensor) -> Tensor:
        with control_dependencies([dy]):
            return dy * conjugate(op.outputs[0])


def exp(x: Any, name: str | None = None) -> Tensor:
    """``e`` to the power ``x``, element by element.

    Args:
        x: a floating or complex tensor.
        name: the operation's name.
    """
    return apply("Exp", x, name=name)


@operation("Expm1", inputs="x: T", outputs="y: T", attrs=SMOOTH_TYPES)
class Expm1:
    shape = same_as_input()

    def lower(x: Any) -> Any:
        return jnp.expm1(x)

    def gradient(op: Any, dy: Tensor) -> Tensor:
        with control_dependencies([dy]):
            return dy * apply("Exp", conjugate(op.inputs[0]))


def expm1(x: Any, name: str | None = None) -> Tensor:
    """``exp(x) - 1``, exact for small ``x``, element by element.

    Args:
        x: a floating or complex tensor.
        name: the operation's name.
    """
    return apply("Expm1", x, name=name)


@operation("Log", inputs="x: T", outputs="y: T", attrs=SMOOTH_TYPES)
class Log:
    shape = same_as_input()

    def lower(x: Any) -> Any:
        return jnp.log(x)

    def gradient(op: Any, dy: Tensor) -> Tensor:
        with control_dependencies([dy]):
            return dy * apply("Reciprocal", conjugate(op.inputs[0]))


def log(x: Any, name: str | None = None) -> Tensor:
    """The natural logarithm, element by element.

    Args:
        x: a floating or complex tensor.
        name: the operation's name.
    """
    return apply("Log", x, name=name)


@operation("Log1p", inputs="x: T", outputs="y: T", attrs=SMOOTH_TYPES)
class Log1p:
    shape = same_as_input()

    def lower(x: Any) -> Any:
        return jnp.log1p(x)

    def gradient(op: Any, dy: Tensor) -> Tensor:
        with control_dependencies([dy]):
            return dy * apply("Reciprocal", 1 + conjugate(op.inputs[0]))


def log1p(x: Any, name: str | None = None) -> Tensor:
    """``log(1 + x)``, exact for small ``x``, element by element.

    Args:
        x: a floating or complex tensor.
        name: the operation's name.
    """
    return apply("Log1p", x, name=name)


# -- tanh and sigmoid -----------------------------------------------------------------------------
@operation("Tanh", inputs="x: T", outputs="y: T", attrs=SMOOTH_TYPES)
class Tanh:
    shape = same_as_input()

    def lower(x: Any) -> Any:
        return jnp.tanh(x)

    def gradient(op: Any, dy: Tensor) -> Tensor:
        with control_dependencies([dy]):
            return apply("TanhGrad", conjugate(op.outputs[0]), dy)


@operation("TanhGrad", inputs="y: T, dy: T", outputs="z: T", attrs=SMOOTH_TYPES)
class TanhGrad:
    shape = same_shapes

    def lower(y: Any, dy: Any) -> Any:
        return dy * (jnp.ones((), y.dtype) - y * y)

    def gradient(op: Any, dz: Tensor) -> list[Tensor]:
        with control_dependencies([dz]):
            y = conjugate(op.inputs[0])
            dy = conjugate(op.inputs[1])
            return [dz * -2.0 * dy * y, apply("TanhGrad", y, dz)]


def tanh(x: Any, name: str | None = None) -> Any:
    """The hyperbolic tangent, element by element.

    Args:
        x: a floating or complex tensor or ``SparseTensor``.
        name: the operation's name.
    """
    return apply_elementwise("Tanh", x, name)


@operation("Sigmoid", inputs="x: T", outputs="y: T", attrs=SMOOTH_TYPES)
class Sigmoid:
    shape = same_as_input()

    def lower(x: Any) -> Any:
        if jnp.iscomplexobj(x):
            return jnp.ones((), x.dtype) / (jnp.ones((), x.dtype) + jnp.exp(-x))
        return jax.nn.sigmoid(x)

    def gradient(op: Any, dy: Tensor) -> Tensor:
        with control_dependencies([dy]):
            return apply("SigmoidGrad", conjugate(op.outputs[0]), dy)


@operation("SigmoidGrad", inputs="y: T, dy: T", outputs="z: T", attrs=SMOOTH_TYPES)
class SigmoidGrad:
    shape = same_shapes

    def lower(y: Any, dy: Any) -> Any:
        return dy * y * (jnp.ones((), y.dtype) - y)

    def gradient(op: Any, dz: Tensor) -> list[Tensor]:
        with control_dependencies([dz]):
            y = conjugate(op.inputs[0])
            dy = conjugate(op.inputs[1])
            product = dz * dy
            return [product - 2.0 * product * y, apply("SigmoidGrad", y, dz)]


def sigmoid(x: Any, name: str | None = None) -> Tensor:
    """``1 / (1 + exp(-x))``, element by element.

    Args:
        x: a floating or complex tensor.
        name: the operation's name.
    """
    return apply("Sigmoid", x, name=name)


def log_sigmoid(x: Any, name: str | None = None) -> Tensor:
    """``log(sigmoid(x))``, computed as ``-softplus(-x)`` so that it doesn't overflow.

    Args:
        x: a ``float32`` or ``float64`` tensor.
        name: the name of the scope.
    """
    with name_scope(name, "LogSigmoid", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        return apply("Neg", apply("Softplus", apply("Neg", x)), name=scope)
