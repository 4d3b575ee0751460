"""Where in the user's program something was made.

Frames of Penstock itself are left out, so that an error can show the line that a person wrote.
"""

from __future__ import annotations

import linecache
import os
import sys
from types import CodeType

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_OURS: dict[str, bool] = {}
_MOST_FRAMES = 40

Frames = tuple[tuple[CodeType, int], ...]


def is_penstock_file(filename: str) -> bool:
    """True for a file of this package (and for code made while importing)."""
    ours = _OURS.get(filename)
    if ours is None:
        ours = filename.startswith((_PACKAGE, "<frozen "))
        _OURS[filename] = ours
    return ours


def user_frames() -> Frames:
    """The frames of the call stack outside Penstock, innermost first, as (code, line) pairs."""
    frames: list[tuple[CodeType, int]] = []
    frame = sys._getframe(1)
    while frame is not None and len(frames) < _MOST_FRAMES:
        code = frame.f_code
        if not is_penstock_file(code.co_filename):
            frames.append((code, frame.f_lineno))
        frame = frame.f_back  # type: ignore[assignment]
    return tuple(frames)


def traceback_of(frames: Frames) -> list[tuple[str, int, str, str]]:
    """(file, line, function, source text) tuples, outermost first, as ``Operation.traceback``."""
    return [
        (code.co_filename, line, code.co_name, linecache.getline(code.co_filename, line).strip())
        for code, line in reversed(frames)
    ]


def user_line(frames: Frames) -> str:
    """The innermost line of the user's program, as a traceback shows it; '' if none is known."""
    for code, line in frames:
        text = linecache.getline(code.co_filename, line).strip()
        shown = f'  File "{code.co_filename}", line {line}, in {code.co_name}'
        return f"{shown}\n    {text}" if text else shown
    return ""
