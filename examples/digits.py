"""Handwritten digits for the examples: MNIST, or the small ones that scikit-learn carries."""

from __future__ import annotations

import os
from typing import NamedTuple

import numpy as np

from penstock.data.mnist import DataSet, read_data_sets


class Digits(NamedTuple):
    """Training and test images, and how large an image is."""

    name: str
    size: int
    train: DataSet
    test: DataSet


def mnist(folder: str) -> Digits:
    """MNIST from ``folder``, downloaded into it if need be."""
    data = read_data_sets(folder, one_hot=True)
    return Digits("MNIST (55,000 images of 28x28)", 28, data.train, data.test)


def small_digits() -> Digits:
    """The digits that scikit-learn carries, a fifth of them for testing."""
    from sklearn.datasets import load_digits

    data = load_digits()
    images = (data.images / 16.0 * 255.0).astype(np.uint8)[..., np.newaxis]
    labels = np.eye(10, dtype=np.float32)[data.target]
    order = np.random.RandomState(0).permutation(len(images))
    train, test = order[: len(order) * 4 // 5], order[len(order) * 4 // 5 :]
    return Digits(
        "scikit-learn's digits (1,437 images of 8x8)",
        8,
        DataSet(images[train], labels[train]),
        DataSet(images[test], labels[test]),
    )


def find_digits(folder: str) -> Digits:
    """MNIST if it can be had, else the small digits.

    Args:
        folder: where MNIST's four files are or shall be; ``"small"`` asks for the small digits.
    """
    if folder == "small":
        return small_digits()
    for place in (os.environ.get("MNIST_DATA"), folder):
        if place and os.path.isdir(place):
            return mnist(place)
    try:
        return mnist(folder)
    except OSError as error:
        print(f"MNIST isn't here and can't be downloaded ({str(error).splitlines()[0]})")
        return small_digits()
