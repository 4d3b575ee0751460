"""``slice``, padding, tiling and reversing.

What indexes is in ``strided.py``, what joins and parts in ``joining.py``; their functions are
offered here too.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from penstock import behavior
from penstock.graph import errors
from penstock.graph.build import apply
from penstock.graph.registry import operation
from penstock.graph.shapes import TensorShape, unknown_shape
from penstock.graph.static_values import constant_value, constant_value_as_shape
from penstock.graph.tensor import Tensor
from penstock.ops.joining import concat as concat
from penstock.ops.joining import parallel_stack as parallel_stack
from penstock.ops.joining import split as split
from penstock.ops.joining import stack as stack
from penstock.ops.joining import unstack as unstack
from penstock.ops.messages import invalid
from penstock.ops.padding import pad as pad
from penstock.ops.shape_rules import same_as_input
from penstock.ops.strided import elements_of
from penstock.ops.strided import slice_helper as slice_helper
from penstock.ops.strided import strided_slice as strided_slice
from penstock.ops.traced import is_known


# -- slice -------------------------------------------------------------------------------------
def _sliced_shape(op: Any) -> TensorShape:
    source, size = op.inputs[0].shape, op.inputs[2]
    begin, wanted = (constant_value_as_shape(each).sizes for each in op.inputs[1:])
    ranks = [
        r
        for r in (source.ndims, size.shape.num_elements(), op.inputs[1].shape.num_elements())
        if r is not None
    ]
    if not ranks:
        return unknown_shape()
    rank = ranks[0]
    if any(r != rank for r in ranks):
        other = next(r for r in ranks if r != rank)
        raise ValueError(f"Shape must be rank {other} but is rank {rank}")
    sizes: list[int | None] = []
    values = constant_value(size)
    for i in range(rank):
        count = None if wanted is None else wanted[i]
        have = None if source.sizes is None else source.sizes[i]
        start = None if begin is None else begin[i]
        if start is not None and have is not None:
            if count is None and values is not None and values[i] == -1:
                if start > have:
                    raise ValueError(f"Expected begin[{i}] in [0, {have}], but got {start}")
                count = have - start
        sizes.append(count)
    return TensorShape(sizes)


def _check_range(place: int, start: int, count: int, size: int) -> None:
    if not 0 <= start <= size:
        raise invalid(f"Expected begin[{place}] in [0, {size}], but got {start}")
    if not 0 <= count <= size - start:
        raise invalid(f"Expected size[{place}] in [0, {size - start}], but got {count}")


def _slice_array(input: Any, begin: np.ndarray, size: np.ndarray) -> Any:  # noqa: A002
    index = []
    if len(begin) != input.ndim or len(size) != input.ndim:
        raise invalid(
            f"Expected begin and size arguments to be 1-D tensors of size {input.ndim}, but got "
            f"shapes [{len(begin)}] and [{len(size)}] instead."
        )
    for place, (start, count) in enumerate(zip(begin.tolist(), size.tolist(), strict=True)):
        if count == -1:
            count = input.shape[place] - start
        _check_range(place, start, count, input.shape[place])
        index.append(np.s_[start : start + count])
    return input[tuple(index)]


@operation(
    "Slice",
    inputs="input: T, begin: Index, size: Index",
    outputs="output: T",
    attrs="T: type; Index: indextype",
)
class Slice:
    shape = _sliced_shape
    static = "size"

    def lower(input: Any, begin: Any, size: Any, *, op: Any, run: Any) -> Any:  # noqa: A002
        if is_known(begin) and is_known(size):
            return _slice_array(input, begin, size)
        input = jnp.asarray(input)  # noqa: A001
        counts = elements_of(op.inputs[2], size, run)
        for place, start in enumerate(elements_of(op.inputs[1], begin, run)):
            length, count = input.shape[place], int(counts[place])
            if count == -1 or is_known(start):
                first = int(start)
                count = length - first if count == -1 else count
                _check_range(place, first, count, length)
                input = lax.slice_in_dim(input, first, first + count, axis=place)  # noqa: A001
                continue
            if count > length:
                raise invalid(f"Expected size[{place}] in [0, {length}], but got {count}")
            run.check(
                (start >= 0) & (start + count <= length),
                f"Expected begin[{place}] in [0, {length - count}], but got {{0}}",
                start,
            )
            input = lax.dynamic_slice_in_dim(input, start, count, place)  # noqa: A001
        return input

    def fold(input: Any, begin: Any, size: Any) -> Any:  # noqa: A002
        return _slice_array(input, begin, size)

    host = fold

    def gradient(op: Any, dy: Any) -> list[Any]:  # noqa: N805
        from penstock.ops.arrays import rank, reshape, shape

        source, begin = op.inputs[0], op.inputs[1]
        count = rank(source)
        sliced: Any = shape(op.outputs[0])
        column = stack([count, 1])
        before = reshape(begin, column)
        after = reshape(shape(source) - sliced - begin, column)
        return [pad(dy, concat([before, after], 1)), None, None]


def slice(input_: Any, begin: Any, size: Any, name: str | None = None) -> Tensor:  # noqa: A001
    """The part of a tensor that starts at ``begin`` and has ``size``.

    Args:
        input_: a tensor.
        begin: an integer vector.
        size: an integer vector; -1 means all that is left.
        name: the operation's name.
    """
    return apply("Slice", input_, begin, size, name=name)


# -- tile --------------------------------------------------------------------------------------
def _tiled_shape(op: Any) -> TensorShape:
    source = op.inputs[0].shape
    counts = constant_value_as_shape(op.inputs[1])
    if source.sizes is None:
        return unknown_shape(counts.ndims)
    if counts.sizes is None:
        return unknown_shape(source.ndims)
    if len(counts.sizes) != len(source.sizes):
        raise ValueError(f"Shape must be rank {len(source.sizes)} but is rank {len(counts.sizes)}")
    return TensorShape(
        [
            None if s is None or c is None else s * c
            for s, c in zip(source.sizes, counts.sizes, strict=True)
        ]
    )


@operation(
    "Tile",
    inputs="input: T, multiples: Tmultiples",
    outputs="output: T",
    attrs="T: type; Tmultiples: indextype = int32",
)
class Tile:
    shape = _tiled_shape
    static = "multiples"

    def lower(input: Any, multiples: np.ndarray) -> Any:  # noqa: A002
        return jnp.tile(input, _counts(input, multiples))

    def fold(input: np.ndarray, multiples: np.ndarray) -> np.ndarray:  # noqa: A002
        return np.tile(input, _counts(input, multiples))

    host = fold

    def gradient(op: Any, dy: Any) -> list[Any]:  # noqa: N805
        from penstock.graph.composite import IndexedSlices
        from penstock.ops.arrays import reshape, shape, size, transpose
        from penstock.ops.reductions import reduce_sum

        source, multiples = op.inputs
        source_shape: Any = shape(source, out_type=multiples.dtype)
        parts: Any = reshape(transpose(stack([multiples, source_shape])), [-1])
        axes = apply("Range", 0, size(parts), 2, name="range")
        if isinstance(dy, IndexedSlices):
            rows = source_shape[0]
            dy = apply("UnsortedSegmentSum", dy.values, apply("FloorMod", dy.indices, rows), rows)
            parts = concat([[1], parts[1:]], axis=0)
        found = reduce_sum(reshape(dy, parts), axes)
        found.set_shape(source.shape)
        return [found, None]


def _counts(input: Any, multiples: np.ndarray) -> list[int]:  # noqa: A002
    counts = [int(m) for m in multiples]
    if len(counts) != input.ndim:
        raise invalid(
            f"Expected multiples argument to be a vector of length {input.ndim} but got length "
            f"{len(counts)}"
        )
    for place, count in enumerate(counts):
        if count < 0:
            raise invalid(f"Expected multiples[{place}] >= 0, but got {count}")
    return counts


def tile(input: Any, multiples: Any, name: str | None = None) -> Tensor:  # noqa: A002
    """A tensor repeated along its dimensions.

    Args:
        input: a tensor.
        multiples: an integer vector: how often, for each dimension.
        name: the operation's name.
    """
    return apply("Tile", input, multiples, name=name)


@operation(
    "TileGrad",
    inputs="input: T, multiples: int32",
    outputs="output: T",
    attrs="T: type",
)
class TileGrad:
    static = "multiples"

    def lower(input: Any, multiples: np.ndarray) -> Any:  # noqa: A002
        sizes: list[int] = []
        for size, count in zip(input.shape, _counts(input, multiples), strict=True):
            sizes += [count, size // max(count, 1)]
        summed = jnp.asarray(input).reshape(sizes).sum(tuple(range(0, len(sizes), 2)))
        return summed.astype(input.dtype)


# -- reverse -----------------------------------------------------------------------------------
_REVERSED = (
    "uint8, int8, uint16, int16, int32, int64, bool, {}half, float, double, complex64, "
    "complex128, string"
)


def _axes(axis: np.ndarray, rank: int) -> list[int]:
    places: list[int] = []
    for place in axis.ravel().tolist():
        if not -rank <= place < rank:
            raise invalid(f"'axis'[{len(places)}] = {place} is out of valid range [0, {rank - 1}]")
        if place % rank in places:
            raise invalid(f"axis {place % rank} specified more than once.")
        places.append(place % rank)
    return places


def _flip(tensor: Any, places: list[int]) -> Any:
    if isinstance(tensor, np.ndarray):
        return np.flip(tensor, tuple(places)) if places else tensor
    return lax.rev(tensor, places)


@operation(
    "ReverseV2",
    inputs="tensor: T, axis: Tidx",
    outputs="output: T",
    attrs="Tidx: indextype = int32; T: {" + _REVERSED.format("bfloat16, ") + "}",
)
class ReverseV2:
    static = "axis"

    def shape(op: Any) -> Any:  # noqa: N805
        shape, axis = op.inputs[0].shape, constant_value(op.inputs[1])
        if axis is not None and shape.sizes is not None:
            try:
                _axes(axis, len(shape.sizes))
            except errors.InvalidArgumentError as error:
                raise ValueError(error.message) from None
        return shape

    def lower(tensor: Any, axis: np.ndarray) -> Any:
        return _flip(tensor, _axes(axis, tensor.ndim))

    fold = host = lower

    def gradient(op: Any, dy: Any) -> list[Any]:  # noqa: N805
        return [apply("ReverseV2", dy, op.inputs[1]), None]


@operation(
    "Reverse",
    inputs="tensor: T, dims: bool",
    outputs="output: T",
    attrs="T: {" + _REVERSED.format("") + "}",
)
class Reverse:
    shape = same_as_input()
    static = "dims"

    def lower(tensor: Any, dims: np.ndarray) -> Any:
        if len(dims) != tensor.ndim:
            raise invalid(
                f"'dims' must have the same number of values as 'tensor' has dimensions. 'tensor' "
                f"has {tensor.ndim}'dims' has {len(dims)} values"
            )
        return _flip(tensor, [i for i, flip in enumerate(dims.tolist()) if flip])

    fold = host = lower

    def gradient(op: Any, dy: Any) -> list[Any]:  # noqa: N805
        return [apply("Reverse", dy, op.inputs[1]), None]


def reverse(tensor: Any, axis: Any, name: str | None = None) -> Tensor:
    """A tensor with some dimensions reversed.

    Args:
        tensor: a tensor.
        axis: an integer vector: which dimensions. Before TensorFlow 1.0 it was a boolean vector,
            one element for each dimension; with a later version such a list counts as integers.
        name: the operation's name.
    """
    if not isinstance(axis, Tensor) and np.asarray(axis).dtype == np.bool_:
        if behavior.before(1, 0):
            return apply("Reverse", tensor, axis, name=name)
        axis = np.asarray(axis).astype(np.int32)
    return apply("ReverseV2", tensor, axis, name=name)


@operation(
    "ReverseSequence",
    inputs="input: T, seq_lengths: Tlen",
    outputs="output: T",
    attrs="seq_dim: int; batch_dim: int = 0; T: type; Tlen: indextype = int64",
)
class ReverseSequence:
    def shape(op: Any) -> Any:  # noqa: N805
        shape, lengths = op.inputs[0].shape, op.inputs[1].shape.with_rank(1)
        batch, seq = op.attr("batch_dim"), op.attr("seq_dim")
        if shape.sizes is None:
            return shape
        rank = len(shape.sizes)
        if batch >= rank:
            raise ValueError(f"batch_dim must be < input rank: {batch} vs. {rank}")
        if seq >= rank:
            raise ValueError(f"seq_dim must be < input rank: {seq} vs. {rank}")
        sizes = list(shape.sizes)
        have, count = sizes[batch], lengths.sizes[0]
        if have is not None and count is not None and have != count:
            raise ValueError(f"Dimensions must be equal, but are {have} and {count}")
        sizes[batch] = count if have is None else have
        return TensorShape(sizes)

    def lower(input: Any, seq_lengths: Any, *, seq_dim: int, batch_dim: int, run: Any) -> Any:  # noqa: A002
        batch, seq = batch_dim % input.ndim, seq_dim % input.ndim
        length = input.shape[seq]
        seq_lengths = jnp.asarray(seq_lengths)
        run.check(
            jnp.all((seq_lengths >= 0) & (seq_lengths <= length)),
            f"seq_lens must be between 0 and {length}, the size of dimension {seq}, but got {{0}}",
            seq_lengths,
        )
        places = jnp.arange(length)
        lengths = seq_lengths[:, None]
        source = jnp.where(places < lengths, lengths - 1 - places, places)
        shape = [1] * input.ndim
        shape[batch], shape[seq] = input.shape[batch], length
        if batch > seq:
            source = source.T
        return jnp.take_along_axis(jnp.asarray(input), source.reshape(shape), seq)

    def gradient(op: Any, dy: Any) -> list[Any]:  # noqa: N805
        dims = {"seq_dim": op.attr("seq_dim"), "batch_dim": op.attr("batch_dim")}
        return [apply("ReverseSequence", dy, op.inputs[1], **dims), None]


def reverse_sequence(
    input: Any,  # noqa: A002
    seq_lengths: Any,
    seq_axis: int | None = None,
    batch_axis: int | None = None,
    name: str | None = None,
    seq_dim: int | None = None,
    batch_dim: int | None = None,
) -> Tensor:
    """Reverses the first ``seq_lengths[i]`` elements of each row ``i``.

    Args:
        input: a tensor.
        seq_lengths: an integer vector, one length for each row.
        seq_axis: the dimension that is partly reversed.
        batch_axis: the dimension of the rows.
        name: the operation's name.
        seq_dim: the old name of ``seq_axis``.
        batch_dim: the old name of ``batch_axis``.
    """
    for new, old, names in (
        (seq_axis, seq_dim, ("seq_axis", "seq_dim")),
        (batch_axis, batch_dim, ("batch_axis", "batch_dim")),
    ):
        if new is not None and old is not None:
            raise ValueError(f"Cannot specify both '{names[0]}' and '{names[1]}'")
    return apply(
        "ReverseSequence",
        input,
        seq_lengths,
        name=name,
        seq_dim=seq_dim if seq_axis is None else seq_axis,
        batch_dim=batch_dim if batch_axis is None else batch_axis,
    )
