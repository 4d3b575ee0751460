"""``tf.data.Iterator``: where a graph takes a dataset's elements."""

from __future__ import annotations

import contextlib
import itertools
import threading
import warnings
from typing import Any

import numpy as np

from penstock.data import iteration, structure
from penstock.data.functions import name_attribute
from penstock.graph import defaults, errors
from penstock.graph.build import apply
from penstock.graph.convert import convert_to_tensor
from penstock.graph.registry import operation
from penstock.graph.scopes import colocate_with, device, name_scope
from penstock.graph.tensor import Tensor
from penstock.ops.session_resources import open_resource, resource_of
from penstock.ops.shape_rules import scalar_output
from penstock.runtime.plan import Plan

_KINDS = "output_types: list(type) >= 1; output_shapes: list(shape) >= 1"
_MOST_CALLS = 32


class _IteratorResource:
    """The state of an iterator in a session."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._elements: Any = None
        self._lock = threading.Lock()

    def start(self, source: iteration.Source, run: Any) -> None:
        """Begins with the first element of ``source``."""
        with self._lock:
            self._close()
            self._elements = source.elements(iteration.Context(run))

    def next(self, op: Any) -> list[Any]:
        """The next element.

        Raises:
            OutOfRangeError: there are no more.
            FailedPreconditionError: ``start`` wasn't called.
        """
        with self._lock:
            if self._elements is None:
                raise errors.FailedPreconditionError(
                    None,
                    op,
                    "GetNext() failed because the iterator has not been initialized. Ensure that "
                    "you have run the initializer operation for this iterator before getting the "
                    "next element.",
                )
            try:
                element = next(self._elements, None)
            except errors.OpError as error:
                if error.op is None:
                    raise type(error)(None, op, error.message) from error  # type: ignore[call-arg]
                raise
        if element is None:
            raise errors.OutOfRangeError(None, op, "End of sequence")
        return list(element)

    def _close(self) -> None:
        if self._elements is not None:
            self._elements.close()
            self._elements = None

    def close_session(self) -> None:
        """Stops the threads that work for the iterator."""
        if self._lock.acquire(timeout=5):
            try:
                self._close()
            finally:
                self._lock.release()


@operation(
    "IteratorV2",
    outputs="handle: resource",
    attrs="shared_name: string; container: string; " + _KINDS,
    stateful=True,
)
class IteratorV2:
    shape = scalar_output

    def host(*, op, run):
        return open_resource(run, op, "iterator", _IteratorResource)


class _DatasetFactory:
    """What ``OneShotIterator`` names: the dataset, which nothing outside can change.

    Args:
        tensor: the dataset's variant tensor.
        name: the name of the function.
    """

    def __init__(self, tensor: Tensor, name: str) -> None:
        self.name = name
        self.tensor = tensor
        self.plan: Plan | None = None

    def source(self, run: Any) -> iteration.Source:
        """The dataset."""
        if self.plan is None:
            self.plan = Plan([self.tensor], [], [])
        return self.plan.run(run.state, [], run.session)[0]

    @property
    def definition(self) -> Any:
        """The function as a ``FunctionDef``."""
        from penstock import protos

        made = protos.FunctionDef()
        made.signature.name = self.name
        made.signature.is_stateful = True
        made.signature.output_arg.add(
            name="dataset", type=self.tensor.dtype.base_dtype.as_datatype_enum
        )
        return made


@operation(
    "OneShotIterator",
    outputs="handle: resource",
    attrs="dataset_factory: func; " + _KINDS + "; container: string = ''; shared_name: string = ''",
    stateful=True,
)
class OneShotIterator:
    shape = scalar_output

    def host(*, op, run):
        handle = open_resource(run, op, "iterator", _IteratorResource)
        resource = resource_of(run, handle)
        with run.state.lock:
            if resource._elements is None:
                factory = op.graph._functions[op.attr("dataset_factory").name]
                resource.start(factory.source(run), run)
        return handle


@operation("MakeIterator", inputs="dataset: variant, iterator: resource", stateful=True)
class MakeIterator:
    def host(dataset, iterator, *, run):
        resource_of(run, iterator).start(dataset, run)


def _listed_shapes(op: Any) -> Any:
    return list(op.attr("output_shapes"))


@operation(
    "IteratorGetNext",
    inputs="iterator: resource",
    outputs="components: list(output_types)",
    attrs=_KINDS,
    stateful=True,
)
class IteratorGetNext:
    shape = _listed_shapes

    def host(iterator, *, op, run):
        return resource_of(run, iterator).next(op)


@operation(
    "IteratorToStringHandle",
    inputs="resource_handle: resource",
    outputs="string_handle: string",
    stateful=True,
)
class IteratorToStringHandle:
    shape = scalar_output

    def host(handle):
        made = np.empty((), object)
        made[()] = "\n".join(handle.key).encode()
        return made


@operation(
    "IteratorFromStringHandleV2",
    inputs="string_handle: string",
    outputs="resource_handle: resource",
    attrs="output_types: list(type) >= 0 = []; output_shapes: list(shape) >= 0 = []",
    stateful=True,
)
class IteratorFromStringHandleV2:
    shape = scalar_output

    def host(text, *, op, run):
        handle = run.new_handle(op)
        value = text[()]
        handle.key = tuple((value.decode() if isinstance(value, bytes) else value).split("\n"))
        resource_of(run, handle)
        return handle


class Iterator:
    """Gives the elements of a dataset, one in each run of ``get_next()``.

    Iterators are made by ``make_one_shot_iterator`` and ``make_initializable_iterator`` of a
    dataset, or by ``from_structure`` and ``from_string_handle``.
    """

    def __init__(self, resource: Tensor, initializer: Any, specs: Any) -> None:
        self._iterator_resource = resource
        self._initializer = initializer
        self._specs = specs
        self._string_handle = apply("IteratorToStringHandle", resource)
        self._calls = 0
        defaults.get_default_graph().add_to_collection("iterators", resource)

    @staticmethod
    def from_structure(
        output_types: Any,
        output_shapes: Any = None,
        shared_name: str | None = None,
        output_classes: Any = None,
    ) -> Iterator:
        """An iterator for any dataset with these types and shapes; see ``make_initializer``.

        Args:
            output_types: a nest of types.
            output_shapes: a nest of shapes; unknown when left out.
            shared_name: the name under which operations of one session share it.
            output_classes: a nest of classes; tensors when left out.
        """
        specs = structure.specs_from(output_types, output_shapes, output_classes)
        placed = bool(defaults.get_default_graph()._scopes.devices)
        with contextlib.nullcontext() if placed else device("/cpu:0"):
            resource = _resource(specs, shared_name)
        return Iterator(resource, None, specs)

    @staticmethod
    def from_string_handle(
        string_handle: Any,
        output_types: Any,
        output_shapes: Any = None,
        output_classes: Any = None,
    ) -> Iterator:
        """An iterator that stands for the one that a handle names when the graph runs.

        Args:
            string_handle: a ``string`` scalar, what ``Iterator.string_handle()`` gives.
            output_types, output_shapes, output_classes: as for ``from_structure``.
        """
        specs = structure.specs_from(output_types, output_shapes, output_classes)
        string_handle = convert_to_tensor(string_handle, dtype="string")
        resource = apply(
            "IteratorFromStringHandleV2",
            string_handle,
            output_types=structure.flat_types(specs),
            output_shapes=structure.flat_shapes(specs),
        )
        return Iterator(resource, None, specs)

    @property
    def initializer(self) -> Any:
        """The operation that begins with the first element.

        Raises:
            ValueError: for an iterator that has none.
        """
        if self._initializer is None:
            raise ValueError("Iterator does not have an initializer.")
        return self._initializer

    def make_initializer(self, dataset: Any, name: str | None = None) -> Any:
        """An operation that begins with the first element of ``dataset``.

        Raises:
            TypeError: when its types differ from those of the iterator.
        """
        with name_scope(name, "make_initializer") as scope:
            if structure.flat_types(dataset.element_spec) != structure.flat_types(self._specs):
                raise TypeError(
                    "Expected output types "
                    f"{structure.types_of(self._specs)!r} but got dataset with output types "
                    f"{structure.types_of(dataset.element_spec)!r}."
                )
            ours, theirs = (
                structure.flat_shapes(self._specs),
                structure.flat_shapes(dataset.element_spec),
            )
            if not all(a.is_compatible_with(b) for a, b in zip(ours, theirs)):
                raise TypeError(
                    f"Expected output shapes compatible with {ours} but got dataset with output "
                    f"shapes {theirs}."
                )
            with colocate_with(self._iterator_resource.op):
                return apply(
                    "MakeIterator", dataset._variant_tensor, self._iterator_resource, name=scope
                )

    def get_next(self, name: str | None = None) -> Any:
        """The next element, a new one in each run: a nest of tensors.

        Raises:
            OutOfRangeError: (when run) there are no more.
        """
        self._calls += 1
        if self._calls > _MOST_CALLS:
            warnings.warn(
                "An unusually high number of `Iterator.get_next()` calls was detected. This often "
                "indicates that `Iterator.get_next()` is being called inside a training loop, "
                "which will cause gradual slowdown and eventual resource exhaustion. If this is "
                "the case, restructure your code to call `next_element = iterator.get_next()` once "
                "outside the loop, and use `next_element` as the input to some computation that is "
                "invoked inside the loop.",
                stacklevel=2,
            )
        tensors = apply(
            "IteratorGetNext",
            self._iterator_resource,
            output_types=structure.flat_types(self._specs),
            output_shapes=structure.flat_shapes(self._specs),
            name=name,
        )
        return structure.from_tensors(self._specs, tensors)

    def string_handle(self, name: str | None = None) -> Tensor:
        """A ``string`` scalar that names this iterator in its session."""
        if name is None:
            return self._string_handle
        return apply("IteratorToStringHandle", self._iterator_resource, name=name)

    @property
    def output_classes(self) -> Any:
        """The classes of the leaves of an element."""
        return structure.classes_of(self._specs)

    @property
    def output_shapes(self) -> Any:
        """The shapes of the leaves of an element."""
        return structure.shapes_of(self._specs)

    @property
    def output_types(self) -> Any:
        """The types of the leaves of an element."""
        return structure.types_of(self._specs)

    @property
    def element_spec(self) -> Any:
        """The specs of the leaves of an element."""
        return self._specs


def _resource(specs: Any, shared_name: str | None) -> Tensor:
    return apply(
        "IteratorV2",
        shared_name=shared_name or "",
        container="",
        output_types=structure.flat_types(specs),
        output_shapes=structure.flat_shapes(specs),
    )


_factories = itertools.count(1)


def make_one_shot_iterator(dataset: Any) -> Iterator:
    """An iterator that needs no initializer and goes through ``dataset`` once.

    Raises:
        ValueError: when the dataset depends on a placeholder or a variable.
    """
    _check_constant(dataset._variant_tensor)
    specs = dataset.element_spec
    name = f"_make_dataset_{next(_factories)}"
    graph = defaults.get_default_graph()
    graph._functions[name] = _DatasetFactory(dataset._variant_tensor, name)
    resource = apply(
        "OneShotIterator",
        dataset_factory=name_attribute(name),
        output_types=structure.flat_types(specs),
        output_shapes=structure.flat_shapes(specs),
    )
    return Iterator(resource, None, specs)


def _check_constant(tensor: Tensor) -> None:
    """A one-shot iterator's dataset must not need anything from outside."""
    stack, seen = [tensor.op], set()
    while stack:
        op = stack.pop()
        if op in seen:
            continue
        seen.add(op)
        if op.type == "Placeholder":
            raise ValueError(
                f"Cannot capture a placeholder (name:{op.name}, type:{op.type}) by value."
            )
        if op.definition.stateful and "Dataset" not in op.type:
            raise ValueError(
                "Failed to create a one-shot iterator for a dataset. "
                "`Dataset.make_one_shot_iterator()` does not support datasets that capture "
                "stateful objects, such as a `Variable` or `LookupTable`. In these cases, use "
                "`Dataset.make_initializable_iterator()`. (Original error: Cannot capture a "
                f"stateful node (name:{op.name}, type:{op.type}) by value.)"
            )
        stack.extend(t.op for t in op.inputs)


def make_initializable_iterator(dataset: Any, shared_name: str | None = None) -> Iterator:
    """An iterator whose ``initializer`` must run first (and may run again).

    Args:
        dataset: the dataset.
        shared_name: the name under which operations of one session share it.
    """
    specs = dataset.element_spec
    prepared = dataset._apply_options()
    resource = _resource(specs, shared_name)
    with colocate_with(resource.op):
        initializer = apply("MakeIterator", prepared, resource)
    return Iterator(resource, initializer, specs)
