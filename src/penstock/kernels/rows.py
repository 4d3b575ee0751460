"""Rows of an array by number."""

from __future__ import annotations

import jax
import jax.numpy as jnp


def take_rows(data: jax.Array, numbers: jax.Array) -> jax.Array:
    """The rows ``numbers`` of ``data``.

    Args:
        data: ``[rows, ...]``. numbers: ``[n]``, integers that are known to be rows.

    Returns:
        ``[n, ...]``.
    """
    # XLA copies rows of a matrix in one piece, and those of other arrays element by element.
    flat = data.reshape(data.shape[0], -1) if data.ndim != 1 and data.size else data
    taken = jnp.take(flat, numbers, axis=0, mode="clip")
    return taken.reshape(numbers.shape[0], *data.shape[1:])
