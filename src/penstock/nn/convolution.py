"""Convolutions and pools made of others: one-dimensional, dilated, transposed, separable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from penstock.graph import dtypes
from penstock.graph.build import apply
from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import name_scope
from penstock.graph.static_values import constant_value
from penstock.graph.tensor import Tensor
from penstock.ops.arrays import expand_dims, shape, squeeze
from penstock.ops.functions import required_space_to_batch_paddings
from penstock.ops.joining import concat, stack
from penstock.ops.nn_conv import conv2d, renamed_filter
from penstock.ops.nn_conv3d import conv3d
from penstock.ops.nn_depthwise import depthwise_conv2d_native
from penstock.ops.reductions import renamed_argument
from penstock.ops.spatial import batch_to_space_nd, space_to_batch_nd
from penstock.ops.windows import is_channels_first, sequence_of


def strides_and_rates(
    count: int, strides: Any, dilation_rate: Any
) -> tuple[np.ndarray, np.ndarray]:
    """Strides and dilation rates of ``count`` axes, 1 by default.

    Raises:
        ValueError: when their number doesn't fit, one isn't positive, or both exceed 1.
    """
    if dilation_rate is None:
        dilation_rate = [1] * count
    elif len(dilation_rate) != count:
        raise ValueError(f"len(dilation_rate)={len(dilation_rate)} but should be {count}")
    rates = np.array(dilation_rate, dtype=np.int32)
    if np.any(rates < 1):
        raise ValueError("all values of dilation_rate must be positive")
    if strides is None:
        strides = [1] * count
    elif len(strides) != count:
        raise ValueError(f"len(strides)={len(strides)} but should be {count}")
    steps = np.array(strides, dtype=np.int32)
    if np.any(steps < 1):
        raise ValueError("all values of strides must be positive")
    if np.any(steps > 1) and np.any(rates > 1):
        raise ValueError("strides > 1 not supported in conjunction with dilation_rate > 1")
    return steps, rates


# -- dilation by moving space to the batch --------------------------------------------------------
def with_space_to_batch(
    input: Any,  # noqa: A002
    dilation_rate: Any,
    padding: str,
    op: Callable[[Any, Any, str], Tensor],
    filter_shape: Any = None,
    spatial_dims: Sequence[int] | None = None,
    data_format: str | None = None,
) -> Tensor:
    """Applies ``op`` with dilation: to every ``dilation_rate``-th element at a time.

    Args:
        input: ``[batch, ...]``.
        dilation_rate: the distance between taps on each spatial axis.
        padding: ``"SAME"`` or ``"VALID"``.
        op: a function of the tensor, the number of spatial axes, and the padding.
        filter_shape: the shape of the filter, for ``"SAME"``.
        spatial_dims: the spatial axes, in order; all but batch and channels by default.
        data_format: a string that starts with ``NC`` when channels are on axis 1.

    Raises:
        ValueError: when rates, axes or padding don't fit.
    """
    input = convert_to_tensor(input, name="input")  # noqa: A001
    rates = convert_to_tensor(dilation_rate, dtype=dtypes.int32, name="dilation_rate")
    rates.shape.assert_has_rank(1)
    count = rates.shape[0].value
    if count is None:
        raise ValueError("rate must have a known length")
    axes = _spatial_axes(spatial_dims, count, data_format)
    if input.shape.ndims is not None and input.shape.ndims <= axes[-1]:
        raise ValueError(f"input tensor must have rank {axes[-1] + 1} at least")
    known = constant_value(rates)
    if known is not None:
        if np.any(known < 1):
            raise ValueError("dilation_rate must be positive")
        if np.all(known == 1):
            return op(input, count, padding)
    rate: Any = rates if known is None else known
    base: Any
    if padding == "SAME":
        if filter_shape is None:
            raise ValueError("filter_shape must be specified for SAME padding")
        sizes = convert_to_tensor(filter_shape, name="filter_shape")
        fixed = constant_value(sizes)
        base = _same_paddings(sizes if fixed is None else fixed, count, rate)
    elif padding == "VALID":
        base = np.zeros([count, 2], np.int32)
    else:
        raise ValueError(f"Invalid padding method {padding!r}")
    spatial: Any = None
    if input.shape.sizes is not None:
        spatial = [input.shape.sizes[axis] for axis in axes]
    if spatial is None or None in spatial:
        whole = shape(input)
        spatial = stack([whole[axis] for axis in axes])
    paddings, crops = required_space_to_batch_paddings(
        input_shape=spatial, base_paddings=base, block_shape=rates
    )
    blocks = _for_all_axes(rates, 1, axes)
    paddings = _for_all_axes(paddings, 0, axes)
    crops = _for_all_axes(crops, 0, axes)
    inner = space_to_batch_nd(input=input, block_shape=blocks, paddings=paddings)
    result = op(inner, count, "VALID")
    return batch_to_space_nd(input=result, block_shape=blocks, crops=crops)


def _spatial_axes(
    spatial_dims: Sequence[int] | None, count: int, data_format: str | None
) -> list[int]:
    if spatial_dims is None:
        start = 2 if data_format is not None and is_channels_first(data_format) else 1
        return list(range(start, start + count))
    axes = list(spatial_dims)
    if axes != sorted(set(axes)) or any(axis < 1 for axis in axes):
        raise ValueError(
            "spatial_dims must be a montonically increasing sequence of positive integers"
        )
    return axes


def _same_paddings(filter_shape: Any, count: int, rate: Any) -> Tensor:
    """What ``"SAME"`` adds before and after each axis under a dilated filter."""
    taps = filter_shape[:count]
    extra = taps + (taps - 1) * (rate - 1) - 1
    before = extra // 2
    after = extra - before
    return stack([[before[i], after[i]] for i in range(count)])


def _for_all_axes(values: Tensor, fill: int, axes: list[int]) -> Any:
    """``values`` of the spatial axes, with ``fill`` for the axes between the batch and them."""
    known = constant_value(values)
    source: Any = values if known is None else known
    rest = values.shape.as_list()[1:]
    parts: list[Any] = []
    previous = place = 0
    while place < len(axes):
        start, axis = place, axes[place]
        if axis - previous > 1:
            parts.append(np.full([axis - 1 - previous, *rest], fill, values.dtype.as_numpy_dtype))
        while place + 1 < len(axes) and axes[place + 1] == axes[place] + 1:
            place += 1
        previous = axes[place]
        place += 1
        parts.append(source[start:place])
    return np.concatenate(parts) if known is not None else concat(parts, 0)


def convolution(
    input: Any,  # noqa: A002
    filter: Any,  # noqa: A002
    padding: Any,
    strides: Any = None,
    dilation_rate: Any = None,
    name: str | None = None,
    data_format: str | None = None,
    filters: Any = None,
    dilations: Any = None,
) -> Tensor:
    """Convolution over one, two or three spatial axes.

    Args:
        input: ``[batch, spatial axes ..., channels]``, or in ``data_format``'s order.
        filter: ``[spatial axes ..., channels, output channels]``.
        padding: ``"SAME"`` or ``"VALID"``.
        strides: the step on each spatial axis, 1 by default.
        dilation_rate: the distance between taps on each spatial axis, 1 by default.
        name: the name of the scope.
        data_format: a string that starts with ``NC`` when channels are on axis 1.
        filters: the new name of ``filter``.
        dilations: the new name of ``dilation_rate``.

    Raises:
        ValueError: when shapes or arguments don't fit.
    """
    filter = renamed_filter(filter, filters)  # noqa: A001
    dilation_rate = renamed_argument("dilations", dilations, "dilation_rate", dilation_rate)
    with name_scope(name, "convolution", [input, filter]) as scope:
        input = convert_to_tensor(input, name="input")  # noqa: A001
        filter = convert_to_tensor(filter, name="filter")  # noqa: A001
        rank = filter.shape.ndims or input.shape.ndims
        if rank is None:
            raise ValueError("rank of input or filter must be known")
        count = rank - 2
        for label, tensor in (("input", input), ("filter", filter)):
            if tensor.shape.ndims not in (None, rank):
                raise ValueError(f"{label} tensor must have rank {rank}")
        first = data_format is not None and is_channels_first(data_format)
        channels = input.shape.with_rank(rank)[1 if first else rank - 1]
        depth = filter.shape.with_rank(rank)[count]
        if not channels.is_compatible_with(depth):
            raise ValueError(
                "number of input channels does not match corresponding dimension of filter, "
                f"{channels} != {depth}"
            )
        steps, rates = strides_and_rates(count, strides, dilation_rate)

        def plain(x: Any, _: Any, how: str) -> Tensor:
            return _convolve(x, filter, count, steps.tolist(), how, data_format, scope)

        if np.all(rates == 1):
            return plain(input, count, padding)
        return with_space_to_batch(
            input, rates, padding, plain, filter_shape=filter.shape, data_format=data_format
        )


def _convolve(
    x: Any,
    w: Any,
    count: int,
    strides: list[int],
    padding: str,
    data_format: str | None,
    scope: str,
) -> Tensor:
    layouts = {1: ("NWC", "NCW"), 2: ("NHWC", "NCHW"), 3: ("NDHWC", "NCDHW")}
    if count not in layouts:
        raise NotImplementedError(f"Convolution over {count} spatial axes isn't there.")
    last, first = layouts[count]
    data_format = data_format or last
    if data_format not in (last, first):
        raise ValueError(f'data_format must be "{last}" or "{first}".')
    if count == 1:
        return conv1d(x, w, strides[0], padding, data_format=data_format, name=scope)
    full = [1, *strides, 1] if data_format == last else [1, 1, *strides]
    if count == 2:
        return conv2d(x, w, full, padding, data_format=data_format, name=scope)
    return conv3d(x, w, full, padding, data_format=data_format, name=scope)


def atrous_conv2d(
    value: Any, filters: Any, rate: int, padding: str, name: str | None = None
) -> Tensor:
    """Two-dimensional convolution with taps ``rate`` apart (dilated convolution).

    Args:
        value: ``[batch, height, width, channels]``.
        filters: ``[height, width, channels, output channels]``.
        rate: the distance between taps.
        padding: ``"SAME"`` or ``"VALID"``.
        name: the name of the scope.
    """
    return convolution(value, filters, padding, dilation_rate=[rate, rate], name=name)


# -- one dimension --------------------------------------------------------------------------------
def _as_images(data_format: str | None) -> tuple[str, int]:
    """The layout of the images that stand for lines, and the axis to add."""
    if data_format in (None, "NHWC", "NWC"):
        return "NHWC", 1
    if data_format in ("NCHW", "NCW"):
        return "NCHW", 2
    raise ValueError('data_format must be "NWC" or "NCW".')


def conv1d(
    value: Any = None,
    filters: Any = None,
    stride: Any = None,
    padding: Any = None,
    use_cudnn_on_gpu: bool | None = None,
    data_format: str | None = None,
    name: str | None = None,
    input: Any = None,  # noqa: A002
    dilations: Any = None,
) -> Tensor:
    """One-dimensional convolution.

    Args:
        value: ``[batch, width, channels]``, or in ``data_format``'s order.
        filters: ``[width, channels, output channels]``.
        stride: the step of the filter.
        padding: ``"SAME"`` or ``"VALID"``.
        use_cudnn_on_gpu: kept in the graph, without effect.
        data_format: ``NWC`` or ``NCW``.
        name: the name of the scope.
        input: the new name of ``value``.
        dilations: the distance between taps.
    """
    value = renamed_argument("input", input, "value", value)
    with name_scope(name, "conv1d", [value, filters]) as scope:
        data_format, axis = _as_images(data_format)
        lines = "NWC" if axis == 1 else "NCW"
        strides = [1, *sequence_of(stride, 1, lines, "stride")]
        rates = [1, *sequence_of(dilations, 1, lines, "dilations")]
        result = apply(
            "Conv2D",
            expand_dims(value, axis),
            expand_dims(filters, 0),
            strides=strides,
            padding=padding,
            use_cudnn_on_gpu=use_cudnn_on_gpu,
            data_format=data_format,
            dilations=rates,
            name=scope,
        )
        return squeeze(result, [axis])


def _pool1d(op_type: str, default_name: str, input: Any, ksize: Any, strides: Any, padding: Any,  # noqa: A002
            data_format: str | None, name: str | None) -> Tensor:  # fmt: skip
    with name_scope(name, default_name, [input]) as scope:
        lines = data_format or "NWC"
        axis = 1 if lines == "NWC" else 2
        result = apply(
            op_type,
            expand_dims(input, axis),
            ksize=[1, *sequence_of(ksize, 1, lines, "ksize")],
            strides=[1, *sequence_of(strides, 1, lines, "strides")],
            padding=padding,
            data_format="NHWC" if lines == "NWC" else "NCHW",
            name=scope,
        )
        return squeeze(result, [axis])


def max_pool1d(
    input: Any,  # noqa: A002
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = "NWC",
    name: str | None = None,
) -> Tensor:
    """The maximum of each window of lines.

    Args:
        input: ``[batch, width, channels]``, or in ``data_format``'s order.
        ksize: the size of the windows.
        strides: the step between windows.
        padding: ``"SAME"`` or ``"VALID"``.
        data_format: ``NWC`` or ``NCW``.
        name: the name of the scope.
    """
    return _pool1d("MaxPool", "MaxPool1d", input, ksize, strides, padding, data_format, name)


def avg_pool1d(
    input: Any,  # noqa: A002
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str | None = "NWC",
    name: str | None = None,
) -> Tensor:
    """The mean of each window of lines; arguments as for ``max_pool1d``."""
    return _pool1d("AvgPool", "AvgPool1D", input, ksize, strides, padding, data_format, name)


# -- depthwise, separable -------------------------------------------------------------------------
def depthwise_conv2d(
    input: Any,  # noqa: A002
    filter: Any,  # noqa: A002
    strides: Any,
    padding: str,
    rate: Any = None,
    name: str | None = None,
    data_format: str | None = None,
    dilations: Any = None,
) -> Tensor:
    """Convolves every channel with filters of its own, with dilation.

    Args:
        input: ``[batch, height, width, channels]``, or in ``data_format``'s order.
        filter: ``[height, width, channels, multiplier]``.
        strides: the step of the filter, four numbers.
        padding: ``"SAME"`` or ``"VALID"``.
        rate: the distance between taps, two numbers; above 1 only with strides of 1.
        name: the name of the scope.
        data_format: ``NHWC`` or ``NCHW``.
        dilations: the new name of ``rate``.
    """
    rate = renamed_argument("dilations", dilations, "rate", rate)
    with name_scope(name, "depthwise", [input, filter]) as scope:
        input = convert_to_tensor(input, name="tensor_in")  # noqa: A001
        filter = convert_to_tensor(filter, name="filter_in")  # noqa: A001

        def plain(x: Any, _: Any, how: str) -> Tensor:
            return depthwise_conv2d_native(
                x, filter, strides, how, data_format=data_format, name=scope
            )

        return with_space_to_batch(
            input=input,
            filter_shape=shape(filter),
            dilation_rate=[1, 1] if rate is None else rate,
            padding=padding,
            data_format=data_format,
            op=plain,
        )


def separable_conv2d(
    input: Any,  # noqa: A002
    depthwise_filter: Any,
    pointwise_filter: Any,
    strides: Any,
    padding: str,
    rate: Any = None,
    name: str | None = None,
    data_format: str | None = None,
    dilations: Any = None,
) -> Tensor:
    """A depthwise convolution followed by a pointwise one.

    Args:
        input: ``[batch, height, width, channels]``, or in ``data_format``'s order.
        depthwise_filter: ``[height, width, channels, multiplier]``.
        pointwise_filter: ``[1, 1, channels * multiplier, output channels]``.
        strides: the step of the depthwise filter, four numbers.
        padding: ``"SAME"`` or ``"VALID"``.
        rate: the distance between taps, two numbers.
        name: the name of the scope.
        data_format: ``NHWC`` or ``NCHW``.
        dilations: the new name of ``rate``.
    """
    rate = renamed_argument("dilations", dilations, "rate", rate)
    with name_scope(name, "separable_conv2d", [input, depthwise_filter, pointwise_filter]) as scope:
        input = convert_to_tensor(input, name="tensor_in")  # noqa: A001
        depthwise_filter = convert_to_tensor(depthwise_filter, name="depthwise_filter")
        pointwise_filter = convert_to_tensor(pointwise_filter, name="pointwise_filter")
        if pointwise_filter.shape.ndims is not None:
            pointwise_filter.shape.assert_has_rank(4)
            pointwise_filter.shape[0].assert_is_compatible_with(1)
            pointwise_filter.shape[1].assert_is_compatible_with(1)

        def plain(x: Any, _: Any, how: str) -> Tensor:
            return depthwise_conv2d_native(
                x, depthwise_filter, strides, how, data_format=data_format, name="depthwise"
            )

        depthwise = with_space_to_batch(
            input=input,
            filter_shape=shape(depthwise_filter),
            dilation_rate=[1, 1] if rate is None else rate,
            padding=padding,
            data_format=data_format,
            op=plain,
        )
        return conv2d(
            depthwise,
            pointwise_filter,
            strides=[1, 1, 1, 1],
            padding="VALID",
            data_format=data_format,
            name=scope,
        )
