"""CRC-32C (Castagnoli), the checksum of TensorFlow's record, table and checkpoint files.

The checksum of a message is linear over GF(2): it is the exclusive-or of what each byte
contributes at its distance from the end. So a block of 256 bytes is one table lookup per byte,
which NumPy does for all bytes at once, and neighbouring blocks are joined by a linear map that
accounts for the bytes in between. Where the `google_crc32c` package is installed its compiled
code is used instead.

Source: RFC 3720, appendix B.4; masking as in LevelDB.
"""

from __future__ import annotations

import functools

import numpy as np

try:
    from google_crc32c import extend as _compiled_extend
    from google_crc32c import implementation as _implementation

    _COMPILED = _implementation == "c"
except ImportError:
    _COMPILED = False

_POLYNOMIAL = 0x82F63B78
_MASK_DELTA = 0xA282EAD8
_BLOCK = 256
_PIECE = 256  # blocks looked up at a time, so that the temporary index array stays in cache


def crc32c(data, value: int = 0) -> int:
    """CRC-32C of a bytes-like object.

    Args:
        data: any contiguous buffer (bytes, memoryview, array).
        value: checksum of the bytes before `data`, to continue from.

    Returns:
        The checksum as an unsigned 32-bit integer.
    """
    if _COMPILED:
        # It takes `bytes` only; copying is quick beside what it saves.
        return _compiled_extend(value, data if isinstance(data, bytes) else _as_bytes(data))
    return extend(data, value)


def _as_bytes(data) -> bytes:
    return memoryview(data).tobytes()


def extend(data, value: int = 0) -> int:
    """`crc32c` by NumPy, whether or not compiled code is installed."""
    view = memoryview(data)
    if not view.nbytes:
        return value
    view = view.cast("B")
    state = value ^ 0xFFFFFFFF
    if len(view) < 48:
        table = _byte_list()
        for byte in view:
            state = table[(state ^ byte) & 0xFF] ^ (state >> 8)
        return state ^ 0xFFFFFFFF
    head = len(view) % _BLOCK
    array = np.frombuffer(view, np.uint8)
    if head:
        state = _short(array[:head], state)
    if len(array) > head:
        state = _blocks(array[head:].reshape(-1, _BLOCK), state)
    return state ^ 0xFFFFFFFF


def mask(value: int) -> int:
    """The form in which a checksum is stored beside the data it covers."""
    return (((value >> 15) | (value << 17)) + _MASK_DELTA) & 0xFFFFFFFF


def unmask(value: int) -> int:
    """Inverse of `mask`."""
    rotated = (value - _MASK_DELTA) & 0xFFFFFFFF
    return ((rotated >> 17) | (rotated << 15)) & 0xFFFFFFFF


def masked_crc32c(data, value: int = 0) -> int:
    """`mask(crc32c(data, value))`."""
    return mask(crc32c(data, value))


@functools.cache
def _byte_table() -> np.ndarray:
    """uint32[256]: the state after one byte, from a zero state."""
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, (table >> 1) ^ np.uint32(_POLYNOMIAL), table >> 1)
    return table


@functools.cache
def _byte_list() -> list[int]:
    return _byte_table().tolist()


@functools.cache
def _position_table() -> np.ndarray:
    """uint32[256, 256]: what a byte value contributes at each position of a block."""
    table = np.empty((_BLOCK, 256), np.uint32)
    table[-1] = _byte_table()
    for row in range(_BLOCK - 2, -1, -1):
        after = table[row + 1]
        table[row] = _byte_table()[after & 0xFF] ^ (after >> 8)
    return table


@functools.cache
def _shift_tables(level: int) -> np.ndarray:
    """uint32[4, 256]: the state's four bytes after `2**level` blocks of zeros."""
    if level == 0:
        # The state enters by exclusive-or with the first four bytes of what follows.
        return _position_table()[:4]
    half = _shift_tables(level - 1)
    return np.stack([_shift(row, half) for row in half])


@functools.cache
def _shift_lists() -> list[list[int]]:
    return _shift_tables(0).tolist()


def _shift(states: np.ndarray, tables: np.ndarray) -> np.ndarray:
    return (
        tables[0][states & 0xFF]
        ^ tables[1][(states >> 8) & 0xFF]
        ^ tables[2][(states >> 16) & 0xFF]
        ^ tables[3][states >> 24]
    )


def _short(array: np.ndarray, state: int) -> int:
    """State after fewer than 256 bytes."""
    size = len(array)
    positions = _position_table()[_BLOCK - size :]
    if size < 4:
        table = _byte_list()
        for byte in array.tolist():
            state = table[(state ^ byte) & 0xFF] ^ (state >> 8)
        return state
    data = array.copy()
    data[:4] ^= np.frombuffer(state.to_bytes(4, "little"), np.uint8)
    return int(np.bitwise_xor.reduce(positions[np.arange(size), data]))


def _blocks(array: np.ndarray, state: int) -> int:
    """State after the rows of `array`, uint8[n, 256]."""
    table = _position_table().ravel()
    offsets = np.arange(_BLOCK, dtype=np.intp) * 256
    sums = np.empty(len(array), np.uint32)
    for start in range(0, len(array), _PIECE):
        index = array[start : start + _PIECE] + offsets
        found = table.take(index, mode="clip")
        np.bitwise_xor.reduce(found, axis=1, out=sums[start : start + _PIECE])
    if len(sums) <= 16:
        tables = _shift_lists()
        for block in sums.tolist():
            state = block ^ (
                tables[0][state & 0xFF]
                ^ tables[1][(state >> 8) & 0xFF]
                ^ tables[2][(state >> 16) & 0xFF]
                ^ tables[3][state >> 24]
            )
        return state
    # The incoming state acts like a block before the first one.
    sums = np.concatenate([np.array([state], np.uint32), sums])
    level = 0
    while len(sums) > 1:
        if len(sums) % 2:  # a leading zero state contributes nothing
            sums = np.concatenate([np.zeros(1, np.uint32), sums])
        sums = _shift(sums[0::2], _shift_tables(level)) ^ sums[1::2]
        level += 1
    return int(sums[0])
