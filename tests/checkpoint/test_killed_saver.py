"""A whole `Saver.save`, in a process that is killed at some byte of it."""

from __future__ import annotations

import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys

import numpy as np
import pytest

import penstock as tf

HERE = pathlib.Path(__file__).parent
SOURCE = HERE.parents[1] / "src"


def child(folder: pathlib.Path, *words: object) -> str:
    done = subprocess.run(
        [
            sys.executable,
            "-W",
            "ignore",
            str(HERE / "saver_child.py"),
            str(folder),
            *map(str, words),
        ],
        capture_output=True,
        text=True,
        timeout=250,
        env={**os.environ, "PYTHONPATH": str(SOURCE), "JAX_PLATFORMS": "cpu"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def generation_of(folder: pathlib.Path) -> int:
    """Restores what the folder's `checkpoint` file names; all of it is of one generation."""
    latest = tf.train.latest_checkpoint(str(folder))
    assert latest is not None
    with tf.Graph().as_default(), tf.Session() as session:
        for number in range(3):
            tf.Variable(np.zeros((5, number + 3), np.int32), name=f"v{number}")
        parts = tf.get_variable(
            "parts", [6, 2], initializer=tf.zeros_initializer(),
            partitioner=tf.fixed_size_partitioner(3),
        )  # fmt: skip
        tf.train.Saver().restore(session, latest)
        values = session.run([*tf.global_variables()[:3], tf.convert_to_tensor(parts)])
    generation = int(values[0].flat[0])
    for value in values:
        np.testing.assert_array_equal(value, np.full(value.shape, generation))
    assert latest.endswith(f"-{generation}")
    return generation


def check(folder: pathlib.Path, count: int) -> None:
    seen = []
    child(folder, "before")
    total = int(child(folder, "total"))
    assert total > 5000
    # Anywhere, and at the very end, where the old checkpoint is deleted.
    points = sorted({*random.Random(count).sample(range(total), count - 2), 0, total - 1})
    for start in range(0, len(points), 25):
        part = points[start : start + 25]
        lines = child(folder, "kill", *part).split("\n")
        ends = dict(map(int, line.split()) for line in lines if line)
        assert ends == dict.fromkeys(part, int(signal.SIGKILL))
        for point in part:
            work = folder / f"{point:08d}"
            generation = generation_of(work)
            assert generation in (1, 2)
            seen.append(generation)
            shutil.rmtree(work)
    # Old until some byte, then new: the switch is one step.
    assert seen == sorted(seen) and set(seen) == {1, 2}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
def test_killed_at_some_points(tmp_path):
    check(tmp_path, 12)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
def test_killed_at_200_points(tmp_path):
    check(tmp_path, 200)
