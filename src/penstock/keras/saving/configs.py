"""Configurations of models, those of newer Keras too, and back to models.

Foreign code in a configuration is not run: a function that was stored as code by another process
is refused, unless ``custom_objects`` has one under the layer's name.
"""

from __future__ import annotations

import inspect
import json
from typing import Any

from penstock.keras.utils import objects

# Arguments of newer versions, which mean nothing when they have these values.
_NEUTRAL: tuple[Any, ...] = (None, False, 1, 0, [], {}, "", "auto")
_RENAMED_CLASSES = {"Functional": "Model", "BatchNormalizationV1": "BatchNormalization",
                    "BatchNormalizationV2": "BatchNormalization"}  # fmt: skip
_NETWORKS = ("Model", "Functional", "Sequential", "Network")
_LAYER_ARGUMENTS = frozenset(
    """name trainable dtype batch_input_shape input_shape batch_size weights input_dim
    input_length activity_regularizer dynamic zero_output_for_mask time_major reverse_state_order
    num_constants""".split()
)


def model_from_config(config: Any, custom_objects: Any = None) -> Any:
    """The model that ``get_config`` described, with its class name.

    Args:
        config: ``{"class_name": ..., "config": ...}``; that of newer Keras is understood too.
        custom_objects: classes and functions by name.

    Raises:
        TypeError: for a list. ValueError: for unknown layers, or functions stored as code.
    """
    from penstock.keras.layers.serialization import deserialize

    if isinstance(config, list):
        raise TypeError(
            "`model_from_config` expects a dictionary, not a list. Maybe you meant to use "
            f"`Sequential.from_config(config)`? Received: {config}"
        )
    return deserialize(as_keras2(config, custom_objects or {}), custom_objects=custom_objects)


def model_from_json(json_string: str, custom_objects: Any = None) -> Any:
    """The model that ``to_json`` described; see ``model_from_config``."""
    return model_from_config(json.loads(json_string), custom_objects)


def model_from_yaml(yaml_string: str, custom_objects: Any = None) -> Any:
    """The model that ``to_yaml`` described; needs PyYAML, and makes plain values only."""
    try:
        import yaml
    except ImportError:
        raise ImportError("Requires yaml module installed (`pip install pyyaml`).") from None
    return model_from_config(yaml.safe_load(yaml_string), custom_objects)


# -- other versions -------------------------------------------------------------------------------
def as_keras2(config: Any, custom_objects: Any) -> Any:
    """A layer's or model's entry in Keras 2's form.

    Args:
        config: the entry: class name, configuration, and perhaps connections.
        custom_objects: functions for ``Lambda`` layers that were stored as code.
    """
    name = config["class_name"]
    inner = plain(config["config"])
    if name in _NETWORKS and isinstance(inner, dict):
        inner = dict(inner)
        inner["layers"] = [as_keras2(layer, custom_objects) for layer in inner["layers"]]
        if name == "Sequential":
            inner = _sequential(inner)
        else:
            for ends in ("input_layers", "output_layers"):
                inner[ends] = _places(inner[ends])
            inner = {k: v for k, v in inner.items()
                     if k in ("name", "layers", "input_layers", "output_layers")}  # fmt: skip
    elif isinstance(inner, list):
        # The oldest Sequential models are lists of layers.
        inner = {"name": None, "layers": [as_keras2(layer, custom_objects) for layer in inner]}
    else:
        inner = _layer(name, dict(inner), custom_objects)
    made = {"class_name": _RENAMED_CLASSES.get(name, name), "config": inner}
    if "inbound_nodes" in config:
        made["inbound_nodes"] = [_connection(node) for node in config["inbound_nodes"]]
        made["name"] = config.get("name") or inner["name"]
    return made


def plain(value: Any) -> Any:
    """Values without the notes that newer Keras adds to them."""
    if isinstance(value, dict):
        name = value.get("class_name")
        if name in ("DTypePolicy", "Policy"):
            return value["config"]["name"]
        if name == "__tuple__":
            return tuple(plain(item) for item in value["items"])
        if name == "TensorShape":
            return plain(value.get("items", value.get("config", {}).get("items")))
        if name == "__numpy__":
            return value["config"]["value"]
        if name == "function" and isinstance(value.get("config"), str):
            return value["config"]
        kept = {
            k: plain(v)
            for k, v in value.items()
            if k not in ("module", "registered_name", "build_config", "shared_object_id",
                         "compile_config")
            or not {"class_name", "config"} <= set(value)
        }  # fmt: skip
        if isinstance(name, str) and ">" in name:
            # "Custom>Adam": the package a class was registered under, and its name.
            kept["class_name"] = name.rpartition(">")[2]
        if name is not None and isinstance(kept.get("config"), dict):
            for extra in ("input_axes", "output_axes"):
                if kept["config"].get(extra, 0) is None:
                    del kept["config"][extra]
        return kept
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def _sequential(config: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": config.get("name"),
        "layers": config["layers"],
        **({"build_input_shape": config["build_input_shape"]}
           if config.get("build_input_shape") else {}),
    }  # fmt: skip


def _places(ends: Any) -> Any:
    """The ends of a network as a list of places, whatever nest they are in."""
    if isinstance(ends, dict):
        ends = list(ends.values())
    if ends and isinstance(ends[0], str):
        return [list(ends[:3])]
    return [place for part in ends for place in _places(part)]


def _connection(node: Any) -> Any:
    """One call of a layer as a list of places with the call's other arguments."""
    if isinstance(node, dict) and "args" in node:
        others: dict[str, Any] = {}
        given = list(node["args"])
        kwargs = dict(node.get("kwargs") or {})
        first = given.pop(0) if given else kwargs.pop("inputs", None)
        places = _tensors(first)
        if given and all(_tensors(value) for value in given):
            # Attention and recurrent layers take further tensors one by one.
            for value in given:
                places += _tensors(value)
        for key, value in kwargs.items():
            if value is None or key == "mask":
                continue
            tensors = _tensors(value)
            if not tensors:
                others[key] = plain(value)
            elif key == "initial_state":
                places += tensors
            else:
                others[key] = tensors[0] if len(tensors) == 1 else tensors
        return [[*place, dict(others)] for place in places]
    if node and isinstance(node[0], str):
        node = [node]
    return [[*place[:3], plain(place[3]) if len(place) > 3 else {}] for place in node]


def _tensors(value: Any) -> list[list[Any]]:
    if isinstance(value, dict):
        if value.get("class_name") == "__keras_tensor__":
            return [list(value["config"]["keras_history"])]
        return [place for item in value.values() for place in _tensors(item)]
    if isinstance(value, (list, tuple)):
        return [place for item in value for place in _tensors(item)]
    return []


def _layer(name: str, config: dict[str, Any], custom_objects: Any) -> dict[str, Any]:
    """A layer's configuration with the arguments that the layer here takes."""
    from penstock.keras.layers.serialization import layer_classes

    if "batch_shape" in config:
        config["batch_input_shape"] = config.pop("batch_shape")
    for key in ("layer", "backward_layer", "forward_layer", "cell"):
        if isinstance(config.get(key), dict) and "class_name" in config[key]:
            config[key] = as_keras2(config[key], custom_objects)
    if "cells" in config:
        config["cells"] = [as_keras2(cell, custom_objects) for cell in config["cells"]]
    if name == "Bidirectional":
        for key, start in (("layer", "forward_"), ("backward_layer", "backward_")):
            inner = (config.get(key) or {}).get("config", {})
            if str(inner.get("name", "")).startswith(start):
                inner["name"] = inner["name"][len(start) :]
    if name == "Lambda":
        _no_stored_code(config, custom_objects)
    known = custom_objects.get(name) or layer_classes().get(name)
    if known is None or name in custom_objects:
        return config
    accepted = _arguments(known)
    for key in [k for k in config if k not in accepted]:
        value = config.pop(key)
        harmless = key in ("seed", "quantization_config", "optional", "build_input_shape")
        if not harmless and not any(value is n or value == n for n in _NEUTRAL):
            if not (isinstance(value, str) and value in ("float32", "linear")):
                raise ValueError(
                    f"Layer {config.get('name')} ({name}) was saved with {key}={value!r}, an "
                    "argument that Keras 2 doesn't have."
                )
    return config


def _arguments(kind: Any) -> frozenset[str]:
    found = set(_LAYER_ARGUMENTS)
    for base in kind.__mro__:
        if "__init__" in vars(base):
            found.update(inspect.signature(base.__init__).parameters)
    if kind.__name__ == "InputLayer":
        found.update(("sparse", "ragged"))
    if kind.__name__ in ("RNN", "StackedRNNCells", "Bidirectional", "TimeDistributed"):
        found.update(("cell", "cells", "layer", "backward_layer"))
    if kind.__name__ == "Lambda":
        found.update(f"{k}{e}" for k in ("function", "output_shape", "mask")
                     for e in ("", "_type", "_module"))  # fmt: skip
        found.add("module")
    return frozenset(found - {"self", "kwargs", "args"})


def _no_stored_code(config: dict[str, Any], custom_objects: Any) -> None:
    """Puts the function from ``custom_objects`` in place of stored code.

    Raises:
        ValueError: when there is none.
    """
    layer = config.get("name")
    for key in ("function", "output_shape", "mask"):
        stored = config.get(key)
        is_code = config.get(f"{key}_type") == "lambda" or (
            isinstance(stored, dict) and stored.get("class_name") == "__lambda__"
        )
        if not is_code or objects.dumped_here(stored) is not None:
            continue
        if key == "function" and layer in custom_objects:
            config[key], config[f"{key}_type"] = layer, "function"
        elif key != "function" and f"{layer}_{key}" in custom_objects:
            config[key], config[f"{key}_type"] = f"{layer}_{key}", "function"
        elif key != "function" and layer in custom_objects:
            config[key], config[f"{key}_type"] = None, "raw"
        else:
            raise ValueError(
                f"The {key} of Lambda layer {layer!r} is stored as code, which is not run: a file "
                "could make it do anything. If you know the function, pass it as "
                f"custom_objects={{{layer!r}: function}}."
            )
