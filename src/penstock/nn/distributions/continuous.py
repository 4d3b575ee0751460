"""Distributions of real numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import name_scope
from penstock.graph.shapes import TensorShape
from penstock.graph.tensor import Tensor
from penstock.nn.distributions.base import (
    FULLY_REPARAMETERIZED,
    NOT_REPARAMETERIZED,
    Distribution,
    further_seed,
    given,
)
from penstock.ops.arrays import shape as shape_of
from penstock.ops.comparisons import greater, greater_equal, less, less_equal, logical_or
from penstock.ops.fills import fill, ones, ones_like, zeros_like
from penstock.ops.identities import identity
from penstock.ops.joining import concat
from penstock.ops.math_binary import maximum, minimum
from penstock.ops.math_unary import abs as absolute
from penstock.ops.math_unary import exp, log, log1p, rsqrt, sign, sqrt, square
from penstock.ops.random import random_normal, random_uniform
from penstock.ops.random_gamma import random_gamma
from penstock.ops.reductions import reduce_sum
from penstock.ops.rounding import is_nan
from penstock.ops.selecting import where_v2
from penstock.ops.special import betainc, digamma, erf, erfc, igamma, lbeta, lgamma

_SQRT_HALF = math.sqrt(0.5)


def _ndtr(x: Tensor) -> Tensor:
    """The standard normal distribution function, exact in both tails."""
    w = x * _SQRT_HALF
    z = absolute(w)
    tails = where_v2(greater(w, 0.0), 2.0 - erfc(z), erfc(z))
    return 0.5 * where_v2(less(z, _SQRT_HALF), 1.0 + erf(w), tails)


def _log_ndtr(x: Tensor) -> Tensor:
    """Its logarithm: a series for the lower tail, -ndtr(-x) for the upper one."""
    upper, lower = (8.0, -14.0) if x.dtype == np.float64 else (5.0, -10.0)
    middle = log(_ndtr(maximum(x, lower)))
    # Abramowitz and Stegun 26.2.12, three terms.
    low = where_v2(greater(x, lower), lower * ones_like(x), x)
    inverse = 1.0 / square(low)
    series = 1.0 - inverse * (1.0 - 3.0 * inverse * (1.0 - 5.0 * inverse))
    tail = -0.5 * square(low) - log(-low) - 0.5 * math.log(2 * math.pi) + log(series)
    return where_v2(greater(x, upper), -_ndtr(-x), where_v2(greater(x, lower), middle, tail))


# Wichura, "Algorithm AS 241: the percentage points of the normal distribution" (1988), PPND16:
# numerators and denominators for the middle, the tails and the far tails.
_MIDDLE = (
    (3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
     1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
     3.3430575583588128105e4, 2.5090809287301226727e3),
    (1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
     2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4,
     5.2264952788528545610e3),
)  # fmt: skip
_TAILS = (
    (1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
     3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
     2.27238449892691845833e-2, 7.74545014278341407640e-4),
    (1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
     1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
     1.05075007164441684324e-9),
)  # fmt: skip
_FAR_TAILS = (
    (6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
     2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
     2.71155556874348757815e-5, 2.01033439929228813265e-7),
    (1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
     7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
     2.04426310338993978564e-15),
)  # fmt: skip


def _ratio(x: Tensor, coefficients: tuple[tuple[float, ...], tuple[float, ...]]) -> Tensor:
    def polynomial(each: tuple[float, ...]) -> Tensor:
        value = zeros_like(x)
        for coefficient in reversed(each):
            value = value * x + coefficient
        return value

    return polynomial(coefficients[0]) / polynomial(coefficients[1])


def _ndtri(p: Tensor) -> Tensor:
    """The inverse of `_ndtr`."""
    q = p - 0.5
    middle = q * _ratio(0.180625 - square(q), _MIDDLE)
    # Kept away from what the other branch is for, so that gradients stay finite.
    central = less_equal(absolute(q), 0.425)
    smaller = where_v2(central, 0.25 * ones_like(p), minimum(p, 1.0 - p))
    r = sqrt(-log(smaller))
    near = _ratio(minimum(r, 5.0) - 1.6, _TAILS)
    far = _ratio(maximum(r, 5.0) - 5.0, _FAR_TAILS)
    tail = sign(q) * where_v2(less_equal(r, 5.0), near, far)
    return where_v2(central, middle, tail)


class _LocationScale(Distribution):
    """A distribution moved by `loc` and stretched by `scale`."""

    def __init__(
        self,
        loc: Any,
        scale: Any,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str | None = None,
    ) -> None:
        parameters = given(locals())
        parameters.pop("__class__", None)
        name = name or type(self).__name__
        with name_scope(name) as scope:
            self._loc, self._scale = _parameters(loc=loc, scale=scale)
        super().__init__(
            self._loc.dtype,
            FULLY_REPARAMETERIZED,
            validate_args,
            allow_nan_stats,
            parameters,
            [self._loc, self._scale],
            scope,
        )

    @property
    def loc(self) -> Tensor:
        """Where the middle is."""
        return self._loc

    @property
    def scale(self) -> Tensor:
        """How wide it is."""
        return self._scale

    def _batch(self) -> tuple[Tensor, ...]:
        return self._loc, self._scale

    def _standard(self, x: Tensor) -> Tensor:
        with name_scope("standardize"):
            return (x - self._loc) / self._scale

    def _mean(self) -> Tensor:
        return self._loc * ones_like(self._scale)

    _mode = _mean


def _parameters(**values: Any) -> list[Tensor]:
    """Parameters as tensors of one floating type, each by its name."""
    wanted = next(
        (value.dtype.base_dtype for value in values.values() if isinstance(value, Tensor)), None
    )
    found = []
    for name, value in values.items():
        tensor = convert_to_tensor(value, dtype=wanted, name=f"{name}/input")
        wanted = wanted or tensor.dtype.base_dtype
        found.append(identity(tensor, name=name))
    return found


class Normal(_LocationScale):
    """The normal distribution.

    Args:
        loc: mean.
        scale: standard deviation, above 0.
        validate_args, allow_nan_stats: kept.
        name: scope of its operations.
    """

    def __init__(
        self,
        loc: Any,
        scale: Any,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Normal",
    ) -> None:
        super().__init__(loc, scale, validate_args, allow_nan_stats, name)

    def _sample(self, n: Tensor, seed: int | None) -> Tensor:
        shape = concat([[n], self.batch_shape_tensor()], 0)
        sampled = random_normal(shape, 0.0, 1.0, dtype=self.dtype, seed=seed)
        return sampled * self._scale + self._loc

    def _log_prob(self, x: Tensor) -> Tensor:
        return -0.5 * square(self._standard(x)) - (0.5 * math.log(2.0 * math.pi) + log(self._scale))

    def _cdf(self, x: Tensor) -> Tensor:
        return _ndtr(self._standard(x))

    def _log_cdf(self, x: Tensor) -> Tensor:
        return _log_ndtr(self._standard(x))

    def _survival_function(self, x: Tensor) -> Tensor:
        return _ndtr(-self._standard(x))

    def _log_survival_function(self, x: Tensor) -> Tensor:
        return _log_ndtr(-self._standard(x))

    def _quantile(self, p: Tensor) -> Tensor:
        return _ndtri(p) * self._scale + self._loc

    def _entropy(self) -> Tensor:
        scale = self._scale * ones_like(self._loc)
        return 0.5 * math.log(2.0 * math.pi * math.e) + log(scale)

    def _stddev(self) -> Tensor:
        return self._scale * ones_like(self._loc)


class Laplace(_LocationScale):
    """Laplace's distribution, ``exp(-|x - loc| / scale) / (2 scale)``.

    Args:
        loc: mean.
        scale: above 0.
        validate_args, allow_nan_stats: kept.
        name: scope of its operations.
    """

    def __init__(
        self,
        loc: Any,
        scale: Any,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Laplace",
    ) -> None:
        super().__init__(loc, scale, validate_args, allow_nan_stats, name)

    def _sample(self, n: Tensor, seed: int | None) -> Tensor:
        shape = concat([[n], self.batch_shape_tensor()], 0)
        number = self.dtype.as_numpy_dtype
        least = np.nextafter(number(-1.0), number(0.0))
        uniform = random_uniform(shape, minval=least, maxval=1.0, dtype=self.dtype, seed=seed)
        return self._loc - self._scale * sign(uniform) * log1p(-absolute(uniform))

    def _log_prob(self, x: Tensor) -> Tensor:
        return -absolute(self._standard(x)) - math.log(2.0) - log(self._scale)

    def _cdf(self, x: Tensor) -> Tensor:
        z = self._standard(x)
        return 0.5 + 0.5 * sign(z) * (1.0 - exp(-absolute(z)))

    def _entropy(self) -> Tensor:
        return math.log(2.0) + 1.0 + log(self._scale + zeros_like(self._loc))

    def _stddev(self) -> Tensor:
        return math.sqrt(2.0) * (self._scale + zeros_like(self._loc))


class Uniform(Distribution):
    """Evenly between two numbers.

    Args:
        low: lower bound, included.
        high: upper bound, excluded.
        validate_args, allow_nan_stats: kept.
        name: scope of its operations.
    """

    def __init__(
        self,
        low: Any = 0.0,
        high: Any = 1.0,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Uniform",
    ) -> None:
        parameters = given(locals())
        with name_scope(name) as scope:
            self._low, self._high = _parameters(low=low, high=high)
        super().__init__(
            self._low.dtype,
            FULLY_REPARAMETERIZED,
            validate_args,
            allow_nan_stats,
            parameters,
            [self._low, self._high],
            scope,
        )

    @property
    def low(self) -> Tensor:
        """Lower bound."""
        return self._low

    @property
    def high(self) -> Tensor:
        """Upper bound."""
        return self._high

    def range(self, name: str = "range") -> Tensor:
        """``high - low``."""
        with self._scope(name):
            return self._high - self._low

    def _batch(self) -> tuple[Tensor, ...]:
        return self._low, self._high

    def _sample(self, n: Tensor, seed: int | None) -> Tensor:
        shape = concat([[n], self.batch_shape_tensor()], 0)
        sampled = random_uniform(shape, dtype=self.dtype, seed=seed)
        return self._low + self.range() * sampled

    def _prob(self, x: Tensor) -> Tensor:
        x = x * ones(self.batch_shape_tensor(), dtype=x.dtype)
        outside = logical_or(less(x, self._low), greater_equal(x, self._high))
        inside = ones_like(x) / self.range()
        return where_v2(is_nan(x), x, where_v2(outside, zeros_like(x), inside))

    def _cdf(self, x: Tensor) -> Tensor:
        shape = self.batch_shape_tensor()
        zeros = fill(shape, self.dtype.as_numpy_dtype(0))
        part = (x - self._low) / self.range()
        part = where_v2(less(x, self._low), zeros, part)
        return where_v2(greater_equal(x, self._high), zeros + 1.0, part)

    def _quantile(self, p: Tensor) -> Tensor:
        return (1.0 - p) * self._low + p * self._high

    def _entropy(self) -> Tensor:
        return log(self.range())

    def _mean(self) -> Tensor:
        return (self._low + self._high) / 2.0

    def _variance(self) -> Tensor:
        return square(self.range()) / 12.0

    def _stddev(self) -> Tensor:
        return self.range() / math.sqrt(12.0)


class Gamma(Distribution):
    """The gamma distribution, ``x^(concentration-1) exp(-rate x) rate^concentration / Γ``.

    Args:
        concentration: above 0.
        rate: above 0.
        validate_args, allow_nan_stats: kept.
        name: scope of its operations.
    """

    def __init__(
        self,
        concentration: Any,
        rate: Any,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Gamma",
    ) -> None:
        parameters = given(locals())
        parameters.pop("__class__", None)
        with name_scope(name) as scope:
            self._concentration, self._rate = _parameters(concentration=concentration, rate=rate)
        super().__init__(
            self._concentration.dtype,
            FULLY_REPARAMETERIZED,
            validate_args,
            allow_nan_stats,
            parameters,
            [self._concentration, self._rate],
            scope,
        )

    @property
    def concentration(self) -> Tensor:
        """The form's parameter."""
        return self._concentration

    @property
    def rate(self) -> Tensor:
        """One over the scale."""
        return self._rate

    def _batch(self) -> tuple[Tensor, ...]:
        return self._concentration, self._rate

    def _sample(self, n: Tensor, seed: int | None) -> Tensor:
        return random_gamma(
            [n], alpha=self._concentration, beta=self._rate, dtype=self.dtype, seed=seed
        )

    def _log_prob(self, x: Tensor) -> Tensor:
        a, b = self._concentration, self._rate
        return (a - 1.0) * log(x) - b * x - (lgamma(a) - a * log(b))

    def _cdf(self, x: Tensor) -> Tensor:
        a = self._concentration + zeros_like(self._rate * x)
        return igamma(a, self._rate * x + zeros_like(self._concentration))

    def _entropy(self) -> Tensor:
        a = self._concentration
        return a - log(self._rate) + lgamma(a) + (1.0 - a) * digamma(a)

    def _mean(self) -> Tensor:
        return self._concentration / self._rate

    def _variance(self) -> Tensor:
        return self._concentration / square(self._rate)

    def _stddev(self) -> Tensor:
        return sqrt(self._concentration) / self._rate

    def _mode(self) -> Tensor:
        mode = (self._concentration - 1.0) / self._rate
        return where_v2(greater(self._concentration, 1.0), mode, float("nan") * ones_like(mode))


class Exponential(Gamma):
    """The exponential distribution, ``rate exp(-rate x)``.

    Args:
        rate: above 0.
        validate_args, allow_nan_stats: kept.
        name: scope of its operations.
    """

    def __init__(
        self,
        rate: Any,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Exponential",
    ) -> None:
        parameters = given(locals())
        parameters.pop("__class__", None)
        with name_scope(name) as scope:
            rate = convert_to_tensor(rate, name="rate")
            super().__init__(ones_like(rate), rate, validate_args, allow_nan_stats, scope)
        self._given = parameters

    def _sample(self, n: Tensor, seed: int | None) -> Tensor:
        shape = concat([[n], shape_of(self._rate)], 0)
        # Not 0, whose logarithm is infinite.
        least = np.finfo(self.dtype.as_numpy_dtype).tiny
        sampled = random_uniform(shape, minval=least, maxval=1.0, seed=seed, dtype=self.dtype)
        return -log(sampled) / self._rate


class Beta(Distribution):
    """The beta distribution on numbers between 0 and 1.

    Args:
        concentration1: above 0; draws tend to 1 with it.
        concentration0: above 0; draws tend to 0 with it.
        validate_args, allow_nan_stats: kept.
        name: scope of its operations.
    """

    def __init__(
        self,
        concentration1: Any = None,
        concentration0: Any = None,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Beta",
    ) -> None:
        parameters = given(locals())
        with name_scope(name) as scope:
            one = convert_to_tensor(concentration1, name="concentration1")
            zero = convert_to_tensor(concentration0, dtype=one.dtype, name="concentration0")
            self._one, self._zero = one, zero
            self._total = one + zero
        super().__init__(
            one.dtype,
            FULLY_REPARAMETERIZED,
            validate_args,
            allow_nan_stats,
            parameters,
            [one, zero, self._total],
            scope,
        )

    @property
    def concentration1(self) -> Tensor:
        """The parameter that draws tend to 1 with."""
        return self._one

    @property
    def concentration0(self) -> Tensor:
        """The parameter that draws tend to 0 with."""
        return self._zero

    @property
    def total_concentration(self) -> Tensor:
        """Their sum."""
        return self._total

    def _batch(self) -> tuple[Tensor, ...]:
        return (self._total,)

    def _sample(self, n: Tensor, seed: int | None) -> Tensor:
        one = ones_like(self._total) * self._one
        zero = ones_like(self._total) * self._zero
        gamma1 = random_gamma([n], alpha=one, dtype=self.dtype, seed=seed)
        gamma2 = random_gamma([n], alpha=zero, dtype=self.dtype, seed=further_seed(seed, "beta"))
        return gamma1 / (gamma1 + gamma2)

    def _log_normalization(self) -> Tensor:
        return lgamma(self._one) + lgamma(self._zero) - lgamma(self._total)

    def _log_prob(self, x: Tensor) -> Tensor:
        unnormalized = (self._one - 1.0) * log(x) + (self._zero - 1.0) * log1p(-x)
        return unnormalized - self._log_normalization()

    def _cdf(self, x: Tensor) -> Tensor:
        nothing = zeros_like(self._total * x)
        return betainc(self._one + nothing, self._zero + nothing, x + nothing)

    def _entropy(self) -> Tensor:
        return (
            self._log_normalization()
            - (self._one - 1.0) * digamma(self._one)
            - (self._zero - 1.0) * digamma(self._zero)
            + (self._total - 2.0) * digamma(self._total)
        )

    def _mean(self) -> Tensor:
        return self._one / self._total

    def _variance(self) -> Tensor:
        mean = self._one / self._total
        return mean * (1.0 - mean) / (1.0 + self._total)

    def _mode(self) -> Tensor:
        mode = (self._one - 1.0) / (self._total - 2.0)
        defined = less(1.0 + zeros_like(mode), where_v2(
            less(self._one, self._zero), self._one, self._zero
        ))  # fmt: skip
        return where_v2(defined, mode, float("nan") * ones_like(mode))


class StudentT(Distribution):
    """Student's t distribution.

    Args:
        df: degrees of freedom, above 0.
        loc: where the middle is.
        scale: above 0; the standard deviation is larger.
        validate_args, allow_nan_stats: kept.
        name: scope of its operations.
    """

    def __init__(
        self,
        df: Any,
        loc: Any,
        scale: Any,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "StudentT",
    ) -> None:
        parameters = given(locals())
        with name_scope(name) as scope:
            self._df, self._loc, self._scale = _parameters(df=df, loc=loc, scale=scale)
        super().__init__(
            self._scale.dtype,
            FULLY_REPARAMETERIZED,
            validate_args,
            allow_nan_stats,
            parameters,
            [self._df, self._loc, self._scale],
            scope,
        )

    @property
    def df(self) -> Tensor:
        """Degrees of freedom."""
        return self._df

    @property
    def loc(self) -> Tensor:
        """Where the middle is."""
        return self._loc

    @property
    def scale(self) -> Tensor:
        """How wide it is."""
        return self._scale

    def _batch(self) -> tuple[Tensor, ...]:
        return self._df, self._loc, self._scale

    def _sample(self, n: Tensor, seed: int | None) -> Tensor:
        batch = self.batch_shape_tensor()
        normal = random_normal(concat([[n], batch], 0), dtype=self.dtype, seed=seed)
        df = self._df * ones(batch, dtype=self.dtype)
        gamma = random_gamma(
            [n], 0.5 * df, beta=0.5, dtype=self.dtype, seed=further_seed(seed, "student_t")
        )
        return normal * rsqrt(gamma / df) * self._scale + self._loc

    def _log_normalization(self) -> Tensor:
        df = self._df
        return (
            log(absolute(self._scale))
            + 0.5 * log(df)
            + 0.5 * math.log(math.pi)
            + lgamma(0.5 * df)
            - lgamma(0.5 * (df + 1.0))
        )

    def _log_prob(self, x: Tensor) -> Tensor:
        y = (x - self._loc) / self._scale
        return -0.5 * (self._df + 1.0) * log1p(square(y) / self._df) - self._log_normalization()

    def _cdf(self, x: Tensor) -> Tensor:
        y = (x - self._loc) / absolute(self._scale)
        nothing = zeros_like(y * self._df)
        ratio = self._df / (square(y) + self._df) + nothing
        negative = 0.5 * betainc(0.5 * self._df + nothing, 0.5 + nothing, ratio)
        return where_v2(less(y, 0.0), negative, 1.0 - negative)

    def _entropy(self) -> Tensor:
        df = self._df
        log_beta = lgamma(0.5 * df) + math.lgamma(0.5) - lgamma(0.5 * (df + 1.0))
        half = 0.5 * (df + 1.0)
        spread = log(absolute(self._scale)) + 0.5 * log(df) + log_beta
        return spread + half * (digamma(half) - digamma(0.5 * df)) + zeros_like(self._loc)

    def _mean(self) -> Tensor:
        mean = self._loc * ones(self.batch_shape_tensor(), dtype=self.dtype)
        nan = float("nan") * ones_like(mean)
        return where_v2(greater(self._df, 1.0), mean, nan)

    def _variance(self) -> Tensor:
        ok = greater(self._df, 2.0)
        below = where_v2(ok, self._df - 2.0, ones_like(self._df))
        batch = ones(self.batch_shape_tensor(), dtype=self.dtype)
        variance = batch * square(self._scale) * self._df / below
        infinite = where_v2(ok, variance, float("inf") * batch)
        return where_v2(greater(self._df, 1.0), infinite, float("nan") * batch)

    def _mode(self) -> Tensor:
        return self._loc * ones(self.batch_shape_tensor(), dtype=self.dtype)


class Dirichlet(Distribution):
    """Dirichlet's distribution on vectors of positive numbers with sum 1.

    Args:
        concentration: ``[..., k]``, above 0.
        validate_args, allow_nan_stats: kept.
        name: scope of its operations.
    """

    def __init__(
        self,
        concentration: Any,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Dirichlet",
    ) -> None:
        parameters = given(locals())
        with name_scope(name) as scope:
            self._concentration = convert_to_tensor(concentration, name="concentration")
            self._total = reduce_sum(self._concentration, -1)
        super().__init__(
            self._concentration.dtype,
            NOT_REPARAMETERIZED,
            validate_args,
            allow_nan_stats,
            parameters,
            [self._concentration, self._total],
            scope,
        )

    @property
    def concentration(self) -> Tensor:
        """Its parameter."""
        return self._concentration

    @property
    def total_concentration(self) -> Tensor:
        """The parameter's sum."""
        return self._total

    def _batch(self) -> tuple[Tensor, ...]:
        return (self._total,)

    def _event_shape(self) -> TensorShape:
        return self._concentration.shape.with_rank_at_least(1)[-1:]

    def _event_shape_tensor(self) -> Tensor:
        return shape_of(self._concentration)[-1:]

    def _sample(self, n: Tensor, seed: int | None) -> Tensor:
        gamma = random_gamma([n], alpha=self._concentration, dtype=self.dtype, seed=seed)
        return gamma / reduce_sum(gamma, -1, keepdims=True)

    def _log_prob(self, x: Tensor) -> Tensor:
        unnormalized = reduce_sum((self._concentration - 1.0) * log(x), -1)
        return unnormalized - lbeta(self._concentration)

    def _entropy(self) -> Tensor:
        k = float(self.event_shape[0].value or 0) or None
        size: Any = k if k is not None else shape_of(self._concentration)[-1]
        return (
            lbeta(self._concentration)
            + (self._total - size) * digamma(self._total)
            - reduce_sum((self._concentration - 1.0) * digamma(self._concentration), -1)
        )

    def _mean(self) -> Tensor:
        return self._concentration / self._total[..., None]

    def _variance(self) -> Tensor:
        mean = self._mean()
        return mean * (1.0 - mean) / (1.0 + self._total[..., None])
