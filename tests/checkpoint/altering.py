"""Altering files and messages: what may happen to them, by accident or by bad intent."""

from __future__ import annotations

from typing import Any

import numpy as np
from google.protobuf.descriptor import FieldDescriptor


def alter(content: bytes, rng: np.random.Generator) -> bytes:
    """A file that something went wrong with."""
    data = bytearray(content)
    for _ in range(int(rng.integers(1, 4))):
        size = len(data)
        place = int(rng.integers(size)) if size else 0
        kind = int(rng.integers(8))
        length = int(rng.integers(1, 40))
        if kind == 0 and size:
            data[place] ^= 1 << int(rng.integers(8))
        elif kind == 1 and size:
            data[place] = int(rng.choice([0, 1, 0x7F, 0x80, 0xFF]))
        elif kind == 2:
            del data[place:]
        elif kind == 3:
            del data[place : place + length]
        elif kind == 4:
            data[place:place] = rng.bytes(length)
        elif kind == 5:
            data[place : place + length] = bytes(min(length, size - place))
        elif kind == 6:
            source = int(rng.integers(size)) if size else 0
            data[place : place + length] = data[source : source + length]
        else:
            data += rng.bytes(length)
    return bytes(data)


def forge(message: Any, rng: np.random.Generator) -> None:
    """Changes some fields of a message, which stays a message of its kind."""
    places = list(_fields(message))
    for _ in range(int(rng.integers(1, 4))):
        owner, field = places[int(rng.integers(len(places)))]
        _change(owner, field, rng)


def _fields(message: Any) -> Any:
    for field, value in message.ListFields():
        yield message, field
        if field.type != FieldDescriptor.TYPE_MESSAGE:
            continue
        if field.message_type.GetOptions().map_entry:
            nested = list(value.values()) if hasattr(value, "values") else []
        else:
            nested = list(value) if _is_repeated(field) else [value]
        for each in nested:
            if hasattr(each, "ListFields"):
                yield from _fields(each)


def _is_repeated(field: Any) -> bool:
    return (
        field.is_repeated if hasattr(field, "is_repeated") else field.label == field.LABEL_REPEATED
    )


def _change(owner: Any, field: Any, rng: np.random.Generator) -> None:
    value = getattr(owner, field.name)
    if field.type == FieldDescriptor.TYPE_MESSAGE and field.message_type.GetOptions().map_entry:
        keys = sorted(value)
        if keys:
            key, other = (keys[int(rng.integers(len(keys)))] for _ in range(2))
            if rng.random() < 0.5 or not hasattr(value[key], "CopyFrom"):
                del value[key]
            else:
                value[key].CopyFrom(value[other])
        return
    if _is_repeated(field):
        if not len(value) or rng.random() < 0.3:
            owner.ClearField(field.name)
            return
        place, other = (int(rng.integers(len(value))) for _ in range(2))
        if rng.random() < 0.5:
            del value[place]
        elif field.type == FieldDescriptor.TYPE_MESSAGE:
            value[place].CopyFrom(value[other])
        else:
            value[place] = _another(field, value[place], rng)
        return
    if field.type == FieldDescriptor.TYPE_MESSAGE or rng.random() < 0.2:
        owner.ClearField(field.name)
    else:
        setattr(owner, field.name, _another(field, value, rng))


def _another(field: Any, value: Any, rng: np.random.Generator) -> Any:
    kind = field.type
    if kind in (FieldDescriptor.TYPE_FLOAT, FieldDescriptor.TYPE_DOUBLE):
        return float(rng.choice([0.0, -1.5, np.inf, np.nan, 1e30]))
    if kind == FieldDescriptor.TYPE_BOOL:
        return not value
    if kind == FieldDescriptor.TYPE_STRING:
        return str(rng.choice(["", "a", value[1:], value + "_1", "^" + value, value + ":1", "/"]))
    if kind == FieldDescriptor.TYPE_BYTES:
        return bytes(alter(value, rng))
    if kind == FieldDescriptor.TYPE_ENUM:
        return int(rng.choice([0, 1, 2, 7, 9, 19, 20, 21, 77, 101]))
    small = field.type in (FieldDescriptor.TYPE_INT32, FieldDescriptor.TYPE_UINT32)
    choices = [0, 1, 2, 3, 100, 2**31 - 1] + ([] if small else [2**40, 2**62])
    if kind in (FieldDescriptor.TYPE_INT32, FieldDescriptor.TYPE_INT64):
        choices += [-1, -2, -(2**31)]
    return int(rng.choice(np.array(choices, dtype=object)))
