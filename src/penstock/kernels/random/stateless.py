"""Stateless random operations: the drawing functions with a key mixed from the `seed` input."""

from __future__ import annotations

from collections.abc import Sequence

import jax
import numpy as np

from penstock.kernels.random.categorical import multinomial
from penstock.kernels.random.normal import random_standard_normal, truncated_normal
from penstock.kernels.random.philox import stateless_key
from penstock.kernels.random.uniform import random_uniform, random_uniform_int


def stateless_random_uniform(shape: Sequence[int], seed: jax.Array, dtype: np.dtype) -> jax.Array:
    """Uniform numbers in [0, 1) (StatelessRandomUniform), equal to TensorFlow to the bit.

    Args:
        shape: static shape of the result.
        seed: int32[2] or int64[2].
        dtype: float16, bfloat16, float32 or float64.
    """
    return random_uniform(stateless_key(seed), 0, shape, dtype)[0]


def stateless_random_normal(shape: Sequence[int], seed: jax.Array, dtype: np.dtype) -> jax.Array:
    """Standard normal numbers (StatelessRandomNormal), equal to TensorFlow to float rounding.

    Args: as for `stateless_random_uniform`.
    """
    return random_standard_normal(stateless_key(seed), 0, shape, dtype)[0]


def stateless_truncated_normal(shape: Sequence[int], seed: jax.Array, dtype: np.dtype) -> jax.Array:
    """Normal numbers within 2 deviations (StatelessTruncatedNormal), to float rounding.

    Args: as for `stateless_random_uniform`.
    """
    return truncated_normal(stateless_key(seed), 0, shape, dtype)[0]


def stateless_random_uniform_int(
    shape: Sequence[int], seed: jax.Array, minval: jax.Array, maxval: jax.Array, dtype: np.dtype
) -> jax.Array:
    """Integers in [minval, maxval) (StatelessRandomUniformInt), equal to TensorFlow to the bit.

    Args:
        shape: static shape of the result.
        seed: int32[2] or int64[2].
        minval: scalar of `dtype`, inclusive.
        maxval: scalar of `dtype`, exclusive.
        dtype: int32 or int64.
    """
    return random_uniform_int(stateless_key(seed), 0, shape, minval, maxval, dtype)[0]


def stateless_multinomial(
    logits: jax.Array, num_samples: int, seed: jax.Array, output_dtype: np.dtype
) -> jax.Array:
    """Class indices (StatelessMultinomial); exact as `multinomial` is.

    Args:
        logits: float[batch, classes].
        num_samples: samples of each row.
        seed: int32[2] or int64[2].
        output_dtype: int32 or int64.
    """
    return multinomial(stateless_key(seed), 0, logits, num_samples, output_dtype)[0]
