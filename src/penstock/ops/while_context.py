"""The context that builds a ``while_loop``, operation by operation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from penstock import protos
from penstock.graph import nest
from penstock.graph.build import apply
from penstock.graph.collection_protos import register_proto_function
from penstock.graph.collections import GraphKeys
from penstock.graph.composite import IndexedSlices
from penstock.graph.convert import convert_to_tensor, convert_to_tensor_or_indexed_slices
from penstock.graph.defaults import get_default_graph
from penstock.graph.operation import Operation
from penstock.graph.scopes import control_dependencies
from penstock.graph.shapes import TensorShape
from penstock.graph.tensor import Tensor
from penstock.ops.flow_contexts import (
    calls_function,
    enclosing,
    flow_of,
    run_keeping_summaries,
    with_flows,
    with_scope,
    without_scope,
)
from penstock.ops.flow_primitives import (
    add_back_edge,
    enter,
    identity,
    is_loop_constant_enter,
    is_loop_enter,
    is_loop_exit,
    leave,
    loop_cond,
    merge,
    output_context,
    shape_not_wider,
    switch_ref_or_tensor,
    while_context_of,
)
from penstock.ops.while_gradients import GradientLoop

_SHAPE_OPS = frozenset({"Shape", "Size", "Rank"})


class WhileContext(GradientLoop):
    """The body and condition of a ``tf.while_loop``, or of the loop that computes its gradient.

    Args:
        maximum_iterations: a scalar tensor, or ``None``.
        parallel_iterations: kept in the graph; XLA decides for itself.
        back_prop: whether gradients are wanted.
        swap_memory: kept in the graph.
        name: a name for the context, made unique; it names the loop's frame too.
        grad_state: for a gradient loop, the state it belongs to.
        context_def: a ``WhileContextDef`` to read instead.
        import_scope: the name scope that the graph was imported into.
    """

    is_while = True

    def __init__(
        self,
        maximum_iterations: Any = None,
        parallel_iterations: int = 10,
        back_prop: bool = True,
        swap_memory: bool = False,
        name: str = "while_context",
        grad_state: Any = None,
        context_def: Any = None,
        import_scope: str | None = None,
    ) -> None:
        self._graph = get_default_graph()
        self._grad_state = grad_state
        if context_def is not None:
            self._read(context_def, import_scope)
            return
        super().__init__()
        if not isinstance(parallel_iterations, int) or parallel_iterations <= 0:
            raise ValueError(
                f"`parallel_iterations` must be a positive integer: {parallel_iterations}"
            )
        self._name = self._graph.unique_name(name)
        self._maximum_iterations = maximum_iterations
        self._parallel_iterations = parallel_iterations
        self._back_prop = back_prop
        self._swap_memory = swap_memory
        self._pivot_for_pred: Any = None
        self._pivot_for_body: Any = None
        self._pivot: Any = None
        self._loop_enters: list[Any] = []
        self._loop_exits: list[Any] = []

    @property
    def maximum_iterations(self) -> Any:
        """The most iterations allowed, a scalar tensor, or ``None``."""
        return self._maximum_iterations

    @property
    def parallel_iterations(self) -> int:
        """How many iterations may run at once."""
        return self._parallel_iterations

    @property
    def back_prop(self) -> bool:
        """Whether gradients are wanted."""
        return self._back_prop

    @property
    def swap_memory(self) -> bool:
        """Whether values kept for the gradient may leave the device."""
        return self._swap_memory

    @property
    def pivot(self) -> Any:
        """The LoopCond: true when the body runs."""
        return self._pivot

    @property
    def loop_enters(self) -> list[Any]:
        """The Enter tensors of the loop variables."""
        return self._loop_enters

    @property
    def loop_exits(self) -> list[Any]:
        """The Exit tensors of the loop variables."""
        return self._loop_exits

    @property
    def grad_state(self) -> Any:
        """For a gradient loop, the state it belongs to."""
        return self._grad_state

    def while_context(self) -> Any:
        """This context."""
        return self

    def control_pivot(self) -> Any:
        """A tensor that is alive in the part (condition or body) being built."""
        return self._pivot_for_pred if self._pivot_for_body is None else self._pivot_for_body

    # -- values and operations inside ------------------------------------------------------------
    def add_value(self, value: Tensor) -> Tensor:
        """The tensor that stands for ``value`` inside: the output of a constant Enter."""
        known = value.name in self._values or value.op._control_flow_context is self
        if known:
            return self._external_values.get(value.name, value)
        self._values.add(value.name)
        recorded = self._recorded(value)
        if recorded is not None:
            self._external_values[value.name] = recorded
            return recorded
        result = value
        if self._outer_context is not None:
            result = self._outer_context.add_value(value)
        with control_dependencies(None):
            result = enter(
                result, self._name, is_constant=True, parallel_iterations=self._parallel_iterations
            )
            result.graph.prevent_feeding(result)
            if self._outer_context is not None:
                self._outer_context.add_inner_op(result.op)
        self._fix_context([result])
        self._values.add(result.name)
        self._external_values[value.name] = result
        return result

    def _recorded(self, value: Tensor) -> Tensor | None:
        """In a gradient loop: what ``value``, computed in the forward loop, was at that time."""
        current = get_default_graph()._get_control_flow_context()
        loop = None if current is None else current.while_context()
        if loop is None or loop.grad_state is None:
            return None
        forward = while_context_of(value.op)
        if is_loop_exit(value.op):
            forward = forward.outer_context
            forward = None if forward is None else forward.while_context()
        if forward is loop.grad_state.forward_context:
            return loop.grad_state.real_value(value)
        return None

    def add_op(self, op: Operation) -> None:
        """Makes ``op`` part of the loop.

        In a gradient loop, the shape of a forward value is computed in the forward loop, where
        the small shape can be recorded instead of the value.
        """
        if op.type in _SHAPE_OPS:
            current = get_default_graph()._get_control_flow_context()
            loop = None if current is None else current.while_context()
            if loop is not None and loop.grad_state is not None:
                source = op.inputs[0].op
                if while_context_of(source) is loop.grad_state.forward_context:
                    context = source._control_flow_context
                    op._set_control_flow_context(context)
                    context._add_op_here(op)
                    return
        self._add_op_here(op)

    def _add_op_here(self, op: Operation) -> None:
        if not op.inputs:
            controls, external = self._remove_external_control_edges(op)
            if not controls:
                op._add_control_input(self.control_pivot().op)
        else:
            for index, tensor in enumerate(op.inputs):
                inside = self.add_value(tensor)
                if inside is not tensor:
                    op._update_input(index, inside)
            _, external = self._remove_external_control_edges(op)
            if self._is_free(op):
                op._add_control_input(self.control_pivot().op)
        self._values.update(tensor.name for tensor in op.outputs)
        if external:
            # What has to run before the loop is waited for through a value that enters it.
            with control_dependencies(None):
                self.enter()
                waited = [apply("Identity", x.outputs[0]).op for x in external if x.outputs]
                self.exit()
            op._add_control_inputs(waited)
        if self._outer_context is not None or not is_loop_exit(op):
            op.graph.prevent_fetching(op)
            for tensor in op.outputs:
                op.graph.prevent_feeding(tensor)
        if self._outer_context is not None:
            self._outer_context.add_inner_op(op)

    @staticmethod
    def _is_free(op: Operation) -> bool:
        """True when nothing ties ``op`` to an iteration."""
        if op.control_inputs:
            return False
        if calls_function(op) or op.type == "SymbolicGradient":
            return True
        return all(is_loop_constant_enter(tensor.op) for tensor in op.inputs)

    def _fix_context(self, enters: Sequence[Tensor]) -> None:
        """Makes Enter operations, created outside, part of the loop.

        They keep those control inputs that lie in the same outer loop.
        """
        graph = get_default_graph()
        for tensor in enters:
            kept = []
            for op in graph._controls_for([tensor.op.inputs[0]]):
                wanted = output_context(op)
                outer = self._outer_context
                outer_loop = None if outer is None else outer.while_context()
                while outer is not wanted and outer is not None and outer is not outer_loop:
                    outer = outer.outer_context
                if outer is wanted:
                    kept.append(op)
            tensor.op._set_control_flow_context(self)
            tensor.op._add_control_inputs(kept)
            graph._seen_by_controllers(tensor.op)

    # -- the loop --------------------------------------------------------------------------------
    def build(
        self,
        pred: Callable[..., Any],
        body: Callable[..., Any],
        loop_vars: Any,
        shape_invariants: Any,
        return_same_structure: bool,
    ) -> Any:
        """Builds the loop and returns the loop variables' final values."""
        original = loop_vars
        values = [_as_value(flow_of(v)) for v in nest.flatten(loop_vars)]
        if shape_invariants is None:
            shape_invariants = [shapes_of(value) for value in values]
        tensors = nest.flatten(values, expand_composites=True)
        self.enter()
        try:
            result, exits = self._build_frame(pred, body, original, tensors, shape_invariants)
        finally:
            self.exit()
        flat = with_flows(nest.flatten(result, expand_composites=True), exits)
        packed = nest.pack_sequence_as(result, flat, expand_composites=True)
        if return_same_structure or len(exits) != 1:
            return packed
        return packed[0]

    def _build_frame(
        self, pred: Any, body: Any, original: Any, tensors: list[Tensor], shape_invariants: Any
    ) -> tuple[Any, list[Tensor]]:
        flat_original = nest.flatten(original, expand_composites=True)
        enters = self._enter_variables(tensors, shape_invariants)
        self._values = {tensor.name for tensor in enters}
        self._loop_enters = enters
        merges = [merge([tensor, tensor])[0] for tensor in enters]
        self._pivot_for_pred = merges[0]
        arguments = nest.pack_sequence_as(
            original, with_flows(flat_original, merges), expand_composites=True
        )
        condition = convert_to_tensor(pred(*arguments))
        self._pivot = loop_cond(condition, name="LoopCond")
        switches = [switch_ref_or_tensor(tensor, self._pivot) for tensor in merges]
        inside = [identity(pair[1]) for pair in switches]
        self._pivot_for_body = inside[0]
        arguments = nest.pack_sequence_as(
            original, with_flows(flat_original, inside), expand_composites=True
        )
        result = run_keeping_summaries(
            lambda: _as_sequence(body(*arguments)), _identities_but_arrays
        )
        nest.assert_same_structure(list(arguments), list(result), expand_composites=True)
        flat_result = [
            convert_to_tensor_or_indexed_slices(flow_of(value))
            for value in nest.flatten(result, expand_composites=True)
        ]
        if len(merges) != len(flat_result):
            raise ValueError(
                "Number of inputs and outputs of body must match loop_vars: "
                f"{len(merges)}, {len(flat_result)}"
            )
        for merged, value in zip(merges, flat_result, strict=True):
            add_back_edge(merged, value)
        exits = [leave(pair[0]) for pair in switches]
        self._loop_exits = exits
        self.exit_result(exits)
        return result, exits

    def _enter_variables(self, tensors: list[Tensor], shape_invariants: Any) -> list[Tensor]:
        self._values = {tensor.name for tensor in tensors}
        if self._outer_context is not None:
            tensors = [self._outer_context.add_value(tensor) for tensor in tensors]
        with control_dependencies(None):
            enters = [
                enter(
                    tensor,
                    self._name,
                    is_constant=False,
                    parallel_iterations=self._parallel_iterations,
                    use_input_shape=shape_invariants is None,
                )
                for tensor in tensors
            ]
            for tensor in enters:
                tensor.graph.prevent_feeding(tensor)
                if self._outer_context is not None:
                    self._outer_context.add_inner_op(tensor.op)
        # A value that is constant in an outer loop must enter once in each of its iterations.
        pivot = next(
            (c.control_pivot() for c in enclosing(self._outer_context) if c.control_pivot()
             is not None), None,
        )  # fmt: skip
        if pivot is not None:
            for tensor in enters:
                if is_loop_constant_enter(tensor.op.inputs[0].op):
                    tensor.op._add_control_input(pivot.op)
        _set_invariants(tensors, enters, shape_invariants)
        self._fix_context(enters)
        return enters

    # -- GraphDef collections --------------------------------------------------------------------
    def _read(self, proto: Any, scope: str | None) -> None:
        graph = self._graph

        def element(name: str) -> Any:
            return graph.as_graph_element(with_scope(name, scope))

        limit = proto.maximum_iterations_name
        self._maximum_iterations = element(limit) if limit else None
        self._parallel_iterations = proto.parallel_iterations
        self._back_prop = proto.back_prop
        self._swap_memory = proto.swap_memory
        self._pivot_for_pred = element(proto.pivot_for_pred_name)
        self._pivot_for_body = element(proto.pivot_for_body_name)
        self._pivot = element(proto.pivot_name)
        self._loop_exits = [element(name) for name in proto.loop_exit_names]
        self._loop_enters = [element(name) for name in proto.loop_enter_names]
        super().__init__(proto.values_def, scope)
        self._name = with_scope(proto.context_name, scope)
        if scope:
            # Frames are told apart by name: two imports of one graph must not share one.
            for name in self._values:
                op = graph.as_graph_element(name).op
                if is_loop_enter(op):
                    op._set_attr("frame_name", self._name.encode())

    def to_proto(self, export_scope: str | None = None) -> Any:
        """This context as a ``WhileContextDef``, or ``None`` outside ``export_scope``."""
        if export_scope is not None and not self.name.startswith(export_scope):
            return None

        def named(tensor: Any) -> str:
            return without_scope(tensor.name, export_scope)

        proto = protos.WhileContextDef(
            context_name=without_scope(self.name, export_scope),
            parallel_iterations=self._parallel_iterations,
            back_prop=self._back_prop,
            swap_memory=self._swap_memory,
            pivot_for_pred_name=named(self._pivot_for_pred),
            pivot_for_body_name=named(self._pivot_for_body),
            pivot_name=named(self._pivot),
            loop_exit_names=[named(tensor) for tensor in self._loop_exits],
            loop_enter_names=[named(tensor) for tensor in self._loop_enters],
        )
        if self._maximum_iterations is not None:
            proto.maximum_iterations_name = named(self._maximum_iterations)
        proto.values_def.MergeFrom(self._values_proto(export_scope))
        self._write_nested(proto)
        return proto

    def to_control_flow_context_def(
        self, context_def: Any, export_scope: str | None = None
    ) -> None:
        """Writes this context into a ``ControlFlowContextDef``."""
        context_def.while_ctxt.CopyFrom(self.to_proto(export_scope))

    @staticmethod
    def from_proto(context_def: Any, import_scope: str | None = None) -> WhileContext:
        """The context that a ``WhileContextDef`` describes; its operations are in the graph."""
        context = WhileContext(context_def=context_def, import_scope=import_scope)
        context._read_nested(context_def, import_scope)
        return context


register_proto_function(
    GraphKeys.WHILE_CONTEXT, protos.WhileContextDef, WhileContext.to_proto, WhileContext.from_proto
)


def _as_value(value: Any) -> Any:
    return value if nest.is_composite(value) else convert_to_tensor(value)


def _as_sequence(result: Any) -> Any:
    return result if nest.is_sequence_or_composite(result) else [result]


def _identities_but_arrays(result: Any) -> Any:
    from penstock.ops.identities import identity as copy

    return nest.map_structure(
        lambda value: value if flow_of(value) is not value else copy(value),
        _as_sequence(result),
        expand_composites=True,
    )


def shapes_of(value: Any, shape: Any = None) -> Any:
    """The shape invariant(s) of a loop variable: what was given, else its static shape."""
    if nest.is_composite(value):
        return _composite_shapes(value, shape)
    return value.shape if shape is None else shape


def _composite_shapes(value: Any, shape: Any) -> list[TensorShape]:
    if shape is None:
        return [part.shape for part in nest.flatten(value, expand_composites=True)]
    if not isinstance(shape, TensorShape):
        raise TypeError(f"Expected shape to be a TypeSpec or TensorShape, got {shape!r}")
    if isinstance(value, IndexedSlices):
        rows = TensorShape([None])
        shapes = [rows.concatenate(shape[1:]), rows]
        return shapes if value.dense_shape is None else [*shapes, TensorShape([shape.ndims])]
    rank = shape.ndims
    return [TensorShape([None, rank]), TensorShape([None]), TensorShape([rank])]


def _set_invariants(tensors: list[Any], enters: list[Any], shapes: Any) -> None:
    flat = nest.flatten(shapes)
    if not all(isinstance(shape, TensorShape) for shape in flat):
        raise ValueError("`shapes` must be a (possibly nested) list of shapes.")
    for tensor, entered, shape in zip(tensors, enters, flat, strict=True):
        if not shape_not_wider(tensor.shape, shape):
            raise ValueError(
                f"The shape invariant specified for {tensor.name} is not compatible with the "
                "initial shape of the loop variable. It enters the loop with shape "
                f"{tensor.shape}, but the specified shape invariant is {shape}."
            )
        entered.set_shape(shape)
