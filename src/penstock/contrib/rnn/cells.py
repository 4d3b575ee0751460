"""Further cells of ``tf.contrib.rnn``."""

from __future__ import annotations

from typing import Any

from penstock.nn.dropout import dropout as nn_dropout
from penstock.nn.moments import moments
from penstock.ops.initializers import Constant, Zeros
from penstock.ops.joining import concat
from penstock.ops.math_unary import rsqrt, sigmoid, tanh
from penstock.ops.matrices import matmul
from penstock.ops.nn_bias import bias_add
from penstock.ops.splitting import split
from penstock.ops.variable_scope import get_variable, variable_scope
from penstock.rnn.base import RNNCell
from penstock.rnn.cells import GRUCell, LSTMCell, LSTMStateTuple
from penstock.rnn.projections import linear


class LSTMBlockCell(LSTMCell):
    """``LSTMCell`` as TensorFlow computed it in one operation, with the same results.

    Args:
        num_units: the number of units. forget_bias: added to the forget gate.
        cell_clip: limit of the memory's absolute values; none by default or when not positive.
        use_peephole: let the gates see the memory.
        dtype: the type of the variables. reuse: whether to share existing variables.
        name: the cell's name.
    """

    def __init__(self, num_units: int, forget_bias: float = 1.0, cell_clip: float | None = None,
                 use_peephole: bool = False, dtype: Any = None, reuse: Any = None,
                 name: str = "lstm_cell") -> None:  # fmt: skip
        clip = cell_clip if cell_clip is not None and cell_clip > 0 else None
        super().__init__(
            num_units,
            use_peepholes=use_peephole,
            cell_clip=clip,
            forget_bias=forget_bias,
            reuse=reuse,
            dtype=dtype,
            name=name,
        )


class GRUBlockCellV2(GRUCell):
    """``GRUCell`` as TensorFlow computed it in one operation, with the same results.

    Args:
        num_units: the number of units. reuse: whether to share existing variables.
        name: the cell's name. dtype: the type of the variables.
    """

    def __init__(self, num_units: int | None = None, cell_size: int | None = None,
                 reuse: Any = None, name: str = "gru_cell", dtype: Any = None) -> None:  # fmt: skip
        units = num_units if num_units is not None else cell_size
        if units is None:
            raise ValueError("num_units must be given.")
        super().__init__(units, reuse=reuse, name=name, dtype=dtype)


class LayerNormBasicLSTMCell(RNNCell):
    """An LSTM with layer normalisation and recurrent dropout.

    Ba et al., arXiv:1607.06450; Semeniuta et al., arXiv:1603.05118.

    Args:
        num_units: the number of units. forget_bias: added to the forget gate.
        input_size: ignored. activation: a function.
        layer_norm: whether to normalise. norm_gain: first value of the gains.
        norm_shift: first value of the shifts.
        dropout_keep_prob: the probability of keeping a new input.
        dropout_prob_seed: the seed. reuse: whether to share existing variables.
    """

    def __init__(
        self,
        num_units: int,
        forget_bias: float = 1.0,
        input_size: Any = None,
        activation: Any = tanh,
        layer_norm: bool = True,
        norm_gain: float = 1.0,
        norm_shift: float = 0.0,
        dropout_keep_prob: Any = 1.0,
        dropout_prob_seed: int | None = None,
        reuse: Any = None,
    ) -> None:
        super().__init__(_reuse=reuse)
        self._num_units = num_units
        self._activation = activation
        self._forget_bias = forget_bias
        self._keep_prob = dropout_keep_prob
        self._seed = dropout_prob_seed
        self._layer_norm = layer_norm
        self._norm_gain = norm_gain
        self._norm_shift = norm_shift

    @property
    def state_size(self) -> Any:
        """The sizes of ``c`` and ``h``."""
        return LSTMStateTuple(self._num_units, self._num_units)

    @property
    def output_size(self) -> int:
        """The number of units."""
        return self._num_units

    def _norm(self, x: Any, scope: str, dtype: Any) -> Any:
        shape = x.get_shape()[-1:]
        with variable_scope(scope):
            gamma = get_variable("gamma", shape, initializer=Constant(self._norm_gain), dtype=dtype)
            beta = get_variable("beta", shape, initializer=Constant(self._norm_shift), dtype=dtype)
        mean, variance = moments(x, [1], keep_dims=True)
        factor = rsqrt(variance + 1e-12) * gamma
        return x * factor + (beta - mean * factor)

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        c, h = state
        args = concat([inputs, h], 1)
        units, dtype = self._num_units, args.dtype
        kernel = get_variable("kernel", [args.get_shape()[-1].value, 4 * units], dtype=dtype)
        gates = matmul(args, kernel)
        if not self._layer_norm:
            gates = bias_add(
                gates, get_variable("bias", [4 * units], dtype=dtype, initializer=Zeros())
            )
        i, j, f, o = split(value=gates, num_or_size_splits=4, axis=1)
        if self._layer_norm:
            i, j, f, o = (
                self._norm(x, scope, dtype)
                for x, scope in ((i, "input"), (j, "transform"), (f, "forget"), (o, "output"))
            )
        g = self._activation(j)
        if not isinstance(self._keep_prob, float) or self._keep_prob < 1:
            g = nn_dropout(g, self._keep_prob, seed=self._seed)
        new_c = c * sigmoid(f + self._forget_bias) + sigmoid(i) * g
        if self._layer_norm:
            new_c = self._norm(new_c, "state", dtype)
        new_h = self._activation(new_c) * sigmoid(o)
        return new_h, LSTMStateTuple(new_c, new_h)


class UGRNNCell(RNNCell):
    """Update gate cell (Collins et al., arXiv:1611.09913).

    Args:
        num_units: the number of units. initializer: for the weights.
        forget_bias: added to the gate. activation: a function.
        reuse: whether to share existing variables.
    """

    def __init__(self, num_units: int, initializer: Any = None, forget_bias: float = 1.0,
                 activation: Any = tanh, reuse: Any = None) -> None:  # fmt: skip
        super().__init__(_reuse=reuse)
        self._num_units = num_units
        self._initializer = initializer
        self._forget_bias = forget_bias
        self._activation = activation

    @property
    def state_size(self) -> int:
        """The number of units."""
        return self._num_units

    @property
    def output_size(self) -> int:
        """The number of units."""
        return self._num_units

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        with variable_scope(self._scope or "ugrnn_cell", initializer=self._initializer,
                            auxiliary_name_scope=False):  # fmt: skip
            gates = linear([inputs, state], 2 * self._num_units, True)
        gate, candidate = split(value=gates, num_or_size_splits=2, axis=1)
        gate = sigmoid(gate + self._forget_bias)
        output = gate * state + (1.0 - gate) * self._activation(candidate)
        return output, output
