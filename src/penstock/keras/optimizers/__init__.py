"""``keras.optimizers``."""

from __future__ import annotations

from typing import Any

from penstock.keras.optimizers.base import Optimizer as Optimizer
from penstock.keras.optimizers.rules import SGD as SGD
from penstock.keras.optimizers.rules import Adadelta as Adadelta
from penstock.keras.optimizers.rules import Adagrad as Adagrad
from penstock.keras.optimizers.rules import Adam as Adam
from penstock.keras.optimizers.rules import Adamax as Adamax
from penstock.keras.optimizers.rules import Ftrl as Ftrl
from penstock.keras.optimizers.rules import Nadam as Nadam
from penstock.keras.optimizers.rules import RMSprop as RMSprop
from penstock.keras.optimizers.rules import TFOptimizer as TFOptimizer
from penstock.keras.utils.objects import deserialize_keras_object, serialize_keras_object

_CLASSES = {c.__name__: c for c in (SGD, RMSprop, Adagrad, Adadelta, Adam, Adamax, Nadam, Ftrl)}
_ALL: dict[str, Any] = {name.lower(): c for name, c in _CLASSES.items()}
_SHOWN: dict[str, Any] = {**_ALL, "tfoptimizer": TFOptimizer}


def serialize(optimizer: Any) -> Any:
    """Class name and configuration."""
    return serialize_keras_object(optimizer)


def deserialize(config: Any, custom_objects: Any = None) -> Any:
    """The optimizer that ``serialize`` described."""
    if isinstance(config, dict) and config["class_name"].lower() in _ALL:
        config = {**config, "class_name": config["class_name"].lower()}
    return deserialize_keras_object(config, _ALL, custom_objects, "optimizer")


def get(identifier: Any) -> Any:
    """The optimizer that ``identifier`` names.

    Raises:
        ValueError: for an unknown name; the message lists the known ones.
    """
    from penstock.training.optimizer import Optimizer as GraphOptimizer

    if isinstance(identifier, (Optimizer, TFOptimizer)):
        return identifier
    if isinstance(identifier, GraphOptimizer):
        return TFOptimizer(identifier)
    if isinstance(identifier, dict):
        return deserialize(identifier)
    if isinstance(identifier, str):
        if identifier.lower() == "tfoptimizer":
            raise ValueError(
                "TFOptimizer wraps a tf.train.Optimizer: pass that optimizer itself, such as "
                "tf.train.AdamOptimizer(), to `compile`."
            )
        known = identifier.lower() if identifier.lower() in _ALL else identifier
        return deserialize({"class_name": known, "config": {}})
    raise ValueError(f"Could not interpret optimizer identifier: {identifier}")
