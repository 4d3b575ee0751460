"""Runs the golden snippets under TensorFlow 1.15 and keeps what they gave.

    python tools/golden/make_snippets.py [FAMILY ...]      (with a TensorFlow 1.15 interpreter)

Writes ``tests/golden/snippets/<family>.npz``.
"""
import os
import sys
import warnings

warnings.filterwarnings("ignore")
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.join(os.path.dirname(os.path.dirname(HERE)), "tests")
sys.path.insert(0, TESTS)

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

tf.logging.set_verbosity(tf.logging.ERROR)
import snippets  # noqa: E402


def main(families):
    folder = os.path.join(TESTS, "golden", "snippets")
    if not os.path.isdir(folder):
        os.makedirs(folder)
    if not families:
        families = sorted(name[:-3] for name in os.listdir(os.path.join(TESTS, "snippets"))
                          if name.endswith(".py") and name != "__init__.py")
    for family in families:
        kept = {}
        for name, function in sorted(snippets.names_of(family).items()):
            record = snippets.run(tf, function)
            kept[name + "|text"] = np.array("\n".join(record.lines))
            for i, array in enumerate(record.arrays):
                kept["%s|%d" % (name, i)] = array
            for line in record.lines:
                if line.startswith("ended by"):
                    print(family, name, line)
        path = os.path.join(folder, family + ".npz")
        np.savez_compressed(path, **kept)
        print(path, os.path.getsize(path))


if __name__ == "__main__":
    main(sys.argv[1:])
