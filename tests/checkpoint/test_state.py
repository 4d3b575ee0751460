"""The `checkpoint` file: TensorFlow's text, relative paths, and what is ignored or refused."""

from __future__ import annotations

import os

import numpy as np
import pytest
from checkpoint.golden_checkpoints import FOLDER

from penstock.checkpoint import (
    BundleWriter,
    checkpoint_exists,
    generate_checkpoint_state_proto,
    get_checkpoint_mtimes,
    get_checkpoint_state,
    latest_checkpoint,
    remove_checkpoint,
    update_checkpoint_state,
)
from penstock.graph import errors


# The expected texts are what TensorFlow 1.15 prints for the same arguments.
@pytest.mark.parametrize(
    ("arguments", "latest", "paths"),
    [
        (("logs", "logs/m-1"), "m-1", ["m-1"]),
        (("/a/b", "/a/b/m-1"), "/a/b/m-1", ["/a/b/m-1"]),
        (("/a/b", "/a/b/m-2", ["/a/b/m-1"]), "/a/b/m-2", ["/a/b/m-1", "/a/b/m-2"]),
        (("logs", "logs/m-2", ["logs/m-1", "logs/m-2", "logs/m-3"]), "m-2",
         ["m-1", "m-2", "m-3", "m-2"]),
        (("", "m"), "m", ["m"]),
        (("logs", "/abs/m"), "/abs/m", ["/abs/m"]),
    ],
)  # fmt: skip
def test_generated_state(arguments, latest, paths):
    state = generate_checkpoint_state_proto(*arguments)
    assert state.model_checkpoint_path == latest
    assert list(state.all_model_checkpoint_paths) == paths


def test_timestamps_must_match():
    with pytest.raises(ValueError, match=r"must match checkpoint paths \(got paths \['l/m-1', "):
        generate_checkpoint_state_proto("l", "l/m-2", ["l/m-1"], [1.5])


def test_text_is_tensorflows(tmp_path):
    for version in ("1.15", "0.12"):
        golden = (FOLDER / version / "types_v2.state").read_text()
        update_checkpoint_state(str(tmp_path), "types_v2", ["types_v2"])
        assert (tmp_path / "checkpoint").read_text() == golden
    update_checkpoint_state(
        str(tmp_path), "m-2", ["m-1"], all_model_checkpoint_timestamps=[1.5, 2.5],
        last_preserved_timestamp=3.25,
    )  # fmt: skip
    assert (tmp_path / "checkpoint").read_text() == (
        'model_checkpoint_path: "m-2"\n'
        'all_model_checkpoint_paths: "m-1"\nall_model_checkpoint_paths: "m-2"\n'
        "all_model_checkpoint_timestamps: 1.5\nall_model_checkpoint_timestamps: 2.5\n"
        "last_preserved_timestamp: 3.25\n"
    )
    assert os.listdir(tmp_path) == ["checkpoint"]


def test_read_back(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    os.mkdir("logs")
    update_checkpoint_state("logs", "logs/m-2", ["logs/m-1"], latest_filename="kept")
    state = get_checkpoint_state("logs", "kept")
    assert list(state.all_model_checkpoint_paths) == ["logs/m-1", "logs/m-2"]
    assert get_checkpoint_state("logs") is None
    folder = str(tmp_path / "logs")
    assert get_checkpoint_state(folder, "kept").model_checkpoint_path == folder + "/m-2"
    assert latest_checkpoint("logs", "kept") is None  # its files are not there
    with BundleWriter("logs/m-2") as writer:
        writer.add("x", 1)
    assert latest_checkpoint("logs", "kept") == "logs/m-2"


def test_save_relative_paths(tmp_path):
    folder = str(tmp_path)
    update_checkpoint_state(folder, folder + "/m-1", save_relative_paths=True)
    assert (tmp_path / "checkpoint").read_text().startswith('model_checkpoint_path: "m-1"\n')
    assert get_checkpoint_state(folder).model_checkpoint_path == folder + "/m-1"


def test_unreadable_states(tmp_path):
    folder = str(tmp_path)
    for text in (b'garbage: "', b'model_checkpoint_path: "a"\nunknown: 1', b"\xff\xfe"):
        (tmp_path / "checkpoint").write_bytes(text)
        assert get_checkpoint_state(folder) is None
        assert latest_checkpoint(folder) is None
    (tmp_path / "checkpoint").write_bytes(b"")
    with pytest.raises(ValueError, match="Invalid checkpoint state loaded from"):
        get_checkpoint_state(folder)


def test_conflicts_and_missing_folders(tmp_path):
    with pytest.raises(RuntimeError, match="conflicts with path used for checkpoint state"):
        update_checkpoint_state(str(tmp_path), str(tmp_path / "checkpoint"))
    with pytest.raises(errors.NotFoundError, match="No such file or directory"):
        update_checkpoint_state(str(tmp_path / "no"), str(tmp_path / "no" / "m"))


def test_existence_times_and_removal(tmp_path):
    prefix = str(tmp_path / "m-1")
    assert not checkpoint_exists(prefix) and get_checkpoint_mtimes([prefix]) == []
    with BundleWriter(prefix) as writer:
        writer.add("x", np.zeros(3))
    (tmp_path / "m-1.meta").write_bytes(b"")
    (tmp_path / "m-10.index").write_bytes(b"")
    os.utime(prefix + ".index", (1000, 1000))
    assert checkpoint_exists(prefix) and get_checkpoint_mtimes([prefix, "no"]) == [1000.0]
    remove_checkpoint(prefix)
    assert os.listdir(tmp_path) == ["m-10.index"]
    for shard in range(2):
        (tmp_path / f"old-0000{shard}-of-00002").write_bytes(b"")
    pattern = str(tmp_path / "old-?????-of-00002")
    (tmp_path / "old.meta").write_bytes(b"")
    assert checkpoint_exists(pattern)
    remove_checkpoint(pattern, checkpoint_format_version=1)
    assert os.listdir(tmp_path) == ["m-10.index"]
