"""Checkpoints of ``tf.train.Checkpoint``, with what they hold. Runs under TensorFlow 1.15.

python tools/golden/make_object_checkpoints.py
"""

import os
import shutil
import sys

import numpy as np
import tensorflow as tf

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests"))

import object_checkpoint_cases as cases  # noqa: E402


def main():
    tf.logging.set_verbosity(tf.logging.ERROR)
    folder = os.path.join(ROOT, "tests", "golden", "object_checkpoints")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    values = {}
    for case in cases.CASES:
        for i, value in enumerate(cases.write(tf, case, folder)):
            if value.dtype == object:
                value = np.array([each.decode() for each in value.ravel()]).reshape(value.shape)
            values["%s/%02d" % (case.__name__, i)] = value
    np.savez_compressed(os.path.join(folder, "values.npz"), **values)


if __name__ == "__main__":
    main()
