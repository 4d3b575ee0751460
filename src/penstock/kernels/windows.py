"""Geometry of sliding windows: how TensorFlow's padding schemes place windows on an axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

Padding = str | Sequence[int] | Sequence[Sequence[int]]


class Axis(NamedTuple):
    """One axis of a windowed operation; all numbers are elements along that axis."""

    size: int
    window: int
    stride: int
    dilation: int
    low: int
    high: int
    out: int

    @property
    def span(self) -> int:
        """Elements from the first to the last tap of one window."""
        return (self.window - 1) * self.dilation + 1 if self.window else 0


def explicit_pairs(padding: Padding, rank: int) -> list[tuple[int, int]]:
    """Normalises explicit padding, `[[lo, hi], ...]` or TensorFlow's flat `[lo, hi, lo, hi, ...]`.

    Args:
        padding: pairs or a flat list for `rank` axes.
        rank: the number of axes described.

    Returns:
        One `(low, high)` pair for each axis.
    """
    flat: list[int] = []
    for item in padding:
        if isinstance(item, Sequence):
            flat.extend(int(v) for v in item)
        else:
            flat.append(int(item))
    if len(flat) != 2 * rank:
        raise ValueError(
            f"explicit padding needs {2 * rank} numbers for {rank} axes, received {list(padding)}"
        )
    if min(flat, default=0) < 0:
        raise ValueError(f"explicit padding must not be negative, received {list(padding)}")
    return list(zip(flat[::2], flat[1::2], strict=True))


def place(
    sizes: Sequence[int],
    windows: Sequence[int],
    strides: Sequence[int],
    padding: Padding,
    dilations: Sequence[int] | None = None,
) -> tuple[Axis, ...]:
    """Places windows on each axis the way TensorFlow does.

    `SAME` makes `ceil(size / stride)` windows and pads what they lack, the odd element after the
    data; `VALID` keeps windows inside the data.

    Args:
        sizes: elements on each axis.
        windows: taps of the window on each axis.
        strides: step of the window on each axis.
        padding: `"SAME"`, `"VALID"` or explicit `(low, high)` pairs, one for each axis.
        dilations: distance between taps on each axis, 1 by default.

    Returns:
        One `Axis` for each axis.

    Raises:
        ValueError: for an unknown padding name or a wrong number of pairs.
    """
    rank = len(sizes)
    spread = dilations if dilations is not None else (1,) * rank
    name = padding.upper() if isinstance(padding, str) else None
    if name not in ("SAME", "VALID", None):
        raise ValueError(f'padding must be "SAME", "VALID" or a list, received {padding!r}')
    pairs = explicit_pairs(padding, rank) if name is None else None
    axes = []
    for i, (size, window, stride, dilation) in enumerate(
        zip(sizes, windows, strides, spread, strict=True)
    ):
        size, window, stride, dilation = int(size), int(window), int(stride), int(dilation)
        span = (window - 1) * dilation + 1
        low = high = 0
        if pairs is not None:
            low, high = pairs[i]
            out = max(0, (size + low + high - span) // stride + 1)
        elif name == "VALID":
            out = max(0, (size - span) // stride + 1)
        else:
            out = -(-size // stride)
            lack = max(0, (out - 1) * stride + span - size)
            low = lack // 2
            high = lack - low
        axes.append(Axis(size, window, stride, dilation, low, high, out))
    return tuple(axes)


def is_channels_first(data_format: str) -> bool:
    """Whether `data_format` (`NHWC`, `NCHW`, `NDHWC`, `NCDHW`, ...) has channels on axis 1.

    Raises:
        ValueError: for a format without separate `N` and `C` axes.
    """
    if data_format.startswith("NC") and data_format.isalpha():
        return True
    if data_format.startswith("N") and data_format.endswith("C"):
        return False
    raise ValueError(f"data_format must be like NHWC or NCHW, received {data_format!r}")


def spatial_axes(data_format: str) -> tuple[int, ...]:
    """Positions of the spatial axes in `data_format`."""
    rank = len(data_format)
    return tuple(range(2, rank)) if is_channels_first(data_format) else tuple(range(1, rank - 1))


def channel_axis(data_format: str) -> int:
    """Position of the channel axis in `data_format`."""
    return 1 if is_channels_first(data_format) else len(data_format) - 1
