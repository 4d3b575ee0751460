"""Philox 4x32-10, the counter-based generator behind TensorFlow's random operations.

A generator is a 64-bit key and a 128-bit counter; each counter value gives one *block* of four
32-bit words (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011). TensorFlow
puts an operation's ``seed`` in the key and its ``seed2`` in the upper half of the counter; the
lower half counts the blocks that earlier runs of the operation reserved. That lower half is the
`offset` of every drawing function in this package.

All functions must be traced with 64-bit types enabled. The lower half of the counter wraps at
2**64 blocks without carrying into the upper half; no session lives that long.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

Array = jax.Array | np.ndarray
Pair = tuple[jax.Array, jax.Array]

_MULTIPLIER_0 = 0xD2511F53
_MULTIPLIER_2 = 0xCD9E8D57
_WEYL_0 = 0x9E3779B9
_WEYL_1 = 0xBB67AE85
_MASK_32 = 0xFFFFFFFF
_ROUNDS = 10
# TensorFlow's fixed key under which the two seeds of a stateless operation are mixed.
_STATELESS_MIXING_KEY = (0x3EC8F720, 0x02461E29)
# Blocks that TensorFlow reserves for each output of most operations.
RESERVED_BLOCKS_PER_OUTPUT = 256


class PhiloxKey(NamedTuple):
    """Where a stream of random blocks starts.

    Attributes:
        key: uint32[2], the Philox key, low word first.
        stream: uint32[2], the upper half of the 128-bit counter, low word first.
    """

    key: Array
    stream: Array


def philox_key(seed: int, seed2: int) -> PhiloxKey:
    """The key of a stateful random operation with attributes `seed` and `seed2`.

    Args:
        seed: signed or unsigned 64-bit integer, becomes the Philox key.
        seed2: signed or unsigned 64-bit integer, becomes the upper half of the counter.

    Returns:
        A `PhiloxKey` of NumPy arrays. (0, 0) is a key like any other here; TensorFlow reads that
        pair as "draw a fresh seed", for which there is `fresh_key`.
    """
    return PhiloxKey(_split_words(seed), _split_words(seed2))


def fresh_key() -> PhiloxKey:
    """A key from the operating system's entropy, for an operation whose two seeds are 0."""
    words = np.frombuffer(os.urandom(16), np.uint32)
    return PhiloxKey(words[:2].copy(), words[2:].copy())


def stateless_key(seed: Array) -> PhiloxKey:
    """The key of a stateless random operation.

    TensorFlow runs one Philox block over the two seeds, so that either of them may be weak.

    Args:
        seed: int32[2] or int64[2], traced or not.

    Returns:
        A `PhiloxKey`; drawing starts at offset 0.
    """
    wide = lax.convert_element_type(jnp.asarray(seed), jnp.uint64)
    mixing = PhiloxKey(
        np.array(_STATELESS_MIXING_KEY, np.uint32),
        jnp.stack([_low_word(wide[1]), _high_word(wide[1])]),
    )
    low, high = block_pair(mixing, wide[0])
    return PhiloxKey(
        jnp.stack([_low_word(low), _high_word(low)]),
        jnp.stack([_low_word(high), _high_word(high)]),
    )


def _split_words(value: int) -> np.ndarray:
    return np.array([value & _MASK_32, (value >> 32) & _MASK_32], np.uint32)


def _low_word(value: jax.Array) -> jax.Array:
    return lax.convert_element_type(value & np.uint64(_MASK_32), jnp.uint32)


def _high_word(value: jax.Array) -> jax.Array:
    return lax.convert_element_type(value >> np.uint64(32), jnp.uint32)


def _as_wide(word: Array | np.integer) -> jax.Array | np.uint64:
    """A 32-bit word as uint64; a constant when it is known while tracing."""
    if isinstance(word, np.integer):
        return np.uint64(int(word))
    return lax.convert_element_type(word, jnp.uint64)


def _round_keys(key: Array) -> list[tuple[Any, Any]]:
    if isinstance(key, np.ndarray):
        first, second = int(key[0]), int(key[1])
        return [
            (
                np.uint64((first + i * _WEYL_0) & _MASK_32),
                np.uint64((second + i * _WEYL_1) & _MASK_32),
            )
            for i in range(_ROUNDS)
        ]
    mask = np.uint64(_MASK_32)
    first_wide, second_wide = _as_wide(key[0]), _as_wide(key[1])
    return [
        (
            (first_wide + np.uint64(i * _WEYL_0)) & mask,
            (second_wide + np.uint64(i * _WEYL_1)) & mask,
        )
        for i in range(_ROUNDS)
    ]


_xor = lax.bitwise_xor


def block_pair(key: PhiloxKey, index: jax.Array) -> Pair:
    """The blocks with the given counters, elementwise.

    The words stay in 64-bit lanes, because a 32x32 -> 64 bit multiplication per lane is what vector
    units offer, and two words to a lane is how the result is cheapest to store.

    Args:
        key: the stream.
        index: uint64 array of any shape: the lower half of the counter.

    Returns:
        Two uint64 arrays of the shape of `index`: words 0 and 1, and words 2 and 3, each with the
        earlier word in the low half.
    """
    mask, half = np.uint64(_MASK_32), np.uint64(32)
    word_0, word_1 = index & mask, index >> half
    word_2 = jnp.broadcast_to(_as_wide(key.stream[0]), index.shape)
    word_3 = jnp.broadcast_to(_as_wide(key.stream[1]), index.shape)
    for key_0, key_1 in _round_keys(key.key):
        # lax functions, not operators: a hundred operations are traced twice as fast.
        product_0 = lax.mul(word_0, np.uint64(_MULTIPLIER_0))
        product_2 = lax.mul(word_2, np.uint64(_MULTIPLIER_2))
        word_0 = _xor(_xor(lax.shift_right_logical(product_2, half), word_1), key_0)
        word_1 = lax.bitwise_and(product_2, mask)
        word_2 = _xor(_xor(lax.shift_right_logical(product_0, half), word_3), key_1)
        word_3 = lax.bitwise_and(product_0, mask)
    return word_0 | (word_1 << half), word_2 | (word_3 << half)


def pack(pair: Pair) -> jax.Array:
    """Two uint64 arrays as one complex128 array (bit patterns, not values).

    XLA's CPU compiler computes each output array of a loop on its own. With one 128-bit element per
    block the ten rounds are computed once, not once per word.
    """
    low, high = (lax.bitcast_convert_type(half, jnp.float64) for half in pair)
    return lax.complex(low, high)


def unpack(packed: jax.Array) -> Pair:
    """The inverse of `pack`."""
    return (
        lax.bitcast_convert_type(lax.real(packed), jnp.uint64),
        lax.bitcast_convert_type(lax.imag(packed), jnp.uint64),
    )


def materialize(compute: Callable[[jax.Array], Pair], offset: jax.Array, count: int) -> Pair:
    """`compute(counters)` for `count` consecutive counters from `offset`, each computed once.

    A consumer spreads a block over several elements, and XLA's CPU compiler would fuse the rounds
    into that consumer and repeat them for every element. The branch of a conditional is a border
    that it does not fuse across; its predicate is always true.

    Args:
        compute: from uint64[count] counters to two uint64[count] arrays; elementwise.
        offset: uint64 scalar, the first counter.
        count: how many counters.

    Returns:
        What `compute` returns.
    """

    def direct(start: jax.Array) -> Pair:
        return compute(start + lax.iota(jnp.uint64, count))

    def fenced(start: jax.Array) -> Pair:
        packed = lax.cond(
            start != np.uint64(2**64 - 1),
            lambda: pack(direct(start)),
            lambda: jnp.zeros((count,), jnp.complex128),
        )
        return unpack(packed)

    return lax.platform_dependent(offset, cpu=fenced, default=direct)


def words(pair: Pair) -> jax.Array:
    """uint32[4 * n]: the words of n blocks in stream order."""
    low, high = pair
    shape = (*low.shape, 4)
    lane = lax.broadcasted_iota(jnp.uint64, shape, len(shape) - 1)
    # One select and one shift by lane; a concatenation of four parts is slower to vectorise.
    halves = jnp.where(lane < np.uint64(2), low[..., None], high[..., None])
    shifted = halves >> ((lane & np.uint64(1)) * np.uint64(32))
    return lax.convert_element_type(shifted, jnp.uint32).reshape(-1)


def long_words(pair: Pair) -> jax.Array:
    """uint64[2 * n]: the 64-bit halves of n blocks in stream order, the earlier word lowest."""
    return jnp.stack(pair, axis=-1).reshape(-1)


def element_count(shape: Sequence[int]) -> int:
    """How many elements an array of a static `shape` has."""
    return math.prod(int(size) for size in shape)


def advance(offset: jax.Array, blocks: int) -> jax.Array:
    """`offset` after `blocks` more blocks were reserved."""
    return offset + np.uint64(blocks % 2**64)


def as_offset(offset: jax.Array | int) -> jax.Array:
    """An offset given as a Python integer or any integer scalar, as uint64."""
    if isinstance(offset, int):
        return jnp.asarray(np.uint64(offset))
    return lax.convert_element_type(jnp.asarray(offset), jnp.uint64)
