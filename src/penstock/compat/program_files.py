"""Which files belong to a program, and which to Python, a package or Penstock."""

from __future__ import annotations

import os
from functools import cache


@cache
def _library_folders() -> tuple[str, ...]:
    standard_library = os.path.dirname(os.__file__)
    penstock = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    folders = (standard_library, penstock)
    return tuple(os.path.realpath(folder) + os.sep for folder in folders)


def is_library(path: str) -> bool:
    """Whether a file belongs to Python, an installed package or Penstock, not to a program."""
    parts = path.split(os.sep)
    if "site-packages" in parts or "dist-packages" in parts:
        return True
    return os.path.realpath(path).startswith(_library_folders())
