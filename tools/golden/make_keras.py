"""Writes tests/golden/keras_*.npz: run it with TensorFlow 1.15."""

import os
import sys

import numpy as np
import tensorflow as tf

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "tests"))

import keras_cases  # noqa: E402

for name in sys.argv[1:] or sorted(keras_cases.FAMILIES):
    found = keras_cases.FAMILIES[name](tf)
    path = os.path.join(ROOT, "tests", "golden", "keras_%s.npz" % name)
    np.savez_compressed(path, **found)
    print(path, len(found), os.path.getsize(path))
