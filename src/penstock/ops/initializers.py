"""Initializers: objects that make the initial value of a variable from its shape and type."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from penstock.graph import dtypes
from penstock.graph.dtypes import as_dtype
from penstock.graph.shapes import TensorShape
from penstock.graph.tensor import Tensor


class Initializer:
    """Base of the initializers.

    Calling one with a shape (and a type) builds the operations that give the initial value.
    """

    def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Tensor:
        """The initial value.

        Args:
            shape: the shape. dtype: the type; that of the initializer by default.
            partition_info: which part of a larger variable this is for, or ``None``.
        """
        raise TypeError(f"{type(self).__name__} defines no __call__")

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an initializer like this one."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Initializer:
        """The initializer that ``get_config`` described."""
        return cls(**config)


def _floating(dtype: Any) -> Any:
    dtype = as_dtype(dtype)
    if not dtype.is_floating:
        raise ValueError(f"Expected floating point type, got {dtype}.")
    return dtype


def _is_shape(value: Any) -> bool:
    return isinstance(value, (list, tuple, TensorShape, Tensor))


class Zeros(Initializer):
    """Zeros.

    Args:
        dtype: the type. A shape in its place gives the zeros themselves, as in TensorFlow 0.x,
            where ``tf.zeros_initializer`` was a function of shape and type.
    """

    def __new__(cls, dtype: Any = dtypes.float32, *rest: Any, **kwargs: Any) -> Any:
        if cls is Zeros and (_is_shape(dtype) or "shape" in kwargs):
            return _plain("zeros", dtype, rest, kwargs)
        return super().__new__(cls)

    def __init__(self, dtype: Any = dtypes.float32) -> None:
        self.dtype = as_dtype(dtype)

    def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Tensor:
        """Zeros of ``shape``."""
        from penstock.ops.arrays import zeros

        return zeros(shape, self.dtype if dtype is None else dtype)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {"dtype": self.dtype.name}


class Ones(Initializer):
    """Ones.

    Args:
        dtype: the type. A shape in its place gives the ones themselves, as in TensorFlow 0.x.
    """

    def __new__(cls, dtype: Any = dtypes.float32, *rest: Any, **kwargs: Any) -> Any:
        if cls is Ones and (_is_shape(dtype) or "shape" in kwargs):
            return _plain("ones", dtype, rest, kwargs)
        return super().__new__(cls)

    def __init__(self, dtype: Any = dtypes.float32) -> None:
        self.dtype = as_dtype(dtype)

    def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Tensor:
        """Ones of ``shape``."""
        from penstock.ops.arrays import ones

        return ones(shape, self.dtype if dtype is None else dtype)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {"dtype": self.dtype.name}


def _plain(name: str, first: Any, rest: tuple[Any, ...], kwargs: dict[str, Any]) -> Tensor:
    from penstock.ops import arrays

    if _is_shape(first):
        shape, dtype = first, rest[0] if rest else kwargs.get("dtype", dtypes.float32)
    else:
        shape, dtype = kwargs["shape"], kwargs.get("dtype", first)
    return getattr(arrays, name)(shape, dtype)


class Constant(Initializer):
    """A constant value.

    Args:
        value: a number, list or array; a shorter one is extended with its last element.
        dtype: the type. verify_shape: refuse a value that hasn't the variable's shape.

    Raises:
        TypeError: when ``value`` is none of these.
    """

    def __init__(self, value: Any = 0, dtype: Any = dtypes.float32,
                 verify_shape: bool = False) -> None:  # fmt: skip
        import numpy as np

        if not (np.isscalar(value) or isinstance(value, (list, tuple, np.ndarray))):
            raise TypeError(
                f"Invalid type for initial value: {type(value)} (expected Python scalar, list or "
                "tuple of values, or numpy.ndarray)."
            )
        self.value = value
        self.dtype = as_dtype(dtype)
        self._verify_shape = verify_shape

    def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None,
                 verify_shape: bool | None = None) -> Tensor:  # fmt: skip
        """The constant in ``shape``."""
        from penstock.ops.constants import constant

        return constant(
            self.value,
            dtype=self.dtype if dtype is None else dtype,
            shape=shape,
            verify_shape=self._verify_shape if verify_shape is None else verify_shape,
        )

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {"value": self.value, "dtype": self.dtype.name}


class RandomUniform(Initializer):
    """Uniform in ``[minval, maxval)``.

    Args:
        minval: the lower bound. maxval: the upper bound; 1 for floating types by default.
        seed: the seed of the operation. dtype: the type.
    """

    def __init__(self, minval: Any = 0, maxval: Any = None, seed: int | None = None,
                 dtype: Any = dtypes.float32) -> None:  # fmt: skip
        self.minval = minval
        self.maxval = maxval
        self.seed = seed
        self.dtype = as_dtype(dtype)

    def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Tensor:
        """Uniform numbers of ``shape``."""
        from penstock.ops.random import random_uniform

        dtype = self.dtype if dtype is None else dtype
        return random_uniform(shape, self.minval, self.maxval, dtype, seed=self.seed)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {"minval": self.minval, "maxval": self.maxval, "seed": self.seed,
                "dtype": self.dtype.name}  # fmt: skip


class RandomNormal(Initializer):
    """Normal numbers.

    Args:
        mean: their mean. stddev: their standard deviation.
        seed: the seed of the operation. dtype: the type.
    """

    def __init__(self, mean: Any = 0.0, stddev: Any = 1.0, seed: int | None = None,
                 dtype: Any = dtypes.float32) -> None:  # fmt: skip
        self.mean = mean
        self.stddev = stddev
        self.seed = seed
        self.dtype = _floating(dtype)

    def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Tensor:
        """Normal numbers of ``shape``."""
        from penstock.ops.random import random_normal

        dtype = self.dtype if dtype is None else dtype
        return random_normal(shape, self.mean, self.stddev, dtype, seed=self.seed)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {"mean": self.mean, "stddev": self.stddev, "seed": self.seed,
                "dtype": self.dtype.name}  # fmt: skip


class TruncatedNormal(RandomNormal):
    """Normal numbers, those more than two standard deviations from the mean drawn again.

    Args:
        mean: their mean. stddev: their standard deviation before truncation.
        seed: the seed of the operation. dtype: the type.
    """

    def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Tensor:
        """Truncated normal numbers of ``shape``."""
        from penstock.ops.random import truncated_normal

        dtype = self.dtype if dtype is None else dtype
        return truncated_normal(shape, self.mean, self.stddev, dtype, seed=self.seed)


def _full_shape(shape: Any, partition_info: Any) -> list[int]:
    """The shape of the whole variable, of which this may be a part."""
    whole = shape if partition_info is None else partition_info.full_shape
    sizes: list[Any] = TensorShape(whole).as_list()
    return [int(size) for size in sizes]


class UniformUnitScaling(Initializer):
    """Uniform numbers that keep the scale of a layer's input.

    The bounds are ``sqrt(3 / input_size) * factor``; the input size is the product of all sizes
    but the last (Sussillo and Abbott 2014).

    Args:
        factor: a factor for the bounds. seed: the seed of the operation. dtype: the type.
    """

    def __init__(self, factor: float = 1.0, seed: int | None = None,
                 dtype: Any = dtypes.float32) -> None:  # fmt: skip
        self.factor = factor
        self.seed = seed
        self.dtype = _floating(dtype)

    def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Tensor:
        """Uniform numbers of ``shape``."""
        from penstock.ops.random import random_uniform

        input_size = max(math.prod(map(float, _full_shape(shape, partition_info)[:-1])), 1.0)
        bound = math.sqrt(3 / input_size) * self.factor
        dtype = self.dtype if dtype is None else dtype
        return random_uniform(shape, -bound, bound, dtype, seed=self.seed)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {"factor": self.factor, "seed": self.seed, "dtype": self.dtype.name}


def compute_fans(shape: Sequence[int]) -> tuple[float, float]:
    """How many inputs and outputs each unit of a layer with weights of ``shape`` has."""
    if len(shape) < 1:
        return 1.0, 1.0
    if len(shape) == 1:
        return float(shape[0]), float(shape[0])
    field = math.prod(map(float, shape[:-2]))
    return shape[-2] * field, shape[-1] * field


# The standard deviation of a unit normal distribution truncated to [-2, 2].
_TRUNCATED_DEVIATION = 0.87962566103423978


class VarianceScaling(Initializer):
    """Random numbers whose variance is ``scale / n``.

    Args:
        scale: a positive factor.
        mode: what ``n`` is: ``'fan_in'``, ``'fan_out'`` or ``'fan_avg'``.
        distribution: ``'truncated_normal'`` (also called ``'normal'``), ``'untruncated_normal'``
            or ``'uniform'``.
        seed: the seed of the operation. dtype: the type.

    Raises:
        ValueError: when an argument is none of these.
    """

    def __init__(self, scale: float = 1.0, mode: str = "fan_in",
                 distribution: str = "truncated_normal", seed: int | None = None,
                 dtype: Any = dtypes.float32) -> None:  # fmt: skip
        if scale <= 0.0:
            raise ValueError("`scale` must be positive float.")
        if mode not in ("fan_in", "fan_out", "fan_avg"):
            raise ValueError("Invalid `mode` argument:", mode)
        distribution = distribution.lower()
        if distribution not in ("normal", "uniform", "truncated_normal", "untruncated_normal"):
            raise ValueError("Invalid `distribution` argument:", distribution)
        self.scale = scale
        self.mode = mode
        self.distribution = distribution
        self.seed = seed
        self.dtype = _floating(dtype)

    def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Tensor:
        """Random numbers of ``shape``."""
        from penstock.ops import random

        dtype = self.dtype if dtype is None else dtype
        fan_in, fan_out = compute_fans(_full_shape(shape, partition_info))
        count = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2.0}
        scale = self.scale / max(1.0, count[self.mode])
        if self.distribution in ("normal", "truncated_normal"):
            deviation = math.sqrt(scale) / _TRUNCATED_DEVIATION
            return random.truncated_normal(shape, 0.0, deviation, dtype, seed=self.seed)
        if self.distribution == "untruncated_normal":
            return random.random_normal(shape, 0.0, math.sqrt(scale), dtype, seed=self.seed)
        bound = math.sqrt(3.0 * scale)
        return random.random_uniform(shape, -bound, bound, dtype, seed=self.seed)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {"scale": self.scale, "mode": self.mode, "distribution": self.distribution,
                "seed": self.seed, "dtype": self.dtype.name}  # fmt: skip


class GlorotUniform(VarianceScaling):
    """Uniform numbers within ``sqrt(6 / (fan_in + fan_out))`` (Glorot and Bengio 2010).

    Args:
        seed: the seed of the operation. dtype: the type.
    """

    def __init__(self, seed: int | None = None, dtype: Any = dtypes.float32) -> None:
        super().__init__(1.0, "fan_avg", "uniform", seed, dtype)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {"seed": self.seed, "dtype": self.dtype.name}


class GlorotNormal(VarianceScaling):
    """Truncated normal numbers of variance ``2 / (fan_in + fan_out)`` (Glorot and Bengio 2010).

    Args:
        seed: the seed of the operation. dtype: the type.
    """

    def __init__(self, seed: int | None = None, dtype: Any = dtypes.float32) -> None:
        super().__init__(1.0, "fan_avg", "truncated_normal", seed, dtype)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {"seed": self.seed, "dtype": self.dtype.name}


def lecun_normal(seed: int | None = None) -> VarianceScaling:
    """Truncated normal numbers of variance ``1 / fan_in`` (LeCun et al. 1998)."""
    return VarianceScaling(1.0, "fan_in", "truncated_normal", seed)


def lecun_uniform(seed: int | None = None) -> VarianceScaling:
    """Uniform numbers within ``sqrt(3 / fan_in)`` (LeCun et al. 1998)."""
    return VarianceScaling(1.0, "fan_in", "uniform", seed)


def he_normal(seed: int | None = None) -> VarianceScaling:
    """Truncated normal numbers of variance ``2 / fan_in`` (He et al. 2015)."""
    return VarianceScaling(2.0, "fan_in", "truncated_normal", seed)


def he_uniform(seed: int | None = None) -> VarianceScaling:
    """Uniform numbers within ``sqrt(6 / fan_in)`` (He et al. 2015)."""
    return VarianceScaling(2.0, "fan_in", "uniform", seed)


class Orthogonal(Initializer):
    """A random orthogonal matrix, the sizes before the last taken together (Saxe et al. 2013).

    Args:
        gain: a factor. seed: the seed of the operation. dtype: the type.
    """

    def __init__(self, gain: float = 1.0, seed: int | None = None,
                 dtype: Any = dtypes.float32) -> None:  # fmt: skip
        if isinstance(seed, dtypes.DType):  # the order of 0.x: gain, dtype, seed
            seed, dtype = (dtype if isinstance(dtype, int) else None), seed
        self.gain = gain
        self.seed = seed
        self.dtype = _floating(dtype)

    def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Tensor:
        """The matrix in ``shape``, which has two dimensions or more."""
        from penstock.graph.build import apply
        from penstock.ops import arrays, math_unary
        from penstock.ops.random import random_normal

        if len(shape) < 2:
            raise ValueError("The tensor to initialize must be at least two-dimensional")
        dtype = self.dtype if dtype is None else dtype
        sizes = _full_shape(shape, None)
        rows, columns = math.prod(sizes[:-1]), sizes[-1]
        flat = (max(rows, columns), min(rows, columns))
        normal = random_normal(flat, dtype=dtype, seed=self.seed)
        q, r = apply("Qr", normal, full_matrices=False)
        # The signs of the diagonal make the matrix uniform among the orthogonal ones.
        q = q * math_unary.sign(apply("DiagPart", r))
        if rows < columns:
            q = arrays.matrix_transpose(q)
        return self.gain * arrays.reshape(q, shape)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {"gain": self.gain, "seed": self.seed, "dtype": self.dtype.name}


class Identity(Initializer):
    """The identity matrix times ``gain``, for variables of two dimensions.

    Args:
        gain: a factor. dtype: the type.
    """

    def __init__(self, gain: float = 1.0, dtype: Any = dtypes.float32) -> None:
        self.gain = gain
        self.dtype = _floating(dtype)

    def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Tensor:
        """The matrix of ``shape``."""
        whole = _full_shape(shape, partition_info)
        if len(whole) != 2:
            raise ValueError("Identity matrix initializer can only be used for 2D matrices.")
        from penstock.ops.diagonals import eye
        from penstock.ops.slices import slice as slice_of

        value = eye(whole[0], whole[1], dtype=self.dtype if dtype is None else dtype)
        if partition_info is not None:
            value = slice_of(value, partition_info.var_offset, shape)
        return self.gain * value

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {"gain": self.gain, "dtype": self.dtype.name}


# -- tf.contrib.layers ----------------------------------------------------------------------------
def contrib_variance_scaling(
    factor: float = 2.0,
    mode: str = "FAN_IN",
    uniform: bool = False,
    seed: int | None = None,
    dtype: Any = dtypes.float32,
) -> Any:
    """``tf.contrib.layers.variance_scaling_initializer``.

    Args:
        factor: a factor for the variance. mode: ``'FAN_IN'``, ``'FAN_OUT'`` or ``'FAN_AVG'``.
        uniform: uniform numbers in place of truncated normal ones.
        seed: the seed of the operation. dtype: the type.

    Returns:
        A function of shape, type and partition.
    """
    dtype = as_dtype(dtype)
    if not dtype.is_floating:
        raise TypeError("Cannot create initializer for non-floating point type.")
    if mode not in ("FAN_IN", "FAN_OUT", "FAN_AVG"):
        raise TypeError("Unknown mode %s [FAN_IN, FAN_OUT, FAN_AVG]", mode)

    def initializer(shape: Any, dtype: Any = dtype, partition_info: Any = None) -> Tensor:
        from penstock.ops import random

        if not as_dtype(dtype).is_floating:
            raise TypeError("Cannot create initializer for non-floating point type.")
        sizes = TensorShape(shape).as_list()
        field = math.prod(float(s or 0) for s in sizes[:-2])
        fan_in = float((sizes[-2] if len(sizes) > 1 else sizes[-1]) or 0) * field if sizes else 1.0
        fan_out = float(sizes[-1] or 0) * field if sizes else 1.0
        count = {"FAN_IN": fan_in, "FAN_OUT": fan_out, "FAN_AVG": (fan_in + fan_out) / 2.0}[mode]
        if uniform:
            bound = math.sqrt(3.0 * factor / count)
            return random.random_uniform(shape, -bound, bound, dtype, seed=seed)
        deviation = math.sqrt(1.3 * factor / count)
        return random.truncated_normal(shape, 0.0, deviation, dtype, seed=seed)

    return initializer


def xavier_initializer(uniform: bool = True, seed: int | None = None,
                       dtype: Any = dtypes.float32) -> Any:  # fmt: skip
    """``tf.contrib.layers.xavier_initializer`` (Glorot and Bengio 2010).

    Args:
        uniform: uniform numbers in place of truncated normal ones.
        seed: the seed of the operation. dtype: the type.
    """
    return contrib_variance_scaling(1.0, "FAN_AVG", uniform, seed, dtype)
