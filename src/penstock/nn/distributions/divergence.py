"""Kullback and Leibler's divergence between two distributions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from penstock.graph.scopes import name_scope
from penstock.graph.tensor import Tensor
from penstock.nn.distributions.base import Distribution
from penstock.nn.distributions.continuous import Beta, Dirichlet, Gamma, Normal
from penstock.nn.distributions.discrete import Bernoulli, Categorical
from penstock.ops.math_binary import squared_difference
from penstock.ops.math_unary import log, sigmoid, square
from penstock.ops.nn_activations import softplus
from penstock.ops.nn_softmax import log_softmax, softmax
from penstock.ops.reductions import reduce_sum
from penstock.ops.special import digamma, lbeta, lgamma

_registered: dict[tuple[type, type], Callable[..., Tensor]] = {}


def _find(a: type, b: type) -> Callable[..., Tensor] | None:
    """The function for the nearest pair of base classes."""
    best = None
    for i, one in enumerate(a.__mro__):
        for j, other in enumerate(b.__mro__):
            function = _registered.get((one, other))
            if function is not None and (best is None or i + j < best[0]):
                best = (i + j, function)
    return None if best is None else best[1]


def kl_divergence(
    distribution_a: Distribution,
    distribution_b: Distribution,
    allow_nan_stats: bool = True,
    name: str | None = None,
) -> Tensor:
    """The expectation under the first of the difference of the logarithms of both.

    Args:
        distribution_a: the distribution that draws come from.
        distribution_b: the one that they are judged by.
        allow_nan_stats: kept.
        name: of the operations.

    Returns:
        A tensor of the batch's shape.

    Raises:
        NotImplementedError: no function is registered for the two types.
    """
    function = _find(type(distribution_a), type(distribution_b))
    if function is None:
        raise NotImplementedError(
            "No KL(distribution_a || distribution_b) registered for distribution_a type "
            f"{type(distribution_a).__name__} and distribution_b type "
            f"{type(distribution_b).__name__}"
        )
    with name_scope("KullbackLeibler"):
        return function(distribution_a, distribution_b, name=name)


class RegisterKL:
    """Decorator that registers a function ``(a, b, name=None)`` for two types of distributions.

    Args:
        dist_cls_a, dist_cls_b: the two classes.
    """

    def __init__(self, dist_cls_a: type, dist_cls_b: type) -> None:
        self._key = (dist_cls_a, dist_cls_b)

    def __call__(self, kl_fn: Callable[..., Tensor]) -> Callable[..., Tensor]:
        if not callable(kl_fn):
            raise TypeError(f"kl_fn must be callable, received: {kl_fn}")
        if self._key in _registered:
            names = " || ".join(each.__name__ for each in self._key)
            raise ValueError(
                f"KL({names}) has already been registered to: {_registered[self._key]}"
            )
        _registered[self._key] = kl_fn
        return kl_fn


@RegisterKL(Normal, Normal)
def _normal(a: Normal, b: Normal, name: str | None = None) -> Tensor:
    with name_scope(name or "kl_normal_normal"):
        ratio = square(a.scale) / square(b.scale)
        distance = squared_difference(a.loc, b.loc) / (2.0 * square(b.scale))
        return distance + 0.5 * (ratio - 1.0 - log(ratio))


@RegisterKL(Bernoulli, Bernoulli)
def _bernoulli(a: Bernoulli, b: Bernoulli, name: str | None = None) -> Tensor:
    with name_scope(name or "kl_bernoulli_bernoulli"):
        zero = softplus(b.logits) - softplus(a.logits)
        one = softplus(-b.logits) - softplus(-a.logits)
        return sigmoid(a.logits) * one + sigmoid(-a.logits) * zero


@RegisterKL(Categorical, Categorical)
def _categorical(a: Categorical, b: Categorical, name: str | None = None) -> Tensor:
    with name_scope(name or "kl_categorical_categorical"):
        difference = log_softmax(a.logits) - log_softmax(b.logits)
        return reduce_sum(softmax(a.logits) * difference, axis=-1)


@RegisterKL(Gamma, Gamma)
def _gamma(a: Gamma, b: Gamma, name: str | None = None) -> Tensor:
    with name_scope(name or "kl_gamma_gamma"):
        first, second = a.concentration, b.concentration
        return (
            (first - second) * digamma(first)
            + lgamma(second)
            - lgamma(first)
            + second * log(a.rate)
            - second * log(b.rate)
            + first * (b.rate / a.rate - 1.0)
        )


@RegisterKL(Beta, Beta)
def _beta(a: Beta, b: Beta, name: str | None = None) -> Tensor:
    with name_scope(name or "kl_beta_beta"):

        def log_beta(each: Any) -> Tensor:
            return (
                lgamma(each.concentration1)
                + lgamma(each.concentration0)
                - lgamma(each.total_concentration)
            )

        def difference(which: str) -> Tensor:
            first, second = getattr(a, which), getattr(b, which)
            return (first - second) * digamma(first)

        return (
            log_beta(b)
            - log_beta(a)
            + difference("concentration1")
            + difference("concentration0")
            - difference("total_concentration")
        )


@RegisterKL(Dirichlet, Dirichlet)
def _dirichlet(a: Dirichlet, b: Dirichlet, name: str | None = None) -> Tensor:
    with name_scope(name or "kl_dirichlet_dirichlet"):
        expected = digamma(a.concentration) - digamma(a.total_concentration)[..., None]
        distance = reduce_sum((a.concentration - b.concentration) * expected, -1)
        return distance - lbeta(a.concentration) + lbeta(b.concentration)
