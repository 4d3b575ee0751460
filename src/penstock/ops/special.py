"""Special functions: gamma, beta, error, zeta and Bessel functions, element by element."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import jax.scipy.special as special
import numpy as np
from jax import lax

from penstock.graph.build import apply
from penstock.graph.convert import convert_to_tensor
from penstock.graph.registry import operation
from penstock.graph.scopes import control_dependencies, name_scope
from penstock.graph.shapes import TensorShape
from penstock.graph.tensor import Tensor
from penstock.ops.math_unary import apply_elementwise
from penstock.ops.operand_shapes import broadcasting, conjugate, shapes_and_axes, sum_to
from penstock.ops.shape_rules import broadcast, same_as_input

_FLOAT: dict[str, Any] = {"inputs": "x: T", "outputs": "y: T", "attrs": "T: floattype"}


def _array(x: Any) -> Any:
    return jnp.asarray(x)


# -- gamma and error functions --------------------------------------------------------------------
@operation("Lgamma", **_FLOAT)
class Lgamma:
    shape = same_as_input()

    def lower(x: Any) -> Any:
        return lax.lgamma(_array(x))

    def gradient(op: Any, dy: Tensor) -> Tensor:
        with control_dependencies([dy]):
            return dy * apply("Digamma", conjugate(op.inputs[0]))


def lgamma(x: Any, name: str | None = None) -> Tensor:
    """The logarithm of the absolute value of the gamma function.

    Args:
        x: a floating tensor.
        name: the operation's name.
    """
    return apply("Lgamma", x, name=name)


@operation("Digamma", **_FLOAT)
class Digamma:
    shape = same_as_input()

    def lower(x: Any) -> Any:
        return lax.digamma(_array(x))

    def gradient(op: Any, dy: Tensor) -> Tensor:
        from penstock.ops.constants import constant

        x = op.inputs[0]
        with control_dependencies([dy]):
            x = conjugate(x)
            return dy * apply("Polygamma", constant(1, dtype=x.dtype), x)


def digamma(x: Any, name: str | None = None) -> Tensor:
    """The derivative of ``lgamma``.

    Args:
        x: a floating tensor.
        name: the operation's name.
    """
    return apply("Digamma", x, name=name)


def _error_gradient(op: Any, dy: Tensor, factor: float) -> Tensor:
    from penstock.ops.constants import constant

    scaled = dy * constant(factor, dtype=dy.dtype)
    with control_dependencies([dy]):
        x = conjugate(op.inputs[0])
        bell = apply("Exp", apply("Neg", apply("Square", x)))
    # The product comes after the control dependency, as in TensorFlow's graphs.
    return scaled * bell


@operation("Erf", **_FLOAT)
class Erf:
    shape = same_as_input()

    def lower(x: Any) -> Any:
        return lax.erf(_array(x))

    def gradient(op: Any, dy: Tensor) -> Tensor:
        return _error_gradient(op, dy, 2 / np.sqrt(np.pi))


def erf(x: Any, name: str | None = None) -> Any:
    """The error function.

    Args:
        x: a floating tensor or ``SparseTensor``.
        name: the operation's name.
    """
    return apply_elementwise("Erf", x, name)


@operation("Erfc", **_FLOAT)
class Erfc:
    shape = same_as_input()

    def lower(x: Any) -> Any:
        return lax.erfc(_array(x))

    def gradient(op: Any, dy: Tensor) -> Tensor:
        return _error_gradient(op, dy, -2 / np.sqrt(np.pi))


def erfc(x: Any, name: str | None = None) -> Tensor:
    """One minus the error function.

    Args:
        x: a floating tensor.
        name: the operation's name.
    """
    return apply("Erfc", x, name=name)


# -- incomplete gamma and beta functions ----------------------------------------------------------
_REAL = "T: {float, double}"


def _pair(function: Any) -> Any:
    @broadcasting
    def lower(x: Any, y: Any) -> Any:
        return function(*jnp.broadcast_arrays(x, y))

    return lower


def _igamma_slopes(op: Any, dz: Tensor) -> list[Tensor]:
    a, x = op.inputs
    first, second = shapes_and_axes(a, x)
    with control_dependencies([dz]):
        slope_a = apply("IgammaGradA", a, x)
        logarithm = apply("Neg", x) + (a - 1) * apply("Log", x) - apply("Lgamma", a)
        slope_x = apply("Exp", logarithm)
        return [sum_to(slope_a * dz, first), sum_to(slope_x * dz, second)]


@operation("Igamma", inputs="a: T, x: T", outputs="z: T", attrs=_REAL)
class Igamma:
    shape = broadcast
    lower = _pair(lax.igamma)
    gradient = _igamma_slopes


@operation("Igammac", inputs="a: T, x: T", outputs="z: T", attrs=_REAL)
class Igammac:
    shape = broadcast
    lower = _pair(lax.igammac)

    def gradient(op: Any, dz: Tensor) -> list[Tensor]:
        first, second = _igamma_slopes(op, dz)
        return [apply("Neg", first), apply("Neg", second)]


@operation("IgammaGradA", inputs="a: T, x: T", outputs="z: T", attrs=_REAL)
class IgammaGradA:
    shape = broadcast
    lower = _pair(lax.igamma_grad_a)


def igamma(a: Any, x: Any, name: str | None = None) -> Tensor:
    """The lower regularized incomplete gamma function ``P(a, x)``.

    Args:
        a: a ``float32`` or ``float64`` tensor.
        x: a tensor of the same type, whose shape broadcasts with that of ``a``.
        name: the operation's name.
    """
    return apply("Igamma", a, x, name=name)


def igammac(a: Any, x: Any, name: str | None = None) -> Tensor:
    """The upper regularized incomplete gamma function ``Q(a, x)``.

    Args:
        a: a ``float32`` or ``float64`` tensor.
        x: a tensor of the same type, whose shape broadcasts with that of ``a``.
        name: the operation's name.
    """
    return apply("Igammac", a, x, name=name)


def _betainc_shape(op: Any) -> TensorShape:
    a, b, x = (each.shape for each in op.inputs)
    known = [s for s in (a, b, x) if s.ndims is not None and s.ndims > 0]
    if any(s.ndims is None for s in (a, b, x)):
        return TensorShape(None)
    result = TensorShape([])
    for shape in known:
        result = shape if result.ndims == 0 else result.merge_with(shape)
    return result


@operation("Betainc", inputs="a: T, b: T, x: T", outputs="z: T", attrs=_REAL)
class Betainc:
    shape = _betainc_shape

    def lower(a: Any, b: Any, x: Any) -> Any:
        return special.betainc(*jnp.broadcast_arrays(a, b, x))

    def gradient(op: Any, dz: Tensor) -> list[Any]:
        a, b, x = op.inputs
        _, operand = shapes_and_axes(a, x)
        log_beta = apply("Lgamma", a) + apply("Lgamma", b) - apply("Lgamma", a + b)
        logarithm = (b - 1) * apply("Log", 1 - x) + (a - 1) * apply("Log", x) - log_beta
        slope = apply("Exp", logarithm)
        return [None, None, sum_to(slope * dz, operand)]


def betainc(a: Any, b: Any, x: Any, name: str | None = None) -> Tensor:
    """The regularized incomplete beta function (differentiable in ``x`` only, as in TensorFlow).

    Args:
        a: a ``float32`` or ``float64`` tensor.
        b: a tensor of the same type, of the same shape or a scalar.
        x: a tensor of the same type, of the same shape or a scalar, from 0 to 1.
        name: the operation's name.
    """
    return apply("Betainc", a, b, x, name=name)


# -- zeta functions -------------------------------------------------------------------------------
def _zeta(x: Any, q: Any) -> Any:
    """Hurwitz' zeta function; at a pole infinite, elsewhere outside its domain NaN."""
    return special.zeta(x, q)


@operation("Zeta", inputs="x: T, q: T", outputs="z: T", attrs=_REAL)
class Zeta:
    shape = broadcast
    lower = _pair(_zeta)

    def gradient(op: Any, dz: Tensor) -> list[Any]:
        x, q = op.inputs
        _, operand = shapes_and_axes(x, q)
        with control_dependencies([dz]):
            slope = apply("Neg", x) * apply("Zeta", x + 1, q)
            return [None, sum_to(slope * dz, operand)]


def zeta(x: Any, q: Any, name: str | None = None) -> Tensor:
    """Hurwitz' zeta function, the sum of ``(q + n) ** -x`` over all ``n`` from 0.

    Args:
        x: a ``float32`` or ``float64`` tensor, above 1.
        q: a tensor of the same type, whose shape broadcasts with that of ``x``.
        name: the operation's name.
    """
    return apply("Zeta", x, q, name=name)


def _polygamma(n: Any, x: Any) -> Any:
    whole = (jnp.floor(n) == n) & (n >= 0)
    order = jnp.where(whole & (n > 0), n, jnp.ones((), n.dtype))
    sign = jnp.where(jnp.mod(order, 2) == 1, 1, -1).astype(n.dtype)
    higher = sign * jnp.exp(lax.lgamma(order + 1)) * special.zeta(order + 1, x)
    value = jnp.where(n == 0, lax.digamma(x), higher)
    return jnp.where(whole, value, jnp.asarray(np.nan, n.dtype))


@operation("Polygamma", inputs="a: T, x: T", outputs="z: T", attrs=_REAL)
class Polygamma:
    shape = broadcast
    lower = _pair(_polygamma)

    def gradient(op: Any, dz: Tensor) -> list[Any]:
        order, x = op.inputs
        _, operand = shapes_and_axes(order, x)
        with control_dependencies([dz]):
            slope = apply("Polygamma", order + 1, x)
            return [None, sum_to(slope * dz, operand)]


def polygamma(a: Any, x: Any, name: str | None = None) -> Tensor:
    """The ``a``-th derivative of ``digamma``.

    Args:
        a: a ``float32`` or ``float64`` tensor of whole numbers from 0.
        x: a tensor of the same type, whose shape broadcasts with that of ``a``.
        name: the operation's name.
    """
    return apply("Polygamma", a, x, name=name)


def lbeta(x: Any, name: str | None = None) -> Tensor:
    """The logarithm of the absolute value of the beta function of each row.

    Args:
        x: ``[..., n]``, floating.
        name: the name of the scope.

    Returns:
        ``[...]``.
    """
    from penstock.ops.reductions import reduce_sum

    with name_scope(name, "lbeta", [x]):
        x = convert_to_tensor(x, name="x")
        log_product = reduce_sum(apply("Lgamma", x), axis=[-1])
        log_of_sum = apply("Lgamma", reduce_sum(x, axis=[-1]))
        return log_product - log_of_sum


# -- Bessel functions -----------------------------------------------------------------------------
def _wide(function: Any, x: Any) -> Any:
    """Half precisions are computed in single."""
    x = _array(x)
    if x.dtype.itemsize == 2:
        return function(x.astype(np.float32)).astype(x.dtype)
    return function(x)


@operation("BesselI0e", **_FLOAT)
class BesselI0e:
    shape = same_as_input()

    def lower(x: Any) -> Any:
        return _wide(lax.bessel_i0e, x)

    def gradient(op: Any, dy: Tensor) -> Tensor:
        x, y = op.inputs[0], op.outputs[0]
        with control_dependencies([dy]):
            slope = apply("BesselI1e", x) - apply("Sign", x) * y
            return dy * slope


@operation("BesselI1e", **_FLOAT)
class BesselI1e:
    shape = same_as_input()

    def lower(x: Any) -> Any:
        return _wide(lax.bessel_i1e, x)

    def gradient(op: Any, dy: Tensor) -> Tensor:
        from penstock.ops.arrays import zeros_like
        from penstock.ops.math_unary import abs as absolute

        x, y = op.inputs[0], op.outputs[0]
        with control_dependencies([dy]):
            nothing = zeros_like(x)
            precision = np.finfo(x.dtype.as_numpy_dtype).eps
            regular = absolute(x) > precision
            # Near 0 the slope is 1/2, but the formula divides by x.
            safe = apply("Select", regular, x, precision + nothing)
            slope = apply("BesselI0e", safe) - y * (apply("Sign", safe) + apply("Reciprocal", safe))
            return dy * apply("Select", regular, slope, 0.5 + nothing)


def bessel_i0e(x: Any, name: str | None = None) -> Any:
    """``exp(-abs(x)) * bessel_i0(x)``.

    Args:
        x: a floating tensor or ``SparseTensor``.
        name: the operation's name.
    """
    return apply_elementwise("BesselI0e", x, name)


def bessel_i1e(x: Any, name: str | None = None) -> Any:
    """``exp(-abs(x)) * bessel_i1(x)``.

    Args:
        x: a floating tensor or ``SparseTensor``.
        name: the operation's name.
    """
    return apply_elementwise("BesselI1e", x, name)


def _scaled_back(op_type: str, name: str | None, default: str, x: Any) -> Tensor:
    from penstock.ops.math_unary import abs as absolute

    with name_scope(name, default, [x]):
        return apply("Exp", absolute(x)) * apply(op_type, x)


def bessel_i0(x: Any, name: str | None = None) -> Tensor:
    """The modified Bessel function of order 0.

    Args:
        x: a floating tensor.
        name: the name of the scope.
    """
    return _scaled_back("BesselI0e", name, "bessel_i0", x)


def bessel_i1(x: Any, name: str | None = None) -> Tensor:
    """The modified Bessel function of order 1.

    Args:
        x: a floating tensor.
        name: the name of the scope.
    """
    return _scaled_back("BesselI1e", name, "bessel_i1", x)
