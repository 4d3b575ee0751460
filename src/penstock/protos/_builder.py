"""Turns the field tables of `_schemas.py` into protocol-buffer classes."""

from __future__ import annotations

import functools
import importlib
import textwrap
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format
from google.protobuf.internal import enum_type_wrapper

from penstock.protos import _listing
from penstock.protos._schemas import SCHEMAS

PACKAGE = "penstock"

_FIELD = descriptor_pb2.FieldDescriptorProto
_SCALARS = {
    name: getattr(_FIELD, f"TYPE_{name.upper()}")
    for name in (
        "double",
        "float",
        "int32",
        "int64",
        "uint32",
        "uint64",
        "sint32",
        "sint64",
        "fixed32",
        "fixed64",
        "sfixed32",
        "sfixed64",
        "bool",
        "string",
        "bytes",
    )  # fmt: skip
}

_OWN_FILE = {name: key for _, key, names in _listing.OWN for name in names.split()}
_TENSORBOARD_FILE = {
    name: module for _, module, names in _listing.TENSORBOARD for name in names.split()
}


def load(name: str) -> Any:
    """The class (or enumeration wrapper) called `name`.

    Args:
        name: a TensorFlow message or enumeration name that `_listing.py` lists.

    Raises:
        KeyError: `name` is not listed.
        ImportError: the installed `tensorboard` does not hold the message.
    """
    if name in _OWN_FILE:
        descriptor = _file(_OWN_FILE[name])
        if name in descriptor.enum_types_by_name:
            return enum_type_wrapper.EnumTypeWrapper(descriptor.enum_types_by_name[name])
        message = message_factory.GetMessageClass(descriptor.message_types_by_name[name])
        message.__module__ = "penstock.protos"
        return message
    module = _tensorboard_module(_TENSORBOARD_FILE[name])
    try:
        return _printing_as_tensorflow(getattr(module, name))
    except AttributeError:
        raise ImportError(
            f"protocol-buffer message {name} is missing from {module.__name__}; "
            "the installed tensorboard is too old or too new for Penstock"
        ) from None


def _printing_as_tensorflow(message: Any) -> Any:
    """``message``, printed as TensorFlow's texts show it: map entries by key, ``1.0`` for a float.

    The C implementation of protocol buffers prints maps in any order, and ``1``.
    """
    if isinstance(message, type):
        message.__str__ = message.__repr__ = text_format.MessageToString  # type: ignore[assignment]
    return message


def _tensorboard_module(basename: str) -> Any:
    return importlib.import_module(f"tensorboard.compat.proto.{basename}")


@functools.cache
def _file(key: str) -> Any:
    """The file descriptor of one schema, with everything it refers to, in the default pool."""
    proto = descriptor_pb2.FileDescriptorProto(
        name=f"{PACKAGE}/protos/{key}.proto", package=PACKAGE, syntax="proto3"
    )
    _Parser(proto).parse(SCHEMAS[key])
    pool = descriptor_pool.Default()
    return pool.AddSerializedFile(proto.SerializeToString()) or pool.FindFileByName(proto.name)


class _Parser:
    """Reads one schema text into a `FileDescriptorProto`."""

    def __init__(self, file: descriptor_pb2.FileDescriptorProto):
        self.file = file
        self.local: dict[str, tuple[str, int]] = {}  # top-level name -> (full name, field type)

    def parse(self, text: str) -> None:
        root = _tree(text)
        for header, _ in root:
            kind, name = header.split()
            field_type = _FIELD.TYPE_ENUM if kind == "enum" else _FIELD.TYPE_MESSAGE
            self.local[name] = (f".{PACKAGE}.{name}", field_type)
        for header, body in root:
            kind, name = header.split()
            if kind == "enum":
                self._enum(self.file.enum_type.add(name=name), body)
            else:
                self._message(self.file.message_type.add(name=name), f"{PACKAGE}.{name}", body, {})

    def _enum(self, enum: Any, body: list) -> None:
        for line, _ in body:
            value_name, _, number = line.split()
            enum.value.add(name=value_name, number=int(number))

    def _message(self, message: Any, full_name: str, body: list, outer: dict) -> None:
        scope = dict(outer)
        for header, _ in body:
            kind, name = header.split()[:2]
            if kind in ("message", "enum"):
                field_type = _FIELD.TYPE_ENUM if kind == "enum" else _FIELD.TYPE_MESSAGE
                scope[name] = (f".{full_name}.{name}", field_type)
        for header, inner in body:
            kind, name, *rest = header.split()
            if kind == "message":
                nested = message.nested_type.add(name=name)
                self._message(nested, f"{full_name}.{name}", inner, scope)
            elif kind == "enum":
                self._enum(message.enum_type.add(name=name), inner)
            elif kind == "oneof":
                message.oneof_decl.add(name=name)
                index = len(message.oneof_decl) - 1
                for line, _ in inner:
                    number, field_name, type_name = line.split()
                    field = self._field(message, number, field_name, type_name, scope)
                    field.oneof_index = index
            elif rest[0] == "map":
                self._map(message, full_name, kind, name, rest[1], rest[2], scope)
            else:
                field = self._field(message, kind, name, rest[-1], scope)
                if rest[0] == "repeated":
                    field.label = _FIELD.LABEL_REPEATED

    def _map(self, message, full_name, number, name, key, value, scope) -> None:
        entry_name = "".join(part.capitalize() for part in name.split("_")) + "Entry"
        entry = message.nested_type.add(name=entry_name)
        entry.options.map_entry = True
        self._field(entry, "1", "key", key, scope)
        self._field(entry, "2", "value", value, scope)
        message.field.add(
            name=name,
            number=int(number),
            label=_FIELD.LABEL_REPEATED,
            type=_FIELD.TYPE_MESSAGE,
            type_name=f".{full_name}.{entry_name}",
        )

    def _field(self, message: Any, number: str, name: str, type_name: str, scope: dict) -> Any:
        field = message.field.add(name=name, number=int(number), label=_FIELD.LABEL_OPTIONAL)
        if type_name in _SCALARS:
            field.type = _SCALARS[type_name]
        else:
            field.type_name, field.type = self._resolve(type_name, scope)
        return field

    def _resolve(self, type_name: str, scope: dict) -> tuple[str, int]:
        if type_name in scope:
            return scope[type_name]
        if type_name in self.local:
            return self.local[type_name]
        if type_name in _OWN_FILE:
            file = _file(_OWN_FILE[type_name])
        else:
            file = _tensorboard_module(_TENSORBOARD_FILE[type_name]).DESCRIPTOR
        if file.name not in self.file.dependency:
            self.file.dependency.append(file.name)
        is_enum = type_name in file.enum_types_by_name
        found = (file.enum_types_by_name if is_enum else file.message_types_by_name)[type_name]
        return f".{found.full_name}", _FIELD.TYPE_ENUM if is_enum else _FIELD.TYPE_MESSAGE


def _tree(text: str) -> list:
    """Indented lines as nested `(line, children)` pairs."""
    root: list = []
    stack: list[tuple[int, list]] = [(-1, root)]
    for line in textwrap.dedent(text).splitlines():
        if not line.strip():
            continue
        depth = len(line) - len(line.lstrip())
        while stack[-1][0] >= depth:
            stack.pop()
        children: list = []
        stack[-1][1].append((line.strip(), children))
        stack.append((depth, children))
    return root
