"""What the architectures share: inputs, heads and weights."""

from __future__ import annotations

import os
import warnings
from typing import Any

from penstock.keras import backend as K
from penstock.keras.engine.input_layer import Input
from penstock.keras.engine.node import get_source_inputs
from penstock.keras.engine.training import Model
from penstock.keras.layers.core import Dense
from penstock.keras.layers.pooling import GlobalAveragePooling2D, GlobalMaxPooling2D
from penstock.keras.utils.files import checksum_check, fetch_file

# Addresses of the files of weights on ImageNet, and their MD5 with and without the top.
_LEARNING = "https://github.com/fchollet/deep-learning-models/releases/download/"
_APPLICATIONS = "https://github.com/keras-team/keras-applications/releases/download/"
_GOOGLE = "https://storage.googleapis.com/tensorflow/keras-applications/"
_FILE = "{name}_weights_tf_dim_ordering_tf_kernels{notop}.h5"
IMAGENET: dict[str, tuple[str, str, str]] = {
    "vgg16": (_LEARNING + "v0.1/", "64373286793e3c8b2b4e3219cbf3544b",
              "6d6bbae143d832006294945121d1f1fc"),
    "vgg19": (_LEARNING + "v0.1/", "cbe5617147190e668d6c5d5026f83318",
              "253f8cb515780f3b799900260a226db6"),
    "resnet50": (_APPLICATIONS + "resnet/", "2cb95161c43110f7111970584f804107",
                 "4d473c1dd8becc155b73f8504c6f6626"),
    "resnet101": (_APPLICATIONS + "resnet/", "f1aeb4b969a6efcfb50fad2f0c20cfc5",
                  "88cf7a10940856eca736dc7b7e228a21"),
    "resnet152": (_APPLICATIONS + "resnet/", "100835be76be38e30d865e96f2aaae62",
                  "ee4c566cf9a93f14d82f913c2dc6dd0c"),
    "resnet50v2": (_APPLICATIONS + "resnet/", "3ef43a0b657b3be2300d5770ece849e0",
                   "fac2f116257151a9d068a22e544a4917"),
    "resnet101v2": (_APPLICATIONS + "resnet/", "6343647c601c52e1368623803854d971",
                    "c0ed64b8031c3730f411d2eb4eea35b5"),
    "resnet152v2": (_APPLICATIONS + "resnet/", "a49b44d1979771252814e80f8ec446f9",
                    "ed17cf2e0169df9d443503ef94b23b33"),
    "inception_v3": (_LEARNING + "v0.5/", "9a0d58056eeedaa3f26cb7ebd46da564",
                     "bcbd6486424b2319ff4ef7d526e38f63"),
    "inception_resnet_v2": (_LEARNING + "v0.7/", "e693bd0210a403b3192acc6073ad2e96",
                            "d19885ff4a710c122648d3b5c3b684e4"),
    "xception": (_LEARNING + "v0.4/", "0a58e3b7378bc2990ea3b43d5981f1f6",
                 "b0042744bf5b25fce3cb969f33bebb97"),
    "densenet121": (_APPLICATIONS + "densenet/", "9d60b8095a5708f2dcce2bca79d332c7",
                    "30ee3e1110167f948a6b9946edeeb738"),
    "densenet169": (_APPLICATIONS + "densenet/", "d699b8f76981ab1b30698df4c175e90b",
                    "b8c4d4c20dd625c148057b9ff1c1176b"),
    "densenet201": (_APPLICATIONS + "densenet/", "1ceb130c1ea1b78c3bf6114dbdfd8807",
                    "c13680b51ded0fb44dff2d8f86ac8bb1"),
}  # fmt: skip


def channel_axis() -> int:
    """The axis of channels: 3, or 1 when Keras is set so."""
    return 3 if K.image_data_format() == "channels_last" else 1


def _sizes(input_shape: Any) -> tuple[Any, Any]:
    """Rows and columns of the shape of an image."""
    return input_shape[:2] if K.image_data_format() == "channels_last" else input_shape[1:]


def checked_shape(input_shape: Any, default_size: int, min_size: int, require_flatten: bool,
                  weights: Any) -> tuple[int | None, ...]:  # fmt: skip
    """The shape of the images of a model.

    Args:
        input_shape: the one that was asked for. default_size: rows and columns by default.
        min_size: the least rows and columns. require_flatten: whether they must be known.
        weights: with ``'imagenet'`` there are 3 channels.

    Raises:
        ValueError: for a shape that the model can't have.
    """
    last = K.image_data_format() == "channels_last"
    channels = 3
    if input_shape is not None:
        input_shape = tuple(input_shape)
        if len(input_shape) != 3:
            raise ValueError("`input_shape` must be a tuple of three integers.")
        channels = input_shape[2 if last else 0]
        if weights == "imagenet" and channels != 3:
            raise ValueError(f"The input must have 3 channels; got `input_shape={input_shape}`")
        if channels not in (1, 3):
            warnings.warn(
                "This model usually expects 1 or 3 input channels. However, it was passed an "
                f"input_shape with {channels} input channels.",
                stacklevel=4,
            )
    size: int | None = default_size
    default = (size, size, channels) if last else (channels, size, size)
    if weights == "imagenet" and require_flatten:
        if input_shape is not None and input_shape != default:
            raise ValueError(
                "When setting `include_top=True` and loading `imagenet` weights, `input_shape` "
                f"should be {default}."
            )
        return default
    if input_shape is None:
        if require_flatten:
            return default
        return (None, None, 3) if last else (3, None, None)
    if any(size is not None and size < min_size for size in _sizes(input_shape)):
        raise ValueError(
            f"Input size must be at least {min_size}x{min_size}; got `input_shape={input_shape}`"
        )
    if require_flatten and None in input_shape:
        raise ValueError(
            "If `include_top` is True, you should specify a static `input_shape`. Got "
            f"`input_shape={input_shape}`"
        )
    return input_shape


def check_weights(weights: Any, include_top: bool, classes: int) -> None:
    """Raises unless ``weights`` is ``None``, ``'imagenet'`` or a file."""
    if not (weights in ("imagenet", None) or os.path.exists(weights)):
        raise ValueError(
            "The `weights` argument should be either `None` (random initialization), `imagenet` "
            "(pre-training on ImageNet), or the path to the weights file to be loaded. Received: "
            f"{weights}"
        )
    if weights == "imagenet" and include_top and classes != 1000:
        raise ValueError(
            'If using `weights` as `"imagenet"` with `include_top` as true, `classes` should be '
            "1000"
        )


def image_input(input_tensor: Any, shape: Any) -> Any:
    """The tensor of images."""
    if input_tensor is None:
        return Input(shape=shape)
    if hasattr(input_tensor, "_keras_history"):
        return input_tensor
    return Input(tensor=input_tensor, shape=shape)


def head(x: Any, include_top: bool, pooling: str | None, classes: int,
         pool_name: str | None = "avg_pool", dense_name: str = "predictions",
         max_name: str | None = None, avg_name: str | None = None) -> Any:  # fmt: skip
    """The classifier, or the pooling that was asked for."""
    if include_top:
        x = GlobalAveragePooling2D(name=pool_name)(x)
        return Dense(classes, activation="softmax", name=dense_name)(x)
    if pooling == "avg":
        return GlobalAveragePooling2D(name=avg_name)(x)
    if pooling == "max":
        return GlobalMaxPooling2D(name=max_name)(x)
    return x


def finished(image: Any, x: Any, name: str, input_tensor: Any, weights: Any, include_top: bool,
             files: tuple[str, list[str], str | None] | None = None) -> Any:  # fmt: skip
    """The model, with its weights.

    Args:
        image: the tensor of images. x: the outputs. name: the model's name.
        input_tensor: what the caller gave for ``image``.
        weights: ``None``, ``'imagenet'`` or a file. include_top: whether there is a classifier.
        files: the name, addresses and MD5 of ImageNet's file when it isn't in ``IMAGENET``.
    """
    inputs = image if input_tensor is None else get_source_inputs(input_tensor)
    model = Model(inputs, x, name=name)
    if weights == "imagenet":
        model.load_weights(_imagenet_file(name, include_top, files))
    elif weights is not None:
        model.load_weights(weights)
    return model


def _imagenet_file(name: str, include_top: bool, files: Any) -> str:
    if files is not None:
        file, urls, checksum = files
    else:
        folder, with_top, without = IMAGENET[name]
        file = _FILE.format(name=name, notop="" if include_top else "_notop")
        urls = [folder + file, f"{_GOOGLE}{name.split('v2')[0]}/{file}"]
        checksum = with_top if include_top else without
    return fetch_file(file, urls, checksum_check(checksum) if checksum else None, "models")


def odd_padding(x: Any, kernel: int | tuple[int, int]) -> tuple[tuple[int, int], tuple[int, int]]:
    """The zeros around with which a strided ``'valid'`` window covers what ``'same'`` does."""
    window = (kernel, kernel) if isinstance(kernel, int) else kernel
    sizes = _sizes(K.int_shape(x)[1:])
    less = (1, 1) if sizes[0] is None else (1 - sizes[0] % 2, 1 - sizes[1] % 2)
    half = (window[0] // 2, window[1] // 2)
    return (half[0] - less[0], half[0]), (half[1] - less[1], half[1])
