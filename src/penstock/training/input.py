"""Input pipelines made of queues: ``tf.train.batch``, ``shuffle_batch``, input producers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from penstock.graph import dtypes
from penstock.graph.collections import GraphKeys
from penstock.graph.composite import SparseTensor
from penstock.graph.convert import convert_to_tensor, convert_to_tensor_or_indexed_slices
from penstock.graph.scopes import control_dependencies, name_scope
from penstock.graph.shapes import as_shape
from penstock.graph.static_values import constant_value
from penstock.graph.tensor import Tensor
from penstock.ops.constants import constant
from penstock.ops.queues import FIFOQueue, PaddingFIFOQueue, QueueBase, RandomShuffleQueue
from penstock.training.queue_runner import QueueRunner, add_queue_runner


def _fraction_summary(tag: str, amount: Tensor, capacity: int) -> None:
    from penstock.ops.casts import cast
    from penstock.summary.functions import scalar

    scalar(tag, cast(amount, dtypes.float32) * (1.0 / capacity))


def limit_epochs(tensor: Any, num_epochs: int | None = None, name: str | None = None) -> Tensor:
    """``tensor``, which may be read ``num_epochs`` times.

    Args:
        tensor: any tensor.
        num_epochs: how often; without limit when ``None``.
        name: the name of the operations.

    Raises:
        ValueError: when ``num_epochs`` isn't positive.
        OutOfRangeError: (when run) once more.
    """
    from penstock.ops.identities import identity
    from penstock.ops.variables import Variable

    if num_epochs is None:
        return tensor
    if num_epochs <= 0:
        raise ValueError(f"num_epochs must be > 0 not {num_epochs}.")
    with name_scope(name, "limit_epochs", [tensor]) as scope:
        epochs = Variable(
            constant(0, dtype=dtypes.int64),
            name="epochs",
            trainable=False,
            collections=[GraphKeys.LOCAL_VARIABLES],
        )
        counter = epochs.count_up_to(num_epochs)
        with control_dependencies([counter]):
            return identity(tensor, name=scope)


def input_producer(
    input_tensor: Any,
    element_shape: Any = None,
    num_epochs: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    capacity: int = 32,
    shared_name: str | None = None,
    summary_name: str | None = None,
    name: str | None = None,
    cancel_op: Any = None,
) -> QueueBase:
    """A queue of the rows of a tensor, filled by a queue runner.

    Args:
        input_tensor: a tensor with at least one dimension.
        element_shape: the shape of a row, when it isn't known.
        num_epochs: how often the tensor is gone through; without end when ``None``.
        shuffle: whether the rows are shuffled anew in each epoch.
        seed: the seed of the shuffle.
        capacity: of the queue.
        shared_name: the name under which operations of one session share the queue.
        summary_name: a summary of how full the queue is gets this name.
        name: the name of the queue.
        cancel_op: run when the coordinator stops.

    Raises:
        ValueError: when the shape of a row isn't known.
    """
    from penstock.ops.random_order import random_shuffle

    with name_scope(name, "input_producer", [input_tensor]):
        tensor = convert_to_tensor(input_tensor, name="input_tensor")
        shape = tensor.shape[1:].merge_with(as_shape(element_shape))
        if not shape.is_fully_defined():
            raise ValueError(
                "Either `input_tensor` must have a fully defined shape or `element_shape` must be "
                "specified"
            )
        if shuffle:
            tensor = random_shuffle(tensor, seed=seed)
        tensor = limit_epochs(tensor, num_epochs)
        queue = FIFOQueue(
            capacity=capacity,
            dtypes=[tensor.dtype.base_dtype],
            shapes=[shape],
            shared_name=shared_name,
            name=name,  # type: ignore[arg-type]
        )
        enqueue = queue.enqueue_many([tensor])
        add_queue_runner(QueueRunner(queue, [enqueue], cancel_op=cancel_op))
        if summary_name is not None:
            _fraction_summary(summary_name, queue.size(), capacity)
        return queue


def string_input_producer(
    string_tensor: Any,
    num_epochs: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    capacity: int = 32,
    shared_name: str | None = None,
    name: str | None = None,
    cancel_op: Any = None,
) -> QueueBase:
    """A queue of texts (file names, mostly), filled by a queue runner.

    Args:
        string_tensor: a vector of ``string``.
        num_epochs: how often it is gone through; without end when ``None``.
        shuffle: whether it is shuffled anew in each epoch.
        seed: the seed of the shuffle.
        capacity: of the queue.
        shared_name: the name under which operations of one session share the queue.
        name: the name of the operations.
        cancel_op: run when the coordinator stops.

    Raises:
        ValueError: when there is nothing in the list.
        InvalidArgumentError: (when run) when there is nothing in the tensor.
    """
    from penstock.ops.arrays import size
    from penstock.ops.checks import Assert
    from penstock.ops.comparisons import greater
    from penstock.ops.identities import identity

    message = "string_input_producer requires a non-null input tensor"
    if isinstance(string_tensor, (list, tuple, np.ndarray)) and len(string_tensor) == 0:
        raise ValueError(message)
    with name_scope(name, "input_producer", [string_tensor]) as scope:
        tensor = convert_to_tensor(string_tensor, dtype=dtypes.string)
        with control_dependencies([Assert(greater(size(tensor), 0), [message])]):
            tensor = identity(tensor)
        return input_producer(
            input_tensor=tensor,
            element_shape=[],
            num_epochs=num_epochs,
            shuffle=shuffle,
            seed=seed,
            capacity=capacity,
            shared_name=shared_name,
            name=scope,
            summary_name=f"fraction_of_{capacity}_full",
            cancel_op=cancel_op,
        )


def range_input_producer(
    limit: Any,
    num_epochs: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    capacity: int = 32,
    shared_name: str | None = None,
    name: str | None = None,
) -> QueueBase:
    """A queue of the integers from 0 to ``limit - 1``; see ``input_producer``."""
    from penstock.ops.ranges import range as tf_range

    with name_scope(name, "input_producer", [limit]) as scope:
        return input_producer(
            tf_range(limit),
            [],
            num_epochs,
            shuffle,
            seed,
            capacity,
            shared_name,
            f"fraction_of_{capacity}_full",
            scope,
        )


def slice_input_producer(
    tensor_list: Sequence[Any],
    num_epochs: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    capacity: int = 32,
    shared_name: str | None = None,
    name: str | None = None,
) -> list[Tensor]:
    """One row of each tensor, the same row of all, a new one in each run.

    Args:
        tensor_list: tensors with equal first dimensions.
        num_epochs: how often the rows are gone through; without end when ``None``.
        shuffle: whether they are shuffled anew in each epoch.
        seed: the seed of the shuffle.
        capacity: of the queue of row numbers.
        shared_name: the name under which operations of one session share the queue.
        name: the name of the operations.

    Raises:
        ValueError: when there are no tensors.
    """
    from penstock.ops.arrays import shape
    from penstock.ops.gathers import gather

    with name_scope(name, "input_producer", tensor_list):
        tensors = [convert_to_tensor_or_indexed_slices(t) for t in tensor_list]
        if not tensors:
            raise ValueError("Expected at least one tensor in slice_input_producer().")
        queue = range_input_producer(
            shape(tensors[0])[0],
            num_epochs=num_epochs,
            shuffle=shuffle,
            seed=seed,
            capacity=capacity,
            shared_name=shared_name,
        )
        index = queue.dequeue()
        return [gather(t, index) for t in tensors]


# -- batches --------------------------------------------------------------------------------------
def _tensor_list(tensors: Any) -> list[Any]:
    if isinstance(tensors, dict):
        return [tensors[k] for k in sorted(tensors, key=str)]
    return tensors


def _tensor_lists(tensors_list: Any) -> list[Any]:
    if not tensors_list:
        raise ValueError("Expected at least one set of tensors")
    if isinstance(tensors_list[0], dict):
        keys = set(tensors_list[0])
        if any(set(tensors) != keys for tensors in tensors_list[1:]):
            raise ValueError("All dictionaries in tensors_list must have the same keys")
        return [_tensor_list(tensors) for tensors in tensors_list]
    return tensors_list


def _as_given(original: Any, tensors: Any) -> Any:
    if not isinstance(original, dict):
        return tensors
    if len(original) == 1:
        tensors = [tensors]
    return dict(zip(sorted(original, key=str), tensors))


def _converted(tensors: Any, where: str) -> list[Any]:
    if not isinstance(tensors, (list, tuple)):
        raise TypeError("values must be a list.")
    made = [
        t if isinstance(t, SparseTensor) else convert_to_tensor_or_indexed_slices(t)
        for t in tensors
    ]
    if not made:
        raise ValueError(f"Expected at least one tensor in {where}().")
    return made


def _checked_keep_input(keep_input: Any, enqueue_many: bool) -> Tensor:
    keep_input = convert_to_tensor(keep_input)
    rank = keep_input.shape.ndims
    if rank is None:
        raise ValueError("`keep_input` dimensions must be known at graph construction.")
    if not enqueue_many and rank == 1:
        raise ValueError("`keep_input` cannot be a vector when `enqueue_many=False`.")
    if rank > 1:
        raise ValueError("`keep_input` must be 0 or 1 dimensions.")
    return keep_input


def _element_types(lists: list[list[Any]]) -> list[Any]:
    types = [t.dtype for t in lists[0]]
    for other in lists[1:]:
        others = [t.dtype for t in other]
        if others != types:
            raise TypeError(
                f"Expected types to be consistent: {', '.join(x.name for x in types)} vs. "
                f"{', '.join(x.name for x in others)}."
            )
    return types


def _element_shapes(lists: list[list[Any]], shapes: Any, enqueue_many: bool) -> Any:
    if shapes is not None:
        return shapes
    merged = []
    for same in zip(*lists):
        for tensor in same:
            if tensor.shape.ndims is None:
                raise ValueError(f"Cannot infer Tensor's rank: {tensor}")
        each = [t.shape.with_rank_at_least(1)[1:] if enqueue_many else t.shape for t in same]
        shape = each[0]
        for other in each[1:]:
            shape.merge_with(other)
        merged.append(shape.as_list())
    return merged


def _when(keep_input: Tensor, enqueue: Callable[[], Any]) -> Any:
    """``enqueue()`` if ``keep_input`` holds, decided now when it is known."""
    from penstock.ops.control_flow import cond, no_op

    value = constant_value(keep_input)
    if value is None:
        return cond(keep_input, enqueue, no_op)
    return enqueue() if bool(value) else no_op()


def _enqueue_operation(queue: QueueBase, tensors: Any, many: bool, keep_input: Tensor) -> Any:
    from penstock.ops.casts import cast
    from penstock.ops.partitions import dynamic_partition

    enqueue = queue.enqueue_many if many else queue.enqueue
    if keep_input.shape.ndims == 1:
        chosen = cast(keep_input, dtypes.int32)
        return enqueue([dynamic_partition(t, chosen, num_partitions=2)[1] for t in tensors])
    return _when(keep_input, lambda: enqueue(tensors))


def _batched(queue: QueueBase, batch_size: Any, smaller: bool, name: str) -> Any:
    if smaller:
        return queue.dequeue_up_to(batch_size, name=name)
    return queue.dequeue_many(batch_size, name=name)


def _queue_and_batch(
    originals: list[Any],
    lists: list[Any],
    scope: str,
    make_queue: Callable[[list[Any], Any], QueueBase],
    batch_size: Any,
    keep_input: Any,
    enqueue_many: bool,
    shapes: Any,
    smaller: bool,
    num_threads: int,
    minimum: int | None,
    capacity: int,
    where: str,
) -> Any:
    from penstock.training import sparse_batches

    lists = [_converted(tensors, where) for tensors in lists]
    keep_input = _checked_keep_input(keep_input, enqueue_many)
    lists, stored = sparse_batches.store(lists, enqueue_many, keep_input)
    types = _element_types(lists)
    shapes = _element_shapes(lists, shapes, enqueue_many)
    queue = make_queue(types, shapes)
    if len(lists) == 1:
        operation = _enqueue_operation(queue, lists[0], enqueue_many, keep_input)
        operations = [operation] * num_threads
    else:
        operations = [_enqueue_operation(queue, t, enqueue_many, keep_input) for t in lists]
    add_queue_runner(QueueRunner(queue, operations))
    if minimum is None:
        _fraction_summary(f"fraction_of_{capacity}_full", queue.size(), capacity)
    else:
        from penstock.ops.casts import cast
        from penstock.ops.math_binary import maximum
        from penstock.summary.functions import scalar

        over = cast(maximum(0, queue.size() - minimum), dtypes.float32)  # type: ignore[operator]
        full = over * (1.0 / (capacity - minimum))  # type: ignore[operator]
        scalar(f"fraction_over_{minimum}_of_{capacity - minimum}_full", full)
    dequeued = _batched(queue, batch_size, smaller, scope)
    return _as_given(originals[0], sparse_batches.restore(dequeued, stored))


def maybe_batch(
    tensors: Any,
    keep_input: Any,
    batch_size: Any,
    num_threads: int = 1,
    capacity: int = 32,
    enqueue_many: bool = False,
    shapes: Any = None,
    dynamic_pad: bool = False,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """``batch`` of those elements for which ``keep_input`` holds."""
    listed = _tensor_list(tensors)
    with name_scope(name, "batch", [*listed, keep_input]) as scope:
        kind = PaddingFIFOQueue if dynamic_pad else FIFOQueue
        return _queue_and_batch(
            [tensors],
            [listed],
            scope,
            lambda types, s: kind(
                capacity=capacity, dtypes=types, shapes=s, shared_name=shared_name
            ),
            batch_size,
            keep_input,
            enqueue_many,
            shapes,
            allow_smaller_final_batch,
            num_threads,
            None,
            capacity,
            "batch",
        )


def batch(
    tensors: Any,
    batch_size: Any,
    num_threads: int = 1,
    capacity: int = 32,
    enqueue_many: bool = False,
    shapes: Any = None,
    dynamic_pad: bool = False,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """Batches of tensors, collected in a queue by threads.

    Args:
        tensors: a list or dictionary of tensors: one example (or several, see
            ``enqueue_many``).
        batch_size: the number of examples in a batch.
        num_threads: how many threads run the operations that ``tensors`` come from.
        capacity: the greatest number of examples in the queue.
        enqueue_many: whether each row of the tensors is an example.
        shapes: the shapes of an example; those of ``tensors`` when left out.
        dynamic_pad: whether examples may differ in size and are padded with zeros.
        allow_smaller_final_batch: whether the last batch may be smaller.
        shared_name: the name under which operations of one session share the queue.
        name: the name of the operations.

    Returns:
        A list or dictionary like ``tensors`` (one tensor bare), with a first dimension more.

    Raises:
        ValueError: when the shape of an example isn't known.
        OutOfRangeError: (when run) when the input has come to its end.
    """
    return maybe_batch(
        tensors,
        True,
        batch_size,
        num_threads,
        capacity,
        enqueue_many,
        shapes,
        dynamic_pad,
        allow_smaller_final_batch,
        shared_name,
        name,
    )


def maybe_batch_join(
    tensors_list: Any,
    keep_input: Any,
    batch_size: Any,
    capacity: int = 32,
    enqueue_many: bool = False,
    shapes: Any = None,
    dynamic_pad: bool = False,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """``batch_join`` of those elements for which ``keep_input`` holds."""
    lists = _tensor_lists(tensors_list)
    flat = [tensor for tensors in lists for tensor in tensors]
    with name_scope(name, "batch_join", [*flat, keep_input]) as scope:
        kind = PaddingFIFOQueue if dynamic_pad else FIFOQueue
        return _queue_and_batch(
            tensors_list,
            lists,
            scope,
            lambda types, s: kind(
                capacity=capacity, dtypes=types, shapes=s, shared_name=shared_name
            ),
            batch_size,
            keep_input,
            enqueue_many,
            shapes,
            allow_smaller_final_batch,
            1,
            None,
            capacity,
            "batch_join",
        )


def batch_join(
    tensors_list: Any,
    batch_size: Any,
    capacity: int = 32,
    enqueue_many: bool = False,
    shapes: Any = None,
    dynamic_pad: bool = False,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """``batch`` of several lists of tensors, each read by a thread of its own.

    Args:
        tensors_list: a list of what ``batch`` takes as ``tensors``.
        batch_size, capacity, enqueue_many, shapes, dynamic_pad, allow_smaller_final_batch,
            shared_name, name: as for ``batch``.
    """
    return maybe_batch_join(
        tensors_list,
        True,
        batch_size,
        capacity,
        enqueue_many,
        shapes,
        dynamic_pad,
        allow_smaller_final_batch,
        shared_name,
        name,
    )


def maybe_shuffle_batch(
    tensors: Any,
    batch_size: Any,
    capacity: int,
    min_after_dequeue: int,
    keep_input: Any,
    num_threads: int = 1,
    seed: int | None = None,
    enqueue_many: bool = False,
    shapes: Any = None,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """``shuffle_batch`` of those elements for which ``keep_input`` holds."""
    listed = _tensor_list(tensors)
    with name_scope(name, "shuffle_batch", [*listed, keep_input]) as scope:
        if capacity <= min_after_dequeue:
            raise ValueError(
                f"capacity {capacity} must be bigger than min_after_dequeue {min_after_dequeue}."
            )
        return _queue_and_batch(
            [tensors],
            [listed],
            scope,
            lambda types, s: RandomShuffleQueue(
                capacity=capacity,
                min_after_dequeue=min_after_dequeue,
                seed=seed,
                dtypes=types,
                shapes=s,
                shared_name=shared_name,
            ),
            batch_size,
            keep_input,
            enqueue_many,
            shapes,
            allow_smaller_final_batch,
            num_threads,
            min_after_dequeue,
            capacity,
            "batch",
        )


def shuffle_batch(
    tensors: Any,
    batch_size: Any,
    capacity: int,
    min_after_dequeue: int,
    num_threads: int = 1,
    seed: int | None = None,
    enqueue_many: bool = False,
    shapes: Any = None,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """Batches of examples drawn at random from a queue.

    Args:
        tensors: a list or dictionary of tensors, as for ``batch``.
        batch_size: the number of examples in a batch.
        capacity: the greatest number of examples in the queue.
        min_after_dequeue: the number that must stay in it, so that they mix.
        num_threads: how many threads run the operations that ``tensors`` come from.
        seed: the seed of the choice.
        enqueue_many: whether each row of the tensors is an example.
        shapes: the shapes of an example; those of ``tensors`` when left out.
        allow_smaller_final_batch: whether the last batch may be smaller.
        shared_name: the name under which operations of one session share the queue.
        name: the name of the operations.

    Returns:
        A list or dictionary like ``tensors`` (one tensor bare), with a first dimension more.
    """
    return maybe_shuffle_batch(
        tensors,
        batch_size,
        capacity,
        min_after_dequeue,
        True,
        num_threads,
        seed,
        enqueue_many,
        shapes,
        allow_smaller_final_batch,
        shared_name,
        name,
    )


def maybe_shuffle_batch_join(
    tensors_list: Any,
    batch_size: Any,
    capacity: int,
    min_after_dequeue: int,
    keep_input: Any,
    seed: int | None = None,
    enqueue_many: bool = False,
    shapes: Any = None,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """``shuffle_batch_join`` of those elements for which ``keep_input`` holds."""
    lists = _tensor_lists(tensors_list)
    flat = [tensor for tensors in lists for tensor in tensors]
    with name_scope(name, "shuffle_batch_join", [*flat, keep_input]) as scope:
        return _queue_and_batch(
            tensors_list,
            lists,
            scope,
            lambda types, s: RandomShuffleQueue(
                capacity=capacity,
                min_after_dequeue=min_after_dequeue,
                seed=seed,
                dtypes=types,
                shapes=s,
                shared_name=shared_name,
            ),
            batch_size,
            keep_input,
            enqueue_many,
            shapes,
            allow_smaller_final_batch,
            1,
            min_after_dequeue,
            capacity,
            "batch_join",
        )


def shuffle_batch_join(
    tensors_list: Any,
    batch_size: Any,
    capacity: int,
    min_after_dequeue: int,
    seed: int | None = None,
    enqueue_many: bool = False,
    shapes: Any = None,
    allow_smaller_final_batch: bool = False,
    shared_name: str | None = None,
    name: str | None = None,
) -> Any:
    """``shuffle_batch`` of several lists of tensors, each read by a thread of its own."""
    return maybe_shuffle_batch_join(
        tensors_list,
        batch_size,
        capacity,
        min_after_dequeue,
        True,
        seed,
        enqueue_many,
        shapes,
        allow_smaller_final_batch,
        shared_name,
        name,
    )
