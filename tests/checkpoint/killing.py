"""Stopping a save at any byte: every file operation goes through `penstock.checkpoint.files`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from penstock.checkpoint import files

OPERATION = 40  # what an operation costs, in bytes, so that random points hit all of them


class Killed(BaseException):
    """The process is gone: whatever it does from now on does nothing."""


class Budget:
    def __init__(self, limit: float):
        self.left = limit
        self.used = 0

    def spend(self, amount: int) -> int:
        """How much of `amount` still happens."""
        done = int(min(amount, max(self.left, 0)))
        self.left -= amount
        self.used += amount
        return done

    def operation(self) -> None:
        if self.spend(OPERATION) < OPERATION:
            raise Killed


@contextmanager
def killed_after(limit: float) -> Iterator[Budget]:
    """Within the block, file operations stop having effect once `limit` is used up."""
    budget = Budget(limit)
    patch = pytest.MonkeyPatch()
    write = files.TemporaryFile.write

    def limited_write(self: files.TemporaryFile, data: bytes | memoryview) -> None:
        view = memoryview(data)
        done = budget.spend(len(view))
        write(self, view[:done])
        if done < len(view):
            raise Killed

    def guarded(function: Callable) -> Callable:
        def call(*arguments):
            budget.operation()
            return function(*arguments)

        return call

    patch.setattr(files.TemporaryFile, "write", limited_write)
    for name in ("close", "discard"):
        patch.setattr(files.TemporaryFile, name, guarded(getattr(files.TemporaryFile, name)))
    for name in ("replace", "link", "remove", "sync_folder"):
        patch.setattr(files, name, guarded(getattr(files, name)))
    try:
        yield budget
    except Killed:
        pass
    finally:
        patch.undo()
