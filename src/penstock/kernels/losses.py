"""Softmax and the cross-entropies that come with their own gradient."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from penstock.kernels.precision import widened


def _shifted(logits: jax.Array) -> jax.Array:
    """`logits` less their largest on the last axis, so that no exponential overflows."""
    top = jnp.max(logits, axis=-1, keepdims=True, initial=-np.inf)
    return logits - top


def softmax(logits: jax.Array) -> jax.Array:
    """`exp(logits) / sum(exp(logits))` on the last axis.

    Args:
        logits: `[..., classes]`, floating.

    Returns:
        Array like `logits`.
    """
    exps = jnp.exp(_shifted(widened(logits)))
    return (exps / jnp.sum(exps, axis=-1, keepdims=True)).astype(logits.dtype)


def log_softmax(logits: jax.Array) -> jax.Array:
    """`logits - log(sum(exp(logits)))` on the last axis.

    Args:
        logits: `[..., classes]`, floating.

    Returns:
        Array like `logits`.
    """
    shifted = _shifted(widened(logits))
    total = jnp.sum(jnp.exp(shifted), axis=-1, keepdims=True)
    return (shifted - jnp.log(total)).astype(logits.dtype)


def softmax_cross_entropy_with_logits(
    logits: jax.Array, labels: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """Cross-entropy of `softmax(logits)` against distributions, and its gradient.

    Args:
        logits: `[batch, classes]`, floating.
        labels: `[batch, classes]`, of the same dtype; each may broadcast against the other.

    Returns:
        `(loss, backprop)`: `[batch]` and `[batch, classes]`, where `backprop` is the gradient with
        respect to `logits`, `softmax(logits) - labels`.
    """
    shape = jnp.broadcast_shapes(logits.shape, labels.shape)
    target = widened(labels)
    shifted = _shifted(widened(logits))
    exps = jnp.exp(shifted)
    total = jnp.sum(exps, axis=-1, keepdims=True)
    loss = jnp.sum(target * (jnp.log(total) - shifted), axis=-1)
    backprop = exps / total - target
    loss = jnp.broadcast_to(loss, shape[:-1])
    return loss.astype(logits.dtype), jnp.broadcast_to(backprop, shape).astype(logits.dtype)


def labels_in_range(labels: jax.Array, classes: int) -> jax.Array:
    """Whether every label lies in `[0, classes)`: a boolean scalar.

    TensorFlow's CPU kernel of the sparse cross-entropy raises where this is false; its GPU kernel
    answers NaN.
    """
    return jnp.all((labels >= 0) & (labels < classes))


def sparse_softmax_cross_entropy_with_logits(
    logits: jax.Array, labels: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """Cross-entropy of `softmax(logits)` against class numbers, and its gradient.

    Args:
        logits: `[batch, classes]`, floating.
        labels: `[batch]`, integers.

    Returns:
        `(loss, backprop)`: `[batch]` and `[batch, classes]`. Rows whose label lies outside
        `[0, classes)` are NaN.
    """
    classes = logits.shape[-1]
    shifted = _shifted(widened(logits))
    exps = jnp.exp(shifted)
    total = jnp.sum(exps, axis=-1, keepdims=True)
    inside = (labels >= 0) & (labels < classes)
    chosen = lax.broadcasted_iota(labels.dtype, logits.shape, logits.ndim - 1) == labels[..., None]
    zero = np.zeros((), shifted.dtype)
    nan = np.asarray(np.nan, shifted.dtype)
    picked = jnp.sum(jnp.where(chosen, shifted, zero), axis=-1)
    loss = jnp.where(inside, jnp.log(total[..., 0]) - picked, nan)
    backprop = exps / total - chosen.astype(shifted.dtype)
    backprop = jnp.where(inside[..., None], backprop, nan)
    return loss.astype(logits.dtype), backprop.astype(logits.dtype)
