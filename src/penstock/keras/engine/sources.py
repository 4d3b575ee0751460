"""Batches from generators, sequences and datasets."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from penstock.keras.utils.sequences import (
    GeneratorEnqueuer,
    OrderedEnqueuer,
    Sequence,
)


def _is_dataset(value: Any) -> bool:
    return hasattr(value, "make_one_shot_iterator") or (
        hasattr(value, "_as_variant_tensor") and hasattr(value, "batch")
    )


def _is_iterator_of_dataset(value: Any) -> bool:
    return hasattr(value, "get_next") and hasattr(value, "output_types")


def is_batch_source(value: Any) -> bool:
    """Whether ``value`` gives batches by itself."""
    return (
        inspect.isgenerator(value)
        or isinstance(value, Sequence)
        or _is_dataset(value)
        or _is_iterator_of_dataset(value)
        or (hasattr(value, "__next__") and not hasattr(value, "shape"))
        or (
            hasattr(value, "__getitem__") and hasattr(value, "on_epoch_end")
            and hasattr(value, "__len__")
        )
    )  # fmt: skip


class BatchSource:
    """Batches, an epoch at a time.

    Args:
        steps: how many batches make an epoch, ``None`` for all there are.
    """

    def __init__(self, steps: int | None) -> None:
        self.steps = steps

    def _batches(self) -> Iterator[Any]:
        raise TypeError("A source of batches must say where they come from.")

    def epoch(self) -> Iterator[tuple[Any, Any, Any]]:
        """The batches of the next epoch: inputs, labels, weights."""
        iterator = self._batches()
        count = 0
        while self.steps is None or count < self.steps:
            try:
                batch = next(iterator)
            except StopIteration:
                break
            yield split_batch(batch)
            count += 1

    def end_epoch(self) -> None:
        """Is called after each epoch."""

    def close(self) -> None:
        """Ends what prepares batches."""


def split_batch(batch: Any) -> tuple[Any, Any, Any]:
    """Inputs, labels and weights of a batch.

    Raises:
        ValueError: for a tuple of another length.
    """
    if not isinstance(batch, tuple):
        return batch, None, None
    if len(batch) == 1:
        return batch[0], None, None
    if len(batch) == 2:
        return batch[0], batch[1], None
    if len(batch) == 3:
        return batch
    raise ValueError(
        "Output of generator should be a tuple `(x, y, sample_weight)` or `(x, y)`. Found: "
        f"{str(batch)[:200]}"
    )


class _Generator(BatchSource):
    def __init__(self, generator: Any, steps: int | None, max_queue_size: int, workers: int,
                 use_multiprocessing: bool) -> None:  # fmt: skip
        super().__init__(steps)
        self._enqueuer: Any = None
        self._iterator: Any = generator
        if workers > 0 and inspect.isgenerator(generator) and use_multiprocessing:
            self._enqueuer = GeneratorEnqueuer(generator, use_multiprocessing=True)
            self._enqueuer.start(workers=workers, max_queue_size=max_queue_size)
            self._iterator = self._enqueuer.get()

    def _batches(self) -> Iterator[Any]:
        return self._iterator

    def close(self) -> None:
        """Stops the threads."""
        if self._enqueuer is not None:
            self._enqueuer.stop()


class _SequenceSource(BatchSource):
    def __init__(self, sequence: Any, steps: int | None, max_queue_size: int, workers: int,
                 use_multiprocessing: bool) -> None:  # fmt: skip
        super().__init__(len(sequence) if steps is None else steps)
        self.sequence = sequence
        self._enqueuer: Any = None
        self._endless: Any = None
        if workers > 0 and use_multiprocessing or workers > 1:
            self._enqueuer = OrderedEnqueuer(sequence, use_multiprocessing)
            self._enqueuer.start(workers=workers, max_queue_size=max_queue_size)
            self._endless = self._enqueuer.get()

    def _batches(self) -> Iterator[Any]:
        if self._endless is None:
            self._endless = self._forever()
        return self._endless

    def _forever(self) -> Iterator[Any]:
        while True:
            for index in range(len(self.sequence)):
                yield self.sequence[index]
            self.sequence.on_epoch_end()

    def close(self) -> None:
        """Stops the threads."""
        if self._enqueuer is not None:
            self._enqueuer.stop()


class _Dataset(BatchSource):
    def __init__(self, dataset: Any, steps: int | None, restarts: bool = False) -> None:
        super().__init__(steps)
        # Training goes on where an epoch of so many steps ended; a test begins anew.
        self.restarts = restarts or steps is None
        self.dataset = dataset
        self._iterator: Any = None
        self._next: Any = None
        self._initialized = False

    def _batches(self) -> Iterator[Any]:
        from penstock.graph import errors
        from penstock.keras import backend as K

        if self._next is None:
            if hasattr(self.dataset, "get_next"):
                self._iterator = self.dataset
            else:
                self._iterator = self.dataset.make_initializable_iterator()
            self._next = self._iterator.get_next()
        own = self._iterator is not self.dataset
        session = K.get_session()
        if own and (not self._initialized or self.restarts):
            session.run(self._iterator.initializer)
            self._initialized = True
        while True:
            try:
                yield session.run(self._next)
            except errors.OutOfRangeError:
                return


def batches_from(value: Any, steps: int | None, max_queue_size: int = 10, workers: int = 1,
                 use_multiprocessing: bool = False,
                 argument: str = "steps") -> BatchSource:  # fmt: skip
    """The source for what a user passed; ``argument`` is what the number of steps is called.

    Raises:
        ValueError: for an endless one without a number of steps.
    """
    if _is_dataset(value) or _is_iterator_of_dataset(value):
        return _Dataset(value, steps, restarts=argument == "steps")
    if isinstance(value, Sequence) or (
        hasattr(value, "__getitem__") and hasattr(value, "on_epoch_end")
        and hasattr(value, "__len__")
    ):  # fmt: skip
        return _SequenceSource(value, steps, max_queue_size, workers, use_multiprocessing)
    if steps is None:
        raise ValueError(f"Please specify the number of steps via the `{argument}` argument.")
    return _Generator(value, steps, max_queue_size, workers, use_multiprocessing)
