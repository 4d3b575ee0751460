"""``keras.preprocessing.sequence``: padding, skip-grams and windows of time series."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence as Rows
from typing import Any

import numpy as np

from penstock.keras.utils.sequences import Sequence


def pad_sequences(
    sequences: Any,
    maxlen: int | None = None,
    dtype: Any = "int32",
    padding: str = "pre",
    truncating: str = "pre",
    value: Any = 0.0,
) -> np.ndarray:
    """Sequences of different lengths as one array.

    Args:
        sequences: a list of sequences.
        maxlen: the length of all rows; that of the longest when left out.
        dtype: the type of the array.
        padding: ``'pre'`` or ``'post'``: where shorter ones are filled up.
        truncating: ``'pre'`` or ``'post'``: where longer ones are cut.
        value: what they are filled up with.

    Returns:
        An array ``[len(sequences), maxlen, ...]``.

    Raises:
        ValueError: for other words, for elements that aren't sequences or differ in shape.
    """
    if not hasattr(sequences, "__len__"):
        raise ValueError("`sequences` must be iterable.")
    lengths = []
    for row in sequences:
        if not hasattr(row, "__len__"):
            raise ValueError(f"`sequences` must be a list of iterables. Found non-iterable: {row}")
        lengths.append(len(row))
    inner: tuple[int, ...] = ()
    for row in sequences:
        if len(row):
            inner = np.asarray(row).shape[1:]
            break
    if maxlen is None:
        maxlen = max(lengths)
    if isinstance(value, str) and dtype is not object and not np.issubdtype(dtype, np.str_):
        if np.dtype(dtype) != np.dtype(object):
            raise ValueError(
                f"`dtype` {dtype} is not compatible with `value`'s type: {type(value)}\n"
                "You should set `dtype=object` for variable length strings."
            )
    padded = np.full((len(lengths), maxlen, *inner), value, dtype=dtype)
    for index, row in enumerate(sequences):
        if not len(row):
            continue
        if truncating == "pre":
            part = row[-maxlen:]
        elif truncating == "post":
            part = row[:maxlen]
        else:
            raise ValueError(f'Truncating type "{truncating}" not understood')
        part = np.asarray(part, dtype=dtype)
        if part.shape[1:] != inner:
            raise ValueError(
                f"Shape of sample {part.shape[1:]} of sequence at position {index} is different "
                f"from expected shape {inner}"
            )
        if padding == "post":
            padded[index, : len(part)] = part
        elif padding == "pre":
            padded[index, -len(part) :] = part
        else:
            raise ValueError(f'Padding type "{padding}" not understood')
    return padded


def make_sampling_table(size: int, sampling_factor: float = 1e-5) -> np.ndarray:
    """The probability of keeping the word of each rank, as word2vec samples (Mikolov, 2013).

    The words' frequencies are taken to follow Zipf's law.

    Args:
        size: the number of words. sampling_factor: the formula's constant.
    """
    euler = 0.577
    rank = np.arange(size)
    rank[0] = 1
    inverse_frequency = rank * (np.log(rank) + euler) + 0.5 - 1.0 / (12.0 * rank)
    ratio = sampling_factor * inverse_frequency
    return np.minimum(1.0, ratio / np.sqrt(ratio))


def skipgrams(
    sequence: Rows[int],
    vocabulary_size: int,
    window_size: int = 4,
    negative_samples: float = 1.0,
    shuffle: bool = True,
    categorical: bool = False,
    sampling_table: Any = None,
    seed: int | None = None,
) -> tuple[list[list[int]], list[Any]]:
    """Pairs of words: neighbours (label 1) and random ones (label 0).

    Args:
        sequence: word numbers; 0 is no word and is skipped.
        vocabulary_size: the largest number plus 1.
        window_size: how far neighbours are apart at most.
        negative_samples: random pairs per pair of neighbours.
        shuffle: whether the pairs are shuffled.
        categorical: labels ``[0, 1]`` and ``[1, 0]`` instead of 1 and 0.
        sampling_table: the probability of using each word.
        seed: of the shuffling.

    Returns:
        The pairs and their labels. Random numbers are those of Python's ``random``, drawn in the
        order in which Keras draws them.
    """
    pairs: list[list[int]] = []
    for place, word in enumerate(sequence):
        if not word:
            continue
        if sampling_table is not None and sampling_table[word] < random.random():
            continue
        for other in range(
            max(0, place - window_size), min(len(sequence), place + window_size + 1)
        ):
            if other != place and sequence[other]:
                pairs.append([word, sequence[other]])
    positive, negative = ([0, 1], [1, 0]) if categorical else (1, 0)
    labels: list[Any] = [positive for _ in pairs]
    if negative_samples > 0:
        count = int(len(labels) * negative_samples)
        words = [pair[0] for pair in pairs]
        random.shuffle(words)
        pairs += [
            [words[i % len(words)], random.randint(1, vocabulary_size - 1)] for i in range(count)
        ]
        labels += [negative] * count
    if shuffle:
        if seed is None:
            seed = random.randint(0, 10_000_000)
        random.seed(seed)
        random.shuffle(pairs)
        random.seed(seed)
        random.shuffle(labels)
    return pairs, labels


class TimeseriesGenerator(Sequence):
    """Batches of windows of a time series, with what comes after each.

    Args:
        data: the series, time first. targets: as long as ``data``.
        length: the length of the windows. sampling_rate: the step within a window.
        stride: the step from window to window.
        start_index: data before this are left out. end_index: data after this are left out.
        shuffle: whether windows are drawn at random. reverse: whether time runs backwards.
        batch_size: windows per batch.

    Raises:
        ValueError: for different lengths, or when no window is left.
    """

    def __init__(
        self,
        data: Any,
        targets: Any,
        length: int,
        sampling_rate: int = 1,
        stride: int = 1,
        start_index: int = 0,
        end_index: int | None = None,
        shuffle: bool = False,
        reverse: bool = False,
        batch_size: int = 128,
    ) -> None:
        if len(data) != len(targets):
            raise ValueError(
                f"Data and targets have to be of same length. Data length is {len(data)} while "
                f"target length is {len(targets)}"
            )
        self.data = data
        self.targets = targets
        self.length = length
        self.sampling_rate = sampling_rate
        self.stride = stride
        self.start_index = start_index + length
        self.end_index = len(data) - 1 if end_index is None else end_index
        self.shuffle = shuffle
        self.reverse = reverse
        self.batch_size = batch_size
        if self.start_index > self.end_index:
            raise ValueError(
                f"`start_index+length={self.start_index} > end_index={self.end_index}` is "
                "disallowed, as no part of the sequence would be left to be used as current step."
            )

    def __len__(self) -> int:
        step = self.batch_size * self.stride
        return (self.end_index - self.start_index + step) // step

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        if self.shuffle:
            rows = np.random.randint(self.start_index, self.end_index + 1, size=self.batch_size)
        else:
            step = self.batch_size * self.stride
            first = self.start_index + step * index
            rows = np.arange(first, min(first + step, self.end_index + 1), self.stride)
        windows = np.array(
            [self.data[row - self.length : row : self.sampling_rate] for row in rows]
        )
        targets = np.array([self.targets[row] for row in rows])
        return (windows[:, ::-1] if self.reverse else windows), targets

    def get_config(self) -> dict[str, Any]:
        """The arguments (``start_index`` with ``length`` added, as Keras has it).

        Raises:
            TypeError: for data that JSON doesn't know.
        """

        def text(values: Any, what: str) -> str:
            values = values.tolist() if isinstance(values, np.ndarray) else values
            try:
                return json.dumps(values)
            except TypeError as error:
                raise TypeError(f"{what} not JSON Serializable:", values) from error

        return {
            "data": text(self.data, "Data"),
            "targets": text(self.targets, "Targets"),
            "length": self.length,
            "sampling_rate": self.sampling_rate,
            "stride": self.stride,
            "start_index": self.start_index,
            "end_index": self.end_index,
            "shuffle": self.shuffle,
            "reverse": self.reverse,
            "batch_size": self.batch_size,
        }

    def to_json(self, **kwargs: Any) -> str:
        """The configuration in JSON; ``kwargs`` go to ``json.dumps``."""
        return json.dumps(
            {"class_name": type(self).__name__, "config": self.get_config()}, **kwargs
        )


def timeseries_generator_from_json(json_string: str) -> TimeseriesGenerator:
    """The generator that ``to_json`` described."""
    config = json.loads(json_string)["config"]
    config["data"] = json.loads(config["data"])
    config["targets"] = json.loads(config["targets"])
    return TimeseriesGenerator(**config)
