"""Convolution layers."""

from __future__ import annotations

from typing import Any

from penstock.keras import activations, constraints, initializers, regularizers
from penstock.keras import backend as K
from penstock.keras import tensor_ops as ops
from penstock.keras.engine.base_layer import Layer
from penstock.keras.engine.input_spec import InputSpec
from penstock.keras.layers.core import weight_config


def output_length(length: int | None, size: int, padding: str, stride: int,
                  dilation: int = 1) -> int | None:  # fmt: skip
    """The length of a convolution's output."""
    if length is None:
        return None
    window = size + (size - 1) * (dilation - 1)
    found = length if padding in ("same", "causal") else length - window + 1
    return (found + stride - 1) // stride


def normalize_padding(value: Any) -> str:
    """``'valid'``, ``'same'`` or ``'causal'``.

    Raises:
        ValueError: for another word.
    """
    padding = str(value).lower()
    if padding not in ("valid", "same", "causal"):
        raise ValueError(
            f'The `padding` argument must be a list/tuple or one of "valid", "same" (or "causal", '
            f"only for `Conv1D). Received: {padding}"
        )
    return padding


# What TensorFlow's layers call the operation.
_OPERATIONS = {1: "conv1d", 2: "Conv2D", 3: "Conv3D"}


class Conv(Layer):
    """A convolution over ``rank`` axes; see ``Conv2D`` for the arguments."""

    def __init__(self, rank: int, filters: int | None, kernel_size: Any, strides: Any = 1,
                 padding: str = "valid", data_format: Any = None, dilation_rate: Any = 1,
                 activation: Any = None, use_bias: bool = True,
                 kernel_initializer: Any = "glorot_uniform", bias_initializer: Any = "zeros",
                 kernel_regularizer: Any = None, bias_regularizer: Any = None,
                 activity_regularizer: Any = None, kernel_constraint: Any = None,
                 bias_constraint: Any = None, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(activity_regularizer=regularizers.get(activity_regularizer), **kwargs)
        self.rank = rank
        self.filters = int(filters) if filters is not None else filters
        self.kernel_size = K.tuple_of(kernel_size, rank, "kernel_size")
        self.strides = K.tuple_of(strides, rank, "strides")
        self.padding = normalize_padding(padding)
        if self.padding == "causal" and rank != 1:
            raise ValueError("Causal padding is only supported for `Conv1D` and `SeparableConv1D`.")
        self.data_format = K.normalized_data_format(data_format)
        self.dilation_rate = K.tuple_of(dilation_rate, rank, "dilation_rate")
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.input_spec = InputSpec(ndim=rank + 2)

    @property
    def _channel_axis(self) -> int:
        return 1 if self.data_format == "channels_first" else -1

    def _channels(self, input_shape: Any) -> int:
        channels = ops.TensorShape(input_shape).as_list()[self._channel_axis]
        if channels is None:
            raise ValueError("The channel dimension of the inputs should be defined. Found `None`.")
        return channels

    def _add_bias(self) -> None:
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias", shape=(self.filters,), initializer=self.bias_initializer,
                regularizer=self.bias_regularizer, constraint=self.bias_constraint, trainable=True,
            )  # fmt: skip

    def build(self, input_shape: Any) -> None:
        """Makes kernel and bias."""
        channels = self._channels(input_shape)
        self.kernel = self.add_weight(
            name="kernel", shape=(*self.kernel_size, channels, self.filters),
            initializer=self.kernel_initializer, regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint, trainable=True,
        )  # fmt: skip
        self._add_bias()
        self.input_spec = InputSpec(ndim=self.rank + 2, axes={self._channel_axis: channels})
        self.built = True

    def call(self, inputs: Any) -> Any:
        """The convolution, bias and activation."""
        outputs = K.convolve(
            inputs, self.kernel, self.strides, self.padding, self.data_format, self.dilation_rate,
            self.rank, _OPERATIONS[self.rank],
        )  # fmt: skip
        return self._finished(outputs)

    def _finished(self, outputs: Any) -> Any:
        if self.use_bias:
            if self.data_format == "channels_first":
                sizes = [1, self.filters, *([1] * (K.ndim(outputs) - 2))]
                outputs = outputs + ops.reshape(self.bias, sizes)
            else:
                outputs = ops.bias_add(outputs, self.bias)
        return self.activation(outputs) if self.activation is not None else outputs

    def _lengths(self, sizes: list[Any]) -> list[Any]:
        return [
            output_length(n, k, self.padding, s, d)
            for n, k, s, d in zip(sizes, self.kernel_size, self.strides, self.dilation_rate)
        ]

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The batch axis, the lengths and the filters."""
        sizes = ops.TensorShape(input_shape).as_list()
        if self.data_format == "channels_last":
            return ops.TensorShape([sizes[0], *self._lengths(sizes[1:-1]), self.filters])
        return ops.TensorShape([sizes[0], self.filters, *self._lengths(sizes[2:])])

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "padding": self.padding,
            "data_format": self.data_format,
            "dilation_rate": self.dilation_rate,
            "activation": activations.serialize(self.activation),
            "use_bias": self.use_bias,
            **weight_config(self, "kernel", "bias"),
            "activity_regularizer": regularizers.serialize(self.activity_regularizer),
        }


_ARGUMENTS = """

    Args:
        filters: the number of output channels. kernel_size: the window.
        strides: the steps. padding: ``'valid'`` or ``'same'``{causal}.
        data_format: where the channels are. dilation_rate: the distance of the window's elements.
        activation: a function or its name. use_bias: whether to add a bias.
        kernel_initializer: for the kernel. bias_initializer: for the bias.
        kernel_regularizer: a loss of the kernel. bias_regularizer: a loss of the bias.
        activity_regularizer: a loss of the output. kernel_constraint: applied after updates.
        bias_constraint: likewise. **kwargs: as for ``Layer``.
    """


class Conv1D(Conv):
    __doc__ = "Convolution over steps, ``[batch, steps, channels]``." + _ARGUMENTS.format(
        causal=" or ``'causal'``"
    )

    def __init__(self, filters: int, kernel_size: Any, strides: Any = 1, padding: str = "valid",
                 data_format: Any = "channels_last", dilation_rate: Any = 1,
                 activation: Any = None, use_bias: bool = True,
                 kernel_initializer: Any = "glorot_uniform", bias_initializer: Any = "zeros",
                 kernel_regularizer: Any = None, bias_regularizer: Any = None,
                 activity_regularizer: Any = None, kernel_constraint: Any = None,
                 bias_constraint: Any = None, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(
            1, filters, kernel_size, strides, padding, data_format, dilation_rate, activation,
            use_bias, kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer,
            activity_regularizer, kernel_constraint, bias_constraint, **kwargs,
        )  # fmt: skip


class Conv2D(Conv):
    __doc__ = "Convolution over images." + _ARGUMENTS.format(causal="")

    def __init__(self, filters: int | None, kernel_size: Any, strides: Any = (1, 1),
                 padding: str = "valid", data_format: Any = None, dilation_rate: Any = (1, 1),
                 activation: Any = None, use_bias: bool = True,
                 kernel_initializer: Any = "glorot_uniform", bias_initializer: Any = "zeros",
                 kernel_regularizer: Any = None, bias_regularizer: Any = None,
                 activity_regularizer: Any = None, kernel_constraint: Any = None,
                 bias_constraint: Any = None, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(
            2, filters, kernel_size, strides, padding, data_format, dilation_rate, activation,
            use_bias, kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer,
            activity_regularizer, kernel_constraint, bias_constraint, **kwargs,
        )  # fmt: skip


class Conv3D(Conv):
    __doc__ = "Convolution over volumes." + _ARGUMENTS.format(causal="")

    def __init__(self, filters: int, kernel_size: Any, strides: Any = (1, 1, 1),
                 padding: str = "valid", data_format: Any = None, dilation_rate: Any = (1, 1, 1),
                 activation: Any = None, use_bias: bool = True,
                 kernel_initializer: Any = "glorot_uniform", bias_initializer: Any = "zeros",
                 kernel_regularizer: Any = None, bias_regularizer: Any = None,
                 activity_regularizer: Any = None, kernel_constraint: Any = None,
                 bias_constraint: Any = None, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(
            3, filters, kernel_size, strides, padding, data_format, dilation_rate, activation,
            use_bias, kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer,
            activity_regularizer, kernel_constraint, bias_constraint, **kwargs,
        )  # fmt: skip


Convolution1D, Convolution2D, Convolution3D = Conv1D, Conv2D, Conv3D
