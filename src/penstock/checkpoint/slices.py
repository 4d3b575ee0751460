"""Slices of tensors, as checkpoints keep the parts of partitioned variables."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from penstock import protos
from penstock.checkpoint._coding import ordered_signed, ordered_string, ordered_unsigned

FULL = -1


class Extent(NamedTuple):
    """What a slice takes along one dimension; `length` is `FULL` for all of it."""

    start: int
    length: int

    def __str__(self) -> str:
        return "-" if self.length == FULL else f"{self.start},{self.length}"


class TensorSlice(tuple):
    """One `Extent` per dimension; a scalar's slice has none.

    Written as TensorFlow writes it: `start,length` or `-` per dimension, joined by `:`.
    """

    __slots__ = ()

    def __new__(cls, extents: Iterable[Sequence[int]]) -> TensorSlice:
        checked = []
        for start, length in extents:
            extent = Extent(int(start), int(length))
            if extent.length == FULL:
                valid = extent.start == 0
            else:
                valid = extent.start >= 0 and extent.length >= 0
            if not valid:
                raise ValueError(f"bad extent {start},{length} in a tensor slice")
            checked.append(extent)
        return super().__new__(cls, checked)

    @classmethod
    def parse(cls, text: str) -> TensorSlice:
        """The slice that `text` (such as `0,5:-`) describes.

        Raises:
            ValueError: it is not of that form.
        """
        extents = []
        for part in text.split(":") if text else []:
            if part == "-":
                extents.append((0, FULL))
                continue
            numbers = part.split(",")
            if len(numbers) != 2 or not all(number.strip().isdigit() for number in numbers):
                raise ValueError(f"expected `start,length` or `-`, got {part!r} in {text!r}")
            extents.append((int(numbers[0]), int(numbers[1])))
        return cls(extents)

    @classmethod
    def of(cls, spec: Any) -> TensorSlice:
        """A slice from a `TensorSlice`, its text, or pairs of start and length."""
        if isinstance(spec, TensorSlice):
            return spec
        return cls.parse(spec) if isinstance(spec, str) else cls(spec)

    @classmethod
    def full(cls, rank: int) -> TensorSlice:
        """The slice that takes all of a tensor with `rank` dimensions."""
        return cls([(0, FULL)] * rank)

    @classmethod
    def from_proto(cls, proto: Any) -> TensorSlice:
        """The slice in a `TensorSliceProto`; `ValueError` if it is not one."""
        return cls(
            (extent.start, extent.length if extent.HasField("length") else FULL)
            for extent in proto.extent
        )

    def to_proto(self) -> Any:
        """This slice as a `TensorSliceProto`."""
        proto = protos.TensorSliceProto()
        for extent in self:
            entry = proto.extent.add()
            if extent.length != FULL:
                entry.start, entry.length = extent
        return proto

    def resolve(self, shape: Sequence[int]) -> TensorSlice:
        """This slice with every extent spelled out for a tensor of `shape`.

        Raises:
            ValueError: it does not fit into the shape.
        """
        if len(self) != len(shape):
            raise ValueError(f"slice {self} has {len(self)} dimensions, shape {list(shape)} not")
        extents = [
            Extent(0, size) if extent.length == FULL else extent
            for extent, size in zip(self, shape, strict=True)
        ]
        if any(start + length > size for (start, length), size in zip(extents, shape, strict=True)):
            raise ValueError(f"slice {self} reaches outside shape {list(shape)}")
        return TensorSlice(extents)

    def shape(self) -> tuple[int, ...]:
        """The shape of the part it takes; the slice must be resolved."""
        return tuple(extent.length for extent in self)

    def volume(self) -> int:
        """How many elements it takes; the slice must be resolved."""
        return math.prod(self.shape())

    def selection(self) -> tuple[slice, ...]:
        """What to index an array with to take it; the slice must be resolved."""
        return tuple(slice(start, start + length) for start, length in self)

    def intersect(self, other: TensorSlice) -> TensorSlice | None:
        """What two resolved slices of one tensor share; None if that is nothing."""
        extents = []
        for (start, length), (other_start, other_length) in zip(self, other, strict=True):
            low = max(start, other_start)
            high = min(start + length, other_start + other_length)
            if high <= low:
                return None
            extents.append((low, high - low))
        return TensorSlice(extents)

    def within(self, outer: TensorSlice) -> TensorSlice:
        """This slice, counted from where the resolved slice `outer` starts."""
        return TensorSlice(
            (start - outer_start, length)
            for (start, length), (outer_start, _) in zip(self, outer, strict=True)
        )

    def __str__(self) -> str:
        return ":".join(map(str, self))

    def __repr__(self) -> str:
        return f"TensorSlice({str(self)!r})"


def is_shape(sizes: Sequence[int]) -> bool:
    """Whether an array of these sizes is possible (an empty one with huge sides is not)."""
    limit = 1 << (58 if 0 in sizes else 63)
    return (
        len(sizes) <= 32
        and min(sizes, default=0) >= 0
        and math.prod(size for size in sizes if size) < limit
    )


def assemble(
    wanted: TensorSlice,
    numpy_type: np.dtype,
    parts: Sequence[tuple[TensorSlice, Callable[[], np.ndarray]]],
) -> np.ndarray | None:
    """The slice `wanted` of a tensor, put together from saved parts of it.

    Args:
        wanted: a resolved slice.
        numpy_type: the element type.
        parts: resolved slices of the tensor, each with what reads its data.

    Returns:
        A new array, or None if the parts do not cover the slice.
    """
    shares = [(saved, saved.intersect(wanted), read) for saved, read in parts]
    used = [(saved, shared, read) for saved, shared, read in shares if shared is not None]
    # Before memory is asked for: is there that much data at all?
    if sum(shared.volume() for _, shared, _ in used) < wanted.volume():
        return None
    if len(used) == 1 and used[0][0] == wanted:
        return used[0][2]()
    result = np.empty(wanted.shape(), numpy_type)
    covered = np.zeros(wanted.shape(), np.bool_)
    for saved, shared, read in used:
        target = shared.within(wanted).selection()
        result[target] = read()[shared.within(saved).selection()]
        covered[target] = True
    return result if covered.all() else None


def slice_key(name: str, extents: TensorSlice) -> bytes:
    """The table key under which a checkpoint keeps the slice `extents` of tensor `name`."""
    parts = [ordered_unsigned(0), ordered_string(name.encode()), ordered_unsigned(len(extents))]
    for start, length in extents:
        parts += [ordered_signed(start), ordered_signed(length)]
    return b"".join(parts)


def parse_shape_and_slice(text: str) -> tuple[tuple[int, ...], TensorSlice]:
    """The full shape and the slice in a save or restore operation's `shape_and_slice`.

    Args:
        text: the sizes of the full tensor, then the slice: `10 20 0,5:-`.

    Returns:
        The full shape, and the slice with every extent spelled out.

    Raises:
        ValueError: the text is not of that form, or the slice does not fit.
    """
    *sizes, spec = text.split()
    if not all(size.isdigit() for size in sizes):
        raise ValueError(f"expected sizes and a slice, got {text!r}")
    shape = tuple(map(int, sizes))
    return shape, TensorSlice.parse(spec).resolve(shape)
