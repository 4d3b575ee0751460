"""Tensor bundles: TensorFlow's files read, written byte for byte, and round trips."""

from __future__ import annotations

import os

import ml_dtypes
import numpy as np
import pytest
from checkpoint.golden_checkpoints import FOLDER, SUFFIXES_V2, assert_same, expected

from penstock import protos
from penstock.checkpoint import BundleReader, BundleWriter, TensorSlice, merge_bundles
from penstock.checkpoint._table import TableWriter
from penstock.checkpoint.files import TemporaryFile
from penstock.graph import dtypes, errors

NUMERIC = [
    "float16", "bfloat16", "float32", "float64", "int8", "int16", "int32", "int64",
    "uint8", "uint16", "uint32", "uint64", "bool", "complex64", "complex128",
]  # fmt: skip
CASES = [
    ("1.15", "all_types"), ("1.15", "types_v2"), ("1.15", "partitioned_v2"),
    ("1.15", "sharded_v2"), ("0.12", "types_v2"), ("0.12", "partitioned_v2"),
    ("0.12", "sharded_v2"),
]  # fmt: skip


@pytest.mark.parametrize(("version", "case"), CASES)
def test_reads_tensorflows_files(version, case):
    reader = BundleReader(FOLDER / version / case)
    values = expected(version, case)
    assert reader.keys() == sorted(values)
    assert reader.variable_to_shape_map() == {n: list(v.shape) for n, v in values.items()}
    for name, value in values.items():
        assert reader.dtype(name) == dtypes.as_dtype(value.dtype)
        assert_same(reader.read(name), value)


@pytest.mark.parametrize(("version", "case"), [c for c in CASES if c[1] != "sharded_v2"])
def test_writes_tensorflows_bytes(tmp_path, version, case):
    """The same tensors in the same order give the same two files."""
    source = BundleReader(FOLDER / version / case)
    entries = [item for item in source.raw_entries() if item[1].crc32c]
    names = {}  # table key -> what to pass to the writer
    for name in source:
        names[name.encode()] = (name, None)
        for extents in source.slices(name):
            from penstock.checkpoint.slices import slice_key

            names[slice_key(name, extents)] = (name, extents)
    order = {}
    if case == "all_types":  # empty tensors share an offset; this is the order they came in
        for number, kind in enumerate([*NUMERIC, "string"]):
            for place, suffix in enumerate(("matrix", "scalar", "empty")):
                order[f"{kind}/{suffix}".encode()] = (number, place)
    with BundleWriter(tmp_path / case) as writer:
        for key, _ in sorted(entries, key=lambda e: (order.get(e[0], (0, 0)), e[1].offset)):
            name, extents = names[key]
            if extents is None:
                writer.add(name, source.read(name))
            else:
                part = source.read_slice(name, extents)
                writer.add_slice(name, source.shape(name), extents, part)
    for suffix in SUFFIXES_V2:
        wanted = (FOLDER / version / (case + suffix)).read_bytes()
        assert (tmp_path / (case + suffix)).read_bytes() == wanted, suffix


def test_far_slices_byte_for_byte(tmp_path):
    """Keys of slices that start as far out as 2**56."""
    source = BundleReader(FOLDER / "1.15" / "far_slices")
    with np.load(FOLDER / "1.15" / "far_slices.npz") as stored:
        starts = stored["starts"].tolist()
    with BundleWriter(tmp_path / "far_slices") as writer:
        for start, extents in zip(starts, source.slices("far"), strict=True):
            part = source.read_slice("far", extents)
            assert part.tolist() == [[start, -start]]
            writer.add_slice("far", source.shape("far"), extents, part)
    for suffix in SUFFIXES_V2:
        wanted = (FOLDER / "1.15" / ("far_slices" + suffix)).read_bytes()
        assert (tmp_path / ("far_slices" + suffix)).read_bytes() == wanted
    with pytest.raises(errors.NotFoundError, match="far was not saved in all of"):
        source.read("far")


@pytest.mark.parametrize("kind", NUMERIC)
@pytest.mark.parametrize("shape", [(), (1,), (0,), (3, 0, 2), (257, 3), (2, 1, 3, 1)])
def test_round_trip_of_every_type(tmp_path, kind, shape):
    dtype = np.dtype(dtypes.as_dtype(kind).as_numpy_dtype)
    rng = np.random.default_rng(3)
    count = int(np.prod(shape))
    if kind == "bool":
        value = rng.integers(0, 2, shape).astype(bool)
    else:  # any bits at all, NaNs included
        value = np.frombuffer(rng.bytes(count * dtype.itemsize), dtype).reshape(shape)
    with BundleWriter(tmp_path / "m") as writer:
        writer.add("pad", np.zeros(3, np.int8))
        writer.add("x", value)
    assert_same(BundleReader(tmp_path / "m").read("x"), value)


def test_strings(tmp_path):
    value = np.array([[b"", b"\x00\xff"], ["text \u00e9", b"x" * 70000]], object)
    with BundleWriter(tmp_path / "m") as writer:
        writer.add("objects", value)
        writer.add("scalar", "one")
        writer.add("none", np.zeros((0, 4), object))
        writer.add("fixed", np.array([b"ab", b"c"]))
    reader = BundleReader(tmp_path / "m")
    want = [b"", b"\x00\xff", "text \u00e9".encode(), b"x" * 70000]
    assert reader.read("objects").ravel().tolist() == want
    assert reader.read("scalar")[()] == b"one" and reader.read("scalar").shape == ()
    assert reader.read("none").shape == (0, 4)
    assert reader.read("fixed").tolist() == [b"ab", b"c"]
    assert reader.dtype("fixed") == dtypes.string


def test_layouts_and_byte_orders(tmp_path):
    base = np.arange(24, dtype=np.float64).reshape(4, 6)
    values = {"f": np.asfortranarray(base), "s": base[::2, ::-3], "big": base.astype(">f8")}
    with BundleWriter(tmp_path / "m") as writer:
        for name, value in values.items():
            writer.add(name, value)
    reader = BundleReader(tmp_path / "m")
    for name, value in values.items():
        np.testing.assert_array_equal(reader.read(name), value)


def test_larger_than_one_chunk(tmp_path):
    value = np.random.default_rng(0).standard_normal(1_300_000)  # 10 MB
    with BundleWriter(tmp_path / "m") as writer:
        writer.add("x", value)
    reader = BundleReader(tmp_path / "m")
    assert_same(reader.read("x"), value)
    assert_same(reader.read_slice("x", "1000000,5"), value[1_000_000:1_000_005])


def test_slices_in_any_cut(tmp_path):
    full = np.arange(70, dtype=np.int32).reshape(10, 7)
    with BundleWriter(tmp_path / "m") as writer:
        for spec in ("6,4:-", "0,6:0,2", "0,6:2,5"):
            part = full[TensorSlice.parse(spec).resolve(full.shape).selection()]
            writer.add_slice("p", full.shape, spec, part)
        writer.add("whole", full)
    reader = BundleReader(tmp_path / "m")
    assert reader.keys() == ["p", "whole"]
    for name in reader:
        assert_same(reader.read(name), full)
        for spec in ("0,3:-", "5,3:1,4", "-:6,1", "9,1:0,7", "2,0:-"):
            wanted = full[TensorSlice.parse(spec).resolve(full.shape).selection()]
            assert_same(reader.read_slice(name, spec), wanted)
        with pytest.raises(errors.InvalidArgumentError, match="outside shape"):
            reader.read_slice(name, "8,3:-")


def test_parts_never_saved(tmp_path):
    with BundleWriter(tmp_path / "m") as writer:
        writer.add_slice("p", (4, 2), "0,2:-", np.ones((2, 2)))
    reader = BundleReader(tmp_path / "m")
    assert reader.read_slice("p", "0,2:-").shape == (2, 2)
    with pytest.raises(errors.NotFoundError, match="p was not saved in all of"):
        reader.read("p")


def test_merged_shards(tmp_path):
    for number in range(3):
        with BundleWriter(tmp_path / f"part{number}") as writer:
            writer.add(f"v{number}", np.full(4, number))
            writer.add_slice("p", (6,), [(2 * number, 2)], np.arange(2) + 2 * number)
    merge_bundles([tmp_path / f"part{number}" for number in range(3)], tmp_path / "m")
    assert sorted(os.listdir(tmp_path)) == [
        *(f"m.data-0000{number}-of-00003" for number in range(3)), "m.index",
    ]  # fmt: skip
    reader = BundleReader(tmp_path / "m")
    assert reader.header.num_shards == 3
    assert reader.read("p").tolist() == list(range(6))
    assert reader.read("v2").tolist() == [2] * 4


def test_merge_writes_tensorflows_index(tmp_path):
    """Of the tensors that TensorFlow's sharded saver wrote, the same index again."""
    source = BundleReader(FOLDER / "1.15" / "sharded_v2")
    for shard in range(2):
        with BundleWriter(tmp_path / f"part{shard}") as writer:
            for key, entry in source.raw_entries():
                if entry.shard_id == shard:
                    writer.add(key.decode(), source.read(key.decode()))
    merge_bundles([tmp_path / "part0", tmp_path / "part1"], tmp_path / "sharded_v2")
    for suffix in (".index", ".data-00000-of-00002", ".data-00001-of-00002"):
        name = "sharded_v2" + suffix
        assert (tmp_path / name).read_bytes() == (FOLDER / "1.15" / name).read_bytes()


def test_merge_refuses_duplicates(tmp_path):
    for number in range(2):
        with BundleWriter(tmp_path / f"part{number}") as writer:
            writer.add("v", np.zeros(2))
    with pytest.raises(errors.InvalidArgumentError, match="'v' is in an earlier bundle"):
        merge_bundles([tmp_path / "part0", tmp_path / "part1"], tmp_path / "m")
    assert BundleReader(tmp_path / "part1").read("v").tolist() == [0, 0]
    with pytest.raises(errors.InvalidArgumentError, match="into itself"):
        merge_bundles([tmp_path / "part0"], tmp_path / "part0")


def test_writer_refusals(tmp_path):
    with BundleWriter(tmp_path / "m") as writer:
        writer.add("x", np.zeros(2))
        with pytest.raises(errors.InvalidArgumentError, match="'x'.*added before"):
            writer.add("x", np.zeros(2))
        with pytest.raises(errors.InvalidArgumentError, match="no data type for NumPy's datetime"):
            writer.add("d", np.zeros(2, "datetime64[s]"))
        with pytest.raises(errors.InvalidArgumentError, match=r"has shape \[1, 2\], got \[2\]"):
            writer.add_slice("p", (3, 2), "0,1:-", np.zeros(2))
        writer.add_slice("p", (3, 2), "0,1:-", np.zeros((1, 2)))
        with pytest.raises(errors.InvalidArgumentError, match="data type or full shape"):
            writer.add_slice("p", (3, 2), "1,1:-", np.zeros((1, 2), np.float32))
        with pytest.raises(errors.InvalidArgumentError, match="slice 0,1:- was added before"):
            writer.add_slice("p", (3, 2), "0,1:-", np.zeros((1, 2)))
        with pytest.raises(errors.InvalidArgumentError, match="holds 3.5 of type float"):
            writer.add("o", np.array([3.5], object))
    with pytest.raises(errors.FailedPreconditionError, match="finished already"):
        writer.add("y", 1)
    with pytest.raises(errors.NotFoundError, match="No such file or directory"):
        BundleWriter(tmp_path / "absent" / "m")


def test_a_failing_save_leaves_nothing(tmp_path):
    with pytest.raises(RuntimeError, match="stop"), BundleWriter(tmp_path / "m") as writer:
        writer.add("x", np.zeros(2))
        raise RuntimeError("stop")
    assert os.listdir(tmp_path) == []


def test_reader_refusals(tmp_path):
    with pytest.raises(errors.NotFoundError, match=r"m\.index; No such file"):
        BundleReader(tmp_path / "m")
    with BundleWriter(tmp_path / "m") as writer:
        writer.add("x", np.arange(8))
    reader = BundleReader(tmp_path / "m")
    with pytest.raises(errors.NotFoundError, match="Key y not found in checkpoint"):
        reader.read("y")
    data = tmp_path / "m.data-00000-of-00001"
    content = bytearray(data.read_bytes())
    content[13] ^= 1
    data.write_bytes(content)
    with pytest.raises(errors.DataLossError, match=r"data-00000-of-00001: tensor x: its checksum"):
        reader.read("x")
    data.write_bytes(content[:-1])
    with pytest.raises(errors.DataLossError, match="tensor x: its bytes would end at 64 of a f"):
        reader.read("x")
    data.unlink()
    with pytest.raises(errors.NotFoundError, match=r"data-00000-of-00001 \(tensor x\)"):
        reader.read("x")


def forged(tmp_path, **fields):
    """A bundle whose index has right checksums and wrong content."""
    prefix = tmp_path / "forged"
    entry = protos.BundleEntryProto(dtype=1, size=16)
    entry.shape.dim.add(size=4)
    header = protos.BundleHeaderProto(num_shards=1)
    for name, value in fields.items():
        if name == "dims":
            del entry.shape.dim[:]
            for size in value:
                entry.shape.dim.add(size=size)
        elif name in ("num_shards", "endianness"):
            setattr(header, name, value)
        elif name == "min_consumer":
            header.version.min_consumer = value
        elif name == "slices":
            for text in value:
                entry.slices.append(TensorSlice.parse(text).to_proto())
        else:
            setattr(entry, name, value)
    (tmp_path / "forged.data-00000-of-00001").write_bytes(bytes(16))
    file = TemporaryFile(str(prefix) + ".index")
    table = TableWriter(file)
    table.add(b"", header.SerializeToString())
    table.add(b"x", entry.SerializeToString())
    table.finish()
    file.close()
    os.replace(file.path, file.final)
    return prefix


@pytest.mark.parametrize(
    ("fields", "error", "message"),
    [
        ({}, errors.DataLossError, "checksum"),
        ({"dims": [2**40]}, errors.DataLossError, "16 bytes do not hold"),
        ({"dims": [2**40], "size": 2**42}, errors.DataLossError, "would end at"),
        ({"dims": [-4]}, errors.DataLossError, "bad shape"),
        ({"dims": [0, 2**62], "size": 0}, errors.DataLossError, "bad shape"),
        ({"dims": [2**32, 2**32]}, errors.DataLossError, "bad shape"),
        ({"dims": [1] * 200}, errors.DataLossError, "bad shape"),
        ({"dtype": 77}, errors.DataLossError, "unknown data type 77"),
        ({"dtype": 101}, errors.DataLossError, "unknown data type 101"),
        ({"dtype": 0}, errors.DataLossError, "unknown data type 0"),
        ({"dtype": 20}, errors.UnimplementedError, "resource"),
        ({"dtype": 7, "dims": [2**40]}, errors.DataLossError, "do not hold string"),
        ({"dtype": 7, "dims": [4]}, errors.DataLossError, "checksum of the string lengths"),
        ({"shard_id": 1}, errors.DataLossError, "bad position"),
        ({"offset": -1}, errors.DataLossError, "bad position"),
        ({"offset": 2**62}, errors.DataLossError, "would end at"),
        ({"size": -16}, errors.DataLossError, "bad position"),
        ({"num_shards": 0}, errors.DataLossError, "0 data files"),
        ({"endianness": 1}, errors.UnimplementedError, "byte order"),
        ({"min_consumer": 2}, errors.InvalidArgumentError, "bundle version 2"),
        ({"slices": ["0,4"]}, errors.DataLossError, "slice 0,4 is missing"),
        ({"slices": ["0,4"], "dims": [2**60]}, errors.DataLossError, "is missing"),
    ],
)
def test_forged_index(tmp_path, fields, error, message):
    prefix = forged(tmp_path, **fields)
    with pytest.raises(error, match=message):
        BundleReader(prefix).read("x")


def test_not_a_bundle_index(tmp_path):
    file = TemporaryFile(str(tmp_path / "m.index"))
    table = TableWriter(file)
    table.add(b"x", b"\xff\xff")
    table.finish()
    file.close()
    os.replace(file.path, file.final)
    with pytest.raises(errors.DataLossError, match="no bundle header"):
        BundleReader(tmp_path / "m")


def test_bfloat16_is_ml_dtypes():
    value = BundleReader(FOLDER / "1.15" / "all_types").read("bfloat16/matrix")
    assert value.dtype == ml_dtypes.bfloat16
