"""The session's part of random operations: seeds become keys, counters are state."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.graph.operation import Operation
from penstock.kernels.random import PhiloxKey, fresh_key, philox_key


def is_seeded(op: Operation) -> bool:
    """True when the operation's seeds fix what it draws."""
    return bool(op.attr("seed") or op.attr("seed2"))


def keys_of(op: Operation) -> list[Any]:
    """The state keys of a random operation: its counter, and its own key when unseeded."""
    keys: list[Any] = [("random", op.name)]
    if not is_seeded(op):
        keys.append(("random key", op.name))
    return keys


def key_of(op: Operation, run: Any) -> PhiloxKey:
    """The Philox key of a random operation."""
    if is_seeded(op):
        return philox_key(op.attr("seed"), op.attr("seed2"))
    words = run.get_state(("random key", op.name))
    return PhiloxKey(words[:2], words[2:])


def initial(key: Any) -> np.ndarray:
    """The value that a random operation's state starts from."""
    if key[0] == "random":
        return np.zeros((), np.uint64)
    fresh = fresh_key()
    return np.concatenate([np.asarray(part, np.uint32).reshape(-1) for part in fresh])
