"""``tf.import_graph_def``: the operations of a ``GraphDef`` into a graph.

Everything is checked before anything is added, except what only shape rules find; a graph that
fails then keeps nothing of the import either.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Mapping, Sequence
from typing import Any

from penstock import protos
from penstock.graph import defaults, errors
from penstock.graph.build import definition_of, output_types_of
from penstock.graph.convert import convert_to_tensor
from penstock.graph.device import canonical_name
from penstock.graph.graph import GRAPH_DEF_VERSION, Graph
from penstock.graph.node_checks import describe_op, described_type, read_attributes
from penstock.graph.operation import Operation
from penstock.graph.registry import OpDefinition
from penstock.graph.scopes import name_scope
from penstock.graph.shapes import TensorShape
from penstock.graph.tensor import Tensor

_NODE_NAME = re.compile(r"^[A-Za-z0-9.][A-Za-z0-9_./>\\-]*$")
_BACK_EDGES = frozenset(["NextIteration", "RefNextIteration"])
_MERGES = frozenset(["Merge", "RefMerge"])


def import_graph_def(
    graph_def: Any,
    input_map: Mapping[str, Any] | None = None,
    return_elements: Sequence[str] | None = None,
    name: str | None = None,
    op_dict: Any = None,
    producer_op_list: Any = None,
) -> list[Any] | None:
    """Adds the operations of a ``GraphDef`` to the default graph.

    No code comes with a graph: operations that call Python functions are added, and refuse to run.

    Args:
        graph_def: a ``GraphDef``.
        input_map: from names of inputs in ``graph_def`` (``'x:0'``, ``'x'``, ``'^x'`` for a
            control input) to what takes their place.
        return_elements: names of operations (``'x'``) and tensors (``'x:0'``) to return.
        name: what the names get as a prefix; ``'import'`` when left out, '' for none.
        op_dict: ignored (deprecated in TensorFlow).
        producer_op_list: an ``OpList`` of the program that wrote ``graph_def``; attributes that
            are unknown here and have that program's default value are left out.

    Returns:
        The elements asked for, in order; ``None`` when nothing was asked for.

    Raises:
        TypeError: for arguments of the wrong types.
        ValueError: when ``graph_def`` isn't valid; the message names the node.
        NotFoundError: when it has an operation that isn't known here.
    """
    if not isinstance(graph_def, protos.GraphDef):
        try:
            copied = protos.GraphDef()
            copied.CopyFrom(graph_def)
            graph_def = copied
        except TypeError:
            raise TypeError("graph_def must be a GraphDef proto.") from None
    if input_map is None:
        input_map = {}
    elif not isinstance(input_map, Mapping) or not all(isinstance(k, str) for k in input_map):
        raise TypeError("input_map must be a dictionary mapping strings to Tensor objects.")
    if return_elements is not None:
        return_elements = tuple(return_elements)
        if not all(isinstance(element, (str, bytes)) for element in return_elements):
            raise TypeError("return_elements must be a list of strings.")
    graph = defaults.get_default_graph()
    with name_scope(name, "import", _graph_values(input_map)) as scope:
        prefix = scope[:-1] if scope else ""
        replaced = _converted(input_map, prefix)
    work = _Import(graph, graph_def, prefix, replaced, producer_op_list)
    with graph._lock:
        graph._check_not_finalized()
        work.run()
        unused = [key for key in replaced if key not in work.used and not _names_node(key, work)]
        if unused:
            work.undo()
            raise ValueError(
                "Attempted to map inputs that were not found in graph_def: "
                f"[{', '.join(_with_index(key) for key in unused)}]"
            )
        try:
            return None if return_elements is None else work.elements(return_elements)
        except Exception:
            work.undo()
            raise


def _graph_values(input_map: Mapping[str, Any]) -> list[Any]:
    return [v for v in input_map.values() if isinstance(v, (Tensor, Operation))]


def _converted(input_map: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """The values of ``input_map`` as tensors and operations."""
    converted: dict[str, Any] = {}
    pending = {}
    for key, value in input_map.items():
        if key.startswith("^"):
            converted[key] = value.op if isinstance(value, Tensor) else value
        elif isinstance(value, Tensor):
            converted[key] = value
        else:
            converted[key] = None
            pending[key] = value
    if pending:
        if not prefix:
            raise ValueError(
                "tf.import_graph_def() requires a non-empty `name` if `input_map` contains "
                "non-Tensor values. Try calling tf.convert_to_tensor() on `input_map` values "
                "before calling tf.import_graph_def()."
            )
        with name_scope("_inputs"):
            for key, value in pending.items():
                converted[key] = convert_to_tensor(value)
    return converted


def _names_node(key: str, work: _Import) -> bool:
    """An entry for something that is there, but that nothing takes, is no mistake."""
    if key.startswith("^"):
        return key[1:] in work.nodes
    op_name, _, index = key.partition(":")
    return op_name in work.nodes and (not index or index.isdigit())


def _with_index(key: str) -> str:
    return key if ":" in key or key.startswith("^") else f"{key}:0"


class _Import:
    """One import: the nodes, and what was made of them."""

    def __init__(
        self,
        graph: Graph,
        graph_def: Any,
        prefix: str,
        replaced: dict[str, Any],
        producer_op_list: Any,
    ) -> None:
        self.graph = graph
        self.graph_def = graph_def
        self.prefix = f"{prefix}/" if prefix else ""
        self.replaced = replaced
        self.producer = {op.name: op for op in (producer_op_list.op if producer_op_list else ())}
        self.used: set[str] = set()
        self.nodes: dict[str, Any] = {}
        self.made: dict[str, Operation] = {}
        self.added_names: list[str] = []
        self.back_edges: list[tuple[Operation, int, str]] = []
        self.functions_before = dict(graph._functions)
        self.names_before = dict(graph._names_in_use)
        self.version_before = graph._next_id

    # -- the whole ----------------------------------------------------------------------------
    def run(self) -> None:
        """Adds every node."""
        self._check_versions()
        self._check_names()
        order = self._ordered()
        try:
            self._add_functions()
            for node in order:
                self._add(node)
            for op, index, text in self.back_edges:
                tensor = self._tensor(self.nodes[op.name[len(self.prefix) :]], text)
                self._check_type(op, index, tensor)
                op._update_input(index, tensor)
                op._infer_shapes()
        except Exception:
            self.undo()
            raise
        self.graph._changed()

    def undo(self) -> None:
        """Takes away everything that was added."""
        graph = self.graph
        for op in reversed(list(self.made.values())):
            graph._operations.pop(op.name, None)
            for tensor in op.inputs:
                tensor._consumers = [c for c in tensor._consumers if c is not op]
            for control in op.control_inputs:
                control._control_outputs = [c for c in control._control_outputs if c is not op]
        self.made.clear()
        graph._names_in_use = self.names_before
        graph._functions = self.functions_before
        graph._next_id = self.version_before

    def _check_versions(self) -> None:
        versions = self.graph_def.versions
        if versions.min_consumer > GRAPH_DEF_VERSION:
            raise ValueError(
                f"GraphDef min consumer version {versions.min_consumer} above current version "
                f"{GRAPH_DEF_VERSION} for TensorFlow 1.15.5.  Please upgrade TensorFlow."
            )
        if GRAPH_DEF_VERSION in versions.bad_consumers:
            raise ValueError(
                f"GraphDef disallows consumer version {GRAPH_DEF_VERSION}.  Please upgrade "
                "TensorFlow: this version is likely buggy."
            )

    def _check_names(self) -> None:
        for node in self.graph_def.node:
            if not _NODE_NAME.match(node.name):
                raise ValueError(f"Node '{node.name}': Node name contains invalid characters")
            if node.name in self.nodes:
                raise ValueError(f"Node '{node.name}' is not unique")
            if self.prefix + node.name in self.graph._operations:
                raise ValueError(
                    f"Node name '{self.prefix + node.name}' already exists in the Graph"
                )
            self.nodes[node.name] = node
            controls = False
            for text in node.input:
                if text.startswith("^"):
                    controls = True
                elif controls:
                    raise ValueError(
                        f"Node '{node.name}': Control dependencies must come after regular "
                        "dependencies"
                    )

    def _ordered(self) -> list[Any]:
        """The nodes, producers first; among those that are ready, as they stand in the file."""
        position = {name: i for i, name in enumerate(self.nodes)}
        listed = list(self.nodes.values())
        waiting = [0] * len(listed)
        followers: list[list[int]] = [[] for _ in listed]
        for i, node in enumerate(listed):
            for text in dict.fromkeys(node.input):
                if self._replacement(text) is not None:
                    continue
                producer = _producer(text)
                where = position.get(producer)
                if where is None:
                    raise ValueError(f"Node '{node.name}': Unknown input node '{text}'")
                if node.op in _MERGES and listed[where].op in _BACK_EDGES:
                    continue
                waiting[i] += 1
                followers[where].append(i)
        ready = [i for i, count in enumerate(waiting) if count == 0]
        heapq.heapify(ready)
        ordered = []
        while ready:
            i = heapq.heappop(ready)
            ordered.append(listed[i])
            for follower in followers[i]:
                waiting[follower] -= 1
                if waiting[follower] == 0:
                    heapq.heappush(ready, follower)
        if len(ordered) < len(listed):
            raise ValueError(f"{len(listed) - len(ordered)} nodes in a cycle")
        return ordered

    def _add_functions(self) -> None:
        for function in self.graph_def.library.function:
            known = self.graph._functions.get(function.signature.name)
            if known is not None and known.definition != function:
                raise ValueError(
                    f"Cannot add function '{function.signature.name}' because a different "
                    "function with the same name already exists."
                )
            if known is None:
                self.graph._functions[function.signature.name] = ImportedFunction(function)

    # -- one node -----------------------------------------------------------------------------
    def _replacement(self, text: str) -> Any:
        """What ``input_map`` puts in the place of an input."""
        for key in _spellings(text):
            if key in self.replaced:
                self.used.add(key)
                return self.replaced[key]
        return None

    def _tensor(self, node: Any, text: str) -> Tensor:
        replacement = self._replacement(text)
        if replacement is not None:
            return replacement
        name, _, index_text = text.partition(":")
        index = int(index_text) if index_text.isdigit() else 0
        outputs = self._made(node, name).outputs
        if index >= len(outputs):
            raise ValueError(
                f"Node '{node.name}': Connecting to invalid output {index} of source node {name} "
                f"which has {len(outputs)} outputs."
            )
        return outputs[index]

    def _made(self, node: Any, name: str) -> Operation:
        op = self.made.get(name)
        if op is None:
            raise ValueError(
                f"Node '{node.name}': Input node '{name}' belongs to a later iteration of a loop"
            )
        return op

    def _definition(self, node: Any) -> OpDefinition:
        try:
            return definition_of(node.op)
        except errors.NotFoundError as error:
            raise errors.NotFoundError(
                None, None, f"{error.message} (node '{self.prefix}{node.name}')"
            ) from None

    def _add(self, node: Any) -> None:
        graph = self.graph
        name = self.prefix + node.name
        definition = self._definition(node)
        values = read_attributes(node, name, definition, self.producer.get(node.op))
        shapes = values.pop("_output_shapes", None)
        self._prefix_colocation(values)
        inputs: list[Tensor] = []
        pending: list[tuple[int, str]] = []
        controls: dict[Operation, None] = {}
        for text in node.input:
            if text.startswith("^"):
                replacement = self._replacement(text)
                if replacement is None:
                    replacement = self._made(node, text[1:])
                controls[replacement] = None
            elif node.op in _MERGES and self._is_back_edge(text):
                pending.append((len(inputs), text))
                if not inputs:
                    raise ValueError(
                        f"Node '{name}': Its first input comes from a later iteration of a loop"
                    )
                inputs.append(inputs[0])  # Takes its place until the loop is closed.
            else:
                inputs.append(self._tensor(node, text))
        if not inputs and not controls:
            # What waits for nothing of the import waits for the control dependencies in force.
            controls.update(dict.fromkeys(graph._controls_for(())))
        self._check_inputs(node, name, definition, values, inputs, dict(pending))
        types = output_types_of(definition, values)
        op = Operation(graph, definition, name, inputs, list(controls), values, types, "")
        self.made[node.name] = op
        graph._operations[name] = op
        graph._names_in_use.setdefault(name.lower(), 1)
        graph._seen_by_controllers(op)
        self._place(op, node.device)
        op._infer_shapes()
        self._merge_shapes(op, shapes)
        self.back_edges.extend((op, index, text) for index, text in pending)
        context = graph._get_control_flow_context()
        op._control_flow_context = context
        if context is not None:
            context.add_op(op)

    def _is_back_edge(self, text: str) -> bool:
        node = self.nodes.get(_producer(text))
        return node is not None and node.op in _BACK_EDGES and self._replacement(text) is None

    def _prefix_colocation(self, values: dict[str, Any]) -> None:
        groups = values.get("_class")
        if not groups or not self.prefix:
            return
        marked = []
        for group in groups:
            if (
                group.startswith(b"loc:@")
                and group[5:].decode(errors="backslashreplace") in self.nodes
            ):
                group = b"loc:@" + self.prefix.encode() + group[5:]
            marked.append(group)
        values["_class"] = marked

    def _place(self, op: Operation, device: str) -> None:
        graph = self.graph
        groups = op._attributes.get("_class")
        for group in groups if isinstance(groups, (list, tuple)) else ():
            if isinstance(group, bytes) and group.startswith(b"loc:@"):
                other = graph._operations.get(group[5:].decode(errors="backslashreplace"))
                if other is not None and other is not op:
                    op._device = other.device
                    return
        try:
            op._device = canonical_name(device)
        except ValueError:
            op._device = device
        if graph._scopes.devices:
            graph._apply_devices(op)

    def _check_inputs(
        self,
        node: Any,
        name: str,
        definition: OpDefinition,
        values: dict[str, Any],
        inputs: list[Tensor],
        pending: dict[int, str],
    ) -> None:
        wanted: list[tuple[Any, bool]] = []
        for argument in definition.signature.inputs:
            if argument.type_list_attr is not None:
                types = list(values[argument.type_list_attr])
            else:
                base = argument.dtype if argument.type_attr is None else values[argument.type_attr]
                count = 1 if argument.number_attr is None else values[argument.number_attr]
                count = min(count, len(inputs) + 1)  # more than there are is wrong anyway
                types = [base] * count
            wanted.extend((base, argument.is_ref) for base in types)
        if len(wanted) != len(inputs):
            listed = ", ".join(described_type(base, ref) for base, ref in wanted)
            raise ValueError(
                f"NodeDef expected inputs '{listed}' do not match {len(inputs)} inputs specified; "
                f"{describe_op(definition)}; NodeDef: {{{{node {name}}}}}"
            )
        for i, ((base, ref), tensor) in enumerate(zip(wanted, inputs)):
            if i in pending:
                continue
            if tensor.dtype.base_dtype != base or (ref and not tensor.dtype._is_ref_dtype):
                raise ValueError(
                    f"Input {i} of node {name} was passed "
                    f"{described_type(tensor.dtype.base_dtype, tensor.dtype._is_ref_dtype)} from "
                    f"{tensor.name} incompatible with expected {described_type(base, ref)}."
                )

    def _check_type(self, op: Operation, index: int, tensor: Tensor) -> None:
        wanted = op.inputs[index].dtype
        if tensor.dtype.base_dtype != wanted.base_dtype:
            raise ValueError(
                f"Input {index} of node {op.name} was passed {described_type(tensor.dtype)} from "
                f"{tensor.name} incompatible with expected {described_type(wanted)}."
            )

    def _merge_shapes(self, op: Operation, shapes: Any) -> None:
        """Adds what the file says of the shapes, where it doesn't contradict what is known."""
        if not isinstance(shapes, (list, tuple)) or len(shapes) != len(op.outputs):
            return
        for tensor, shape in zip(op.outputs, shapes):
            if isinstance(shape, TensorShape) and tensor.shape.is_compatible_with(shape):
                tensor._shape = tensor.shape.merge_with(shape)

    # -- results ------------------------------------------------------------------------------
    def elements(self, wanted: Sequence[Any]) -> list[Any]:
        """The elements asked for."""
        found: list[Any] = []
        for element in wanted:
            text = element.decode() if isinstance(element, bytes) else element
            name, colon, index_text = text.partition(":")
            if colon and not index_text.isdigit():
                raise ValueError(f"Cannot convert {text!r} to a tensor name.")
            replacement = self._replacement(text) if colon else None
            if replacement is not None:
                found.append(replacement)
                continue
            op = self.made.get(name)
            if op is None:
                raise ValueError(f"Requested return node '{name}' not found in graph def")
            if not colon:
                found.append(op)
            elif int(index_text) >= len(op.outputs):
                raise ValueError(
                    f"Invalid return output {index_text} of node '{name}', which has "
                    f"{len(op.outputs)} output(s)"
                )
            else:
                found.append(op.outputs[int(index_text)])
        return found


class ImportedFunction:
    """A function of a graph's library, as it stands in the file."""

    def __init__(self, definition: Any) -> None:
        self.definition = definition

    @property
    def name(self) -> str:
        """The function's name."""
        return self.definition.signature.name


def _producer(text: str) -> str:
    return text[1:] if text.startswith("^") else text.partition(":")[0]


def _spellings(text: str) -> tuple[str, ...]:
    """The ways in which ``input_map`` can name an input."""
    if text.startswith("^"):
        return (text,)
    if text.endswith(":0"):
        return (text, text[:-2])
    if ":" not in text:
        return (text, f"{text}:0")
    return (text,)
