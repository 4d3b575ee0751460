"""``tensor[...]``: ``StridedSlice``, its gradient and its assignments."""

from __future__ import annotations

import sys
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from penstock.graph import dtypes, errors
from penstock.graph.build import apply
from penstock.graph.registry import operation
from penstock.graph.scopes import name_scope
from penstock.graph.shapes import Dimension, TensorShape, unknown_shape
from penstock.graph.static_values import constant_value, constant_value_as_shape
from penstock.graph.tensor import Tensor
from penstock.ops.constants import constant
from penstock.ops.strided_spec import NEW_AXIS, Entry, Masks, Range, expand, resolve
from penstock.ops.traced import is_known

newaxis = None

_MASKS = (
    "begin_mask: int = 0; end_mask: int = 0; ellipsis_mask: int = 0; new_axis_mask: int = 0; "
    "shrink_axis_mask: int = 0"
)
_ATTRS = "T: type; Index: indextype; " + _MASKS


def _masks(op: Any) -> Masks:
    return Masks(
        *(op.attr(n + "_mask") for n in ("begin", "end", "ellipsis", "new_axis", "shrink_axis"))
    )


def _mask_attributes(op: Any) -> dict[str, Any]:
    names = ("begin", "end", "ellipsis", "new_axis", "shrink_axis")
    return {n + "_mask": op.attr(n + "_mask") for n in names}


def _sliced_shape(op: Any) -> TensorShape:
    source = op.inputs[0].shape
    begin, end, strides = (constant_value(each) for each in op.inputs[1:4])
    if source.sizes is None or strides is None:
        return unknown_shape()
    entries, order = expand(
        len(source.sizes),
        None if begin is None else begin.tolist(),
        None if end is None else end.tolist(),
        strides.tolist(),
        _masks(op),
    )
    sizes: list[int | None] = []
    for place, (entry, size) in enumerate(zip(entries, source.sizes, strict=True)):
        if size is None:
            sizes.append(None)
        elif entry.begin_masked and entry.end_masked and not entry.shrink:
            sizes.append(len(range(0, size, abs(entry.step))))
        elif begin is None or end is None:
            sizes.append(None)
        else:
            sizes.append(resolve(entry, size, place).count)
    return TensorShape([1 if place == NEW_AXIS else sizes[place] for place in order])


def elements_of(tensor: Tensor, value: Any, run: Any) -> list[Any]:
    """The elements of an index vector, each a number if it is known by itself."""
    if is_known(value):
        return value.tolist()
    op = tensor.op
    if op.type == "Pack" and run is not None and all(run.has_value(t) for t in op.inputs):
        parts = [run.value(t) for t in op.inputs]
        return [p.item() if is_known(p) and p.ndim == 0 else p for p in parts]
    return [value[i] for i in range(value.shape[0])]


def _linear(tensor: Tensor, depth: int = 0) -> tuple[dict[Tensor, int], int]:
    """``tensor`` as a sum of multiples of other tensors and a number."""
    op = tensor.op
    value = constant_value(tensor)
    if value is not None and value.ndim == 0:
        return {}, int(value)
    if depth < 10 and op.type in ("Add", "AddV2", "Sub"):
        first, a = _linear(op.inputs[0], depth + 1)
        second, b = _linear(op.inputs[1], depth + 1)
        sign = -1 if op.type == "Sub" else 1
        total = dict(first)
        for leaf, factor in second.items():
            total[leaf] = total.get(leaf, 0) + sign * factor
        return {leaf: f for leaf, f in total.items() if f}, a + sign * b
    if depth < 10 and op.type == "Mul":
        first, a = _linear(op.inputs[0], depth + 1)
        second, b = _linear(op.inputs[1], depth + 1)
        if not first:
            return {leaf: f * a for leaf, f in second.items() if f * a}, a * b
        if not second:
            return {leaf: f * b for leaf, f in first.items() if f * b}, a * b
    if op.type == "Identity":
        return _linear(op.inputs[0], depth + 1)
    return {tensor: 1}, 0


def _length(op: Any, place: int) -> int | None:
    """``end - begin`` of entry ``place``, when it doesn't depend on the values in a run."""
    begin, end = op.inputs[1].op, op.inputs[2].op
    if begin.type != "Pack" or end.type != "Pack":
        return None
    first, a = _linear(begin.inputs[place])
    second, b = _linear(end.inputs[place])
    return b - a if first == second else None


def _concrete(value: Any) -> int:
    """``value`` as an integer; a traced one makes JAX say that it must be known."""
    return int(value)


def _window(entry: Entry, size: int, place: int, length: int | None, run: Any) -> Any:
    """The start and count of a slice whose begin isn't known while tracing."""
    if entry.shrink:
        begin = jnp.asarray(entry.begin)
        index = jnp.where(begin < 0, begin + size, begin)
        run.check(
            (index >= 0) & (index < size), f"slice index {{0}} of dimension {place} out of bounds.",
            begin,
        )  # fmt: skip
        return jnp.clip(index, 0, max(size - 1, 0)), 1
    compiled_block = getattr(run, "parent", None) is not None
    if length is None or length < 0 or entry.step != 1 or not compiled_block:
        # How many elements there are depends on values: not a thing to compile.
        _concrete(entry.begin)
        _concrete(entry.end)
    assert length is not None
    begin = jnp.asarray(entry.begin)
    start = jnp.where(begin < 0, begin + size, begin)
    run.check(
        (start >= 0) & (start + length <= size),
        f"slice [{{0}}:{{1}}] of dimension {place}, of size {size}, runs past the end; inside a "
        "compiled loop a slice must always have the same size",
        begin, begin + length,
    )  # fmt: skip
    return start, length


def _index(ranges: list[Range]) -> tuple[slice, ...]:
    return tuple(r.as_slice() for r in ranges)


def _static_ranges(
    shape: tuple[int, ...], begin: Any, end: Any, strides: Any, masks: Masks
) -> tuple[list[Range], list[int]]:
    try:
        entries, order = expand(len(shape), begin.tolist(), end.tolist(), strides.tolist(), masks)
        return [
            resolve(e, s, i) for i, (e, s) in enumerate(zip(entries, shape, strict=True))
        ], order
    except ValueError as error:
        raise errors.InvalidArgumentError(None, None, str(error)) from None


def _final_shape(counts: list[int], order: list[int]) -> list[int]:
    return [1 if place == NEW_AXIS else counts[place] for place in order]


def slice_statically(x: Any, begin: Any, end: Any, strides: Any, masks: Masks) -> Any:
    """The slice of an array, all vectors known."""
    ranges, order = _static_ranges(x.shape, begin, end, strides, masks)
    return x[_index(ranges)].reshape(_final_shape([r.count for r in ranges], order))


def _slice_dynamically(op: Any, x: Any, begin: Any, end: Any, strides: Any, run: Any) -> Any:
    begins, ends = (elements_of(op.inputs[i], v, run) for i, v in ((1, begin), (2, end)))
    masks = _masks(op)
    try:
        entries, order = expand(x.ndim, begins, ends, strides.tolist(), masks)
    except ValueError as error:
        raise errors.InvalidArgumentError(None, None, str(error)) from None
    spec_place = _places_in_spec(x.ndim, len(strides), masks)
    for place, entry in enumerate(entries):
        free = entry.begin_masked and entry.end_masked and not entry.shrink
        if free or (is_known(entry.begin) and (entry.shrink or is_known(entry.end))):
            try:
                found = resolve(entry, x.shape[place], place)
            except ValueError as error:
                raise errors.InvalidArgumentError(None, None, str(error)) from None
            x = x[(slice(None),) * place + (found.as_slice(),)]
            continue
        if entry.begin_masked or entry.end_masked:
            length = None
        else:
            length = _length(op, spec_place[place])
        start, count = _window(entry, x.shape[place], place, length, run)
        x = lax.dynamic_slice_in_dim(x, start, count, place)
    return x.reshape(_final_shape(list(x.shape), order))


def _places_in_spec(rank: int, count: int, masks: Masks) -> dict[int, int]:
    """From input dimension to the entry of the vectors that speaks of it."""
    marked, _ = expand(rank, list(range(count)), list(range(count)), [1] * count,
                       Masks(0, 0, masks.ellipsis, masks.new_axis, 0))  # fmt: skip
    return {i: e.begin for i, e in enumerate(marked) if not e.begin_masked}


@operation(
    "StridedSlice",
    inputs="input: T, begin: Index, end: Index, strides: Index",
    outputs="output: T",
    attrs=_ATTRS,
)
class StridedSlice:
    shape = _sliced_shape
    static = "strides"

    def lower(input: Any, begin: Any, end: Any, strides: Any, *, op: Any, run: Any) -> Any:  # noqa: A002
        if is_known(begin) and is_known(end):
            return slice_statically(input, begin, end, strides, _masks(op))
        return _slice_dynamically(op, jnp.asarray(input), begin, end, strides, run)

    def fold(input: Any, begin: Any, end: Any, strides: Any, *, op: Any) -> Any:  # noqa: A002
        return slice_statically(input, begin, end, strides, _masks(op))

    host = fold

    def gradient(op: Any, dy: Any) -> list[Any]:  # noqa: N805
        from penstock.ops.arrays import shape

        source, begin, end, strides = op.inputs
        source_shape = shape(source, out_type=begin.dtype.base_dtype)
        grad = apply(
            "StridedSliceGrad", source_shape, begin, end, strides, dy, **_mask_attributes(op)
        )
        return [grad, None, None, None]


@operation(
    "StridedSliceGrad",
    inputs="shape: Index, begin: Index, end: Index, strides: Index, dy: T",
    outputs="output: T",
    attrs=_ATTRS,
)
class StridedSliceGrad:
    static = ("shape", "strides")

    def shape(op: Any) -> Any:  # noqa: N805
        return constant_value_as_shape(op.inputs[0])

    def lower(shape: Any, begin: Any, end: Any, strides: Any, dy: Any, *, op: Any, run: Any) -> Any:
        sizes = tuple(int(s) for s in shape)
        zero = np.zeros((), dy.dtype)
        if is_known(begin) and is_known(end):
            ranges, _ = _static_ranges(sizes, begin, end, strides, _masks(op))
            dy = jnp.asarray(dy).reshape([r.count for r in ranges])
            if 0 in dy.shape:
                return jnp.zeros(sizes, dy.dtype)
            flipped = [i for i, r in enumerate(ranges) if r.step < 0]
            dy = lax.rev(dy, flipped) if flipped else dy
            pads = []
            for size, r in zip(sizes, ranges, strict=True):
                low = min(r.start, r.start + (r.count - 1) * r.step)
                high = max(r.start, r.start + (r.count - 1) * r.step)
                pads.append((low, size - 1 - high, abs(r.step) - 1))
            return lax.pad(dy, zero, pads)
        begins, ends = (elements_of(op.inputs[i], v, run) for i, v in ((1, begin), (2, end)))
        entries, order = expand(len(sizes), begins, ends, strides.tolist(), _masks(op))
        counts = {p: dy.shape[i] for i, p in enumerate(order) if p != NEW_AXIS}
        dy = jnp.asarray(dy).reshape([counts.get(i, 1) for i in range(len(sizes))])
        starts: list[Any] = []
        for place, (entry, size) in enumerate(zip(entries, sizes, strict=True)):
            if entry.step != 1:
                _concrete(entry.begin)
            if entry.begin_masked and not entry.shrink:
                starts.append(0)
                continue
            start = jnp.asarray(entry.begin)
            start = jnp.where(start < 0, start + size, start)
            starts.append(jnp.clip(start, 0, size - dy.shape[place]))
        index_type = jnp.int64 if any(s >= 2**31 for s in sizes) else jnp.int32
        return lax.dynamic_update_slice(
            jnp.zeros(sizes, dy.dtype), dy, [jnp.asarray(s, index_type) for s in starts]
        )

    def gradient(op: Any, grad: Any) -> list[Any]:  # noqa: N805
        _, begin, end, strides, _ = op.inputs
        return [
            None, None, None, None,
            apply("StridedSlice", grad, begin, end, strides, **_mask_attributes(op)),
        ]  # fmt: skip


def _replaced(x: Any, begin: Any, end: Any, strides: Any, value: Any, masks: Masks) -> Any:
    """``x`` with the elements of a slice replaced."""
    ranges, order = _static_ranges(x.shape, begin, end, strides, masks)
    counts = [r.count for r in ranges]
    value = jnp.broadcast_to(jnp.asarray(value), _final_shape(counts, order)).reshape(counts)
    return jnp.asarray(x).at[_index(ranges)].set(value)


@operation(
    "TensorStridedSliceUpdate",
    inputs="input: T, begin: Index, end: Index, strides: Index, value: T",
    outputs="output: T",
    attrs=_ATTRS,
)
class TensorStridedSliceUpdate:
    static = ("begin", "end", "strides")

    def shape(op: Any) -> Any:  # noqa: N805
        return op.inputs[0].shape

    def lower(input: Any, begin: Any, end: Any, strides: Any, value: Any, *, op: Any) -> Any:  # noqa: A002
        return _replaced(input, begin, end, strides, value, _masks(op))


def strided_slice(
    input_: Any,
    begin: Any,
    end: Any,
    strides: Any = None,
    begin_mask: int = 0,
    end_mask: int = 0,
    ellipsis_mask: int = 0,
    new_axis_mask: int = 0,
    shrink_axis_mask: int = 0,
    var: Any = None,
    name: str | None = None,
) -> Tensor:
    """``input_[begin:end:strides]`` in each dimension; ``tensor[...]`` is made of it.

    Args:
        input_: a tensor.
        begin: an integer vector, where each range starts.
        end: an integer vector, where each range ends (not included).
        strides: an integer vector of steps; all 1 when left out.
        begin_mask: bit i: range i starts at the beginning.
        end_mask: bit i: range i goes to the end.
        ellipsis_mask: bit i: entry i stands for as many whole dimensions as are left.
        new_axis_mask: bit i: entry i is a new dimension of size 1.
        shrink_axis_mask: bit i: entry i takes one index and drops the dimension.
        var: the variable that ``input_`` is the value of; then the result has ``assign(value)``.
        name: the operation's name.
    """
    if strides is None:
        from penstock.ops.fills import ones_like

        strides = ones_like(begin)
    masks = {
        "begin_mask": begin_mask,
        "end_mask": end_mask,
        "ellipsis_mask": ellipsis_mask,
        "new_axis_mask": new_axis_mask,
        "shrink_axis_mask": shrink_axis_mask,
    }
    result = apply("StridedSlice", input_, begin, end, strides, name=name, **masks)

    def assign(val: Any, name: str | None = None) -> Any:
        """Replaces this slice of the variable by ``val``."""
        if var is None:
            raise ValueError("Sliced assignment is only supported for variables")
        if name is None:
            name = f"{parent_name}_assign"
        return var._strided_slice_assign(
            begin=begin, end=end, strides=strides, value=val, name=name, **masks
        )

    parent_name = name
    result.assign = assign
    return result


_INDEX_ERROR = (
    "Only integers, slices (`:`), ellipsis (`...`), tf.newaxis (`None`) and scalar "
    "tf.int32/tf.int64 tensors are valid indices"
)


def _check_index(index: Any) -> None:
    if isinstance(index, (int, Dimension)):
        return
    kind = getattr(index, "dtype", None)
    valid = False
    if kind is not None:
        try:
            valid = dtypes.as_dtype(kind).base_dtype in (dtypes.int32, dtypes.int64)
        except TypeError:
            valid = False
        valid = valid and not (len(index.shape) == 1 if _ranked(index) else False)
    if not valid:
        raise TypeError(f"{_INDEX_ERROR}, got {index!r}")


def _ranked(index: Any) -> bool:
    shape = getattr(index, "shape", None)
    return shape is not None and getattr(shape, "ndims", 0) is not None


def _is_mask(spec: Any) -> bool:
    if isinstance(spec, bool):
        return True
    if isinstance(spec, Tensor):
        return spec.dtype.base_dtype == dtypes.bool
    return isinstance(spec, np.ndarray) and spec.dtype == np.bool_


def slice_helper(tensor: Any, slice_spec: Any, var: Any = None) -> Tensor:
    """``tensor[slice_spec]``, as ``Tensor.__getitem__``.

    Args:
        tensor: a tensor.
        slice_spec: what stands between the brackets: integers, slices, ``...``, ``tf.newaxis``,
            scalar integer tensors, a tuple of these, or a boolean mask.
        var: the variable whose value ``tensor`` is, if any.

    Raises:
        TypeError: for another kind of index.
        ValueError: when an index is known to be out of bounds.
    """
    if _is_mask(slice_spec):
        from penstock.ops.gathers import boolean_mask

        return boolean_mask(tensor=tensor, mask=slice_spec)
    specs = slice_spec if isinstance(slice_spec, (list, tuple)) else [slice_spec]
    begin: list[Any] = []
    end: list[Any] = []
    strides: list[Any] = []
    masks = Masks()

    def bound(value: Any, target: list[Any]) -> bool:
        """Adds a bound of a slice; True when it is left open."""
        if value is None or (not isinstance(value, Tensor) and value == sys.maxsize):
            target.append(0)
            return True
        _check_index(value)
        target.append(value)
        return False

    for place, item in enumerate(specs):
        bit = 1 << place
        if isinstance(item, slice):
            masks.begin |= bit * bound(item.start, begin)
            masks.end |= bit * bound(item.stop, end)
            if item.step is not None:
                _check_index(item.step)
            strides.append(1 if item.step is None else item.step)
            continue
        if item is Ellipsis or item is None:
            begin.append(0)
            end.append(0)
            if item is None:
                masks.new_axis |= bit
            else:
                masks.ellipsis |= bit
        else:
            _check_index(item)
            begin.append(item)
            end.append(item + 1)
            masks.shrink |= bit
        strides.append(1)
    return _packed_slice(tensor, begin, end, strides, masks, var)


def _packed_slice(
    tensor: Any, begin: list[Any], end: list[Any], strides: list[Any], masks: Masks, var: Any
) -> Tensor:
    from penstock.ops.casts import cast
    from penstock.ops.joining import stack

    with name_scope(None, "strided_slice", [tensor, *begin, *end, *strides]) as name:
        if begin:
            packed = [stack(begin), stack(end), stack(strides)]
            if any(each.dtype == dtypes.int64 for each in packed):
                packed = [
                    each if each.dtype == dtypes.int64 else cast(each, dtypes.int64)
                    for each in packed
                ]
        else:
            packed = [constant([], dtype=dtypes.int32)] * 3
        begins, ends, steps = packed
        return strided_slice(
            tensor,
            begins,
            ends,
            steps,
            begin_mask=masks.begin,
            end_mask=masks.end,
            ellipsis_mask=masks.ellipsis,
            new_axis_mask=masks.new_axis,
            shrink_axis_mask=masks.shrink,
            var=var,
            name=name,
        )


Tensor._override_operator("__getitem__", slice_helper)
