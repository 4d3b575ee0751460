"""A save that is killed leaves the previous checkpoint, or the new one, whole."""

from __future__ import annotations

import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from checkpoint.killing import OPERATION, killed_after

from penstock.checkpoint import (
    BundleReader,
    BundleWriter,
    V1Reader,
    V1Writer,
    files,
    get_checkpoint_state,
    latest_checkpoint,
    merge_bundles,
    update_checkpoint_state,
)


def save(prefix: pathlib.Path, generation: int, shards: int = 1) -> None:
    names = [f"v{number}" for number in range(4)]
    if shards == 1:
        with BundleWriter(prefix) as writer:
            for name in names:
                writer.add(name, np.full((5, generation % 7 + 1), generation, np.int32))
        return
    parts = []
    for shard in range(shards):
        parts.append(f"{prefix}_part{shard}")
        with BundleWriter(parts[-1]) as writer:
            for name in names[shard::shards]:
                writer.add(name, np.full((5, generation % 7 + 1), generation, np.int32))
    merge_bundles(parts, prefix)


def generation_of(prefix: pathlib.Path) -> int:
    """Reads everything; all tensors must be of one generation."""
    reader = BundleReader(prefix)
    assert reader.keys() == ["v0", "v1", "v2", "v3"]
    values = [reader.read(name) for name in reader]
    generation = int(values[0].flat[0])
    for value in values:
        np.testing.assert_array_equal(value, np.full((5, generation % 7 + 1), generation))
    return generation


def cost(action) -> int:
    with killed_after(float("inf")) as budget:
        action()
    return budget.used


def copy(source: pathlib.Path, target: pathlib.Path) -> None:
    if target.exists():
        shutil.rmtree(target)
    shutil.copytree(source, target)


def points(total: int, count: int) -> list[int]:
    return sorted(random.Random(5).sample(range(total), min(count, total)))


def test_killed_at_200_random_points_over_the_same_prefix(tmp_path):
    before, work = tmp_path / "before", tmp_path / "work"
    before.mkdir()
    save(before / "m", 1)
    copy(before, work)
    total = cost(lambda: save(work / "m", 2))
    seen = []
    for point in points(total, 200):
        copy(before, work)
        with killed_after(point):
            save(work / "m", 2)
        seen.append(generation_of(work / "m"))
        if point % 3 == 0:  # and the next save goes through, whatever was left behind
            save(work / "m", 3)
            assert generation_of(work / "m") == 3
    # Old until some point, then new: the switch is one step.
    assert seen == sorted(seen) and set(seen) == {1, 2}


@pytest.mark.parametrize(("old", "new"), [(1, 2), (2, 1), (2, 2), (3, 2)])
def test_killed_at_every_operation_of_a_sharded_save(tmp_path, old, new):
    before, work = tmp_path / "before", tmp_path / "work"
    before.mkdir()
    save(before / "m", 1, old)
    copy(before, work)
    total = cost(lambda: save(work / "m", 2, new))
    seen = []
    for point in [*points(total, 60), *range(max(total - 30 * OPERATION, 0), total, OPERATION)]:
        copy(before, work)
        with killed_after(point):
            save(work / "m", 2, new)
        seen.append((point, generation_of(work / "m")))
    seen.sort()
    assert [g for _, g in seen] == sorted(g for _, g in seen)
    assert {g for _, g in seen} == {1, 2}


def test_what_is_left_after_an_undisturbed_save(tmp_path):
    save(tmp_path / "m", 1, 2)
    for generation in (2, 3):
        save(tmp_path / "m", generation)
        assert sorted(os.listdir(tmp_path)) == ["m.data-00000-of-00001", "m.index"]


def test_without_hard_links(tmp_path, monkeypatch):
    """Where the file system offers no links, the bundle stays under its intermediate names."""
    monkeypatch.setattr(files, "link", lambda source, target: False)
    for generation in (1, 2, 3, 4):
        save(tmp_path / "m", generation)
        assert generation_of(tmp_path / "m") == generation


def test_new_prefix_and_state(tmp_path):
    """The usual course: a new prefix, then the `checkpoint` file."""
    before, work = tmp_path / "before", tmp_path / "work"
    before.mkdir()

    def step(folder: pathlib.Path, generation: int) -> None:
        save(folder / f"m-{generation}", generation)
        update_checkpoint_state(
            str(folder), str(folder / f"m-{generation}"), save_relative_paths=True
        )

    step(before, 1)
    copy(before, work)
    total = cost(lambda: step(work, 2))
    seen = []
    for point in points(total, 60):
        copy(before, work)
        with killed_after(point):
            step(work, 2)
        latest = latest_checkpoint(str(work))
        assert latest is not None
        generation = generation_of(pathlib.Path(latest))
        assert latest.endswith(f"m-{generation}")
        seen.append(generation)
    assert seen == sorted(seen) and seen[0] == 1
    step(work, 2)
    assert get_checkpoint_state(str(work)).model_checkpoint_path.endswith("m-2")


def test_v1_is_replaced_in_one_step(tmp_path):
    def write(value: int) -> None:
        writer = V1Writer(tmp_path / "m")
        writer.add("x", np.full(9, value))
        writer.finish()

    write(1)
    total = cost(lambda: write(1))
    for point in points(total, 40):
        with killed_after(point):
            write(2)
        assert V1Reader(tmp_path / "m").read("x").tolist() in ([1] * 9, [2] * 9)
        write(1)


def test_the_simulation_can_fail(tmp_path, monkeypatch):
    """A writer that writes in place is caught by the same points."""

    def in_place(prefix: pathlib.Path, generation: int) -> None:
        file = files.TemporaryFile(str(prefix) + ".index")
        file.path = file.final
        content = (prefix.parent / "copy.index").read_bytes()
        with open(file.final, "wb") as target:
            file._file = target  # type: ignore[assignment]
            file.write(content)

    save(tmp_path / "m", 1)
    shutil.copy(tmp_path / "m.index", tmp_path / "copy.index")
    with killed_after(50):
        in_place(tmp_path / "m", 2)
    with pytest.raises(Exception, match=r"m\.index"):
        generation_of(tmp_path / "m")


CHILD = """
import sys
import numpy as np
from penstock.checkpoint import BundleWriter
prefix = sys.argv[1]
for generation in range(2, 100000):
    with BundleWriter(prefix) as writer:
        for number in range(4):
            value = np.full((5, generation % 7 + 1), generation, np.int32)
            writer.add(f"v{number}", value)
    print(generation, flush=True)
"""


@pytest.mark.parametrize("round_number", range(4))
def test_a_real_process_is_killed(tmp_path, round_number):
    prefix = tmp_path / "m"
    save(prefix, 1)
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(prefix)], stdout=subprocess.PIPE, text=True
    )
    process.stdout.readline()  # the loop has begun
    time.sleep(random.Random(round_number).uniform(0, 0.15))
    process.send_signal(signal.SIGKILL)
    finished = [int(line) for line in process.communicate()[0].split()]
    generation = generation_of(prefix)
    assert generation >= max(finished, default=2)
    save(prefix, 1)
    assert generation_of(prefix) == 1
