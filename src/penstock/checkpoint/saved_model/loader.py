"""Reading SavedModels: ``tf.saved_model.loader.load``. Nothing in one is run as code."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from google.protobuf import text_format
from google.protobuf.message import DecodeError

from penstock import protos
from penstock.checkpoint import files
from penstock.checkpoint.graph_files import import_meta_graph_with_elements
from penstock.checkpoint.saved_model import constants
from penstock.checkpoint.saver import Saver
from penstock.checkpoint.state import checkpoint_exists
from penstock.ops.variables import prepend_name_scope
from penstock.platform import logging


def read_saved_model(export_dir: str | os.PathLike) -> Any:
    """The ``SavedModel`` message of a folder.

    Raises:
        OSError: when there is none, or it can't be read.
    """
    folder = os.fsdecode(export_dir)
    binary = os.path.join(folder, constants.SAVED_MODEL_FILENAME_PB)
    text = os.path.join(folder, constants.SAVED_MODEL_FILENAME_PBTXT)
    model = protos.SavedModel()
    if os.path.exists(binary):
        try:
            with files.open_input(binary) as file:
                model.ParseFromString(file.read())
        except DecodeError as error:
            raise OSError(f"Cannot parse file {binary}: {error}.") from None
        return model
    if os.path.exists(text):
        try:
            with files.open_input(text) as file:
                return text_format.Parse(file.read().decode(), model)
        except (text_format.ParseError, UnicodeDecodeError) as error:
            raise OSError(f"Cannot parse file {text}: {error}.") from None
    raise OSError(
        f"SavedModel file does not exist at: {folder}/{{{constants.SAVED_MODEL_FILENAME_PBTXT}|"
        f"{constants.SAVED_MODEL_FILENAME_PB}}}"
    )


def meta_graphs_of(model: Any) -> list[Any]:
    """The meta graphs of a ``SavedModel`` message."""
    return [protos.MetaGraphDef.FromString(each.SerializeToString()) for each in model.meta_graphs]


def maybe_saved_model_directory(export_dir: str | os.PathLike) -> bool:
    """Whether a folder holds a SavedModel (``tf.saved_model.contains_saved_model``)."""
    folder = os.fsdecode(export_dir)
    return any(
        os.path.exists(os.path.join(folder, name))
        for name in (constants.SAVED_MODEL_FILENAME_PB, constants.SAVED_MODEL_FILENAME_PBTXT)
    )


def load(
    sess: Any,
    tags: Sequence[str],
    export_dir: str | os.PathLike,
    import_scope: str | None = None,
    **saver_kwargs: Any,
) -> Any:
    """Loads a SavedModel into a session and its graph.

    Args:
        sess: the session.
        tags: the tags of the graph that is wanted, all of them.
        export_dir: the folder.
        import_scope: a name scope to put everything into.
        **saver_kwargs: further arguments for ``tf.train.import_meta_graph``.

    Returns:
        The ``MetaGraphDef``.

    Raises:
        RuntimeError: when there is no graph with these tags.
        OSError: when there is no SavedModel.
    """
    folder = os.fsdecode(export_dir)
    definition = _tagged(read_saved_model(folder), set(tags))
    with sess.graph.as_default():
        saver, _ = import_meta_graph_with_elements(
            definition, import_scope=import_scope, **saver_kwargs
        )
        _restore(sess, folder, saver)
        _run_main_op(sess, folder, definition, import_scope)
    return definition


def _tagged(model: Any, tags: set[str]) -> Any:
    definitions = meta_graphs_of(model)
    for definition in definitions:
        if set(definition.meta_info_def.tags) == tags:
            return definition
    available = [set(definition.meta_info_def.tags) for definition in definitions]
    listed = ", ".join(repr(tag) for tag in sorted(tags)).replace("'", "")
    raise RuntimeError(
        f"MetaGraphDef associated with tags '{listed}' could not be found in SavedModel. To "
        "inspect available tag-sets in the SavedModel, use `penstock inspect`\n"
        f"available_tags: {available}"
    )


def _restore(sess: Any, folder: str, saver: Saver | None) -> None:
    path = os.path.join(folder, constants.VARIABLES_DIRECTORY, constants.VARIABLES_FILENAME)
    if saver is None or not checkpoint_exists(path):
        logging.info("The specified SavedModel has no variables; no checkpoints were restored.")
        return
    saver.restore(sess, path)


def _run_main_op(sess: Any, folder: str, definition: Any, scope: str | None) -> None:
    """Runs the operation that the model wants run after loading, with the assets' paths fed."""
    name = _main_op_name(definition)
    if name is None:
        return
    feeds = {}
    for asset in asset_files(definition):
        tensor = prepend_name_scope(asset.tensor_info.name, scope)
        feeds[tensor] = os.path.join(folder, constants.ASSETS_DIRECTORY, asset.filename)
    element = sess.graph.as_graph_element(prepend_name_scope(name, scope))
    sess.run(fetches=[element], feed_dict=feeds)


def _main_op_name(definition: Any) -> str | None:
    signature = definition.signature_def
    if constants.INIT_OP_SIGNATURE_KEY in signature:
        outputs = signature[constants.INIT_OP_SIGNATURE_KEY].outputs
        info = next(iter(outputs.values()), None)
        if info is not None and info.name:
            # An operation is named like a tensor here.
            return info.name.partition(":")[0]
    for key in (constants.MAIN_OP_KEY, constants.LEGACY_INIT_OP_KEY):
        if key in definition.collection_def:
            names = definition.collection_def[key].node_list.value
            if len(names) != 1:
                raise RuntimeError(f"Expected exactly one SavedModel init op in {key}.")
            return names[0]
    return None


def asset_files(definition: Any) -> list[Any]:
    """The ``AssetFileDef`` messages of a meta graph."""
    if constants.ASSETS_KEY not in definition.collection_def:
        return list(definition.asset_file_def)
    packed = definition.collection_def[constants.ASSETS_KEY].any_list.value
    return [protos.AssetFileDef.FromString(each.value) for each in packed]
