"""VGG16 and VGG19 (Simonyan and Zisserman, 2015)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from penstock.keras.applications import common
from penstock.keras.applications.imagenet_utils import decode_predictions as decode_predictions
from penstock.keras.applications.imagenet_utils import preprocess_input as preprocess_input
from penstock.keras.layers.convolutional import Conv2D
from penstock.keras.layers.core import Dense, Flatten
from penstock.keras.layers.pooling import MaxPooling2D


def _vgg(name: str, depths: Sequence[int], include_top: bool, weights: Any, input_tensor: Any,
         input_shape: Any, pooling: str | None, classes: int) -> Any:  # fmt: skip
    common.check_weights(weights, include_top, classes)
    shape = common.checked_shape(input_shape, 224, 32, include_top, weights)
    x = image = common.image_input(input_tensor, shape)
    for block, (depth, filters) in enumerate(zip(depths, (64, 128, 256, 512, 512)), 1):
        for i in range(1, depth + 1):
            x = Conv2D(filters, 3, activation="relu", padding="same",
                       name=f"block{block}_conv{i}")(x)  # fmt: skip
        x = MaxPooling2D(2, strides=2, name=f"block{block}_pool")(x)
    if include_top:
        x = Flatten(name="flatten")(x)
        x = Dense(4096, activation="relu", name="fc1")(x)
        x = Dense(4096, activation="relu", name="fc2")(x)
        x = Dense(classes, activation="softmax", name="predictions")(x)
    else:
        x = common.head(x, False, pooling, classes)
    return common.finished(image, x, name, input_tensor, weights, include_top)


def VGG16(include_top: bool = True, weights: Any = "imagenet", input_tensor: Any = None,  # noqa: N802
          input_shape: Any = None, pooling: str | None = None, classes: int = 1000,
          **kwargs: Any) -> Any:  # fmt: skip
    """VGG with 13 convolutions.

    Args:
        include_top: whether to put the classifier on top.
        weights: ``'imagenet'`` (downloaded), ``None`` (random) or the path of a file.
        input_tensor: a tensor of images to use. input_shape: the shape of an image.
        pooling: without the classifier: ``'avg'``, ``'max'`` or ``None``.
        classes: the number of classes. **kwargs: accepted as in Keras.
    """
    return _vgg("vgg16", (2, 2, 3, 3, 3), include_top, weights, input_tensor, input_shape,
                pooling, classes)  # fmt: skip


def VGG19(include_top: bool = True, weights: Any = "imagenet", input_tensor: Any = None,  # noqa: N802
          input_shape: Any = None, pooling: str | None = None, classes: int = 1000,
          **kwargs: Any) -> Any:  # fmt: skip
    """VGG with 16 convolutions; for the arguments see ``VGG16``."""
    return _vgg("vgg19", (2, 2, 4, 4, 4), include_top, weights, input_tensor, input_shape,
                pooling, classes)  # fmt: skip
