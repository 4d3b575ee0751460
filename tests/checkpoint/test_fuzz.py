"""Altered files: an error that names the file, or the right values; never anything else."""

from __future__ import annotations

import pathlib
import shutil

import numpy as np
import pytest
from checkpoint.altering import alter
from checkpoint.golden_checkpoints import FOLDER

from penstock.checkpoint import CheckpointReader, get_checkpoint_state, latest_checkpoint
from penstock.checkpoint._table import TableReader, TableWriter
from penstock.graph import errors
from penstock.platform import logging

CHECKPOINTS = FOLDER / "1.15"
# (case, the altered file, what to open)
FORMATS = {
    "index": ("all_types", "all_types.index", "all_types"),
    "data": ("all_types", "all_types.data-00000-of-00001", "all_types"),
    "slices": ("partitioned_v2", "partitioned_v2.index", "partitioned_v2"),
    "sharded": ("sharded_v2", "sharded_v2.data-00001-of-00002", "sharded_v2"),
    "v1": ("types_v1", "types_v1", "types_v1"),
    "v1_slices": ("partitioned_v1", "partitioned_v1", "partitioned_v1"),
    "v1_sharded": ("sharded_v1", "sharded_v1-00001-of-00002", "sharded_v1-?????-of-00002"),
}
REFUSALS = (
    errors.DataLossError,
    errors.NotFoundError,
    errors.InvalidArgumentError,
    errors.UnimplementedError,
)


def flatten(value: np.ndarray) -> tuple:
    content = tuple(value.ravel().tolist()) if value.dtype == object else value.tobytes()
    return value.dtype, value.shape, content


def read_all(path: pathlib.Path) -> dict:
    reader = CheckpointReader(path)
    names = list(reader.get_variable_to_shape_map())
    return {name: flatten(reader.get_tensor(name)) for name in names}


def fuzz(tmp_path: pathlib.Path, kind: str, count: int, seed: int) -> None:
    case, altered, opened = FORMATS[kind]
    for path in CHECKPOINTS.glob(case + "*"):
        if path.suffix != ".npz":
            shutil.copy(path, tmp_path)
    want = read_all(tmp_path / opened)
    content = (tmp_path / altered).read_bytes()
    rng = np.random.default_rng(seed)
    refused = 0
    for _ in range(count):
        (tmp_path / altered).write_bytes(alter(content, rng))
        try:
            got = read_all(tmp_path / opened)
        except REFUSALS as error:
            refused += 1
            assert str(tmp_path) in str(error)
        else:
            assert got == want
    assert refused > count // 2


@pytest.fixture(autouse=True)
def verbosity():
    before = logging.get_verbosity()
    yield
    logging.set_verbosity(before)


@pytest.mark.parametrize("kind", FORMATS)
def test_altered_files(tmp_path, kind):
    fuzz(tmp_path, kind, 75, seed=1)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kind", FORMATS)
def test_ten_thousand_altered_files(tmp_path, kind):
    fuzz(tmp_path, kind, 10_000, seed=2)


def test_cut_off_at_every_byte(tmp_path):
    content = (CHECKPOINTS / "partitioned_v2.index").read_bytes()
    shutil.copy(CHECKPOINTS / "partitioned_v2.data-00000-of-00001", tmp_path)
    for size in range(len(content)):
        (tmp_path / "partitioned_v2.index").write_bytes(content[:size])
        with pytest.raises(errors.DataLossError, match=r"partitioned_v2\.index"):
            read_all(tmp_path / "partitioned_v2")


def test_every_bit_of_the_data(tmp_path):
    """Each byte of a data file belongs to a tensor, and none can change unseen."""
    shutil.copy(CHECKPOINTS / "types_v2.index", tmp_path)
    name = "types_v2.data-00000-of-00001"
    content = (CHECKPOINTS / name).read_bytes()
    for place in range(len(content)):
        altered = bytearray(content)
        altered[place] ^= 1 << place % 8
        (tmp_path / name).write_bytes(altered)
        with pytest.raises(errors.DataLossError, match=f"{name}: tensor v/"):
            read_all(tmp_path / "types_v2")


def fuzz_state(tmp_path: pathlib.Path, count: int, seed: int) -> None:
    content = b'model_checkpoint_path: "m-2"\nall_model_checkpoint_paths: "m-1"\n' * 2
    rng = np.random.default_rng(seed)
    logging.set_verbosity(logging.FATAL)  # each altered file is warned of
    for _ in range(count):
        (tmp_path / "checkpoint").write_bytes(alter(content, rng))
        try:
            get_checkpoint_state(str(tmp_path))
            assert latest_checkpoint(str(tmp_path)) is None  # there are no files to be found
        except ValueError as error:
            assert "Invalid checkpoint state" in str(error)


def test_altered_state(tmp_path):
    fuzz_state(tmp_path, 75, seed=1)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_ten_thousand_altered_states(tmp_path):
    fuzz_state(tmp_path, 10_000, seed=2)


def forge(content: list[tuple[bytes, bytes]], rng: np.random.Generator) -> list:
    """Entries altered before the checksums are made, as somebody with bad intent would."""
    entries = dict(content)
    for _ in range(int(rng.integers(1, 3))):
        keys = sorted(entries)
        key = keys[int(rng.integers(len(keys)))]
        kind = int(rng.integers(6))
        if kind == 0:
            entries[alter(key, rng)] = entries.pop(key)
        elif kind == 1:
            entries[key] = entries[keys[int(rng.integers(len(keys)))]]
        else:
            entries[key] = alter(entries[key], rng)
    return sorted(entries.items())


@pytest.mark.parametrize("kind", ["index", "slices", "v1", "v1_slices"])
def test_forged_tables_never_crash(tmp_path, kind):
    """Nothing can be said about the values then, but the reader must stay in control."""
    case, altered, opened = FORMATS[kind]
    for path in CHECKPOINTS.glob(case + "*"):
        if path.suffix != ".npz":
            shutil.copy(path, tmp_path)
    content = [(k, bytes(v)) for k, v in TableReader(str(tmp_path / altered)).items()]
    rng = np.random.default_rng(3)
    for _ in range(60):
        with open(tmp_path / altered, "wb") as file:
            table = TableWriter(file)
            for key, value in forge(content, rng):
                table.add(key, value)
            table.finish()
        try:
            reader = CheckpointReader(tmp_path / opened)
            names = list(reader.get_variable_to_shape_map())
        except REFUSALS:
            continue
        for name in names:
            try:
                value = reader.get_tensor(name)
            except REFUSALS:
                continue
            assert value.nbytes < 100_000
