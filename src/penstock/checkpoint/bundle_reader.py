"""Reader of tensor bundles, the second format (V2) of TensorFlow's checkpoints.

A bundle `prefix` is a table `prefix.index`, which describes every tensor, and the tensors'
bytes in `prefix.data-?????-of-?????`. The reader trusts nothing in them: sizes are compared
with the files before memory is asked for, and every byte returned is covered by a checksum
that was verified.
"""

from __future__ import annotations

import functools
import math
import os
from collections.abc import Iterator
from io import BufferedReader
from typing import Any

import numpy as np
from google.protobuf.message import DecodeError

from penstock import protos
from penstock.checkpoint import files
from penstock.checkpoint._coding import get_varint
from penstock.checkpoint._table import TableReader
from penstock.checkpoint.slices import TensorSlice, assemble, is_shape, slice_key
from penstock.graph import dtypes, errors
from penstock.kernels.crc32c import crc32c, mask, unmask

BUNDLE_VERSION = 1
_CHUNK = 4 << 20


def index_path(prefix: str) -> str:
    """The path of a bundle's index."""
    return f"{prefix}.index"


def data_path(prefix: str, shard: int, shards: int) -> str:
    """The path of one of a bundle's data files."""
    return f"{prefix}.data-{shard:05d}-of-{shards:05d}"


class BundleReader:
    """Reads tensors out of a bundle.

    Args:
        prefix: the bundle's path without `.index`.

    Raises:
        NotFoundError: there is no such bundle.
        DataLossError: the index is cut off or altered.
        UnimplementedError: it was written with another byte order.
        InvalidArgumentError: it needs a newer reader.
    """

    def __init__(self, prefix: str | os.PathLike):
        self.prefix = os.fspath(prefix)
        self._index = index_path(self.prefix)
        items = [(key, bytes(value)) for key, value in TableReader(self._index).items()]
        if not items or items[0][0] != b"":
            raise files.corrupt(self._index, "no bundle header")
        self.header = _message(protos.BundleHeaderProto, items[0][1], self._index, "header")
        self._check_header()
        self._entries: dict[str, Any] = {}
        slices: dict[bytes, Any] = {}
        for key, value in items[1:]:
            entry = _message(protos.BundleEntryProto, value, self._index, repr(key))
            if key.startswith(b"\0"):  # the key of a slice, see `slice_key`
                slices[key] = entry
                continue
            try:
                self._entries[key.decode()] = entry
            except UnicodeDecodeError:
                raise files.corrupt(self._index, f"tensor name {key!r} is not UTF-8") from None
        self._slices = slices

    def keys(self) -> list[str]:
        """The names of the tensors, sorted."""
        return list(self._entries)

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def shape(self, name: str) -> tuple[int, ...]:
        """The full shape of a tensor."""
        return self._shape(name, self._entry(name))

    def dtype(self, name: str) -> dtypes.DType:
        """The data type of a tensor."""
        return self._dtype(name, self._entry(name))

    def slices(self, name: str) -> list[TensorSlice]:
        """The slices that a tensor was saved as; none if it was saved whole."""
        entry = self._entry(name)
        try:
            return [TensorSlice.from_proto(proto) for proto in entry.slices]
        except ValueError as error:
            raise self._bad(name, str(error)) from None

    def variable_to_shape_map(self) -> dict[str, list[int]]:
        """Name -> full shape, of every tensor."""
        return {name: list(self.shape(name)) for name in self._entries}

    def variable_to_dtype_map(self) -> dict[str, dtypes.DType]:
        """Name -> data type, of every tensor."""
        return {name: self.dtype(name) for name in self._entries}

    def read(self, name: str) -> np.ndarray:
        """A tensor, whole.

        Args:
            name: what it was saved as.

        Returns:
            A new array; for strings, of `bytes` objects.

        Raises:
            NotFoundError: no such tensor, or its data file is missing.
            DataLossError: its bytes are cut off or altered; the message names file and tensor.
        """
        entry = self._entry(name)
        if entry.slices:
            return self.read_slice(name, TensorSlice.full(len(self._shape(name, entry))))
        return self._read_stored(name, entry)

    def read_slice(self, name: str, spec: Any) -> np.ndarray:
        """A slice of a tensor, however the tensor was cut up when it was saved.

        Args:
            name: what the tensor was saved as.
            spec: a `TensorSlice`, its text (`0,5:-`), or pairs of start and length.

        Returns:
            A new array of the slice's shape.

        Raises:
            NotFoundError: no such tensor, or parts of the slice were never saved.
            InvalidArgumentError: the slice does not fit the tensor.
            DataLossError: bytes are cut off or altered.
        """
        entry = self._entry(name)
        shape = self._shape(name, entry)
        try:
            wanted = TensorSlice.of(spec).resolve(shape)
        except ValueError as error:
            raise errors.InvalidArgumentError(
                None, None, f"tensor {name} of checkpoint {self.prefix}: {error}"
            ) from None
        if not entry.slices:
            whole = self._read_stored(name, entry)
            return whole if wanted.shape() == shape else whole[wanted.selection()].copy()
        return self._assemble(name, entry, shape, wanted)

    def raw_entries(self) -> list[tuple[bytes, Any]]:
        """Key -> `BundleEntryProto` of every tensor and slice, as the index has them."""
        whole = [(name.encode(), entry) for name, entry in self._entries.items()]
        return sorted([*whole, *self._slices.items()], key=lambda item: item[0])

    def _assemble(self, name: str, entry: Any, shape: tuple, wanted: TensorSlice) -> np.ndarray:
        """`wanted` out of the saved slices that overlap it."""
        parts = []
        for saved in self.slices(name):
            part_entry = self._slices.get(slice_key(name, saved))
            if part_entry is None:
                raise self._bad(name, f"slice {saved} is missing from the index")
            try:
                saved = saved.resolve(shape)
            except ValueError as error:
                raise self._bad(name, str(error)) from None
            part_shape = self._shape(name, part_entry)
            if part_shape != saved.shape() or part_entry.dtype != entry.dtype:
                raise self._bad(name, f"slice {saved} is of another shape or type")
            self._check_size(name, part_entry, part_shape)
            parts.append((saved, functools.partial(self._read_stored, name, part_entry)))
        result = assemble(wanted, _numpy_type(self._dtype(name, entry)), parts)
        if result is None:
            raise errors.NotFoundError(
                None, None, f"{self._index}: tensor {name} was not saved in all of {wanted}"
            )
        return result

    def _read_stored(self, name: str, entry: Any) -> np.ndarray:
        """The tensor whose bytes an entry of the index describes."""
        dtype = self._dtype(name, entry)
        shape = self._shape(name, entry)
        path = self._check_size(name, entry, shape)
        with files.open_input(path) as file:
            file.seek(entry.offset)
            if dtype == dtypes.string:
                return self._read_strings(name, entry, shape, file, path)
            result = np.empty(shape, _numpy_type(dtype))
            view = result.reshape(-1).view(np.uint8).data if result.size else memoryview(b"")
            checksum = 0
            for start in range(0, len(view), _CHUNK):
                chunk = view[start : start + _CHUNK]
                if file.readinto(chunk) != len(chunk):
                    raise self._bad(name, f"{path} is cut off", path)
                checksum = crc32c(chunk, checksum)
        self._check_sum(name, entry, checksum, path)
        return result

    def _read_strings(
        self, name: str, entry: Any, shape: tuple, file: BufferedReader, path: str
    ) -> np.ndarray:
        """Strings: their lengths, a checksum of the lengths, their bytes."""
        data = file.read(entry.size)
        if len(data) != entry.size:
            raise self._bad(name, f"{path} is cut off", path)
        lengths = []
        position = 0
        try:
            for _ in range(math.prod(shape)):
                length, position = get_varint(data, position)
                lengths.append(length)
        except ValueError as error:
            raise self._bad(name, f"string lengths: {error}", path) from None
        checksum = lengths_checksum(lengths)
        stored = data[position : position + 4]
        position += 4
        if len(stored) != 4 or unmask(int.from_bytes(stored, "little")) != checksum:
            raise self._bad(name, "the checksum of the string lengths does not match", path)
        if position + sum(lengths) != len(data):
            raise self._bad(name, "the string lengths do not add up", path)
        checksum = crc32c(stored, checksum)
        checksum = crc32c(memoryview(data)[position:], checksum)
        self._check_sum(name, entry, checksum, path)
        result = np.empty(len(lengths), object)
        for number, length in enumerate(lengths):
            result[number] = data[position : position + length]
            position += length
        return result.reshape(shape)

    def _check_header(self) -> None:
        header = self.header
        if header.endianness != protos.BundleHeaderProto.LITTLE:
            raise errors.UnimplementedError(
                None, None, f"{self._index}: written on a machine with another byte order"
            )
        if header.version.min_consumer > BUNDLE_VERSION:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"{self._index}: needs a reader of bundle version "
                f"{header.version.min_consumer}, this one is {BUNDLE_VERSION}",
            )
        if header.num_shards < 1:
            raise files.corrupt(self._index, f"{header.num_shards} data files")

    def _check_size(self, name: str, entry: Any, shape: tuple) -> str:
        """The data file of an entry, after checking that the tensor fits into it."""
        shards = self.header.num_shards
        if not 0 <= entry.shard_id < shards or entry.offset < 0 or entry.size < 0:
            raise self._bad(name, f"bad position {entry.shard_id}, {entry.offset}, {entry.size}")
        path = data_path(self.prefix, entry.shard_id, shards)
        try:
            available = os.stat(path).st_size
        except OSError as error:
            raise files.os_error(error, f"{path} (tensor {name})") from None
        if entry.offset + entry.size > available:
            raise self._bad(
                name,
                f"its bytes would end at {entry.offset + entry.size} of a file of {available}",
                path,
            )
        dtype = self._dtype(name, entry)
        elements = math.prod(shape)
        if dtype == dtypes.string:
            # Each string takes a byte of length at least, all of them a checksum.
            fits = elements + 4 <= entry.size
        else:
            fits = elements * _numpy_type(dtype).itemsize == entry.size
        if not fits:
            raise self._bad(
                name, f"{entry.size} bytes do not hold {dtype.name} of shape {list(shape)}"
            )
        return path

    def _check_sum(self, name: str, entry: Any, checksum: int, path: str) -> None:
        if mask(checksum) != entry.crc32c:
            raise self._bad(name, "its checksum does not match its content", path)

    def _entry(self, name: str) -> Any:
        try:
            return self._entries[name]
        except (KeyError, TypeError):
            raise errors.NotFoundError(
                None, None, f"Key {name} not found in checkpoint {self.prefix}"
            ) from None

    def _shape(self, name: str, entry: Any) -> tuple[int, ...]:
        shape = tuple(dim.size for dim in entry.shape.dim)
        if entry.shape.unknown_rank or not is_shape(shape):
            raise self._bad(name, f"bad shape {list(shape)}")
        return shape

    def _dtype(self, name: str, entry: Any) -> dtypes.DType:
        try:
            dtype = dtypes.as_dtype(entry.dtype)
        except TypeError:
            raise self._bad(name, f"unknown data type {entry.dtype}") from None
        if dtype._is_ref_dtype:
            raise self._bad(name, f"unknown data type {entry.dtype}")
        if dtype in (dtypes.resource, dtypes.variant):
            raise errors.UnimplementedError(
                None, None, f"tensor {name} of {self.prefix} is of type {dtype.name}"
            )
        return dtype

    def _bad(self, name: str, what: str, path: str | None = None) -> errors.OpError:
        return files.corrupt(path or self._index, f"tensor {name}: {what}")


def lengths_checksum(lengths: list[int]) -> int:
    """The checksum of a string tensor's lengths, as integers of four (or eight) bytes."""
    if not lengths:
        return 0
    if max(lengths) < 1 << 32:
        return crc32c(np.array(lengths, "<u4").tobytes())
    checksum = 0
    for length in lengths:
        checksum = crc32c(length.to_bytes(4 if length < 1 << 32 else 8, "little"), checksum)
    return checksum


def _numpy_type(dtype: dtypes.DType) -> np.dtype:
    return np.dtype(dtype.as_numpy_dtype)


def _message(kind: Any, data: bytes, path: str, what: str) -> Any:
    try:
        return kind.FromString(data)
    except DecodeError:
        raise files.corrupt(path, f"the entry {what} cannot be parsed") from None
