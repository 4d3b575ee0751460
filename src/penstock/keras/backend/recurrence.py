"""``K.rnn``: a step function along time, as a loop in the graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from penstock.graph import nest
from penstock.keras import tensor_ops as ops
from penstock.ops.tensor_arrays import TensorArray
from penstock.ops.while_loops import while_loop


def _swapped(tensor: Any) -> Any:
    """The tensor with its first two axes, batch and time, exchanged."""
    axes = list(range(len(tensor.shape)))
    axes[0], axes[1] = 1, 0
    return ops.transpose(tensor, axes)


def _widened(mask: Any, tensor: Any, kept: int = 1) -> Any:
    """The mask, repeated along the axes of ``tensor`` after the first ``kept``."""
    for _ in range(len(tensor.shape) - len(mask.shape)):
        mask = ops.expand_dims(mask, -1)
    sizes = tensor.shape.as_list()
    if any(size is None for size in sizes[kept:]):
        shape = ops.shape(tensor)
        return ops.tile(mask, ops.concat([ops.ones([kept], "int32"), shape[kept:]], 0))
    return ops.tile(mask, [1] * kept + sizes[kept:])


def _choose(mask: Any, new: Any, old: Any) -> Any:
    return ops.where(_widened(mask, new), new, old)


def rnn(
    step_function: Callable[[Any, Any], Any],
    inputs: Any,
    initial_states: Sequence[Any],
    go_backwards: bool = False,
    mask: Any = None,
    constants: Sequence[Any] | None = None,
    unroll: bool = False,
    input_length: int | None = None,
    time_major: bool = False,
    zero_output_for_mask: bool = False,
) -> tuple[Any, Any, Any]:
    """Applies a step function to each time step.

    Args:
        step_function: from the inputs of a step and the states to an output and new states.
        inputs: a tensor (or nest of tensors) ``[batch, time, ...]``.
        initial_states: the states before the first step.
        go_backwards: whether to begin at the end; the outputs come in that order.
        mask: ``[batch, time]``; where it is false, states and outputs stay as they were.
        constants: tensors that come after the states in each step.
        unroll: make the steps one after another instead of a loop.
        input_length: the number of steps, when it is known.
        time_major: whether inputs and outputs are ``[time, batch, ...]``.
        zero_output_for_mask: where the mask is false, outputs are 0.

    Returns:
        The last output, all outputs, and the last states.

    Raises:
        ValueError: when ``unroll`` is asked for and the number of steps isn't known, or there is
            a mask and no state.
    """
    if not time_major:
        inputs = nest.map_structure(_swapped, inputs)
    flat = nest.flatten(inputs)
    steps, batch = flat[0].shape.as_list()[:2]
    for each in flat:
        each.shape.with_rank_at_least(3)
    if mask is not None:
        mask = ops.cast(mask, "bool") if mask.dtype.base_dtype.name != "bool" else mask
        if len(mask.shape) == 2:
            mask = ops.expand_dims(mask, -1)
        if not time_major:
            mask = _swapped(mask)
    constants = tuple(constants or ())
    if mask is not None and not len(initial_states):
        raise ValueError(
            "No initial states provided! When using masking in an RNN, you should provide initial "
            "states (and your step function should return as its first state at time `t` the "
            "output at time `t-1`)."
        )
    if unroll:
        if not steps:
            raise ValueError("Unrolling requires a fixed number of timesteps.")
        last, outputs, states = _unrolled(
            step_function, inputs, initial_states, go_backwards, mask, constants, steps,
            zero_output_for_mask,
        )  # fmt: skip
    else:
        last, outputs, states = _looped(
            step_function, inputs, initial_states, go_backwards, mask, constants, input_length,
            zero_output_for_mask,
        )  # fmt: skip

    def shaped(output: Any) -> Any:
        output.set_shape([steps, batch, *output.shape.as_list()[2:]])
        return output

    outputs = nest.map_structure(shaped, outputs)
    if not time_major:
        outputs = nest.map_structure(_swapped, outputs)
    return last, outputs, states


def _unrolled(
    step_function: Any, inputs: Any, initial_states: Any, go_backwards: bool, mask: Any,
    constants: tuple[Any, ...], steps: int, zero_output: bool,
) -> tuple[Any, Any, Any]:  # fmt: skip
    columns = [ops.unstack(each) for each in nest.flatten(inputs)]
    masks = ops.unstack(mask) if mask is not None else [None] * steps
    order = range(steps - 1, -1, -1) if go_backwards else range(steps)
    states = list(initial_states)
    outputs: list[Any] = []
    for time in order:
        given = nest.pack_sequence_as(inputs, [column[time] for column in columns])
        output, new_states = step_function(given, tuple(states) + constants)
        if mask is not None:
            previous = outputs[-1] if outputs else ops.zeros_like(output)
            output = _choose(masks[time], output, previous)
            kept = [
                _choose(masks[time], new, old)
                for new, old in zip(nest.flatten(new_states), nest.flatten(states))
            ]
            new_states = nest.pack_sequence_as(list(states), kept)
        states = list(new_states)
        outputs.append(output)
    last, stacked = outputs[-1], ops.stack(outputs)
    if mask is not None and zero_output:
        last = _choose(masks[order[-1]], last, ops.zeros_like(last))
        in_order = ops.stack([masks[time] for time in order])
        wide = _widened(in_order, stacked, kept=2)
        stacked = ops.where(wide, stacked, ops.zeros_like(stacked))
    return last, stacked, states


def _looped(
    step_function: Any, inputs: Any, initial_states: Any, go_backwards: bool, mask: Any,
    constants: tuple[Any, ...], input_length: int | None, zero_output: bool,
) -> tuple[Any, Any, Any]:  # fmt: skip
    flat = nest.flatten(inputs)
    count = ops.shape(flat[0])[0]

    def array_of(values: Any, name: str) -> Any:
        array = TensorArray(values.dtype.base_dtype, size=count, tensor_array_name=name)
        return array.unstack(ops.reverse(values, [0]) if go_backwards else values)

    arrays = [array_of(each, f"input_ta_{i}") for i, each in enumerate(flat)]
    first = nest.pack_sequence_as(inputs, [each[0] for each in flat])
    # A step outside the loop tells types and shapes; XLA drops it.
    sample, _ = step_function(first, tuple(initial_states) + constants)
    samples = nest.flatten(sample)
    results = tuple(
        TensorArray(
            each.dtype.base_dtype, size=count, element_shape=each.shape,
            tensor_array_name=f"output_ta_{i}",
        )
        for i, each in enumerate(samples)
    )  # fmt: skip
    masks = None if mask is None else array_of(mask, "mask_ta")
    zeros = tuple(ops.zeros_like(each) for each in samples) if mask is not None else ()
    structure = tuple(initial_states)

    def step(time: Any, results: Any, previous: Any, *states: Any) -> Any:
        given = nest.pack_sequence_as(inputs, [array.read(time) for array in arrays])
        output, new_states = step_function(given, tuple(states) + constants)
        outputs = nest.flatten(output)
        old, new = nest.flatten(states), nest.flatten(new_states)
        for state, new_state in zip(old, new):
            new_state.set_shape(state.shape)
        if masks is not None:
            now = masks.read(time)
            others = zeros if zero_output else nest.flatten(previous)
            outputs = [_choose(now, each, other) for each, other in zip(outputs, others)]
            new = [_choose(now, each, state) for each, state in zip(new, old)]
        results = tuple(array.write(time, each) for array, each in zip(results, outputs))
        previous = tuple(outputs) if masks is not None else ()
        return (time + 1, results, previous, *nest.pack_sequence_as(structure, new))

    final = while_loop(
        lambda time, *_: ops.less(time, count),
        step,
        (ops.constant(0, dtype="int32", name="time"), results, zeros, *structure),
        parallel_iterations=32,
        swap_memory=True,
        maximum_iterations=input_length,
    )
    outputs = [array.stack() for array in final[1]]
    last = [each[-1] for each in outputs]
    return (
        nest.pack_sequence_as(sample, last),
        nest.pack_sequence_as(sample, outputs),
        list(final[3:]),
    )
