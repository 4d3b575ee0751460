"""Means and variances, and the normalisations that use them."""

from __future__ import annotations

from typing import Any

from penstock.graph import dtypes
from penstock.graph.build import apply
from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import name_scope
from penstock.graph.tensor import Tensor
from penstock.ops.arrays import shape, squeeze, stop_gradient, zeros_like
from penstock.ops.casts import cast
from penstock.ops.constants import constant
from penstock.ops.gathers import gather
from penstock.ops.math_binary import add, multiply, squared_difference, subtract
from penstock.ops.math_unary import reciprocal, rsqrt, square
from penstock.ops.reductions import reduce_mean, reduce_prod, reduce_sum, renamed_argument


def _keep(keep_dims: Any, keepdims: Any) -> bool:
    keep = renamed_argument("keepdims", keepdims, "keep_dims", keep_dims)
    return False if keep is None else keep


def moments(
    x: Any,
    axes: Any,
    shift: Any = None,
    name: str | None = None,
    keep_dims: bool | None = None,
    keepdims: bool | None = None,
) -> tuple[Tensor, Tensor]:
    """The mean and variance of ``x`` along some axes.

    Args:
        x: a floating tensor; halves are computed in ``float32``.
        axes: a list of axes. For batch normalisation ``[0]``; for images ``[0, 1, 2]``, so that
            each channel has its own.
        shift: not used.
        name: the name of the scope.
        keep_dims: the old name of ``keepdims``.
        keepdims: keep the axes with size 1.

    Returns:
        ``(mean, variance)``.
    """
    keep = _keep(keep_dims, keepdims)
    with name_scope(name, "moments", [x, axes]):
        x = convert_to_tensor(x, name="x")
        y = cast(x, dtypes.float32) if x.dtype == dtypes.float16 else x
        mean = reduce_mean(y, axes, keepdims=True, name="mean")
        variance = reduce_mean(
            squared_difference(y, stop_gradient(mean)), axes, keepdims=True, name="variance"
        )
        if not keep:
            mean = squeeze(mean, axes)
            variance = squeeze(variance, axes)
        if x.dtype == dtypes.float16:
            return cast(mean, dtypes.float16), cast(variance, dtypes.float16)
        return mean, variance


def weighted_moments(
    x: Any,
    axes: Any,
    frequency_weights: Any,
    name: str | None = None,
    keep_dims: bool | None = None,
    keepdims: bool | None = None,
) -> tuple[Tensor, Tensor]:
    """The mean and variance of ``x``, each element counted by its weight.

    Args:
        x: a floating tensor.
        axes: a list of axes.
        frequency_weights: weights that broadcast with ``x``.
        name: the name of the scope.
        keep_dims: the old name of ``keepdims``.
        keepdims: keep the axes with size 1.

    Returns:
        ``(mean, variance)``.
    """
    keep = _keep(keep_dims, keepdims)
    with name_scope(name, "weighted_moments", [x, frequency_weights, axes]):
        x = convert_to_tensor(x, name="x")
        weights = convert_to_tensor(frequency_weights, name="frequency_weights")
        is_half = x.dtype == dtypes.float16
        if is_half:
            x = cast(x, dtypes.float32)
        if weights.dtype != x.dtype:
            weights = cast(weights, x.dtype)
        weighted = reduce_sum(weights * x, axes, name="weighted_input_sum", keepdims=True)
        # Weights of fewer axes count for every element that they broadcast to.
        everywhere = weights + zeros_like(x)
        total = reduce_sum(everywhere, axes, name="sum_of_weights", keepdims=True)
        inverse = reciprocal(total, name="inv_weight_sum")
        mean = multiply(weighted, inverse)
        distance = reduce_sum(
            weights * squared_difference(x, mean), axes, name="weighted_distsq", keepdims=True
        )
        variance = multiply(distance, inverse)
        if not keep:
            mean = squeeze(mean, axis=axes)
            variance = squeeze(variance, axis=axes)
        if is_half:
            mean, variance = cast(mean, dtypes.float16), cast(variance, dtypes.float16)
        return mean, variance


def sufficient_statistics(
    x: Any,
    axes: Any,
    shift: Any = None,
    keep_dims: bool | None = None,
    name: str | None = None,
    keepdims: bool | None = None,
) -> tuple[Tensor, Tensor, Tensor, Any]:
    """What the mean and variance are computed from: a count and two sums.

    Args:
        x: a floating tensor.
        axes: a list of axes.
        shift: taken off ``x`` first, near its mean for accuracy.
        keep_dims: the old name of ``keepdims``.
        name: the name of the scope.
        keepdims: keep the axes with size 1.

    Returns:
        ``(count, sum, sum of squares, shift)``, for ``normalize_moments``.
    """
    keep = _keep(keep_dims, keepdims)
    axes = list(set(axes))
    with name_scope(name, "sufficient_statistics", [x, shift]):
        x = convert_to_tensor(x, name="x")
        sizes = x.shape.sizes
        count: Tensor
        if sizes is not None and all(sizes[axis] is not None for axis in axes):
            number = 1
            for axis in axes:
                number *= sizes[axis] or 0
            count = constant(number, dtype=x.dtype)
        else:
            chosen = gather(cast(shape(x), x.dtype), axes)
            count = reduce_prod(chosen, name="count")
        if shift is not None:
            shift = convert_to_tensor(shift, name="shift")
            first = subtract(x, shift)
            second = squared_difference(x, shift)
        else:
            first, second = x, square(x)
        first = reduce_sum(first, axes, keepdims=keep, name="mean_ss")
        second = reduce_sum(second, axes, keepdims=keep, name="var_ss")
    return count, first, second, shift


def normalize_moments(
    counts: Any, mean_ss: Any, variance_ss: Any, shift: Any, name: str | None = None
) -> tuple[Tensor, Tensor]:
    """The mean and variance from sufficient statistics.

    Args:
        counts: how many elements were summed.
        mean_ss: their sum (less the shift).
        variance_ss: the sum of their squares (less the shift).
        shift: the shift, or ``None``.
        name: the name of the scope.

    Returns:
        ``(mean, variance)``.
    """
    with name_scope(name, "normalize", [counts, mean_ss, variance_ss, shift]):
        divisor = reciprocal(counts, name="divisor")
        if shift is not None:
            shifted = multiply(mean_ss, divisor, name="shifted_mean")
            mean = add(shifted, shift, name="mean")
        else:
            mean = shifted = multiply(mean_ss, divisor, name="mean")
        variance = subtract(multiply(variance_ss, divisor), square(shifted), name="variance")
    return mean, variance


def batch_normalization(
    x: Any,
    mean: Any,
    variance: Any,
    offset: Any,
    scale: Any,
    variance_epsilon: Any,
    name: str | None = None,
) -> Tensor:
    """``scale * (x - mean) / sqrt(variance + variance_epsilon) + offset`` (Ioffe, Szegedy, 2015).

    Args:
        x: a floating tensor.
        mean: the mean; broadcasts with ``x``, as all that follow.
        variance: the variance.
        offset: added at the end; ``None`` for 0.
        scale: the factor; ``None`` for 1.
        variance_epsilon: a small number that keeps the quotient finite.
        name: the name of the scope.
    """
    with name_scope(name, "batchnorm", [x, mean, variance, scale, offset]):
        factor = rsqrt(variance + variance_epsilon)
        if scale is not None:
            factor *= scale
        return x * cast(factor, x.dtype) + cast(
            offset - mean * factor if offset is not None else -mean * factor, x.dtype
        )


def batch_norm_with_global_normalization(
    t: Any = None,
    m: Any = None,
    v: Any = None,
    beta: Any = None,
    gamma: Any = None,
    variance_epsilon: Any = None,
    scale_after_normalization: bool | None = None,
    name: str | None = None,
    input: Any = None,  # noqa: A002
    mean: Any = None,
    variance: Any = None,
) -> Tensor:
    """``batch_normalization`` with the arguments of TensorFlow 0.5.

    Args:
        t: ``[batch, height, width, channels]``.
        m: the means of the channels.
        v: their variances.
        beta: the offset.
        gamma: the scale.
        variance_epsilon: a small number that keeps the quotient finite.
        scale_after_normalization: whether ``gamma`` counts.
        name: the name of the scope.
        input: the new name of ``t``.
        mean: the new name of ``m``.
        variance: the new name of ``v``.
    """
    t = renamed_argument("input", input, "t", t)
    m = renamed_argument("mean", mean, "m", m)
    v = renamed_argument("variance", variance, "v", v)
    scale = gamma if scale_after_normalization else None
    return batch_normalization(t, m, v, beta, scale, variance_epsilon, name)


def fused_batch_norm(
    x: Any,
    scale: Any,
    offset: Any,
    mean: Any = None,
    variance: Any = None,
    epsilon: float = 0.001,
    data_format: str = "NHWC",
    is_training: bool = True,
    name: str | None = None,
) -> tuple[Tensor, Tensor, Tensor]:
    """Batch normalisation of images as one operation.

    Args:
        x: ``[batch, height, width, channels]`` or in ``data_format``'s order: ``float16``,
            ``bfloat16`` or ``float32``.
        scale: ``float32[channels]``.
        offset: ``float32[channels]``.
        mean: ``float32[channels]``, for inference.
        variance: ``float32[channels]``, for inference.
        epsilon: a small number added to the variance, at least 1.001e-5.
        data_format: ``NHWC`` or ``NCHW``.
        is_training: normalise with the batch's own moments.
        name: the operation's name.

    Returns:
        ``(y, batch_mean, batch_variance)``; the variance has Bessel's correction.

    Raises:
        ValueError: when moments are given for training.
    """
    x = convert_to_tensor(x, name="input")
    scale = convert_to_tensor(scale, name="scale")
    offset = convert_to_tensor(offset, name="offset")
    if is_training and (mean is not None or variance is not None):
        raise ValueError("Both 'mean' and 'variance' must be None if is_training is True.")
    mean = constant([]) if mean is None else mean
    variance = constant([]) if variance is None else variance
    y, batch_mean, batch_variance, _, _, _ = apply(
        "FusedBatchNormV3",
        x,
        scale,
        offset,
        mean,
        variance,
        # What cuDNN accepts.
        epsilon=max(epsilon, 1.001e-5),
        data_format=data_format,
        is_training=is_training,
        name=name,
    )
    return y, batch_mean, batch_variance
