"""Meta graphs: a ``GraphDef`` with its collections, signatures and saver, as ``MetaGraphDef``."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from google.protobuf import text_format
from google.protobuf.any_pb2 import Any as AnyProto
from google.protobuf.message import DecodeError

from penstock import protos
from penstock.checkpoint import files
from penstock.graph import defaults, errors
from penstock.graph.collection_protos import collection_form, register_proto_function
from penstock.graph.collections import GraphKeys
from penstock.graph.graph import Graph
from penstock.graph.importer import import_graph_def
from penstock.graph.op_def import op_def_proto
from penstock.graph.operation import Operation
from penstock.graph.registry import lookup
from penstock.graph.tensor import Tensor
from penstock.graph.tensor_values import as_bytes
from penstock.ops.flow_contexts import CondContext
from penstock.ops.variables import Variable, prepend_name_scope, strip_name_scope
from penstock.ops.while_context import WhileContext
from penstock.platform import logging

TENSORFLOW_VERSION = "1.15.5"
UNBOUND_INPUTS_COLLECTION = "unbound_inputs"
_UNBOUND_PREFIX = "$unbound_inputs_"


def _variable_to_proto(variable: Any, export_scope: str | None = None) -> Any:
    return variable.to_proto(export_scope)


for _key in (*GraphKeys._VARIABLE_COLLECTIONS, GraphKeys.GLOBAL_STEP):
    register_proto_function(_key, protos.VariableDef, _variable_to_proto, Variable.from_proto)
register_proto_function(
    GraphKeys.COND_CONTEXT, protos.CondContextDef, CondContext.to_proto, CondContext.from_proto
)
register_proto_function(
    GraphKeys.WHILE_CONTEXT, protos.WhileContextDef, WhileContext.to_proto, WhileContext.from_proto
)


# -- out ------------------------------------------------------------------------------------------
def stripped_op_list_for_graph(graph_def: Any) -> Any:
    """The ``OpList`` of all op types that a graph and its functions use."""
    functions = {f.signature.name for f in graph_def.library.function}
    used = {node.op for node in graph_def.node}
    for function in graph_def.library.function:
        used.update(node.op for node in function.node_def)
    op_list = protos.OpList()
    for name in sorted(used - functions):
        definition = lookup(name)
        if definition is not None:
            op_list.op.add().CopyFrom(op_def_proto(definition))
    return op_list


def create_meta_graph_def(
    meta_info_def: Any = None,
    graph_def: Any = None,
    saver_def: Any = None,
    collection_list: Sequence[str] | None = None,
    graph: Any = None,
    export_scope: str | None = None,
    exclude_nodes: Callable[[str], bool] | None = None,
    clear_extraneous_savers: bool = False,
    strip_default_attrs: bool = False,
) -> Any:
    """A ``MetaGraphDef`` of a graph.

    Args:
        meta_info_def: a ``MetaInfoDef`` to take over. graph_def: instead of ``graph``'s.
        saver_def: the saver. collection_list: which collections; all by default.
        graph: the graph; the default graph when left out.
        export_scope: take this name scope off the names.
        exclude_nodes: says of a name whether collections leave it out.
        clear_extraneous_savers: leave savers other than ``saver_def`` out.
        strip_default_attrs: leave attributes out that have default values.

    Raises:
        TypeError: for arguments of the wrong types.
    """
    if graph and not isinstance(graph, Graph):
        raise TypeError(f"graph must be of type Graph, not {type(graph)}")
    if meta_info_def and not isinstance(meta_info_def, protos.MetaGraphDef.MetaInfoDef):
        raise TypeError(f"meta_info_def must be of type MetaInfoDef, not {type(meta_info_def)}")
    if graph_def and not isinstance(graph_def, protos.GraphDef):
        raise TypeError(f"graph_def must be of type GraphDef, not {type(graph_def)}")
    if saver_def and not isinstance(saver_def, protos.SaverDef):
        raise TypeError(f"saver_def must be of type SaverDef, not {type(saver_def)}")
    graph = graph or defaults.get_default_graph()
    definition = protos.MetaGraphDef()
    info = definition.meta_info_def
    if meta_info_def:
        info.CopyFrom(meta_info_def)
    info.tensorflow_version = TENSORFLOW_VERSION
    info.tensorflow_git_version = "penstock"
    definition.graph_def.CopyFrom(graph_def or graph.as_graph_def(add_shapes=True))
    if not info.HasField("stripped_op_list"):
        info.stripped_op_list.CopyFrom(stripped_op_list_for_graph(definition.graph_def))
    if strip_default_attrs:
        _strip_defaults(definition)
    if saver_def:
        definition.saver_def.MergeFrom(saver_def)
    keys = graph.get_all_collection_keys() if collection_list is None else collection_list
    for key in keys:
        if clear_extraneous_savers and key == GraphKeys.SAVERS:
            continue
        _add_collection(definition, key, graph, export_scope, exclude_nodes)
    return definition


def _strip_defaults(definition: Any) -> None:
    ops = {op.name: op for op in definition.meta_info_def.stripped_op_list.op}
    nodes = [definition.graph_def.node]
    nodes += [function.node_def for function in definition.graph_def.library.function]
    for listed in nodes:
        for node in listed:
            op = ops.get(node.op)
            for attr in op.attr if op is not None else ():
                if (
                    attr.HasField("default_value")
                    and attr.name in node.attr
                    and node.attr[attr.name] == attr.default_value
                ):
                    del node.attr[attr.name]
    definition.meta_info_def.stripped_default_attrs = True


def _add_collection(
    definition: Any, key: str, graph: Graph, scope: str | None, exclude: Any
) -> None:
    """Writes one collection; one that can't be written is left out, with a warning."""
    items = graph.get_collection(key)
    if not items:
        return
    target = definition.collection_def[key]
    try:
        form = collection_form(key)
        if form is not None and form.to_proto is not None:
            target.bytes_list.SetInParent()
            for item in items:
                proto = form.to_proto(item, export_scope=scope)
                if proto is not None and not (exclude and exclude(getattr(item, "name", ""))):
                    target.bytes_list.value.append(proto.SerializeToString())
        else:
            _add_plain(target, items, scope, exclude)
    except Exception as error:  # noqa: BLE001 - anything may be in a collection
        logging.warning(
            "Issue encountered when serializing %s.\nType is unsupported, or the types of the "
            "items don't match field type in CollectionDef. Note this is a warning and probably "
            "safe to ignore.\n%s",
            key,
            error,
        )
        del definition.collection_def[key]


def _add_plain(target: Any, items: list[Any], scope: str | None, exclude: Any) -> None:
    first = items[0]
    if isinstance(first, (Tensor, Operation)) or hasattr(first, "_as_graph_element"):
        target.node_list.SetInParent()
        for item in items:
            if scope and not item.name.startswith(scope):
                continue
            if not (exclude and exclude(item.name)):
                target.node_list.value.append(strip_name_scope(item.name, scope))
    elif isinstance(first, AnyProto):
        target.any_list.value.extend(items)
    elif isinstance(first, (str, bytes)):
        target.bytes_list.value.extend(as_bytes(item) for item in items)
    elif isinstance(first, bool) or not isinstance(first, (int, float)):
        raise TypeError(f"{type(first).__name__!r} object has no protocol-buffer form")
    elif isinstance(first, int):
        target.int64_list.value.extend(items)
    else:
        target.float_list.value.extend(items)


def export_scoped_meta_graph(
    filename: str | None = None,
    graph_def: Any = None,
    graph: Any = None,
    export_scope: str | None = None,
    as_text: bool = False,
    unbound_inputs_col_name: str = UNBOUND_INPUTS_COLLECTION,
    clear_devices: bool = False,
    saver_def: Any = None,
    clear_extraneous_savers: bool = False,
    strip_default_attrs: bool = False,
    save_debug_info: bool = False,
    **kwargs: Any,
) -> tuple[Any, dict[str, Variable]]:
    """A ``MetaGraphDef`` of a graph or a name scope of it, and the variables in it by name.

    Arguments as for ``tf.train.export_meta_graph``. Inputs that come from outside the scope are
    listed in the collection ``unbound_inputs_col_name``.
    """
    graph = graph or defaults.get_default_graph()
    if not isinstance(graph, Graph):
        raise TypeError(f"graph must be of type Graph, not {type(graph)}")
    exclude = None
    unbound: set[str] = set()
    source = graph_def or graph.as_graph_def(add_shapes=True)
    if export_scope or clear_extraneous_savers or clear_devices:
        exclude = _nodes_of_other_savers(graph, saver_def) if clear_extraneous_savers else None
        written = protos.GraphDef()
        written.versions.CopyFrom(source.versions)
        written.library.CopyFrom(source.library)
        for node in source.node:
            if _is_exported(node.name, export_scope, exclude):
                written.node.append(_without_scope(node, export_scope, unbound, clear_devices))
    else:
        written = source
    variables = {}
    for variable in graph.get_collection(GraphKeys.GLOBAL_VARIABLES, export_scope):
        if _is_exported(variable.op.name, export_scope, exclude):
            variables[strip_name_scope(variable.name, export_scope)] = variable
    definition = create_meta_graph_def(
        graph_def=written,
        graph=graph,
        export_scope=export_scope,
        exclude_nodes=exclude,
        clear_extraneous_savers=clear_extraneous_savers,
        saver_def=saver_def,
        strip_default_attrs=strip_default_attrs,
        **kwargs,
    )
    if unbound and unbound_inputs_col_name:
        target = definition.collection_def[unbound_inputs_col_name].bytes_list
        target.value.extend(sorted(name.encode() for name in unbound))
    if filename:
        if as_text:
            data = text_format.MessageToString(definition).encode()
        else:
            data = definition.SerializeToString(deterministic=True)
        path = os.fspath(filename)
        files.make_folder(os.path.dirname(path))
        files.write_atomically(path, data)
    return definition, variables


def _is_exported(name: str, scope: str | None, exclude: Any) -> bool:
    if exclude and exclude(name):
        return False
    return not scope or name.startswith(scope.rstrip("/") + "/") or name == scope


def _nodes_of_other_savers(graph: Graph, saver_def: Any) -> Callable[[str], bool]:
    scopes = {
        os.path.dirname(saver.saver_def.filename_tensor_name.split(":")[0])
        for saver in graph.get_collection(GraphKeys.SAVERS)
    }
    if saver_def is not None:
        scopes.discard(os.path.dirname(saver_def.filename_tensor_name.split(":")[0]))
    prefixes = tuple(scope + "/" for scope in scopes if scope)
    return lambda name: bool(prefixes) and name.startswith(prefixes)


def _without_scope(node: Any, scope: str | None, unbound: set[str], clear_devices: bool) -> Any:
    """A node for a file that holds a name scope only."""
    copied = protos.NodeDef()
    copied.CopyFrom(node)
    if clear_devices:
        copied.device = ""
    if not scope:
        return copied
    prefix = scope.rstrip("/") + "/"
    copied.name = strip_name_scope(node.name, scope)
    for i, text in enumerate(node.input):
        control = "^" if text.startswith("^") else ""
        name = text.lstrip("^")
        if name.startswith(prefix):
            copied.input[i] = control + name[len(prefix) :]
        elif not control:
            copied.input[i] = _UNBOUND_PREFIX + text
            unbound.add(_UNBOUND_PREFIX + text)
        else:
            copied.input[i] = control + _UNBOUND_PREFIX + name
            unbound.add(control + _UNBOUND_PREFIX + name)
    groups = []
    for group in node.attr["_class"].list.s if "_class" in node.attr else ():
        name = group.decode()
        if not name.startswith("loc:@"):
            groups.append(group)
        elif name[5:].startswith(prefix):
            groups.append(b"loc:@" + name[5 + len(prefix) :].encode())
    if "_class" in node.attr:
        del copied.attr["_class"]
        if groups:
            copied.attr["_class"].list.s.extend(groups)
    return copied


# -- in -------------------------------------------------------------------------------------------
def read_meta_graph_file(filename: str | os.PathLike) -> Any:
    """A ``MetaGraphDef`` from a file, in binary or text form.

    Raises:
        OSError: when the file isn't there, or is something else.
    """
    path = os.fspath(filename)
    if not os.path.exists(path):
        raise OSError(f"File {path} does not exist.")
    try:
        with files.open_input(path) as file:
            data = file.read()
    except errors.OpError as error:
        raise OSError(error.message) from None
    definition = protos.MetaGraphDef()
    try:
        definition.ParseFromString(data)
        return definition
    except DecodeError:
        pass
    try:
        return text_format.Parse(data.decode(), protos.MetaGraphDef())
    except (text_format.ParseError, UnicodeDecodeError) as error:
        raise OSError(f"Cannot parse file {path}: {error}") from None


def import_scoped_meta_graph(meta_graph_or_file: Any, **kwargs: Any) -> dict[str, Variable]:
    """Adds a ``MetaGraphDef`` to a graph; returns its variables by their names in the file."""
    return import_scoped_meta_graph_with_return_elements(meta_graph_or_file, **kwargs)[0]


def import_scoped_meta_graph_with_return_elements(
    meta_graph_or_file: Any,
    clear_devices: bool = False,
    graph: Graph | None = None,
    import_scope: str | None = None,
    input_map: Any = None,
    unbound_inputs_col_name: str = UNBOUND_INPUTS_COLLECTION,
    restore_collections_predicate: Callable[[str], bool] = lambda key: True,
    return_elements: Any = None,
    **kwargs: Any,
) -> tuple[dict[str, Variable], Any]:
    """Adds a ``MetaGraphDef`` to a graph, collections included.

    Args:
        meta_graph_or_file: a ``MetaGraphDef`` or the path of one.
        clear_devices: forget on which devices operations were.
        graph: the graph; the default graph when left out.
        import_scope: a name scope to put everything into.
        input_map: what takes the place of inputs.
        unbound_inputs_col_name: the collection that lists inputs from outside.
        restore_collections_predicate: says which collections to add.
        return_elements: names of elements to return.

    Returns:
        The variables by their names in the file, and the elements.
    """
    if isinstance(meta_graph_or_file, protos.MetaGraphDef):
        definition = meta_graph_or_file
    else:
        definition = read_meta_graph_file(meta_graph_or_file)
    _check_inputs(definition, input_map, unbound_inputs_col_name)
    graph = graph or defaults.get_default_graph()
    graph_def = definition.graph_def
    if clear_devices:
        copied = protos.GraphDef()
        copied.CopyFrom(graph_def)
        graph_def = copied
        for node in graph_def.node:
            node.device = ""
    producer = None
    if definition.meta_info_def.HasField("stripped_op_list"):
        producer = definition.meta_info_def.stripped_op_list
    with graph.as_default():
        scope = graph.unique_name(import_scope, mark_as_used=False) if import_scope else ""
        elements = import_graph_def(
            graph_def,
            name=import_scope or "",
            input_map=input_map,
            producer_op_list=producer,
            return_elements=return_elements,
        )
        variables: dict[Any, Any] = {}
        for key in sorted(definition.collection_def):
            if key != unbound_inputs_col_name and restore_collections_predicate(key):
                _restore_collection(graph, key, definition.collection_def[key], scope, variables)
    found = {
        strip_name_scope(v.name, scope): v
        for v in graph.get_collection(GraphKeys.GLOBAL_VARIABLES, scope or None)
        if isinstance(v, Variable)
    }
    return found, elements


def _check_inputs(definition: Any, input_map: Any, collection: str) -> None:
    if not collection or collection not in definition.collection_def:
        return
    field = definition.collection_def[collection].bytes_list
    wanted = [value.decode() for value in field.value]
    if wanted and not input_map:
        raise ValueError(
            f"Graph contains unbound inputs: {','.join(wanted)}. Must provide these inputs through "
            "input_map."
        )
    missing = [name for name in wanted if name not in (input_map or {})]
    if missing:
        raise ValueError(f"Graph contains unbound inputs: {','.join(missing)}. Must provide these "
                         "inputs through input_map.")  # fmt: skip


def _restore_collection(
    graph: Graph, key: str, collection: Any, scope: str, variables: dict[Any, Any]
) -> None:
    kind = collection.WhichOneof("kind")
    if kind is None:
        logging.error("Cannot identify data type for collection %s. Skipping.", key)
        return
    form = collection_form(key)
    if form is not None and form.from_proto is not None and kind == "bytes_list":
        for data in collection.bytes_list.value:
            # One variable is often in several collections: it is one object in all of them.
            is_variable = form.proto_type is protos.VariableDef
            item = variables.get(data) if is_variable else None
            if item is None:
                try:
                    proto = form.proto_type.FromString(data)
                except DecodeError as error:
                    raise ValueError(
                        f"Cannot parse an item of the collection {key}: {error}"
                    ) from None
                item = form.from_proto(proto, import_scope=scope)
                if is_variable:
                    variables[data] = item
            graph.add_to_collection(key, item)
        return
    values: Iterable[Any] = getattr(collection, kind).value
    for value in values:
        if kind == "node_list":
            graph.add_to_collection(key, graph.as_graph_element(prepend_name_scope(value, scope)))
        else:
            graph.add_to_collection(key, value)
