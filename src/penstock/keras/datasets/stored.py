"""Reading what the data sets are stored in, without running code from the files."""

from __future__ import annotations

import hashlib
import io
import pickle
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.lib import format as npy

_GOOGLE = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"


def mirrors(name: str, *others: str) -> list[str]:
    """The address of a file that Keras's own loaders use, then other ones."""
    return [_GOOGLE + name, *others]


def _reconstruct(subtype: Any, shape: Any, dtype: Any) -> Any:
    return np.ndarray.__new__(subtype, shape, dtype)


def _encode(text: str, encoding: str = "utf-8", errors: str = "strict") -> bytes:
    return text.encode(encoding, errors)


_ALLOWED: dict[tuple[str, str], Any] = {
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    ("numpy.core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy._core.multiarray", "_reconstruct"): _reconstruct,
    ("_codecs", "encode"): _encode,
}


class _ArrayUnpickler(pickle.Unpickler):
    """Makes arrays and Python's plain values, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        try:
            return _ALLOWED[module, name]
        except KeyError:
            raise pickle.UnpicklingError(
                f"the file asks for {module}.{name}; only arrays, lists, numbers and texts are read"
            ) from None


def unpickle(file: Any, encoding: str = "ASCII") -> Any:
    """The plain values and arrays in a pickle.

    Raises:
        ValueError: the pickle is damaged or holds other objects.
    """
    try:
        return _ArrayUnpickler(file, encoding=encoding).load()
    except (pickle.UnpicklingError, EOFError, IndexError, UnicodeDecodeError) as error:
        name = getattr(file, "name", "The pickle")
        raise ValueError(f"{name} can't be read: {error}") from error


def load_npz(path: str, names: Sequence[str]) -> list[np.ndarray]:
    """Arrays of an ``.npz`` file, those of lists too.

    Raises:
        ValueError: it isn't such a file or lacks one of the arrays.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            present = set(archive.namelist())
            missing = [n for n in names if n + ".npy" not in present]
            if missing:
                raise ValueError(
                    f"{path} has no array {missing[0]!r}; it holds "
                    f"{', '.join(sorted(n.removesuffix('.npy') for n in present))}."
                )
            return [_read_array(archive.read(n + ".npy")) for n in names]
    except zipfile.BadZipFile as error:
        raise ValueError(
            f"{path} is not an .npz archive ({error}). Delete it, so that it is downloaded again."
        ) from error


def _read_array(data: bytes) -> np.ndarray:
    file = io.BytesIO(data)
    version = npy.read_magic(file)
    read_header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    shape, fortran, dtype = read_header(file)
    if not dtype.hasobject:
        file.seek(0)
        return npy.read_array(file, allow_pickle=False)
    array = unpickle(file)
    if not isinstance(array, np.ndarray):
        made = np.empty(shape, dtype=object)
        made[...] = array
        return made
    return array.reshape(shape, order="F" if fortran else "C")


def content_check(names: Sequence[str], wanted: str) -> Callable[[str], str | None]:
    """A check of an ``.npz`` file by the MD5 of its arrays' bytes, however it is compressed."""

    def check(path: str) -> str | None:
        digest = hashlib.md5(usedforsecurity=False)
        try:
            for array in load_npz(path, names):
                digest.update(np.ascontiguousarray(array).tobytes())
        except (ValueError, OSError) as error:
            return str(error)
        if digest.hexdigest() == wanted:
            return None
        return f"the MD5 of its content is {digest.hexdigest()}, not {wanted}"

    return check


def ragged(rows: Sequence[Any]) -> np.ndarray:
    """An array of lists."""
    made = np.empty(len(rows), dtype=object)
    for i, row in enumerate(rows):
        made[i] = row
    return made
