"""Random numbers of gamma and Poisson distributions."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from penstock.graph import dtypes
from penstock.graph.build import apply
from penstock.graph.convert import convert_to_tensor
from penstock.graph.registry import operation
from penstock.graph.scopes import control_dependencies, name_scope
from penstock.graph.shapes import unknown_shape
from penstock.graph.static_values import constant_value_as_shape
from penstock.graph.tensor import Tensor
from penstock.kernels import random as kernels
from penstock.ops.random import SEEDS, drawn, sizes_of
from penstock.ops.seeds import get_seed
from penstock.ops.shape_rules import broadcast


def _shape_and_parameter(op: Any) -> Any:
    """The shape that input 0 says, followed by that of the parameter."""
    shape = constant_value_as_shape(op.inputs[0])
    parameter = op.inputs[1].shape
    if shape.ndims is None or parameter.ndims is None:
        return unknown_shape()
    return shape.concatenate(parameter)


def _gamma_gradient(op: Any, grad: Tensor) -> list[Any]:
    from penstock.ops.arrays import ones, reshape, shape
    from penstock.ops.joining import concat
    from penstock.ops.ranges import range as number_range
    from penstock.ops.reductions import reduce_sum

    sample_shape, alpha = op.inputs
    sample = op.outputs[0]
    with control_dependencies([grad]):
        count = shape(sample_shape)[0]
        # Alpha gets as many leading axes of size 1 as the samples have.
        sizes = concat([ones([count], dtype=dtypes.int32), shape(alpha)], axis=0)
        partial = apply("RandomGammaGrad", reshape(alpha, sizes), sample)
        return [None, reduce_sum(grad * partial, axis=number_range(count))]


@operation(
    "RandomGamma",
    inputs="shape: S, alpha: T",
    outputs="output: T",
    attrs=f"{SEEDS}; S: indextype; T: {{half, float, double}}",
    stateful=True,
)
class RandomGamma:
    shape = _shape_and_parameter
    static = "shape"
    gradient = _gamma_gradient

    def lower(shape: Any, alpha: Any, *, op: Any, run: Any) -> Any:
        return drawn(run, op, lambda k, o: kernels.random_gamma(k, o, sizes_of(shape), alpha))


@operation(
    "RandomGammaGrad",
    inputs="alpha: T, sample: T",
    outputs="output: T",
    attrs="T: {float, double}",
)
class RandomGammaGrad:
    shape = broadcast

    def lower(alpha: Any, sample: Any) -> Any:
        alpha, sample = jnp.broadcast_arrays(alpha, sample)
        return lax.random_gamma_grad(alpha, sample)


def random_gamma(
    shape: Any,
    alpha: Any,
    beta: Any = None,
    dtype: Any = dtypes.float32,
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Numbers from gamma distributions.

    Args:
        shape: the shape of the samples drawn for each pair of parameters.
        alpha: the shape parameters; broadcasts with ``beta``.
        beta: the inverse scales; 1 by default.
        dtype: ``float16``, ``float32`` or ``float64``, the type of the parameters too.
        seed: the operation's seed, see ``tf.set_random_seed``.
        name: the name of the scope.

    Returns:
        A tensor of shape ``shape`` followed by that of ``alpha + beta``; differentiable with
        respect to both.
    """
    from penstock.ops.arrays import zeros_like

    with name_scope(name, "random_gamma", [shape, alpha, beta]):
        shape = convert_to_tensor(shape, name="shape", dtype=dtypes.int32)
        alpha = convert_to_tensor(alpha, name="alpha", dtype=dtype)
        beta = convert_to_tensor(beta if beta is not None else 1, name="beta", dtype=dtype)
        everywhere = alpha + zeros_like(beta)
        first, second = get_seed(seed)
        tiny = np.finfo(dtypes.as_dtype(dtype).as_numpy_dtype).tiny
        unit = apply("RandomGamma", shape, everywhere, seed=first, seed2=second)
        return apply("Maximum", tiny, unit / beta)


@operation(
    "RandomPoissonV2",
    inputs="shape: S, rate: R",
    outputs="output: dtype",
    attrs=(
        f"{SEEDS}; S: indextype; R: {{half, float, double, int32, int64}} = double; "
        "dtype: {half, float, double, int32, int64} = int64"
    ),
    stateful=True,
)
class RandomPoissonV2:
    shape = _shape_and_parameter
    static = "shape"

    def lower(shape: Any, rate: Any, *, dtype: Any, op: Any, run: Any) -> Any:
        return drawn(
            run,
            op,
            lambda k, o: kernels.random_poisson(k, o, sizes_of(shape), rate, np.dtype(dtype)),
        )


@operation(
    "RandomPoisson",
    inputs="shape: S, rate: dtype",
    outputs="output: dtype",
    attrs=f"{SEEDS}; S: indextype; dtype: {{half, float, double}}",
    stateful=True,
)
class RandomPoisson:
    shape = _shape_and_parameter
    static = "shape"
    gradient = None

    def lower(shape: Any, rate: Any, *, dtype: Any, op: Any, run: Any) -> Any:
        return drawn(
            run,
            op,
            lambda k, o: kernels.random_poisson(k, o, sizes_of(shape), rate, np.dtype(dtype)),
        )


def random_poisson(
    lam: Any,
    shape: Any,
    dtype: Any = dtypes.float32,
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Numbers from Poisson distributions.

    Args:
        lam: the rates, of any shape.
        shape: the shape of the samples drawn for each rate.
        dtype: ``float16``, ``float32``, ``float64``, ``int32`` or ``int64``.
        seed: the operation's seed, see ``tf.set_random_seed``.
        name: the name of the scope.

    Returns:
        A tensor of shape ``shape`` followed by that of ``lam``.
    """
    with name_scope(name, "random_poisson", [lam, shape]):
        shape = convert_to_tensor(shape, name="shape", dtype=dtypes.int32)
        first, second = get_seed(seed)
        return apply("RandomPoissonV2", shape, lam, dtype=dtype, seed=first, seed2=second)
