"""Decoder of Snappy-compressed blocks (source: the format description of google/snappy)."""

from __future__ import annotations

from penstock.checkpoint._coding import get_varint

# A three-byte copy yields at most 64 bytes, so no valid stream grows more than this.
_LARGEST_GROWTH = 22


def uncompress(data) -> bytes:
    """The bytes that `data` stands for.

    Raises:
        ValueError: `data` is not a whole, consistent Snappy stream.
    """
    size, position = get_varint(data, 0, bits=32)
    if size > _LARGEST_GROWTH * len(data):
        raise ValueError(f"{len(data)} bytes cannot stand for {size}")
    out = bytearray()
    end = len(data)
    while position < end:
        tag = data[position]
        position += 1
        kind = tag & 3
        if kind == 0:
            length = tag >> 2
            if length >= 60:
                width = length - 59
                length = int.from_bytes(data[position : position + width], "little")
                position += width
            length += 1
            if position + length > end:
                raise ValueError("a literal runs past the end")
            out += data[position : position + length]
            position += length
        else:
            if kind == 1:
                width, length = 1, 4 + (tag >> 2 & 7)
            else:
                width, length = (2 if kind == 2 else 4), 1 + (tag >> 2)
            if position + width > end:
                raise ValueError("a copy runs past the end")
            offset = int.from_bytes(data[position : position + width], "little")
            if kind == 1:
                offset |= tag >> 5 << 8
            position += width
            start = len(out) - offset
            if offset == 0 or start < 0:
                raise ValueError("a copy reaches before the start")
            piece = out[start : start + length]
            if offset < length:  # overlapping: the bytes repeat with period `offset`
                piece = (piece * (length // offset + 1))[:length]
            out += piece
        if len(out) > size:
            raise ValueError("more bytes than promised")
    if len(out) != size:
        raise ValueError(f"{len(out)} bytes where {size} were promised")
    return bytes(out)
