"""Changes of type: casts, bit casts, and complex numbers with their parts."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from penstock.graph import dtypes
from penstock.graph.build import apply
from penstock.graph.composite import IndexedSlices, SparseTensor
from penstock.graph.convert import convert_to_tensor
from penstock.graph.dtypes import as_dtype
from penstock.graph.registry import operation
from penstock.graph.scopes import control_dependencies, name_scope
from penstock.graph.shapes import TensorShape, unknown_shape
from penstock.graph.tensor import Tensor
from penstock.ops.operand_shapes import broadcasting, shapes_and_axes, sum_to
from penstock.ops.shape_rules import broadcast, same_as_input


@operation("Cast", inputs="x: SrcT", outputs="y: DstT",
           attrs="SrcT: type; DstT: type; Truncate: bool = false")  # fmt: skip
class Cast:
    shape = same_as_input()

    def lower(x: Any, *, DstT: Any) -> Any:  # noqa: N803 - the attribute's name
        x = jnp.asarray(x)
        target = np.dtype(DstT)
        if jnp.iscomplexobj(x) and target.kind != "c":
            x = x.real
        if target.kind == "u" and jnp.issubdtype(x.dtype, jnp.floating):
            # Negative numbers wrap around, as they do on the processors that TensorFlow ran on.
            x = x.astype(np.int64)
        return x.astype(target)

    def fold(x: np.ndarray, *, DstT: Any) -> np.ndarray:  # noqa: N803
        if np.iscomplexobj(x) and np.dtype(DstT).kind != "c":
            x = x.real
        with np.errstate(all="ignore"):
            return x.astype(DstT)

    def gradient(op: Any, dy: Tensor) -> Tensor | None:
        kinds = (
            dtypes.float16,
            dtypes.float32,
            dtypes.float64,
            dtypes.bfloat16,
            dtypes.complex64,
            dtypes.complex128,
        )
        source = op.inputs[0].dtype.base_dtype
        target = dy.dtype.base_dtype
        return cast(dy, source) if source in kinds and target in kinds else None


def cast(x: Any, dtype: Any, name: str | None = None) -> Any:
    """A tensor of another type; floating numbers become integers by truncation.

    Args:
        x: a tensor, ``SparseTensor`` or ``IndexedSlices`` of a number type or ``bool``.
        dtype: the type wanted.
        name: the operation's name.

    Returns:
        What came, with elements of type ``dtype``; ``x`` itself if it has that type already.

    Raises:
        TypeError: when the types don't allow it.
    """
    target = as_dtype(dtype).base_dtype
    if (isinstance(x, Tensor) or hasattr(x, "handle")) and x.dtype == target:
        # A resource variable is read where it is used, not here.
        return x
    with name_scope(name, "Cast", [x]) as scope:
        if isinstance(x, SparseTensor):
            return SparseTensor(x.indices, cast(x.values, target, name=scope), x.dense_shape)
        if isinstance(x, IndexedSlices):
            return IndexedSlices(cast(x.values, target, name=scope), x.indices, x.dense_shape)
        x = convert_to_tensor(x, name="x")
        if x.dtype.base_dtype == target:
            return x
        return apply("Cast", x, name=scope, DstT=target)


def saturate_cast(value: Any, dtype: Any, name: str | None = None) -> Tensor:
    """``cast`` that first limits the values to those that ``dtype`` holds.

    Args:
        value: a real tensor.
        dtype: the type wanted.
        name: the name of the scope.
    """
    from penstock.ops.math_binary import maximum, minimum

    with name_scope(name, "saturate_cast", [value]) as scope:
        value = convert_to_tensor(value, name="value")
        target = as_dtype(dtype).base_dtype
        if value.dtype.min < target.min:
            lowest = convert_to_tensor(target.min, dtype=value.dtype, name="min")
            value = maximum(value, lowest)
        if value.dtype.max > target.max:
            highest = convert_to_tensor(target.max, dtype=value.dtype, name="max")
            value = minimum(value, highest)
        return cast(value, target, name=scope)


def to_float(x: Any, name: str | None = "ToFloat") -> Any:
    """``cast(x, tf.float32)``."""
    return cast(x, dtypes.float32, name=name)


def to_double(x: Any, name: str | None = "ToDouble") -> Any:
    """``cast(x, tf.float64)``."""
    return cast(x, dtypes.float64, name=name)


def to_int32(x: Any, name: str | None = "ToInt32") -> Any:
    """``cast(x, tf.int32)``."""
    return cast(x, dtypes.int32, name=name)


def to_int64(x: Any, name: str | None = "ToInt64") -> Any:
    """``cast(x, tf.int64)``."""
    return cast(x, dtypes.int64, name=name)


def to_bfloat16(x: Any, name: str | None = "ToBFloat16") -> Any:
    """``cast(x, tf.bfloat16)``."""
    return cast(x, dtypes.bfloat16, name=name)


def to_complex64(x: Any, name: str | None = "ToComplex64") -> Any:
    """``cast(x, tf.complex64)``."""
    return cast(x, dtypes.complex64, name=name)


def to_complex128(x: Any, name: str | None = "ToComplex128") -> Any:
    """``cast(x, tf.complex128)``."""
    return cast(x, dtypes.complex128, name=name)


_BITCAST_TYPES = (
    "{bfloat16, half, float, double, int64, int32, uint8, uint16, uint32, uint64, int8, int16, "
    "complex64, complex128, qint8, quint8, qint16, quint16, qint32}"
)


def _bitcast_shape(op: Any) -> TensorShape:
    shape = op.inputs[0].shape
    if shape.sizes is None:
        return unknown_shape()
    sizes = list(shape.sizes)
    source, target = op.attr("T").size, op.attr("type").size
    if source > target:
        sizes.append(source // target)
    elif source < target:
        if not sizes or sizes[-1] not in (None, target // source):
            raise ValueError(
                f"Cannot bitcast due to shape. {sizes[-1] if sizes else 'scalar'} does not match "
                f"{target // source}"
            )
        sizes.pop()
    return TensorShape(sizes)


@operation("Bitcast", inputs="input: T", outputs="output: type",
           attrs=f"T: {_BITCAST_TYPES}; type: {_BITCAST_TYPES}")  # fmt: skip
class Bitcast:
    shape = _bitcast_shape

    def lower(input: Any, *, type: Any) -> Any:  # noqa: A002
        source, target = np.dtype(input.dtype), np.dtype(type)
        if source.kind == "c" or target.kind == "c":
            if source.kind == "c":
                part = np.dtype(f"f{source.itemsize // 2}")
                input = jnp.stack([jnp.real(input), jnp.imag(input)], -1).astype(part)  # noqa: A001
                if target.itemsize == source.itemsize:
                    return lax.bitcast_convert_type(
                        lax.bitcast_convert_type(input, np.dtype(f"u{part.itemsize}")), target
                    )
                pieces = lax.bitcast_convert_type(input, target)
                if target.itemsize < part.itemsize:
                    return pieces.reshape(*pieces.shape[:-2], -1)
                return pieces
            part = np.dtype(f"f{target.itemsize // 2}")
            if source.itemsize == target.itemsize or source.itemsize == part.itemsize:
                halves = lax.bitcast_convert_type(input, part)
            else:
                shape = (*np.shape(input)[:-1], 2, -1)
                halves = lax.bitcast_convert_type(jnp.reshape(input, shape), part)
            return lax.complex(halves[..., 0], halves[..., 1])
        return lax.bitcast_convert_type(input, target)


def bitcast(input: Any, type: Any, name: str | None = None) -> Tensor:  # noqa: A002
    """The same bits, read as another type.

    Args:
        input: a tensor of numbers.
        type: the type wanted. If its elements are smaller, a dimension is added at the end; if
            they are larger, the last dimension is dropped.
        name: the operation's name.
    """
    return apply("Bitcast", input, name=name, type=as_dtype(type))


_COMPLEX_PARTS = "T: {complex64, complex128} = complex64; Tout: {float, double} = float"


@operation(
    "Complex",
    inputs="real: T, imag: T",
    outputs="out: Tout",
    attrs="T: {float, double} = float; Tout: {complex64, complex128} = complex64",
)
class Complex:
    shape = broadcast

    @broadcasting
    def lower(real: Any, imag: Any) -> Any:
        return lax.complex(*jnp.broadcast_arrays(real, imag))

    def gradient(op: Any, dz: Tensor) -> list[Tensor]:
        first, second = shapes_and_axes(*op.inputs)
        return [sum_to(_part("Real", dz), first), sum_to(_part("Imag", dz), second)]


def complex(real: Any, imag: Any, name: str | None = None) -> Tensor:  # noqa: A001
    """Complex numbers of their real and imaginary parts.

    Args:
        real: a ``float32`` or ``float64`` tensor.
        imag: a tensor of the same type.
        name: the operation's name.

    Returns:
        A ``complex64`` or ``complex128`` tensor.

    Raises:
        TypeError: when the types aren't such.
    """
    real = convert_to_tensor(real, name="real")
    imag = convert_to_tensor(imag, name="imag")
    with name_scope(name, "Complex", [real, imag]) as scope:
        kinds = (real.dtype.base_dtype, imag.dtype.base_dtype)
        if kinds == (dtypes.float64, dtypes.float64):
            target = dtypes.complex128
        elif kinds == (dtypes.float32, dtypes.float32):
            target = dtypes.complex64
        else:
            raise TypeError(
                f"real and imag have incorrect types: {real.dtype.name} {imag.dtype.name}"
            )
        return apply("Complex", real, imag, name=scope, Tout=target)


def _part(op_type: str, x: Tensor, name: str | None = None) -> Tensor:
    return apply(op_type, x, name=name, Tout=x.dtype.base_dtype.real_dtype)


@operation("Real", inputs="input: T", outputs="output: Tout", attrs=_COMPLEX_PARTS)
class Real:
    shape = same_as_input()

    def lower(input: Any) -> Any:  # noqa: A002
        return jnp.real(input)

    def gradient(op: Any, dy: Tensor) -> Tensor:
        from penstock.ops.constants import constant

        return complex(dy, constant(0, dtype=dy.dtype))


def real(input: Any, name: str | None = None) -> Tensor:  # noqa: A002
    """The real part of complex numbers; a real tensor is returned as it is.

    Args:
        input: a tensor of a number type.
        name: the operation's name.
    """
    with name_scope(name, "Real", [input]) as scope:
        input = convert_to_tensor(input, name="input")  # noqa: A001
        return _part("Real", input, scope) if input.dtype.is_complex else input


@operation("Imag", inputs="input: T", outputs="output: Tout", attrs=_COMPLEX_PARTS)
class Imag:
    shape = same_as_input()

    def lower(input: Any) -> Any:  # noqa: A002
        return jnp.imag(input)

    def gradient(op: Any, dy: Tensor) -> Tensor:
        from penstock.ops.constants import constant

        return complex(constant(0, dtype=dy.dtype), dy)


def imag(input: Any, name: str | None = None) -> Tensor:  # noqa: A002
    """The imaginary part of complex numbers; zeros for a real tensor.

    Args:
        input: a tensor of a number type.
        name: the operation's name.
    """
    from penstock.ops.arrays import zeros_like

    with name_scope(name, "Imag", [input]) as scope:
        input = convert_to_tensor(input, name="input")  # noqa: A001
        return _part("Imag", input, scope) if input.dtype.is_complex else zeros_like(input)


@operation("Angle", inputs="input: T", outputs="output: Tout", attrs=_COMPLEX_PARTS)
class Angle:
    shape = same_as_input()

    def lower(input: Any) -> Any:  # noqa: A002
        return jnp.angle(input)

    def gradient(op: Any, dy: Tensor) -> Tensor:
        from penstock.ops.constants import constant

        x = op.inputs[0]
        with control_dependencies([dy]):
            real_part, imaginary_part = _part("Real", x), _part("Imag", x)
            slope = apply("Reciprocal", complex(imaginary_part, real_part))
            return apply("Neg", complex(dy, constant(0, dtype=dy.dtype))) * slope


def angle(input: Any, name: str | None = None) -> Tensor:  # noqa: A002
    """The argument of complex numbers, in radians; zeros for a real tensor.

    Args:
        input: a tensor of a number type.
        name: the operation's name.
    """
    from penstock.ops.arrays import zeros_like

    with name_scope(name, "Angle", [input]) as scope:
        input = convert_to_tensor(input, name="input")  # noqa: A001
        return _part("Angle", input, scope) if input.dtype.is_complex else zeros_like(input)


@operation("Conj", inputs="input: T", outputs="output: T",
           attrs="T: {complex64, complex128, variant} = complex64")  # fmt: skip
class Conj:
    shape = same_as_input()

    def lower(input: Any) -> Any:  # noqa: A002
        return jnp.conj(input)

    def gradient(op: Any, dy: Tensor) -> Tensor:
        return conj(dy)


def conj(x: Any, name: str | None = None) -> Any:
    """The complex conjugate; a real tensor is returned as it is.

    Args:
        x: a tensor of a number type.
        name: the operation's name.

    Raises:
        TypeError: when ``x`` holds no numbers.
    """
    if isinstance(x, Tensor) and (x.dtype.is_floating or x.dtype.is_integer):
        return x
    with name_scope(name, "Conj", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        if x.dtype.is_complex or x.dtype.base_dtype == dtypes.variant:
            return apply("Conj", x, name=scope)
        if x.dtype.is_floating or x.dtype.is_integer:
            return x
        raise TypeError(f"Expected numeric or variant tensor, got dtype {x.dtype!r}")
