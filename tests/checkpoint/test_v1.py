"""V1 checkpoints of TensorFlow 0.12 and 1.15, and `CheckpointReader` over both formats."""

from __future__ import annotations

import numpy as np
import pytest
from checkpoint.golden_checkpoints import FOLDER, assert_same, expected

from penstock import protos
from penstock.checkpoint import CheckpointReader, TensorSlice, V1Reader, V1Writer
from penstock.checkpoint._table import TableWriter
from penstock.checkpoint.files import TemporaryFile, replace
from penstock.graph import dtypes, errors

CASES = [
    ("types_v1", "types_v1"), ("partitioned_v1", "partitioned_v1"),
    ("sharded_v1", "sharded_v1-?????-of-00002"), ("types_v2", "types_v2"),
    ("partitioned_v2", "partitioned_v2"), ("sharded_v2", "sharded_v2"),
]  # fmt: skip


@pytest.mark.parametrize("version", ["1.15", "0.12"])
@pytest.mark.parametrize(("case", "path"), CASES)
def test_checkpoint_reader(version, case, path):
    reader = CheckpointReader(FOLDER / version / path)
    values = expected(version, case)
    assert reader.get_variable_to_shape_map() == {n: list(v.shape) for n, v in values.items()}
    assert reader.get_variable_to_dtype_map() == {
        n: dtypes.as_dtype(v.dtype) for n, v in values.items()
    }
    for name, value in values.items():
        assert reader.has_tensor(name)
        assert_same(reader.get_tensor(name), value)
    assert not reader.has_tensor("nope")
    with pytest.raises(errors.NotFoundError, match="^nope not found in checkpoint file$"):
        reader.get_tensor("nope")


@pytest.mark.parametrize("version", ["1.15", "0.12"])
@pytest.mark.parametrize("case", ["types_v1", "partitioned_v1"])
def test_writes_tensorflows_bytes(tmp_path, version, case):
    source = V1Reader(FOLDER / version / case)
    writer = V1Writer(tmp_path / case)
    for name in source:
        for extents in source.slices(name):
            part = source.read_slice(name, extents)
            writer.add_slice(name, source.shape(name), extents, part)
    writer.finish()
    assert (tmp_path / case).read_bytes() == (FOLDER / version / case).read_bytes()


def test_far_slices_byte_for_byte(tmp_path):
    source = V1Reader(FOLDER / "1.15" / "far_slices_v1")
    writer = V1Writer(tmp_path / "far")
    for extents in source.slices("far"):
        part = source.read_slice("far", extents)
        writer.add_slice("far", source.shape("far"), extents, part)
    writer.finish()
    wanted = (FOLDER / "1.15" / "far_slices_v1").read_bytes()
    assert (tmp_path / "far").read_bytes() == wanted


@pytest.mark.parametrize(
    "kind",
    ["float16", "bfloat16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8",
     "uint16", "uint32", "uint64", "bool", "complex64", "complex128", "string"],
)  # fmt: skip
def test_round_trip_of_every_type(tmp_path, kind):
    dtype = dtypes.as_dtype(kind)
    numbers = np.arange(12).reshape(3, 4)
    if kind == "string":
        value = np.array([[b"a", b""], [b"\xff\x00", b"b"]], object)
    else:
        value = (numbers % 2 == 0) if kind == "bool" else numbers.astype(dtype.as_numpy_dtype)
    writer = V1Writer(tmp_path / "m")
    writer.add("x", value)
    writer.add("scalar", value[0, 0])
    writer.add("empty", value[:0])
    writer.finish()
    reader = V1Reader(tmp_path / "m")
    assert_same(reader.read("x"), value)
    assert reader.read("scalar").shape == () and reader.read("empty").shape == (0, value.shape[1])
    assert reader.dtype("x") == dtype


def test_slices(tmp_path):
    full = np.arange(30.0).reshape(6, 5)
    writer = V1Writer(tmp_path / "m")
    for spec in ("0,2:-", "2,4:0,5"):
        extents = TensorSlice.parse(spec)
        writer.add_slice("p", full.shape, spec, full[extents.resolve(full.shape).selection()])
    writer.finish()
    reader = V1Reader(tmp_path / "m")
    assert_same(reader.read("p"), full)
    assert_same(reader.read_slice("p", "1,3:2,2"), full[1:4, 2:4])


def test_debug_string():
    reader = CheckpointReader(FOLDER / "1.15" / "partitioned_v1")
    assert reader.debug_string() == (
        b"net/w (DT_FLOAT) [7,5], 3 slices\nscalar (DT_FLOAT) []\n"
        b"wide/w (DT_FLOAT) [7,5], 2 slices\nwords (DT_STRING) [5]\n"
    )


def test_refusals(tmp_path):
    with pytest.raises(errors.NotFoundError, match="Failed to find any matching files for .*/m"):
        CheckpointReader(tmp_path / "m")
    path = tmp_path / "m"
    path.write_bytes(bytes(100))
    with pytest.raises(errors.DataLossError, match="bad magic number"):
        CheckpointReader(path)
    content = bytearray((FOLDER / "1.15" / "types_v1").read_bytes())
    content[600] ^= 4
    path.write_bytes(content)
    with pytest.raises(errors.DataLossError, match=f"{path}: bad block 0: its checksum"):
        CheckpointReader(path)


@pytest.mark.parametrize("what", ["few", "name", "range", "shape", "type", "missing", "huge"])
def test_forged_tables(tmp_path, what):
    """Right checksums around wrong content."""
    meta = protos.SavedTensorSlices()
    tensor = meta.meta.tensor.add(name="x", type=6)
    tensor.shape.dim.add(size=2**61 if what == "huge" else -2 if what == "shape" else 2)
    tensor.slice.add().extent.add()
    if what == "type":
        tensor.type = 21
    data = protos.SavedTensorSlices()
    data.data.name = "y" if what == "name" else "x"
    data.data.data.int_val.extend([1] if what == "few" else [1, 1000 if what == "range" else 2])
    from penstock.checkpoint.slices import slice_key

    file = TemporaryFile(str(tmp_path / "m"))
    table = TableWriter(file)
    table.add(b"", meta.SerializeToString())
    if what != "missing":
        table.add(slice_key("x", TensorSlice.full(1)), data.SerializeToString())
    table.finish()
    file.close()
    replace(file.path, file.final)
    with pytest.raises(errors.DataLossError, match="tensor x"):
        V1Reader(tmp_path / "m").read("x")
