"""TFRecord files: a plain sequence of byte strings, each with checksums.

A record is its length (8 bytes, little-endian), the masked CRC-32C of those 8 bytes, the data,
and the masked CRC-32C of the data. A whole file may be compressed as a zlib or gzip stream.
Event files are TFRecord files too.
"""

from __future__ import annotations

import io
import os
import struct
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

from penstock.checkpoint import files
from penstock.graph import errors
from penstock.kernels.crc32c import masked_crc32c

_HEADER = struct.Struct("<QI")
_CHUNK = 1 << 20  # bytes asked for at a time, so that a bad length costs no memory
_GZIP_WINDOW = 16 + zlib.MAX_WBITS


class TFRecordCompressionType:
    """How a record file is compressed."""

    NONE = 0
    ZLIB = 1
    GZIP = 2


class TFRecordOptions:
    """How a record file is, or is to be, compressed.

    Args:
        compression_type: `"GZIP"`, `"ZLIB"`, `""` or None; a `TFRecordCompressionType`; or other
            options, whose type is taken.
        flush_mode: the zlib flush mode of `TFRecordWriter.flush`; None means `Z_NO_FLUSH`.
        input_buffer_size: accepted; buffers have a fixed size.
        output_buffer_size: accepted; buffers have a fixed size.
        window_bits: log2 of the compression window; +16 for a gzip stream.
        compression_level: 0 (fast) to 9 (small).
        compression_method: zlib's method; there is one, 8.
        mem_level: 1 (little memory) to 9.
        compression_strategy: zlib's strategy.

    Raises:
        ValueError: there is no such compression type.
    """

    compression_type_map = {
        TFRecordCompressionType.ZLIB: "ZLIB",
        TFRecordCompressionType.GZIP: "GZIP",
        TFRecordCompressionType.NONE: "",
    }

    def __init__(
        self,
        compression_type: Any = None,
        flush_mode: int | None = None,
        input_buffer_size: int | None = None,
        output_buffer_size: int | None = None,
        window_bits: int | None = None,
        compression_level: int | None = None,
        compression_method: int | None = None,
        mem_level: int | None = None,
        compression_strategy: int | None = None,
    ):
        self.get_compression_type_string(compression_type)
        self.compression_type = compression_type
        self.flush_mode = flush_mode
        self.input_buffer_size = input_buffer_size
        self.output_buffer_size = output_buffer_size
        self.window_bits = window_bits
        self.compression_level = compression_level
        self.compression_method = compression_method
        self.mem_level = mem_level
        self.compression_strategy = compression_strategy

    @classmethod
    def get_compression_type_string(cls, options: Any) -> str:
        """`"GZIP"`, `"ZLIB"` or `""`, from options, a `TFRecordCompressionType`, a name or None."""
        if not options:
            return ""
        if isinstance(options, TFRecordOptions):
            return cls.get_compression_type_string(options.compression_type)
        if isinstance(options, int) and options in cls.compression_type_map:
            return cls.compression_type_map[options]
        if options in cls.compression_type_map.values():
            return options
        raise ValueError(f'Not a valid compression_type: "{options}"')


class TFRecordWriter:
    """Writes records to a file; also a context manager that closes it.

    Args:
        path: the file, made anew.
        options: `TFRecordOptions`, or a compression type.

    Raises:
        NotFoundError, PermissionDeniedError, ...: the file cannot be written.
    """

    def __init__(self, path: str | bytes | os.PathLike, options: Any = None):
        if not isinstance(options, TFRecordOptions):
            options = TFRecordOptions(compression_type=options)
        self._path = os.fsdecode(path)
        self._flush_mode = options.flush_mode or zlib.Z_NO_FLUSH
        self._compressor = _compressor(options)
        try:
            self._file: BinaryIO | None = open(self._path, "wb")  # noqa: SIM115
        except OSError as error:
            raise files.os_error(error, self._path) from None

    def write(self, record: bytes) -> None:
        """Appends a record.

        Raises:
            TypeError: `record` is not of type bytes.
            FailedPreconditionError: the file is closed.
        """
        if isinstance(record, (bytearray, memoryview)):
            record = bytes(record)
        if not isinstance(record, bytes):
            raise TypeError(f"expected bytes, {type(record).__name__} found")
        self._put(encode_record(record))

    def flush(self) -> None:
        """Hands what was written to the operating system, as far as compression allows."""
        file = self._require_open()
        if self._compressor is not None and self._flush_mode != zlib.Z_NO_FLUSH:
            self._raw(file, self._compressor.flush(self._flush_mode))
        try:
            file.flush()
        except OSError as error:
            raise files.os_error(error, self._path) from None

    def close(self) -> None:
        """Finishes the file; closing it again does nothing."""
        if self._file is None:
            return
        file, self._file = self._file, None
        try:
            if self._compressor is not None:
                self._raw(file, self._compressor.flush(zlib.Z_FINISH))
            file.close()
        except OSError as error:
            raise files.os_error(error, self._path) from None

    def __enter__(self) -> TFRecordWriter:
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        self.close()

    def _put(self, data: bytes) -> None:
        file = self._require_open()
        self._raw(file, data if self._compressor is None else self._compressor.compress(data))

    def _raw(self, file: BinaryIO, data: bytes) -> None:
        try:
            file.write(data)
        except OSError as error:
            raise files.os_error(error, self._path) from None

    def _require_open(self) -> BinaryIO:
        if self._file is None:
            raise errors.FailedPreconditionError(
                None, None, "Writer not initialized or previously closed"
            )
        return self._file


def tf_record_iterator(path: str | bytes | os.PathLike, options: Any = None) -> Iterator[bytes]:
    """The records of a file, each verified by its checksum.

    Args:
        path: the file.
        options: `TFRecordOptions`, or a compression type.

    Yields:
        The data of each record.

    Raises:
        NotFoundError: there is no such file.
        DataLossError: it is cut off or altered; the message names the file and the place.
    """
    name = os.fsdecode(path)
    with open_records(name, TFRecordOptions.get_compression_type_string(options)) as file:
        position = 0
        while (data := read_record(file, position, name)) is not None:
            position += _HEADER.size + len(data) + 4
            yield data


def encode_record(data: bytes) -> bytes:
    """A record as it stands in a file."""
    length = struct.pack("<Q", len(data))
    checksums = [struct.pack("<I", masked_crc32c(part)) for part in (length, data)]
    return b"".join([length, checksums[0], data, checksums[1]])


def read_record(file: BinaryIO, position: int, name: str) -> bytes | None:
    """The record that starts where `file` stands, or None at the end.

    Args:
        file: an (uncompressed) record file, or what decompresses one.
        position: where the record starts, for messages.
        name: the file's path, for messages.

    Raises:
        DataLossError: the record is cut off or altered.
    """
    header = _read(file, _HEADER.size, name)
    if not header:
        return None
    if len(header) < _HEADER.size:
        raise files.corrupt(name, f"truncated record at {position}")
    length, checksum = _HEADER.unpack(header)
    if masked_crc32c(header[:8]) != checksum:
        raise files.corrupt(name, f"corrupted record at {position}")
    data = _read(file, length, name)
    trailer = _read(file, 4, name)
    if len(data) < length or len(trailer) < 4:
        raise files.corrupt(name, f"truncated record at {position}")
    if masked_crc32c(data) != int.from_bytes(trailer, "little"):
        raise files.corrupt(name, f"corrupted record at {position}")
    return data


def open_records(path: str, compression: str = "") -> BinaryIO:
    """A record file opened to be read with `read_record`, decompressed.

    Args:
        path: the file.
        compression: `"GZIP"`, `"ZLIB"` or `""`.
    """
    file = files.open_input(path)
    return file if not compression else cast(BinaryIO, _Decompressed(file, path, compression))


def _read(file: BinaryIO, size: int, name: str) -> bytes:
    """Up to `size` bytes; fewer only at the end of the file."""
    try:
        if size <= _CHUNK:
            return file.read(size)
        pieces = []
        while size:
            piece = file.read(min(size, _CHUNK))
            if not piece:
                break
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)
    except OSError as error:
        raise files.os_error(error, name) from None


class _Decompressed(io.BufferedIOBase):
    """The content of a zlib or gzip file; several gzip streams in a row count as one."""

    def __init__(self, file: BinaryIO, name: str, compression: str):
        self._file = file
        self._name = name
        self._window = _GZIP_WINDOW if compression == "GZIP" else zlib.MAX_WBITS
        self._stream = zlib.decompressobj(self._window)
        self._started = False  # whether the current stream has had input
        self._buffer = b""
        self._position = 0

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._file.close()
        super().close()

    def read(self, size: int | None = -1) -> bytes:
        if size is None or size < 0:
            return b"".join(iter(lambda: self.read(_CHUNK), b""))
        pieces = []
        while size:
            if self._position == len(self._buffer):
                self._buffer = self._more()
                self._position = 0
                if not self._buffer:
                    break
            piece = self._buffer[self._position : self._position + size]
            self._position += len(piece)
            size -= len(piece)
            pieces.append(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _more(self) -> bytes:
        """The next bytes, at most `_CHUNK`; none at the end."""
        try:
            while True:
                data = self._stream.unconsumed_tail
                if self._stream.eof:
                    data = self._stream.unused_data
                    if data or self._window == _GZIP_WINDOW:
                        self._stream = zlib.decompressobj(self._window)
                        self._started = False
                data = data or self._file.read(_CHUNK)
                self._started = self._started or bool(data)
                # At the end of the file, output may still be pending inside the decompressor.
                out = self._stream.decompress(data, _CHUNK)
                if out:
                    return out
                if not data:
                    if self._started and not self._stream.eof:
                        raise files.corrupt(self._name, "the compressed stream is cut off")
                    return b""
        except zlib.error as error:
            raise files.corrupt(self._name, f"bad compressed stream: {error}") from None


def _compressor(options: TFRecordOptions) -> Any | None:
    kind = TFRecordOptions.get_compression_type_string(options)
    if not kind:
        return None

    def given(value: int | None, default: int) -> int:
        return default if value is None else value

    return zlib.compressobj(
        given(options.compression_level, zlib.Z_DEFAULT_COMPRESSION),
        given(options.compression_method, zlib.DEFLATED),
        given(options.window_bits, _GZIP_WINDOW if kind == "GZIP" else zlib.MAX_WBITS),
        given(options.mem_level, 9),
        given(options.compression_strategy, zlib.Z_DEFAULT_STRATEGY),
    )
