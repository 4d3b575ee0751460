"""Local response normalisation and fused batch normalisation, with their gradients."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from penstock.kernels.native.calls import native_lrn
from penstock.kernels.precision import widened
from penstock.kernels.windows import channel_axis


def _scalar(value: float, like: jax.Array) -> np.ndarray:
    return np.asarray(value, like.dtype)


def _neighbour_sum(x: jax.Array, radius: int) -> jax.Array:
    """Sum over the last axis of the elements at most `radius` away."""
    depth = x.shape[-1]
    radius = min(radius, max(depth - 1, 0))
    if radius == 0:
        return x
    if 2 * radius + 1 > 16:
        band = np.abs(np.arange(depth)[:, None] - np.arange(depth)) <= radius
        return lax.dot_general(
            x,
            band.astype(x.dtype),
            (((x.ndim - 1,), (0,)), ((), ())),
            precision=lax.Precision.HIGHEST,
        )
    padded = lax.pad(x, np.zeros((), x.dtype), [(0, 0, 0)] * (x.ndim - 1) + [(radius, radius, 0)])
    total = lax.slice_in_dim(padded, 0, depth, 1, -1)
    for start in range(1, 2 * radius + 1):
        total = total + lax.slice_in_dim(padded, start, start + depth, 1, -1)
    return total


def _power(scale: jax.Array, exponent: float) -> jax.Array:
    """`scale ** -exponent`, by square roots where those suffice."""
    if exponent == 0.5:
        return lax.rsqrt(scale)
    if exponent == 0.75:
        root = lax.rsqrt(scale)
        return root * lax.sqrt(root)
    if exponent == 1.0:
        return lax.div(lax.full_like(scale, 1), scale)
    return jnp.exp(_scalar(-exponent, scale) * jnp.log(scale))


def lrn(
    x: jax.Array,
    depth_radius: int = 5,
    bias: float = 1.0,
    alpha: float = 1.0,
    beta: float = 0.5,
) -> jax.Array:
    """Local response normalisation (Krizhevsky et al., 2012).

    `x / (bias + alpha * sum(x[..., c - depth_radius : c + depth_radius + 1] ** 2)) ** beta`

    Args:
        x: `[batch, height, width, channels]`, floating.
        depth_radius: channels on each side that are summed.
        bias: added to the sum, usually positive.
        alpha: factor of the sum.
        beta: exponent.

    Returns:
        Array like `x`.
    """

    def general(x: jax.Array) -> jax.Array:
        wide = widened(x)
        scale = _scale(wide, depth_radius, bias, alpha)
        return (wide * _power(scale, beta)).astype(x.dtype)

    native = native_lrn(x.shape, x.dtype, False, depth_radius, bias, alpha, beta)
    return general(x) if native is None else lax.platform_dependent(x, cpu=native, default=general)


def _scale(x: jax.Array, depth_radius: int, bias: float, alpha: float) -> jax.Array:
    """The base of the power by which responses are divided."""
    return _neighbour_sum(x * x, depth_radius) * _scalar(alpha, x) + _scalar(bias, x)


def lrn_grad(
    dy: jax.Array,
    x: jax.Array,
    y: jax.Array,
    depth_radius: int = 5,
    bias: float = 1.0,
    alpha: float = 1.0,
    beta: float = 0.5,
) -> jax.Array:
    """Gradient of `lrn` in closed form.

    `dy * scale ** -beta - 2 * alpha * beta * x * sum(dy * y / scale)`, where `scale` is the base of
    the power in `lrn` and the sum runs over the same neighbours.

    Args:
        dy: gradient with respect to `y`.
        x: the normalised array.
        y: its normalisation.
        depth_radius: as in `lrn`.
        bias: as in `lrn`.
        alpha: as in `lrn`.
        beta: as in `lrn`.

    Returns:
        Array like `x`.
    """

    def general(dy: jax.Array, x: jax.Array, y: jax.Array) -> jax.Array:
        wide, grad = widened(x), widened(dy)
        scale = _scale(wide, depth_radius, bias, alpha)
        pull = _neighbour_sum(grad * widened(y) / scale, depth_radius)
        factor = _scalar(-2.0 * alpha * beta, wide)
        return (grad * _power(scale, beta) + factor * wide * pull).astype(x.dtype)

    native = native_lrn(x.shape, x.dtype, True, depth_radius, bias, alpha, beta)
    if native is None:
        return general(dy, x, y)
    return lax.platform_dependent(dy, x, y, cpu=native, default=general)


def _reduced(data_format: str) -> tuple[int, ...]:
    channel = channel_axis(data_format)
    return tuple(i for i in range(len(data_format)) if i != channel)


def _along(value: jax.Array, data_format: str) -> jax.Array:
    """Shapes a vector of channels to broadcast against the data."""
    form = [1] * len(data_format)
    form[channel_axis(data_format)] = -1
    return value.reshape(form)


def fused_batch_norm(
    x: jax.Array,
    scale: jax.Array,
    offset: jax.Array,
    mean: jax.Array,
    variance: jax.Array,
    epsilon: float = 1e-4,
    data_format: str = "NHWC",
    is_training: bool = True,
) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array, jax.Array]:
    """Batch normalisation (Ioffe and Szegedy, 2015) as in `FusedBatchNorm` V1 to V3.

    Args:
        x: data in `data_format`'s order; float16, bfloat16 or float32.
        scale: `[channels]`, float32.
        offset: `[channels]`, float32.
        mean: `[channels]` population mean for inference; unused in training.
        variance: `[channels]` population variance for inference; unused in training.
        epsilon: added to the variance.
        data_format: `NHWC` or `NCHW`.
        is_training: normalise with the batch's own moments.

    Returns:
        `(y, batch_mean, batch_variance, reserve_mean, reserve_variance)`. In training the returned
        batch variance has Bessel's correction and the reserve is the plain variance, as the
        gradient needs it; in inference all four are the population moments.
    """
    wide = widened(x)
    if is_training:
        axes = _reduced(data_format)
        count = math.prod(x.shape[i] for i in axes)
        if count == 0:
            nan = lax.full(scale.shape, np.asarray(np.nan, scale.dtype))
            return x, nan, nan, nan, nan
        inverse = _scalar(1.0 / count, wide)
        mean = jnp.sum(wide, axis=axes) * inverse
        centred = wide - _along(mean, data_format)
        variance = jnp.sum(centred * centred, axis=axes) * inverse
        bessel = _scalar(count / (count - 1) if count > 1 else 1.0, wide)
        corrected = variance * bessel
    else:
        centred = wide - _along(mean, data_format)
        corrected = variance
    factor = lax.rsqrt(variance + _scalar(epsilon, variance)) * scale
    y = centred * _along(factor, data_format) + _along(offset, data_format)
    return y.astype(x.dtype), mean, corrected, mean, variance


def fused_batch_norm_grad(
    dy: jax.Array,
    x: jax.Array,
    scale: jax.Array,
    reserve_mean: jax.Array,
    reserve_variance: jax.Array,
    epsilon: float = 1e-4,
    data_format: str = "NHWC",
    is_training: bool = True,
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Gradient of `fused_batch_norm`.

    Args:
        dy: gradient with respect to `y`.
        x: the data.
        scale: `[channels]`, float32.
        reserve_mean: the batch's mean (training) or the population mean.
        reserve_variance: the batch's plain variance (training) or the population variance.
        epsilon: as in `fused_batch_norm`.
        data_format: as in `fused_batch_norm`.
        is_training: as in `fused_batch_norm`.

    Returns:
        Gradients with respect to `x`, `scale` and `offset`.
    """
    axes = _reduced(data_format)
    grad = widened(dy)
    centred = widened(x) - _along(reserve_mean, data_format)
    factor = lax.rsqrt(reserve_variance + _scalar(epsilon, reserve_variance))
    offset_grad = jnp.sum(grad, axis=axes)
    product = jnp.sum(grad * centred, axis=axes)
    scale_grad = product * factor
    if not is_training:
        x_grad = grad * _along(scale * factor, data_format)
        return x_grad.astype(x.dtype), scale_grad, offset_grad
    count = math.prod(x.shape[i] for i in axes)
    inverse = _scalar(1.0 / count if count else 0.0, grad)
    mean_grad = offset_grad * inverse
    slope = product * inverse * factor * factor
    x_grad = _along(scale * factor, data_format) * (
        grad - _along(mean_grad, data_format) - centred * _along(slope, data_format)
    )
    return x_grad.astype(x.dtype), scale_grad, offset_grad
