"""ParameterizedTruncatedNormal: normal draws between bounds, by whichever sampler suits them.

TensorFlow draws the outputs of a batch one after the other from one stream, and the next batch goes
on with the block after the last one used. Here a loop over the batches evaluates a run of blocks at
once and keeps the accepted candidates in order.
"""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from penstock.kernels.random.normal import double_normals, normals_per_block, single_normals
from penstock.kernels.random.philox import (
    PhiloxKey,
    advance,
    as_offset,
    block_pair,
    element_count,
    long_words,
    materialize,
    words,
)
from penstock.kernels.random.uniform import unit_double, unit_float

# Draws without acceptance after which TensorFlow reports an error.
_MAX_REJECTIONS = 1000
# With this many deviations between the mean and a bound, normal draws are rejected directly.
_NORMAL_SAMPLER_DEVIATIONS = 1.3
# The batch size when all batches have the same parameters.
_DESIRED_BATCH = 100

Candidates = tuple[jax.Array, jax.Array, jax.Array]


def parameterized_truncated_normal(
    key: PhiloxKey,
    offset: jax.Array | int,
    shape: Sequence[int],
    means: jax.Array,
    stddevs: jax.Array,
    minvals: jax.Array,
    maxvals: jax.Array,
) -> tuple[jax.Array, jax.Array]:
    """Normal numbers between bounds (ParameterizedTruncatedNormal).

    Robert, "Simulation of truncated normal variables", 1995: normal, uniform or exponential
    proposals, by the position of the bounds.

    Args:
        key: the stream, see `philox_key`.
        offset: uint64 scalar, blocks reserved by earlier runs.
        shape: static shape of the result; its first dimension counts the batches.
        means: float16, float32 or float64, a scalar or of shape [1] or [shape[0]].
        stddevs: as `means`; above 0.
        minvals: as `means`; lower bounds, may be -inf.
        maxvals: as `means`; upper bounds, may be inf, but not where the lower bound is infinite.

    Returns:
        The values, and the offset for the next run. Equal to TensorFlow's to float rounding when
        it runs the operation on one thread (its stream depends on the number of threads); float16
        is computed with different roundings, so a draw may be kept by one and dropped by the other.
        A batch with parameters that TensorFlow reports as invalid, or that accepts nothing in 1000
        draws, is NaN.
    """
    offset, dtype = as_offset(offset), np.dtype(means.dtype)
    size = element_count(shape)
    num_batches = int(shape[0])
    batch_size = size // num_batches if num_batches else 0
    shared = all(p.size == 1 for p in (means, stddevs)) and minvals.ndim == maxvals.ndim == 0
    if shared:
        num_batches, batch_size = -(-size // _DESIRED_BATCH), _DESIRED_BATCH
    reserved = _reserved_blocks(num_batches, batch_size)
    if size == 0:
        return jnp.zeros(shape, dtype), advance(offset, reserved)
    parameters = [
        jnp.broadcast_to(jnp.reshape(p, (-1,)), (num_batches,))
        for p in (means, stddevs, minvals, maxvals)
    ]

    def fill_batch(batch: jax.Array, state: tuple) -> tuple:
        output, block = state
        batch = lax.convert_element_type(batch, np.int32)
        limit = jnp.minimum(np.int32(batch_size), np.int32(size) - batch * np.int32(batch_size))
        row, block = _fill(key, block, batch_size, limit, *(p[batch] for p in parameters))
        return lax.dynamic_update_slice(output, row[None], (batch, np.int32(0))), block

    output = jnp.zeros((num_batches, batch_size), dtype)
    output, _ = lax.fori_loop(np.int32(0), np.int32(num_batches), fill_batch, (output, offset))
    return output.reshape(-1)[:size].reshape(shape), advance(offset, reserved)


def _reserved_blocks(num_batches: int, batch_size: int) -> int:
    """Blocks that a run reserves; negative where TensorFlow's 32-bit product overflows."""
    product = num_batches * 2 * _MAX_REJECTIONS * (batch_size + 3)
    wrapped = (product + 2**31) % 2**32 - 2**31
    return wrapped // 4 if wrapped >= 0 else -(-wrapped // 4)


def _fill(
    key: PhiloxKey,
    block: jax.Array,
    batch_size: int,
    limit: jax.Array,
    mean: jax.Array,
    stddev: jax.Array,
    low: jax.Array,
    high: jax.Array,
) -> tuple[jax.Array, jax.Array]:
    """The values of one batch, of which `limit` are wanted, and the block after the last used."""
    dtype = np.dtype(mean.dtype)
    number = dtype.type
    valid = (stddev > number(0)) & (low < high) & (jnp.isfinite(low) | jnp.isfinite(high))
    # Mirror the problem so that a one-sided bound is the lower one, or both are above the mean.
    mirrored = (jnp.isinf(low) & (low < number(0))) | (high < mean)
    low, high = jnp.where(mirrored, high, low), jnp.where(mirrored, low, high)
    stddev = jnp.where(mirrored, -stddev, stddev)
    low, high = (low - mean) / stddev, (high - mean) / stddev
    per_block = normals_per_block(dtype)
    blocks = _blocks_at_once(batch_size, per_block)
    samplers = [
        lambda start: _from_normals(key, start, blocks, low, high),
        lambda start: _from_uniforms(key, start, blocks, low, high),
        lambda start: _from_exponentials(key, start, blocks, low, high),
    ]
    method = _choose_sampler(low, high)

    def unfinished(state: tuple) -> jax.Array:
        _, filled, _, rejected = state
        return valid & (filled < limit) & (rejected < np.int32(_MAX_REJECTIONS))

    def extend(state: tuple) -> tuple:
        row, filled, block, rejected = state
        values, accepted, used = lax.switch(method, samplers, block)
        place = filled + jnp.cumsum(accepted, dtype=np.int32) - np.int32(1)
        kept = accepted & (place < limit)
        row = row.at[jnp.where(kept, place, np.int32(batch_size))].set(
            values * stddev + mean, mode="drop"
        )
        last = jnp.max(jnp.where(kept, used, np.int32(0)))
        count = jnp.sum(kept, dtype=np.int32)
        full = filled + count >= limit
        step = jnp.where(full, last, np.int32(blocks))
        rejected = jnp.where(count > np.int32(0), np.int32(0), rejected + np.int32(blocks))
        return row, filled + count, block + lax.convert_element_type(step, np.uint64), rejected

    row = jnp.full((batch_size,), number(np.nan))
    state = (row, jnp.asarray(np.int32(0)), block, jnp.asarray(np.int32(0)))
    row, _, block, _ = lax.while_loop(unfinished, extend, state)
    return row, block


def _blocks_at_once(batch_size: int, per_block: int) -> int:
    """An even number of blocks that usually suffices for a batch."""
    wanted = -(-2 * batch_size // per_block)
    return min(max(8, wanted + wanted % 2), 4096)


def _choose_sampler(low: jax.Array, high: jax.Array) -> jax.Array:
    """0: normal, 1: uniform, 2: exponential proposals, by TensorFlow's rule."""
    number = np.dtype(low.dtype).type
    deviations = number(_NORMAL_SAMPLER_DEVIATIONS)
    direct = ((low < -deviations) & (high >= number(0))) | (
        (high > deviations) & (low <= number(0))
    )
    root = lax.sqrt(low * low + number(4))
    cutoff = number(2) * lax.exp(number(0.5) + low * (low - root) / number(4)) / (low + root)
    narrow = high - low < cutoff
    return jnp.where(direct, np.int32(0), jnp.where(narrow, np.int32(1), np.int32(2)))


def _uniforms(key: PhiloxKey, start: jax.Array, blocks: int, dtype: np.dtype) -> jax.Array:
    """[blocks, uniforms per block] in stream order."""
    pair = materialize(lambda index: block_pair(key, index), start, blocks)
    if dtype == np.float64:
        return unit_double(long_words(pair)).reshape(blocks, 2)
    return unit_float(words(pair), dtype).reshape(blocks, 4)


def _padded(values: jax.Array, accepted: jax.Array, used: np.ndarray, size: int) -> Candidates:
    """Candidates in order, whether each is accepted, and the blocks used up with each."""
    missing = size - values.size
    return (
        jnp.pad(values.reshape(-1), (0, missing)),
        jnp.pad(accepted.reshape(-1), (0, missing)),
        jnp.pad(jnp.asarray(used.astype(np.int32)), (0, missing)),
    )


def _from_normals(
    key: PhiloxKey, start: jax.Array, blocks: int, low: jax.Array, high: jax.Array
) -> Candidates:
    dtype = np.dtype(low.dtype)
    if dtype == np.float64:
        pair = materialize(lambda i: double_normals(block_pair(key, i)), start, blocks)
        values = lax.bitcast_convert_type(long_words(pair), np.float64)
    else:
        pair = materialize(lambda i: single_normals(block_pair(key, i)), start, blocks)
        values = lax.bitcast_convert_type(words(pair), np.float32)
        values = lax.convert_element_type(values, dtype)
    per_block = values.size // blocks
    used = np.arange(values.size) // per_block + 1
    return _padded(values, (values >= low) & (values <= high), used, values.size)


def _from_uniforms(
    key: PhiloxKey, start: jax.Array, blocks: int, low: jax.Array, high: jax.Array
) -> Candidates:
    number = np.dtype(low.dtype).type
    drawn = _uniforms(key, start, blocks, np.dtype(low.dtype))
    per_block = drawn.shape[1]
    # A block of proposals, then a block of numbers that decide on them.
    paired = drawn.reshape(blocks // 2, 2, per_block)
    z = paired[:, 0] * (high - low) + low
    peak = jnp.where(low < number(0), number(0), low * low)
    accepted = paired[:, 1] <= lax.exp((peak - z * z) / number(2))
    used = 2 * (np.arange(z.size) // per_block + 1)
    return _padded(z, accepted, used, drawn.size)


def _from_exponentials(
    key: PhiloxKey, start: jax.Array, blocks: int, low: jax.Array, high: jax.Array
) -> Candidates:
    number = np.dtype(low.dtype).type
    drawn = _uniforms(key, start, blocks, np.dtype(low.dtype))
    paired = drawn.reshape(-1, 2)
    alpha = (low + lax.sqrt(low * low + number(4))) / number(2)
    z = -lax.log(paired[:, 0]) / alpha + low
    x = jnp.where(low < alpha, alpha - z, low - alpha)
    accepted = (paired[:, 1] <= lax.exp(-x * x / number(2))) & (z < high)
    used = np.arange(z.size) // (drawn.shape[1] // 2) + 1
    return _padded(z, accepted, used, drawn.size)
