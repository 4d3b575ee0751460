"""What a session keeps between runs: variables, random counters, queues and tables."""

from __future__ import annotations

import itertools
import threading
from typing import Any

import numpy as np

_layouts = itertools.count()


class SessionState:
    """The state of one session.

    ``values`` maps keys to arrays: a variable's name, or ``("random", op name)`` for a counter.
    ``layout`` is a number that changes whenever a key comes, goes or changes its shape, so that
    compiled programs need not look at every array to see that they still fit.
    """

    def __init__(self) -> None:
        self.values: dict[Any, Any] = {}
        self.resources: dict[Any, Any] = {}
        self.lock = threading.RLock()
        self.layout = next(_layouts)

    def put(self, key: Any, value: Any) -> None:
        """Sets an entry that may be new or of another shape."""
        old = self.values.get(key)
        self.values[key] = value
        if old is None or old.shape != value.shape or old.dtype != value.dtype:
            self.layout = next(_layouts)

    def remove(self, key: Any) -> None:
        """Takes an entry away."""
        if self.values.pop(key, None) is not None:
            self.layout = next(_layouts)

    def snapshot(self, key: Any) -> np.ndarray | None:
        """A copy of an entry as a NumPy array, or ``None``."""
        with self.lock:
            value = self.values.get(key)
            return None if value is None else owned_array(value)

    def clear(self) -> None:
        """Forgets everything."""
        with self.lock:
            self.values.clear()
            resources = list(self.resources.values())
            self.resources.clear()
            self.layout = next(_layouts)
        for resource in resources:
            close = getattr(resource, "close_session", None)
            if close is not None:
                close()


def owned_array(value: Any) -> np.ndarray:
    """``value`` as a NumPy array of its own memory.

    The view that NumPy takes of a device buffer must not outlive this call: while it lives, XLA
    can't reuse the buffer in place.
    """
    if isinstance(value, np.ndarray):
        return value.copy()
    try:
        return np.from_dlpack(value).copy()
    except (TypeError, BufferError, RuntimeError, ValueError, AttributeError):
        return np.array(value)
