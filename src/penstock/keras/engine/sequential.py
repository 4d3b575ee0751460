"""``keras.Sequential``: layers one after the other."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Sequence
from typing import Any

from penstock.graph import nest
from penstock.keras import backend as K
from penstock.keras import tensor_ops as ops
from penstock.keras.engine.base_layer import Layer
from penstock.keras.engine.input_layer import Input, InputLayer
from penstock.keras.engine.node import get_source_inputs
from penstock.keras.engine.training import Model


class Sequential(Model):
    """A stack of layers, each with one input and one output.

    Without an input shape in the first layer the weights are made when the model first sees data.

    Args:
        layers: the layers. name: the name.
    """

    def __init__(self, layers: Sequence[Layer] | None = None, name: str | None = None) -> None:
        super().__init__(name=name)
        self._layers = []
        self._is_graph_network = False
        self._build_input_shape: Any = None
        self.supports_masking = True
        for layer in layers or ():
            self.add(layer)

    @property
    def layers(self) -> list[Layer]:
        """The layers, without the input layer."""
        layers = self._layers
        return layers[1:] if layers and isinstance(layers[0], InputLayer) else layers[:]

    def _sublayers(self) -> list[Layer]:
        return list(self._layers)

    def add(self, layer: Layer) -> None:
        """Puts a layer on top.

        Raises:
            TypeError: when it isn't a layer. ValueError: when it has several outputs.
        """
        if isinstance(layer, ops.Tensor) and hasattr(layer, "_keras_history"):
            layer = layer._keras_history.layer
        if not isinstance(layer, Layer):
            raise TypeError(f"The added layer must be an instance of class Layer. Found: {layer}")
        if any(existing.name == layer.name for existing in self._layers):
            raise ValueError(
                f'The name "{layer.name}" is used 2 times in the model. All layer names should be '
                "unique."
            )
        self.built = False
        self._forget_functions()
        if not self._layers:
            if isinstance(layer, InputLayer):
                self._layers.append(layer)
                self.outputs = nest.flatten(layer._inbound_nodes[-1].output_tensors)
                self.inputs = list(self.outputs)
                return
            first, shape, dtype = _first_shape(layer)
            if shape is not None:
                tensor = Input(batch_shape=shape, dtype=dtype, name=layer.name + "_input")
                layer(tensor)
                outputs = nest.flatten(layer._inbound_nodes[-1].output_tensors)
                if len(outputs) != 1:
                    raise ValueError(_ONE_OUTPUT)
                self.outputs = outputs
                self.inputs = get_source_inputs(outputs[0])
                self._layers.append(self.inputs[0]._keras_history.layer)
            elif first is not None:
                self.outputs = None
            self._layers.append(layer)
        else:
            if self.outputs:
                outputs = layer(self.outputs[0])
                if isinstance(outputs, list):
                    raise TypeError(_ONE_OUTPUT)
                self.outputs = [outputs]
            self._layers.append(layer)
        if self.outputs:
            self._connect()

    @property
    def input_spec(self) -> Any:
        """What the inputs must look like: what the first layer wants."""
        return self.layers[0].input_spec if self.layers else None

    @input_spec.setter
    def input_spec(self, value: Any) -> None:
        del value

    def _connect(self) -> None:
        layers = self._layers
        self._init_graph_network(self.inputs, self.outputs)
        self._layers = layers
        self.built = True

    def pop(self) -> None:
        """Removes the last layer.

        Raises:
            TypeError: when there is none.
        """
        if not self.layers:
            raise TypeError("There are no layers in the model.")
        layer = self._layers.pop()
        self._forget_functions()
        if not self.layers:
            self.outputs = self.inputs = None
            self.built = False
            self._is_graph_network = False
            self._inbound_nodes, self._outbound_nodes = [], []
        elif self._is_graph_network:
            last = self.layers[-1]
            last._outbound_nodes = []
            self.outputs = [last.output]
            self._connect()
        del layer

    def build(self, input_shape: Any = None) -> None:
        """Makes the weights for inputs of a shape (batch axis included)."""
        if self._is_graph_network:
            self.built = True
            return
        if input_shape is None:
            raise ValueError("You must provide an `input_shape` argument.")
        self._build_input_shape = input_shape
        if isinstance(input_shape, (dict, list)) and any(
            isinstance(each, ops.TensorShape) for each in nest.flatten(input_shape)
        ):
            # The first layer takes several tensors; layers are built as they are called.
            self.built = True
            return
        shape: Any = ops.TensorShape(input_shape)
        with ops.name_scope(self._name_scope()):
            for layer in self.layers:
                if not layer.built:
                    with ops.name_scope(layer._name_scope()):
                        layer.build(shape)
                        layer.built = True
                shape = ops.TensorShape(layer.compute_output_shape(shape))
        self.built = True

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """Calls the layers one after the other.

        Args:
            inputs: a tensor. training: training or not. mask: the mask of the inputs.
        """
        if self._is_graph_network:
            return self._run_internal_graph(inputs, training=training, mask=mask)
        outputs = inputs
        for layer in self.layers:
            arguments = {}
            if training is not None and layer._call_takes("training"):
                arguments["training"] = training
            if mask is not None and layer._call_takes("mask"):
                arguments["mask"] = mask
            outputs = layer(outputs, **arguments)
            mask = getattr(outputs, "_keras_mask", None)
        return outputs

    def _needs_build(self) -> bool:
        return True

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the outputs for inputs of a shape."""
        shape = ops.TensorShape(input_shape)
        for layer in self.layers:
            shape = layer.compute_output_shape(shape)
        return shape

    def predict_proba(self, x: Any, batch_size: int = 32, verbose: int = 0) -> Any:
        """The outputs, with a warning when they can't be probabilities."""
        found = self.predict(x, batch_size, verbose)
        if found.min() < 0.0 or found.max() > 1.0:
            warnings.warn(
                "Network returning invalid probability values. The last layer might not normalize "
                "predictions into probabilities (like softmax or sigmoid would).",
                stacklevel=2,
            )
        return found

    def predict_classes(self, x: Any, batch_size: int = 32, verbose: int = 0) -> Any:
        """The class with the highest output (or, for one output, whether it is above 0.5)."""
        found = self.predict(x, batch_size=batch_size, verbose=verbose)
        if found.shape[-1] > 1:
            return found.argmax(axis=-1)
        return (found > 0.5).astype("int32")

    def get_config(self) -> dict[str, Any]:
        """The layers."""
        layers = [
            {"class_name": type(layer).__name__, "config": layer.get_config()}
            for layer in self.layers
        ]
        config: dict[str, Any] = {"name": self.name, "layers": copy.deepcopy(layers)}
        if self._build_input_shape is not None:
            config["build_input_shape"] = self._build_input_shape
        elif self._is_graph_network and layers and "batch_input_shape" not in layers[0]["config"]:
            if layers[0]["class_name"] not in ("Model", "Sequential"):
                config["layers"][0]["config"]["batch_input_shape"] = K.int_shape(self.inputs[0])
        return config

    @classmethod
    def from_config(cls, config: Any, custom_objects: Any = None) -> Any:
        """The model that ``get_config`` described."""
        from penstock.keras.layers.serialization import deserialize

        if isinstance(config, dict):
            name, shape, entries = (
                config.get("name"),
                config.get("build_input_shape"),
                config["layers"],
            )
        else:
            name, shape, entries = None, None, config
        model = cls(name=name)
        for entry in entries:
            model.add(deserialize(entry, custom_objects=custom_objects))
        if not model.inputs and shape:
            model.build(tuple(shape))
        return model


_ONE_OUTPUT = (
    "All layers in a Sequential model should have a single output tensor. For multi-output "
    "layers, use the functional API."
)


def _first_shape(layer: Any) -> tuple[Any, Any, Any]:
    """The first layer, the input shape that it (or its first layer) gives, and its type."""
    if not isinstance(layer, Model) and not hasattr(layer, "_layers"):
        shape = getattr(layer, "_batch_input_shape", None)
        return layer, shape, _input_type(layer)
    first = layer
    while getattr(first, "_is_graph_network", False) or hasattr(first, "_layers"):
        layers = getattr(first, "_layers", None)
        if not layers:
            return None, None, None
        if not isinstance(layers, list):
            break
        first = layers[0]
    shape = getattr(first, "_batch_input_shape", None)
    return first, shape, first.dtype


def _input_type(layer: Any) -> Any:
    return layer.dtype or K.floatx()
