"""Swish (Ramachandran et al., 2017), which keeps no intermediate value for its gradient."""

from __future__ import annotations

from typing import Any

from penstock.graph.convert import convert_to_tensor
from penstock.graph.registry import RegisterGradient
from penstock.graph.scopes import control_dependencies
from penstock.graph.tensor import Tensor
from penstock.ops.arrays import identity, identity_n
from penstock.ops.math_unary import sigmoid

_GRADIENT = "CustomGradient-swish"


@RegisterGradient(_GRADIENT)
def _swish_gradient(op: Any, grad: Tensor, _: Any) -> list[Any]:
    features = op.inputs[1]
    with control_dependencies([grad]):
        gate = sigmoid(features)
    return [None, grad * (gate * (1.0 + features * (1.0 - gate)))]


def swish(features: Any) -> Tensor:
    """``features * sigmoid(features)``.

    Args:
        features: a floating tensor.
    """
    features = convert_to_tensor(features, name="features")
    result = features * sigmoid(features)
    identity(result)
    with features.graph.gradient_override_map({"IdentityN": _GRADIENT}):
        return identity_n([result, features])[0]
