"""Golden values of keras.preprocessing, from TensorFlow 1.15: tests/golden/keras_preprocessing.npz."""

import os
import random
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests"))

import numpy as np
import tensorflow as tf

from keras_preprocessing_cases import cases  # noqa: E402

found = {}
for name, function in cases.items():
    np.random.seed(0)
    random.seed(0)
    for i, array in enumerate(function(tf.keras.preprocessing)):
        found["%s/%d" % (name, i)] = np.asarray(array)
target = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests", "golden",
                      "keras_preprocessing.npz")
np.savez_compressed(target, **found)
print(len(found), os.path.getsize(target))
