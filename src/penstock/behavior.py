"""Which TensorFlow version a program expects, for the few places where versions differ.

This module imports nothing of Penstock, so every layer may consult it:

    from penstock import behavior

    if behavior.before(1, 0):
        quotient = truncated(x, y)      # integer division of TensorFlow 0.x

The default is 1.15.5. ``penstock run --tf-version 0.12.1`` calls `set_version` before the program
starts; nothing may cache the answer across that call.
"""

from __future__ import annotations

import re

DEFAULT_VERSION = "1.15.5"

version_string: str = DEFAULT_VERSION
version: tuple[int, int, int] = (1, 15, 5)


def set_version(text: str) -> None:
    """Chooses the TensorFlow version whose behaviour is followed from now on.

    Args:
        text: two or three numbers such as ``"0.12.1"`` or ``"1.4"``; a suffix like ``rc0`` is
            kept in `version_string` and otherwise ignored.

    Raises:
        ValueError: `text` is not such a version, or not between 0.5 and 1.15.
    """
    global version, version_string
    match = re.fullmatch(r"(\d+)\.(\d+)(?:\.(\d+))?((?:[-.]?(?:rc|alpha|beta|dev)\d*)?)", text)
    if match is None:
        raise ValueError(
            f"A TensorFlow version looks like '1.15.5' or '0.12.1'. Received: {text!r}."
        )
    parsed = (int(match[1]), int(match[2]), int(match[3] or 0))
    if not (0, 5, 0) <= parsed < (1, 16, 0):
        raise ValueError(
            f"Penstock follows TensorFlow 0.5 to 1.15; version {text!r} is outside that range."
        )
    version = parsed
    version_string = text if match[3] else f"{match[1]}.{match[2]}.0{match[4]}"


def before(*numbers: int) -> bool:
    """Whether the chosen version is older than `numbers`, as in ``before(1, 0)``."""
    return version < numbers


def at_least(*numbers: int) -> bool:
    """Whether the chosen version is `numbers` or newer, as in ``at_least(1, 5)``."""
    return version >= numbers


def graph_def_version() -> int:
    """``tf.GRAPH_DEF_VERSION``: 134 in 1.15, 24 from 1.0 (as in 1.4), 17 before (as in 0.12)."""
    if before(1, 0):
        return 17
    return 24 if before(1, 13) else 134
