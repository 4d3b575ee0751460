"""``penstock inspect`` of graphs: frozen graphs, meta graphs and SavedModels."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from google.protobuf import text_format
from google.protobuf.message import DecodeError

from penstock import protos
from penstock.cli.inspect_report import Report, size_text

_VARIABLES = frozenset(["Variable", "VariableV2", "VarHandleOp"])
_INPUTS = frozenset(["Placeholder", "PlaceholderV2", "PlaceholderWithDefault"])


def report_of(path: str) -> Report | None:
    """A report on a file with a graph, or ``None`` when it holds none."""
    with open(path, "rb") as file:
        data = file.read()
    for kind, make in (
        ("SavedModel", lambda m: _saved_model(path, m, None)),
        ("MetaGraphDef", lambda m: _meta_graph(path, m)),
        ("GraphDef", lambda m: _graph(path, m)),
    ):
        message = _parsed(data, kind)
        if message is not None:
            return make(message)
    return None


def _parsed(data: bytes, kind: str) -> Any:
    """A message of a kind, if ``data`` is one and not one of the others."""
    message = getattr(protos, kind)()
    try:
        message.ParseFromString(data)
    except DecodeError:
        try:
            message = text_format.Parse(data.decode(), getattr(protos, kind)())
        except (text_format.ParseError, UnicodeDecodeError):
            return None
    try:
        return message if _IS_SENSIBLE[kind](message) else None
    except (ValueError, UnicodeDecodeError):
        return None


# Unknown fields make every message readable as any other: does this one make sense?
_IS_SENSIBLE: dict[str, Callable[[Any], bool]] = {
    "SavedModel": lambda m: (
        m.saved_model_schema_version == 1
        and len(m.meta_graphs) > 0
        and any(g.graph_def.node for g in m.meta_graphs)
    ),
    "MetaGraphDef": lambda m: bool(m.graph_def.node) and all(n.op for n in m.graph_def.node),
    "GraphDef": lambda m: bool(m.node) and all(n.op and n.name for n in m.node),
}


class _GraphReport(Report):
    """A report that gives the values of constants."""

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self._constants: dict[str, Any] = {}

    def names(self) -> list[str]:
        return list(self._constants)

    def value(self, name: str) -> Any:
        from penstock.graph.tensor_values import array_of_tensor_proto

        node = self._constants[name.removesuffix(":0")]
        return np.asarray(array_of_tensor_proto(node.attr["value"].tensor))

    def add_graph(self, graph_def: Any) -> None:
        """Adds tables on the nodes of a graph."""
        nodes = graph_def.node
        used = {_name(text) for node in nodes for text in node.input}
        self.add_table("inputs", ("name", "type", "shape"), [
            (n.name, _type(n, "dtype"), _shape(n.attr["shape"].shape) if "shape" in n.attr else "?")
            for n in nodes if n.op in _INPUTS and not _is_savers(n)
        ])  # fmt: skip
        self.add_table("variables", ("name", "type", "shape"), [
            (n.name, _type(n, "dtype"), _shape(n.attr["shape"].shape))
            for n in nodes if n.op in _VARIABLES
        ])  # fmt: skip
        self._add_constants([n for n in nodes if n.op == "Const"])
        last = [n for n in nodes if n.name not in used and n.op not in ("Const", "NoOp")]
        self.add_table("outputs (nothing takes them)", ("name", "operation"), [
            (n.name, n.op) for n in last[:20]
        ])  # fmt: skip
        if len(last) > 20:
            self.note(f"... and {len(last) - 20} more outputs")
        counted = Counter(n.op for n in nodes)
        self.add_table(
            "operations",
            ("type", "count"),
            [(op, str(count)) for op, count in counted.most_common()],
            (f"{len(counted)} types", str(len(nodes))),
        )
        functions = [f.signature.name for f in graph_def.library.function]
        if functions:
            self.note(f"functions: {', '.join(functions)}")

    def _add_constants(self, constants: Sequence[Any]) -> None:
        rows, elements, total = [], 0, 0
        for node in constants:
            tensor = node.attr["value"].tensor
            count = int(np.prod([d.size for d in tensor.tensor_shape.dim], dtype=np.int64))
            size = tensor.ByteSize()
            elements += count
            total += size
            self._constants[node.name] = node
            rows.append((node.name, _type(node, "dtype"), _shape(tensor.tensor_shape),
                         f"{count:,}", size_text(size), size))  # fmt: skip
        rows.sort(key=lambda row: -row[-1])
        self.add_table(
            "constants, the largest first" if len(rows) <= 40 else "the 40 largest constants",
            ("name", "type", "shape", "elements", "size"),
            [row[:-1] for row in rows[:40]],
            (f"{len(rows)} constants", "", "", f"{elements:,}", size_text(total)),
        )


def _graph(path: str, graph_def: Any) -> Report:
    report = _GraphReport(f"Graph {path}")
    report.add_graph(graph_def)
    report.note(f"GraphDef version {graph_def.versions.producer}")
    return report


def _add_meta(report: _GraphReport, meta_graph: Any) -> None:
    info = meta_graph.meta_info_def
    if info.tags:
        report.note(f"tags: {', '.join(info.tags)}")
    report.note(f"written by TensorFlow {info.tensorflow_version or '?'}")
    for name, signature in sorted(meta_graph.signature_def.items()):
        rows = []
        for way, tensors in (("input", signature.inputs), ("output", signature.outputs)):
            for key, tensor in sorted(tensors.items()):
                rows.append((way, key, tensor.name, _dtype_name(tensor.dtype),
                             _shape(tensor.tensor_shape)))  # fmt: skip
        report.add_table(
            f"signature {name} ({signature.method_name})",
            ("", "key", "tensor", "type", "shape"),
            rows,
        )
    report.add_graph(meta_graph.graph_def)
    report.add_table("collections", ("name", "kind", "count"), [
        (key, kind := (value.WhichOneof("kind") or "-"),
         str(len(getattr(value, kind).value)) if kind != "-" else "0")
        for key, value in sorted(meta_graph.collection_def.items())
    ])  # fmt: skip


def _meta_graph(path: str, meta_graph: Any) -> Report:
    report = _GraphReport(f"Meta graph {path}")
    _add_meta(report, meta_graph)
    return report


def _saved_model(path: str, model: Any, folder: str | None) -> Report:
    from penstock.checkpoint.saved_model.loader import meta_graphs_of

    report = _SavedModelReport(f"SavedModel {path}", folder)
    for meta_graph in meta_graphs_of(model):
        _add_meta(report, meta_graph)
    return report


class _SavedModelReport(_GraphReport):
    """A report that gives the values of the variables too."""

    def __init__(self, title: str, folder: str | None) -> None:
        super().__init__(title)
        self._variables: Report | None = None
        prefix = os.path.join(folder or "", "variables", "variables")
        if folder and os.path.exists(prefix + ".index"):
            from penstock.cli.inspect import checkpoint_report

            self._variables = checkpoint_report(prefix)
            self._parts.extend(self._variables._parts)

    def names(self) -> list[str]:
        known = self._variables.names() if self._variables else []
        return [*known, *super().names()]

    def value(self, name: str) -> Any:
        if self._variables is not None and name.removesuffix(":0") in self._variables.names():
            return self._variables.value(name)
        return super().value(name)


def saved_model_report(folder: str) -> Report:
    """A report on a SavedModel folder."""
    from penstock.checkpoint.saved_model.loader import read_saved_model

    return _saved_model(folder, read_saved_model(folder), folder)


def _is_savers(node: Any) -> bool:
    """Whether an input is the file name that a saver's operations take."""
    return node.op == "PlaceholderWithDefault" and _type(node, "dtype") == "string"


def _name(text: str) -> str:
    return text.removeprefix("^").partition(":")[0]


def _dtype_name(number: int) -> str:
    from penstock.graph.dtypes import as_dtype

    try:
        return as_dtype(number).name
    except TypeError:
        return "?"


def _type(node: Any, attribute: str) -> str:
    return _dtype_name(node.attr[attribute].type)


def _shape(shape: Any) -> str:
    if shape.unknown_rank:
        return "?"
    return "[" + ", ".join("?" if d.size < 0 else str(d.size) for d in shape.dim) + "]"
