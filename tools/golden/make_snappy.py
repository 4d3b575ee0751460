"""Writes tests/golden/snappy.npz: blocks compressed by the real Snappy (needs `cramjam`)."""

import cramjam
import numpy as np

rng = np.random.default_rng(0)
cases = [
    b"",
    b"a",
    b"a" * 1000,
    b"abc" * 400,
    bytes(range(256)) * 3,
    rng.bytes(300),
    rng.bytes(70) * 40,
    b"".join(b"layer%d/weights/Adam_%d" % (i % 7, i) for i in range(300)),
    rng.integers(0, 3, 70000).astype(np.uint8).tobytes(),
]
out = {}
for number, data in enumerate(cases):
    out["plain%d" % number] = np.frombuffer(data, np.uint8)
    out["packed%d" % number] = np.frombuffer(bytes(cramjam.snappy.compress_raw(data)), np.uint8)
np.savez_compressed("tests/golden/snappy.npz", **out)
