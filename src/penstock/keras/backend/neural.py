"""``keras.backend``: activations, losses, convolution, pooling and normalization."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from penstock.graph.build import apply
from penstock.keras import tensor_ops as ops
from penstock.keras.backend.functions import int_shape, ndim
from penstock.keras.backend.settings import epsilon, known_data_format


# -- activations ----------------------------------------------------------------------------------
def relu(x: Any, alpha: Any = 0.0, max_value: Any = None, threshold: Any = 0) -> Any:
    """``max(x, 0)``, with a slope ``alpha`` below ``threshold`` and a ceiling if wanted."""
    if isinstance(alpha, (int, float)) and alpha == 0 and threshold == 0:
        if max_value == 6:
            return ops.relu6(x)
        result = ops.relu(x)
        if max_value is None:
            return result
        return _clipped(result, 0.0, max_value)
    if isinstance(alpha, (int, float)) and alpha != 0:
        if max_value is None and threshold == 0:
            return ops.leaky_relu(x, alpha=alpha)
    if threshold != 0:
        negative = ops.relu(-x + threshold)
        result = x * ops.cast(ops.greater(x, threshold), x.dtype)
    else:
        negative = ops.relu(-x)
        result = ops.relu6(x) if max_value == 6 else ops.relu(x)
    if max_value is not None and not (max_value == 6 and threshold == 0):
        result = _clipped(result, 0.0, max_value)
    if not (isinstance(alpha, (int, float)) and alpha == 0):
        result = result - ops.cast(alpha, x.dtype) * negative
    return result


def _clipped(x: Any, low: float, high: Any) -> Any:
    dtype = x.dtype.base_dtype
    return ops.clip_by_value(x, ops.constant(low, dtype), ops.constant(high, dtype))


def elu(x: Any, alpha: float = 1.0) -> Any:
    """The exponential linear unit."""
    result = ops.elu(x)
    return result if alpha == 1 else ops.where(ops.greater(x, 0.0), result, alpha * result)


def softmax(x: Any, axis: int = -1) -> Any:
    """``exp(x)``, scaled to the sum 1."""
    return ops.softmax(x, axis=axis)


def softplus(x: Any) -> Any:
    """``log(1 + exp(x))``."""
    return ops.softplus(x)


def softsign(x: Any) -> Any:
    """``x / (1 + |x|)``."""
    return ops.softsign(x)


def sigmoid(x: Any) -> Any:
    """``1 / (1 + exp(-x))``."""
    return ops.sigmoid(x)


def hard_sigmoid(x: Any) -> Any:
    """``0.2 * x + 0.5``, clipped to [0, 1]."""
    dtype = x.dtype.base_dtype
    slope = ops.convert_to_tensor(0.2, dtype)
    offset = ops.convert_to_tensor(0.5, dtype)
    return ops.clip_by_value(ops.add(ops.multiply(x, slope), offset), 0.0, 1.0)


def tanh(x: Any) -> Any:
    """The hyperbolic tangent."""
    return ops.tanh(x)


def dropout(x: Any, level: Any, noise_shape: Any = None, seed: int | None = None) -> Any:
    """Some elements set to zero, the others scaled up."""
    if seed is None:
        seed = int(np.random.randint(10_000_000))
    return ops.dropout(x, rate=level, noise_shape=noise_shape, seed=seed)


def l2_normalize(x: Any, axis: Any = None) -> Any:
    """Scaled to length 1."""
    return ops.l2_normalize(x, axis)


def in_top_k(predictions: Any, targets: Any, k: int) -> Any:
    """Whether the target is among the ``k`` highest."""
    return ops.in_top_k(predictions, targets, k)


# -- losses ---------------------------------------------------------------------------------------
def _logits_behind(output: Any, op_type: str) -> Any:
    """The logits that ``output`` was made of by a softmax or sigmoid, as TensorFlow looks."""
    if isinstance(output, ops.Tensor) and output.op.type == op_type:
        return output.op.inputs[0]
    return None


def categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: int = -1
) -> Any:
    """The cross-entropy of class probabilities."""
    if from_logits:
        return ops.softmax_cross_entropy_with_logits(labels=target, logits=output, axis=axis)
    logits = _logits_behind(output, "Softmax")
    if logits is not None and axis in (-1, ndim(output) - 1):
        return ops.softmax_cross_entropy_with_logits(labels=target, logits=logits, axis=axis)
    output = output / ops.reduce_sum(output, axis, True)
    fuzz = ops.convert_to_tensor(epsilon(), output.dtype.base_dtype)
    output = ops.clip_by_value(output, fuzz, 1.0 - fuzz)
    return -ops.reduce_sum(target * ops.log(output), axis)


def sparse_categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: int = -1
) -> Any:
    """The cross-entropy of class numbers."""
    if not from_logits:
        logits = _logits_behind(output, "Softmax")
        if logits is None:
            fuzz = ops.convert_to_tensor(epsilon(), output.dtype.base_dtype)
            output = ops.log(ops.clip_by_value(output, fuzz, 1 - fuzz))
        else:
            output = logits
    rank = ndim(output)
    axis = axis % rank
    if axis != rank - 1:
        order = [i for i in range(rank) if i != axis] + [axis]
        output = ops.transpose(output, order)
    output_shape = output.shape.as_list()
    target = ops.cast(target, "int64")
    if len(output_shape) == 2 and ndim(target) == 1:
        flat, logits = target, output
    else:
        sizes = ops.shape(output)
        flat = ops.reshape(target, [-1])
        logits = ops.reshape(output, [-1, output_shape[-1] or sizes[-1]])
    result = ops.sparse_softmax_cross_entropy_with_logits(labels=flat, logits=logits)
    if len(output_shape) >= 3:
        return ops.reshape(result, sizes[:-1])
    return result


def binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> Any:
    """The cross-entropy of each element's probability."""
    if not from_logits:
        logits = _logits_behind(output, "Sigmoid")
        if logits is None:
            fuzz = ops.convert_to_tensor(epsilon(), output.dtype.base_dtype)
            output = ops.clip_by_value(output, fuzz, 1.0 - fuzz)
            result = target * ops.log(output + epsilon())
            result = result + (1 - target) * ops.log(1 - output + epsilon())
            return -result
        output = logits
    return ops.sigmoid_cross_entropy_with_logits(labels=target, logits=output)


# -- convolution ----------------------------------------------------------------------------------
def tuple_of(value: Any, count: int, name: str = "value") -> tuple[int, ...]:
    """``value`` as a tuple of ``count`` whole numbers."""
    if isinstance(value, (int, np.integer)):
        return (int(value),) * count
    try:
        found = tuple(int(v) for v in value)
    except (TypeError, ValueError):
        found = ()
    if len(found) != count:
        raise ValueError(
            f"The `{name}` argument must be a tuple of {count} integers. Received: {value}"
        )
    return found


def padding_word(padding: str) -> str:
    """``'SAME'`` or ``'VALID'``."""
    if padding not in ("same", "valid"):
        raise ValueError(f"Invalid padding: {padding}")
    return padding.upper()


def _channels_last(x: Any, data_format: str) -> Any:
    if data_format == "channels_last":
        return x
    return ops.transpose(x, [0, *range(2, ndim(x)), 1])


def _channels_back(x: Any, data_format: str) -> Any:
    if data_format == "channels_last":
        return x
    return ops.transpose(x, [0, ndim(x) - 1, *range(1, ndim(x) - 1)])


_LAST = {1: "NWC", 2: "NHWC", 3: "NDHWC"}
_FIRST = {1: "NCW", 2: "NCHW", 3: "NCDHW"}


def convolve(x: Any, kernel: Any, strides: Any, padding: str, data_format: Any, dilation: Any,
             count: int, name: str | None = None) -> Any:  # fmt: skip
    """A convolution over ``count`` spatial axes."""
    data_format = known_data_format(data_format)
    if padding == "causal":
        left = tuple_of(dilation, 1)[0] * (kernel.shape.as_list()[0] - 1)
        pads = [[0, 0], [left, 0], [0, 0]]
        if data_format == "channels_first":
            pads = [[0, 0], [0, 0], [left, 0]]
        x, padding = ops.pad(x, pads), "valid"
    return ops.convolution.convolution(
        x,
        kernel,
        padding_word(padding),
        strides=tuple_of(strides, count, "strides"),
        dilation_rate=tuple_of(dilation, count, "dilation_rate"),
        data_format=(_LAST if data_format == "channels_last" else _FIRST)[count],
        name=name,
    )


def conv1d(x: Any, kernel: Any, strides: Any = 1, padding: str = "valid", data_format: Any = None,
           dilation_rate: Any = 1) -> Any:  # fmt: skip
    """Convolution over steps; the padding may be ``'causal'``."""
    return convolve(x, kernel, strides, padding, data_format, dilation_rate, 1)


def conv2d(x: Any, kernel: Any, strides: Any = (1, 1), padding: str = "valid",
           data_format: Any = None, dilation_rate: Any = (1, 1)) -> Any:  # fmt: skip
    """Convolution over images."""
    return convolve(x, kernel, strides, padding, data_format, dilation_rate, 2)


def conv3d(x: Any, kernel: Any, strides: Any = (1, 1, 1), padding: str = "valid",
           data_format: Any = None, dilation_rate: Any = (1, 1, 1)) -> Any:  # fmt: skip
    """Convolution over volumes."""
    return convolve(x, kernel, strides, padding, data_format, dilation_rate, 3)


def conv2d_transpose(x: Any, kernel: Any, output_shape: Any, strides: Any = (1, 1),
                     padding: str = "valid", data_format: Any = None,
                     dilation_rate: Any = (1, 1)) -> Any:  # fmt: skip
    """The gradient of ``conv2d``; the kernel is ``[height, width, output, input]``."""
    data_format = known_data_format(data_format)
    if isinstance(output_shape, (tuple, list)):
        output_shape = list(output_shape)
    x = _channels_last(x, data_format)
    if data_format == "channels_first":
        output_shape = [output_shape[i] for i in (0, 2, 3, 1)]
    if output_shape[0] is None:
        output_shape = [ops.shape(x)[0], *output_shape[1:]]
    strides = tuple_of(strides, 2, "strides")
    sizes = ops.stack(output_shape) if not isinstance(output_shape, ops.Tensor) else output_shape
    word = padding_word(padding)
    if tuple(dilation_rate) == (1, 1):
        result = ops.transposed.conv2d_transpose(
            x, kernel, sizes, strides=(1, *strides, 1), padding=word
        )
    else:
        if dilation_rate[0] != dilation_rate[1]:
            raise ValueError("The two dilation rates of a transposed convolution must be equal.")
        result = ops.transposed.atrous_conv2d_transpose(
            x, kernel, sizes, rate=dilation_rate[0], padding=word
        )
    return _channels_back(result, data_format)


def depthwise_conv2d(x: Any, depthwise_kernel: Any, strides: Any = (1, 1), padding: str = "valid",
                     data_format: Any = None, dilation_rate: Any = (1, 1)) -> Any:  # fmt: skip
    """A convolution of each channel on its own."""
    data_format = known_data_format(data_format)
    strides = tuple_of(strides, 2, "strides")
    result = ops.convolution.depthwise_conv2d(
        _channels_last(x, data_format),
        depthwise_kernel,
        strides=(1, *strides, 1),
        padding=padding_word(padding),
        rate=tuple_of(dilation_rate, 2, "dilation_rate"),
    )
    return _channels_back(result, data_format)


def separable_conv2d(x: Any, depthwise_kernel: Any, pointwise_kernel: Any, strides: Any = (1, 1),
                     padding: str = "valid", data_format: Any = None,
                     dilation_rate: Any = (1, 1)) -> Any:  # fmt: skip
    """A depthwise convolution, then one of size 1 over channels."""
    data_format = known_data_format(data_format)
    strides = tuple_of(strides, 2, "strides")
    result = ops.convolution.separable_conv2d(
        _channels_last(x, data_format),
        depthwise_kernel,
        pointwise_kernel,
        strides=(1, *strides, 1),
        padding=padding_word(padding),
        rate=tuple_of(dilation_rate, 2, "dilation_rate"),
    )
    return _channels_back(result, data_format)


def pool2d(x: Any, pool_size: Any, strides: Any = (1, 1), padding: str = "valid",
           data_format: Any = None, pool_mode: str = "max") -> Any:  # fmt: skip
    """Pooling over images, ``'max'`` or ``'avg'``."""
    return _pool(x, pool_size, strides, padding, data_format, pool_mode, 2)


def pool3d(x: Any, pool_size: Any, strides: Any = (1, 1, 1), padding: str = "valid",
           data_format: Any = None, pool_mode: str = "max") -> Any:  # fmt: skip
    """Pooling over volumes, ``'max'`` or ``'avg'``."""
    return _pool(x, pool_size, strides, padding, data_format, pool_mode, 3)


def _pool(x: Any, size: Any, strides: Any, padding: str, data_format: Any, mode: str,
          count: int) -> Any:  # fmt: skip
    data_format = known_data_format(data_format)
    x = _channels_last(x, data_format)
    functions: dict[tuple[str, int], Callable[..., Any]] = {
        ("max", 2): ops.max_pool,
        ("avg", 2): ops.avg_pool,
        ("max", 3): ops.max_pool3d,
        ("avg", 3): ops.avg_pool3d,
    }
    if (mode, count) not in functions:
        raise ValueError(f"Invalid pooling mode: {mode}")
    window = (1, *tuple_of(size, count, "pool_size"), 1)
    steps = (1, *tuple_of(strides, count, "strides"), 1)
    result = functions[(mode, count)](x, window, steps, padding_word(padding))
    return _channels_back(result, data_format)


def bias_add(x: Any, bias: Any, data_format: Any = None) -> Any:
    """Adds a bias to each channel, or to each element."""
    data_format = known_data_format(data_format)
    sizes = int_shape(bias)
    rank = ndim(x)
    if len(sizes) not in (1, rank - 1):
        raise ValueError(
            f"Unexpected bias dimensions {len(sizes)}, expect to be 1 or {rank} dimensions"
        )
    if len(sizes) == 1:
        if data_format == "channels_first" and rank > 2:
            return ops.bias_add(x, bias, data_format="NCHW")
        return ops.bias_add(x, bias)
    if data_format == "channels_first":
        return x + ops.reshape(bias, (1, sizes[-1], *sizes[:-1]))
    return x + ops.reshape(bias, (1, *sizes))


# -- normalization --------------------------------------------------------------------------------
def batch_normalization(x: Any, mean: Any, var: Any, beta: Any, gamma: Any, axis: int = -1,
                        epsilon: float = 1e-3) -> Any:  # fmt: skip
    """``(x - mean) / sqrt(var + epsilon) * gamma + beta``."""
    rank = ndim(x)
    if axis % rank != rank - 1:
        sizes = [1] * rank
        sizes[axis] = -1
        mean, var, beta, gamma = [
            v if v is None or ndim(v) == rank else ops.reshape(v, sizes)
            for v in (mean, var, beta, gamma)
        ]
    return ops.moments.batch_normalization(x, mean, var, beta, gamma, epsilon)


def normalize_batch_in_training(x: Any, gamma: Any, beta: Any, reduction_axes: Any,
                                epsilon: float = 1e-3) -> tuple[Any, Any, Any]:  # fmt: skip
    """The batch normalized by its own mean and variance, and these."""
    mean, var = ops.moments.moments(x, list(reduction_axes))
    rank = ndim(x)
    if sorted(reduction_axes) != list(range(rank - 1)):
        sizes = [1 if i in reduction_axes else (int_shape(x)[i] or -1) for i in range(rank)]
        wide = [None if v is None else ops.reshape(v, sizes) for v in (mean, var, beta, gamma)]
    else:
        wide = [mean, var, beta, gamma]
    wide_mean, wide_var, offset, scale = wide
    result = ops.moments.batch_normalization(x, wide_mean, wide_var, offset, scale, epsilon)
    return result, mean, var


def fused_batch_norm(x: Any, gamma: Any, beta: Any, mean: Any, var: Any, epsilon: float,
                     data_format: str, training: bool) -> tuple[Any, Any, Any]:  # fmt: skip
    """``FusedBatchNormV3``: the result, the batch's mean and variance."""
    empty = ops.constant([], dtype="float32")
    found = apply(
        "FusedBatchNormV3", x, gamma, beta,
        empty if training else mean, empty if training else var,
        epsilon=epsilon, data_format=data_format, is_training=training,
    )  # fmt: skip
    return found[0], found[1], found[2]


# -- locally connected ----------------------------------------------------------------------------
def local_conv(inputs: Any, kernel: Any, kernel_size: Any, strides: Any, output_shape: Any,
               data_format: Any = None) -> Any:  # fmt: skip
    """A convolution whose kernel differs from place to place.

    Args:
        inputs: channels last or first. kernel: ``[places, window * channels, filters]``.
        kernel_size: the window. strides: the steps. output_shape: the places along each axis.
        data_format: ``'channels_last'`` or ``'channels_first'``.
    """
    import itertools

    data_format = known_data_format(data_format)
    last = data_format == "channels_last"
    kernel_shape = int_shape(kernel)
    pieces = []
    for place in itertools.product(*[range(n) for n in output_shape]):
        window = [slice(p * s, p * s + k) for p, s, k in zip(place, strides, kernel_size)]
        key = (slice(None), *window, slice(None)) if last else (slice(None), slice(None), *window)
        pieces.append(ops.reshape(inputs[key], (1, -1, kernel_shape[1])))
    joined = ops.concat(pieces, axis=0)
    result = ops.matmul(joined, kernel)
    result = ops.reshape(result, (*output_shape, -1, kernel_shape[-1]))
    count = len(output_shape)
    if last:
        return ops.transpose(result, (count, *range(count), count + 1))
    return ops.transpose(result, (count, count + 1, *range(count)))


def local_conv1d(inputs: Any, kernel: Any, kernel_size: Any, strides: Any,
                 data_format: Any = None) -> Any:  # fmt: skip
    """``local_conv`` over steps."""
    return local_conv(inputs, kernel, kernel_size, strides, (int_shape(kernel)[0],), data_format)


def local_conv2d(inputs: Any, kernel: Any, kernel_size: Any, strides: Any, output_shape: Any,
                 data_format: Any = None) -> Any:  # fmt: skip
    """``local_conv`` over images."""
    return local_conv(inputs, kernel, kernel_size, strides, output_shape, data_format)
