"""Depthwise and separable convolution layers."""

from __future__ import annotations

from typing import Any

from penstock.keras import activations, constraints, initializers, regularizers
from penstock.keras import backend as K
from penstock.keras import tensor_ops as ops
from penstock.keras.engine.input_spec import InputSpec
from penstock.keras.layers.convolutional import Conv, Conv2D
from penstock.keras.layers.core import weight_config


class _SeparableConv(Conv):
    """A depthwise convolution, then one of size 1; see ``SeparableConv2D``."""

    def __init__(self, rank: int, filters: int, kernel_size: Any, strides: Any, padding: str,
                 data_format: Any, dilation_rate: Any, depth_multiplier: int = 1,
                 activation: Any = None, use_bias: bool = True,
                 depthwise_initializer: Any = "glorot_uniform",
                 pointwise_initializer: Any = "glorot_uniform", bias_initializer: Any = "zeros",
                 depthwise_regularizer: Any = None, pointwise_regularizer: Any = None,
                 bias_regularizer: Any = None, activity_regularizer: Any = None,
                 depthwise_constraint: Any = None, pointwise_constraint: Any = None,
                 bias_constraint: Any = None, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(
            rank, filters, kernel_size, strides, padding, data_format, dilation_rate, activation,
            use_bias, bias_initializer=bias_initializer, bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer, bias_constraint=bias_constraint, **kwargs,
        )  # fmt: skip
        self.depth_multiplier = depth_multiplier
        self.depthwise_initializer = initializers.get(depthwise_initializer)
        self.pointwise_initializer = initializers.get(pointwise_initializer)
        self.depthwise_regularizer = regularizers.get(depthwise_regularizer)
        self.pointwise_regularizer = regularizers.get(pointwise_regularizer)
        self.depthwise_constraint = constraints.get(depthwise_constraint)
        self.pointwise_constraint = constraints.get(pointwise_constraint)

    def build(self, input_shape: Any) -> None:
        """Makes both kernels and the bias."""
        channels = self._channels(input_shape)
        self.input_spec = InputSpec(ndim=self.rank + 2, axes={self._channel_axis: channels})
        self.depthwise_kernel = self.add_weight(
            name="depthwise_kernel", shape=(*self.kernel_size, channels, self.depth_multiplier),
            initializer=self.depthwise_initializer, regularizer=self.depthwise_regularizer,
            constraint=self.depthwise_constraint, trainable=True,
        )  # fmt: skip
        ones = (1,) * self.rank
        self.pointwise_kernel = self.add_weight(
            name="pointwise_kernel",
            shape=(*ones, self.depth_multiplier * channels, self.filters),
            initializer=self.pointwise_initializer, regularizer=self.pointwise_regularizer,
            constraint=self.pointwise_constraint, trainable=True,
        )  # fmt: skip
        self._add_bias()
        self.built = True

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        config = super().get_config()
        for kind in ("initializer", "regularizer", "constraint"):
            config.pop(f"kernel_{kind}", None)
        return {**config, "depth_multiplier": self.depth_multiplier,
                **weight_config(self, "depthwise", "pointwise", "bias")}  # fmt: skip


class SeparableConv1D(_SeparableConv):
    """A separable convolution over steps; arguments as for ``SeparableConv2D``."""

    def __init__(self, filters: int, kernel_size: Any, strides: Any = 1, padding: str = "valid",
                 data_format: Any = None, dilation_rate: Any = 1, depth_multiplier: int = 1,
                 *args: Any, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(1, filters, kernel_size, strides, padding, data_format, dilation_rate,
                         depth_multiplier, *args, **kwargs)  # fmt: skip

    def call(self, inputs: Any) -> Any:
        """The convolutions (over images one high), bias and activation."""
        padding = self.padding
        x = inputs
        if padding == "causal":
            left = self.dilation_rate[0] * (self.kernel_size[0] - 1)
            pads = [[0, 0], [left, 0], [0, 0]]
            if self.data_format == "channels_first":
                pads = [[0, 0], [0, 0], [left, 0]]
            x, padding = ops.pad(x, pads), "valid"
        axis = 1 if self.data_format == "channels_last" else 2
        outputs = K.separable_conv2d(
            ops.expand_dims(x, axis),
            ops.expand_dims(self.depthwise_kernel, 0),
            ops.expand_dims(self.pointwise_kernel, 0),
            strides=self.strides * 2,
            padding=padding,
            data_format=self.data_format,
            dilation_rate=(1, *self.dilation_rate),
        )
        return self._finished(ops.squeeze(outputs, [axis]))


class SeparableConv2D(_SeparableConv):
    """A depthwise convolution over images, then one of size 1.

    Args:
        filters: the number of output channels. kernel_size: the window. strides: the steps.
        padding: ``'valid'`` or ``'same'``. data_format: where the channels are.
        dilation_rate: the distance of the window's elements.
        depth_multiplier: the outputs of the depthwise convolution for each channel.
        *args: activation, bias, initializers, regularizers and constraints, as in Keras.
        **kwargs: the same by name, and as for ``Layer``.
    """

    def __init__(self, filters: int, kernel_size: Any, strides: Any = (1, 1),
                 padding: str = "valid", data_format: Any = None, dilation_rate: Any = (1, 1),
                 depth_multiplier: int = 1, *args: Any, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(2, filters, kernel_size, strides, padding, data_format, dilation_rate,
                         depth_multiplier, *args, **kwargs)  # fmt: skip

    def call(self, inputs: Any) -> Any:
        """The convolutions, bias and activation."""
        outputs = K.separable_conv2d(
            inputs, self.depthwise_kernel, self.pointwise_kernel, strides=self.strides,
            padding=self.padding, data_format=self.data_format, dilation_rate=self.dilation_rate,
        )  # fmt: skip
        return self._finished(outputs)


class DepthwiseConv2D(Conv2D):
    """A convolution of each channel on its own.

    Args:
        kernel_size: the window. strides: the steps. padding: ``'valid'`` or ``'same'``.
        depth_multiplier: the outputs for each channel. data_format: where the channels are.
        activation: a function or its name. use_bias: whether to add a bias.
        depthwise_initializer: for the kernel. bias_initializer: for the bias.
        depthwise_regularizer: a loss of the kernel. bias_regularizer: a loss of the bias.
        activity_regularizer: a loss of the output. depthwise_constraint: applied after updates.
        bias_constraint: likewise. **kwargs: as for ``Layer``.
    """

    def __init__(self, kernel_size: Any, strides: Any = (1, 1), padding: str = "valid",
                 depth_multiplier: int = 1, data_format: Any = None, activation: Any = None,
                 use_bias: bool = True, depthwise_initializer: Any = "glorot_uniform",
                 bias_initializer: Any = "zeros", depthwise_regularizer: Any = None,
                 bias_regularizer: Any = None, activity_regularizer: Any = None,
                 depthwise_constraint: Any = None, bias_constraint: Any = None,
                 **kwargs: Any) -> None:  # fmt: skip
        super().__init__(
            filters=None, kernel_size=kernel_size, strides=strides, padding=padding,
            data_format=data_format, activation=activation, use_bias=use_bias,
            bias_initializer=bias_initializer, bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer, bias_constraint=bias_constraint, **kwargs,
        )  # fmt: skip
        self.depth_multiplier = depth_multiplier
        self.depthwise_initializer = initializers.get(depthwise_initializer)
        self.depthwise_regularizer = regularizers.get(depthwise_regularizer)
        self.depthwise_constraint = constraints.get(depthwise_constraint)

    def build(self, input_shape: Any) -> None:
        """Makes kernel and bias."""
        channels = self._channels(input_shape)
        self.depthwise_kernel = self.add_weight(
            shape=(*self.kernel_size, channels, self.depth_multiplier),
            initializer=self.depthwise_initializer, name="depthwise_kernel",
            regularizer=self.depthwise_regularizer, constraint=self.depthwise_constraint,
        )  # fmt: skip
        self.filters = channels * self.depth_multiplier
        self._add_bias()
        self.input_spec = InputSpec(ndim=4, axes={self._channel_axis: channels})
        self.built = True

    def call(self, inputs: Any) -> Any:
        """The convolution, bias and activation."""
        outputs = K.depthwise_conv2d(
            inputs, self.depthwise_kernel, strides=self.strides, padding=self.padding,
            dilation_rate=self.dilation_rate, data_format=self.data_format,
        )  # fmt: skip
        return self._finished(outputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The batch axis, the lengths and the channels."""
        self.filters = self._channels(input_shape) * self.depth_multiplier
        return super().compute_output_shape(input_shape)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        config = super().get_config()
        for name in ("filters", "kernel_initializer", "kernel_regularizer", "kernel_constraint",
                     "dilation_rate"):  # fmt: skip
            config.pop(name, None)
        return {**config, "depth_multiplier": self.depth_multiplier,
                **weight_config(self, "depthwise"),
                "activation": activations.serialize(self.activation)}  # fmt: skip


SeparableConvolution1D, SeparableConvolution2D = SeparableConv1D, SeparableConv2D
