"""What a worker and ``run.py`` say to each other, one line at a time.

``run.py`` writes a number of steps; the worker runs that many and answers with the seconds they
took and the processor seconds they used. The first line a worker writes is the peer's version.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np

BATCH = {"softmax": 100, "cnn": 50, "alexnet": 10}


def serve(version: str, step: Callable[[], None], finish: Callable[[], None]) -> None:
    """Answers requests until standard input ends.

    Args:
        version: the peer's name and version.
        step: one training step.
        finish: waits until all steps are done.
    """
    step()
    finish()

    def run(count: int) -> tuple[float, float]:
        began, busy = time.perf_counter(), time.process_time()
        for _ in range(count):
            step()
        finish()
        return time.perf_counter() - began, time.process_time() - busy

    answer(version, run)


def answer(version: str, run: Callable[[int], tuple[float, float]]) -> None:
    """Answers requests with what ``run`` measures for a number of steps."""
    print(version, flush=True)
    for line in sys.stdin:
        print(*run(int(line)), flush=True)


def data(workload: str) -> tuple[np.ndarray, np.ndarray]:
    """A batch of random images and one-hot labels."""
    random = np.random.RandomState(0)
    batch = BATCH[workload]
    pixels, classes = (224 * 224 * 3, 1000) if workload == "alexnet" else (784, 10)
    images = random.rand(batch, pixels).astype(np.float32)
    return images, np.eye(classes, dtype=np.float32)[random.randint(0, classes, batch)]
