"""Memory that fed arrays are copied to on their way into a program.

A caller may change an array as soon as ``Session.run`` has returned, while the program may still
be reading it, so the program gets a copy.  XLA reads an array where it lies only if it begins at a
multiple of 64 bytes, which few NumPy arrays do, and copies it (once more) to new memory otherwise.
So copies begin where XLA wants them, and their memory is used again when nothing refers to it any
longer, which saves mapping its pages for each run.
"""

from __future__ import annotations

import collections
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

_ALIGNMENT = 64
_LEAST_BYTES = 512
_MOST_SHAPES = 16
_RING = 3


def is_aligned(array: np.ndarray) -> bool:
    """True when XLA can read ``array`` where it lies."""
    return array.__array_interface__["data"][0] % _ALIGNMENT == 0 and array.flags.c_contiguous


def aligned_empty(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """An array that begins at a multiple of 64 bytes."""
    count = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    raw = np.empty(count + _ALIGNMENT, np.uint8)
    start = -raw.ctypes.data % _ALIGNMENT
    return raw[start : start + count].view(dtype).reshape(shape)


def aligned_copy(array: np.ndarray) -> np.ndarray:
    """A copy that XLA can read where it lies."""
    if array.nbytes < _LEAST_BYTES or array.dtype.hasobject:
        return array.copy()
    made = aligned_empty(array.shape, array.dtype)
    np.copyto(made, array)
    return made


class Staging:
    """Copies for one plan; safe to use from several threads."""

    def __init__(self) -> None:
        self._rings: dict[Any, collections.deque[np.ndarray]] = {}

    def copy(self, array: np.ndarray, wait: Callable[[], None]) -> np.ndarray:
        """A copy of ``array``, which stays as it is for as long as anything refers to it.

        Args:
            array: what is fed.
            wait: waits for the runs that have begun; called when they hold all the memory there
                is. (Without that, a program that is slower than its caller would let memory grow.)
        """
        if array.nbytes < _LEAST_BYTES or array.dtype.hasobject:
            return array.copy()
        key = (array.shape, array.dtype)
        ring = self._rings.get(key)
        if ring is None:
            if len(self._rings) >= _MOST_SHAPES:
                self._rings.clear()
            ring = self._rings[key] = collections.deque(maxlen=_RING)
        made = None
        if len(ring) == _RING:
            made = _idle(ring)
            if made is None:
                wait()
                made = _idle(ring)
        if made is None:
            made = aligned_empty(array.shape, array.dtype)
        np.copyto(made, array)
        # What is put back is still referred to here, and later by the program: not idle.
        ring.append(made)
        return made


def _idle(ring: collections.deque[np.ndarray]) -> np.ndarray | None:
    """Takes an array that nothing else refers to out of ``ring``."""
    for _ in range(len(ring)):
        try:
            oldest = ring.popleft()
        except IndexError:  # another thread took it
            return None
        if _references(oldest) == _ALONE:
            return oldest
        ring.append(oldest)
    return None


def _references(array: np.ndarray) -> tuple[int, int]:
    """How much refers to an array, and to the memory that it is a view of, as others may be."""
    return sys.getrefcount(array), sys.getrefcount(array.base)


def _references_when_alone() -> tuple[int, int]:
    """The same for an array that only one local variable refers to."""
    ring = collections.deque([aligned_empty((64,), np.dtype(np.float64))])
    oldest = ring.popleft()
    return _references(oldest)


_ALONE = _references_when_alone()
