"""``keras.utils.HDF5Matrix``: a dataset of an HDF5 file in place of an array."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import h5py
import numpy as np

from penstock.keras.utils.arrays import convert_kernel


class HDF5Matrix:
    """Rows of a dataset, read when they are asked for.

    Args:
        datapath: the file. dataset: the dataset's name.
        start: the first row. end: the row after the last.
        normalizer: a function of what is read.
    """

    refs: dict[str, Any] = {}

    def __init__(self, datapath: str, dataset: str, start: int = 0, end: int | None = None,
                 normalizer: Callable[[Any], Any] | None = None) -> None:  # fmt: skip
        file = self.refs.get(datapath)
        if not file:
            file = self.refs[datapath] = h5py.File(datapath, "r")
        self.data = file[dataset]
        self.start = start
        self.end = self.data.shape[0] if end is None else end
        self.normalizer = normalizer

    def __len__(self) -> int:
        return self.end - self.start

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):
            first, last, step = key.indices(len(self))
            if step < 0:
                chosen: Any = np.arange(first, last, step)
                return self[chosen]
            found = self.data[first + self.start : last + self.start : step]
        elif isinstance(key, (int, np.integer)):
            if not -len(self) <= key < len(self):
                raise IndexError(f"Row {key} of {len(self)}")
            found = self.data[int(key) % len(self) + self.start]
        elif isinstance(key, (np.ndarray, list)):
            rows = np.asarray(key)
            if rows.size and (rows.max() >= len(self) or rows.min() < 0):
                raise IndexError(f"Rows {rows.min()} to {rows.max()} of {len(self)}")
            # h5py wants rows in order and each once.
            distinct, places = np.unique(rows, return_inverse=True)
            found = self.data[(distinct + self.start).tolist()][places.reshape(rows.shape)]
        else:
            raise IndexError(f"Rows can't be chosen by {key!r}")
        return found if self.normalizer is None else self.normalizer(found)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape."""
        if self.normalizer is None:
            return (len(self), *self.data.shape[1:])
        return (len(self), *np.shape(self[0:1])[1:])

    @property
    def dtype(self) -> Any:
        """The type."""
        return self.data.dtype if self.normalizer is None else self[0:1].dtype

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of elements."""
        return int(np.prod(self.shape))


def convert_all_kernels_in_model(model: Any) -> None:
    """Turns the kernels of all convolutions around, as Theano had them."""
    from penstock.keras import backend as K

    names = ("Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose", "SeparableConv2D", "DepthwiseConv2D")
    for layer in model.layers:
        if type(layer).__name__ in names:
            kernel = getattr(layer, "kernel", None)
            if kernel is not None:
                K.set_value(kernel, convert_kernel(K.get_value(kernel)))
