"""The Snappy decoder on streams of the real encoder, hand-made ones and broken ones."""

from __future__ import annotations

import pathlib

import numpy as np
import pytest

from penstock.checkpoint._snappy import uncompress

GOLDEN = np.load(pathlib.Path(__file__).parents[1] / "golden" / "snappy.npz")


@pytest.mark.parametrize("number", range(9))
def test_golden(number):
    packed = GOLDEN[f"packed{number}"].tobytes()
    assert uncompress(packed) == GOLDEN[f"plain{number}"].tobytes()
    assert uncompress(memoryview(packed)) == GOLDEN[f"plain{number}"].tobytes()


def test_four_byte_copy():
    stream = bytes([8]) + bytes([3 << 2]) + b"abcd" + bytes([3 << 2 | 3, 4, 0, 0, 0])
    assert uncompress(stream) == b"abcdabcd"


@pytest.mark.parametrize(
    "stream",
    [
        b"",
        b"\x80",  # the size does not end
        b"\xff\xff\xff\xff\x0f",  # four gigabytes out of nothing
        bytes([4, 3 << 2]) + b"abc",  # the literal is cut off
        bytes([4, 0]) + b"a",  # too little
        bytes([1, 3 << 2]) + b"abcd",  # too much
        bytes([8, 3 << 2]) + b"abcd" + bytes([0b1, 0]),  # offset 0
        bytes([8, 3 << 2]) + b"abcd" + bytes([0b1, 5]),  # before the start
        bytes([8, 3 << 2]) + b"abcd" + bytes([0b10, 4]),  # the copy is cut off
        bytes([8, 63 << 2, 0xFF, 0xFF, 0xFF, 0xFF]),  # a literal of four gigabytes
    ],
)
def test_broken_streams_are_refused(stream):
    with pytest.raises(ValueError, match=r"\w"):
        uncompress(stream)


def test_altered_streams_never_crash():
    rng = np.random.default_rng(1)
    packed = bytearray(GOLDEN["packed7"].tobytes())
    for _ in range(500):
        altered = bytearray(packed)
        for _ in range(rng.integers(1, 4)):
            altered[rng.integers(len(altered))] = rng.integers(256)
        try:
            uncompress(bytes(altered[: rng.integers(1, len(altered) + 1)]))
        except ValueError:
            pass
