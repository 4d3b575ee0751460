"""Gamma, Poisson and bounded normal draws against TensorFlow 1.15, three runs each."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np
import pytest
from test_philox import assert_rounded, assert_same_bits, dtype_of, of_ops, runs

import penstock.kernels.random as random


@pytest.fixture(autouse=True)
def wide_types() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


@functools.cache
def gamma(shape: tuple[int, ...]) -> Callable:
    return jax.jit(lambda key, offset, alpha: random.random_gamma(key, offset, shape, alpha))


@pytest.mark.parametrize("case", of_ops("RandomGamma"))
def test_gamma(case: dict[str, Any]) -> None:
    alpha = np.array(case["alpha"], case["dtype"])
    for run, values in runs(case, gamma(tuple(case["shape"])), alpha):
        assert values.shape == (*case["shape"], *alpha.shape)
        assert values.dtype == alpha.dtype
        assert_rounded(values, case, run)


def test_gamma_of_unusable_alphas() -> None:
    alpha = np.array([[np.nan, -2.0, 0.0, np.inf, -0.7, -np.inf]], np.float32)
    values, _ = gamma((41,))(random.philox_key(1, 2), np.uint64(0), alpha)
    wanted = [np.nan, np.nan, 0.0, np.inf, np.nan, np.nan]
    np.testing.assert_array_equal(values, [[wanted]] * 41)


@functools.cache
def poisson(shape: tuple[int, ...], dtype: str) -> Callable:
    def draw(key: Any, offset: Any, rate: Any) -> Any:
        return random.random_poisson(key, offset, shape, rate, dtype_of(dtype))

    return jax.jit(draw)


@pytest.mark.parametrize("case", of_ops("RandomPoissonV2"))
def test_poisson(case: dict[str, Any]) -> None:
    rate = np.array(case["rate"], case["rate_dtype"])
    for run, values in runs(case, poisson(tuple(case["shape"]), case["dtype"]), rate):
        assert values.shape == (*case["shape"], *rate.shape)
        assert_same_bits(values, case, run)


def test_poisson_of_rates_that_are_not_finite() -> None:
    rate = np.array([[np.nan, np.inf, -np.inf, 0.0]] * 2, np.float32)
    values, _ = poisson((29,), "float32")(random.philox_key(1, 2), np.uint64(0), rate)
    np.testing.assert_array_equal(values, [[[np.nan, np.nan, np.nan, 0.0]] * 2] * 29)


@functools.cache
def bounded(shape: tuple[int, ...]) -> Callable:
    def draw(key: Any, offset: Any, *parameters: Any) -> Any:
        return random.parameterized_truncated_normal(key, offset, shape, *parameters)

    return jax.jit(draw)


@pytest.mark.parametrize("case", of_ops("ParameterizedTruncatedNormal"))
def test_parameterized_truncated_normal(case: dict[str, Any]) -> None:
    parameters = [np.array(value, case["dtype"]) for value in case["parameters"]]
    for run, values in runs(case, bounded(tuple(case["shape"])), *parameters):
        assert values.shape == tuple(case["shape"])
        assert values.dtype == np.dtype(case["dtype"])
        # Bounds far out, and a deviation above 1, magnify the rounding of a normal.
        assert_rounded(values, case, run)


def test_bounds_that_allow_nothing_give_nan() -> None:
    key, offset = random.philox_key(1, 2), np.uint64(0)
    for parameters in [(0.0, -1.0, -1.0, 1.0), (0.0, 1.0, 1.0, 1.0), (0.0, 1.0, -np.inf, np.inf)]:
        values, _ = bounded((30, 7))(key, offset, *(np.float32(p) for p in parameters))
        assert np.isnan(values).all()
