"""``apply``: adds one operation, converting inputs and working out attributes as TensorFlow does.

Public functions are written on it::

    def tanh(x, name=None):
        return apply("Tanh", x, name=name)
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

from penstock.graph import attributes as forms
from penstock.graph import errors
from penstock.graph.convert import convert_n_to_tensor, convert_to_tensor
from penstock.graph.dtypes import DType
from penstock.graph.operation import Operation
from penstock.graph.registry import OpDefinition, lookup, registered
from penstock.graph.scopes import graph_of
from penstock.graph.signature import Argument
from penstock.graph.tensor import Tensor

# An operation with more is an altered file, or a mistake.
_MOST_OUTPUTS = 1_000_000


def definition_of(op_type: str) -> OpDefinition:
    """The definition of an op type.

    Raises:
        NotFoundError: when Penstock has no such operation; the message names the nearest.
    """
    definition = lookup(op_type)
    if definition is None:
        from penstock import ops

        ops.load_all()
        definition = lookup(op_type)
    if definition is None:
        import difflib

        near = difflib.get_close_matches(op_type, registered(), 3)
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        raise errors.NotFoundError(
            None, None, f"Op type not registered '{op_type}': Penstock has no such operation.{hint}"
        )
    return definition


def apply(op_type: str, *inputs: Any, name: str | None = None, **attributes: Any) -> Any:
    """Adds an operation to the graph of its inputs.

    Args:
        op_type: the op type.
        *inputs: one value for each input of the signature; a list input is one sequence.
        name: the operation's name; the op type when left out.
        **attributes: attributes that the inputs don't determine; ``None`` means the default.

    Returns:
        The output tensor; a list for several outputs or a list output; the ``Operation`` when
        there are no outputs.

    Raises:
        TypeError: when an input's type doesn't fit.
        ValueError: when shapes or attribute values don't fit.
    """
    op = apply_op(op_type, inputs, name, attributes)
    outputs = op.outputs
    arguments = op.definition.signature.outputs
    if not outputs and not (len(arguments) == 1 and arguments[0].number_attr):
        return op
    if len(arguments) == 1:
        return list(outputs) if arguments[0].is_list else outputs[0]
    grouped: list[Any] = []
    position = 0
    for argument in arguments:
        if argument.is_list:
            count = (
                op.attr(argument.number_attr)
                if argument.number_attr
                else len(op.attr(argument.type_list_attr or ""))
            )
            grouped.append(list(outputs[position : position + count]))
            position += count
        else:
            grouped.append(outputs[position])
            position += 1
    return grouped


def apply_op(
    op_type: str, inputs: Sequence[Any], name: str | None, attributes: dict[str, Any]
) -> Operation:
    """``apply`` that returns the ``Operation``."""
    definition = definition_of(op_type)
    signature = definition.signature
    if len(inputs) != len(signature.inputs):
        raise TypeError(
            f"{op_type} takes {len(signature.inputs)} inputs "
            f"({', '.join(a.name for a in signature.inputs)}), got {len(inputs)}"
        )
    given = {k: v for k, v in attributes.items() if v is not None}
    unknown = [k for k in given if k not in signature.attribute_by_name and k[0] != "_"]
    if unknown:
        raise TypeError(f"{op_type} has no attribute {', '.join(map(repr, unknown))}")
    graph = graph_of(_tensors_in(inputs))
    for attribute in signature.attributes:
        if attribute.name in given:
            given[attribute.name] = forms.normalize(given[attribute.name], attribute, op_type)
    with graph.as_default(), graph.name_scope(name or op_type) as scope:
        flat: list[Tensor] = []
        values = dict(given)
        origin: dict[str, str] = {}
        for argument, value in zip(signature.inputs, inputs, strict=True):
            if argument.is_list:
                _convert_list(op_type, definition, argument, value, values, origin, flat)
            else:
                _convert_one(op_type, definition, argument, value, values, origin, flat)
        complete: dict[str, Any] = {}
        for attribute in signature.attributes:
            if attribute.name in values:
                value = values[attribute.name]
                if attribute.name not in given:
                    _check_inferred(value, attribute, op_type, signature.inputs)
            elif attribute.required:
                if attribute.kind == "type":
                    raise TypeError(f"Expected DataType for argument '{attribute.name}' not None.")
                raise TypeError(f"No argument for attr {attribute.name} of {op_type}")
            else:
                value = attribute.default
            complete[attribute.name] = value
        for key, value in values.items():
            if key[0] == "_":
                complete[key] = value
        types = output_types_of(definition, complete)
        references = [
            tensor
            for argument, tensor in zip(signature.inputs, flat, strict=False)
            if argument.is_ref
        ]
        if not references:
            return graph.add_operation(definition, flat, complete, types, scope)
        # What works on a variable in place is placed with it.
        with contextlib.ExitStack() as colocated:
            for tensor in references:
                colocated.enter_context(graph.colocate_with(tensor.op))
            return graph.add_operation(definition, flat, complete, types, scope)


def _tensors_in(inputs: Sequence[Any]) -> list[Any]:
    found: list[Any] = []
    for value in inputs:
        if isinstance(value, (list, tuple)):
            found.extend(v for v in value if hasattr(v, "graph"))
        elif hasattr(value, "graph"):
            found.append(value)
    return found


def _check_inferred(
    value: Any, attribute: Any, op_type: str, arguments: Sequence[Argument]
) -> None:
    if isinstance(value, list):
        if attribute.minimum is not None and len(value) < attribute.minimum:
            raise ValueError(
                f"Attr '{attribute.name}' of '{op_type}' Op passed list of length {len(value)} "
                f"less than minimum {attribute.minimum}."
            )
        for item in value:
            forms.check_allowed(item, attribute, op_type)
    elif isinstance(value, int) and not isinstance(value, bool):
        if attribute.minimum is not None and value < attribute.minimum:
            names = [each.name for each in arguments if each.number_attr == attribute.name]
            raise ValueError(
                f"List argument '{names[0] if names else attribute.name}' to '{op_type}' Op with "
                f"length {value} shorter than minimum length {attribute.minimum}."
            )
    else:
        forms.check_allowed(value, attribute, op_type)


def _preferred(definition: OpDefinition, type_attr: str | None) -> DType | None:
    """The default of a type attribute: what a bare Python value is converted to if it can be."""
    if type_attr is None:
        return None
    attribute = definition.signature.attribute_by_name[type_attr]
    return None if attribute.required else attribute.default


def _convert_one(
    op_type: str,
    definition: OpDefinition,
    argument: Argument,
    value: Any,
    values: dict[str, Any],
    origin: dict[str, str],
    flat: list[Tensor],
) -> None:
    type_attr = argument.type_attr
    wanted = argument.dtype if type_attr is None else values.get(type_attr)
    preferred = None if wanted is not None else _preferred(definition, type_attr)
    try:
        tensor = convert_to_tensor(
            value,
            dtype=wanted,
            name=argument.name,
            preferred_dtype=preferred,
            as_ref=argument.is_ref,
        )
    except TypeError as error:
        if wanted is None:
            raise
        raise TypeError(
            f"Expected {wanted.name} passed to parameter '{argument.name}' of op '{op_type}', got "
            f"{value!r} of type '{type(value).__name__}' instead. Error: {error}"
        ) from None
    except ValueError as error:
        try:
            actual = convert_to_tensor(value, as_ref=argument.is_ref).dtype.name
        except ValueError as reason:
            raise ValueError(
                f"Tried to convert '{argument.name}' to a tensor and failed. Error: {reason}"
            ) from None
        if wanted is None or actual == wanted.name:
            raise error from None
        raise TypeError(
            f"Input '{argument.name}' of '{op_type}' Op has type {actual} that does not match "
            + _expected(argument, wanted, origin)
        ) from None
    base = tensor.dtype.base_dtype
    if wanted is not None and base != wanted:
        raise TypeError(
            f"Input '{argument.name}' of '{op_type}' Op has type {base.name} that does not match "
            + _expected(argument, wanted, origin)
        )
    if argument.is_ref and not tensor.dtype._is_ref_dtype:
        raise TypeError(
            f"'{op_type}' Op requires that input '{argument.name}' be a mutable tensor "
            "(e.g.: a tf.Variable)"
        )
    if type_attr is not None and type_attr not in values:
        attribute = definition.signature.attribute_by_name[type_attr]
        forms.check_allowed(base, attribute, op_type, argument.name)
        values[type_attr] = base
        origin[type_attr] = argument.name
    flat.append(tensor)


def _expected(argument: Argument, wanted: DType, origin: dict[str, str]) -> str:
    if argument.type_attr is None:
        return f"expected type of {wanted.name}."
    source = origin.get(argument.type_attr)
    if source is None:
        return f"type {wanted.name} of attr '{argument.type_attr}'."
    return f"type {wanted.name} of argument '{source}'."


def _convert_list(
    op_type: str,
    definition: OpDefinition,
    argument: Argument,
    value: Any,
    values: dict[str, Any],
    origin: dict[str, str],
    flat: list[Tensor],
) -> None:
    if not isinstance(value, (list, tuple)):
        raise TypeError(
            f"Expected list for '{argument.name}' argument to '{op_type}' Op, not {value!r}."
        )
    if argument.type_list_attr is not None:
        types = values.get(argument.type_list_attr)
        if types is None:
            tensors = convert_n_to_tensor(value, name=argument.name, as_ref=argument.is_ref)
            values[argument.type_list_attr] = [t.dtype.base_dtype for t in tensors]
        else:
            if len(types) != len(value):
                raise TypeError(
                    f"'{op_type}' Op takes {len(types)} tensors for '{argument.name}', got "
                    f"{len(value)}"
                )
            tensors = [
                convert_to_tensor(v, dtype=t, name=f"{argument.name}_{i}")
                for i, (v, t) in enumerate(zip(value, types, strict=True))
            ]
        flat.extend(tensors)
        return
    count = values.setdefault(argument.number_attr or "", len(value))
    if count != len(value):
        raise ValueError(
            f"List argument '{argument.name}' to '{op_type}' Op with length {len(value)} must "
            f"match length {count} of argument '{origin.get(argument.number_attr or '', '?')}'."
        )
    origin.setdefault(argument.number_attr or "", argument.name)
    wanted = argument.dtype if argument.type_attr is None else values.get(argument.type_attr)
    preferred = None
    if wanted is None:
        wanted = next((v.dtype.base_dtype for v in value if isinstance(v, Tensor)), None) or next(
            (v.dtype.base_dtype for v in value if hasattr(v, "_as_graph_element")), None
        )
        preferred = _preferred(definition, argument.type_attr)
    try:
        tensors = convert_n_to_tensor(
            value,
            name=argument.name,
            dtype=wanted,
            preferred_dtype=None if wanted is not None else preferred,
            as_ref=argument.is_ref,
        )
        bases = {t.dtype.base_dtype for t in tensors}
        if len(bases) > 1:
            raise TypeError
    except (TypeError, ValueError):
        found = []
        for item in value:
            try:
                found.append(convert_to_tensor(item).dtype.base_dtype.name)
            except (TypeError, ValueError):
                found.append(f"<NOT CONVERTIBLE TO TENSOR: {item!r}>")
        text = (
            f"Tensors in list passed to '{argument.name}' of '{op_type}' Op have types "
            f"[{', '.join(found)}] that "
        )
        if wanted is not None and argument.type_attr in origin:
            text += "do not match " + _expected(argument, wanted, origin)
        elif wanted is not None and argument.dtype is not None:
            text += f"do not match expected type {wanted.name}."
        else:
            text += "don't all match."
        raise TypeError(text) from None
    if argument.type_attr is not None and argument.type_attr not in values and tensors:
        values[argument.type_attr] = tensors[0].dtype.base_dtype
        origin[argument.type_attr] = argument.name
    flat.extend(tensors)


def output_types_of(definition: OpDefinition, values: dict[str, Any]) -> list[DType]:
    """The types of an operation's outputs, from its complete attributes."""
    types: list[DType] = []
    defaults = definition.signature.attribute_by_name
    for argument in definition.signature.outputs:
        if argument.type_list_attr is not None:
            listed = values.get(argument.type_list_attr)
            if listed is None:
                listed = defaults[argument.type_list_attr].default
            types.extend(listed)
            continue
        if argument.dtype is not None:
            dtype = argument.dtype
        else:
            name = argument.type_attr or ""
            dtype = values[name] if name in values else defaults[name].default
        if argument.is_ref:
            dtype = dtype._as_ref
        count = 1 if argument.number_attr is None else values[argument.number_attr]
        if count > _MOST_OUTPUTS:
            raise ValueError(
                f"Value for attr '{argument.number_attr}' of {count} asks for more outputs than "
                "an operation can have"
            )
        types.extend([dtype] * count)
    return types
