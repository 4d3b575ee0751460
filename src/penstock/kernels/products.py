"""Products of matrices, formulated for what the CPU's compiler does well."""

from __future__ import annotations

import weakref
from collections.abc import Callable

import jax
import numpy as np
from jax import lax

from penstock.kernels.native.calls import native_narrow_product, native_product

# An outer product of at most this many terms is cheaper computed where it is used than stored.
_FEW_TERMS = 16
_LARGE_RESULT = 1 << 20

# The matrices behind products `a.T @ b` that are being traced, by the identity of the product; an
# entry goes when its product does.
_factors: dict[int, tuple[jax.Array, jax.Array]] = {}


def matmul(
    a: jax.Array, b: jax.Array, transpose_a: bool = False, transpose_b: bool = False
) -> jax.Array:
    """`a @ b` of two matrices, either taken transposed.

    On a CPU, two shapes that layers with small batches give are special. A large result of few
    terms (the gradient of a fully connected layer's weights) is written as a sum of outer products,
    which XLA computes inside the loop that uses it, so that an optimizer never stores it. A short
    matrix times a large one, and a product with few columns, use a native kernel when there is one.

    Args:
        a: `[rows, inner]`, or `[inner, rows]` with `transpose_a`.
        b: `[inner, columns]`, or `[columns, inner]` with `transpose_b`.
        transpose_a: use the transpose of `a`.
        transpose_b: use the transpose of `b`.

    Returns:
        `[rows, columns]`, of the arguments' dtype.
    """
    dims = (((0 if transpose_a else 1,), (1 if transpose_b else 0,)), ((), ()))

    def general(a: jax.Array, b: jax.Array) -> jax.Array:
        return lax.dot_general(a, b, dims)

    rows, inner = (a.shape[1], a.shape[0]) if transpose_a else a.shape
    columns = b.shape[0] if transpose_b else b.shape[1]
    cpu: Callable[[jax.Array, jax.Array], jax.Array] | None = None
    is_float = np.dtype(a.dtype) in (np.dtype(np.float32), np.dtype(np.float64))
    if is_float and 0 < inner <= _FEW_TERMS and rows * columns >= _LARGE_RESULT:

        def cpu(a: jax.Array, b: jax.Array) -> jax.Array:
            return _sum_of_outer_products(a, b, transpose_a, transpose_b)

    elif not transpose_b:
        cpu = native_narrow_product(rows, inner, columns, a.dtype, transpose_a)
    if cpu is None and not transpose_a:
        cpu = native_product(rows, inner, columns, a.dtype, transpose_b)
    if cpu is None:
        product = general(a, b)
    else:
        product = lax.platform_dependent(a, b, cpu=cpu, default=general)
    if transpose_a and not transpose_b and isinstance(product, jax.core.Tracer):
        key = id(product)
        _factors[key] = (a, b)
        weakref.finalize(product, _factors.pop, key, None).atexit = False
    return product


def factors_of(product: jax.Array) -> tuple[jax.Array, jax.Array] | None:
    """The `(a, b)` of a product `a.T @ b` that `matmul` made in the present trace, or None.

    Whoever uses a product once can then compute it where it is used.
    """
    return _factors.get(id(product))


def _sum_of_outer_products(
    a: jax.Array, b: jax.Array, transpose_a: bool, transpose_b: bool
) -> jax.Array:
    left = a if transpose_a else a.T
    right = b.T if transpose_b else b
    shape = (left.shape[1], right.shape[1])
    total: jax.Array | None = None
    for term in range(left.shape[0]):
        part = lax.mul(
            lax.broadcast_in_dim(left[term], shape, (0,)),
            lax.broadcast_in_dim(right[term], shape, (1,)),
        )
        total = part if total is None else lax.add(total, part)
    assert total is not None
    return total
