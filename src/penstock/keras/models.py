"""``keras.models``: models from configurations, and copies of models."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from penstock.graph import nest
from penstock.keras.engine.input_layer import Input, InputLayer
from penstock.keras.engine.sequential import Sequential as Sequential
from penstock.keras.engine.training import Model as Model
from penstock.keras.saving import load_model as load_model
from penstock.keras.saving import model_from_config as model_from_config
from penstock.keras.saving import model_from_json as model_from_json
from penstock.keras.saving import model_from_yaml as model_from_yaml
from penstock.keras.saving import save_model as save_model


def clone_model(model: Any, input_tensors: Any = None,
                clone_function: Callable[[Any], Any] | None = None) -> Any:  # fmt: skip
    """A model of the same layers with new weights.

    Args:
        model: the model. input_tensors: the inputs of the copy; new ones by default.
        clone_function: makes the copy of a layer.

    Raises:
        ValueError: for a subclassed model.
    """

    def copy(layer: Any) -> Any:
        return type(layer).from_config(layer.get_config())

    make = clone_function or copy
    if isinstance(model, Sequential):
        layers = [make(layer) for layer in model.layers]
        if input_tensors is not None:
            tensor = nest.flatten(input_tensors)[0]
            if not hasattr(tensor, "_keras_history"):
                tensor = Input(tensor=tensor, name="input_wrapper_for_" + str(tensor.op.name))
            return Sequential([tensor._keras_history.layer, *layers], name=model.name)
        if model._is_graph_network and not hasattr(layers[0], "_batch_input_shape"):
            first = model._layers[0]
            if isinstance(first, InputLayer):
                layers.insert(0, copy(first))
        return Sequential(layers, name=model.name)
    if not model._is_graph_network:
        raise ValueError(
            "Expected `model` argument to be a functional `Model` instance, but got a subclass "
            "model instead."
        )
    from penstock.keras.engine.network_config import connect, network_config

    by_name = {layer.name: layer for layer in model.layers}
    given = {}
    if input_tensors is not None:
        for name, tensor in zip(model.input_names, nest.flatten(input_tensors)):
            if not hasattr(tensor, "_keras_history"):
                tensor = Input(tensor=tensor, name="input_wrapper_for_" + name)
            given[name] = tensor

    def clone(entry: dict[str, Any]) -> Any:
        layer = by_name[entry["name"]]
        if isinstance(layer, InputLayer):
            return copy(layer)
        if isinstance(layer, Model):
            return clone_model(layer, clone_function=clone_function)
        return make(layer)

    inputs, outputs, _ = connect(network_config(model), make=clone, input_tensors=given)
    return Model(inputs, outputs, name=model.name)
