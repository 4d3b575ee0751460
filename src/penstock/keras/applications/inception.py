"""InceptionV3 (Szegedy et al., 2016) and InceptionResNetV2 (Szegedy et al., 2017)."""

from __future__ import annotations

from typing import Any

from penstock.keras import backend as K
from penstock.keras.applications import common, imagenet_utils
from penstock.keras.applications.imagenet_utils import decode_predictions as decode_predictions
from penstock.keras.engine.base_layer import Layer
from penstock.keras.layers.convolutional import Conv2D
from penstock.keras.layers.core import Activation
from penstock.keras.layers.merge import Concatenate
from penstock.keras.layers.normalization import BatchNormalization
from penstock.keras.layers.pooling import AveragePooling2D, MaxPooling2D
from penstock.keras.utils.objects import get_custom_objects


def preprocess_input(x: Any, **kwargs: Any) -> Any:
    """Scales images to -1 to 1."""
    return imagenet_utils.preprocess_input(x, mode="tf", **kwargs)


def _conv(x: Any, filters: int, kernel: Any, strides: int = 1, padding: str = "same",
          name: str | None = None) -> Any:  # fmt: skip
    """A convolution, normalized and rectified."""
    x = Conv2D(filters, kernel, strides=strides, padding=padding, use_bias=False, name=name)(x)
    x = BatchNormalization(axis=common.channel_axis(), scale=False,
                           name=name and name + "_bn")(x)  # fmt: skip
    return Activation("relu", name=name and name + "_ac")(x)


def _chain(x: Any, *steps: Any) -> Any:
    """Convolutions one after another: pairs of filters and window, the last with stride 2 if 3."""
    for step in steps:
        if len(step) == 3:
            x = _conv(x, step[0], step[1], strides=2, padding="valid")
        else:
            x = _conv(x, *step)
    return x


def _joined(parts: list[Any], name: str | None = None) -> Any:
    return Concatenate(axis=common.channel_axis(), name=name)(parts)


def _stem(image: Any) -> Any:
    """What both begin with."""
    x = _conv(image, 32, 3, strides=2, padding="valid")
    x = _conv(x, 32, 3, padding="valid")
    x = _conv(x, 64, 3)
    x = MaxPooling2D(3, strides=2)(x)
    x = _conv(x, 80, 1, padding="valid")
    x = _conv(x, 192, 3, padding="valid")
    return MaxPooling2D(3, strides=2)(x)


def _pooled(x: Any, filters: int) -> Any:
    return _conv(AveragePooling2D(3, strides=1, padding="same")(x), filters, 1)


def InceptionV3(include_top: bool = True, weights: Any = "imagenet", input_tensor: Any = None,  # noqa: N802
                input_shape: Any = None, pooling: str | None = None, classes: int = 1000,
                **kwargs: Any) -> Any:  # fmt: skip
    """InceptionV3.

    Args:
        include_top: whether to put the classifier on top.
        weights: ``'imagenet'`` (downloaded), ``None`` (random) or the path of a file.
        input_tensor: a tensor of images to use. input_shape: the shape of an image.
        pooling: without the classifier: ``'avg'``, ``'max'`` or ``None``.
        classes: the number of classes. **kwargs: accepted as in Keras.
    """
    common.check_weights(weights, include_top, classes)
    shape = common.checked_shape(input_shape, 299, 75, include_top, weights)
    image = common.image_input(input_tensor, shape)
    x = _stem(image)
    for number, filters in enumerate((32, 64, 64)):
        parts = [
            _conv(x, 64, 1),
            _chain(x, (48, 1), (64, 5)),
            _chain(x, (64, 1), (96, 3), (96, 3)),
            _pooled(x, filters),
        ]
        x = _joined(parts, f"mixed{number}")
    parts = [
        _chain(x, (384, 3, 2)),
        _chain(x, (64, 1), (96, 3), (96, 3, 2)),
        MaxPooling2D(3, strides=2)(x),
    ]
    x = _joined(parts, "mixed3")
    for number, filters in enumerate((128, 160, 160, 192), 4):
        long = [(filters, (7, 1)), (filters, (1, 7)), (filters, (7, 1)), (192, (1, 7))]
        parts = [
            _conv(x, 192, 1),
            _chain(x, (filters, 1), (filters, (1, 7)), (192, (7, 1))),
            _chain(x, (filters, 1), *long),
            _pooled(x, 192),
        ]
        x = _joined(parts, f"mixed{number}")
    parts = [
        _chain(x, (192, 1), (320, 3, 2)),
        _chain(x, (192, 1), (192, (1, 7)), (192, (7, 1)), (192, 3, 2)),
        MaxPooling2D(3, strides=2)(x),
    ]
    x = _joined(parts, "mixed8")
    for number in range(2):
        first = _conv(x, 320, 1)
        second = _conv(x, 384, 1)
        second = _joined([_conv(second, 384, (1, 3)), _conv(second, 384, (3, 1))],
                         f"mixed9_{number}")  # fmt: skip
        third = _chain(x, (448, 1), (384, 3))
        third = _joined([_conv(third, 384, (1, 3)), _conv(third, 384, (3, 1))])
        x = _joined([first, second, third, _pooled(x, 192)], f"mixed{9 + number}")
    x = common.head(x, include_top, pooling, classes)
    return common.finished(image, x, "inception_v3", input_tensor, weights, include_top)


class CustomScaleLayer(Layer):
    """The first input and ``scale`` times the second.

    Args:
        scale: the factor. **kwargs: as for ``Layer``.
    """

    def __init__(self, scale: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scale = scale

    def call(self, inputs: Any) -> Any:
        """The sum."""
        return inputs[0] + inputs[1] * self.scale

    def compute_output_shape(self, input_shape: Any) -> Any:
        """That of the first input."""
        return input_shape[0]

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {**super().get_config(), "scale": self.scale}


get_custom_objects().setdefault("CustomScaleLayer", CustomScaleLayer)


def _residual(x: Any, kind: str, number: int, scale: float, relu: bool = True) -> Any:
    """Branches whose sum, scaled, is added to the inputs."""
    if kind == "block35":
        parts = [_conv(x, 32, 1), _chain(x, (32, 1), (32, 3)),
                 _chain(x, (32, 1), (48, 3), (64, 3))]  # fmt: skip
    elif kind == "block17":
        parts = [_conv(x, 192, 1), _chain(x, (128, 1), (160, (1, 7)), (192, (7, 1)))]
    else:
        parts = [_conv(x, 192, 1), _chain(x, (192, 1), (224, (1, 3)), (256, (3, 1)))]
    name = f"{kind}_{number}"
    mixed = _joined(parts, name + "_mixed")
    channels = K.int_shape(x)[common.channel_axis()]
    up = Conv2D(channels, 1, padding="same", name=name + "_conv")(mixed)
    x = CustomScaleLayer(scale, name=name)([x, up])
    return Activation("relu", name=name + "_ac")(x) if relu else x


def InceptionResNetV2(include_top: bool = True, weights: Any = "imagenet",  # noqa: N802
                      input_tensor: Any = None, input_shape: Any = None,
                      pooling: str | None = None, classes: int = 1000,
                      **kwargs: Any) -> Any:  # fmt: skip
    """InceptionResNetV2; for the arguments see ``InceptionV3``."""
    common.check_weights(weights, include_top, classes)
    shape = common.checked_shape(input_shape, 299, 75, include_top, weights)
    image = common.image_input(input_tensor, shape)
    x = _stem(image)
    parts = [_conv(x, 96, 1), _chain(x, (48, 1), (64, 5)), _chain(x, (64, 1), (96, 3), (96, 3)),
             _pooled(x, 64)]  # fmt: skip
    x = _joined(parts, "mixed_5b")
    for number in range(1, 11):
        x = _residual(x, "block35", number, 0.17)
    parts = [_chain(x, (384, 3, 2)), _chain(x, (256, 1), (256, 3), (384, 3, 2)),
             MaxPooling2D(3, strides=2)(x)]  # fmt: skip
    x = _joined(parts, "mixed_6a")
    for number in range(1, 21):
        x = _residual(x, "block17", number, 0.1)
    parts = [_chain(x, (256, 1), (384, 3, 2)), _chain(x, (256, 1), (288, 3, 2)),
             _chain(x, (256, 1), (288, 3), (320, 3, 2)), MaxPooling2D(3, strides=2)(x)]  # fmt: skip
    x = _joined(parts, "mixed_7a")
    for number in range(1, 10):
        x = _residual(x, "block8", number, 0.2)
    x = _residual(x, "block8", 10, 1.0, relu=False)
    x = _conv(x, 1536, 1, name="conv_7b")
    x = common.head(x, include_top, pooling, classes)
    return common.finished(image, x, "inception_resnet_v2", input_tensor, weights, include_top)
