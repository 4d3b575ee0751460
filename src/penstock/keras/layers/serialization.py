"""Layers by class name: ``layers.deserialize`` and what it knows."""

from __future__ import annotations

import functools
import importlib
import importlib.util
from typing import Any

from penstock.keras.engine.base_layer import Layer
from penstock.keras.utils.objects import deserialize_keras_object, serialize_keras_object

# Every module of layers; those that are not there are passed over.
MODULES = (
    "core convolutional convolutional_transpose convolutional_separable reshaping_spatial pooling "
    "normalization embeddings merge noise advanced_activations local recurrent recurrent_cells "
    "convolutional_recurrent wrappers cudnn_recurrent attention "
    "dense_features"
).split()


@functools.cache
def layer_classes() -> dict[str, Any]:
    """All layers and models, by the names of their classes."""
    from penstock.keras.engine.input_layer import InputLayer
    from penstock.keras.engine.network import Network
    from penstock.keras.engine.op_layer import TensorFlowOpLayer
    from penstock.keras.engine.sequential import Sequential
    from penstock.keras.engine.training import Model

    found: dict[str, Any] = {
        "Model": Model, "Functional": Model, "Sequential": Sequential, "Network": Network,
        "InputLayer": InputLayer, "TensorFlowOpLayer": TensorFlowOpLayer,
    }  # fmt: skip
    package = __name__.rpartition(".")[0]
    for name in MODULES:
        full = f"{package}.{name}"
        if importlib.util.find_spec(full) is None:
            continue
        for key, value in vars(importlib.import_module(full)).items():
            if isinstance(value, type) and issubclass(value, Layer) and not key.startswith("_"):
                found.setdefault(key, value)
    # Names of one class in files of other versions.
    for new, old in (("BatchNormalization", "BatchNormalizationV1"),
                     ("BatchNormalization", "BatchNormalizationV2"), ("LSTM", "LSTMV2"),
                     ("GRU", "GRUV2")):  # fmt: skip
        if new in found:
            found.setdefault(old, found[new])
    return found


def serialize(layer: Any) -> Any:
    """Class name and configuration."""
    return serialize_keras_object(layer)


def deserialize(config: Any, custom_objects: Any = None) -> Any:
    """The layer that ``serialize`` described."""
    if isinstance(config, dict) and config.get("class_name") == "InputLayer":
        inner = dict(config["config"])
        if "batch_shape" in inner:
            inner["batch_input_shape"] = inner.pop("batch_shape")
        config = {**config, "config": inner}
    return deserialize_keras_object(config, layer_classes(), custom_objects, "layer")
