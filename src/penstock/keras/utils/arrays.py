"""``to_categorical`` and ``normalize``."""

from __future__ import annotations

from typing import Any

import numpy as np


def to_categorical(y: Any, num_classes: int | None = None, dtype: Any = "float32") -> np.ndarray:
    """Class numbers as one-hot rows.

    Args:
        y: integers from 0. num_classes: how many classes; found from ``y`` when left out.
        dtype: the type of the result.

    Returns:
        ``y``'s shape (without a last axis of size 1), and ``num_classes``.
    """
    numbers = np.array(y, dtype="int")
    shape = numbers.shape
    if shape and shape[-1] == 1 and len(shape) > 1:
        shape = shape[:-1]
    flat = numbers.ravel()
    if not num_classes:
        num_classes = int(np.max(flat)) + 1
    found = np.zeros((flat.shape[0], num_classes), dtype=dtype)
    found[np.arange(flat.shape[0]), flat] = 1
    return found.reshape((*shape, num_classes))


def normalize(x: Any, axis: int = -1, order: int = 2) -> np.ndarray:
    """Scaled to norm 1 along an axis; zeros stay."""
    norms = np.atleast_1d(np.linalg.norm(x, order, axis))
    norms[norms == 0] = 1
    return x / np.expand_dims(norms, axis)


def convert_kernel(kernel: np.ndarray) -> np.ndarray:
    """A convolution kernel turned round in space, as Theano's differ from TensorFlow's."""
    kernel = np.asarray(kernel)
    if not 3 <= kernel.ndim <= 5:
        raise ValueError("Invalid kernel shape:", kernel.shape)
    slices = [slice(None, None, -1)] * kernel.ndim
    slices[-2:] = [slice(None), slice(None)]
    return np.copy(kernel[tuple(slices)])
