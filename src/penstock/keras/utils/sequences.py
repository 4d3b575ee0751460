"""``keras.utils.Sequence`` and the queues that prepare its batches ahead."""

from __future__ import annotations

import queue
import random
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np


class Sequence:
    """Batches by number: ``len(sequence)`` of them, ``sequence[i]`` being batch ``i``.

    Each epoch uses each batch once, whatever the number of workers. Subclasses define
    ``__getitem__`` and ``__len__``, and ``on_epoch_end`` to change the data between epochs.
    """

    use_sequence_api = True

    def __getitem__(self, index: int) -> Any:
        """The batch of a number."""
        raise NotImplementedError(f"{type(self).__name__} must define `__getitem__`.")

    def __len__(self) -> int:
        """The number of batches."""
        raise NotImplementedError(f"{type(self).__name__} must define `__len__`.")

    def on_epoch_end(self) -> None:
        """Called at the end of every epoch."""

    def __iter__(self) -> Iterator[Any]:
        """The batches of an epoch, one after another."""
        for index in range(len(self)):
            yield self[index]


class SequenceEnqueuer:
    """Prepares batches in threads, ahead of those who use them.

    Args:
        sequence: a ``Sequence`` or a generator.
        use_multiprocessing: accepted as in Keras; the work is done by threads, since a process
            that runs a compiler can't be forked safely.
    """

    def __init__(self, sequence: Any, use_multiprocessing: bool = False) -> None:
        self.sequence = sequence
        self.use_multiprocessing = use_multiprocessing
        self.workers = 0
        self.queue: queue.Queue[Any] | None = None
        self.run_thread: threading.Thread | None = None
        self.stop_signal: threading.Event | None = None

    def is_running(self) -> bool:
        """Whether it was started and not stopped."""
        return self.stop_signal is not None and not self.stop_signal.is_set()

    def start(self, workers: int = 1, max_queue_size: int = 10) -> None:
        """Starts preparing.

        Args:
            workers: the number of threads. max_queue_size: how many batches are kept ready.
        """
        self.workers = max(workers, 1)
        self.queue = queue.Queue(max(max_queue_size, 1))
        self.stop_signal = threading.Event()
        self.run_thread = threading.Thread(target=self._run, daemon=True)
        self.run_thread.start()

    def stop(self, timeout: float | None = None) -> None:
        """Stops preparing.

        Args:
            timeout: how long to wait for the thread.
        """
        if self.stop_signal is None or self.queue is None:
            return
        self.stop_signal.set()
        # Whoever waits to put something must get the chance to see the signal.
        while True:
            try:
                self.queue.get_nowait()
            except queue.Empty:
                break
        if self.run_thread is not None:
            self.run_thread.join(timeout)

    def _put(self, item: Any) -> bool:
        assert self.queue is not None
        while self.is_running():
            try:
                self.queue.put(item, timeout=0.1)
                return True
            except queue.Full:
                continue
        return False

    def _run(self) -> None:
        raise NotImplementedError(f"{type(self).__name__} must define `_run`.")

    def get(self) -> Iterator[Any]:
        """The batches, as they get ready, in order.

        Raises:
            Exception: whatever preparing a batch raised.
        """
        while self.is_running():
            assert self.queue is not None
            try:
                item = self.queue.get(timeout=0.1)
            except queue.Empty:
                continue
            if item is None:
                return
            try:
                batch = item.result()
            except Exception:
                self.stop()
                raise
            if batch is not None:
                yield batch


class OrderedEnqueuer(SequenceEnqueuer):
    """Prepares the batches of a ``Sequence``, in order, epoch after epoch.

    Args:
        sequence: the ``Sequence``. use_multiprocessing: see ``SequenceEnqueuer``.
        shuffle: whether the order of the batches changes every epoch.
    """

    def __init__(
        self, sequence: Any, use_multiprocessing: bool = False, shuffle: bool = False
    ) -> None:
        super().__init__(sequence, use_multiprocessing)
        self.shuffle = shuffle

    def _run(self) -> None:
        with ThreadPoolExecutor(self.workers) as pool:
            while self.is_running():
                order = list(range(len(self.sequence)))
                if self.shuffle:
                    random.shuffle(order)
                made: list[Future[Any]] = []
                for index in order:
                    made.append(pool.submit(self.sequence.__getitem__, index))
                    if not self._put(made[-1]):
                        for each in made:
                            each.cancel()
                        return
                for each in made:
                    each.exception()
                self.sequence.on_epoch_end()


class GeneratorEnqueuer(SequenceEnqueuer):
    """Prepares what a generator yields.

    Args:
        sequence: the generator. use_multiprocessing: see ``SequenceEnqueuer``.
        random_seed: seeds NumPy's global generator before it starts.
    """

    def __init__(
        self, sequence: Any, use_multiprocessing: bool = False, random_seed: int | None = None
    ) -> None:
        super().__init__(sequence, use_multiprocessing)
        self.random_seed = random_seed

    def _run(self) -> None:
        if self.random_seed is not None:
            np.random.seed(self.random_seed)
        iterator = iter(self.sequence)
        while self.is_running():
            future: Future[Any] = Future()
            try:
                future.set_result(next(iterator))
            except StopIteration:
                self._put(None)
                return
            except Exception as error:  # it is raised where the batch is asked for
                future.set_exception(error)
            if not self._put(future):
                return
