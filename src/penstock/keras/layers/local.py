"""Locally connected layers: convolutions whose kernel differs from place to place."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.keras import backend as K
from penstock.keras import tensor_ops as ops
from penstock.keras.engine.input_spec import InputSpec
from penstock.keras.layers.convolutional import Conv


class _LocallyConnected(Conv):
    def __init__(self, rank: int, filters: int, kernel_size: Any, strides: Any, padding: str,
                 data_format: Any, activation: Any, use_bias: bool, kernel_initializer: Any,
                 bias_initializer: Any, kernel_regularizer: Any, bias_regularizer: Any,
                 activity_regularizer: Any, kernel_constraint: Any, bias_constraint: Any,
                 implementation: int, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(
            rank, filters, kernel_size, strides, padding, data_format, 1, activation, use_bias,
            kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer,
            activity_regularizer, kernel_constraint, bias_constraint, **kwargs,
        )  # fmt: skip
        if self.padding != "valid" and implementation == 1:
            raise ValueError(
                f'Invalid border mode for {type(self).__name__} (only "valid" is supported if '
                f"implementation is 1): {padding}"
            )
        self.implementation = implementation

    def build(self, input_shape: Any) -> None:
        """Makes one kernel for each place, and the bias."""
        sizes = ops.TensorShape(input_shape).as_list()
        first = 1 if self.data_format == "channels_last" else 2
        spatial = sizes[first : first + self.rank]
        channels = self._channels(input_shape)
        if None in spatial:
            raise ValueError(
                f"The spatial dimensions of the inputs to {type(self).__name__} should be fully-"
                f"defined, but layer received the inputs shape {input_shape}"
            )
        self._places = self._lengths(spatial)
        count = int(np.prod(self._places))
        if self.implementation == 1:
            shape: Any = (count, int(np.prod(self.kernel_size)) * channels, self.filters)
        elif self.data_format == "channels_last":
            shape = (*spatial, channels, *self._places, self.filters)
        else:
            shape = (channels, *spatial, self.filters, *self._places)
        self.kernel = self.add_weight(
            shape=shape, initializer=self.kernel_initializer, name="kernel",
            regularizer=self.kernel_regularizer, constraint=self.kernel_constraint,
        )  # fmt: skip
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                shape=(*self._places, self.filters), initializer=self.bias_initializer,
                name="bias", regularizer=self.bias_regularizer, constraint=self.bias_constraint,
            )  # fmt: skip
        self._spatial: Any = spatial
        self._in_channels = channels
        self.input_spec = InputSpec(ndim=self.rank + 2, axes={self._channel_axis: channels})
        self.built = True

    def call(self, inputs: Any) -> Any:
        """The outputs of all places, bias and activation."""
        if self.implementation == 1:
            outputs = K.local_conv(
                inputs, self.kernel, self.kernel_size, self.strides, self._places,
                self.data_format,
            )  # fmt: skip
        else:
            outputs = self._by_matrix(inputs)
        if self.use_bias:
            outputs = K.bias_add(outputs, self.bias, data_format=self.data_format)
        return self.activation(outputs) if self.activation is not None else outputs

    def _by_matrix(self, inputs: Any) -> Any:
        """The whole layer as one product with a masked matrix."""
        last = self.data_format == "channels_last"
        mask = self._mask()
        kernel = self.kernel * ops.constant(mask, self.kernel.dtype.base_dtype)
        rows = int(np.prod(self._spatial)) * self._in_channels
        kernel = ops.reshape(kernel, (rows, -1))
        outputs = ops.matmul(ops.reshape(inputs, (-1, rows)), kernel)
        shape = (*self._places, self.filters) if last else (self.filters, *self._places)
        return ops.reshape(outputs, (-1, *shape))

    def _mask(self) -> np.ndarray:
        """Which inputs each output sees."""
        sees = np.ones((1, 1), bool)
        for length, size, stride, places in zip(
            self._spatial, self.kernel_size, self.strides, self._places
        ):
            one = np.zeros((length, places), bool)
            total = max((places - 1) * stride + size - length, 0) if self.padding == "same" else 0
            for place in range(places):
                start = place * stride - total // 2
                one[max(start, 0) : max(min(start + size, length), 0), place] = True
            sees = np.einsum("ab,cd->acbd", sees, one).reshape(
                sees.shape[0] * length, sees.shape[1] * places
            )
        shape = (*self._spatial, *self._places)
        sees = sees.reshape(shape)
        n = self.rank
        if self.data_format == "channels_last":
            return np.expand_dims(np.expand_dims(sees, n), -1).astype(np.float32)
        return np.expand_dims(np.expand_dims(sees, n), 0).astype(np.float32)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        config = super().get_config()
        config.pop("dilation_rate")
        return {**config, "implementation": self.implementation}


class LocallyConnected1D(_LocallyConnected):
    """``Conv1D`` with a kernel of its own for each step.

    Args:
        filters: the number of output channels. kernel_size: the window. strides: the steps.
        padding: ``'valid'`` (or ``'same'`` with implementation 2).
        data_format: where the channels are. activation: a function or its name.
        use_bias: whether to add a bias. kernel_initializer: for the kernels.
        bias_initializer: for the bias. kernel_regularizer: a loss of the kernels.
        bias_regularizer: a loss of the bias. activity_regularizer: a loss of the output.
        kernel_constraint: applied after updates. bias_constraint: likewise.
        implementation: 1 for kernels alone, 2 or 3 for a matrix. **kwargs: as for ``Layer``.
    """

    def __init__(self, filters: int, kernel_size: Any, strides: Any = 1, padding: str = "valid",
                 data_format: Any = None, activation: Any = None, use_bias: bool = True,
                 kernel_initializer: Any = "glorot_uniform", bias_initializer: Any = "zeros",
                 kernel_regularizer: Any = None, bias_regularizer: Any = None,
                 activity_regularizer: Any = None, kernel_constraint: Any = None,
                 bias_constraint: Any = None, implementation: int = 1,
                 **kwargs: Any) -> None:  # fmt: skip
        super().__init__(
            1, filters, kernel_size, strides, padding, data_format, activation, use_bias,
            kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer,
            activity_regularizer, kernel_constraint, bias_constraint, implementation, **kwargs,
        )  # fmt: skip


class LocallyConnected2D(_LocallyConnected):
    """``Conv2D`` with a kernel of its own for each place; arguments as for
    ``LocallyConnected1D``.
    """

    def __init__(self, filters: int, kernel_size: Any, strides: Any = (1, 1),
                 padding: str = "valid", data_format: Any = None, activation: Any = None,
                 use_bias: bool = True, kernel_initializer: Any = "glorot_uniform",
                 bias_initializer: Any = "zeros", kernel_regularizer: Any = None,
                 bias_regularizer: Any = None, activity_regularizer: Any = None,
                 kernel_constraint: Any = None, bias_constraint: Any = None,
                 implementation: int = 1, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(
            2, filters, kernel_size, strides, padding, data_format, activation, use_bias,
            kernel_initializer, bias_initializer, kernel_regularizer, bias_regularizer,
            activity_regularizer, kernel_constraint, bias_constraint, implementation, **kwargs,
        )  # fmt: skip
