"""Tracebacks that begin in the user's file.

Frames before the program are always left out. Frames of Penstock, JAX and NumPy below it are left
out of errors that Penstock raised on purpose, whose message says what to do; an error that
nobody foresaw keeps all its frames. PENSTOCK_TRACEBACK=full shows everything.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path
from types import TracebackType

PACKAGE = str(Path(__file__).resolve().parent.parent) + os.sep
_LIBRARIES = ("jax", "jaxlib")


@cache
def _is_penstock(filename: str) -> bool:
    return os.path.abspath(filename).startswith(PACKAGE)


@cache
def _is_internal(filename: str) -> bool:
    if _is_penstock(filename) or filename.startswith("<frozen "):
        return True
    parts = filename.split(os.sep)
    return "site-packages" in parts and parts[parts.index("site-packages") + 1] in _LIBRARIES


def _entries(traceback: TracebackType | None) -> list[TracebackType]:
    entries = []
    while traceback is not None:
        entries.append(traceback)
        traceback = traceback.tb_next
    return entries


def _file(entry: TracebackType) -> str:
    return entry.tb_frame.f_code.co_filename


def _is_deliberate(error: BaseException, entries: list[TracebackType]) -> bool:
    """Whether the message was written for a person, who needs none of our frames."""
    from penstock.compat.missing import MissingModuleError, MissingSymbolError
    from penstock.graph.errors import OpError

    if isinstance(error, (OpError, MissingModuleError, MissingSymbolError)):
        return True
    raised_in = _file(entries[-1])
    if os.path.basename(raised_in) == "python2_builtins.py":
        return _is_penstock(raised_in)
    return isinstance(error, (ValueError, TypeError, OSError, RuntimeError)) and _is_penstock(
        raised_in
    )


def _relink(entries: list[TracebackType]) -> TracebackType | None:
    linked = None
    for entry in reversed(entries):
        linked = TracebackType(linked, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return linked


def trim(error: BaseException) -> BaseException:
    """Removes from an error's traceback, and its causes', the frames a user does not need.

    Args:
        error: it is changed and returned.
    """
    if os.environ.get("PENSTOCK_TRACEBACK") == "full":
        return error
    _trim(error, set())
    return error


def _trim(error: BaseException, seen: set[int]) -> None:
    seen.add(id(error))
    entries = _entries(error.__traceback__)
    kept = entries
    deliberate = bool(entries) and _is_deliberate(error, entries)
    if deliberate:
        kept = [each for each in entries if not _is_internal(_file(each))]
    else:
        while kept and _is_internal(_file(kept[0])):
            kept = kept[1:]
    # Nothing of the user's in it: an error in Penstock itself keeps its frames.
    error.__traceback__ = _relink(kept or entries)
    for name in ("__cause__", "__context__"):
        other = getattr(error, name)
        if other is None or id(other) in seen:
            continue
        own = all(_is_internal(_file(each)) for each in _entries(other.__traceback__))
        if deliberate and own:
            suppressed = error.__suppress_context__
            setattr(error, name, None)
            error.__suppress_context__ = suppressed or name == "__cause__"
        else:
            _trim(other, seen)


def report(error: BaseException) -> None:
    """Prints an error as Python does when a program ends with it, trimmed."""
    trim(error)
    sys.excepthook(type(error), error, error.__traceback__)
