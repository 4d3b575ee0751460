"""The types that kernels calculate in, and their limits."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np


def accumulator(dtype: Any) -> np.dtype:
    """The type that sums are taken in: ``float32`` for half precisions."""
    return np.dtype(np.float32) if np.dtype(dtype).itemsize < 4 else np.dtype(dtype)


def widened(x: jax.Array) -> jax.Array:
    """``x``, as ``float32`` if it is of a half precision."""
    return x.astype(np.float32) if np.dtype(x.dtype).itemsize < 4 else x


def lowest(dtype: Any) -> np.ndarray:
    """The smallest finite value of a type."""
    info = jnp.finfo(dtype) if jnp.issubdtype(dtype, jnp.floating) else jnp.iinfo(dtype)
    return np.asarray(info.min, dtype)
