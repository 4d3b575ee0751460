"""What the gradient of a loop adds to loops: counters and accumulators.

``penstock.autodiff.loops`` says when; the names (``f_count``, ``b_count``, ``b_acc``) are
TensorFlow's.
"""

from __future__ import annotations

from typing import Any

from penstock.graph.build import apply
from penstock.graph.composite import IndexedSlices
from penstock.graph.operation import Operation
from penstock.graph.tensor import Tensor
from penstock.ops.constants import constant
from penstock.ops.flow_contexts import ControlFlowContext
from penstock.ops.flow_primitives import enter, leave, loop_cond, merge, next_iteration, switch


class Within:
    """``with Within(context):`` builds in ``context`` (or changes nothing, for ``None``)."""

    def __init__(self, context: Any) -> None:
        self._context = context

    def __enter__(self) -> None:
        if self._context is not None:
            self._context.enter()

    def __exit__(self, *args: Any) -> None:
        if self._context is not None:
            self._context.exit()


class GradientLoop(ControlFlowContext):
    """The part of a loop's context that gradients need."""

    _parallel_iterations: int
    _loop_enters: list[Any]
    _loop_exits: list[Any]
    _pivot: Any
    _pivot_for_pred: Any
    _pivot_for_body: Any

    def _enter_counter(self, value: Any, name: str) -> Any:
        self.add_name(value.name)
        entered = enter(
            value, self._name, is_constant=False,
            parallel_iterations=self._parallel_iterations, name=name,
        )  # fmt: skip
        self._loop_enters.append(entered)
        return entered

    def _leave_with(self, value: Any, name: str) -> Any:
        result = leave(value, name=name)
        self._loop_exits.append(result)
        self.exit_result([result])
        return result

    def add_forward_counter(self, outer_state: Any) -> tuple[Any, Any]:
        """Adds a loop variable that counts the iterations.

        Args:
            outer_state: the gradient state of the loop around, or ``None``.

        Returns:
            The number of iterations, outside, and the next count, inside.
        """
        start = constant(0, name="f_count")
        if outer_state is not None:
            # Counted once in each outer iteration.
            start.op._add_control_input(outer_state.forward_index.op.inputs[0].op)
        self.enter()
        entered = self._enter_counter(start, "f_count")
        merged = merge([entered, entered])[0]
        when_done, when_going = switch(merged, self._pivot)
        following = next_iteration(apply("Add", when_going, 1))
        merged.op._update_input(1, following)
        total = self._leave_with(when_done, "f_count")
        self.exit()
        return total, following

    def add_backward_counter(self, count: Any, outer_state: Any) -> Any:
        """Makes this loop run ``count`` times, counting down; returns the next count, inside."""
        one = constant(1, name="b_count")
        self.enter()
        entered = self._enter_counter(count, "b_count")
        merged = merge([entered, entered])[0]
        self._pivot_for_pred = merged
        self._pivot = loop_cond(apply("GreaterEqual", merged, one), name="b_count")
        when_done, when_going = switch(merged, self._pivot)
        index = apply("Sub", when_going, one)
        self._pivot_for_body = index
        following = next_iteration(index)
        merged.op._update_input(1, following)
        final = leave(when_done, name="b_count")
        self._loop_exits.append(final)
        if outer_state is not None:
            # The outer gradient loop goes on only when this one has finished.
            outer_state.grad_sync._add_control_input(final.op)
        self.exit_result([final])
        self.exit()
        return following

    def add_backprop_accumulator(self, op: Operation, gradient: Tensor) -> Tensor:
        """Adds up the gradients of a loop constant over the iterations.

        Args:
            op: the constant's Enter.
            gradient: its gradient in one iteration.

        Returns:
            The sum, outside the loop (this context is left at the end, as it was entered).
        """
        from penstock.ops.fills import zeros

        self.exit()
        shape = gradient.shape
        if shape.is_fully_defined():
            with Within(self._outer_context):
                start = constant(0, gradient.dtype, shape=shape, name="b_acc")
        else:
            start = _zeros_outside(self, op.inputs[0], gradient, zeros)
        self.enter()
        entered = self._enter_counter(start, "b_acc")
        merged = merge([entered, entered], name="b_acc")[0]
        when_done, when_going = switch(merged, self._pivot)
        following = next_iteration(apply("Add", when_going, gradient))
        merged.op._update_input(1, following)
        return self._leave_with(when_done, "b_acc")

    def add_backprop_slices_accumulator(self, op: Operation, gradient: Any) -> IndexedSlices:
        """``add_backprop_accumulator`` for ``IndexedSlices``: they are strung together."""
        from penstock.ops.joining import concat

        self.exit()
        starts = self._slices_starts(op, gradient)
        self.enter()
        for start in starts:
            self.add_name(start.name)
        entered = [
            enter(
                start, self._name, is_constant=False,
                parallel_iterations=self._parallel_iterations, use_input_shape=False, name="b_acc",
            )
            for start in starts
        ]  # fmt: skip
        entered[0].set_shape([None])
        if starts[1].shape.sizes is not None:
            entered[1].set_shape([None, *starts[1].shape.as_list()[1:]])
        self._loop_enters.extend(entered)
        merges = [merge([each, each], name="b_acc")[0] for each in entered]
        switches = [switch(each, self._pivot) for each in merges]
        parts = [gradient.indices, gradient.values]
        longer = [
            concat([pair[1], part], 0) for pair, part in zip(switches[:2], parts, strict=True)
        ]
        if gradient.dense_shape is not None:
            longer.append(apply("Maximum", gradient.dense_shape, switches[2][1]))
        following = [next_iteration(each) for each in longer]
        for merged, each in zip(merges, following, strict=True):
            merged.op._update_input(1, each)
        exits = [leave(pair[0], name="b_acc") for pair in switches]
        self._loop_exits.extend(exits)
        self.exit_result(exits)
        return IndexedSlices(
            exits[1], exits[0], exits[2] if gradient.dense_shape is not None else None
        )

    def _slices_starts(self, op: Operation, gradient: Any) -> list[Any]:
        """The accumulators' first values: one zero slice at index 0, and a zero shape."""
        from penstock.ops.arrays import shape_internal
        from penstock.ops.fills import zeros, zeros_like
        from penstock.ops.joining import concat

        dense_shape = gradient.dense_shape
        with Within(self._outer_context):
            sizes = gradient.values.shape
            if sizes.is_fully_defined():
                with Within(self._outer_context):
                    first = constant(
                        0, gradient.values.dtype, shape=[1, *sizes.as_list()[1:]], name="b_acc"
                    )
            else:
                rest = _resource_safe_shape(op.inputs[0])[1:]
                first = zeros(concat([[1], rest], 0), dtype=gradient.values.dtype)
            starts = [constant([0], gradient.indices.dtype), first]
            if dense_shape is not None:
                if dense_shape.shape.is_fully_defined():
                    with Within(self._outer_context):
                        starts.append(constant(0, dense_shape.dtype, shape=dense_shape.shape))
                else:
                    whole = shape_internal(op.inputs[0], optimize=False, out_type=dense_shape.dtype)
                    starts.append(zeros_like(whole, optimize=False))
        return starts


def _zeros_outside(context: Any, value: Any, gradient: Any, zeros: Any) -> Any:
    """Zeros shaped like ``value`` (of the forward graph), outside the gradient loop ``context``."""
    from penstock.ops.arrays import shape_internal

    outer = context.outer_context
    if outer is not None and outer.is_while and outer.grad_state is not None:
        forward = context.grad_state.forward_context
        with Within(forward.outer_context):
            sizes = shape_internal(value, optimize=False)
        outer_state = context.grad_state.outer_grad_state
        history = outer_state.add_forward_accumulator(sizes)
        with Within(outer):
            recorded = outer_state.add_backprop_accumulated_value(history, sizes)
            return zeros(recorded, gradient.dtype)
    with Within(outer):
        return zeros(shape_internal(value, optimize=False), gradient.dtype)


def _resource_safe_shape(value: Any) -> Any:
    """The shape of ``value`` as a tensor; for a variable's handle that of the variable."""
    from penstock.graph.dtypes import resource
    from penstock.ops.arrays import shape_internal

    if value.dtype == resource:
        while value.op.inputs:
            value = value.op.inputs[0]
        return value.op.attr("shape")
    return shape_internal(value, optimize=False)
