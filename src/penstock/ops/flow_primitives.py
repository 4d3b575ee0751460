"""The operations that direct values in TensorFlow's dataflow: Switch, Merge, Enter, Exit and so on.

A ``Switch`` passes its input to one of two outputs; what follows the other one is *dead*.  A
``Merge`` passes on the input that isn't dead.  ``Enter`` brings a value into the frame of a loop,
``NextIteration`` to its next iteration, ``Exit`` out of it.  ``tf.cond`` and ``tf.while_loop`` are
built from these; the runtime finds the structure again and compiles it as a whole, so these
operations need no lowering of their own.

Their gradients are those of Yu et al., "Dynamic Control Flow in Large-Scale Machine Learning"
(EuroSys 2018), and build the graph that TensorFlow 1.15 builds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from penstock.graph import nest
from penstock.graph.build import apply
from penstock.graph.composite import IndexedSlices
from penstock.graph.convert import convert_to_tensor, convert_to_tensor_or_indexed_slices
from penstock.graph.dtypes import resource
from penstock.graph.registry import operation
from penstock.graph.scopes import colocate_with, name_scope
from penstock.graph.shapes import TensorShape, unknown_shape
from penstock.graph.tensor import Tensor
from penstock.ops.shape_rules import same_as_input

_SWITCHES = frozenset({"Switch", "RefSwitch"})
_MERGES = frozenset({"Merge", "RefMerge"})
_ENTERS = frozenset({"Enter", "RefEnter"})
_EXITS = frozenset({"Exit", "RefExit"})


# -- what an operation is --------------------------------------------------------------------------
def is_switch(op: Any) -> bool:
    """True for Switch and RefSwitch."""
    return op.type in _SWITCHES


def is_merge(op: Any) -> bool:
    """True for Merge and RefMerge."""
    return op.type in _MERGES


def is_loop_enter(op: Any) -> bool:
    """True for Enter and RefEnter."""
    return op.type in _ENTERS


def is_loop_exit(op: Any) -> bool:
    """True for Exit and RefExit."""
    return op.type in _EXITS


def is_loop_constant_enter(op: Any) -> bool:
    """True for an Enter whose value stays the same in all iterations."""
    return op.type in _ENTERS and op.attr("is_constant")


def is_cond_switch(op: Any) -> bool:
    """True for a Switch whose outputs are used in conditional branches only."""
    if not is_switch(op):
        return False
    for output in op.outputs:
        for consumer in output.consumers():
            context = consumer._control_flow_context
            if is_loop_enter(consumer) and context is not None:
                context = context.outer_context
            if context is None or not context.is_cond:
                return False
    return True


def is_loop_switch(op: Any) -> bool:
    """True for the Switch of a loop variable."""
    if not is_switch(op):
        return False
    context = op._control_flow_context
    return context is not None and context.is_while and not is_cond_switch(op)


def output_context(op: Any) -> Any:
    """The context in which the outputs of ``op`` can be used."""
    context = op._control_flow_context
    if context is not None and is_loop_exit(op):
        return context.outer_context
    return context


def while_context_of(op: Any) -> Any:
    """The innermost loop around ``op``, or ``None``."""
    context = op._control_flow_context
    return None if context is None else context.while_context()


# -- operations ------------------------------------------------------------------------------------
def _both_like_input(op: Any) -> list[TensorShape]:
    return [op.inputs[0].shape, op.inputs[0].shape]


def _gradient_context(op: Any) -> Any:
    return op.graph._get_control_flow_context()


def _switch_gradient(op: Any, *gradients: Any) -> Any:
    context = op._control_flow_context
    if context is not None and context.is_while:
        return _loop_switch_gradient(op, gradients)
    if context is not None and context.is_cond:
        branch = context.branch
        if gradients[1 - branch] is None:
            if op.inputs[0].dtype == resource:
                return merge([gradients[branch]] * 2, name="cond_resource_grad")[0], None
            # The value is used in one branch only: the other branch's gradient came through
            # the Switch of that branch.
            return None, None
        return merge(gradients, name="cond_grad")[0], None
    pred = op.inputs[1]
    from_false = switch(gradients[0], pred)[0]
    from_true = switch(gradients[1], pred)[1]
    return merge([from_false, from_true])[0], None


def _loop_switch_gradient(op: Any, gradients: Any) -> Any:
    """A loop's Switch is met twice: first from its Exit, then from the loop's body.

    The first visit makes a Merge whose second input is filled in at the second.
    """
    merges = _gradient_context(op).grad_state.switch_map
    made = merges.get(op)
    if made is not None:
        if gradients[1] is not None:
            add_back_edge(made, gradients[1], check_shape=False)
        return None, None
    if gradients[0] is None:
        # Only the body's side has a gradient: the loop's result isn't differentiated.
        return None, None
    made = merge([gradients[0], gradients[0]], name="b_switch")[0]
    merges[op] = made
    return made, None


@operation(
    "Switch", inputs="data: T, pred: bool", outputs="output_false: T, output_true: T",
    attrs="T: type",
)  # fmt: skip
class Switch:
    shape = _both_like_input
    gradient = _switch_gradient


@operation(
    "RefSwitch", inputs="data: Ref(T), pred: bool",
    outputs="output_false: Ref(T), output_true: Ref(T)", attrs="T: type",
)  # fmt: skip
class RefSwitch:
    shape = _both_like_input
    gradient = _switch_gradient


@operation("RefSelect", inputs="index: int32, inputs: N * Ref(T)", outputs="output: Ref(T)",
           attrs="T: type; N: int >= 1")  # fmt: skip
class RefSelect:
    def shape(op: Any) -> TensorShape:  # noqa: N805
        first = op.inputs[1].shape
        same = all(t.shape == first for t in op.inputs[2:])
        return first if first.is_fully_defined() and same else unknown_shape()

    def lower(index: Any, inputs: list[Any]) -> Any:
        from jax import lax

        return lax.switch(index, [lambda value=value: value for value in inputs])


def _merged_shape(op: Any) -> list[TensorShape]:
    """What all inputs have in common."""
    sizes = op.inputs[0].shape.sizes
    for tensor in op.inputs[1:]:
        other = tensor.shape.sizes
        if sizes is None or other is None or len(other) != len(sizes):
            sizes = None
            break
        sizes = tuple(a if a == b else None for a, b in zip(sizes, other, strict=True))
    return [TensorShape(sizes), TensorShape([])]


def _merge_gradient(op: Any, gradient: Any, _: Any) -> Any:
    context = output_context(op.inputs[0].op)
    gradient_context = _gradient_context(op)
    if context is not None and context.is_while:
        return switch_ref_or_tensor(gradient, gradient_context.pivot)
    if context is not None and context.is_cond:
        pred = context.pred
        if gradient_context is not None and gradient_context.grad_state is not None:
            # The gradient of a conditional in a loop needs each iteration's predicate.
            pred = gradient_context.grad_state.recorded_predicate(pred)
        return switch_ref_or_tensor(gradient, pred, name="cond_grad")
    chosen = [apply("Equal", op.outputs[1], i) for i in range(len(op.inputs))]
    return [switch_ref_or_tensor(gradient, each)[1] for each in chosen]


@operation("Merge", inputs="inputs: N * T", outputs="output: T, value_index: int32",
           attrs="T: type; N: int >= 1")  # fmt: skip
class Merge:
    shape = _merged_shape
    gradient = _merge_gradient


@operation("RefMerge", inputs="inputs: N * Ref(T)", outputs="output: Ref(T), value_index: int32",
           attrs="T: type; N: int >= 1")  # fmt: skip
class RefMerge:
    shape = _merged_shape
    gradient = _merge_gradient


_ENTER_ATTRS = (
    "T: type; frame_name: string; is_constant: bool = false; parallel_iterations: int = 10"
)


def _entered_shape(op: Any) -> TensorShape:
    return op.inputs[0].shape if op.attr("is_constant") else unknown_shape()


def _enter_gradient(op: Any, gradient: Any) -> Any:
    context = _gradient_context(op)
    if not context.back_prop or context.grad_state is None:
        return gradient
    if op.attr("is_constant"):
        if isinstance(gradient, Tensor):
            return context.add_backprop_accumulator(op, gradient)
        if isinstance(gradient, IndexedSlices):
            return context.add_backprop_slices_accumulator(op, gradient)
        raise TypeError(f"Type {type(gradient)} not supported")
    result = leave(gradient)
    context.loop_exits.append(result)
    context.exit_result([result])
    return result


@operation("Enter", inputs="data: T", outputs="output: T", attrs=_ENTER_ATTRS)
class Enter:
    shape = _entered_shape
    gradient = _enter_gradient


@operation("RefEnter", inputs="data: Ref(T)", outputs="output: Ref(T)", attrs=_ENTER_ATTRS)
class RefEnter:
    shape = _entered_shape
    gradient = _enter_gradient


def _exit_gradient(op: Any, gradient: Any) -> Any:
    context = _gradient_context(op)
    if not context.back_prop:
        # The loop was made with back_prop=False: it counts as a constant.
        return None
    if op._control_flow_context.grad_state is not None:
        raise TypeError("Second-order gradient for while loops not supported.")
    for part in nest.flatten(gradient, expand_composites=True):
        context.add_name(part.name)
    context.enter()
    result = enter(
        gradient, context.name, is_constant=False,
        parallel_iterations=context.parallel_iterations, name="b_exit",
    )  # fmt: skip
    context.loop_enters.append(result)
    context.exit()
    return result


@operation("Exit", inputs="data: T", outputs="output: T", attrs="T: type")
class Exit:
    shape = same_as_input()
    gradient = _exit_gradient


@operation("RefExit", inputs="data: Ref(T)", outputs="output: Ref(T)", attrs="T: type")
class RefExit:
    shape = same_as_input()
    gradient = _exit_gradient


@operation("NextIteration", inputs="data: T", outputs="output: T", attrs="T: type")
class NextIteration:
    shape = same_as_input()

    def gradient(op: Any, gradient: Any) -> Any:  # noqa: N805
        return gradient


@operation("RefNextIteration", inputs="data: Ref(T)", outputs="output: Ref(T)", attrs="T: type")
class RefNextIteration:
    shape = same_as_input()

    def gradient(op: Any, gradient: Any) -> Any:  # noqa: N805
        return gradient


@operation("RefIdentity", inputs="input: Ref(T)", outputs="output: Ref(T)", attrs="T: type")
class RefIdentity:
    shape = same_as_input()

    def lower(input: Any) -> Any:
        return input

    def gradient(op: Any, gradient: Any) -> Any:  # noqa: N805
        return gradient


@operation("LoopCond", inputs="input: bool", outputs="output: bool")
class LoopCond:
    def shape(op: Any) -> TensorShape:  # noqa: N805
        return op.inputs[0].shape.with_rank(0)

    def gradient(op: Any, _: Any) -> None:  # noqa: N805
        return None


def _nothing() -> tuple[()]:
    return ()


@operation("NoOp")
class NoOp:
    lower = _nothing
    host = _nothing


@operation("ControlTrigger")
class ControlTrigger:
    lower = _nothing
    host = _nothing


@operation("Abort", attrs="error_msg: string = ''; exit_without_error: bool = false")
class Abort:
    def host(*, error_msg: str, exit_without_error: bool) -> tuple[()]:
        if exit_without_error:
            raise SystemExit(0)
        raise SystemExit(f"Abort: {error_msg}")


# -- functions that make them ----------------------------------------------------------------------
def as_tensor_or_composite(value: Any, dtype: Any = None, name: str | None = None) -> Any:
    """``value`` as a tensor (references stay references) or the composite it is."""
    if nest.is_composite(value):
        return convert_to_tensor_or_indexed_slices(value, dtype=dtype, name=name)
    return convert_to_tensor(value, dtype=dtype, name=name, as_ref=True)


def _each_part(function: Callable[[Tensor], Tensor], value: Any) -> Any:
    return nest.map_structure(function, value, expand_composites=True)


def identity(data: Any, name: str | None = None) -> Any:
    """The same value; a reference stays one."""
    data = as_tensor_or_composite(data)
    if not isinstance(data, Tensor):
        return _each_part(identity, data)
    return apply("RefIdentity" if data.dtype._is_ref_dtype else "Identity", data, name=name)


def next_iteration(data: Any, name: str | None = None) -> Any:
    """``data`` in the loop's next iteration."""
    data = as_tensor_or_composite(data)
    if not isinstance(data, Tensor):
        return _each_part(next_iteration, data)
    return apply(
        "RefNextIteration" if data.dtype._is_ref_dtype else "NextIteration", data, name=name
    )


def enter(
    data: Any,
    frame_name: str,
    is_constant: bool = False,
    parallel_iterations: int = 10,
    use_ref: bool = True,
    use_input_shape: bool = True,
    name: str | None = None,
) -> Any:
    """Brings ``data`` into a loop's frame.

    Args:
        data: a tensor or composite.
        frame_name: the name of the frame.
        is_constant: whether the value is the same in all iterations.
        parallel_iterations: kept in the graph.
        use_ref: whether a reference stays one.
        use_input_shape: whether the result has the static shape of ``data``.
        name: the operation's name.
    """
    data = as_tensor_or_composite(data)
    if not isinstance(data, Tensor):
        return _each_part(
            lambda part: enter(
                part, frame_name, is_constant, parallel_iterations, use_ref, use_input_shape
            ),
            data,
        )
    result = apply(
        "RefEnter" if data.dtype._is_ref_dtype and use_ref else "Enter",
        data,
        frame_name=frame_name,
        is_constant=is_constant,
        parallel_iterations=parallel_iterations,
        name=name,
    )
    if use_input_shape:
        result.set_shape(data.shape)
    return result


def leave(data: Any, name: str | None = None) -> Any:
    """Brings ``data`` out of the loop's frame (the Exit operation)."""
    data = as_tensor_or_composite(data)
    if not isinstance(data, Tensor):
        return _each_part(leave, data)
    return apply("RefExit" if data.dtype._is_ref_dtype else "Exit", data, name=name)


def switch(data: Any, pred: Any, dtype: Any = None, name: str | None = None) -> Any:
    """Passes ``data`` to one of two outputs.

    Args:
        data: a tensor or composite.
        pred: a boolean scalar.
        dtype: the type that ``data`` is converted to.
        name: the operation's name.

    Returns:
        ``(output_false, output_true)``: where ``data`` goes when ``pred`` is false, and true.
    """
    with name_scope(name, "Switch", [data, pred]) as scope:
        data = as_tensor_or_composite(data, dtype=dtype, name="data")
        pred = convert_to_tensor(pred, name="pred")
        if isinstance(data, Tensor):
            return tuple(apply("Switch", data, pred, name=scope))
        parts = [apply("Switch", part, pred) for part in nest.flatten(data, expand_composites=True)]
        when_false, when_true = zip(*parts, strict=True)
        return (
            nest.pack_sequence_as(data, when_false, expand_composites=True),
            nest.pack_sequence_as(data, when_true, expand_composites=True),
        )


def switch_ref_or_tensor(data: Any, pred: Any, name: str = "Switch") -> Any:
    """``switch`` placed with ``data``; a reference stays one."""
    if not nest.is_composite(data):
        data = convert_to_tensor(data, name="data")
    with colocate_with(data, ignore_existing=True):
        if isinstance(data, Tensor) and data.dtype._is_ref_dtype:
            return tuple(apply("RefSwitch", data, pred, name=name))
        return switch(data, pred, name=name)


def merge(inputs: Any, name: str | None = None) -> tuple[Any, Tensor]:
    """Passes on the one of ``inputs`` that is there.

    Args:
        inputs: tensors or composites, at most one of which isn't dead.
        name: the operation's name.

    Returns:
        The value, and the index (``int32``) that it has in ``inputs``.

    Raises:
        ValueError: when an input is ``None``.
    """
    if any(value is None for value in inputs):
        raise ValueError(f"At least one of the merge inputs is None: {inputs}")
    with name_scope(name, "Merge", inputs) as scope:
        values = [as_tensor_or_composite(value) for value in inputs]
        if all(isinstance(value, Tensor) for value in values):
            is_ref = all(value.dtype._is_ref_dtype for value in values)
            output, index = apply("RefMerge" if is_ref else "Merge", values, name=scope)
            return output, index
        if all(isinstance(value, (Tensor, IndexedSlices)) for value in values):
            values = as_indexed_slices_list(values)
        for value in values:
            if isinstance(value, Tensor):
                raise TypeError(f"Type {type(value)} not supported")
        for value in values[1:]:
            nest.assert_same_structure(values[0], value, expand_composites=True)
        flat = [nest.flatten(value, expand_composites=True) for value in values]
        merged = [apply("Merge", list(parts)) for parts in zip(*flat, strict=True)]
        packed = nest.pack_sequence_as(
            values[0], [output for output, _ in merged], expand_composites=True
        )
        return packed, merged[0][1]


def as_indexed_slices(value: Any) -> Any:
    """``value`` as ``IndexedSlices``: all slices of it, when it is dense."""
    if isinstance(value, IndexedSlices):
        return value
    if not isinstance(value, Tensor):
        raise TypeError(f"Not a Tensor or IndexedSlices: {type(value)}")
    shape = apply("Shape", value)
    from penstock.ops.ranges import range as range_

    count = shape[0]  # type: ignore[index]
    return IndexedSlices(value, range_(0, count), shape)


def as_indexed_slices_list(values: Any) -> Any:
    """``values`` as ``IndexedSlices`` whose indices have one type."""
    from penstock.graph.dtypes import int32, int64

    slices = [as_indexed_slices(value) for value in values]
    wide = [each.indices.dtype == int64 for each in slices]
    if not any(wide) or all(wide):
        return slices
    return [
        IndexedSlices(each.values, apply("Cast", each.indices, DstT=int64), each.dense_shape)
        if each.indices.dtype == int32
        else each
        for each in slices
    ]


def loop_cond(pred: Any, name: str | None = None) -> Tensor:
    """Marks the predicate of a loop."""
    return apply("LoopCond", pred, name=name)


def no_op(name: str | None = None) -> Any:
    """An operation that does nothing; it waits for its control inputs."""
    return apply("NoOp", name=name)


def control_trigger(name: str | None = None) -> Any:
    """An operation that runs when its control inputs are done, be they dead or not."""
    return apply("ControlTrigger", name=name)


def shape_not_wider(shape: TensorShape, limit: TensorShape) -> bool:
    """True when every tensor of static shape ``shape`` also has the static shape ``limit``."""
    if limit.sizes is None:
        return True
    if shape.sizes is None or len(shape.sizes) != len(limit.sizes):
        return False
    return all(
        wanted is None or size == wanted
        for size, wanted in zip(shape.sizes, limit.sizes, strict=True)
    )


def add_back_edge(merged: Any, value: Any, check_shape: bool = True) -> Any:
    """Closes a loop: the next iteration's ``value`` becomes the second input of a Merge.

    Args:
        merged: the output of the loop variable's Merge.
        value: what the body returned.
        check_shape: whether the value must fit the static shape of the variable.
    """
    if isinstance(merged, Tensor):
        value = next_iteration(convert_to_tensor(value))
        if check_shape:
            _check_shape_kept(merged, value)
        merged.op._update_input(1, value)
        return value
    if isinstance(merged, IndexedSlices):
        value = as_indexed_slices(value)
    value = next_iteration(value)
    return nest.map_structure(
        lambda part, new: part.op._update_input(1, new), merged, value, expand_composites=True
    )


def _check_shape_kept(merged: Tensor, value: Tensor) -> None:
    if shape_not_wider(value.shape, merged.shape):
        return
    initial = merged.op.inputs[0].op.inputs[0]
    raise ValueError(
        f"Input tensor '{initial.name}' enters the loop with shape {initial.shape}, but has shape "
        f"{value.shape} after one iteration. To allow the shape to vary across iterations, use the "
        "`shape_invariants` argument of tf.while_loop to specify a less-specific shape."
    )


def loop_constant_enter(value: Tensor) -> Any:
    """The Enter that brought the constant ``value`` into its loop, or ``None``."""
    op = value.op
    while op.type in ("Switch", "RefSwitch", "Identity", "RefIdentity"):
        op = op.inputs[0].op
    return op if is_loop_constant_enter(op) else None


def constant_of(value: Tensor) -> np.ndarray | None:
    """The array of a ``Const`` tensor, or ``None``."""
    return value.op._attributes["value"] if value.op.type == "Const" else None
