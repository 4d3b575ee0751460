"""Files of a whole model, with what it computes. Runs under TensorFlow 1.15.

python tools/golden/make_saved_graphs.py
"""

import os
import shutil
import sys

import numpy as np
import tensorflow as tf

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests"))

import saved_graph_cases  # noqa: E402


def main():
    tf.logging.set_verbosity(tf.logging.ERROR)
    folder = os.path.join(ROOT, "tests", "golden", "saved_graphs")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    saved_graph_cases.write(tf, folder)
    found = saved_graph_cases.read(tf, folder)
    np.savez_compressed(os.path.join(folder, "values.npz"), **found)
    for name in os.listdir(folder):
        if name.endswith("_state"):
            os.remove(os.path.join(folder, name))


if __name__ == "__main__":
    main()
