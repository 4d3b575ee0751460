"""Wrappers and fused cells of ``tf.contrib.rnn``, and an LSTM with coupled gates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from penstock.contrib.layers.normalization import layer_norm
from penstock.contrib.rnn.cells import LSTMBlockCell
from penstock.graph import nest
from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import name_scope
from penstock.ops.arrays import expand_dims, reshape
from penstock.ops.arrays import shape as shape_of
from penstock.ops.clipping import clip_by_value
from penstock.ops.initializers import Constant, Zeros
from penstock.ops.joining import concat, stack, unstack
from penstock.ops.math_unary import sigmoid, tanh
from penstock.ops.matrices import matmul
from penstock.ops.nn_bias import bias_add
from penstock.ops.nn_conv import conv2d
from penstock.ops.nn_softmax import softmax
from penstock.ops.reductions import reduce_sum
from penstock.ops.slices import reverse_sequence
from penstock.ops.splitting import split
from penstock.ops.variable_scope import get_variable, variable_scope
from penstock.rnn.base import RNNCell, assert_like_rnncell
from penstock.rnn.cells import LSTMStateTuple
from penstock.rnn.dynamic import dynamic_rnn
from penstock.rnn.projections import linear
from penstock.rnn.static import static_rnn


class CoupledInputForgetGateLSTMCell(RNNCell):
    """An LSTM whose input gate is one minus its forget gate (Greff et al., arXiv:1503.04069).

    Args:
        num_units: the number of units. use_peepholes: let the gates see the memory.
        initializer: for the weights. num_proj: the size the output is projected to.
        proj_clip: limit of the projection. num_unit_shards: not used. num_proj_shards: not used.
        forget_bias: added to the forget gate. state_is_tuple: use ``LSTMStateTuple`` states.
        activation: a function. reuse: whether to share existing variables.
        layer_norm: whether to normalise. norm_gain: first gains. norm_shift: first shifts.
    """

    def __init__(self, num_units: int, use_peepholes: bool = False, initializer: Any = None,
                 num_proj: int | None = None, proj_clip: float | None = None,
                 num_unit_shards: int = 1, num_proj_shards: int = 1, forget_bias: float = 1.0,
                 state_is_tuple: bool = True, activation: Any = tanh, reuse: Any = None,
                 layer_norm: bool = False, norm_gain: float = 1.0,
                 norm_shift: float = 0.0) -> None:  # fmt: skip
        super().__init__(_reuse=reuse)
        self._num_units, self._use_peepholes = num_units, use_peepholes
        self._initializer, self._num_proj, self._proj_clip = initializer, num_proj, proj_clip
        self._forget_bias, self._state_is_tuple = forget_bias, state_is_tuple
        self._activation, self._layer_norm = activation, layer_norm
        self._norm_gain, self._norm_shift = norm_gain, norm_shift

    @property
    def output_size(self) -> int:
        """The size of the projection, or the number of units."""
        return self._num_proj or self._num_units

    @property
    def state_size(self) -> Any:
        """The sizes of ``c`` and ``h``."""
        sizes = LSTMStateTuple(self._num_units, self.output_size)
        return sizes if self._state_is_tuple else sum(sizes)

    def _norm(self, x: Any, scope: str) -> Any:
        shape = x.get_shape()[-1:]
        # The layer's own variables take these first values.
        with variable_scope(scope):
            get_variable("gamma", shape, initializer=Constant(self._norm_gain))
            get_variable("beta", shape, initializer=Constant(self._norm_shift))
        return layer_norm(x, reuse=True, scope=scope)

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        units, dtype = self._num_units, inputs.dtype
        if self._state_is_tuple:
            c, h = state
        else:
            c, h = split(state, [units, self.output_size], 1)
        joined = concat([inputs, h], 1)
        kernel = get_variable(
            "W_0", [joined.shape[1].value, 3 * units], dtype=dtype, initializer=self._initializer
        )
        bias = get_variable("B", [3 * units], initializer=Zeros(), dtype=dtype)
        gates = matmul(joined, kernel)
        if not self._layer_norm:
            gates = bias_add(gates, bias)
        j, f, o = split(gates, 3, 1)
        if self._layer_norm:
            j, f, o = (
                self._norm(x, scope)
                for x, scope in ((j, "transform"), (f, "forget"), (o, "output"))
            )
        seen: Any = 0
        if self._use_peepholes:
            f_diag = get_variable("W_F_diag", [units], dtype=dtype, initializer=self._initializer)
            o_diag = get_variable("W_O_diag", [units], dtype=dtype, initializer=self._initializer)
            seen = f_diag * c
        keep = sigmoid(f + self._forget_bias + seen)
        new_c = keep * c + (1 - keep) * self._activation(j)
        if self._layer_norm:
            new_c = self._norm(new_c, "state")
        out = o + o_diag * new_c if self._use_peepholes else o
        new_h = sigmoid(out) * self._activation(new_c)
        if self._num_proj is not None:
            projection = get_variable(
                "W_P_0", [units, self._num_proj], dtype=dtype, initializer=self._initializer
            )
            new_h = matmul(new_h, projection)
            if self._proj_clip is not None:
                new_h = clip_by_value(new_h, -self._proj_clip, self._proj_clip)
        new = LSTMStateTuple(new_c, new_h) if self._state_is_tuple else concat([new_c, new_h], 1)
        return new_h, new


class HighwayWrapper(RNNCell):
    """Mixes a cell's input into its output by a gate (Srivastava et al., arXiv:1505.00387).

    Args:
        cell: the cell; output and input must have the same size.
        couple_carry_transform_gates: let one gate be one minus the other.
        carry_bias_init: the first bias of the gate that carries the input.
    """

    def __init__(self, cell: Any, couple_carry_transform_gates: bool = True,
                 carry_bias_init: float = 1.0) -> None:  # fmt: skip
        self._cell = cell
        self._coupled = couple_carry_transform_gates
        self._carry_bias_init = carry_bias_init

    @property
    def state_size(self) -> Any:
        """The cell's."""
        return self._cell.state_size

    @property
    def output_size(self) -> Any:
        """The cell's."""
        return self._cell.output_size

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        """The cell's."""
        with name_scope(f"{type(self).__name__}ZeroState", values=[batch_size]):
            return self._cell.zero_state(batch_size, dtype)

    def _gate(self, x: Any, name: str, bias: float) -> Any:
        size = x.get_shape()[1].value
        weight = get_variable(f"{name}_w", [size, size])
        shift = get_variable(f"{name}_b", [size], initializer=Constant(bias))
        return sigmoid(bias_add(matmul(x, weight), shift))

    def _highway(self, x: Any, out: Any) -> Any:
        x.get_shape().assert_is_compatible_with(out.get_shape())
        carry = self._gate(x, "carry", self._carry_bias_init)
        transform = 1 - carry
        if not self._coupled:
            transform = self._gate(x, "transform", -self._carry_bias_init)
        return x * carry + out * transform

    def __call__(self, inputs: Any, state: Any, scope: Any = None) -> Any:
        """One step."""
        outputs, new_state = self._cell(inputs, state, scope=scope)
        nest.assert_same_structure(inputs, outputs)
        return nest.map_structure(self._highway, inputs, outputs), new_state


class AttentionCellWrapper(RNNCell):
    """Lets a cell attend to its own last outputs (Rocktäschel et al., arXiv:1509.06664).

    Args:
        cell: the cell. attn_length: how many outputs to attend to.
        attn_size: the size of what is attended to; the cell's output size by default.
        attn_vec_size: the size of the comparisons; ``attn_size`` by default.
        input_size: the size the inputs are projected to; their own by default.
        state_is_tuple: use tuples as state. reuse: whether to share existing variables.

    Raises:
        ValueError: when ``attn_length`` isn't positive or states don't fit.
    """

    def __init__(self, cell: Any, attn_length: int, attn_size: int | None = None,
                 attn_vec_size: int | None = None, input_size: int | None = None,
                 state_is_tuple: bool = True, reuse: Any = None) -> None:  # fmt: skip
        super().__init__(_reuse=reuse)
        assert_like_rnncell("cell", cell)
        if nest.is_sequence(cell.state_size) and not state_is_tuple:
            raise ValueError(
                "Cell returns tuple of states, but the flag state_is_tuple is not set. State "
                f"size is: {cell.state_size}"
            )
        if attn_length <= 0:
            raise ValueError(f"attn_length should be greater than zero, got {attn_length}")
        self._cell, self._attn_length = cell, attn_length
        self._attn_size = cell.output_size if attn_size is None else attn_size
        self._attn_vec_size = self._attn_size if attn_vec_size is None else attn_vec_size
        self._input_size = input_size
        self._state_is_tuple = state_is_tuple

    @property
    def state_size(self) -> Any:
        """The sizes of the cell's state, the attention, and the outputs kept."""
        size = (self._cell.state_size, self._attn_size, self._attn_size * self._attn_length)
        return size if self._state_is_tuple else sum(size)

    @property
    def output_size(self) -> int:
        """The size of what is attended to."""
        return self._attn_size

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        length, size = self._attn_length, self._attn_size
        if self._state_is_tuple:
            state, attended, kept = state
        else:
            sizes = [self._cell.state_size, size, size * length]
            state, attended, kept = split(state, sizes, 1)
        kept = reshape(kept, [-1, length, size])
        width = self._input_size or inputs.get_shape().as_list()[1]
        projected = linear([inputs, attended], width, True)
        output, new_state = self._cell(projected, state)
        query = concat(nest.flatten(new_state), 1) if self._state_is_tuple else new_state
        attended, rest = self._attention(query, kept)
        with variable_scope("attn_output_projection"):
            output = linear([output, attended], size, True)
        kept = reshape(concat([rest, expand_dims(output, 1)], 1), [-1, length * size])
        new = (new_state, attended, kept)
        return output, new if self._state_is_tuple else concat(list(new), 1)

    def _attention(self, query: Any, kept: Any) -> Any:
        length, size = self._attn_length, self._attn_size
        with variable_scope("attention"):
            k = get_variable("attn_w", [1, 1, size, self._attn_vec_size])
            v = get_variable("attn_v", [self._attn_vec_size])
            hidden = reshape(kept, [-1, length, 1, size])
            features = conv2d(hidden, k, [1, 1, 1, 1], "SAME")
            y = reshape(linear(query, self._attn_vec_size, True), [-1, 1, 1, self._attn_vec_size])
            weights = softmax(reduce_sum(v * tanh(features + y), [2, 3]))
            found = reduce_sum(reshape(weights, [-1, length, 1, 1]) * hidden, [1, 2])
        return reshape(found, [-1, size]), kept[:, 1:, :]


class FusedRNNCell:
    """A cell that takes whole sequences, ``[time, batch, size]``; subclasses define the call."""

    def __call__(self, inputs: Any, initial_state: Any = None, dtype: Any = None,
                 sequence_length: Any = None, scope: Any = None) -> Any:  # fmt: skip
        """``(outputs, final_state)``.

        Args:
            inputs: ``[time, batch, size]``. initial_state: the first state; zeros by default.
            dtype: the type of the state. sequence_length: ``[batch]``. scope: variable scope.
        """
        raise TypeError(f"{type(self).__name__} doesn't define __call__")


class FusedRNNCellAdaptor(FusedRNNCell):
    """Any cell as one that takes whole sequences.

    Args:
        cell: the cell. use_dynamic_rnn: loop in the graph, rather than unroll.
    """

    def __init__(self, cell: Any, use_dynamic_rnn: bool = False) -> None:
        self._cell = cell
        self._use_dynamic_rnn = use_dynamic_rnn

    def __call__(self, inputs: Any, initial_state: Any = None, dtype: Any = None,
                 sequence_length: Any = None, scope: Any = None) -> Any:  # fmt: skip
        """``(outputs, final_state)``, with a list of outputs for a list of inputs."""
        is_list = isinstance(inputs, list)
        if self._use_dynamic_rnn:
            if is_list:
                inputs = stack(inputs)
            outputs, state = dynamic_rnn(
                self._cell, inputs, sequence_length=sequence_length,
                initial_state=initial_state, dtype=dtype, time_major=True, scope=scope,
            )  # fmt: skip
            return (unstack(outputs) if is_list else outputs), state
        if not is_list:
            inputs = unstack(inputs)
        outputs, state = static_rnn(
            self._cell, inputs, initial_state=initial_state, dtype=dtype,
            sequence_length=sequence_length, scope=scope,
        )  # fmt: skip
        return (outputs if is_list else stack(outputs)), state


class TimeReversedFusedRNN(FusedRNNCell):
    """Runs a fused cell from the end of each sequence to its beginning.

    Args:
        cell: a ``FusedRNNCell``.
    """

    def __init__(self, cell: Any) -> None:
        self._cell = cell

    @staticmethod
    def _reverse(t: Any, lengths: Any) -> Any:
        if isinstance(t, list):
            return list(reversed(t))
        if lengths is None:
            return t[::-1]
        return reverse_sequence(t, lengths, seq_dim=0, batch_dim=1)

    def __call__(self, inputs: Any, initial_state: Any = None, dtype: Any = None,
                 sequence_length: Any = None, scope: Any = None) -> Any:  # fmt: skip
        """``(outputs, final_state)``."""
        outputs, state = self._cell(
            self._reverse(inputs, sequence_length), initial_state=initial_state, dtype=dtype,
            sequence_length=sequence_length, scope=scope,
        )  # fmt: skip
        return self._reverse(outputs, sequence_length), state


class LSTMBlockWrapper(FusedRNNCell):
    """What fused LSTMs share."""


class LSTMBlockFusedCell(LSTMBlockWrapper):
    """An LSTM over whole sequences, with the variables of ``LSTMBlockCell``.

    Args:
        num_units: the number of units. forget_bias: added to the forget gate.
        cell_clip: limit of the memory's absolute values; none by default.
        use_peephole: let the gates see the memory.
        reuse: whether to share existing variables. dtype: the type of the variables.
        name: the cell's name.
    """

    def __init__(self, num_units: int, forget_bias: float = 1.0, cell_clip: float | None = None,
                 use_peephole: bool = False, reuse: Any = None, dtype: Any = None,
                 name: str = "lstm_fused_cell") -> None:  # fmt: skip
        self._cell = LSTMBlockCell(
            num_units, forget_bias, cell_clip, use_peephole, dtype=dtype, reuse=reuse, name=name
        )

    @property
    def num_units(self) -> int:
        """The number of units."""
        return self._cell.output_size

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or "_cell" not in self.__dict__:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return getattr(self._cell, name)

    def __call__(self, inputs: Any, initial_state: Any = None, dtype: Any = None,
                 sequence_length: Any = None, scope: Any = None) -> Any:  # fmt: skip
        """``(outputs, (c, h))``."""
        is_list = isinstance(inputs, list)
        inputs = stack(inputs) if is_list else convert_to_tensor(inputs)
        if not self._cell.built:
            # Its variables stand beside the loop, not below its scope.
            self._cell.build(inputs.get_shape()[1:])
        if isinstance(initial_state, tuple):
            initial_state = LSTMStateTuple(*initial_state)
        outputs, state = dynamic_rnn(
            self._cell, inputs, sequence_length=sequence_length, initial_state=initial_state,
            dtype=dtype or (None if initial_state is not None else inputs.dtype),
            time_major=True, scope=scope,
        )  # fmt: skip
        return (unstack(outputs) if is_list else outputs), state


class CompiledWrapper(RNNCell):
    """A cell as it is: everything is compiled here.

    Args:
        cell: the cell. compile_stateful: kept for programs that give it.
    """

    def __init__(self, cell: Any, compile_stateful: bool = False) -> None:
        self._cell = cell

    @property
    def state_size(self) -> Any:
        """The cell's."""
        return self._cell.state_size

    @property
    def output_size(self) -> Any:
        """The cell's."""
        return self._cell.output_size

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        """The cell's."""
        return self._cell.zero_state(batch_size, dtype)

    def __call__(self, inputs: Any, state: Any, scope: Any = None) -> Any:
        """One step of the cell."""
        return self._cell(inputs, state, scope)


def best_effort_input_batch_size(flat_input: Sequence[Any]) -> Any:
    """The batch size of time-major inputs: a number if one is known, else a tensor.

    Args:
        flat_input: tensors ``[time, batch, ...]``.

    Raises:
        ValueError: when a rank is below two.
    """
    for value in flat_input:
        if value.shape.ndims is None:
            continue
        if value.shape.ndims < 2:
            raise ValueError(f"Expected input tensor {value.name} to have rank at least 2")
        if value.shape[1].value is not None:
            return value.shape[1].value
    return shape_of(flat_input[0])[1]
