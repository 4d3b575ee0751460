"""What TensorFlow 1.15's sessions, hooks, queues and savers say. Runs under TensorFlow 1.15.

python tools/golden/make_session_transcript.py
"""

import os
import sys
import tempfile

import tensorflow as tf

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests"))

import saver_transcript  # noqa: E402
from session_transcript import Transcript  # noqa: E402


def write(name, lines):
    with open(os.path.join(ROOT, "tests", "golden", name), "w") as file:
        file.write("\n".join(lines) + "\n")


def main():
    with tempfile.TemporaryDirectory() as folder:
        write("session_transcript.txt", Transcript(tf, folder).run())
    tf.reset_default_graph()
    tf.logging.set_verbosity(tf.logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        write("saver_transcript.txt", saver_transcript.transcript(tf, folder))


if __name__ == "__main__":
    main()
