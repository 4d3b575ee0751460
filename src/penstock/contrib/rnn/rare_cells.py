"""Cells of ``tf.contrib.rnn`` from single papers: convolutional, searched, independent, simple."""

from __future__ import annotations

from typing import Any

from penstock.graph.shapes import TensorShape
from penstock.layers import lookup
from penstock.layers.input_spec import InputSpec
from penstock.nn.convolution import conv1d
from penstock.ops.initializers import Constant, RandomUniform, Zeros
from penstock.ops.joining import concat
from penstock.ops.math_unary import sigmoid, tanh
from penstock.ops.matrices import matmul
from penstock.ops.nn_activations import relu
from penstock.ops.nn_bias import bias_add
from penstock.ops.nn_conv import conv2d
from penstock.ops.nn_conv3d import conv3d
from penstock.ops.slices import tile
from penstock.ops.splitting import split
from penstock.ops.variable_scope import get_variable
from penstock.rnn.base import RNNCell
from penstock.rnn.cells import LSTMStateTuple


class _Sized(RNNCell):
    """A cell whose output and state have ``num_units`` numbers.

    Args:
        num_units: the number of units. activation: a function or its name.
        reuse: whether to share existing variables. name: the cell's name. dtype: the type.
    """

    def __init__(self, num_units: int, activation: Any = None, reuse: Any = None,
                 name: str | None = None, dtype: Any = None, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(_reuse=reuse, name=name, dtype=dtype, **kwargs)
        self.input_spec = InputSpec(ndim=2)
        self._num_units = num_units
        self._activation = tanh if activation is None else lookup.activation(activation)

    @property
    def state_size(self) -> Any:
        """The number of units."""
        return self._num_units

    @property
    def output_size(self) -> int:
        """The number of units."""
        return self._num_units

    def _depth(self, shape: Any) -> int:
        depth = TensorShape(shape)[1].value
        if depth is None:
            raise ValueError(f"Expected inputs.shape[-1] to be known, saw shape: {shape}")
        return depth

    def _around_zero(self) -> Any:
        return RandomUniform(minval=-1, maxval=1, dtype=self.dtype)


class ConvLSTMCell(RNNCell):
    """An LSTM whose products are convolutions (Shi et al., arXiv:1506.04214).

    Args:
        conv_ndims: 1, 2 or 3. input_shape: the shape of an input, channels last.
        output_channels: the channels of the output. kernel_shape: the kernel's sizes.
        use_bias: whether to add a bias. skip_connection: join the input to the output.
        forget_bias: added to the forget gate. initializers: not used. name: the cell's name.

    Raises:
        ValueError: when the shape doesn't fit.
    """

    def __init__(self, conv_ndims: int, input_shape: Any, output_channels: int,
                 kernel_shape: Any, use_bias: bool = True, skip_connection: bool = False,
                 forget_bias: float = 1.0, initializers: Any = None,
                 name: str = "conv_lstm_cell") -> None:  # fmt: skip
        super().__init__(name=name)
        if conv_ndims != len(input_shape) - 1:
            raise ValueError(f"Invalid input_shape {input_shape} for conv_ndims={conv_ndims}.")
        self._conv_ndims = conv_ndims
        self._input_shape = list(input_shape)
        self._output_channels = output_channels
        self._kernel_shape = list(kernel_shape)
        self._use_bias = use_bias
        self._forget_bias = forget_bias
        self._skip_connection = skip_connection

    @property
    def output_size(self) -> TensorShape:
        """The shape of an output."""
        more = self._input_shape[-1] if self._skip_connection else 0
        return TensorShape([*self._input_shape[:-1], self._output_channels + more])

    @property
    def state_size(self) -> LSTMStateTuple:
        """The shapes of ``c`` and ``h``."""
        shape = TensorShape([*self._input_shape[:-1], self._output_channels])
        return LSTMStateTuple(shape, shape)

    def call(self, inputs: Any, state: Any, scope: Any = None) -> Any:
        """One step."""
        c, h = state
        joined = concat([inputs, h], axis=self._conv_ndims + 1)
        count = 4 * self._output_channels
        kernel = get_variable(
            "kernel", [*self._kernel_shape, joined.shape[-1].value, count], dtype=inputs.dtype
        )
        convolve: Any = {1: conv1d, 2: conv2d, 3: conv3d}[self._conv_ndims]
        strides: Any = 1 if self._conv_ndims == 1 else [1] * (self._conv_ndims + 2)
        gates = convolve(joined, kernel, strides, padding="SAME")
        if self._use_bias:
            gates = gates + get_variable(
                "biases", [count], dtype=inputs.dtype, initializer=Zeros(dtype=inputs.dtype)
            )
        i, j, f, o = split(gates, 4, self._conv_ndims + 1)
        new_c = sigmoid(f + self._forget_bias) * c + sigmoid(i) * tanh(j)
        output = tanh(new_c) * sigmoid(o)
        if self._skip_connection:
            output = concat([output, inputs], axis=-1)
        return output, LSTMStateTuple(new_c, output)


class Conv1DLSTMCell(ConvLSTMCell):
    """``ConvLSTMCell`` in one dimension."""

    def __init__(self, name: str = "conv_1d_lstm_cell", **kwargs: Any) -> None:
        super().__init__(conv_ndims=1, name=name, **kwargs)


class Conv2DLSTMCell(ConvLSTMCell):
    """``ConvLSTMCell`` in two dimensions."""

    def __init__(self, name: str = "conv_2d_lstm_cell", **kwargs: Any) -> None:
        super().__init__(conv_ndims=2, name=name, **kwargs)


class Conv3DLSTMCell(ConvLSTMCell):
    """``ConvLSTMCell`` in three dimensions."""

    def __init__(self, name: str = "conv_3d_lstm_cell", **kwargs: Any) -> None:
        super().__init__(conv_ndims=3, name=name, **kwargs)


class NASCell(_Sized):
    """The cell that a search found (Zoph and Le, arXiv:1611.01578).

    Args:
        num_units: the number of units. num_proj: the size the output is projected to.
        use_bias: whether to add a bias. reuse: whether to share existing variables.
    """

    def __init__(self, num_units: int, num_proj: int | None = None, use_bias: bool = False,
                 reuse: Any = None, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(num_units, None, reuse, **kwargs)
        self._num_proj = num_proj
        self._use_bias = use_bias

    @property
    def state_size(self) -> LSTMStateTuple:
        """The sizes of ``c`` and ``h``."""
        return LSTMStateTuple(self._num_units, self.output_size)

    @property
    def output_size(self) -> int:
        """The size of the output."""
        return self._num_proj or self._num_units

    def build(self, inputs_shape: Any) -> None:
        """Makes the variables."""
        count = 8 * self._num_units
        self._recurrent_kernel = self.add_variable("recurrent_kernel", [self.output_size, count])
        self._kernel = self.add_variable("kernel", [self._depth(inputs_shape), count])
        if self._use_bias:
            self._bias = self.add_variable("bias", [count], initializer=Zeros())
        if self._num_proj is not None:
            self._projection = self.add_variable(
                "projection_weights", [self._num_units, self._num_proj]
            )
        self.built = True

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        c, h = state
        remembered = matmul(h, self._recurrent_kernel)
        if self._use_bias:
            remembered = bias_add(remembered, self._bias)
        m = split(remembered, 8, 1)
        x = split(matmul(inputs, self._kernel), 8, 1)
        first = tanh(sigmoid(x[0] + m[0]) * relu(x[1] + m[1]))
        second = tanh(sigmoid(x[2] + m[2]) + relu(x[3] * m[3]))
        third = tanh(tanh(x[4] + m[4]) * sigmoid(x[5] + m[5]))
        fourth = sigmoid(tanh(x[6] + m[6]) + sigmoid(x[7] + m[7]))
        new_c = tanh(first + c) * second
        new_h = tanh(new_c * tanh(third + fourth))
        if self._num_proj is not None:
            new_h = matmul(new_h, self._projection)
        return new_h, LSTMStateTuple(new_c, new_h)


class IndRNNCell(_Sized):
    """Units that only remember themselves (Li et al., arXiv:1803.04831).

    Args:
        num_units: the number of units. activation: a function; ``tanh`` by default.
        reuse: whether to share existing variables. name: the cell's name. dtype: the type.
    """

    def build(self, inputs_shape: Any) -> None:
        """Makes the variables."""
        units = self._num_units
        self._w = self.add_variable("kernel_w", [self._depth(inputs_shape), units])
        self._u = self.add_variable("kernel_u", [1, units], initializer=self._around_zero())
        self._bias = self.add_variable("bias", [units], initializer=Zeros(dtype=self.dtype))
        self.built = True

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        total = matmul(inputs, self._w) + state * self._u
        output = self._activation(bias_add(total, self._bias))
        return output, output


class IndyGRUCell(_Sized):
    """A GRU whose units only remember themselves.

    Args:
        num_units: the number of units. activation: a function; ``tanh`` by default.
        reuse: whether to share existing variables. kernel_initializer: for the kernels.
        bias_initializer: for the biases. name: the cell's name. dtype: the type.
    """

    def __init__(self, num_units: int, activation: Any = None, reuse: Any = None,
                 kernel_initializer: Any = None, bias_initializer: Any = None,
                 name: str | None = None, dtype: Any = None) -> None:  # fmt: skip
        super().__init__(num_units, activation, reuse, name, dtype)
        self._kernel_initializer = kernel_initializer
        self._bias_initializer = bias_initializer

    def build(self, inputs_shape: Any) -> None:
        """Makes the variables."""
        depth, units = self._depth(inputs_shape), self._num_units
        given = self._bias_initializer
        self._gate_w = self.add_variable(
            "gates/kernel_w", [depth, 2 * units], initializer=self._kernel_initializer
        )
        self._gate_u = self.add_variable(
            "gates/kernel_u", [1, 2 * units], initializer=self._around_zero()
        )
        self._gate_bias = self.add_variable(
            "gates/bias", [2 * units], initializer=given or Constant(1.0, dtype=self.dtype)
        )
        self._candidate_w = self.add_variable(
            "candidate/kernel", [depth, units], initializer=self._kernel_initializer
        )
        self._candidate_u = self.add_variable(
            "candidate/kernel_u", [1, units], initializer=self._around_zero()
        )
        self._candidate_bias = self.add_variable(
            "candidate/bias", [units], initializer=given or Zeros(dtype=self.dtype)
        )
        self.built = True

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        gates = matmul(inputs, self._gate_w) + tile(state, [1, 2]) * self._gate_u
        r, u = split(sigmoid(bias_add(gates, self._gate_bias)), 2, 1)
        candidate = matmul(inputs, self._candidate_w) + (r * state) * self._candidate_u
        c = self._activation(bias_add(candidate, self._candidate_bias))
        new = u * state + (1 - u) * c
        return new, new


class IndyLSTMCell(_Sized):
    """An LSTM whose units only remember themselves (Gonnet and Deselaers, arXiv:1903.08023).

    Args:
        num_units: the number of units. forget_bias: added to the forget gate.
        activation: a function; ``tanh`` by default.
        reuse: whether to share existing variables. kernel_initializer: for the kernel.
        bias_initializer: for the bias. name: the cell's name. dtype: the type.
    """

    def __init__(self, num_units: int, forget_bias: float = 1.0, activation: Any = None,
                 reuse: Any = None, kernel_initializer: Any = None, bias_initializer: Any = None,
                 name: str | None = None, dtype: Any = None) -> None:  # fmt: skip
        super().__init__(num_units, activation, reuse, name, dtype)
        self._forget_bias = forget_bias
        self._kernel_initializer = kernel_initializer
        self._bias_initializer = bias_initializer

    @property
    def state_size(self) -> LSTMStateTuple:
        """The sizes of ``c`` and ``h``."""
        return LSTMStateTuple(self._num_units, self._num_units)

    def build(self, inputs_shape: Any) -> None:
        """Makes the variables."""
        depth, count = self._depth(inputs_shape), 4 * self._num_units
        self._w = self.add_variable(
            "kernel_w", [depth, count], initializer=self._kernel_initializer
        )
        self._u = self.add_variable("kernel_u", [1, count], initializer=self._around_zero())
        self._bias = self.add_variable(
            "bias", [count], initializer=self._bias_initializer or Zeros(dtype=self.dtype)
        )
        self.built = True

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        c, h = state
        gates = matmul(inputs, self._w) + tile(h, [1, 4]) * self._u
        i, j, f, o = split(bias_add(gates, self._bias), 4, 1)
        new_c = c * sigmoid(f + self._forget_bias) + sigmoid(i) * self._activation(j)
        new_h = self._activation(new_c) * sigmoid(o)
        return new_h, LSTMStateTuple(new_c, new_h)


class SRUCell(_Sized):
    """Simple recurrent unit (Lei and Zhang, arXiv:1709.02755).

    Args:
        num_units: the number of units. activation: a function; ``tanh`` by default.
        reuse: whether to share existing variables. name: the cell's name.
    """

    def build(self, inputs_shape: Any) -> None:
        """Makes the variables."""
        units = self._num_units
        self._kernel = self.add_variable("kernel", [self._depth(inputs_shape), 4 * units])
        self._bias = self.add_variable("bias", [2 * units], initializer=Zeros())
        self.built = True

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        x, f, r, skipped = split(matmul(inputs, self._kernel), 4, 1)
        f, r = split(sigmoid(bias_add(concat([f, r], 1), self._bias)), 2, 1)
        c = f * state + (1.0 - f) * x
        return r * self._activation(c) + (1.0 - r) * skipped, c
