"""Uniform float32 draws in NumPy: for initial values, where compiling takes longer than drawing."""

from __future__ import annotations

import numpy as np

from penstock.kernels.random.philox import PhiloxKey

_MULTIPLIERS = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_WEYL = 0x9E3779B9, 0xBB67AE85
_MASK = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_ROUNDS = 10
_BLOCKS_AT_ONCE = 1 << 14  # What is between the rounds stays in the processor's cache.


def random_uniform(key: PhiloxKey, offset: int, count: int) -> np.ndarray:
    """The numbers that ``uniform.random_uniform`` draws, to the bit.

    Args:
        key: the stream, of NumPy arrays. offset: blocks reserved by earlier runs.
        count: how many.

    Returns:
        float32 ``[count]`` in [0, 1).
    """
    blocks = -(-count // 4)
    bits = np.empty((blocks, 4), np.uint32)
    for first in range(0, blocks, _BLOCKS_AT_ONCE):
        part = bits[first : first + _BLOCKS_AT_ONCE]
        counters = np.arange(len(part), dtype=np.uint64)
        counters += np.uint64((offset + first) & 0xFFFFFFFFFFFFFFFF)
        _fill(part, key, counters)
    bits &= np.uint32(0x7FFFFF)
    bits |= np.uint32(0x3F800000)
    return bits.reshape(-1)[:count].view(np.float32) - np.float32(1)


def _fill(bits: np.ndarray, key: PhiloxKey, counters: np.ndarray) -> None:
    """Philox 4x32-10: four words for each counter."""
    words = [
        counters & _MASK,
        counters >> _HALF,
        np.full(len(counters), key.stream[0], np.uint64),
        np.full(len(counters), key.stream[1], np.uint64),
    ]
    first, second = (int(word) for word in key.key)
    for _ in range(_ROUNDS):
        left, right = words[0] * _MULTIPLIERS[0], words[2] * _MULTIPLIERS[1]
        words = [
            (right >> _HALF) ^ words[1] ^ np.uint64(first),
            right & _MASK,
            (left >> _HALF) ^ words[3] ^ np.uint64(second),
            left & _MASK,
        ]
        first, second = (first + _WEYL[0]) & 0xFFFFFFFF, (second + _WEYL[1]) & 0xFFFFFFFF
    for i, word in enumerate(words):
        bits[:, i] = word
