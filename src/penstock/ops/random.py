"""Random numbers: uniform and normal, and what all random operations share.

The numbers come from ``penstock.kernels.random``: Philox with TensorFlow's seeds, and for each
operation a counter that a session keeps. Operations whose numbers depend only on an input seed
are in ``random_stateless.py``; other distributions in ``random_gamma.py`` and
``random_categories.py``; shuffles in ``random_order.py``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.graph import dtypes
from penstock.graph.build import apply
from penstock.graph.convert import convert_to_tensor
from penstock.graph.registry import operation
from penstock.graph.scopes import name_scope
from penstock.graph.shapes import Dimension
from penstock.graph.static_values import constant_value
from penstock.graph.tensor import Tensor
from penstock.kernels import random as kernels
from penstock.kernels.random import chunks
from penstock.ops.seeds import get_seed as get_seed
from penstock.ops.seeds import set_random_seed as set_random_seed
from penstock.ops.shape_rules import value_as_shape

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


def _size(size: Any) -> Any:
    if isinstance(size, Dimension):
        return size.value
    # Before NumPy 2, a byte and a Python integer made an int64: `labels.max() + 1`.
    return int(size) if isinstance(size, np.integer) and size.dtype.itemsize < 4 else size


def shape_tensor(shape: Any) -> Tensor:
    """A shape argument as a tensor; an empty list is one of ``int32``."""
    dtype = None
    if isinstance(shape, (tuple, list)):
        if not shape:
            dtype = dtypes.int32
        else:
            shape = [_size(s) for s in shape]
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
