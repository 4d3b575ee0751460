"""Writes tests/golden/protos.json.gz: every field of TensorFlow 1.15's messages.

Run it under TensorFlow 1.15, from the repository root:

    python tools/golden/make_protos.py < list-of-modules

where the list holds module names such as `core.framework.graph_pb2`, one to a line.
"""

import gzip
import importlib
import json
import sys


def describe(descriptor, out):
    out[descriptor.full_name] = [
        [
            f.number,
            f.name,
            f.type,
            f.label,
            strip((f.message_type or f.enum_type).full_name) if f.type in (11, 14) else "",
            f.containing_oneof.name if f.containing_oneof else "",
        ]
        for f in sorted(descriptor.fields, key=lambda f: f.number)
    ]
    for nested in descriptor.nested_types:
        describe(nested, out)
    for enum in descriptor.enum_types:
        out["enum " + enum.full_name] = [[v.number, v.name] for v in enum.values]


def strip(name):
    for package in ("tensorflow.serving.", "tensorflow.tfprof.", "tensorflow.error.",
                    "tensorflow."):
        if name.startswith(package):
            return name[len(package):]
    return name


def main():
    modules = [line.strip() for line in sys.stdin if line.strip()]
    out = {}
    for module in modules:
        file = importlib.import_module("tensorflow." + module).DESCRIPTOR
        found = {}
        for message in file.message_types_by_name.values():
            describe(message, found)
        for enum in file.enum_types_by_name.values():
            found["enum " + enum.full_name] = [[v.number, v.name] for v in enum.values]
        out[module] = {
            ("enum " if k.startswith("enum ") else "") + strip(k.split(" ")[-1]): v
            for k, v in found.items()
        }
    with gzip.GzipFile("tests/golden/protos.json.gz", "wb", mtime=0) as file:
        file.write(json.dumps(out, sort_keys=True).encode())


main()
