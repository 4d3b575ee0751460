"""``tf.layers``: convolutions, separable and transposed ones."""

from __future__ import annotations

from typing import Any

from penstock.graph.shapes import TensorShape, as_shape
from penstock.graph.tensor import Tensor
from penstock.layers import lookup
from penstock.layers.arguments import (
    checked_data_format,
    checked_padding,
    convolved_length,
    op_data_format,
    sizes,
    transposed_length,
)
from penstock.layers.base import Layer
from penstock.layers.input_spec import InputSpec
from penstock.nn.convolution import conv1d as nn_conv1d
from penstock.nn.convolution import separable_conv2d as nn_separable_conv2d
from penstock.nn.convolution import with_space_to_batch
from penstock.nn.transposed import atrous_conv2d_transpose
from penstock.nn.transposed import conv2d_transpose as nn_conv2d_transpose
from penstock.nn.transposed import conv3d_transpose as nn_conv3d_transpose
from penstock.ops.arrays import expand_dims, reshape, squeeze
from penstock.ops.arrays import shape as shape_of
from penstock.ops.initializers import Zeros
from penstock.ops.joining import stack
from penstock.ops.nn_bias import bias_add
from penstock.ops.nn_conv import conv2d as nn_conv2d
from penstock.ops.nn_conv3d import conv3d as nn_conv3d
from penstock.ops.padding import pad


class Conv(Layer):
    """What the convolution layers share.

    Args:
        rank: the number of spatial axes.
        filters: the number of output channels.
        kernel_size: the window: a number, or one for each spatial axis.
        strides: the step, likewise.
        padding: ``"valid"`` or ``"same"``.
        data_format: ``"channels_last"`` or ``"channels_first"``.
        dilation_rate: the distance between taps; not together with strides.
        activation: a function or its name; none by default.
        use_bias: whether to add a bias.
        kernel_initializer: for the kernel; Glorot's uniform, or the scope's, by default.
        bias_initializer: for the bias.
        kernel_regularizer: gives a loss for the kernel. bias_regularizer: for the bias.
        activity_regularizer: for the output.
        kernel_constraint: applied to the kernel after updates. bias_constraint: to the bias.
        trainable: whether the variables are trained. name: the layer's name.
    """

    def __init__(
        self,
        rank: int,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: Any = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = None,
        bias_initializer: Any = Zeros(),
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        trainable: bool = True,
        name: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            trainable=trainable, name=name, activity_regularizer=activity_regularizer, **kwargs
        )
        self.rank = rank
        self.filters = filters
        self.kernel_size = sizes(kernel_size, rank, "kernel_size")
        self.strides = sizes(strides, rank, "strides")
        self.padding = checked_padding(padding)
        if self.padding == "causal" and rank != 1:
            raise ValueError(
                "Causal padding is only supported for `Conv1D` and ``SeparableConv1D`."
            )
        self.data_format = checked_data_format(data_format)
        self.dilation_rate = sizes(dilation_rate, rank, "dilation_rate")
        self.activation = lookup.activation(activation)
        self.use_bias = use_bias
        self.kernel_initializer = lookup.initializer(kernel_initializer)
        self.bias_initializer = lookup.initializer(bias_initializer)
        self.kernel_regularizer = kernel_regularizer
        self.bias_regularizer = bias_regularizer
        self.kernel_constraint = kernel_constraint
        self.bias_constraint = bias_constraint
        self.input_spec = InputSpec(ndim=rank + 2)

    # -- variables ---------------------------------------------------------------------------
    @property
    def _channels_first(self) -> bool:
        return self.data_format == "channels_first"

    def _input_channels(self, input_shape: Any) -> int:
        axis = 1 if self._channels_first else -1
        channels = as_shape(input_shape).as_list()[axis]
        if channels is None:
            raise ValueError("The channel dimension of the inputs should be defined. Found `None`.")
        self.input_spec = InputSpec(ndim=self.rank + 2, axes={axis: channels})
        return channels

    def _kernel_shape(self, channels: int) -> tuple[int, ...]:
        return (*self.kernel_size, channels, self.filters)

    def build(self, input_shape: Any) -> None:
        """Makes ``kernel`` and ``bias``.

        Raises:
            ValueError: when the number of channels isn't known.
        """
        self.kernel = self.add_weight(
            name="kernel",
            shape=self._kernel_shape(self._input_channels(input_shape)),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            trainable=True,
            dtype=self.dtype,
        )
        self._build_bias()
        self.built = True

    def _build_bias(self) -> None:
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias",
                shape=(self.filters,),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
                trainable=True,
                dtype=self.dtype,
            )

    # -- operations --------------------------------------------------------------------------
    def _padding_before(self) -> list[list[int]]:
        """What causal padding adds: zeros before the first step."""
        before = [self.dilation_rate[0] * (self.kernel_size[0] - 1), 0]
        return [[0, 0], [0, 0], before] if self._channels_first else [[0, 0], before, [0, 0]]

    def _convolved(self, inputs: Any) -> Tensor:
        padding: Any = "VALID" if self.padding == "causal" else self.padding
        padding = padding if isinstance(padding, (list, tuple)) else padding.upper()
        layout = op_data_format(self.data_format, self.rank + 2)

        def plain(x: Any, _: Any, how: Any) -> Tensor:
            if self.rank == 1:
                return nn_conv1d(x, self.kernel, self.strides[0], how, data_format=layout)
            function = nn_conv2d if self.rank == 2 else nn_conv3d
            steps = (1, 1, *self.strides) if self._channels_first else (1, *self.strides, 1)
            return function(x, self.kernel, list(steps), how, data_format=layout)

        dilated = any(rate > 1 for rate in self.dilation_rate)
        if dilated and any(step > 1 for step in self.strides):
            raise ValueError("strides > 1 not supported in conjunction with dilation_rate > 1")
        return with_space_to_batch(
            inputs,
            self.dilation_rate,
            padding,
            plain,
            filter_shape=self.kernel.shape,
            data_format=layout,
        )

    def call(self, inputs: Any) -> Tensor:
        """Makes the operations."""
        if self.padding == "causal":
            inputs = pad(inputs, self._padding_before())
        outputs = self._convolved(inputs)
        if self.use_bias:
            if not self._channels_first:
                outputs = bias_add(outputs, self.bias, data_format="NHWC")
            elif self.rank == 1:
                outputs = outputs + reshape(self.bias, (1, self.filters, 1))
            else:
                outputs = bias_add(outputs, self.bias, data_format="NCHW")
        return self._activated(outputs)

    def _activated(self, outputs: Tensor) -> Tensor:
        return outputs if self.activation is lookup.linear else self.activation(outputs)

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        """The shape of the output."""
        shape = as_shape(input_shape).as_list()
        start, channels = (2, 1) if self._channels_first else (1, -1)
        for i in range(self.rank):
            shape[start + i] = self._output_length(shape[start + i], i)
        shape[channels] = self.filters
        return TensorShape(shape)

    def _output_length(self, length: Any, axis: int) -> Any:
        return convolved_length(
            length,
            self.kernel_size[axis],
            "same" if self.padding == "causal" else self.padding,
            self.strides[axis],
            self.dilation_rate[axis],
        )


class Conv1D(Conv):
    """Convolution of ``[batch, length, channels]``; arguments as in ``Conv``."""

    def __init__(self, filters: int, kernel_size: Any, strides: Any = 1, padding: Any = "valid",
                 data_format: str = "channels_last", dilation_rate: Any = 1,
                 *args: Any, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(
            1, filters, kernel_size, strides, padding, data_format, dilation_rate, *args, **kwargs
        )


class Conv2D(Conv):
    """Convolution of images; arguments as in ``Conv``."""

    def __init__(self, filters: int, kernel_size: Any, strides: Any = (1, 1),
                 padding: Any = "valid", data_format: str = "channels_last",
                 dilation_rate: Any = (1, 1), *args: Any, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(
            2, filters, kernel_size, strides, padding, data_format, dilation_rate, *args, **kwargs
        )


class Conv3D(Conv):
    """Convolution of volumes; arguments as in ``Conv``."""

    def __init__(self, filters: int, kernel_size: Any, strides: Any = (1, 1, 1),
                 padding: Any = "valid", data_format: str = "channels_last",
                 dilation_rate: Any = (1, 1, 1), *args: Any, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(
            3, filters, kernel_size, strides, padding, data_format, dilation_rate, *args, **kwargs
        )


class SeparableConv(Conv):
    """A convolution of each channel for itself, then one that mixes the channels.

    Args:
        rank: the number of spatial axes.
        depth_multiplier: how many outputs each channel has before they are mixed.
        depthwise_initializer: for the first kernel. pointwise_initializer: for the second.
        depthwise_regularizer: for the first. pointwise_regularizer: for the second.
        depthwise_constraint: for the first. pointwise_constraint: for the second.

    The other arguments are those of ``Conv``.
    """

    def __init__(
        self,
        rank: int,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: Any = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
        depth_multiplier: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = None,
        pointwise_initializer: Any = None,
        bias_initializer: Any = Zeros(),
        depthwise_regularizer: Any = None,
        pointwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        pointwise_constraint: Any = None,
        bias_constraint: Any = None,
        trainable: bool = True,
        name: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            rank,
            filters,
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            activation=activation,
            use_bias=use_bias,
            bias_initializer=bias_initializer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            bias_constraint=bias_constraint,
            trainable=trainable,
            name=name,
            **kwargs,
        )
        self.depth_multiplier = depth_multiplier
        self.depthwise_initializer = lookup.initializer(depthwise_initializer)
        self.pointwise_initializer = lookup.initializer(pointwise_initializer)
        self.depthwise_regularizer = depthwise_regularizer
        self.pointwise_regularizer = pointwise_regularizer
        self.depthwise_constraint = depthwise_constraint
        self.pointwise_constraint = pointwise_constraint

    def build(self, input_shape: Any) -> None:
        """Makes both kernels and the bias."""
        channels = self._input_channels(input_shape)
        multiplier = self.depth_multiplier
        self.depthwise_kernel = self.add_weight(
            name="depthwise_kernel",
            shape=(*self.kernel_size, channels, multiplier),
            initializer=self.depthwise_initializer,
            regularizer=self.depthwise_regularizer,
            constraint=self.depthwise_constraint,
            trainable=True,
            dtype=self.dtype,
        )
        self.pointwise_kernel = self.add_weight(
            name="pointwise_kernel",
            shape=(1,) * self.rank + (multiplier * channels, self.filters),
            initializer=self.pointwise_initializer,
            regularizer=self.pointwise_regularizer,
            constraint=self.pointwise_constraint,
            trainable=True,
            dtype=self.dtype,
        )
        self._build_bias()
        self.built = True

    def call(self, inputs: Any) -> Tensor:
        """Makes the operations."""
        layout = op_data_format(self.data_format, 4)
        if self.rank == 2:
            kernels = (self.depthwise_kernel, self.pointwise_kernel)
            steps, rates, axis = self.strides, self.dilation_rate, None
        else:
            if self.padding == "causal":
                inputs = pad(inputs, self._padding_before())
            # An image that is one pixel high.
            axis = 2 if self._channels_first else 1
            inputs = expand_dims(inputs, axis)
            kernels = (
                expand_dims(self.depthwise_kernel, 0),
                expand_dims(self.pointwise_kernel, 0),
            )
            steps, rates = self.strides * 2, (1, *self.dilation_rate)
        outputs = nn_separable_conv2d(
            inputs,
            *kernels,
            strides=(1, 1, *steps) if self._channels_first else (1, *steps, 1),
            padding="VALID" if self.padding == "causal" else self.padding.upper(),
            rate=rates,
            data_format=layout,
        )
        if self.use_bias:
            outputs = bias_add(outputs, self.bias, data_format=layout)
        if axis is not None:
            outputs = squeeze(outputs, [axis])
        return self._activated(outputs)


class SeparableConv1D(SeparableConv):
    """Separable convolution of sequences; arguments as in ``SeparableConv``."""

    def __init__(self, filters: int, kernel_size: Any, strides: Any = 1, padding: Any = "valid",
                 data_format: str = "channels_last", dilation_rate: Any = 1,
                 *args: Any, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(
            1, filters, kernel_size, strides, padding, data_format, dilation_rate, *args, **kwargs
        )


class SeparableConv2D(SeparableConv):
    """Separable convolution of images; arguments as in ``SeparableConv``."""

    def __init__(self, filters: int, kernel_size: Any, strides: Any = (1, 1),
                 padding: Any = "valid", data_format: str = "channels_last",
                 dilation_rate: Any = (1, 1), *args: Any, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(
            2, filters, kernel_size, strides, padding, data_format, dilation_rate, *args, **kwargs
        )


class _Transposed(Conv):
    """What the transposed convolutions share."""

    def _kernel_shape(self, channels: int) -> tuple[int, ...]:
        return (*self.kernel_size, self.filters, channels)

    def _output_length(self, length: Any, axis: int) -> Any:
        return transposed_length(
            length,
            self.kernel_size[axis],
            self.padding,
            stride=self.strides[axis],
            dilation=self.dilation_rate[axis],
        )

    def _output_shape(self, inputs: Any) -> Tensor:
        whole = shape_of(inputs)
        batch = whole[0]
        start = 2 if self._channels_first else 1
        space = [whole[start + i] for i in range(self.rank)]
        space = [self._output_length(size, i) for i, size in enumerate(space)]
        if self._channels_first:
            return stack((batch, self.filters, *space))
        return stack((batch, *space, self.filters))

    def call(self, inputs: Any) -> Tensor:
        """Makes the operations."""
        output_shape = self._output_shape(inputs)
        if self.rank == 2:
            output_shape[0]  # TensorFlow looks at the batch size here, which makes operations.
        layout = op_data_format(self.data_format, self.rank + 2)
        steps = (1, 1, *self.strides) if self._channels_first else (1, *self.strides, 1)
        padding = self.padding.upper()
        if any(rate != 1 for rate in self.dilation_rate):
            outputs = atrous_conv2d_transpose(
                inputs, self.kernel, output_shape, self.dilation_rate[0], padding
            )
        else:
            function = nn_conv2d_transpose if self.rank == 2 else nn_conv3d_transpose
            outputs = function(
                inputs, self.kernel, output_shape, steps, padding=padding, data_format=layout
            )
        outputs.set_shape(self.compute_output_shape(inputs.shape))
        if self.use_bias:
            outputs = bias_add(outputs, self.bias, data_format=op_data_format(self.data_format, 4))
        return self._activated(outputs)


class Conv2DTranspose(_Transposed):
    """The transpose of a convolution of images; arguments as in ``Conv``, without dilation."""

    def __init__(self, filters: int, kernel_size: Any, strides: Any = (1, 1),
                 padding: Any = "valid", data_format: str = "channels_last",
                 activation: Any = None, *args: Any, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(
            2, filters, kernel_size, strides, padding, data_format, 1, activation, *args, **kwargs
        )


class Conv3DTranspose(_Transposed):
    """The transpose of a convolution of volumes; arguments as in ``Conv``, without dilation."""

    def __init__(self, filters: int, kernel_size: Any, strides: Any = (1, 1, 1),
                 padding: Any = "valid", data_format: str = "channels_last",
                 activation: Any = None, *args: Any, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(
            3, filters, kernel_size, strides, padding, data_format, 1, activation, *args, **kwargs
        )
