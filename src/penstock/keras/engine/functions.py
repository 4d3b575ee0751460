"""Steps of training, testing and predicting, run one by one or many in one call."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np

from penstock.keras import backend as K
from penstock.runtime import compiler
from penstock.runtime.multistep import MultiStep, NotCompilable, StepFailed

_CHUNK_SECONDS = 0.1
_FIRST_CHUNK = 16
_ALIGNMENT = 64  # bytes
_MOST_ROOM = 64 << 20  # bytes of results in one call


class StepFunction:
    """A step: feeds, fetches and updates.

    Args:
        feeds: the tensors that batches are fed to. fetches: the tensors that a step gives.
        updates: the operations that it runs. phase: the learning phase, 0 or 1.
    """

    def __init__(self, feeds: Sequence[Any], fetches: Sequence[Any], updates: Sequence[Any],
                 phase: int) -> None:  # fmt: skip
        self.feeds = list(feeds)
        self.fetches = list(fetches)
        self.updates = list(updates)
        self.phase = phase
        self._many: MultiStep | None = None
        self._tried = False
        self.multi_step_revision: Any = None

    def _constants(self) -> dict[Any, Any]:
        placeholder = K.symbolic_learning_phase()
        if placeholder is None or placeholder in self.feeds:
            return {}
        return {placeholder: bool(self.phase)}

    def run(self, arrays: Sequence[Any]) -> list[Any]:
        """Runs the step on one batch."""
        session = K.get_session()
        feeds = dict(zip(self.feeds, arrays))
        feeds.update(self._constants())
        values, _ = session.run([self.fetches, self.updates], feeds)
        return values

    def many(self) -> MultiStep | None:
        """The step as a loop in one program, ``None`` when it can't be."""
        if not self._tried:
            self._tried = True
            try:
                if all(hasattr(f, "op") for f in self.fetches):
                    self._many = MultiStep(
                        self.fetches, self.updates, self.feeds, self._constants()
                    )
            except NotCompilable:
                self._many = None
        return self._many

    def give_up_many(self) -> None:
        """Notes that the loop can't be compiled after all."""
        self._tried, self._many = True, None


def _aligned(array: np.ndarray, dtype: Any) -> np.ndarray:
    """``array`` in a type and in one piece; a copy lies where a CPU device takes it as it is."""
    if array.dtype == dtype and array.flags.c_contiguous:
        return array
    size = array.size * np.dtype(dtype).itemsize
    memory = np.empty(size + _ALIGNMENT, np.uint8)
    start = -memory.ctypes.data % _ALIGNMENT
    made = memory[start : start + size].view(dtype).reshape(array.shape)
    made[...] = array
    return made


class ArrayData:
    """Arrays whose first axis is the samples, and how to feed them.

    Args:
        arrays: one for each feed. feeds: the tensors. batch_size: the size of a batch.
    """

    def __init__(self, arrays: Sequence[Any], feeds: Sequence[Any], batch_size: int) -> None:
        self.arrays = list(arrays)
        self.feeds = list(feeds)
        self.samples = int(self.arrays[0].shape[0]) if self.arrays else 0
        self.batch_size = batch_size
        self._device: list[Any] | None = None
        self._coming: Future[list[Any]] | None = None

    @property
    def steps(self) -> int:
        """The number of batches."""
        return -(-self.samples // self.batch_size)

    def layouts(self) -> list[Any]:
        """Shapes and types of the arrays as they will be on the device."""
        import jax

        with jax.enable_x64(True):
            return [
                jax.ShapeDtypeStruct(a.shape, f.dtype.base_dtype.as_numpy_dtype)
                for a, f in zip(self.arrays, self.feeds)
            ]

    def begin_moving(self) -> None:
        """Starts to move the arrays to the device, beside what the caller does now."""
        if self._device is None and self._coming is None:
            mover = ThreadPoolExecutor(1)
            self._coming = mover.submit(self._moved)
            mover.shutdown(wait=False)

    def on_device(self) -> list[Any]:
        """The arrays, in the feeds' types, on the device."""
        if self._device is None:
            self.begin_moving()
            assert self._coming is not None
            self._device, self._coming = self._coming.result(), None
        return self._device

    def _moved(self) -> list[Any]:
        import jax

        with jax.enable_x64(True):
            return [
                jax.device_put(_aligned(array, feed.dtype.base_dtype.as_numpy_dtype))
                for array, feed in zip(self.arrays, self.feeds)
            ]

    def suits_device(self) -> bool:
        """Whether all arrays are numbers."""
        return bool(self.arrays) and all(
            isinstance(a, np.ndarray) and a.dtype.kind in "biufc" for a in self.arrays
        )

    def batch(self, order: Any, index: int) -> list[Any]:
        """Batch number ``index``."""
        first = index * self.batch_size
        last = min(first + self.batch_size, self.samples)
        if order is None:
            return [a[first:last] for a in self.arrays]
        return [a[order[first:last]] for a in self.arrays]

    def size(self, index: int) -> int:
        """The number of samples in batch number ``index``."""
        return min(self.batch_size, self.samples - index * self.batch_size)


class Chunk:
    """Some steps that were run: the first, how many, and what they gave."""

    def __init__(self, first: int, count: int, results: list[Any], sizes: np.ndarray) -> None:
        self.first = first
        self.count = count
        self.results = results
        self.sizes = sizes


def run_steps(
    function: StepFunction,
    data: ArrayData,
    order: Any,
    steps: int,
    one_by_one: bool = False,
    before: Callable[[int, int], Any] | None = None,
    seconds: float = _CHUNK_SECONDS,
) -> Iterator[Chunk]:
    """Runs ``steps`` batches and gives what they gave, chunk by chunk.

    Args:
        function: the step. data: the arrays.
        order: the order of the samples, ``None`` for as they are.
        steps: how many batches, from the first.
        one_by_one: make each chunk one step.
        before: called with the number and size of a batch before it runs, one by one only.
        seconds: about how long a chunk may take.
    """
    many = function.many() if data.suits_device() else None
    if many is None:
        yield from _singly(function, data, order, 0, steps, before)
        return
    data.begin_moving()
    session = K.get_session()
    state = session._state
    numbers = None if order is None else compiler.on_device(np.asarray(order, np.int32))
    whole = min(steps, data.samples // data.batch_size)
    most = _room(function, data.batch_size, whole)
    if whole:
        try:
            many.prepare(state, data.layouts(), numbers, data.batch_size, most)
        except NotCompilable:
            function.give_up_many()
            yield from _singly(function, data, order, 0, steps, before)
            return
    arrays = data.on_device()
    done, each = 0, 0.0
    while done < steps:
        if before is not None:
            before(done, data.size(done))
        full = done < whole
        size = data.batch_size if full else data.size(done)
        count = 1 if one_by_one or not full else min(whole - done, most)
        if count > 1:
            count = min(count, max(1, int(seconds / each)) if each else _FIRST_CHUNK)
        began = time.perf_counter()
        try:
            results = many.run(
                state, arrays, numbers, done * data.batch_size, count, size, most if full else 1
            )
        except NotCompilable:
            function.give_up_many()
            yield from _singly(function, data, order, done, steps, before, skip=before is not None)
            return
        except StepFailed as failure:
            if failure.steps:
                yield Chunk(done, failure.steps, failure.results, np.full(failure.steps, size))
            # The step that failed tells what is wrong.
            function.run(data.batch(order, done + failure.steps))
            raise
        # The first call may include compiling, so its time counts for little.
        each = (time.perf_counter() - began) / count
        each = max(min(each, 2e-3) if done == 0 else each, 1e-7)
        yield Chunk(done, count, results, np.full(count, size))
        done += count


def _room(function: StepFunction, batch: int, whole: int) -> int:
    """How many steps' results a call has room for."""
    each = 0
    for tensor in function.fetches:
        sizes = tensor.shape.sizes
        if sizes is None:
            each += 4096 * batch
        elif sizes:
            known = [batch if s is None and i == 0 else s or 64 for i, s in enumerate(sizes)]
            each += int(np.prod(known)) * 8
    if not each:
        return max(whole, 1)
    return max(1, min(whole, _MOST_ROOM // each))


def _singly(function: StepFunction, data: ArrayData, order: Any, first: int, steps: int,
            before: Any, skip: bool = False) -> Iterator[Chunk]:  # fmt: skip
    for index in range(first, steps):
        if before is not None and not (skip and index == first):
            before(index, data.size(index))
        values = function.run(data.batch(order, index))
        yield Chunk(index, 1, [np.asarray(v)[None] for v in values],
                    np.full(1, data.size(index)))  # fmt: skip
