"""The sorted table: round trips over many blocks, lookups, and refused files."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest

from penstock.checkpoint._table import (
    TableReader,
    TableWriter,
    _separator,
    _successor,
)
from penstock.graph import errors
from penstock.kernels.crc32c import masked_crc32c


def table(entries, **arguments) -> bytes:
    file = io.BytesIO()
    writer = TableWriter(file, **arguments)
    for key, value in entries:
        writer.add(key, value)
    writer.finish()
    return file.getvalue()


def test_many_blocks(tmp_path):
    rng = np.random.default_rng(0)
    keys = sorted({rng.bytes(rng.integers(0, 12)) for _ in range(3000)})
    entries = [(key, rng.bytes(rng.integers(0, 40))) for key in keys]
    path = tmp_path / "t"
    path.write_bytes(table(entries, block_size=1000))
    reader = TableReader(str(path))
    assert [(key, bytes(value)) for key, value in reader.items()] == entries
    for key, value in entries[::37]:
        assert bytes(reader.get(key)) == value
    for key in (b"\xff" * 20, keys[5] + b"\0"):
        assert (reader.get(key) is not None) == (key in keys)


def test_empty_table(tmp_path):
    path = tmp_path / "t"
    path.write_bytes(table([]))
    reader = TableReader(str(path))
    assert list(reader.items()) == [] and reader.get(b"a") is None


def test_keys_must_ascend():
    writer = TableWriter(io.BytesIO())
    writer.add(b"b", b"")
    for key in (b"b", b"a"):
        with pytest.raises(ValueError, match="does not come after"):
            writer.add(key, b"")


@pytest.mark.parametrize(
    ("start", "limit", "expected"),
    [(b"abc", b"abf", b"abd"), (b"abc", b"abd", b"abc"), (b"ab", b"abc", b"ab"),
     (b"a\xff", b"b", b"a\xff"), (b"", b"a", b"")],
)  # fmt: skip
def test_separator(start, limit, expected):
    assert _separator(start, limit) == expected


def test_successor():
    assert _successor(b"abc") == b"b"
    assert _successor(b"\xff\xffa") == b"\xff\xffb"
    assert _successor(b"\xff") == b"\xff"


def test_snappy_block(tmp_path):
    """A table whose only data block is compressed, put together by hand."""
    plain = table([(b"k%04d" % i, b"value" * 3) for i in range(60)])
    # The layout: data block, trailer, metaindex (8 bytes), trailer, index, trailer, footer.
    footer = plain[-48:]
    meta_offset, _ = _varint(footer, 0)
    content = plain[: meta_offset - 5]
    packed = _literals(content)

    def block(data: bytes, kind: int) -> bytes:
        return data + bytes([kind]) + struct.pack("<I", masked_crc32c(data + bytes([kind])))

    out = block(packed, 1)
    meta = (len(out), 8)
    out += block(struct.pack("<II", 0, 1), 0)
    entry = b"\x00\x01" + bytes([len(_put(0) + _put(len(packed)))]) + b"l"
    index = entry + _put(0) + _put(len(packed)) + struct.pack("<II", 0, 1)
    handles = _put(meta[0]) + _put(meta[1]) + _put(len(out)) + _put(len(index))
    out += block(index, 0)
    out += handles.ljust(40, b"\0") + plain[-8:]
    path = tmp_path / "t"
    path.write_bytes(out)
    assert bytes(TableReader(str(path)).get(b"k0042")) == b"value" * 3


def _put(value: int) -> bytes:
    from penstock.checkpoint._coding import put_varint

    return put_varint(value)


def _varint(data: bytes, position: int) -> tuple[int, int]:
    from penstock.checkpoint._coding import get_varint

    return get_varint(data, position)


def _literals(data: bytes) -> bytes:
    """A valid Snappy stream without any copies."""
    out = _put(len(data))
    for start in range(0, len(data), 60):
        piece = data[start : start + 60]
        out += bytes([len(piece) - 1 << 2]) + piece
    return out


def test_refused_files(tmp_path):
    path = tmp_path / "t"
    with pytest.raises(errors.NotFoundError, match="No such file"):
        TableReader(str(path))
    with pytest.raises(errors.FailedPreconditionError):
        TableReader(str(tmp_path))
    for content in (b"", b"x" * 47, b"x" * 200):
        path.write_bytes(content)
        with pytest.raises(errors.DataLossError, match=str(path)):
            TableReader(str(path))


def test_lengths_in_a_valid_block_are_not_trusted(tmp_path):
    """Blocks with right checksums and wrong lengths inside."""
    path = tmp_path / "t"
    bad_blocks = [
        b"",  # no restart count
        struct.pack("<I", 0xFFFFFFFF),  # four billion restarts
        b"\x05\x01\x00a" + struct.pack("<II", 0, 1),  # shares what there is not
        b"\x00\xff\xff\xff\xff\x0f\x00a" + struct.pack("<II", 0, 1),  # a key of 4 GB
        b"\x00\x01\xff\xff\xff\xff\x0fa" + struct.pack("<II", 0, 1),  # a value of 4 GB
        b"\xff" * 12 + struct.pack("<II", 0, 1),  # a number without end
        b"\x00\x01\x00b\x00\x01\x00a" + struct.pack("<II", 0, 1),  # out of order
    ]
    for content in bad_blocks:
        block = content + b"\0"
        block += struct.pack("<I", masked_crc32c(block))
        handles = _put(0) + _put(0) + _put(0) + _put(len(content))
        magic = struct.pack("<Q", 0xDB4775248B80FB57)
        path.write_bytes(block + handles.ljust(40, b"\0") + magic)
        with pytest.raises(errors.DataLossError, match="bad index"):
            TableReader(str(path))
