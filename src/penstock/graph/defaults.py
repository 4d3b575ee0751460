"""The default graph and the default session, for each thread its own stack."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from penstock.graph.graph import Graph


class _Stacks(threading.local):
    def __init__(self) -> None:
        self.graphs: list[Graph] = []
        self.sessions: list[Any] = []


_stacks = _Stacks()
_global_graph: Graph | None = None
_global_lock = threading.Lock()


def get_default_graph() -> Graph:
    """The graph that new operations go to."""
    if _stacks.graphs:
        return _stacks.graphs[-1]
    global _global_graph
    if _global_graph is None:
        with _global_lock:
            if _global_graph is None:
                from penstock.graph.graph import Graph

                _global_graph = Graph()
    return _global_graph


def reset_default_graph() -> None:
    """Replaces the global default graph by a new, empty one.

    Raises:
        AssertionError: inside a ``with graph.as_default():`` block.
    """
    if _stacks.graphs:
        raise AssertionError(
            "Do not use tf.reset_default_graph() to clear nested graphs. If you need a cleared "
            "graph, exit the nesting and create a new graph."
        )
    global _global_graph
    from penstock.graph.graph import Graph

    _global_graph = Graph()


@contextlib.contextmanager
def default_graph_scope(graph: Graph) -> Iterator[Graph]:
    """Makes ``graph`` the default inside a ``with`` block."""
    _stacks.graphs.append(graph)
    try:
        yield graph
    finally:
        if not _stacks.graphs or _stacks.graphs[-1] is not graph:
            raise AssertionError(
                "Nesting violated for default stack of graphs: leave `with` blocks in the "
                "reverse of the order they were entered."
            )
        _stacks.graphs.pop()


def get_default_session() -> Any:
    """The innermost session of a ``with sess:`` block, or ``None``."""
    return _stacks.sessions[-1] if _stacks.sessions else None


def push_session(session: Any) -> None:
    """Makes ``session`` the default."""
    _stacks.sessions.append(session)


def pop_session(session: Any) -> None:
    """Ends ``session``'s time as a default, wherever in the stack it is."""
    for position in range(len(_stacks.sessions) - 1, -1, -1):
        if _stacks.sessions[position] is session:
            del _stacks.sessions[position]
            return
