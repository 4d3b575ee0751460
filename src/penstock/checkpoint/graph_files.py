"""Graphs in files: ``tf.train.import_meta_graph`` and ``tf.train.write_graph``."""

from __future__ import annotations

import os
from typing import Any

from penstock import protos
from penstock.checkpoint import files, meta_graph
from penstock.checkpoint.saver import Saver, all_saveable_objects
from penstock.platform import logging


def import_meta_graph(
    meta_graph_or_file: Any,
    clear_devices: bool = False,
    import_scope: str | None = None,
    **kwargs: Any,
) -> Saver | None:
    """Adds a saved graph, with its collections, to the default graph.

    Nothing in the file is run as code.

    Args:
        meta_graph_or_file: a ``MetaGraphDef``, or the path of one (``model.meta``).
        clear_devices: forget on which devices operations were.
        import_scope: a name scope to put everything into.
        **kwargs: ``input_map``, ``return_elements`` ... for ``tf.import_graph_def``.

    Returns:
        A saver for the variables; ``None`` when there are none.

    Raises:
        OSError: when the file isn't there or isn't a meta graph.
    """
    return import_meta_graph_with_elements(
        meta_graph_or_file, clear_devices, import_scope, **kwargs
    )[0]


def import_meta_graph_with_elements(
    meta_graph_or_file: Any,
    clear_devices: bool = False,
    import_scope: str | None = None,
    return_elements: Any = None,
    **kwargs: Any,
) -> tuple[Saver | None, Any]:
    """``import_meta_graph`` that also returns elements of the graph."""
    if isinstance(meta_graph_or_file, protos.MetaGraphDef):
        definition = meta_graph_or_file
    else:
        definition = meta_graph.read_meta_graph_file(meta_graph_or_file)
    variables, elements = meta_graph.import_scoped_meta_graph_with_return_elements(
        definition,
        clear_devices=clear_devices,
        import_scope=import_scope,
        return_elements=return_elements,
        **kwargs,
    )
    return _saver_of(definition, import_scope, variables), elements


def _saver_of(definition: Any, import_scope: str | None, variables: Any) -> Saver | None:
    if definition.HasField("saver_def"):
        scope = import_scope
        if variables:
            # The scope may have been made unique: read it off a variable.
            key = next(iter(variables))
            name = variables[key].name
            scope = name[: -len(key)]
        return Saver(saver_def=definition.saver_def, name=scope)
    if all_saveable_objects(scope=import_scope):
        return Saver()
    logging.info("Saver not created because there are no variables in the graph to restore")
    return None


def write_graph(graph_or_graph_def: Any, logdir: str, name: str, as_text: bool = True) -> str:
    """Writes a graph to a file, in one step.

    Args:
        graph_or_graph_def: a ``tf.Graph`` or ``GraphDef``.
        logdir: the folder; made if it isn't there. name: the file's name.
        as_text: in text form, else binary.

    Returns:
        The file's path.
    """
    from google.protobuf import text_format

    definition = graph_or_graph_def
    if not isinstance(definition, protos.GraphDef):
        definition = definition.as_graph_def()
    files.make_folder(logdir)
    path = os.path.join(logdir, name)
    if as_text:
        data = text_format.MessageToString(definition).encode()
    else:
        data = definition.SerializeToString(deterministic=True)
    files.write_atomically(path, data)
    return path
