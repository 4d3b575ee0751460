"""The queues behind ``FIFOQueueV2`` and its kind: threads that wait their turn.

Every enqueue, dequeue and close is an *attempt*; attempts of one kind are served in the order in
which they came, as in TensorFlow. An attempt that can't be completed waits on an event of its
own; whatever changes the queue lets the first attempts of both lists try again.
"""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from penstock.graph import errors
from penstock.ops.session_resources import Deferred

Element = tuple[np.ndarray, ...]


class _Attempt:
    """Something that waits for a queue; ``step`` returns True when it is complete."""

    __slots__ = ("step", "done", "error", "taken", "batch", "wanted")

    def __init__(self, step: Callable[[_Attempt], bool], wanted: int) -> None:
        self.step = step
        self.done = threading.Event()
        self.error: Exception | None = None
        self.taken: list[Element] = []
        self.wanted = wanted


class Queue:
    """A first-in-first-out queue of tuples of arrays.

    Args:
        name: how errors call it.
        capacity: the greatest number of elements; negative for no limit.
        shapes: the shapes of the components, or ``None``.
    """

    kind = "FIFOQueue"

    def __init__(self, name: str, capacity: int, shapes: Sequence[Any] | None) -> None:
        self.name = name
        self.capacity = capacity if capacity >= 0 else float("inf")
        self.shapes = shapes or None
        self.closed = False
        self._lock = threading.Lock()
        self._enqueues: deque[_Attempt] = deque()
        self._dequeues: deque[_Attempt] = deque()
        self._elements: Any = deque()

    # -- how elements are kept (the other kinds differ here) --------------------------------------
    def _put(self, element: Element) -> None:
        self._elements.append(element)

    def _take(self) -> Element:
        return self._elements.popleft()

    def _put_back(self, elements: list[Element]) -> None:
        self._elements.extendleft(reversed(elements))

    def _available(self) -> int:
        return len(self._elements)

    # -- public ---------------------------------------------------------------------------------
    def enqueue(self, elements: list[Element], run: Any) -> None:
        """Adds elements, waiting while the queue is full.

        Raises:
            CancelledError: the queue is closed, or the wait was cancelled.
        """
        waiting = deque(elements)

        def step(attempt: _Attempt) -> bool:
            if self.closed:
                attempt.error = self._error(
                    errors.CancelledError, run, f"{self.kind} '{self.name}' is closed."
                )
                return True
            while waiting and len(self._elements) < self.capacity:
                self._put(waiting.popleft())
            return not waiting

        self._wait(_Attempt(step, 0), self._enqueues, run)

    def dequeue(self, count: int, run: Any, up_to: bool = False) -> list[Element]:
        """Takes ``count`` elements, waiting for them.

        Args:
            count: how many.
            run: the host run.
            up_to: whether a closed queue may give fewer, but at least one.

        Raises:
            OutOfRangeError: the queue is closed and has too few.
            CancelledError: the wait was cancelled.
        """
        if count == 0:
            return []

        def step(attempt: _Attempt) -> bool:
            size = len(self._elements)
            missing = attempt.wanted - len(attempt.taken)
            if self.closed and size < missing:
                if up_to and (size or attempt.taken):
                    attempt.taken.extend(self._take() for _ in range(size))
                    return True
                self._put_back(attempt.taken)
                attempt.taken = []
                attempt.error = self._error(
                    errors.OutOfRangeError,
                    run,
                    f"{self.kind} '{self.name}' is closed and has insufficient elements "
                    f"(requested {attempt.wanted}, current size {len(self._elements)})",
                )
                return True
            for _ in range(min(missing, self._available())):
                attempt.taken.append(self._take())
            return len(attempt.taken) == attempt.wanted

        return self._wait(_Attempt(step, count), self._dequeues, run).taken

    def close(self, cancel_pending_enqueues: bool, run: Any) -> None:
        """No more elements will come.

        Args:
            cancel_pending_enqueues: whether waiting enqueues fail; else they are served first.
            run: the host run.

        Raises:
            CancelledError: when the queue is closed already.
        """

        def step(attempt: _Attempt) -> bool:
            if self.closed:
                attempt.error = self._error(
                    errors.CancelledError, run, f"Queue '{self.name}' is already closed."
                )
            self.closed = True
            return True

        if cancel_pending_enqueues:
            with self._lock:
                self._fail(self._enqueues, "Enqueue operation was cancelled", run)
        self._wait(_Attempt(step, 0), self._enqueues, run)

    def size(self) -> int:
        """How many elements there are."""
        with self._lock:
            return len(self._elements)

    def close_session(self) -> None:
        """Lets everybody who waits go, with an error: the session ends."""
        with self._lock:
            self._fail(self._enqueues, "Enqueue operation was cancelled", None)
            self._fail(self._dequeues, "Dequeue operation was cancelled", None)
            self.closed = True

    # -- waiting ----------------------------------------------------------------------------------
    def _error(self, kind: type, run: Any, text: str) -> Exception:
        return kind(None, None if run is None else run.current, text)

    def _fail(self, attempts: deque[_Attempt], text: str, run: Any) -> None:
        for attempt in attempts:
            attempt.error = errors.CancelledError(None, None, text)
            attempt.done.set()
        attempts.clear()

    def _wait(self, attempt: _Attempt, attempts: deque[_Attempt], run: Any) -> _Attempt:
        """Makes an attempt, or goes on with the one that the deferred operation made."""
        begun = None if run is None else run.attempts.pop(run.current, None)
        if begun is not None:
            attempt = begun.attempt
        else:
            with self._lock:
                attempts.append(attempt)
                self._serve()
        if not attempt.done.is_set():
            if run is not None and run.may_defer:
                run.attempts[run.current] = _Begun(self, attempt, attempts)
                raise Deferred
            self._sleep(attempt, attempts, run)
        if attempt.error is not None:
            raise attempt.error
        return attempt

    def _sleep(self, attempt: _Attempt, attempts: deque[_Attempt], run: Any) -> None:
        deadline = None if run is None else run.deadline
        try:
            while not attempt.done.wait(_pause(deadline)):
                if deadline is not None and time.monotonic() >= deadline:
                    raise errors.DeadlineExceededError(
                        None, run.current, "Timed out waiting for notification"
                    )
        except BaseException:
            self.give_up(attempt, attempts)
            raise

    def give_up(self, attempt: _Attempt, attempts: deque[_Attempt]) -> None:
        """Takes an attempt back, if it isn't complete."""
        with self._lock:
            if attempt in attempts:
                attempts.remove(attempt)
                self._put_back(attempt.taken)
                self._serve()

    def _serve(self) -> None:
        """Lets the first attempts try, until nobody gets any further."""
        progress = True
        while progress:
            progress = False
            for attempts in (self._enqueues, self._dequeues):
                while attempts:
                    attempt = attempts[0]
                    before = len(self._elements)
                    complete = attempt.step(attempt)
                    progress = progress or complete or len(self._elements) != before
                    if not complete:
                        break
                    attempts.popleft()
                    attempt.done.set()


class _Begun:
    """An attempt that goes on while other steps of the run go first."""

    def __init__(self, queue: Queue, attempt: _Attempt, attempts: deque[_Attempt]) -> None:
        self.queue = queue
        self.attempt = attempt
        self.attempts = attempts

    def __call__(self) -> None:
        """Gives it up."""
        self.queue.give_up(self.attempt, self.attempts)


def _pause(deadline: float | None) -> float | None:
    return None if deadline is None else max(0.0, deadline - time.monotonic())


class PaddingFIFOQueue(Queue):
    """A queue whose elements are padded with zeros to one shape when a batch is taken."""

    kind = "PaddingFIFOQueue"


class RandomShuffleQueue(Queue):
    """A queue that gives a random one of its elements.

    Args:
        name: how errors call it.
        capacity: the greatest number of elements; negative for no limit.
        shapes: the shapes of the components, or ``None``.
        min_after_dequeue: elements that stay until the queue is closed.
        words: gives the next 32-bit random word.
    """

    kind = "RandomShuffleQueue"

    def __init__(
        self, name: str, capacity: int, shapes: Any, min_after_dequeue: int, words: Any
    ) -> None:
        super().__init__(name, capacity, shapes)
        self._elements = []
        self._minimum = min_after_dequeue
        self._words = words

    def _take(self) -> Element:
        # The chosen element and the last one change places.
        elements = self._elements
        place = next(self._words) % len(elements)
        elements[place], elements[-1] = elements[-1], elements[place]
        return elements.pop()

    def _put_back(self, elements: list[Element]) -> None:
        self._elements.extend(elements)

    def _available(self) -> int:
        return len(self._elements) - (0 if self.closed else self._minimum)


class PriorityQueue(Queue):
    """A queue that gives the element with the smallest first component."""

    kind = "PriorityQueue"

    def __init__(self, name: str, capacity: int, shapes: Any) -> None:
        super().__init__(name, capacity, shapes)
        self._elements = []
        self._order = itertools.count()

    def _put(self, element: Element) -> None:
        heapq.heappush(self._elements, (int(element[0]), next(self._order), element))

    def _take(self) -> Element:
        return heapq.heappop(self._elements)[2]

    def _put_back(self, elements: list[Element]) -> None:
        for element in elements:
            self._put(element)


def philox_words(seed: int, seed2: int) -> Any:
    """The 32-bit words of a Philox stream, one after the other."""
    from penstock.kernels.random import philox
    from penstock.kernels.random.shuffle import host_words

    key = philox.philox_key(seed, seed2) if seed or seed2 else philox.fresh_key()
    key = philox.PhiloxKey(*(np.asarray(part) for part in key))
    block = 0
    while True:
        yield from host_words(key, block, 256).tolist()
        block += 64


def split_batch(components: list[np.ndarray]) -> list[Element]:
    """The rows of several arrays as elements."""
    return list(zip(*(list(component) for component in components)))


def stack_elements(elements: list[Element], components: int, queue: Any, types: Any) -> list[Any]:
    """One array for each component, the elements along a new first dimension."""
    results = []
    for i in range(components):
        arrays = [np.asarray(element[i]) for element in elements]
        if not arrays:
            shape = queue.shapes[i].as_list() if queue.shapes else []
            results.append(np.zeros([0, *(s or 0 for s in shape)], types[i]))
        elif isinstance(queue, PaddingFIFOQueue):
            results.append(_padded(arrays))
        elif arrays[0].dtype == object:
            made = np.empty((len(arrays), *arrays[0].shape), object)
            for k, array in enumerate(arrays):
                made[k] = array if array.ndim else array[()]
            results.append(made)
        else:
            results.append(np.stack(arrays))
    return results


def _padded(arrays: list[np.ndarray]) -> np.ndarray:
    sizes = [max(each) for each in zip(*(array.shape for array in arrays))]
    fill = b"" if arrays[0].dtype == object else 0
    made = np.full([len(arrays), *sizes], fill, arrays[0].dtype)
    for k, array in enumerate(arrays):
        place: Any = (k, *(slice(0, s) for s in array.shape))
        made[place] = array if array.ndim else array[()]
    return made
