"""Loops over rows: ``tf.map_fn``, ``tf.scan``, ``tf.foldl`` and ``tf.foldr``.

Each is a ``tf.while_loop`` that reads its elements from a ``TensorArray``.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from penstock.graph import nest
from penstock.graph.composite import SparseTensor
from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import name_scope
from penstock.graph.shapes import Dimension, TensorShape
from penstock.graph.tensor import Tensor
from penstock.ops.constants import constant
from penstock.ops.tensor_arrays import TensorArray
from penstock.ops.while_loops import while_loop


class _Structure:
    """How a value (a tensor or a nested structure of tensors) is taken apart and put together."""

    def __init__(self, example: Any) -> None:
        self.example = example
        self.nested = nest.is_sequence(example)

    def flatten(self, value: Any) -> list[Any]:
        return nest.flatten(value) if self.nested else [value]

    def pack(self, values: list[Any]) -> Any:
        return nest.pack_sequence_as(self.example, values) if self.nested else values[0]


@contextlib.contextmanager
def _cached_variables() -> Iterator[None]:
    """Variables made inside are cached where they are, so that a loop reads them once."""
    from penstock.ops.variable_scope import get_variable_scope

    scope = get_variable_scope()
    if scope.caching_device is not None:
        yield
        return
    scope.set_caching_device(lambda op: op.device)
    try:
        yield
    finally:
        scope.set_caching_device(None)


def _tensors(elems: list[Any]) -> list[Tensor]:
    return [convert_to_tensor(elem, name="elem") for elem in elems]


def _count(tensor: Tensor) -> Any:
    """The first dimension: a number if it is known (and not 0), else a tensor."""
    from penstock.ops.arrays import shape

    return tensor.shape[0].value or shape(tensor)[0]  # type: ignore[index]


def _set_first_dimension(results: list[Tensor], elems: list[Tensor]) -> None:
    """Gives the stacked results the static length that the elements have."""
    count = Dimension(elems[0].shape.with_rank_at_least(1)[0].value)
    for elem in elems[1:]:
        count.merge_with(Dimension(elem.shape.with_rank_at_least(1)[0].value))
    for result in results:
        result.set_shape(TensorShape([count]).concatenate(result.shape[1:]))


def map_fn(
    fn: Callable[[Any], Any],
    elems: Any,
    dtype: Any = None,
    parallel_iterations: int | None = None,
    back_prop: bool = True,
    swap_memory: bool = False,
    infer_shape: bool = True,
    name: str | None = None,
) -> Any:
    """``fn`` applied to each row of ``elems``, the results stacked.

    Args:
        fn: takes what ``elems`` has for one index; returns tensors.
        elems: a tensor, or a nested structure of tensors, with equal first dimensions.
        dtype: the types (and structure) of what ``fn`` returns, when they differ from ``elems``.
        parallel_iterations: kept in the graph.
        back_prop: whether gradients are wanted.
        swap_memory: kept in the graph.
        infer_shape: whether all results have one shape.
        name: the name scope.

    Returns:
        Tensors structured as ``fn`` returns them, with a first dimension like that of ``elems``.

    Raises:
        TypeError: when ``fn`` isn't callable or ``elems`` is a ``SparseTensor``.
        ValueError: when ``elems`` is a scalar, or ``fn`` returns another structure than ``dtype``.
    """
    if not callable(fn):
        raise TypeError("fn must be callable.")
    if isinstance(elems, SparseTensor):
        raise TypeError(
            "To perform a map on the values of a sparse tensor use either  "
            "SparseTensor(input.indices, fn(input.values), input.dense_shape) or  "
            "SparseTensor(input.indices, map_fn(fn, input.values), input.dense_shape)"
        )
    inputs = _Structure(elems)
    outputs = inputs if dtype is None else _Structure(dtype)
    elems_flat = inputs.flatten(elems)
    with name_scope(name, "map", elems_flat), _cached_variables():
        elems_flat = _tensors(elems_flat)
        types = outputs.flatten(dtype or inputs.pack([elem.dtype for elem in elems_flat]))
        if elems_flat[0].shape.ndims == 0:
            if len(elems_flat) == 1:
                raise ValueError("elems must be a 1+ dimensional Tensor, not a scalar")
            raise ValueError("elements in elems must be 1+ dimensional Tensors, not scalars")
        n = _count(elems_flat[0])
        sources = [TensorArray(dtype=e.dtype, size=n, dynamic_size=False) for e in elems_flat]
        sources = [a.unstack(elem) for a, elem in zip(sources, elems_flat, strict=True)]
        start = constant(0)
        results = [
            TensorArray(dtype=t, size=n, dynamic_size=False, infer_shape=infer_shape) for t in types
        ]

        def compute(i: Tensor, arrays: list[TensorArray]) -> Any:
            values = fn(inputs.pack([source.read(i) for source in sources]))
            nest.assert_same_structure(dtype or elems, values)
            written = [
                array.write(i, value)
                for array, value in zip(arrays, outputs.flatten(values), strict=True)
            ]
            return i + 1, written  # type: ignore[operator]

        _, results = while_loop(
            lambda i, _: i < n,
            compute,
            (start, results),
            parallel_iterations=parallel_iterations or 10,
            back_prop=back_prop,
            swap_memory=swap_memory,
            maximum_iterations=n,
        )
        stacked = [array.stack() for array in results]
        _set_first_dimension(stacked, elems_flat)
        return outputs.pack(stacked)


def scan(
    fn: Callable[[Any, Any], Any],
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    infer_shape: bool = True,
    reverse: bool = False,
    name: str | None = None,
) -> Any:
    """All partial results of folding ``fn`` over the rows of ``elems``, stacked.

    Args:
        fn: takes the result so far and what ``elems`` has for one index; returns the next result.
        elems: a tensor, or a nested structure of tensors, with equal first dimensions.
        initializer: the first result; the first row of ``elems`` when left out.
        parallel_iterations: kept in the graph.
        back_prop: whether gradients are wanted.
        swap_memory: kept in the graph.
        infer_shape: whether all results have one shape.
        reverse: whether to go from the last row to the first.
        name: the name scope.

    Returns:
        Tensors structured like ``initializer`` (or ``elems``), with a first dimension like that of
        ``elems``.

    Raises:
        TypeError: when ``fn`` isn't callable.
        ValueError: when ``fn`` returns another structure.
    """
    if not callable(fn):
        raise TypeError("fn must be callable.")
    inputs = _Structure(elems)
    outputs = inputs if initializer is None else _Structure(initializer)
    elems_flat = inputs.flatten(elems)
    with name_scope(name, "scan", elems_flat), _cached_variables():
        elems_flat = _tensors(elems_flat)
        n = elems_flat[0].shape[0].value
        if n is None:
            n = _count(elems_flat[0])
        sources = [
            TensorArray(dtype=e.dtype, size=n, dynamic_size=False, element_shape=e.shape[1:])
            for e in elems_flat
        ]
        sources = [a.unstack(elem) for a, elem in zip(sources, elems_flat, strict=True)]
        first: Any = 0
        if initializer is None:
            state = [source.read(n - 1 if reverse else 0) for source in sources]
            begin = 1
        else:
            state = _plain_tensors(outputs.flatten(initializer))
            begin = 0
        results = [
            TensorArray(
                dtype=value.dtype,
                size=n,
                element_shape=value.shape if infer_shape else None,
                dynamic_size=False,
                infer_shape=infer_shape,
            )
            for value in state
        ]
        if initializer is None:
            results = [
                array.write(n - 1 if reverse else 0, value)
                for array, value in zip(results, state, strict=True)
            ]

        def compute(i: Any, state: list[Any], arrays: list[TensorArray]) -> Any:
            element = inputs.pack([source.read(i) for source in sources])
            following = fn(outputs.pack(state), element)
            nest.assert_same_structure(elems if initializer is None else initializer, following)
            flat = outputs.flatten(following)
            written = [array.write(i, v) for array, v in zip(arrays, flat, strict=True)]
            return (i - 1 if reverse else i + 1), flat, written

        if reverse:
            first = n - 1 - begin
            more = lambda i, _1, _2: i >= 0  # noqa: E731
        else:
            first = begin
            more = lambda i, _1, _2: i < n  # noqa: E731
        _, _, results = while_loop(
            more,
            compute,
            (first, state, results),
            parallel_iterations=parallel_iterations,
            back_prop=back_prop,
            swap_memory=swap_memory,
            maximum_iterations=n,
        )
        stacked = [array.stack() for array in results]
        _set_first_dimension(stacked, elems_flat)
        return outputs.pack(stacked)


def _plain_tensors(values: list[Any]) -> list[Tensor]:
    return [convert_to_tensor(value) for value in values]


def _source(elem: Any, n: Any) -> TensorArray:
    return TensorArray(dtype=elem.dtype, size=n, dynamic_size=False).unstack(elem)


def foldl(
    fn: Callable[[Any, Any], Any],
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    name: str | None = None,
) -> Any:
    """The result of folding ``fn`` over the rows of ``elems``, from the first to the last.

    Args:
        fn: takes the result so far and what ``elems`` has for one index; returns the next result.
        elems: a tensor, or a nested structure of tensors, with equal first dimensions.
        initializer: the first result; the first row of ``elems`` when left out.
        parallel_iterations: kept in the graph.
        back_prop: whether gradients are wanted.
        swap_memory: kept in the graph.
        name: the name scope.

    Returns:
        The last result.

    Raises:
        TypeError: when ``fn`` isn't callable.
    """
    if not callable(fn):
        raise TypeError("fn must be callable.")
    with name_scope(name, "foldl", [elems]), _cached_variables():
        n = _count(_tensors(nest.flatten(elems))[0])
        sources = nest.map_structure(lambda elem: _source(elem, n), elems)
        if initializer is None:
            result = nest.map_structure(lambda source: source.read(0), sources)
            start = constant(1)
        else:
            result = initializer
            start = constant(0)

        def compute(i: Tensor, result: Any) -> list[Any]:
            element = nest.map_structure(lambda source: source.read(i), sources)
            result = fn(result, element)
            return [i + 1, result]  # type: ignore[operator]

        _, result = while_loop(
            lambda i, _: i < n,
            compute,
            [start, result],
            parallel_iterations=parallel_iterations,
            back_prop=back_prop,
            swap_memory=swap_memory,
            maximum_iterations=n,
        )
        return result


def foldr(
    fn: Callable[[Any, Any], Any],
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    name: str | None = None,
) -> Any:
    """The result of folding ``fn`` over the rows of ``elems``, from the last to the first.

    Args:
        fn: takes the result so far and what ``elems`` has for one index; returns the next result.
        elems: a tensor, or a nested structure of tensors, with equal first dimensions.
        initializer: the first result; the last row of ``elems`` when left out.
        parallel_iterations: kept in the graph.
        back_prop: whether gradients are wanted.
        swap_memory: kept in the graph.
        name: the name scope.

    Returns:
        The last result.

    Raises:
        TypeError: when ``fn`` isn't callable.
    """
    if not callable(fn):
        raise TypeError("fn must be callable.")
    with name_scope(name, "foldr", [elems]), _cached_variables():
        n = _count(_tensors(nest.flatten(elems))[0])
        sources = nest.map_structure(lambda elem: _source(elem, n), elems)
        if initializer is None:
            start = n - 1
            result = nest.map_structure(lambda source: source.read(start), sources)
        else:
            start = n
            result = initializer

        def compute(i: Any, result: Any) -> list[Any]:
            i = i - 1
            element = nest.map_structure(lambda source: source.read(i), sources)
            return [i, fn(result, element)]

        _, result = while_loop(
            lambda i, _: i > 0,
            compute,
            [start, result],
            parallel_iterations=parallel_iterations,
            back_prop=back_prop,
            swap_memory=swap_memory,
            maximum_iterations=n,
        )
        return result
