"""The configuration of a graph of layers, in Keras 2's form, and back."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from penstock.graph import nest
from penstock.keras import tensor_ops as ops
from penstock.keras.engine.input_layer import InputLayer


def _relevant_nodes(network: Any) -> set[int]:
    return {id(node) for nodes in network._nodes_by_depth.values() for node in nodes}


def _node_positions(network: Any) -> dict[tuple[int, int], int]:
    """(layer, node number) -> the node's number among those of this network."""
    relevant = _relevant_nodes(network)
    found: dict[tuple[int, int], int] = {}
    for layer in network.layers:
        kept = 1 if getattr(layer, "_is_graph_network", False) and layer._inbound_nodes and (
            id(layer._inbound_nodes[0]) not in relevant) else 0  # fmt: skip
        position = 0
        for index, node in enumerate(layer._inbound_nodes):
            if id(node) in relevant:
                found[(id(layer), index)] = position + kept
                position += 1
    return found


def _tensor_place(tensor: Any, positions: dict[tuple[int, int], int]) -> list[Any]:
    layer, node, index = tensor._keras_history
    return [layer.name, positions.get((id(layer), node), node), index]


def network_config(network: Any) -> dict[str, Any]:
    """Layers, their connections, inputs and outputs."""
    positions = _node_positions(network)
    relevant = _relevant_nodes(network)
    layers = []
    for layer in network.layers:
        inbound = []
        for node in layer._inbound_nodes:
            if id(node) not in relevant or isinstance(layer, InputLayer):
                continue
            arguments = _plain_arguments(node.arguments, positions)
            inbound.append(
                [[*_tensor_place(t, positions), copy.copy(arguments)] for t in node.keras_inputs]
            )
        layers.append(
            {
                "class_name": type(layer).__name__,
                "config": layer.get_config(),
                "name": layer.name,
                "inbound_nodes": inbound,
            }
        )

    def places(structure: Any) -> Any:
        flat = [_tensor_place(t, positions) for t in nest.flatten(structure)]
        return flat

    return {
        "name": network.name,
        "layers": layers,
        "input_layers": places(network._nested_inputs),
        "output_layers": places(network._nested_outputs),
    }


def _plain_arguments(arguments: dict[str, Any], positions: Any) -> dict[str, Any]:
    found = {}
    for name, value in arguments.items():
        if any(hasattr(v, "_keras_history") for v in nest.flatten(value)):
            found[name] = nest.map_structure(
                lambda v: _tensor_place(v, positions) if hasattr(v, "_keras_history") else v, value
            )
        elif value is not None or name == "training":
            found[name] = value
    found = {k: v for k, v in found.items() if v is not None}
    return found


def connect(
    config: dict[str, Any],
    custom_objects: Any = None,
    make: Callable[[dict[str, Any]], Any] | None = None,
    input_tensors: dict[str, Any] | None = None,
) -> tuple[Any, Any, dict[str, Any]]:
    """Makes the layers of a configuration and connects them.

    Args:
        config: what ``network_config`` gave, or Keras wrote.
        custom_objects: names for ``deserialize``.
        make: makes a layer from its entry; ``layers.deserialize`` by default.
        input_tensors: tensors to use for input layers, by name.

    Returns:
        Inputs, outputs, and the layers by name.
    """
    from penstock.keras.layers.serialization import deserialize

    layers: dict[str, Any] = {}
    waiting: list[tuple[Any, Any]] = []
    given = input_tensors or {}
    nodes: dict[str, list[Any]] = {}
    for entry in config["layers"]:
        name = entry.get("name") or entry["config"]["name"]
        layer = make(entry) if make is not None else deserialize(entry, custom_objects)
        layers[name] = layer
        nodes[name] = []
        if not entry.get("inbound_nodes"):
            if name in given:
                nodes[name].append(nest.flatten(given[name]))
            elif layer._inbound_nodes:
                nodes[name].append(nest.flatten(layer._inbound_nodes[0].output_tensors))
        elif getattr(layer, "_is_graph_network", False):
            # The call that made a nested network counts as its node number 0.
            nodes[name].append(nest.flatten(layer._inbound_nodes[0].output_tensors))
        for call in entry.get("inbound_nodes", ()):
            waiting.append((name, call))
    offsets = _node_offsets(config)
    while waiting:
        left = []
        for name, call in waiting:
            if not _ready(call, nodes, offsets):
                left.append((name, call))
                continue
            tensors = []
            arguments: dict[str, Any] = {}
            for place in call:
                tensors.append(_find(place, nodes, offsets))
                arguments = place[3] if len(place) > 3 else {}
            arguments = {k: _tensor_argument(v, nodes, offsets) for k, v in arguments.items()}
            inputs = tensors[0] if len(tensors) == 1 else tensors
            outputs = layers[name](inputs, **arguments)
            nodes[name].append(nest.flatten(outputs))
        if len(left) == len(waiting):
            raise ValueError(f"The connections of layer {left[0][0]} can't be followed.")
        waiting = left

    def ends(places: Any) -> Any:
        if places and isinstance(places[0], str):
            places = [places]
        found = [_find(place, nodes, offsets) for place in places]
        return found[0] if len(found) == 1 else found

    return ends(config["input_layers"]), ends(config["output_layers"]), layers


def _node_offsets(config: dict[str, Any]) -> dict[str, int]:
    """Old files count nodes of nested models from 0 where others count from 1."""
    used: dict[str, set[int]] = {}

    def note(place: Any) -> None:
        used.setdefault(place[0], set()).add(place[1])

    for entry in config["layers"]:
        for call in entry.get("inbound_nodes", ()):
            for place in call:
                note(place)
    for places in (config["input_layers"], config["output_layers"]):
        for place in [places] if places and isinstance(places[0], str) else places:
            note(place)
    offsets = {}
    for entry in config["layers"]:
        name = entry.get("name") or entry["config"]["name"]
        if entry["class_name"] in ("Model", "Functional", "Sequential", "Network"):
            calls = len(entry.get("inbound_nodes", ()))
            if calls and used.get(name) and max(used[name]) < calls and 0 in used[name]:
                offsets[name] = 1
            if entry["class_name"] == "Sequential" and calls and name in offsets:
                offsets[name] = 1
    return offsets


def _number(place: Any, offsets: dict[str, int]) -> int:
    return place[1] + offsets.get(place[0], 0)


def _ready(call: Any, nodes: dict[str, list[Any]], offsets: dict[str, int]) -> bool:
    return all(
        place[0] in nodes and _number(place, offsets) < len(nodes[place[0]]) for place in call
    )


def _find(place: Any, nodes: dict[str, list[Any]], offsets: dict[str, int]) -> Any:
    found = nodes[place[0]]
    number = min(_number(place, offsets), len(found) - 1)
    return found[number][place[2]]


def _tensor_argument(value: Any, nodes: Any, offsets: Any) -> Any:
    if isinstance(value, list):
        if len(value) == 3 and isinstance(value[0], str) and value[0] in nodes:
            return _find(value, nodes, offsets)
        if value and isinstance(value[0], list):
            return [_tensor_argument(v, nodes, offsets) for v in value]
    return value


__all__ = ["network_config", "connect", "ops"]
