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


def computed_once(value: jax.Array) -> jax.Array:
    """`value`, unchanged, computed once for all that read the result.

    A compiler may compute the input of several loops again in each of them, and round differently:
    in one place the multiplication and the addition of ``a * b + c`` are one operation, elsewhere
    two. Whoever looks for the element that equals the maximum then finds none.

    XLA drops an optimization barrier before it fuses loops for a CPU. There the array goes through
    a loop that makes no turn, which is no copy either.

    Args:
        value: a floating array.

    Returns:
        An array equal to `value`.
    """
    if value.size == 0:
        return value

    def through_loop(array: jax.Array) -> jax.Array:
        first = lax.index_in_dim(array.reshape(-1), 0, 0, keepdims=False)
        # False for every number, which no compiler may assume.
        never = lax.gt(first, np.asarray(np.inf, array.dtype))

        def wanted(state: tuple[jax.Array, jax.Array]) -> jax.Array:
            return state[0]

        def turn(state: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
            return jnp.zeros_like(state[0]), jnp.zeros_like(state[1])

        return lax.while_loop(wanted, turn, (never, array))[1]

    return lax.platform_dependent(value, cpu=through_loop, default=lax.optimization_barrier)
