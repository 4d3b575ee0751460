"""Activations and initializers by name, as layers accept them (``activation='relu'``)."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from penstock.ops import initializers, math_unary, nn_activations, nn_softmax
from penstock.ops.clipping import clip_by_value


def linear(x: Any) -> Any:
    """The input itself."""
    return x


def hard_sigmoid(x: Any) -> Any:
    """``0.2 x + 0.5``, limited to 0 and 1."""
    return clip_by_value(x * 0.2 + 0.5, 0.0, 1.0)


_ACTIVATIONS: dict[str, Callable[..., Any]] = {
    "elu": nn_activations.elu,
    "exponential": math_unary.exp,
    "hard_sigmoid": hard_sigmoid,
    "linear": linear,
    "relu": nn_activations.relu,
    "selu": nn_activations.selu,
    "sigmoid": math_unary.sigmoid,
    "softmax": nn_softmax.softmax,
    "softplus": nn_activations.softplus,
    "softsign": nn_activations.softsign,
    "tanh": math_unary.tanh,
}

_INITIALIZERS: dict[str, Callable[..., Any]] = {
    "constant": initializers.Constant,
    "glorot_normal": initializers.GlorotNormal,
    "glorot_uniform": initializers.GlorotUniform,
    "he_normal": initializers.he_normal,
    "he_uniform": initializers.he_uniform,
    "identity": initializers.Identity,
    "lecun_normal": initializers.lecun_normal,
    "lecun_uniform": initializers.lecun_uniform,
    "ones": initializers.Ones,
    "orthogonal": initializers.Orthogonal,
    "truncated_normal": initializers.TruncatedNormal,
    "uniform": initializers.RandomUniform,
    "normal": initializers.RandomNormal,
    "random_normal": initializers.RandomNormal,
    "random_uniform": initializers.RandomUniform,
    "VarianceScaling": initializers.VarianceScaling,
    "zeros": initializers.Zeros,
}


def activation(identifier: Any) -> Callable[..., Any]:
    """A function for a name or a function; ``None`` is the linear activation.

    Raises:
        ValueError: an unknown name.
        TypeError: neither a name nor a function.
    """
    if identifier is None:
        return linear
    if isinstance(identifier, str):
        if identifier not in _ACTIVATIONS:
            raise ValueError(f"Unknown activation function:{identifier}")
        return _ACTIVATIONS[identifier]
    if callable(identifier):
        return identifier
    raise TypeError(f"Could not interpret activation function identifier: {identifier!r}")


def initializer(identifier: Any) -> Any:
    """An initializer for a name, a class or an initializer; ``None`` stays ``None``.

    Raises:
        ValueError: an unknown name, or something that is no initializer.
    """
    if identifier is None:
        return None
    if isinstance(identifier, str):
        if identifier not in _INITIALIZERS:
            raise ValueError(f"Unknown initializer:{identifier}")
        return _INITIALIZERS[identifier]()
    if inspect.isclass(identifier):
        return identifier()
    if callable(identifier):
        return identifier
    raise ValueError(f"Could not interpret initializer identifier: {identifier}")
