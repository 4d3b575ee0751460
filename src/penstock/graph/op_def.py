"""``OpDef`` protocol buffers of the registered operations."""

from __future__ import annotations

import functools
from typing import Any

from penstock import protos
from penstock.graph import attributes
from penstock.graph.registry import OpDefinition
from penstock.graph.signature import Argument


@functools.cache
def op_def_proto(definition: OpDefinition) -> Any:
    """The ``OpDef`` of an op type."""
    signature = definition.signature
    proto = protos.OpDef(
        name=definition.name,
        is_stateful=definition.stateful,
        is_commutative=definition.commutative,
        is_aggregate=definition.aggregate,
    )
    for argument in signature.inputs:
        _argument(argument, proto.input_arg.add())
    for argument in signature.outputs:
        _argument(argument, proto.output_arg.add())
    for attribute in signature.attributes:
        attr = proto.attr.add(name=attribute.name, type=attribute.kind)
        if not attribute.required:
            attributes.to_proto(attribute.default, attr.default_value, attribute.kind)
        if attribute.minimum is not None:
            attr.has_minimum = True
            attr.minimum = attribute.minimum
        if attribute.allowed is not None:
            attributes.to_proto(
                list(attribute.allowed), attr.allowed_values, f"list({attribute.kind})"
            )
    return proto


def _argument(argument: Argument, proto: Any) -> None:
    proto.name = argument.name
    proto.is_ref = argument.is_ref
    if argument.dtype is not None:
        proto.type = argument.dtype.as_datatype_enum
    if argument.type_attr is not None:
        proto.type_attr = argument.type_attr
    if argument.number_attr is not None:
        proto.number_attr = argument.number_attr
    if argument.type_list_attr is not None:
        proto.type_list_attr = argument.type_list_attr
