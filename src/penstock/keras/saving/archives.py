"""``.keras`` archives of Keras 3 (and ``tf_keras``): configuration and weights in a zip file."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import h5py
import numpy as np

from penstock.keras import backend as K
from penstock.keras.saving.configs import model_from_config
from penstock.keras.saving.conversion import converted, layer_weights
from penstock.keras.saving.hdf5 import _restore_optimizer


def read_archive(path: Any, custom_objects: Any, compile: bool) -> Any:
    """The model in a ``.keras`` archive.

    Raises:
        ValueError: when the archive is damaged or its weights don't fit its configuration.
    """
    from penstock.keras.saving.training_configs import compile_from

    with _opened(path) as archive:
        config = json.loads(archive.read("config.json"))
        weights = archive.read("model.weights.h5")
    model = model_from_config(config, custom_objects)
    with h5py.File(io.BytesIO(weights), "r") as file:
        _read_layers(_layers_group(file), model.layers)
        compiled = config.get("compile_config") or {}
        if compile and compiled.get("optimizer"):
            compile_from(model, compiled, custom_objects)
            if "optimizer" in file:
                values = _own_arrays(file["optimizer"])
                names = ["iteration", "learning_rate"]
                _restore_optimizer(model, names, values)
    return model


def read_archive_weights(path: Any, model: Any) -> None:
    """Gives a model the weights in a ``.keras`` archive."""
    with _opened(path) as archive:
        weights = archive.read("model.weights.h5")
    with h5py.File(io.BytesIO(weights), "r") as file:
        _read_layers(_layers_group(file), model.layers)


def read_new_weights(file: Any, model: Any) -> None:
    """Gives a model the weights in a ``.weights.h5`` file of Keras 3."""
    _read_layers(_layers_group(file), model.layers)


def is_new_layout(file: Any) -> bool:
    """Whether an HDF5 file of weights is in Keras 3's layout."""
    return "layer_names" not in file.attrs and ("layers" in file or "_layer_checkpoint_dependencies"
                                                in file)  # fmt: skip


def _opened(path: Any) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise ValueError(f"{path} is no .keras archive: {error}") from error
    missing = {"config.json", "model.weights.h5"} - set(archive.namelist())
    if missing:
        archive.close()
        raise ValueError(f"{path} is no .keras archive: it lacks {', '.join(sorted(missing))}.")
    return archive


def _layers_group(file: Any) -> Any:
    for name in ("layers", "_layer_checkpoint_dependencies"):
        if name in file:
            return file[name]
    raise ValueError("The archive holds no weights of layers.")


def _own_arrays(group: Any) -> list[np.ndarray]:
    held = group["vars"] if "vars" in group else {}
    return [np.asarray(held[name]) for name in sorted(held, key=int)]


def _names_in_file(layers: list[Any]) -> list[str]:
    """The names that Keras 3 gives to the groups of layers: by class, numbered."""
    counts: dict[str, int] = {}
    found = []
    for layer in layers:
        kind = type(layer).__name__
        name = K.to_snake_case("Functional" if kind == "Model" else kind)
        number = counts.get(name, 0)
        counts[name] = number + 1
        found.append(name if number == 0 else f"{name}_{number}")
    return found


def _read_layers(group: Any, layers: list[Any]) -> None:
    pairs: list[tuple[Any, Any]] = []
    _collect(group, layers, pairs)
    K.batch_set_value(pairs)


def _collect(group: Any, layers: list[Any], pairs: list[tuple[Any, Any]]) -> None:
    by_name = {
        str(group[key]["vars"].attrs["name"]): key
        for key in group
        if "vars" in group[key] and "name" in group[key]["vars"].attrs
    }
    for layer, numbered in zip(layers, _names_in_file(layers)):
        key = by_name.get(layer.name, numbered)
        variables = layer_weights(layer)
        if not variables:
            continue
        if key not in group:
            raise ValueError(f"The file holds no weights of layer {layer.name!r}.")
        inner = getattr(layer, "layers", None)
        if isinstance(inner, list):
            _collect(_layers_group(group[key]), inner, pairs)
            continue
        values = _arrays_below(group[key], layer)
        values = converted(layer, values)
        shapes = [K.int_shape(v) for v in variables]
        if [v.shape for v in values] != shapes:
            raise ValueError(
                f"The file's weights of layer {layer.name!r} have the shapes "
                f"{[v.shape for v in values]}, the layer's have {shapes}."
            )
        pairs += zip(variables, values)


def _arrays_below(group: Any, layer: Any) -> list[np.ndarray]:
    """The arrays of a layer and of the layers in it, in the order of its weights."""
    found = _own_arrays(group)
    order = ("forward_layer", "backward_layer", "layer", "cell", "cells")
    inside = [n for n in order if n in group]
    inside += sorted(
        (n for n in group if n not in (*order, "vars", "seed_generator", "random_generator")),
        key=lambda n: (len(n), n),
    )
    for name in inside:
        found += _arrays_below(group[name], layer)
    return found
