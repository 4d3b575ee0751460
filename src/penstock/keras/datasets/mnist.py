"""MNIST: 70,000 handwritten digits of 28 x 28 pixels (LeCun, Cortes and Burges)."""

from __future__ import annotations

import numpy as np

from penstock.keras.datasets.stored import content_check, load_npz, mirrors
from penstock.keras.utils.files import fetch_file

NAMES = ("x_train", "y_train", "x_test", "y_test")
URLS = mirrors("mnist.npz", "https://s3.amazonaws.com/img-datasets/mnist.npz")
# MD5 of the four arrays' bytes, one after another.
CONTENT = "bd3808b2414328cf71cc2764408ae4c5"

Pair = tuple[np.ndarray, np.ndarray]


def load_data(path: str = "mnist.npz") -> tuple[Pair, Pair]:
    """Loads MNIST.

    Args:
        path: the file's name in ``~/.keras/datasets``, or an absolute path.

    Returns:
        ``(x_train, y_train), (x_test, y_test)``: uint8 images ``[60000, 28, 28]`` and
        ``[10000, 28, 28]``, uint8 labels 0 to 9.

    Raises:
        DownloadError: the file isn't there and can't be downloaded.
    """
    found = fetch_file(path, URLS, content_check(NAMES, CONTENT))
    x_train, y_train, x_test, y_test = load_npz(found, NAMES)
    return (x_train, y_train), (x_test, y_test)
