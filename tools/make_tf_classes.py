"""Writes src/penstock/compat/tf_classes.txt: the modules in which TensorFlow 1.15 defines classes.

    python tools/make_tf_classes.py FOLDER       (with an interpreter that has TensorFlow 1.15)

FOLDER holds the API inventory tf-1.15.jsonl, JSON lines with a "path" and a "kind" each. A line of
the result is one module with the public names of its classes, the shortest name of each:

    tensorflow.python.keras.engine.sequential: tf.keras.Sequential
"""

from __future__ import annotations

import inspect
import json
import sys
from collections import defaultdict
from pathlib import Path

import tensorflow as tf

TARGET = Path(__file__).parent.parent / "src" / "penstock" / "compat" / "tf_classes.txt"


def main() -> None:
    rows = map(json.loads, (Path(sys.argv[1]) / "tf-1.15.jsonl").read_text().splitlines())
    paths = {r["path"] for r in rows if r["kind"] == "class" and r["path"].startswith("tf.")}
    seen = set()
    modules = defaultdict(set)
    for path in sorted(paths, key=lambda each: (each.count("."), len(each), each)):
        value = tf
        try:
            for name in path.split(".")[1:]:
                value = getattr(value, name)
        except (AttributeError, ImportError):
            continue
        module = getattr(value, "__module__", "")
        if not inspect.isclass(value) or not module.startswith("tensorflow.") or value in seen:
            continue
        if module.endswith("_pb2"):
            continue
        seen.add(value)
        name = path.rpartition(".")[2]
        modules[module].add(path if name == value.__name__ else path + "=" + value.__name__)
    lines = [module + ": " + " ".join(sorted(modules[module])) for module in sorted(modules)]
    TARGET.write_text("\n".join(lines) + "\n")
    print("%s: %d modules, %d classes" % (TARGET, len(lines), len(seen)))  # noqa: UP031


if __name__ == "__main__":
    main()
