"""``tf.nn.dynamic_rnn``, ``bidirectional_dynamic_rnn`` and ``raw_rnn``: networks as loops."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from penstock import behavior
from penstock.graph import dtypes, nest
from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import colocate_with, control_dependencies, name_scope
from penstock.graph.shapes import TensorShape, dimension_at_index
from penstock.graph.tensor import Tensor
from penstock.ops.arrays import shape as shape_of
from penstock.ops.casts import cast
from penstock.ops.checks import Assert
from penstock.ops.comparisons import equal, logical_not, logical_or
from penstock.ops.constants import constant
from penstock.ops.fills import zeros
from penstock.ops.identities import identity
from penstock.ops.joining import stack
from penstock.ops.math_binary import maximum, minimum
from penstock.ops.reductions import reduce_all, reduce_max, reduce_min
from penstock.ops.selecting import where
from penstock.ops.slices import reverse, reverse_sequence
from penstock.ops.tensor_arrays import TensorArray
from penstock.ops.variable_scope import variable_scope
from penstock.ops.while_loops import while_loop
from penstock.rnn.base import assert_like_rnncell
from penstock.rnn.base import initial_state as first_state
from penstock.rnn.states import joined_shape, joined_static_shape
from penstock.rnn.steps import (
    batch_size_of,
    element_shape,
    masked_step,
    rnn_scope,
    state_dtype,
    takes_state_lists,
    time_first,
)


def dynamic_rnn(
    cell: Any,
    inputs: Any,
    sequence_length: Any = None,
    initial_state: Any = None,
    dtype: Any = None,
    parallel_iterations: int | None = None,
    swap_memory: bool = False,
    time_major: bool = False,
    scope: Any = None,
) -> tuple[Any, Any]:
    """Runs a cell over a sequence in a loop.

    Args:
        cell: an ``RNNCell``.
        inputs: ``[batch_size, max_time, ...]``, or ``[max_time, batch_size, ...]`` when
            ``time_major``, or a nested tuple of such tensors.
        sequence_length: the lengths, ``[batch_size]``; after its end a sequence gives zeros and
            keeps its state.
        initial_state: the state to start from; zeros when left out.
        dtype: the type of state and output; needed without ``initial_state``.
        parallel_iterations: kept in the graph (32). swap_memory: likewise.
        time_major: how the inputs and outputs are laid out.
        scope: the variable scope; ``"rnn"`` by default.

    Returns:
        ``(outputs, state)``: the outputs of all steps, laid out like the inputs, and the last
        state.

    Raises:
        TypeError: when ``cell`` is no cell.
        ValueError: when the sizes of the inputs aren't known or the type is missing.
    """
    assert_like_rnncell("cell", cell)
    with rnn_scope(scope):
        flat_input = nest.flatten(inputs)
        if not time_major:
            flat_input = [convert_to_tensor(x) for x in flat_input]
            flat_input = [time_first(x) for x in flat_input]
        if sequence_length is not None:
            sequence_length = cast(sequence_length, dtypes.int32)
            if sequence_length.get_shape().ndims not in (None, 1):
                raise ValueError(
                    "sequence_length must be a vector of length batch_size, but saw shape: "
                    f"{sequence_length.get_shape()}"
                )
            sequence_length = identity(sequence_length, name="sequence_length")
        batch_size = batch_size_of(flat_input)
        state = initial_state
        if state is None:
            if not dtype:
                raise ValueError("If there is no initial_state, you must give a dtype.")
            state = first_state(cell, batch_size, dtype)
        if sequence_length is not None:
            with control_dependencies([_check_length(sequence_length, batch_size)]):
                sequence_length = identity(sequence_length, name="CheckSeqLen")
        outputs, final_state = _loop(
            cell,
            nest.pack_sequence_as(structure=inputs, flat_sequence=flat_input),
            state,
            parallel_iterations or 32,
            swap_memory,
            sequence_length,
            dtype,
        )
        if not time_major:
            outputs = nest.map_structure(time_first, outputs)
        return outputs, final_state


def _check_length(lengths: Tensor, batch_size: Any) -> Any:
    found = shape_of(lengths)
    wanted = stack([batch_size])
    return Assert(
        reduce_all(equal(found, wanted)),
        [f"Expected shape for Tensor {lengths.name} is ", wanted, " but saw shape: ", found],
    )


def _check_inputs(flat_input: list[Any]) -> list[TensorShape]:
    shapes = [x.get_shape().with_rank_at_least(3) for x in flat_input]
    steps, batch = (d.value for d in shapes[0].dims[:2])
    for shape in shapes:
        if not shape[2:].is_fully_defined():
            raise ValueError(
                "Input size (depth of inputs) must be accessible via shape inference, but saw "
                "value None."
            )
        if shape.dims[0].value != steps:
            raise ValueError(
                "Time steps is not the same for all the elements in the input in a batch."
            )
        if shape.dims[1].value != batch:
            raise ValueError("Batch_size is not the same for all the elements in the input.")
    return shapes


def _loop(
    cell: Any,
    inputs: Any,
    state: Any,
    parallel_iterations: int,
    swap_memory: bool,
    lengths: Tensor | None,
    dtype: Any,
) -> tuple[Any, Any]:
    """The loop over time-major inputs."""
    flat_input = nest.flatten(inputs)
    output_size = cell.output_size
    steps = shape_of(flat_input[0])[0]
    batch_size = batch_size_of(flat_input)
    shapes = _check_inputs(flat_input)
    known_batch = shapes[0].as_list()[1]
    kind = state_dtype(dtype, state)
    zero_output = nest.pack_sequence_as(
        structure=output_size,
        flat_sequence=[
            zeros(stack(joined_shape(batch_size, size)), kind) for size in nest.flatten(output_size)
        ],
    )
    shortest: Any = None
    longest: Any = steps
    if lengths is not None:
        shortest, longest = reduce_min(lengths), reduce_max(lengths)
    time = constant(0, dtype=dtypes.int32, name="time")
    with name_scope("dynamic_rnn") as prefix:
        pass

    def array(name: str, shape: Any, element_dtype: Any) -> TensorArray:
        return TensorArray(
            dtype=element_dtype,
            size=steps,
            element_shape=shape,
            tensor_array_name=prefix + name,
        )

    outputs = tuple(
        array(f"output_{i}", element_shape(known_batch, size), kind)
        for i, size in enumerate(nest.flatten(output_size))
    )
    arrays = [array(f"input_{i}", x.shape[1:], x.dtype) for i, x in enumerate(flat_input)]
    arrays = [a.unstack(x) for a, x in zip(arrays, flat_input, strict=True)]
    in_lists = takes_state_lists(cell)

    def body(time: Any, outputs: Any, state: Any) -> Any:
        current = [a.read(time) for a in arrays]
        for x, shape in zip(current, shapes, strict=True):
            x.set_shape(shape[1:])
        current = nest.pack_sequence_as(structure=inputs, flat_sequence=current)
        if in_lists and not nest.is_sequence(state):
            state = [state]

        def step() -> Any:
            return cell(current, state)

        if lengths is None:
            output, new_state = step()
        else:
            output, new_state = masked_step(
                time, lengths, shortest, longest, zero_output, state, step, unconditional=True
            )
        if in_lists and len(new_state) == 1:
            new_state = new_state[0]
        written = tuple(
            a.write(time, x) for a, x in zip(outputs, nest.flatten(output), strict=True)
        )
        return time + 1, written, new_state

    bound = minimum(steps, maximum(1, longest))
    _, outputs, final_state = while_loop(
        cond=lambda time, *_: time < bound,
        body=body,
        loop_vars=(time, outputs, state),
        parallel_iterations=parallel_iterations,
        maximum_iterations=steps,
        swap_memory=swap_memory,
    )
    flat_output = [a.stack() for a in outputs]
    known_steps = shapes[0].as_list()[0]
    for made, size in zip(flat_output, nest.flatten(output_size), strict=True):
        made.set_shape(joined_static_shape([known_steps, known_batch], size))
    return nest.pack_sequence_as(structure=output_size, flat_sequence=flat_output), final_state


def bidirectional_dynamic_rnn(
    cell_fw: Any,
    cell_bw: Any,
    inputs: Any,
    sequence_length: Any = None,
    initial_state_fw: Any = None,
    initial_state_bw: Any = None,
    dtype: Any = None,
    parallel_iterations: int | None = None,
    swap_memory: bool = False,
    time_major: bool = False,
    scope: Any = None,
) -> tuple[Any, Any]:
    """Runs one cell forwards and another backwards over a sequence.

    Args:
        cell_fw: the cell that goes forwards. cell_bw: the one that goes backwards.
        inputs: as for ``dynamic_rnn``. sequence_length: likewise.
        initial_state_fw: where the first starts. initial_state_bw: where the second starts.
        dtype: as for ``dynamic_rnn``; likewise ``parallel_iterations``, ``swap_memory`` and
            ``time_major``.
        scope: the variable scope; ``"bidirectional_rnn"`` by default.

    Returns:
        ``((output_fw, output_bw), (state_fw, state_bw))``.
    """
    assert_like_rnncell("cell_fw", cell_fw)
    assert_like_rnncell("cell_bw", cell_bw)
    old = behavior.before(1, 0)
    time_axis, batch_axis = (0, 1) if time_major else (1, 0)
    shared = {
        "sequence_length": sequence_length,
        "dtype": dtype,
        "parallel_iterations": parallel_iterations,
        "swap_memory": swap_memory,
        "time_major": time_major,
    }

    def backwards(x: Any) -> Any:
        if sequence_length is None:
            return reverse(x, axis=[time_axis])
        return reverse_sequence(
            input=x, seq_lengths=sequence_length, seq_axis=time_axis, batch_axis=batch_axis
        )

    with variable_scope(scope or ("BiRNN" if old else "bidirectional_rnn")):
        with variable_scope("FW" if old else "fw") as forward:
            output_fw, state_fw = dynamic_rnn(
                cell_fw, inputs, initial_state=initial_state_fw, scope=forward, **shared
            )
        with variable_scope("BW" if old else "bw") as backward:
            output, state_bw = dynamic_rnn(
                cell_bw,
                nest.map_structure(backwards, inputs),
                initial_state=initial_state_bw,
                scope=backward,
                **shared,
            )
    return (output_fw, nest.map_structure(backwards, output)), (state_fw, state_bw)


def raw_rnn(
    cell: Any,
    loop_fn: Callable[..., Any],
    parallel_iterations: int | None = None,
    swap_memory: bool = False,
    scope: Any = None,
) -> tuple[Any, Any, Any]:
    """Runs a cell in a loop that a function controls.

    Args:
        cell: an ``RNNCell``.
        loop_fn: a function ``(time, cell_output, cell_state, loop_state)`` that gives
            ``(finished, next_input, next_cell_state, emit_output, next_loop_state)``. First it is
            called with ``None`` for all but the time: what it then gives are the first input and
            state, and ``emit_output`` says what the outputs look like (``None``: like the
            cell's). ``finished`` holds a boolean for each sequence.
        parallel_iterations: kept in the graph (32). swap_memory: likewise.
        scope: the variable scope; ``"rnn"`` by default.

    Returns:
        ``(emit_ta, final_state, final_loop_state)``: a ``TensorArray`` of outputs (or a structure
        of them) and the last states.

    Raises:
        TypeError: when ``cell`` is no cell or ``loop_fn`` no function.
    """
    assert_like_rnncell("cell", cell)
    if not callable(loop_fn):
        raise TypeError("loop_fn must be a callable")
    with rnn_scope(scope):
        time = constant(0, dtype=dtypes.int32)
        finished, next_input, state, emitted, given_loop_state = loop_fn(time, None, None, None)
        loop_state = (
            constant(0, dtype=dtypes.int32) if given_loop_state is None else given_loop_state
        )
        flat_input = nest.flatten(next_input)
        known = dimension_at_index(flat_input[0].get_shape(), 0)
        for x in flat_input:
            known.merge_with(dimension_at_index(x.get_shape(), 0))
        known_batch = known.value
        batch_size = shape_of(flat_input[0])[0] if known_batch is None else known_batch
        nest.assert_same_structure(state, cell.state_size)
        flat_state = [convert_to_tensor(part) for part in nest.flatten(state)]
        state = nest.pack_sequence_as(structure=state, flat_sequence=flat_state)
        if emitted is None:
            structure = cell.output_size
            sizes = nest.flatten(structure)
            kinds = [flat_state[0].dtype] * len(sizes)
        else:
            structure = emitted
            parts = nest.flatten(emitted)
            sizes = [p.shape if p.shape.is_fully_defined() else shape_of(p) for p in parts]
            kinds = [p.dtype for p in parts]
        arrays = [
            TensorArray(
                dtype=kind,
                dynamic_size=True,
                element_shape=element_shape(known_batch, size),
                size=0,
                name=f"rnn_output_{i}",
            )
            for i, (kind, size) in enumerate(zip(kinds, sizes, strict=True))
        ]
        emit_ta = nest.pack_sequence_as(structure=structure, flat_sequence=arrays)
        zero_emit = nest.pack_sequence_as(
            structure=structure,
            flat_sequence=[
                zeros(joined_shape(batch_size, size), kind)
                for size, kind in zip(sizes, kinds, strict=True)
            ],
        )

        def body(time: Any, finished: Any, current: Any, emit_ta: Any, state: Any,
                 loop_state: Any) -> Any:  # fmt: skip
            output, cell_state = cell(current, state)
            nest.assert_same_structure(state, cell_state)
            nest.assert_same_structure(cell.output_size, output)
            later = time + 1
            next_finished, following, next_state, emitted, next_loop_state = loop_fn(
                later, output, cell_state, loop_state
            )
            nest.assert_same_structure(state, next_state)
            nest.assert_same_structure(current, following)
            nest.assert_same_structure(emit_ta, emitted)

            def kept(old: Any, new: Any) -> Any:
                if isinstance(old, TensorArray) or old.shape.ndims == 0:
                    return new
                with colocate_with(new):
                    return where(finished, old, new)

            emitted = nest.map_structure(kept, zero_emit, emitted)
            next_state = nest.map_structure(kept, state, next_state)
            emit_ta = nest.map_structure(lambda a, x: a.write(time, x), emit_ta, emitted)
            return (
                later,
                logical_or(finished, next_finished),
                following,
                emit_ta,
                next_state,
                loop_state if next_loop_state is None else next_loop_state,
            )

        result = while_loop(
            lambda _time, finished, *_: logical_not(reduce_all(finished)),
            body,
            loop_vars=[time, finished, next_input, emit_ta, state, loop_state],
            parallel_iterations=parallel_iterations or 32,
            swap_memory=swap_memory,
        )
        emit_ta, final_state, final_loop_state = result[-3:]
        return emit_ta, final_state, None if given_loop_state is None else final_loop_state
