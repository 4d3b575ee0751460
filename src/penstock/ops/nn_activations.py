"""Activation functions: rectifiers, exponential units, softplus and softsign."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from penstock.graph import dtypes
from penstock.graph.build import apply
from penstock.graph.convert import convert_to_tensor
from penstock.graph.registry import operation
from penstock.graph.scopes import control_dependencies, name_scope
from penstock.graph.tensor import Tensor
from penstock.ops.shape_rules import same_as_input, same_shapes

_REAL = "T: realnumbertype"
_FLOAT = "T: floattype"
_GRADIENT: dict[str, Any] = {"inputs": "gradients: T, features: T", "outputs": "backprops: T"}
_OF_OUTPUT: dict[str, Any] = {"inputs": "gradients: T, outputs: T", "outputs": "backprops: T"}
_FUNCTION: dict[str, Any] = {"inputs": "features: T", "outputs": "activations: T"}
# The fixed point of Klambauer et al., "Self-normalizing neural networks", 2017.
_SELU_SCALE = 1.0507009873554804934193349852946
_SELU_SCALED_ALPHA = 1.7580993408473768599402175208123


def _zeros_of(x: Tensor) -> Tensor:
    from penstock.ops.arrays import shape, zeros

    return zeros(shape(x), x.dtype)


def _number(value: float, like: Any) -> np.ndarray:
    return np.asarray(value, like.dtype)


# -- rectifiers -----------------------------------------------------------------------------------
@operation(
    "Relu",
    **_FUNCTION,
    attrs=(
        "T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, "
        "uint64, qint8}"
    ),
)
class Relu:
    shape = same_as_input()

    def lower(features: Any) -> Any:
        return jnp.maximum(features, _number(0, features))

    def gradient(op: Any, grad: Tensor) -> Tensor:
        return apply("ReluGrad", grad, op.outputs[0])


@operation("ReluGrad", **_GRADIENT, attrs=_REAL)
class ReluGrad:
    shape = same_shapes

    def lower(gradients: Any, features: Any) -> Any:
        return jnp.where(features > _number(0, features), gradients, _number(0, gradients))

    def gradient(op: Any, grad: Tensor) -> list[Tensor]:
        x = op.inputs[1]
        return [apply("ReluGrad", grad, x), _zeros_of(x)]


@operation("Relu6", **_FUNCTION, attrs=_REAL)
class Relu6:
    shape = same_as_input()

    def lower(features: Any) -> Any:
        return jnp.clip(features, _number(0, features), _number(6, features))

    def gradient(op: Any, grad: Tensor) -> Tensor:
        return apply("Relu6Grad", grad, op.outputs[0])


@operation("Relu6Grad", **_GRADIENT, attrs=_REAL)
class Relu6Grad:
    shape = same_shapes

    def lower(gradients: Any, features: Any) -> Any:
        inside = (features > _number(0, features)) & (features < _number(6, features))
        return jnp.where(inside, gradients, _number(0, gradients))

    def gradient(op: Any, grad: Tensor) -> list[Tensor]:
        x = op.inputs[1]
        return [apply("Relu6Grad", grad, x), _zeros_of(x)]


_LEAKY = "alpha: float = 0.20000000298023224; T: floattype = float"


@operation("LeakyRelu", **_FUNCTION, attrs=_LEAKY)
class LeakyRelu:
    shape = same_as_input()

    def lower(features: Any, *, alpha: float) -> Any:
        return jnp.maximum(features * _number(alpha, features), features)

    def gradient(op: Any, grad: Tensor) -> Tensor:
        return apply("LeakyReluGrad", grad, op.inputs[0], alpha=op.attr("alpha"))


@operation("LeakyReluGrad", **_GRADIENT, attrs=_LEAKY)
class LeakyReluGrad:
    shape = same_shapes

    def lower(gradients: Any, features: Any, *, alpha: float) -> Any:
        return jnp.where(
            features > _number(0, features), gradients, gradients * _number(alpha, gradients)
        )

    def gradient(op: Any, grad: Tensor) -> list[Tensor]:
        x = op.inputs[1]
        return [apply("LeakyReluGrad", grad, x, alpha=op.attr("alpha")), _zeros_of(x)]


def relu(features: Any, name: str | None = None) -> Tensor:
    """``max(features, 0)``.

    Args:
        features: a tensor of a real number type.
        name: the operation's name.
    """
    return apply("Relu", features, name=name)


def relu6(features: Any, name: str | None = None) -> Tensor:
    """``min(max(features, 0), 6)``.

    Args:
        features: a tensor of a real number type.
        name: the operation's name.
    """
    with name_scope(name, "Relu6", [features]) as scope:
        return apply("Relu6", convert_to_tensor(features, name="features"), name=scope)


def leaky_relu(features: Any, alpha: Any = 0.2, name: str | None = None) -> Tensor:
    """``features`` where positive, ``alpha * features`` elsewhere.

    Args:
        features: a floating tensor; integers are turned into ``float32``.
        alpha: the slope for negative values.
        name: the operation's name.
    """
    from penstock.ops.casts import cast

    with name_scope(name, "LeakyRelu", [features, alpha]) as scope:
        features = convert_to_tensor(features, name="features")
        if features.dtype.is_integer:
            features = cast(features, dtypes.float32)
        if isinstance(alpha, np.ndarray):
            alpha = alpha.item()
        return apply("LeakyRelu", features, alpha=alpha, name=scope)


def crelu(features: Any, name: str | None = None, axis: Any = -1) -> Tensor:
    """``relu`` of ``features`` and of ``-features``, side by side (Shang et al., 2016).

    Args:
        features: a floating or signed integer tensor.
        name: the name of the scope.
        axis: the axis along which the two are joined.
    """
    from penstock.ops.joining import concat
    from penstock.ops.math_unary import negative

    with name_scope(name, "CRelu", [features]) as scope:
        features = convert_to_tensor(features, name="features")
        return relu(concat([features, negative(features)], axis, name=scope))


# -- exponential units ----------------------------------------------------------------------------
def _second_order(op: Any, grad: Tensor) -> list[Tensor]:
    """The gradient of ``EluGrad`` and ``SeluGrad``, which depend on the output where negative."""
    from penstock.ops.arrays import zeros_like
    from penstock.ops.selecting import where

    y = op.inputs[1]
    first = apply(op.type, grad, y)
    return [first, where(y < 0, grad * op.inputs[0], zeros_like(y))]


@operation("Elu", **_FUNCTION, attrs=_FLOAT)
class Elu:
    shape = same_as_input()

    def lower(features: Any) -> Any:
        zero = _number(0, features)
        return jnp.where(features < zero, jnp.expm1(jnp.minimum(features, zero)), features)

    def gradient(op: Any, grad: Tensor) -> Tensor:
        return apply("EluGrad", grad, op.outputs[0])


@operation("EluGrad", **_OF_OUTPUT, attrs=_FLOAT)
class EluGrad:
    shape = same_shapes
    gradient = _second_order

    def lower(gradients: Any, outputs: Any) -> Any:
        slope = (outputs + _number(1, outputs)) * gradients
        return jnp.where(outputs < _number(0, outputs), slope, gradients)


@operation("Selu", **_FUNCTION, attrs=_FLOAT)
class Selu:
    shape = same_as_input()

    def lower(features: Any) -> Any:
        zero = _number(0, features)
        below = _number(_SELU_SCALED_ALPHA, features) * jnp.expm1(jnp.minimum(features, zero))
        return jnp.where(features < zero, below, _number(_SELU_SCALE, features) * features)

    def gradient(op: Any, grad: Tensor) -> Tensor:
        return apply("SeluGrad", grad, op.outputs[0])


@operation("SeluGrad", **_OF_OUTPUT, attrs=_FLOAT)
class SeluGrad:
    shape = same_shapes
    gradient = _second_order

    def lower(gradients: Any, outputs: Any) -> Any:
        below = gradients * (outputs + _number(_SELU_SCALED_ALPHA, outputs))
        above = gradients * _number(_SELU_SCALE, outputs)
        return jnp.where(outputs < _number(0, outputs), below, above)


def elu(features: Any, name: str | None = None) -> Tensor:
    """``exp(features) - 1`` where negative, ``features`` elsewhere (Clevert et al., 2015).

    Args:
        features: a floating tensor.
        name: the operation's name.
    """
    return apply("Elu", features, name=name)


def selu(features: Any, name: str | None = None) -> Tensor:
    """The scaled exponential unit (Klambauer et al., 2017).

    ``scale * alpha * (exp(features) - 1)`` where negative, ``scale * features`` elsewhere.

    Args:
        features: a floating tensor.
        name: the operation's name.
    """
    return apply("Selu", features, name=name)


# -- softplus, softsign ---------------------------------------------------------------------------
@operation("Softplus", **_FUNCTION, attrs=_FLOAT)
class Softplus:
    shape = same_as_input()

    def lower(features: Any) -> Any:
        zero = _number(0, features)
        return jnp.maximum(features, zero) + jnp.log1p(jnp.exp(-jnp.abs(features)))

    def gradient(op: Any, grad: Tensor) -> Tensor:
        from penstock.ops.math_unary import sigmoid

        return grad * sigmoid(op.inputs[0])


@operation("SoftplusGrad", **_GRADIENT, attrs=_FLOAT)
class SoftplusGrad:
    shape = same_shapes

    def lower(gradients: Any, features: Any) -> Any:
        return gradients * lax.logistic(features)

    def gradient(op: Any, grad: Tensor) -> list[Tensor]:
        from penstock.ops.math_unary import exp

        dy, x = op.inputs
        with control_dependencies([grad]):
            first = apply("SoftplusGrad", grad, x)
            return [first, grad * dy / (exp(-x) + 2.0 + exp(x))]


@operation("Softsign", **_FUNCTION, attrs=_FLOAT)
class Softsign:
    shape = same_as_input()

    def lower(features: Any) -> Any:
        return features / (_number(1, features) + jnp.abs(features))

    def gradient(op: Any, grad: Tensor) -> Tensor:
        return apply("SoftsignGrad", grad, op.inputs[0])


@operation("SoftsignGrad", **_GRADIENT, attrs=_FLOAT)
class SoftsignGrad:
    shape = same_shapes

    def lower(gradients: Any, features: Any) -> Any:
        return gradients / jnp.square(_number(1, features) + jnp.abs(features))


def softplus(features: Any, name: str | None = None) -> Tensor:
    """``log(exp(features) + 1)``.

    Args:
        features: a floating tensor.
        name: the operation's name.
    """
    return apply("Softplus", features, name=name)


def softsign(features: Any, name: str | None = None) -> Tensor:
    """``features / (abs(features) + 1)``.

    Args:
        features: a floating tensor.
        name: the operation's name.
    """
    return apply("Softsign", features, name=name)
