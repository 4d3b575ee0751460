"""What static and dynamic unrolling share: sequence lengths, batch sizes, one step."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from penstock import behavior
from penstock.graph import nest
from penstock.graph.defaults import get_default_graph
from penstock.graph.scopes import colocate_with
from penstock.graph.shapes import TensorShape, as_shape
from penstock.graph.static_values import constant_value
from penstock.graph.tensor import Tensor
from penstock.layers.base import Layer
from penstock.ops.arrays import rank, transpose
from penstock.ops.arrays import shape as shape_of
from penstock.ops.control_flow import cond
from penstock.ops.joining import concat
from penstock.ops.ranges import range as range_of
from penstock.ops.selecting import where
from penstock.ops.tensor_arrays import TensorArray
from penstock.ops.variable_scope import VariableScope, variable_scope
from penstock.rnn.base import RNNCell


@contextlib.contextmanager
def rnn_scope(scope: Any, default: str = "rnn") -> Iterator[VariableScope]:
    """The variable scope of an unrolled network, whose variables are read once."""
    if behavior.before(1, 0) and default == "rnn":
        default = "RNN"
    with variable_scope(scope or default) as opened:
        context = get_default_graph()._get_control_flow_context()
        in_loop = context is not None and context.while_context() is not None
        if not in_loop and opened.caching_device is None:
            opened.set_caching_device(lambda op: op.device)
        yield opened


def time_first(x: Tensor) -> Tensor:
    """``x`` with its first two dimensions exchanged; as it is when it has fewer."""
    known = x.get_shape()
    if known.ndims is not None and known.ndims < 2:
        return x
    result = transpose(x, concat(([1, 0], range_of(2, rank(x))), axis=0))
    result.set_shape(TensorShape([known[1], known[0]]).concatenate(known[2:]))
    return result


def batch_size_of(inputs: Sequence[Tensor]) -> Any:
    """The batch size of time-major inputs: a number where it is known, else a tensor.

    Raises:
        ValueError: for an input of a rank below two.
    """
    for tensor in inputs:
        if tensor.shape.ndims is None:
            continue
        if tensor.shape.ndims < 2:
            raise ValueError(f"Expected input tensor {tensor} to have rank at least 2")
        size = tensor.shape.as_list()[1]
        if size is not None:
            return size
    return shape_of(inputs[0])[1]


def state_dtype(dtype: Any, state: Any) -> Any:
    """``dtype`` or, without one, the type of the state.

    Raises:
        ValueError: when the state has no type, or several.
    """
    if dtype is not None:
        return dtype
    if not nest.is_sequence(state):
        return state.dtype
    found = [part.dtype for part in nest.flatten(state)]
    if not found:
        raise ValueError("Unable to infer dtype from empty state.")
    if any(kind != found[0] for kind in found):
        raise ValueError(
            "State has tensors of different inferred_dtypes. Unable to infer a single "
            "representative dtype."
        )
    return found[0]


def element_shape(batch_size: int | None, size: Any) -> TensorShape:
    """The shape ``[batch_size, size...]`` of what a cell gives."""
    if isinstance(size, Tensor):
        value = constant_value(size)
        size = TensorShape(None) if value is None else value.tolist()
    return TensorShape([batch_size]).concatenate(as_shape(size))


def takes_state_lists(cell: Any) -> bool:
    """True for Keras cells, whose states are lists."""
    if isinstance(cell, RNNCell) or hasattr(cell, "zero_state"):
        return False
    return isinstance(cell, Layer) or getattr(cell, "_is_keras_layer", False)


def _kept_where(finished: Tensor, old: Any, new: Any) -> Any:
    if isinstance(old, TensorArray) or old.shape.ndims == 0:
        return new
    with colocate_with(new):
        return where(finished, old, new)


def masked_step(
    time: Any,
    lengths: Tensor,
    shortest: Tensor,
    longest: Tensor,
    zero_output: Any,
    state: Any,
    step: Callable[[], Any],
    unconditional: bool = False,
) -> Any:
    """One step of a batch of sequences of different lengths.

    Sequences that have ended keep their state and give zeros.

    Args:
        time: the step's number. lengths: the lengths, ``[batch_size]``.
        shortest: the least of them. longest: the greatest.
        zero_output: what ended sequences give. state: the state so far.
        step: gives the output and the new state.
        unconditional: don't skip the step when all sequences have ended.

    Returns:
        ``(output, new_state)``.
    """
    old = nest.flatten(zero_output) + nest.flatten(state)
    finished = time >= lengths

    def selected(new: list[Any]) -> list[Any]:
        return [_kept_where(finished, a, b) for a, b in zip(old, new, strict=True)]

    def flat_step() -> list[Any]:
        output, new_state = step()
        nest.assert_same_structure(zero_output, output)
        nest.assert_same_structure(state, new_state)
        # States before outputs, in the order in which TensorFlow takes them apart.
        new_parts = nest.flatten(new_state)
        return nest.flatten(output) + new_parts

    def step_or_part() -> Any:
        new = flat_step()
        return cond(time < shortest, lambda: new, lambda: selected(new))

    if unconditional:
        result = selected(flat_step())
    else:
        result = cond(time >= longest, lambda: list(old), step_or_part)
    for made, before in zip(result, old, strict=True):
        if not isinstance(made, TensorArray):
            made.set_shape(before.get_shape())
    count = len(nest.flatten(zero_output))
    return (
        nest.pack_sequence_as(structure=zero_output, flat_sequence=result[:count]),
        nest.pack_sequence_as(structure=state, flat_sequence=result[count:]),
    )
