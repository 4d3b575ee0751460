"""Multinomial: class indices drawn from unnormalised log-probabilities."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from penstock.kernels.random.philox import (
    RESERVED_BLOCKS_PER_OUTPUT,
    PhiloxKey,
    advance,
    as_offset,
)
from penstock.kernels.random.uniform import raw_long_words, unit_double

# Up to this many samples a row, comparing with every class beats a search.
_COMPARED_SAMPLES = 16


def multinomial(
    key: PhiloxKey,
    offset: jax.Array | int,
    logits: jax.Array,
    num_samples: int,
    output_dtype: np.dtype,
) -> tuple[jax.Array, jax.Array]:
    """Class indices drawn with probabilities softmax(logits) (Multinomial).

    Each sample is one float64 uniform, looked up in the cumulative sums of its row. Logits that
    are not finite have no probability; a row without a finite logit gives the number of classes.

    Args:
        key: the stream, see `philox_key`.
        offset: uint64 scalar, blocks reserved by earlier runs.
        logits: float[batch, classes].
        num_samples: samples of each row.
        output_dtype: int32 or int64.

    Returns:
        output_dtype[batch, num_samples], and the offset for the next run. Equal to TensorFlow when
        it runs the operation on one thread (below about 200,000 cycles of estimated work, or with
        ``intra_op_parallelism_threads=1``; its stream depends on the number of threads), but for
        uniforms within float64 rounding of a class border.
    """
    offset, output_dtype = as_offset(offset), np.dtype(output_dtype)
    batch, classes = logits.shape
    size = batch * num_samples
    padded = batch * (-(-num_samples // 4) * 4) * 2
    next_offset = advance(offset, padded * RESERVED_BLOCKS_PER_OUTPUT)
    if size == 0:
        return jnp.zeros((batch, num_samples), output_dtype), offset
    uniform = unit_double(raw_long_words(key, offset, size)).reshape(batch, num_samples)
    finite = jnp.isfinite(logits)
    wide = lax.convert_element_type(logits, np.float64)
    largest = jnp.max(wide, axis=1, keepdims=True, where=finite, initial=-np.inf)
    cumulative = jnp.cumsum(jnp.where(finite, jnp.exp(wide - largest), np.float64(0)), axis=1)
    wanted = uniform * cumulative[:, -1:]
    if num_samples <= _COMPARED_SAMPLES:
        below = cumulative[:, None, :] <= wanted[:, :, None]
        chosen = jnp.sum(below, axis=-1, dtype=output_dtype)
    else:
        search = jax.vmap(lambda row, values: jnp.searchsorted(row, values, side="right"))
        chosen = lax.convert_element_type(search(cumulative, wanted), output_dtype)
    return chosen, next_offset
