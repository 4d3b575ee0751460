"""Constants and placeholders, and the conversions of Python values to tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.graph import defaults, dtypes
from penstock.graph.build import apply
from penstock.graph.convert import register_tensor_conversion_function
from penstock.graph.registry import operation
from penstock.graph.shapes import Dimension, TensorShape, as_shape
from penstock.graph.tensor import Tensor
from penstock.graph.tensor_values import array_of_value


@operation("Const", outputs="output: dtype", attrs="value: tensor; dtype: type")
class Const:
    gradient = None

    def shape(op: Any) -> Any:  # noqa: N805
        return op._attributes["value"].shape

    def fold(*, value: np.ndarray) -> np.ndarray:
        return value

    def lower(*, value: np.ndarray) -> np.ndarray:
        return value

    def host(*, value: np.ndarray) -> np.ndarray:
        return value


def constant(
    value: Any,
    dtype: Any = None,
    shape: Any = None,
    name: str = "Const",
    verify_shape: bool = False,
) -> Tensor:
    """A tensor that always has the same value.

    Args:
        value: a number, string, nested list of them, or NumPy array.
        dtype: the element type. Without it, Python floats give ``float32`` and Python integers
            ``int32``; arrays keep theirs.
        shape: the shape; a shorter ``value`` is extended with its last element.
        name: the operation's name.
        verify_shape: refuse a ``value`` that doesn't have ``shape``.

    Returns:
        A tensor of type ``dtype``.

    Raises:
        TypeError: when an element isn't of ``dtype``, or with ``verify_shape``.
        ValueError: when ``value`` has more elements than ``shape``.
    """
    array = array_of_value(value, dtype)
    if shape is not None:
        if verify_shape and TensorShape(list(array.shape)) != as_shape(shape):
            raise TypeError(
                f"Expected Tensor's shape: {tuple(as_shape(shape).as_list())}, got "
                f"{tuple(array.shape)}."
            )
        array = array_of_value(array, None, shape)
    return _constant_op(array, name or "Const")


def _constant_op(array: np.ndarray, name: str) -> Tensor:
    if array.flags.writeable:
        # The graph owns its constants: a later change of the caller's array must not reach them.
        array = array.copy()
        array.flags.writeable = False
    graph = defaults.get_default_graph()
    dtype = dtypes.from_numpy(array.dtype)
    definition: Any = Const
    op = graph.add_operation(definition, [], {"value": array, "dtype": dtype}, [dtype], name)
    return op.outputs[0]


def _convert_constant(value: Any, dtype: Any = None, name: str | None = None,
                      as_ref: bool = False) -> Any:  # fmt: skip
    return constant(value, dtype=dtype, name=name or "Const")


def _convert_shape(value: TensorShape, dtype: Any = None, name: str | None = None,
                   as_ref: bool = False) -> Any:  # fmt: skip
    if not value.is_fully_defined():
        raise ValueError(f"Cannot convert a partially known TensorShape to a Tensor: {value}")
    sizes = value.as_list()
    if dtype is None:
        large = any(s is not None and s >= 2**31 for s in sizes)
        dtype = dtypes.int64 if large else dtypes.int32
    elif dtype not in (dtypes.int32, dtypes.int64):
        raise TypeError(f"Cannot convert a TensorShape to dtype: {dtype}")
    return constant(sizes, dtype=dtype, name=name or "shape_as_tensor")


def _convert_dimension(value: Dimension, dtype: Any = None, name: str | None = None,
                       as_ref: bool = False) -> Any:  # fmt: skip
    if value.value is None:
        raise ValueError(f"Cannot convert an unknown Dimension to a Tensor: {value}")
    return constant(value.value, dtype=dtype or dtypes.int32, name=name or "shape_as_tensor")


def _convert_dtype(value: Any, dtype: Any = None, name: str | None = None,
                   as_ref: bool = False) -> Any:  # fmt: skip
    raise TypeError(f"Cannot convert {value!r} with type {type(value)} to Tensor")


register_tensor_conversion_function((list, tuple), _convert_constant, 100)
register_tensor_conversion_function(object, _convert_constant, 200)
register_tensor_conversion_function((np.ndarray, np.generic), _convert_constant, 100)
register_tensor_conversion_function(TensorShape, _convert_shape, 100)
register_tensor_conversion_function(Dimension, _convert_dimension, 100)


@operation("Placeholder", outputs="output: dtype", attrs="dtype: type; shape: shape = ?")
class Placeholder:
    gradient = None

    def shape(op: Any) -> Any:  # noqa: N805
        return op.attr("shape")


@operation("PlaceholderV2", outputs="output: dtype", attrs="dtype: type; shape: shape")
class PlaceholderV2:
    gradient = None

    def shape(op: Any) -> Any:  # noqa: N805
        return op.attr("shape")


def _declared(shape: Any) -> TensorShape:
    try:
        return as_shape(shape)
    except (TypeError, ValueError) as error:
        raise type(error)(f"Error converting shape to a TensorShape: {error}.") from None


def placeholder(dtype: Any, shape: Any = None, name: str | None = None) -> Tensor:
    """A tensor whose value is fed with each run.

    Args:
        dtype: the element type.
        shape: the shape, ``None`` for sizes that may vary; left out, any shape may be fed.
        name: the operation's name.

    Returns:
        A tensor that must be given in ``feed_dict``; running it unfed is an
        ``InvalidArgumentError``.
    """
    return apply("Placeholder", name=name, dtype=dtype, shape=_declared(shape))


@operation(
    "PlaceholderWithDefault",
    inputs="input: dtype",
    outputs="output: dtype",
    attrs="dtype: type; shape: shape",
)
class PlaceholderWithDefault:
    def shape(op: Any) -> Any:  # noqa: N805
        declared = op.attr("shape")
        if not op.inputs[0].shape.is_compatible_with(declared):
            raise ValueError(
                f"Shapes {op.inputs[0].shape} (of the default) and {declared} are incompatible"
            )
        return declared

    def lower(input: Any) -> Any:  # noqa: A002
        return input

    def host(input: Any) -> Any:  # noqa: A002
        return input

    def gradient(op: Any, dy: Any) -> Any:  # noqa: N805
        return dy


def placeholder_with_default(input: Any, shape: Any, name: str | None = None) -> Tensor:  # noqa: A002
    """A tensor that has the value ``input`` unless another is fed.

    Args:
        input: the default value.
        shape: the shape that a value may have, ``None`` for sizes that may vary.
        name: the operation's name.
    """
    return apply("PlaceholderWithDefault", input, name=name, shape=_declared(shape))
