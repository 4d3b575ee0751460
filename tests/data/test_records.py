"""TFRecord files: TensorFlow's read and written byte for byte; altered ones refused."""

from __future__ import annotations

import pathlib
import struct
import zlib

import numpy as np
import pytest

from penstock.data.records import (
    TFRecordCompressionType,
    TFRecordOptions,
    TFRecordWriter,
    encode_record,
    open_records,
    read_record,
    tf_record_iterator,
)
from penstock.graph import errors
from penstock.kernels.crc32c import masked_crc32c

FOLDER = pathlib.Path(__file__).parents[1] / "golden" / "checkpoints"
RECORDS = [b"", b"a", bytes(range(256)), b"tensor" * 500]
KINDS = {
    "plain": None,
    "zlib": TFRecordOptions(TFRecordCompressionType.ZLIB),
    "gzip": TFRecordOptions("GZIP"),
}


@pytest.mark.parametrize("version", ["1.15", "0.12"])
@pytest.mark.parametrize("kind", KINDS)
def test_reads_tensorflows_files(version, kind):
    path = FOLDER / version / f"records.{kind}"
    assert list(tf_record_iterator(path, KINDS[kind])) == RECORDS
    assert list(tf_record_iterator(str(path).encode(), KINDS[kind])) == RECORDS


@pytest.mark.parametrize("kind", KINDS)
def test_round_trip(tmp_path, kind):
    with TFRecordWriter(tmp_path / "r", KINDS[kind]) as writer:
        for record in RECORDS:
            writer.write(record)
    assert list(tf_record_iterator(tmp_path / "r", KINDS[kind])) == RECORDS
    written = (tmp_path / "r").read_bytes()
    golden = (FOLDER / "1.15" / f"records.{kind}").read_bytes()
    if kind == "plain":
        assert written == golden
    else:  # compressed bytes depend on the version of zlib
        window = 15 if kind == "zlib" else 31
        assert zlib.decompress(written, window) == zlib.decompress(golden, window)


@pytest.mark.parametrize("kind", KINDS)
def test_long_records(tmp_path, kind):
    """Longer than any buffer, and far more after decompression than before."""
    records = [bytes(3_000_000), np.random.default_rng(0).bytes(2_500_000), b"end"]
    with TFRecordWriter(tmp_path / "r", KINDS[kind]) as writer:
        for record in records:
            writer.write(record)
    assert list(tf_record_iterator(tmp_path / "r", KINDS[kind])) == records


def test_several_gzip_streams(tmp_path):
    golden = (FOLDER / "1.15" / "records.gzip").read_bytes()
    (tmp_path / "r").write_bytes(golden * 2)
    assert list(tf_record_iterator(tmp_path / "r", "GZIP")) == RECORDS * 2


def test_empty_file(tmp_path):
    TFRecordWriter(tmp_path / "r").close()
    assert list(tf_record_iterator(tmp_path / "r")) == []


def test_flush_shows_records_to_readers(tmp_path):
    for options in (None, TFRecordOptions("ZLIB", flush_mode=zlib.Z_SYNC_FLUSH)):
        writer = TFRecordWriter(tmp_path / "r", options)
        writer.write(b"abc")
        writer.flush()
        iterator = tf_record_iterator(tmp_path / "r", options)
        assert next(iterator) == b"abc"
        iterator.close()
        writer.close()


def test_written_after_close(tmp_path):
    writer = TFRecordWriter(tmp_path / "r")
    with pytest.raises(TypeError, match="^expected bytes, str found$"):
        writer.write("text")
    writer.close()
    writer.close()
    with pytest.raises(errors.FailedPreconditionError, match="previously closed"):
        writer.write(b"x")


def test_options():
    string = TFRecordOptions.get_compression_type_string
    assert [string(o) for o in (None, "", 0, 1, 2, "ZLIB")] == ["", "", "", "ZLIB", "GZIP", "ZLIB"]
    assert string(TFRecordOptions("GZIP")) == string(TFRecordOptions(TFRecordOptions(2))) == "GZIP"
    for bad in ("bad", 7):
        with pytest.raises(ValueError, match=f'^Not a valid compression_type: "{bad}"$'):
            TFRecordOptions(bad)


def test_compression_settings_are_used(tmp_path):
    data = np.random.default_rng(0).integers(0, 4, 20000).astype(np.uint8).tobytes()
    sizes = {}
    for level in (0, 1, 9):
        with TFRecordWriter(tmp_path / "r", TFRecordOptions("ZLIB", compression_level=level)) as w:
            w.write(data)
        sizes[level] = (tmp_path / "r").stat().st_size
    assert sizes[0] > len(data) > sizes[1] > sizes[9]


def test_absent_files(tmp_path):
    with pytest.raises(errors.NotFoundError, match="nope; No such file or directory"):
        next(tf_record_iterator(tmp_path / "nope"))
    with pytest.raises(errors.NotFoundError, match="No such file or directory"):
        TFRecordWriter(tmp_path / "no" / "r")


def test_messages(tmp_path):
    path = tmp_path / "r"
    first = encode_record(b"abc")
    good = encode_record(b"hello")
    cases = [
        (good[:11], "truncated record at 19"),
        (good[:12], "truncated record at 19"),
        (good[:-1], "truncated record at 19"),
        (good[:8] + b"xxxx" + good[12:], "corrupted record at 19"),
        (good[:13] + b"x" + good[14:], "corrupted record at 19"),
    ]
    for content, message in cases:
        path.write_bytes(first + content)
        iterator = tf_record_iterator(path)
        assert next(iterator) == b"abc"
        with pytest.raises(errors.DataLossError, match=f"{path}: {message}"):
            next(iterator)


def test_a_huge_length_costs_nothing(tmp_path):
    length = struct.pack("<Q", 2**60)
    header = length + struct.pack("<I", masked_crc32c(length))
    for kind, content in (("", header), ("ZLIB", zlib.compress(header + bytes(100)))):
        (tmp_path / "r").write_bytes(content)
        with pytest.raises(errors.DataLossError, match="truncated record at 0"):
            next(tf_record_iterator(tmp_path / "r", kind))


def test_read_record_by_record():
    path = str(FOLDER / "1.15" / "records.plain")
    with open_records(path) as file:
        assert read_record(file, 0, path) == b""
        assert read_record(file, 16, path) == b"a"


def alter(content: bytes, rng: np.random.Generator) -> bytes:
    data = bytearray(content)
    for _ in range(int(rng.integers(1, 3))):
        place = int(rng.integers(max(len(data), 1)))
        kind = int(rng.integers(4))
        if kind == 0 and place < len(data):
            data[place] ^= 1 << int(rng.integers(8))
        elif kind == 1:
            del data[place:]
        elif kind == 2:
            del data[place : place + int(rng.integers(1, 20))]
        else:
            data[place:place] = rng.bytes(int(rng.integers(1, 20)))
    return bytes(data)


def fuzz(tmp_path: pathlib.Path, kind: str, count: int, seed: int) -> None:
    """What is yielded before the error are the first records, as they were."""
    content = (FOLDER / "1.15" / f"records.{kind}").read_bytes()
    rng = np.random.default_rng(seed)
    path = tmp_path / "r"
    refused = 0
    for _ in range(count):
        path.write_bytes(alter(content, rng))
        got = []
        try:
            for record in tf_record_iterator(path, KINDS[kind]):
                got.append(record)
        except errors.DataLossError as error:
            refused += 1
            assert str(path) in str(error)
        assert got == RECORDS[: len(got)]
    assert refused > count // 2


@pytest.mark.parametrize("kind", KINDS)
def test_altered_files(tmp_path, kind):
    fuzz(tmp_path, kind, 170, seed=1)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kind", KINDS)
def test_ten_thousand_altered_files(tmp_path, kind):
    fuzz(tmp_path, kind, 10_000, seed=2)
