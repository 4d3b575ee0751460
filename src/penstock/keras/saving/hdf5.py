"""Keras 2's layout of HDF5 files.

A file of weights has a group for each layer, with the names of its weights as an attribute. A
file of a model has that as ``model_weights``, the configuration and the arguments of ``compile``
in JSON as attributes, and the optimizer's state as ``optimizer_weights``.
"""

from __future__ import annotations

import json
import warnings
from typing import Any

import h5py
import numpy as np

from penstock.keras import backend as K
from penstock.keras.saving.conversion import converted, layer_weights
from penstock.keras.utils.objects import as_plain
from penstock.keras.version import __version__

# An HDF5 object header holds 64 kB at most, and a little is needed for the rest.
_HEADER_LIMIT = 64512


def write_names(group: Any, name: str, values: list[str]) -> None:
    """An attribute of texts; a long one is cut into several."""
    data = [value.encode() for value in values]
    long = [value for value in data if len(value) > _HEADER_LIMIT]
    if long:
        raise RuntimeError(
            "The following attributes cannot be saved to HDF5 file because they are larger than "
            f"{_HEADER_LIMIT} bytes: {long}"
        )
    array = np.asarray(data) if data else np.asarray(data, dtype="S1")
    parts, count = [array], 1
    while any(part.nbytes > _HEADER_LIMIT for part in parts):
        count += 1
        parts = np.array_split(array, count)
    if count == 1:
        group.attrs[name] = array
        return
    for number, part in enumerate(parts):
        group.attrs[f"{name}{number}"] = part


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def read_names(group: Any, name: str) -> list[str]:
    """What ``write_names`` wrote."""
    if name in group.attrs:
        return [_text(value) for value in group.attrs[name]]
    found: list[str] = []
    number = 0
    while f"{name}{number}" in group.attrs:
        found += [_text(value) for value in group.attrs[f"{name}{number}"]]
        number += 1
    return found


def _attribute(group: Any, name: str) -> str | None:
    return _text(group.attrs[name]) if name in group.attrs else None


# -- weights --------------------------------------------------------------------------------------
def _write_arrays(group: Any, variables: list[Any]) -> None:
    names = [variable.name for variable in variables]
    write_names(group, "weight_names", names)
    for name, value in zip(names, K.batch_get_value(variables)):
        group.create_dataset(name, data=np.asarray(value))


def write_weights(group: Any, layers: list[Any]) -> None:
    """Writes the weights of layers."""
    write_names(group, "layer_names", [layer.name for layer in layers])
    group.attrs["backend"] = K.backend().encode()
    group.attrs["keras_version"] = __version__.encode()
    for layer in layers:
        _write_arrays(group.create_group(layer.name), layer_weights(layer))


def _read_arrays(group: Any) -> list[np.ndarray]:
    return [np.asarray(group[name]) for name in read_names(group, "weight_names")]


def _origin(group: Any) -> tuple[str, str | None]:
    return _attribute(group, "keras_version") or "1", _attribute(group, "backend")


def read_weights(group: Any, layers: list[Any]) -> None:
    """Gives layers the weights of a file, in order.

    Raises:
        ValueError: when the file has another number of layers or weights, or other shapes.
    """
    version, backend = _origin(group)
    wanted = [layer for layer in layers if layer_weights(layer)]
    stored = [n for n in read_names(group, "layer_names") if read_names(group[n], "weight_names")]
    if len(stored) != len(wanted):
        raise ValueError(
            f"You are trying to load a weight file containing {len(stored)} layers into a model "
            f"with {len(wanted)} layers."
        )
    pairs: list[tuple[Any, Any]] = []
    for number, (name, layer) in enumerate(zip(stored, wanted)):
        variables = layer_weights(layer)
        values = converted(layer, _read_arrays(group[name]), version, backend)
        if len(values) != len(variables):
            raise ValueError(
                f'Layer #{number} (named "{layer.name}" in the current model) was found to '
                f"correspond to layer {name} in the save file. However the new layer "
                f"{layer.name} expects {len(variables)} weights, but the saved weights have "
                f"{len(values)} elements."
            )
        for variable, value in zip(variables, values):
            if K.int_shape(variable) != value.shape:
                raise ValueError(_other_shape(number, layer, variable, value))
        pairs += zip(variables, values)
    K.batch_set_value(pairs)


def _other_shape(number: int, layer: Any, variable: Any, value: np.ndarray) -> str:
    return (
        f'Layer #{number} (named "{layer.name}"), weight {variable} has shape '
        f"{K.int_shape(variable)}, but the saved weight has shape {value.shape}."
    )


def read_weights_by_name(group: Any, layers: list[Any], skip_mismatch: bool = False) -> None:
    """Gives layers the weights of the layers of their names in a file.

    Args:
        group: the file. layers: the layers.
        skip_mismatch: pass over layers whose weights differ in number or shape, with a warning.
    """
    version, backend = _origin(group)
    pairs: list[tuple[Any, Any]] = []
    for number, name in enumerate(read_names(group, "layer_names")):
        stored = _read_arrays(group[name])
        for layer in [each for each in layers if each.name == name]:
            variables = layer_weights(layer)
            values = converted(layer, stored, version, backend)
            problem = None
            if len(values) != len(variables):
                problem = (
                    f'Layer #{number} (named "{layer.name}") expects {len(variables)} weight(s), '
                    f"but the saved weights have {len(values)} element(s)."
                )
            else:
                for variable, value in zip(variables, values):
                    if K.int_shape(variable) != value.shape:
                        problem = _other_shape(number, layer, variable, value)
                        break
            if problem is None:
                pairs += zip(variables, values)
            elif skip_mismatch:
                warnings.warn("Skipping loading of weights: " + problem, stacklevel=4)
            else:
                raise ValueError(problem)
    K.batch_set_value(pairs)


# -- models ---------------------------------------------------------------------------------------
def write_model(model: Any, file: Any, include_optimizer: bool) -> None:
    """Writes a model's configuration, weights, and what it was compiled with."""
    from penstock.keras.saving.training_configs import training_config

    file.attrs["keras_version"] = __version__.encode()
    file.attrs["backend"] = K.backend().encode()
    config = {"class_name": type(model).__name__, "config": model.get_config()}
    file.attrs["model_config"] = _json(config).encode()
    write_weights(file.create_group("model_weights"), model.layers)
    if not include_optimizer or not model.optimizer:
        return
    compiled = training_config(model)
    if compiled is None:
        warnings.warn(
            "TensorFlow optimizers do not make it possible to access optimizer attributes or "
            "optimizer state after instantiation. As a result, we cannot save the optimizer as "
            "part of the model save file. You will have to compile your model again after loading "
            "it. Prefer using a Keras optimizer instead (see keras.io/optimizers).",
            stacklevel=4,
        )
        return
    file.attrs["training_config"] = _json(compiled).encode()
    weights = list(model.optimizer.weights)
    if weights:
        _write_arrays(file.create_group("optimizer_weights"), weights)


def _json(value: Any) -> str:
    from penstock.keras.engine.network import _json_value

    return json.dumps(as_plain(value), default=_json_value)


def read_model(file: Any, custom_objects: Any, compile: bool) -> Any:
    """The model in a file.

    Raises:
        ValueError: when there is none.
    """
    from penstock.keras.saving.configs import model_from_config
    from penstock.keras.saving.training_configs import compile_from

    config = _attribute(file, "model_config")
    if config is None:
        raise ValueError("No model found in config file.")
    model = model_from_config(json.loads(config), custom_objects)
    read_weights(file["model_weights"], model.layers)
    if not compile:
        return model
    compiled = _attribute(file, "training_config")
    if compiled is None:
        warnings.warn(
            "No training configuration found in save file: the model was *not* compiled. Compile "
            "it manually.",
            stacklevel=4,
        )
        return model
    compile_from(model, json.loads(compiled), custom_objects)
    if "optimizer_weights" in file:
        group = file["optimizer_weights"]
        names = read_names(group, "weight_names")
        _restore_optimizer(model, names, [np.asarray(group[name]) for name in names])
    return model


def _restore_optimizer(model: Any, names: list[str], values: list[np.ndarray]) -> None:
    try:
        model._make_train_function()
        model.optimizer.set_weights(ordered_state(model, names, values))
    except (ValueError, RuntimeError, AttributeError) as error:
        warnings.warn(
            "Error in loading the saved optimizer state. As a result, your model is starting with "
            f"a freshly initialized optimizer. ({error})",
            stacklevel=5,
        )


def ordered_state(model: Any, names: list[str], values: list[np.ndarray]) -> list[np.ndarray]:
    """An optimizer's stored state in Keras 2's order: steps, then slot by slot."""
    if not names or not names[0].removesuffix(":0").endswith("iteration"):
        return values
    # Newer optimizers keep the rate too, and the slots of a variable together.
    steps, slots = values[:1], values[1:]
    if slots and slots[0].shape == () and (len(names) < 2 or "learning_rate" in names[1]):
        slots = slots[1:]
    count = len(model.trainable_weights)
    if not count or len(slots) % count:
        return values
    each = len(slots) // count
    return [*steps, *(slots[i] for k in range(each) for i in range(k, len(slots), each))]


def is_hdf5(path: Any) -> bool:
    """Whether a file is in the HDF5 format."""
    return bool(h5py.is_hdf5(path))
