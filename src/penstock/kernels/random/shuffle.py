"""RandomShuffle: permutes an array along its first dimension, equal to TensorFlow to the bit."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from penstock.kernels.random.philox import PhiloxKey, advance, as_offset
from penstock.kernels.random.uniform import raw_words

_MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_WEYL = (0x9E3779B9, 0xBB67AE85)
_LOW_32 = np.uint64(0xFFFFFFFF)


def reserved_blocks(shape: tuple[int, ...]) -> int:
    """How many blocks a run of RandomShuffle on an array of this shape reserves."""
    if int(np.prod(shape, dtype=np.int64)) <= 1 or shape[0] <= 1:
        return 0
    return (shape[0] - 1 + 3) // 4


def host_words(key: PhiloxKey, offset: int, size: int) -> np.ndarray:
    """uint32[size]: the first words from block `offset` on, computed by NumPy.

    Args:
        key: a key of NumPy arrays.
        offset: blocks to skip.
        size: how many words.
    """
    index = np.uint64(offset) + np.arange(-(-size // 4), dtype=np.uint64)
    half = np.uint64(32)
    state = [index & _LOW_32, index >> half]
    state += [np.full_like(index, int(word)) for word in key.stream]
    for turn in range(10):
        keys = [np.uint64((int(key.key[i]) + turn * _WEYL[i]) & 0xFFFFFFFF) for i in (0, 1)]
        first, second = state[0] * _MULTIPLIERS[0], state[2] * _MULTIPLIERS[1]
        state = [
            (second >> half) ^ state[1] ^ keys[0],
            second & _LOW_32,
            (first >> half) ^ state[3] ^ keys[1],
            first & _LOW_32,
        ]
    return np.stack(state, axis=-1).reshape(-1)[:size].astype(np.uint32)


def random_permutation(key: PhiloxKey, offset: int, size: int) -> np.ndarray:
    """int64[size]: the permutation that RandomShuffle applies, on the host."""
    order = list(range(size))
    if size > 1:
        remaining = np.arange(size, 1, -1, dtype=np.uint32)
        steps = (host_words(key, offset, size - 1) % remaining).tolist()
        # Fisher-Yates from the front; each place takes one of those from it on.
        for place, step in enumerate(steps):
            other = place + step
            order[place], order[other] = order[other], order[place]
    return np.array(order, np.int64)


def random_shuffle_host(key: PhiloxKey, offset: int, value: np.ndarray) -> tuple[np.ndarray, int]:
    """RandomShuffle of a NumPy array of any type, strings included.

    Args:
        key: a key of NumPy arrays, see `philox_key`.
        offset: blocks reserved by earlier runs.
        value: the array to permute along dimension 0; a scalar comes back as it is.

    Returns:
        A permuted copy, and the offset for the next run.
    """
    blocks = reserved_blocks(value.shape)
    if blocks == 0:
        return value.copy(), offset
    return value[random_permutation(key, offset, value.shape[0])], offset + blocks


def random_shuffle(
    key: PhiloxKey, offset: jax.Array | int, value: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """RandomShuffle, traced.

    The swaps are sequential by nature: a microsecond or two each on a CPU. `random_shuffle_host`
    is quicker for long arrays that are on the host anyway.

    Args:
        key: the stream.
        offset: uint64 scalar, blocks reserved by earlier runs.
        value: array of static shape.

    Returns:
        The permuted array, and the offset for the next run.
    """
    offset = as_offset(offset)
    blocks = reserved_blocks(value.shape)
    if blocks == 0:
        return value, offset
    size = value.shape[0]
    remaining = np.arange(size, 1, -1, dtype=np.uint32)
    steps = lax.convert_element_type(
        lax.rem(raw_words(key, offset, size - 1), jnp.asarray(remaining)), np.int32
    )

    def swap(place: jax.Array, order: jax.Array) -> jax.Array:
        place = lax.convert_element_type(place, np.int32)
        other = place + steps[place]
        first, second = order[place], order[other]
        return order.at[place].set(second).at[other].set(first)

    order = lax.fori_loop(np.int32(0), np.int32(size - 1), swap, lax.iota(np.int32, size))
    return jnp.take(value, order, axis=0, mode="clip"), advance(offset, blocks)
