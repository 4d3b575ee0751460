"""Boston housing: 13 figures of 506 suburbs and their prices (Harrison and Rubinfeld, 1978)."""

from __future__ import annotations

import numpy as np

from penstock.keras.datasets.stored import load_npz, mirrors
from penstock.keras.utils.files import checksum_check, fetch_file

URLS = mirrors("boston_housing.npz", "https://s3.amazonaws.com/keras-datasets/boston_housing.npz")
CHECKSUM = "f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5"

Pair = tuple[np.ndarray, np.ndarray]


def load_data(
    path: str = "boston_housing.npz", test_split: float = 0.2, seed: int = 113
) -> tuple[Pair, Pair]:
    """Loads the Boston housing data.

    Args:
        path: the file's name in ``~/.keras/datasets``, or an absolute path.
        test_split: the part that is for testing.
        seed: of the shuffling; NumPy's global generator is seeded with it, as in TensorFlow 1.15.

    Returns:
        ``(x_train, y_train), (x_test, y_test)``: floats ``[count, 13]``, prices in 1000 dollars.

    Raises:
        ValueError: when ``test_split`` isn't at least 0 and below 1.
        DownloadError: the file isn't there and can't be downloaded.
    """
    if not 0 <= test_split < 1:
        raise ValueError(f"`test_split` must be at least 0 and below 1. Received: {test_split}")
    x, y = load_npz(fetch_file(path, URLS, checksum_check(CHECKSUM)), ("x", "y"))
    np.random.seed(seed)
    order = np.arange(len(x))
    np.random.shuffle(order)
    x, y = x[order], y[order]
    count = int(len(x) * (1 - test_split))
    return (x[:count], y[:count]), (x[count:], y[count:])
