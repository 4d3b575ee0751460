"""The signature language of operations: arguments and attributes, written as short strings.

Arguments, in order, comma separated (``inputs=`` and ``outputs=``)::

    x: T            a tensor whose type is the attribute T
    index: int32    a tensor of a fixed type
    values: N * T   N tensors of one type (N is an attribute)
    items: list(Ts) tensors whose types are the attribute Ts
    ref: Ref(T)     a reference to a variable

Attributes, semicolon separated (``attrs=``)::

    T: type                      any type            T: {float, half}    one of these
    T: numbertype                a named set         N: int >= 1         with a minimum
    keep_dims: bool = false      with a default      strides: list(int)  a list
    bad: tensor = uint8[255, 0]  a tensor as default
    padding: {'SAME', 'VALID'}   a string, one of    shape: shape        also tensor, func, float

Both follow TensorFlow's op registry, where the same facts are kept.
"""

from __future__ import annotations

import ast
import functools
import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from penstock.graph import dtypes
from penstock.graph.dtypes import DType
from penstock.graph.shapes import TensorShape, unknown_shape

_FLOATS = "half bfloat16 float double"
_REAL = "float double int32 uint8 int16 int8 int64 bfloat16 uint16 half uint32 uint64"
_NUMBER = (
    "float double int32 uint8 int16 int8 complex64 int64 qint8 quint8 qint32 bfloat16 uint16 "
    "complex128 half uint32 uint64"
)
TYPE_SETS: dict[str, tuple[str, ...]] = {
    "floattype": tuple(_FLOATS.split()),
    "realnumbertype": tuple(_REAL.split()),
    "numbertype": tuple(_NUMBER.split()),
    "indextype": ("int32", "int64"),
}
_ATTR_KINDS = {"type", "int", "float", "bool", "string", "shape", "tensor", "func"}


@dataclass(frozen=True)
class Argument:
    """One input or output of an operation."""

    name: str
    dtype: DType | None = None
    type_attr: str | None = None
    number_attr: str | None = None
    type_list_attr: str | None = None
    is_ref: bool = False

    @property
    def is_list(self) -> bool:
        """True when the argument stands for several tensors."""
        return self.number_attr is not None or self.type_list_attr is not None


_REQUIRED = object()


@dataclass(frozen=True)
class Attribute:
    """One attribute of an operation; ``kind`` is the type's name, ``list(...)`` included."""

    name: str
    kind: str
    allowed: tuple[Any, ...] | None = None
    minimum: int | None = None
    default: Any = _REQUIRED

    @property
    def required(self) -> bool:
        """True when there is no default."""
        return self.default is _REQUIRED


def parse_arguments(text: str) -> tuple[Argument, ...]:
    """Reads ``inputs=`` or ``outputs=``."""
    arguments = []
    for part in filter(None, (p.strip() for p in text.split(","))):
        name, _, kind = (s.strip() for s in part.partition(":"))
        number_attr = None
        if "*" in kind:
            number_attr, kind = (s.strip() for s in kind.split("*"))
        is_ref = kind.startswith("Ref(")
        if is_ref:
            kind = kind[4:-1].strip()
        if kind.startswith("list("):
            arguments.append(Argument(name, type_list_attr=kind[5:-1].strip(), is_ref=is_ref))
        elif kind in dtypes._BY_NAME:
            arguments.append(
                Argument(name, dtypes._BY_NAME[kind], number_attr=number_attr, is_ref=is_ref)
            )
        else:
            arguments.append(Argument(name, type_attr=kind, number_attr=number_attr, is_ref=is_ref))
    return tuple(arguments)


_ATTRIBUTE = re.compile(
    r"(?P<name>\w+)\s*:\s*(?P<list>list\()?(?P<kind>\{[^}]*\}|\w+)\)?"
    r"\s*(?:>=\s*(?P<minimum>-?\d+))?\s*(?:=\s*(?P<default>.*))?$",
    re.DOTALL,
)


def parse_attributes(text: str) -> tuple[Attribute, ...]:
    """Reads ``attrs=``."""
    return tuple(_attribute(part.strip()) for part in text.split(";") if part.strip())


def _attribute(text: str) -> Attribute:
    match = _ATTRIBUTE.match(text)
    if match is None:
        raise ValueError(f"Not an attribute: {text!r}")
    name, kind = match["name"], match["kind"]
    allowed: tuple[Any, ...] | None = None
    if kind.startswith("{"):
        items = [item.strip() for item in kind[1:-1].split(",") if item.strip()]
        if items[0][0] in "'\"":
            kind, allowed = "string", tuple(item[1:-1].encode() for item in items)
        else:
            kind, allowed = "type", tuple(dtypes._BY_NAME[item] for item in items)
    elif kind in TYPE_SETS:
        kind, allowed = "type", tuple(dtypes._BY_NAME[item] for item in TYPE_SETS[kind])
    elif kind not in _ATTR_KINDS:
        raise ValueError(f"Not an attribute type: {kind!r} in {text!r}")
    full_kind = f"list({kind})" if match["list"] else kind
    minimum = None if match["minimum"] is None else int(match["minimum"])
    default = _REQUIRED
    if match["default"] is not None:
        default = _default(match["default"].strip(), kind, bool(match["list"]))
    return Attribute(name, full_kind, allowed, minimum, default)


def _default(text: str, kind: str, is_list: bool) -> Any:
    if is_list:
        inner = text[1:-1].strip()
        return [] if not inner else [_default(t.strip(), kind, False) for t in inner.split(",")]
    if kind == "type":
        return dtypes._BY_NAME[text]
    if kind == "bool":
        return text == "true"
    if kind == "shape":
        return unknown_shape() if text == "?" else TensorShape(ast.literal_eval(text))
    if kind == "tensor":
        name, _, values = text.partition("[")
        return np.array(ast.literal_eval("[" + values), dtypes._BY_NAME[name].as_numpy_dtype)
    if kind == "string":
        return ast.literal_eval(text).encode()
    if kind == "float":
        return float(text)
    return ast.literal_eval(text)


@dataclass(frozen=True)
class Signature:
    """The inputs, outputs and attributes of an operation."""

    inputs: tuple[Argument, ...]
    outputs: tuple[Argument, ...]
    attributes: tuple[Attribute, ...]

    @functools.cached_property
    def attribute_by_name(self) -> dict[str, Attribute]:
        """The attributes by their names."""
        return {attribute.name: attribute for attribute in self.attributes}

    @functools.cached_property
    def plain_inputs(self) -> bool:
        """True when each input is one tensor."""
        return not any(argument.is_list for argument in self.inputs)

    @functools.cached_property
    def inferred(self) -> frozenset[str]:
        """The attributes that the inputs determine."""
        names: set[str] = set()
        for argument in self.inputs:
            names.update(
                n
                for n in (argument.type_attr, argument.number_attr, argument.type_list_attr)
                if n is not None
            )
        return frozenset(names)
