"""Preparing images for the architectures, and naming ImageNet's classes."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from penstock.keras import backend as K
from penstock.keras.utils.files import checksum_check, fetch_file

CLASS_INDEX_URLS = [
    "https://storage.googleapis.com/download.tensorflow.org/data/imagenet_class_index.json",
    "https://s3.amazonaws.com/deep-learning-models/image-models/imagenet_class_index.json",
]
CLASS_INDEX_CHECKSUM = "c2c37ea517e94d9795004a39431a14cb"
_classes: dict[str, list[str]] = {}

# What is subtracted and divided by, per channel, in the order in which the channels are then.
_MODES: dict[str, tuple[float, tuple[float, ...], tuple[float, ...]]] = {
    "tf": (127.5, (1.0, 1.0, 1.0), (1.0, 1.0, 1.0)),
    "torch": (255.0, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    "caffe": (1.0, (103.939, 116.779, 123.68), (1.0, 1.0, 1.0)),
}


def preprocess_input(x: Any, data_format: str | None = None, mode: str = "caffe",
                     **kwargs: Any) -> Any:  # fmt: skip
    """Scales images of values 0 to 255 as a model was trained with them.

    Args:
        x: an array (float arrays are changed in place) or tensor of rank 3 or 4, RGB.
        data_format: where channels are; Keras's setting by default.
        mode: ``'caffe'`` (BGR, less ImageNet's mean), ``'tf'`` (-1 to 1) or ``'torch'`` (0 to 1,
            less ImageNet's mean, by its deviation).
        **kwargs: accepted as in Keras.

    Raises:
        ValueError: for another layout or mode.
    """
    data_format = data_format or K.image_data_format()
    if data_format not in ("channels_first", "channels_last"):
        raise ValueError(f"Unknown data_format {data_format}")
    if mode not in _MODES:
        raise ValueError(f"Unknown mode {mode}; there are: {', '.join(_MODES)}")
    factor, mean, deviation = _MODES[mode]
    rank = x.ndim if isinstance(x, np.ndarray) else K.ndim(x)
    axis = -1 if data_format == "channels_last" else rank - 3
    sizes = [1] * rank
    sizes[axis] = 3
    if isinstance(x, np.ndarray):
        if not np.issubdtype(x.dtype, np.floating):
            x = x.astype(K.floatx())
        if mode == "caffe":
            x = np.flip(x, axis)
        x /= factor
        x -= np.reshape(np.asarray(mean, x.dtype), sizes)
        x /= np.reshape(np.asarray(deviation, x.dtype), sizes)
        return x
    if mode == "caffe":
        x = K.reverse(x, axis % rank)
    x = x / factor - np.reshape(np.asarray(mean, K.dtype(x)), sizes)
    return x if mode != "torch" else x / np.reshape(np.asarray(deviation, K.dtype(x)), sizes)


def decode_predictions(preds: Any, top: int = 5, **kwargs: Any) -> list[list[tuple[Any, ...]]]:
    """The likeliest classes of each prediction.

    Args:
        preds: ``[count, 1000]``. top: how many. **kwargs: accepted as in Keras.

    Returns:
        For each prediction a list of (WordNet number, name, probability), the likeliest first.

    Raises:
        ValueError: for another shape.
        DownloadError: when the names aren't there and can't be downloaded.
    """
    if len(preds.shape) != 2 or preds.shape[1] != 1000:
        raise ValueError(
            "`decode_predictions` expects a batch of predictions (i.e. a 2D array of shape "
            f"(samples, 1000)). Found array with shape: {preds.shape}"
        )
    if not _classes:
        check = checksum_check(CLASS_INDEX_CHECKSUM)
        path = fetch_file("imagenet_class_index.json", CLASS_INDEX_URLS, check, "models")
        with open(path) as file:
            _classes.update(json.load(file))
    found = []
    for row in preds:
        order = np.argsort(row)[-top:][::-1]
        found.append([(*_classes[str(number)], row[number]) for number in order])
    return found
