"""String hashes that TensorFlow's operations promise: FarmHash, MurmurHash and SipHash.

References: FarmHash's ``Fingerprint64`` (G. Pike, 2014), MurmurHash64A (A. Appleby, 2008) with
TensorFlow's seed, SipHash-2-4 (J.-P. Aumasson and D. J. Bernstein, 2012).
"""

from __future__ import annotations

_MASK = (1 << 64) - 1
_K0 = 0xC3A5C85C97CB3127
_K1 = 0xB492B66FBE98F273
_K2 = 0x9AE16A3B2F90404F


def _word(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 8], "little")


def _rotate_right(value: int, by: int) -> int:
    return ((value >> by) | (value << (64 - by))) & _MASK


def _shift_mix(value: int) -> int:
    return value ^ (value >> 47)


def _mix_pair(u: int, v: int, factor: int) -> int:
    a = _shift_mix(((u ^ v) * factor) & _MASK)
    b = _shift_mix(((v ^ a) * factor) & _MASK)
    return (b * factor) & _MASK


def _up_to_16(data: bytes) -> int:
    n = len(data)
    if n >= 8:
        factor = (_K2 + 2 * n) & _MASK
        a = (_word(data, 0) + _K2) & _MASK
        b = _word(data, n - 8)
        c = (_rotate_right(b, 37) * factor + a) & _MASK
        d = ((_rotate_right(a, 25) + b) * factor) & _MASK
        return _mix_pair(c, d, factor)
    if n >= 4:
        factor = (_K2 + 2 * n) & _MASK
        first = int.from_bytes(data[:4], "little")
        last = int.from_bytes(data[n - 4 :], "little")
        return _mix_pair(n + (first << 3), last, factor)
    if n:
        y = data[0] + (data[n >> 1] << 8)
        z = n + (data[n - 1] << 2)
        return (_shift_mix((y * _K2 ^ z * _K0) & _MASK) * _K2) & _MASK
    return _K2


def _ends(data: bytes, factor: int) -> tuple[int, int, int, int]:
    """The two words at each end, scrambled."""
    n, first = len(data), _K1 if len(data) <= 32 else _K2
    return (
        (_word(data, 0) * first) & _MASK,
        _word(data, 8),
        (_word(data, n - 8) * factor) & _MASK,
        (_word(data, n - 16) * _K2) & _MASK,
    )


def _up_to_32(data: bytes) -> int:
    factor = (_K2 + 2 * len(data)) & _MASK
    a, b, c, d = _ends(data, factor)
    u = _rotate_right((a + b) & _MASK, 43) + _rotate_right(c, 30) + d
    v = a + _rotate_right((b + _K2) & _MASK, 18) + c
    return _mix_pair(u & _MASK, v & _MASK, factor)


def _up_to_64(data: bytes) -> int:
    n = len(data)
    factor = (_K2 + 2 * n) & _MASK
    a, b, c, d = _ends(data, factor)
    y = (_rotate_right((a + b) & _MASK, 43) + _rotate_right(c, 30) + d) & _MASK
    z = _mix_pair(y, (a + _rotate_right((b + _K2) & _MASK, 18) + c) & _MASK, factor)
    e = (_word(data, 16) * factor) & _MASK
    f = _word(data, 24)
    g = ((y + _word(data, n - 32)) * factor) & _MASK
    h = ((z + _word(data, n - 24)) * factor) & _MASK
    u = _rotate_right((e + f) & _MASK, 43) + _rotate_right(g, 30) + h
    v = e + _rotate_right((f + a) & _MASK, 18) + g
    return _mix_pair(u & _MASK, v & _MASK, factor)


def _weak(data: bytes, at: int, a: int, b: int) -> tuple[int, int]:
    """32 bytes from ``at`` mixed into two seeds."""
    w, x, y, z = (_word(data, at + 8 * i) for i in range(4))
    a = (a + w) & _MASK
    b = _rotate_right((b + a + z) & _MASK, 21)
    c = a
    a = (a + x + y) & _MASK
    b = (b + _rotate_right(a, 44)) & _MASK
    return (a + z) & _MASK, (b + c) & _MASK


def fingerprint64(data: bytes) -> int:
    """FarmHash's ``Fingerprint64``, as an unsigned 64-bit number."""
    n = len(data)
    if n <= 16:
        return _up_to_16(data)
    if n <= 32:
        return _up_to_32(data)
    if n <= 64:
        return _up_to_64(data)
    seed = 81
    y = (seed * _K1 + 113) & _MASK
    z = (_shift_mix((y * _K2 + 113) & _MASK) * _K2) & _MASK
    x = (seed * _K2 + _word(data, 0)) & _MASK
    v, w = (0, 0), (0, 0)

    def turn(at: int, factor: int, scale: int) -> None:
        """Mixes in 64 bytes from ``at``."""
        nonlocal x, y, z, v, w
        x = (_rotate_right((x + y + v[0] + _word(data, at + 8)) & _MASK, 37) * factor) & _MASK
        y = (_rotate_right((y + v[1] + _word(data, at + 48)) & _MASK, 42) * factor) & _MASK
        x ^= (w[1] * scale) & _MASK
        y = (y + v[0] * scale + _word(data, at + 40)) & _MASK
        z = (_rotate_right((z + w[0]) & _MASK, 33) * factor) & _MASK
        v = _weak(data, at, (v[1] * factor) & _MASK, (x + w[0]) & _MASK)
        w = _weak(data, at + 32, (z + w[1]) & _MASK, (y + _word(data, at + 16)) & _MASK)
        x, z = z, x

    end = (n - 1) // 64 * 64
    for at in range(0, end, 64):
        turn(at, _K1, 1)
    factor = (_K1 + ((z & 0xFF) << 1)) & _MASK
    w = ((w[0] + ((n - 1) & 63)) & _MASK, w[1])
    v = ((v[0] + w[0]) & _MASK, v[1])
    w = ((w[0] + v[0]) & _MASK, w[1])
    turn(n - 64, factor, 9)
    return _mix_pair(
        (_mix_pair(v[0], w[0], factor) + _shift_mix(y) * _K0 + z) & _MASK,
        (_mix_pair(v[1], w[1], factor) + x) & _MASK,
        factor,
    )


def murmur64(data: bytes, seed: int = 0xDECAFCAFFE) -> int:
    """MurmurHash64A, as an unsigned 64-bit number."""
    factor = 0xC6A4A7935BD1E995
    value = seed ^ ((len(data) * factor) & _MASK)
    whole = len(data) // 8 * 8
    for at in range(0, whole, 8):
        word = (_word(data, at) * factor) & _MASK
        word = (_shift_mix(word) * factor) & _MASK
        value = ((value ^ word) * factor) & _MASK
    if whole < len(data):
        value = ((value ^ int.from_bytes(data[whole:], "little")) * factor) & _MASK
    value = (_shift_mix(value) * factor) & _MASK
    return _shift_mix(value)


def siphash24(data: bytes, key: tuple[int, int]) -> int:
    """SipHash-2-4 under a key of two 64-bit words, as an unsigned 64-bit number."""
    first, second = (part & _MASK for part in key)
    v0, v1 = first ^ 0x736F6D6570736575, second ^ 0x646F72616E646F6D
    v2, v3 = first ^ 0x6C7967656E657261, second ^ 0x7465646279746573

    def rounds(count: int) -> None:
        nonlocal v0, v1, v2, v3
        for _ in range(count):
            v0 = (v0 + v1) & _MASK
            v1 = _rotate_right(v1, 51) ^ v0
            v0 = _rotate_right(v0, 32)
            v2 = (v2 + v3) & _MASK
            v3 = _rotate_right(v3, 48) ^ v2
            v0 = (v0 + v3) & _MASK
            v3 = _rotate_right(v3, 43) ^ v0
            v2 = (v2 + v1) & _MASK
            v1 = _rotate_right(v1, 47) ^ v2
            v2 = _rotate_right(v2, 32)

    whole = len(data) // 8 * 8
    words = [_word(data, at) for at in range(0, whole, 8)]
    words.append(int.from_bytes(data[whole:], "little") | ((len(data) & 0xFF) << 56))
    for word in words:
        v3 ^= word
        rounds(2)
        v0 ^= word
    v2 ^= 0xFF
    rounds(4)
    return v0 ^ v1 ^ v2 ^ v3
