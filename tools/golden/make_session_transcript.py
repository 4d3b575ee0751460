"""What TensorFlow 1.15's sessions, hooks and queues say. Runs under TensorFlow 1.15.

python tools/golden/make_session_transcript.py
"""

import os
import sys
import tempfile

import tensorflow as tf

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests"))

from session_transcript import Transcript  # noqa: E402


def main():
    with tempfile.TemporaryDirectory() as folder:
        lines = Transcript(tf, folder).run()
    with open(os.path.join(ROOT, "tests", "golden", "session_transcript.txt"), "w") as file:
        file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
