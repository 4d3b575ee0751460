"""Learning-rate schedules: functions of a global step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from penstock.graph import dtypes
from penstock.graph.convert import convert_n_to_tensor, convert_to_tensor
from penstock.graph.scopes import name_scope
from penstock.graph.tensor import Tensor
from penstock.ops.casts import cast
from penstock.ops.constants import constant
from penstock.ops.math_binary import minimum, multiply
from penstock.ops.math_binary import pow as power_of
from penstock.ops.rounding import ceil, floor


def _rate(learning_rate: Any) -> Tensor:
    return convert_to_tensor(learning_rate, name="initial_learning_rate")


def exponential_decay(learning_rate: Any, global_step: Any, decay_steps: Any, decay_rate: Any,
                      staircase: bool = False, name: str | None = None) -> Tensor:  # fmt: skip
    """``learning_rate * decay_rate ^ (global_step / decay_steps)``.

    Args:
        learning_rate: the rate at the start, a float or scalar tensor.
        global_step: the step, an integer scalar.
        decay_steps: after how many steps the rate has fallen by ``decay_rate``.
        decay_rate: the factor.
        staircase: let the rate fall at multiples of ``decay_steps`` only.
        name: the operation's name; ``'ExponentialDecay'`` by default.

    Returns:
        The rate, a scalar of the type of ``learning_rate``.

    Raises:
        ValueError: without a ``global_step``.
    """
    with name_scope(name, "ExponentialDecay") as scope:
        rate = _rate(learning_rate)
        steps = cast(decay_steps, rate.dtype)
        factor = cast(decay_rate, rate.dtype)
        passed = cast(global_step, rate.dtype) / steps
        if staircase:
            passed = floor(passed)
        return multiply(rate, power_of(factor, passed), name=scope)


def natural_exp_decay(learning_rate: Any, global_step: Any, decay_steps: Any, decay_rate: Any,
                      staircase: bool = False, name: str | None = None) -> Tensor:  # fmt: skip
    """``learning_rate * exp(-decay_rate * global_step / decay_steps)``.

    Args: see ``exponential_decay``.
    """
    from penstock.ops.math_unary import exp, negative

    factor = exp(negative(decay_rate))
    return exponential_decay(learning_rate, global_step, decay_steps, factor, staircase, name)


def piecewise_constant(x: Any, boundaries: Sequence[Any], values: Sequence[Any],
                       name: str | None = None) -> Tensor:  # fmt: skip
    """A rate that is constant between boundaries.

    Args:
        x: the step, a number scalar.
        boundaries: rising numbers of the type of ``x``.
        values: one more than boundaries: the value up to the first boundary (inclusive), up to
            the second, ..., and beyond the last.
        name: the name scope; ``'PiecewiseConstant'`` by default.

    Raises:
        ValueError: when the numbers of boundaries and values, or types, don't fit.
    """
    from penstock.ops.comparisons import greater, less_equal
    from penstock.ops.control_flow import case

    limits = convert_n_to_tensor(boundaries)
    results = convert_n_to_tensor(values)
    step = convert_to_tensor(x)
    if len(limits) != len(results) - 1:
        raise ValueError("The length of boundaries should be 1 less than the length of values")
    for i, limit in enumerate(limits):
        if limit.dtype.base_dtype == step.dtype.base_dtype:
            continue
        if limit.dtype.base_dtype == dtypes.int32 and step.dtype.base_dtype == dtypes.int64:
            limits[i] = cast(limit, step.dtype.base_dtype)
        else:
            raise ValueError(
                f"Boundaries ({limit.dtype.base_dtype}) must have the same dtype as x "
                f"({step.dtype.base_dtype})."
            )
    for value in results[1:]:
        if value.dtype.base_dtype != results[0].dtype.base_dtype:
            raise ValueError(
                f"Values must have elements all with the same dtype "
                f"({results[0].dtype.base_dtype} vs {value.dtype.base_dtype})."
            )

    def constantly(value: Tensor) -> Any:
        return lambda: value

    with name_scope(name, "PiecewiseConstant"):
        pairs = [
            (less_equal(step, limits[0]), constantly(results[0])),
            (greater(step, limits[-1]), constantly(results[-1])),
        ]
        for low, high, value in zip(limits[:-1], limits[1:], results[1:-1], strict=True):
            pairs.append(((step > low) & (step <= high), constantly(value)))  # type: ignore[operator]
        return case(pairs, constantly(results[0]), exclusive=True)


def polynomial_decay(learning_rate: Any, global_step: Any, decay_steps: Any,
                     end_learning_rate: Any = 0.0001, power: Any = 1.0, cycle: bool = False,
                     name: str | None = None) -> Tensor:  # fmt: skip
    """A rate that falls to ``end_learning_rate`` in ``decay_steps`` steps.

    ``(learning_rate - end) * (1 - step / decay_steps) ^ power + end``

    Args:
        learning_rate: the rate at the start. global_step: the step.
        decay_steps: how many steps the fall takes.
        end_learning_rate: the rate at the end. power: the exponent.
        cycle: start again, twice as long each time, where the end is passed.
        name: the operation's name; ``'PolynomialDecay'`` by default.

    Raises:
        ValueError: without a ``global_step``.
    """
    from penstock.ops.comparisons import equal
    from penstock.ops.control_flow import cond
    from penstock.ops.math_binary import add

    with name_scope(name, "PolynomialDecay") as scope:
        rate = _rate(learning_rate)
        end = cast(end_learning_rate, rate.dtype)
        exponent = cast(power, rate.dtype)
        step = cast(global_step, rate.dtype)
        steps = cast(decay_steps, rate.dtype)
        if cycle:
            # At step 0 no cycle is over, and yet the first one counts.
            count = cond(
                equal(step, 0),
                lambda: constant(1.0, dtype=rate.dtype),
                lambda: ceil(step / decay_steps),
            )
            steps = multiply(steps, count)
        else:
            step = minimum(step, decay_steps)
        passed = step / steps
        fallen = multiply(rate - end, power_of(1 - passed, exponent))
        return add(fallen, end, name=scope)


def inverse_time_decay(learning_rate: Any, global_step: Any, decay_steps: Any, decay_rate: Any,
                       staircase: bool = False, name: str | None = None) -> Tensor:  # fmt: skip
    """``learning_rate / (1 + decay_rate * global_step / decay_steps)``.

    Args: see ``exponential_decay``; the name is ``'InverseTimeDecay'`` by default.
    """
    from penstock.ops.division import divide
    from penstock.ops.math_binary import add

    with name_scope(name, "InverseTimeDecay") as scope:
        rate = _rate(learning_rate)
        steps = cast(decay_steps, rate.dtype)
        factor = cast(decay_rate, rate.dtype)
        passed = cast(global_step, rate.dtype) / steps
        if staircase:
            passed = floor(passed)
        one = cast(constant(1), rate.dtype)
        return divide(rate, add(one, multiply(factor, passed)), name=scope)


def _half_cosine(x: Any) -> Any:
    from penstock.ops.trigonometry import cos

    return 1.0 + cos(constant(math.pi) * x)


def cosine_decay(learning_rate: Any, global_step: Any, decay_steps: Any, alpha: float = 0.0,
                 name: str | None = None) -> Tensor:  # fmt: skip
    """A rate that falls along half a cosine (Loshchilov and Hutter 2016).

    Args:
        learning_rate: the rate at the start. global_step: the step.
        decay_steps: how many steps the fall takes.
        alpha: the rate at the end, as a fraction of that at the start.
        name: the name scope; ``'CosineDecay'`` by default.

    Raises:
        ValueError: without a ``global_step``.
    """
    with name_scope(name, "CosineDecay"):
        rate = _rate(learning_rate)
        steps = cast(decay_steps, rate.dtype)
        passed = minimum(cast(global_step, rate.dtype), steps) / steps
        decayed = (1 - alpha) * (0.5 * _half_cosine(passed)) + alpha
        return multiply(rate, decayed)


def cosine_decay_restarts(learning_rate: Any, global_step: Any, first_decay_steps: Any,
                          t_mul: Any = 2.0, m_mul: Any = 1.0, alpha: Any = 0.0,
                          name: str | None = None) -> Tensor:  # fmt: skip
    """``cosine_decay`` that starts again and again (Loshchilov and Hutter 2016).

    Args:
        learning_rate: the rate at the start. global_step: the step.
        first_decay_steps: how many steps the first fall takes.
        t_mul: by how much longer each fall is than the one before.
        m_mul: by how much higher each fall starts than the one before.
        alpha: the rate at the end, as a fraction of that at the start.
        name: the operation's name; ``'SGDRDecay'`` by default.

    Raises:
        ValueError: without a ``global_step``.
    """
    from penstock.ops.comparisons import equal
    from penstock.ops.control_flow import cond
    from penstock.ops.math_unary import log

    with name_scope(name, "SGDRDecay") as scope:
        rate = _rate(learning_rate)
        dtype = rate.dtype
        first = cast(first_decay_steps, dtype)
        lowest, longer, higher = cast(alpha, dtype), cast(t_mul, dtype), cast(m_mul, dtype)
        passed = cast(global_step, dtype) / first

        def geometric() -> tuple[Any, Any]:
            restarts = floor(log(1.0 - passed * (1.0 - longer)) / log(longer))
            before = (1.0 - longer**restarts) / (1.0 - longer)
            return restarts, (passed - before) / longer**restarts

        def even() -> tuple[Any, Any]:
            restarts = floor(passed)
            return restarts, passed - restarts

        restarts, fraction = cond(equal(longer, 1.0), even, geometric)
        height = higher**restarts
        cosine = 0.5 * height * _half_cosine(fraction)
        decayed = (1 - lowest) * cosine + lowest
        return multiply(rate, decayed, name=scope)


def linear_cosine_decay(learning_rate: Any, global_step: Any, decay_steps: Any,
                        num_periods: Any = 0.5, alpha: Any = 0.0, beta: Any = 0.001,
                        name: str | None = None) -> Tensor:  # fmt: skip
    """A linear fall times a cosine (Bello et al. 2017).

    Args:
        learning_rate: the rate at the start. global_step: the step.
        decay_steps: how many steps the fall takes.
        num_periods: periods of the cosine. alpha: added to the line. beta: added to the product.
        name: the operation's name; ``'LinearCosineDecay'`` by default.

    Raises:
        ValueError: without a ``global_step``.
    """
    with name_scope(name, "LinearCosineDecay") as scope:
        rate = _rate(learning_rate)
        dtype = rate.dtype
        steps = cast(decay_steps, dtype)
        periods, start, end = cast(num_periods, dtype), cast(alpha, dtype), cast(beta, dtype)
        step = minimum(cast(global_step, dtype), steps)
        line = (steps - step) / steps
        passed = step / steps
        cosine = 0.5 * _half_cosine(2.0 * periods * passed)
        return multiply(rate, (start + line) * cosine + end, name=scope)


def noisy_linear_cosine_decay(learning_rate: Any, global_step: Any, decay_steps: Any,
                              initial_variance: Any = 1.0, variance_decay: Any = 0.55,
                              num_periods: Any = 0.5, alpha: Any = 0.0, beta: Any = 0.001,
                              name: str | None = None) -> Tensor:  # fmt: skip
    """``linear_cosine_decay`` with noise on the line (Bello et al. 2017).

    Args:
        learning_rate: the rate at the start. global_step: the step.
        decay_steps: how many steps the fall takes.
        initial_variance: the variance of the noise at the start.
        variance_decay: how fast it falls.
        num_periods: periods of the cosine. alpha: added to the line. beta: added to the product.
        name: the operation's name; ``'NoisyLinearCosineDecay'`` by default.

    Raises:
        ValueError: without a ``global_step``.
    """
    from penstock.ops.math_unary import sqrt
    from penstock.ops.random import random_normal

    with name_scope(name, "NoisyLinearCosineDecay") as scope:
        rate = _rate(learning_rate)
        dtype = rate.dtype
        steps = cast(decay_steps, dtype)
        first_variance, fall = cast(initial_variance, dtype), cast(variance_decay, dtype)
        periods, start, end = cast(num_periods, dtype), cast(alpha, dtype), cast(beta, dtype)
        step = minimum(cast(global_step, dtype), steps)
        line = (steps - step) / steps
        deviation = sqrt(first_variance / power_of(1.0 + step, fall))
        noisy_line = line + random_normal(line.shape, stddev=deviation)
        passed = step / steps
        cosine = 0.5 * _half_cosine(2.0 * periods * passed)
        return multiply(rate, (start + noisy_line) * cosine + end, name=scope)
