"""A process whose `Saver.save` is killed at given bytes.

    python saver_child.py FOLDER before|total|kill POINT...

`FOLDER/before` gets a checkpoint of generation 1; `total` prints what a save of generation 2 costs;
`kill` copies `before` to `FOLDER/00POINT` for each point and has a child of its own die there, in the
middle of a whole `Saver.save` (values, index, `checkpoint` file, deletion of the old one, meta
graph). Each child starts before JAX has started threads, so forking is safe.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys

import numpy as np

import penstock as tf
from penstock.checkpoint import files

OPERATION = 40  # what an operation costs, in bytes, so that random points hit all of them


class Meter:
    """Counts bytes and operations; kills the process when `limit` is used up."""

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self.used = 0

    def spend(self, amount: int) -> int:
        """How much of `amount` may still be written."""
        done = int(min(amount, self.limit - self.used))
        self.used += amount
        return done

    def operation(self) -> None:
        """Counts an operation, which doesn't happen any more beyond the limit."""
        if self.spend(OPERATION) < OPERATION:
            os.kill(os.getpid(), signal.SIGKILL)

    def install(self) -> None:
        """Has all file operations of the checkpoint writers counted."""
        write = files.TemporaryFile.write

        def counted_write(file: files.TemporaryFile, data: bytes | memoryview) -> None:
            view = memoryview(data)
            done = self.spend(len(view))
            write(file, view[:done])
            if done < len(view):
                file._file.flush()
                os.kill(os.getpid(), signal.SIGKILL)

        def counted(function):
            def call(*arguments):
                self.operation()
                return function(*arguments)

            return call

        files.TemporaryFile.write = counted_write
        for name in ("close", "discard"):
            setattr(files.TemporaryFile, name, counted(getattr(files.TemporaryFile, name)))
        for name in ("replace", "link", "remove", "sync_folder"):
            setattr(files, name, counted(getattr(files, name)))


def build(generation: int) -> tuple[tf.Graph, tf.train.Saver]:
    with tf.Graph().as_default() as graph:
        for number in range(3):
            tf.Variable(np.full((5, number + 3), generation, np.int32), name=f"v{number}")
        tf.get_variable(
            "parts", [6, 2], initializer=tf.constant_initializer(float(generation)),
            partitioner=tf.fixed_size_partitioner(2),
        )  # fmt: skip
        tf.global_variables_initializer()
        return graph, tf.train.Saver(max_to_keep=1)


def save(folder: str, generation: int, before: int | None = None) -> None:
    graph, saver = GRAPHS[generation]
    with tf.Session(graph=graph) as session:
        session.run("init")
        if before is not None:
            saver.set_last_checkpoints_with_time([(os.path.join(folder, f"model-{before}"), 0.0)])
        saver.save(session, os.path.join(folder, "model"), global_step=generation)


GRAPHS = {generation: build(generation) for generation in (1, 2)}


def main() -> None:
    root, task, *points = sys.argv[1:]
    before = os.path.join(root, "before")
    if task == "before":
        os.makedirs(before)
        save(before, 1)
        return
    if task == "total":
        work = os.path.join(root, "total---")  # as long a name as those below
        shutil.copytree(before, work)
        meter = Meter(float("inf"))
        meter.install()
        save(work, 2, 1)
        print(meter.used)
        return
    for point in map(int, points):
        work = os.path.join(root, f"{point:08d}")
        shutil.copytree(before, work)
        child = os.fork()
        if child == 0:
            Meter(point).install()
            save(work, 2, 1)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print(point, os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0, flush=True)


if __name__ == "__main__":
    main()
