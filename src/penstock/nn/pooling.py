"""Pooling over any number of spatial axes."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import name_scope
from penstock.graph.tensor import Tensor
from penstock.nn.convolution import (
    avg_pool1d,
    max_pool1d,
    strides_and_rates,
    with_space_to_batch,
)
from penstock.ops.arrays import expand_dims, squeeze
from penstock.ops.nn_pool import avg_pool, max_pool
from penstock.ops.nn_pool3d import avg_pool3d, max_pool3d
from penstock.ops.reductions import renamed_argument
from penstock.ops.windows import is_channels_first


def pool(
    input: Any,  # noqa: A002
    window_shape: Any,
    pooling_type: str,
    padding: str,
    dilation_rate: Any = None,
    strides: Any = None,
    name: str | None = None,
    data_format: str | None = None,
    dilations: Any = None,
) -> Tensor:
    """Maxima or means of windows over one, two or three spatial axes.

    Args:
        input: ``[batch, spatial axes ..., channels]``, or in ``data_format``'s order.
        window_shape: the size of the windows on each spatial axis.
        pooling_type: ``"MAX"`` or ``"AVG"``.
        padding: ``"SAME"`` or ``"VALID"``.
        dilation_rate: the distance between a window's elements, 1 by default.
        strides: the step between windows, 1 by default.
        name: the name of the scope.
        data_format: a string that starts with ``NC`` when channels are on axis 1.
        dilations: the new name of ``dilation_rate``.

    Raises:
        ValueError: when shapes or arguments don't fit.
    """
    dilation_rate = renamed_argument("dilations", dilations, "dilation_rate", dilation_rate)
    with name_scope(name, f"{pooling_type.lower()}_pool", [input]) as scope:
        input = convert_to_tensor(input, name="input")  # noqa: A001
        count = len(window_shape)
        if not 1 <= count <= 3:
            raise ValueError("It is required that 1 <= num_spatial_dims <= 3.")
        if input.shape.ndims is not None:
            input.shape.assert_has_rank(count + 2)
        steps, rates = strides_and_rates(count, strides, dilation_rate)
        if padding == "SAME" and np.any(rates > 1):
            raise ValueError("pooling with SAME padding is not implemented for dilation_rate > 1")
        if np.any(steps > np.asarray(window_shape)):
            raise ValueError(
                "strides > window_shape not supported due to inconsistency between CPU and GPU "
                "implementations"
            )
        if pooling_type not in ("MAX", "AVG"):
            raise ValueError(f"{count}-D {pooling_type} pooling is not supported.")
        plane = max_pool if pooling_type == "MAX" else avg_pool
        volume = max_pool3d if pooling_type == "MAX" else avg_pool3d
        first = data_format is not None and is_channels_first(data_format)
        axes = range(2, count + 2) if first else range(1, count + 1)

        def full(values: Any) -> list[int]:
            listed = [1] * (count == 1) + [int(v) for v in values]
            return [1, 1, *listed] if first else [1, *listed, 1]

        def plain(x: Any, _: Any, how: str) -> Tensor:
            window, step = full(window_shape), full(steps)
            if count == 1:
                x = expand_dims(x, axes[0])
                layout = "NCHW" if first else "NHWC"
                result = plane(x, window, step, how, data_format=layout, name=scope)
                return squeeze(result, [axes[0]])
            function = plane if count == 2 else volume
            return function(x, window, step, how, data_format=data_format, name=scope)

        return with_space_to_batch(
            input=input,
            dilation_rate=rates,
            padding=padding,
            op=plain,
            spatial_dims=list(axes),
            filter_shape=window_shape,
        )


def _by_rank(input: Any, data_format: str | None) -> int:  # noqa: A002
    """The number of spatial axes.

    Raises:
        ValueError: when it isn't 1, 2 or 3.
    """
    rank = input.shape.ndims
    if rank is not None:
        count = rank - 2
    elif data_format is not None:
        count = len(data_format) - 2
    else:
        raise ValueError(
            "The input must have a rank or data_format must be given to choose the pooling"
        )
    if not 1 <= count <= 3:
        raise ValueError(f"Input tensor must be of rank 3, 4 or 5 but was {count + 2}.")
    return count


def max_pool_v2(
    input: Any,  # noqa: A002
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = None,
    name: str | None = None,
) -> Tensor:
    """The maximum of each window of lines, images or volumes, by the rank of ``input``.

    Args:
        input: a tensor of rank 3, 4 or 5.
        ksize: the size of the windows.
        strides: the step between windows.
        padding: ``"SAME"`` or ``"VALID"``.
        data_format: the layout of ``input``.
        name: the name of the scope.
    """
    if not isinstance(input, Tensor):
        input = convert_to_tensor(input, name="input")  # noqa: A001
    functions: dict[int, Any] = {1: max_pool1d, 2: max_pool, 3: max_pool3d}
    function = functions[_by_rank(input, data_format)]
    return function(input, ksize, strides, padding, data_format, name)


def avg_pool_v2(
    input: Any,  # noqa: A002
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = None,
    name: str | None = None,
) -> Tensor:
    """The mean of each window; arguments as for ``max_pool_v2``."""
    if not isinstance(input, Tensor):
        input = convert_to_tensor(input, name="input")  # noqa: A001
    functions: dict[int, Any] = {1: avg_pool1d, 2: avg_pool, 3: avg_pool3d}
    function = functions[_by_rank(input, data_format)]
    return function(input, ksize, strides, padding, data_format, name)
