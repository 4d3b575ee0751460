"""Runs the pipelines of tests/cases/datasets.py under TensorFlow 1.15 and keeps what they give.

    python tools/golden/make_datasets.py        (with a Python that has TensorFlow 1.15)
"""
import gzip
import json
import os
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests"))

import tensorflow as tf  # noqa: E402
from cases import datasets  # noqa: E402

tf.logging.set_verbosity(tf.logging.ERROR)
folder = tempfile.mkdtemp()
datasets.write_files(tf, folder)
found = {name: datasets.record(tf, build, folder) for name, build in datasets.CASES.items()}
path = os.path.join(ROOT, "tests", "golden", "datasets.json.gz")
with open(path, "wb") as file:
    text = json.dumps(found, sort_keys=True).encode()
    file.write(gzip.compress(text) if sys.version_info < (3, 8) else gzip.compress(text, mtime=0))
print(len(found), "pipelines,", os.path.getsize(path), "bytes")
os._exit(0)  # TensorFlow 1.15 may crash while it ends after a failed pipeline.
