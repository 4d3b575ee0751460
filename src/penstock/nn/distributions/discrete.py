"""Distributions of whole numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.graph import dtypes
from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import name_scope
from penstock.graph.shapes import TensorShape
from penstock.graph.static_values import constant_value
from penstock.graph.tensor import Tensor
from penstock.nn.distributions.base import NOT_REPARAMETERIZED, Distribution, given
from penstock.nn.losses import (
    sigmoid_cross_entropy_with_logits,
    sparse_softmax_cross_entropy_with_logits,
)
from penstock.ops.arrays import reshape, transpose
from penstock.ops.arrays import shape as shape_of
from penstock.ops.casts import cast
from penstock.ops.comparisons import less
from penstock.ops.extremes import argmax
from penstock.ops.fills import ones, ones_like
from penstock.ops.functional import map_fn
from penstock.ops.joining import concat
from penstock.ops.math_unary import log, log1p, sigmoid
from penstock.ops.nn_activations import softplus
from penstock.ops.nn_softmax import log_softmax, softmax
from penstock.ops.random import random_uniform
from penstock.ops.random_categories import multinomial
from penstock.ops.reductions import reduce_sum
from penstock.ops.selecting import one_hot
from penstock.ops.special import lgamma


def _logits_and_probs(
    logits: Any, probs: Any, several: bool, name: str | None = None
) -> tuple[Tensor, Tensor]:
    """Both from the one that is given.

    Raises:
        ValueError: both are given, or none.
    """
    if (probs is None) == (logits is None):
        raise ValueError("Must pass probs or logits, but not both.")
    if probs is None:
        logits = convert_to_tensor(logits, name="logits")
        return logits, softmax(logits, name="probs") if several else sigmoid(logits, name="probs")
    probs = convert_to_tensor(probs, name="probs")
    with name_scope("logits"):
        return (log(probs) if several else log(probs) - log1p(-1.0 * probs)), probs


class _FromLogits(Distribution):
    """A distribution given by logits or by probabilities."""

    _several = True

    def __init__(
        self,
        logits: Any = None,
        probs: Any = None,
        dtype: Any = dtypes.int32,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str | None = None,
    ) -> None:
        parameters = given(locals())
        parameters.pop("__class__", None)
        name = name or type(self).__name__
        with name_scope(name) as scope:
            self._logits, self._probs = _logits_and_probs(logits, probs, self._several)
        super().__init__(
            dtypes.as_dtype(dtype),
            NOT_REPARAMETERIZED,
            validate_args,
            allow_nan_stats,
            parameters,
            [self._logits, self._probs],
            scope,
        )

    @property
    def logits(self) -> Tensor:
        """Logarithms of the odds (or of the probabilities, up to a constant)."""
        return self._logits

    @property
    def probs(self) -> Tensor:
        """Probabilities."""
        return self._probs

    def _value_dtype(self, value: Any) -> Any:
        return None


class Bernoulli(_FromLogits):
    """1 with probability `probs`, else 0.

    Args:
        logits: logarithms of the odds of a 1.
        probs: probabilities of a 1; give one of the two.
        dtype: type of samples.
        validate_args, allow_nan_stats: kept.
        name: scope of its operations.

    Raises:
        ValueError: both or neither of `logits` and `probs` are given.
    """

    _several = False

    def _batch(self) -> tuple[Tensor, ...]:
        return (self._logits,)

    def _sample(self, n: Tensor, seed: int | None) -> Tensor:
        shape = concat([[n], self.batch_shape_tensor()], 0)
        uniform = random_uniform(shape, seed=seed, dtype=self._probs.dtype)
        return cast(less(uniform, self._probs), self.dtype)

    def _log_prob(self, event: Tensor) -> Tensor:
        event = cast(event, self._logits.dtype)
        nothing = self._logits * 0.0 if event.shape != self._logits.shape else None
        logits = self._logits
        if nothing is not None:
            # The cross-entropy doesn't broadcast.
            logits, event = logits * ones_like(event), event * ones_like(logits)
        return -sigmoid_cross_entropy_with_logits(labels=event, logits=logits)

    def _entropy(self) -> Tensor:
        return -self._logits * (sigmoid(self._logits) - 1.0) + softplus(-self._logits)

    def _mean(self) -> Tensor:
        return self._probs

    def _variance(self) -> Tensor:
        return self._probs * (1.0 - self._probs)

    def _mode(self) -> Tensor:
        return cast(less(0.5 * ones_like(self._probs), self._probs), self.dtype)


class Categorical(_FromLogits):
    """One of k classes.

    Args:
        logits: ``[..., k]``, logarithms of probabilities up to a constant.
        probs: ``[..., k]`` probabilities; give one of the two.
        dtype: type of samples.
        validate_args, allow_nan_stats: kept.
        name: scope of its operations.

    Raises:
        ValueError: both or neither of `logits` and `probs` are given.
    """

    @property
    def event_size(self) -> Tensor:
        """The number of classes."""
        with self._scope("event_size"):
            return shape_of(self._logits)[-1]

    def _batch_shape(self) -> TensorShape:
        return self._logits.shape[:-1]

    def _batch_shape_tensor(self) -> Tensor:
        return shape_of(self._logits)[:-1]

    def _sample(self, n: Tensor, seed: int | None) -> Tensor:
        flat = self._logits
        if flat.shape.ndims != 2:
            flat = reshape(flat, concat([[-1], shape_of(flat)[-1:]], 0))
        drawn = multinomial(flat, n, seed=seed, output_dtype=dtypes.int32)
        shape = concat([[n], self.batch_shape_tensor()], 0)
        return cast(reshape(transpose(drawn), shape), self.dtype)

    def _log_prob(self, k: Tensor) -> Tensor:
        k = cast(k, dtypes.int32) if not k.dtype.is_integer else k
        logits = self._logits
        if k.shape.ndims is None or k.shape != logits.shape[:-1]:
            # A class for each of several batches, say.
            logits = logits * ones_like(cast(k, logits.dtype))[..., None]
            k = k * cast(ones_like(logits[..., 0]), k.dtype)
        return -sparse_softmax_cross_entropy_with_logits(labels=k, logits=logits)

    def _entropy(self) -> Tensor:
        return -reduce_sum(log_softmax(self._logits) * self._probs, axis=-1)

    def _mode(self) -> Tensor:
        return cast(argmax(self._logits, axis=-1), self.dtype)


class Multinomial(Distribution):
    """How often each of k classes is drawn in `total_count` draws.

    Args:
        total_count: floating; the number of draws, for each distribution of the batch.
        logits: ``[..., k]``, logarithms of probabilities up to a constant.
        probs: ``[..., k]`` probabilities; give one of the two.
        validate_args, allow_nan_stats: kept.
        name: scope of its operations.

    Raises:
        ValueError: both or neither of `logits` and `probs` are given.
    """

    def __init__(
        self,
        total_count: Any,
        logits: Any = None,
        probs: Any = None,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Multinomial",
    ) -> None:
        parameters = given(locals())
        with name_scope(name) as scope:
            self._total_count = convert_to_tensor(total_count, name="total_count")
            self._logits, self._probs = _logits_and_probs(logits, probs, True)
            self._mean_value = self._total_count[..., None] * self._probs
        super().__init__(
            self._probs.dtype,
            NOT_REPARAMETERIZED,
            validate_args,
            allow_nan_stats,
            parameters,
            [self._total_count, self._logits, self._probs],
            scope,
        )

    @property
    def total_count(self) -> Tensor:
        """The number of draws."""
        return self._total_count

    @property
    def logits(self) -> Tensor:
        """Logarithms of the probabilities up to a constant."""
        return self._logits

    @property
    def probs(self) -> Tensor:
        """Probabilities."""
        return self._probs

    def _batch_shape(self) -> TensorShape:
        return self._mean_value.shape.with_rank_at_least(1)[:-1]

    def _batch_shape_tensor(self) -> Tensor:
        return shape_of(self._mean_value)[:-1]

    def _event_shape(self) -> TensorShape:
        return self._mean_value.shape.with_rank_at_least(1)[-1:]

    def _event_shape_tensor(self) -> Tensor:
        return shape_of(self._mean_value)[-1:]

    def _sample(self, n: Tensor, seed: int | None) -> Tensor:
        k = self.event_shape_tensor()[0]
        flat_logits = reshape(ones_like(self._mean_value[..., :1]) * self._logits, [-1, k])
        counts = reshape(ones_like(self._mean_value[..., 0]) * self._total_count, [-1])
        # One known number of draws makes shapes that are known while compiling.
        known = constant_value(self._total_count)
        same = None if known is None or np.ptp(known) else int(np.ravel(known)[0])

        def draw(each: tuple[Tensor, Tensor]) -> Tensor:
            logits, count = each
            number = cast(count, dtypes.int32) if same is None else same
            drawn = multinomial(logits[None, ...], n * number, seed=seed)
            drawn = reshape(drawn, concat([[n], [-1]], 0))
            return reduce_sum(one_hot(drawn, depth=k), axis=-2)

        found = map_fn(draw, [flat_logits, counts], dtype=self.dtype)
        found = transpose(found, perm=[1, 0, 2])
        return reshape(
            found, concat([[n], self.batch_shape_tensor(), self.event_shape_tensor()], 0)
        )

    def _log_prob(self, counts: Tensor) -> Tensor:
        unnormalized = reduce_sum(counts * log_softmax(self._logits), -1)
        combinations = lgamma(self._total_count + 1.0) - reduce_sum(lgamma(counts + 1.0), -1)
        return unnormalized + combinations

    def _mean(self) -> Tensor:
        return self._mean_value

    def _variance(self) -> Tensor:
        probs = self._probs * ones(shape_of(self._mean_value), dtype=self.dtype)
        return self._total_count[..., None] * probs * (1.0 - probs)
