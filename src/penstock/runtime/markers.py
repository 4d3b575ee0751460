"""What stands for a variable or a resource while operations run: a name, not a value."""

from __future__ import annotations

from typing import Any


class Ref:
    """A variable: the value of a reference tensor, or of a variable's resource handle."""

    __slots__ = ("key", "op")

    def __init__(self, key: str, op: Any) -> None:
        self.key = key
        self.op = op

    def __repr__(self) -> str:
        return f"<Ref {self.key}>"


class Handle:
    """A resource other than a variable (a stack, a tensor array), known by its key."""

    __slots__ = ("key", "op")

    def __init__(self, key: Any, op: Any) -> None:
        self.key = key
        self.op = op

    def __repr__(self) -> str:
        return f"<Handle {self.key}>"


class Uninitialized(Exception):
    """A variable was read that has no value; ``op`` is the variable."""

    def __init__(self, op: Any) -> None:
        super().__init__(op.name)
        self.op = op


class NeedsHost(Exception):
    """Something turned out, while tracing, to be impossible to compile: run it on the host.

    ``item`` is the operation or composite item; the plan is made anew with it on the host.
    """

    def __init__(self, item: Any, why: str) -> None:
        super().__init__(why)
        self.item = item
        self.why = why
