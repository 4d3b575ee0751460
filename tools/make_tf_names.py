"""Writes src/penstock/compat/tf_names.txt, the names that TensorFlow versions offered.

    python tools/make_tf_names.py FOLDER

FOLDER holds the API inventories of three releases, JSON lines with a "path" each:
tf-1.15.jsonl, tf-1.4-only.jsonl and tf-0.12-only.jsonl. A line of the result is one namespace:

    <release> <namespace>: <name> <name> ...

where the release is the newest that has these names.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path

RELEASES = {"1.15": "tf-1.15.jsonl", "1.4": "tf-1.4-only.jsonl", "0.12": "tf-0.12-only.jsonl"}
TARGET = Path(__file__).parent.parent / "src" / "penstock" / "compat" / "tf_names.txt"


def main() -> None:
    folder = Path(sys.argv[1])
    lines = []
    for release, file_name in RELEASES.items():
        namespaces: dict[str, set[str]] = defaultdict(set)
        for line in (folder / file_name).read_text().splitlines():
            path = json.loads(line)["path"]
            namespace, _, name = path.rpartition(".")
            if path.startswith("tf.") and not name.startswith("__"):
                namespaces[namespace].add(name)
        for namespace in sorted(namespaces):
            lines.append(f"{release} {namespace}: {' '.join(sorted(namespaces[namespace]))}")
    TARGET.write_text("\n".join(lines) + "\n")
    print(f"{TARGET}: {len(lines)} namespaces, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
