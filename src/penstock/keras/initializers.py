"""``keras.initializers``: those of the graph, with Keras's defaults."""

from __future__ import annotations

from typing import Any

from penstock.graph import dtypes
from penstock.keras.utils.objects import (
    deserialize_keras_object,
    serialize_keras_object,
)
from penstock.ops import initializers as graph_initializers
from penstock.ops.initializers import Constant as Constant
from penstock.ops.initializers import GlorotNormal as GlorotNormal
from penstock.ops.initializers import GlorotUniform as GlorotUniform
from penstock.ops.initializers import Identity as Identity
from penstock.ops.initializers import Initializer as Initializer
from penstock.ops.initializers import Ones as Ones
from penstock.ops.initializers import Orthogonal as Orthogonal
from penstock.ops.initializers import VarianceScaling as VarianceScaling
from penstock.ops.initializers import Zeros as Zeros
from penstock.ops.initializers import he_normal as he_normal
from penstock.ops.initializers import he_uniform as he_uniform
from penstock.ops.initializers import lecun_normal as lecun_normal
from penstock.ops.initializers import lecun_uniform as lecun_uniform


class RandomNormal(graph_initializers.RandomNormal):
    """Normal numbers; the deviation is 0.05 by default.

    Args:
        mean: the mean. stddev: the standard deviation. seed: the seed. dtype: the type.
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: int | None = None,
                 dtype: Any = dtypes.float32) -> None:  # fmt: skip
        super().__init__(mean=mean, stddev=stddev, seed=seed, dtype=dtype)


class RandomUniform(graph_initializers.RandomUniform):
    """Uniform numbers, between -0.05 and 0.05 by default.

    Args:
        minval: the lower bound. maxval: the upper bound. seed: the seed. dtype: the type.
    """

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: int | None = None,
                 dtype: Any = dtypes.float32) -> None:  # fmt: skip
        super().__init__(minval=minval, maxval=maxval, seed=seed, dtype=dtype)


class TruncatedNormal(graph_initializers.TruncatedNormal):
    """Normal numbers within two deviations; the deviation is 0.05 by default.

    Args:
        mean: the mean. stddev: the standard deviation. seed: the seed. dtype: the type.
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: int | None = None,
                 dtype: Any = dtypes.float32) -> None:  # fmt: skip
        super().__init__(mean=mean, stddev=stddev, seed=seed, dtype=dtype)


_ALL: dict[str, Any] = {
    "Constant": Constant, "constant": Constant,
    "GlorotNormal": GlorotNormal, "glorot_normal": GlorotNormal,
    "GlorotUniform": GlorotUniform, "glorot_uniform": GlorotUniform,
    "Identity": Identity, "identity": Identity,
    "Initializer": Initializer,
    "Ones": Ones, "ones": Ones, "one": Ones,
    "Orthogonal": Orthogonal, "orthogonal": Orthogonal,
    "RandomNormal": RandomNormal, "random_normal": RandomNormal, "normal": RandomNormal,
    "RandomUniform": RandomUniform, "random_uniform": RandomUniform, "uniform": RandomUniform,
    "TruncatedNormal": TruncatedNormal, "truncated_normal": TruncatedNormal,
    "VarianceScaling": VarianceScaling, "variance_scaling": VarianceScaling,
    "Zeros": Zeros, "zeros": Zeros, "zero": Zeros,
    "he_normal": he_normal, "he_uniform": he_uniform,
    "lecun_normal": lecun_normal, "lecun_uniform": lecun_uniform,
    "HeNormal": he_normal, "HeUniform": he_uniform,
    "LecunNormal": lecun_normal, "LecunUniform": lecun_uniform,
}  # fmt: skip


def serialize(initializer: Any) -> Any:
    """Class name and configuration."""
    return serialize_keras_object(initializer)


def deserialize(config: Any, custom_objects: Any = None) -> Any:
    """The initializer that ``serialize`` described."""
    if isinstance(config, dict):
        known = {
            k: v
            for k, v in (config.get("config") or {}).items()
            if not (k == "dtype" and v is None)
        }
        config = {**config, "config": known}
        name = config["class_name"]
        if name in _ALL and not isinstance(_ALL[name], type):
            return _ALL[name](seed=known.get("seed"))
    return deserialize_keras_object(config, _ALL, custom_objects, "initializer")


def get(identifier: Any) -> Any:
    """The initializer that ``identifier`` names; ``None`` for ``None``.

    Raises:
        ValueError: for an unknown name.
    """
    if identifier is None:
        return None
    if isinstance(identifier, dict):
        return deserialize(identifier)
    if isinstance(identifier, str):
        if identifier in ("he_normal", "he_uniform", "lecun_normal", "lecun_uniform",
                          "HeNormal", "HeUniform", "LecunNormal", "LecunUniform"):  # fmt: skip
            return _ALL[identifier]()
        return deserialize_keras_object(identifier, _ALL, None, "initializer")
    if callable(identifier):
        return identifier() if isinstance(identifier, type) else identifier
    raise ValueError(f"Could not interpret initializer identifier: {identifier}")


constant = Constant
glorot_normal = GlorotNormal
glorot_uniform = GlorotUniform
identity = Identity
ones = Ones
orthogonal = Orthogonal
zeros = Zeros
normal = random_normal = RandomNormal
uniform = random_uniform = RandomUniform
truncated_normal = TruncatedNormal
