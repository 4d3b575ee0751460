"""``tf.nn.static_rnn`` and its relatives: networks with every step in the graph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from penstock import behavior
from penstock.graph import dtypes, nest
from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import control_dependencies
from penstock.graph.shapes import TensorShape, dimension_at_index
from penstock.graph.tensor import Tensor
from penstock.ops.arrays import shape as shape_of
from penstock.ops.casts import cast
from penstock.ops.fills import zeros
from penstock.ops.identities import identity
from penstock.ops.joining import concat, stack, unstack
from penstock.ops.reductions import reduce_max, reduce_min
from penstock.ops.slices import reverse_sequence
from penstock.ops.variable_scope import variable_scope
from penstock.rnn.base import assert_like_rnncell
from penstock.rnn.base import initial_state as first_state
from penstock.rnn.states import joined_shape, joined_static_shape
from penstock.rnn.steps import masked_step, rnn_scope, state_dtype, takes_state_lists


def _known_batch_size(inputs: Any) -> tuple[Tensor, int | None]:
    """The first tensor, and the batch size if it is known."""
    first = inputs
    while nest.is_sequence(first):
        first = first[0]
    if first.get_shape().ndims == 1:
        return first, first.get_shape().with_rank_at_least(1).dims[0].value
    fixed = first.get_shape().with_rank_at_least(2).dims[0]
    for tensor in nest.flatten(inputs):
        shape = tensor.get_shape().with_rank_at_least(2)
        fixed.merge_with(dimension_at_index(shape, 0))
        for i, size in enumerate(shape[1:].dims):
            if size.value is None:
                raise ValueError(
                    f"Input size (dimension {i} of inputs) must be accessible via shape "
                    "inference, but saw value None."
                )
    return first, fixed.value


def static_rnn(
    cell: Any,
    inputs: Sequence[Any],
    initial_state: Any = None,
    dtype: Any = None,
    sequence_length: Any = None,
    scope: Any = None,
) -> tuple[list[Any], Any]:
    """Runs a cell over a list of inputs.

    Args:
        cell: an ``RNNCell``.
        inputs: a list with a tensor ``[batch_size, input_size]``, or a nested tuple of tensors,
            for each step.
        initial_state: the state to start from; zeros when left out.
        dtype: the type of state and output; needed without ``initial_state``.
        sequence_length: the lengths, ``[batch_size]``; after its end a sequence gives zeros and
            keeps its state.
        scope: the variable scope; ``"rnn"`` by default.

    Returns:
        ``(outputs, state)``: a list of outputs, and the last state.

    Raises:
        TypeError: when ``cell`` is no cell or ``inputs`` no list.
        ValueError: when there are no inputs, or their sizes aren't known.
    """
    assert_like_rnncell("cell", cell)
    if not nest.is_sequence(inputs):
        raise TypeError("inputs must be a sequence")
    if not inputs:
        raise ValueError("inputs must not be empty")
    outputs = []
    with rnn_scope(scope) as opened:
        first, known_batch = _known_batch_size(inputs)
        batch_size = known_batch if known_batch else shape_of(first)[0]
        state = initial_state
        if state is None:
            if not dtype:
                raise ValueError("If no initial_state is provided, dtype must be specified")
            state = first_state(cell, batch_size, dtype)
        if sequence_length is not None:
            lengths = convert_to_tensor(sequence_length, name="sequence_length")
            if lengths.get_shape().ndims not in (None, 1):
                raise ValueError("sequence_length must be a vector of length batch_size")
            zero_output = _zero_output(cell, batch_size, known_batch, state_dtype(dtype, state))
            lengths = cast(lengths, dtypes.int32)
            shortest, longest = reduce_min(lengths), reduce_max(lengths)
        in_lists = takes_state_lists(cell)
        if in_lists and not nest.is_sequence(state):
            state = [state]
        for time, current in enumerate(inputs):
            if time > 0:
                opened.reuse_variables()

            def step(current: Any = current, state: Any = state) -> Any:
                return cell(current, state)

            if sequence_length is None:
                output, state = step()
            else:
                output, state = masked_step(
                    time, lengths, shortest, longest, zero_output, state, step
                )
            outputs.append(output)
        if in_lists and len(state) == 1:
            state = state[0]
        return outputs, state


def _zero_output(cell: Any, batch_size: Any, known_batch: int | None, dtype: Any) -> Any:
    def zeros_of(size: Any) -> Tensor:
        made = zeros(stack(joined_shape(batch_size, size)), dtype)
        made.set_shape(TensorShape(joined_static_shape(known_batch, size)))
        return made

    parts = [zeros_of(size) for size in nest.flatten(cell.output_size)]
    return nest.pack_sequence_as(structure=cell.output_size, flat_sequence=parts)


def static_state_saving_rnn(
    cell: Any,
    inputs: Sequence[Any],
    state_saver: Any,
    state_name: Any,
    sequence_length: Any = None,
    scope: Any = None,
) -> tuple[list[Any], Any]:
    """``static_rnn`` whose states are kept from one run to the next.

    Args:
        cell: an ``RNNCell``. inputs: as for ``static_rnn``.
        state_saver: an object with ``state(name)`` and ``save_state(name, value)``.
        state_name: the states' names, structured like ``cell.state_size``.
        sequence_length: as for ``static_rnn``. scope: likewise.

    Returns:
        ``(outputs, state)``.

    Raises:
        ValueError: when the names don't fit the states.
    """
    size = cell.state_size
    is_tuple = nest.is_sequence(size)
    if is_tuple != nest.is_sequence(state_name):
        raise ValueError(
            "state_name should be the same type as cell.state_size.  state_name: "
            f"{state_name}, cell.state_size: {size}"
        )
    names = nest.flatten(state_name)
    if len(names) != len(nest.flatten(size)):
        raise ValueError(
            f"#elems(state_name) != #elems(state_size): {len(names)} vs. {len(nest.flatten(size))}"
        )
    first = nest.pack_sequence_as(size, [state_saver.state(name) for name in names])
    outputs, state = static_rnn(
        cell, inputs, initial_state=first, sequence_length=sequence_length, scope=scope
    )
    parts = nest.flatten(state)
    saved = [state_saver.save_state(n, part) for n, part in zip(names, parts, strict=True)]
    with control_dependencies(saved):
        outputs[-1] = nest.map_structure(identity, outputs[-1])
        return outputs, nest.pack_sequence_as(state, [identity(part) for part in parts])


def _reversed(sequence: Sequence[Any], lengths: Any) -> list[Any]:
    """The steps in reverse order, each sequence within its own length."""
    if lengths is None:
        return list(reversed(sequence))
    columns = []
    for column in zip(*(nest.flatten(step) for step in sequence), strict=True):
        shape = TensorShape([None] * column[0].get_shape().ndims)
        for tensor in column:
            shape.merge_with(tensor.get_shape())
            tensor.set_shape(shape)
        turned = unstack(reverse_sequence(stack(column), lengths, 0, 1))
        for tensor in turned:
            tensor.set_shape(shape)
        columns.append(turned)
    return [
        nest.pack_sequence_as(structure=step, flat_sequence=list(parts))
        for step, parts in zip(sequence, zip(*columns, strict=True), strict=True)
    ]


def static_bidirectional_rnn(
    cell_fw: Any,
    cell_bw: Any,
    inputs: Sequence[Any],
    initial_state_fw: Any = None,
    initial_state_bw: Any = None,
    dtype: Any = None,
    sequence_length: Any = None,
    scope: Any = None,
) -> tuple[list[Any], Any, Any]:
    """Runs one cell forwards and another backwards over a list of inputs.

    Args:
        cell_fw: the cell that goes forwards. cell_bw: the one that goes backwards.
        inputs: as for ``static_rnn``.
        initial_state_fw: where the first starts. initial_state_bw: where the second starts.
        dtype: as for ``static_rnn``. sequence_length: likewise.
        scope: the variable scope; ``"bidirectional_rnn"`` by default.

    Returns:
        ``(outputs, state_fw, state_bw)``; an output joins those of both cells.

    Raises:
        TypeError: when a cell is no cell or ``inputs`` no list.
        ValueError: when there are no inputs.
    """
    assert_like_rnncell("cell_fw", cell_fw)
    assert_like_rnncell("cell_bw", cell_bw)
    if not nest.is_sequence(inputs):
        raise TypeError("inputs must be a sequence")
    if not inputs:
        raise ValueError("inputs must not be empty")
    old = behavior.before(1, 0)
    with variable_scope(scope or ("BiRNN" if old else "bidirectional_rnn")):
        with variable_scope("FW" if old else "fw") as forward:
            output_fw, state_fw = static_rnn(
                cell_fw, inputs, initial_state_fw, dtype, sequence_length, scope=forward
            )
        with variable_scope("BW" if old else "bw") as backward:
            output, state_bw = static_rnn(
                cell_bw,
                _reversed(inputs, sequence_length),
                initial_state_bw,
                dtype,
                sequence_length,
                scope=backward,
            )
    output_bw = _reversed(output, sequence_length)
    pairs = zip(nest.flatten(output_fw), nest.flatten(output_bw), strict=True)
    joined = [concat([fw, bw], 1) for fw, bw in pairs]
    return nest.pack_sequence_as(output_fw, joined), state_fw, state_bw
