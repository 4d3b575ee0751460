"""Joining tensors along an axis they have: ``concat``.

``packing.py`` and ``splitting.py`` hold ``stack``, ``unstack`` and ``split``, which are offered
here too.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.graph import dtypes
from penstock.graph.build import apply
from penstock.graph.composite import IndexedSlices
from penstock.graph.convert import (
    convert_to_tensor,
)
from penstock.graph.registry import operation
from penstock.graph.scopes import name_scope
from penstock.graph.shapes import TensorShape, unknown_shape
from penstock.graph.static_values import constant_value
from penstock.graph.tensor import Tensor
from penstock.ops.constants import constant
from penstock.ops.identities import identity
from penstock.ops.messages import invalid, shape_text
from penstock.ops.packing import parallel_stack as parallel_stack
from penstock.ops.packing import stack as stack
from penstock.ops.packing import unstack as unstack
from penstock.ops.splitting import split as split
from penstock.ops.traced import array_module


# -- concat ------------------------------------------------------------------------------------
def _concat_shape(parts: list[Tensor], axis: np.ndarray | None) -> TensorShape:
    ranks = [t.shape.ndims for t in parts if t.shape.ndims is not None]
    if not ranks:
        return unknown_shape()
    rank = ranks[0]
    if axis is None:
        if any(r != rank for r in ranks):
            other = next(r for r in ranks if r != rank)
            raise ValueError(f"Shapes must be equal rank, but are {rank} and {other}")
        return unknown_shape(rank)
    place = int(axis)
    needed = place + 1 if place >= 0 else -place
    if rank < needed:
        raise ValueError(f"Shape must be at least rank {needed} but is rank {rank}")
    place %= rank
    sizes: list[int | None] = [None] * rank
    total: int | None = 0
    for tensor in parts:
        if tensor.shape.sizes is None:
            total = None
            continue
        if len(tensor.shape.sizes) != rank:
            raise ValueError(f"Shape must be rank {rank} but is rank {len(tensor.shape.sizes)}")
        for i, size in enumerate(tensor.shape.sizes):
            if i == place:
                total = None if total is None or size is None else total + size
            elif sizes[i] is None:
                sizes[i] = size
            elif size is not None and sizes[i] != size:
                low, high = (0, place) if i < place else (place + 1, rank)
                raise ValueError(
                    f"Dimension {i - low} in both shapes must be equal, but are {sizes[i]} and "
                    f"{size}. Shapes are {shape_text(sizes[low:high])} and "
                    f"{shape_text(tensor.shape.sizes[low:high])}."
                )
    sizes[place] = total
    return TensorShape(sizes)


def _concatenated(parts: list[Any], axis: Any) -> Any:
    place, rank = int(axis), parts[0].ndim
    if not -rank <= place < rank:
        raise invalid(
            f"ConcatOp : Expected concatenating dimensions in the range [{-rank}, {rank}), but "
            f"got {place}"
        )
    place %= rank
    first = parts[0].shape
    for i, part in enumerate(parts):
        if part.ndim != rank or any(
            a != b for j, (a, b) in enumerate(zip(first, part.shape, strict=True)) if j != place
        ):
            raise invalid(
                "ConcatOp : Dimensions of inputs should match: shape[0] = "
                f"{shape_text(first)} vs. shape[{i}] = {shape_text(part.shape)}"
            )
    return array_module(*parts).concatenate(parts, place)


@operation(
    "ConcatV2",
    inputs="values: N * T, axis: Tidx",
    outputs="output: T",
    attrs="N: int >= 2; T: type; Tidx: indextype = int32",
)
class ConcatV2:
    static = "axis"

    def shape(op: Any) -> Any:  # noqa: N805
        return _concat_shape(op.inputs[:-1], constant_value(op.inputs[-1]))

    def lower(values: list[Any], axis: Any) -> Any:
        return _concatenated(values, axis)

    fold = host = lower

    def gradient(op: Any, dy: Any) -> list[Any]:  # noqa: N805
        parts = _concat_gradient(op, dy, list(op.inputs[:-1]), op.inputs[-1])
        return [*parts, None]


@operation(
    "Concat",
    inputs="concat_dim: int32, values: N * T",
    outputs="output: T",
    attrs="N: int >= 2; T: type",
)
class Concat:
    static = "concat_dim"

    def shape(op: Any) -> Any:  # noqa: N805
        return _concat_shape(op.inputs[1:], constant_value(op.inputs[0]))

    def lower(concat_dim: Any, values: list[Any]) -> Any:
        return _concatenated(values, concat_dim)

    fold = host = lower

    def gradient(op: Any, dy: Any) -> list[Any]:  # noqa: N805
        return [None, *_concat_gradient(op, dy, list(op.inputs[1:]), op.inputs[0])]


def _concat_gradient(op: Any, dy: Any, values: list[Tensor], axis: Tensor) -> list[Any]:
    from penstock.ops.arrays import rank, squeeze
    from penstock.ops.slices import slice as tf_slice

    if len(values) == 1:
        return [dy]
    if isinstance(dy, IndexedSlices):
        return _sparse_concat_gradient(dy, values, axis)
    if axis.op.type == "Const" and _output_context(axis.op) is not _output_context(dy.op):
        # A constant of its own keeps the axis out of the loop variables.
        axis = constant(constant_value(axis), dtype=axis.dtype)
    place = axis % rank(values[0])  # type: ignore[operator]
    sizes = _input_shapes(values)
    if len(sizes) > 16:
        lengths = squeeze(tf_slice(stack(sizes, axis=1), [place, 0], [1, -1]))
        return split(dy, lengths, place)
    offsets = apply("ConcatOffset", place, sizes)
    return [tf_slice(dy, begin, size) for begin, size in zip(offsets, sizes, strict=True)]


def _output_context(op: Any) -> Any:
    context = op._get_control_flow_context()
    if context is not None and op.type in ("Exit", "RefExit"):
        return context.outer_context
    return context


def _input_shapes(values: list[Tensor]) -> list[Tensor]:
    """The shapes of tensors: constants if all are known, else one operation."""
    from penstock.ops.arrays import shape, shape_n

    sizes = []
    for value in values:
        size = shape(value)
        if size.op.type != "Const":
            return shape_n(values)
        sizes.append(size)
    return sizes


def _sparse_concat_gradient(dy: IndexedSlices, values: list[Tensor], axis: Tensor) -> list[Any]:
    """The gradient of a concat whose result was gathered from."""
    from penstock.ops.arrays import expand_dims, fill, rank, shape, squeeze
    from penstock.ops.gathers import gather, where
    from penstock.ops.slices import slice as tf_slice

    known = constant_value(axis)
    if known is None:
        raise ValueError("Can only compute IndexedSlices gradient with statically-known concat_dim")
    place = int(known)
    if place < 0:
        ndims = constant_value(rank(values[0]))
        if ndims is None:
            raise ValueError(
                "Can only compute IndexedSlices gradient with negative concat_dim when first "
                "value rank is statically-known."
            )
        place %= int(ndims)
    along: Any = axis % rank(values[0])  # type: ignore[operator]
    sizes = [shape(v) for v in values]
    found: list[Any] = []
    if place > 0:
        # All indices for each input, of the values the part that is its own.
        count: Any = shape(sizes[0])
        before = fill(expand_dims(along, 0), 0)
        mask: Any = concat([before, [1], fill(count - along - 1, 0)], 0)
        begin: Any = fill(count, 0)
        for size in sizes:
            wanted = concat([[-1], tf_slice(size, [1], [-1])], 0)
            part = tf_slice(dy.values, begin, wanted)
            found.append(IndexedSlices(part, dy.indices, size))
            begin = apply("Add", begin, size * mask)
        return found
    start: Any = constant(0, dtype=dy.indices.dtype)
    for size in sizes:
        length = gather(size, along)
        if length.dtype != dy.indices.dtype:
            length = apply("Cast", length, DstT=dy.indices.dtype)
        stop = start + length
        inside = apply("LogicalAnd", dy.indices >= start, dy.indices < stop)  # type: ignore[operator]
        chosen = squeeze(where(inside), axis=[1])
        indices = gather(dy.indices, chosen) - start
        found.append(IndexedSlices(gather(dy.values, chosen), indices, size))
        start = stop
    return found


@operation(
    "ConcatOffset",
    inputs="concat_dim: int32, shape: N * int32",
    outputs="offset: N * int32",
    attrs="N: int >= 2",
)
class ConcatOffset:
    gradient = None
    static = ("concat_dim", "shape")

    def shape(op: Any) -> Any:  # noqa: N805
        return [each.shape for each in op.inputs[1:]]

    def fold(concat_dim: Any, shape: list[np.ndarray]) -> Any:
        place, rank = int(concat_dim), shape[0].size
        place = place + rank if place < 0 else place
        offsets, total = [], 0
        for i, sizes in enumerate(shape):
            if any(a != b for j, (a, b) in enumerate(zip(shape[0], sizes, strict=True))
                   if j != place):  # fmt: skip
                raise invalid(
                    f"All dimensions except {place} must match. Input {i} has shape "
                    f"{sizes.tolist()} and doesn't match input 0 with shape {shape[0].tolist()}."
                )
            offset = np.zeros(rank, np.int32)
            offset[place] = total
            total += int(sizes[place])
            offsets.append(offset)
        return tuple(offsets)

    host = fold

    def lower(concat_dim: Any, shape: list[Any], *, run: Any) -> Any:
        run.needs_host("the shapes that are put together aren't known")


def concat(values: Any, axis: Any, name: str = "concat") -> Tensor:
    """Tensors put together along an axis they have.

    Args:
        values: tensors of one type, whose sizes differ at most along ``axis``.
        axis: the dimension along which they are put together; negative ones count from the end.
        name: the operation's name.

    Raises:
        ValueError: when the shapes don't fit.
    """
    if not isinstance(values, (list, tuple)):
        values = [values]
    if len(values) == 1:
        with name_scope(name):
            place = convert_to_tensor(axis, name="concat_dim", dtype=dtypes.int32)
            place.shape.assert_has_rank(0)
            return identity(values[0], name=name)
    return apply("ConcatV2", values, axis, name=name)
