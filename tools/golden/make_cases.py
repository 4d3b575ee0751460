"""Runs the golden cases under TensorFlow 1.15 and keeps what they gave.

    python tools/golden/make_cases.py [FAMILY ...]      (with a TensorFlow 1.15 interpreter)

Writes ``tests/golden/cases/<family>.npz``.
"""
import importlib
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
import cases  # noqa: E402


def main(families):
    folder = os.path.join(TESTS, "golden", "cases")
    if not os.path.isdir(folder):
        os.makedirs(folder)
    if not families:
        families = sorted(name[:-3] for name in os.listdir(os.path.join(TESTS, "cases"))
                          if name.endswith(".py") and name != "__init__.py")
    for name in families:
        family = importlib.import_module("cases." + name).cases
        kept = {}
        for case in family.cases.values():
            try:
                if case.error:
                    kept[case.name + "|error"] = np.array(error_of(case))
                    continue
                for key, value in cases.record(tf, case, False).items():
                    kept[case.name + "|" + key] = value
                if case.dynamic:
                    shapes = cases.record(tf, case, True)["shapes"]
                    kept[case.name + "|dynamic_shapes"] = shapes
            except Exception as error:
                print("%s/%s: %s: %s" % (name, case.name, type(error).__name__, error))
        path = os.path.join(folder, name + ".npz")
        np.savez_compressed(path, **kept)
        print("%s: %d cases, %d bytes" % (name, len(family.cases), os.path.getsize(path)))


def error_of(case):
    """``Class: first line of the message`` of the error that the case ends in."""
    try:
        cases.record(tf, case, False)
    except Exception as error:
        message = getattr(error, "message", None) or str(error)
        return "%s: %s" % (type(error).__name__, message.strip().split("\n")[0])
    raise AssertionError("no error came")


if __name__ == "__main__":
    main(sys.argv[1:])
