"""Cutting a tensor along an axis: ``split``."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.graph import errors
from penstock.graph.build import apply
from penstock.graph.convert import (
    convert_to_tensor,
)
from penstock.graph.registry import operation
from penstock.graph.shapes import Dimension, TensorShape, unknown_shape
from penstock.graph.static_values import constant_value
from penstock.graph.tensor import Tensor
from penstock.ops.messages import invalid, shape_text
from penstock.ops.traced import array_module


# -- split -------------------------------------------------------------------------------------
@operation(
    "Split",
    inputs="split_dim: int32, value: T",
    outputs="output: num_split * T",
    attrs="num_split: int >= 1; T: type",
)
class Split:
    static = "split_dim"

    def shape(op: Any) -> Any:  # noqa: N805
        shape, axis, count = op.inputs[1].shape, constant_value(op.inputs[0]), op.attr("num_split")
        if shape.sizes is None:
            return [unknown_shape()] * count
        rank = len(shape.sizes)
        if axis is None:
            return [unknown_shape(rank)] * count
        place = int(axis)
        needed = place + 1 if place >= 0 else -place
        if rank < needed:
            raise ValueError(f"Shape must be at least rank {needed} but is rank {rank}")
        sizes = list(shape.sizes)
        size = sizes[place]
        if size is not None:
            if size % count:
                raise ValueError(
                    f"Dimension size must be evenly divisible by {count} but is {size}\n\tNumber "
                    "of ways to split should evenly divide the split dimension"
                )
            sizes[place] = size // count
        return [TensorShape(sizes)] * count

    def lower(split_dim: Any, value: Any, *, num_split: int) -> Any:
        place = int(split_dim)
        if not -value.ndim <= place < value.ndim:
            raise invalid(
                f"-input rank(-{value.ndim}) <= split_dim < input rank ({value.ndim}), but got "
                f"{place}"
            )
        if value.shape[place] % num_split:
            raise invalid(
                "Number of ways to split should evenly divide the split dimension, but got "
                f"split_dim {place} (size = {value.shape[place]}) and num_split {num_split}"
            )
        parts = tuple(array_module(value).split(value, num_split, place))
        return parts if num_split != 1 else parts[0]

    fold = host = lower

    def gradient(op: Any, *dys: Any) -> list[Any]:  # noqa: N805
        from penstock.ops.joining import concat

        return [None, concat(list(dys), op.inputs[0])]


def _split_sizes(sizes: Any, total: int) -> list[int]:
    sizes = [int(s) for s in sizes]
    holes = [i for i, s in enumerate(sizes) if s == -1]
    if len(holes) == 1:
        sizes[holes[0]] = total - sum(s for s in sizes if s != -1)
    if len(holes) > 1 or sum(sizes) != total or any(s < 0 for s in sizes):
        raise invalid(
            "Determined shape must either match input shape along split_dim exactly if fully "
            "specified, or be less than the size of the input along split_dim if not fully "
            f"specified.  Got: {sum(sizes)}"
        )
    return sizes


@operation(
    "SplitV",
    inputs="value: T, size_splits: Tlen, split_dim: int32",
    outputs="output: num_split * T",
    attrs="num_split: int >= 1; T: type; Tlen: indextype = int64",
)
class SplitV:
    static = ("size_splits", "split_dim")

    def shape(op: Any) -> Any:  # noqa: N805
        shape, count = op.inputs[0].shape, op.attr("num_split")
        sizes, axis = constant_value(op.inputs[1]), constant_value(op.inputs[2])
        if shape.sizes is None:
            return [unknown_shape()] * count
        rank = len(shape.sizes)
        if axis is None:
            return [unknown_shape(rank)] * count
        place = int(axis)
        needed = place + 1 if place >= 0 else -place
        if rank == 0:
            raise ValueError("Can't split scalars")
        if rank < needed:
            raise ValueError(f"Shape must be at least rank {needed} but is rank {rank}")
        total = shape.sizes[place]
        if sizes is None:
            return [_with_size(shape, place, None)] * count
        if total is not None:
            try:
                known: list[int | None] = list(_split_sizes(sizes, total))
            except errors.InvalidArgumentError:
                listed = shape_text(sizes.tolist())
                raise ValueError(
                    f"can't split axis of size {total} into pieces of size {listed}"
                ) from None
        else:
            known = [None if s == -1 else int(s) for s in sizes]
        return [_with_size(shape, place, size) for size in known]

    def lower(value: Any, size_splits: Any, split_dim: Any, *, num_split: int) -> Any:
        place = int(split_dim)
        if not -value.ndim <= place < value.ndim:
            raise invalid(
                f"-input rank(-{value.ndim}) <= split_dim < input rank ({value.ndim}), but got "
                f"{place}"
            )
        sizes = _split_sizes(size_splits, value.shape[place])
        parts = tuple(array_module(value).split(value, np.cumsum(sizes)[:-1].tolist(), place))
        return parts if num_split != 1 else parts[0]

    fold = host = lower

    def gradient(op: Any, *dys: Any) -> list[Any]:  # noqa: N805
        from penstock.ops.joining import concat

        return [concat(list(dys), op.inputs[2]), None, None]


def _with_size(shape: TensorShape, place: int, size: int | None) -> TensorShape:
    sizes = shape.as_list()
    sizes[place] = size
    return TensorShape(sizes)


def split(
    value: Any,
    num_or_size_splits: Any,
    axis: Any = 0,
    num: int | None = None,
    name: str | None = "split",
) -> list[Tensor]:
    """A tensor cut along an axis.

    Args:
        value: a tensor.
        num_or_size_splits: how many equal parts, or a list of their sizes (one may be -1).
        axis: the dimension.
        num: how many parts, where the list of sizes is a tensor of unknown length.
        name: the operation's name.

    The order of TensorFlow 0.x, ``split(axis, number, value)``, is understood too.

    Raises:
        ValueError: when ``num`` isn't given and not known.
    """
    if isinstance(axis, Tensor) and not isinstance(value, Tensor) and np.ndim(value) == 0:
        value, axis = axis, value
    sizes = convert_to_tensor(num_or_size_splits)
    if isinstance(num_or_size_splits, (int, Dimension, np.integer)):
        return apply("Split", axis, value, num_split=int(num_or_size_splits), name=name)
    if sizes.shape.ndims == 0:
        raise ValueError(
            "Rank-0 tensors are not supported as the num_or_size_splits argument to split. "
            "Argument provided: " + str(num_or_size_splits)
        )
    if num is None:
        num = sizes.shape.num_elements()
        if num is None:
            raise ValueError(f"Cannot infer num from shape {num_or_size_splits}")
    return apply("SplitV", value, sizes, axis, num_split=num, name=name)
