"""Golden listings of the operations that savers make. Runs under TensorFlow 1.15.

python tools/golden/make_saver_graphs.py
"""

import json
import os
import sys

import tensorflow as tf

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests"))

import saver_graph_cases  # noqa: E402


def main():
    tf.logging.set_verbosity(tf.logging.ERROR)
    listings = {case.__name__: saver_graph_cases.listing(tf, case)
                for case in saver_graph_cases.CASES}
    target = os.path.join(ROOT, "tests", "golden", "saver_graphs.json")
    with open(target, "w") as file:
        json.dump(listings, file, indent=1, sort_keys=True)
        file.write("\n")


if __name__ == "__main__":
    main()
