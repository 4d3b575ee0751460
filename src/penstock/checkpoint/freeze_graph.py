"""``tensorflow.python.tools.freeze_graph``: a graph and a checkpoint into one file."""

from __future__ import annotations

import os
from typing import Any

from google.protobuf import text_format
from google.protobuf.message import DecodeError

from penstock import protos
from penstock.checkpoint import files
from penstock.checkpoint.graph_files import import_meta_graph
from penstock.checkpoint.saved_model.loader import load as load_saved_model
from penstock.checkpoint.saver import Saver
from penstock.checkpoint.state import checkpoint_exists
from penstock.graph.graph import Graph
from penstock.graph.graph_util import convert_variables_to_constants
from penstock.graph.importer import import_graph_def
from penstock.runtime.session import Session


def freeze_graph(
    input_graph: str | None,
    input_saver: str | None,
    input_binary: bool,
    input_checkpoint: str | None,
    output_node_names: str,
    restore_op_name: str | None,
    filename_tensor_name: str | None,
    output_graph: str | None,
    clear_devices: bool,
    initializer_nodes: str,
    variable_names_whitelist: str = "",
    variable_names_blacklist: str = "",
    input_meta_graph: str | None = None,
    input_saved_model_dir: str | None = None,
    saved_model_tags: str = "serve",
    checkpoint_version: int = 2,
) -> Any:
    """Makes the variables of a graph constants and writes the result.

    Args:
        input_graph: a file with a ``GraphDef``; or give ``input_meta_graph`` or
            ``input_saved_model_dir``.
        input_saver: a file with a ``SaverDef``, or ''.
        input_binary: whether these files are binary, not text.
        input_checkpoint: the checkpoint.
        output_node_names: names of the nodes that are wanted, joined by commas.
        restore_op_name: ignored. filename_tensor_name: ignored.
        output_graph: the file to write, or ``None``.
        clear_devices: forget devices.
        initializer_nodes: names of nodes to run before freezing, joined by commas, or ''.
        variable_names_whitelist: convert only these variables (joined by commas).
        variable_names_blacklist: leave these variables as they are.
        input_meta_graph: a file with a ``MetaGraphDef``.
        input_saved_model_dir: a SavedModel. saved_model_tags: its tags, joined by commas.
        checkpoint_version: ignored: the format is seen from the file.

    Returns:
        The frozen ``GraphDef``.

    Raises:
        ValueError: when files or names are missing.
    """
    if not output_node_names:
        raise ValueError("You need to supply the name of a node to --output_node_names.")
    if not input_saved_model_dir and not checkpoint_exists(input_checkpoint or ""):
        raise ValueError(f"Input checkpoint '{input_checkpoint}' doesn't exist!")
    with Graph().as_default() as graph, Session(graph=graph) as session:
        if input_saved_model_dir:
            load_saved_model(session, saved_model_tags.split(","), input_saved_model_dir)
        elif input_meta_graph:
            saver = import_meta_graph(
                _read(input_meta_graph, protos.MetaGraphDef, input_binary), clear_devices
            )
            if saver is not None:
                saver.restore(session, input_checkpoint)
        else:
            definition = _read(input_graph or "", protos.GraphDef, input_binary)
            for node in definition.node if clear_devices else ():
                node.device = ""
            import_graph_def(definition, name="")
            _restore(session, input_saver, input_binary, input_checkpoint)
        if initializer_nodes:
            session.run(initializer_nodes.replace(" ", "").split(","))
        frozen = convert_variables_to_constants(
            session,
            graph.as_graph_def(),
            output_node_names.replace(" ", "").split(","),
            _names(variable_names_whitelist),
            _names(variable_names_blacklist),
        )
    if output_graph:
        files.make_folder(os.path.dirname(output_graph))
        files.write_atomically(output_graph, frozen.SerializeToString(deterministic=True))
    return frozen


def _names(text: str) -> list[str] | None:
    return text.replace(" ", "").split(",") if text else None


def _read(path: str, kind: Any, binary: bool) -> Any:
    if not os.path.exists(path):
        raise ValueError(f"Input file '{path}' does not exist!")
    with files.open_input(path) as file:
        data = file.read()
    try:
        if binary:
            return kind.FromString(data)
        return text_format.Parse(data.decode(), kind())
    except (DecodeError, text_format.ParseError, UnicodeDecodeError) as error:
        form = "binary" if binary else "text"
        raise ValueError(f"Cannot read '{path}' as a {form} {kind.__name__}: {error}") from None


def _restore(session: Any, input_saver: str | None, binary: bool, checkpoint: Any) -> None:
    """Restores the variables of a graph without collections: all that the checkpoint has."""
    if input_saver:
        saver = Saver(saver_def=_read(input_saver, protos.SaverDef, binary))
        saver.restore(session, checkpoint)
        return
    from penstock.checkpoint.inspection import load_checkpoint
    from penstock.checkpoint.saveables import SaveableObject, saveables_for

    reader = load_checkpoint(checkpoint)
    found: dict[str, SaveableObject] = {}
    for op in session.graph.get_operations():
        if op.type in ("Variable", "VariableV2") and reader.has_tensor(op.name):
            found[op.name] = next(iter(saveables_for(op.outputs[0], op.name)))
        elif op.type == "ReadVariableOp" and reader.has_tensor(op.inputs[0].op.name):
            name = op.inputs[0].op.name
            found.setdefault(name, next(iter(saveables_for(op.outputs[0], name))))
    if found:
        Saver(list(found.values())).restore(session, checkpoint)
