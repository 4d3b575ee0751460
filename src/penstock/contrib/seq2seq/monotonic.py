"""Monotonic attention (Raffel et al., arXiv:1704.00784)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from penstock.contrib.seq2seq.attention import AttentionMechanism, BahdanauAttention, LuongAttention
from penstock.graph import dtypes
from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import name_scope
from penstock.graph.tensor import Tensor
from penstock.ops.arrays import reshape, transpose
from penstock.ops.arrays import shape as shape_of
from penstock.ops.casts import cast
from penstock.ops.clipping import clip_by_value
from penstock.ops.cumulative import cumprod, cumsum
from penstock.ops.extremes import argmax
from penstock.ops.fills import ones, zeros
from penstock.ops.functional import scan
from penstock.ops.joining import concat
from penstock.ops.math_unary import exp, log, sigmoid
from penstock.ops.random import random_normal
from penstock.ops.selecting import one_hot
from penstock.ops.variable_scope import get_variable, variable_scope


def hardmax(logits: Any, name: str | None = None) -> Tensor:
    """1 for the largest entry of each row, else 0.

    Args:
        logits: ``[..., n]``. name: the name scope.

    Returns:
        A tensor shaped as ``logits``.
    """
    with name_scope(name, "Hardmax", [logits]):
        logits = convert_to_tensor(logits, name="logits")
        depth = logits.get_shape()[-1].value
        if depth is None:
            depth = shape_of(logits)[-1]
        return one_hot(argmax(logits, -1), depth, dtype=logits.dtype)


def safe_cumprod(x: Any, *args: Any, **kwargs: Any) -> Tensor:
    """The running product of positive numbers, by way of their logarithms.

    Args:
        x: numbers from 0 to 1. args, kwargs: those of ``tf.cumprod``.
    """
    with name_scope(None, "SafeCumprod", [x]):
        x = convert_to_tensor(x, name="x")
        tiny = np.finfo(x.dtype.as_numpy_dtype).tiny
        return exp(cumsum(log(clip_by_value(x, tiny, 1)), *args, **kwargs))


def monotonic_attention(p_choose_i: Any, previous_attention: Any, mode: str) -> Tensor:
    """Where a monotonic attention attends to.

    Args:
        p_choose_i: the probability of choosing each place, ``[batch, length]``.
        previous_attention: the weights of the step before, ``[batch, length]``.
        mode: ``"recursive"`` (exact), ``"parallel"`` (quick) or ``"hard"`` (for 0 and 1 only).

    Returns:
        ``[batch, length]``.

    Raises:
        ValueError: for another mode.
    """
    choose = convert_to_tensor(p_choose_i, name="p_choose_i")
    previous = convert_to_tensor(previous_attention, name="previous_attention")
    if mode == "recursive":
        batch = choose.shape[0].value or shape_of(choose)[0]
        passed = concat([ones((batch, 1)), 1 - choose[:, :-1]], 1)
        found = scan(
            lambda x, yz: reshape(yz[0] * x + yz[1], (batch,)),
            [transpose(passed), transpose(previous)],
            zeros((batch,)),
        )
        return choose * transpose(found)
    if mode == "parallel":
        passed = safe_cumprod(1 - choose, axis=1, exclusive=True)
        share = previous / clip_by_value(passed, 1e-10, 1.0)
        return choose * passed * cumsum(share, axis=1)
    if mode == "hard":
        choose = choose * cumsum(previous, axis=1)
        return choose * cumprod(1 - choose, axis=1, exclusive=True)
    raise ValueError("mode must be 'recursive', 'parallel', or 'hard'.")


class _Monotonic(AttentionMechanism):
    """What monotonic mechanisms share: their weights and where they begin."""

    def initial_alignments(self, batch_size: Any, dtype: Any) -> Any:
        """All attention on the first place."""
        size = self._alignments_size
        return one_hot(zeros((batch_size,), dtype=dtypes.int32), size, dtype=dtype)

    def _choose(self, score: Any, previous: Any) -> Any:
        if self._noise > 0:
            noise = random_normal(shape_of(score), dtype=score.dtype, seed=self._noise_seed)
            score = score + self._noise * noise
        if self._mode == "hard":
            chosen = cast(score > 0, score.dtype)
        else:
            chosen = sigmoid(score)
        return monotonic_attention(chosen, previous, self._mode)

    def _setup(self, noise: float, seed: int | None, bias: float, mode: str, mask: Any) -> None:
        self._noise, self._noise_seed, self._bias_init, self._mode = noise, seed, bias, mode
        mask_value = -math.inf if mask is None else mask
        self._probability_fn = lambda score, previous: self._choose(
            self._masked(score, mask_value), previous
        )

    def _bias(self, dtype: Any) -> Any:
        return get_variable("attention_score_bias", dtype=dtype, initializer=self._bias_init)


class BahdanauMonotonicAttention(_Monotonic, BahdanauAttention):
    """Bahdanau's scores with monotonic attention.

    Args:
        num_units: the network's size. memory: ``[batch, length, ...]``.
        memory_sequence_length: the lengths, ``[batch]``. normalize: normalise the weights.
        score_mask_value: the score beyond the lengths.
        sigmoid_noise: deviation of noise added to scores. sigmoid_noise_seed: its seed.
        score_bias_init: first value of the scores' bias.
        mode: how to compute weights, see ``monotonic_attention``.
        dtype: the type of the variables. name: the name of its variables' scope.
    """

    def __init__(self, num_units: int, memory: Any, memory_sequence_length: Any = None,
                 normalize: bool = False, score_mask_value: float | None = None,
                 sigmoid_noise: float = 0.0, sigmoid_noise_seed: int | None = None,
                 score_bias_init: float = 0.0, mode: str = "parallel", dtype: Any = None,
                 name: str = "BahdanauMonotonicAttention") -> None:  # fmt: skip
        BahdanauAttention.__init__(
            self, num_units, memory, memory_sequence_length, normalize, dtype=dtype, name=name
        )
        self._setup(sigmoid_noise, sigmoid_noise_seed, score_bias_init, mode, score_mask_value)

    def __call__(self, query: Any, state: Any) -> Any:
        """``(weights, next_state)`` for a query ``[batch, n]``."""
        with variable_scope(None, "bahdanau_monotonic_attention", [query]):
            score = self._score(query) + self._bias(query.dtype)
        weights = self._probability_fn(score, state)
        return weights, weights


class LuongMonotonicAttention(_Monotonic, LuongAttention):
    """Luong's scores with monotonic attention.

    Args:
        num_units: the size of queries and keys. memory: ``[batch, length, ...]``.
        memory_sequence_length: the lengths, ``[batch]``. scale: learn a factor of the scores.
        score_mask_value: the score beyond the lengths.
        sigmoid_noise: deviation of noise added to scores. sigmoid_noise_seed: its seed.
        score_bias_init: first value of the scores' bias.
        mode: how to compute weights, see ``monotonic_attention``.
        dtype: the type of the variables. name: the name of its variables' scope.
    """

    def __init__(self, num_units: int, memory: Any, memory_sequence_length: Any = None,
                 scale: bool = False, score_mask_value: float | None = None,
                 sigmoid_noise: float = 0.0, sigmoid_noise_seed: int | None = None,
                 score_bias_init: float = 0.0, mode: str = "parallel", dtype: Any = None,
                 name: str = "LuongMonotonicAttention") -> None:  # fmt: skip
        LuongAttention.__init__(
            self, num_units, memory, memory_sequence_length, scale, dtype=dtype, name=name
        )
        self._setup(sigmoid_noise, sigmoid_noise_seed, score_bias_init, mode, score_mask_value)

    def __call__(self, query: Any, state: Any) -> Any:
        """``(weights, next_state)`` for a query ``[batch, num_units]``."""
        with variable_scope(None, "luong_monotonic_attention", [query]):
            score = self._score(query) + self._bias(query.dtype)
        weights = self._probability_fn(score, state)
        return weights, weights
