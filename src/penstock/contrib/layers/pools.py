"""Pools of ``tf.contrib.layers``."""

from __future__ import annotations

from typing import Any

from penstock.contrib.framework.arg_scope import add_arg_scope
from penstock.contrib.layers.arguments import check_2d, check_layout, layout
from penstock.contrib.layers.collections import (
    collect_named_outputs,
)
from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import name_scope
from penstock.graph.tensor import Tensor
from penstock.layers.pooling import AveragePooling2D, AveragePooling3D, MaxPooling2D, MaxPooling3D


def _pooled(cls: Any, default: str, inputs: Any, kernel_size: Any, stride: Any, padding: str,
            data_format: str, collections: Any, scope: str | None) -> Tensor:  # fmt: skip
    with name_scope(scope, default, [inputs]) as sc:
        inputs = convert_to_tensor(inputs)
        layer = cls(
            pool_size=kernel_size,
            strides=stride,
            padding=padding,
            data_format=layout(data_format),
            _scope=sc,
        )
        return collect_named_outputs(collections, sc, layer.apply(inputs))


@add_arg_scope
def max_pool2d(inputs: Any, kernel_size: Any, stride: Any = 2, padding: str = "VALID",
               data_format: str = "NHWC", outputs_collections: Any = None,
               scope: str | None = None) -> Tensor:  # fmt: skip
    """The maximum of windows of images.

    Args:
        inputs: ``[batch, height, width, channels]``, or in ``data_format``'s order.
        kernel_size: the window. stride: the step. padding: ``"VALID"`` or ``"SAME"``.
        data_format: ``NHWC`` or ``NCHW``.
        outputs_collections: collections for the output. scope: the name scope.
    """
    check_2d(data_format)
    return _pooled(MaxPooling2D, "MaxPool2D", inputs, kernel_size, stride, padding, data_format,
                   outputs_collections, scope)  # fmt: skip


@add_arg_scope
def avg_pool2d(inputs: Any, kernel_size: Any, stride: Any = 2, padding: str = "VALID",
               data_format: str = "NHWC", outputs_collections: Any = None,
               scope: str | None = None) -> Tensor:  # fmt: skip
    """The mean of windows of images; arguments as for ``max_pool2d``."""
    check_2d(data_format)
    return _pooled(AveragePooling2D, "AvgPool2D", inputs, kernel_size, stride, padding,
                   data_format, outputs_collections, scope)  # fmt: skip


@add_arg_scope
def max_pool3d(inputs: Any, kernel_size: Any, stride: Any = 2, padding: str = "VALID",
               data_format: str = "NDHWC", outputs_collections: Any = None,
               scope: str | None = None) -> Tensor:  # fmt: skip
    """The maximum of windows of volumes; arguments as for ``max_pool2d``."""
    check_layout(data_format, ("NDHWC", "NCDHW"))
    return _pooled(MaxPooling3D, "MaxPool3D", inputs, kernel_size, stride, padding, data_format,
                   outputs_collections, scope)  # fmt: skip


@add_arg_scope
def avg_pool3d(inputs: Any, kernel_size: Any, stride: Any = 2, padding: str = "VALID",
               data_format: str = "NDHWC", outputs_collections: Any = None,
               scope: str | None = None) -> Tensor:  # fmt: skip
    """The mean of windows of volumes; arguments as for ``max_pool2d``."""
    check_layout(data_format, ("NDHWC", "NCDHW"))
    return _pooled(AveragePooling3D, "AvgPool3D", inputs, kernel_size, stride, padding,
                   data_format, outputs_collections, scope)  # fmt: skip
