"""``keras.metrics``."""

from __future__ import annotations

from typing import Any

from penstock.keras import losses as _losses
from penstock.keras.metrics import confusion as _confusion
from penstock.keras.metrics import functions as _functions
from penstock.keras.metrics import means as _means
from penstock.keras.metrics.base import Metric as Metric
from penstock.keras.metrics.confusion import AUC as AUC
from penstock.keras.metrics.functions import binary_accuracy as binary_accuracy
from penstock.keras.metrics.functions import categorical_accuracy as categorical_accuracy
from penstock.keras.metrics.functions import (
    sparse_categorical_accuracy as sparse_categorical_accuracy,
)
from penstock.keras.metrics.functions import (
    sparse_top_k_categorical_accuracy as sparse_top_k_categorical_accuracy,
)
from penstock.keras.metrics.functions import (
    top_k_categorical_accuracy as top_k_categorical_accuracy,
)
from penstock.keras.metrics.means import Mean as Mean
from penstock.keras.metrics.means import MeanMetricWrapper as MeanMetricWrapper
from penstock.keras.utils.objects import deserialize_keras_object, serialize_keras_object

CLASSES: dict[str, Any] = {
    name: value
    for module in (_means, _confusion)
    for name, value in vars(module).items()
    if isinstance(value, type) and issubclass(value, Metric) and not name.startswith("_")
}
FUNCTIONS: dict[str, Any] = {
    **_losses.FUNCTIONS,
    **{
        name: getattr(_functions, name)
        for name in (
            "binary_accuracy categorical_accuracy sparse_categorical_accuracy "
            "top_k_categorical_accuracy sparse_top_k_categorical_accuracy"
        ).split()
    },
    "cosine_proximity": _functions.cosine_proximity,
    "cosine_similarity": _functions.cosine_proximity,
}


def serialize(metric: Any) -> Any:
    """The name of a metric function, or class name and configuration."""
    return serialize_keras_object(metric)


def deserialize(config: Any, custom_objects: Any = None) -> Any:
    """The metric that ``serialize`` described."""
    return deserialize_keras_object(
        config, {**CLASSES, **FUNCTIONS}, custom_objects, "metric function"
    )


def get(identifier: Any) -> Any:
    """The metric that ``identifier`` names.

    Raises:
        ValueError: for an unknown name; the message lists the known ones.
    """
    if isinstance(identifier, (str, dict)):
        return deserialize(identifier)
    if callable(identifier):
        return identifier
    raise ValueError(f"Could not interpret metric function identifier: {identifier}")
