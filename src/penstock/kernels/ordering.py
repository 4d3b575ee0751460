"""Order inside a compiled program, expressed as data."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def after(value: jax.Array, *readers: jax.Array) -> jax.Array:
    """`value`, unchanged, but not available before every array in `readers` has been computed.

    A variable is updated in its own buffer only if the compiler can tell that nobody reads the old
    value any more; otherwise it copies the variable first. Where a gradient reads a weight (the
    gradient of the layer's input) and the update of that weight does not depend on it, passing a
    small factor of the update, such as the learning rate, through `after` makes the order certain.

    Args:
        value: a floating scalar or a small array.
        readers: arrays of any shape; empty and non-numeric ones are ignored.

    Returns:
        An array equal to `value`.
    """
    for reader in readers:
        if reader.size == 0 or not jnp.issubdtype(reader.dtype, jnp.floating):
            continue
        one = lax.index_in_dim(reader.reshape(-1), 0, 0, keepdims=False)
        # Nothing is greater than infinity, not even a NaN; but no compiler may assume the operand.
        never = lax.gt(one, np.asarray(np.inf, reader.dtype))
        value = jnp.where(never, jnp.zeros_like(value), value)
    return value
