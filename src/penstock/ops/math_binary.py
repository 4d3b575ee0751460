"""Element-wise arithmetic of two tensors, with NumPy broadcasting, and sums of many tensors.

Division is in ``division.py``, comparisons and logic in ``comparisons.py``, bits in
``bitwise.py``, the Python operators in ``operators.py``.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from penstock.graph import dtypes
from penstock.graph.build import apply
from penstock.graph.composite import IndexedSlices
from penstock.graph.convert import convert_to_tensor
from penstock.graph.registry import operation
from penstock.graph.scopes import control_dependencies, name_scope
from penstock.graph.tensor import Tensor
from penstock.ops.operand_shapes import (
    ARITHMETIC_TYPES,
    broadcast_operands,
    broadcasting,
    conjugate,
    reduced,
    same_known_shape,
    shapes_and_axes,
    sum_to,
)
from penstock.ops.operand_shapes import reduce_to_operands as reduce_to_operands
from penstock.ops.shape_rules import broadcast

ADD_TYPES = "bfloat16, half, float, double, uint8, int8, int16, int32, int64, complex64, complex128"


def _add_gradient(op: Any, dz: Tensor) -> list[Tensor]:
    x, y = op.inputs
    if same_known_shape(x, y, dz):
        return [dz, dz]
    first, second = broadcast_operands(x, y, dz)
    return [reduced(dz, first), reduced(dz, second)]


@operation("Add", inputs="x: T, y: T", outputs="z: T", attrs=f"T: {{{ADD_TYPES}, string}}")
class Add:
    shape = broadcast
    gradient = _add_gradient

    @broadcasting
    def lower(x: Any, y: Any) -> Any:
        return x + y

    @broadcasting
    def host(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.asarray(x + y, dtype=np.asarray(x).dtype)

    @broadcasting
    def fold(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return x + y


def add(x: Any, y: Any, name: str | None = None) -> Tensor:
    """``x + y``, element by element, with broadcasting; strings are joined.

    Args:
        x: a tensor of a number type or of strings.
        y: a tensor of the same type, whose shape broadcasts with that of ``x``.
        name: the operation's name.
    """
    return apply("Add", x, y, name=name)


@operation(
    "AddV2",
    inputs="x: T, y: T",
    outputs="z: T",
    attrs=f"T: {{{ADD_TYPES}}}",
    commutative=True,
    aggregate=True,
)
class AddV2:
    shape = broadcast
    gradient = _add_gradient

    @broadcasting
    def lower(x: Any, y: Any) -> Any:
        return x + y

    @broadcasting
    def fold(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return x + y


def add_v2(x: Any, y: Any, name: str | None = None) -> Tensor:
    """``x + y``, element by element, with broadcasting: what the operator ``+`` makes.

    Args:
        x: a tensor of a number type.
        y: a tensor of the same type, whose shape broadcasts with that of ``x``.
        name: the operation's name.
    """
    return apply("AddV2", x, y, name=name)


@operation("Sub", inputs="x: T, y: T", outputs="z: T", attrs=f"T: {{{ARITHMETIC_TYPES}}}")
class Sub:
    shape = broadcast

    @broadcasting
    def lower(x: Any, y: Any) -> Any:
        return x - y

    @broadcasting
    def fold(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return x - y

    def gradient(op: Any, dz: Tensor) -> list[Tensor]:
        x, y = op.inputs
        if same_known_shape(x, y, dz):
            return [dz, apply("Neg", dz)]
        first, second = broadcast_operands(x, y, dz)
        return [reduced(dz, first), reduced(apply("Neg", dz), second)]


def subtract(x: Any, y: Any, name: str | None = None) -> Tensor:
    """``x - y``, element by element, with broadcasting.

    Args:
        x: a tensor of a number type.
        y: a tensor of the same type, whose shape broadcasts with that of ``x``.
        name: the operation's name.
    """
    return apply("Sub", x, y, name=name)


@operation(
    "Mul", inputs="x: T, y: T", outputs="z: T", attrs=f"T: {{{ARITHMETIC_TYPES}}}", commutative=True
)
class Mul:
    shape = broadcast

    @broadcasting
    def lower(x: Any, y: Any, *, op: Any, run: Any) -> Any:
        source = op.inputs[0].op
        if source.type == "RandomUniform" and not _is_one(y):
            counter = run.get_state(("random", source.name))
            if counter is not None:
                return _rounded_product(x, y, counter)
        return x * y

    @broadcasting
    def fold(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return x * y

    def gradient(op: Any, dz: Tensor) -> list[Tensor]:
        x, y = op.inputs
        simple = dz.dtype in (dtypes.float32, dtypes.int32)
        if simple and same_known_shape(x, y, dz):
            return [apply("Mul", dz, y), apply("Mul", dz, x)]
        first, second = broadcast_operands(x, y, dz)
        x, y = conjugate(x), conjugate(y)
        return [reduced(apply("Mul", dz, y), first), reduced(apply("Mul", x, dz), second)]


def _rounded_product(x: Any, y: Any, counter: Any) -> Any:
    """``x * y``, rounded before anything is added to it.

    XLA would join the product with the sum that follows in ``random_uniform`` into one rounding,
    and give other numbers than TensorFlow. It can't see that the highest bit of ``counter`` is 0.
    """
    product = x * y
    bits = np.dtype(f"uint{8 * np.dtype(product.dtype).itemsize}")
    zero = lax.convert_element_type(lax.shift_right_logical(counter, np.uint64(63)), bits)
    joined = lax.bitcast_convert_type(product, bits) | zero
    return lax.bitcast_convert_type(joined, product.dtype)


def _is_one(value: Any) -> bool:
    return isinstance(value, (np.ndarray, np.generic)) and bool(np.all(value == 1))


def multiply(x: Any, y: Any, name: str | None = None) -> Tensor:
    """``x * y``, element by element, with broadcasting.

    Args:
        x: a tensor of a number type.
        y: a tensor of the same type, whose shape broadcasts with that of ``x``.
        name: the operation's name.
    """
    return apply("Mul", x, y, name=name)


def scalar_mul(scalar: Any, x: Any, name: str | None = None) -> Any:
    """A tensor times a scalar.

    Args:
        scalar: a scalar, converted to the type of ``x``.
        x: a tensor, or ``IndexedSlices`` (whose values are multiplied).
        name: the operation's name.

    Raises:
        ValueError: when ``scalar`` isn't a scalar.
    """
    scalar = convert_to_tensor(scalar, dtype=x.dtype.base_dtype, name="scalar")
    if scalar.shape.ndims != 0:
        raise ValueError(f"Only scalar multiply works, got shape {scalar.shape}")
    if isinstance(x, IndexedSlices):
        return IndexedSlices(apply("Mul", scalar, x.values, name=name), x.indices, x.dense_shape)
    return apply("Mul", scalar, x, name=name)


@operation(
    "Pow",
    inputs="x: T, y: T",
    outputs="z: T",
    attrs="T: {bfloat16, float, half, double, int32, int64, complex64, complex128}",
)
class Pow:
    shape = broadcast

    @broadcasting
    def lower(x: Any, y: Any, *, run: Any) -> Any:
        if np.issubdtype(x.dtype, np.integer):
            run.check(
                jnp.all(jnp.asarray(y) >= 0),
                "Integers to negative integer powers are not allowed",
            )
        return jnp.power(x, y)

    @broadcasting
    def fold(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.power(x, y)

    def gradient(op: Any, dz: Tensor) -> list[Tensor]:
        from penstock.ops.arrays import ones_like, zeros_like

        x, y = op.inputs
        first, second = broadcast_operands(x, y, dz)
        x, y = conjugate(x), conjugate(y)
        dx = reduced(dz * y * apply("Pow", x, y - 1), first)
        z = conjugate(op.outputs[0])
        # log(x) is taken where the derivative for y exists: of any complex x but 0, of x > 0.
        positive = apply("NotEqual", x, 0) if x.dtype.is_complex else apply("Greater", x, 0)
        safe = apply("Select", positive, x, ones_like(x))
        logarithm = apply("Select", positive, apply("Log", safe), zeros_like(x))
        return [dx, reduced(dz * z * logarithm, second)]


def pow(x: Any, y: Any, name: str | None = None) -> Tensor:  # noqa: A001
    """``x`` to the power ``y``, element by element, with broadcasting.

    Args:
        x: a tensor of type ``float16``, ``bfloat16``, ``float32``, ``float64``, ``int32``,
            ``int64`` or complex.
        y: a tensor of the same type; an integer tensor must not hold negative numbers.
        name: the operation's name.
    """
    return apply("Pow", x, y, name=name or "Pow")


_EXTREMUM_TYPES = "T: {bfloat16, half, float, double, int32, int64}"


def _extremum_gradient(op: Any, dz: Tensor, first_wins: str) -> list[Tensor]:
    from penstock.ops.arrays import shape, zeros

    x, y = op.inputs
    shape_x, shape_y, shape_z = shape(x), shape(y), shape(dz)
    nothing = zeros(shape_z, dz.dtype)
    mask = apply(first_wins, x, y)
    axes_x, axes_y = apply("BroadcastGradientArgs", shape_x, shape_y)
    dx = apply("Select", mask, dz, nothing)
    dx = apply("Reshape", apply("Sum", dx, axes_x), shape_x)
    dy = apply("Select", mask, nothing, dz)
    return [dx, apply("Reshape", apply("Sum", dy, axes_y), shape_y)]


@operation("Maximum", inputs="x: T, y: T", outputs="z: T", attrs=_EXTREMUM_TYPES)
class Maximum:
    shape = broadcast

    @broadcasting
    def lower(x: Any, y: Any) -> Any:
        return jnp.maximum(x, y)

    @broadcasting
    def fold(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.maximum(x, y)

    def gradient(op: Any, dz: Tensor) -> list[Tensor]:
        return _extremum_gradient(op, dz, "GreaterEqual")


def maximum(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The larger of ``x`` and ``y``, element by element, with broadcasting.

    Where both are equal the gradient goes to ``x``.

    Args:
        x: a real tensor.
        y: a tensor of the same type, whose shape broadcasts with that of ``x``.
        name: the operation's name.
    """
    return apply("Maximum", x, y, name=name)


@operation("Minimum", inputs="x: T, y: T", outputs="z: T", attrs=_EXTREMUM_TYPES)
class Minimum:
    shape = broadcast

    @broadcasting
    def lower(x: Any, y: Any) -> Any:
        return jnp.minimum(x, y)

    @broadcasting
    def fold(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.minimum(x, y)

    def gradient(op: Any, dz: Tensor) -> list[Tensor]:
        return _extremum_gradient(op, dz, "LessEqual")


def minimum(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The smaller of ``x`` and ``y``, element by element, with broadcasting.

    Where both are equal the gradient goes to ``x``.

    Args:
        x: a real tensor.
        y: a tensor of the same type, whose shape broadcasts with that of ``x``.
        name: the operation's name.
    """
    return apply("Minimum", x, y, name=name)


@operation(
    "SquaredDifference",
    inputs="x: T, y: T",
    outputs="z: T",
    attrs="T: {bfloat16, half, float, double, int32, int64, complex64, complex128}",
    commutative=True,
)
class SquaredDifference:
    shape = broadcast

    @broadcasting
    def lower(x: Any, y: Any) -> Any:
        difference = x - y
        return difference * jnp.conj(difference) if jnp.iscomplexobj(x) else difference**2

    def gradient(op: Any, dz: Tensor) -> list[Tensor]:
        x, y = op.inputs
        with control_dependencies([dz]):
            two = convert_to_tensor(2, dtype=dz.dtype, name="scalar")
            dx = apply("Mul", two, dz) * (x - y)
        if same_known_shape(x, y, dz):
            return [dx, apply("Neg", dx)]
        first, second = broadcast_operands(x, y, dz)
        return [reduced(dx, first), apply("Neg", reduced(dx, second))]


def squared_difference(x: Any, y: Any, name: str | None = None) -> Tensor:
    """``(x - y) * (x - y)``, element by element, with broadcasting (for complex numbers, times
    the conjugate).

    Args:
        x: a tensor of a number type.
        y: a tensor of the same type, whose shape broadcasts with that of ``x``.
        name: the operation's name.
    """
    return apply("SquaredDifference", x, y, name=name)


@operation("Atan2", inputs="y: T, x: T", outputs="z: T", attrs="T: floattype")
class Atan2:
    shape = broadcast

    @broadcasting
    def lower(y: Any, x: Any) -> Any:
        return jnp.arctan2(y, x)

    def gradient(op: Any, dz: Tensor) -> list[Tensor]:
        y, x = op.inputs
        with control_dependencies([dz]):
            scaled = dz / (apply("Square", x) + apply("Square", y))
            return [x * scaled, apply("Neg", y) * scaled]


def atan2(y: Any, x: Any, name: str | None = None) -> Tensor:
    """The angle of the point ``(x, y)``, in ``[-pi, pi]``, element by element.

    Args:
        y: a floating tensor.
        x: a tensor of the same type and shape (as in TensorFlow 1.15 the gradient of broadcast
            operands fails).
        name: the operation's name.
    """
    return apply("Atan2", y, x, name=name)


_NO_NAN_TYPES = "T: {half, float, double, complex64, complex128}"


@operation("MulNoNan", inputs="x: T, y: T", outputs="z: T", attrs=_NO_NAN_TYPES)
class MulNoNan:
    shape = broadcast

    @broadcasting
    def lower(x: Any, y: Any) -> Any:
        return jnp.where(y == 0, jnp.zeros((), y.dtype), x * y)

    def gradient(op: Any, dz: Tensor) -> list[Tensor]:
        x, y = op.inputs
        if same_known_shape(x, y, dz):
            return [apply("MulNoNan", dz, y), apply("MulNoNan", x, dz)]
        first, second = shapes_and_axes(x, y)
        dx = sum_to(apply("MulNoNan", dz, y), first)
        return [dx, sum_to(apply("MulNoNan", x, dz), second)]


def multiply_no_nan(x: Any, y: Any, name: str | None = None) -> Tensor:
    """``x * y``, and 0 wherever ``y`` is 0, even if ``x`` is infinite or NaN there.

    Args:
        x: a floating or complex tensor.
        y: a tensor of the same type, whose shape broadcasts with that of ``x``.
        name: the operation's name.

    Raises:
        TypeError: when the types of ``x`` and ``y`` differ.
    """
    with name_scope(name, "multiply_no_nan", [x, y]) as scope:
        x = convert_to_tensor(x, name="x")
        y = convert_to_tensor(y, name="y", dtype=x.dtype.base_dtype)
        if x.dtype.base_dtype != y.dtype.base_dtype:
            raise TypeError(
                f"x and y must have the same dtype, got {x.dtype.base_dtype!r} != "
                f"{y.dtype.base_dtype!r}"
            )
        return apply("MulNoNan", x, y, name=scope)


@operation("NextAfter", inputs="x1: T, x2: T", outputs="output: T",
           attrs="T: {double, float} = float")  # fmt: skip
class NextAfter:
    shape = broadcast

    @broadcasting
    def lower(x1: Any, x2: Any) -> Any:
        return jnp.nextafter(x1, x2)

    def gradient(op: Any, dz: Tensor) -> list[Tensor]:
        from penstock.ops.arrays import ones, zeros

        first, second = shapes_and_axes(*op.inputs)
        with control_dependencies([dz]):
            slope_x = ones(first.shape, op.inputs[0].dtype)
            slope_y = zeros(second.shape, op.inputs[1].dtype)
            return [sum_to(slope_x * dz, first), sum_to(slope_y * dz, second)]


def nextafter(x1: Any, x2: Any, name: str | None = None) -> Tensor:
    """The next number that the type holds after ``x1`` in the direction of ``x2``.

    Args:
        x1: a ``float32`` or ``float64`` tensor.
        x2: a tensor of the same type, whose shape broadcasts with that of ``x1``.
        name: the operation's name.
    """
    return apply("NextAfter", x1, x2, name=name)


# The rest of the family, under the name by which the other families know it.
from penstock.ops import operators as operators  # noqa: E402
from penstock.ops.bitwise import bitwise_and as bitwise_and  # noqa: E402
from penstock.ops.bitwise import bitwise_or as bitwise_or  # noqa: E402
from penstock.ops.bitwise import bitwise_xor as bitwise_xor  # noqa: E402
from penstock.ops.comparisons import equal as equal  # noqa: E402
from penstock.ops.comparisons import greater as greater  # noqa: E402
from penstock.ops.comparisons import greater_equal as greater_equal  # noqa: E402
from penstock.ops.comparisons import less as less  # noqa: E402
from penstock.ops.comparisons import less_equal as less_equal  # noqa: E402
from penstock.ops.comparisons import logical_and as logical_and  # noqa: E402
from penstock.ops.comparisons import logical_not as logical_not  # noqa: E402
from penstock.ops.comparisons import logical_or as logical_or  # noqa: E402
from penstock.ops.comparisons import logical_xor as logical_xor  # noqa: E402
from penstock.ops.comparisons import not_equal as not_equal  # noqa: E402
from penstock.ops.division import div as div  # noqa: E402
from penstock.ops.division import div_no_nan as div_no_nan  # noqa: E402
from penstock.ops.division import divide as divide  # noqa: E402
from penstock.ops.division import floor_div as floor_div  # noqa: E402
from penstock.ops.division import floordiv as floordiv  # noqa: E402
from penstock.ops.division import floormod as floormod  # noqa: E402
from penstock.ops.division import mod as mod  # noqa: E402
from penstock.ops.division import realdiv as realdiv  # noqa: E402
from penstock.ops.division import truediv as truediv  # noqa: E402
from penstock.ops.division import truncatediv as truncatediv  # noqa: E402
from penstock.ops.division import truncatemod as truncatemod  # noqa: E402
from penstock.ops.sums import accumulate_n as accumulate_n  # noqa: E402
from penstock.ops.sums import add_n as add_n  # noqa: E402
