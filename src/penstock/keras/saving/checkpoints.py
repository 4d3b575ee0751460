"""Weights in TensorFlow's checkpoint format, as ``Model.save_weights`` of TensorFlow writes them.

The keys follow the attributes from the model to the variable
(``layer_with_weights-0/kernel/.ATTRIBUTES/VARIABLE_VALUE``); a graph of the objects stands under
a key of its own (see ``penstock.checkpoint.object_graph``).
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from penstock.checkpoint.bundle_writer import BundleWriter
from penstock.checkpoint.checkpoint import CheckpointLoadStatus, read_object_graph
from penstock.checkpoint.object_graph import OBJECT_GRAPH_KEY, ObjectGraph
from penstock.checkpoint.reader import CheckpointReader
from penstock.checkpoint.state import update_checkpoint_state
from penstock.keras import backend as K
from penstock.ops.variables import Variable


def write_checkpoint(model: Any, prefix: str) -> None:
    """Writes a model's weights (and its optimizer's variables, where they are made) under a prefix.

    The folder's ``checkpoint`` file is written too.

    Raises:
        ValueError: a weight can't be reached from the model's attributes.
    """
    graph = ObjectGraph(model)
    entries = [entry for entry in graph.entries() if isinstance(entry.owner, Variable)]
    reached = {id(entry.owner) for entry in entries}
    missing = [v.name for v in model.weights if id(v) not in reached]
    if missing:
        raise ValueError(
            f"The weights {', '.join(missing)} can't be reached from the model's attributes; save "
            "them in HDF5 (a name that ends with .h5)."
        )
    os.makedirs(os.path.dirname(prefix) or ".", exist_ok=True)
    proto = graph.to_proto()
    values = K.batch_get_value([entry.owner for entry in entries])
    arrays = {entry.key: np.asarray(value) for entry, value in zip(entries, values)}
    arrays[OBJECT_GRAPH_KEY] = np.asarray(proto.SerializeToString(), dtype=object)
    with BundleWriter(prefix) as writer:
        for key in sorted(arrays):
            writer.add(key, arrays[key])
        writer.finish()
    update_checkpoint_state(os.path.dirname(prefix) or ".", prefix)


def read_checkpoint(model: Any, prefix: str) -> Any:
    """Gives a model the weights under a prefix.

    Object-based checkpoints (of ``save_weights``) are followed by attributes; those of
    ``tf.train.Saver`` by the variables' names.

    Returns:
        For an object-based checkpoint its status, whose ``assert_consumed()`` and the like tell
        what was matched.

    Raises:
        AssertionError: nothing in the checkpoint belongs to the model.
        ValueError: a checkpoint of ``tf.train.Saver`` lacks weights.
        InvalidArgumentError: a weight has another shape.
    """
    reader = CheckpointReader(prefix)
    if reader.has_tensor(OBJECT_GRAPH_KEY):
        if getattr(model, "optimizer", None) is not None and model.built:
            _make_slots(model)
        status = CheckpointLoadStatus(model, prefix, read_object_graph(reader, prefix))
        status.assert_nontrivial_match()
        status.run_restore_ops(K.get_session())
        return status
    names = {id(v): v.name.removesuffix(":0") for v in model.weights}
    missing = [v.name for v in model.weights if not reader.has_tensor(names[id(v)])]
    if missing:
        raise ValueError(
            f"The checkpoint {prefix!r} has no values for {', '.join(missing)}: it was written by "
            "a model with another structure."
        )
    K.batch_set_value([(v, reader.get_tensor(names[id(v)])) for v in model.weights])
    return None


def _make_slots(model: Any) -> None:
    """Makes the variables of a model's optimizer, so that they can be restored at once."""
    if hasattr(model.optimizer, "_create_slots") and model.trainable_weights:
        model._make_train_function()
