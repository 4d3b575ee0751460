"""Weights in TensorFlow's checkpoint format, as ``Model.save_weights`` of TensorFlow writes them.

The keys follow the attributes from the model to the variable
(``layer_with_weights-0/kernel/.ATTRIBUTES/VARIABLE_VALUE``); a graph of the objects stands under
a key of its own, so that TensorFlow reads the file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import numpy as np

from penstock import protos
from penstock.checkpoint.bundle_reader import BundleReader
from penstock.checkpoint.bundle_writer import BundleWriter
from penstock.keras import backend as K
from penstock.keras.engine.base_layer import Layer
from penstock.keras.metrics import Metric
from penstock.ops.variables import Variable

_GRAPH_KEY = "_CHECKPOINTABLE_OBJECT_GRAPH"
_VALUE = "/.ATTRIBUTES/VARIABLE_VALUE"


def _children(owner: Any) -> Iterator[tuple[str, Any]]:
    """The variables, layers and lists of these that an object holds, by name."""
    if isinstance(owner, (list, tuple)):
        for number, value in enumerate(owner):
            if _holds_weights(value):
                yield str(number), value
        return
    if isinstance(owner, dict):
        for name, value in owner.items():
            if isinstance(name, str) and _holds_weights(value):
                yield name, value
        return
    layers = getattr(owner, "_layers", None)
    if isinstance(layers, list) and getattr(owner, "_is_graph_network", False):
        with_weights = 0
        for number, layer in enumerate(layers):
            if layer.weights:
                yield f"layer_with_weights-{with_weights}", layer
                with_weights += 1
            yield f"layer-{number}", layer
        return
    if isinstance(layers, list):
        # A model of layers that were added before their shapes were known.
        for number, layer in enumerate(each for each in layers if each.weights):
            yield f"layer_with_weights-{number}", layer
    for name, value in vars(owner).items():
        if name.startswith(("_own", "_tracked", "_inbound", "_outbound", "_layers", "_metrics")):
            continue
        if name in owner._tracked and _holds_weights(value):
            yield name, value


def _holds_weights(value: Any) -> bool:
    if isinstance(value, Variable):
        return True
    if isinstance(value, Layer):
        return not isinstance(value, Metric)
    if isinstance(value, (list, tuple)):
        return any(_holds_weights(each) for each in value)
    if isinstance(value, dict):
        return any(_holds_weights(each) for each in value.values())
    return False


def _walk(model: Any) -> tuple[list[tuple[Any, str]], Any]:
    """The variables with their keys, and the graph of objects."""
    graph = protos.TrackableObjectGraph()
    numbers: dict[int, int] = {id(model): 0}
    queue: list[tuple[Any, str]] = [(model, "")]
    graph.nodes.add()
    variables: list[tuple[Any, str]] = []
    for owner, path in queue:
        node = graph.nodes[numbers[id(owner)]]
        if isinstance(owner, Variable):
            key = path + _VALUE
            node.attributes.add(
                name="VARIABLE_VALUE", full_name=owner.name.removesuffix(":0"), checkpoint_key=key
            )
            variables.append((owner, key))
            continue
        for name, child in _children(owner):
            if id(child) not in numbers:
                numbers[id(child)] = len(graph.nodes)
                graph.nodes.add()
                queue.append((child, f"{path}/{name}" if path else name))
            node.children.add(node_id=numbers[id(child)], local_name=name)
    return variables, graph


def write_checkpoint(model: Any, prefix: str) -> None:
    """Writes a model's weights under a prefix, and the folder's ``checkpoint`` file."""
    from penstock.checkpoint.state import update_checkpoint_state

    variables, graph = _walk(model)
    reached = {id(variable) for variable, _ in variables}
    missing = [v.name for v in model.weights if id(v) not in reached]
    if missing:
        raise ValueError(
            f"The weights {', '.join(missing)} can't be reached from the model's attributes; save "
            "them in HDF5 (a name that ends with .h5)."
        )
    os.makedirs(os.path.dirname(prefix) or ".", exist_ok=True)
    counter = len(graph.nodes)
    graph.nodes[0].children.add(node_id=counter, local_name="save_counter")
    node = graph.nodes.add()
    node.attributes.add(name="VARIABLE_VALUE", full_name="save_counter",
                        checkpoint_key="save_counter" + _VALUE)  # fmt: skip
    values = K.batch_get_value([variable for variable, _ in variables])
    arrays = {key: np.asarray(value) for (_, key), value in zip(variables, values)}
    arrays["save_counter" + _VALUE] = np.asarray(1, np.int64)
    arrays[_GRAPH_KEY] = np.asarray(graph.SerializeToString(), dtype=object)
    with BundleWriter(prefix) as writer:
        for key in sorted(arrays):
            writer.add(key, arrays[key])
        writer.finish()
    update_checkpoint_state(os.path.dirname(prefix) or ".", prefix)


def read_checkpoint(model: Any, prefix: str) -> None:
    """Gives a model the weights under a prefix.

    Object-based checkpoints (of ``save_weights``) are followed by attributes; those of
    ``tf.train.Saver`` by the variables' names.

    Raises:
        ValueError: when weights are missing or have other shapes.
    """
    reader = BundleReader(prefix)
    if _GRAPH_KEY in reader:
        found = _from_objects(model, reader)
    else:
        found = {id(v): v.name.removesuffix(":0") for v in model.weights
                 if v.name.removesuffix(":0") in reader}  # fmt: skip
    missing = [v.name for v in model.weights if id(v) not in found]
    if missing:
        raise ValueError(
            f"The checkpoint {prefix!r} has no values for {', '.join(missing)}: it was written by "
            "a model with another structure."
        )
    pairs = []
    for variable in model.weights:
        value = reader.read(found[id(variable)])
        if K.int_shape(variable) != value.shape:
            raise ValueError(
                f"Weight {variable.name} has shape {K.int_shape(variable)}, but the checkpoint's "
                f"has shape {value.shape}."
            )
        pairs.append((variable, value))
    K.batch_set_value(pairs)


def _from_objects(model: Any, reader: BundleReader) -> dict[int, str]:
    """Variable (by ``id``) -> key, following the stored graph beside the model's attributes."""
    graph = protos.TrackableObjectGraph()
    graph.ParseFromString(reader.read(_GRAPH_KEY).item())
    found: dict[int, str] = {}
    done: set[tuple[int, int]] = set()
    queue: list[tuple[Any, int]] = [(model, 0)]
    for owner, number in queue:
        if (id(owner), number) in done:
            continue
        done.add((id(owner), number))
        node = graph.nodes[number]
        if isinstance(owner, Variable):
            for attribute in node.attributes:
                if attribute.name == "VARIABLE_VALUE":
                    found.setdefault(id(owner), attribute.checkpoint_key)
            continue
        held = dict(_children(owner))
        for reference in node.children:
            if reference.local_name in held:
                queue.append((held[reference.local_name], reference.node_id))
    return found
