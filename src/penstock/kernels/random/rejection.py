"""RandomGamma and RandomPoissonV2: rejection sampling, one stream of blocks per output.

TensorFlow gives output number i the blocks from 256 * i on and computes in float64 whatever the
type of the result. Here a loop makes the same attempts for all outputs at once, until all have
been accepted.
"""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from penstock.kernels.random.normal import double_normals
from penstock.kernels.random.philox import (
    RESERVED_BLOCKS_PER_OUTPUT,
    Pair,
    PhiloxKey,
    advance,
    as_offset,
    block_pair,
    element_count,
)
from penstock.kernels.random.uniform import unit_double

# Below this rate Poisson numbers are drawn by multiplying uniforms.
_SMALL_RATE = 10.0


def _stream_starts(offset: jax.Array, num_samples: int, num_parameters: int) -> jax.Array:
    """uint64[num_parameters, num_samples]: the first block of each output."""
    position = lax.iota(np.uint64, num_samples * num_parameters)
    starts = offset + position * np.uint64(RESERVED_BLOCKS_PER_OUTPUT)
    return starts.reshape(num_parameters, num_samples)


def _arrange(
    values: jax.Array, shape: Sequence[int], parameter_shape: Sequence[int], dtype: np.dtype
) -> jax.Array:
    """Values [parameters, samples] as an array of shape `shape + parameter_shape`."""
    result = values.T.reshape(tuple(shape) + tuple(parameter_shape))
    return lax.convert_element_type(result, dtype)


def _two(pair: Pair) -> Pair:
    """The two float64 uniforms of each block, in the order in which they are used: last first."""
    return unit_double(pair[1]), unit_double(pair[0])


def _pick(condition: jax.Array, first: Pair, second: Pair) -> Pair:
    return jnp.where(condition, first[0], second[0]), jnp.where(condition, first[1], second[1])


def random_gamma(
    key: PhiloxKey, offset: jax.Array | int, shape: Sequence[int], alpha: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """Gamma numbers with shape parameter `alpha` and scale 1 (RandomGamma).

    Marsaglia and Tsang, "A simple method for generating gamma variables", 2000; for an alpha of 1
    the exponential distribution by inversion.

    Args:
        key: the stream, see `philox_key`.
        offset: uint64 scalar, blocks reserved by earlier runs.
        shape: static shape of the draws for each alpha.
        alpha: float16, float32 or float64 of any shape.

    Returns:
        Values of shape `shape + alpha.shape` and alpha's type, equal to TensorFlow's to float
        rounding, and the offset for the next run.
    """
    offset, dtype = as_offset(offset), np.dtype(alpha.dtype)
    num_samples, num_alphas = element_count(shape), element_count(alpha.shape)
    size = num_samples * num_alphas
    if size == 0:
        return jnp.zeros(tuple(shape) + tuple(alpha.shape), dtype), offset
    wide = lax.convert_element_type(alpha, np.float64).reshape(num_alphas, 1)
    boosted = wide < np.float64(1)
    d = wide + jnp.where(boosted, np.float64(2.0 / 3.0), np.float64(-1.0 / 3.0))
    c = np.float64(1.0 / 3.0) / lax.sqrt(d)
    starts = _stream_starts(offset, num_samples, num_alphas)
    full = starts.shape
    # An alpha that no draw can accept (not a number, or below -2/3) gives NaN at once.
    hopeless = jnp.broadcast_to(jnp.isnan(c), full)
    exponential = jnp.broadcast_to(wide == np.float64(1), full)
    inverted = -lax.log1p(-_two(block_pair(key, starts))[0])

    def refill(
        needed: jax.Array, values: Pair, left: jax.Array, block: jax.Array, normal: bool
    ) -> tuple[Pair, jax.Array, jax.Array]:
        """Draws the next block where values are needed and none are left."""
        drawing = needed & (left == np.int32(0))
        pair = block_pair(key, block)
        if normal:
            low, high = (
                lax.bitcast_convert_type(half, np.float64) for half in double_normals(pair)
            )
            fresh = (high, low)
        else:
            fresh = _two(pair)
        values = _pick(drawing, fresh, values)
        left = jnp.where(drawing, np.int32(2), left)
        return values, left, block + lax.convert_element_type(drawing, np.uint64)

    def current(values: Pair, left: jax.Array) -> jax.Array:
        return jnp.where(left == np.int32(2), values[0], values[1])

    def attempt(state: tuple) -> tuple:
        pending, result, block, normals, normals_left, uniforms, uniforms_left = state
        normals, normals_left, block = refill(pending, normals, normals_left, block, True)
        x = current(normals, normals_left)
        normals_left = normals_left - lax.convert_element_type(pending, np.int32)
        base = np.float64(1) + c * x
        possible = pending & (base > np.float64(0))
        v = jnp.where(possible, base * base * base, np.float64(1))
        uniforms, uniforms_left, block = refill(possible, uniforms, uniforms_left, block, False)
        u = current(uniforms, uniforms_left)
        uniforms_left = uniforms_left - lax.convert_element_type(possible, np.int32)
        square = x * x
        squeezed = u < np.float64(1) - np.float64(0.0331) * square * square
        slow = lax.log(u) < np.float64(0.5) * square + d * (np.float64(1) - v + lax.log(v))
        accepted = possible & (squeezed | slow)
        boosting = accepted & boosted
        uniforms, uniforms_left, block = refill(boosting, uniforms, uniforms_left, block, False)
        power = jnp.where(boosted, np.float64(1) / wide, np.float64(1))
        factor = jnp.where(boosted, lax.pow(current(uniforms, uniforms_left), power), np.float64(1))
        result = jnp.where(accepted, d * v * factor, result)
        # No draw follows an acceptance, so the boost's uniform need not be counted off.
        return pending & ~accepted, result, block, normals, normals_left, uniforms, uniforms_left

    empty = (jnp.zeros(full, np.float64), jnp.zeros(full, np.float64))
    none_left = jnp.zeros(full, np.int32)
    known = jnp.where(exponential, inverted, np.float64(np.nan))
    state = (~(hopeless | exponential), known, starts, empty, none_left, empty, none_left)
    values = lax.while_loop(lambda state: jnp.any(state[0]), attempt, state)[1]
    next_offset = advance(offset, size * RESERVED_BLOCKS_PER_OUTPUT)
    return _arrange(values, shape, alpha.shape, dtype), next_offset


def random_poisson(
    key: PhiloxKey,
    offset: jax.Array | int,
    shape: Sequence[int],
    rate: jax.Array,
    dtype: np.dtype,
) -> tuple[jax.Array, jax.Array]:
    """Poisson numbers of the given rates (RandomPoisson and RandomPoissonV2).

    Rates below 10: Knuth's product of uniforms. Others: Hormann, "The transformed rejection method
    for generating Poisson random variables", 1993.

    Args:
        key: the stream, see `philox_key`.
        offset: uint64 scalar, blocks reserved by earlier runs.
        shape: static shape of the draws for each rate.
        rate: float16, float32, float64, int32 or int64 of any shape. Rates that are not finite
            give NaN (TensorFlow does not return for NaN).
        dtype: type of the result: float16, float32, float64, int32 or int64.

    Returns:
        Values of shape `shape + rate.shape`, equal to TensorFlow's unless a draw falls within
        float64 rounding of its acceptance bound, and the offset for the next run.
    """
    offset, dtype = as_offset(offset), np.dtype(dtype)
    num_samples, num_rates = element_count(shape), element_count(rate.shape)
    size = num_samples * num_rates
    if size == 0:
        return jnp.zeros(tuple(shape) + tuple(rate.shape), dtype), offset
    wide = lax.convert_element_type(rate, np.float64).reshape(num_rates, 1)
    starts = _stream_starts(offset, num_samples, num_rates)
    finite = jnp.broadcast_to(jnp.isfinite(wide), starts.shape)
    small = jnp.broadcast_to(wide < np.float64(_SMALL_RATE), starts.shape)
    result = jnp.full(starts.shape, np.float64(np.nan))
    result = _small_poisson(key, starts, wide, finite & small, result)
    result = _large_poisson(key, starts, wide, finite & ~small, result)
    next_offset = advance(offset, size * RESERVED_BLOCKS_PER_OUTPUT)
    return _arrange(result, shape, rate.shape, dtype), next_offset


def _small_poisson(
    key: PhiloxKey, starts: jax.Array, rate: jax.Array, pending: jax.Array, result: jax.Array
) -> jax.Array:
    limit = lax.exp(-rate)

    def attempt(state: tuple) -> tuple:
        pending, result, block, product = state
        uniforms = _two(block_pair(key, starts + block))
        for turn, uniform in enumerate(uniforms):
            product = product * uniform
            stopped = pending & (product <= limit)
            count = lax.convert_element_type(block * np.uint64(2) + np.uint64(turn), np.float64)
            result = jnp.where(stopped, count, result)
            pending = pending & ~stopped
        return pending, result, block + np.uint64(1), product

    ones = jnp.ones(starts.shape, np.float64)
    state = (pending, result, jnp.asarray(np.uint64(0)), ones)
    return lax.while_loop(lambda state: jnp.any(state[0]), attempt, state)[1]


def _large_poisson(
    key: PhiloxKey, starts: jax.Array, rate: jax.Array, pending: jax.Array, result: jax.Array
) -> jax.Array:
    # The constants are those of Hormann's paper.
    rate = jnp.maximum(rate, np.float64(_SMALL_RATE))
    log_rate = lax.log(rate)
    b = np.float64(0.931) + np.float64(2.53) * lax.sqrt(rate)
    a = np.float64(-0.059) + np.float64(0.02483) * b
    inverse_alpha = np.float64(1.1239) + np.float64(1.1328) / (b - np.float64(3.4))
    quick_bound = np.float64(0.9277) - np.float64(3.6224) / (b - np.float64(2))

    def attempt(state: tuple) -> tuple:
        pending, result, block = state
        first, v = _two(block_pair(key, starts + block))
        u = first - np.float64(0.5)
        shifted = np.float64(0.5) - lax.abs(u)
        k = lax.floor((np.float64(2) * a / shifted + b) * u + rate + np.float64(0.43))
        quick = (shifted >= np.float64(0.07)) & (v <= quick_bound)
        outside = (k < np.float64(0)) | ((shifted < np.float64(0.013)) & (v > shifted))
        s = lax.log(v * inverse_alpha / (a / (shifted * shifted) + b))
        t = k * log_rate - rate - lax.lgamma(k + np.float64(1))
        accepted = pending & (quick | (~outside & (s <= t)))
        return pending & ~accepted, jnp.where(accepted, k, result), block + np.uint64(1)

    state = (pending, result, jnp.asarray(np.uint64(0)))
    return lax.while_loop(lambda state: jnp.any(state[0]), attempt, state)[1]
