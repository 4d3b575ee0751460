"""``Network``: layers connected to a graph of layers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from penstock.graph import nest
from penstock.keras import backend as K
from penstock.keras import tensor_ops as ops
from penstock.keras.engine.base_layer import Layer
from penstock.keras.engine.input_layer import InputLayer
from penstock.keras.engine.node import Node, get_source_inputs
from penstock.keras.engine.op_layer import create_history
from penstock.keras.engine.summary import print_summary

_KERAS_VERSION = "2.2.4-tf"


class Network(Layer):
    """Layers connected by tensors from inputs to outputs, or a subclass with its own ``call``.

    Args:
        inputs: the input tensors. outputs: tensors that layers made out of them. name: the name.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        name = kwargs.pop("name", None)
        inputs, outputs = kwargs.pop("inputs", None), kwargs.pop("outputs", None)
        trainable = kwargs.pop("trainable", True)
        dynamic = kwargs.pop("dynamic", False)
        dtype = kwargs.pop("dtype", None)
        args_left = list(args)
        if args_left and inputs is None and _has_tensors(args_left[0]):
            inputs = args_left.pop(0)
            outputs = args_left.pop(0) if args_left and outputs is None else outputs
        if args_left and name is None and isinstance(args_left[0], str):
            name = args_left.pop(0)
        if args_left or kwargs:
            raise TypeError(f"Unexpected arguments: {args_left} {sorted(kwargs)}")
        super().__init__(trainable=trainable, name=name, dtype=dtype, dynamic=dynamic)
        self._is_graph_network = False
        self.inputs: Any = None
        self.outputs: Any = None
        self.optimizer: Any = None
        self.input_names: list[str] = []
        self.output_names: list[str] = []
        self._feed_names: list[str] = []
        if inputs is not None or outputs is not None:
            self._init_graph_network(inputs, outputs)

    def _init_name(self, name: str | None, zero_based: bool = True) -> None:
        super()._init_name(name, zero_based)

    # -- a graph of layers ------------------------------------------------------------------------
    def _init_graph_network(self, inputs: Any, outputs: Any, name: str | None = None) -> None:
        self._is_graph_network = True
        if isinstance(inputs, list) and len(nest.flatten(inputs)) == 1:
            inputs = inputs[0]
        if isinstance(outputs, list) and len(nest.flatten(outputs)) == 1:
            outputs = outputs[0]
        self._nested_inputs, self._nested_outputs = inputs, outputs
        flat_inputs, flat_outputs = nest.flatten(inputs), nest.flatten(outputs)
        for tensor in flat_inputs:
            if not hasattr(tensor, "_keras_history"):
                raise ValueError(
                    f"Input tensors to a {type(self).__name__} must come from "
                    f"`tf.keras.Input`. Received: {tensor} (missing previous layer metadata)."
                )
        if len({id(t) for t in flat_inputs}) != len(flat_inputs):
            raise ValueError(
                "The list of inputs passed to the model is redundant. All inputs should only "
                f"appear once. Found: {flat_inputs}"
            )
        create_history(flat_outputs)
        for tensor in flat_outputs:
            if not hasattr(tensor, "_keras_history"):
                raise ValueError(
                    f"Output tensors to a {type(self).__name__} must be the output of a "
                    f"TensorFlow `Layer` (thus holding past layer metadata). Found: {tensor}"
                )
        self.inputs, self.outputs = flat_inputs, flat_outputs
        self.built = True
        self._input_layers = [t._keras_history.layer for t in flat_inputs]
        self._output_layers = [t._keras_history.layer for t in flat_outputs]
        self._input_coordinates = [tuple(t._keras_history) for t in flat_inputs]
        self._output_coordinates = [tuple(t._keras_history) for t in flat_outputs]
        self._map_graph(flat_inputs, flat_outputs)
        self.input_names = [layer.name for layer in self._input_layers]
        self.output_names = _unique_names([layer.name for layer in self._output_layers])
        self._feed_names = [n for n, t in zip(self.input_names, flat_inputs) if K.is_placeholder(t)]
        self._inbound_nodes = []
        self._outbound_nodes = []
        histories = [t._keras_history for t in flat_outputs]
        Node(self, inputs, outputs)
        # The tensors belong to the layers that made them, not to the network around these.
        for tensor, history in zip(flat_outputs, histories):
            tensor._keras_history = history

    def _map_graph(self, inputs: list[Any], outputs: list[Any]) -> None:
        """Finds layers and nodes between inputs and outputs, and their depths."""
        done: set[int] = set()
        in_order: list[Node] = []
        active: set[int] = set()
        layer_indices: dict[int, int] = {}
        allowed = {id(t) for t in inputs}

        def visit(tensor: Any) -> None:
            layer, node_index, _ = tensor._keras_history
            node = layer._inbound_nodes[node_index]
            if id(node) in active:
                raise ValueError(
                    f'The tensor "{tensor}" at layer "{layer.name}" is part of a cycle.'
                )
            if id(node) in done:
                return
            layer_indices.setdefault(id(layer), len(layer_indices))
            active.add(id(node))
            if id(tensor) not in allowed:
                for each in node.keras_inputs:
                    visit(each)
            done.add(id(node))
            active.discard(id(node))
            in_order.append(node)

        import sys

        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, 10_000))
        try:
            for tensor in outputs:
                visit(tensor)
        finally:
            sys.setrecursionlimit(limit)
        depths: dict[int, int] = {}
        layer_depths: dict[int, int] = {}
        layers: dict[int, Layer] = {}
        for node in reversed(in_order):
            depth = depths.setdefault(id(node), 0)
            layer = node.outbound_layer
            depth = max(depth, layer_depths.get(id(layer), 0))
            layer_depths[id(layer)] = depth
            layers[id(layer)] = layer
            depths[id(node)] = depth
            cut = any(id(t) in allowed for t in nest.flatten(node.output_tensors))
            if cut:
                continue
            for inbound, index in zip(node.inbound_layers, node.node_indices):
                source = inbound._inbound_nodes[index]
                depths[id(source)] = max(depth + 1, depths.get(id(source), 0))
        for tensor in inputs:
            layer = tensor._keras_history.layer
            if id(layer) not in layers:
                layers[id(layer)] = layer
                layer_depths[id(layer)] = 0
                layer_indices[id(layer)] = -1
                depths[id(layer._inbound_nodes[0])] = 0
                in_order.insert(0, layer._inbound_nodes[0])
        by_depth: dict[int, list[Node]] = {}
        for node in in_order:
            by_depth.setdefault(depths[id(node)], []).append(node)
        layers_by_depth: dict[int, list[Layer]] = {}
        for key, depth in layer_depths.items():
            layers_by_depth.setdefault(depth, []).append(layers[key])
        self._layers: list[Layer] = []
        self._layers_by_depth = layers_by_depth
        for depth in sorted(layers_by_depth, reverse=True):
            group = sorted(layers_by_depth[depth], key=lambda each: layer_indices[id(each)])
            self._layers.extend(group)
        self._nodes_by_depth = by_depth
        available = {id(t) for t in inputs}
        passed: list[str] = []
        for depth in sorted(by_depth, reverse=True):
            for node in by_depth[depth]:
                if isinstance(node.outbound_layer, InputLayer):
                    if not any(id(t) in available for t in nest.flatten(node.output_tensors)):
                        raise ValueError(
                            "Graph disconnected: cannot obtain value for tensor "
                            f'{node.output_tensors} at layer "{node.outbound_layer.name}". The '
                            f"following previous layers were accessed without issue: {passed}"
                        )
                    continue
                cut = all(id(t) in available for t in nest.flatten(node.output_tensors))
                if not cut:
                    missing = [t for t in node.keras_inputs if id(t) not in available]
                    if missing:
                        raise ValueError(
                            f"Graph disconnected: cannot obtain value for tensor {missing[0]} at "
                            f'layer "{node.outbound_layer.name}". The following previous layers '
                            f"were accessed without issue: {passed}"
                        )
                available.update(id(t) for t in nest.flatten(node.output_tensors))
                passed.append(node.outbound_layer.name)
        names = [layer.name for layer in self._layers]
        for name in names:
            if names.count(name) != 1:
                raise ValueError(
                    f'The name "{name}" is used {names.count(name)} times in the model. All layer '
                    "names should be unique."
                )

    def _run_internal_graph(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """Calls the layers again, on other inputs."""
        flat = nest.flatten(inputs)
        if isinstance(inputs, dict) and not isinstance(self._nested_inputs, dict):
            flat = [inputs[n] for n in self.input_names]
        values = {id(ref): value for ref, value in zip(self.inputs, flat)}
        masks = nest.flatten(mask) if mask is not None else [None] * len(flat)
        for tensor, each in zip(flat, masks):
            if each is not None:
                tensor._keras_mask = each
        for depth in sorted(self._nodes_by_depth, reverse=True):
            for node in self._nodes_by_depth[depth]:
                outputs = nest.flatten(node.output_tensors)
                if all(id(t) in values for t in outputs):
                    continue
                if not all(id(t) in values for t in node.keras_inputs):
                    continue
                layer = node.outbound_layer

                def replaced(tensor: Any) -> Any:
                    return values.get(id(tensor), tensor)

                arguments = nest.map_structure(replaced, node.arguments) if node.arguments else {}
                arguments.pop("mask", None)
                if training is not None and layer._call_takes("training"):
                    arguments.setdefault("training", training)
                result = layer(nest.map_structure(replaced, node.input_tensors), **arguments)
                for tensor, value in zip(outputs, nest.flatten(result)):
                    values[id(tensor)] = value
        results = []
        for tensor in self.outputs:
            assert id(tensor) in values, f"Could not compute output {tensor}"
            results.append(values[id(tensor)])
        return nest.pack_sequence_as(self._nested_outputs, results)

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """Calls the layers on ``inputs``; a subclass defines its own.

        Args:
            inputs: a tensor or nest of tensors. training: training or not.
            mask: masks of the inputs.
        """
        if not self._is_graph_network:
            raise NotImplementedError(
                "When subclassing the `Model` class, you should implement a `call` method."
            )
        return self._run_internal_graph(inputs, training=training, mask=mask)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The masks that the layers gave with the outputs."""
        return None

    def _set_masks(self, inputs: Any, outputs: Any, given: Any) -> None:
        if type(self).compute_mask is not Network.compute_mask:
            super()._set_masks(inputs, outputs, given)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the outputs for inputs of a shape."""
        if not self._is_graph_network:
            return super().compute_output_shape(input_shape)
        if (
            isinstance(input_shape, (list, tuple))
            and input_shape
            and isinstance(input_shape[0], (list, tuple, ops.TensorShape))
        ):
            shapes = list(input_shape)
        else:
            shapes = [input_shape]
        values = {id(t): ops.TensorShape(s) for t, s in zip(self.inputs, shapes)}
        for depth in sorted(self._nodes_by_depth, reverse=True):
            for node in self._nodes_by_depth[depth]:
                outputs = nest.flatten(node.output_tensors)
                if all(id(t) in values for t in outputs):
                    continue
                given = nest.map_structure(lambda t: values[id(t)], node.input_tensors)
                result = node.outbound_layer.compute_output_shape(given)
                flat = [result] if len(outputs) == 1 else list(result)
                for tensor, value in zip(outputs, flat):
                    values[id(tensor)] = ops.TensorShape(value)
        return nest.map_structure(lambda t: values[id(t)], self._nested_outputs)

    def build(self, input_shape: Any) -> None:
        """Makes the weights of a subclassed model by calling it on placeholders of a shape."""
        if self._is_graph_network:
            self.built = True
            return
        if input_shape is None:
            raise ValueError(
                "Input shape must be defined when calling build on a model subclass network."
            )
        if self.built or type(self).call is Network.call:
            self.built = True
            return
        if _inside_call(self):
            self.built = True
            return
        with ops.get_default_graph().as_default():
            if isinstance(input_shape, list) and input_shape and not _is_size(input_shape[0]):
                inputs: Any = [K.placeholder(shape=tuple(ops.TensorShape(s).as_list()))
                               for s in input_shape]  # fmt: skip
            else:
                inputs = K.placeholder(shape=tuple(ops.TensorShape(input_shape).as_list()))
            self.built = True
            with ops.name_scope(self._name_scope()):
                self.call(inputs)

    # -- what it is made of -----------------------------------------------------------------------
    @property
    def layers(self) -> list[Layer]:
        """The layers, in order."""
        if self._is_graph_network:
            return self._layers
        return self._sublayers()

    def _sublayers(self) -> list[Layer]:
        found = dict.fromkeys(self.__dict__.get("_layers", ()))
        for layer in super()._sublayers():
            found.setdefault(layer)
        return list(found)

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """A layer by its name or number.

        Raises:
            ValueError: when there is none.
        """
        if index is not None:
            if len(self.layers) <= index:
                raise ValueError(
                    f"Was asked to retrieve layer at index {index} but model only has "
                    f"{len(self.layers)} layers."
                )
            return self.layers[index]
        if not name:
            raise ValueError("Provide either a layer name or layer index.")
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise ValueError(f"No such layer: {name}")

    @property
    def trainable_weights(self) -> list[Any]:
        """The variables that training changes."""
        self._assert_weights_created()
        if not self.trainable:
            return []
        found = [w for layer in self._sublayers() for w in layer.trainable_weights]
        return _distinct([*found, *self._own_trainable])

    @property
    def non_trainable_weights(self) -> list[Any]:
        """The other variables."""
        self._assert_weights_created()
        frozen = [w for layer in self._sublayers() for w in layer.non_trainable_weights]
        if not self.trainable:
            moving = [w for layer in self._sublayers() for w in layer.trainable_weights]
            return _distinct([*moving, *self._own_trainable, *frozen, *self._own_frozen])
        return _distinct([*frozen, *self._own_frozen])

    @property
    def weights(self) -> list[Any]:
        """All variables, layer by layer."""
        self._assert_weights_created()
        found = [w for layer in self._sublayers() for w in layer.weights]
        return _distinct([*found, *self._own_trainable, *self._own_frozen])

    def _assert_weights_created(self) -> None:
        if self.built or type(self).call is Network.call and self._is_graph_network:
            return
        if type(self).build is not Network.build and type(self).__name__ != "Sequential":
            return
        if not self.built and self._needs_build():
            raise ValueError(
                f"Weights for model {self.name} have not yet been created. Weights are created "
                "when the Model is first called on inputs or `build()` is called with an "
                "`input_shape`."
            )

    def _needs_build(self) -> bool:
        return True

    def get_weights(self) -> list[Any]:
        """The values of all variables, layer by layer."""
        return K.batch_get_value(self.weights)

    @property
    def stateful(self) -> bool:
        """Whether a layer keeps state from batch to batch."""
        if "_tracked" not in self.__dict__:
            return False
        return any(getattr(layer, "stateful", False) for layer in self._sublayers())

    @stateful.setter
    def stateful(self, value: bool) -> None:
        del value

    def reset_states(self) -> None:
        """Resets the state of every stateful layer."""
        for layer in self.layers:
            if hasattr(layer, "reset_states") and getattr(layer, "stateful", False):
                layer.reset_states()

    @property
    def state_updates(self) -> list[Any]:
        """The updates of stateful layers."""
        return [u for layer in self.layers if getattr(layer, "stateful", False)
                for u in layer.updates]  # fmt: skip

    @property
    def input_spec(self) -> Any:
        """What the inputs must look like."""
        return None

    @input_spec.setter
    def input_spec(self, value: Any) -> None:
        del value

    def summary(self, line_length: int | None = None, positions: Any = None,
                print_fn: Callable[[str], Any] | None = None) -> None:  # fmt: skip
        """Prints the table of layers.

        Args:
            line_length: the width. positions: where the columns end.
            print_fn: what is called with each line.
        """
        if not self.built:
            raise ValueError(
                "This model has not yet been built. Build the model first by calling `build()` or "
                "calling `fit()` with some data, or specify an `input_shape` argument in the "
                "first layer(s) for automatic build."
            )
        print_summary(self, line_length, positions, print_fn)

    # -- configuration and files ------------------------------------------------------------------
    def get_config(self) -> dict[str, Any]:
        """The layers and how they are connected."""
        if not self._is_graph_network:
            raise NotImplementedError(
                f"{type(self).__name__} is a subclassed model: it has no configuration beside its "
                "code. Save its weights with `save_weights`."
            )
        from penstock.keras.engine.network_config import network_config

        return network_config(self)

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """The model that ``get_config`` described."""
        from penstock.keras.engine.network_config import connect

        inputs, outputs, _ = connect(config, custom_objects)
        return cls(inputs=inputs, outputs=outputs, name=config.get("name"))

    def _updated_config(self) -> dict[str, Any]:
        return {
            "class_name": type(self).__name__,
            "config": self.get_config(),
            "keras_version": _KERAS_VERSION,
            "backend": K.backend(),
        }

    def to_json(self, **kwargs: Any) -> str:
        """The configuration as JSON; ``models.model_from_json`` reads it.

        Args:
            **kwargs: as for ``json.dumps``.
        """
        from penstock.keras.utils.objects import as_plain

        return json.dumps(as_plain(self._updated_config()), default=_json_value, **kwargs)

    def to_yaml(self, **kwargs: Any) -> str:
        """The configuration as YAML, if PyYAML is there."""
        try:
            import yaml
        except ImportError:
            raise ImportError("Requires yaml module installed (`pip install pyyaml`).") from None
        from penstock.keras.utils.objects import as_plain

        return yaml.dump(json.loads(json.dumps(as_plain(self._updated_config()))), **kwargs)

    def save(self, filepath: Any, overwrite: bool = True, include_optimizer: bool = True,
             save_format: Any = None, signatures: Any = None) -> None:  # fmt: skip
        """Writes layers, weights and optimizer to a file; see ``keras.models.save_model``."""
        from penstock.keras.saving import save_model

        save_model(self, filepath, overwrite, include_optimizer, save_format, signatures)

    def save_weights(self, filepath: Any, overwrite: bool = True, save_format: Any = None) -> None:
        """Writes the weights to a file, HDF5 or TensorFlow's checkpoint format."""
        from penstock.keras.saving import save_weights

        save_weights(self, filepath, overwrite, save_format)

    def load_weights(self, filepath: Any, by_name: bool = False, **kwargs: Any) -> Any:
        """Reads the weights from a file that ``save_weights`` or ``save`` wrote."""
        from penstock.keras.saving import load_weights

        return load_weights(self, filepath, by_name, **kwargs)


def _json_value(value: Any) -> Any:
    if isinstance(value, ops.TensorShape):
        return value.as_list()
    if hasattr(value, "name"):
        return value.name
    if callable(value):
        return value.__name__
    raise TypeError(f"Not JSON Serializable: {value}")


def _has_tensors(value: Any) -> bool:
    flat = nest.flatten(value)
    return bool(flat) and all(isinstance(t, (ops.Tensor, ops.SparseTensor)) for t in flat)


def _is_size(value: Any) -> bool:
    return value is None or isinstance(value, int)


def _inside_call(layer: Layer) -> bool:
    """Whether ``build`` was reached from a call on real inputs."""
    import sys

    frame = sys._getframe(2)
    return frame.f_code.co_name == "_maybe_build"


def _unique_names(names: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    found = []
    for name in names:
        count = seen.get(name, 0)
        seen[name] = count + 1
        found.append(name if count == 0 else f"{name}_{count}")
    return found


def _distinct(values: Any) -> list[Any]:
    return list({id(v): v for v in values}.values())


__all__ = ["Network", "get_source_inputs"]
