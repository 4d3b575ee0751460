"""Builds graphs of growing size and runs one operation in the largest, timing both.

python building.py penstock|tensorflow COUNT ...

Prints one line of JSON: seconds of building for each count of operations, and of one ``run``.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
PEER, COUNTS = sys.argv[1], [int(count) for count in sys.argv[2:]]
if PEER == "penstock":
    import penstock as tf
else:
    import tensorflow

    tf = tensorflow.compat.v1
    tf.disable_eager_execution()
    tf.logging.set_verbosity(tf.logging.ERROR)

RUNS = 500


def build(count: int) -> Any:
    """A graph of about ``count`` operations of five kinds; returns one in its middle."""
    x = tf.placeholder(tf.float32, [None, 4], name="x")
    weights = tf.constant([[0.5] * 4] * 4)
    middle = x
    for i in range(count // 5):
        x = tf.matmul(tf.nn.relu(x), weights)
        x = tf.reshape(x, [-1, 4]) + 1.0
        if i == count // 10:
            middle = tf.square(weights)
    return middle


def main() -> None:
    build(50)  # What only the first operations of a process pay.
    found: dict[str, Any] = {"version": f"{PEER} {tf.__version__}", "build": {}}
    for count in COUNTS:
        tf.reset_default_graph()
        began = time.perf_counter()
        fetch = build(count)
        found["build"][count] = time.perf_counter() - began
    found["operations"] = len(tf.get_default_graph().get_operations())
    with tf.Session() as session:
        began = time.perf_counter()
        session.run(fetch)
        found["first run"] = time.perf_counter() - began
        began = time.perf_counter()
        for _ in range(RUNS):
            session.run(fetch)
        found["run"] = (time.perf_counter() - began) / RUNS
    print(json.dumps(found))


main()
