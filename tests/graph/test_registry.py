"""The op registry against TensorFlow 1.15's: names, types, attributes and defaults."""

from __future__ import annotations

import gzip
import json
import pathlib
from typing import Any

import pytest

from penstock import ops
from penstock.graph import registry
from penstock.graph.dtypes import DType
from penstock.graph.shapes import TensorShape
from penstock.graph.signature import Argument, Attribute, parse_arguments, parse_attributes

GOLDEN = pathlib.Path(__file__).parent.parent / "golden" / "op_registry.json.gz"
OLD_OPS = {"Pack", "Unpack"}


@pytest.fixture(scope="module")
def wanted() -> dict[str, Any]:
    return json.loads(gzip.decompress(GOLDEN.read_bytes()))


@pytest.fixture(scope="module", autouse=True)
def everything() -> None:
    import penstock.api.v1  # noqa: F401

    ops.load_all()


def type_name(dtype: DType) -> str:
    return {"float16": "half", "float32": "float", "float64": "double"}.get(dtype.name, dtype.name)


def argument(a: Argument) -> dict[str, Any]:
    row: dict[str, Any] = {"name": a.name}
    if a.dtype is not None:
        row["type"] = type_name(a.dtype)
    for field in ("type_attr", "number_attr", "type_list_attr"):
        if getattr(a, field):
            row[field] = getattr(a, field)
    if a.is_ref:
        row["is_ref"] = True
    return row


def plain(value: Any) -> Any:
    if isinstance(value, DType):
        return type_name(value)
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, TensorShape):
        return None if value.sizes is None else list(value.sizes)
    if isinstance(value, list):
        return [plain(v) for v in value]
    return value


def attribute(a: Attribute) -> dict[str, Any]:
    row: dict[str, Any] = {"name": a.name, "type": a.kind}
    if a.allowed is not None:
        row["allowed"] = sorted(plain(list(a.allowed)))
    if a.minimum is not None:
        row["min"] = a.minimum
    if not a.required and a.kind != "tensor":
        row["default"] = plain(a.default)
    return row


def normal(row: dict[str, Any]) -> dict[str, Any]:
    row = dict(row)
    if "allowed" in row:
        row["allowed"] = sorted(row["allowed"])
    if row.get("type") == "tensor":
        row.pop("default", None)
    if row.get("type") == "shape" and "default" in row and not isinstance(row["default"], list):
        row["default"] = None
    return row


def test_every_signature_is_tensorflows(wanted: dict[str, Any]) -> None:
    differing = []
    for name, definition in sorted(registry.registered().items()):
        row = wanted.get(name)
        if row is None:
            continue
        signature = definition.signature
        pairs = [
            ("inputs", [argument(a) for a in signature.inputs], row.get("inputs", [])),
            ("outputs", [argument(a) for a in signature.outputs], row.get("outputs", [])),
            (
                "attrs",
                [attribute(a) for a in signature.attributes],
                [normal(a) for a in row.get("attrs", [])],
            ),
            ("stateful", definition.stateful, row.get("is_stateful", False)),
            ("commutative", definition.commutative, row.get("is_commutative", False)),
            ("aggregate", definition.aggregate, row.get("is_aggregate", False)),
        ]
        differing += [f"{name}.{what}: {ours} != {theirs}" for what, ours, theirs in pairs
                      if ours != theirs]  # fmt: skip
    assert not differing, "\n".join(differing)


def test_every_operation_can_run() -> None:
    structural = {
        "Switch", "RefSwitch", "Merge", "RefMerge", "Enter", "RefEnter", "Exit", "RefExit",
        "NextIteration", "RefNextIteration", "LoopCond", "Placeholder", "PlaceholderV2",
    }  # fmt: skip
    without = [
        name
        for name, d in registry.registered().items()
        if d.lower is None and d.host is None and d.fold is None and name not in structural
    ]
    assert not without


def test_signature_language() -> None:
    inputs = parse_arguments("ref: Ref(T), values: N * T, rest: list(Ts), index: int32")
    assert [a.name for a in inputs] == ["ref", "values", "rest", "index"]
    assert inputs[0].is_ref and inputs[1].number_attr == "N" and inputs[2].type_list_attr == "Ts"
    attrs = parse_attributes("T: {half, float} = float; p: {'A', 'B'} = 'A'; s: list(int) >= 2")
    assert attrs[0].default.name == "float32" and attrs[1].allowed == (b"A", b"B")
    assert attrs[2].kind == "list(int)" and attrs[2].minimum == 2 and attrs[2].required


def test_a_name_is_registered_once() -> None:
    with pytest.raises(ValueError, match="registered twice"):
        registry.operation("Const")(type("Const", (), {}))
