"""Transposed convolution layers."""

from __future__ import annotations

from typing import Any

from penstock.keras import backend as K
from penstock.keras import tensor_ops as ops
from penstock.keras.engine.input_spec import InputSpec
from penstock.keras.layers.convolutional import Conv2D, Conv3D


def transposed_length(length: Any, size: int, padding: str, output_padding: int | None,
                      stride: int, dilation: int = 1) -> Any:  # fmt: skip
    """The length of a transposed convolution's output."""
    if length is None:
        return None
    size = size + (size - 1) * (dilation - 1)
    if output_padding is None:
        return length * stride + max(size - stride, 0) if padding == "valid" else length * stride
    pad = size // 2 if padding == "same" else 0
    return (length - 1) * stride + size - 2 * pad + output_padding


class _Transposed:
    """What the layers share; ``rank`` is the number of spatial axes."""

    def _set_output_padding(self: Any, output_padding: Any) -> None:
        self.output_padding = output_padding
        if output_padding is None:
            return
        self.output_padding = K.tuple_of(output_padding, self.rank, "output_padding")
        for stride, extra in zip(self.strides, self.output_padding):
            if extra >= stride:
                raise ValueError(
                    f"Stride {self.strides} must be greater than output padding "
                    f"{self.output_padding}"
                )

    def build(self: Any, input_shape: Any) -> None:
        """Makes kernel and bias."""
        channels = self._channels(input_shape)
        self.input_spec = InputSpec(ndim=self.rank + 2, axes={self._channel_axis: channels})
        self.kernel = self.add_weight(
            name="kernel", shape=(*self.kernel_size, self.filters, channels),
            initializer=self.kernel_initializer, regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint, trainable=True,
        )  # fmt: skip
        self._add_bias()
        self.built = True

    def _lengths(self: Any, sizes: Any) -> list[Any]:
        extra = self.output_padding or (None,) * self.rank
        return [
            transposed_length(n, k, self.padding, o, s, d)
            for n, k, o, s, d in zip(
                sizes, self.kernel_size, extra, self.strides, self.dilation_rate
            )
        ]

    def call(self: Any, inputs: Any) -> Any:
        """The transposed convolution, bias and activation."""
        sizes = ops.shape(inputs)
        known = inputs.shape.as_list()
        first = 2 if self.data_format == "channels_first" else 1
        lengths = self._lengths([known[i] or sizes[i] for i in range(first, first + self.rank)])
        last = [0, *range(2, self.rank + 2), 1]
        x = inputs if self.data_format == "channels_last" else ops.transpose(inputs, last)
        shape = ops.stack([sizes[0], *lengths, self.filters])
        outputs = self._transposed(x, shape)
        outputs.set_shape([known[0], *[n if isinstance(n, int) else None for n in lengths],
                           self.filters])  # fmt: skip
        if self.data_format == "channels_first":
            outputs = ops.transpose(outputs, [0, self.rank + 1, *range(1, self.rank + 1)])
        return self._finished(outputs)

    def get_config(self: Any) -> dict[str, Any]:
        """The arguments."""
        return {**super().get_config(), "output_padding": self.output_padding}  # type: ignore[misc]


class Conv2DTranspose(_Transposed, Conv2D):
    """The transposed convolution over images (Zeiler et al. 2010).

    Args:
        filters: the number of output channels. kernel_size: the window. strides: the steps.
        padding: ``'valid'`` or ``'same'``. output_padding: further rows and columns.
        data_format: where the channels are. dilation_rate: the distance of the window's elements.
        **kwargs: as for ``Conv2D``.
    """

    def __init__(self, filters: int, kernel_size: Any, strides: Any = (1, 1),
                 padding: str = "valid", output_padding: Any = None, data_format: Any = None,
                 dilation_rate: Any = (1, 1), activation: Any = None, use_bias: bool = True,
                 kernel_initializer: Any = "glorot_uniform", bias_initializer: Any = "zeros",
                 kernel_regularizer: Any = None, bias_regularizer: Any = None,
                 activity_regularizer: Any = None, kernel_constraint: Any = None,
                 bias_constraint: Any = None, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(
            filters, kernel_size, strides, padding, data_format, dilation_rate, activation,
            use_bias, kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer,
            activity_regularizer, kernel_constraint, bias_constraint, **kwargs,
        )  # fmt: skip
        self._set_output_padding(output_padding)

    def _transposed(self, x: Any, shape: Any) -> Any:
        if self.dilation_rate != (1, 1):
            return ops.transposed.atrous_conv2d_transpose(
                x, self.kernel, shape, rate=self.dilation_rate[0], padding=self.padding.upper()
            )
        return ops.transposed.conv2d_transpose(
            x, self.kernel, shape, strides=(1, *self.strides, 1), padding=self.padding.upper()
        )


class Conv3DTranspose(_Transposed, Conv3D):
    """The transposed convolution over volumes; arguments as for ``Conv2DTranspose``."""

    def __init__(self, filters: int, kernel_size: Any, strides: Any = (1, 1, 1),
                 padding: str = "valid", output_padding: Any = None, data_format: Any = None,
                 activation: Any = None, use_bias: bool = True,
                 kernel_initializer: Any = "glorot_uniform", bias_initializer: Any = "zeros",
                 kernel_regularizer: Any = None, bias_regularizer: Any = None,
                 activity_regularizer: Any = None, kernel_constraint: Any = None,
                 bias_constraint: Any = None, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(
            filters, kernel_size, strides, padding, data_format, (1, 1, 1), activation,
            use_bias, kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer,
            activity_regularizer, kernel_constraint, bias_constraint, **kwargs,
        )  # fmt: skip
        self._set_output_padding(output_padding)

    def _transposed(self, x: Any, shape: Any) -> Any:
        return ops.transposed.conv3d_transpose(
            x, self.kernel, shape, strides=(1, *self.strides, 1), padding=self.padding.upper()
        )

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        config = super().get_config()
        config.pop("dilation_rate")
        return config


Convolution2DTranspose, Convolution3DTranspose = Conv2DTranspose, Conv3DTranspose
