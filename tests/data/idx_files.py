"""Tiny MNIST folders for tests; plain NumPy, so that TensorFlow's interpreters can use it."""

import gzip
import os
import struct

import numpy as np

TRAIN, TEST, ROWS, COLUMNS = 61, 20, 4, 3
NAMES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)


def images(count):
    pixels = np.arange(count * ROWS * COLUMNS) * 37 % 256
    return pixels.astype(np.uint8).reshape(count, ROWS, COLUMNS)


def labels(count):
    return (np.arange(count) * 7 % 10).astype(np.uint8)


def contents():
    """File name -> uncompressed bytes."""
    result = {}
    for name, count in zip(NAMES, (TRAIN, TRAIN, TEST, TEST)):
        if "images" in name:
            head = struct.pack(">IIII", 2051, count, ROWS, COLUMNS)
            result[name] = head + images(count).tobytes()
        else:
            result[name] = struct.pack(">II", 2049, count) + labels(count).tobytes()
    return result


def write(folder, compressed=True):
    os.makedirs(str(folder), exist_ok=True)
    for name, content in contents().items():
        path = os.path.join(str(folder), name + (".gz" if compressed else ""))
        with gzip.open(path, "wb") if compressed else open(path, "wb") as file:
            file.write(content)
