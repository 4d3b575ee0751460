"""Data types: ``tf.float32`` and the others, their reference forms and NumPy equivalents.

A ``DType`` wraps the number that TensorFlow's ``DataType`` enum gives a type; a number above 100
is the *reference* form (the output of a variable op), written ``float32_ref``.
"""

from __future__ import annotations

import builtins
from typing import Any

import ml_dtypes
import numpy as np

_REF_OFFSET = 100


class DType:
    """The type of the elements in a tensor.

    Compare with ``==`` against another ``DType``, a NumPy type or a name; ``float32_ref`` differs
    from ``float32`` (see ``base_dtype`` and ``is_compatible_with``).
    """

    __slots__ = ("_number", "_name", "_numpy", "_kind", "_hash")

    def __init__(self, number: int, name: str, numpy_type: Any, kind: str) -> None:
        self._number = number
        self._name = name
        self._numpy = numpy_type
        self._kind = kind  # f(loat) i(nteger) u(nsigned) b(ool) c(omplex) q(uantized) s(tring) o
        self._hash = hash(("DType", number))

    @property
    def as_datatype_enum(self) -> int:
        """The number of this type in TensorFlow's ``DataType`` enum."""
        return self._number

    @property
    def _type_enum(self) -> int:
        return self._number

    @property
    def name(self) -> str:
        """The type's name, such as ``'float32'`` or ``'float32_ref'``."""
        return self._name

    @property
    def as_numpy_dtype(self) -> Any:
        """The NumPy scalar type (``np.float32``; ``object`` for strings)."""
        return self._numpy

    @property
    def base_dtype(self) -> DType:
        """The non-reference form of this type."""
        return _BY_NUMBER[self._number - _REF_OFFSET] if self._is_ref_dtype else self

    @property
    def real_dtype(self) -> DType:
        """The type of the real part: ``float32`` for ``complex64``, else the type itself."""
        base = self.base_dtype
        if base is complex64:
            return float32
        if base is complex128:
            return float64
        return self

    @property
    def _is_ref_dtype(self) -> builtins.bool:
        return self._number > _REF_OFFSET

    @property
    def _as_ref(self) -> DType:
        return self if self._is_ref_dtype else _BY_NUMBER[self._number + _REF_OFFSET]

    @property
    def is_floating(self) -> builtins.bool:
        """True for ``float16``, ``bfloat16``, ``float32`` and ``float64``."""
        return self._kind == "f"

    @property
    def is_complex(self) -> builtins.bool:
        """True for ``complex64`` and ``complex128``."""
        return self._kind == "c"

    @property
    def is_integer(self) -> builtins.bool:
        """True for the signed and unsigned integers that aren't quantized."""
        return self._kind in "iu"

    @property
    def is_unsigned(self) -> builtins.bool:
        """True for the unsigned integers."""
        return self._kind == "u"

    @property
    def is_bool(self) -> builtins.bool:
        """True for ``bool``."""
        return self._kind == "b"

    @property
    def is_quantized(self) -> builtins.bool:
        """True for the quantized types."""
        return self._kind == "q"

    @property
    def is_numpy_compatible(self) -> builtins.bool:
        """True when a NumPy array can hold values of this type."""
        return self._kind != "o"

    @property
    def min(self) -> Any:
        """The smallest finite value of a numeric type."""
        return self._limits("minimum")[0]

    @property
    def max(self) -> Any:
        """The largest finite value of a numeric type."""
        return self._limits("maximum")[1]

    @property
    def limits(self) -> tuple[Any, Any]:
        """``(0, max)`` of the values that an image of this type holds; 1 for floating types."""
        if self.is_floating:
            return (0, 1)
        return (0, self._limits("maximum")[1])

    def _limits(self, which: str) -> tuple[Any, Any]:
        kind = self._kind
        if kind == "f":
            info: Any = ml_dtypes.finfo(self._numpy)
            return self._numpy(info.min), self._numpy(info.max)
        if kind in "iu":
            info = np.iinfo(self._numpy)
            return info.min, info.max
        raise TypeError(f"Cannot find {which} value of {self}.")

    @property
    def size(self) -> int:
        """Bytes of one element (of a string: of the reference to it)."""
        if self._kind == "o":
            return 1
        return np.dtype(self._numpy).itemsize

    def is_compatible_with(self, other: Any) -> builtins.bool:
        """True when a value of type ``other`` can go where this type is wanted."""
        other = as_dtype(other)
        return self._number in (other._number, other.base_dtype._number)

    def __eq__(self, other: Any) -> builtins.bool:
        if other is self:
            return True
        if other is None:
            return False
        if not isinstance(other, DType):
            try:
                other = as_dtype(other)
            except TypeError:
                return False
        return self._number == other._number

    def __ne__(self, other: Any) -> builtins.bool:
        return not self == other

    def __hash__(self) -> int:
        return self._hash

    def __int__(self) -> int:
        return self._number

    def __str__(self) -> str:
        return f"<dtype: {self._name!r}>"

    def __repr__(self) -> str:
        return "tf." + self._name

    def __reduce__(self) -> tuple[Any, ...]:
        return as_dtype, (self._name,)


_BY_NUMBER: dict[int, DType] = {}
_BY_NAME: dict[str, DType] = {}


def _define(number: int, name: str, numpy_type: Any, kind: str) -> DType:
    dtype = DType(number, name, numpy_type, kind)
    reference = DType(number + _REF_OFFSET, name + "_ref", numpy_type, kind)
    for each in (dtype, reference):
        _BY_NUMBER[each._number] = each
        _BY_NAME[each._name] = each
    return dtype


_np_qint8 = np.dtype([("qint8", np.int8)])
_np_quint8 = np.dtype([("quint8", np.uint8)])
_np_qint16 = np.dtype([("qint16", np.int16)])
_np_quint16 = np.dtype([("quint16", np.uint16)])
_np_qint32 = np.dtype([("qint32", np.int32)])
np_resource = np.dtype([("resource", np.ubyte)])

float32 = _define(1, "float32", np.float32, "f")
float64 = _define(2, "float64", np.float64, "f")
int32 = _define(3, "int32", np.int32, "i")
uint8 = _define(4, "uint8", np.uint8, "u")
int16 = _define(5, "int16", np.int16, "i")
int8 = _define(6, "int8", np.int8, "i")
string = _define(7, "string", object, "s")
complex64 = _define(8, "complex64", np.complex64, "c")
int64 = _define(9, "int64", np.int64, "i")
bool = _define(10, "bool", np.bool_, "b")  # noqa: A001 - TensorFlow's name
qint8 = _define(11, "qint8", _np_qint8, "q")
quint8 = _define(12, "quint8", _np_quint8, "q")
qint32 = _define(13, "qint32", _np_qint32, "q")
bfloat16 = _define(14, "bfloat16", ml_dtypes.bfloat16, "f")
qint16 = _define(15, "qint16", _np_qint16, "q")
quint16 = _define(16, "quint16", _np_quint16, "q")
uint16 = _define(17, "uint16", np.uint16, "u")
complex128 = _define(18, "complex128", np.complex128, "c")
float16 = _define(19, "float16", np.float16, "f")
resource = _define(20, "resource", np_resource, "o")
variant = _define(21, "variant", object, "o")
uint32 = _define(22, "uint32", np.uint32, "u")
uint64 = _define(23, "uint64", np.uint64, "u")
half = float16
double = float64
QUANTIZED_DTYPES = frozenset([qint8, quint8, qint32, qint16, quint16])

_BY_NAME.update(half=float16, half_ref=_BY_NAME["float16_ref"])
_BY_NAME.update(float=float32, float_ref=_BY_NAME["float32_ref"])
_BY_NAME.update(double=float64, double_ref=_BY_NAME["float64_ref"])

_BY_NUMPY: dict[Any, DType] = {
    np.dtype(dtype._numpy): dtype
    for number, dtype in _BY_NUMBER.items()
    if number < _REF_OFFSET and dtype._kind != "o" and dtype._kind != "s"
}
_BY_NUMPY[np.dtype(object)] = string
_BY_NUMPY[np_resource] = resource
_BY_PYTHON: dict[Any, DType] = {float: float32, int: int64, complex: complex128, str: string}
_BY_PYTHON[bytes] = string
_BY_PYTHON[__builtins__["bool"] if isinstance(__builtins__, dict) else __builtins__.bool] = bool


def as_dtype(type_value: Any) -> DType:
    """The ``DType`` of a ``DType``, enum number, name, NumPy type or Python type.

    Raises:
        TypeError: when no type is meant by ``value``.
    """
    value = type_value
    if isinstance(value, DType):
        return value
    try:
        found = _BY_NUMBER.get(value) if isinstance(value, int) else None
        if found is None and isinstance(value, str):
            found = _BY_NAME.get(value)
        if found is None and isinstance(value, type):
            found = _BY_PYTHON.get(value)
        if found is not None:
            return found
        if value is not None:
            numpy_type = np.dtype(value)
            if numpy_type.kind in "SU":
                return string
            found = _BY_NUMPY.get(numpy_type)
            if found is not None:
                return found
    except TypeError:
        pass
    raise TypeError(f"Cannot convert value {value!r} to a TensorFlow DType.")


def from_numpy(numpy_type: np.dtype) -> DType:
    """The ``DType`` of a NumPy array's ``dtype`` (byte and text strings give ``string``)."""
    found = _BY_NUMPY.get(numpy_type)
    if found is not None:
        return found
    return as_dtype(numpy_type)
