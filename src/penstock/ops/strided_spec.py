"""What a strided slice means: from three vectors and the masks to one range for each dimension.

The rules are those of TensorFlow's ``StridedSlice``; they are NumPy's basic indexing, written as
three vectors and five bit masks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

NEW_AXIS = -1


@dataclass
class Masks:
    """The bit masks; bit ``i`` speaks of entry ``i`` of the three vectors."""

    begin: int = 0
    end: int = 0
    ellipsis: int = 0
    new_axis: int = 0
    shrink: int = 0


@dataclass
class Entry:
    """What is asked of one input dimension; ``begin`` and ``end`` may be unknown or traced."""

    begin: Any
    end: Any
    step: int
    begin_masked: bool = False
    end_masked: bool = False
    shrink: bool = False


@dataclass
class Range:
    """The elements taken of one dimension: ``count`` from ``start`` on, ``step`` apart."""

    start: int
    count: int
    step: int
    shrink: bool

    def as_slice(self) -> slice:
        """The same as a Python slice (dimension kept)."""
        if not self.count:
            return slice(0, 0, 1)  # An empty range may start at -1, which would mean the end.
        stop = self.start + self.count * self.step
        return slice(self.start, None if stop < 0 else stop, self.step)


def expand(
    rank: int, begin: Sequence[Any] | None, end: Sequence[Any] | None, strides: Sequence[int],
    masks: Masks,
) -> tuple[list[Entry], list[int]]:  # fmt: skip
    """One ``Entry`` for each of ``rank`` dimensions, and the order of the output's dimensions.

    The second result lists, for each output dimension, the input dimension or ``NEW_AXIS``.

    Raises:
        ValueError: when the vectors ask for too much.
    """
    count = len(strides)
    if masks.ellipsis & (masks.ellipsis - 1):
        raise ValueError("Multiple ellipses in slice spec not allowed")
    entries: list[Entry] = []
    order: list[int] = []

    def whole_up_to(stop: int) -> None:
        while len(entries) < stop:
            order.append(len(entries))
            entries.append(Entry(0, 0, 1, True, True))

    for i in range(count):
        bit = 1 << i
        if bit & masks.ellipsis:
            later = sum(1 for j in range(i + 1, count) if not masks.new_axis & (1 << j))
            whole_up_to(min(rank, max(rank - later, len(entries))))
        elif bit & masks.new_axis:
            order.append(NEW_AXIS)
        else:
            if len(entries) >= rank:
                raise ValueError(
                    f"Index out of range using input dim {len(entries)}; input has only {rank} dims"
                )
            shrink = bool(bit & masks.shrink)
            if not shrink:
                order.append(len(entries))
            entries.append(
                Entry(
                    None if begin is None else begin[i],
                    None if end is None else end[i],
                    int(strides[i]),
                    bool(bit & masks.begin),
                    bool(bit & masks.end),
                    shrink,
                )
            )
    whole_up_to(rank)
    for i, entry in enumerate(entries):
        if entry.step == 0:
            raise ValueError(f"strides[{i}] must be non-zero")
        if entry.shrink and entry.step < 0:
            raise ValueError("only stride 1 allowed on non-range indexing.")
    return entries, order


def resolve(entry: Entry, size: int, place: int) -> Range:
    """The elements that ``entry`` takes of a dimension of ``size``.

    Raises:
        ValueError: when a single index is out of bounds.
    """
    if entry.shrink:
        index = entry.begin + size if entry.begin < 0 else entry.begin
        if not 0 <= index < size:
            raise ValueError(f"slice index {int(entry.begin)} of dimension {place} out of bounds.")
        return Range(int(index), 1, 1, True)
    start, stop, step = slice(
        None if entry.begin_masked else int(entry.begin),
        None if entry.end_masked else int(entry.end),
        entry.step,
    ).indices(size)
    return Range(start, len(range(start, stop, step)), step, False)
