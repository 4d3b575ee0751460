"""Runs the recurrent networks of ``tests/old_rnn_cases.py`` under TensorFlow 0.12.

    python tools/golden/make_old_rnn.py      (with a TensorFlow 0.12 interpreter)

Writes ``tests/golden/old_rnn.npz``.
"""
import os
import sys

TESTS = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))),
                     "tests")
sys.path.insert(0, TESTS)

import numpy as np  # noqa: E402
import old_rnn_cases  # noqa: E402
import tensorflow as tf  # noqa: E402

kept = {}
for name in old_rnn_cases.cells(tf.nn.rnn_cell):
    for kind in old_rnn_cases.KINDS:
        names, arrays = old_rnn_cases.run(tf, name, kind)
        kept["%s|%s|names" % (name, kind)] = np.array(names)
        for i, array in enumerate(arrays):
            kept["%s|%s|%d" % (name, kind, i)] = array
np.savez_compressed(os.path.join(TESTS, "golden", "old_rnn.npz"), **kept)
