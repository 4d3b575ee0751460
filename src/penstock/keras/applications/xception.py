"""Xception (Chollet, 2017)."""

from __future__ import annotations

from typing import Any

from penstock.keras.applications import common, imagenet_utils
from penstock.keras.applications.imagenet_utils import decode_predictions as decode_predictions
from penstock.keras.layers.convolutional import Conv2D
from penstock.keras.layers.convolutional_separable import SeparableConv2D
from penstock.keras.layers.core import Activation
from penstock.keras.layers.merge import Add
from penstock.keras.layers.normalization import BatchNormalization
from penstock.keras.layers.pooling import MaxPooling2D


def preprocess_input(x: Any, **kwargs: Any) -> Any:
    """Scales images to -1 to 1."""
    return imagenet_utils.preprocess_input(x, mode="tf", **kwargs)


def _normed(x: Any, name: str | None = None) -> Any:
    return BatchNormalization(axis=common.channel_axis(), name=name)(x)


def _separable(x: Any, filters: int, name: str) -> Any:
    x = SeparableConv2D(filters, 3, padding="same", use_bias=False, name=name)(x)
    return _normed(x, name + "_bn")


def Xception(include_top: bool = True, weights: Any = "imagenet", input_tensor: Any = None,  # noqa: N802
             input_shape: Any = None, pooling: str | None = None, classes: int = 1000,
             **kwargs: Any) -> Any:  # fmt: skip
    """Xception.

    Args:
        include_top: whether to put the classifier on top.
        weights: ``'imagenet'`` (downloaded), ``None`` (random) or the path of a file.
        input_tensor: a tensor of images to use. input_shape: the shape of an image.
        pooling: without the classifier: ``'avg'``, ``'max'`` or ``None``.
        classes: the number of classes. **kwargs: accepted as in Keras.
    """
    common.check_weights(weights, include_top, classes)
    shape = common.checked_shape(input_shape, 299, 71, include_top, weights)
    x = image = common.image_input(input_tensor, shape)
    for i, filters in enumerate((32, 64), 1):
        name = f"block1_conv{i}"
        x = Conv2D(filters, 3, strides=2 if i == 1 else 1, use_bias=False, name=name)(x)
        x = Activation("relu", name=name + "_act")(_normed(x, name + "_bn"))
    for block in range(2, 14):
        name = f"block{block}_sepconv"
        if 5 <= block <= 12:
            inputs = x
            for i in (1, 2, 3):
                x = Activation("relu", name=f"{name}{i}_act")(x)
                x = _separable(x, 728, f"{name}{i}")
            x = Add()([x, inputs])
            continue
        # These blocks make the image smaller.
        first, second = {2: (128, 128), 3: (256, 256), 4: (728, 728), 13: (728, 1024)}[block]
        shortcut = Conv2D(second, 1, strides=2, padding="same", use_bias=False)(x)
        shortcut = _normed(shortcut)
        if block > 2:
            x = Activation("relu", name=f"{name}1_act")(x)
        x = _separable(x, first, f"{name}1")
        x = Activation("relu", name=f"{name}2_act")(x)
        x = _separable(x, second, f"{name}2")
        x = MaxPooling2D(3, strides=2, padding="same", name=f"block{block}_pool")(x)
        x = Add()([x, shortcut])
    for i, filters in enumerate((1536, 2048), 1):
        name = f"block14_sepconv{i}"
        x = Activation("relu", name=name + "_act")(_separable(x, filters, name))
    x = common.head(x, include_top, pooling, classes)
    return common.finished(image, x, "xception", input_tensor, weights, include_top)
