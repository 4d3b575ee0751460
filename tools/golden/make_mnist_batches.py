"""Writes tests/golden/mnist_batches_<version>.npz; run it under TensorFlow 1.15.5 and 0.12.1."""

import os
import sys
import tempfile

import numpy as np
import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data

TESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests")
sys.path.insert(0, os.path.join(TESTS, "data"))

import idx_files
import mnist_scenarios


def main():
    with tempfile.TemporaryDirectory() as folder:
        idx_files.write(folder)
        old = tf.__version__.startswith("0.")
        result = mnist_scenarios.run(input_data.read_data_sets, folder, old)
        if not old:
            # The default graph's seed is the data set's.
            with tf.Graph().as_default():
                tf.set_random_seed(21)
                mnist = input_data.read_data_sets(folder, validation_size=0)
                result["graph_seed/images"] = mnist.train.next_batch(9)[0]
    path = os.path.join(TESTS, "golden", "mnist_batches_%s.npz" % tf.__version__)
    np.savez_compressed(path, **{name: np.asarray(value) for name, value in result.items()})


main()
