"""MobileNet (Howard et al., 2017) and MobileNetV2 (Sandler et al., 2018)."""

from __future__ import annotations

import warnings
from typing import Any

from penstock.keras import backend as K
from penstock.keras.applications import common, imagenet_utils
from penstock.keras.applications.imagenet_utils import decode_predictions as decode_predictions
from penstock.keras.layers.advanced_activations import ReLU
from penstock.keras.layers.convolutional import Conv2D
from penstock.keras.layers.convolutional_separable import DepthwiseConv2D
from penstock.keras.layers.core import Activation, Dropout, Reshape
from penstock.keras.layers.merge import Add
from penstock.keras.layers.normalization import BatchNormalization
from penstock.keras.layers.pooling import GlobalAveragePooling2D
from penstock.keras.layers.reshaping_spatial import ZeroPadding2D

_FIRST = "https://github.com/fchollet/deep-learning-models/releases/download/v0.6/"
_SECOND = "https://github.com/JonathanCMitchell/mobilenet_v2_keras/releases/download/v1.1/"


def preprocess_input(x: Any, **kwargs: Any) -> Any:
    """Scales images to -1 to 1."""
    return imagenet_utils.preprocess_input(x, mode="tf", **kwargs)


def _rows_and_shape(input_shape: Any, sizes: tuple[int, ...], include_top: bool,
                    weights: Any) -> tuple[Any, Any]:  # fmt: skip
    """The rows of an image, and its shape; ImageNet's weights are for the sizes in ``sizes``."""
    default = 224
    if input_shape is not None:
        rows, columns = common._sizes(input_shape)
        if rows == columns and rows in sizes:
            default = rows
    shape = common.checked_shape(input_shape, default, 32, include_top, weights)
    rows, columns = common._sizes(shape)
    if weights == "imagenet" and (rows != columns or rows not in sizes):
        warnings.warn(
            f"`input_shape` is undefined or non-square, or `rows` is not in {list(sizes)}. "
            "Weights for input shape (224, 224) will be loaded as the default.",
            stacklevel=3,
        )
        rows = 224
    return rows, shape


def _check_alpha(weights: Any, alpha: float, known: tuple[float, ...]) -> None:
    if weights == "imagenet" and alpha not in known:
        raise ValueError(
            "If imagenet weights are being loaded, alpha can be one of "
            f"{', '.join(f'`{a}`' for a in known)} only. Received: {alpha}"
        )


def MobileNet(input_shape: Any = None, alpha: float = 1.0, depth_multiplier: int = 1,  # noqa: N802
              dropout: float = 1e-3, include_top: bool = True, weights: Any = "imagenet",
              input_tensor: Any = None, pooling: str | None = None, classes: int = 1000,
              **kwargs: Any) -> Any:  # fmt: skip
    """MobileNet.

    Args:
        input_shape: the shape of an image. alpha: the factor of the numbers of filters.
        depth_multiplier: filters of each depthwise convolution. dropout: before the classifier.
        include_top: whether to put the classifier on top.
        weights: ``'imagenet'`` (downloaded), ``None`` (random) or the path of a file.
        input_tensor: a tensor of images to use.
        pooling: without the classifier: ``'avg'``, ``'max'`` or ``None``.
        classes: the number of classes. **kwargs: accepted as in Keras.
    """
    common.check_weights(weights, include_top, classes)
    if weights == "imagenet" and depth_multiplier != 1:
        raise ValueError("If imagenet weights are being loaded, depth multiplier must be 1")
    _check_alpha(weights, alpha, (0.25, 0.5, 0.75, 1.0))
    rows, shape = _rows_and_shape(input_shape, (128, 160, 192, 224), include_top, weights)
    image = common.image_input(input_tensor, shape)
    axis = common.channel_axis()

    def normed(x: Any, name: str) -> Any:
        x = BatchNormalization(axis=axis, name=name + "_bn")(x)
        return ReLU(6.0, name=name + "_relu")(x)

    x = ZeroPadding2D(((0, 1), (0, 1)), name="conv1_pad")(image)
    x = Conv2D(int(32 * alpha), 3, strides=2, use_bias=False, name="conv1")(x)
    x = normed(x, "conv1")
    blocks = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5,
              (1024, 2), (1024, 1)]  # fmt: skip
    for number, (filters, stride) in enumerate(blocks, 1):
        if stride == 2:
            x = ZeroPadding2D(((0, 1), (0, 1)), name=f"conv_pad_{number}")(x)
        x = DepthwiseConv2D(3, padding="same" if stride == 1 else "valid", strides=stride,
                            depth_multiplier=depth_multiplier, use_bias=False,
                            name=f"conv_dw_{number}")(x)  # fmt: skip
        x = normed(x, f"conv_dw_{number}")
        x = Conv2D(int(filters * alpha), 1, padding="same", use_bias=False,
                   name=f"conv_pw_{number}")(x)  # fmt: skip
        x = normed(x, f"conv_pw_{number}")
    if include_top:
        channels = int(1024 * alpha)
        x = GlobalAveragePooling2D()(x)
        x = Reshape((channels, 1, 1) if axis == 1 else (1, 1, channels), name="reshape_1")(x)
        x = Dropout(dropout, name="dropout")(x)
        x = Conv2D(classes, 1, padding="same", name="conv_preds")(x)
        x = Reshape((classes,), name="reshape_2")(x)
        x = Activation("softmax", name="act_softmax")(x)
    else:
        x = common.head(x, False, pooling, classes)
    text = {1.0: "1_0", 0.75: "7_5", 0.5: "5_0", 0.25: "2_5"}.get(alpha, "")
    file = f"mobilenet_{text}_{rows}_tf{'' if include_top else '_no_top'}.h5"
    return common.finished(
        image, x, f"mobilenet_{alpha:0.2f}_{rows}", input_tensor, weights, include_top,
        (file, [_FIRST + file], None),
    )  # fmt: skip


def _divisible(value: float, divisor: int = 8) -> int:
    """The nearest multiple that isn't below 90 %."""
    near = max(divisor, int(value + divisor / 2) // divisor * divisor)
    return near + divisor if near < 0.9 * value else near


def MobileNetV2(input_shape: Any = None, alpha: float = 1.0, include_top: bool = True,  # noqa: N802
                weights: Any = "imagenet", input_tensor: Any = None, pooling: str | None = None,
                classes: int = 1000, **kwargs: Any) -> Any:  # fmt: skip
    """The second version of MobileNet.

    Args:
        input_shape: the shape of an image. alpha: the factor of the numbers of filters.
        include_top: whether to put the classifier on top.
        weights: ``'imagenet'`` (downloaded), ``None`` (random) or the path of a file.
        input_tensor: a tensor of images to use.
        pooling: without the classifier: ``'avg'``, ``'max'`` or ``None``.
        classes: the number of classes. **kwargs: accepted as in Keras.
    """
    common.check_weights(weights, include_top, classes)
    _check_alpha(weights, alpha, (0.35, 0.5, 0.75, 1.0, 1.3, 1.4))
    rows, shape = _rows_and_shape(input_shape, (96, 128, 160, 192, 224), include_top, weights)
    image = common.image_input(input_tensor, shape)
    axis = common.channel_axis()

    def normed(x: Any, name: str, relu: str | None = None) -> Any:
        x = BatchNormalization(axis=axis, epsilon=1e-3, momentum=0.999, name=name)(x)
        return x if relu is None else ReLU(6.0, name=relu)(x)

    def block(inputs: Any, filters: int, stride: int, expansion: int, number: int) -> Any:
        channels = K.int_shape(inputs)[axis]
        wanted = _divisible(int(filters * alpha))
        name = f"block_{number}_" if number else "expanded_conv_"
        x = inputs
        if number:
            x = Conv2D(expansion * channels, 1, padding="same", use_bias=False,
                       name=name + "expand")(x)  # fmt: skip
            x = normed(x, name + "expand_BN", name + "expand_relu")
        if stride == 2:
            x = ZeroPadding2D(common.odd_padding(x, 3), name=name + "pad")(x)
        x = DepthwiseConv2D(3, strides=stride, use_bias=False,
                            padding="same" if stride == 1 else "valid",
                            name=name + "depthwise")(x)  # fmt: skip
        x = normed(x, name + "depthwise_BN", name + "depthwise_relu")
        x = Conv2D(wanted, 1, padding="same", use_bias=False, name=name + "project")(x)
        x = normed(x, name + "project_BN")
        return Add(name=name + "add")([inputs, x]) if channels == wanted and stride == 1 else x

    x = ZeroPadding2D(common.odd_padding(image, 3), name="Conv1_pad")(image)
    x = Conv2D(_divisible(32 * alpha), 3, strides=2, use_bias=False, name="Conv1")(x)
    x = normed(x, "bn_Conv1", "Conv1_relu")
    number = 0
    for filters, stride, count in ((16, 1, 1), (24, 2, 2), (32, 2, 3), (64, 2, 4), (96, 1, 3),
                                   (160, 2, 3), (320, 1, 1)):  # fmt: skip
        for i in range(count):
            x = block(x, filters, stride if i == 0 else 1, 6 if number else 1, number)
            number += 1
    last = _divisible(1280 * alpha) if alpha > 1.0 else 1280
    x = Conv2D(last, 1, use_bias=False, name="Conv_1")(x)
    x = normed(x, "Conv_1_bn", "out_relu")
    x = common.head(x, include_top, pooling, classes, pool_name=None, dense_name="Logits")
    file = (
        f"mobilenet_v2_weights_tf_dim_ordering_tf_kernels_{alpha}_{rows}"
        f"{'' if include_top else '_no_top'}.h5"
    )
    return common.finished(
        image, x, f"mobilenetv2_{alpha:0.2f}_{rows}", input_tensor, weights, include_top,
        (file, [_SECOND + file], None),
    )  # fmt: skip
