"""Fashion-MNIST: 70,000 pictures of clothes, 28 x 28 pixels (Xiao, Rasul and Vollgraf, 2017)."""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Callable

import numpy as np

from penstock.data.files import content_md5
from penstock.keras.datasets.stored import mirrors
from penstock.keras.utils.files import fetch_file

OTHER_MIRRORS = (
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
)
# MD5 of the uncompressed content.
CHECKSUMS = {
    "train-labels-idx1-ubyte.gz": "9018921c3c673c538a1fc5bad174d6f9",
    "train-images-idx3-ubyte.gz": "f4a8712d7a061bf5bd6d2ca38dc4d50a",
    "t10k-labels-idx1-ubyte.gz": "15d484375f8d13e6eb1aabb0c3f46965",
    "t10k-images-idx3-ubyte.gz": "8181f5470baa50b63fa0f6fddb340f0a",
}
CLASS_NAMES = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt",
               "Sneaker", "Bag", "Ankle boot")  # fmt: skip

Pair = tuple[np.ndarray, np.ndarray]


def _check(name: str) -> Callable[[str], str | None]:
    def check(path: str) -> str | None:
        try:
            found = content_md5(path)
        except (OSError, EOFError, zlib.error) as error:
            return f"it is damaged: {error}"
        wanted = CHECKSUMS[name]
        return None if found == wanted else f"the MD5 of its content is {found}, not {wanted}"

    return check


def _content(path: str, header: int) -> np.ndarray:
    with open(path, "rb") as file:
        data = file.read()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    return np.frombuffer(data, np.uint8, offset=header)


def load_data(path: str | None = None) -> tuple[Pair, Pair]:
    """Loads Fashion-MNIST.

    Args:
        path: a folder that holds the four files, instead of ``~/.keras/datasets/fashion-mnist``.

    Returns:
        ``(x_train, y_train), (x_test, y_test)``: uint8 images ``[60000, 28, 28]`` and
        ``[10000, 28, 28]``, uint8 labels 0 to 9 (T-shirt/top, Trouser, Pullover, Dress, Coat,
        Sandal, Shirt, Sneaker, Bag, Ankle boot).

    Raises:
        DownloadError: a file isn't there and can't be downloaded.
    """
    arrays = []
    for name in CHECKSUMS:
        place = name if path is None else os.path.join(os.path.abspath(path), name)
        urls = mirrors(name, *(mirror + name for mirror in OTHER_MIRRORS))
        folder = os.path.join("datasets", "fashion-mnist")
        found = fetch_file(place, urls, _check(name), folder)
        arrays.append(_content(found, 16 if "images" in name else 8))
    y_train, x_train, y_test, x_test = arrays
    return (
        (x_train.reshape(len(y_train), 28, 28), y_train),
        (x_test.reshape(len(y_test), 28, 28), y_test),
    )
