"""Values of tensors outside a graph: Python and NumPy values to arrays and ``TensorProto``, back.

``array_of_value`` follows TensorFlow's rules: Python floats become ``float32`` and Python
integers ``int32`` (``int64`` when they don't fit), while NumPy arrays keep their type.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import ml_dtypes
import numpy as np

from penstock import protos
from penstock.graph import dtypes
from penstock.graph.dtypes import DType
from penstock.graph.shapes import Dimension, TensorShape, as_shape

# The largest tensor that a protocol buffer may ask for, in bytes.
_LARGEST = 2**31
_FIELDS: dict[DType, str] = {
    dtypes.float16: "half_val",
    dtypes.bfloat16: "half_val",
    dtypes.float32: "float_val",
    dtypes.float64: "double_val",
    dtypes.int8: "int_val",
    dtypes.int16: "int_val",
    dtypes.int32: "int_val",
    dtypes.uint8: "int_val",
    dtypes.uint16: "int_val",
    dtypes.uint32: "uint32_val",
    dtypes.uint64: "uint64_val",
    dtypes.int64: "int64_val",
    dtypes.bool: "bool_val",
    dtypes.string: "string_val",
    dtypes.complex64: "scomplex_val",
    dtypes.complex128: "dcomplex_val",
    dtypes.qint8: "int_val",
    dtypes.quint8: "int_val",
    dtypes.qint16: "int_val",
    dtypes.quint16: "int_val",
    dtypes.qint32: "int_val",
}


def as_bytes(value: Any, encoding: str = "utf-8") -> bytes:
    """Text or bytes as bytes."""
    if isinstance(value, str):
        return value.encode(encoding)
    if isinstance(value, (bytes, bytearray)):
        return bytes(value)
    raise TypeError(f"Expected binary or unicode string, got {value!r}")


def _flatten(values: Any) -> Iterable[Any]:
    if isinstance(values, (list, tuple)):
        for value in values:
            yield from _flatten(value)
    elif isinstance(values, np.ndarray):
        yield from values.ravel().tolist()
    else:
        yield values


def _accepts(dtype: DType, value: Any) -> bool:
    if isinstance(value, Dimension):
        return dtype.is_integer or dtype.is_floating
    if dtype.is_bool:
        return isinstance(value, (bool, np.bool_))
    if dtype is dtypes.string:
        return isinstance(value, (str, bytes))
    if isinstance(value, (str, bytes)):
        return False
    if isinstance(value, np.bool_):
        return False
    if dtype.is_integer or dtype.is_quantized:
        return isinstance(value, (int, np.integer))
    if dtype.is_floating:
        return isinstance(value, (int, float, np.integer, np.floating, ml_dtypes.bfloat16))
    if dtype.is_complex:
        return isinstance(value, (int, float, complex, np.number))
    return True


def check_compatible(values: Any, dtype: DType | None) -> None:
    """Raises ``TypeError`` when Python ``values`` can't be elements of ``dtype``."""
    for value in _flatten(values):
        if value is None and (dtype is None or values is None):
            raise ValueError("None values not supported.") if values is None else _unfit(values)
        if dtype is None:
            if hasattr(value, "op") and hasattr(value, "value_index"):
                raise TypeError(f"List of Tensors when single Tensor expected\n({value!r})")
            continue
        if not _accepts(dtype, value):
            raise TypeError(
                f"Expected {dtype.name}, got {value!r} of type '{type(value).__name__}' instead."
            )


def _unfit(values: Any) -> TypeError:
    return TypeError(
        f"Failed to convert object of type {type(values)} to Tensor. Contents: {values!r}. "
        "Consider casting elements to a supported type."
    )


def _first_shape(values: Any) -> list[int]:
    """The shape of nested lists as their first elements tell it."""
    shape = []
    while isinstance(values, (list, tuple)):
        shape.append(len(values))
        if not values:
            break
        values = values[0]
    return shape


def array_of_value(values: Any, dtype: Any = None, shape: Any = None) -> np.ndarray:
    """``values`` as a NumPy array of the element type that TensorFlow would choose.

    Args:
        values: a number, string, nested list of them, or NumPy array.
        dtype: the element type wanted, or ``None`` to choose by TensorFlow's rules.
        shape: the shape wanted; a single value fills it, and a shorter list is extended with its
            last element, as ``tf.constant`` does.

    Raises:
        TypeError: when the elements aren't of ``dtype``.
        ValueError: when there are too many elements for ``shape``, or lists are ragged.
    """
    dtype = None if dtype is None else dtypes.as_dtype(dtype).base_dtype
    if isinstance(values, (np.ndarray, np.generic)):
        array = _of_numpy(np.asarray(values), dtype)
    else:
        array = _of_python(values, dtype)
    if shape is None:
        return array
    sizes: Any = as_shape(shape).as_list()
    if None in sizes:
        raise TypeError(f"A constant needs a fully known shape, not {as_shape(shape)}")
    count = math.prod(sizes)
    if list(array.shape) == sizes:
        return array
    if array.size > count:
        raise ValueError(
            f"Too many elements provided. Needed at most {count}, but received {array.size}"
        )
    if array.size == count:
        return array.reshape(sizes)
    if array.size == 0:
        raise ValueError(f"No value is given to fill the shape {as_shape(shape)}")
    if array.size == 1:
        # A view of the one element: it takes no memory, and is written as one element.
        return np.broadcast_to(array.ravel()[0:1].copy().reshape(()), sizes)
    flat = np.full(count, array.ravel()[-1], array.dtype)
    flat[: array.size] = array.ravel()
    return flat.reshape(sizes)


def _of_numpy(array: np.ndarray, dtype: DType | None) -> np.ndarray:
    if array.dtype.kind in "SUO":
        if dtype not in (None, dtypes.string):
            if array.dtype.kind == "O":
                return array.astype(dtype.as_numpy_dtype)  # type: ignore[union-attr]
            raise TypeError(f"Expected {dtype.name}, got an array of strings instead.")  # type: ignore[union-attr]
        result = np.empty(array.shape, object)
        flat = result.reshape(-1)
        for i, value in enumerate(array.ravel()):
            flat[i] = as_bytes(value)
        return result
    if dtype is not None and dtype is not dtypes.string:
        if array.dtype == dtype.as_numpy_dtype:
            return array
        if dtype.is_quantized:
            return array.astype(dtype.as_numpy_dtype[0]).view(dtype.as_numpy_dtype)
        return array.astype(dtype.as_numpy_dtype)
    if dtype is dtypes.string:
        raise TypeError(f"Expected string, got an array of {array.dtype} instead.")
    dtypes.from_numpy(array.dtype)
    return array


def _of_python(values: Any, dtype: DType | None) -> np.ndarray:
    if values is None:
        raise ValueError("None values not supported.")
    check_compatible(values, dtype)
    if isinstance(values, Dimension):
        values = int(values)
    elif isinstance(values, (list, tuple)):
        values = _without_dimensions(values)
    if dtype is dtypes.string or (dtype is None and _holds_strings(values)):
        return _of_numpy(_object_array(values), dtypes.string)
    try:
        if dtype is None:
            array = np.array(values)
        else:
            wanted = dtype.as_numpy_dtype
            if dtype.is_quantized:
                return np.array(values, wanted[0]).view(wanted)
            array = np.array(values, dtype=wanted)
    except OverflowError as error:
        # Integers out of range wrap around, as they did in the NumPy of TensorFlow 1's days.
        try:
            array = np.array(values, np.int64).astype(wanted)
        except OverflowError:
            raise ValueError(f"A value doesn't fit into {dtype and dtype.name}: {error}") from None
    except ValueError as error:
        if "inhomogeneous" in str(error):
            if any(isinstance(each, (list, tuple)) for each in values[:1]):
                raise ValueError(
                    f"Argument must be a dense tensor: {values!r} - got shape {[len(values)]}, but "
                    f"wanted {_first_shape(values)}."
                ) from None
            raise _unfit(values) from None
        raise
    if array.dtype.kind == "O":
        raise _unfit(values)
    if dtype is None:
        if array.dtype == np.float64:
            array = array.astype(np.float32)
        elif array.dtype == np.int64:
            small = array.astype(np.int32)
            if np.array_equal(small, array):
                array = small
        elif array.dtype.kind in "SU":
            return _of_numpy(_object_array(values), dtypes.string)
    return array


def _without_dimensions(values: Any) -> Any:
    if isinstance(values, Dimension):
        return int(values)
    if type(values) is list or type(values) is tuple:
        return [_without_dimensions(value) for value in values]
    return values


def _holds_strings(values: Any) -> bool:
    while isinstance(values, (list, tuple)):
        if not values:
            return False
        values = values[0]
    return isinstance(values, (str, bytes))


def _object_array(values: Any) -> np.ndarray:
    """Nested lists of strings as an object array (NumPy would cut at NUL bytes otherwise)."""
    shape: list[int] = []
    level = values
    while isinstance(level, (list, tuple)):
        shape.append(len(level))
        if not level:
            break
        level = level[0]
    if isinstance(values, np.ndarray):
        return values.astype(object)
    flat = list(_flatten(values)) if isinstance(values, (list, tuple)) else [values]
    array = np.empty(len(flat), object)
    for i, value in enumerate(flat):
        array[i] = value
    try:
        return array.reshape(shape)
    except ValueError:
        raise ValueError(
            f"Argument must be a dense tensor: {values!r} - the nested lists have "
            "different lengths."
        ) from None


def tensor_proto(
    values: Any,
    dtype: Any = None,
    shape: Any = None,
    verify_shape: Any = False,
    allow_broadcast: Any = False,
) -> Any:
    """A ``TensorProto`` with ``values`` (see ``array_of_value``).

    Args:
        values: a number, string, nested list of them, or NumPy array.
        dtype: the element type.
        shape: the shape; a shorter list is extended with its last element.
        verify_shape: raise an error where ``values`` have another shape.
        allow_broadcast: a single value fills ``shape``; this is so without it, too.

    Raises:
        TypeError: with ``verify_shape``, when the values don't have ``shape``.
    """
    if hasattr(values, "tensor_shape") and hasattr(values, "tensor_content"):
        return values
    array = array_of_value(values, dtype)
    if shape is not None:
        sizes: Any = as_shape(shape).as_list()
        if verify_shape and list(array.shape) != sizes:
            raise TypeError(f"Expected Tensor's shape: {tuple(sizes)}, got {tuple(array.shape)}.")
        count = math.prod(sizes)
        if array.size > count:
            raise ValueError(
                f"Too many elements provided. Needed at most {count}, but received {array.size}"
            )
        if array.size == count:
            return proto_of_array(array.reshape(sizes))
        # The last element stands for those that are left out.
        proto = proto_of_array(array, packed=False)
        proto.tensor_shape.CopyFrom(as_shape(shape).as_proto())
        return proto
    return proto_of_array(array)


_PACKED = frozenset(
    (dtypes.float32, dtypes.float64, dtypes.int8, dtypes.int16, dtypes.int32, dtypes.int64,
     dtypes.uint8, dtypes.uint32, dtypes.uint64, dtypes.qint8, dtypes.quint8, dtypes.qint16,
     dtypes.quint16, dtypes.qint32)
)  # fmt: skip


def proto_of_array(array: np.ndarray, packed: bool = True) -> Any:
    """A NumPy array as a ``TensorProto``.

    Args:
        array: the array.
        packed: whether several elements may be written as bytes, for types where TensorFlow does.
    """
    dtype = dtypes.from_numpy(array.dtype)
    proto = protos.TensorProto(dtype=dtype.as_datatype_enum)
    proto.tensor_shape.CopyFrom(TensorShape(list(array.shape)).as_proto())
    if array.size > 1 and not any(array.strides):
        array = array.ravel()[:1]
        packed = False
    if dtype is dtypes.string:
        proto.string_val.extend(as_bytes(v) for v in array.ravel())
        return proto
    if packed and array.size > 1 and dtype in _PACKED:
        proto.tensor_content = np.ascontiguousarray(array).tobytes()
        return proto
    field = getattr(proto, _FIELDS[dtype])
    flat = array.ravel()
    if dtype.is_quantized:
        flat = flat.view(dtype.as_numpy_dtype[0])
    if dtype in (dtypes.float16, dtypes.bfloat16):
        field.extend(int(v) for v in flat.view(np.uint16))
    elif dtype.is_complex:
        for value in flat:
            field.extend([value.real, value.imag])
    else:
        field.extend(flat.tolist())
    return proto


def array_of_tensor_proto(tensor: Any, shared: bool = False) -> np.ndarray:
    """The NumPy array that a ``TensorProto`` holds.

    Args:
        tensor: the ``TensorProto``.
        shared: whether an array of many equal elements may be a read-only view of one.

    Raises:
        TypeError: for a type that NumPy can't hold.
        ValueError: when the proto's fields don't fit its shape.
    """
    proto = tensor
    dtype = dtypes.as_dtype(proto.dtype)
    shape = [d.size for d in proto.tensor_shape.dim]
    if any(size < 0 for size in shape) or proto.tensor_shape.unknown_rank:
        raise ValueError(f"A TensorProto's shape must be fully known, not {shape}")
    count = 1
    for size in shape:
        count *= size
    if dtype not in _FIELDS:
        raise TypeError(f"Unsupported tensor type: {dtype.name}")
    if count * (8 if dtype is dtypes.string else dtype.size) > _LARGEST:
        # A file of a few bytes can ask for any number of equal elements.
        raise ValueError(
            f"Cannot make a tensor of the shape {shape} and the type {dtype.name} from a "
            "TensorProto: it is larger than 2 GB."
        )
    if proto.tensor_content:
        array = np.frombuffer(proto.tensor_content, dtype=dtype.as_numpy_dtype)
        if array.size != count:
            raise ValueError(f"A TensorProto holds {array.size} elements for the shape {shape}")
        return array.reshape(shape).copy()
    values = getattr(proto, _FIELDS[dtype])
    if dtype is dtypes.string:
        flat: np.ndarray = np.empty(len(values), object)
        for i, value in enumerate(values):
            flat[i] = value
    elif dtype in (dtypes.float16, dtypes.bfloat16):
        flat = np.array(list(values), np.uint16).view(dtype.as_numpy_dtype)
    elif dtype.is_complex:
        pairs = np.array(list(values), np.float64).reshape(-1, 2)
        flat = (pairs[:, 0] + 1j * pairs[:, 1]).astype(dtype.as_numpy_dtype)
    elif dtype.is_quantized:
        flat = np.array(list(values), dtype.as_numpy_dtype[0]).view(dtype.as_numpy_dtype)
    else:
        flat = np.array(list(values)).astype(dtype.as_numpy_dtype)
    if flat.size > count:
        raise ValueError(f"A TensorProto holds {flat.size} elements for the shape {shape}")
    if flat.size == count:
        return flat.reshape(shape)
    if flat.size == 0:
        if dtype is dtypes.string:
            return np.full(shape, b"", object)
        return np.zeros(shape, dtype.as_numpy_dtype)
    if flat.size == 1 and shared:
        return np.broadcast_to(flat.reshape(()), shape)
    full = np.full(count, flat[-1], flat.dtype)
    full[: flat.size] = flat
    return full.reshape(shape)
