"""Builds the programs in ``tests/whole_graphs`` under TensorFlow 1.15 and keeps their graphs.

    python tools/golden/make_whole_graphs.py [FAMILY ...]      (with a TensorFlow 1.15 interpreter)

Writes ``tests/golden/whole_graphs/<family>.json.xz``: program -> lines of text, one a node. The
family ``programs`` holds the graphs of ``../shared/programs``, where that folder is there.
"""
import json
import lzma
import os
import sys
import warnings

warnings.filterwarnings("ignore")
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests"))

import tensorflow as tf  # noqa: E402

tf.logging.set_verbosity(tf.logging.FATAL)
import whole_graphs  # noqa: E402


def main(families):
    folder = os.path.join(ROOT, "tests", "golden", "whole_graphs")
    if not os.path.isdir(folder):
        os.makedirs(folder)
    for family in families or whole_graphs.FAMILIES + ["programs"]:
        if family == "programs":
            kept = programs()
        else:
            kept = {name: whole_graphs.listing(tf, program)
                    for name, program in sorted(whole_graphs.names_of(family).items())}
        path = os.path.join(folder, family + ".json.xz")
        with lzma.open(path, "wt", preset=9) as file:
            json.dump(kept, file, sort_keys=True)
        print(path, len(kept), os.path.getsize(path))


def programs():
    """The graphs that the programs of ``../shared`` build."""
    folder = os.path.join(os.path.dirname(ROOT), "shared", "programs")
    if not os.path.isdir(folder):
        sys.exit("needs ../shared/programs, which isn't part of the project")
    return {name: whole_graphs.listing_of_program(tf, os.path.join(folder, name + ".py"), end)
            for name, end in whole_graphs.PROGRAMS.items()}


if __name__ == "__main__":
    main(sys.argv[1:])
