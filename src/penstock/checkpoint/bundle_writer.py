"""Writer of tensor bundles, the second format (V2) of TensorFlow's checkpoints.

Everything is written to temporary files beside the bundle first. `_commit` then brings them
into place so that, wherever it is stopped, the names on the disk make up the previous bundle
or the new one, whole.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from penstock import protos
from penstock.checkpoint import files
from penstock.checkpoint._coding import put_varint
from penstock.checkpoint._table import TableWriter
from penstock.checkpoint.bundle_reader import (
    BUNDLE_VERSION,
    BundleReader,
    data_path,
    index_path,
    lengths_checksum,
)
from penstock.checkpoint.slices import TensorSlice, slice_key
from penstock.graph import dtypes, errors
from penstock.kernels.crc32c import crc32c, mask

_CHUNK = 4 << 20


class BundleWriter:
    """Writes a bundle with one data file; nothing is visible under its name before `finish`.

    As a context manager it finishes the bundle, or discards it when the block raises.

    Args:
        prefix: the bundle's path without `.index`; its folder must exist.

    Raises:
        NotFoundError, PermissionDeniedError, ...: the folder cannot be written to.
    """

    def __init__(self, prefix: str | os.PathLike):
        self.prefix = os.fspath(prefix)
        self._data = files.TemporaryFile(data_path(self.prefix, 0, 1))
        self._entries: dict[bytes, Any] = {}
        self._open = True

    def add(self, name: str, array: Any) -> None:
        """Writes a whole tensor.

        Args:
            name: a name that was not added before.
            array: anything NumPy makes an array of; strings as `bytes` or `str` objects.

        Raises:
            InvalidArgumentError: the name was added before, or NumPy's type has no TensorFlow
                equivalent.
        """
        array, dtype = self._accept(name, array)
        self._store(self._key(name), array, dtype)

    def add_slice(self, name: str, full_shape: Sequence[int], slice_spec: Any, array: Any) -> None:
        """Writes one part of a partitioned tensor; the parts may come in any order.

        Args:
            name: the name of the full tensor.
            full_shape: the shape of the full tensor.
            slice_spec: where the part belongs: a `TensorSlice`, its text (`0,5:-`), or pairs
                of start and length.
            array: the part.

        Raises:
            InvalidArgumentError: the part does not fit the slice, the slice not the shape, or
                the shape or type is not that of the parts before; or the part was added before.
        """
        array, dtype = self._accept(name, array)
        shape = tuple(map(int, full_shape))
        try:
            extents = TensorSlice.of(slice_spec)
            wanted = extents.resolve(shape).shape()
        except ValueError as error:
            raise self._invalid(name, str(error)) from None
        if array.shape != wanted:
            raise self._invalid(
                name, f"slice {extents} has shape {list(wanted)}, got {list(array.shape)}"
            )
        key = self._key(name, new=False)
        part_key = slice_key(name, extents)
        entry = self._entries.get(key)
        if entry is None:
            entry = _entry(dtype, shape)
        elif not entry.slices:
            raise self._invalid(name, "added whole before, now as slices")
        elif not _same_tensor(entry, _entry(dtype, shape)):
            raise self._invalid(name, "its slices differ in data type or full shape")
        if part_key in self._entries:
            raise self._invalid(name, f"slice {extents} was added before")
        self._store(part_key, array, dtype)
        entry.slices.append(extents.to_proto())
        self._entries[key] = entry

    def finish(self) -> None:
        """Puts the bundle under its name, in place of one that may be there.

        Raises:
            ResourceExhaustedError, ...: the disk is full or fails; what was there stays.
        """
        self._require_open()
        self._open = False
        try:
            self._data.close()
            _commit(self.prefix, [self._data.path], self._entries)
        except BaseException:
            self._data.discard()
            raise

    def discard(self) -> None:
        """Forgets what was written; what was there before stays."""
        if self._open:
            self._open = False
            self._data.discard()

    def __enter__(self) -> BundleWriter:
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if kind is not None:
            self.discard()
        elif self._open:
            self.finish()

    def __del__(self) -> None:
        if getattr(self, "_open", False):
            self.discard()

    def _require_open(self) -> None:
        if not self._open:
            raise errors.FailedPreconditionError(
                None, None, f"the bundle {self.prefix} is finished already"
            )

    def _accept(self, name: str, array: Any) -> tuple[np.ndarray, dtypes.DType]:
        self._require_open()
        array = np.asarray(array)
        if not array.dtype.isnative:
            array = array.astype(array.dtype.newbyteorder("="))
        try:
            dtype = dtypes.from_numpy(array.dtype)
        except TypeError:
            raise self._invalid(name, f"no data type for NumPy's {array.dtype}") from None
        if dtype in (dtypes.resource, dtypes.variant):
            raise self._invalid(name, f"values of type {dtype.name} cannot be saved")
        return array, dtype

    def _key(self, name: str, new: bool = True) -> bytes:
        key = name.encode()
        if not key or key.startswith(b"\0"):
            raise self._invalid(name, "not a possible name")
        if new and key in self._entries:
            raise self._invalid(name, "added before")
        return key

    def _store(self, key: bytes, array: np.ndarray, dtype: dtypes.DType) -> None:
        entry = _entry(dtype, array.shape)
        entry.offset = self._data.size
        checksum = 0
        if dtype == dtypes.string:
            strings = [_bytes(value) for value in array.reshape(-1).tolist()]
            lengths = [len(string) for string in strings]
            self._data.write(b"".join(map(put_varint, lengths)))
            checksum = lengths_checksum(lengths)
            content = mask(checksum).to_bytes(4, "little") + b"".join(strings)
            checksum = crc32c(content, checksum)
            self._data.write(content)
        elif array.size:
            little = array.astype(array.dtype.newbyteorder("<"), copy=False)
            flat = np.ascontiguousarray(little).reshape(-1).view(np.uint8)
            for start in range(0, len(flat), _CHUNK):
                chunk = flat[start : start + _CHUNK].data
                self._data.write(chunk)
                checksum = crc32c(chunk, checksum)
        entry.size = self._data.size - entry.offset
        entry.crc32c = mask(checksum)
        self._entries[key] = entry

    def _invalid(self, name: str, what: str) -> errors.OpError:
        return errors.InvalidArgumentError(
            None, None, f"tensor {name!r} of checkpoint {self.prefix}: {what}"
        )


def merge_bundles(prefixes: Sequence[str | os.PathLike], merged_prefix: str | os.PathLike) -> None:
    """Makes one bundle of several, by renaming their data files; they are gone afterwards.

    Args:
        prefixes: the bundles, each with tensors or slices that no other has.
        merged_prefix: the prefix of the result.

    Raises:
        InvalidArgumentError: two bundles hold the same tensor, or slices that do not go
            together; nothing has been changed then.
        NotFoundError, DataLossError: one of the bundles cannot be read.
    """
    merged = os.fspath(merged_prefix)
    entries: dict[bytes, Any] = {}
    shards: list[str] = []
    sources = [BundleReader(prefix) for prefix in prefixes]
    if any(source.prefix == merged for source in sources):
        raise errors.InvalidArgumentError(
            None, None, f"a bundle cannot be merged into itself: {merged}"
        )
    for source in sources:
        count = source.header.num_shards
        for key, entry in source.raw_entries():
            known = entries.get(key)
            if known is not None:
                if not (known.slices and entry.slices and _same_tensor(known, entry)):
                    raise errors.InvalidArgumentError(
                        None,
                        None,
                        f"merging {source.prefix} into {merged}: tensor {key!r} is in an "
                        "earlier bundle too",
                    )
                known.slices.extend(entry.slices)
                continue
            if not entry.slices:
                entry.shard_id += len(shards)
            entries[key] = entry
        shards += [data_path(source.prefix, shard, count) for shard in range(count)]
    for path in shards:
        files.require(path)
    _commit(merged, shards, entries)
    for source in sources:
        files.remove(index_path(source.prefix))


def _commit(prefix: str, shards: Sequence[str], entries: dict[bytes, Any]) -> None:
    """Renames finished data files to a bundle's names and writes the index that describes them.

    A bundle is whole when its index and the data files that the index counts on go together,
    and two files cannot be replaced in one step. So where the names of the new data files are
    in use by the bundle being replaced, the files first go under names with another count
    (`-of-00002`), and one rename of the index switches over to them. Then the right names are
    free to be linked to the new files, and a second rename of the index switches to those.
    """
    count = len(shards)
    old = _shard_count(prefix)
    if old == count:
        staged = count + 1
        _move(shards, prefix, staged)
        _write_index(prefix, staged, entries)
        if not _link_all(prefix, staged, count):
            return  # no links in this file system: the bundle stays as it is, which is whole
        _write_index(prefix, count, entries)
        old = staged
    else:
        _move(shards, prefix, count)
        _write_index(prefix, count, entries)
    if old is not None:
        # Nothing refers to these any more.
        for shard in range(old):
            files.remove(data_path(prefix, shard, old))


def _shard_count(prefix: str) -> int | None:
    """How many data files the bundle at `prefix` has; None if there is no readable bundle."""
    try:
        return BundleReader(prefix).header.num_shards
    except errors.OpError:
        return None


def _move(shards: Sequence[str], prefix: str, count: int) -> None:
    for shard, path in enumerate(shards):
        files.replace(path, data_path(prefix, shard, count))
    files.sync_folder(prefix)


def _link_all(prefix: str, source_count: int, count: int) -> bool:
    for shard in range(count):
        final = data_path(prefix, shard, count)
        name = files.temporary_name(final)
        if not files.link(data_path(prefix, shard, source_count), name):
            return False
        files.replace(name, final)
    files.sync_folder(prefix)
    return True


def _write_index(prefix: str, count: int, entries: dict[bytes, Any]) -> None:
    header = protos.BundleHeaderProto(num_shards=count)
    header.version.producer = BUNDLE_VERSION
    file = files.TemporaryFile(index_path(prefix))
    try:
        table = TableWriter(file)
        table.add(b"", header.SerializeToString())
        for key in sorted(entries):
            table.add(key, entries[key].SerializeToString(deterministic=True))
        table.finish()
        file.close()
        files.replace(file.path, index_path(prefix))
    except BaseException:
        file.discard()
        raise
    files.sync_folder(prefix)


def _entry(dtype: dtypes.DType, shape: Sequence[int]) -> Any:
    entry = protos.BundleEntryProto(dtype=dtype.as_datatype_enum)
    entry.shape.SetInParent()
    for size in shape:
        entry.shape.dim.add(size=size)
    return entry


def _same_tensor(first: Any, second: Any) -> bool:
    return first.dtype == second.dtype and first.shape == second.shape


def _bytes(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode()
    raise errors.InvalidArgumentError(
        None, None, f"a string tensor holds {value!r} of type {type(value).__name__}"
    )
