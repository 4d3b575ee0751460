"""Layer names, output shapes and counts of keras.applications from TensorFlow 1.15, as hashes.

Writes tests/golden/keras_applications.json: for each model a hash of what its layers are called
and how their outputs are shaped, in the order of weights, and the number of parameters. With names as arguments, only those models are made anew.
"""

import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "tests"))

import tensorflow as tf

from keras_application_cases import NAMES, described  # noqa: E402

path = os.path.join(HERE, "..", "..", "tests", "golden", "keras_applications.json")
found = {}
if sys.argv[1:] and os.path.exists(path):
    with open(path) as f:
        found = json.load(f)
for name in sys.argv[1:] or NAMES:
    tf.keras.backend.clear_session()
    found[name] = described(getattr(tf.keras.applications, name)(weights=None))
    with open(path, "w") as f:
        json.dump(found, f, indent=1, sort_keys=True)
