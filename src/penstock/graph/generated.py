"""Functions made from the op registry: ``tf.raw_ops.Relu`` and ``gen_nn_ops.relu``.

TensorFlow generates such wrappers when it is built; here one is made when it is first asked for.
`raw_function` takes keywords only, under the names of the registry. `generated_function` takes
the inputs and attributes in the order of TensorFlow's generated modules: inputs, then attributes
without a default, then those with one; attributes that the inputs determine are left out.
"""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Iterable
from typing import Any

from penstock.graph.build import apply
from penstock.graph.registry import OpDefinition, lookup, registered


def _all_operations() -> tuple[str, ...]:
    from penstock import ops

    ops.load_all()
    return tuple(registered())


def _argument_names(definition: OpDefinition) -> tuple[list[str], list[str], list[str]]:
    """The names of inputs, attributes without and attributes with a default."""
    signature = definition.signature
    inferred = {
        name
        for argument in signature.inputs
        for name in (argument.type_attr, argument.number_attr, argument.type_list_attr)
    }
    free = [each for each in signature.attributes if each.name not in inferred]
    return (
        [argument.name for argument in signature.inputs],
        [each.name for each in free if each.required],
        [each.name for each in free if not each.required],
    )


def _make(definition: OpDefinition, python_name: str, keywords_only: bool) -> Callable[..., Any]:
    inputs, required, optional = _argument_names(definition)
    Parameter = inspect.Parameter
    kind = Parameter.KEYWORD_ONLY if keywords_only else Parameter.POSITIONAL_OR_KEYWORD
    signature = inspect.Signature(
        [Parameter(name, kind) for name in inputs + required]
        + [Parameter(name, kind, default=None) for name in [*optional, "name"]]
    )

    def function(*args: Any, **kwargs: Any) -> Any:
        try:
            given = signature.bind(*args, **kwargs).arguments
        except TypeError as error:
            raise TypeError(f"{python_name}() {error}") from None
        values = [given.pop(name) for name in inputs]
        return apply(definition.name, *values, **given)

    function.__name__ = function.__qualname__ = python_name
    function.__signature__ = signature  # type: ignore[attr-defined]
    function.__doc__ = (
        f"Adds a ``{definition.name}`` operation.\n\n"
        f"Args:\n    {', '.join(inputs) or 'none'}: its inputs.\n"
        f"    {', '.join([*required, *optional]) or 'none'}: its attributes.\n"
        "    name: its name.\n"
    )
    return function


@functools.cache
def raw_function(op_type: str) -> Callable[..., Any] | None:
    """The function that adds an operation of one type from keyword arguments, or ``None``."""
    if lookup(op_type) is None:
        _all_operations()
    definition = lookup(op_type)
    return None if definition is None else _make(definition, op_type, keywords_only=True)


def python_name(op_type: str) -> str:
    """The name of an operation in TensorFlow's generated modules: ``MatMul`` is ``mat_mul``."""
    name = re.sub(r"([A-Z\d])([A-Z][a-z])", r"\1_\2", op_type)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


@functools.cache
def _by_python_name() -> dict[str, str]:
    return {python_name(each): each for each in _all_operations()}


@functools.cache
def generated_function(name: str) -> Callable[..., Any] | None:
    """The function of a generated module, with or without the underscore before, or ``None``."""
    op_type = _by_python_name().get(name.lstrip("_"))
    if op_type is None:
        return None
    definition = lookup(op_type)
    assert definition is not None
    return _make(definition, name, keywords_only=False)


def operation_names() -> Iterable[str]:
    """The types of all operations."""
    return sorted(_all_operations())


def __getattr__(name: str) -> Any:
    # As a module this is what programs get for `tensorflow.python.ops.gen_nn_ops`.
    found = None if name.startswith("__") else generated_function(name)
    if found is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return found
