"""CRC-32C against its published vectors and a bit-by-bit computation."""

from __future__ import annotations

import numpy as np
import pytest

from penstock.kernels import crc32c as module
from penstock.kernels.crc32c import crc32c, extend, mask, masked_crc32c, unmask

# RFC 3720, appendix B.4.
VECTORS = [
    (b"123456789", 0xE3069283),
    (bytes(32), 0x8A9136AA),
    (b"\xff" * 32, 0x62A8AB43),
    (bytes(range(32)), 0x46DD794E),
    (bytes(range(31, -1, -1)), 0x113FDB5C),
    (b"", 0),
]


def by_bits(data: bytes, value: int = 0) -> int:
    state = value ^ 0xFFFFFFFF
    for byte in data:
        state ^= byte
        for _ in range(8):
            state = (state >> 1) ^ (0x82F63B78 if state & 1 else 0)
    return state ^ 0xFFFFFFFF


@pytest.mark.parametrize(("data", "expected"), VECTORS)
def test_published_vectors(data, expected):
    assert crc32c(data) == expected
    assert extend(data) == expected


@pytest.mark.parametrize("size", [1, 3, 4, 47, 48, 49, 255, 256, 257, 259, 260, 511, 4099, 9000])
def test_every_path_and_continuation(size):
    data = np.random.default_rng(size).bytes(size)
    for value in (0, 0x12345678):
        expected = by_bits(data, value)
        assert extend(data, value) == expected
        assert crc32c(data, value) == expected
        for cut in (0, size // 3, size - 1):
            assert extend(data[cut:], extend(data[:cut], value)) == expected


def test_large_input_equals_pieces():
    data = np.random.default_rng(0).bytes(300_001)
    whole = extend(data)
    pieces = 0
    for start in range(0, len(data), 30_011):
        pieces = extend(memoryview(data)[start : start + 30_011], pieces)
    assert whole == pieces
    assert whole != extend(data[:-1] + bytes([data[-1] ^ 1]))


def test_accepts_buffers():
    array = np.arange(100, dtype=np.int32)
    assert extend(array) == extend(array.tobytes()) == crc32c(memoryview(array.tobytes()))
    assert crc32c(array) == crc32c(array.data) == crc32c(bytearray(array)) == extend(array)
    assert extend(np.empty((0, 3))) == crc32c(np.empty((0, 3))) == 0


def test_masking():
    assert mask(0) == 0xA282EAD8
    for value in (0, 1, 0xE3069283, 0xFFFFFFFF):
        assert unmask(mask(value)) == value != mask(value)
    assert masked_crc32c(b"abc") == mask(crc32c(b"abc"))
    assert module.crc32c(b"c", crc32c(b"ab")) == crc32c(b"abc")
