"""Uniform draws: RandomUniform and RandomUniformInt, equal to TensorFlow 1.15 to the bit."""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from penstock.kernels.random.philox import (
    RESERVED_BLOCKS_PER_OUTPUT,
    PhiloxKey,
    advance,
    as_offset,
    block_pair,
    element_count,
    long_words,
    materialize,
    words,
)

# Explicit mantissa bits of the types whose uniforms are made from one 32-bit word.
_WORD_TYPES = {
    "float16": (10, jnp.uint16),
    "bfloat16": (7, jnp.uint16),
    "float32": (23, jnp.uint32),
}


def unit_float(bits: jax.Array, dtype: np.dtype) -> jax.Array:
    """uint32 words to float16, bfloat16 or float32 in [0, 1): the low bits are the mantissa."""
    mantissa_bits, carrier = _WORD_TYPES[np.dtype(dtype).name]
    one = np.array(1.0, dtype)
    one_bits = np.uint32(int(one.view(np.dtype(carrier))))
    pattern = (bits & np.uint32(2**mantissa_bits - 1)) | one_bits
    value = lax.bitcast_convert_type(lax.convert_element_type(pattern, carrier), dtype)
    return value - jnp.asarray(one)


def unit_double(bits: jax.Array) -> jax.Array:
    """uint64 halves of blocks to float64 in [0, 1).

    The earlier word (the low half) gives the upper 20 bits of the mantissa.
    """
    swapped = (bits << np.uint64(32)) | (bits >> np.uint64(32))
    pattern = (swapped & np.uint64(2**52 - 1)) | np.uint64(0x3FF << 52)
    return lax.bitcast_convert_type(pattern, jnp.float64) - np.float64(1)


def raw_words(key: PhiloxKey, offset: jax.Array, size: int) -> jax.Array:
    """uint32[size]: the first words of the stream from block `offset` on."""
    pair = materialize(lambda index: block_pair(key, index), offset, -(-size // 4))
    return words(pair)[:size]


def raw_long_words(key: PhiloxKey, offset: jax.Array, size: int) -> jax.Array:
    """uint64[size]: the first 64-bit halves of blocks of the stream from block `offset` on."""
    pair = materialize(lambda index: block_pair(key, index), offset, -(-size // 2))
    return long_words(pair)[:size]


def random_uniform(
    key: PhiloxKey, offset: jax.Array | int, shape: Sequence[int], dtype: np.dtype
) -> tuple[jax.Array, jax.Array]:
    """Uniform numbers in [0, 1) (RandomUniform).

    Args:
        key: the stream, see `philox_key`.
        offset: uint64 scalar, blocks reserved by earlier runs.
        shape: static shape of the result.
        dtype: float16, bfloat16, float32 or float64.

    Returns:
        The values, and the offset for the next run. Equal to TensorFlow to the bit.
    """
    offset, size, dtype = as_offset(offset), element_count(shape), np.dtype(dtype)
    if dtype == np.float64:
        values = unit_double(raw_long_words(key, offset, size))
    else:
        values = unit_float(raw_words(key, offset, size), dtype)
    return values.reshape(shape), advance(offset, size * RESERVED_BLOCKS_PER_OUTPUT)


def random_uniform_int(
    key: PhiloxKey,
    offset: jax.Array | int,
    shape: Sequence[int],
    minval: jax.Array,
    maxval: jax.Array,
    dtype: np.dtype,
) -> tuple[jax.Array, jax.Array]:
    """Integers in [minval, maxval) (RandomUniformInt).

    A word modulo the range, with TensorFlow's slight bias towards small values when the range is
    not a power of two.

    Args:
        key: the stream.
        offset: uint64 scalar, blocks reserved by earlier runs.
        shape: static shape of the result.
        minval: scalar of `dtype`, inclusive.
        maxval: scalar of `dtype`, exclusive, above `minval`. The caller reports a violation; what
            is drawn then is unspecified.
        dtype: int32 or int64.

    Returns:
        The values, and the offset for the next run. Equal to TensorFlow to the bit.
    """
    offset, size, dtype = as_offset(offset), element_count(shape), np.dtype(dtype)
    unsigned = np.dtype(f"u{dtype.name}")
    draw = raw_words if dtype == np.int32 else raw_long_words
    low = _reinterpret(jnp.asarray(minval, dtype), unsigned)
    high = _reinterpret(jnp.asarray(maxval, dtype), unsigned)
    values = low + _modulo(draw(key, offset, size), high - low)
    result = _reinterpret(values, dtype).reshape(shape)
    return result, advance(offset, size * RESERVED_BLOCKS_PER_OUTPUT)


def _reinterpret(value: jax.Array, dtype: np.dtype) -> jax.Array:
    return lax.bitcast_convert_type(value, dtype)


def _modulo(bits: jax.Array, divisor: jax.Array) -> jax.Array:
    return lax.rem(bits, jnp.broadcast_to(divisor, bits.shape))
