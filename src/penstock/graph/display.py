"""How graphs, operations and tensors look in a notebook: pictures, collapsed by name scope.

Everything is plain HTML and SVG: no script, nothing from the network.  A scope is a box; below the
picture each scope can be opened to see its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Any

from penstock.graph.operation import Operation
from penstock.graph.picture import Arrow, Node, draw
from penstock.graph.shapes import TensorShape
from penstock.graph.tensor import Tensor

_MOST_NODES = 60
_MOST_PICTURES = 40
_DEEPEST = 4
_VARIABLES = frozenset(["Variable", "VariableV2", "VarHandleOp"])
_INPUTS = frozenset(["Placeholder", "PlaceholderV2", "PlaceholderWithDefault"])
# What every training program has and nobody looks for: shown as words, not in the picture.
_AUXILIARY = ("save", "init", "report_uninitialized_variables", "group_deps")
_TABLE = "border-collapse:collapse;font-family:sans-serif;font-size:12px"


def graph_html(graph: Any) -> str:
    """A graph as HTML: a picture of its outermost scopes, and each scope to open."""
    operations = graph.get_operations()
    heading = f"<b>tf.Graph</b>: {_count(operations)}"
    if not operations:
        return f"<div>{heading}</div>"
    style = "font-family:sans-serif;font-size:12px"
    pictures = iter(range(_MOST_PICTURES))
    return f'<div style="{style}">{heading}{_scope(operations, "", 0, pictures)}</div>'


def graph_svg(graph: Any) -> str:
    """A graph as SVG: its outermost scopes."""
    return _picture(graph.get_operations(), "")[0]


def operation_html(op: Operation) -> str:
    """An operation as HTML: what it is, its neighbours, its attributes."""
    rows = [("name", op.name), ("type", op.type), ("device", op.device or "-")]
    rows += [(f"input {i}", _tensor_text(t)) for i, t in enumerate(op.inputs)]
    rows += [("after", ", ".join(c.name for c in op.control_inputs))] if op.control_inputs else []
    rows += [(f"output {i}", _tensor_text(t)) for i, t in enumerate(op.outputs)]
    rows += [(key, _attribute_text(op, key)) for key in op.definition.signature.attribute_by_name]
    return _table(rows) + operation_svg(op)


def operation_svg(op: Operation) -> str:
    """An operation among those it takes from and gives to, as SVG."""
    return _neighbourhood(op, None)


def tensor_html(tensor: Tensor) -> str:
    """A tensor as HTML: what it is, where it comes from and who takes it."""
    rows = [
        ("name", tensor.name),
        ("type", tensor.dtype.name),
        ("shape", str(tensor.shape)),
        ("operation", f"{tensor.op.type} ({tensor.op.name})"),
        ("taken by", ", ".join(op.name for op in tensor.consumers()) or "-"),
    ]
    return _table(rows) + tensor_svg(tensor)


def tensor_svg(tensor: Tensor) -> str:
    """A tensor's operation among its neighbours, as SVG."""
    return _neighbourhood(tensor.op, tensor)


# -- pictures of scopes ---------------------------------------------------------------------------
def _scope(operations: Sequence[Operation], scope: str, depth: int, pictures: Iterator[int]) -> str:
    svg, groups, aside = _picture(operations, scope)
    parts = [f'<div style="overflow-x:auto">{svg}</div>']
    if aside:
        parts.append(f"<div>also: {escape(', '.join(aside))}</div>")
    for name, inside in groups.items() if depth < _DEEPEST else ():
        if name in aside or _is_variable(name, inside) or next(pictures, None) is None:
            continue
        parts.append(
            f'<details style="margin-left:1em"><summary>{escape(name)}: {_count(inside)}</summary>'
            f"{_scope(inside, f'{scope}{name}/', depth + 1, pictures)}</details>"
        )
    return "".join(parts)


def _picture(
    operations: Sequence[Operation], scope: str
) -> tuple[str, dict[str, list[Operation]], list[str]]:
    """The picture of one scope, the scopes in it with their operations, and what was left out."""
    heads = _heads(operations, scope)
    members: dict[str, list[Operation]] = {}
    for op in operations:
        members.setdefault(heads[op], []).append(op)
    groups = {h: inside for h, inside in members.items() if _is_scope(h, inside, scope)}
    aside = [h for h in members if not scope and h.rstrip("_0123456789") in _AUXILIARY]
    shown = [h for h in members if h not in aside]
    if len(shown) > _MOST_NODES:
        aside += [f"{len(shown) - _MOST_NODES} more"]
        shown = shown[:_MOST_NODES]
    nodes = {head: _node_of(head, members[head], head in groups) for head in shown}
    outside: dict[str, Node] = {}
    arrows = _arrows(operations, scope, heads, nodes, outside)
    title = f"graph {scope.rstrip('/')}" if scope else "graph"
    return draw([*nodes.values(), *outside.values()], arrows, title), groups, aside


def _heads(operations: Iterable[Operation], scope: str) -> dict[Operation, str]:
    """For each operation the part of its name that comes first inside ``scope``."""
    found = {}
    for op in operations:
        # An operation may have the name of the scope itself, as variables do.
        inside = op.name.startswith(scope)
        rest = op.name[len(scope) :] if inside else op.name.rpartition("/")[2]
        found[op] = rest.partition("/")[0]
    return found


def _node_of(head: str, inside: list[Operation], is_group: bool) -> Node:
    first = inside[0]
    named = next((op for op in inside if op.name.rpartition("/")[2] == head), first)
    if is_group:
        variable = _is_variable(head, inside)
        if variable is not None:
            return Node(head, "variable", _variable_text(variable), variable.name)
        return Node(head, "scope", _count(inside), head)
    return Node(head, _kind(named), named.type if named.type != head else "", named.name)


def _is_scope(head: str, inside: list[Operation], scope: str) -> bool:
    """Whether there is more under a name than an operation with constants of its own."""
    others = [op for op in inside if op.name != scope + head and op.name.startswith(scope)]
    if len(others) == len(inside):
        return True
    return any(op.type != "Const" for op in others)


def _is_variable(head: str, inside: list[Operation]) -> Operation | None:
    """The variable that a scope is named after, if it is one."""
    found = next((op for op in inside if op.type in _VARIABLES), None)
    return found if found is not None and found.name.rpartition("/")[2] == head else None


def _kind(op: Operation) -> str:
    if op.type in _VARIABLES:
        return "variable"
    if op.type in _INPUTS:
        return "input"
    return "constant" if op.type == "Const" else "operation"


def _variable_text(op: Operation) -> str:
    shape = op.attr("shape")
    return f"{op.attr('dtype').name} {_sizes(shape)}"


def _arrows(
    operations: Sequence[Operation],
    scope: str,
    heads: dict[Operation, str],
    nodes: dict[str, Node],
    outside: dict[str, Node],
) -> list[Arrow]:
    found: dict[tuple[Node, Node, bool], list[str]] = {}

    def outer(name: str) -> Node | None:
        """A dashed box for something outside the scope."""
        if not scope:
            return None
        shared = 0
        for a, b in zip(name.split("/"), scope.split("/")):
            if a != b:
                break
            shared += 1
        label = "/".join(name.split("/")[: shared + 1])
        if label.rstrip("_0123456789") in _AUXILIARY:
            return None
        if label not in outside and len(outside) < _MOST_NODES // 2:
            outside[label] = Node(label, "outside", title=name)
        return outside.get(label)

    for op in operations:
        target = nodes.get(heads[op])
        if target is None:
            continue
        for tensor in op.inputs:
            source = nodes.get(heads[tensor.op]) if tensor.op in heads else outer(tensor.op.name)
            if source is not None and source is not target:
                found.setdefault((source, target, False), []).append(_sizes(tensor.shape))
        for control in op.control_inputs:
            source = nodes.get(heads[control]) if control in heads else None
            if source is not None and source is not target:
                found.setdefault((source, target, True), [])
        for tensor in op.outputs if scope else ():
            for consumer in tensor.consumers():
                if consumer not in heads and (taker := outer(consumer.name)) is not None:
                    found.setdefault((target, taker, False), []).append(_sizes(tensor.shape))
    arrows = []
    for (source, target, dotted), shapes in found.items():
        if dotted and (source, target, False) in found:
            continue
        arrows.append(Arrow(source, target, _label(shapes), dotted))
    return arrows


def _label(shapes: list[str]) -> str:
    if not shapes:
        return ""
    distinct = list(dict.fromkeys(shapes))
    return distinct[0] if len(distinct) == 1 and len(shapes) == 1 else f"{len(shapes)} tensors"


# -- pictures of neighbourhoods -------------------------------------------------------------------
def _neighbourhood(op: Operation, only: Tensor | None) -> str:
    focus = Node(op.name, "focus", op.type)
    nodes: dict[Operation, Node] = {op: focus}
    arrows = []

    def node(other: Operation) -> Node | None:
        if other not in nodes and len(nodes) < _MOST_NODES // 2:
            nodes[other] = Node(other.name, _kind(other), other.type)
        return nodes.get(other)

    for tensor in op.inputs:
        source = node(tensor.op)
        if source is not None:
            arrows.append(Arrow(source, focus, _sizes(tensor.shape)))
    for control in op.control_inputs:
        source = node(control)
        if source is not None:
            arrows.append(Arrow(source, focus, dotted=True))
    for tensor in op.outputs if only is None else [only]:
        for consumer in dict.fromkeys(tensor.consumers()):
            taker = node(consumer)
            if taker is not None:
                arrows.append(Arrow(focus, taker, _sizes(tensor.shape)))
    return draw(nodes.values(), arrows, op.name)


# -- words ----------------------------------------------------------------------------------------
def _count(operations: Sequence[Any]) -> str:
    return f"{len(operations)} operation{'s' if len(operations) != 1 else ''}"


def _sizes(shape: TensorShape) -> str:
    sizes = shape.sizes
    if sizes is None:
        return "?"
    return "\N{MULTIPLICATION SIGN}".join("?" if s is None else str(s) for s in sizes) or "scalar"


def _tensor_text(tensor: Tensor) -> str:
    return f"{tensor.name} ({tensor.dtype.name}, {_sizes(tensor.shape)})"


def _attribute_text(op: Operation, key: str) -> str:
    value = op.attr(key)
    text = value.name if hasattr(value, "as_numpy_dtype") else str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _table(rows: Iterable[tuple[str, str]]) -> str:
    cells = "".join(
        f'<tr><th style="text-align:left;padding:1px 8px">{escape(key)}</th>'
        f'<td style="text-align:left;padding:1px 8px"><code>{escape(text)}</code></td></tr>'
        for key, text in rows
    )
    return f'<table style="{_TABLE}">{cells}</table>'
