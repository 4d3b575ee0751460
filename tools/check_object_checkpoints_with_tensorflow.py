"""Has TensorFlow 1.15 read the checkpoints that Penstock's ``tf.train.Checkpoint`` writes.

    python tools/check_object_checkpoints_with_tensorflow.py --python PYTHON

`PYTHON` is an interpreter that has TensorFlow 1.15. The cases of `tests/object_checkpoint_cases.py`
are written here and read there, all objects matched, and all values are compared. (What TensorFlow
writes is read by `tests/checkpoint/test_objects.py`.) The exit status is 1 if one differs.
"""

from __future__ import annotations

import argparse
import pathlib
import pickle
import subprocess
import sys
import tempfile

TESTS = pathlib.Path(__file__).resolve().parents[1] / "tests"
INSIDE = """
import pickle, sys, traceback
sys.path.insert(0, sys.argv[1])
import tensorflow as tf
import object_checkpoint_cases as cases
found = {}
for case in cases.CASES:
    try:
        found[case.__name__] = [value.tolist() for value in cases.read(tf, case, sys.argv[2])]
    except Exception:
        found[case.__name__] = traceback.format_exc()
with open(sys.argv[3], "wb") as file:
    pickle.dump(found, file, 2)
"""


def main() -> int:
    """Runs the check; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--python", required=True, help="an interpreter with TensorFlow 1.15")
    options = parser.parse_args()
    sys.path.insert(0, str(TESTS))
    import object_checkpoint_cases as cases

    import penstock as tf

    with tempfile.TemporaryDirectory() as folder:
        ours = {
            case.__name__: [value.tolist() for value in cases.write(tf, case, folder)]
            for case in cases.CASES
        }
        target = pathlib.Path(folder) / "values"
        command = [options.python, "-c", INSIDE, str(TESTS), folder, str(target)]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        with target.open("rb") as file:
            theirs = pickle.load(file)
    wrong = 0
    for name, values in ours.items():
        same = theirs[name] == values
        wrong += not same
        print("ok  " if same else "FAIL", name)
        if not same:
            print(theirs[name] if isinstance(theirs[name], str) else f"{theirs[name]}\n{values}")
    print(f"{len(ours)} checkpoints, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
