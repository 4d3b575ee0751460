"""Stacking tensors along a new axis and taking them apart again; lists that hold tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.graph.build import apply
from penstock.graph.convert import (
    convert_to_tensor,
    is_tensor_like,
    register_tensor_conversion_function,
)
from penstock.graph.registry import operation
from penstock.graph.scopes import name_scope
from penstock.graph.shapes import Dimension, TensorShape, unknown_shape
from penstock.graph.tensor import Tensor
from penstock.ops.constants import constant
from penstock.ops.messages import invalid, shape_text
from penstock.ops.traced import array_module


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
                shape = merged_shape(tensor.shape, shape)
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
                raise invalid(
                    f"Shapes of all inputs must match: values[0].shape = "
                    f"{shape_text(values[0].shape)} != values[{i}].shape = "
                    f"{shape_text(value.shape)}"
                )
        return array_module(*values).stack(values, axis)

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
        return array_module(*values).concatenate(values, 0)

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
            raise invalid(
                f"Input shape axis {axis} must equal {num}, got shape {shape_text(value.shape)}"
            )
        place = axis % value.ndim
        parts = tuple(value[(slice(None),) * place + (i,)] for i in range(num))
        return parts if num != 1 else parts[0]

    def fold(value: np.ndarray, *, num: int, axis: int) -> Any:
        if value.shape[axis] != num:
            raise invalid(
                f"Input shape axis {axis} must equal {num}, got shape {shape_text(value.shape)}"
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
