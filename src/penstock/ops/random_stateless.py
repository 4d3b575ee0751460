"""Random numbers that a seed given as an input determines: no state, the same in every run."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.graph import dtypes
from penstock.graph.build import apply
from penstock.graph.convert import convert_to_tensor
from penstock.graph.registry import operation
from penstock.graph.scopes import name_scope
from penstock.graph.tensor import Tensor
from penstock.kernels import random as kernels
from penstock.ops.random import filled_shape, shape_tensor, sizes_of
from penstock.ops.random_categories import checked_logits, multinomial_shape

_FILL = "dtype: floattype = float; T: indextype = int32; Tseed: indextype = int64"


def _shape(op: Any) -> Any:
    op.inputs[1].shape.assert_is_compatible_with([2])
    return filled_shape(op)


@operation(
    "StatelessRandomUniform", inputs="shape: T, seed: Tseed", outputs="output: dtype", attrs=_FILL
)
class StatelessRandomUniform:
    shape = _shape
    static = "shape"
    gradient = None

    def lower(shape: Any, seed: Any, *, dtype: Any) -> Any:
        return kernels.stateless_random_uniform(sizes_of(shape), seed, np.dtype(dtype))


@operation(
    "StatelessRandomNormal", inputs="shape: T, seed: Tseed", outputs="output: dtype", attrs=_FILL
)
class StatelessRandomNormal:
    shape = _shape
    static = "shape"
    gradient = None

    def lower(shape: Any, seed: Any, *, dtype: Any) -> Any:
        return kernels.stateless_random_normal(sizes_of(shape), seed, np.dtype(dtype))


@operation(
    "StatelessTruncatedNormal",
    inputs="shape: T, seed: Tseed",
    outputs="output: dtype",
    attrs=_FILL,
)
class StatelessTruncatedNormal:
    shape = _shape
    static = "shape"
    gradient = None

    def lower(shape: Any, seed: Any, *, dtype: Any) -> Any:
        return kernels.stateless_truncated_normal(sizes_of(shape), seed, np.dtype(dtype))


@operation(
    "StatelessRandomUniformInt",
    inputs="shape: T, seed: Tseed, minval: dtype, maxval: dtype",
    outputs="output: dtype",
    attrs="dtype: indextype; T: indextype; Tseed: indextype = int64",
)
class StatelessRandomUniformInt:
    shape = _shape
    static = "shape"
    gradient = None

    def lower(shape: Any, seed: Any, minval: Any, maxval: Any, *, dtype: Any, run: Any) -> Any:
        sizes = sizes_of(shape)
        if 0 not in sizes:
            run.check(minval < maxval, "Need minval < maxval, got {0} >= {1}", minval, maxval)
        return kernels.stateless_random_uniform_int(sizes, seed, minval, maxval, np.dtype(dtype))


@operation(
    "StatelessMultinomial",
    inputs="logits: T, num_samples: int32, seed: Tseed",
    outputs="output: output_dtype",
    attrs="T: realnumbertype; Tseed: indextype = int64; output_dtype: indextype = int64",
)
class StatelessMultinomial:
    shape = multinomial_shape
    static = "num_samples"
    gradient = None

    def lower(logits: Any, num_samples: Any, seed: Any, *, output_dtype: Any) -> Any:
        count = checked_logits(logits, num_samples)
        return kernels.stateless_multinomial(logits, count, seed, np.dtype(output_dtype))


def stateless_random_uniform(
    shape: Any,
    seed: Any,
    minval: Any = 0,
    maxval: Any = None,
    dtype: Any = dtypes.float32,
    name: str | None = None,
) -> Tensor:
    """Uniform numbers in ``[minval, maxval)`` that depend on nothing but ``seed``.

    Args:
        shape: the shape: integers or a vector of them.
        seed: two integers, ``int32`` or ``int64``.
        minval: the lower bound, inclusive.
        maxval: the upper bound, exclusive; 1 for floating types, required for integers.
        dtype: ``float16``, ``float32``, ``float64``, ``int32`` or ``int64``.
        name: the name of the scope.

    Raises:
        ValueError: for another ``dtype``, or integers without ``maxval``.
    """
    dtype = dtypes.as_dtype(dtype)
    if dtype not in (dtypes.float16, dtypes.bfloat16, dtypes.float32, dtypes.float64,
                     dtypes.int32, dtypes.int64):  # fmt: skip
        raise ValueError(f"Invalid dtype {dtype!r}")
    if maxval is None:
        if dtype.is_integer:
            raise ValueError(f"Must specify maxval for integer dtype {dtype!r}")
        maxval = 1
    with name_scope(name, "stateless_random_uniform", [shape, seed, minval, maxval]) as scope:
        shape = shape_tensor(shape)
        minval = convert_to_tensor(minval, dtype=dtype, name="min")
        maxval = convert_to_tensor(maxval, dtype=dtype, name="max")
        if dtype.is_integer:
            return apply(
                "StatelessRandomUniformInt", shape, seed, minval, maxval, dtype=dtype, name=scope
            )
        unit = apply("StatelessRandomUniform", shape, seed, dtype=dtype)
        return apply("Add", unit * (maxval - minval), minval, name=scope)


def _normal(
    op_type: str,
    default_name: str,
    shape: Any,
    seed: Any,
    mean: Any,
    stddev: Any,
    dtype: Any,
    name: str | None,
) -> Tensor:
    with name_scope(name, default_name, [shape, seed, mean, stddev]) as scope:
        shape = shape_tensor(shape)
        mean = convert_to_tensor(mean, dtype=dtype, name="mean")
        stddev = convert_to_tensor(stddev, dtype=dtype, name="stddev")
        unit = apply(op_type, shape, seed, dtype=dtype)
        return apply("Add", unit * stddev, mean, name=scope)


def stateless_random_normal(
    shape: Any,
    seed: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = dtypes.float32,
    name: str | None = None,
) -> Tensor:
    """Normal numbers that depend on nothing but ``seed``.

    Args:
        shape: the shape: integers or a vector of them.
        seed: two integers, ``int32`` or ``int64``.
        mean: the mean; broadcasts with ``shape``.
        stddev: the standard deviation; broadcasts with ``shape``.
        dtype: a floating type.
        name: the name of the scope.
    """
    return _normal(
        "StatelessRandomNormal", "stateless_random_normal", shape, seed, mean, stddev, dtype, name
    )


def stateless_truncated_normal(
    shape: Any,
    seed: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = dtypes.float32,
    name: str | None = None,
) -> Tensor:
    """Normal numbers within two deviations of the mean that depend on nothing but ``seed``.

    Args: as for ``stateless_random_normal``.
    """
    return _normal(
        "StatelessTruncatedNormal",
        "stateless_truncated_normal",
        shape,
        seed,
        mean,
        stddev,
        dtype,
        name,
    )


def stateless_multinomial(
    logits: Any,
    num_samples: Any,
    seed: Any,
    output_dtype: Any = dtypes.int64,
    name: str | None = None,
) -> Tensor:
    """Class numbers drawn by unnormalised log-probabilities, determined by ``seed``.

    Args:
        logits: ``[batch, classes]``.
        num_samples: how many to draw for each row; a scalar.
        seed: two integers, ``int32`` or ``int64``.
        output_dtype: ``int64`` or ``int32``.
        name: the name of the scope.
    """
    return _categorical("stateless_multinomial", logits, num_samples, seed, output_dtype, name)


def stateless_categorical(
    logits: Any, num_samples: Any, seed: Any, dtype: Any = dtypes.int64, name: str | None = None
) -> Tensor:
    """``stateless_multinomial`` by its new name."""
    return _categorical("stateless_categorical", logits, num_samples, seed, dtype, name)


def _categorical(
    default_name: str, logits: Any, num_samples: Any, seed: Any, dtype: Any, name: str | None
) -> Tensor:
    with name_scope(name, default_name, [logits, seed]):
        logits = convert_to_tensor(logits, name="logits")
        return apply("StatelessMultinomial", logits, num_samples, seed, output_dtype=dtype)
