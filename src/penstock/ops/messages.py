"""How kernels and shape rules say what is wrong."""

from __future__ import annotations

from collections.abc import Iterable

from penstock.graph import errors


def invalid(message: str) -> errors.InvalidArgumentError:
    """The error of a kernel that was given values it can't use."""
    return errors.InvalidArgumentError(None, None, message)


def shape_text(sizes: Iterable[int | None]) -> str:
    """Sizes as messages show them: ``[2,?,3]``."""
    return "[" + ",".join("?" if size is None else str(size) for size in sizes) + "]"
