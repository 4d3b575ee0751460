"""``tf.Operation``: a node of the graph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from penstock import protos
from penstock.graph import attributes, errors, source
from penstock.graph.dtypes import DType
from penstock.graph.registry import OpDefinition
from penstock.graph.shape_messages import described
from penstock.graph.shapes import TensorShape, as_shape
from penstock.graph.tensor import Tensor

if TYPE_CHECKING:
    from penstock.graph.graph import Graph


# An attribute of Penstock's own that no ``NodeDef`` shows; see ``ops/partitions.py``.
PADDED = "_padded"


class Operation:
    """A node of a ``tf.Graph``: it takes tensors, gives tensors, and has a type and attributes.

    Operations are made by functions such as ``tf.matmul``, not by calling this class.
    """

    __slots__ = ("_graph", "_name", "definition", "_inputs", "_control_inputs", "_outputs",
                 "_attributes", "_device", "_frames", "_id", "_control_flow_context",
                 "_gradient_function", "_control_outputs", "_original_op", "__weakref__",
                 "__dict__")  # fmt: skip

    def __init__(
        self,
        graph: Graph,
        definition: OpDefinition,
        name: str,
        inputs: list[Tensor],
        control_inputs: list[Operation],
        attributes_: dict[str, Any],
        output_types: Sequence[DType],
        device: str,
    ) -> None:
        self._graph = graph
        self.definition = definition
        self._name = name
        self._inputs = inputs
        self._control_inputs = control_inputs
        self._control_outputs: list[Operation] = []
        self._attributes = attributes_
        self._device = device
        self._frames = source.user_frames()
        self._control_flow_context: Any = None
        self._gradient_function: Any = None
        self._original_op: Any = None
        self._id = graph._take_id()
        self._outputs = [Tensor(self, i, dtype) for i, dtype in enumerate(output_types)]
        for tensor in inputs:
            tensor._consumers.append(self)
        for op in control_inputs:
            op._control_outputs.append(self)

    def _withdraw(self) -> None:
        """Takes back what making this operation told its inputs."""
        for tensor in self._inputs:
            tensor._consumers = [op for op in tensor._consumers if op is not self]
        for op in self._control_inputs:
            op._control_outputs = [each for each in op._control_outputs if each is not self]

    # -- what it is ---------------------------------------------------------------------------
    @property
    def name(self) -> str:
        """The full name, scopes included."""
        return self._name

    @property
    def type(self) -> str:
        """The op type, such as ``'MatMul'``."""
        return self.definition.name

    @property
    def graph(self) -> Graph:
        """The graph that holds this operation."""
        return self._graph

    @property
    def inputs(self) -> list[Tensor]:
        """The input tensors."""
        return self._inputs

    @property
    def control_inputs(self) -> list[Operation]:
        """Operations that run before this one."""
        return self._control_inputs

    @property
    def outputs(self) -> list[Tensor]:
        """The output tensors."""
        return self._outputs

    @property
    def device(self) -> str:
        """The device asked for, or ''."""
        return self._device

    def _set_device(self, device: Any) -> None:
        from penstock.graph.device import canonical_name

        self._device = canonical_name(device)

    def values(self) -> tuple[Tensor, ...]:
        """The output tensors."""
        return tuple(self._outputs)

    @property
    def op(self) -> Operation:
        return self

    # -- attributes ---------------------------------------------------------------------------
    def attr(self, name: str) -> Any:
        """The attribute ``name`` in Python form (defaults included).

        Types are ``DType``, strings ``bytes``, shapes ``TensorShape``, tensors NumPy arrays.
        """
        try:
            return self._attributes[name]
        except KeyError:
            attribute = self.definition.signature.attribute_by_name.get(name)
            if attribute is None or attribute.required:
                raise ValueError(f"Operation '{self._name}' has no attr named '{name}'.") from None
            return attribute.default

    def get_attr(self, name: str) -> Any:
        """The value of an attribute.

        Raises:
            ValueError: when the operation has no such attribute.
        """
        value = self.attr(name)
        return attributes.public_value(value)

    def _set_attr(self, name: str, value: Any) -> None:
        """Sets an attribute from an ``AttrValue`` or a Python value."""
        if isinstance(value, protos.AttrValue):
            value = attributes.from_proto(value)
        self._attributes[name] = value

    @property
    def node_def(self) -> Any:
        """This operation as a ``NodeDef`` protocol buffer."""
        node = protos.NodeDef(name=self._name, op=self.type)
        if self._device:
            node.device = self._device
        node.input.extend(tensor._as_node_def_input() for tensor in self._inputs)
        node.input.extend("^" + op.name for op in self._control_inputs)
        signature = self.definition.signature
        for attribute in signature.attributes:
            attributes.to_proto(
                self.attr(attribute.name), node.attr[attribute.name], attribute.kind
            )
        for name, value in self._attributes.items():
            if name not in signature.attribute_by_name and name != PADDED:
                attributes.to_proto(value, node.attr[name], None)
        return node

    @property
    def op_def(self) -> Any:
        """The ``OpDef`` protocol buffer of this operation's type."""
        from penstock.graph.op_def import op_def_proto

        return op_def_proto(self.definition)

    @property
    def _is_stateful(self) -> bool:
        return self.definition.stateful

    # -- where it came from -------------------------------------------------------------------
    @property
    def traceback(self) -> list[tuple[str, int, str, str]]:
        """(file, line, function, text) of the calls that made this operation, outermost first."""
        return source.traceback_of(self._frames)

    @property
    def traceback_with_start_lines(self) -> list[tuple[str, int, str, str, int]]:
        """``traceback`` with the first line of each function added."""
        return [(*call, call[1]) for call in self.traceback]

    def user_line(self) -> str:
        """The line of the user's program that made this operation, as a traceback shows it."""
        return source.user_line(self._frames)

    def colocation_groups(self) -> list[bytes]:
        """The groups this operation is to be placed with."""
        own = [b"loc:@" + self._name.encode()]
        groups = self._attributes.get("_class")
        if not groups:
            return own
        shared = [g for g in groups if g.startswith(b"loc:@")]
        return shared or own

    def _get_control_flow_context(self) -> Any:
        return self._control_flow_context

    def _set_control_flow_context(self, context: Any) -> None:
        self._control_flow_context = context

    # -- changes while a graph is built -------------------------------------------------------
    def _update_input(self, index: int, tensor: Tensor) -> None:
        self._graph._check_not_finalized()
        old = self._inputs[index]
        self._inputs = list(self._inputs)
        self._inputs[index] = tensor
        if not any(t is old for t in self._inputs):
            old._consumers = [op for op in old._consumers if op is not self]
        tensor._consumers.append(self)
        self._graph._changed()

    def _add_control_input(self, op: Operation) -> None:
        self._add_control_inputs([op])

    def _add_control_inputs(self, ops: Sequence[Operation]) -> None:
        self._graph._check_not_finalized()
        known = set(map(id, self._control_inputs))
        added = [op for op in ops if id(op) not in known]
        self._control_inputs = self._control_inputs + added
        for op in added:
            op._control_outputs.append(self)
        self._graph._changed()

    def _remove_all_control_inputs(self) -> None:
        for op in self._control_inputs:
            op._control_outputs = [o for o in op._control_outputs if o is not self]
        self._control_inputs = []
        self._graph._changed()

    def _infer_shapes(self) -> None:
        """Sets the static shapes of the outputs."""
        rule = self.definition.shape
        outputs = self._outputs
        if rule is None or not outputs:
            return
        try:
            shapes = rule(self)
        except ValueError as error:
            raise ValueError(self._shape_message(str(error))) from None
        if len(outputs) == 1 and not (
            isinstance(shapes, list)
            and len(shapes) == 1
            and (shapes[0] is None or isinstance(shapes[0], (TensorShape, list, tuple)))
        ):
            outputs[0]._shape = as_shape(shapes)
            return
        if len(shapes) != len(outputs):
            raise errors.InternalError(
                None, self, f"{len(shapes)} shapes for {len(outputs)} outputs of {self.type}"
            )
        for tensor, shape in zip(outputs, shapes, strict=True):
            tensor._shape = as_shape(shape)

    def _shape_message(self, message: str) -> str:
        return described(self, message)

    def run(self, feed_dict: Any = None, session: Any = None) -> None:
        """Runs this operation (and what it needs) in a session.

        Args:
            feed_dict: values to feed, as for ``Session.run``.
            session: the session; the default session when left out.
        """
        self._graph._default_session(session, "execute operation").run(self, feed_dict)

    def __str__(self) -> str:
        return str(self.node_def)

    def __repr__(self) -> str:
        return f"<tf.Operation '{self._name}' type={self.type}>"

    def _repr_html_(self) -> str:
        from penstock.graph.display import operation_html

        return operation_html(self)

    def _repr_svg_(self) -> str:
        from penstock.graph.display import operation_svg

        return operation_svg(self)

    def __copy__(self) -> Operation:
        return self

    def __deepcopy__(self, memo: Any) -> Operation:
        return self
