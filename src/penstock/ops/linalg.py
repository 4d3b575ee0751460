"""Cholesky factors, inverses, determinants and solvers of (batches of) matrices, with gradients.

Eigenvalues, QR, SVD and LU are in ``decompositions.py``, functions made of all these in
``linalg_functions.py``.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from penstock.graph import errors
from penstock.graph.build import apply
from penstock.graph.registry import operation
from penstock.graph.shapes import TensorShape, unknown_shape
from penstock.graph.tensor import Tensor
from penstock.ops.diagonals import (
    eye,
    matrix_band_part,
    matrix_diag_part,
    matrix_set_diag,
)
from penstock.ops.matrices import matmul, require_equal

_TYPES = "T: {double, float, half, complex64, complex128}"


# -- shapes ---------------------------------------------------------------------------------------
def matrix_sizes(op: Any, index: int = 0, rank: int = 2) -> tuple[int | None, ...] | None:
    """The sizes of an input with at least ``rank`` dimensions, if its rank is known."""
    sizes = op.inputs[index].shape.sizes
    if sizes is not None and len(sizes) < rank:
        raise ValueError(f"Shape must be at least rank {rank} but is rank {len(sizes)}")
    return sizes


def square_shape(op: Any) -> TensorShape:
    sizes = matrix_sizes(op)
    if sizes is None:
        return unknown_shape()
    require_equal(sizes[-2], sizes[-1])
    side = sizes[-1] if sizes[-2] is None else sizes[-2]
    return TensorShape([*sizes[:-2], side, side])


def _batch(op: Any) -> TensorShape:
    shape = square_shape(op)
    return shape if shape.sizes is None else TensorShape(shape.sizes[:-2])


def _solution(op: Any) -> TensorShape:
    matrix, rhs = matrix_sizes(op), matrix_sizes(op, 1)
    if matrix is None or rhs is None:
        return unknown_shape()
    square = op.type != "MatrixSolveLs"
    if square:
        require_equal(matrix[-1], matrix[-2])
    require_equal(matrix[-2], rhs[-2])
    batch = TensorShape(matrix[:-2]).merge_with(TensorShape(rhs[:-2]))
    return TensorShape([*batch.as_list(), matrix[-1], rhs[-1]])


def adjoint_of(x: Any) -> Any:
    return jnp.conj(jnp.swapaxes(x, -1, -2))


def check_square(x: Any) -> None:
    shape = np.shape(x)
    if len(shape) < 2 or shape[-1] != shape[-2]:
        raise errors.InvalidArgumentError(
            None, None, f"Input matrix must be square, got shape {list(shape)}"
        )


def in_single(x: Any) -> Any:
    """Half precision is computed in single."""
    return x.astype(np.float32) if x.dtype == np.float16 else x


# -- Cholesky -------------------------------------------------------------------------------------
@operation("Cholesky", inputs="input: T", outputs="output: T", attrs=_TYPES)
class Cholesky:
    shape = square_shape

    def lower(input: Any, *, run: Any) -> Any:  # noqa: A002
        check_square(input)
        matrix = jnp.asarray(input)
        factor = lax.linalg.cholesky(in_single(matrix), symmetrize_input=False)
        run.check(
            jnp.all(jnp.isfinite(factor)) | ~jnp.all(jnp.isfinite(matrix)),
            "Cholesky decomposition was not successful. The input might not be valid.",
        )
        return jnp.tril(factor).astype(input.dtype)

    def gradient(op: Any, dy: Tensor) -> Tensor:
        """Murray 2016, "Differentiation of the Cholesky decomposition"."""
        from penstock.ops.arrays import shape

        factor = op.outputs[0]
        side = shape(factor)[-1]
        batch = shape(factor)[:-2]
        inverse = matrix_triangular_solve(factor, eye(side, batch_shape=batch, dtype=factor.dtype))
        middle = matmul(factor, dy, adjoint_a=True)
        middle = matrix_set_diag(middle, 0.5 * matrix_diag_part(middle))
        middle = matrix_band_part(middle, -1, 0)
        slope = matmul(matmul(inverse, middle, adjoint_a=True), inverse)
        slope = slope + adjoint(slope)
        return slope * 0.5


@operation("CholeskyGrad", inputs="l: T, grad: T", outputs="output: T",
           attrs="T: {half, float, double}")  # fmt: skip
class CholeskyGrad:
    shape = square_shape

    def lower(l: Any, grad: Any) -> Any:  # noqa: E741
        factor = jnp.tril(in_single(jnp.asarray(l)))
        middle = jnp.tril(jnp.matmul(adjoint_of(factor), grad))
        diagonal = jnp.diagonal(middle, axis1=-2, axis2=-1)
        middle = middle - 0.5 * jnp.vectorize(jnp.diag, signature="(n)->(n,n)")(diagonal)
        solve = lax.linalg.triangular_solve
        slope = solve(factor, middle, left_side=True, lower=True, transpose_a=True)
        slope = solve(factor, slope, left_side=False, lower=True)
        return (0.5 * (slope + jnp.swapaxes(slope, -1, -2))).astype(l.dtype)


def cholesky(input: Any, name: str | None = None) -> Tensor:  # noqa: A002
    """The lower triangular ``L`` with ``L @ adjoint(L)`` equal to a positive definite matrix.

    Args:
        input: ``[..., n, n]``; only the lower triangle is read.
        name: the operation's name.

    Returns:
        ``[..., n, n]``.
    """
    return apply("Cholesky", input, name=name)


# -- inverse and determinant ----------------------------------------------------------------------
def _check_invertible(matrix: Any, run: Any) -> None:
    """Raises when an LU decomposition meets a pivot 0."""
    factors, _, _ = lax.linalg.lu(matrix)
    pivots = jnp.diagonal(factors, axis1=-2, axis2=-1)
    run.check(jnp.all(jnp.abs(pivots) > 0), "Input is not invertible.")


@operation("MatrixInverse", inputs="input: T", outputs="output: T",
           attrs=f"adjoint: bool = false; {_TYPES}")  # fmt: skip
class MatrixInverse:
    shape = square_shape

    def lower(input: Any, *, adjoint: bool, run: Any) -> Any:  # noqa: A002
        check_square(input)
        matrix = in_single(jnp.asarray(input))
        matrix = adjoint_of(matrix) if adjoint else matrix
        _check_invertible(matrix, run)
        return jnp.linalg.inv(matrix).astype(input.dtype)

    def gradient(op: Any, dy: Tensor) -> Tensor:
        inverse = op.outputs[0]
        product = matmul(inverse, matmul(dy, inverse, adjoint_b=True), adjoint_a=True)
        return apply("Neg", product)


def matrix_inverse(input: Any, adjoint: bool = False, name: str | None = None) -> Tensor:  # noqa: A002
    """The inverse of each matrix.

    Args:
        input: ``[..., n, n]``.
        adjoint: invert the adjoint.
        name: the operation's name.
    """
    return apply("MatrixInverse", input, name=name, adjoint=adjoint)


@operation("MatrixDeterminant", inputs="input: T", outputs="output: T",
           attrs="T: {half, float, double, complex64, complex128}")  # fmt: skip
class MatrixDeterminant:
    shape = _batch

    def lower(input: Any) -> Any:  # noqa: A002
        check_square(input)
        return jnp.linalg.det(in_single(jnp.asarray(input))).astype(input.dtype)

    def gradient(op: Any, dy: Tensor) -> Tensor:
        from penstock.ops.arrays import reshape, shape
        from penstock.ops.slices import concat

        determinant = op.outputs[0]
        inverse = matrix_inverse(op.inputs[0], adjoint=True)
        scale = dy * determinant
        return reshape(scale, concat([shape(determinant), [1, 1]], 0)) * inverse


def matrix_determinant(input: Any, name: str | None = None) -> Tensor:  # noqa: A002
    """The determinant of each matrix.

    Args:
        input: ``[..., n, n]``.
        name: the operation's name.

    Returns:
        ``[...]``.
    """
    return apply("MatrixDeterminant", input, name=name)


@operation("LogMatrixDeterminant", inputs="input: T", outputs="sign: T, log_abs_determinant: T",
           attrs="T: {half, float, double, complex64, complex128}")  # fmt: skip
class LogMatrixDeterminant:
    def shape(op: Any) -> list[TensorShape]:
        return [_batch(op), _batch(op)]

    def lower(input: Any) -> Any:  # noqa: A002
        check_square(input)
        sign, logarithm = jnp.linalg.slogdet(in_single(jnp.asarray(input)))
        return sign.astype(input.dtype), logarithm.astype(input.dtype)

    def gradient(op: Any, _: Tensor, dy: Tensor) -> Tensor:
        from penstock.ops.arrays import reshape, shape
        from penstock.ops.slices import concat

        inverse = matrix_inverse(op.inputs[0], adjoint=True)
        return reshape(dy, concat([shape(op.outputs[1]), [1, 1]], 0)) * inverse


# -- solvers --------------------------------------------------------------------------------------
def _check_sizes(matrix: Any, rhs: Any) -> None:
    if np.shape(matrix)[-2] != np.shape(rhs)[-2]:
        raise errors.InvalidArgumentError(
            None, None, f"Input matrix and right-hand side must have the same number of rows, got "
            f"{np.shape(matrix)[-2]} != {np.shape(rhs)[-2]}"
        )  # fmt: skip


@operation("MatrixSolve", inputs="matrix: T, rhs: T", outputs="output: T",
           attrs=f"adjoint: bool = false; {_TYPES}")  # fmt: skip
class MatrixSolve:
    shape = _solution

    def lower(matrix: Any, rhs: Any, *, adjoint: bool, run: Any) -> Any:
        check_square(matrix)
        _check_sizes(matrix, rhs)
        left = in_single(jnp.asarray(matrix))
        left = adjoint_of(left) if adjoint else left
        _check_invertible(left, run)
        return jnp.linalg.solve(left, in_single(jnp.asarray(rhs))).astype(rhs.dtype)

    def gradient(op: Any, dy: Tensor) -> list[Tensor]:
        matrix, solution, adjoint_a = op.inputs[0], op.outputs[0], op.attr("adjoint")
        d_rhs = matrix_solve(matrix, dy, adjoint=not adjoint_a)
        if adjoint_a:
            slope = matmul(solution, d_rhs, adjoint_b=True)
        else:
            slope = matmul(d_rhs, solution, adjoint_b=True)
        return [apply("Neg", slope), d_rhs]


def matrix_solve(matrix: Any, rhs: Any, adjoint: bool = False, name: str | None = None) -> Tensor:
    """The solution ``x`` of ``matrix @ x = rhs``.

    Args:
        matrix: ``[..., n, n]``.
        rhs: ``[..., n, k]``.
        adjoint: solve with the adjoint of ``matrix``.
        name: the operation's name.

    Returns:
        ``[..., n, k]``.
    """
    return apply("MatrixSolve", matrix, rhs, name=name, adjoint=adjoint)


@operation("MatrixTriangularSolve", inputs="matrix: T, rhs: T", outputs="output: T",
           attrs=f"lower: bool = true; adjoint: bool = false; {_TYPES}")  # fmt: skip
class MatrixTriangularSolve:
    shape = _solution

    # The attribute is called as the part of an operation that is defined here.
    def lower(matrix: Any, rhs: Any, *, op: Any, run: Any) -> Any:
        check_square(matrix)
        _check_sizes(matrix, rhs)
        left = in_single(jnp.asarray(matrix))
        diagonal = jnp.diagonal(left, axis1=-2, axis2=-1)
        run.check(jnp.all(jnp.abs(diagonal) > 0), "Input matrix is not invertible.")
        adjoint = op.attr("adjoint")
        return lax.linalg.triangular_solve(
            left,
            in_single(jnp.asarray(rhs)),
            left_side=True,
            lower=op.attr("lower"),
            transpose_a=adjoint,
            conjugate_a=adjoint and jnp.iscomplexobj(left),
        ).astype(rhs.dtype)

    def gradient(op: Any, dy: Tensor) -> list[Tensor]:
        matrix, solution = op.inputs[0], op.outputs[0]
        adjoint_a, lower_a = op.attr("adjoint"), op.attr("lower")
        d_rhs = matrix_triangular_solve(matrix, dy, lower=lower_a, adjoint=not adjoint_a)
        if adjoint_a:
            slope = matmul(solution, d_rhs, adjoint_b=True)
        else:
            slope = matmul(d_rhs, solution, adjoint_b=True)
        slope = apply("Neg", slope)
        band = (-1, 0) if lower_a else (0, -1)
        return [matrix_band_part(slope, *band), d_rhs]


def matrix_triangular_solve(
    matrix: Any, rhs: Any, lower: bool = True, adjoint: bool = False, name: str | None = None
) -> Tensor:
    """The solution ``x`` of ``matrix @ x = rhs`` with a triangular matrix.

    Args:
        matrix: ``[..., n, n]``, of which only one triangle is read.
        rhs: ``[..., n, k]``.
        lower: whether it is the lower triangle.
        adjoint: solve with the adjoint of ``matrix``.
        name: the operation's name.

    Returns:
        ``[..., n, k]``.
    """
    return apply("MatrixTriangularSolve", matrix, rhs, name=name, lower=lower, adjoint=adjoint)


@operation("MatrixSolveLs", inputs="matrix: T, rhs: T, l2_regularizer: double",
           outputs="output: T", attrs=f"{_TYPES}; fast: bool = true")  # fmt: skip
class MatrixSolveLs:
    shape = _solution

    def lower(matrix: Any, rhs: Any, l2_regularizer: Any, *, fast: bool) -> Any:
        left, right = in_single(jnp.asarray(matrix)), in_single(jnp.asarray(rhs))
        if not fast:
            return jnp.matmul(jnp.linalg.pinv(left), right).astype(rhs.dtype)
        rows, columns = left.shape[-2:]
        weight = jnp.asarray(l2_regularizer).astype(left.dtype)
        if rows >= columns:
            gram = jnp.matmul(adjoint_of(left), left) + weight * jnp.eye(columns, dtype=left.dtype)
            result = jnp.linalg.solve(gram, jnp.matmul(adjoint_of(left), right))
        else:
            gram = jnp.matmul(left, adjoint_of(left)) + weight * jnp.eye(rows, dtype=left.dtype)
            result = jnp.matmul(adjoint_of(left), jnp.linalg.solve(gram, right))
        return result.astype(rhs.dtype)

    def gradient(op: Any, dy: Tensor) -> list[Any]:
        from penstock.ops.arrays import matrix_transpose
        from penstock.ops.casts import cast
        from penstock.ops.linalg_functions import cholesky_solve, regularized_gramian_cholesky

        if not op.attr("fast"):
            raise ValueError("Gradient not defined for fast=False")
        matrix, rhs = op.inputs[0], op.inputs[1]
        rows, columns = (matrix.shape.as_list() or [None, None])[-2:]
        if rows is None or columns is None:
            raise ValueError("MatrixSolveLs needs a matrix of known size to have a gradient")
        weight = cast(op.inputs[2], matrix.dtype.base_dtype)
        if rows >= columns:
            factor = regularized_gramian_cholesky(matrix, weight, True)
            z = cholesky_solve(factor, dy)
            outer = matmul(op.outputs[0], z, adjoint_b=True)
            both = outer + matrix_transpose(outer)
            d_matrix = apply("Neg", matmul(matrix, both)) + matmul(rhs, z, adjoint_b=True)
            return [d_matrix, matmul(matrix, z), None]
        factor = regularized_gramian_cholesky(matrix, weight, False)
        d_rhs = cholesky_solve(factor, matmul(matrix, dy))
        inner = cholesky_solve(factor, rhs)
        first = apply("Neg", matmul(d_rhs, matmul(inner, matrix, adjoint_a=True)))
        rest = dy - matmul(matrix, d_rhs, adjoint_a=True)
        return [first + matmul(inner, rest, adjoint_b=True), d_rhs, None]


# -- adjoints and matrix functions -----------------------------------------------------------------
def adjoint(matrix: Any, name: str | None = None) -> Tensor:
    """The transpose of each matrix, conjugated.

    Args:
        matrix: ``[..., n, m]``.
        name: the name of the scope.

    Returns:
        ``[..., m, n]``.
    """
    from penstock.graph.convert import convert_to_tensor
    from penstock.graph.scopes import name_scope
    from penstock.ops.arrays import matrix_transpose

    with name_scope(name, "adjoint", [matrix]):
        matrix = convert_to_tensor(matrix, name="matrix")
        return matrix_transpose(matrix, conjugate=True)


@operation("MatrixExponential", inputs="input: T", outputs="output: T", attrs=_TYPES)
class MatrixExponential:
    shape = square_shape

    def lower(input: Any) -> Any:  # noqa: A002
        check_square(input)
        matrix = in_single(jnp.asarray(input))
        exponential = jnp.vectorize(jax.scipy.linalg.expm, signature="(n,n)->(n,n)")
        return exponential(matrix).astype(input.dtype)

    def gradient(op: Any, dy: Tensor) -> Tensor:
        """The exponential of ``[[A*, dy], [0, A*]]`` holds the derivative in its corner
        (Van Loan 1978)."""
        from penstock.ops.arrays import zeros_like
        from penstock.ops.slices import concat

        matrix = adjoint(op.inputs[0])
        top = concat([matrix, dy], -1)
        bottom = concat([zeros_like(matrix), matrix], -1)
        both = apply("MatrixExponential", concat([top, bottom], -2))
        side = op.inputs[0].shape.as_list()[-1] if op.inputs[0].shape.ndims else None
        if side is None:
            from penstock.ops.arrays import shape

            side = shape(op.inputs[0])[-1]
        return both[..., :side, side:]


@operation("MatrixSquareRoot", inputs="input: T", outputs="output: T", attrs=_TYPES)
class MatrixSquareRoot:
    shape = square_shape

    def host(input: np.ndarray) -> np.ndarray:  # noqa: A002
        return _by_eigenvectors(np.sqrt, input)

    def gradient(op: Any, dy: Tensor) -> Tensor:
        from penstock.ops.linalg_functions import square_root_gradient

        return square_root_gradient(op, dy)


@operation("MatrixLogarithm", inputs="input: T", outputs="output: T",
           attrs="T: {complex64, complex128}")  # fmt: skip
class MatrixLogarithm:
    shape = square_shape

    def host(input: np.ndarray) -> np.ndarray:  # noqa: A002
        return _by_eigenvectors(np.log, input)


def _by_eigenvectors(function: Any, matrix: np.ndarray) -> np.ndarray:
    """A function of a matrix that has a full set of eigenvectors."""
    wide = matrix.astype(np.complex128)
    values, vectors = np.linalg.eig(wide)
    result = (vectors * function(values)[..., None, :]) @ np.linalg.inv(vectors)
    if not np.iscomplexobj(matrix):
        result = result.real
    return result.astype(matrix.dtype)
