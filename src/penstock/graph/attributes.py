"""Attributes between their Python form and ``AttrValue``.

Python forms: ``DType`` for a type, ``bytes`` for a string, ``TensorShape``, NumPy arrays for
tensors, ``NameAttrList`` for functions, ``int``/``float``/``bool``, and lists of these.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock import protos
from penstock.graph import tensor_values
from penstock.graph.dtypes import DType, as_dtype
from penstock.graph.shapes import TensorShape, as_shape
from penstock.graph.signature import Attribute


def normalize(value: Any, attribute: Attribute, op_type: str) -> Any:
    """A value given for ``attribute``, in its Python form.

    Raises:
        TypeError: when it is of another kind.
        ValueError: when it isn't one of the allowed values.
    """
    kind = attribute.kind
    if kind.startswith("list("):
        if not isinstance(value, (list, tuple)):
            raise TypeError(f"Expected list for attr {attribute.name} of {op_type}, got {value!r}")
        result: Any = [_normalize_one(item, kind[5:-1], attribute.name) for item in value]
        items = result
        if attribute.minimum is not None and len(result) < attribute.minimum:
            raise ValueError(
                f"Attr '{attribute.name}' of '{op_type}' Op passed list of length {len(result)} "
                f"less than minimum {attribute.minimum}."
            )
    else:
        result = _normalize_one(value, kind, attribute.name)
        items = [result]
        if attribute.minimum is not None and kind == "int" and result < attribute.minimum:
            raise ValueError(
                f"Attr '{attribute.name}' of '{op_type}' Op passed {result} less than minimum "
                f"{attribute.minimum}."
            )
    if attribute.allowed is not None:
        for item in items:
            check_allowed(item, attribute, op_type)
    return result


def check_allowed(
    value: Any, attribute: Attribute, op_type: str, parameter: str | None = None
) -> None:
    """Raises unless ``value`` is one of the attribute's allowed values.

    Args:
        value: a value in Python form.
        attribute: the attribute.
        op_type: the operation, for the message.
        parameter: the input that determined the value, for the message.
    """
    if attribute.allowed is None or value in attribute.allowed:
        return
    if isinstance(value, DType):
        names = ", ".join(t.name for t in attribute.allowed)
        raise TypeError(
            f"Value passed to parameter '{parameter or attribute.name}' has DataType {value.name} "
            f"not in list of allowed values: {names}"
        )
    names = ", ".join(f'"{s.decode()}"' for s in attribute.allowed)
    raise ValueError(
        f"Attr '{attribute.name}' of '{op_type}' Op passed string '{value.decode()}' not in: "
        f"{names}."
    )


def _normalize_one(value: Any, kind: str, name: str) -> Any:
    try:
        if kind == "type":
            return as_dtype(value).base_dtype
        if kind == "int":
            if isinstance(value, (float, str, bytes)):
                raise TypeError
            return int(value)
        if kind == "float":
            if isinstance(value, (str, bytes)):
                raise TypeError
            # A GraphDef keeps 32 bits of it, and kernels read those.
            return float(np.float32(value))
        if kind == "bool":
            if not isinstance(value, (bool, np.bool_)):
                raise TypeError
            return bool(value)
        if kind == "string":
            return tensor_values.as_bytes(value)
        if kind == "shape":
            return as_shape(value)
        if kind == "tensor":
            if isinstance(value, protos.TensorProto):
                return tensor_values.array_of_tensor_proto(value, shared=True)
            return np.asarray(value)
    except TypeError:
        wanted = "DataType" if kind == "type" else kind
        raise TypeError(f"Expected {wanted} for argument '{name}' not {value!r}.") from None
    return value


def public_value(value: Any) -> Any:
    """An attribute as ``Operation.get_attr`` gives it."""
    if isinstance(value, np.ndarray):
        return tensor_values.proto_of_array(value)
    if isinstance(value, TensorShape):
        return value.as_proto()
    if isinstance(value, list):
        return [public_value(item) for item in value]
    return value


def to_proto(value: Any, proto: Any, kind: str | None) -> None:
    """Writes a Python form into an ``AttrValue``; ``kind`` names an empty list's type."""
    if isinstance(value, list):
        proto.list.SetInParent()
        for item in value:
            _add_to_list(item, proto.list, kind)
    elif isinstance(value, bool):
        proto.b = value
    elif isinstance(value, DType):
        proto.type = value.as_datatype_enum
    elif isinstance(value, int):
        if kind == "float":
            proto.f = value
        else:
            proto.i = value
    elif isinstance(value, float):
        proto.f = value
    elif isinstance(value, (bytes, str)):
        proto.s = tensor_values.as_bytes(value)
    elif isinstance(value, TensorShape):
        proto.shape.CopyFrom(value.as_proto())
    elif isinstance(value, np.ndarray):
        proto.tensor.CopyFrom(tensor_values.proto_of_array(value))
    elif isinstance(value, protos.TensorProto):
        proto.tensor.CopyFrom(value)
    else:
        proto.func.CopyFrom(value)


def _add_to_list(item: Any, target: Any, kind: str | None) -> None:
    if isinstance(item, bool):
        target.b.append(item)
    elif isinstance(item, DType):
        target.type.append(item.as_datatype_enum)
    elif isinstance(item, float) or kind == "list(float)":
        target.f.append(item)
    elif isinstance(item, int):
        target.i.append(item)
    elif isinstance(item, (bytes, str)):
        target.s.append(tensor_values.as_bytes(item))
    elif isinstance(item, TensorShape):
        target.shape.append(item.as_proto())
    elif isinstance(item, np.ndarray):
        target.tensor.append(tensor_values.proto_of_array(item))
    else:
        target.func.append(item)


def from_proto(proto: Any) -> Any:
    """The Python form of an ``AttrValue``."""
    field = proto.WhichOneof("value")
    if field == "list":
        values = proto.list
        for name, convert in _LIST_FIELDS:
            items = getattr(values, name)
            if len(items):
                return [convert(item) for item in items]
        return []
    if field is None:
        return None
    return _FIELDS[field](getattr(proto, field))


def _type(number: int) -> Any:
    return as_dtype(number)


def _tensor(proto: Any) -> Any:
    return tensor_values.array_of_tensor_proto(proto, shared=True)


_FIELDS: dict[str, Any] = {
    "s": bytes,
    "i": int,
    "f": float,
    "b": bool,
    "type": _type,
    "shape": TensorShape,
    "tensor": _tensor,
    "func": lambda value: value,
    "placeholder": lambda value: value,
}
_LIST_FIELDS: list[tuple[str, Any]] = [
    (name, _FIELDS[name]) for name in ("s", "i", "f", "b", "type", "shape", "tensor", "func")
]
