"""Number and key encodings of the checkpoint files: varints and order-preserving keys."""

from __future__ import annotations


def put_varint(value: int) -> bytes:
    """`value` in groups of seven bits, lowest first."""
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def get_varint(data, position: int, bits: int = 64) -> tuple[int, int]:
    """The varint at `position` and the position after it.

    Raises:
        ValueError: it does not end within `data`, or needs more than `bits` bits.
    """
    value = 0
    for shift in range(0, 70, 7):
        if position >= len(data):
            raise ValueError("a number runs past the end")
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            if value >> bits:
                break
            return value, position
    raise ValueError(f"a number needs more than {bits} bits")


# The encodings below sort, as byte strings, in the order of the values they encode. They are
# those of the "ordered code" that TensorFlow keys tensor slices with.


def ordered_unsigned(value: int) -> bytes:
    """A count byte, then that many bytes of `value`, highest first."""
    digits = value.to_bytes((value.bit_length() + 7) // 8, "big")
    return bytes([len(digits)]) + digits


def ordered_string(value: bytes) -> bytes:
    """`value` with its bytes 0 and 255 escaped, ended by 0 1."""
    return value.replace(b"\xff", b"\xff\x00").replace(b"\x00", b"\x00\xff") + b"\x00\x01"


def ordered_signed(value: int) -> bytes:
    """A sign bit, a unary length in the leading bits, then the digits, highest first."""
    magnitude = ~value if value < 0 else value
    length = magnitude.bit_length() // 7 + 1
    width = 8 * length
    digits = value & ((1 << width) - 1)
    # `length` leading ones after the sign for positive values, zeros for negative ones; the
    # exclusive-or leaves the bits of the number itself, which start below them, as they are.
    header = ((1 << length) - 1) << (width - length)
    return (digits ^ header).to_bytes(length, "big")
