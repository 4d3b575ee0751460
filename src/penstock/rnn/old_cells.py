"""The cells as they were before TensorFlow 1.0.

They get their variables by name from the variable scope of each call, under the names of that time
(``RNN/BasicLSTMCell/Linear/Matrix``), and take ``input_size`` as an argument that they ignore.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from penstock.graph import nest
from penstock.graph.scopes import name_scope
from penstock.ops.clipping import clip_by_value
from penstock.ops.initializers import Constant, Zeros
from penstock.ops.joining import concat
from penstock.ops.math_unary import sigmoid, tanh
from penstock.ops.matrices import matmul
from penstock.ops.nn_bias import bias_add
from penstock.ops.slices import slice as slice_of
from penstock.ops.splitting import split
from penstock.ops.variable_scope import get_variable, variable_scope
from penstock.rnn import cells, wrappers
from penstock.rnn.base import OLD_CELLS, Layer
from penstock.rnn.states import zero_tensors

_LOG = logging.getLogger("tensorflow")


def linear(
    args: Any, output_size: int, bias: bool, bias_start: float = 0.0, scope: Any = None
) -> Any:
    """``[args] W + b`` with the variables ``Linear/Matrix`` and ``Linear/Bias``.

    Args:
        args: a matrix or a list of matrices ``[batch, n]``.
        output_size: the number of columns of the result.
        bias: whether to add a bias. bias_start: the bias's first value.
        scope: the variable scope; ``"Linear"`` by default.

    Raises:
        ValueError: without arguments, or when a size isn't known.
    """
    if args is None or (nest.is_sequence(args) and not args):
        raise ValueError("`args` must be specified")
    args = list(args) if nest.is_sequence(args) else [args]
    width = 0
    for shape in (a.get_shape().as_list() for a in args):
        if len(shape) != 2:
            raise ValueError(f"Linear is expecting 2D arguments: {shape}")
        if not shape[1]:
            raise ValueError(f"Linear expects shape[1] of arguments: {shape}")
        width += shape[1]
    dtype = args[0].dtype
    with variable_scope(scope or "Linear"):
        matrix = get_variable("Matrix", [width, output_size], dtype=dtype)
        result = matmul(args[0] if len(args) == 1 else concat(args, 1), matrix)
        if not bias:
            return result
        start = Constant(bias_start, dtype=dtype)
        return result + get_variable("Bias", [output_size], dtype=dtype, initializer=start)


class _OldCell:
    """What the old cells share."""

    def _begin(self, num_units: int, activation: Any, input_size: Any) -> None:
        Layer.__init__(self)  # type: ignore[arg-type]
        if input_size is not None:
            _LOG.warning("%s: The input_size parameter is deprecated.", self)
        self._num_units = num_units
        self._activation = activation or tanh

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        """Zeros in the structure of ``state_size``."""
        with name_scope(type(self).__name__ + "ZeroState"):
            return zero_tensors(self.state_size, batch_size, dtype)  # type: ignore[attr-defined]


class BasicRNNCell(_OldCell, cells.BasicRNNCell):
    """The simplest cell, of TensorFlow 0.x."""

    def __init__(self, num_units: int, input_size: Any = None, activation: Any = tanh) -> None:
        self._begin(num_units, activation, input_size)

    def __call__(self, inputs: Any, state: Any, scope: Any = None) -> Any:
        """One step."""
        with variable_scope(scope or type(self).__name__):
            output = self._activation(linear([inputs, state], self._num_units, True))
        return output, output


class GRUCell(_OldCell, cells.GRUCell):
    """Gated recurrent unit, of TensorFlow 0.x."""

    def __init__(self, num_units: int, input_size: Any = None, activation: Any = tanh) -> None:
        self._begin(num_units, activation, input_size)

    def __call__(self, inputs: Any, state: Any, scope: Any = None) -> Any:
        """One step."""
        with variable_scope(scope or type(self).__name__):
            with variable_scope("Gates"):
                gates = linear([inputs, state], 2 * self._num_units, True, 1.0)
                reset, update = split(gates, 2, 1)
                reset, update = sigmoid(reset), sigmoid(update)
            with variable_scope("Candidate"):
                candidate = linear([inputs, reset * state], self._num_units, True)
                candidate = self._activation(candidate)
            output = update * state + (1 - update) * candidate
        return output, output


class BasicLSTMCell(_OldCell, cells.BasicLSTMCell):
    """Long short-term memory, of TensorFlow 0.x."""

    def __init__(self, num_units: int, forget_bias: float = 1.0, input_size: Any = None,
                 state_is_tuple: bool = True, activation: Any = tanh) -> None:  # fmt: skip
        self._begin(num_units, activation, input_size)
        self._forget_bias = forget_bias
        self._state_is_tuple = state_is_tuple

    def __call__(self, inputs: Any, state: Any, scope: Any = None) -> Any:
        """One step."""
        with variable_scope(scope or type(self).__name__):
            c, h = state if self._state_is_tuple else split(state, 2, 1)
            i, j, f, o = split(linear([inputs, h], 4 * self._num_units, True), 4, 1)
            kept = c * sigmoid(f + self._forget_bias)
            new_c = kept + sigmoid(i) * self._activation(j)
            new_h = self._activation(new_c) * sigmoid(o)
            if self._state_is_tuple:
                return new_h, cells.LSTMStateTuple(new_c, new_h)
            return new_h, concat([new_c, new_h], 1)


def _sharded(name: str, shape: Sequence[int], dtype: Any, count: int | None) -> Any:
    """A variable in ``count`` parts along its first dimension, joined."""
    count = count or 1
    if count > shape[0]:
        raise ValueError(f"Too many shards: shape={shape}, num_shards={count}")
    size, rest = divmod(shape[0], count)
    parts = [
        get_variable(f"{name}_{i}", [size + (i < rest), *shape[1:]], dtype=dtype)
        for i in range(count)
    ]
    return parts[0] if count == 1 else concat(parts, 0, name=f"{name}_concat")


class LSTMCell(_OldCell, cells.LSTMCell):
    """Long short-term memory with peepholes and projection, of TensorFlow 0.x."""

    def __init__(
        self,
        num_units: int,
        input_size: Any = None,
        use_peepholes: bool = False,
        cell_clip: float | None = None,
        initializer: Any = None,
        num_proj: int | None = None,
        proj_clip: float | None = None,
        num_unit_shards: int = 1,
        num_proj_shards: int = 1,
        forget_bias: float = 1.0,
        state_is_tuple: bool = True,
        activation: Any = tanh,
    ) -> None:
        self._begin(num_units, activation, input_size)
        self._use_peepholes = use_peepholes
        self._cell_clip = cell_clip
        self._initializer = initializer
        self._num_proj = num_proj
        self._proj_clip = proj_clip
        self._num_unit_shards = num_unit_shards
        self._num_proj_shards = num_proj_shards
        self._forget_bias = forget_bias
        self._state_is_tuple = state_is_tuple

    def __call__(self, inputs: Any, state: Any, scope: Any = None) -> Any:
        """One step."""
        units, dtype = self._num_units, inputs.dtype
        out = units if self._num_proj is None else self._num_proj
        if self._state_is_tuple:
            c, h = state
        else:
            c = slice_of(state, [0, 0], [-1, units])
            h = slice_of(state, [0, units], [-1, out])
        depth = inputs.get_shape().with_rank(2)[1].value
        if depth is None:
            raise ValueError("Could not infer input size from inputs.get_shape()[-1]")
        with variable_scope(scope or type(self).__name__, initializer=self._initializer):
            kernel = _sharded("W", [depth + out, 4 * units], dtype, self._num_unit_shards)
            bias = get_variable("B", [4 * units], initializer=Zeros(), dtype=dtype)
            gates = bias_add(matmul(concat([inputs, h], 1), kernel), bias)
            i, j, f, o = split(gates, 4, 1)
            if self._use_peepholes:
                of_f, of_i, of_o = (
                    get_variable(f"W_{gate}_diag", [units], dtype=dtype) for gate in "FIO"
                )
                kept = sigmoid(f + self._forget_bias + of_f * c) * c
                c = kept + sigmoid(i + of_i * c) * self._activation(j)
            else:
                c = sigmoid(f + self._forget_bias) * c + sigmoid(i) * self._activation(j)
            if self._cell_clip is not None:
                c = clip_by_value(c, -self._cell_clip, self._cell_clip)
            h = sigmoid(o + of_o * c if self._use_peepholes else o) * self._activation(c)
            if self._num_proj is not None:
                h = matmul(h, _sharded("W_P", [units, out], dtype, self._num_proj_shards))
                if self._proj_clip is not None:
                    h = clip_by_value(h, -self._proj_clip, self._proj_clip)
        if self._state_is_tuple:
            return h, cells.LSTMStateTuple(c, h)
        return h, concat([c, h], 1)


class MultiRNNCell(wrappers.MultiRNNCell):
    """Cells on top of each other, each with variables of its own, of TensorFlow 0.x."""

    def __init__(self, cells: Any, state_is_tuple: bool = True) -> None:
        Layer.__init__(self)
        self._check(cells, state_is_tuple)

    def _scope_of_cell(self, index: int) -> str:
        return f"Cell{index}"

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        """The zero states of the cells."""
        if self._state_is_tuple:
            return tuple(cell.zero_state(batch_size, dtype) for cell in self._cells)
        return zero_tensors(self.state_size, batch_size, dtype)

    def __call__(self, inputs: Any, state: Any, scope: Any = None) -> Any:
        """One step of every cell."""
        with variable_scope(scope or type(self).__name__):
            return self.call(inputs, state)


OLD_CELLS.update(
    {
        cells.BasicRNNCell: BasicRNNCell,
        cells.GRUCell: GRUCell,
        cells.BasicLSTMCell: BasicLSTMCell,
        cells.LSTMCell: LSTMCell,
        wrappers.MultiRNNCell: MultiRNNCell,
    }
)
