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
    return jnp.take(data, numbers, axis=0, mode="clip")
