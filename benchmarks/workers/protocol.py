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
    print(version, flush=True)
    for line in sys.stdin:
        count = int(line)
        began, busy = time.perf_counter(), time.process_time()
        for _ in range(count):
            step()
        finish()
        print(time.perf_counter() - began, time.process_time() - busy, flush=True)


def data(workload: str) -> tuple[np.ndarray, np.ndarray]:
    """A batch of random images and one-hot labels."""
    random = np.random.RandomState(0)
    batch = BATCH[workload]
    pixels, classes = (224 * 224 * 3, 1000) if workload == "alexnet" else (784, 10)
    images = random.rand(batch, pixels).astype(np.float32)
    return images, np.eye(classes, dtype=np.float32)[random.randint(0, classes, batch)]
