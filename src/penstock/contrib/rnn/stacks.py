"""Stacks of bidirectional networks (``tf.contrib.rnn.stack_bidirectional_*``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from penstock.ops.joining import concat
from penstock.ops.variable_scope import variable_scope
from penstock.rnn.dynamic import bidirectional_dynamic_rnn
from penstock.rnn.static import static_bidirectional_rnn


def _check(cells_fw: Any, cells_bw: Any, states_fw: Any, states_bw: Any) -> None:
    for cells, what in ((cells_fw, "cells_fw"), (cells_bw, "cells_bw")):
        if cells is None:
            raise ValueError(f"Must specify at least one {what[-2:]} cell for BidirectionalRNN.")
        if not isinstance(cells, list):
            raise ValueError(f"{what} must be a list of RNNCells (one per layer).")
    if len(cells_fw) != len(cells_bw):
        raise ValueError("Forward and Backward cells must have the same depth.")
    for states, what in ((states_fw, "initial_states_fw"), (states_bw, "initial_states_bw")):
        if states is not None and (not isinstance(states, list) or len(states) != len(cells_fw)):
            raise ValueError(f"{what} must be a list of state tensors (one per layer).")


def _layers(
    cells_fw: Any, cells_bw: Any, states_fw: Any, states_bw: Any, scope: Any,
    run: Callable[..., Any], inputs: Any,
) -> tuple[Any, tuple[Any, ...], tuple[Any, ...]]:  # fmt: skip
    _check(cells_fw, cells_bw, states_fw, states_bw)
    last_fw, last_bw = [], []
    with variable_scope(scope or "stack_bidirectional_rnn"):
        for i, (fw, bw) in enumerate(zip(cells_fw, cells_bw, strict=True)):
            first_fw = states_fw[i] if states_fw else None
            first_bw = states_bw[i] if states_bw else None
            with variable_scope(f"cell_{i}"):
                inputs, state_fw, state_bw = run(fw, bw, inputs, first_fw, first_bw)
            last_fw.append(state_fw)
            last_bw.append(state_bw)
    return inputs, tuple(last_fw), tuple(last_bw)


def stack_bidirectional_rnn(cells_fw: Any, cells_bw: Any, inputs: Any,
                            initial_states_fw: Any = None, initial_states_bw: Any = None,
                            dtype: Any = None, sequence_length: Any = None,
                            scope: Any = None) -> Any:  # fmt: skip
    """``static_bidirectional_rnn`` in layers, each on the outputs of the one below.

    Args:
        cells_fw: a list of cells. cells_bw: a list as long.
        initial_states_fw: a list of states. initial_states_bw: likewise.

    The other arguments are those of ``static_bidirectional_rnn``.
    """

    def run(fw: Any, bw: Any, x: Any, first_fw: Any, first_bw: Any) -> Any:
        return static_bidirectional_rnn(
            fw, bw, x, first_fw, first_bw, dtype=dtype, sequence_length=sequence_length
        )

    return _layers(cells_fw, cells_bw, initial_states_fw, initial_states_bw, scope, run, inputs)


def stack_bidirectional_dynamic_rnn(
    cells_fw: Any, cells_bw: Any, inputs: Any, initial_states_fw: Any = None,
    initial_states_bw: Any = None, dtype: Any = None, sequence_length: Any = None,
    parallel_iterations: int | None = None, time_major: bool = False, scope: Any = None,
    swap_memory: bool = False,
) -> Any:  # fmt: skip
    """``bidirectional_dynamic_rnn`` in layers, each on the outputs of the one below.

    Args:
        cells_fw: a list of cells. cells_bw: a list as long.
        initial_states_fw: a list of states. initial_states_bw: likewise.

    The other arguments are those of ``bidirectional_dynamic_rnn``.
    """

    def run(fw: Any, bw: Any, x: Any, first_fw: Any, first_bw: Any) -> Any:
        outputs, (state_fw, state_bw) = bidirectional_dynamic_rnn(
            fw,
            bw,
            x,
            initial_state_fw=first_fw,
            initial_state_bw=first_bw,
            sequence_length=sequence_length,
            dtype=dtype,
            parallel_iterations=parallel_iterations,
            swap_memory=swap_memory,
            time_major=time_major,
        )
        return concat(outputs, 2), state_fw, state_bw

    return _layers(cells_fw, cells_bw, initial_states_fw, initial_states_bw, scope, run, inputs)
