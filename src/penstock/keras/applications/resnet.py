"""ResNet (He et al., 2016) and its second version (He et al., 2016b)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from penstock.keras.applications import common, imagenet_utils
from penstock.keras.applications.imagenet_utils import decode_predictions as decode_predictions
from penstock.keras.applications.imagenet_utils import preprocess_input as preprocess_input
from penstock.keras.layers.convolutional import Conv2D
from penstock.keras.layers.core import Activation
from penstock.keras.layers.merge import Add
from penstock.keras.layers.normalization import BatchNormalization
from penstock.keras.layers.pooling import MaxPooling2D
from penstock.keras.layers.reshaping_spatial import ZeroPadding2D


def _normed(x: Any, name: str) -> Any:
    return BatchNormalization(axis=common.channel_axis(), epsilon=1.001e-5, name=name)(x)


def _relu(x: Any, name: str) -> Any:
    return Activation("relu", name=name)(x)


def _block(x: Any, filters: int, stride: int, widen: bool, name: str) -> Any:
    """Three convolutions around which the inputs go, normalized after each."""
    shortcut = x
    if widen:
        shortcut = Conv2D(4 * filters, 1, strides=stride, name=name + "_0_conv")(x)
        shortcut = _normed(shortcut, name + "_0_bn")
    x = Conv2D(filters, 1, strides=stride, name=name + "_1_conv")(x)
    x = _relu(_normed(x, name + "_1_bn"), name + "_1_relu")
    x = Conv2D(filters, 3, padding="same", name=name + "_2_conv")(x)
    x = _relu(_normed(x, name + "_2_bn"), name + "_2_relu")
    x = _normed(Conv2D(4 * filters, 1, name=name + "_3_conv")(x), name + "_3_bn")
    return _relu(Add(name=name + "_add")([shortcut, x]), name + "_out")


def _block_v2(x: Any, filters: int, stride: int, widen: bool, name: str) -> Any:
    """The same with normalization and activation before the convolutions."""
    before = _relu(_normed(x, name + "_preact_bn"), name + "_preact_relu")
    if widen:
        shortcut = Conv2D(4 * filters, 1, strides=stride, name=name + "_0_conv")(before)
    else:
        shortcut = MaxPooling2D(1, strides=stride)(x) if stride > 1 else x
    x = Conv2D(filters, 1, use_bias=False, name=name + "_1_conv")(before)
    x = _relu(_normed(x, name + "_1_bn"), name + "_1_relu")
    x = ZeroPadding2D(((1, 1), (1, 1)), name=name + "_2_pad")(x)
    x = Conv2D(filters, 3, strides=stride, use_bias=False, name=name + "_2_conv")(x)
    x = _relu(_normed(x, name + "_2_bn"), name + "_2_relu")
    x = Conv2D(4 * filters, 1, name=name + "_3_conv")(x)
    return Add(name=name + "_out")([shortcut, x])


def _resnet(name: str, depths: Sequence[int], second: bool, include_top: bool, weights: Any,
            input_tensor: Any, input_shape: Any, pooling: str | None,
            classes: int) -> Any:  # fmt: skip
    common.check_weights(weights, include_top, classes)
    shape = common.checked_shape(input_shape, 224, 32, include_top, weights)
    image = common.image_input(input_tensor, shape)
    x = ZeroPadding2D(((3, 3), (3, 3)), name="conv1_pad")(image)
    x = Conv2D(64, 7, strides=2, name="conv1_conv")(x)
    if not second:
        x = _relu(_normed(x, "conv1_bn"), "conv1_relu")
    x = ZeroPadding2D(((1, 1), (1, 1)), name="pool1_pad")(x)
    x = MaxPooling2D(3, strides=2, name="pool1_pool")(x)
    for stage, (filters, depth) in enumerate(zip((64, 128, 256, 512), depths), 2):
        for i in range(1, depth + 1):
            place = f"conv{stage}_block{i}"
            if second:
                # The last block of a stage makes the image smaller, but for the last stage.
                stride = 2 if i == depth and stage < 5 else 1
                x = _block_v2(x, filters, stride, i == 1, place)
            else:
                x = _block(x, filters, 2 if i == 1 and stage > 2 else 1, i == 1, place)
    if second:
        x = _relu(_normed(x, "post_bn"), "post_relu")
    x = common.head(x, include_top, pooling, classes, dense_name="probs", avg_name="avg_pool",
                    max_name="max_pool")  # fmt: skip
    return common.finished(image, x, name, input_tensor, weights, include_top)


def ResNet50(include_top: bool = True, weights: Any = "imagenet", input_tensor: Any = None,  # noqa: N802
             input_shape: Any = None, pooling: str | None = None, classes: int = 1000,
             **kwargs: Any) -> Any:  # fmt: skip
    """ResNet with 50 layers.

    Args:
        include_top: whether to put the classifier on top.
        weights: ``'imagenet'`` (downloaded), ``None`` (random) or the path of a file.
        input_tensor: a tensor of images to use. input_shape: the shape of an image.
        pooling: without the classifier: ``'avg'``, ``'max'`` or ``None``.
        classes: the number of classes. **kwargs: accepted as in Keras.
    """
    return _resnet("resnet50", (3, 4, 6, 3), False, include_top, weights, input_tensor,
                   input_shape, pooling, classes)  # fmt: skip


def ResNet101(include_top: bool = True, weights: Any = "imagenet", input_tensor: Any = None,  # noqa: N802
              input_shape: Any = None, pooling: str | None = None, classes: int = 1000,
              **kwargs: Any) -> Any:  # fmt: skip
    """ResNet with 101 layers; for the arguments see ``ResNet50``."""
    return _resnet("resnet101", (3, 4, 23, 3), False, include_top, weights, input_tensor,
                   input_shape, pooling, classes)  # fmt: skip


def ResNet152(include_top: bool = True, weights: Any = "imagenet", input_tensor: Any = None,  # noqa: N802
              input_shape: Any = None, pooling: str | None = None, classes: int = 1000,
              **kwargs: Any) -> Any:  # fmt: skip
    """ResNet with 152 layers; for the arguments see ``ResNet50``."""
    return _resnet("resnet152", (3, 8, 36, 3), False, include_top, weights, input_tensor,
                   input_shape, pooling, classes)  # fmt: skip


def ResNet50V2(include_top: bool = True, weights: Any = "imagenet", input_tensor: Any = None,  # noqa: N802
               input_shape: Any = None, pooling: str | None = None, classes: int = 1000,
               **kwargs: Any) -> Any:  # fmt: skip
    """The second version of ResNet with 50 layers; for the arguments see ``ResNet50``."""
    return _resnet("resnet50v2", (3, 4, 6, 3), True, include_top, weights, input_tensor,
                   input_shape, pooling, classes)  # fmt: skip


def ResNet101V2(include_top: bool = True, weights: Any = "imagenet", input_tensor: Any = None,  # noqa: N802
                input_shape: Any = None, pooling: str | None = None, classes: int = 1000,
                **kwargs: Any) -> Any:  # fmt: skip
    """The second version of ResNet with 101 layers; for the arguments see ``ResNet50``."""
    return _resnet("resnet101v2", (3, 4, 23, 3), True, include_top, weights, input_tensor,
                   input_shape, pooling, classes)  # fmt: skip


def ResNet152V2(include_top: bool = True, weights: Any = "imagenet", input_tensor: Any = None,  # noqa: N802
                input_shape: Any = None, pooling: str | None = None, classes: int = 1000,
                **kwargs: Any) -> Any:  # fmt: skip
    """The second version of ResNet with 152 layers; for the arguments see ``ResNet50``."""
    return _resnet("resnet152v2", (3, 8, 36, 3), True, include_top, weights, input_tensor,
                   input_shape, pooling, classes)  # fmt: skip


def preprocess_input_v2(x: Any, **kwargs: Any) -> Any:
    """Scales images to -1 to 1, as the second version wants them."""
    return imagenet_utils.preprocess_input(x, mode="tf", **kwargs)
