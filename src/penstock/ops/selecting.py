"""Choosing elements: ``where``, ``boolean_mask``, ``one_hot``, ``sequence_mask``."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from penstock.graph import dtypes, errors
from penstock.graph.build import apply
from penstock.graph.convert import convert_to_tensor
from penstock.graph.registry import operation
from penstock.graph.scopes import name_scope
from penstock.graph.shapes import TensorShape, unknown_shape
from penstock.graph.static_values import constant_value
from penstock.graph.tensor import Tensor
from penstock.ops.arrays import expand_dims, reshape, shape, squeeze
from penstock.ops.constants import constant
from penstock.ops.fills import zeros, zeros_like
from penstock.ops.joining import concat
from penstock.ops.shape_rules import broadcast_shapes
from penstock.ops.state import merged_shape
from penstock.ops.traced import array_module


# -- where -------------------------------------------------------------------------------------
@operation(
    "Where",
    inputs="input: T",
    outputs="index: int64",
    attrs="T: numbertype_or_bool = bool".replace(
        "numbertype_or_bool",
        "{float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, qint32, "
        "bfloat16, uint16, complex128, half, uint32, uint64, bool}",
    ),
)
class Where:
    def shape(op: Any) -> Any:  # noqa: N805
        return TensorShape([None, op.inputs[0].shape.ndims])

    def fold(input: np.ndarray) -> np.ndarray:  # noqa: A002
        return np.argwhere(input != np.zeros((), input.dtype)).astype(np.int64)

    host = fold


def _selected_shape(op: Any) -> TensorShape:
    condition, then, other = (each.shape for each in op.inputs)
    data = merged_shape(then, other)
    if condition.sizes is None or data.sizes is None or not condition.sizes:
        return data
    if len(condition.sizes) == 1:
        if not data.sizes:
            raise ValueError("Shape must be at least rank 1 but is rank 0")
        merged_shape(TensorShape(data.sizes[:1]), condition)
        return data
    return merged_shape(data, condition)


def _check_select(condition: Any, t: Any, e: Any) -> None:
    fits = t.shape == e.shape and (
        condition.ndim == 0
        or condition.shape == t.shape
        or (condition.ndim == 1 and t.ndim and condition.shape[0] == t.shape[0])
    )
    if not fits:
        texts = ["[" + ",".join(map(str, v.shape)) + "]" for v in (condition, t, e)]
        raise errors.InvalidArgumentError(
            None, None, "Inputs to operation Select must have the same size and shape.  Input 0: "
            f"{texts[0]} != input 1: {texts[1]} or input 2: {texts[2]}"
        )  # fmt: skip


@operation(
    "Select",
    inputs="condition: bool, t: T, e: T",
    outputs="output: T",
    attrs="T: type",
)
class Select:
    shape = _selected_shape

    def lower(condition: Any, t: Any, e: Any) -> Any:
        _check_select(condition, t, e)
        if condition.ndim == 1 and t.ndim > 1:
            condition = condition.reshape(condition.shape + (1,) * (t.ndim - 1))
        return array_module(condition, t, e).where(condition, t, e)

    fold = host = lower

    def gradient(op: Any, dy: Any) -> list[Any]:  # noqa: N805
        condition, then, _ = op.inputs
        nothing = zeros_like(then)
        return [
            None, apply("Select", condition, dy, nothing), apply("Select", condition, nothing, dy)
        ]  # fmt: skip


@operation(
    "SelectV2",
    inputs="condition: bool, t: T, e: T",
    outputs="output: T",
    attrs="T: type",
)
class SelectV2:
    def shape(op: Any) -> Any:  # noqa: N805
        condition, then, other = (each.shape for each in op.inputs)
        return broadcast_shapes(condition, broadcast_shapes(then, other))

    def lower(condition: Any, t: Any, e: Any) -> Any:
        return array_module(condition, t, e).where(condition, t, e)

    fold = host = lower

    def gradient(op: Any, dy: Any) -> list[Any]:  # noqa: N805
        from penstock.ops.arrays import broadcast_gradient_args
        from penstock.ops.reductions import reduce_sum

        condition, then, other = op.inputs
        nothing = zeros([], dtype=dy.dtype.base_dtype)
        found = apply("SelectV2", condition, dy, nothing)
        then_shape, output_shape = shape(then), shape(op.outputs[0])
        axes, _ = broadcast_gradient_args(then_shape, output_shape)
        then_gradient = reshape(reduce_sum(found, keepdims=True, axis=axes), then_shape)
        found = apply("SelectV2", condition, nothing, dy)
        other_shape = shape(other)
        axes, _ = broadcast_gradient_args(other_shape, output_shape)
        other_gradient = reshape(reduce_sum(found, keepdims=True, axis=axes), other_shape)
        return [None, then_gradient, other_gradient]


def where(condition: Any, x: Any = None, y: Any = None, name: str | None = None) -> Tensor:
    """Elements of ``x`` where ``condition`` is true, else of ``y``; or where it is true.

    Args:
        condition: a boolean tensor. With ``x`` and ``y`` it has their shape, or is a vector with
            one element for each of their rows, or a scalar.
        x: a tensor.
        y: a tensor of the type and shape of ``x``.
        name: the operation's name.

    Returns:
        With ``x`` and ``y`` a tensor like them; else the places of the true elements, an
        ``int64`` matrix ``[count, rank]``.

    Raises:
        ValueError: when one of ``x`` and ``y`` is missing, or shapes don't fit.
    """
    if x is None and y is None:
        with name_scope(name, "Where", [condition]) as name:
            condition = convert_to_tensor(condition, preferred_dtype=dtypes.bool, name="condition")
            return apply("Where", condition, name=name)
    if x is None or y is None:
        raise ValueError("x and y must both be non-None or both be None.")
    return apply("Select", condition, x, y, name=name)


def where_v2(condition: Any, x: Any = None, y: Any = None, name: str | None = None) -> Tensor:
    """``where`` with NumPy's broadcasting of ``condition``, ``x`` and ``y``."""
    if x is None and y is None:
        return where(condition, name=name)
    if x is None or y is None:
        raise ValueError("x and y must both be non-None or both be None.")
    return apply("SelectV2", condition, x, y, name=name)


# -- boolean_mask ------------------------------------------------------------------------------
def boolean_mask(
    tensor: Any, mask: Any, name: str | None = "boolean_mask", axis: Any = None
) -> Tensor:
    """The elements of a tensor at which a mask is true.

    Args:
        tensor: a tensor.
        mask: a boolean tensor of known rank k, whose shape is ``tensor.shape[axis:axis + k]``.
        name: the scope of the operations.
        axis: the first dimension that is masked; 0 when left out.

    Returns:
        A tensor with the masked dimensions in one.

    Raises:
        ValueError: when the mask is a scalar, of unknown rank, or doesn't fit.
    """
    from penstock.ops.gathers import gather

    with name_scope(name, values=[tensor, mask]):
        tensor = convert_to_tensor(tensor, name="tensor")
        mask = convert_to_tensor(mask, name="mask")
        mask_shape, tensor_shape = mask.shape, tensor.shape
        count = mask_shape.ndims
        if count == 0:
            raise ValueError("mask cannot be scalar.")
        if count is None:
            raise ValueError(
                "Number of mask dimensions must be specified, even if some dimensions are None.  "
                "E.g. shape=[None] is ok, but shape=None is not."
            )
        axis = 0 if axis is None else axis
        known = constant_value(axis) if isinstance(axis, Tensor) else axis
        if known is not None:
            axis = int(known)
            tensor_shape[axis : axis + count].assert_is_compatible_with(mask_shape)
        masked = apply("Prod", shape(tensor)[axis : axis + count], [0])  # type: ignore[index]
        tensor = reshape(
            tensor,
            concat([shape(tensor)[:axis], [masked], shape(tensor)[axis + count :]], 0),  # type: ignore[index]
        )
        if known is not None:
            first = tensor_shape[axis : axis + count].num_elements()
            tensor.set_shape(
                tensor_shape[:axis]
                .concatenate(TensorShape([first]))
                .concatenate(tensor_shape[axis + count :])
            )
        places = squeeze(where(reshape(mask, [-1])), axis=[1])
        return gather(tensor, places, axis=axis)


# -- one_hot -----------------------------------------------------------------------------------
@operation(
    "OneHot",
    inputs="indices: TI, depth: int32, on_value: T, off_value: T",
    outputs="output: T",
    attrs="axis: int = -1; T: type; TI: {uint8, int32, int64} = int64",
)
class OneHot:
    gradient = None
    static = "depth"

    def shape(op: Any) -> Any:  # noqa: N805
        source, depth, axis = op.inputs[0].shape, constant_value(op.inputs[1]), op.attr("axis")
        if axis < -1:
            raise ValueError(f"axis must be >= -1: {axis}")
        if depth is not None and depth < 0:
            raise ValueError(f"Dimension size, given by scalar input 1, must be non-negative but "
                             f"is {int(depth)}")  # fmt: skip
        if source.sizes is None:
            return unknown_shape()
        rank = len(source.sizes)
        if axis > rank:
            raise ValueError(f"axis must be < rank: {axis} vs. {rank + 1}")
        sizes = list(source.sizes)
        sizes.insert(rank if axis == -1 else axis, None if depth is None else int(depth))
        return TensorShape(sizes)

    def lower(indices: Any, depth: Any, on_value: Any, off_value: Any, *, axis: int) -> Any:
        return _hot(jnp, indices, depth, on_value, off_value, axis)

    def fold(indices: Any, depth: Any, on_value: Any, off_value: Any, *, axis: int) -> Any:
        return _hot(np, indices, depth, on_value, off_value, axis)

    host = fold


def _hot(module: Any, indices: Any, depth: Any, on: Any, off: Any, axis: int) -> Any:
    place = indices.ndim if axis == -1 else axis
    classes = np.arange(int(depth)).reshape([-1] + [1] * (indices.ndim - place))
    # Compared as int64, so that a depth beyond the range of a small index type can't wrap.
    found = module.expand_dims(indices, place).astype(np.int64) == classes
    return module.where(found, on, off)


def one_hot(
    indices: Any,
    depth: Any,
    on_value: Any = None,
    off_value: Any = None,
    axis: int | None = None,
    dtype: Any = None,
    name: str | None = None,
) -> Tensor:
    """A tensor that is ``on_value`` at the places that ``indices`` name, else ``off_value``.

    Args:
        indices: an integer tensor; an index outside ``[0, depth)`` gives only ``off_value``.
        depth: an integer scalar: the size of the new dimension.
        on_value: a scalar; 1 when left out.
        off_value: a scalar; 0 when left out.
        axis: where the new dimension goes; last when left out.
        dtype: the element type; that of the values, or ``float32``.
        name: the operation's name.

    Raises:
        TypeError: when the types of the values and ``dtype`` differ.
    """
    with name_scope(name, "one_hot", [indices, depth, on_value, off_value, axis, dtype]) as name:
        on_given, off_given = on_value is not None, off_value is not None
        on_type = convert_to_tensor(on_value).dtype.base_dtype if on_given else None
        off_type = convert_to_tensor(off_value).dtype.base_dtype if off_given else None
        if dtype is not None:
            dtype = dtypes.as_dtype(dtype)
        if on_given or off_given:
            for kind, label in ((on_type, "on_value"), (off_type, "off_value")):
                if dtype is not None and kind is not None and kind != dtype:
                    raise TypeError(
                        f"dtype {kind} of {label} does not match dtype parameter {dtype}"
                    )
            dtype = dtype or (on_type if on_given else off_type)
        else:
            dtype = dtype or dtypes.float32
        if not on_given:
            on_value, on_type = convert_to_tensor(1, dtype, name="on_value"), dtype
        if not off_given:
            off_value, off_type = convert_to_tensor(0, dtype, name="off_value"), dtype
        if on_type != off_type:
            raise TypeError(
                f"dtype {on_type} of on_value does not match dtype {off_type} of off_value"
            )
        return apply("OneHot", indices, depth, on_value, off_value, name=name, axis=axis)


# -- sequence_mask -----------------------------------------------------------------------------
def sequence_mask(
    lengths: Any, maxlen: Any = None, dtype: Any = dtypes.bool, name: str | None = None
) -> Tensor:
    """For each length a row whose first ``length`` elements are true.

    Args:
        lengths: an integer tensor of any shape.
        maxlen: an integer scalar, the size of the rows; the greatest length when left out.
        dtype: the element type.
        name: the scope of the operations.

    Returns:
        A tensor of shape ``lengths.shape + [maxlen]``.

    Raises:
        ValueError: when ``maxlen`` isn't a scalar.
    """
    with name_scope(name, "SequenceMask", [lengths, maxlen]):
        lengths = convert_to_tensor(lengths)
        if maxlen is None:
            maxlen = apply("Max", lengths, _all_axes(lengths))
            maxlen = apply("Maximum", constant(0, maxlen.dtype), maxlen)
        else:
            maxlen = convert_to_tensor(maxlen)
        if maxlen.shape.ndims not in (None, 0):
            raise ValueError("maxlen must be scalar for sequence_mask")
        row = apply("Range", constant(0, maxlen.dtype), maxlen, constant(1, maxlen.dtype))
        column = apply("Cast", expand_dims(lengths, -1), DstT=maxlen.dtype.base_dtype)
        result = apply("Less", row, column)
        if dtype is None or result.dtype.base_dtype == dtypes.as_dtype(dtype).base_dtype:
            return result
        return apply("Cast", result, DstT=dtypes.as_dtype(dtype))


def _all_axes(tensor: Tensor) -> Any:
    if tensor.shape.ndims is not None:
        return constant(np.arange(tensor.shape.ndims), dtype=dtypes.int32)
    return apply("Range", 0, apply("Rank", tensor), 1)
