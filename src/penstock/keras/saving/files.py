"""``save_model``, ``load_model``, ``save_weights`` and ``load_weights``."""

from __future__ import annotations

import contextlib
import json
import os
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import h5py

from penstock.keras.saving import archives, checkpoints, hdf5


def _may_write(path: str, overwrite: bool) -> bool:
    if overwrite or not os.path.exists(path):
        return True
    answer = ""
    while answer not in ("y", "n"):
        answer = input(f"[WARNING] {path} already exists - overwrite? [y/n]").strip().lower()
    return answer == "y"


def _write(path: str, write: Any) -> None:
    """Writes an HDF5 file beside ``path`` and puts it there when it is complete."""
    partial = f"{path}.{os.getpid()}.part"
    try:
        with h5py.File(partial, "w") as file:
            write(file)
        os.replace(partial, path)
    finally:
        if os.path.exists(partial):
            os.unlink(partial)


def _format_of(path: str, given: Any) -> str:
    if given is None:
        return "h5" if path.endswith((".h5", ".keras", ".hdf5")) else "tf"
    found = {"h5": "h5", "hdf5": "h5", "keras": "h5", "tf": "tf", "tensorflow": "tf"}.get(
        str(given).lower().strip()
    )
    if found is None:
        raise ValueError(f"Unknown format \"{given}\". Was expecting one of {{'tf', 'h5'}}.")
    return found


def save_model(model: Any, filepath: Any, overwrite: bool = True, include_optimizer: bool = True,
               save_format: Any = None, signatures: Any = None) -> None:  # fmt: skip
    """Writes a model to an HDF5 file: layers, weights, arguments of ``compile``, optimizer state.

    Args:
        model: the model. filepath: a path or an open ``h5py.File``.
        overwrite: whether an existing file is replaced without asking.
        include_optimizer: whether the optimizer is written.
        save_format: ``'h5'``; ``'tf'`` is refused (see ``tf.saved_model.simple_save``).
        signatures: for ``'tf'`` only.

    Raises:
        NotImplementedError: for a subclassed model, or ``save_format='tf'``.
    """
    if save_format is not None and _format_of(str(filepath), save_format) == "tf":
        raise NotImplementedError(
            "save_format='tf' isn't possible in graph mode. Use save_format='h5', or "
            "tf.saved_model.simple_save for a SavedModel."
        )
    if signatures is not None:
        raise ValueError("`signatures` is only possible with save_format='tf'.")
    if not getattr(model, "_is_graph_network", False) and type(model).__name__ != "Sequential":
        raise NotImplementedError(
            "Saving the model to HDF5 format requires the model to be a Functional model or a "
            "Sequential model. It does not work for subclassed models, because such models are "
            "defined via the body of a Python method, which isn't safely serializable. Consider "
            "using `save_weights`."
        )
    if isinstance(filepath, h5py.File):
        hdf5.write_model(model, filepath, include_optimizer)
        return
    path = os.fspath(filepath)
    if _may_write(path, overwrite):
        _write(path, lambda file: hdf5.write_model(model, file, include_optimizer))


def load_model(filepath: Any, custom_objects: Any = None, compile: bool = True) -> Any:
    """The model in a file that ``save_model``, or Keras, wrote.

    Args:
        filepath: an HDF5 file (or an open ``h5py.File``), or a ``.keras`` archive.
        custom_objects: classes and functions by name. No code in the file is run: functions of
            ``Lambda`` layers that were stored as code are given here, under the layers' names.
        compile: whether to compile it as it was.

    Raises:
        OSError: when there is no such file. ValueError: when it holds no model.
    """
    from penstock.keras.utils.objects import CustomObjectScope

    with CustomObjectScope(custom_objects or {}):
        if isinstance(filepath, h5py.File):
            return hdf5.read_model(filepath, custom_objects, compile)
        path = os.fspath(filepath)
        if os.path.isdir(path):
            raise OSError(
                f"{path} is a folder; a SavedModel is loaded with tf.saved_model.load, "
                "`load_model` reads HDF5 files and .keras archives."
            )
        if not os.path.exists(path):
            raise OSError(f"SavedModel file does not exist at: {path}")
        with _damage_named(path):
            if zipfile.is_zipfile(path):
                return archives.read_archive(path, custom_objects, compile)
            if not hdf5.is_hdf5(path):
                raise OSError(f"{path} is neither an HDF5 file nor a .keras archive.")
            with h5py.File(path, "r") as file:
                return hdf5.read_model(file, custom_objects, compile)


@contextlib.contextmanager
def _damage_named(path: str) -> Iterator[None]:
    """Has the errors of the libraries that read files name the file."""
    try:
        yield
    except (
        zipfile.BadZipFile, zlib.error, json.JSONDecodeError, UnicodeDecodeError, EOFError,
    ) as error:  # fmt: skip
        raise OSError(f"{path}: cut off or altered: {str(error) or 'it ends too early'}") from None
    except (KeyError, RuntimeError, NotImplementedError) as error:
        if not re.search(r"\b([Uu]nable to|[Cc]an't|EOF|not supported|[Ee]ncrypted)\b", str(error)):
            if isinstance(error, KeyError):
                raise ValueError(f"{path}: the model's description lacks {error}") from error
            raise
        raise OSError(f"{path}: cut off or altered: {error}") from None
    except (AttributeError, IndexError) as error:
        raise ValueError(f"{path}: the model's description is damaged: {error}") from error
    except OSError as error:
        if path in str(error):
            raise
        raise OSError(f"{path}: cut off or altered: {error}") from None


def save_weights(
    model: Any, filepath: Any, overwrite: bool = True, save_format: Any = None
) -> None:
    """Writes a model's weights.

    Args:
        model: the model.
        filepath: a path; one that ends with ``.h5`` or ``.keras`` makes an HDF5 file, any other
            one is the prefix of a TensorFlow checkpoint.
        overwrite: whether existing files are replaced without asking.
        save_format: ``'h5'`` or ``'tf'``.

    Raises:
        ValueError: for another format, or when the weights aren't made yet.
    """
    model._assert_weights_created()
    path = os.fspath(filepath)
    kind = _format_of(path, save_format)
    if kind == "tf" and path.endswith((".h5", ".hdf5", ".keras")):
        raise ValueError(
            f'save_weights got save_format="tf"/"tensorflow", but the filepath ("{path}") looks '
            'like an HDF5 file. Omit the ".h5"/".keras" when saving in TensorFlow format.'
        )
    if not _may_write(path if kind == "h5" else path + ".index", overwrite):
        return
    if kind == "h5":
        _write(path, lambda file: hdf5.write_weights(file, model.layers))
    else:
        checkpoints.write_checkpoint(model, path)


def load_weights(model: Any, filepath: Any, by_name: bool = False, skip_mismatch: bool = False,
                 **kwargs: Any) -> Any:  # fmt: skip
    """Gives a model the weights in a file.

    Args:
        model: the model.
        filepath: a file of ``save_weights`` or ``save`` (or of Keras), or a checkpoint's prefix.
        by_name: take each layer's weights from the layer of that name, instead of by order.
        skip_mismatch: with ``by_name``, pass over layers that don't fit.
        **kwargs: none.

    Raises:
        ValueError: when the weights don't fit the model.
    """
    if kwargs:
        raise TypeError(f"Unexpected arguments: {', '.join(kwargs)}")
    if skip_mismatch and not by_name:
        raise ValueError(
            "When calling model.load_weights, skip_mismatch can only be set to True when by_name "
            "is True."
        )
    path = os.fspath(filepath)
    if os.path.exists(path + ".index"):
        if by_name:
            raise NotImplementedError(
                "Weights may only be loaded based on topology into Models when loading "
                "TensorFlow-formatted weights (got by_name=True to load_weights)."
            )
        return checkpoints.read_checkpoint(model, path)
    if not os.path.exists(path):
        raise OSError(
            f"Unable to open file: there is neither a file {path!r} nor a checkpoint with that "
            "prefix."
        )
    model._assert_weights_created()
    with _damage_named(path):
        if zipfile.is_zipfile(path):
            archives.read_archive_weights(path, model)
            return None
        with h5py.File(path, "r") as file:
            group: Any = file["model_weights"] if "model_weights" in file else file
            if archives.is_new_layout(group):
                archives.read_new_weights(group, model)
            elif by_name:
                hdf5.read_weights_by_name(group, model.layers, skip_mismatch)
            else:
                hdf5.read_weights(group, model.layers)
    return None
