"""Tensors of one value: ``fill``, ``zeros``, ``ones`` and their ``_like`` forms."""

from __future__ import annotations

import functools
import operator
from typing import Any

import jax.numpy as jnp
import numpy as np

from penstock.graph import dtypes, errors
from penstock.graph.build import apply
from penstock.graph.composite import SparseTensor
from penstock.graph.convert import convert_to_tensor
from penstock.graph.registry import operation
from penstock.graph.scopes import name_scope
from penstock.graph.shapes import TensorShape
from penstock.graph.static_values import constant_value, constant_value_as_shape
from penstock.graph.tensor import Tensor
from penstock.ops.constants import constant
from penstock.ops.shape_rules import same_as_input

# A constant of this many elements or more would make the graph needlessly large: `Fill` instead.
_LARGE = 1000


def _sizes(dims: np.ndarray) -> tuple[int, ...]:
    if any(s < 0 for s in dims.tolist()):
        raise errors.InvalidArgumentError(
            None, None, f"Dimensions must be non-negative, got {dims.tolist()}"
        )
    return tuple(int(s) for s in dims)


def _filled_shape(op: Any) -> Any:
    sizes = constant_value(op.inputs[0])
    if sizes is not None and np.any(np.asarray(sizes) < 0):
        raise ValueError("Fill dimensions must be >= 0")
    return constant_value_as_shape(op.inputs[0])


@operation(
    "Fill",
    inputs="dims: index_type, value: T",
    outputs="output: T",
    attrs="T: type; index_type: indextype = int32",
)
class Fill:
    shape = _filled_shape
    static = "dims"

    def lower(dims: np.ndarray, value: Any) -> Any:
        return jnp.broadcast_to(value, _sizes(dims))

    def fold(dims: np.ndarray, value: np.ndarray) -> np.ndarray:
        return np.full(_sizes(dims), value[()] if value.ndim == 0 else value, value.dtype)

    host = fold

    def gradient(op: Any, dy: Any) -> list[Any]:  # noqa: N805
        from penstock.ops.reductions import reduce_sum

        return [None, reduce_sum(dy)]


def fill(dims: Any, value: Any, name: str | None = None) -> Tensor:
    """A tensor of shape ``dims`` whose elements are all ``value``.

    Args:
        dims: an integer vector.
        value: a scalar.
        name: the operation's name.
    """
    return apply("Fill", dims, value, name=name)


def _product(sizes: Any) -> Any:
    """The product of the sizes; sizes that are tensors give a tensor, as in TensorFlow 1.x."""
    if isinstance(sizes, (int, np.integer)):
        raise TypeError("a single number is no list of sizes")
    if isinstance(sizes, (list, tuple)):
        return functools.reduce(operator.mul, sizes) if sizes else 1
    return np.prod(sizes)


def _small_constant(value: Any, shape: Any, dtype: Any, name: str) -> Tensor | None:
    try:
        if isinstance(shape, TensorShape):
            count = shape.num_elements() if shape.is_fully_defined() else None
            if count is None:
                raise ValueError(f"The shape {shape} isn't fully known")
        else:
            count = _product(shape)
        # For a size that is a tensor the comparison is an operation, and its truth a TypeError.
        if count < _LARGE:
            return constant(value, shape=shape, dtype=dtype, name=name)
    except TypeError:
        pass
    return None


def _filled(value: Any, shape: Any, dtype: Any, name: str) -> Tensor:
    if not isinstance(shape, Tensor):
        try:
            small = _small_constant(value, shape, dtype, name)
            if small is not None:
                return small
            shape = convert_to_tensor(TensorShape(shape))
        except (TypeError, ValueError):
            shape = convert_to_tensor(shape, dtype=dtypes.int32)
    if shape.shape.sizes == () or shape.shape.sizes is None:
        from penstock.ops.arrays import reshape

        shape = reshape(shape, [-1])
    return fill(shape, constant(value, dtype=dtype), name=name)


def zeros(shape: Any, dtype: Any = dtypes.float32, name: str | None = None) -> Tensor:
    """A tensor of zeros (``False`` for ``tf.bool``, empty strings for ``tf.string``).

    Args:
        shape: a list of integers, a ``TensorShape`` or an integer vector.
        dtype: the element type.
        name: the operation's name.
    """
    dtype = dtypes.as_dtype(dtype).base_dtype
    with name_scope(name, "zeros", [shape]) as name:
        zero: Any = False if dtype.is_bool else "" if dtype == dtypes.string else 0
        return _filled(zero, shape, dtype, name)


def ones(shape: Any, dtype: Any = dtypes.float32, name: str | None = None) -> Tensor:
    """A tensor of ones (``True`` for ``tf.bool``).

    Args:
        shape: a list of integers, a ``TensorShape`` or an integer vector.
        dtype: the element type.
        name: the operation's name.
    """
    dtype = dtypes.as_dtype(dtype).base_dtype
    with name_scope(name, "ones", [shape]) as name:
        return _filled(True if dtype.is_bool else 1, shape, dtype, name)


@operation("ZerosLike", inputs="x: T", outputs="y: T", attrs="T: type")
class ZerosLike:
    shape = same_as_input()
    gradient = None

    def lower(x: Any) -> Any:
        return jnp.zeros(x.shape, x.dtype)

    def fold(x: np.ndarray) -> np.ndarray:
        return np.full(x.shape, b"", object) if x.dtype.kind == "O" else np.zeros(x.shape, x.dtype)

    host = fold


@operation(
    "OnesLike",
    inputs="x: T",
    outputs="y: T",
    attrs="T: {bfloat16, half, float, double, int8, uint8, int16, uint16, int32, int64, "
    "complex64, complex128, bool}",
)
class OnesLike:
    shape = same_as_input()
    gradient = None

    def lower(x: Any) -> Any:
        return jnp.ones(x.shape, x.dtype)

    def fold(x: np.ndarray) -> np.ndarray:
        return np.ones(x.shape, x.dtype)


def zeros_like(
    tensor: Any, dtype: Any = None, name: str | None = None, optimize: bool = True
) -> Tensor:
    """Zeros in the shape of ``tensor``.

    Args:
        tensor: a tensor.
        dtype: the element type; that of ``tensor`` when left out.
        name: the operation's name.
        optimize: make a constant when the shape is known.
    """
    with name_scope(name, "zeros_like", [tensor]) as name:
        if not isinstance(tensor, SparseTensor):
            tensor = convert_to_tensor(tensor, name="tensor")
        if dtype is not None:
            dtype = dtypes.as_dtype(dtype)
        wanted = tensor.dtype.base_dtype if dtype is None else dtype
        if optimize and tensor.shape.is_fully_defined() and tensor.dtype != dtypes.variant:
            return zeros(tensor.shape, dtype=wanted, name=name)
        if isinstance(tensor, SparseTensor) or wanted != tensor.dtype.base_dtype:
            from penstock.ops.arrays import shape_internal

            return zeros(shape_internal(tensor, optimize=optimize), dtype=wanted, name=name)
        return apply("ZerosLike", tensor, name=name)


def ones_like(
    tensor: Any, dtype: Any = None, name: str | None = None, optimize: bool = True
) -> Tensor:
    """Ones in the shape of ``tensor``.

    Args:
        tensor: a tensor.
        dtype: the element type; that of ``tensor`` when left out.
        name: the operation's name.
        optimize: make the shape a constant when it is known.
    """
    from penstock.ops.arrays import shape_internal

    with name_scope(name, "ones_like", [tensor]) as name:
        tensor = convert_to_tensor(tensor, name="tensor")
        ones_shape = shape_internal(tensor, optimize=optimize)
        wanted = tensor.dtype.base_dtype if dtype is None else dtypes.as_dtype(dtype)
        result = ones(ones_shape, dtype=wanted, name=name)
        result.set_shape(tensor.shape)
        return result
