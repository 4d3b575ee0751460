"""The first format (V1) of TensorFlow's checkpoints, which 0.x wrote: read, and written too.

A checkpoint is one table, or one for each shard (`model-00000-of-00002`). Under the empty key a
table lists the tensors and slices it holds; each slice is a `SavedTensorSlices` message with the
values in a `TensorProto`.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from google.protobuf.message import DecodeError

from penstock import protos
from penstock.checkpoint import files
from penstock.checkpoint._coding import get_varint, put_varint
from penstock.checkpoint._table import TableReader, TableWriter
from penstock.checkpoint.slices import TensorSlice, assemble, is_shape, slice_key
from penstock.graph import dtypes, errors

_VERSION = 1

# Which field of a TensorProto holds the values of a type.
_FIELDS: dict[dtypes.DType, str] = {
    dtypes.float16: "half_val",
    dtypes.bfloat16: "half_val",
    dtypes.float32: "float_val",
    dtypes.float64: "double_val",
    dtypes.complex64: "scomplex_val",
    dtypes.complex128: "dcomplex_val",
    dtypes.int64: "int64_val",
    dtypes.uint32: "uint32_val",
    dtypes.uint64: "uint64_val",
    dtypes.bool: "bool_val",
    dtypes.string: "string_val",
} | dict.fromkeys(
    (
        dtypes.int8, dtypes.int16, dtypes.int32, dtypes.uint8, dtypes.uint16,
        dtypes.qint8, dtypes.qint16, dtypes.qint32, dtypes.quint8, dtypes.quint16,
    ),
    "int_val",
)  # fmt: skip


def matching_files(pattern: str) -> list[str]:
    """The files of a V1 checkpoint: `pattern` itself, or what it matches (`model-?????-of-2`)."""
    if os.path.isfile(pattern):
        return [pattern]
    return sorted(path for path in glob.glob(pattern) if os.path.isfile(path))


class V1Reader:
    """Reads tensors out of a V1 checkpoint.

    Args:
        pattern: a file, or a pattern that matches all shards.

    Raises:
        NotFoundError: nothing matches.
        DataLossError: a file is not a checkpoint, or cut off or altered.
    """

    def __init__(self, pattern: str | os.PathLike):
        self.pattern = os.fspath(pattern)
        paths = matching_files(self.pattern)
        if not paths:
            raise errors.NotFoundError(
                None,
                None,
                "Unsuccessful TensorSliceReader constructor: Failed to find any matching files "
                f"for {self.pattern}",
            )
        self._tensors: dict[str, Any] = {}
        # Name -> where each slice is.
        self._slices: dict[str, dict[TensorSlice, TableReader]] = {}
        for path in paths:
            self._open(path)

    def keys(self) -> list[str]:
        """The names of the tensors, sorted."""
        return sorted(self._tensors)

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __contains__(self, name: object) -> bool:
        return name in self._tensors

    def shape(self, name: str) -> tuple[int, ...]:
        """The full shape of a tensor."""
        return tuple(dim.size for dim in self._meta(name).shape.dim)

    def dtype(self, name: str) -> dtypes.DType:
        """The data type of a tensor."""
        return dtypes.as_dtype(self._meta(name).type)

    def slices(self, name: str) -> list[TensorSlice]:
        """The slices that a tensor was saved as (one, if it was saved whole)."""
        self._meta(name)
        return list(self._slices[name])

    def variable_to_shape_map(self) -> dict[str, list[int]]:
        """Name -> full shape, of every tensor."""
        return {name: list(self.shape(name)) for name in sorted(self._tensors)}

    def variable_to_dtype_map(self) -> dict[str, dtypes.DType]:
        """Name -> data type, of every tensor."""
        return {name: self.dtype(name) for name in sorted(self._tensors)}

    def read(self, name: str) -> np.ndarray:
        """A tensor, whole; see `BundleReader.read`."""
        return self.read_slice(name, TensorSlice.full(len(self.shape(name))))

    def read_slice(self, name: str, spec: Any) -> np.ndarray:
        """A slice of a tensor; see `BundleReader.read_slice`."""
        shape, dtype = self.shape(name), self.dtype(name)
        try:
            wanted = TensorSlice.of(spec).resolve(shape)
        except ValueError as error:
            raise errors.InvalidArgumentError(
                None, None, f"tensor {name} of checkpoint {self.pattern}: {error}"
            ) from None
        parts = []
        for saved, table in self._slices[name].items():
            extents = saved.resolve(shape)
            if extents.intersect(wanted) is None and wanted.volume():
                continue
            # Read before anything of the full size is made: the file's size bounds this.
            data = self._part(name, saved, table, extents.shape(), dtype)
            parts.append((extents, lambda data=data: data))
        result = assemble(wanted, np.dtype(dtype.as_numpy_dtype), parts)
        if result is None:
            raise errors.NotFoundError(
                None, None, f"{self.pattern}: tensor {name} was not saved in all of {wanted}"
            )
        return result

    def _part(
        self, name: str, extents: TensorSlice, table: TableReader, shape: tuple, dtype: Any
    ) -> np.ndarray:
        value = table.get(slice_key(name, extents))
        if value is None:
            raise files.corrupt(table.path, f"tensor {name}: slice {extents} is missing")
        message = _message(value, table.path, f"tensor {name}")
        if message.data.name != name:
            raise files.corrupt(table.path, f"tensor {name}: found {message.data.name!r} there")
        try:
            return _array(message.data.data, dtype).reshape(shape)
        except (ValueError, OverflowError) as error:
            raise files.corrupt(
                table.path, f"tensor {name}: bad values for {dtype.name} {list(shape)}: {error}"
            ) from None

    def _open(self, path: str) -> None:
        table = TableReader(path)
        value = table.get(b"")
        if value is None:
            raise files.corrupt(path, "not a checkpoint: it lists no tensors")
        meta = _message(value, path, "the list of tensors").meta
        if meta.versions.min_consumer > _VERSION:
            raise errors.InvalidArgumentError(
                None, None, f"{path}: needs a reader of version {meta.versions.min_consumer}"
            )
        for tensor in meta.tensor:
            self._check(tensor, path)
            known = self._tensors.setdefault(tensor.name, tensor)
            if known.type != tensor.type or known.shape != tensor.shape:
                raise files.corrupt(
                    path, f"tensor {tensor.name}: its shards differ in data type or shape"
                )
            places = self._slices.setdefault(tensor.name, {})
            for proto in tensor.slice:
                try:
                    extents = TensorSlice.from_proto(proto)
                    extents.resolve([dim.size for dim in tensor.shape.dim])
                except ValueError as error:
                    raise files.corrupt(path, f"tensor {tensor.name}: {error}") from None
                places.setdefault(extents, table)

    def _check(self, tensor: Any, path: str) -> None:
        sizes = [dim.size for dim in tensor.shape.dim]
        if tensor.shape.unknown_rank or not is_shape(sizes):
            raise files.corrupt(path, f"tensor {tensor.name}: bad shape {sizes}")
        try:
            known = dtypes.as_dtype(tensor.type) in _FIELDS
        except TypeError:
            known = False
        if not known:
            raise files.corrupt(path, f"tensor {tensor.name}: bad data type {tensor.type}")

    def _meta(self, name: str) -> Any:
        try:
            return self._tensors[name]
        except (KeyError, TypeError):
            raise errors.NotFoundError(
                None, None, f"Key {name} not found in checkpoint {self.pattern}"
            ) from None


class V1Writer:
    """Writes one V1 table; it appears under its name, complete, when `finish` is called.

    Args:
        path: the file.
    """

    def __init__(self, path: str | os.PathLike):
        self.path = os.fspath(path)
        self._meta = protos.SavedTensorSlices()
        self._tensors: dict[str, Any] = {}
        self._data: dict[bytes, bytes] = {}

    def add(self, name: str, array: Any) -> None:
        """Adds a whole tensor; see `BundleWriter.add`."""
        array = np.asarray(array)
        self.add_slice(name, array.shape, TensorSlice.full(array.ndim), array)

    def add_slice(self, name: str, full_shape: Sequence[int], slice_spec: Any, array: Any) -> None:
        """Adds one part of a partitioned tensor; see `BundleWriter.add_slice`."""
        array = np.asarray(array)
        if not array.dtype.isnative:
            array = array.astype(array.dtype.newbyteorder("="))
        try:
            dtype = dtypes.from_numpy(array.dtype)
            if dtype not in _FIELDS:
                raise TypeError
            extents = TensorSlice.of(slice_spec)
            wanted = extents.resolve(tuple(full_shape)).shape()
            if array.shape != wanted:
                raise ValueError(
                    f"slice {extents} has shape {list(wanted)}, got {list(array.shape)}"
                )
        except TypeError:
            raise self._invalid(name, f"type {array.dtype} cannot be saved") from None
        except ValueError as error:
            raise self._invalid(name, str(error)) from None
        key = slice_key(name, extents)
        if key in self._data:
            raise self._invalid(name, "added before")
        entry = self._tensors.get(name)
        if entry is None:
            entry = self._meta.meta.tensor.add(name=name, type=dtype.as_datatype_enum)
            entry.shape.SetInParent()
            for size in full_shape:
                entry.shape.dim.add(size=size)
            self._tensors[name] = entry
        elif entry.type != dtype.as_datatype_enum or [d.size for d in entry.shape.dim] != list(
            full_shape
        ):
            raise self._invalid(name, "its slices differ in data type or full shape")
        entry.slice.append(extents.to_proto())
        message = protos.SavedTensorSlices()
        message.data.name = name
        message.data.slice.CopyFrom(extents.to_proto())
        values = message.data.data
        values.SetInParent()
        _set_values(values, array, dtype)
        self._data[key] = message.SerializeToString()

    def finish(self) -> None:
        """Puts the file under its name, in place of one that may be there."""
        self._meta.meta.SetInParent()
        self._meta.meta.versions.producer = _VERSION
        file = files.TemporaryFile(self.path)
        try:
            table = TableWriter(file)
            table.add(b"", self._meta.SerializeToString())
            for key in sorted(self._data):
                table.add(key, self._data[key])
            table.finish()
            file.close()
            files.replace(file.path, self.path)
        except BaseException:
            file.discard()
            raise
        files.sync_folder(self.path)

    def _invalid(self, name: str, what: str) -> errors.OpError:
        return errors.InvalidArgumentError(
            None, None, f"tensor {name!r} of checkpoint {self.path}: {what}"
        )


def _message(value: memoryview, path: str, what: str) -> Any:
    try:
        return protos.SavedTensorSlices.FromString(bytes(value))
    except DecodeError:
        raise files.corrupt(path, f"{what} cannot be parsed") from None


def _array(proto: Any, dtype: dtypes.DType) -> np.ndarray:
    """The values in a TensorProto, flat; `ValueError` or `OverflowError` if they do not fit."""
    values = getattr(proto, _FIELDS[dtype])
    numpy_type = np.dtype(dtype.as_numpy_dtype)
    if dtype == dtypes.string:
        result = np.empty(len(values), object)
        result[:] = list(values)
        return result
    if dtype in (dtypes.float16, dtypes.bfloat16):
        return np.fromiter(values, np.uint16, len(values)).view(numpy_type)
    if dtype.is_complex or dtype in (dtypes.float32, dtypes.float64):
        if not values:
            return np.empty(0, numpy_type)
        # A field of fixed-size numbers is, on the wire, its key and length and their bytes.
        alone = protos.TensorProto()
        getattr(alone, _FIELDS[dtype]).MergeFrom(values)
        data = alone.SerializeToString()
        _, start = get_varint(data, 1)
        return np.frombuffer(data, numpy_type, offset=start).copy()
    if dtype.is_quantized:
        return np.fromiter(values, numpy_type[0], len(values)).view(numpy_type)
    return np.fromiter(values, numpy_type, len(values))


def _set_values(proto: Any, array: np.ndarray, dtype: dtypes.DType) -> None:
    """Puts into a TensorProto what `_array` reads back."""
    field = _FIELDS[dtype]
    flat = np.ascontiguousarray(array).reshape(-1)
    if dtype.is_complex or dtype in (dtypes.float32, dtypes.float64):
        if len(flat):
            key = proto.DESCRIPTOR.fields_by_name[field].number << 3 | 2
            data = flat.astype(flat.dtype.newbyteorder("<"), copy=False).tobytes()
            proto.MergeFromString(bytes([key]) + put_varint(len(data)) + data)
        return
    if dtype == dtypes.string:
        values: list[Any] = [v if isinstance(v, bytes) else str(v).encode() for v in flat.tolist()]
    elif dtype in (dtypes.float16, dtypes.bfloat16):
        values = flat.view(np.uint16).tolist()
    elif dtype.is_quantized:
        values = flat.view(flat.dtype[0]).tolist()
    else:
        values = flat.tolist()
    getattr(proto, field).extend(values)
