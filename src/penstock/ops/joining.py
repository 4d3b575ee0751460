"""Joining and parting tensors: ``concat``, ``stack``, ``split``, ``unstack``."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from penstock.graph import dtypes, errors
from penstock.graph.build import apply
from penstock.graph.composite import IndexedSlices
from penstock.graph.convert import (
    convert_to_tensor,
    is_tensor_like,
    register_tensor_conversion_function,
)
from penstock.graph.registry import operation
from penstock.graph.scopes import name_scope
from penstock.graph.shapes import Dimension, TensorShape, unknown_shape
from penstock.graph.static_values import constant_value
from penstock.graph.tensor import Tensor
from penstock.ops.constants import constant
from penstock.ops.identities import identity


def _invalid(message: str) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(None, None, message)


def _shape_text(shape: Any) -> str:
    return "[" + ",".join("?" if s is None else str(s) for s in shape) + "]"


def _module(*arrays: Any) -> Any:
    """NumPy when all arrays are NumPy's, else ``jax.numpy``."""
    return np if all(isinstance(a, (np.ndarray, np.generic)) for a in arrays) else jnp


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
            raise ValueError(
                f"Shapes must be equal rank, but are {rank} and {len(tensor.shape.sizes)}"
            )
        for i, size in enumerate(tensor.shape.sizes):
            if i == place:
                total = None if total is None or size is None else total + size
            elif sizes[i] is None:
                sizes[i] = size
            elif size is not None and sizes[i] != size:
                low, high = (0, place) if i < place else (place + 1, rank)
                raise ValueError(
                    f"Dimension {i - low} in both shapes must be equal, but are {sizes[i]} and "
                    f"{size}. Shapes are {_shape_text(sizes[low:high])} and "
                    f"{_shape_text(tensor.shape.sizes[low:high])}."
                )
    sizes[place] = total
    return TensorShape(sizes)


def _concatenated(parts: list[Any], axis: Any) -> Any:
    place, rank = int(axis), parts[0].ndim
    if not -rank <= place < rank:
        raise _invalid(
            f"ConcatOp : Expected concatenating dimensions in the range [{-rank}, {rank}), but "
            f"got {place}"
        )
    place %= rank
    first = parts[0].shape
    for i, part in enumerate(parts):
        if part.ndim != rank or any(
            a != b for j, (a, b) in enumerate(zip(first, part.shape, strict=True)) if j != place
        ):
            raise _invalid(
                "ConcatOp : Dimensions of inputs should match: shape[0] = "
                f"{_shape_text(first)} vs. shape[{i}] = {_shape_text(part.shape)}"
            )
    return _module(*parts).concatenate(parts, place)


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
                raise _invalid(
                    f"All dimensions except {place} must match. Input {i} has shape "
                    f"{sizes.tolist()} and doesn't match input 0 with shape {shape[0].tolist()}."
                )
            offset = np.zeros(rank, np.int32)
            offset[place] = total
            total += int(sizes[place])
            offsets.append(offset)
        return tuple(offsets)

    host = fold


def _concat_arguments(values: Any, axis: Any) -> tuple[Any, Any]:
    """Tells ``concat(0, [a, b])``, the order before 1.0, from ``concat([a, b], 0)``."""

    def is_axis(value: Any) -> bool:
        if isinstance(value, Tensor):
            return value.shape.ndims == 0 and value.dtype.is_integer
        return isinstance(value, (int, np.integer)) and not isinstance(value, bool)

    if is_axis(values) and not is_axis(axis) and isinstance(axis, (list, tuple, Tensor)):
        return axis, values
    return values, axis


def concat(values: Any, axis: Any, name: str = "concat") -> Tensor:
    """Tensors put together along an axis they have.

    Args:
        values: tensors of one type, whose sizes differ at most along ``axis``.
        axis: the dimension along which they are put together; negative ones count from the end.
        name: the operation's name.

    The order of TensorFlow 0.x, ``concat(axis, values)``, is understood too.

    Raises:
        ValueError: when the shapes don't fit.
    """
    values, axis = _concat_arguments(values, axis)
    if not isinstance(values, (list, tuple)):
        values = [values]
    if len(values) == 1:
        with name_scope(name):
            place = convert_to_tensor(axis, name="concat_dim", dtype=dtypes.int32)
            place.shape.assert_has_rank(0)
            return identity(values[0], name=name)
    return apply("ConcatV2", values, axis, name=name)


# -- stack -------------------------------------------------------------------------------------
@operation(
    "Pack",
    inputs="values: N * T",
    outputs="output: T",
    attrs="N: int >= 1; T: type; axis: int = 0",
)
class Pack:
    def shape(op: Any) -> Any:  # noqa: N805
        from penstock.ops.state import merged_shape

        shape = op.inputs[-1].shape
        for i, tensor in reversed(list(enumerate(op.inputs[:-1]))):
            try:
                shape = merged_shape(shape, tensor.shape)
            except ValueError as error:
                raise ValueError(f"{error}\n\tFrom merging shape {i} with other shapes.") from None
        if shape.sizes is None:
            return shape
        axis, count = op.attr("axis"), len(shape.sizes) + 1
        if not -count <= axis < count:
            raise ValueError(f"Invalid axis: {axis}; must be in [{-count},{count})")
        sizes = list(shape.sizes)
        sizes.insert(axis % count, len(op.inputs))
        return TensorShape(sizes)

    def lower(values: list[Any], *, axis: int) -> Any:
        for i, value in enumerate(values):
            if value.shape != values[0].shape:
                raise _invalid(
                    f"Shapes of all inputs must match: values[0].shape = "
                    f"{_shape_text(values[0].shape)} != values[{i}].shape = "
                    f"{_shape_text(value.shape)}"
                )
        return _module(*values).stack(values, axis)

    fold = host = lower

    def gradient(op: Any, dy: Any) -> list[Any]:  # noqa: N805
        return unstack(dy, num=op.attr("N"), axis=op.attr("axis"))


def stack(values: Any, axis: int = 0, name: str | None = "stack") -> Tensor:
    """Tensors of one shape put together along a new axis.

    Args:
        values: a list of tensors of one shape and type, or a tensor.
        axis: where the new dimension goes; negative ones count from the end.
        name: the operation's name.

    Raises:
        ValueError: when ``axis`` is out of range.
    """
    if axis == 0 and not _holds_dimension(values):
        try:
            return convert_to_tensor(values, name=name)
        except (TypeError, ValueError):
            pass  # Something in it isn't constant.
    first = convert_to_tensor(values[0], name=name)
    ndims = first.shape.ndims
    if ndims is not None:
        count = ndims + 1
        if not -count <= axis < count:
            raise ValueError(f"axis = {axis} not in [{-count}, {count})")
    return apply("Pack", values, axis=axis, name=name)


def _holds_dimension(values: Any) -> bool:
    return isinstance(values, (list, tuple)) and any(isinstance(v, Dimension) for v in values)


@operation(
    "ParallelConcat",
    inputs="values: N * T",
    outputs="output: T",
    attrs="N: int >= 1; T: type; shape: shape",
)
class ParallelConcat:
    def shape(op: Any) -> Any:  # noqa: N805
        return op.attr("shape")

    def lower(values: list[Any]) -> Any:
        return _module(*values).concatenate(values, 0)

    fold = host = lower


def parallel_stack(values: Any, name: str = "parallel_stack") -> Tensor:
    """Tensors put together along a new first axis; all shapes must be known.

    Args:
        values: a list of tensors of one fully known shape and one type.
        name: the operation's name.
    """
    from penstock.ops.arrays import expand_dims

    with name_scope(name):
        first = convert_to_tensor(values[0])
        shape = TensorShape([len(values)]).concatenate(first.shape)
        return apply("ParallelConcat", [expand_dims(v, 0) for v in values], shape=shape)


@operation(
    "Unpack",
    inputs="value: T",
    outputs="output: num * T",
    attrs="num: int >= 0; T: type; axis: int = 0",
)
class Unpack:
    def shape(op: Any) -> Any:  # noqa: N805
        shape, num, axis = op.inputs[0].shape, op.attr("num"), op.attr("axis")
        if shape.sizes is None:
            return [unknown_shape()] * num
        rank = len(shape.sizes)
        if not -rank <= axis < rank:
            raise ValueError(f"Invalid axis: {axis}; must be in [{-rank},{rank})")
        size = shape.sizes[axis]
        if size is not None and size != num:
            raise ValueError(f"Dimension must be {num} but is {size}")
        rest = [s for i, s in enumerate(shape.sizes) if i != axis % rank]
        return [TensorShape(rest)] * num

    def lower(value: Any, *, num: int, axis: int) -> Any:
        if value.shape[axis] != num:
            raise _invalid(
                f"Input shape axis {axis} must equal {num}, got shape {_shape_text(value.shape)}"
            )
        place = axis % value.ndim
        parts = tuple(value[(slice(None),) * place + (i,)] for i in range(num))
        return parts if num != 1 else parts[0]

    def fold(value: np.ndarray, *, num: int, axis: int) -> Any:
        if value.shape[axis] != num:
            raise _invalid(
                f"Input shape axis {axis} must equal {num}, got shape {_shape_text(value.shape)}"
            )
        parts = tuple(np.asarray(np.take(value, i, axis)) for i in range(num))
        return parts if num != 1 else parts[0]

    host = fold

    def gradient(op: Any, *dys: Any) -> Any:  # noqa: N805
        return stack(list(dys), axis=op.attr("axis"))


def unstack(
    value: Any, num: int | None = None, axis: int = 0, name: str | None = "unstack"
) -> list[Tensor]:
    """The slices of a tensor along an axis, that dimension dropped.

    Args:
        value: a tensor of rank one or more.
        num: how many there are; found out when left out.
        axis: the dimension; negative ones count from the end.
        name: the operation's name.

    Raises:
        ValueError: when ``num`` isn't given and not known, or ``axis`` is out of range.
    """
    if num is None:
        value = convert_to_tensor(value)
        shape = value.shape
        if shape.sizes is not None:
            rank = len(shape.sizes)
            if not -rank <= axis < rank:
                raise ValueError(f"axis = {axis} not in [{-rank}, {rank})")
            num = shape.sizes[axis]
        if num is None:
            raise ValueError(f"Cannot infer num from shape {shape}")
    return apply("Unpack", value, num=num, axis=axis, name=name)


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
            raise _invalid(
                f"-input rank(-{value.ndim}) <= split_dim < input rank ({value.ndim}), but got "
                f"{place}"
            )
        if value.shape[place] % num_split:
            raise _invalid(
                "Number of ways to split should evenly divide the split dimension, but got "
                f"split_dim {place} (size = {value.shape[place]}) and num_split {num_split}"
            )
        parts = tuple(_module(value).split(value, num_split, place))
        return parts if num_split != 1 else parts[0]

    fold = host = lower

    def gradient(op: Any, *dys: Any) -> list[Any]:  # noqa: N805
        return [None, concat(list(dys), op.inputs[0])]


def _split_sizes(sizes: Any, total: int) -> list[int]:
    sizes = [int(s) for s in sizes]
    holes = [i for i, s in enumerate(sizes) if s == -1]
    if len(holes) == 1:
        sizes[holes[0]] = total - sum(s for s in sizes if s != -1)
    if len(holes) > 1 or sum(sizes) != total or any(s < 0 for s in sizes):
        raise _invalid(
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
        if rank < needed:
            raise ValueError(f"Shape must be at least rank {needed} but is rank {rank}")
        total = shape.sizes[place]
        if sizes is None:
            return [_with_size(shape, place, None)] * count
        if total is not None:
            try:
                known: list[int | None] = list(_split_sizes(sizes, total))
            except errors.InvalidArgumentError:
                listed = _shape_text(sizes.tolist())
                raise ValueError(
                    f"can't split axis of size {total} into pieces of size {listed}"
                ) from None
        else:
            known = [None if s == -1 else int(s) for s in sizes]
        return [_with_size(shape, place, size) for size in known]

    def lower(value: Any, size_splits: Any, split_dim: Any, *, num_split: int) -> Any:
        place = int(split_dim)
        if not -value.ndim <= place < value.ndim:
            raise _invalid(
                f"-input rank(-{value.ndim}) <= split_dim < input rank ({value.ndim}), but got "
                f"{place}"
            )
        sizes = _split_sizes(size_splits, value.shape[place])
        parts = tuple(_module(value).split(value, np.cumsum(sizes)[:-1].tolist(), place))
        return parts if num_split != 1 else parts[0]

    fold = host = lower

    def gradient(op: Any, *dys: Any) -> list[Any]:  # noqa: N805
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


# -- lists that hold tensors -------------------------------------------------------------------
def _first_dtype(values: Any) -> Any:
    for value in values:
        if is_tensor_like(value):
            return value.dtype.base_dtype
        if isinstance(value, (list, tuple)):
            found = _first_dtype(value)
            if found is not None:
                return found
    return None


def _cast_tensors(values: Any, dtype: Any) -> Any:
    if isinstance(values, (list, tuple)):
        return [_cast_tensors(value, dtype) for value in values]
    if is_tensor_like(values) and values.dtype.base_dtype != dtype:
        return apply("Cast", values, DstT=dtype)
    return values


def _packed(values: Any, dtype: Any, name: str) -> Any:
    """A list as a ``Pack`` if a tensor is in it, however deep; else the list."""
    with name_scope(name) as scope:
        items: list[Any] = []
        holds_tensor = False
        for i, value in enumerate(values):
            if is_tensor_like(value):
                if dtype is not None and value.dtype.base_dtype != dtype:
                    raise TypeError(
                        f"Cannot convert a list containing a tensor of dtype {value.dtype} to "
                        f"{dtype} (Tensor is: {value!r})"
                    )
            elif isinstance(value, (list, tuple)):
                value = _packed(value, dtype, str(i))
            holds_tensor = holds_tensor or is_tensor_like(value)
            items.append(value)
        if not holds_tensor:
            return items
        tensors = [
            item if is_tensor_like(item) else constant(item, dtype=dtype, name=str(i))
            for i, item in enumerate(items)
        ]
        return apply("Pack", tensors, name=scope)


def _pack_list(value: Any, dtype: Any = None, name: str | None = None, as_ref: bool = False) -> Any:
    """The conversion of lists in which there are tensors."""
    if as_ref:
        return NotImplemented
    found = _first_dtype(value)
    if found is None:
        return NotImplemented
    if dtype is None:
        dtype = found
    elif dtype.base_dtype != found:
        value = _cast_tensors(value, dtype.base_dtype)
    return _packed(value, dtype.base_dtype, name or "packed")


register_tensor_conversion_function((list, tuple), _pack_list, 99)
