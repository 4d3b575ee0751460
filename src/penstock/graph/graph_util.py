"""``tf.graph_util``: functions on ``GraphDef`` messages, such as freezing variables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from absl import logging

from penstock import protos
from penstock.graph.dtypes import as_dtype
from penstock.graph.tensor_values import proto_of_array

_VARIABLES = frozenset(
    ["Assign", "AssignAdd", "AssignSub", "Queue", "ScatterAdd", "ScatterSub", "ScatterUpdate",
     "TruncatedNormal", "Variable", "VariableV2"]
)  # fmt: skip
_REFERENCE_VARIABLES = frozenset(["Variable", "VariableV2"])
_DROPPED_TRAINING_OPS = frozenset(["CheckNumerics", "Identity"])
_SOURCES_OF_HANDLES = frozenset(["Identity", "Enter", "Switch", "NextIteration"])


def node_name(text: str) -> str:
    """The name of the node that an input (``'^x'``, ``'x:1'``) refers to."""
    text = text.removeprefix("^")
    return text.split(":")[0]


def must_run_on_cpu(node: Any, pin_variables_on_cpu: bool = False) -> bool:
    """Whether a node can run on a CPU only, strings in particular.

    Args:
        node: a ``NodeDef`` or ``tf.Operation``.
        pin_variables_on_cpu: count operations on variables too.
    """
    node_def = node if isinstance(node, protos.NodeDef) else node.node_def
    if pin_variables_on_cpu and node_def.op in _VARIABLES:
        return True
    if node_def.op == "Const":
        return node_def.attr["dtype"].type in (protos.DataType.DT_STRING, protos.DataType.DT_INT32)
    if node_def.op in ("DynamicStitch", "ParallelDynamicStitch"):
        return node_def.attr["T"].type == protos.DataType.DT_INT32
    if node_def.op == "Cast":
        return node_def.attr["SrcT"].type == protos.DataType.DT_INT32
    return False


def extract_sub_graph(graph_def: Any, dest_nodes: Sequence[str]) -> Any:
    """The part of a graph that some nodes need.

    Args:
        graph_def: a ``GraphDef``. dest_nodes: names of nodes.

    Returns:
        A new ``GraphDef`` with the nodes in their old order.

    Raises:
        TypeError: for arguments of the wrong types.
        AssertionError: when one of the nodes isn't there.
    """
    if not isinstance(graph_def, protos.GraphDef):
        raise TypeError("graph_def must be a graph_pb2.GraphDef proto.")
    if isinstance(dest_nodes, str):
        raise TypeError("dest_nodes must be a list.")
    nodes = {node.name: node for node in graph_def.node}
    for name in dest_nodes:
        if name not in nodes:
            raise AssertionError(f"{name} is not in graph")
    kept: set[str] = set()
    pending = list(dest_nodes)
    while pending:
        name = pending.pop()
        if name in kept or name not in nodes:
            continue
        kept.add(name)
        pending.extend(node_name(text) for text in nodes[name].input)
    result = protos.GraphDef()
    result.node.extend(node for node in graph_def.node if node.name in kept)
    result.library.CopyFrom(graph_def.library)
    result.versions.CopyFrom(graph_def.versions)
    return result


def remove_training_nodes(input_graph: Any, protected_nodes: Iterable[str] | None = None) -> Any:
    """A graph without the nodes that only pass a value on (``Identity``, ``CheckNumerics``).

    Args:
        input_graph: a ``GraphDef``. protected_nodes: names of nodes to keep.
    """
    protected = set(protected_nodes or ())
    dropped: dict[str, str] = {}
    controlled = {t[1:] for node in input_graph.node for t in node.input if t.startswith("^")}
    kept_nodes = []
    for node in input_graph.node:
        drop = (
            node.op in _DROPPED_TRAINING_OPS
            and node.name not in protected
            and node.name not in controlled
            and len(node.input) == 1
            and not node.input[0].startswith("^")
        )
        if drop:
            dropped[node.name] = node.input[0]
        else:
            kept_nodes.append(node)

    def origin(text: str) -> str:
        while text in dropped:
            text = dropped[text]
        return text

    result = protos.GraphDef()
    for node in kept_nodes:
        copied = result.node.add()
        copied.CopyFrom(node)
        del copied.input[:]
        for text in node.input:
            copied.input.append(text if text.startswith("^") else origin(re.sub(":0$", "", text)))
    result.library.CopyFrom(input_graph.library)
    result.versions.CopyFrom(input_graph.versions)
    return result


def convert_variables_to_constants(
    sess: Any,
    input_graph_def: Any,
    output_node_names: Sequence[str],
    variable_names_whitelist: Sequence[str] | None = None,
    variable_names_blacklist: Sequence[str] | None = None,
) -> Any:
    """A graph in which variables are constants with the values they have in a session.

    Args:
        sess: the session. input_graph_def: its graph, or a part of it.
        output_node_names: names of the nodes that are wanted; what they don't need is left out.
        variable_names_whitelist: convert these variables only.
        variable_names_blacklist: leave these variables as they are.

    Returns:
        A new ``GraphDef``.
    """
    inference = extract_sub_graph(input_graph_def, output_node_names)
    nodes = {node.name: node for node in inference.node}

    def wanted(name: str) -> bool:
        if variable_names_whitelist is not None and name not in variable_names_whitelist:
            return False
        return variable_names_blacklist is None or name not in variable_names_blacklist

    def handle_of(text: str) -> str:
        """The ``VarHandleOp`` that a resource comes from."""
        name = node_name(text)
        while nodes[name].op in _SOURCES_OF_HANDLES:
            name = node_name(nodes[name].input[0])
        if nodes[name].op != "VarHandleOp":
            raise ValueError(f"Cannot find the variable that is an input to the op {name}.")
        return name

    fetched: dict[str, str] = {}
    reads: dict[str, str] = {}
    on_the_way: set[str] = set()
    for node in inference.node:
        if node.op in _REFERENCE_VARIABLES:
            if wanted(node.name):
                fetched[node.name] = f"{node.name}:0"
        elif node.op in ("ReadVariableOp", "ResourceGather"):
            handle = handle_of(node.input[0])
            if not wanted(handle):
                continue
            reads[node.name] = handle
            fetched[handle] = f"{handle}/Read/ReadVariableOp:0"
            name = node_name(node.input[0])
            while name != handle:
                on_the_way.add(name)
                name = node_name(nodes[name].input[0])
    values = _values(sess, nodes, fetched)
    logging.info("Froze %d variables.", len(values))
    result = protos.GraphDef()
    for node in inference.node:
        copied = result.node.add()
        if node.name in values:
            dtype = as_dtype(node.attr["dtype"].type)
            _make_constant(copied, node.name, values[node.name], dtype)
        elif node.name in reads and node.op == "ReadVariableOp":
            copied.op, copied.name = "Identity", node.name
            copied.attr["T"].CopyFrom(node.attr["dtype"])
            if "_class" in node.attr:
                copied.attr["_class"].CopyFrom(node.attr["_class"])
            copied.input.append(node.input[0])
            copied.input.extend(text for text in node.input[1:] if text.startswith("^"))
        elif node.name in reads:
            _make_gather(result, copied, node)
        else:
            copied.CopyFrom(node)
            if node.name in on_the_way:
                # What passed a handle on passes the value on now.
                copied.attr["T"].CopyFrom(nodes[_origin(nodes, node)].attr["dtype"])
                if "_handle_shapes" in copied.attr:
                    del copied.attr["_handle_shapes"]
    result.library.CopyFrom(inference.library)
    result.versions.CopyFrom(inference.versions)
    logging.info("Converted %d variables to const ops.", len(values))
    return result


def _origin(nodes: Any, node: Any) -> str:
    name = node.name
    while nodes[name].op in _SOURCES_OF_HANDLES:
        name = node_name(nodes[name].input[0])
    return name


def _values(sess: Any, nodes: Any, fetched: dict[str, str]) -> dict[str, np.ndarray]:
    if not fetched:
        return {}
    targets = {}
    graph = sess.graph
    for name, text in fetched.items():
        if nodes[name].op != "VarHandleOp":
            targets[name] = text
            continue
        # Any read of the variable will do.
        handle = graph.get_tensor_by_name(f"{name}:0")
        read = next((op for op in handle.consumers() if op.type == "ReadVariableOp"), None)
        targets[name] = read.outputs[0] if read is not None else text
    names = list(targets)
    return dict(zip(names, sess.run([targets[name] for name in names])))


def _make_constant(node: Any, name: str, value: Any, dtype: Any) -> None:
    array = np.asarray(value)
    if array.dtype.kind in "SU":
        array = array.astype(object)
    node.op, node.name = "Const", name
    node.attr["dtype"].type = dtype.as_datatype_enum
    node.attr["value"].tensor.CopyFrom(proto_of_array(array))


def _make_gather(result: Any, node: Any, source: Any) -> None:
    """A ``ResourceGather`` as a ``GatherV2`` along axis 0."""
    axis = result.node.add()
    _make_constant(axis, source.name + "/axis", np.int32(0), as_dtype("int32"))
    node.op, node.name = "GatherV2", source.name
    node.input.extend([source.input[0], source.input[1], axis.name])
    node.attr["Tparams"].CopyFrom(source.attr["dtype"])
    node.attr["Tindices"].CopyFrom(source.attr["Tindices"])
    node.attr["Taxis"].type = protos.DataType.DT_INT32
    if "_class" in source.attr:
        node.attr["_class"].CopyFrom(source.attr["_class"])


def tensor_shape_from_node_def_name(graph: Any, input_name: str) -> Any:
    """The static shape of a tensor, given its name (``'x'`` stands for ``'x:0'``)."""
    canonical = input_name if ":" in input_name else input_name + ":0"
    return graph.get_tensor_by_name(canonical).get_shape()
