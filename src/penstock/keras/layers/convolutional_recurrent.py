"""``ConvLSTM2D``: an LSTM whose products are convolutions (Shi et al., 2015)."""

from __future__ import annotations

from typing import Any

from penstock.keras import activations, constraints, initializers, regularizers
from penstock.keras import backend as K
from penstock.keras import tensor_ops as ops
from penstock.keras.engine.base_layer import Layer
from penstock.keras.engine.input_spec import InputSpec
from penstock.keras.layers.core import weight_config
from penstock.keras.layers.recurrent import RNN, _first_shape, _of_cell
from penstock.keras.layers.recurrent_cells import DropoutRNNCellMixin, forget_bias


def _length(size: int | None, window: int, padding: str, stride: int, dilation: int) -> Any:
    """The length of a convolution's output."""
    if size is None:
        return None
    reach = window + (window - 1) * (dilation - 1)
    size = size if padding == "same" else size - reach + 1
    return (size + stride - 1) // stride


class ConvLSTM2DCell(DropoutRNNCellMixin, Layer):
    """What ``ConvLSTM2D`` does in one time step; see there for the arguments."""

    def __init__(self, filters: int, kernel_size: Any, strides: Any = (1, 1),
                 padding: str = "valid", data_format: Any = None, dilation_rate: Any = (1, 1),
                 activation: Any = "tanh", recurrent_activation: Any = "hard_sigmoid",
                 use_bias: bool = True, kernel_initializer: Any = "glorot_uniform",
                 recurrent_initializer: Any = "orthogonal", bias_initializer: Any = "zeros",
                 unit_forget_bias: bool = True, kernel_regularizer: Any = None,
                 recurrent_regularizer: Any = None, bias_regularizer: Any = None,
                 kernel_constraint: Any = None, recurrent_constraint: Any = None,
                 bias_constraint: Any = None, dropout: float = 0.0,
                 recurrent_dropout: float = 0.0, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.filters = filters
        self.kernel_size = K.tuple_of(kernel_size, 2, "kernel_size")
        self.strides = K.tuple_of(strides, 2, "strides")
        self.padding = str(padding).lower()
        self.data_format = K.normalized_data_format(data_format)
        self.dilation_rate = K.tuple_of(dilation_rate, 2, "dilation_rate")
        self.activation = activations.get(activation)
        self.recurrent_activation = activations.get(recurrent_activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.recurrent_initializer = initializers.get(recurrent_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.unit_forget_bias = unit_forget_bias
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.recurrent_regularizer = regularizers.get(recurrent_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.recurrent_constraint = constraints.get(recurrent_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.dropout = min(1.0, max(0.0, dropout))
        self.recurrent_dropout = min(1.0, max(0.0, recurrent_dropout))
        self.state_size = (filters, filters)

    @property
    def channel_axis(self) -> int:
        """The axis of channels of a batch of images."""
        return 1 if self.data_format == "channels_first" else 3

    def build(self, input_shape: Any) -> None:
        """Makes kernel, recurrent kernel and bias."""
        channels = ops.TensorShape(input_shape).as_list()[self.channel_axis]
        if channels is None:
            raise ValueError("The channel dimension of the inputs should be defined. Found `None`.")
        self.kernel_shape = (*self.kernel_size, channels, self.filters * 4)
        self.kernel = self.add_weight(
            "kernel", shape=self.kernel_shape, initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer, constraint=self.kernel_constraint,
        )  # fmt: skip
        self.recurrent_kernel = self.add_weight(
            "recurrent_kernel", shape=(*self.kernel_size, self.filters, self.filters * 4),
            initializer=self.recurrent_initializer, regularizer=self.recurrent_regularizer,
            constraint=self.recurrent_constraint,
        )  # fmt: skip
        self.bias = None
        if self.use_bias:
            first = self.bias_initializer
            if self.unit_forget_bias:
                first = forget_bias(first, self.filters)
            self.bias = self.add_weight(
                "bias", shape=(self.filters * 4,), initializer=first,
                regularizer=self.bias_regularizer, constraint=self.bias_constraint,
            )  # fmt: skip
        self.built = True

    def output_sizes(self, rows: int | None, columns: int | None) -> list[Any]:
        """Rows and columns of the states for those of the inputs."""
        return [
            _length(size, self.kernel_size[i], self.padding, self.strides[i], self.dilation_rate[i])
            for i, size in enumerate((rows, columns))
        ]

    def input_conv(self, x: Any, kernel: Any) -> Any:
        """The convolution of the inputs."""
        return K.conv2d(
            x, kernel, strides=self.strides, padding=self.padding, data_format=self.data_format,
            dilation_rate=self.dilation_rate,
        )  # fmt: skip

    def recurrent_conv(self, x: Any, kernel: Any) -> Any:
        """The convolution of the state."""
        return K.conv2d(
            x, kernel, strides=(1, 1), padding="same", data_format=self.data_format
        )  # fmt: skip

    def _masked(self, convolve: Any, x: Any, kernel: Any, masks: Any) -> Any:
        if masks is None:
            return convolve(x, kernel)
        parts = ops.split(kernel, 4, axis=3)
        return ops.concat(
            [convolve(x * mask, part) for mask, part in zip(masks, parts)], axis=self.channel_axis
        )

    def call(self, inputs: Any, states: Any, training: Any = None) -> Any:  # type: ignore[override]
        """The output and the new states.

        Args:
            inputs: a batch of images. states: the state and the carry.
            training: whether dropout is on.
        """
        state, carry = states[0], states[1]
        masks = self.get_dropout_mask_for_cell(inputs, training, count=4)
        state_masks = self.get_recurrent_dropout_mask_for_cell(state, training, count=4)
        z = self._masked(self.input_conv, inputs, self.kernel, masks)
        if self.bias is not None:
            z = K.bias_add(z, self.bias, data_format=self.data_format)
        z = z + self._masked(self.recurrent_conv, state, self.recurrent_kernel, state_masks)
        z_i, z_f, z_c, z_o = ops.split(z, 4, axis=self.channel_axis)
        i, f = self.recurrent_activation(z_i), self.recurrent_activation(z_f)
        carry = f * carry + i * self.activation(z_c)
        output = self.recurrent_activation(z_o) * self.activation(carry)
        return output, [output, carry]

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {
            **super().get_config(),
            "filters": self.filters, "kernel_size": self.kernel_size, "strides": self.strides,
            "padding": self.padding, "data_format": self.data_format,
            "dilation_rate": self.dilation_rate,
            "activation": activations.serialize(self.activation),
            "recurrent_activation": activations.serialize(self.recurrent_activation),
            "use_bias": self.use_bias, "unit_forget_bias": self.unit_forget_bias,
            **weight_config(self, "kernel", "recurrent", "bias"),
            "dropout": self.dropout, "recurrent_dropout": self.recurrent_dropout,
        }  # fmt: skip


class ConvRNN2D(RNN):
    """A convolutional cell along time, on ``[batch, time, rows, columns, channels]``.

    Args:
        cell: the cell. return_sequences: see ``RNN``. return_state: likewise.
        go_backwards: likewise. stateful: likewise. unroll: refused. **kwargs: as for ``Layer``.

    Raises:
        TypeError: for a list of cells, or ``unroll``.
    """

    def __init__(self, cell: Any, return_sequences: bool = False, return_state: bool = False,
                 go_backwards: bool = False, stateful: bool = False, unroll: bool = False,
                 **kwargs: Any) -> None:  # fmt: skip
        if unroll:
            raise TypeError("Unrolling isn't possible with convolutional RNNs.")
        if isinstance(cell, (list, tuple)):
            raise TypeError("It is not possible at the moment to stack convolutional cells.")
        super().__init__(cell, return_sequences, return_state, go_backwards, stateful, unroll,
                         **kwargs)  # fmt: skip
        self.input_spec = [InputSpec(ndim=5)]

    def _state_sizes_of(self, sizes: list[Any]) -> list[Any]:
        """The shape of a state, without the batch, for the shape of the sequences."""
        cell = self.cell
        if cell.data_format == "channels_first":
            return [cell.filters, *cell.output_sizes(sizes[3], sizes[4])]
        return [*cell.output_sizes(sizes[2], sizes[3]), cell.filters]

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the output, and of the states with ``return_state``."""
        sizes = _first_shape(input_shape).as_list()
        state = self._state_sizes_of(sizes)
        steps = [sizes[1]] if self.return_sequences else []
        output = ops.TensorShape([sizes[0], *steps, *state])
        if not self.return_state:
            return output
        return [output, *[ops.TensorShape([sizes[0], *state]) for _ in self.states]]

    def build(self, input_shape: Any) -> None:
        """Makes the cell's weights, and the states of a stateful layer."""
        sizes = _first_shape(input_shape).as_list()
        batch = sizes[0] if self.stateful else None
        self.input_spec[0] = InputSpec(shape=(batch, None, *sizes[2:]))
        if not self.cell.built:
            self.cell.build(ops.TensorShape([sizes[0], *sizes[2:]]))
            self.cell.built = True
        if self.state_spec is not None:
            axis = self.cell.channel_axis
            if any(spec.shape[axis] != self.cell.filters for spec in self.state_spec):
                raise ValueError(
                    "An initial_state was passed that is not compatible with `cell.state_size`. "
                    f"Received `state_spec`={[s.shape for s in self.state_spec]}; However "
                    f"`cell.state_size` is {self.cell.state_size}"
                )
        if self.stateful:
            self.reset_states()
        self.built = True

    def get_initial_state(self, inputs: Any) -> list[Any]:
        """States of zeros for a batch of inputs."""
        # The convolution of zeros has the states' shape, known sizes or not.
        image = K.sum(ops.zeros_like(inputs), axis=1)
        kernel = ops.zeros((*self.cell.kernel_shape[:-1], self.cell.filters), dtype=inputs.dtype)
        state = self.cell.input_conv(image, kernel)
        return [state for _ in self.cell.state_size]

    def _state_shapes(self) -> list[list[int]]:
        spec = self.input_spec[0].shape
        shape = [spec[0], *self._state_sizes_of(list(spec))]
        if None in shape:
            raise ValueError(
                "If a RNN is stateful, it needs to know its batch size. Specify the batch size of "
                "your input tensors: \n- If using a Sequential model, specify the batch size by "
                "passing a `batch_input_shape` argument to your first layer.\n- If using the "
                "functional API, specify the time dimension by passing a `batch_shape` argument "
                "to your Input layer.\nThe same thing goes for the number of rows and columns."
            )
        return [shape for _ in self.cell.state_size]


class ConvLSTM2D(ConvRNN2D):
    """An LSTM on images: input and state are convolved.

    Input shape ``[batch, time, rows, columns, channels]`` (or channels third); output shape
    ``[batch, rows, columns, filters]``, or with time with ``return_sequences``.

    Args:
        filters: the channels of output and states. kernel_size: the window.
        strides: the window's steps. padding: ``'valid'`` or ``'same'``.
        data_format: where channels are. dilation_rate: the spread of the window.
        activation: of candidate and output. recurrent_activation: of the gates.
        use_bias: whether to add a bias. kernel_initializer: for the kernel.
        recurrent_initializer: for the recurrent kernel. bias_initializer: for the bias.
        unit_forget_bias: whether the forget gate's bias is 1.
        kernel_regularizer: a loss of the kernel. recurrent_regularizer: of the recurrent kernel.
        bias_regularizer: of the bias. activity_regularizer: of the output.
        kernel_constraint: applied after updates. recurrent_constraint: likewise.
        bias_constraint: likewise. return_sequences: see ``RNN``. go_backwards: likewise.
        stateful: likewise. dropout: the part of the inputs that is dropped.
        recurrent_dropout: of the state. **kwargs: ``return_state``, and as for ``Layer``.
    """

    def __init__(self, filters: int, kernel_size: Any, strides: Any = (1, 1),
                 padding: str = "valid", data_format: Any = None, dilation_rate: Any = (1, 1),
                 activation: Any = "tanh", recurrent_activation: Any = "hard_sigmoid",
                 use_bias: bool = True, kernel_initializer: Any = "glorot_uniform",
                 recurrent_initializer: Any = "orthogonal", bias_initializer: Any = "zeros",
                 unit_forget_bias: bool = True, kernel_regularizer: Any = None,
                 recurrent_regularizer: Any = None, bias_regularizer: Any = None,
                 activity_regularizer: Any = None, kernel_constraint: Any = None,
                 recurrent_constraint: Any = None, bias_constraint: Any = None,
                 return_sequences: bool = False, go_backwards: bool = False,
                 stateful: bool = False, dropout: float = 0.0, recurrent_dropout: float = 0.0,
                 **kwargs: Any) -> None:  # fmt: skip
        cell = ConvLSTM2DCell(
            filters, kernel_size, strides, padding, data_format, dilation_rate, activation,
            recurrent_activation, use_bias, kernel_initializer, recurrent_initializer,
            bias_initializer, unit_forget_bias, kernel_regularizer, recurrent_regularizer,
            bias_regularizer, kernel_constraint, recurrent_constraint, bias_constraint, dropout,
            recurrent_dropout, dtype=kwargs.get("dtype"),
        )  # fmt: skip
        super().__init__(
            cell, return_sequences=return_sequences, go_backwards=go_backwards, stateful=stateful,
            **kwargs,
        )  # fmt: skip
        self.activity_regularizer = regularizers.get(activity_regularizer)

    filters = _of_cell("filters")
    kernel_size = _of_cell("kernel_size")
    strides = _of_cell("strides")
    padding = _of_cell("padding")
    data_format = _of_cell("data_format")
    dilation_rate = _of_cell("dilation_rate")
    activation = _of_cell("activation")
    recurrent_activation = _of_cell("recurrent_activation")
    use_bias = _of_cell("use_bias")
    unit_forget_bias = _of_cell("unit_forget_bias")
    kernel_initializer = _of_cell("kernel_initializer")
    recurrent_initializer = _of_cell("recurrent_initializer")
    bias_initializer = _of_cell("bias_initializer")
    kernel_regularizer = _of_cell("kernel_regularizer")
    recurrent_regularizer = _of_cell("recurrent_regularizer")
    bias_regularizer = _of_cell("bias_regularizer")
    kernel_constraint = _of_cell("kernel_constraint")
    recurrent_constraint = _of_cell("recurrent_constraint")
    bias_constraint = _of_cell("bias_constraint")
    dropout = _of_cell("dropout")
    recurrent_dropout = _of_cell("recurrent_dropout")

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        cell = self.cell.get_config()
        for name in ("name", "trainable", "dtype"):
            cell.pop(name, None)
        own = self._own_config()
        for name in ("unroll", "time_major"):
            own.pop(name, None)
        activity = regularizers.serialize(self.activity_regularizer)
        return {**own, **cell, "activity_regularizer": activity}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """The layer that ``get_config`` described."""
        config = dict(config)
        for name in ("unroll", "time_major"):
            config.pop(name, None)
        return cls(**config)
