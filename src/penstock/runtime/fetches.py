"""What ``Session.run`` is asked for: any nest of tensors, operations, names and composites.

A nest is flattened once; ``Fetches.rebuild`` puts the values back into its form.
"""

from __future__ import annotations

import collections.abc
from collections.abc import Callable
from typing import Any

from penstock.graph.composite import (
    IndexedSlices,
    IndexedSlicesValue,
    SparseTensor,
    SparseTensorValue,
)
from penstock.graph.graph import Graph
from penstock.graph.operation import Operation
from penstock.graph.tensor import Tensor

Rebuild = Callable[[list[Any]], Any]
_expansions: list[tuple[type, Callable[..., Any]]] = []


def register_session_run_conversion_functions(
    tensor_type: type,
    fetch_function: Callable[[Any], Any],
    feed_function: Callable[..., Any] | None = None,
    feed_function_for_partial_run: Callable[..., Any] | None = None,
) -> None:
    """Lets ``Session.run`` fetch (and feed) objects of another type.

    Args:
        tensor_type: the class.
        fetch_function: from an object to (list of things to fetch, function of their values).
        feed_function: from (object, value) to a list of (tensor, value) pairs.
        feed_function_for_partial_run: accepted for compatibility.
    """
    for known, _ in _expansions:
        if issubclass(tensor_type, known):
            raise ValueError(f"{tensor_type} has already been registered so ignore it.")
    _expansions.insert(0, (tensor_type, fetch_function))
    if feed_function is not None:
        from penstock.runtime import feeds

        feeds.expansions.insert(0, (tensor_type, feed_function))


class Fetches:
    """The distinct tensors and operations of a nest, and how to build its result."""

    def __init__(self, graph: Graph, fetches: Any) -> None:
        self.graph = graph
        self.tensors: dict[Tensor, int] = {}
        self.operations: dict[Operation, None] = {}
        self.rebuild: Rebuild = self._visit(fetches)

    def _visit(self, fetch: Any) -> Rebuild:
        if fetch is None:
            raise TypeError(f"Fetch argument {fetch!r} has invalid type {type(fetch)}")
        if isinstance(fetch, (list, tuple)) and not isinstance(
            fetch, (IndexedSlicesValue, SparseTensorValue)
        ):
            return self._visit_sequence(fetch)
        if isinstance(fetch, collections.abc.Mapping):
            keys = list(fetch.keys())
            parts = [self._visit(fetch[key]) for key in keys]
            kind: Any = type(fetch)
            if issubclass(kind, collections.OrderedDict):
                return lambda values: kind((k, part(values)) for k, part in zip(keys, parts))
            return lambda values: {k: part(values) for k, part in zip(keys, parts)}
        if hasattr(type(fetch), "__attrs_attrs__"):
            names = [a.name for a in type(fetch).__attrs_attrs__]
            parts = [self._visit(getattr(fetch, name)) for name in names]
            return lambda values: type(fetch)(*(part(values) for part in parts))
        if isinstance(fetch, SparseTensor):
            part = self._visit_sequence([fetch.indices, fetch.values, fetch.dense_shape])
            return lambda values: SparseTensorValue(*part(values))
        if isinstance(fetch, IndexedSlices):
            listed = [fetch.values, fetch.indices]
            if fetch.dense_shape is not None:
                listed.append(fetch.dense_shape)
            part = self._visit_sequence(listed)
            return lambda values: IndexedSlicesValue(*(part(values) + [None])[:3])
        for kind, function in _expansions:
            if isinstance(fetch, kind):
                listed, contract = function(fetch)
                part = self._visit_sequence(list(listed))
                return self._then(part, contract)
        return self._element(fetch)

    @staticmethod
    def _then(part: Rebuild, contract: Callable[[Any], Any]) -> Rebuild:
        return lambda values: contract(part(values))

    def _visit_sequence(self, fetch: Any) -> Rebuild:
        parts = [self._visit(item) for item in fetch]
        if isinstance(fetch, tuple) and hasattr(fetch, "_fields"):
            kind = type(fetch)
            return lambda values: kind(*(part(values) for part in parts))
        if isinstance(fetch, tuple):
            return lambda values: tuple(part(values) for part in parts)
        return lambda values: [part(values) for part in parts]

    def _element(self, fetch: Any) -> Rebuild:
        try:
            element = self.graph.as_graph_element(fetch)
        except TypeError as error:
            raise TypeError(
                f"Fetch argument {fetch!r} has invalid type {type(fetch)}, must be a string or "
                f"Tensor. ({error})"
            ) from None
        except ValueError as error:
            raise ValueError(
                f"Fetch argument {fetch!r} cannot be interpreted as a Tensor. ({error})"
            ) from None
        except KeyError as error:
            raise ValueError(
                f"Fetch argument {fetch!r} cannot be interpreted as a Tensor. ({error})"
            ) from None
        if not self.graph.is_fetchable(element):
            name = getattr(element, "op", element).name
            raise ValueError(f"Operation {name!r} has been marked as not fetchable.")
        if isinstance(element, Operation):
            self.operations[element] = None
            return lambda values: None
        position = self.tensors.setdefault(element, len(self.tensors))
        return lambda values: values[position]
