"""Files of models written by real Keras, with their predictions: tests/golden/keras_files/.

Run under TensorFlow 1.15 (tf115_*), then under TensorFlow 2 with tf_keras and Keras 3.
"""

import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "tests"))

import numpy as np
import tensorflow as tf

from keras_file_cases import data, models, trained  # noqa: E402

target = os.path.join(HERE, "..", "..", "tests", "golden", "keras_files")
os.makedirs(target, exist_ok=True)


def write(k, origin, endings):
    for name in models:
        k.backend.clear_session()
        model, found = trained(k, name)
        path = os.path.join(target, origin + "_" + name)
        for ending in endings:
            model.save(path + ending)
        if origin == "tf115":
            model.save_weights(path + "_weights", save_format="tf")
        x, y = data(name)
        after = model.train_on_batch(x, y)
        next_outputs = model.predict(x)
        if not isinstance(next_outputs, list):
            next_outputs = [next_outputs]
        arrays = {"output%d" % i: each for i, each in enumerate(found)}
        arrays.update({"next%d" % i: each for i, each in enumerate(next_outputs)})
        np.savez_compressed(path + ".npz", **arrays)


if tf.__version__.startswith("1."):
    write(tf.keras, "tf115", [".h5"])
else:
    import keras
    import tf_keras

    write(tf_keras, "tfkeras", [".h5", ".keras"])
    write(keras, "keras3", [".h5", ".keras"])
