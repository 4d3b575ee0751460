"""Adam's update rule in as few passes over memory as the backend allows."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from penstock.kernels.native.calls import native_adam
from penstock.kernels.products import factors_of

# A product of more terms than this costs more than the memory traffic that fusing it saves.
_MOST_TERMS = 128


def adam(
    variable: jax.Array,
    mean: jax.Array,
    square: jax.Array,
    alpha: jax.Array,
    beta1: jax.Array,
    beta2: jax.Array,
    epsilon: jax.Array,
    gradient: jax.Array,
    use_nesterov: bool = False,
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """One step of Adam (Kingma and Ba, 2014), with epsilon outside the bias correction.

    On a CPU with native kernels one pass updates everything in place; a gradient that
    `products.matmul` made as `a.T @ b` in the same trace is then computed on the way and never
    stored.

    Args:
        variable: any shape, floating.
        mean: the first moment, like `variable`.
        square: the second moment, like `variable`.
        alpha: scalar: the learning rate with both bias corrections.
        beta1: scalar: decay of the first moment.
        beta2: scalar: decay of the second moment.
        epsilon: scalar: added to the root of the second moment.
        gradient: like `variable`.
        use_nesterov: use Nesterov's momentum (Dozat, 2016).

    Returns:
        The new variable, first and second moment.
    """

    def general(
        variable: jax.Array, mean: jax.Array, square: jax.Array, *rest: jax.Array
    ) -> list[jax.Array]:
        alpha, beta1, beta2, epsilon, gradient = rest[:5]
        one = np.ones((), variable.dtype)
        mean = mean + (gradient - mean) * (one - beta1)
        square = square + (gradient * gradient - square) * (one - beta2)
        step = mean * beta1 + (one - beta1) * gradient if use_nesterov else mean
        return [variable - step * alpha / (jnp.sqrt(square) + epsilon), mean, square]

    factors = factors_of(gradient)
    if factors is not None and factors[0].shape[0] > _MOST_TERMS:
        factors = None
    operands = (gradient,) if factors is None else factors
    native = native_adam(variable.shape, variable.dtype, use_nesterov, len(operands))
    scalars = [jnp.asarray(s, variable.dtype) for s in (alpha, beta1, beta2, epsilon)]
    arguments = (variable, mean, square, *scalars, gradient)
    if native is None:
        made = general(*arguments)
    else:

        def one_pass(
            variable: jax.Array, mean: jax.Array, square: jax.Array, *rest: jax.Array
        ) -> list[jax.Array]:
            return native(variable, mean, square, jnp.stack(rest[:4]), *rest[5:])

        made = lax.platform_dependent(*arguments, *operands, cpu=one_pass, default=general)
    return made[0], made[1], made[2]
