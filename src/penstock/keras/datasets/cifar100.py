"""CIFAR-100: 60,000 colour pictures of 32 x 32 pixels in 100 classes (Krizhevsky, 2009)."""

from __future__ import annotations

import os

import numpy as np

from penstock.keras.datasets.cifar import batches_folder, load_batch, oriented

URLS = ["https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz"]
# MD5 of the unpacked files.
CHECKSUMS = {
    "train": "16019d7e3df5f24257cddd939b257f8d",
    "test": "f0ef6b0ae62326f3e7ffdfab6717acfc",
}

Pair = tuple[np.ndarray, np.ndarray]


def load_data(label_mode: str = "fine", path: str = "cifar-100-python") -> tuple[Pair, Pair]:
    """Loads CIFAR-100.

    Args:
        label_mode: ``'fine'`` for 100 classes, ``'coarse'`` for 20.
        path: the folder's name in ``~/.keras/datasets``, or an absolute path of the unpacked files.

    Returns:
        ``(x_train, y_train), (x_test, y_test)``, shaped as for CIFAR-10.

    Raises:
        ValueError: for another ``label_mode``.
        DownloadError: the files aren't there and can't be downloaded.
    """
    if label_mode not in ("fine", "coarse"):
        raise ValueError(
            f'`label_mode` must be one of `"fine"`, `"coarse"`. Received: {label_mode}'
        )
    folder = batches_folder(path, CHECKSUMS, URLS)
    pairs = []
    for name in ("train", "test"):
        images, labels = load_batch(os.path.join(folder, name), label_mode + "_labels")
        pairs.append((oriented(images), np.reshape(labels, (-1, 1))))
    return pairs[0], pairs[1]
