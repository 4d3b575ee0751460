"""``tf.compat``: bytes and text, and the kinds of Python and NumPy numbers."""

from __future__ import annotations

import numbers
import os
from typing import Any

import numpy as np

integral_types = (numbers.Integral, np.integer)
real_types = (numbers.Real, np.integer, np.floating)
complex_types = (numbers.Complex, np.number)
bytes_or_text_types = (bytes, str)


def as_bytes(bytes_or_text: Any, encoding: str = "utf-8") -> bytes:
    """``bytes_or_text`` as bytes.

    Args:
        bytes_or_text: either. encoding: of text.

    Raises:
        TypeError: when it is neither.
    """
    if isinstance(bytes_or_text, str):
        return bytes_or_text.encode(encoding)
    if isinstance(bytes_or_text, bytes):
        return bytes_or_text
    raise TypeError(f"Expected binary or unicode string, got {bytes_or_text!r}")


def as_text(bytes_or_text: Any, encoding: str = "utf-8") -> str:
    """``bytes_or_text`` as text.

    Raises:
        TypeError: when it is neither bytes nor text.
    """
    if isinstance(bytes_or_text, str):
        return bytes_or_text
    if isinstance(bytes_or_text, bytes):
        return bytes_or_text.decode(encoding)
    raise TypeError(f"Expected binary or unicode string, got {bytes_or_text!r}")


as_str = as_text


def as_str_any(value: Any) -> str:
    """Any value as text: bytes decoded, everything else by ``str``."""
    return as_str(value) if isinstance(value, bytes) else str(value)


def path_to_str(path: Any) -> Any:
    """A path object (``os.PathLike``) as text; anything else as it is."""
    return as_str_any(os.fspath(path)) if hasattr(path, "__fspath__") else path


def forward_compatible(year: int, month: int, day: int) -> bool:
    """Whether graphs may use what TensorFlow added by this date: dates before 1.15's horizon."""
    return (year, month, day) < (2019, 10, 3)


class forward_compatibility_horizon:
    """A ``with`` block that stands for another date; Penstock's graphs are always 1.15's."""

    def __init__(self, year: int, month: int, day: int) -> None:
        self.date = (year, month, day)

    def __enter__(self) -> None:
        return None

    def __exit__(self, *exception: Any) -> None:
        return None
