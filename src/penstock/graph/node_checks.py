"""Reading the attributes of a ``NodeDef``: checks, defaults, and messages in TensorFlow's words."""

from __future__ import annotations

from typing import Any

from penstock import protos
from penstock.graph import attributes as forms
from penstock.graph.dtypes import DType
from penstock.graph.registry import OpDefinition
from penstock.graph.signature import Argument, Attribute

_FIELDS = {"string": "s", "int": "i", "float": "f", "bool": "b", "type": "type", "shape": "shape",
           "tensor": "tensor", "func": "func"}  # fmt: skip
_WORDS = {"s": "string", "i": "int", "f": "float", "b": "bool", "list": "list(any)"}


def described_type(dtype: DType, is_ref: bool | None = None) -> str:
    """A type as the messages write it: ``float``, ``float_ref``."""
    name = protos.DataType.Name(dtype.base_dtype.as_datatype_enum)[3:].lower()
    ref = dtype._is_ref_dtype if is_ref is None else is_ref
    return f"{name}_ref" if ref else name


def describe_op(definition: OpDefinition) -> str:
    """An op type as the messages write it: ``Op<name=...; signature=...; attr=...>``."""
    signature = definition.signature
    text = f"Op<name={definition.name}; signature="
    text += f"{', '.join(map(_argument, signature.inputs))} -> "
    text += ", ".join(map(_argument, signature.outputs))
    text += "".join(f"; attr={_attribute(a)}" for a in signature.attributes)
    return text + ("; is_stateful=true>" if definition.stateful else ">")


def _argument(argument: Argument) -> str:
    kind = argument.type_attr or argument.type_list_attr or ""
    if argument.dtype is not None:
        kind = "DT_" + described_type(argument.dtype).upper()
    if argument.number_attr:
        kind = f"{argument.number_attr}*{kind}"
    return f"{argument.name}:Ref({kind})" if argument.is_ref else f"{argument.name}:{kind}"


def _attribute(attribute: Attribute) -> str:
    text = f"{attribute.name}:{attribute.kind}"
    if not attribute.required:
        value = attribute.default
        text += f",default={_shown(value)}"
    if attribute.minimum is not None:
        text += f",min={attribute.minimum}"
    if attribute.allowed is not None:
        text += f",allowed=[{', '.join(_shown(v) for v in attribute.allowed)}]"
    return text


def _shown(value: Any) -> str:
    if isinstance(value, DType):
        return "DT_" + described_type(value).upper()
    if isinstance(value, bytes):
        return f'"{value.decode(errors="replace")}"'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(map(_shown, value)) + "]"
    return str(value)


def read_attributes(
    node: Any, name: str, definition: OpDefinition, producer: Any
) -> dict[str, Any]:
    """The complete attributes of ``node``, in Python form.

    Args:
        node: the ``NodeDef``. name: its name in the graph.
        definition: its op type.
        producer: the ``OpDef`` of the program that wrote the node, or ``None``.

    Raises:
        ValueError: for an attribute that is missing, unknown, or of another kind.
    """
    known = definition.signature.attribute_by_name
    where = f"NodeDef: {{{{node {name}}}}}"
    values: dict[str, Any] = {}
    for attribute in definition.signature.attributes:
        if attribute.name in node.attr:
            proto = node.attr[attribute.name]
            _check_kind(proto, attribute, definition, where)
            value = forms.from_proto(proto)
            _check_value(value, attribute, definition, where)
            values[attribute.name] = value
        elif attribute.required:
            raise ValueError(
                f"NodeDef missing attr '{attribute.name}' from {describe_op(definition)}; {where}"
            )
        else:
            values[attribute.name] = attribute.default
    for key in node.attr:
        if key in known:
            continue
        if key.startswith("_"):
            values[key] = forms.from_proto(node.attr[key])
        elif not _has_producers_default(node.attr[key], key, producer):
            raise ValueError(
                f"NodeDef mentions attr '{key}' not in {describe_op(definition)}; {where}. (Check "
                "whether your GraphDef-interpreting binary is up to date with your "
                "GraphDef-generating binary.)."
            )
    return values


def _has_producers_default(value: Any, key: str, producer: Any) -> bool:
    if producer is None:
        return False
    return any(
        attr.name == key and attr.HasField("default_value") and attr.default_value == value
        for attr in producer.attr
    )


def _check_kind(proto: Any, attribute: Attribute, definition: OpDefinition, where: str) -> None:
    field = proto.WhichOneof("value")
    if attribute.kind.startswith("list("):
        wanted = "list"
    else:
        wanted = _FIELDS[attribute.kind]
    if field == wanted:
        return
    if field is None:
        raise ValueError(
            f"AttrValue missing value with expected type '{attribute.kind}'\n\t for attr "
            f"'{attribute.name}'\n\t; {where}; {describe_op(definition)}"
        )
    raise ValueError(
        f"AttrValue had value with type '{_WORDS.get(field, field)}' when '{attribute.kind}' "
        f"expected\n\t for attr '{attribute.name}'\n\t; {where}; {describe_op(definition)}"
    )


def _check_value(value: Any, attribute: Attribute, definition: OpDefinition, where: str) -> None:
    items = value if isinstance(value, list) else [value]
    if attribute.allowed is not None:
        for item in items:
            if item not in attribute.allowed:
                shown = described_type(item) if isinstance(item, DType) else _shown(item)
                listed = ", ".join(
                    described_type(v) if isinstance(v, DType) else _shown(v)
                    for v in attribute.allowed
                )
                raise ValueError(
                    f"Value for attr '{attribute.name}' of {shown} is not in the list of allowed "
                    f"values: {listed}\n\t; {where}; {describe_op(definition)}"
                )
    if attribute.minimum is None:
        return
    amount = len(value) if isinstance(value, list) else value
    if amount < attribute.minimum:
        what = "Length" if isinstance(value, list) else "Value"
        raise ValueError(
            f"{what} for attr '{attribute.name}' of {amount} must be at least minimum "
            f"{attribute.minimum}\n\t; {where}; {describe_op(definition)}"
        )
