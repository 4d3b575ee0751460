"""Control-flow contexts: what makes operations part of a branch or a loop while it is built.

Between ``context.enter()`` and ``context.exit()`` the graph shows each new operation to
``context.add_op``.  The context sends inputs that come from outside through a ``Switch`` (a
conditional's branch) or an ``Enter`` (a loop), and gives operations without inputs a control
input, so that they run only when the branch or the iteration does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from penstock import protos
from penstock.graph import nest
from penstock.graph.collection_protos import register_proto_function
from penstock.graph.collections import GraphKeys
from penstock.graph.convert import convert_to_tensor
from penstock.graph.defaults import get_default_graph
from penstock.graph.operation import Operation
from penstock.graph.registry import lookup
from penstock.graph.scopes import control_dependencies
from penstock.graph.tensor import Tensor
from penstock.ops.flow_primitives import (
    is_loop_enter,
    is_loop_exit,
    is_switch,
    no_op,
    output_context,
    switch_ref_or_tensor,
)


def with_scope(name: str, scope: str | None) -> str:
    """``name`` inside the name scope ``scope`` (for reading contexts back)."""
    if not scope:
        return name
    marker = "^" if name.startswith("^") else ""
    return f"{marker}{scope.rstrip('/')}/{name[len(marker) :]}"


def without_scope(name: str, scope: str | None) -> str:
    """``name`` with the leading name scope ``scope`` taken off (for writing contexts out)."""
    if not scope:
        return name
    prefix = scope.rstrip("/") + "/"
    return name[len(prefix) :] if name.startswith(prefix) else name


def is_within(context: Any, outer: Any) -> bool:
    """True when ``context`` is ``outer`` or nested in it (``None`` is outside everything)."""
    while context is not outer:
        if context is None:
            return False
        context = context.outer_context
    return True


class ControlFlowContext:
    """What a branch and a loop have in common.

    ``_values`` holds the names of the tensors that are known inside; ``_external_values`` maps
    the name of an outer tensor to the tensor that stands for it inside.
    """

    is_cond = False
    is_while = False

    def __init__(self, values_def: Any = None, import_scope: str | None = None) -> None:
        self._name = ""
        self._nested_contexts: list[ControlFlowContext] = []
        self._outer_context: Any = get_default_graph()._get_control_flow_context()
        if self._outer_context is not None:
            self._outer_context._nested_contexts.append(self)
        self._context_stack: list[Any] = []
        self._values: set[str] = set()
        self._external_values: dict[str, Any] = {}
        if values_def is not None:
            self._read_values(values_def, import_scope)

    @property
    def name(self) -> str:
        """The context's unique name."""
        return self._name

    @property
    def outer_context(self) -> Any:
        """The context around this one, or ``None``."""
        return self._outer_context

    @property
    def grad_state(self) -> Any:
        """The gradient state of the loop around, or ``None`` in a forward graph."""
        return None

    @property
    def back_prop(self) -> bool:
        """Whether gradients flow through."""
        return False

    def enter(self) -> None:
        """Makes this the context of new operations."""
        graph = get_default_graph()
        self._context_stack.append(graph._get_control_flow_context())
        graph._set_control_flow_context(self)

    def exit(self) -> None:
        """Goes back to the context that was in force before ``enter``."""
        get_default_graph()._set_control_flow_context(self._context_stack.pop())

    def exit_result(self, result: Any) -> None:
        """Makes the results known to the outer context."""
        outer = self._outer_context
        if outer is not None:
            for tensor in nest.flatten(result, expand_composites=True):
                outer.add_name(tensor.name)

    def add_name(self, name: str) -> None:
        """Makes the tensor ``name`` known inside."""
        self._values.add(name)

    def add_value(self, value: Tensor) -> Tensor:
        """The tensor that stands for ``value`` inside."""
        raise NotImplementedError(f"{type(self).__name__} holds no values")

    def add_op(self, op: Operation) -> None:
        """Makes ``op``, which was just created, part of this context."""
        self._add_op_here(op)

    def _add_op_here(self, op: Operation) -> None:
        raise NotImplementedError(f"{type(self).__name__} holds no operations")

    def add_inner_op(self, op: Operation) -> None:
        """Tells the outer contexts of an operation made in an inner one."""
        if self._outer_context is not None:
            self._outer_context.add_inner_op(op)

    def while_context(self) -> Any:
        """The innermost loop that this is or lies in, or ``None``."""
        return None if self._outer_context is None else self._outer_context.while_context()

    def control_pivot(self) -> Tensor | None:
        """The tensor that is alive exactly when the operations inside run."""
        return None

    def _remove_external_control_edges(self, op: Operation) -> tuple[list[Any], list[Any]]:
        """Takes control inputs from outside the loop off ``op``: a frame can't wait for them.

        Returns:
            The control inputs that stay and those that were removed.
        """
        loop = self.while_context()
        if loop is None:
            return op.control_inputs, []
        internal: list[Any] = []
        external: list[Any] = []
        for control in op.control_inputs:
            context = output_context(control)
            inside = context is not None and context.while_context() is loop
            (internal if inside else external).append(control)
        if external:
            op._remove_all_control_inputs()
            op._add_control_inputs(internal)
        return internal, external

    def check_consumer(self, op: Operation, source: Operation) -> None:
        """Raises unless ``op`` may use the outputs of ``source``, which belongs to this context.

        Raises:
            ValueError: when ``source`` is in a loop that ``op`` isn't in.
        """
        source_context = output_context(source)
        context = op._control_flow_context
        if source_context is None or source_context is context:
            return
        loop = None if context is None else context.while_context()
        source_loop = source_context.while_context()
        if loop is None:
            if source_loop is None or is_loop_enter(op) or is_switch(op):
                return
            raise ValueError(
                f"Cannot use '{source.name}' as input to '{op.name}' because '{source.name}' is in "
                "a while loop. See info log for more details."
            )
        if is_within(loop, source_loop) or _serves_gradient(loop, source_loop):
            return
        raise ValueError(
            f"Cannot use '{source.name}' as input to '{op.name}' because they are in different "
            "while loops. See info log for more details."
        )

    # -- GraphDef collections --------------------------------------------------------------------
    def _read_values(self, values_def: Any, scope: str | None) -> None:
        graph = get_default_graph()
        self._values = {with_scope(name, scope) for name in values_def.values}
        for key, value in values_def.external_values.items():
            element = graph.as_graph_element(with_scope(value, scope))
            self._external_values[with_scope(key, scope)] = element
        # sorted: a set's order differs from run to run.
        for name in sorted({v.split(":")[0] for v in self._values - set(self._external_values)}):
            graph.get_operation_by_name(name)._set_control_flow_context(self)

    def _values_proto(self, scope: str | None) -> Any:
        proto = protos.ValuesDef()
        proto.values.extend(without_scope(v, scope) for v in sorted(self._values))
        for key, value in self._external_values.items():
            proto.external_values[without_scope(key, scope)] = without_scope(value.name, scope)
        return proto

    def to_proto(self, export_scope: str | None = None) -> Any:
        """This context as a protocol buffer, or ``None`` when it lies outside ``export_scope``."""
        raise NotImplementedError(f"{type(self).__name__} has no protocol buffer")

    def to_control_flow_context_def(
        self, context_def: Any, export_scope: str | None = None
    ) -> None:
        """Writes this context into a ``ControlFlowContextDef``."""
        raise NotImplementedError(f"{type(self).__name__} has no protocol buffer")

    def _write_nested(self, proto: Any) -> None:
        for nested in self._nested_contexts:
            nested.to_control_flow_context_def(proto.nested_contexts.add())

    def _read_nested(self, proto: Any, scope: str | None) -> None:
        self.enter()
        for nested in proto.nested_contexts:
            from_control_flow_context_def(nested, scope)
        self.exit()

    def __str__(self) -> str:
        return self.name

    # -- TensorFlow's spellings ------------------------------------------------------------------
    def Enter(self) -> None:  # noqa: N802
        """``enter``."""
        self.enter()

    def Exit(self) -> None:  # noqa: N802
        """``exit``."""
        self.exit()

    def AddName(self, name: str) -> None:  # noqa: N802
        """``add_name``."""
        self.add_name(name)

    def AddValue(self, val: Tensor) -> Tensor:  # noqa: N802
        """``add_value``."""
        return self.add_value(val)

    def AddOp(self, op: Operation) -> None:  # noqa: N802
        """``add_op``."""
        self.add_op(op)

    def ExitResult(self, result: Any) -> None:  # noqa: N802
        """``exit_result``."""
        self.exit_result(result)

    def GetWhileContext(self) -> Any:  # noqa: N802
        """``while_context``."""
        return self.while_context()

    def GetControlPivot(self) -> Tensor | None:  # noqa: N802
        """``control_pivot``."""
        return self.control_pivot()

    def IsWhileContext(self) -> bool:  # noqa: N802
        """``is_while``."""
        return self.is_while

    def IsCondContext(self) -> bool:  # noqa: N802
        """``is_cond``."""
        return self.is_cond

    def IsXLAContext(self) -> bool:  # noqa: N802
        """Always false: everything is compiled."""
        return False


def _serves_gradient(loop: Any, source_loop: Any) -> bool:
    """True when one of two loops computes the gradient of the other (or of one around it)."""
    if loop.grad_state is not None:
        forward = loop.grad_state.forward_context
        if is_within(forward, source_loop) or forward is source_loop.outer_context:
            return True
    if source_loop.grad_state is not None:
        forward = source_loop.grad_state.forward_context
        if forward is loop:
            return True
        return forward.grad_state is not None and forward.grad_state.forward_context is loop
    return False


def enclosing(context: ControlFlowContext | None) -> Iterable[ControlFlowContext]:
    """``context`` and the contexts around it, from the inside out."""
    while context is not None:
        yield context
        context = context._outer_context


def calls_function(op: Operation) -> bool:
    """True when ``op`` calls a function of the graph's library."""
    return lookup(op.type) is None and op.type in op.graph._functions


class CondContext(ControlFlowContext):
    """One branch of a ``tf.cond``.

    Args:
        pred: the boolean scalar that decides.
        pivot: a tensor that is alive when this branch runs.
        branch: 1 for the true branch, 0 for the false one.
        name: a name for the context.
        context_def: a ``CondContextDef`` to read instead.
        import_scope: the name scope that the graph was imported into.
    """

    is_cond = True

    def __init__(
        self,
        pred: Any = None,
        pivot: Any = None,
        branch: Any = None,
        name: str = "cond_text",
        context_def: Any = None,
        import_scope: str | None = None,
    ) -> None:
        graph = get_default_graph()
        unique = graph.unique_name(name)
        if context_def is not None:
            super().__init__(context_def.values_def, import_scope)
            self._name = with_scope(context_def.context_name, import_scope)
            self._pred = graph.as_graph_element(with_scope(context_def.pred_name, import_scope))
            self._pivot = graph.as_graph_element(with_scope(context_def.pivot_name, import_scope))
            self._branch = context_def.branch
            return
        super().__init__()
        self._name = unique
        self._pred = pred
        self._pivot = pivot
        self._branch = branch
        self._values.add(pred.name)
        self._external_values[pred.name] = pred
        self._values.add(pivot.name)
        pivot.op._set_control_flow_context(self)

    @property
    def pred(self) -> Any:
        """The boolean scalar that decides."""
        return self._pred

    @property
    def pivot(self) -> Any:
        """A tensor that is alive when this branch runs."""
        return self._pivot

    @property
    def branch(self) -> int:
        """1 for the true branch, 0 for the false one."""
        return self._branch

    @property
    def grad_state(self) -> Any:
        """The gradient state of the loop around, or ``None``."""
        loop = self.while_context()
        return None if loop is None else loop.grad_state

    def control_pivot(self) -> Any:
        """The pivot."""
        return self._pivot

    def _from_outer(self, value: Any) -> Any:
        """``value`` as the outer context knows it; noted as a value from outside."""
        self._values.add(value.name)
        if self._outer_context is None:
            return value
        result = self._outer_context.add_value(value)
        self._values.add(result.name)
        self._external_values[result.name] = result
        return result

    def add_value(self, value: Any) -> Any:
        """The tensor that stands for ``value`` in this branch: an output of a Switch."""
        if value.name in self._values:
            return self._external_values.get(value.name, value)
        result = self._from_outer(value)
        with control_dependencies(None):
            result = switch_ref_or_tensor(result, self._pred)[self._branch]
            if self._outer_context is not None:
                self._outer_context.add_inner_op(result.op)
        result.op.graph.prevent_fetching(result.op)
        result.op._set_control_flow_context(self)
        for context in enclosing(self):
            context._values.add(result.name)
        self._external_values[value.name] = result
        return result

    def _add_op_here(self, op: Operation) -> None:
        if not op.inputs:
            self._remove_external_control_edges(op)
            if not any(is_within(c._control_flow_context, self) for c in op.control_inputs):
                op._add_control_input(self._pivot.op)
        else:
            for index, tensor in enumerate(op.inputs):
                # The back edge of a loop whose Merge is being completed isn't an input from here.
                if op.type == "Merge" and tensor.op.type == "NextIteration":
                    continue
                inside = self.add_value(tensor)
                if inside is not tensor:
                    op._update_input(index, inside)
            self._remove_external_control_edges(op)
            if calls_function(op) or op.type == "SymbolicGradient":
                op._add_control_input(self._pivot.op)
        names = [tensor.name for tensor in op.outputs]
        for context in enclosing(self):
            context._values.update(names)
        if self._outer_context is not None or not is_loop_exit(op):
            op.graph.prevent_fetching(op)
        if self._outer_context is not None:
            self._outer_context.add_inner_op(op)

    # -- building a branch -----------------------------------------------------------------------
    def _result(self, value: Any) -> Any:
        """A value that the branch returned, as a tensor of this branch."""
        if isinstance(value, Operation):
            from penstock.ops.control_flow import with_dependencies

            return with_dependencies([value], self._pivot)
        value = convert_to_tensor(flow_of(value))
        if value.name in self._values:
            return self._external_values.get(value.name, value)
        # The branch returned an outer tensor untouched.
        result = self._from_outer(value)
        result = switch_ref_or_tensor(result, self._pred)[self._branch]
        self._external_values[value.name] = result
        return result

    def build_branch(self, function: Callable[[], Any]) -> tuple[Any, Any]:
        """Calls ``function`` in this branch.

        Returns:
            What it returned, and the same with tensors of this branch, in a list at least.
        """
        original = run_keeping_summaries(function, _identities)
        if original is None:
            return None, None
        result = nest.map_structure(self._result, original, expand_composites=True)
        if not isinstance(result, (list, tuple)):
            result = [result]
        return original, result

    # -- GraphDef collections --------------------------------------------------------------------
    def to_proto(self, export_scope: str | None = None) -> Any:
        """This context as a ``CondContextDef``, or ``None`` outside ``export_scope``."""
        if export_scope is not None and not self.name.startswith(export_scope):
            return None
        proto = protos.CondContextDef(
            context_name=without_scope(self.name, export_scope),
            pred_name=without_scope(self._pred.name, export_scope),
            pivot_name=without_scope(self._pivot.name, export_scope),
            branch=self._branch,
        )
        proto.values_def.MergeFrom(self._values_proto(export_scope))
        self._write_nested(proto)
        return proto

    def to_control_flow_context_def(
        self, context_def: Any, export_scope: str | None = None
    ) -> None:
        """Writes this context into a ``ControlFlowContextDef``."""
        context_def.cond_ctxt.CopyFrom(self.to_proto(export_scope))

    @staticmethod
    def from_proto(context_def: Any, import_scope: str | None = None) -> CondContext:
        """The context that a ``CondContextDef`` describes; its operations are in the graph."""
        context = CondContext(context_def=context_def, import_scope=import_scope)
        context._read_nested(context_def, import_scope)
        return context


def from_control_flow_context_def(context_def: Any, import_scope: str | None = None) -> Any:
    """The context that a ``ControlFlowContextDef`` describes."""
    if context_def.HasField("cond_ctxt"):
        return CondContext.from_proto(context_def.cond_ctxt, import_scope)
    if context_def.HasField("while_ctxt"):
        from penstock.ops.while_context import WhileContext

        return WhileContext.from_proto(context_def.while_ctxt, import_scope)
    raise NotImplementedError(
        f"Unknown ControlFlowContextDef field: {context_def.WhichOneof('ctxt')}"
    )


# -- values that aren't tensors --------------------------------------------------------------------
def flow_of(value: Any) -> Any:
    """The flow tensor of a ``TensorArray``; anything else as it is."""
    from penstock.ops.tensor_arrays import TensorArray

    return value.flow if isinstance(value, TensorArray) else value


def with_flows(originals: list[Any], tensors: list[Any]) -> list[Any]:
    """``tensors`` with a ``TensorArray`` wherever ``originals`` has one."""
    from penstock.ops.tensor_arrays import TensorArray

    if len(originals) != len(tensors):
        raise ValueError(
            "Lengths of original Tensor list and new list do not match: "
            f"{len(originals)} vs. {len(tensors)}"
        )
    return [
        original._with_flow(tensor) if isinstance(original, TensorArray) else tensor
        for original, tensor in zip(originals, tensors, strict=True)
    ]


def _identities(result: Any) -> Any:
    from penstock.ops.identities import identity

    return nest.map_structure(identity, result, expand_composites=True)


def run_keeping_summaries(function: Callable[[], Any], pinned: Callable[[Any], Any]) -> Any:
    """Calls ``function``; summaries (of the second generation) that it made become control inputs.

    Args:
        function: builds a branch or a loop's body.
        pinned: copies its result, so that the result waits for the summaries.
    """
    graph = get_default_graph()
    before = graph.get_collection(GraphKeys._SUMMARY_COLLECTION)
    result = function()
    after = graph.get_collection(GraphKeys._SUMMARY_COLLECTION)
    if len(after) <= len(before):
        return result
    graph.get_collection_ref(GraphKeys._SUMMARY_COLLECTION)[:] = before
    with control_dependencies(after[len(before) :]):
        return no_op() if result is None else pinned(result)


register_proto_function(
    GraphKeys.COND_CONTEXT, protos.CondContextDef, CondContext.to_proto, CondContext.from_proto
)
