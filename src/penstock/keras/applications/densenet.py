"""DenseNet (Huang et al., 2017)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from penstock.keras import backend as K
from penstock.keras.applications import common, imagenet_utils
from penstock.keras.applications.imagenet_utils import decode_predictions as decode_predictions
from penstock.keras.layers.convolutional import Conv2D
from penstock.keras.layers.core import Activation
from penstock.keras.layers.merge import Concatenate
from penstock.keras.layers.normalization import BatchNormalization
from penstock.keras.layers.pooling import AveragePooling2D, MaxPooling2D
from penstock.keras.layers.reshaping_spatial import ZeroPadding2D

_GROWTH = 32


def preprocess_input(x: Any, data_format: str | None = None, **kwargs: Any) -> Any:
    """Scales images to 0 to 1, less ImageNet's mean, by its deviation."""
    return imagenet_utils.preprocess_input(x, data_format, mode="torch", **kwargs)


def _normed(x: Any, bn_name: str, relu_name: str) -> Any:
    x = BatchNormalization(axis=common.channel_axis(), epsilon=1.001e-5, name=bn_name)(x)
    return Activation("relu", name=relu_name)(x)


def _layer(x: Any, name: str) -> Any:
    """New channels beside those that there are."""
    new = _normed(x, name + "_0_bn", name + "_0_relu")
    new = Conv2D(4 * _GROWTH, 1, use_bias=False, name=name + "_1_conv")(new)
    new = _normed(new, name + "_1_bn", name + "_1_relu")
    new = Conv2D(_GROWTH, 3, padding="same", use_bias=False, name=name + "_2_conv")(new)
    return Concatenate(axis=common.channel_axis(), name=name + "_concat")([x, new])


def _transition(x: Any, name: str) -> Any:
    """Half the channels, and half the rows and columns."""
    x = _normed(x, name + "_bn", name + "_relu")
    channels = K.int_shape(x)[common.channel_axis()]
    x = Conv2D(int(channels * 0.5), 1, use_bias=False, name=name + "_conv")(x)
    return AveragePooling2D(2, strides=2, name=name + "_pool")(x)


def _densenet(name: str, depths: Sequence[int], include_top: bool, weights: Any,
              input_tensor: Any, input_shape: Any, pooling: str | None,
              classes: int) -> Any:  # fmt: skip
    common.check_weights(weights, include_top, classes)
    shape = common.checked_shape(input_shape, 224, 32, include_top, weights)
    image = common.image_input(input_tensor, shape)
    x = ZeroPadding2D(((3, 3), (3, 3)))(image)
    x = Conv2D(64, 7, strides=2, use_bias=False, name="conv1/conv")(x)
    x = _normed(x, "conv1/bn", "conv1/relu")
    x = ZeroPadding2D(((1, 1), (1, 1)))(x)
    x = MaxPooling2D(3, strides=2, name="pool1")(x)
    for stage, depth in enumerate(depths, 2):
        for i in range(1, depth + 1):
            x = _layer(x, f"conv{stage}_block{i}")
        if stage < 5:
            x = _transition(x, f"pool{stage}")
    x = _normed(x, "bn", "relu")
    x = common.head(x, include_top, pooling, classes, dense_name="fc1000", avg_name="avg_pool",
                    max_name="max_pool")  # fmt: skip
    return common.finished(image, x, name, input_tensor, weights, include_top)


def DenseNet121(include_top: bool = True, weights: Any = "imagenet", input_tensor: Any = None,  # noqa: N802
                input_shape: Any = None, pooling: str | None = None, classes: int = 1000,
                **kwargs: Any) -> Any:  # fmt: skip
    """DenseNet with 121 layers.

    Args:
        include_top: whether to put the classifier on top.
        weights: ``'imagenet'`` (downloaded), ``None`` (random) or the path of a file.
        input_tensor: a tensor of images to use. input_shape: the shape of an image.
        pooling: without the classifier: ``'avg'``, ``'max'`` or ``None``.
        classes: the number of classes. **kwargs: accepted as in Keras.
    """
    return _densenet("densenet121", (6, 12, 24, 16), include_top, weights, input_tensor,
                     input_shape, pooling, classes)  # fmt: skip


def DenseNet169(include_top: bool = True, weights: Any = "imagenet", input_tensor: Any = None,  # noqa: N802
                input_shape: Any = None, pooling: str | None = None, classes: int = 1000,
                **kwargs: Any) -> Any:  # fmt: skip
    """DenseNet with 169 layers; for the arguments see ``DenseNet121``."""
    return _densenet("densenet169", (6, 12, 32, 32), include_top, weights, input_tensor,
                     input_shape, pooling, classes)  # fmt: skip


def DenseNet201(include_top: bool = True, weights: Any = "imagenet", input_tensor: Any = None,  # noqa: N802
                input_shape: Any = None, pooling: str | None = None, classes: int = 1000,
                **kwargs: Any) -> Any:  # fmt: skip
    """DenseNet with 201 layers; for the arguments see ``DenseNet121``."""
    return _densenet("densenet201", (6, 12, 48, 32), include_top, weights, input_tensor,
                     input_shape, pooling, classes)  # fmt: skip
