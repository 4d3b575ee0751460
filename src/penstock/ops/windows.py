"""Static shapes of sliding windows, and the arguments that convolutions and pools share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from penstock.graph.shapes import TensorShape


def is_channels_first(data_format: Any) -> bool:
    """Whether channels are on axis 1: ``NCHW``, ``NCDHW``, ``NCW``."""
    return text_of(data_format).startswith("NC")


def text_of(value: Any) -> str:
    """A string attribute as ``str``."""
    return value.decode() if isinstance(value, bytes) else value


def spatial_axes(data_format: Any) -> range:
    """The axes between batch and channels, or after both."""
    rank = len(text_of(data_format))
    return range(2, rank) if is_channels_first(data_format) else range(1, rank - 1)


def channel_axis(data_format: Any) -> int:
    """The axis of the channels."""
    return 1 if is_channels_first(data_format) else len(text_of(data_format)) - 1


def windows(
    size: int | None,
    window: int | None,
    stride: int,
    padding: Any,
    dilation: int = 1,
    around: int = 0,
) -> int | None:
    """How many windows an axis holds; ``None`` when that isn't known.

    Args:
        size: the elements of the axis.
        window: the taps of a window.
        stride: the step between windows.
        padding: ``SAME``, ``VALID`` or ``EXPLICIT``.
        dilation: the distance between taps.
        around: the elements added by explicit padding, on both sides together.

    Raises:
        ValueError: when a stride isn't positive, or no window fits.
    """
    if stride <= 0:
        raise ValueError(f"Stride must be > 0, but got {stride}")
    if dilation < 1:
        raise ValueError(f"Dilation rate must be >= 1, but got {dilation}")
    if size is None:
        return None
    if text_of(padding) == "SAME":
        return -(-size // stride)
    if window is None:
        return None
    span = (window - 1) * dilation + 1
    left = size + around - span
    if left < 0:
        raise ValueError(
            f"Negative dimension size caused by subtracting {span} from {size + around}"
        )
    return left // stride + 1


def sizes_of(shape: TensorShape, rank: int) -> list[int | None]:
    """The sizes of a shape that must have ``rank`` axes; all unknown when its rank is.

    Raises:
        ValueError: when its rank is known and another.
    """
    if shape.sizes is None:
        return [None] * rank
    if len(shape.sizes) != rank:
        raise ValueError(f"Shape must be rank {rank} but is rank {len(shape.sizes)}")
    return list(shape.sizes)


def pool_shape(
    shape: TensorShape, ksize: Sequence[int], strides: Sequence[int], padding: Any, rank: int
) -> TensorShape:
    """The shape of a pool's output: each axis holds its own windows."""
    for name, values in (("ksize", ksize), ("strides", strides)):
        if len(values) != rank:
            raise ValueError(
                f"Pool requires the {name} attribute to contain {rank} values, but got: "
                f"{len(values)}"
            )
    sizes = sizes_of(shape, rank)
    # No kernel pools over the batch; that is found out in a run.
    inner = zip(sizes[1:], ksize[1:], strides[1:], strict=True)
    return TensorShape([sizes[0], *(windows(*axis, padding) for axis in inner)])


def sequence_of(value: Any, count: int, data_format: Any, name: str) -> list[int]:
    """Strides, window sizes or dilations for every axis, from one, ``count`` or all numbers.

    Args:
        value: an integer, or a list of 1, ``count`` or ``count + 2`` of them; ``None`` for ones.
        count: the number of spatial axes.
        data_format: tells where the channels are.
        name: the argument's name, for the error.

    Raises:
        ValueError: when there are as many numbers as fit neither.
    """
    if value is None:
        values = [1]
    elif isinstance(value, (list, tuple)) or hasattr(value, "__len__"):
        values = list(value)
    else:
        values = [value]
    if len(values) == count + 2:
        return values
    if len(values) == 1:
        values = values * count
    elif len(values) != count:
        raise ValueError(
            f"{name} should be of length 1, {count} or {count + 2} but was {len(values)}"
        )
    if data_format is not None and is_channels_first(data_format):
        return [1, 1, *values]
    return [1, *values, 1]


def explicit_padding(padding: Any) -> tuple[Any, list[int]]:
    """The attributes ``padding`` and ``explicit_paddings`` of a padding argument.

    Raises:
        ValueError: for the string ``EXPLICIT``, or a list that isn't four pairs.
    """
    if isinstance(padding, str) and padding == "EXPLICIT":
        raise ValueError(
            '"EXPLICIT" is not a valid value for the padding parameter. To use explicit padding, '
            "the padding parameter must be a list."
        )
    if not isinstance(padding, (list, tuple)):
        if padding is None:
            raise TypeError("Expected string for argument 'padding' not None.")
        return padding, []
    for index, pair in enumerate(padding):
        if not isinstance(pair, (list, tuple)):
            raise ValueError(
                "When padding is a list, each element of padding must be a list/tuple of size 2. "
                f"Element with index {index} of padding is not a list/tuple"
            )
        if len(pair) != 2:
            raise ValueError(
                "When padding is a list, each element of padding must be a list/tuple of size 2. "
                f"Element with index {index} of padding has size {len(pair)}"
            )
    if len(padding) != 4:
        raise ValueError(
            f"When padding is a list, it must be of size 4. Got padding of size: {len(padding)}"
        )
    return "EXPLICIT", [int(number) for pair in padding for number in pair]
