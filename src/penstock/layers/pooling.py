"""``tf.layers``: the largest or mean value of windows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from penstock.graph.shapes import TensorShape, as_shape
from penstock.graph.tensor import Tensor
from penstock.layers.arguments import (
    checked_data_format,
    checked_padding,
    convolved_length,
    op_data_format,
    sizes,
)
from penstock.layers.base import Layer
from penstock.layers.input_spec import InputSpec
from penstock.ops.arrays import expand_dims, squeeze, transpose
from penstock.ops.nn_pool import avg_pool, max_pool
from penstock.ops.nn_pool3d import avg_pool3d, max_pool3d


class Pooling(Layer):
    """What the pooling layers share.

    Args:
        rank: the number of spatial axes. pool: the function of ``tf.nn``.
        pool_size: the window: a number, or one for each axis.
        strides: the step, likewise.
        padding: ``"valid"`` or ``"same"``.
        data_format: ``"channels_last"`` or ``"channels_first"``.
        name: the layer's name.
    """

    def __init__(
        self,
        rank: int,
        pool: Callable[..., Tensor],
        pool_size: Any,
        strides: Any,
        padding: str,
        data_format: str,
        name: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        self._rank = rank
        self._pool = pool
        if strides is None:
            raise ValueError("Argument `strides` must not be None.")
        self.pool_size = sizes(pool_size, rank, "pool_size")
        self.strides = sizes(strides, rank, "strides")
        self.padding = checked_padding(padding)
        self.data_format = checked_data_format(data_format)
        self.input_spec = InputSpec(ndim=rank + 2)

    def _full(self, numbers: tuple[int, ...]) -> tuple[int, ...]:
        """One number for each axis of the tensor."""
        return (1, *numbers, 1) if self.data_format == "channels_last" else (1, 1, *numbers)

    def call(self, inputs: Any) -> Tensor:
        """Makes the operations."""
        padding = self.padding.upper()
        if self._rank == 1:
            # An image that is one pixel wide.
            axis = 2 if self.data_format == "channels_last" else 3
            outputs = self._pool(
                expand_dims(inputs, axis),
                self._full((*self.pool_size, 1)),
                strides=self._full((*self.strides, 1)),
                padding=padding,
                data_format=op_data_format(self.data_format, 4),
            )
            return squeeze(outputs, axis)
        if self._rank == 2:
            return self._pool(
                inputs,
                ksize=self._full(self.pool_size),
                strides=self._full(self.strides),
                padding=padding,
                data_format=op_data_format(self.data_format, 4),
            )
        first = self.data_format == "channels_first"
        if first:
            inputs = transpose(inputs, (0, 2, 3, 4, 1))
        outputs = self._pool(
            inputs, ksize=(1, *self.pool_size, 1), strides=(1, *self.strides, 1), padding=padding
        )
        return transpose(outputs, (0, 4, 1, 2, 3)) if first else outputs

    def compute_output_shape(self, input_shape: Any) -> TensorShape:
        """The shape with shorter spatial axes."""
        shape = as_shape(input_shape).as_list()
        start = 1 if self.data_format == "channels_last" else 2
        for i in range(self._rank):
            shape[start + i] = convolved_length(
                shape[start + i], self.pool_size[i], self.padding, self.strides[i]
            )
        return TensorShape(shape)


class AveragePooling1D(Pooling):
    """The mean of windows of ``[batch, length, channels]``; arguments as in ``Pooling``."""

    def __init__(self, pool_size: Any, strides: Any, padding: str = "valid",
                 data_format: str = "channels_last", name: Any = None,
                 **kwargs: Any) -> None:  # fmt: skip
        super().__init__(1, avg_pool, pool_size, strides, padding, data_format, name, **kwargs)


class MaxPooling1D(Pooling):
    """The maximum of windows of ``[batch, length, channels]``; arguments as in ``Pooling``."""

    def __init__(self, pool_size: Any, strides: Any, padding: str = "valid",
                 data_format: str = "channels_last", name: Any = None,
                 **kwargs: Any) -> None:  # fmt: skip
        super().__init__(1, max_pool, pool_size, strides, padding, data_format, name, **kwargs)


class AveragePooling2D(Pooling):
    """The mean of windows of images; arguments as in ``Pooling``."""

    def __init__(self, pool_size: Any, strides: Any, padding: str = "valid",
                 data_format: str = "channels_last", name: Any = None,
                 **kwargs: Any) -> None:  # fmt: skip
        super().__init__(2, avg_pool, pool_size, strides, padding, data_format, name, **kwargs)


class MaxPooling2D(Pooling):
    """The maximum of windows of images; arguments as in ``Pooling``."""

    def __init__(self, pool_size: Any, strides: Any, padding: str = "valid",
                 data_format: str = "channels_last", name: Any = None,
                 **kwargs: Any) -> None:  # fmt: skip
        super().__init__(2, max_pool, pool_size, strides, padding, data_format, name, **kwargs)


class AveragePooling3D(Pooling):
    """The mean of windows of volumes; arguments as in ``Pooling``."""

    def __init__(self, pool_size: Any, strides: Any, padding: str = "valid",
                 data_format: str = "channels_last", name: Any = None,
                 **kwargs: Any) -> None:  # fmt: skip
        super().__init__(3, avg_pool3d, pool_size, strides, padding, data_format, name, **kwargs)


class MaxPooling3D(Pooling):
    """The maximum of windows of volumes; arguments as in ``Pooling``."""

    def __init__(self, pool_size: Any, strides: Any, padding: str = "valid",
                 data_format: str = "channels_last", name: Any = None,
                 **kwargs: Any) -> None:  # fmt: skip
        super().__init__(3, max_pool3d, pool_size, strides, padding, data_format, name, **kwargs)


def average_pooling1d(inputs: Any, pool_size: Any, strides: Any, padding: str = "valid",
                      data_format: str = "channels_last", name: Any = None) -> Tensor:  # fmt: skip
    """The mean of windows of ``[batch, length, channels]``.

    Args:
        inputs: a tensor. pool_size: the window's length. strides: the step.
        padding: ``"valid"`` or ``"same"``.
        data_format: ``"channels_last"`` or ``"channels_first"``. name: the layer's name.
    """
    return AveragePooling1D(pool_size, strides, padding, data_format, name).apply(inputs)


def max_pooling1d(inputs: Any, pool_size: Any, strides: Any, padding: str = "valid",
                  data_format: str = "channels_last", name: Any = None) -> Tensor:  # fmt: skip
    """The maximum of windows of ``[batch, length, channels]``; see ``average_pooling1d``."""
    return MaxPooling1D(pool_size, strides, padding, data_format, name).apply(inputs)


def average_pooling2d(inputs: Any, pool_size: Any, strides: Any, padding: str = "valid",
                      data_format: str = "channels_last", name: Any = None) -> Tensor:  # fmt: skip
    """The mean of windows of images.

    Args:
        inputs: ``[batch, height, width, channels]``, or as ``data_format`` says.
        pool_size: the window: one or two numbers. strides: the step, likewise.
        padding: ``"valid"`` or ``"same"``.
        data_format: ``"channels_last"`` or ``"channels_first"``. name: the layer's name.
    """
    return AveragePooling2D(pool_size, strides, padding, data_format, name).apply(inputs)


def max_pooling2d(inputs: Any, pool_size: Any, strides: Any, padding: str = "valid",
                  data_format: str = "channels_last", name: Any = None) -> Tensor:  # fmt: skip
    """The maximum of windows of images; see ``average_pooling2d``."""
    return MaxPooling2D(pool_size, strides, padding, data_format, name).apply(inputs)


def average_pooling3d(inputs: Any, pool_size: Any, strides: Any, padding: str = "valid",
                      data_format: str = "channels_last", name: Any = None) -> Tensor:  # fmt: skip
    """The mean of windows of volumes; see ``average_pooling2d``."""
    return AveragePooling3D(pool_size, strides, padding, data_format, name).apply(inputs)


def max_pooling3d(inputs: Any, pool_size: Any, strides: Any, padding: str = "valid",
                  data_format: str = "channels_last", name: Any = None) -> Tensor:  # fmt: skip
    """The maximum of windows of volumes; see ``average_pooling2d``."""
    return MaxPooling3D(pool_size, strides, padding, data_format, name).apply(inputs)
