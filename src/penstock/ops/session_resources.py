"""Objects that a session keeps between runs: queues, readers, tables, iterators.

A resource operation's host kernel calls `open_resource`; the operations that use the handle call
`resource_of`. Two operations with one ``shared_name`` in one session share the object.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from penstock.graph import errors


class Deferred(Exception):
    """A kernel would have to wait; what it has begun goes on while the rest of the run does."""


def open_resource(run: Any, op: Any, kind: str, create: Callable[[str], Any]) -> Any:
    """The handle of the resource that ``op`` stands for, made when it is first asked for.

    Args:
        run: the host run.
        op: the resource operation.
        kind: what it is; resources of different kinds may have one name.
        create: makes the object, given the name under which errors speak of it.
    """
    handle = run.new_handle(op)
    name = (op.attr("shared_name") or b"").decode() or op.name
    container = (op.attr("container") or b"").decode()
    handle.key = ("session", kind, container, name)
    state = run.state
    with state.lock:
        if handle.key not in state.resources:
            state.resources[handle.key] = create(f"_{len(state.resources)}_{name}")
    return handle


def resource_of(run: Any, handle: Any) -> Any:
    """The object that a handle stands for.

    Raises:
        NotFoundError: when the session has none.
    """
    key = getattr(handle, "key", handle)
    try:
        return run.state.resources[key]
    except KeyError:
        raise errors.NotFoundError(
            None, run.current, f"Resource {key[-1] if isinstance(key, tuple) else key} is not there"
        ) from None
