"""Nodes: which layer made which tensor out of which."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

from penstock.graph import nest
from penstock.keras import backend as K

KerasHistory = namedtuple("KerasHistory", ["layer", "node_index", "tensor_index"])


class Node:
    """One call of a layer: its input tensors and its output tensors.

    Args:
        layer: the layer that was called.
        inputs: the nest of tensors it was called on.
        outputs: the nest of tensors it gave.
        arguments: the call's other arguments.
    """

    def __init__(self, layer: Any, inputs: Any, outputs: Any, arguments: Any = None) -> None:
        self.outbound_layer = layer
        self.input_tensors = inputs
        self.output_tensors = outputs
        self.arguments = dict(arguments or {})
        flat = nest.flatten(inputs)
        self.keras_inputs = [t for t in flat if hasattr(t, "_keras_history")]
        histories = [t._keras_history for t in self.keras_inputs]
        self.inbound_layers = [h.layer for h in histories]
        self.node_indices = [h.node_index for h in histories]
        self.tensor_indices = [h.tensor_index for h in histories]
        index = len(layer._inbound_nodes)
        layer._inbound_nodes.append(self)
        for inbound in self.inbound_layers:
            inbound._outbound_nodes.append(self)
        for i, tensor in enumerate(nest.flatten(outputs)):
            tensor._keras_history = KerasHistory(layer, index, i)

    @property
    def input_shapes(self) -> Any:
        """The shapes of the inputs."""
        return nest.map_structure(K.int_shape, self.input_tensors)

    @property
    def output_shapes(self) -> Any:
        """The shapes of the outputs."""
        return nest.map_structure(K.int_shape, self.output_tensors)


def get_source_inputs(tensor: Any, layer: Any = None, node_index: int | None = None) -> list[Any]:
    """The input tensors that ``tensor`` was made from."""
    if not hasattr(tensor, "_keras_history"):
        return tensor
    if layer is None or node_index:
        layer, node_index, _ = tensor._keras_history
    if not layer._inbound_nodes:
        return [tensor]
    node = layer._inbound_nodes[node_index or 0]
    if not node.inbound_layers:
        return nest.flatten(node.input_tensors)
    found: list[Any] = []
    for each, history in zip(node.keras_inputs, node.inbound_layers):
        for source in get_source_inputs(each, history, each._keras_history.node_index):
            if not any(source is f for f in found):
                found.append(source)
    return found
