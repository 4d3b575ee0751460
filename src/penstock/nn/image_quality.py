"""How images differ and vary: ``tf.image.psnr``, ``ssim``, ``total_variation``, edges."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from penstock.graph import dtypes
from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import control_dependencies, name_scope
from penstock.graph.tensor import Tensor
from penstock.ops.arrays import expand_dims, reshape, shape, shape_n, size
from penstock.ops.casts import cast
from penstock.ops.checks import Assert
from penstock.ops.comparisons import equal, greater_equal, not_equal
from penstock.ops.constants import constant
from penstock.ops.control_flow import cond
from penstock.ops.fills import zeros
from penstock.ops.identities import identity
from penstock.ops.image_colors import convert_image_dtype
from penstock.ops.joining import concat, stack, unstack
from penstock.ops.math_binary import pow as tf_pow
from penstock.ops.math_binary import squared_difference, subtract
from penstock.ops.math_unary import abs as tf_abs
from penstock.ops.math_unary import log, square
from penstock.ops.padding import pad
from penstock.ops.ranges import range as tf_range
from penstock.ops.reductions import reduce_all, reduce_any, reduce_mean, reduce_prod, reduce_sum
from penstock.ops.slices import tile


def total_variation(images: Any, name: str | None = None) -> Tensor:
    """The sum of absolute differences of neighbouring pixels.

    Args:
        images: ``[height, width, channels]``, or with a batch dimension before.
        name: the name of the scope.

    Returns:
        A scalar, or one for each image of a batch.

    Raises:
        ValueError: when the rank is another.
    """
    with name_scope(name, "total_variation"):
        rank = images.shape.ndims
        if rank == 3:
            down = images[1:, :, :] - images[:-1, :, :]
            across = images[:, 1:, :] - images[:, :-1, :]
            axes = None
        elif rank == 4:
            down = images[:, 1:, :, :] - images[:, :-1, :, :]
            across = images[:, :, 1:, :] - images[:, :, :-1, :]
            axes = [1, 2, 3]
        else:
            raise ValueError("'images' must be either 3 or 4-dimensional.")
        return reduce_sum(tf_abs(down), axis=axes) + reduce_sum(tf_abs(across), axis=axes)  # type: ignore[operator]


def _comparable(a: Tensor, b: Tensor) -> tuple[Any, Any, list[Any]]:
    """The shapes of two batches of images, and operations that check that they go together."""
    first, second = a.shape.with_rank_at_least(3), b.shape.with_rank_at_least(3)
    if first.ndims is not None and second.ndims is not None:
        first[-3:].assert_is_compatible_with(second[-3:])
        outer = zip(reversed(first.as_list()[:-3]), reversed(second.as_list()[:-3]))
        if any(1 not in (x, y) and None not in (x, y) and x != y for x, y in outer):
            raise ValueError(f"Two images are not compatible: {first} and {second}")
    shapes: list[Any] = shape_n([a, b])
    checks = [
        Assert(greater_equal(size(shapes[0]), 3), shapes, summarize=10),
        Assert(reduce_all(equal(shapes[0][-3:], shapes[1][-3:])), shapes, summarize=10),
    ]
    return shapes[0], shapes[1], checks


def psnr(a: Any, b: Any, max_val: Any, name: str | None = None) -> Tensor:
    """The peak signal-to-noise ratio of two images, in decibels.

    Args:
        a: ``[..., height, width, channels]``.
        b: the same.
        max_val: the difference between the greatest and the least possible value.
        name: the name of the scope.

    Returns:
        ``float32``, one number for each pair of images.
    """
    with name_scope(name, "PSNR", [a, b]):
        a, b = convert_to_tensor(a), convert_to_tensor(b)
        max_val = convert_image_dtype(cast(max_val, a.dtype), dtypes.float32)
        a = convert_image_dtype(a, dtypes.float32)
        b = convert_image_dtype(b, dtypes.float32)
        error = reduce_mean(squared_difference(a, b), [-3, -2, -1])
        value = subtract(
            20 * log(max_val) / log(10.0),  # type: ignore[operator]
            np.float32(10 / np.log(10)) * log(error),  # type: ignore[operator]
            name="psnr",
        )
        _, _, checks = _comparable(a, b)
        with control_dependencies(checks):
            return identity(value)


def _gaussian(length: Any, sigma: Any) -> Tensor:
    """[length, length, 1, 1]: a Gaussian bell that sums to 1."""
    from penstock.ops.nn_softmax import softmax

    length = convert_to_tensor(length, dtypes.int32)
    sigma = convert_to_tensor(sigma)
    places: Any = cast(tf_range(length), sigma.dtype)
    places = places - cast(length - 1, sigma.dtype) / 2.0  # type: ignore[operator]
    bell: Any = square(places)
    bell = bell * (-0.5 / square(sigma))  # type: ignore[operator]
    plane: Any = reshape(bell, shape=[1, -1]) + reshape(bell, shape=[-1, 1])  # type: ignore[operator]
    plane = softmax(reshape(plane, shape=[1, -1]))
    return reshape(plane, shape=[length, length, 1, 1])


def _ssim_per_channel(
    a: Any, b: Any, max_val: Any, filter_size: int, filter_sigma: float, k1: float, k2: float
) -> tuple[Tensor, Tensor]:
    """Structural similarity of each channel, and its contrast part."""
    from penstock.nn.convolution import depthwise_conv2d

    length = constant(filter_size, dtype=dtypes.int32)
    sigma = constant(filter_sigma, dtype=a.dtype)
    shapes: list[Any] = shape_n([a, b])
    checks = [
        Assert(reduce_all(greater_equal(each[-3:-1], length)), [each, length], summarize=8)
        for each in shapes
    ]
    with control_dependencies(checks):
        a = identity(a)
    kernel = tile(_gaussian(length, sigma), multiples=[1, 1, shapes[0][-1], 1])

    def blurred(x: Any) -> Any:
        sizes: Any = shape(x)
        flat = reshape(x, shape=concat([[-1], sizes[-3:]], 0))
        y = depthwise_conv2d(flat, kernel, strides=[1, 1, 1, 1], padding="VALID")
        return reshape(y, concat([sizes[:-3], shape(y)[1:]], 0))  # type: ignore[index]

    c1, c2 = (k1 * max_val) ** 2, (k2 * max_val) ** 2
    mean_a, mean_b = blurred(a), blurred(b)
    product = mean_a * mean_b * 2.0
    squares = square(mean_a) + square(mean_b)  # type: ignore[operator]
    luminance = (product + c1) / (squares + c1)
    both = blurred(a * b) * 2.0
    each = blurred(square(a) + square(b))  # type: ignore[operator]
    c2 = c2 * 1.0
    contrast = (both - product + c2) / (each - squares + c2)
    axes = constant([-3, -2], dtype=dtypes.int32)
    return reduce_mean(luminance * contrast, axes), reduce_mean(contrast, axes)


def ssim(
    img1: Any,
    img2: Any,
    max_val: Any,
    filter_size: int = 11,
    filter_sigma: float = 1.5,
    k1: float = 0.01,
    k2: float = 0.03,
) -> Tensor:
    """The structural similarity of two images (Wang et al., 2004).

    Args:
        img1: ``[..., height, width, channels]``.
        img2: the same.
        max_val: the difference between the greatest and the least possible value.
        filter_size, filter_sigma: of the Gaussian window.
        k1, k2: constants of the formula.

    Returns:
        ``float32``, one number for each pair of images.
    """
    img1, img2 = convert_to_tensor(img1), convert_to_tensor(img2)
    _, _, checks = _comparable(img1, img2)
    with control_dependencies(checks):
        img1 = identity(img1)
    max_val = convert_image_dtype(cast(max_val, img1.dtype), dtypes.float32)
    img1 = convert_image_dtype(img1, dtypes.float32)
    img2 = convert_image_dtype(img2, dtypes.float32)
    channels, _ = _ssim_per_channel(img1, img2, max_val, filter_size, filter_sigma, k1, k2)
    return reduce_mean(channels, [-1])


_SCALE_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)


def ssim_multiscale(
    img1: Any,
    img2: Any,
    max_val: Any,
    power_factors: Sequence[float] = _SCALE_WEIGHTS,
    filter_size: int = 11,
    filter_sigma: float = 1.5,
    k1: float = 0.01,
    k2: float = 0.03,
) -> Tensor:
    """The structural similarity of two images at several scales (Wang et al., 2003).

    Args:
        img1: ``[..., height, width, channels]``.
        img2: the same.
        max_val: the difference between the greatest and the least possible value.
        power_factors: the weight of each scale, each half the size of the one before.
        filter_size, filter_sigma, k1, k2: as for ``ssim``.
    """
    from penstock.ops.nn_activations import relu
    from penstock.ops.nn_pool import avg_pool

    with name_scope(None, "MS-SSIM", [img1, img2]):
        img1 = convert_to_tensor(img1, name="img1")
        img2 = convert_to_tensor(img2, name="img2")
        first, second, checks = _comparable(img1, img2)
        with control_dependencies(checks):
            img1 = identity(img1)
        max_val = convert_image_dtype(cast(max_val, img1.dtype), dtypes.float32)
        images: list[Any] = [
            convert_image_dtype(img1, dtypes.float32),
            convert_image_dtype(img2, dtypes.float32),
        ]
        heads = [each[:-3] for each in (first, second)]
        tails: list[Any] = [each[-3:] for each in (first, second)]
        divisor = [1, 2, 2, 1]
        step = constant(divisor[1:], dtype=dtypes.int32)

        def padded_to_even(flat: list[Any], rest: Any) -> list[Any]:
            padding = pad(expand_dims(rest, -1), [[1, 0], [1, 0]])
            return [pad(x, padding, mode="SYMMETRIC") for x in flat]

        contrasts = []
        channels: Any = None
        for k in range(len(power_factors)):
            with name_scope(None, f"Scale{k}", images):
                if k > 0:
                    flat = [reshape(x, concat([[-1], tail], 0)) for x, tail in zip(images, tails)]
                    rest = tails[0] % step
                    padded = cond(
                        reduce_any(not_equal(rest, 0)),
                        functools.partial(padded_to_even, flat, rest),
                        functools.partial(list, flat),
                    )
                    smaller = [
                        avg_pool(x, ksize=divisor, strides=divisor, padding="VALID") for x in padded
                    ]
                    tails = [each[1:] for each in shape_n(smaller)]
                    images = [
                        reshape(x, concat([head, tail], 0))
                        for x, head, tail in zip(smaller, heads, tails)
                    ]
                channels, contrast = _ssim_per_channel(
                    images[0], images[1], max_val, filter_size, filter_sigma, k1, k2
                )
                contrasts.append(relu(contrast))
        # The last scale counts with its luminance.
        contrasts.pop()
        parts = stack([*contrasts, relu(channels)], axis=-1)
        value = reduce_prod(tf_pow(parts, power_factors), [-1])
        return reduce_mean(value, [-1])


def image_gradients(image: Any) -> tuple[Tensor, Tensor]:
    """(dy, dx): the differences to the next pixel below and to the right; 0 at the end.

    Args:
        image: ``[batch, height, width, channels]``.

    Raises:
        ValueError: when the rank is another.
    """
    if image.shape.ndims != 4:
        raise ValueError(
            f"image_gradients expects a 4D tensor [batch_size, h, w, d], not {image.shape}."
        )
    sizes = shape(image)
    batch, height, width, depth = unstack(sizes)
    down = image[:, 1:, :, :] - image[:, :-1, :, :]
    across = image[:, :, 1:, :] - image[:, :, :-1, :]
    row = stack([batch, 1, width, depth])
    down = reshape(concat([down, zeros(row, image.dtype)], 1), sizes)
    column = stack([batch, height, 1, depth])
    across = reshape(concat([across, zeros(column, image.dtype)], 2), sizes)
    return down, across


def sobel_edges(image: Any) -> Tensor:
    """Sobel's estimates of the derivatives downwards and to the right.

    Args:
        image: ``[batch, height, width, channels]``.

    Returns:
        ``[batch, height, width, channels, 2]``.
    """
    from penstock.nn.convolution import depthwise_conv2d

    static = image.shape
    sizes: Any = shape(image)
    kernels = np.array([[[-1, -2, -1], [0, 0, 0], [1, 2, 1]], [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]])
    filters = np.expand_dims(np.transpose(kernels, (1, 2, 0)), -2)
    repeated = tile(
        constant(filters, dtype=image.dtype), [1, 1, sizes[-1], 1], name="sobel_filters"
    )
    padded = pad(image, [[0, 0], [1, 1], [1, 1], [0, 0]], mode="REFLECT")
    found = depthwise_conv2d(padded, repeated, [1, 1, 1, 1], "VALID")
    found = reshape(found, shape=concat([sizes, [2]], 0))
    found.set_shape(static.concatenate([2]))
    return found
