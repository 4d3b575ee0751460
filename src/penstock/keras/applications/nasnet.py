"""NASNet-A (Zoph et al., 2018)."""

from __future__ import annotations

from typing import Any

from penstock.keras import backend as K
from penstock.keras.applications import common, imagenet_utils
from penstock.keras.applications.imagenet_utils import decode_predictions as decode_predictions
from penstock.keras.layers.convolutional import Conv2D
from penstock.keras.layers.convolutional_separable import SeparableConv2D
from penstock.keras.layers.core import Activation
from penstock.keras.layers.merge import Add, Concatenate
from penstock.keras.layers.normalization import BatchNormalization
from penstock.keras.layers.pooling import AveragePooling2D, MaxPooling2D
from penstock.keras.layers.reshaping_spatial import Cropping2D, ZeroPadding2D

_RELEASES = "https://github.com/titu1994/Keras-NASNet/releases/download/v1.2/"


def preprocess_input(x: Any, **kwargs: Any) -> Any:
    """Scales images to -1 to 1."""
    return imagenet_utils.preprocess_input(x, mode="tf", **kwargs)


def _normed(x: Any, name: str) -> Any:
    axis = common.channel_axis()
    return BatchNormalization(axis=axis, momentum=0.9997, epsilon=1e-3, name=name)(x)


def _conv(x: Any, filters: int, name: str) -> Any:
    return Conv2D(filters, 1, padding="same", use_bias=False, kernel_initializer="he_normal",
                  name=name)(x)  # fmt: skip


def _separable(x: Any, filters: int, kernel: int, name: str, stride: int = 1) -> Any:
    """Two separable convolutions, the first with the stride."""
    x = Activation("relu")(x)
    padding = "same"
    if stride == 2:
        x = ZeroPadding2D(common.odd_padding(x, kernel), name=f"separable_conv_1_pad_{name}")(x)
        padding = "valid"
    for i in (1, 2):
        if i == 2:
            x = Activation("relu")(x)
        x = SeparableConv2D(
            filters, kernel, strides=stride if i == 1 else 1,
            padding=padding if i == 1 else "same", use_bias=False,
            kernel_initializer="he_normal", name=f"separable_conv_{i}_{name}",
        )(x)  # fmt: skip
        x = _normed(x, f"separable_conv_{i}_bn_{name}")
    return x


def _adjusted(before: Any, x: Any, filters: int, name: str) -> Any:
    """The cell before the last one, in the size and with the channels of this one."""
    if before is None:
        return x
    axis = common.channel_axis()
    row = 1 if axis == 3 else 2
    if K.int_shape(before)[row + 1] != K.int_shape(x)[row + 1]:
        before = Activation("relu", name=f"adjust_relu_1_{name}")(before)
        first = AveragePooling2D(1, strides=2, name=f"adjust_avg_pool_1_{name}")(before)
        first = _conv(first, filters // 2, f"adjust_conv_1_{name}")
        # The second path takes the pixels between.
        second = ZeroPadding2D(((0, 1), (0, 1)))(before)
        second = Cropping2D(((1, 0), (1, 0)))(second)
        second = AveragePooling2D(1, strides=2, name=f"adjust_avg_pool_2_{name}")(second)
        second = _conv(second, filters // 2, f"adjust_conv_2_{name}")
        return _normed(Concatenate(axis=axis)([first, second]), f"adjust_bn_{name}")
    if K.int_shape(before)[axis] != filters:
        before = Activation("relu")(before)
        before = _conv(before, filters, f"adjust_conv_projection_{name}")
        return _normed(before, f"adjust_bn_{name}")
    return before


def _squeezed(x: Any, filters: int, kind: str, name: str) -> Any:
    x = _conv(Activation("relu")(x), filters, f"{kind}_conv_1_{name}")
    return _normed(x, f"{kind}_bn_1_{name}")


def _normal(x: Any, before: Any, filters: int, name: str) -> tuple[Any, Any]:
    p = _adjusted(before, x, filters, name)
    h = _squeezed(x, filters, "normal", name)

    def pool(t: Any, place: str) -> Any:
        return AveragePooling2D(3, strides=1, padding="same", name=f"normal_{place}_{name}")(t)

    def add(number: int, first: Any, second: Any) -> Any:
        return Add(name=f"normal_add_{number}_{name}")([first, second])

    x1 = add(1, _separable(h, filters, 5, f"normal_left1_{name}"),
             _separable(p, filters, 3, f"normal_right1_{name}"))  # fmt: skip
    x2 = add(2, _separable(p, filters, 5, f"normal_left2_{name}"),
             _separable(p, filters, 3, f"normal_right2_{name}"))  # fmt: skip
    x3 = add(3, pool(h, "left3"), p)
    x4 = add(4, pool(p, "left4"), pool(p, "right4"))
    x5 = add(5, _separable(h, filters, 3, f"normal_left5_{name}"), h)
    joined = Concatenate(axis=common.channel_axis(), name=f"normal_concat_{name}")
    return joined([p, x1, x2, x3, x4, x5]), x


def _reduction(x: Any, before: Any, filters: int, name: str) -> tuple[Any, Any]:
    p = _adjusted(before, x, filters, name)
    h = _squeezed(x, filters, "reduction", name)
    padded = ZeroPadding2D(common.odd_padding(h, 3), name=f"reduction_pad_1_{name}")(h)
    x1 = Add(name=f"reduction_add_1_{name}")([
        _separable(h, filters, 5, f"reduction_left1_{name}", 2),
        _separable(p, filters, 7, f"reduction_right1_{name}", 2),
    ])  # fmt: skip
    x2 = Add(name=f"reduction_add_2_{name}")([
        MaxPooling2D(3, strides=2, name=f"reduction_left2_{name}")(padded),
        _separable(p, filters, 7, f"reduction_right2_{name}", 2),
    ])  # fmt: skip
    x3 = Add(name=f"reduction_add3_{name}")([
        AveragePooling2D(3, strides=2, name=f"reduction_left3_{name}")(padded),
        _separable(p, filters, 5, f"reduction_right3_{name}", 2),
    ])  # fmt: skip
    x4 = AveragePooling2D(3, strides=1, padding="same", name=f"reduction_left4_{name}")(x1)
    x4 = Add()([x2, x4])
    x5 = Add(name=f"reduction_add4_{name}")([
        _separable(x1, filters, 3, f"reduction_left4_{name}"),
        MaxPooling2D(3, strides=2, name=f"reduction_right5_{name}")(padded),
    ])  # fmt: skip
    joined = Concatenate(axis=common.channel_axis(), name=f"reduction_concat_{name}")
    return joined([x2, x3, x4, x5]), x


def _nasnet(last: int, count: int, stem: int, skip: bool, size: int, files: Any,
            input_shape: Any, include_top: bool, weights: Any, input_tensor: Any,
            pooling: str | None, classes: int) -> Any:  # fmt: skip
    common.check_weights(weights, include_top, classes)
    if weights == "imagenet" and input_shape is not None and None in tuple(input_shape):
        raise ValueError(
            "When specifying the input shape of a NASNet and loading `ImageNet` weights, the "
            f"input_shape argument must be static (no None entries). Got: {input_shape}"
        )
    if K.image_data_format() != "channels_last":
        raise ValueError(
            "The NASNet family of models is only available for the input data format "
            '"channels_last": call keras.backend.set_image_data_format("channels_last").'
        )
    shape = common.checked_shape(input_shape, size, 32, True, weights)
    image = common.image_input(input_tensor, shape)
    filters = last // 24
    x = Conv2D(stem, 3, strides=2, use_bias=False, kernel_initializer="he_normal",
               name="stem_conv1")(image)  # fmt: skip
    x = _normed(x, "stem_bn1")
    p: Any = None
    x, p = _reduction(x, p, filters // 4, "stem_1")
    x, p = _reduction(x, p, filters // 2, "stem_2")
    for stage in range(3):
        if stage:
            x, earlier = _reduction(x, p, filters * 2**stage, f"reduce_{stage * count}")
            p = p if skip else earlier
        for i in range(count):
            number = stage * count + i + (1 if stage else 0)
            x, p = _normal(x, p, filters * 2**stage, str(number))
    x = Activation("relu")(x)
    x = common.head(x, include_top, pooling, classes, pool_name=None)
    name, with_top, without = files
    file = f"nasnet_{name}{'' if include_top else '_no_top'}.h5"
    url = f"{_RELEASES}NASNet-{name}{'' if include_top else '-no-top'}.h5"
    return common.finished(
        image, x, "NASNet", input_tensor, weights, include_top,
        (file, [url], with_top if include_top else without),
    )  # fmt: skip


def NASNetLarge(input_shape: Any = None, include_top: bool = True, weights: Any = "imagenet",  # noqa: N802
                input_tensor: Any = None, pooling: str | None = None, classes: int = 1000,
                **kwargs: Any) -> Any:  # fmt: skip
    """The large NASNet, for images of 331 x 331.

    Args:
        input_shape: the shape of an image. include_top: whether to put the classifier on top.
        weights: ``'imagenet'`` (downloaded), ``None`` (random) or the path of a file.
        input_tensor: a tensor of images to use.
        pooling: without the classifier: ``'avg'``, ``'max'`` or ``None``.
        classes: the number of classes. **kwargs: accepted as in Keras.
    """
    files = ("large", "11577c9a518f0070763c2b964a382f17", "d81d89dc07e6e56530c4e77faddd61b5")
    return _nasnet(4032, 6, 96, True, 331, files, input_shape, include_top, weights,
                   input_tensor, pooling, classes)  # fmt: skip


def NASNetMobile(input_shape: Any = None, include_top: bool = True, weights: Any = "imagenet",  # noqa: N802
                 input_tensor: Any = None, pooling: str | None = None, classes: int = 1000,
                 **kwargs: Any) -> Any:  # fmt: skip
    """The small NASNet, for images of 224 x 224; for the arguments see ``NASNetLarge``."""
    files = ("mobile", "020fb642bf7360b370c678b08e0adf61", "1ed92395b5b598bdda52abe5c0dbfd63")
    return _nasnet(1056, 4, 32, False, 224, files, input_shape, include_top, weights,
                   input_tensor, pooling, classes)  # fmt: skip
