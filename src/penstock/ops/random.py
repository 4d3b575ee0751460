"""Random numbers: uniform, normal, gamma, Poisson, shuffles and categories.

The numbers come from ``penstock.kernels.random``: Philox with TensorFlow's seeds, and for each
operation a counter that a session keeps. Operations whose numbers depend only on an input seed
are in ``random_stateless.py``.
"""

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
from penstock.graph.shapes import Dimension, TensorShape, unknown_shape
from penstock.graph.static_values import constant_value, constant_value_as_shape
from penstock.graph.tensor import Tensor
from penstock.kernels import random as kernels
from penstock.kernels.random import chunks
from penstock.ops.seeds import get_seed as get_seed
from penstock.ops.seeds import set_random_seed as set_random_seed
from penstock.ops.shape_rules import broadcast, same_as_input, value_as_shape
from penstock.ops.windows import sizes_of as sizes_of_rank

SEEDS = "seed: int = 0; seed2: int = 0"
_UNIFORM_TYPES = (dtypes.float16, dtypes.bfloat16, dtypes.float32, dtypes.float64,
                  dtypes.int32, dtypes.int64)  # fmt: skip


def filled_shape(op: Any) -> Any:
    """The shape in the value of input 0.

    Raises:
        ValueError: when a size is negative.
    """
    sizes = constant_value(op.inputs[0])
    if sizes is not None and (sizes < 0).any():
        raise ValueError(f"Invalid value in tensor used for shape: {int(sizes.min())}")
    return value_as_shape(0)(op)


def sizes_of(shape: Any) -> tuple[int, ...]:
    """The value of a shape input as Python integers.

    Raises:
        ValueError: when a size is negative.
    """
    sizes = tuple(int(size) for size in np.asarray(shape).reshape(-1))
    if any(size < 0 for size in sizes):
        raise ValueError(f"Dimension {min(sizes)} must be >= 0")
    return sizes


def drawn(run: Any, op: Any, draw: Any) -> Any:
    """What ``draw(key, offset)`` gives for ``op``; its counter moves on."""
    key, offset = run.random_state(op)
    values, offset = draw(key, offset)
    run.set_random_state(op, offset)
    return values


def drawn_in_chunks(kind: str, shape: Any, dtype: Any, op: Any, run: Any) -> np.ndarray:
    """What a plan draws once, for an initial value, with programs that other shapes share."""
    key, offset = run.random_state(op)
    values, offset = chunks.draw(
        kind, key, int(offset), sizes_of(shape), np.dtype(dtype), run.program
    )
    run.set_random_state(op, offset)
    return values


# -- uniform, normal ------------------------------------------------------------------------------
_FILL = f"{SEEDS}; dtype: floattype; T: indextype"


@operation("RandomUniform", inputs="shape: T", outputs="output: dtype", attrs=_FILL, stateful=True)
class RandomUniform:
    shape = filled_shape
    static = "shape"
    gradient = None

    def host(shape: Any, *, dtype: Any, op: Any, run: Any) -> Any:
        return drawn_in_chunks("uniform", shape, dtype, op, run)

    def lower(shape: Any, *, dtype: Any, op: Any, run: Any) -> Any:
        return drawn(
            run, op, lambda k, o: kernels.random_uniform(k, o, sizes_of(shape), np.dtype(dtype))
        )


@operation(
    "RandomStandardNormal", inputs="shape: T", outputs="output: dtype", attrs=_FILL, stateful=True
)
class RandomStandardNormal:
    shape = filled_shape
    static = "shape"
    gradient = None

    def host(shape: Any, *, dtype: Any, op: Any, run: Any) -> Any:
        return drawn_in_chunks("normal", shape, dtype, op, run)

    def lower(shape: Any, *, dtype: Any, op: Any, run: Any) -> Any:
        return drawn(
            run,
            op,
            lambda k, o: kernels.random_standard_normal(k, o, sizes_of(shape), np.dtype(dtype)),
        )


@operation(
    "TruncatedNormal", inputs="shape: T", outputs="output: dtype", attrs=_FILL, stateful=True
)
class TruncatedNormal:
    shape = filled_shape
    static = "shape"
    gradient = None

    def host(shape: Any, *, dtype: Any, op: Any, run: Any) -> Any:
        return drawn_in_chunks("truncated", shape, dtype, op, run)

    def lower(shape: Any, *, dtype: Any, op: Any, run: Any) -> Any:
        return drawn(
            run, op, lambda k, o: kernels.truncated_normal(k, o, sizes_of(shape), np.dtype(dtype))
        )


@operation(
    "ParameterizedTruncatedNormal",
    inputs="shape: T, means: dtype, stdevs: dtype, minvals: dtype, maxvals: dtype",
    outputs="output: dtype",
    attrs=_FILL,
    stateful=True,
)
class ParameterizedTruncatedNormal:
    shape = filled_shape
    static = "shape"
    gradient = None

    def lower(
        shape: Any, means: Any, stdevs: Any, minvals: Any, maxvals: Any, *, op: Any, run: Any
    ) -> Any:
        bounds = (means, stdevs, minvals, maxvals)
        return drawn(
            run,
            op,
            lambda k, o: kernels.parameterized_truncated_normal(k, o, sizes_of(shape), *bounds),
        )


@operation(
    "RandomUniformInt",
    inputs="shape: T, minval: Tout, maxval: Tout",
    outputs="output: Tout",
    attrs=f"{SEEDS}; Tout: indextype; T: indextype",
    stateful=True,
)
class RandomUniformInt:
    shape = filled_shape
    static = "shape"

    def lower(shape: Any, minval: Any, maxval: Any, *, Tout: Any, op: Any, run: Any) -> Any:  # noqa: N803
        sizes = sizes_of(shape)
        if 0 not in sizes:
            run.check(minval < maxval, "Need minval < maxval, got {0} >= {1}", minval, maxval)
        return drawn(
            run,
            op,
            lambda k, o: kernels.random_uniform_int(k, o, sizes, minval, maxval, np.dtype(Tout)),
        )


def shape_tensor(shape: Any) -> Tensor:
    """A shape argument as a tensor; an empty list is one of ``int32``."""
    dtype = None
    if isinstance(shape, (tuple, list)):
        if not shape:
            dtype = dtypes.int32
        else:
            shape = [s.value if isinstance(s, Dimension) else s for s in shape]
            if any(size is None for size in shape):
                raise TypeError(
                    "Failed to convert object of type <class 'tuple'> to Tensor. Contents: "
                    f"{tuple(shape)}. Consider casting elements to a supported type."
                )
    return convert_to_tensor(shape, dtype=dtype, name="shape")


def random_uniform(
    shape: Any,
    minval: Any = 0,
    maxval: Any = None,
    dtype: Any = dtypes.float32,
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Numbers that are equally likely anywhere in ``[minval, maxval)``.

    Args:
        shape: the shape: integers or a vector of them.
        minval: the lower bound, inclusive; a scalar.
        maxval: the upper bound, exclusive; 1 for floating types, required for integers.
        dtype: ``float16``, ``bfloat16``, ``float32``, ``float64``, ``int32`` or ``int64``.
        seed: the operation's seed, see ``tf.set_random_seed``.
        name: the name of the scope.

    Raises:
        ValueError: for another ``dtype``, or integers without ``maxval``.
    """
    dtype = dtypes.as_dtype(dtype)
    if dtype not in _UNIFORM_TYPES:
        raise ValueError(f"Invalid dtype {dtype!r}")
    if maxval is None:
        if dtype.is_integer:
            raise ValueError(f"Must specify maxval for integer dtype {dtype!r}")
        maxval = 1
    with name_scope(name, "random_uniform", [shape, minval, maxval]) as scope:
        shape = shape_tensor(shape)
        minval = convert_to_tensor(minval, dtype=dtype, name="min")
        maxval = convert_to_tensor(maxval, dtype=dtype, name="max")
        first, second = get_seed(seed)
        if dtype.is_integer:
            return apply(
                "RandomUniformInt", shape, minval, maxval, name=scope, seed=first, seed2=second
            )
        unit = apply("RandomUniform", shape, dtype=dtype, seed=first, seed2=second)
        return apply("Add", unit * (maxval - minval), minval, name=scope)


def random_normal(
    shape: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = dtypes.float32,
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Numbers from a normal distribution.

    Args:
        shape: the shape: integers or a vector of them.
        mean: the mean; broadcasts with ``shape``.
        stddev: the standard deviation; broadcasts with ``shape``.
        dtype: a floating type.
        seed: the operation's seed, see ``tf.set_random_seed``.
        name: the name of the scope.
    """
    return _normal("RandomStandardNormal", "random_normal", shape, mean, stddev, dtype, seed, name)


def truncated_normal(
    shape: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = dtypes.float32,
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Numbers from a normal distribution, none further than two deviations from the mean.

    Args:
        shape: the shape: integers or a vector of them.
        mean: the mean of the distribution before it is cut; broadcasts with ``shape``.
        stddev: its standard deviation; broadcasts with ``shape``.
        dtype: a floating type.
        seed: the operation's seed, see ``tf.set_random_seed``.
        name: the name of the scope.
    """
    return _normal("TruncatedNormal", "truncated_normal", shape, mean, stddev, dtype, seed, name)


def _normal(
    op_type: str,
    default_name: str,
    shape: Any,
    mean: Any,
    stddev: Any,
    dtype: Any,
    seed: int | None,
    name: str | None,
) -> Tensor:
    with name_scope(name, default_name, [shape, mean, stddev]) as scope:
        shape = shape_tensor(shape)
        mean = convert_to_tensor(mean, dtype=dtype, name="mean")
        stddev = convert_to_tensor(stddev, dtype=dtype, name="stddev")
        first, second = get_seed(seed)
        unit = apply(op_type, shape, dtype=dtype, seed=first, seed2=second)
        return apply("Add", unit * stddev, mean, name=scope)


def parameterized_truncated_normal(
    shape: Any,
    means: Any = 0.0,
    stddevs: Any = 1.0,
    minvals: Any = -2.0,
    maxvals: Any = 2.0,
    dtype: Any = dtypes.float32,
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Numbers from normal distributions cut at the given bounds.

    Args:
        shape: the shape; its first size counts the distributions.
        means: the means: a scalar, or one for each distribution.
        stddevs: the deviations, likewise.
        minvals: the lower bounds, likewise.
        maxvals: the upper bounds, likewise.
        dtype: a floating type.
        seed: the operation's seed.
        name: the name of the scope.
    """
    parameters = [shape, means, stddevs, minvals, maxvals]
    with name_scope(name, "parameterized_truncated_normal", parameters):
        tensors = [shape_tensor(shape)]
        for value, label in zip(
            parameters[1:], ("means", "stddevs", "minvals", "maxvals"), strict=True
        ):
            tensors.append(convert_to_tensor(value, dtype=dtype, name=label))
        first, second = get_seed(seed)
        return apply("ParameterizedTruncatedNormal", *tensors, seed=first, seed2=second)


# -- shuffling, cropping --------------------------------------------------------------------------
@operation(
    "RandomShuffle",
    inputs="value: T",
    outputs="output: T",
    attrs=f"{SEEDS}; T: type",
    stateful=True,
)
class RandomShuffle:
    shape = same_as_input()

    def lower(value: Any, *, op: Any, run: Any) -> Any:
        return drawn(run, op, lambda k, o: kernels.random_shuffle(k, o, value))

    def host(value: np.ndarray, *, op: Any, run: Any) -> np.ndarray:
        return drawn(run, op, lambda k, o: kernels.random_shuffle_host(k, int(o), value))


def random_shuffle(value: Any, seed: int | None = None, name: str | None = None) -> Tensor:
    """A tensor with its rows (along dimension 0) in random order.

    Args:
        value: any tensor.
        seed: the operation's seed, see ``tf.set_random_seed``.
        name: the operation's name.
    """
    first, second = get_seed(seed)
    return apply("RandomShuffle", value, name=name, seed=first, seed2=second)


def random_crop(value: Any, size: Any, seed: int | None = None, name: str | None = None) -> Tensor:
    """A slice of a given size at a random place.

    Args:
        value: the tensor to cut from.
        size: the size of the slice on each axis; no larger than ``value``.
        seed: the operation's seed, see ``tf.set_random_seed``.
        name: the name of the scope.

    Raises:
        InvalidArgumentError: in a run, when ``value`` is smaller than ``size``.
    """
    from penstock.ops.arrays import shape
    from penstock.ops.checks import Assert
    from penstock.ops.control_flow import with_dependencies
    from penstock.ops.reductions import reduce_all
    from penstock.ops.slices import slice as slice_tensor

    with name_scope(name, "random_crop", [value, size]) as scope:
        value = convert_to_tensor(value, name="value")
        size = convert_to_tensor(size, dtype=dtypes.int32, name="size")
        whole = shape(value)
        check = Assert(
            reduce_all(whole >= size), ["Need value.shape >= size, got ", whole, size],
            summarize=1000,
        )  # fmt: skip
        whole = with_dependencies([check], whole)
        limit = whole - size + 1
        place = random_uniform(shape(whole), dtype=size.dtype, maxval=size.dtype.max, seed=seed)
        return slice_tensor(value, place % limit, size, name=scope)


# -- categories -----------------------------------------------------------------------------------
def multinomial_shape(op: Any) -> Any:
    """``[batch, num_samples]``."""
    logits = TensorShape(sizes_of_rank(op.inputs[0].shape, 2))
    sizes_of_rank(op.inputs[1].shape, 0)
    count = constant_value(op.inputs[1])
    return TensorShape([logits[0], None if count is None else int(count)])


def checked_logits(logits: Any, num_samples: Any) -> int:
    """The number of samples; logits and it must fit.

    Raises:
        ValueError: when they don't.
    """
    if logits.ndim != 2:
        raise ValueError(f"logits should be a matrix, got shape {list(logits.shape)}")
    if int(num_samples) < 0:
        raise ValueError(f"num_samples should be nonnegative, got {int(num_samples)}")
    if logits.shape[1] == 0:
        raise ValueError(f"num_classes should be positive, got {logits.shape[1]}")
    return int(num_samples)


@operation(
    "Multinomial",
    inputs="logits: T, num_samples: int32",
    outputs="output: output_dtype",
    attrs=f"{SEEDS}; T: realnumbertype; output_dtype: indextype = int64",
    stateful=True,
)
class Multinomial:
    shape = multinomial_shape
    static = "num_samples"
    gradient = None

    def lower(logits: Any, num_samples: Any, *, output_dtype: Any, op: Any, run: Any) -> Any:
        count = checked_logits(logits, num_samples)
        return drawn(
            run,
            op,
            lambda k, o: kernels.multinomial(k, o, logits, count, np.dtype(output_dtype)),
        )


def multinomial(
    logits: Any,
    num_samples: Any,
    seed: int | None = None,
    name: str | None = None,
    output_dtype: Any = None,
) -> Tensor:
    """Class numbers drawn by unnormalised log-probabilities.

    Args:
        logits: ``[batch, classes]``.
        num_samples: how many to draw for each row; a scalar.
        seed: the operation's seed, see ``tf.set_random_seed``.
        name: the name of the scope.
        output_dtype: ``int64`` (the default) or ``int32``.

    Returns:
        ``[batch, num_samples]``.
    """
    return _categorical("multinomial", logits, num_samples, output_dtype, seed, name)


def categorical(
    logits: Any,
    num_samples: Any,
    dtype: Any = None,
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Class numbers drawn by unnormalised log-probabilities: ``multinomial`` by its new name.

    Args:
        logits: ``[batch, classes]``.
        num_samples: how many to draw for each row; a scalar.
        dtype: ``int64`` (the default) or ``int32``.
        seed: the operation's seed.
        name: the name of the scope.
    """
    return _categorical("categorical", logits, num_samples, dtype, seed, name)


def _categorical(
    default_name: str, logits: Any, num_samples: Any, dtype: Any, seed: int | None, name: str | None
) -> Tensor:
    with name_scope(name, default_name, [logits]):
        logits = convert_to_tensor(logits, name="logits")
        first, second = get_seed(seed)
        return apply(
            "Multinomial", logits, num_samples, seed=first, seed2=second, output_dtype=dtype
        )


# -- gamma, Poisson -------------------------------------------------------------------------------
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
