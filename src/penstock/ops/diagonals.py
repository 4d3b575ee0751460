"""Diagonals and bands of matrices, the identity matrix, the trace, the cross product."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from penstock.graph import dtypes, errors
from penstock.graph.build import apply
from penstock.graph.convert import convert_to_tensor
from penstock.graph.registry import operation
from penstock.graph.scopes import colocate_with, name_scope
from penstock.graph.shapes import TensorShape, unknown_shape
from penstock.graph.static_values import constant_value
from penstock.graph.tensor import Tensor
from penstock.ops.shape_rules import same_as_input

_NUMBERS = "T: {bfloat16, half, float, double, int32, int64, complex64, complex128}"


def _smaller(a: int | None, b: int | None) -> int | None:
    return None if a is None or b is None else min(a, b)


# -- diagonals of tensors -------------------------------------------------------------------------
def _doubled(op: Any) -> TensorShape:
    shape = op.inputs[0].shape
    return unknown_shape() if shape.sizes is None else TensorShape(shape.sizes * 2)


def _halved(op: Any) -> TensorShape:
    shape = op.inputs[0].shape
    if shape.sizes is None:
        return unknown_shape()
    if len(shape.sizes) % 2 or not shape.sizes:
        raise ValueError(f"Input must have even and non-zero rank, input rank is {shape.ndims}")
    half = len(shape.sizes) // 2
    return TensorShape(shape.sizes[:half]).merge_with(TensorShape(shape.sizes[half:]))


@operation("Diag", inputs="diagonal: T", outputs="output: T", attrs=_NUMBERS)
class Diag:
    shape = _doubled

    def lower(diagonal: Any) -> Any:
        return jnp.diag(jnp.ravel(diagonal)).reshape(np.shape(diagonal) * 2)

    def gradient(op: Any, dy: Tensor) -> Tensor:
        return apply("DiagPart", dy)


@operation("DiagPart", inputs="input: T", outputs="diagonal: T", attrs=_NUMBERS)
class DiagPart:
    shape = _halved

    def lower(input: Any) -> Any:  # noqa: A002
        shape = np.shape(input)
        half = shape[: len(shape) // 2]
        count = int(np.prod(half))
        return jnp.diagonal(jnp.reshape(input, (count, count))).reshape(half)

    def gradient(op: Any, dy: Tensor) -> Tensor:
        return apply("Diag", dy)


def diag(diagonal: Any, name: str | None = None) -> Tensor:
    """A tensor of twice the rank with the given diagonal, zeros elsewhere.

    Args:
        diagonal: a tensor of a number type, of shape ``s``.
        name: the operation's name.

    Returns:
        A tensor of shape ``s + s``.
    """
    return apply("Diag", diagonal, name=name)


def diag_part(input: Any, name: str | None = None) -> Tensor:  # noqa: A002
    """The diagonal of a tensor of shape ``s + s``.

    Args:
        input: a tensor of a number type and of even rank.
        name: the operation's name.

    Returns:
        A tensor of shape ``s``.
    """
    return apply("DiagPart", input, name=name)


# -- diagonals of the matrices in the last two dimensions -----------------------------------------
def _matrix_of(diagonal: Any) -> Any:
    size = diagonal.shape[-1]
    places = jnp.arange(size)
    result = jnp.zeros((*diagonal.shape, size), diagonal.dtype)
    return result.at[..., places, places].set(diagonal)


def _diagonal_shape(op: Any) -> TensorShape:
    shape = op.inputs[0].shape
    if shape.sizes is None:
        return unknown_shape()
    if len(shape.sizes) < 2:
        raise ValueError(f"Shape must be at least rank 2 but is rank {len(shape.sizes)}")
    return TensorShape([*shape.sizes[:-2], _smaller(*shape.sizes[-2:])])


@operation("MatrixDiag", inputs="diagonal: T", outputs="output: T", attrs="T: type")
class MatrixDiag:
    def shape(op: Any) -> TensorShape:
        shape = op.inputs[0].shape
        if shape.sizes is None:
            return unknown_shape()
        if not shape.sizes:
            raise ValueError("Shape must be at least rank 1 but is rank 0")
        return TensorShape([*shape.sizes, shape.sizes[-1]])

    def lower(diagonal: Any) -> Any:
        return _matrix_of(jnp.asarray(diagonal))

    def gradient(op: Any, dy: Tensor) -> Tensor:
        return matrix_diag_part(dy)


@operation("MatrixDiagPart", inputs="input: T", outputs="diagonal: T", attrs="T: type")
class MatrixDiagPart:
    shape = _diagonal_shape

    def lower(input: Any) -> Any:  # noqa: A002
        return jnp.diagonal(input, axis1=-2, axis2=-1)

    def gradient(op: Any, dy: Tensor) -> Tensor:
        x = op.inputs[0]
        sizes = x.shape.sizes
        if sizes is not None and None not in sizes[-2:] and sizes[-1] == sizes[-2]:
            return matrix_diag(dy)
        from penstock.ops.arrays import zeros_like

        return matrix_set_diag(zeros_like(x), dy)


@operation("MatrixSetDiag", inputs="input: T, diagonal: T", outputs="output: T", attrs="T: type")
class MatrixSetDiag:
    def shape(op: Any) -> TensorShape:
        shape, diagonal = op.inputs[0].shape, op.inputs[1].shape
        if shape.sizes is None:
            return unknown_shape()
        if diagonal.sizes is not None:
            wanted = TensorShape([*shape.sizes[:-2], _smaller(*shape.sizes[-2:])])
            diagonal.merge_with(wanted)
            if len(shape.sizes) >= 2:
                batch = TensorShape(shape.sizes[:-2]).merge_with(TensorShape(diagonal.sizes[:-1]))
                return TensorShape([*batch.as_list(), *shape.sizes[-2:]])
        return shape

    def lower(input: Any, diagonal: Any) -> Any:  # noqa: A002
        places = jnp.arange(min(np.shape(input)[-2:]))
        return jnp.asarray(input).at[..., places, places].set(diagonal)

    def gradient(op: Any, dy: Tensor) -> list[Tensor]:
        from penstock.ops.arrays import rank, shape, zeros
        from penstock.ops.reductions import reduce_min
        from penstock.ops.slices import concat

        full = op.inputs[0].shape.merge_with(dy.shape)
        diagonal = op.inputs[1].shape
        batch = full[:-2].merge_with(diagonal[:-1])
        matrix = full[-2:]
        diagonal_shape: Any
        if batch.is_fully_defined() and matrix.is_fully_defined():
            diagonal_shape = batch.as_list() + [min(matrix.as_list())]
        else:
            with colocate_with(dy):
                dy_shape, dy_rank = shape(dy), rank(dy)
                batch_part = apply("Slice", dy_shape, [0], [dy_rank - 2])
                matrix_part = apply("Slice", dy_shape, [dy_rank - 2], [2])
                diagonal_shape = concat([batch_part, [reduce_min(matrix_part)]], 0)
        nothing = zeros(diagonal_shape, dtype=dy.dtype)
        return [matrix_set_diag(dy, nothing), matrix_diag_part(dy)]


# The second versions, with several diagonals at chosen places.
def _band(k: np.ndarray) -> tuple[int, int]:
    values = np.ravel(k).tolist()
    low, high = values[0], values[-1]
    if low > high:
        raise errors.InvalidArgumentError(
            None, None, f"diag_index[0] must not be larger than diag_index[1], got {low} > {high}"
        )
    return low, high


def _length(offset: int, rows: int, columns: int) -> int:
    return min(rows + min(offset, 0), columns - max(offset, 0))


def _diagonal_places(low: int, high: int, rows: int, columns: int) -> tuple[Any, Any, Any]:
    """For diagonal d (from the highest) and place i: its row and column, and whether it is in
    the matrix."""
    longest = max(_length(k, rows, columns) for k in range(low, high + 1))
    offsets = np.arange(high, low - 1, -1)[:, None]
    steps = np.arange(longest)[None, :]
    row = steps + np.maximum(-offsets, 0)
    column = steps + np.maximum(offsets, 0)
    inside = (row < rows) & (column < columns)
    return np.where(inside, row, 0), np.where(inside, column, 0), inside


@operation(
    "MatrixDiagV2",
    inputs="diagonal: T, k: int32, num_rows: int32, num_cols: int32, padding_value: T",
    outputs="output: T",
    attrs="T: type",
)
class MatrixDiagV2:
    static = ("k", "num_rows", "num_cols")

    def shape(op: Any) -> TensorShape:
        diagonal = op.inputs[0].shape
        known: list[Any] = [constant_value(each) for each in op.inputs[1:4]]
        if diagonal.sizes is None or any(v is None for v in known):
            return unknown_shape()
        k, rows, columns = known
        low, high = _band(k)
        batch = diagonal.sizes[: -1 if low == high else -2]
        if diagonal.sizes[-1] is None:
            return unknown_shape(len(batch) + 2)
        return TensorShape([*batch, *_matrix_size(diagonal.sizes[-1], low, high, rows, columns)])

    def lower(
        diagonal: Any, k: np.ndarray, num_rows: np.ndarray, num_cols: np.ndarray,
        padding_value: Any,
    ) -> Any:  # fmt: skip
        low, high = _band(k)
        diagonals = jnp.asarray(diagonal)
        if low == high and (np.ndim(k) == 0 or np.size(k) == 1 or diagonals.ndim == 1):
            diagonals = diagonals[..., None, :]
        rows, columns = _matrix_size(diagonals.shape[-1], low, high, num_rows, num_cols)
        row, column, inside = _diagonal_places(low, high, rows, columns)
        result = jnp.full((*diagonals.shape[:-2], rows, columns), padding_value, diagonals.dtype)
        which, step = np.nonzero(inside)
        return result.at[..., row[inside], column[inside]].set(diagonals[..., which, step])

    def gradient(op: Any, dy: Tensor) -> list[Any]:
        zero = np.zeros((), dy.dtype.as_numpy_dtype)
        return [apply("MatrixDiagPartV2", dy, op.inputs[1], zero), None, None, None, None]


def _matrix_size(length: int, low: int, high: int, rows: Any, columns: Any) -> tuple[int, int]:
    """The size of the matrix that holds diagonals of ``length``; -1 asks for the smallest."""
    least_rows = length - min(high, 0)
    least_columns = length + max(low, 0)
    wanted_rows, wanted_columns = int(rows), int(columns)
    if wanted_rows == -1 and wanted_columns == -1:
        size = max(least_rows, least_columns)
        return size, size
    if wanted_rows == -1:
        return least_rows, wanted_columns
    if wanted_columns == -1:
        return wanted_rows, least_columns
    return wanted_rows, wanted_columns


@operation("MatrixDiagPartV2", inputs="input: T, k: int32, padding_value: T",
           outputs="diagonal: T", attrs="T: type")  # fmt: skip
class MatrixDiagPartV2:
    static = "k"

    def shape(op: Any) -> TensorShape:
        shape, k = op.inputs[0].shape, constant_value(op.inputs[1])
        if shape.sizes is None or k is None or None in shape.sizes[-2:]:
            return unknown_shape()
        low, high = _band(k)
        longest = max(_length(o, *shape.sizes[-2:]) for o in range(low, high + 1))
        count = [] if low == high else [high - low + 1]
        return TensorShape([*shape.sizes[:-2], *count, longest])

    def lower(input: Any, k: np.ndarray, padding_value: Any) -> Any:  # noqa: A002
        low, high = _band(k)
        matrices = jnp.asarray(input)
        row, column, inside = _diagonal_places(low, high, *matrices.shape[-2:])
        result = jnp.where(inside, matrices[..., row, column], padding_value)
        return result[..., 0, :] if low == high else result

    def gradient(op: Any, dy: Tensor) -> list[Any]:
        from penstock.ops.arrays import zeros_like

        x, k = op.inputs[0], op.inputs[1]
        return [apply("MatrixSetDiagV2", zeros_like(x), dy, k), None, None]


@operation("MatrixSetDiagV2", inputs="input: T, diagonal: T, k: int32", outputs="output: T",
           attrs="T: type")  # fmt: skip
class MatrixSetDiagV2:
    shape = same_as_input()
    static = "k"

    def lower(input: Any, diagonal: Any, k: np.ndarray) -> Any:  # noqa: A002
        low, high = _band(k)
        matrices, diagonals = jnp.asarray(input), jnp.asarray(diagonal)
        if diagonals.ndim < matrices.ndim:
            diagonals = diagonals[..., None, :]
        row, column, inside = _diagonal_places(low, high, *matrices.shape[-2:])
        which, step = np.nonzero(inside)
        return matrices.at[..., row[inside], column[inside]].set(diagonals[..., which, step])

    def gradient(op: Any, dy: Tensor) -> list[Any]:
        from penstock.ops.arrays import zeros_like

        k = op.inputs[2]
        zero = np.zeros((), dy.dtype.as_numpy_dtype)
        dx = apply("MatrixSetDiagV2", dy, zeros_like(op.inputs[1]), k)
        return [dx, apply("MatrixDiagPartV2", dy, k, zero), None]


def matrix_diag(
    diagonal: Any,
    name: str | None = "diag",
    k: Any = 0,
    num_rows: int = -1,
    num_cols: int = -1,
    padding_value: Any = 0,
) -> Tensor:
    """Matrices with the given diagonals.

    Args:
        diagonal: ``[..., n]``; for several diagonals ``[..., m, n]``, the highest first.
        name: the operation's name.
        k: which diagonal it is (above the main one positive), or ``(lowest, highest)``.
        num_rows: the number of rows; by default as few as fit.
        num_cols: the number of columns.
        padding_value: what the rest is filled with.

    Returns:
        ``[..., num_rows, num_cols]``.
    """
    if (k, num_rows, num_cols, padding_value) == (0, -1, -1, 0):
        return apply("MatrixDiag", diagonal, name=name)
    diagonal = convert_to_tensor(diagonal)
    padding = np.asarray(padding_value, diagonal.dtype.as_numpy_dtype)
    return apply("MatrixDiagV2", diagonal, k, num_rows, num_cols, padding, name=name)


def matrix_diag_part(
    input: Any,  # noqa: A002
    name: str | None = "diag_part",
    k: Any = 0,
    padding_value: Any = 0,
) -> Tensor:
    """The diagonals of matrices.

    Args:
        input: ``[..., n, m]``.
        name: the operation's name.
        k: which diagonal (above the main one positive), or ``(lowest, highest)``.
        padding_value: what shorter diagonals are filled up with.

    Returns:
        ``[..., min(n, m)]``; with several diagonals ``[..., number of them, longest]``.
    """
    if k == 0 and padding_value == 0:
        return apply("MatrixDiagPart", input, name=name)
    tensor = convert_to_tensor(input)
    padding = np.asarray(padding_value, tensor.dtype.as_numpy_dtype)
    return apply("MatrixDiagPartV2", tensor, k, padding, name=name)


def matrix_set_diag(
    input: Any,  # noqa: A002
    diagonal: Any,
    name: str | None = "set_diag",
    k: Any = 0,
) -> Tensor:
    """Matrices with other values on their diagonals.

    Args:
        input: ``[..., n, m]``.
        diagonal: ``[..., min(n, m)]``; for several diagonals ``[..., number of them, longest]``.
        name: the operation's name.
        k: which diagonal (above the main one positive), or ``(lowest, highest)``.

    Returns:
        ``[..., n, m]``.
    """
    if k == 0:
        return apply("MatrixSetDiag", input, diagonal, name=name)
    return apply("MatrixSetDiagV2", input, diagonal, k, name=name)


@operation("MatrixBandPart", inputs="input: T, num_lower: Tindex, num_upper: Tindex",
           outputs="band: T", attrs="T: type; Tindex: indextype = int64")  # fmt: skip
class MatrixBandPart:
    shape = same_as_input()

    def lower(input: Any, num_lower: Any, num_upper: Any) -> Any:  # noqa: A002
        rows, columns = np.shape(input)[-2:]
        below = np.arange(rows)[:, None] - np.arange(columns)[None, :]
        kept = ((num_lower < 0) | (below <= num_lower)) & ((num_upper < 0) | (-below <= num_upper))
        return jnp.where(kept, input, jnp.zeros((), input.dtype))

    def gradient(op: Any, dy: Tensor) -> list[Any]:
        return [matrix_band_part(dy, op.inputs[1], op.inputs[2]), None, None]


def matrix_band_part(
    input: Any,  # noqa: A002
    num_lower: Any,
    num_upper: Any,
    name: str | None = None,
) -> Tensor:
    """Matrices with all but a band around the main diagonal set to 0.

    Args:
        input: ``[..., n, m]``.
        num_lower: how many diagonals below the main one are kept; all, if negative.
        num_upper: how many above it are kept.
        name: the operation's name.
    """
    return apply("MatrixBandPart", input, num_lower, num_upper, name=name)


# -- made of these --------------------------------------------------------------------------------
def eye(
    num_rows: Any,
    num_columns: Any = None,
    batch_shape: Any = None,
    dtype: Any = dtypes.float32,
    name: str | None = None,
) -> Tensor:
    """The identity matrix, or a batch of them.

    Args:
        num_rows: the number of rows.
        num_columns: the number of columns; as many by default.
        batch_shape: the leading dimensions.
        dtype: the element type.
        name: the name of the scope.

    Returns:
        ``batch_shape + [num_rows, num_columns]``.
    """
    from penstock.ops.arrays import ones, zeros
    from penstock.ops.math_binary import minimum
    from penstock.ops.slices import concat

    with name_scope(name, "eye", [num_rows, num_columns, batch_shape]):
        square = num_columns is None
        batch = [] if batch_shape is None else batch_shape
        columns = num_rows if square else num_columns
        if isinstance(num_rows, Tensor) or isinstance(columns, Tensor):
            size = minimum(num_rows, columns)
        else:
            num_rows, columns = int(num_rows), int(columns)
            square = num_rows == columns
            size = min(num_rows, columns)
        full_shape: Any = None
        if isinstance(batch, Tensor) or isinstance(size, Tensor):
            batch = convert_to_tensor(batch, name="shape", dtype=dtypes.int32)
            diagonal_shape: Any = concat([batch, [size]], axis=0)
            if not square:
                full_shape = concat([batch, [num_rows, columns]], axis=0)
        else:
            batch = [int(b) for b in TensorShape(batch).as_list()]
            diagonal_shape = [*batch, size]
            full_shape = [*batch, num_rows, columns]
        diagonal = ones(diagonal_shape, dtype=dtype)
        if square:
            return matrix_diag(diagonal)
        return matrix_set_diag(zeros(full_shape, dtype=dtype), diagonal)


def trace(x: Any, name: str | None = None) -> Tensor:
    """The sum of the main diagonal of each matrix.

    Args:
        x: ``[..., n, m]``.
        name: the name of the scope.

    Returns:
        ``[...]``.
    """
    from penstock.ops.reductions import reduce_sum

    with name_scope(name, "Trace", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        return reduce_sum(matrix_diag_part(x), [-1], name=scope)


@operation("Cross", inputs="a: T, b: T", outputs="product: T", attrs="T: realnumbertype")
class Cross:
    def shape(op: Any) -> TensorShape:
        shape = op.inputs[0].shape.merge_with(op.inputs[1].shape)
        if shape.sizes is not None:
            if not shape.sizes:
                raise ValueError("Shape must be at least rank 1 but is rank 0")
            if shape.sizes[-1] not in (None, 3):
                raise ValueError(f"Dimension must be 3 but is {shape.sizes[-1]}")
        return shape

    def lower(a: Any, b: Any) -> Any:
        return jnp.cross(a, b)

    def gradient(op: Any, dy: Tensor) -> list[Tensor]:
        a, b = op.inputs
        return [cross(b, dy), cross(dy, a)]


def cross(a: Any, b: Any, name: str | None = None) -> Tensor:
    """The cross product of vectors in three dimensions.

    Args:
        a: ``[..., 3]``, of a real type.
        b: the same shape and type.
        name: the operation's name.
    """
    return apply("Cross", a, b, name=name)
