"""The op registry: what an operation is, all of it in one class.

``@operation`` reads a small class and keeps everything about one operation together::

    @operation("Tanh", inputs="x: T", outputs="y: T", attrs="T: {half, float, double}")
    class Tanh:
        shape = same_as_input()
        def lower(x): return jnp.tanh(x)
        def gradient(op, dy): return tanh_grad(op.outputs[0], dy)

The functions (all optional, none takes ``self``):

``shape(op)``
    the static shapes of the outputs: one ``TensorShape`` (or list of sizes) for one output, a
    list of shapes for several.  ``op.inputs``, ``op.attr(name)`` and ``constant_value`` tell what
    is known.  Left out: unknown shapes.
``lower(*inputs, attribute=...)``
    the outputs as JAX values, traced inside one compiled cluster.  Positional parameters are the
    inputs (a list input comes as one list); keyword-only ones name the attributes wanted, or
    ``op`` (the ``Operation``) or ``run`` (the trace: random state, checks).  Type attributes come
    as NumPy types, strings as ``str``.  One output is returned as it is, several as a tuple.
``host(*inputs, attribute=...)``
    the same with NumPy values, run between clusters; for strings, files, queues, and operations
    whose output *shape* depends on data.
``fold(*inputs, attribute=...)``
    the same with NumPy values, for operations that take part in shape arithmetic: their value is
    computed while tracing when all their inputs are known then.
``gradient(op, *output_gradients)``
    builds the gradients for ``op.inputs``: one tensor, or a list with ``None`` where there is
    none.  ``gradient = None`` says the operation isn't differentiable; left out, ``tf.gradients``
    raises ``LookupError``.
``static``
    names of the inputs whose *values* must be known while tracing (shapes, axes, pads).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from penstock.graph.dtypes import DType
from penstock.graph.signature import Signature, parse_arguments, parse_attributes
from penstock.graph.tensor_values import array_of_tensor_proto

_MISSING: Any = object()
_PARTS = {"shape", "lower", "host", "fold", "gradient", "static"}


class Implementation:
    """A ``lower``, ``host`` or ``fold`` function with the way to call it for an operation."""

    __slots__ = ("function", "keywords")

    def __init__(self, function: Callable[..., Any], op_name: str, signature: Signature) -> None:
        self.function = function
        parameters = inspect.signature(function).parameters.values()
        self.keywords = tuple(p.name for p in parameters if p.kind is p.KEYWORD_ONLY)
        known = signature.attribute_by_name
        for keyword in self.keywords:
            if keyword not in known and keyword not in ("op", "run"):
                raise TypeError(f"{op_name}: {keyword!r} is no attribute of the operation")

    def arguments(self, op: Any, run: Any) -> dict[str, Any]:
        """The keyword arguments for ``op``."""
        found = {}
        for keyword in self.keywords:
            if keyword == "op":
                found[keyword] = op
            elif keyword == "run":
                found[keyword] = run
            else:
                found[keyword] = plain_attribute(op.attr(keyword))
        return found

    def __call__(self, op: Any, values: list[Any], run: Any = None) -> Any:
        """Calls the function with the flat input ``values`` of ``op``."""
        return self.function(*group_inputs(op, values), **self.arguments(op, run))


def plain_attribute(value: Any) -> Any:
    """An attribute as a kernel wants it: NumPy types, text, arrays."""
    if isinstance(value, DType):
        return value.base_dtype.as_numpy_dtype
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return value
    if isinstance(value, list):
        return [plain_attribute(item) for item in value]
    if hasattr(value, "tensor_shape"):
        return array_of_tensor_proto(value)
    return value


def group_inputs(op: Any, values: list[Any]) -> list[Any]:
    """The flat input ``values`` of ``op``, with list arguments as lists."""
    signature = op.definition.signature
    if signature.plain_inputs:
        return values
    grouped, position = [], 0
    for argument in signature.inputs:
        if not argument.is_list:
            grouped.append(values[position])
            position += 1
            continue
        count = argument_length(op, argument)
        grouped.append(list(values[position : position + count]))
        position += count
    return grouped


def argument_length(op: Any, argument: Any) -> int:
    """How many tensors ``argument`` of ``op`` stands for."""
    if argument.number_attr is not None:
        return op.attr(argument.number_attr)
    if argument.type_list_attr is not None:
        return len(op.attr(argument.type_list_attr))
    return 1


class OpDefinition:
    """Everything known about one operation type."""

    def __init__(
        self,
        name: str,
        inputs: str,
        outputs: str,
        attrs: str,
        stateful: bool,
        commutative: bool,
        aggregate: bool,
        parts: dict[str, Any],
    ) -> None:
        self.name = name
        self._texts = (inputs, outputs, attrs)
        self._signature: Signature | None = None
        self.stateful = stateful
        self.commutative = commutative
        self.aggregate = aggregate
        self.shape: Callable[[Any], Any] | None = parts.get("shape")
        self.gradient: Any = parts.get("gradient", _MISSING)
        self._functions: dict[str, Any] = {
            k: parts[k] for k in ("lower", "host", "fold") if k in parts
        }
        self._implementations: dict[str, Implementation | None] = {}
        static = parts.get("static", ())
        self.static: frozenset[str] = frozenset([static] if isinstance(static, str) else static)

    @property
    def signature(self) -> Signature:
        """Inputs, outputs and attributes (read from their texts when first wanted)."""
        if self._signature is None:
            inputs, outputs, attrs = self._texts
            self._signature = Signature(
                parse_arguments(inputs), parse_arguments(outputs), parse_attributes(attrs)
            )
        return self._signature

    @property
    def has_gradient(self) -> bool:
        """True when ``gradient`` was given, be it ``None``."""
        return self.gradient is not _MISSING

    def _implementation(self, kind: str) -> Implementation | None:
        try:
            return self._implementations[kind]
        except KeyError:
            function: Callable[..., Any] | None = self._functions.get(kind)
            made = None if function is None else Implementation(function, self.name, self.signature)
            self._implementations[kind] = made
            return made

    @property
    def lower(self) -> Implementation | None:
        """The XLA lowering."""
        return self._implementation("lower")

    @property
    def host(self) -> Implementation | None:
        """The host kernel."""
        return self._implementation("host")

    @property
    def fold(self) -> Implementation | None:
        """The NumPy function for values known while tracing."""
        return self._implementation("fold")

    def __repr__(self) -> str:
        return f"<OpDefinition {self.name}>"


_DEFINITIONS: dict[str, OpDefinition] = {}


def operation(
    name: str,
    *,
    inputs: str = "",
    outputs: str = "",
    attrs: str = "",
    stateful: bool = False,
    commutative: bool = False,
    aggregate: bool = False,
) -> Callable[[type], OpDefinition]:
    """Registers the operation that the decorated class describes (see the module's text)."""

    def register(description: type) -> OpDefinition:
        parts = {k: v for k, v in vars(description).items() if not k.startswith("__")}
        unknown = {k for k in parts if k not in _PARTS and not k.startswith("_")}
        if unknown:
            raise TypeError(f"{name}: {sorted(unknown)} is no part of an operation")
        parts = {k: v.__func__ if isinstance(v, staticmethod) else v for k, v in parts.items()}
        if name in _DEFINITIONS:
            raise ValueError(f"The operation {name!r} is registered twice")
        definition = OpDefinition(
            name, inputs, outputs, attrs, stateful, commutative, aggregate, parts
        )
        _DEFINITIONS[name] = definition
        return definition

    return register


def lookup(name: str) -> OpDefinition | None:
    """The definition of an op type, or ``None``."""
    return _DEFINITIONS.get(name)


def registered() -> dict[str, OpDefinition]:
    """All definitions by op type."""
    return dict(_DEFINITIONS)


class RegisterGradient:
    """A decorator that registers the gradient of an op type, or a name for
    ``Graph.gradient_override_map``.

    The function takes the operation and one gradient per output, and returns one gradient per
    input (a single one bare, ``None`` where there is none).
    """

    def __init__(self, op_type: str) -> None:
        if not isinstance(op_type, str):
            raise TypeError("op_type must be a string")
        self._op_type = op_type

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        _register_gradient(self._op_type, function)
        return function


def not_differentiable(op_type: str) -> None:
    """Declares that no gradient flows through operations of ``op_type``."""
    if not isinstance(op_type, str):
        raise TypeError("op_type must be a string")
    _register_gradient(op_type, None)


_NAMED_GRADIENTS: dict[str, Any] = {}


def _register_gradient(op_type: str, function: Any) -> None:
    definition = _DEFINITIONS.get(op_type)
    if op_type in _NAMED_GRADIENTS or (definition is not None and definition.has_gradient):
        raise KeyError(f"Registering two gradient with name '{op_type}'!")
    _NAMED_GRADIENTS[op_type] = function


def gradient_function(op_type: str) -> Any:
    """The gradient function of an op type or override name; ``None`` if not differentiable.

    Raises:
        LookupError: when no gradient is registered.
    """
    if op_type in _NAMED_GRADIENTS:
        return _NAMED_GRADIENTS[op_type]
    definition = _DEFINITIONS.get(op_type)
    if definition is None or not definition.has_gradient:
        raise LookupError(f"gradient registry has no entry for: {op_type}")
    return definition.gradient


def as_host_array(value: Any) -> np.ndarray:
    """``value`` as a NumPy array (for host kernels that return Python values)."""
    return np.asarray(value)
