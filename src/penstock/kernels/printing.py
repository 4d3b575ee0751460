"""Arrays as text, as TensorFlow's ``tf.Print``, ``tf.Assert`` and ``tf.print`` write them."""

from __future__ import annotations

from typing import Any

import numpy as np

_ESCAPES = {9: "\\t", 10: "\\n", 13: "\\r", 34: '\\"', 39: "\\'", 92: "\\\\"}


def escaped(text: bytes) -> str:
    """``text`` with C escapes (octal for bytes that aren't ASCII)."""
    return "".join(
        _ESCAPES.get(byte) or (chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}") for byte in text
    )


def number_text(value: Any) -> str:
    """A number with as few digits (6, else 9; 15, else 17) as give it back."""
    if isinstance(value, (bool, np.bool_)):
        return "1" if value else "0"
    if not isinstance(value, np.floating) and getattr(value, "dtype", None) is not None:
        if value.dtype.kind in "iu":
            return str(int(value))
        value = np.float32(value)  # half-width types print as float does
    if isinstance(value, np.float16):
        value = np.float32(value)
    if np.isnan(value):
        return "nan"
    if np.isinf(value):
        return "inf" if value > 0 else "-inf"
    few, many = (6, 9) if value.dtype == np.float32 else (15, 17)
    text = f"{float(value):.{few}g}"
    return text if value.dtype.type(float(text)) == value else f"{float(value):.{many}g}"


def _element(value: Any, quoted: bool) -> str:
    if isinstance(value, (complex, np.complexfloating)):
        return "?"  # TensorFlow has no text for these.
    if isinstance(value, str):
        value = value.encode()
    if isinstance(value, bytes):
        text = escaped(value)
        return f'"{text}"' if quoted else text
    return number_text(value)


def summarize(array: np.ndarray, limit: int) -> str:
    """The first ``limit`` elements (all, when it is negative), as ``tf.Print`` writes them."""
    array = np.asarray(array)
    flat = array.ravel()
    if limit < 0:
        limit = flat.size
    if flat.size == 0:
        return ""
    if array.ndim == 0:
        text = _element(flat[0], False) if limit > 0 else ""
        return text + ("..." if flat.size > limit else "")
    pieces: list[str] = []
    _first_elements(flat, array.shape, 0, limit, [0], pieces)
    if flat.size > limit:
        pieces.append("...")
    return "".join(pieces)


def _first_elements(
    flat: np.ndarray, shape: tuple[int, ...], axis: int, limit: int, place: list[int],
    pieces: list[str],
) -> None:  # fmt: skip
    if place[0] >= limit:
        return
    if axis == len(shape) - 1:
        for i in range(shape[axis]):
            if place[0] >= limit:
                if axis != 0:
                    pieces.append("...")
                return
            if i > 0:
                pieces.append(" ")
            pieces.append(_element(flat[place[0]], False))
            place[0] += 1
        return
    for _ in range(shape[axis]):
        opened = place[0] < limit
        if opened:
            pieces.append("[")
        _first_elements(flat, shape, axis + 1, limit, place, pieces)
        if place[0] < limit or opened:
            pieces.append("]")


def summarize_ends(array: np.ndarray, ends: int) -> str:
    """The first and last ``ends`` elements of each dimension (all for -1), as ``tf.print`` does."""
    array = np.asarray(array)
    ends = array.size if ends < 0 else min(ends, array.size)
    return (
        _both_ends(array.astype(object), ends, array.ndim)
        if array.dtype.kind in "SU"
        else (_both_ends(array, ends, array.ndim))
    )


def _both_ends(array: np.ndarray, ends: int, rank: int) -> str:
    if not isinstance(array, np.ndarray) or array.ndim == 0:
        return _element(array[()] if isinstance(array, np.ndarray) else array, True)
    axis = rank - array.ndim
    space = " " if array.ndim == 1 else "\n" * (array.ndim - 1) + " " * (axis + 1)
    count = array.shape[0]
    shown = [_both_ends(array[i], ends, rank) for i in range(min(ends, count))]
    if count > 2 * ends:
        shown.append("..." if shown else space + "...")
    shown += [_both_ends(array[i], ends, rank) for i in range(max(ends, count - ends), count)]
    return "[" + space.join(shown) + "]"
