"""``tf.Graph``: operations, their names, and the scopes in force while a graph is built."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Iterator, Sequence
from typing import Any

from penstock.graph import defaults
from penstock.graph.collections import Collections
from penstock.graph.device import canonical_name, merged
from penstock.graph.dtypes import DType, as_dtype
from penstock.graph.operation import Operation
from penstock.graph.registry import OpDefinition, lookup
from penstock.graph.tensor import Tensor

GRAPH_DEF_VERSION = 134
_VALID_OP_NAME = re.compile(r"^[A-Za-z0-9.][A-Za-z0-9_.\\\-/]*$")
_VALID_SCOPE_NAME = re.compile(r"^[A-Za-z0-9_.\\\-/]*$")


class Graph(Collections):
    """A computation as operations (nodes) and tensors (edges).

    There is always a default graph; ``with graph.as_default():`` makes another one the default.
    """

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.RLock()
        self._operations: dict[str, Operation] = {}
        self._next_id = 0
        self._revision = 0
        self._names_in_use: dict[str, int] = {}
        self._finalized = False
        self._functions: dict[str, Any] = {}
        self._local = threading.local()
        self._scopes = _Scopes()
        self.seed: int | None = None
        self._unfeedable: set[Tensor] = set()
        self._unfetchable: set[Operation] = set()
        self._handle_feeders: dict[Any, Any] = {}
        self._container = ""
        self._building_function = False
        self._registered_ops: dict[str, Any] = {}
        self._cache: dict[Any, Any] = {}

    # -- operations ---------------------------------------------------------------------------
    def _take_id(self) -> int:
        self._next_id += 1
        return self._next_id

    @property
    def _last_id(self) -> int:
        return self._next_id

    @property
    def version(self) -> int:
        """A number that grows with every operation added."""
        return self._next_id

    @property
    def graph_def_versions(self) -> Any:
        """The ``VersionDef`` that ``as_graph_def`` writes."""
        from penstock import protos

        return protos.VersionDef(producer=GRAPH_DEF_VERSION)

    @property
    def building_function(self) -> bool:
        """True while the body of a function is built."""
        return self._building_function

    @property
    def finalized(self) -> bool:
        """True when nothing can be added any more."""
        return self._finalized

    def finalize(self) -> None:
        """Makes the graph read-only."""
        self._finalized = True

    def _unsafe_unfinalize(self) -> None:
        self._finalized = False

    def _check_not_finalized(self) -> None:
        if self._finalized:
            raise RuntimeError("Graph is finalized and cannot be modified.")

    def _changed(self) -> None:
        """Notes that an existing operation changed, so plans made before are void."""
        self._revision += 1

    def _foreign(self, tensor: Tensor) -> Tensor:
        """What stands here for a tensor of another graph: nothing, but in a function's graph."""
        raise ValueError(f"{tensor!r} is not from the current graph.")

    def add_operation(
        self,
        definition: OpDefinition,
        inputs: Sequence[Tensor],
        attributes: dict[str, Any],
        output_types: Sequence[DType],
        name: str,
    ) -> Operation:
        """Adds an operation; the caller has checked the inputs and attributes.

        Args:
            definition: the op type.
            inputs: flat input tensors of this graph.
            attributes: attributes in Python form.
            output_types: the types of the outputs (reference types included).
            name: the name; one that ends in '/' is taken as it is, any other made unique.
        """
        with self._lock:
            self._check_not_finalized()
            inputs = [t if t.graph is self else self._foreign(t) for t in inputs]
            if not isinstance(name, str):
                raise TypeError(f"An operation's name must be a string, not {name!r}")
            name = name[:-1] if name.endswith("/") else self.unique_name(name)
            scopes = self._scopes
            control_inputs = self._controls_for(inputs)
            override = scopes.gradient_overrides.get(definition.name)
            if override is not None and "_gradient_op_type" not in attributes:
                attributes["_gradient_op_type"] = override.encode()
            for key, value in scopes.attributes.items():
                attributes.setdefault(key, value)
            if scopes.kernel_labels and definition.name in scopes.kernel_labels:
                attributes["_kernel"] = scopes.kernel_labels[definition.name].encode()
            if not _VALID_OP_NAME.match(name):
                raise ValueError(f"'{name}' is not a valid node name")
            if name in self._operations:
                raise ValueError(f"Duplicate node name in graph: '{name}'")
            op = Operation(
                self, definition, name, list(inputs), control_inputs, attributes, output_types, ""
            )
            try:
                if scopes.devices:
                    self._apply_devices(op)
                if scopes.colocation:
                    self._colocate(op)
                op._infer_shapes()
            except Exception:
                # An operation that can't be leaves no trace: seeds are drawn from the count.
                op._withdraw()
                self._next_id = op._id - 1
                raise
            self._operations[name] = op
            self._seen_by_controllers(op)
            context = scopes.control_flow
            op._control_flow_context = context
            for tensor in inputs:
                source = tensor.op._control_flow_context
                if source is not None:
                    source.check_consumer(op, tensor.op)
            if context is not None:
                context.add_op(op)
            return op

    def _seen_by_controllers(self, op: Operation) -> None:
        """Notes that ``op`` was made inside the ``control_dependencies`` blocks in force."""
        for controller in self._scopes.controllers:
            controller.seen.add(op)

    def _controls_for(self, inputs: Sequence[Tensor]) -> list[Operation]:
        """The control inputs that the scopes ask for and the inputs don't imply."""
        controllers = self._scopes.controllers
        if not controllers:
            return []
        input_ops = {tensor.op for tensor in inputs}
        found: dict[Operation, None] = {}
        for controller in controllers:
            # Whoever takes an input made inside the scope already runs after its controls.
            if any(op in controller.seen for op in input_ops):
                continue
            for op in controller.operations:
                if op not in input_ops:
                    found[op] = None
        return list(found)

    def _apply_devices(self, op: Operation) -> None:
        # Inner scopes are asked first: what they set, outer ones only fill up.
        for device in reversed(self._scopes.devices):
            if device is None:
                break
            if callable(device):
                # As the function says it; only what is merged gets the full form.
                place = device(op)
                op._device = place if isinstance(place, str) else canonical_name(place)
            else:
                op._device = merged(device, op._device)

    def _colocate(self, op: Operation) -> None:
        # Replaces what an attribute scope or the caller said, as in TensorFlow.
        groups: list[bytes] = []
        for target in reversed(self._scopes.colocation):
            if target is None:
                break
            for group in target.colocation_groups():
                if group not in groups:
                    groups.append(group)
            if target.device:
                op._device = target.device
        if groups:
            op._attributes["_class"] = sorted(set(groups))

    def create_op(
        self,
        op_type: str,
        inputs: Sequence[Tensor],
        dtypes: Sequence[Any] | None = None,
        input_types: Any = None,
        name: str | None = None,
        attrs: dict[str, Any] | None = None,
        op_def: Any = None,
        compute_shapes: bool = True,
        compute_device: bool = True,
    ) -> Operation:
        """Adds an operation of any registered type (the low-level form).

        Args:
            op_type: the op type. inputs: its tensors. dtypes: types of the outputs, or ``None``
            to work them out. name: its name; the op type when left out. attrs: attributes, as
            ``AttrValue`` or Python values.
        """
        from penstock.graph import attributes as attribute_forms
        from penstock.graph.build import definition_of, output_types_of

        definition = definition_of(op_type)
        values = {}
        for key, value in (attrs or {}).items():
            is_proto = hasattr(value, "WhichOneof")
            values[key] = attribute_forms.from_proto(value) if is_proto else value
        with self.as_default():
            if dtypes is None:
                types = output_types_of(definition, values)
            else:
                types = [as_dtype(d) for d in dtypes]
            return self.add_operation(definition, inputs, values, types, name or op_type)

    def get_operations(self) -> list[Operation]:
        """All operations, in the order they were made."""
        with self._lock:
            return list(self._operations.values())

    def get_operation_by_name(self, name: str) -> Operation:
        """The operation called ``name``.

        Raises:
            KeyError: when there is none.
        """
        if not isinstance(name, str):
            raise TypeError(f"Operation names are strings (or similar), not {type(name).__name__}.")
        return self.as_graph_element(name, allow_tensor=False, allow_operation=True)

    def _get_operation_by_name_unsafe(self, name: str) -> Operation:
        return self._operations[name]

    def get_tensor_by_name(self, name: str) -> Tensor:
        """The tensor called ``name`` (such as ``'Const:0'``).

        Raises:
            KeyError: when there is none.
        """
        if not isinstance(name, str):
            raise TypeError(f"Tensor names are strings (or similar), not {type(name).__name__}.")
        return self.as_graph_element(name, allow_tensor=True, allow_operation=False)

    def as_graph_element(
        self, obj: Any, allow_tensor: bool = True, allow_operation: bool = True
    ) -> Any:
        """The tensor or operation of this graph that ``obj`` is or names.

        Args:
            obj: a ``Tensor``, ``Operation``, name, or object with ``_as_graph_element()``.
            allow_tensor: whether a tensor will do. allow_operation: whether an operation will.

        Raises:
            TypeError: for another kind of object.
            ValueError: for a malformed name or an object of another graph.
            KeyError: when nothing has the name.
        """
        if not allow_tensor and not allow_operation:
            raise ValueError("allow_tensor and allow_operation can't both be False.")
        wanted = " or ".join(
            w for w, ok in (("Tensor", allow_tensor), ("Operation", allow_operation)) if ok
        )
        convert = getattr(obj, "_as_graph_element", None)
        if convert is not None:
            obj = convert()
        if isinstance(obj, bytes):
            obj = obj.decode()
        if isinstance(obj, str):
            return self._element_by_name(obj, allow_tensor, allow_operation)
        if isinstance(obj, Tensor) and allow_tensor:
            if obj.graph is not self:
                raise ValueError(f"Tensor {obj} is not an element of this graph.")
            return obj
        if isinstance(obj, Operation) and allow_operation:
            if obj.graph is not self:
                raise ValueError(f"Operation {obj} is not an element of this graph.")
            return obj
        raise TypeError(f"Can not convert a {type(obj).__name__} into a {wanted}.")

    def _element_by_name(self, name: str, allow_tensor: bool, allow_operation: bool) -> Any:
        if ":" in name and allow_tensor:
            op_name, _, index_text = name.rpartition(":")
            if not index_text.isdigit() or ":" in op_name:
                raise ValueError(
                    f"The name {name!r} looks a like a Tensor name, but is not a valid one. "
                    'Tensor names must be of the form "<op_name>:<output_index>".'
                )
            op = self._operations.get(op_name)
            if op is None:
                raise KeyError(
                    f"The name {name!r} refers to a Tensor which does not exist. The operation, "
                    f"{op_name!r}, does not exist in the graph."
                )
            index = int(index_text)
            if index >= len(op.outputs):
                raise KeyError(
                    f"The name {name!r} refers to a Tensor which does not exist. The operation, "
                    f"{op_name!r}, exists but only has {len(op.outputs)} outputs."
                )
            return op.outputs[index]
        if ":" in name:
            raise ValueError(f"Name {name!r} appears to refer to a Tensor, not a Operation.")
        op = self._operations.get(name)
        if not allow_operation:
            if op is not None:
                raise ValueError(
                    f"The name {name!r} refers to an Operation, not a Tensor. Tensor names must "
                    'be of the form "<op_name>:<output_index>".'
                )
            raise ValueError(
                f"The name {name!r} looks like an (invalid) Operation name, not a Tensor. Tensor "
                'names must be of the form "<op_name>:<output_index>".'
            )
        if op is None:
            raise KeyError(f"The name {name!r} refers to an Operation not in the graph.")
        return op

    # -- names --------------------------------------------------------------------------------
    def unique_name(self, name: str, mark_as_used: bool = True) -> str:
        """``name`` within the current scope, made unique with a suffix ``_1``, ``_2`` ...

        As in TensorFlow 1.15, names that differ only in case count as the same.
        """
        scope = self._scopes.name
        if scope:
            name = f"{scope}/{name}"
        key = name.lower()
        count = self._names_in_use.get(key, 0)
        if mark_as_used:
            self._names_in_use[key] = count + 1
        if count:
            base = key
            while key in self._names_in_use:
                key = f"{base}_{count}"
                count += 1
            if mark_as_used:
                self._names_in_use[base] = count
                self._names_in_use[key] = 1
            name = f"{name}_{count - 1}"
        return name

    @contextlib.contextmanager
    def name_scope(self, name: str | None) -> Iterator[str]:
        """Names made inside get the prefix ``name/``; yields that prefix.

        A name that ends in '/' re-enters that very scope; ``None`` or '' means the root.
        """
        if name:
            if isinstance(name, bytes):
                name = name.decode()
            pattern = _VALID_SCOPE_NAME if self._scopes.name else _VALID_OP_NAME
            if not pattern.match(name):
                raise ValueError(f"'{name}' is not a valid scope name")
        scopes = self._scopes
        old = scopes.name
        if not name:
            new = ""
        elif name.endswith("/"):
            new = name[:-1]
        else:
            new = self.unique_name(name)
        scopes.name = new
        try:
            yield new + "/" if new else ""
        finally:
            scopes.name = old

    def get_name_scope(self) -> str:
        """The name scope in force, without the trailing '/'."""
        return self._scopes.name

    @property
    def _name_stack(self) -> str:
        return self._scopes.name

    # -- scopes -------------------------------------------------------------------------------
    def as_default(self) -> Any:
        """Makes this the default graph inside a ``with`` block."""
        return defaults.default_graph_scope(self)

    @contextlib.contextmanager
    def device(self, device_name_or_function: Any) -> Iterator[None]:
        """Operations made inside ask for a device.

        Args:
            device_name_or_function: a name, a ``DeviceSpec``, a function from an operation to a
                name, or ``None`` to ignore the outer scopes.
        """
        value = device_name_or_function
        if value is not None and not callable(value):
            value = canonical_name(value)
        with self._pushed("devices", value):
            yield

    @contextlib.contextmanager
    def _pushed(self, stack: str, value: Any) -> Iterator[None]:
        scopes = self._scopes
        old = getattr(scopes, stack)
        setattr(scopes, stack, [*old, value])
        try:
            yield
        finally:
            setattr(scopes, stack, old)

    @contextlib.contextmanager
    def colocate_with(self, op: Any, ignore_existing: bool = False) -> Iterator[None]:
        """Operations made inside are placed with ``op``."""
        if op is None and not ignore_existing:
            raise ValueError(
                "Trying to reset colocation (op is None) but ignore_existing is not True"
            )
        target = None if op is None else _operation_of(op)
        scopes = self._scopes
        old_colocation, old_devices = scopes.colocation, scopes.devices
        scopes.colocation = [target] if ignore_existing else [*old_colocation, target]
        scopes.devices = []
        try:
            yield
        finally:
            scopes.colocation, scopes.devices = old_colocation, old_devices

    @contextlib.contextmanager
    def control_dependencies(self, control_inputs: Sequence[Any] | None) -> Iterator[None]:
        """Operations made inside run after ``control_inputs``; ``None`` clears outer ones."""
        scopes = self._scopes
        old, old_flow = scopes.controllers, scopes.control_flow
        if control_inputs is None:
            scopes.controllers = []
            scopes.control_flow = None
        else:
            operations = []
            for item in control_inputs:
                if hasattr(item, "handle") and hasattr(item, "initializer"):
                    item = item.op
                values = getattr(item, "values", None)
                if values is not None and hasattr(item, "indices"):
                    item = values
                element = self.as_graph_element(item)
                operation = element.op if isinstance(element, Tensor) else element
                if operation not in operations:
                    operations.append(operation)
            scopes.controllers = [*old, _Controller(operations)]
        try:
            yield
        finally:
            scopes.controllers = old
            if control_inputs is None:
                scopes.control_flow = old_flow

    @contextlib.contextmanager
    def gradient_override_map(self, op_type_map: dict[str, str]) -> Iterator[None]:
        """Operations made inside use the gradients registered under other names.

        Args:
            op_type_map: from op type to the name given to ``tf.RegisterGradient``.
        """
        if not isinstance(op_type_map, dict):
            raise TypeError("op_type_map must be a dictionary mapping strings to strings")
        if not all(isinstance(s, str) for pair in op_type_map.items() for s in pair):
            raise TypeError("op_type_map must be a dictionary mapping strings to strings")
        scopes = self._scopes
        old = scopes.gradient_overrides
        scopes.gradient_overrides = {**old, **op_type_map}
        try:
            yield
        finally:
            scopes.gradient_overrides = old

    @contextlib.contextmanager
    def _attr_scope(self, attr_map: dict[str, Any]) -> Iterator[None]:
        scopes = self._scopes
        old = scopes.attributes
        values = {}
        for key, value in attr_map.items():
            from penstock.graph import attributes

            values[key] = attributes.from_proto(value) if hasattr(value, "WhichOneof") else value
        scopes.attributes = {k: v for k, v in {**old, **values}.items() if v is not None}
        try:
            yield
        finally:
            scopes.attributes = old

    @contextlib.contextmanager
    def _kernel_label_map(self, op_to_kernel_label_map: dict[str, str]) -> Iterator[None]:
        scopes = self._scopes
        old = scopes.kernel_labels
        scopes.kernel_labels = {**old, **op_to_kernel_label_map}
        try:
            yield
        finally:
            scopes.kernel_labels = old

    @contextlib.contextmanager
    def container(self, container_name: str) -> Iterator[str]:
        """Stateful operations made inside keep their resources in a named container."""
        old, self._container = self._container, container_name
        try:
            yield container_name
        finally:
            self._container = old

    def switch_to_thread_local(self) -> None:
        """Gives each thread its own scopes (they always are each thread's own here)."""

    def _get_control_flow_context(self) -> Any:
        return self._scopes.control_flow

    def _set_control_flow_context(self, context: Any) -> None:
        self._scopes.control_flow = context

    # -- the outside --------------------------------------------------------------------------
    def as_graph_def(self, from_version: int | None = None, add_shapes: bool = False) -> Any:
        """This graph as a ``GraphDef`` protocol buffer.

        Args:
            from_version: leave out what was there when ``version`` had this value.
            add_shapes: add the static shapes as the attribute ``_output_shapes``.
        """
        from penstock.graph.export import graph_def

        return graph_def(self, from_version, add_shapes)

    def prevent_feeding(self, tensor: Tensor) -> None:
        """Forbids feeding ``tensor``."""
        self._unfeedable.add(tensor)

    def is_feedable(self, tensor: Tensor) -> bool:
        """True when ``tensor`` may be fed."""
        return tensor not in self._unfeedable

    def prevent_fetching(self, op: Operation) -> None:
        """Forbids fetching ``op``."""
        self._unfetchable.add(op)

    def is_fetchable(self, tensor_or_op: Any) -> bool:
        """True when ``tensor_or_op`` may be fetched."""
        op = tensor_or_op.op if isinstance(tensor_or_op, Tensor) else tensor_or_op
        return op not in self._unfetchable

    def _default_session(self, session: Any, what: str) -> Any:
        if session is None:
            session = defaults.get_default_session()
            call, colon = ("`run()`", ":")
            if what.startswith("evaluate"):
                call, colon = ("`eval()`", "")
            if session is None:
                verb = "Cannot " + what + f" using {call}"
                raise ValueError(
                    f"{verb}: No default session is registered. Use "
                    f"`with sess.as_default(){colon}` or pass an explicit session to "
                    f"{call[:-3]}(session=sess)`"
                )
            if session.graph is not self:
                raise ValueError(
                    f"Cannot use the default session to {what}: the tensor's graph is different "
                    "from the session's graph. Pass an explicit session to "
                    f"{call[:-3]}(session=sess)`."
                )
        elif session.graph is not self:
            raise ValueError(
                f"Cannot use the given session to {what}: the tensor's graph is different from "
                "the session's graph."
            )
        return session

    def _repr_html_(self) -> str:
        from penstock.graph.display import graph_html

        return graph_html(self)

    def _repr_svg_(self) -> str:
        from penstock.graph.display import graph_svg

        return graph_svg(self)

    def __enter__(self) -> Graph:
        raise TypeError("Use `with graph.as_default():`, not `with graph:`")

    def __exit__(self, *args: Any) -> None:
        return None


class _Controller:
    """One ``control_dependencies`` block: what it waits for, and what was made inside."""

    def __init__(self, operations: list[Operation]) -> None:
        self.operations = operations
        self.seen: set[Operation] = set()


class _Scopes(threading.local):
    """What is in force while operations are made, for each thread its own."""

    def __init__(self) -> None:
        self.name = ""
        self.devices: list[Any] = []
        self.colocation: list[Operation | None] = []
        self.controllers: list[_Controller] = []
        self.control_flow: Any = None
        self.gradient_overrides: dict[str, str] = {}
        self.attributes: dict[str, Any] = {}
        self.kernel_labels: dict[str, str] = {}


def _operation_of(value: Any) -> Operation:
    if isinstance(value, Operation):
        return value
    op = getattr(value, "op", None)
    if isinstance(op, Operation):
        return op
    from penstock.graph.convert import convert_to_tensor

    return convert_to_tensor(value, as_ref=True).op


__all__ = ["GRAPH_DEF_VERSION", "Graph", "lookup"]
