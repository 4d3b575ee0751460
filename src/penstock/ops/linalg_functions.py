"""Linear algebra made of other operations: norms, least squares, log-determinants, and the longer
gradients."""

from __future__ import annotations

import collections
from typing import Any

import numpy as np

from penstock.graph import dtypes, errors
from penstock.graph.build import apply
from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import control_dependencies, name_scope
from penstock.graph.tensor import Tensor
from penstock.ops.decompositions import svd
from penstock.ops.diagonals import eye, matrix_diag, matrix_diag_part, matrix_set_diag
from penstock.ops.linalg import adjoint, cholesky, matrix_triangular_solve
from penstock.ops.matrices import matmul

_PARTS = ["sign", "log_abs_determinant"]
LogDeterminant: Any = collections.namedtuple("LogMatrixDeterminant", _PARTS)  # type: ignore


def cholesky_solve(chol: Any, rhs: Any, name: str | None = None) -> Tensor:
    """The solution ``x`` of ``A @ x = rhs``, given the Cholesky factor of ``A``.

    Args:
        chol: ``[..., n, n]``, what ``cholesky`` gave.
        rhs: ``[..., n, k]``.
        name: the name of the scope.

    Returns:
        ``[..., n, k]``.
    """
    with name_scope(name, "cholesky_solve", [chol, rhs]):
        middle = matrix_triangular_solve(chol, rhs, adjoint=False, lower=True)
        return matrix_triangular_solve(chol, middle, adjoint=True, lower=True)


def regularized_gramian_cholesky(matrix: Tensor, l2_regularizer: Any, first_kind: bool) -> Tensor:
    """The Cholesky factor of ``adjoint(A) @ A`` (or ``A @ adjoint(A)``), plus a multiple of the
    identity."""
    from penstock.ops.arrays import shape

    gramian = matmul(matrix, matrix, adjoint_a=first_kind, adjoint_b=not first_kind)
    if isinstance(l2_regularizer, Tensor) or l2_regularizer != 0:
        sizes = shape(matrix)
        batch = sizes[:-2]
        side = sizes[-1] if first_kind else sizes[-2]
        identity = eye(side, batch_shape=batch, dtype=matrix.dtype)
        if matrix.shape.sizes is not None:
            known = matrix.shape.sizes[-1 if first_kind else -2]
            identity.set_shape([*matrix.shape.sizes[:-2], known, known])
        gramian = gramian + l2_regularizer * identity
    return cholesky(gramian)


def matrix_solve_ls(
    matrix: Any, rhs: Any, l2_regularizer: Any = 0.0, fast: bool = True, name: str | None = None
) -> Tensor:
    """The least-squares solution ``x`` of ``matrix @ x = rhs``.

    Args:
        matrix: ``[..., n, m]``.
        rhs: ``[..., n, k]``.
        l2_regularizer: the weight of the squared norm of ``x``.
        fast: solve the normal equations; otherwise by an orthogonal decomposition, which is
            slower, takes matrices without full rank, and has no gradient.
        name: the name of the scope.

    Returns:
        ``[..., m, k]``; of several solutions the one with the smallest norm.
    """
    matrix = convert_to_tensor(matrix, name="matrix")
    known = matrix.shape.is_fully_defined()
    composed = fast
    if fast and known:
        # Large batches of small matrices are better off in one operation.
        count = int(np.prod(matrix.shape.as_list()[:-2]))
        small = matrix.shape.num_elements() * matrix.dtype.size <= 256_000
        composed = small or count <= min(matrix.shape.as_list()[-2:])
    sizes = matrix.shape.sizes
    if not composed or sizes is None or None in sizes[-2:]:
        return apply("MatrixSolveLs", matrix, rhs, l2_regularizer, fast=fast, name=name)
    with name_scope(name, "matrix_solve_ls", [matrix, rhs, l2_regularizer]):
        rhs = convert_to_tensor(rhs, name="rhs", dtype=matrix.dtype.base_dtype)
        if sizes[-2] >= sizes[-1]:
            factor = regularized_gramian_cholesky(matrix, l2_regularizer, True)
            return cholesky_solve(factor, matmul(matrix, rhs, adjoint_a=True))
        factor = regularized_gramian_cholesky(matrix, l2_regularizer, False)
        return matmul(matrix, cholesky_solve(factor, rhs), adjoint_a=True)


def logdet(matrix: Any, name: str | None = None) -> Tensor:
    """The logarithm of the determinant of self-adjoint positive definite matrices.

    Args:
        matrix: ``[..., n, n]``.
        name: the name of the scope.

    Returns:
        ``[...]``.
    """
    from penstock.ops.casts import real
    from penstock.ops.reductions import reduce_sum

    with name_scope(name, "logdet", [matrix]):
        diagonal = matrix_diag_part(cholesky(matrix))
        return 2.0 * reduce_sum(apply("Log", real(diagonal)), axis=[-1])


def slogdet(input: Any, name: str | None = None) -> Any:  # noqa: A002
    """The sign of the determinant of matrices, and the logarithm of its absolute value.

    Args:
        input: ``[..., n, n]``.
        name: the operation's name.

    Returns:
        ``(sign, log_abs_determinant)``, each ``[...]``.
    """
    return LogDeterminant(*apply("LogMatrixDeterminant", input, name=name))


def expm(input: Any, name: str | None = None) -> Tensor:  # noqa: A002
    """The exponential of matrices (Higham 2005; one operation here).

    Args:
        input: ``[..., n, n]``.
        name: the operation's name.
    """
    return apply("MatrixExponential", input, name=name)


def logm(input: Any, name: str | None = None) -> Tensor:  # noqa: A002
    """The logarithm of complex matrices that have a full set of eigenvectors.

    Args:
        input: ``[..., n, n]``, complex.
        name: the operation's name.
    """
    return apply("MatrixLogarithm", input, name=name)


def sqrtm(input: Any, name: str | None = None) -> Tensor:  # noqa: A002
    """The square root of matrices that have a full set of eigenvectors.

    Args:
        input: ``[..., n, n]``.
        name: the operation's name.
    """
    return apply("MatrixSquareRoot", input, name=name)


def square_root_gradient(op: Any, dy: Tensor) -> Tensor:
    """Solves ``adjoint(Y) X + X adjoint(Y) = dy`` for X, with Kronecker products."""
    from penstock.ops.arrays import matrix_transpose, reshape
    from penstock.ops.linalg import matrix_solve

    root = op.outputs[0]
    sizes = root.shape.sizes
    if sizes is None or None in sizes:
        raise errors.UnimplementedError(
            None, op, "The gradient of sqrtm needs a matrix of known shape."
        )
    side, batch = sizes[-1], list(sizes[:-2])
    left = adjoint(root)
    identity = eye(side, batch_shape=batch, dtype=root.dtype)

    def kronecker(a: Tensor, b: Tensor) -> Tensor:
        wide = reshape(a, [*batch, side, 1, side, 1]) * reshape(b, [*batch, 1, side, 1, side])
        return reshape(wide, [*batch, side * side, side * side])

    system = kronecker(left, identity) + kronecker(identity, matrix_transpose(left))
    solution = matrix_solve(system, reshape(dy, [*batch, side * side, 1]))
    return reshape(solution, [*batch, side, side])


def matvec(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    adjoint_a: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
    name: str | None = None,
) -> Tensor:
    """The product of matrices and vectors.

    Args:
        a: ``[..., n, m]``.
        b: ``[..., m]``.
        transpose_a: transpose ``a`` first.
        adjoint_a: transpose and conjugate ``a`` first.
        a_is_sparse: ``a`` has many zeros.
        b_is_sparse: ``b`` has many zeros.
        name: the name of the scope.

    Returns:
        ``[..., n]``.
    """
    from penstock.ops.arrays import expand_dims, squeeze

    with name_scope(name, "MatVec", [a, b]):
        product = matmul(
            a,
            expand_dims(b, axis=-1),
            transpose_a=transpose_a,
            adjoint_a=adjoint_a,
            a_is_sparse=a_is_sparse,
            b_is_sparse=b_is_sparse,
        )
        return squeeze(product, axis=-1)


# -- norms ----------------------------------------------------------------------------------------
def norm(
    tensor: Any,
    ord: Any = "euclidean",  # noqa: A002
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    keep_dims: bool | None = None,
) -> Tensor:
    """The norm of vectors or matrices.

    Args:
        tensor: a floating or complex tensor.
        ord: ``'euclidean'``, ``1``, ``2``, ``np.inf``, ``'fro'`` (matrices), or any positive
            number (vectors).
        axis: one axis for vectors, two for matrices; by default the whole tensor is one vector.
        keepdims: keep the reduced axes, with size 1.
        name: the name of the scope.
        keep_dims: the old name of ``keepdims``.

    Raises:
        ValueError: when ``ord`` or ``axis`` isn't supported.
    """
    from penstock.ops.arrays import squeeze
    from penstock.ops.casts import conj
    from penstock.ops.math_unary import abs as absolute
    from penstock.ops.reductions import reduce_max, reduce_sum, renamed_argument

    keepdims = renamed_argument("keepdims", keepdims, "keep_dims", keep_dims)
    keepdims = False if keepdims is None else keepdims
    of_matrices = isinstance(axis, (tuple, list)) and len(axis) == 2
    if of_matrices:
        if axis[0] == axis[1]:
            raise ValueError("'axis' must be None, an integer, or a tuple of 2 unique integers")
        if ord not in ("euclidean", "fro", 1, 2, np.inf):
            raise ValueError(
                "'ord' must be a supported matrix norm in "
                f"['euclidean', 'fro', 1, 2, inf], got {ord}"
            )
    else:
        if not (axis is None or isinstance(axis, (int, np.integer))
                or isinstance(axis, (tuple, list)) and len(axis) == 1):  # fmt: skip
            raise ValueError("'axis' must be None, an integer, or a tuple of 2 unique integers")
        if isinstance(ord, str) and ord != "euclidean" or not isinstance(ord, str) and ord <= 0:
            raise ValueError(
                f"'ord' must be a supported vector norm or a positive number, got {ord}"
            )
        axis = (axis,) if isinstance(axis, (int, np.integer)) else axis
    with name_scope(name, "norm", [tensor]):
        tensor = convert_to_tensor(tensor)
        if of_matrices and ord == 2:
            result = _spectral_norm(tensor, axis)
        elif ord in ("euclidean", "fro", 2):
            result = apply("Sqrt", reduce_sum(tensor * conj(tensor), axis, keepdims=True))
        else:
            result = absolute(tensor)
            if ord == 1:
                result = reduce_sum(result, None if axis is None else axis[0], keepdims=True)
                if of_matrices:
                    result = reduce_max(result, axis[-1], keepdims=True)
            elif ord == np.inf:
                if of_matrices:
                    result = reduce_sum(result, axis[1], keepdims=True)
                result = reduce_max(result, None if axis is None else axis[0], keepdims=True)
            else:
                total = reduce_sum(apply("Pow", result, ord), axis, keepdims=True)
                result = apply("Pow", total, 1.0 / ord)
        return result if keepdims else squeeze(result, axis)


def _spectral_norm(tensor: Tensor, axis: Any) -> Tensor:
    """The largest singular value, with both axes kept."""
    from penstock.ops.arrays import expand_dims, transpose
    from penstock.ops.math_unary import abs as absolute
    from penstock.ops.reductions import reduce_max

    rank = tensor.shape.ndims
    if rank is None:
        raise ValueError("The 2-norm of matrices needs a tensor of known rank")
    rows, columns = (a % rank for a in axis)
    order = [i for i in range(rank) if i not in (rows, columns)] + [rows, columns]
    values = absolute(svd(transpose(tensor, order), compute_uv=False))
    largest = expand_dims(reduce_max(values, axis=-1, keepdims=True), -1)
    return transpose(largest, np.argsort(order).tolist())


def normalize(
    tensor: Any,
    ord: Any = "euclidean",  # noqa: A002
    axis: Any = None,
    name: str | None = None,
) -> tuple[Tensor, Tensor]:
    """A tensor divided by its norm, and the norm.

    Args:
        tensor: a floating or complex tensor.
        ord: the norm, as for ``norm``.
        axis: the axes, as for ``norm``.
        name: the name of the scope.
    """
    from penstock.ops.casts import cast

    with name_scope(name, "normalize", [tensor]):
        tensor = convert_to_tensor(tensor)
        size = cast(norm(tensor, ord, axis, keepdims=True), tensor.dtype)
        return tensor / size, size


def pinv(a: Any, rcond: Any = None, validate_args: bool = False, name: str | None = None) -> Tensor:
    """The Moore-Penrose pseudo-inverse of matrices.

    Args:
        a: ``[..., n, m]``, floating.
        rcond: singular values below this multiple of the largest count as 0; by default ten times
            the larger side times the type's precision.
        validate_args: accepted for compatibility.
        name: the name of the scope.

    Returns:
        ``[..., m, n]``.
    """
    from penstock.ops.arrays import expand_dims
    from penstock.ops.constants import constant
    from penstock.ops.reductions import reduce_max

    with name_scope(name or "pinv"):
        a = convert_to_tensor(a, name="a")
        if not a.dtype.is_floating:
            raise TypeError("Input `a` must have `float`-like `dtype` (saw "
                            f"{a.dtype.name}).")  # fmt: skip
        sizes = a.shape.sizes
        if sizes is not None and len(sizes) < 2:
            raise ValueError(f"Input `a` must have at least 2 dimensions (saw: {len(sizes)}).")
        if rcond is None:
            if sizes is None or None in sizes[-2:]:
                raise ValueError("pinv of matrices of unknown size needs `rcond`")
            precision = np.finfo(a.dtype.as_numpy_dtype).eps
            rcond = 10.0 * max(sizes[-2:]) * precision
        rcond = convert_to_tensor(rcond, dtype=a.dtype, name="rcond")
        values, left, right = svd(a, full_matrices=False, compute_uv=True)
        cutoff = rcond * reduce_max(values, axis=-1)
        endless = constant(np.inf, dtype=a.dtype)
        kept = apply("SelectV2", apply("Greater", values, expand_dims(cutoff, -1)), values, endless)
        return matmul(right / expand_dims(kept, -2), left, adjoint_b=True)


def matrix_rank(
    a: Any, tol: Any = None, validate_args: bool = False, name: str | None = None
) -> Tensor:
    """How many singular values of each matrix aren't about 0.

    Args:
        a: ``[..., n, m]``, floating.
        tol: what counts as 0; by default from the largest singular value, the sizes and the
            type's precision.
        validate_args: accepted for compatibility.
        name: the name of the scope.

    Returns:
        ``[...]``, ``int32``.
    """
    from penstock.ops.casts import cast
    from penstock.ops.reductions import reduce_max, reduce_sum

    with name_scope(name or "matrix_rank"):
        a = convert_to_tensor(a, dtype_hint=dtypes.float32, name="a")
        values = svd(a, compute_uv=False)
        if tol is None:
            sizes = a.shape.as_list()[-2:] if a.shape.ndims else [None]
            if None in sizes:
                raise ValueError("matrix_rank of matrices of unknown size needs `tol`")
            precision = np.finfo(a.dtype.as_numpy_dtype).eps
            tol = float(precision * max(sizes)) * reduce_max(values, axis=-1, keepdims=True)
        return reduce_sum(cast(values > tol, dtypes.int32), axis=-1)


# -- the gradient of the singular value decomposition ---------------------------------------------
def svd_gradient(op: Any, ds: Tensor, du: Tensor, dv: Tensor) -> Tensor:
    """Giles 2008, "Collected matrix derivative results"; Townsend 2016 for the vectors."""
    from penstock.ops.arrays import expand_dims, matrix_transpose, shape, zeros_like

    full_shape = op.inputs[0].shape
    ds_matrix = matrix_diag(ds)
    if not op.attr("compute_uv"):
        _, u, v = svd(op.inputs[0], compute_uv=True)
        slope = matmul(u, matmul(ds_matrix, v, adjoint_b=True))
        slope.set_shape(full_shape)
        return slope
    rows, columns = (full_shape.as_list() if full_shape.ndims else [None, None])[-2:]
    if rows is None or columns is None:
        raise errors.UnimplementedError(
            None,
            op,
            "SVD gradient has not been implemented for input with unknown inner matrix shape.",
        )
    s, u, v = op.outputs
    tall = rows > columns
    if tall:
        # The adjoint has the same decomposition with u and v exchanged.
        rows, columns, u, v, du, dv = columns, rows, v, u, dv, du
    full = op.attr("full_matrices")
    with control_dependencies([ds, du, dv]):
        if full and columns - rows > 1:
            raise errors.UnimplementedError(
                None,
                op,
                "svd gradient is not implemented for abs(m - n) > 1 when full_matrices is True",
            )
        s_matrix = matrix_diag(s)
        squares = apply("Square", s)
        s_shape = shape(s)
        ones = eye(s_shape[-1], batch_shape=s_shape[:-1], dtype=s.dtype)
        gaps = expand_dims(squares, -2) - expand_dims(squares, -1) + ones
        spread = matrix_set_diag(apply("Reciprocal", gaps), zeros_like(s))
        s_inverse = matrix_diag(apply("Reciprocal", s))
        v1, dv1 = v[..., :, :rows], dv[..., :, :rows]
        u_du = matmul(u, du, adjoint_a=True)
        v_dv = matmul(v1, dv1, adjoint_a=True)
        from_u, from_v = spread * u_du, spread * v_dv
        middle = (
            ds_matrix
            + matmul(from_u + adjoint(from_u), s_matrix)
            + matmul(s_matrix, from_v + adjoint(from_v))
        )
        slope = matmul(u, matmul(middle, v1, adjoint_b=True))
        if rows != columns:
            dv1_transposed = matrix_transpose(dv1)
            projected = matmul(dv1_transposed, v1)
            rest = dv1_transposed - matmul(projected, v1, adjoint_b=True)
            if full:
                v2, dv2 = v[..., :, rows:columns], dv[..., :, rows:columns]
                rest = rest - matmul(matmul(v1, dv2, adjoint_a=True), v2, adjoint_b=True)
            slope = slope + matmul(matmul(u, s_inverse), rest)
        if tall:
            slope = matrix_transpose(slope)
        slope.set_shape(full_shape)
        return slope
