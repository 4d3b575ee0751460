"""Queues: ``tf.FIFOQueue``, ``PaddingFIFOQueue``, ``RandomShuffleQueue``, ``PriorityQueue``."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from penstock.graph import dtypes, errors
from penstock.graph.build import apply
from penstock.graph.convert import convert_to_tensor
from penstock.graph.dtypes import as_dtype
from penstock.graph.registry import operation
from penstock.graph.scopes import name_scope
from penstock.graph.shapes import Dimension, TensorShape, as_shape, unknown_shape
from penstock.graph.static_values import constant_value
from penstock.graph.tensor import Tensor
from penstock.ops import queue_kernels as kernels
from penstock.ops.seeds import get_seed
from penstock.ops.session_resources import open_resource, resource_of
from penstock.ops.shape_rules import scalar_output


@operation(
    "FIFOQueueV2",
    outputs="handle: resource",
    attrs="component_types: list(type) >= 1; shapes: list(shape) >= 0 = []; capacity: int = -1; "
    "container: string = ''; shared_name: string = ''",
    stateful=True,
)
class FIFOQueueV2:
    shape = scalar_output

    def host(*, op, run, capacity, shapes):
        return open_resource(run, op, "queue", lambda n: kernels.Queue(n, capacity, shapes))


@operation(
    "PaddingFIFOQueueV2",
    outputs="handle: resource",
    attrs="component_types: list(type) >= 1; shapes: list(shape) >= 0 = []; capacity: int = -1; "
    "container: string = ''; shared_name: string = ''",
    stateful=True,
)
class PaddingFIFOQueueV2:
    shape = scalar_output

    def host(*, op, run, capacity, shapes):
        return open_resource(
            run, op, "queue", lambda n: kernels.PaddingFIFOQueue(n, capacity, shapes)
        )


@operation(
    "RandomShuffleQueueV2",
    outputs="handle: resource",
    attrs="component_types: list(type) >= 1; shapes: list(shape) >= 0 = []; capacity: int = -1; "
    "min_after_dequeue: int = 0; seed: int = 0; seed2: int = 0; container: string = ''; "
    "shared_name: string = ''",
    stateful=True,
)
class RandomShuffleQueueV2:
    shape = scalar_output

    def host(*, op, run, capacity, shapes, min_after_dequeue, seed, seed2):
        return open_resource(
            run,
            op,
            "queue",
            lambda n: kernels.RandomShuffleQueue(
                n, capacity, shapes, min_after_dequeue, kernels.philox_words(seed, seed2)
            ),
        )


@operation(
    "PriorityQueueV2",
    outputs="handle: resource",
    attrs="component_types: list(type) >= 0 = []; shapes: list(shape) >= 0; capacity: int = -1; "
    "container: string = ''; shared_name: string = ''",
    stateful=True,
)
class PriorityQueueV2:
    shape = scalar_output

    def host(*, op, run, capacity, shapes):
        full = [as_shape([]), *shapes] if shapes else None
        return open_resource(run, op, "queue", lambda n: kernels.PriorityQueue(n, capacity, full))


def _components(queue: Any, components: list[Any], run: Any, batched: bool) -> list[np.ndarray]:
    """Copies of the components (a fed array belongs to the user), their shapes checked."""
    made = []
    for i, component in enumerate(components):
        array = np.asarray(component)
        if queue.shapes is not None:
            wanted = queue.shapes[i]
            found = array.shape[1:] if batched else array.shape
            if not wanted.is_compatible_with(found):
                raise errors.InvalidArgumentError(
                    None,
                    run.current,
                    f"Shape mismatch in tuple component {i}. Expected {_text(wanted)}, got "
                    f"{_text(TensorShape(array.shape))}",
                )
        made.append(array.copy() if array.flags.writeable else array)
    return made


def _text(shape: Any) -> str:
    return "[" + ",".join("?" if s is None else str(s) for s in shape.as_list()) + "]"


@operation(
    "QueueEnqueueV2",
    inputs="handle: resource, components: list(Tcomponents)",
    attrs="Tcomponents: list(type) >= 1; timeout_ms: int = -1",
    stateful=True,
)
class QueueEnqueueV2:
    def host(handle, components, *, run):
        queue = resource_of(run, handle)
        queue.enqueue([tuple(_components(queue, components, run, False))], run)


@operation(
    "QueueEnqueueManyV2",
    inputs="handle: resource, components: list(Tcomponents)",
    attrs="Tcomponents: list(type) >= 1; timeout_ms: int = -1",
    stateful=True,
)
class QueueEnqueueManyV2:
    def host(handle, components, *, run):
        queue = resource_of(run, handle)
        made = _components(queue, components, run, True)
        if len({len(c) for c in made}) > 1:
            raise errors.InvalidArgumentError(
                None,
                run.current,
                "All input tensors must have the same size in the 0th dimension. Sizes: "
                + ", ".join(str(len(c)) for c in made),
            )
        queue.enqueue(kernels.split_batch(made), run)


@operation(
    "QueueDequeueV2",
    inputs="handle: resource",
    outputs="components: list(component_types)",
    attrs="component_types: list(type) >= 1; timeout_ms: int = -1",
    stateful=True,
)
class QueueDequeueV2:
    def host(handle, *, run):
        return list(resource_of(run, handle).dequeue(1, run)[0])


def _dequeue_batch(handle: Any, n: Any, run: Any, types: Any, up_to: bool) -> list[Any]:
    queue = resource_of(run, handle)
    if n < 0:
        name = "DequeueUpTo" if up_to else "DequeueMany"
        raise errors.InvalidArgumentError(
            None, run.current, f"{name} requested {int(n)} < 0 elements"
        )
    if queue.shapes is None:
        raise errors.InvalidArgumentError(
            None,
            run.current,
            f"{queue.kind}'s DequeueMany and DequeueUpTo require the components to have specified "
            "shapes.",
        )
    elements = queue.dequeue(int(n), run, up_to)
    return kernels.stack_elements(elements, len(types), queue, types)


@operation(
    "QueueDequeueManyV2",
    inputs="handle: resource, n: int32",
    outputs="components: list(component_types)",
    attrs="component_types: list(type) >= 1; timeout_ms: int = -1",
    stateful=True,
)
class QueueDequeueManyV2:
    def host(handle, n, *, run, component_types):
        return _dequeue_batch(handle, n, run, component_types, False)


@operation(
    "QueueDequeueUpToV2",
    inputs="handle: resource, n: int32",
    outputs="components: list(component_types)",
    attrs="component_types: list(type) >= 1; timeout_ms: int = -1",
    stateful=True,
)
class QueueDequeueUpToV2:
    def host(handle, n, *, run, component_types):
        return _dequeue_batch(handle, n, run, component_types, True)


@operation(
    "QueueCloseV2",
    inputs="handle: resource",
    attrs="cancel_pending_enqueues: bool = false",
    stateful=True,
)
class QueueCloseV2:
    def host(handle, *, run, cancel_pending_enqueues):
        resource_of(run, handle).close(cancel_pending_enqueues, run)


@operation("QueueIsClosedV2", inputs="handle: resource", outputs="is_closed: bool", stateful=True)
class QueueIsClosedV2:
    shape = scalar_output

    def host(handle, *, run):
        return np.array(resource_of(run, handle).closed)


@operation("QueueSizeV2", inputs="handle: resource", outputs="size: int32", stateful=True)
class QueueSizeV2:
    shape = scalar_output

    def host(handle, *, run):
        return np.array(resource_of(run, handle).size(), np.int32)


@operation(
    "_SelectResource",
    inputs="handles: N * resource, index: int32",
    outputs="handle: resource",
    attrs="N: int >= 1",
    stateful=True,
)
class SelectResource:
    shape = scalar_output

    def host(handles, index, *, run):
        if not 0 <= index < len(handles):
            raise errors.InvalidArgumentError(
                None, run.current, f"indices = {int(index)} is not in [0, {len(handles)})"
            )
        return handles[int(index)]


def _type_list(types: Any) -> list[Any]:
    return [as_dtype(t) for t in (types if isinstance(types, (list, tuple)) else [types])]


def _shape_list(shapes: Any, partial: bool = False) -> list[TensorShape] | None:
    if partial and (
        not isinstance(shapes, Sequence)
        or not shapes
        or any(shape is None or isinstance(shape, int) for shape in shapes)
    ):
        raise ValueError("When providing partial shapes, a list of shapes must be provided.")
    if shapes is None:
        return None
    if isinstance(shapes, TensorShape):
        shapes = [shapes]
    if not isinstance(shapes, (tuple, list)):
        raise TypeError("shapes must be a TensorShape or a list or tuple of TensorShapes.")
    if all(shape is None or isinstance(shape, int) for shape in shapes):
        shapes = [shapes]
    made = [as_shape(shape) for shape in shapes]
    if not partial and any(not shape.is_fully_defined() for shape in made):
        raise ValueError(f"All shapes must be fully defined: {made}")
    if any(shape.ndims is None for shape in made):
        raise ValueError(f"All shapes must have a defined rank: {made}")
    return made


def _name_list(names: Any, types: list[Any]) -> list[str] | None:
    if names is None:
        return None
    names = list(names) if isinstance(names, (list, tuple)) else [names]
    if len(names) != len(types):
        raise ValueError("List of names must have the same length as the list of dtypes")
    return names


def _common_shape(first: Any, second: Any) -> TensorShape:
    if first.ndims is None or second.ndims is None or first.ndims != second.ndims:
        return unknown_shape()
    pairs = zip(first.as_list(), second.as_list())
    return TensorShape([a if a == b else None for a, b in pairs])


class QueueBase:
    """A queue of elements, each one tensor or a tuple of tensors.

    Args:
        dtypes: the types of an element's components.
        shapes: their shapes, or ``None``.
        names: names of the components, with which elements are dictionaries; or ``None``.
        queue_ref: the tensor that stands for the queue.

    Raises:
        ValueError: when the lists differ in length.
    """

    def __init__(self, dtypes: Any, shapes: Any, names: Any, queue_ref: Any) -> None:
        self._dtypes = dtypes
        if shapes is not None and len(shapes) != len(dtypes):
            raise ValueError("Queue shapes must have the same length as dtypes")
        if names is not None and len(names) != len(dtypes):
            raise ValueError("Queue names must have the same length as dtypes")
        self._shapes = (
            [unknown_shape() for _ in dtypes] if shapes is None else [as_shape(s) for s in shapes]
        )
        self._names = names
        self._queue_ref = queue_ref
        self._name = queue_ref.op.name.split("/")[-1]

    @staticmethod
    def from_list(index: Any, queues: Any) -> QueueBase:
        """The queue at a place, chosen when the graph runs.

        Args:
            index: an integer scalar.
            queues: a list of queues with the same types and names.

        Raises:
            TypeError: when they are no queues or differ.
        """
        if (
            not queues
            or not isinstance(queues, list)
            or not all(isinstance(q, QueueBase) for q in queues)
        ):
            raise TypeError("A list of queues expected")
        first = queues[0]
        if not all(first.dtypes == q.dtypes for q in queues[1:]):
            raise TypeError("Queues do not have matching component dtypes.")
        if not all(first.names == q.names for q in queues[1:]):
            raise TypeError("Queues do not have matching component names.")
        shapes = [
            functools.reduce(_common_shape, each) for each in zip(*(q.shapes for q in queues))
        ]
        chosen = apply("_SelectResource", [q.queue_ref for q in queues], index, name="Gather")
        return QueueBase(first.dtypes, shapes, first.names, chosen)

    @property
    def queue_ref(self) -> Tensor:
        """The tensor that stands for the queue."""
        return self._queue_ref

    @property
    def name(self) -> str:
        """The name of the queue's operation."""
        return self._queue_ref.op.name

    @property
    def dtypes(self) -> list[Any]:
        """The types of an element's components."""
        return self._dtypes

    @property
    def shapes(self) -> list[TensorShape]:
        """The shapes of an element's components."""
        return self._shapes

    @property
    def names(self) -> list[str] | None:
        """The names of an element's components."""
        return self._names

    def _checked(self, vals: Any) -> list[Tensor]:
        if isinstance(vals, dict):
            if not self._names:
                raise ValueError("Queue must have names to enqueue a dictionary")
            if sorted(self._names, key=str) != sorted(vals.keys(), key=str):
                raise ValueError(
                    "Keys in dictionary to enqueue do not match names of Queue.  "
                    f"Dictionary: ({sorted(vals.keys())}), Queue: ({sorted(self._names)})"
                )
            vals = [vals[k] for k in self._names]
        else:
            if self._names:
                raise ValueError("You must enqueue a dictionary in a Queue with names")
            if not isinstance(vals, (list, tuple)):
                vals = [vals]
        return [
            convert_to_tensor(val, dtype=dtype, name=f"component_{i}")
            for i, (val, dtype) in enumerate(zip(vals, self._dtypes))
        ]

    @staticmethod
    def _scope_values(vals: Any) -> list[Any]:
        if isinstance(vals, dict):
            return list(vals.values())
        return list(vals) if isinstance(vals, (list, tuple)) else [vals]

    def enqueue(self, vals: Any, name: str | None = None) -> Any:
        """An operation that adds one element, waiting while the queue is full.

        Args:
            vals: a tensor, a list of them, or a dictionary for a queue with names.
            name: the name of the operation.

        Raises:
            ValueError: when ``vals`` doesn't fit the queue.
            CancelledError: (when run) the queue is closed.
        """
        with name_scope(name, f"{self._name}_enqueue", self._scope_values(vals)) as scope:
            tensors = self._checked(vals)
            for tensor, shape in zip(tensors, self._shapes):
                tensor.shape.assert_is_compatible_with(shape)
            return apply("QueueEnqueueV2", self._queue_ref, tensors, name=scope)

    def enqueue_many(self, vals: Any, name: str | None = None) -> Any:
        """An operation that adds the rows of tensors as elements.

        Args:
            vals: like those of ``enqueue``, with one more dimension in front.
            name: the name of the operation.
        """
        with name_scope(name, f"{self._name}_EnqueueMany", self._scope_values(vals)) as scope:
            tensors = self._checked(vals)
            rows = Dimension(tensors[0].shape.with_rank_at_least(1)[0].value)
            for tensor, shape in zip(tensors, self._shapes):
                rows = rows.merge_with(Dimension(tensor.shape.with_rank_at_least(1)[0].value))
                tensor.shape[1:].assert_is_compatible_with(shape)
            return apply("QueueEnqueueManyV2", self._queue_ref, tensors, name=scope)

    def _returned(self, tensors: list[Tensor]) -> Any:
        if self._names:
            return dict(zip(self._names, tensors))
        return tensors[0] if len(tensors) == 1 else tensors

    def dequeue(self, name: str | None = None) -> Any:
        """One element, taken from the queue when the graph runs.

        Returns:
            A tensor, a list of them, or a dictionary for a queue with names.

        Raises:
            OutOfRangeError: (when run) the queue is closed and empty.
        """
        found = apply(
            "QueueDequeueV2",
            self._queue_ref,
            component_types=self._dtypes,
            name=name or f"{self._name}_Dequeue",
        )
        for tensor, shape in zip(found, self._shapes):
            tensor.set_shape(shape)
        return self._returned(found)

    def dequeue_many(self, n: Any, name: str | None = None) -> Any:
        """``n`` elements, their components stacked along a new first dimension.

        Raises:
            OutOfRangeError: (when run) the queue is closed and has fewer.
        """
        found = apply(
            "QueueDequeueManyV2",
            self._queue_ref,
            n,
            component_types=self._dtypes,
            name=name or f"{self._name}_DequeueMany",
        )
        rows = constant_value(found[0].op.inputs[1])
        for tensor, shape in zip(found, self._shapes):
            first = None if rows is None else int(rows)
            tensor.set_shape(TensorShape([first]).concatenate(shape))
        return self._returned(found)

    def dequeue_up_to(self, n: Any, name: str | None = None) -> Any:
        """``n`` elements, or what is left once the queue is closed.

        Raises:
            OutOfRangeError: (when run) the queue is closed and empty.
        """
        found = apply(
            "QueueDequeueUpToV2",
            self._queue_ref,
            n,
            component_types=self._dtypes,
            name=name or f"{self._name}_DequeueUpTo",
        )
        for tensor, shape in zip(found, self._shapes):
            tensor.set_shape(TensorShape([None]).concatenate(shape))
        return self._returned(found)

    def close(self, cancel_pending_enqueues: bool = False, name: str | None = None) -> Any:
        """An operation that closes the queue: nothing can be added any more.

        Args:
            cancel_pending_enqueues: whether enqueues that wait fail; else they are served first.
            name: the name of the operation.
        """
        return apply(
            "QueueCloseV2",
            self._queue_ref,
            cancel_pending_enqueues=cancel_pending_enqueues,
            name=name or f"{self._name}_Close",
        )

    def is_closed(self, name: str | None = None) -> Tensor:
        """Whether the queue is closed."""
        return apply("QueueIsClosedV2", self._queue_ref, name=name or f"{self._name}_Is_Closed")

    def size(self, name: str | None = None) -> Tensor:
        """How many elements the queue has, ``int32``."""
        return apply("QueueSizeV2", self._queue_ref, name=name or f"{self._name}_Size")


class FIFOQueue(QueueBase):
    """A queue that gives its elements in the order in which they came.

    Args:
        capacity: the greatest number of elements.
        dtypes: the type of each component.
        shapes: the shape of each component, fully known; needed for ``dequeue_many``.
        names: names of the components.
        shared_name: the name under which operations of one session share it.
        name: the name of the operation.
    """

    def __init__(
        self,
        capacity: int,
        dtypes: Any,
        shapes: Any = None,
        names: Any = None,
        shared_name: str | None = None,
        name: str = "fifo_queue",
    ) -> None:
        dtypes = _type_list(dtypes)
        shapes = _shape_list(shapes)
        names = _name_list(names, dtypes)
        reference = apply(
            "FIFOQueueV2",
            component_types=dtypes,
            shapes=shapes,
            capacity=capacity,
            shared_name=shared_name,
            name=name,
        )
        super().__init__(dtypes, shapes, names, reference)


class PaddingFIFOQueue(QueueBase):
    """A ``FIFOQueue`` of elements of varying sizes; ``dequeue_many`` pads them with zeros.

    Args:
        capacity: the greatest number of elements.
        dtypes: the type of each component.
        shapes: the shape of each component; sizes may be ``None``.
        names: names of the components.
        shared_name: the name under which operations of one session share it.
        name: the name of the operation.
    """

    def __init__(
        self,
        capacity: int,
        dtypes: Any,
        shapes: Any,
        names: Any = None,
        shared_name: str | None = None,
        name: str = "padding_fifo_queue",
    ) -> None:
        dtypes = _type_list(dtypes)
        shapes = _shape_list(shapes, partial=True) or []
        names = _name_list(names, dtypes)
        if len(dtypes) != len(shapes):
            raise ValueError(
                "Shapes must be provided for all components, but received "
                f"{len(dtypes)} dtypes and {len(shapes)} shapes."
            )
        reference = apply(
            "PaddingFIFOQueueV2",
            component_types=dtypes,
            shapes=shapes,
            capacity=capacity,
            shared_name=shared_name,
            name=name,
        )
        super().__init__(dtypes, shapes, names, reference)


class RandomShuffleQueue(QueueBase):
    """A queue that gives its elements in random order.

    Args:
        capacity: the greatest number of elements.
        min_after_dequeue: elements that must stay, so that there is something to mix, until the
            queue is closed.
        dtypes: the type of each component.
        shapes: the shape of each component, fully known; needed for ``dequeue_many``.
        names: names of the components.
        seed: the seed; see ``tf.set_random_seed``.
        shared_name: the name under which operations of one session share it.
        name: the name of the operation.
    """

    def __init__(
        self,
        capacity: int,
        min_after_dequeue: int,
        dtypes: Any,
        shapes: Any = None,
        names: Any = None,
        seed: int | None = None,
        shared_name: str | None = None,
        name: str = "random_shuffle_queue",
    ) -> None:
        dtypes = _type_list(dtypes)
        shapes = _shape_list(shapes)
        names = _name_list(names, dtypes)
        seed1, seed2 = get_seed(seed)
        if seed1 is None and seed2 is None:
            seed1, seed2 = 0, 0
        elif seed is None and shared_name is not None:
            # Queues that share a name must shuffle alike, wherever in the graph they were made.
            digest = hashlib.md5((str(seed1) + shared_name).encode(), usedforsecurity=False)
            seed2 = int(digest.hexdigest()[:8], 16) & 0x7FFFFFFF
        reference = apply(
            "RandomShuffleQueueV2",
            component_types=dtypes,
            shapes=shapes,
            capacity=capacity,
            min_after_dequeue=min_after_dequeue,
            seed=seed1,
            seed2=seed2,
            shared_name=shared_name,
            name=name,
        )
        super().__init__(dtypes, shapes, names, reference)


class PriorityQueue(QueueBase):
    """A queue that gives the element with the smallest priority first.

    An element's first component is its priority, an ``int64`` scalar.

    Args:
        capacity: the greatest number of elements.
        types: the types of the other components.
        shapes: their shapes.
        names: names of all components.
        shared_name: the name under which operations of one session share it.
        name: the name of the operation.
    """

    def __init__(
        self,
        capacity: int,
        types: Any,
        shapes: Any = None,
        names: Any = None,
        shared_name: str | None = None,
        name: str = "priority_queue",
    ) -> None:
        types = _type_list(types)
        shapes = _shape_list(shapes)
        reference = apply(
            "PriorityQueueV2",
            component_types=types,
            shapes=shapes or [],
            capacity=capacity,
            shared_name=shared_name,
            name=name,
        )
        all_shapes = [as_shape([]), *shapes] if shapes else shapes
        super().__init__([dtypes.int64, *types], all_shapes, names, reference)
