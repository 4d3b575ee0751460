"""Has TensorFlow 1.15 read the meta graphs, SavedModels and checkpoints that Penstock writes.

    python tools/check_saved_graphs_with_tensorflow.py --python PYTHON

`PYTHON` is an interpreter that has TensorFlow 1.15. The model of `tests/saved_graph_cases.py` is
written here, read there, trained a step there, and all values are compared. The exit status is 1
if one differs.
"""

from __future__ import annotations

import argparse
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

TESTS = pathlib.Path(__file__).resolve().parents[1] / "tests"
INSIDE = """
import sys
sys.path.insert(0, sys.argv[1])
import numpy as np
import tensorflow as tf
import saved_graph_cases
np.savez(sys.argv[3], **saved_graph_cases.read(tf, sys.argv[2]))
"""


def main() -> int:
    """Runs the check; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--python", required=True, help="an interpreter with TensorFlow 1.15")
    options = parser.parse_args()
    sys.path.insert(0, str(TESTS))
    import saved_graph_cases

    import penstock as tf

    with tempfile.TemporaryDirectory() as folder:
        saved_graph_cases.write(tf, folder)
        ours = saved_graph_cases.read(tf, folder)
        target = pathlib.Path(folder) / "values.npz"
        command = [options.python, "-c", INSIDE, str(TESTS), folder, str(target)]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        with np.load(target) as theirs:
            return compare(ours, dict(theirs))


def compare(ours: dict[str, np.ndarray], theirs: dict[str, np.ndarray]) -> int:
    """Prints what differs; returns the exit status."""
    wrong = set(ours) ^ set(theirs)
    for name in sorted(set(ours) & set(theirs)):
        if theirs[name].dtype.kind in "US":
            same = ours[name].tolist() == theirs[name].tolist()
        else:
            same = np.allclose(ours[name], theirs[name], 1e-5, 1e-6)
        print("ok  " if same else "FAIL", name)
        if not same:
            wrong.add(name)
    print(f"{len(ours)} values, {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
