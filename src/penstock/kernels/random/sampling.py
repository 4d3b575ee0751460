"""Candidate samplers: classes drawn from a distribution, with their expected counts.

The numbers are those of TensorFlow's samplers: 32-bit words of a Philox stream, taken one after
the other by `WordStream`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from penstock.kernels.random.philox import PhiloxKey
from penstock.kernels.random.shuffle import host_words

# Blocks that a run reserves for each sampled class, whatever it uses.
BLOCKS_PER_SAMPLE = 512


class WordStream:
    """The 32-bit words of a stream from a block on, drawn in chunks on the host."""

    def __init__(self, key: PhiloxKey, offset: int, chunk: int = 1024) -> None:
        self._key = key
        self._block = int(offset)
        self._chunk = max(4, chunk - chunk % 4)
        self._words: list[int] = []
        self._next = 0

    def word(self) -> int:
        """The next 32 bits."""
        if self._next == len(self._words):
            self._words = host_words(self._key, self._block, self._chunk).tolist()
            self._block += self._chunk // 4
            self._next = 0
        self._next += 1
        return self._words[self._next - 1]

    def long_word(self) -> int:
        """The next 64 bits; the earlier word is the lower half."""
        low = self.word()
        return low | self.word() << 32

    def single(self) -> float:
        """A float32 in [0, 1) from one word."""
        bits = np.uint32(self.word() & 0x7FFFFF | 0x3F800000)
        return float(bits.view(np.float32) - np.float32(1))

    def double(self) -> float:
        """A float64 in [0, 1) from two words; the earlier gives the upper 20 bits."""
        high = self.word() & 0xFFFFF
        bits = np.uint64(0x3FF << 52 | high << 32 | self.word())
        return float(bits.view(np.float64) - 1.0)

    def below(self, limit: int, bits: int = 32) -> int:
        """An integer in [0, limit) without bias, by rejection."""
        draw = self.word if bits == 32 else self.long_word
        if limit & (limit - 1) == 0:
            return draw() & (limit - 1)
        skewed = ((1 << bits) - 1) % limit + 1
        value = draw()
        while value < skewed:
            value = draw()
        return value % limit


def sample(draw: Callable[[], int], count: int, unique: bool) -> tuple[np.ndarray, int]:
    """Draws `count` classes and returns them with the number of tries.

    Args:
        draw: draws one class.
        count: how many to return.
        unique: pass over classes drawn before.

    Returns:
        int64[count] and the number of draws.
    """
    if not unique:
        return np.array([draw() for _ in range(count)], np.int64), count
    found: dict[int, None] = {}
    tries = 0
    while len(found) < count:
        found.setdefault(draw())
        tries += 1
    return np.array(list(found), np.int64), tries


def expected_count(probability: np.ndarray, count: int, tries: int) -> np.ndarray:
    """How often classes of the given probabilities are expected in a sample.

    Args:
        probability: float32 of any shape.
        count: the size of the sample.
        tries: the draws it took.

    Returns:
        float32 like `probability`.
    """
    if tries == count:
        return (probability * np.float32(count)).astype(np.float32)
    wide = probability.astype(np.float64)
    with np.errstate(divide="ignore"):
        return (-np.expm1(tries * np.log1p(-wide))).astype(np.float32)


def uniform_sampler(stream: WordStream, limit: int) -> Callable[[], int]:
    """Draws every class below `limit` alike."""
    return lambda: stream.below(limit, 64)


def uniform_probability(classes: np.ndarray, limit: int) -> np.ndarray:
    """float32: the probability of each class."""
    return np.full(classes.shape, np.float32(1.0 / limit))


def log_uniform_sampler(stream: WordStream, limit: int) -> Callable[[], int]:
    """Draws class c with a probability proportional to log((c + 2) / (c + 1))."""
    log_range = math.log1p(limit)
    return lambda: (int(math.exp(stream.double() * log_range)) - 1) % limit


def log_uniform_probability(classes: np.ndarray, limit: int) -> np.ndarray:
    """float32: the probability of each class."""
    wide = classes.astype(np.float64)
    return (np.log((wide + 2.0) / (wide + 1.0)) / math.log1p(limit)).astype(np.float32)


def weighted_sampler(stream: WordStream, weights: np.ndarray) -> Callable[[], int]:
    """Draws classes in proportion to integer weights."""
    sums = np.cumsum(weights, dtype=np.int64)
    total = int(sums[-1])
    return lambda: int(np.searchsorted(sums, stream.below(total), side="right"))


class AliasTable:
    """Walker's alias method: a class with one uniform and one integer.

    Args:
        weights: float32, not all 0.
    """

    def __init__(self, weights: Sequence[float] | np.ndarray) -> None:
        pieces = np.asarray(weights, np.float32)
        count = len(pieces)
        total = float(np.sum(pieces.astype(np.float64)))
        shares = [float(piece) * count / total for piece in pieces]
        self.keep = np.ones(count, np.float32)
        self.other = list(range(count))
        high = [i for i in range(count) if shares[i] >= 1.0]
        low = [i for i in range(count) if shares[i] < 1.0]
        while low and high:
            small, large = low.pop(), high[-1]
            self.keep[small] = shares[small]
            self.other[small] = large
            shares[large] -= 1.0 - shares[small]
            if shares[large] < 1.0:
                high.pop()
                low.append(large)

    def sampler(self, stream: WordStream) -> Callable[[], int]:
        """Draws classes by the table."""

        def draw() -> int:
            uniform = stream.single()
            index = stream.below(len(self.other))
            return index if uniform < self.keep[index] else self.other[index]

        return draw
