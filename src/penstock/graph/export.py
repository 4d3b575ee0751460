"""``GraphDef`` out: a graph as TensorFlow's protocol buffer."""

from __future__ import annotations

from typing import Any

from penstock import protos

# The first version of TensorFlow's graph format that has functions.
_FUNCTIONS_CONSUMER = 12


def graph_def(graph: Any, from_version: int | None = None, add_shapes: bool = False) -> Any:
    """``graph`` as a ``GraphDef``.

    Args:
        graph: the ``tf.Graph``.
        from_version: leave out operations that were there when ``graph.version`` was this.
        add_shapes: write ``_output_shapes`` attributes.
    """
    with graph._lock:
        result = protos.GraphDef()
        result.versions.CopyFrom(graph.graph_def_versions)
        for op in graph._operations.values():
            if from_version is not None and op._id <= from_version:
                continue
            node = op.node_def
            if add_shapes and op.outputs:
                listed = node.attr["_output_shapes"].list
                listed.shape.extend(t.shape.as_proto() for t in op.outputs)
            result.node.append(node)
        if graph._functions and result.versions.min_consumer < _FUNCTIONS_CONSUMER:
            result.versions.min_consumer = _FUNCTIONS_CONSUMER
        for function in graph._functions.values():
            result.library.function.append(function.definition)
        return result
