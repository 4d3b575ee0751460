"""Runs the programs in ``tests/programs/tutorials`` under TensorFlow 1.15 and keeps what they print.

    python tools/golden/make_programs.py [PROGRAM ...]      (with a TensorFlow 1.15 interpreter)

Writes ``tests/golden/programs.json``: name -> printed text.
"""
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.join(os.path.dirname(os.path.dirname(HERE)), "tests")
FOLDER = os.path.join(TESTS, "programs", "tutorials")
KEPT = os.path.join(TESTS, "golden", "programs.json")


def main(names):
    kept = {}
    if os.path.exists(KEPT):
        with open(KEPT) as file:
            kept = json.load(file)
    for name in names or sorted(f[:-3] for f in os.listdir(FOLDER) if f.endswith(".py")):
        environment = dict(os.environ, TF_CPP_MIN_LOG_LEVEL="3", PYTHONWARNINGS="ignore")
        run = subprocess.run([sys.executable, os.path.join(FOLDER, name + ".py")],
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
        if run.returncode:
            print(name, "failed", run.stderr.decode()[-600:])
            continue
        kept[name] = run.stdout.decode()
        print(name, len(kept[name]))
    with open(KEPT, "w") as file:
        json.dump(kept, file, indent=0, sort_keys=True)


if __name__ == "__main__":
    main(sys.argv[1:])
