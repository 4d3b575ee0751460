"""Golden values of recurrent layers, from TensorFlow 1.15: tests/golden/keras_recurrent.npz."""

import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "tests"))

import numpy as np
import tensorflow as tf
from tensorflow.python.keras import layers

from keras_recurrent_cases import cases, run  # noqa: E402

found = {}
for name in cases:
    values, shapes, names = run(tf, layers, tf.Session, name)
    for i, value in enumerate(values):
        found["%s/%d" % (name, i)] = value
    found[name + "/shapes"] = np.array(repr(shapes))
    found[name + "/names"] = np.array("|".join(names))
target = os.path.join(HERE, "..", "..", "tests", "golden", "keras_recurrent.npz")
np.savez_compressed(target, **found)
print(len(found), os.path.getsize(target))
