"""``Sequence`` and what prepares batches ahead of time."""

from __future__ import annotations

import multiprocessing
import queue
import random
import threading
import warnings
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any


class Sequence:
    """A sequence of batches: ``len(self)`` of them, ``self[i]`` gives one.

    ``on_epoch_end`` is called between epochs.
    """

    def __getitem__(self, index: int) -> Any:
        raise NotImplementedError("A Sequence must define __getitem__.")

    def __len__(self) -> int:
        raise NotImplementedError("A Sequence must define __len__.")

    def on_epoch_end(self) -> None:
        """Is called after each epoch."""

    def __iter__(self) -> Iterator[Any]:
        for index in range(len(self)):
            yield self[index]


class SequenceEnqueuer:
    """Prepares batches ahead of time; see its subclasses.

    Args:
        sequence: where batches come from. use_multiprocessing: prepare them in processes.
    """

    def __init__(self, sequence: Any, use_multiprocessing: bool = False) -> None:
        self.sequence = sequence
        self.use_multiprocessing = use_multiprocessing
        self.queue: queue.Queue[Any] | None = None
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()

    def is_running(self) -> bool:
        """Whether batches are being prepared."""
        return self._thread is not None and not self._stop.is_set()

    def start(self, workers: int = 1, max_queue_size: int = 10) -> None:
        """Starts to prepare batches.

        Args:
            workers: how many at a time. max_queue_size: how many to keep ready.
        """
        self._stop.clear()
        self.queue = queue.Queue(max_queue_size)
        self._thread = threading.Thread(target=self._run, args=(max(workers, 1),), daemon=True)
        self._thread.start()

    def _run(self, workers: int) -> None:
        raise NotImplementedError("A SequenceEnqueuer must define _run.")

    def _put(self, item: Any) -> bool:
        assert self.queue is not None
        while not self._stop.is_set():
            try:
                self.queue.put(item, timeout=0.1)
                return True
            except queue.Full:
                continue
        return False

    def stop(self, timeout: float | None = None) -> None:
        """Stops preparing batches."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout)
        self._thread = None

    def get(self) -> Iterator[Any]:
        """The batches.

        Raises:
            Exception: what went wrong while a batch was made.
        """
        assert self.queue is not None
        while self.is_running() or not self.queue.empty():
            try:
                kind, value = self.queue.get(timeout=0.1)
            except queue.Empty:
                continue
            if kind == "end":
                self._stop.set()
                return
            if kind == "error":
                self._stop.set()
                raise value
            try:
                item = value.result() if hasattr(value, "result") else value
            except Exception:
                self._stop.set()
                raise
            yield item


class OrderedEnqueuer(SequenceEnqueuer):
    """Batches of a ``Sequence``, in order, epoch after epoch.

    Args:
        sequence: the sequence. use_multiprocessing: prepare batches in processes.
        shuffle: shuffle the batches of each epoch.
    """

    def __init__(self, sequence: Any, use_multiprocessing: bool = False,
                 shuffle: bool = False) -> None:  # fmt: skip
        super().__init__(sequence, use_multiprocessing)
        self.shuffle = shuffle

    def _pool(self, workers: int) -> Executor:
        if not self.use_multiprocessing:
            return ThreadPoolExecutor(workers, initializer=_give, initargs=(self.sequence,))
        # As in Keras, processes are forked where that can be: a program then needs no guard around
        # its main part, and nothing is copied. They touch neither sessions nor the device.
        kind = "fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn"
        context = multiprocessing.get_context(kind)
        return ProcessPoolExecutor(workers, context, initializer=_give, initargs=(self.sequence,))

    def _run(self, workers: int) -> None:
        while not self._stop.is_set():
            numbers = list(range(len(self.sequence)))
            if self.shuffle:
                random.shuffle(numbers)
            # A pool for each epoch, since `on_epoch_end` may change the sequence.
            with warnings.catch_warnings(), self._pool(workers) as pool:
                warnings.filterwarnings("ignore", message=".*fork.*")
                futures = []
                for number in numbers:
                    future = pool.submit(_item, number)
                    futures.append(future)
                    if not self._put(("item", future)):
                        for each in futures:
                            each.cancel()
                        return
                for each in futures:
                    if self._stop.is_set():
                        return
                    each.exception()
            self.sequence.on_epoch_end()


# What the workers of a pool share: that of the process, or in a thread that of the thread.
_worker = threading.local()


def _give(sequence: Any) -> None:
    _worker.sequence = sequence


def _item(number: int) -> Any:
    return _worker.sequence[number]


class GeneratorEnqueuer(SequenceEnqueuer):
    """Batches of a generator, made in a thread.

    Args:
        sequence: the generator. use_multiprocessing: accepted; a generator can't leave its
            process, so a thread makes the batches.
        random_seed: accepted as in Keras.
    """

    def __init__(self, sequence: Any, use_multiprocessing: bool = False,
                 random_seed: int | None = None) -> None:  # fmt: skip
        super().__init__(sequence, use_multiprocessing)
        self.random_seed = random_seed

    def _run(self, workers: int) -> None:
        try:
            for batch in self.sequence:
                if not self._put(("item", batch)):
                    return
            self._put(("end", None))
        except Exception as error:  # noqa: BLE001 - handed on to whoever takes the batches
            self._put(("error", error))
