"""The checkpoints that TensorFlow wrote, and the values it wrote into them."""

from __future__ import annotations

import pathlib

import ml_dtypes
import numpy as np

FOLDER = pathlib.Path(__file__).parents[1] / "golden" / "checkpoints"
SUFFIXES_V2 = (".index", ".data-00000-of-00001")


def expected(version: str, case: str) -> dict[str, np.ndarray]:
    """Tensor name -> value."""
    values = {}
    with np.load(FOLDER / version / f"{case}.npz") as stored:
        for key in stored.files:
            name = key.replace("|", "/")
            value = stored[key]
            if value.dtype.kind in "US":
                flat = [bytes.fromhex(text) for text in value.ravel().tolist()]
                value = np.empty(value.shape, object)
                value.ravel()[:] = flat
                if value.ndim == 0:
                    value[()] = flat[0]
            elif "bfloat16" in name:
                value = value.view(ml_dtypes.bfloat16)
            values[name] = value
    return values


def assert_same(actual: np.ndarray, wanted: np.ndarray) -> None:
    """Equal to the bit, with type and shape."""
    assert isinstance(actual, np.ndarray)
    assert actual.dtype == wanted.dtype, (actual.dtype, wanted.dtype)
    assert actual.shape == wanted.shape
    if actual.dtype == object:
        assert actual.ravel().tolist() == wanted.ravel().tolist()
    else:
        assert actual.tobytes() == wanted.tobytes()
