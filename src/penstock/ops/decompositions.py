"""Eigenvalues, QR, SVD and LU of (batches of) matrices, with their gradients."""

from __future__ import annotations

import collections
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from penstock.graph import errors
from penstock.graph.build import apply
from penstock.graph.registry import operation
from penstock.graph.scopes import control_dependencies
from penstock.graph.shapes import TensorShape, unknown_shape
from penstock.graph.tensor import Tensor
from penstock.ops.diagonals import (
    matrix_band_part,
    matrix_diag,
    matrix_diag_part,
    matrix_set_diag,
)
from penstock.ops.linalg import (
    adjoint,
    adjoint_of,
    check_square,
    in_single,
    matrix_sizes,
    matrix_triangular_solve,
    square_shape,
)
from penstock.ops.matrices import matmul

_TYPES = "T: {double, float, half, complex64, complex128}"
QrResult: Any = collections.namedtuple("Qr", ["q", "r"])  # type: ignore
LuResult: Any = collections.namedtuple("Lu", ["lu", "p"])  # type: ignore


# -- eigenvalues ----------------------------------------------------------------------------------
def _lower_half(slope: Tensor) -> Tensor:
    """A symmetric slope for a matrix of which only the lower triangle is read."""
    half = matrix_band_part(slope, -1, 0)
    return matrix_set_diag(half, 0.5 * matrix_diag_part(half))


@operation("SelfAdjointEigV2", inputs="input: T", outputs="e: T, v: T",
           attrs=f"compute_v: bool = true; {_TYPES}")  # fmt: skip
class SelfAdjointEigV2:
    def shape(op: Any) -> list[TensorShape]:
        square = square_shape(op)
        if square.sizes is None:
            return [unknown_shape(), unknown_shape() if op.attr("compute_v") else TensorShape([0])]
        values = TensorShape(square.sizes[:-1])
        return [values, square if op.attr("compute_v") else TensorShape([0])]

    def lower(input: Any, *, compute_v: bool) -> Any:  # noqa: A002
        check_square(input)
        matrix = in_single(jnp.asarray(input))
        values, vectors = jnp.linalg.eigh(matrix, UPLO="L", symmetrize_input=False)
        if not compute_v:
            return values.astype(input.dtype), jnp.zeros([0], input.dtype)
        return values.astype(input.dtype), vectors.astype(input.dtype)

    def gradient(op: Any, d_values: Tensor, d_vectors: Tensor) -> Tensor:
        from penstock.ops.arrays import expand_dims, zeros_like

        with control_dependencies([d_values, d_vectors]):
            if op.attr("compute_v"):
                values, vectors = op.outputs
                gaps = expand_dims(values, -2) - expand_dims(values, -1)
                spread = matrix_set_diag(apply("Reciprocal", gaps), zeros_like(values))
                diagonal = matrix_diag(d_values)
                inner = diagonal + spread * matmul(vectors, d_vectors, adjoint_a=True)
            else:
                _, vectors = apply("SelfAdjointEigV2", op.inputs[0])
                inner = matrix_diag(d_values)
            slope = matmul(vectors, matmul(inner, vectors, adjoint_b=True))
            return _lower_half(slope + adjoint(slope))


@operation("SelfAdjointEig", inputs="input: T", outputs="output: T",
           attrs="T: {double, float, half}")  # fmt: skip
class SelfAdjointEig:
    def shape(op: Any) -> TensorShape:
        square = square_shape(op)
        if square.sizes is None:
            return unknown_shape()
        side = square.sizes[-1]
        return TensorShape([*square.sizes[:-2], None if side is None else side + 1, side])

    def lower(input: Any) -> Any:  # noqa: A002
        matrix = in_single(jnp.asarray(input))
        values, vectors = jnp.linalg.eigh(matrix, UPLO="L", symmetrize_input=False)
        return jnp.concatenate([values[..., None, :], vectors], -2).astype(input.dtype)


def self_adjoint_eig(tensor: Any, name: str | None = None) -> tuple[Tensor, Tensor]:
    """The eigenvalues and eigenvectors of self-adjoint matrices.

    Args:
        tensor: ``[..., n, n]``; only the lower triangle is read.
        name: the operation's name.

    Returns:
        The eigenvalues in ascending order ``[..., n]``, and the eigenvectors as the columns of
        ``[..., n, n]``.
    """
    values, vectors = apply("SelfAdjointEigV2", tensor, compute_v=True, name=name)
    return values, vectors


def self_adjoint_eigvals(tensor: Any, name: str | None = None) -> Tensor:
    """The eigenvalues of self-adjoint matrices.

    Args:
        tensor: ``[..., n, n]``; only the lower triangle is read.
        name: the operation's name.

    Returns:
        ``[..., n]``, in ascending order.
    """
    return apply("SelfAdjointEigV2", tensor, compute_v=False, name=name)[0]


# -- QR, SVD, LU ----------------------------------------------------------------------------------
@operation("Qr", inputs="input: T", outputs="q: T, r: T",
           attrs=f"full_matrices: bool = false; {_TYPES}")  # fmt: skip
class Qr:
    def shape(op: Any) -> list[TensorShape]:
        sizes = matrix_sizes(op)
        if sizes is None:
            return [unknown_shape(), unknown_shape()]
        batch, (rows, columns) = sizes[:-2], sizes[-2:]
        if op.attr("full_matrices"):
            return [TensorShape([*batch, rows, rows]), TensorShape([*batch, rows, columns])]
        least = None if rows is None or columns is None else min(rows, columns)
        return [TensorShape([*batch, rows, least]), TensorShape([*batch, least, columns])]

    def lower(input: Any, *, full_matrices: bool) -> Any:  # noqa: A002
        mode = "complete" if full_matrices else "reduced"
        q, r = jnp.linalg.qr(in_single(jnp.asarray(input)), mode=mode)
        return q.astype(input.dtype), r.astype(input.dtype)

    def gradient(op: Any, dq: Tensor, dr: Tensor) -> Tensor:
        q, r = op.outputs
        sizes = r.shape.sizes
        if sizes is None or None in sizes[-2:]:
            raise errors.UnimplementedError(None, op, "QrGrad not implemented with dynamic shapes.")
        if sizes[-2] != sizes[-1]:
            raise errors.UnimplementedError(
                None,
                op,
                "QrGrad not implemented when ncols > nrows or full_matrices is true and "
                "ncols != nrows.",
            )

        def divide_by_r(x: Tensor) -> Tensor:
            return adjoint(matrix_triangular_solve(r, adjoint(x), lower=False, adjoint=False))

        q_dq = matmul(q, dq, adjoint_a=True)
        skew_q = q_dq - adjoint(q_dq)
        r_dr = matmul(r, dr, adjoint_b=True)
        skew_r = r_dr - adjoint(r_dr)
        lower_part = matrix_band_part(skew_q + skew_r, -1, 0)
        first = matmul(q, dr + divide_by_r(lower_part))
        return first + divide_by_r(dq - matmul(q, q_dq))


def qr(
    input: Any,  # noqa: A002
    full_matrices: bool = False,
    name: str | None = None,
) -> Any:
    """The decomposition of matrices into orthogonal ``q`` and upper triangular ``r``.

    Args:
        input: ``[..., n, m]``.
        full_matrices: give all ``n`` columns of ``q``, not only ``min(n, m)``.
        name: the operation's name.

    Returns:
        ``(q, r)``.
    """
    return QrResult(*apply("Qr", input, name=name, full_matrices=full_matrices))


@operation("Svd", inputs="input: T", outputs="s: T, u: T, v: T",
           attrs=f"compute_uv: bool = true; full_matrices: bool = false; {_TYPES}")  # fmt: skip
class Svd:
    def shape(op: Any) -> list[TensorShape]:
        sizes = matrix_sizes(op)
        vectors = op.attr("compute_uv")
        if sizes is None:
            rest = unknown_shape() if vectors else TensorShape([0])
            return [unknown_shape(), rest, rest]
        batch, (rows, columns) = sizes[:-2], sizes[-2:]
        least = None if rows is None or columns is None else min(rows, columns)
        values = TensorShape([*batch, least])
        if not vectors:
            return [values, TensorShape([0]), TensorShape([0])]
        full = op.attr("full_matrices")
        return [
            values,
            TensorShape([*batch, rows, rows if full else least]),
            TensorShape([*batch, columns, columns if full else least]),
        ]

    def lower(input: Any, *, compute_uv: bool, full_matrices: bool) -> Any:  # noqa: A002
        matrix, dtype = in_single(jnp.asarray(input)), input.dtype
        if not compute_uv:
            values = jnp.linalg.svd(matrix, compute_uv=False)
            nothing = jnp.zeros([0], dtype)
            return values.astype(dtype), nothing, nothing
        u, values, v_adjoint = jnp.linalg.svd(matrix, full_matrices=full_matrices)
        return values.astype(dtype), u.astype(dtype), adjoint_of(v_adjoint).astype(dtype)

    def gradient(op: Any, ds: Tensor, du: Tensor, dv: Tensor) -> Tensor:
        from penstock.ops.linalg_functions import svd_gradient

        return svd_gradient(op, ds, du, dv)


def svd(
    tensor: Any, full_matrices: bool = False, compute_uv: bool = True, name: str | None = None
) -> Any:
    """The singular value decomposition ``u @ diag(s) @ adjoint(v)`` of matrices.

    Args:
        tensor: ``[..., n, m]``.
        full_matrices: give square ``u`` and ``v``.
        compute_uv: give ``u`` and ``v`` at all.
        name: the operation's name.

    Returns:
        ``(s, u, v)``, or only ``s``; the singular values ``s`` are real and descend.
    """
    from penstock.ops.casts import real

    s, u, v = apply("Svd", tensor, compute_uv=compute_uv, full_matrices=full_matrices, name=name)
    return (real(s), u, v) if compute_uv else real(s)


@operation("Lu", inputs="input: T", outputs="lu: T, p: output_idx_type",
           attrs=f"{_TYPES}; output_idx_type: indextype = int32")  # fmt: skip
class Lu:
    def shape(op: Any) -> list[TensorShape]:
        square = square_shape(op)
        if square.sizes is None:
            return [unknown_shape(), unknown_shape()]
        return [square, TensorShape(square.sizes[:-1])]

    def lower(input: Any, *, output_idx_type: Any) -> Any:  # noqa: A002
        check_square(input)
        factors, _, permutation = lax.linalg.lu(in_single(jnp.asarray(input)))
        return factors.astype(input.dtype), permutation.astype(output_idx_type)


def lu(input: Any, output_idx_type: Any = np.int32, name: str | None = None) -> Any:  # noqa: A002
    """The LU decomposition of square matrices, with row exchanges.

    Args:
        input: ``[..., n, n]``.
        output_idx_type: the type of the permutation.
        name: the operation's name.

    Returns:
        ``(lu, p)``: ``lu`` holds the upper triangle of U and below it L (whose diagonal is 1);
        row ``i`` of ``L @ U`` is row ``p[i]`` of the input.
    """
    from penstock.graph.dtypes import as_dtype

    return LuResult(*apply("Lu", input, name=name, output_idx_type=as_dtype(output_idx_type)))
