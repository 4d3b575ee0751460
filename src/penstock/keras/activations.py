"""``keras.activations``."""

from __future__ import annotations

from typing import Any

from penstock.keras import backend as K
from penstock.keras import tensor_ops as ops
from penstock.keras.utils.objects import deserialize_keras_object


def softmax(x: Any, axis: int = -1) -> Any:
    """``exp(x)`` scaled to the sum 1 along ``axis``.

    Raises:
        ValueError: for a tensor of rank 1.
    """
    rank = K.ndim(x)
    if rank == 2:
        return ops.softmax(x) if axis in (-1, 1) else ops.softmax(x, axis=axis)
    if rank is not None and rank > 2:
        e = ops.exp(x - ops.reduce_max(x, axis=axis, keepdims=True))
        return e / ops.reduce_sum(e, axis=axis, keepdims=True)
    raise ValueError(f"Cannot apply softmax to a tensor that is 1D. Received input: {x}")


def elu(x: Any, alpha: float = 1.0) -> Any:
    """``x`` above 0, ``alpha * (exp(x) - 1)`` below (Clevert et al. 2015)."""
    return K.elu(x, alpha)


def selu(x: Any) -> Any:
    """The scaled exponential linear unit (Klambauer et al. 2017)."""
    return ops.selu(x)


def softplus(x: Any) -> Any:
    """``log(1 + exp(x))``."""
    return ops.softplus(x)


def softsign(x: Any) -> Any:
    """``x / (1 + |x|)``."""
    return ops.softsign(x)


def swish(x: Any) -> Any:
    """``x * sigmoid(x)``."""
    return x * ops.sigmoid(x)


def relu(x: Any, alpha: float = 0.0, max_value: Any = None, threshold: float = 0) -> Any:
    """``max(x, 0)``, with a slope below ``threshold`` and a ceiling if wanted."""
    return K.relu(x, alpha=alpha, max_value=max_value, threshold=threshold)


def tanh(x: Any) -> Any:
    """The hyperbolic tangent."""
    return ops.tanh(x)


def sigmoid(x: Any) -> Any:
    """``1 / (1 + exp(-x))``."""
    return ops.sigmoid(x)


def exponential(x: Any) -> Any:
    """``exp(x)``."""
    return ops.exp(x)


def hard_sigmoid(x: Any) -> Any:
    """``0.2 * x + 0.5``, clipped to [0, 1]."""
    return K.hard_sigmoid(x)


def linear(x: Any) -> Any:
    """``x`` itself."""
    return x


_ALL = {
    f.__name__: f
    for f in (softmax, elu, selu, softplus, softsign, swish, relu, tanh, sigmoid, exponential,
              hard_sigmoid, linear)
}  # fmt: skip


def serialize(activation: Any) -> Any:
    """The name of an activation."""
    if hasattr(activation, "__name__"):
        name = activation.__name__
        return {"softmax_v2": "softmax"}.get(name, name)
    from penstock.keras.utils.objects import serialize_keras_object

    return serialize_keras_object(activation)


def deserialize(name: Any, custom_objects: Any = None) -> Any:
    """The activation of that name."""
    if isinstance(name, dict):
        from penstock.keras.layers.serialization import layer_classes

        known = {**_ALL, **layer_classes()}
        return deserialize_keras_object(name, known, custom_objects, "activation function")
    return deserialize_keras_object(name, _ALL, custom_objects, "activation function")


def get(identifier: Any) -> Any:
    """The activation that ``identifier`` names; ``None`` is ``linear``.

    Raises:
        ValueError: for an unknown name. TypeError: for something else.
    """
    if identifier is None:
        return linear
    if isinstance(identifier, (str, dict)):
        return deserialize(identifier)
    if callable(identifier):
        return identifier
    raise TypeError(f"Could not interpret activation function identifier: {identifier!r}")
