"""Pooling layers."""

from __future__ import annotations

from typing import Any

from penstock.keras import backend as K
from penstock.keras import tensor_ops as ops
from penstock.keras.engine.base_layer import Layer
from penstock.keras.engine.input_spec import InputSpec
from penstock.keras.layers.convolutional import normalize_padding, output_length

_ARGUMENTS = """

    Args:
        pool_size: the window. strides: the steps, the window by default.
        padding: ``'valid'`` or ``'same'``. data_format: where the channels are.
        **kwargs: as for ``Layer``.
    """


class _Pooling(Layer):
    rank = 1
    mode = "max"

    def __init__(self, pool_size: Any = 2, strides: Any = None, padding: str = "valid",
                 data_format: Any = None, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.pool_size = K.tuple_of(pool_size, self.rank, "pool_size")
        self.strides = K.tuple_of(pool_size if strides is None else strides, self.rank, "strides")
        self.padding = normalize_padding(padding)
        self.data_format = K.normalized_data_format(data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def call(self, inputs: Any) -> Any:
        """The pooled inputs."""
        if self.rank == 3:
            return K.pool3d(inputs, self.pool_size, self.strides, self.padding, self.data_format,
                            self.mode)  # fmt: skip
        if self.rank == 2:
            return K.pool2d(inputs, self.pool_size, self.strides, self.padding, self.data_format,
                            self.mode)  # fmt: skip
        axis = 2 if self.data_format == "channels_last" else 3
        outputs = K.pool2d(
            ops.expand_dims(inputs, axis), (*self.pool_size, 1), (*self.strides, 1), self.padding,
            self.data_format, self.mode,
        )  # fmt: skip
        return ops.squeeze(outputs, [axis])

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The batch axis, the lengths and the channels."""
        sizes = ops.TensorShape(input_shape).as_list()
        first = 2 if self.data_format == "channels_first" else 1
        sizes[first : first + self.rank] = [
            output_length(n, k, self.padding, s)
            for n, k, s in zip(sizes[first : first + self.rank], self.pool_size, self.strides)
        ]
        return ops.TensorShape(sizes)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {**super().get_config(), "pool_size": self.pool_size, "padding": self.padding,
                "strides": self.strides, "data_format": self.data_format}  # fmt: skip


class MaxPooling1D(_Pooling):
    __doc__ = "The largest in each window of steps." + _ARGUMENTS

    def __init__(self, pool_size: Any = 2, strides: Any = None, padding: str = "valid",
                 data_format: Any = "channels_last", **kwargs: Any) -> None:  # fmt: skip
        super().__init__(pool_size, strides, padding, data_format, **kwargs)


class AveragePooling1D(MaxPooling1D):
    __doc__ = "The mean of each window of steps." + _ARGUMENTS
    mode = "avg"


class MaxPooling2D(_Pooling):
    __doc__ = "The largest in each window of images." + _ARGUMENTS
    rank = 2

    def __init__(self, pool_size: Any = (2, 2), strides: Any = None, padding: str = "valid",
                 data_format: Any = None, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(pool_size, strides, padding, data_format, **kwargs)


class AveragePooling2D(MaxPooling2D):
    __doc__ = "The mean of each window of images." + _ARGUMENTS
    mode = "avg"


class MaxPooling3D(_Pooling):
    __doc__ = "The largest in each window of volumes." + _ARGUMENTS
    rank = 3

    def __init__(self, pool_size: Any = (2, 2, 2), strides: Any = None, padding: str = "valid",
                 data_format: Any = None, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(pool_size, strides, padding, data_format, **kwargs)


class AveragePooling3D(MaxPooling3D):
    __doc__ = "The mean of each window of volumes." + _ARGUMENTS
    mode = "avg"


class _GlobalPooling(Layer):
    rank = 1
    largest = False

    def __init__(self, data_format: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if self.rank == 1 and data_format is None:
            data_format = "channels_last"
        self.data_format = K.normalized_data_format(data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def _axes(self) -> list[int]:
        first = 1 if self.data_format == "channels_last" else 2
        return list(range(first, first + self.rank))

    def call(self, inputs: Any) -> Any:
        """The largest elements, or the means."""
        reduce = ops.reduce_max if self.largest else ops.reduce_mean
        return reduce(inputs, axis=self._axes())

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The batch axis and the channels."""
        sizes = ops.TensorShape(input_shape).as_list()
        channels = sizes[-1] if self.data_format == "channels_last" else sizes[1]
        return ops.TensorShape([sizes[0], channels])

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {**super().get_config(), "data_format": self.data_format}


class GlobalMaxPooling1D(_GlobalPooling):
    """The largest of all steps.

    Args:
        data_format: where the channels are. **kwargs: as for ``Layer``.
    """

    largest = True


class GlobalMaxPooling2D(GlobalMaxPooling1D):
    """The largest of each channel of images; arguments as for ``GlobalMaxPooling1D``."""

    rank = 2


class GlobalMaxPooling3D(GlobalMaxPooling1D):
    """The largest of each channel of volumes; arguments as for ``GlobalMaxPooling1D``."""

    rank = 3


class GlobalAveragePooling1D(_GlobalPooling):
    """The mean of all steps (of those that are not masked).

    Args:
        data_format: where the channels are. **kwargs: as for ``Layer``.
    """

    def __init__(self, data_format: Any = "channels_last", **kwargs: Any) -> None:
        super().__init__(data_format, **kwargs)
        self.supports_masking = True

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """The means."""
        if mask is None:
            return super().call(inputs)
        axis = self._axes()[0]
        mask = ops.expand_dims(ops.cast(mask, inputs.dtype), 2 if axis == 1 else 1)
        return ops.reduce_sum(inputs * mask, axis=axis) / ops.reduce_sum(mask, axis=axis)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """None: the steps are gone."""
        return None


class GlobalAveragePooling2D(_GlobalPooling):
    """The mean of each channel of images.

    Args:
        data_format: where the channels are. **kwargs: as for ``Layer``.
    """

    rank = 2


class GlobalAveragePooling3D(_GlobalPooling):
    """The mean of each channel of volumes.

    Args:
        data_format: where the channels are. **kwargs: as for ``Layer``.
    """

    rank = 3


MaxPool1D, MaxPool2D, MaxPool3D = MaxPooling1D, MaxPooling2D, MaxPooling3D
AvgPool1D, AvgPool2D, AvgPool3D = AveragePooling1D, AveragePooling2D, AveragePooling3D
GlobalMaxPool1D, GlobalMaxPool2D = GlobalMaxPooling1D, GlobalMaxPooling2D
GlobalMaxPool3D = GlobalMaxPooling3D
GlobalAvgPool1D, GlobalAvgPool2D = GlobalAveragePooling1D, GlobalAveragePooling2D
GlobalAvgPool3D = GlobalAveragePooling3D
