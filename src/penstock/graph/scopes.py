"""Scopes as functions on the default graph: ``tf.name_scope``, ``tf.device`` and friends."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

from penstock.graph import defaults
from penstock.graph.graph import Graph


def graph_of(values: Any) -> Graph:
    """The graph that ``values`` belong to; the default graph when they belong to none.

    Raises:
        ValueError: when they belong to different graphs.
    """
    default = defaults.get_default_graph()
    if default._building_function:
        return default  # It takes tensors of the graphs around it as arguments.
    graph = None
    first = None
    for value in values or ():
        found = getattr(value, "graph", None)
        if not isinstance(found, Graph):
            continue
        if graph is None:
            graph, first = found, value
        elif graph is not found:
            shown = [getattr(each, "_graph_element", each) for each in (value, first)]
            raise ValueError(f"{shown[0]} must be from the same graph as {shown[1]}.")
    return graph or default


class name_scope:  # noqa: N801 - TensorFlow's name
    """Operations made inside the ``with`` block get names that start with the scope's.

    Args:
        name: the scope's name; one that ends in '/' re-enters that scope.
        default_name: used when ``name`` is ``None``.
        values: tensors whose graph becomes the default inside.

    ``with`` gives the scope's name with a trailing '/', to be passed on as ``name=``.
    """

    def __init__(self, name: str | None, default_name: str | None = None,
                 values: Sequence[Any] | None = None) -> None:  # fmt: skip
        if name is not None and not isinstance(name, (str, bytes)):
            raise TypeError("name for name_scope must be a string.")
        self._name = default_name if name is None else name
        self._default_name = default_name
        self._values = values

    @property
    def name(self) -> str | None:
        """The name asked for."""
        return self._name

    def __enter__(self) -> str:
        if self._name is None and self._values is not None:
            raise ValueError(
                "At least one of name (None) and default_name (None) must be provided."
            )
        graph = graph_of(self._values) if self._values else defaults.get_default_graph()
        self._default = None
        if graph is not defaults.get_default_graph():
            self._default = graph.as_default()
            self._default.__enter__()
        self._scope = graph.name_scope(self._name)
        try:
            return self._scope.__enter__()
        except Exception:
            if self._default is not None:
                self._default.__exit__(None, None, None)
            raise

    def __exit__(self, *error: Any) -> None:
        self._scope.__exit__(*error)
        if self._default is not None:
            self._default.__exit__(*error)


def op_scope(values: Any, name: str | None, default_name: str | None = None) -> name_scope:
    """``name_scope`` with its older order of arguments: ``values`` come first."""
    return name_scope(name, default_name, values)


def device(device_name_or_function: Any) -> Any:
    """A context in which operations of the default graph are put on a device.

    Args:
        device_name_or_function: a name such as ``"/gpu:0"`` (inner ones fill in what outer ones
            leave open), a function from an operation to a name, or ``None`` to forget outer ones.

    Raises:
        ValueError: when the name isn't one of a device.
    """
    return defaults.get_default_graph().device(device_name_or_function)


def control_dependencies(control_inputs: Sequence[Any] | None) -> Any:
    """A context whose operations, in the default graph, run after others.

    Args:
        control_inputs: operations or tensors that run first; ``None`` forgets those of outer
            contexts.

    Raises:
        TypeError: when one is neither an operation nor a tensor.
    """
    return defaults.get_default_graph().control_dependencies(control_inputs)


def colocate_with(op: Any, ignore_existing: bool = False) -> Any:
    """A context that puts operations of the default graph where another one is.

    Args:
        op: the operation or tensor.
        ignore_existing: forget the colocations of outer contexts.
    """
    return defaults.get_default_graph().colocate_with(op, ignore_existing)


@contextlib.contextmanager
def init_scope() -> Iterator[None]:
    """Lifts what is made inside out of control-flow constructs, control dependencies and functions.

    The name scope stays in force.
    """
    current = defaults.get_default_graph()
    outer = current
    while outer.building_function and getattr(outer, "_outer_graph", None) is not None:
        outer = outer._outer_graph  # type: ignore[attr-defined]
    name = current.get_name_scope()
    with contextlib.ExitStack() as scopes:
        if outer is not current:
            scopes.enter_context(outer.as_default())
            scopes.enter_context(outer.name_scope(f"{name}/" if name else None))
        scopes.enter_context(outer.control_dependencies(None))
        yield


def container(container_name: str) -> Any:
    """A context whose variables, queues and tables, in the default graph, go to a container.

    Args:
        container_name: its name; ``Session.reset`` clears a container.
    """
    return defaults.get_default_graph().container(container_name)


def add_to_collection(name: Any, value: Any) -> None:
    """Appends a value to a collection of the default graph.

    Args:
        name: the collection's key, such as one of ``tf.GraphKeys``.
        value: anything.
    """
    defaults.get_default_graph().add_to_collection(name, value)


def add_to_collections(names: Any, value: Any) -> None:
    """Appends a value to several collections of the default graph.

    Args:
        names: the collections' keys; one given twice gets the value once.
        value: anything.
    """
    defaults.get_default_graph().add_to_collections(names, value)


def get_collection(key: Any, scope: str | None = None) -> list[Any]:
    """The values of a collection of the default graph, in a new list.

    Args:
        key: the collection's key, such as ``tf.GraphKeys.TRAINABLE_VARIABLES``.
        scope: a regular expression; only values whose name begins with a match of it are given.
    """
    return defaults.get_default_graph().get_collection(key, scope)


def get_collection_ref(key: Any) -> list[Any]:
    """The list of a collection of the default graph itself: changing it changes the collection.

    Args:
        key: the collection's key.
    """
    return defaults.get_default_graph().get_collection_ref(key)


def get_name_scope() -> str:
    """The name scope in force in the default graph."""
    return defaults.get_default_graph().get_name_scope()
