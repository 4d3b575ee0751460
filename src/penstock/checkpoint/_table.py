"""Sorted tables of keys and values: the file format of LevelDB, which checkpoints are kept in.

A table is a sequence of blocks, then an index block and a footer of 48 bytes. In a block, a key
stores only what differs from the key before it; every sixteenth key is stored whole (a *restart*
point). After each block come its compression kind and its masked checksum.

Source: LevelDB's table format; TensorFlow's block size, 262144.
"""

from __future__ import annotations

import bisect
import struct
import threading
import weakref
from collections.abc import Iterator
from typing import Any

from penstock.checkpoint import _snappy, files
from penstock.checkpoint._coding import get_varint, put_varint
from penstock.kernels.crc32c import masked_crc32c

_MAGIC = 0xDB4775248B80FB57
_FOOTER_SIZE = 48
_TRAILER_SIZE = 5
_NO_COMPRESSION, _SNAPPY = 0, 1
_BLOCK_SIZE = 262144
_RESTART_INTERVAL = 16


class TableReader:
    """Reads a table; every block's checksum is verified when the block is read.

    Args:
        path: the file.

    Raises:
        NotFoundError: there is no such file.
        DataLossError: the file is cut off or altered; the message names it.
    """

    def __init__(self, path: str):
        self.path = path
        self._file = files.open_input(path)
        self._lock = threading.Lock()
        weakref.finalize(self, self._file.close)
        self._size = self._file.seek(0, 2)
        if self._size < _FOOTER_SIZE:
            raise files.corrupt(path, f"{self._size} bytes are too few for a table")
        footer = self._read(self._size - _FOOTER_SIZE, _FOOTER_SIZE)
        if int.from_bytes(footer[-8:], "little") != _MAGIC:
            raise files.corrupt(path, "not a table (bad magic number), or cut off")
        try:
            _, position = _handle(footer, 0)
            index, _ = _handle(footer, position)
            # The index holds, for each block, a key not below the block's last one.
            entries = self._block(index)
            self._handles = [_handle(value, 0)[0] for _, value in entries]
        except ValueError as error:
            raise files.corrupt(path, f"bad index: {error}") from None
        self._last_keys = [key for key, _ in entries]
        self._cached: tuple[int, list] | None = None

    def items(self) -> Iterator[tuple[bytes, memoryview]]:
        """All keys and values, in the order of the keys."""
        before: bytes | None = None
        for number, handle in enumerate(self._handles):
            entries = self._data_block(number, handle)
            if entries and before is not None and entries[0][0] <= before:
                raise files.corrupt(self.path, f"block {number} is out of order")
            yield from entries
            if entries:
                before = entries[-1][0]

    def get(self, key: bytes) -> memoryview | None:
        """The value of `key`, or None."""
        number = bisect.bisect_left(self._last_keys, key)
        if number == len(self._handles):
            return None
        if self._cached is None or self._cached[0] != number:
            self._cached = (number, self._data_block(number, self._handles[number]))
        entries = self._cached[1]
        place = bisect.bisect_left(entries, key, key=lambda entry: entry[0])
        if place < len(entries) and entries[place][0] == key:
            return entries[place][1]
        return None

    def _data_block(self, number: int, handle: tuple[int, int]) -> list:
        try:
            return self._block(handle)
        except ValueError as error:
            raise files.corrupt(self.path, f"bad block {number}: {error}") from None

    def _block(self, handle: tuple[int, int]) -> list[tuple[bytes, memoryview]]:
        offset, size = handle
        if offset + size + _TRAILER_SIZE > self._size - _FOOTER_SIZE:
            raise ValueError(f"it would end at {offset + size}, past the end of the file")
        raw = memoryview(self._read(offset, size + _TRAILER_SIZE))
        stored = int.from_bytes(raw[size + 1 :], "little")
        if masked_crc32c(raw[: size + 1]) != stored:
            raise ValueError("its checksum does not match its content")
        kind = raw[size]
        content = raw[:size]
        if kind == _SNAPPY:
            content = memoryview(_snappy.uncompress(content))
        elif kind != _NO_COMPRESSION:
            raise ValueError(f"unknown compression kind {kind}")
        return _entries(content)

    def _read(self, offset: int, size: int) -> bytes:
        try:
            with self._lock:
                self._file.seek(offset)
                data = self._file.read(size)
        except OSError as error:
            raise files.os_error(error, self.path) from None
        if len(data) != size:
            raise files.corrupt(self.path, f"ends at {offset + len(data)}, {size} bytes wanted")
        return data


class TableWriter:
    """Writes a table, byte for byte as TensorFlow's table builder does (uncompressed).

    Args:
        file: anything with `write(bytes)`.
        block_size: a block is ended when it has grown to this many bytes.
    """

    def __init__(self, file: Any, block_size: int = _BLOCK_SIZE):
        self._file = file
        self._block_size = block_size
        self._offset = 0
        self._data = _BlockBuilder(_RESTART_INTERVAL)
        self._index = _BlockBuilder(1)
        self._last_key = b""
        self._pending: tuple[int, int] | None = None  # a written block not in the index yet

    def add(self, key: bytes, value: bytes) -> None:
        """Appends an entry; keys must come in ascending order."""
        if (self._data.count or self._index.count or self._pending) and key <= self._last_key:
            raise ValueError(f"key {key!r} does not come after {self._last_key!r}")
        if self._pending is not None:
            self._index.add(_separator(self._last_key, key), _encode_handle(self._pending))
            self._pending = None
        self._data.add(key, value)
        self._last_key = key
        if self._data.size() >= self._block_size:
            self._pending = self._write_block(self._data)

    def finish(self) -> None:
        """Writes what is left, the index and the footer."""
        if self._data.count:
            self._pending = self._write_block(self._data)
        metaindex = self._write_block(_BlockBuilder(_RESTART_INTERVAL))
        if self._pending is not None:
            self._index.add(_successor(self._last_key), _encode_handle(self._pending))
            self._pending = None
        index = self._write_block(self._index)
        handles = _encode_handle(metaindex) + _encode_handle(index)
        self._write(handles.ljust(_FOOTER_SIZE - 8, b"\0") + _MAGIC.to_bytes(8, "little"))

    def _write_block(self, block: _BlockBuilder) -> tuple[int, int]:
        content = block.finish() + bytes([_NO_COMPRESSION])
        handle = (self._offset, len(content) - 1)
        self._write(content + struct.pack("<I", masked_crc32c(content)))
        return handle

    def _write(self, data: bytes) -> None:
        self._file.write(data)
        self._offset += len(data)


class _BlockBuilder:
    def __init__(self, interval: int):
        self._interval = interval
        self._start()

    def _start(self) -> None:
        self._buffer = bytearray()
        self._restarts = [0]
        self._last_key = b""
        self.count = 0

    def size(self) -> int:
        return len(self._buffer) + 4 * len(self._restarts) + 4

    def add(self, key: bytes, value: bytes) -> None:
        shared = 0
        if self.count and self.count % self._interval == 0:
            self._restarts.append(len(self._buffer))
        else:
            shared = _common(self._last_key, key)
        self._buffer += put_varint(shared) + put_varint(len(key) - shared)
        self._buffer += put_varint(len(value)) + key[shared:]
        self._buffer += value
        self._last_key = key
        self.count += 1

    def finish(self) -> bytes:
        numbers = [*self._restarts, len(self._restarts)]
        content = bytes(self._buffer) + struct.pack(f"<{len(numbers)}I", *numbers)
        self._start()
        return content


def _entries(block: memoryview) -> list[tuple[bytes, memoryview]]:
    """The keys and values of a block.

    Raises:
        ValueError: the block is inconsistent.
    """
    if len(block) < 4:
        raise ValueError("it is too short")
    restarts = int.from_bytes(block[-4:], "little")
    end = len(block) - 4 - 4 * restarts
    if end < 0:
        raise ValueError(f"{restarts} restart points do not fit in it")
    entries: list[tuple[bytes, memoryview]] = []
    key = b""
    position = 0
    while position < end:
        shared, position = get_varint(block, position, bits=32)
        added, position = get_varint(block, position, bits=32)
        length, position = get_varint(block, position, bits=32)
        if shared > len(key) or position + added + length > end:
            raise ValueError("an entry runs past its end")
        before = key
        key = key[:shared] + bytes(block[position : position + added])
        position += added
        if entries and key <= before:
            raise ValueError("its keys are out of order")
        entries.append((key, block[position : position + length]))
        position += length
    return entries


def _handle(data, position: int) -> tuple[tuple[int, int], int]:
    offset, position = get_varint(data, position)
    size, position = get_varint(data, position)
    return (offset, size), position


def _encode_handle(handle: tuple[int, int]) -> bytes:
    return put_varint(handle[0]) + put_varint(handle[1])


def _common(first: bytes, second: bytes) -> int:
    """How many leading bytes are the same."""
    size = min(len(first), len(second))
    if first[:size] == second[:size]:
        return size
    return next(i for i in range(size) if first[i] != second[i])


def _separator(start: bytes, limit: bytes) -> bytes:
    """A short key that is not below `start` and is below `limit`."""
    place = _common(start, limit)
    if place < min(len(start), len(limit)):
        byte = start[place]
        if byte < 0xFF and byte + 1 < limit[place]:
            return start[:place] + bytes([byte + 1])
    return start


def _successor(key: bytes) -> bytes:
    """A short key that is not below `key`."""
    for place, byte in enumerate(key):
        if byte != 0xFF:
            return key[:place] + bytes([byte + 1])
    return key
