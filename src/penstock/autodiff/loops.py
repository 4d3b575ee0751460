"""Gradients through ``tf.while_loop``: a second loop that runs backwards.

The construction is TensorFlow 1.15's (Yu et al., "Dynamic Control Flow in Large-Scale Machine
Learning", EuroSys 2018).  For each forward loop on the way a ``GradLoopState`` is made:

* the forward loop gets a counter, which says how often the gradient loop runs;
* a forward value that a gradient needs is pushed on a stack in each forward iteration and popped
  in the gradient loop, where the iterations come in the opposite order; a value from outside the
  loop simply enters the gradient loop;
* gradients of loop variables go round the gradient loop, gradients of loop constants are added up.

``ControlFlowState`` is what ``tf.gradients`` talks to.
"""

from __future__ import annotations

import collections
from collections.abc import Iterable
from typing import Any

from penstock.autodiff.gradients import is_trainable
from penstock.graph import dtypes
from penstock.graph.build import apply
from penstock.graph.convert import convert_to_tensor
from penstock.graph.defaults import get_default_graph
from penstock.graph.operation import Operation
from penstock.graph.scopes import colocate_with, control_dependencies
from penstock.graph.tensor import Tensor
from penstock.ops import stacks as _stacks  # noqa: F401 - registers the stack operations
from penstock.ops.constants import constant
from penstock.ops.flow_primitives import (
    constant_of,
    control_trigger,
    is_loop_exit,
    is_loop_switch,
    is_switch,
    loop_constant_enter,
    next_iteration,
    output_context,
    switch,
    switch_ref_or_tensor,
    while_context_of,
)
from penstock.ops.while_context import WhileContext
from penstock.ops.while_gradients import Within


def _shape(value: Tensor) -> Tensor:
    from penstock.ops.arrays import shape_internal

    return shape_internal(value, optimize=False)


def _zeros(shape: Any, dtype: Any) -> Tensor:
    from penstock.ops.fills import zeros

    return zeros(shape, dtype)


def _zeros_like(value: Tensor) -> Tensor:
    from penstock.ops.fills import zeros_like

    return zeros_like(value, optimize=False)


def _outer_loop(context: Any) -> Any:
    """The loop around the loop ``context``, or ``None``."""
    outer = context.outer_context
    return None if outer is None else outer.while_context()


class GradLoopState:
    """What belongs to the gradient of one forward loop.

    Args:
        forward_context: the forward loop.
        outer_grad_state: the state of the forward loop around it, or ``None``.
    """

    def __init__(self, forward_context: Any, outer_grad_state: GradLoopState | None) -> None:
        self.forward_context = forward_context
        self.outer_grad_state = outer_grad_state
        self.switch_map: dict[Operation, Tensor] = {}
        self.unused_exits: list[Tensor] = []
        self.deferred_exits: list[Tensor] = []
        self.forward_loop_exits = list(forward_context.loop_exits)
        self.pending_exits_count = len(self.forward_loop_exits)
        self._history: dict[str, Tensor] = {}
        self._forward_sync: Operation | None = None
        self._grad_sync: Operation | None = None
        if outer_grad_state is not None:
            outer_forward = outer_grad_state.forward_context
        else:
            outer_forward = forward_context.outer_context
        with forward_context._graph.as_default(), Within(outer_forward):
            count, self.forward_index = forward_context.add_forward_counter(outer_grad_state)
        if outer_grad_state is None:
            with Within(outer_forward):
                self.grad_context = self._make_grad_context()
                self.grad_index = self.grad_context.add_backward_counter(count, None)
            return
        # The count differs from one outer iteration to the next: it is recorded like any value.
        outer_forward.add_name(count.name)
        history = outer_grad_state.add_forward_accumulator(count)
        with Within(outer_grad_state.grad_context):
            self.grad_context = self._make_grad_context()
            recorded = outer_grad_state.add_backprop_accumulated_value(history, count)
            self.grad_index = self.grad_context.add_backward_counter(recorded, outer_grad_state)

    def _make_grad_context(self) -> WhileContext:
        forward = self.forward_context
        return WhileContext(
            maximum_iterations=forward.maximum_iterations,
            parallel_iterations=forward.parallel_iterations,
            back_prop=forward.back_prop,
            swap_memory=forward.swap_memory,
            name=forward.name,
            grad_state=self,
        )

    @property
    def forward_sync(self) -> Operation:
        """An operation of each forward iteration that waits for pushes inside conditionals."""
        if self._forward_sync is None:
            with control_dependencies(None):
                self._forward_sync = control_trigger(name="f_sync")
            self._forward_sync._set_control_flow_context(self.forward_context)
            self.forward_index.op._add_control_input(self._forward_sync)
        return self._forward_sync

    @property
    def grad_sync(self) -> Operation:
        """An operation of each gradient iteration that waits for the pops and inner loops."""
        if self._grad_sync is None:
            with control_dependencies(None):
                self._grad_sync = control_trigger(name="b_sync")
            self._grad_sync._set_control_flow_context(self.grad_context)
            self.grad_index.op._add_control_input(self._grad_sync)
            if self.grad_context.outer_context is not None:
                self.grad_context.outer_context.add_inner_op(self._grad_sync)
        return self._grad_sync

    def add_forward_accumulator(self, value: Tensor, dead_branch: bool = False) -> Tensor:
        """Makes a stack and pushes ``value`` on it in each forward iteration.

        Args:
            value: a tensor computed in the forward loop (perhaps in a conditional in it).
            dead_branch: ``value`` belongs to the branch of a conditional that isn't taken.

        Returns:
            The stack.
        """
        current = get_default_graph()._get_control_flow_context()
        with self.forward_index.graph.as_default(), control_dependencies(None):
            with Within(current), colocate_with(value):
                # -1: a stack without a limit; the runtime finds how much room is needed.
                limit = constant(-1, dtypes.int32)
                stack = apply("StackV2", limit, elem_type=value.dtype.base_dtype, name="f_acc")
            handle = self.forward_context.add_value(stack)
            context = output_context(value.op)
            if context is self.forward_context:
                with Within(self.forward_context):
                    push = self._push(handle, value)
                self.forward_index.op._add_control_input(push.op)
            else:
                if context is None or not context.is_cond:
                    raise TypeError(f"value_ctxt is not a CondContext: {context}")
                if dead_branch:
                    with Within(context.outer_context):
                        push = self._push(handle, value)
                    push.op._set_control_flow_context(context)
                else:
                    with Within(context):
                        push = self._push(handle, value)
                self.forward_sync._add_control_input(push.op)
            # One push an iteration, in the order of the iterations.
            push.op._add_control_input(self.forward_index.op.inputs[0].op)
            return stack

    def _push(self, handle: Tensor, value: Tensor) -> Tensor:
        return apply("StackPushV2", handle, value, swap_memory=self.forward_context.swap_memory)

    def add_backprop_accumulated_value(
        self, history: Tensor, value: Tensor, dead_branch: bool = False
    ) -> Tensor:
        """Pops, in each gradient iteration, what ``value`` was in the forward iteration.

        Args:
            history: the stack that ``add_forward_accumulator`` made for ``value``.
            value: the forward tensor.
            dead_branch: as for ``add_forward_accumulator``.
        """
        conditional = None
        context = value.op._control_flow_context
        home = history.op._control_flow_context
        while context is not None and context is not home:
            if context.is_cond:
                conditional = context
                break
            context = context.outer_context
        with control_dependencies(None), Within(self.grad_context):
            if conditional is not None:
                # Pop only in those iterations in which the branch ran.
                pred = self._known_predicate(conditional.pred)
                branch = conditional.branch
                side = 1 - branch if dead_branch else branch
                history = switch_ref_or_tensor(history, pred)[side]
            popped = apply("StackPopV2", history, elem_type=value.dtype.base_dtype)
            popped.set_shape(value.shape)
        if self.grad_context.parallel_iterations > 1:
            self.grad_sync._add_control_input(popped.op)
        return popped

    def _known_predicate(self, pred: Tensor) -> Tensor:
        state: GradLoopState | None = self
        while state is not None:
            if pred.name in state._history:
                return state._history[pred.name]
            state = state.outer_grad_state
        return pred

    def recorded_predicate(self, pred: Tensor) -> Tensor:
        """The value that a conditional's ``pred`` had in the forward iteration."""
        found = self._history.get(pred.name)
        if found is None:
            self.grad_context.exit()
            history = self.add_forward_accumulator(pred)
            self.grad_context.enter()
            found = self.add_backprop_accumulated_value(history, pred)
            self._history[pred.name] = found
        return found

    def real_value(self, value: Tensor) -> Tensor:
        """What the forward tensor ``value`` was, as a tensor of the gradient loop."""
        found = self._history.get(value.name)
        if found is not None:
            return found
        result: Tensor | None = None
        history: Tensor | None = None
        current, state = value, self
        while True:
            entered = loop_constant_enter(current)
            if entered is not None:
                # A constant of the loop: look for it one loop further out.
                current = entered.inputs[0]
                if state.outer_grad_state is None:
                    result = self.grad_context.add_value(current)
                    break
                state = state.outer_grad_state
                continue
            array = constant_of(current)
            if array is not None:
                result = constant(array, dtype=current.dtype)
                break
            self.grad_context.exit()
            history = state.add_forward_accumulator(current)
            self.grad_context.enter()
            break
        if result is None:
            assert history is not None
            result = state.add_backprop_accumulated_value(history, current)
            if state is not self:
                result = self.grad_context.add_value(result)
        self._history[value.name] = result
        return result


class ControlFlowState:
    """The gradient loops of one call of ``tf.gradients``.

    Args:
        ordered: the operations between ``ys`` and ``xs``; exits of loops on the way are added.
        between: the same as a set.
        colocate: whether each gradient loop is placed with its forward loop.
    """

    def __init__(self, ordered: list[Operation], between: set[Operation], colocate: bool) -> None:
        self._states: dict[Any, GradLoopState] = {}
        # ``ordered`` grows while this goes on: an exit brings in the other exits of its loop.
        for op in ordered:
            if not is_loop_exit(op):
                continue
            if colocate:
                with colocate_with(op):
                    self._add_loop(op, ordered, between)
            else:
                self._add_loop(op, ordered, between)

    def _add_loop(self, op: Operation, ordered: list[Operation], between: set[Operation]) -> None:
        forward = while_context_of(op)
        if forward is None:
            raise ValueError(
                "Failed to call gradients on a while loop without properly serializing graph via "
                "MetaGraphDef"
            )
        if forward in self._states:
            return
        outer = _outer_loop(forward)
        state = GradLoopState(forward, None if outer is None else self._states.get(outer))
        self._states[forward] = state
        for tensor in state.forward_loop_exits:
            if tensor.op not in between:
                between.add(tensor.op)
                ordered.append(tensor.op)

    def state_of(self, op: Operation, before: bool) -> GradLoopState | None:
        """The state of the loop that ``op`` is in.

        Args:
            op: a forward operation.
            before: whether its output gradients (an Exit's are outside its loop) are meant.
        """
        forward = while_context_of(op)
        if before and is_loop_exit(op):
            forward = _outer_loop(op._control_flow_context)
        return None if forward is None else self._states.get(forward)

    def enter(self, op: Operation, before: bool) -> None:
        """Goes into the gradient loop for ``op``, if there is one."""
        state = self.state_of(op, before)
        if state is not None:
            state.grad_context.enter()

    def exit(self, op: Operation, before: bool) -> None:
        """Undoes ``enter``."""
        state = self.state_of(op, before)
        if state is not None:
            state.grad_context.exit()

    def check_not_initial_value(self, op: Operation, from_ops: set[Operation]) -> None:
        """Raises when a gradient inside a loop would flow through a loop variable's first value.

        Raises:
            ValueError: naming the operation that the gradient was asked for.
        """
        context = op._control_flow_context
        if not is_switch(op) or context is None or not context.is_while:
            return
        if context is not get_default_graph()._get_control_flow_context():
            return
        seen: set[Operation] = set()
        queue = collections.deque([op])
        while queue:
            current = queue.popleft()
            if current in from_ops:
                raise ValueError(
                    "Cannot compute gradient inside while loop with respect to op "
                    f"'{current.name}'. We do not support taking the gradient wrt or through the "
                    "initial value of a loop variable. Gradients can be computed through loop "
                    "invariants or wrt the input parameters to the loop body."
                )
            if current not in seen:
                seen.add(current)
                queue.extend(tensor.op for tensor in current.inputs)

    def replaces(self, op: Operation) -> bool:
        """True where a second gradient takes the place of the first: at a loop's Switch."""
        return is_loop_switch(op)

    def unused_exits(
        self, pending: dict[Operation, int], to_ops: Iterable[Operation]
    ) -> list[Tensor]:
        """Exits that nothing uses, of loops all of whose exits are settled.

        Their gradients are zero; without them the gradient loop would lack loop variables.
        """
        found: list[Tensor] = []
        queued = set(to_ops)
        for state in self._states.values():
            for tensor in state.forward_loop_exits:
                if pending[tensor.op] == 0:
                    state.pending_exits_count -= 1
                    if tensor.op not in queued:
                        state.unused_exits.append(tensor)
                    if state.pending_exits_count == 0:
                        found.extend(state.unused_exits)
            for entered in state.forward_context.loop_enters:
                # An Enter is done when its Merge is, however it looks to the counts.
                if pending[entered.op] == 0:
                    pending[entered.op] = 1
        return found

    def input_done(self, walk: Any, tensor: Tensor, ready: bool, queue: Any) -> None:
        """Queues the producer of ``tensor`` when its turn has come.

        Args:
            walk: the differentiation (``pending``, ``add`` and ``has_gradient``).
            tensor: an input of an operation that is done.
            ready: whether all consumers of the producer are done.
            queue: where the producer goes.
        """
        op = tensor.op
        if not ready:
            # A loop's Switch comes twice: the second time for the body's gradient.
            ready = walk.pending[op] > 0 and is_loop_switch(op)
        if not ready:
            return
        if not is_loop_exit(op):
            queue.append(op)
            return
        state = self.state_of(op, before=False)
        assert state is not None
        state.deferred_exits.append(tensor)
        state.pending_exits_count -= 1
        if state.pending_exits_count > 0:
            return
        # All exits of the loop are settled: its gradient can begin.
        some = False
        for exit_ in state.deferred_exits:
            if walk.has_gradient(exit_.op):
                some = True
                queue.append(exit_.op)
            else:
                state.unused_exits.append(exit_)
        for exit_ in state.unused_exits:
            if some and is_trainable(exit_):
                walk.add(exit_, self.zeros_like_for_exit(exit_))
            queue.append(exit_.op)

    def zeros_like_for_exit(self, value: Tensor) -> Tensor:
        """The zero gradient of a loop's result that nothing uses."""
        shape = value.shape
        forward = value.op._control_flow_context
        outer = _outer_loop(forward)
        state = None if outer is None else self._states.get(outer)
        if state is None:
            if shape.is_fully_defined():
                return _zeros(shape.as_list(), value.dtype)
            return _zeros_like(value)
        if shape.is_fully_defined():
            with Within(state.grad_context):
                return _zeros(shape.as_list(), value.dtype)
        with Within(forward.outer_context):
            sizes = _shape(value)
        history = state.add_forward_accumulator(sizes)
        with Within(state.grad_context):
            return _zeros(state.add_backprop_accumulated_value(history, sizes), value.dtype)

    def zeros_like(self, op: Operation, index: int) -> Tensor | None:
        """The zero gradient of an output of ``op`` that no gradient has reached."""
        if is_loop_switch(op):
            return None
        if op.graph.building_function:
            from penstock.ops.fills import zeros_like

            return zeros_like(op.outputs[index])
        dead_branch = is_switch(op)
        state = self._states.get(while_context_of(op))
        if state is None:
            return zeros_like_outside_loop(op, index)
        context = op._control_flow_context
        value = convert_to_tensor(op.outputs[index], name="tensor")
        if value.shape.is_fully_defined():
            result = constant(0, shape=value.shape, dtype=value.dtype)
            if dead_branch:
                # The zero must be dead exactly when the branch that gives a gradient is alive.
                pred = state._history.get(context.pred.name)
                result = switch_ref_or_tensor(result, pred)[1 - context.branch]
            return result
        if dead_branch:
            with Within(context.outer_context):
                value = switch_ref_or_tensor(op.inputs[0], context.pred)[1 - context.branch]
                sizes = _shape(value)
            value.op._set_control_flow_context(context)
            sizes.op._set_control_flow_context(context)
        else:
            with Within(context):
                sizes = _shape(value)
        state.grad_context.exit()
        history = state.add_forward_accumulator(sizes, dead_branch=dead_branch)
        state.grad_context.enter()
        recorded = state.add_backprop_accumulated_value(history, sizes, dead_branch)
        return _zeros(recorded, value.dtype)

    def post_process(self) -> None:
        """Closes gradient loop variables that the body never met: their gradient is zero."""
        for state in self._states.values():
            for merged in state.switch_map.values():
                first, second = merged.op.inputs
                if first is not second:
                    continue
                context = state.grad_context
                if first.shape.is_fully_defined():
                    with Within(context):
                        following = next_iteration(
                            constant(0, dtype=first.dtype, shape=first.shape)
                        )
                else:
                    with Within(context.outer_context):
                        zero = _zeros(_shape(first.op.inputs[0]), dtypes.float32)
                    with Within(context):
                        following = next_iteration(zero)
                merged.op._update_input(1, following)


def zeros_like_outside_loop(op: Operation, index: int) -> Tensor:
    """The zero gradient of an output of ``op``, which isn't in a loop.

    At the Switch of a ``tf.cond`` it must come from the other branch, so that the Merge of the
    gradients gets one that is alive.
    """
    value = op.outputs[index]
    context = op._control_flow_context
    if not is_switch(op) or context is None:
        if is_switch(op) or value.dtype.base_dtype is not dtypes.resource:
            return _zeros_like(value)
        return _zeros(_variable_shape(value), _zeros_type(value))
    from penstock.ops.identities import identity

    other = switch(op.inputs[0], context.pred)[1 - context.branch]
    pivot = identity(other)
    if value.dtype.base_dtype is dtypes.resource:
        with control_dependencies([pivot]):
            return _zeros(_variable_shape(other), _zeros_type(value))
    sizes = _shape(other)
    with control_dependencies([pivot]):
        return _zeros(sizes, value.dtype)


def _variable_op(handle: Tensor) -> Operation:
    op = handle.op
    while op.type != "VarHandleOp" and op.inputs:
        op = op.inputs[0].op
    return op


def _variable_shape(handle: Tensor) -> Tensor:
    return apply("VariableShape", handle)


def _zeros_type(handle: Tensor) -> Any:
    return _variable_op(handle).attr("dtype")
