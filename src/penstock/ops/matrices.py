"""Products of matrices.

``tensordot`` and ``einsum`` are in ``contractions.py``, diagonals in ``diagonals.py``,
decompositions and solvers in ``linalg.py``.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from penstock.graph import dtypes, errors
from penstock.graph.build import apply
from penstock.graph.convert import convert_to_tensor
from penstock.graph.registry import operation
from penstock.graph.scopes import name_scope
from penstock.graph.shapes import TensorShape, unknown_shape
from penstock.graph.tensor import Tensor
from penstock.kernels import products
from penstock.ops.operand_shapes import Operand, brackets, conjugate, same_known_shape, sum_to
from penstock.ops.shape_rules import broadcast_shapes

_TYPES = "T: {bfloat16, half, float, double, int32, int64, complex64, complex128}"


def require_rank(shape: TensorShape, rank: int) -> list[int | None]:
    """The sizes of a shape that must have ``rank`` dimensions (``None`` where unknown)."""
    if shape.sizes is None:
        return [None] * rank
    if len(shape.sizes) != rank:
        raise ValueError(f"Shape must be rank {rank} but is rank {len(shape.sizes)}")
    return list(shape.sizes)


def require_equal(left: int | None, right: int | None) -> None:
    """Raises unless two sizes may be equal."""
    if left is not None and right is not None and left != right:
        raise ValueError(f"Dimensions must be equal, but are {left} and {right}")


def _product_shape(op: Any) -> list[int | None]:
    a = require_rank(op.inputs[0].shape, 2)
    b = require_rank(op.inputs[1].shape, 2)
    if op.attr("transpose_a"):
        a.reverse()
    if op.attr("transpose_b"):
        b.reverse()
    require_equal(a[1], b[0])
    return [a[0], b[1]]


def _swapped(x: Any) -> Any:
    return jnp.swapaxes(x, -1, -2)


def _check_product(a: Any, b: Any, op_type: str) -> None:
    if np.ndim(a) != 2 or np.ndim(b) != 2:
        which = 0 if np.ndim(a) != 2 else 1
        raise errors.InvalidArgumentError(
            None, None, f"In[{which}] is not a matrix. Instead it has shape "
            f"{brackets(np.shape((a, b)[which]))}"
        )  # fmt: skip


@operation("MatMul", inputs="a: T, b: T", outputs="product: T",
           attrs=f"transpose_a: bool = false; transpose_b: bool = false; {_TYPES}")  # fmt: skip
class MatMul:
    shape = _product_shape

    def lower(a: Any, b: Any, *, transpose_a: bool, transpose_b: bool) -> Any:
        _check_product(a, b, "MatMul")
        if a.shape[0 if transpose_a else 1] != b.shape[1 if transpose_b else 0]:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Matrix size-incompatible: In[0]: {brackets(np.shape(a))}, "
                f"In[1]: {brackets(np.shape(b))}",
            )
        return products.matmul(jnp.asarray(a), jnp.asarray(b), transpose_a, transpose_b)

    def gradient(op: Any, dy: Tensor) -> list[Tensor]:
        transpose_a, transpose_b = op.attr("transpose_a"), op.attr("transpose_b")
        a, b = conjugate(op.inputs[0]), conjugate(op.inputs[1])

        def product(x: Tensor, y: Tensor, left: bool, right: bool) -> Tensor:
            return apply("MatMul", x, y, transpose_a=left, transpose_b=right)

        if not transpose_a and not transpose_b:
            return [product(dy, b, False, True), product(a, dy, True, False)]
        if not transpose_a:
            return [product(dy, b, False, False), product(dy, a, True, False)]
        if not transpose_b:
            return [product(b, dy, False, True), product(a, dy, False, False)]
        return [product(b, dy, True, True), product(dy, a, True, True)]


@operation(
    "SparseMatMul",
    inputs="a: Ta, b: Tb",
    outputs="product: float",
    attrs="transpose_a: bool = false; transpose_b: bool = false; a_is_sparse: bool = false; "
    "b_is_sparse: bool = false; Ta: {float, bfloat16} = float; Tb: {float, bfloat16} = float",
)
class SparseMatMul:
    shape = _product_shape

    def lower(a: Any, b: Any, *, transpose_a: bool, transpose_b: bool) -> Any:
        _check_product(a, b, "SparseMatMul")
        left = jnp.transpose(a) if transpose_a else jnp.asarray(a)
        right = jnp.transpose(b) if transpose_b else jnp.asarray(b)
        return jnp.matmul(left.astype(np.float32), right.astype(np.float32))

    def gradient(op: Any, dy: Tensor) -> list[Tensor]:
        from penstock.ops.arrays import transpose
        from penstock.ops.casts import cast

        a, b = op.inputs
        transpose_a, transpose_b = op.attr("transpose_a"), op.attr("transpose_b")
        # The gradient of a relu is as sparse as what the relu gave.
        sparse = {
            id(a): op.attr("a_is_sparse"),
            id(b): op.attr("b_is_sparse"),
            id(dy): dy.op.type == "ReluGrad",
        }

        def product(x: Tensor, y: Tensor, dtype: Any, left: bool, right: bool) -> Tensor:
            x_sparse, y_sparse = sparse[id(x)], sparse[id(y)]
            if right:
                y = transpose(y)
            result = matmul(x, y, transpose_a=left, a_is_sparse=x_sparse, b_is_sparse=y_sparse)
            return cast(result, dtype) if result.dtype != dtype else result

        if not transpose_a and not transpose_b:
            return [product(dy, b, a.dtype, False, True), product(a, dy, b.dtype, True, False)]
        if not transpose_a:
            return [product(dy, b, a.dtype, False, False), product(dy, a, b.dtype, True, False)]
        if not transpose_b:
            return [product(b, dy, a.dtype, False, True), product(a, dy, b.dtype, False, False)]
        return [product(b, dy, a.dtype, True, True), product(dy, a, b.dtype, True, True)]


def _batch_shape(op: Any) -> TensorShape:
    x, y = op.inputs[0].shape, op.inputs[1].shape
    if x.sizes is None or y.sizes is None:
        return unknown_shape()
    for shape in (x, y):
        if len(shape.sizes) < 2:
            raise ValueError(f"Shape must be at least rank 2 but is rank {len(shape.sizes)}")
    left, right = list(x.sizes[-2:]), list(y.sizes[-2:])
    if op.attr("adj_x"):
        left.reverse()
    if op.attr("adj_y"):
        right.reverse()
    require_equal(left[1], right[0])
    first, second = TensorShape(x.sizes[:-2]), TensorShape(y.sizes[:-2])
    if op.type == "BatchMatMul":
        batch = first.merge_with(second)
    else:
        batch = broadcast_shapes(first, second)
    return TensorShape([*batch.as_list(), left[0], right[1]])


def _batch_product(x: Any, y: Any, adj_x: bool, adj_y: bool) -> Any:
    left = jnp.conj(_swapped(x)) if adj_x else jnp.asarray(x)
    right = jnp.conj(_swapped(y)) if adj_y else jnp.asarray(y)
    if left.ndim < 2 or right.ndim < 2 or left.shape[-1] != right.shape[-2]:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"In[0] mismatch In[1] shape: {left.shape[-1] if left.ndim else 1} vs. "
            f"{right.shape[-2] if right.ndim > 1 else 1}: {brackets(np.shape(x))} "
            f"{brackets(np.shape(y))} {int(adj_x)} {int(adj_y)}",
        )
    return jnp.matmul(left, right)


def _batch_gradient(op: Any, dy: Tensor) -> list[Tensor]:
    x, y = op.inputs
    adj_x, adj_y = op.attr("adj_x"), op.attr("adj_y")

    def product(a: Tensor, b: Tensor, left: bool, right: bool) -> Tensor:
        return matmul(a, b, adjoint_a=left, adjoint_b=right)

    if not adj_x and not adj_y:
        return [product(dy, y, False, True), product(x, dy, True, False)]
    if not adj_x:
        return [product(dy, y, False, False), product(dy, x, True, False)]
    if not adj_y:
        return [product(y, dy, False, True), product(x, dy, False, False)]
    return [product(y, dy, True, True), product(dy, x, True, True)]


_BATCH_ATTRS = f"{_TYPES}; adj_x: bool = false; adj_y: bool = false"


@operation("BatchMatMul", inputs="x: T, y: T", outputs="output: T", attrs=_BATCH_ATTRS)
class BatchMatMul:
    shape = _batch_shape
    gradient = _batch_gradient

    def lower(x: Any, y: Any, *, adj_x: bool, adj_y: bool) -> Any:
        return _batch_product(x, y, adj_x, adj_y)


@operation("BatchMatMulV2", inputs="x: T, y: T", outputs="output: T", attrs=_BATCH_ATTRS)
class BatchMatMulV2:
    shape = _batch_shape

    def lower(x: Any, y: Any, *, adj_x: bool, adj_y: bool) -> Any:
        return _batch_product(x, y, adj_x, adj_y)

    def gradient(op: Any, dy: Tensor) -> list[Tensor]:
        from penstock.ops.arrays import shape

        x, y = op.inputs
        dx, dy_ = _batch_gradient(op, dy)
        if same_known_shape(x, y):
            return [dx, dy_]
        shape_x, shape_y = shape(x), shape(y)
        axes_x, axes_y = apply("BroadcastGradientArgs", shape_x[:-2], shape_y[:-2])
        return [
            sum_to(dx, Operand(shape_x, axes_x, True)),
            sum_to(dy_, Operand(shape_y, axes_y, True)),
        ]


def matmul(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    transpose_b: bool = False,
    adjoint_a: bool = False,
    adjoint_b: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
    name: str | None = None,
) -> Tensor:
    """The product of two matrices, or of each pair in two batches of matrices.

    Args:
        a: ``[..., n, m]``, of a floating or complex type, ``int32`` or ``int64``.
        b: ``[..., m, k]``, of the same type; the leading dimensions broadcast.
        transpose_a: transpose ``a`` first.
        transpose_b: transpose ``b`` first.
        adjoint_a: transpose and conjugate ``a`` first.
        adjoint_b: transpose and conjugate ``b`` first.
        a_is_sparse: ``a`` has many zeros (noted in the graph; it makes no difference to speed).
        b_is_sparse: ``b`` has many zeros.
        name: the operation's name.

    Returns:
        ``[..., n, k]``.

    Raises:
        ValueError: when both the transpose and the adjoint of one matrix are asked for.
    """
    with name_scope(name, "MatMul", [a, b]) as scope:
        if transpose_a and adjoint_a:
            raise ValueError("Only one of transpose_a and adjoint_a can be True.")
        if transpose_b and adjoint_b:
            raise ValueError("Only one of transpose_b and adjoint_b can be True.")
        a = convert_to_tensor(a, name="a")
        b = convert_to_tensor(b, name="b")
        batched = any(t.shape.ndims is None or t.shape.ndims > 2 for t in (a, b))
        if not a_is_sparse and not b_is_sparse and batched:
            # The batch product knows adjoints, not transposes.
            if transpose_a:
                a, adjoint_a = conjugate(a), True
            if transpose_b:
                b, adjoint_b = conjugate(b), True
            return apply("BatchMatMulV2", a, b, adj_x=adjoint_a, adj_y=adjoint_b, name=scope)
        if adjoint_a:
            a, transpose_a = conjugate(a), True
        if adjoint_b:
            b, transpose_b = conjugate(b), True
        kinds = (a.dtype.base_dtype, b.dtype.base_dtype)
        sparse_kinds = (dtypes.bfloat16, dtypes.float32)
        as_sparse = (a_is_sparse or b_is_sparse) and all(k in sparse_kinds for k in kinds)
        mixed = dtypes.bfloat16 in kinds and kinds[0] != kinds[1]
        if as_sparse or mixed:
            result = apply(
                "SparseMatMul",
                a,
                b,
                transpose_a=transpose_a,
                transpose_b=transpose_b,
                a_is_sparse=a_is_sparse,
                b_is_sparse=b_is_sparse,
                name=scope,
            )
            if kinds == (dtypes.bfloat16, dtypes.bfloat16):
                from penstock.ops.casts import cast

                return cast(result, dtypes.bfloat16)
            return result
        return apply("MatMul", a, b, transpose_a=transpose_a, transpose_b=transpose_b, name=scope)


def sparse_matmul(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    transpose_b: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
    name: str | None = None,
) -> Tensor:
    """``matmul`` of two matrices of ``float32`` or ``bfloat16``, either of which may be mostly 0.

    Args:
        a: a matrix. b: a matrix. transpose_a: use the transpose of ``a``. transpose_b: likewise.
        a_is_sparse: a hint for speed. b_is_sparse: likewise. name: the operation's name.

    Returns:
        The product, ``float32``.
    """
    return apply(
        "SparseMatMul",
        a,
        b,
        transpose_a=transpose_a,
        transpose_b=transpose_b,
        a_is_sparse=a_is_sparse,
        b_is_sparse=b_is_sparse,
        name=name,
    )


def batch_matmul(
    x: Any, y: Any, adj_x: Any = None, adj_y: Any = None, name: str | None = None
) -> Tensor:
    """The product of each pair in two batches of matrices, as TensorFlow 0.x had it."""
    return apply("BatchMatMul", x, y, adj_x=adj_x, adj_y=adj_y, name=name)
