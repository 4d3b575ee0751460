"""Normal draws: RandomStandardNormal and TruncatedNormal.

Both pair the words of a block in TensorFlow's order and apply the Box-Muller transform. On the CPU
the logarithm and the trigonometric functions of the single-precision path are evaluated in double
precision and rounded, which is what a good C library does, so nearly every value equals
TensorFlow's to the bit and the rest differ by a few units in the last place.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from penstock.kernels.random.philox import (
    RESERVED_BLOCKS_PER_OUTPUT,
    Pair,
    PhiloxKey,
    advance,
    as_offset,
    block_pair,
    element_count,
    long_words,
    materialize,
    pack,
    unpack,
    words,
)
from penstock.kernels.random.uniform import unit_double, unit_float

# A uniform below this is raised to it, so that its logarithm is finite.
_SMALLEST_UNIFORM = 1.0e-7
_TRUNCATION = 2.0
_LOW_32 = 0xFFFFFFFF
# The mantissas whose logarithm is approximated, as bounds of m - 1: m in [sqrt(1/2), sqrt(2)).
_ROOT_HALF_BITS = int(np.float64(math.sqrt(0.5)).view(np.int64))
_LOG_CENTER = (math.sqrt(0.5) + math.sqrt(2.0)) / 2 - 1
_LOG_RADIUS = (math.sqrt(2.0) - math.sqrt(0.5)) / 2


def _log_series(degree: int) -> list[float]:
    """Coefficients, in (x - center) / radius, that interpolate log1p(x) / x at Chebyshev points."""
    scaled = np.polynomial.chebyshev.chebpts1(degree + 1)
    x = _LOG_CENTER + _LOG_RADIUS * scaled
    return np.polynomial.polynomial.polyfit(scaled, np.log1p(x) / x, degree).tolist()


_LOG_SERIES = _log_series(13)


def _polynomial(x: jax.Array, coefficients: Sequence[float]) -> jax.Array:
    """The polynomial with the given coefficients, lowest degree first, by Horner's rule."""
    number = x.dtype.type
    *rest, before_last, last = coefficients
    result = lax.add(lax.mul(x, number(last)), number(before_last))
    for coefficient in reversed(rest):
        result = lax.add(lax.mul(x, result), number(coefficient))
    return result


def _log_wide(x: jax.Array) -> jax.Array:
    """log(x) for positive normal float64, to about 1e-10 relative, without calls or divisions.

    XLA counts a division as expensive and would break the loop in two to share it.
    """
    bits = lax.bitcast_convert_type(x, np.int64)
    exponent = (bits - np.int64(_ROOT_HALF_BITS)) >> np.int64(52)
    mantissa = lax.bitcast_convert_type(bits - (exponent << np.int64(52)), np.float64)
    excess = mantissa - np.float64(1)
    scaled = (excess - np.float64(_LOG_CENTER)) * np.float64(1 / _LOG_RADIUS)
    # A detour over int32, which every vector unit converts.
    power = lax.convert_element_type(lax.convert_element_type(exponent, np.int32), np.float64)
    return excess * _polynomial(scaled, _LOG_SERIES) + power * np.float64(math.log(2.0))


def _sine_cosine_wide(x: jax.Array) -> Pair:
    """sin(x) and cos(x) for float64 in [0, 2 pi], to about 1e-11 absolute."""
    quarter_turns = lax.floor(x * np.float64(2.0 / math.pi) + np.float64(0.5))
    angle = x - quarter_turns * np.float64(math.pi / 2)
    square = angle * angle
    sine = angle * _polynomial(square, [(-1.0) ** k / math.factorial(2 * k + 1) for k in range(7)])
    cosine = _polynomial(square, [(-1.0) ** k / math.factorial(2 * k) for k in range(8)])
    quadrant = lax.convert_element_type(quarter_turns, jnp.int32)
    swapped = (quadrant & np.int32(1)) == np.int32(1)
    sine, cosine = lax.select(swapped, cosine, sine), lax.select(swapped, sine, cosine)
    sine = lax.select((quadrant & np.int32(2)) == np.int32(2), -sine, sine)
    cosine = lax.select(((quadrant + np.int32(1)) & np.int32(2)) == np.int32(2), -cosine, cosine)
    return sine, cosine


def _unit_wide(bits: jax.Array) -> jax.Array:
    """The float32 uniform of the low word of a uint64, as float64 of the same value."""
    pattern = ((bits & np.uint64(0x7FFFFF)) << np.uint64(29)) | np.uint64(0x3FF << 52)
    return lax.bitcast_convert_type(pattern, jnp.float64) - np.float64(1)


def _box_muller_rounded(bits: jax.Array) -> Pair:
    """Box-Muller of two words in a uint64: float32 steps, each computed in float64 and rounded."""
    smallest = np.float64(np.float32(_SMALLEST_UNIFORM))
    uniform = lax.max(_unit_wide(bits), smallest)
    # reduce_precision, not a conversion to float32 and back, which XLA may drop.
    turn = lax.reduce_precision(
        _unit_wide(bits >> np.uint64(32)) * np.float64(2.0 * math.pi), 8, 23
    )
    logarithm = lax.convert_element_type(_log_wide(uniform), jnp.float32)
    radius = lax.sqrt(logarithm * np.float32(-2))
    sine, cosine = _sine_cosine_wide(turn)
    return (
        lax.convert_element_type(sine, jnp.float32) * radius,
        lax.convert_element_type(cosine, jnp.float32) * radius,
    )


def _box_muller_single(bits: jax.Array) -> Pair:
    """Box-Muller of two words in a uint64 in float32 throughout, for GPUs and TPUs."""
    low = lax.convert_element_type(bits & np.uint64(_LOW_32), jnp.uint32)
    high = lax.convert_element_type(bits >> np.uint64(32), jnp.uint32)
    single = np.dtype(np.float32)
    uniform = lax.max(unit_float(low, single), np.float32(_SMALLEST_UNIFORM))
    turn = unit_float(high, single) * np.float32(2.0 * math.pi)
    radius = lax.sqrt(lax.log(uniform) * np.float32(-2))
    return lax.sin(turn) * radius, lax.cos(turn) * radius


def _join(first: jax.Array, second: jax.Array) -> jax.Array:
    """Two float32 arrays as one uint64 array, the first in the low half."""
    low, high = (
        lax.convert_element_type(lax.bitcast_convert_type(part, jnp.uint32), jnp.uint64)
        for part in (first, second)
    )
    return low | (high << np.uint64(32))


def single_normals(pair: Pair) -> Pair:
    """Four float32 normals of each block, as bit patterns in the places of the four words."""

    def on_cpu(low: jax.Array, high: jax.Array) -> Pair:
        return _join(*_box_muller_rounded(low)), _join(*_box_muller_rounded(high))

    def elsewhere(low: jax.Array, high: jax.Array) -> Pair:
        return _join(*_box_muller_single(low)), _join(*_box_muller_single(high))

    return lax.platform_dependent(*pair, cpu=on_cpu, default=elsewhere)


def double_normals(pair: Pair) -> Pair:
    """Two float64 normals of each block, as bit patterns."""
    low, high = pair
    uniform = lax.max(unit_double(low), np.float64(_SMALLEST_UNIFORM))
    turn = unit_double(high) * np.float64(2.0 * math.pi)
    radius = lax.sqrt(lax.log(uniform) * np.float64(-2))
    sine, cosine = lax.sin(turn) * radius, lax.cos(turn) * radius
    return (
        lax.bitcast_convert_type(sine, jnp.uint64),
        lax.bitcast_convert_type(cosine, jnp.uint64),
    )


def _normals_of(dtype: np.dtype) -> Callable[[Pair], Pair]:
    return double_normals if dtype == np.float64 else single_normals


def _spread(pair: Pair, size: int, dtype: np.dtype) -> jax.Array:
    """The packed normals of blocks as a vector of the first `size` values of `dtype`."""
    if dtype == np.float64:
        return lax.bitcast_convert_type(long_words(pair), jnp.float64)[:size]
    values = lax.bitcast_convert_type(words(pair), jnp.float32)[:size]
    return lax.convert_element_type(values, dtype)


def normals_per_block(dtype: np.dtype) -> int:
    """How many normals of `dtype` a block gives."""
    return 2 if np.dtype(dtype) == np.float64 else 4


def random_standard_normal(
    key: PhiloxKey, offset: jax.Array | int, shape: Sequence[int], dtype: np.dtype
) -> tuple[jax.Array, jax.Array]:
    """Normal numbers with mean 0 and deviation 1 (RandomStandardNormal).

    Args:
        key: the stream, see `philox_key`.
        offset: uint64 scalar, blocks reserved by earlier runs.
        shape: static shape of the result.
        dtype: float16, bfloat16, float32 or float64; the half types are rounded float32 draws.

    Returns:
        The values, equal to TensorFlow's to float rounding, and the offset for the next run.
    """
    offset, size, dtype = as_offset(offset), element_count(shape), np.dtype(dtype)
    normals = _normals_of(dtype)
    pair = materialize(
        lambda index: normals(block_pair(key, index)), offset, -(-size // normals_per_block(dtype))
    )
    values = _spread(pair, size, dtype).reshape(shape)
    return values, advance(offset, size * RESERVED_BLOCKS_PER_OUTPUT)


def truncated_normal(
    key: PhiloxKey, offset: jax.Array | int, shape: Sequence[int], dtype: np.dtype
) -> tuple[jax.Array, jax.Array]:
    """Normal numbers, drawn again where they are 2 deviations or more from 0 (TruncatedNormal).

    TensorFlow gives each group of outputs (as many as a block has normals) a range of blocks of
    its own and takes the first normals of that range that are inside the bounds. Here every turn of
    a loop offers the next block to all groups; two turns suffice for all but one group in 100,000.

    Args:
        key: the stream.
        offset: uint64 scalar, blocks reserved by earlier runs.
        shape: static shape of the result.
        dtype: float16, bfloat16, float32 or float64; the half types are rounded float32 draws.

    Returns:
        The values, equal to TensorFlow's to float rounding, and the offset for the next run. A
        normal within rounding of the bound could be kept by one and dropped by the other, which
        would change the up to three values after it in its group.
    """
    offset, size, dtype = as_offset(offset), element_count(shape), np.dtype(dtype)
    group_size = normals_per_block(dtype)
    groups = -(-size // group_size)
    blocks_per_group = group_size * RESERVED_BLOCKS_PER_OUTPUT // 4

    def fill(packing: Callable, unpacking: Callable, start: jax.Array) -> Pair:
        first = start + lax.iota(jnp.uint64, groups) * np.uint64(blocks_per_group)
        empty = jnp.full((groups,), np.uint64(_EMPTY[group_size]))

        def unfinished(state: tuple) -> jax.Array:
            return jnp.any(_is_empty(unpacking(state[1])[1], group_size))

        def again(state: tuple) -> tuple:
            block, packed = state
            drawn = _normals_of(dtype)(block_pair(key, first + block))
            return block + np.uint64(1), packing(_take(unpacking(packed), drawn, group_size))

        state = (np.uint64(0), packing((empty, empty)))
        return unpacking(lax.while_loop(unfinished, again, state)[1])

    def on_cpu(start: jax.Array) -> Pair:
        return fill(pack, unpack, start)

    def elsewhere(start: jax.Array) -> Pair:
        return fill(lambda pair: pair, lambda pair: pair, start)

    if groups:
        pair = lax.platform_dependent(offset, cpu=on_cpu, default=elsewhere)
        values = _spread(pair, size, dtype).reshape(shape)
    else:
        values = jnp.zeros(shape, dtype)
    return values, advance(offset, size * RESERVED_BLOCKS_PER_OUTPUT)


# An output without its value yet is a NaN, by group size: two float32 or one float64 in 64 bits.
_EMPTY = {4: 0x7FC00000_7FC00000, 2: 0x7FF80000_00000000}


def _is_empty(half: jax.Array, group_size: int) -> jax.Array:
    """Whether the last output in the upper pair of each group is still missing."""
    if group_size == 2:
        return half == np.uint64(_EMPTY[2])
    return (half >> np.uint64(32)) == np.uint64(_EMPTY[4] >> 32)


def _parts(pair: Pair, group_size: int) -> list[jax.Array]:
    if group_size == 2:
        return [lax.bitcast_convert_type(half, jnp.float64) for half in pair]
    lanes = [half >> np.uint64(shift) for half in pair for shift in (0, 32)]
    return [
        lax.bitcast_convert_type(
            lax.convert_element_type(lane & np.uint64(_LOW_32), jnp.uint32), jnp.float32
        )
        for lane in lanes
    ]


def _take(taken: Pair, drawn: Pair, group_size: int) -> Pair:
    """Fills the missing outputs of each group, in order, with drawn normals inside the bounds."""
    outputs, candidates = _parts(taken, group_size), _parts(drawn, group_size)
    missing = [output != output for output in outputs]
    for candidate in candidates:
        open_place = lax.abs(candidate) < candidate.dtype.type(_TRUNCATION)
        for place in range(group_size):
            here = open_place & missing[place]
            outputs[place] = lax.select(here, candidate, outputs[place])
            missing[place] = missing[place] & ~here
            open_place = open_place & ~here
    if group_size == 2:
        low, high = (lax.bitcast_convert_type(output, jnp.uint64) for output in outputs)
        return low, high
    return _join(outputs[0], outputs[1]), _join(outputs[2], outputs[3])
