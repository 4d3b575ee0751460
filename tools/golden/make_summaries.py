"""Golden summaries: what TensorFlow's summary operations give. Runs under TensorFlow 1.15.

python tools/golden/make_summaries.py
"""

import os
import sys

import numpy as np
import tensorflow as tf

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests"))

from summary_cases import build  # noqa: E402


def main():
    tf.logging.set_verbosity(tf.logging.ERROR)
    graph = tf.Graph()
    with graph.as_default(), tf.Session() as session:
        made = build(tf)
        arrays = {"value/" + k: np.frombuffer(session.run(v), np.uint8) for k, v in made.items()}
        arrays["graph"] = np.frombuffer(graph.as_graph_def().SerializeToString(), np.uint8)
    target = os.path.join(ROOT, "tests", "golden", "summaries.npz")
    np.savez_compressed(target, **arrays)
    print(os.path.getsize(target), "bytes")


if __name__ == "__main__":
    main()
