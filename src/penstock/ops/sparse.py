"""Sparse tensors: to dense and back, products, sums and element-wise arithmetic.

What rearranges sparse tensors is in ``sparse_layout.py``; its functions are offered here too.
Indices are ``int64`` matrices ``[count, rank]``, as in ``tf.SparseTensor``.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from penstock.graph import dtypes
from penstock.graph.build import apply
from penstock.graph.composite import SparseTensor, SparseTensorValue
from penstock.graph.convert import convert_to_tensor
from penstock.graph.registry import operation
from penstock.graph.scopes import name_scope
from penstock.graph.shapes import TensorShape
from penstock.graph.static_values import constant_value_as_shape
from penstock.graph.tensor import Tensor
from penstock.ops.arrays import shape, transpose
from penstock.ops.casts import cast
from penstock.ops.constants import placeholder
from penstock.ops.fills import zeros, zeros_like
from penstock.ops.gathers import gather, gather_nd
from penstock.ops.messages import invalid


def as_sparse(value: Any) -> SparseTensor:
    """``value`` as a ``SparseTensor``.

    Raises:
        TypeError: when it isn't one.
    """
    if isinstance(value, SparseTensorValue):
        return SparseTensor.from_value(value)
    if not isinstance(value, SparseTensor):
        raise TypeError("Input must be a SparseTensor.")
    return value


# -- to dense ----------------------------------------------------------------------------------
def _check_order(indices: np.ndarray, sizes: tuple[int, ...]) -> None:
    """Requires indices in bounds, in row-major order, each once."""
    for i, row in enumerate(indices.tolist()):
        text = f"indices[{i}] = [{','.join(map(str, row))}]"
        if any(not 0 <= v < s for v, s in zip(row, sizes, strict=True)):
            raise invalid(f"{text} is out of bounds: need 0 <= index < "
                          f"[{','.join(map(str, sizes))}]")  # fmt: skip
        if i and row <= indices[i - 1].tolist():
            reason = "is repeated" if row == indices[i - 1].tolist() else (
                "is out of order. Many sparse ops require sorted indices.\n    Use "
                "`tf.sparse.reorder` to create a correctly ordered copy.\n"
            )  # fmt: skip
            raise invalid(f"{text} {reason}")


def _index_matrix(indices: Any) -> Any:
    return indices.reshape(-1, 1) if indices.ndim < 2 else indices


@operation(
    "SparseToDense",
    inputs="sparse_indices: Tindices, output_shape: Tindices, sparse_values: T, default_value: T",
    outputs="dense: T",
    attrs="validate_indices: bool = true; T: type; Tindices: indextype",
)
class SparseToDense:
    static = "output_shape"

    def shape(op: Any) -> Any:  # noqa: N805
        return constant_value_as_shape(op.inputs[1])

    def lower(
        sparse_indices: Any,
        output_shape: Any,
        sparse_values: Any,
        default_value: Any,
        *,
        validate_indices: bool,
        run: Any,
    ) -> Any:
        sizes = tuple(int(s) for s in output_shape)
        matrix = jnp.asarray(_index_matrix(sparse_indices))
        inside = ((matrix >= 0) & (matrix < jnp.array(sizes, matrix.dtype))).all()
        run.check(inside, f"indices are out of bounds of [{','.join(map(str, sizes))}]")
        if validate_indices and matrix.shape[0] > 1:
            flat = jnp.zeros(matrix.shape[0], np.int64)
            for column, size in enumerate(sizes):
                flat = flat * size + matrix[:, column]
            run.check(
                (flat[1:] > flat[:-1]).all(),
                "indices are repeated or out of order. Many sparse ops require sorted indices.\n"
                "    Use `tf.sparse.reorder` to create a correctly ordered copy.\n",
            )
        whole = jnp.full(sizes, default_value)
        values = jnp.broadcast_to(sparse_values, matrix.shape[:1])
        return whole.at[tuple(matrix[:, i] for i in range(len(sizes)))].set(values)

    def host(
        sparse_indices: Any,
        output_shape: Any,
        sparse_values: Any,
        default_value: Any,
        *,
        validate_indices: bool,
    ) -> np.ndarray:
        sizes = tuple(int(s) for s in output_shape)
        matrix = _index_matrix(sparse_indices)
        if validate_indices:
            _check_order(matrix, sizes)
        whole = np.full(sizes, default_value[()], sparse_values.dtype)
        whole[tuple(matrix.T)] = sparse_values
        return whole

    def gradient(op: Any, dy: Any) -> list[Any]:  # noqa: N805
        from penstock.ops.reductions import reduce_sum

        indices, output_shape, _, _ = op.inputs
        values = gather_nd(dy, indices)
        rest = reduce_sum(dy) - reduce_sum(values)
        return [zeros_like(indices), zeros_like(output_shape), values, rest]


def sparse_to_dense(
    sparse_indices: Any,
    output_shape: Any,
    sparse_values: Any,
    default_value: Any = 0,
    validate_indices: bool = True,
    name: str | None = None,
) -> Tensor:
    """A dense tensor with values at some places.

    Args:
        sparse_indices: where: a matrix ``[count, rank]``, a vector of indices, or a scalar.
        output_shape: an integer vector.
        sparse_values: a vector of ``count`` values, or a scalar for all places.
        default_value: the scalar everywhere else.
        validate_indices: require the indices to be in order and not to repeat.
        name: the operation's name.
    """
    return apply(
        "SparseToDense",
        sparse_indices,
        output_shape,
        sparse_values,
        default_value,
        name=name,
        validate_indices=validate_indices,
    )


def sparse_tensor_to_dense(
    sp_input: Any, default_value: Any = None, validate_indices: bool = True, name: str | None = None
) -> Tensor:
    """A ``SparseTensor`` as a dense tensor.

    Args:
        sp_input: the sparse tensor.
        default_value: the scalar where it has no element; zero when left out.
        validate_indices: require the indices to be in order and not to repeat.
        name: the operation's name.
    """
    sp_input = as_sparse(sp_input)
    if default_value is None:
        default_value = zeros([], dtype=sp_input.dtype)
    return sparse_to_dense(
        sp_input.indices,
        sp_input.dense_shape,
        sp_input.values,
        default_value=default_value,
        validate_indices=validate_indices,
        name=name,
    )


def from_dense(tensor: Any, name: str | None = None) -> SparseTensor:
    """The elements of a dense tensor that aren't zero, as a ``SparseTensor``."""
    from penstock.ops.selecting import where

    with name_scope(name, "dense_to_sparse"):
        tensor = convert_to_tensor(tensor)
        indices = where(apply("NotEqual", tensor, _zero(tensor.dtype)))
        return SparseTensor(
            indices, gather_nd(tensor, indices), shape(tensor, out_type=dtypes.int64)
        )


def _zero(dtype: Any) -> Tensor:
    from penstock.ops.constants import constant

    base = dtype.base_dtype
    return constant("" if base == dtypes.string else False if base.is_bool else 0, base)


def sparse_placeholder(dtype: Any, shape: Any = None, name: str | None = None) -> SparseTensor:  # noqa: F811
    """A ``SparseTensor`` that is fed with each run (as a ``SparseTensorValue``).

    Args:
        dtype: the type of the elements.
        shape: the dense shape, if known.
        name: the name that its parts share.
    """

    def part(what: str) -> str | None:
        return None if name is None else f"{name}/{what}"

    rank = None
    if shape is None:
        dense = placeholder(dtypes.int64, shape=[None], name=part("shape"))
    elif isinstance(shape, Tensor):
        dense, rank = shape, shape.shape.num_elements()
    else:
        known = TensorShape(shape)
        rank = known.ndims
        if known.is_fully_defined():
            dense = convert_to_tensor(known.as_list(), dtype=dtypes.int64)
        else:
            dense = placeholder(dtypes.int64, shape=[rank], name=part("shape"))
    return SparseTensor(
        values=placeholder(dtype, shape=[None], name=part("values")),
        indices=placeholder(dtypes.int64, shape=[None, rank], name=part("indices")),
        dense_shape=dense,
    )


# -- products ----------------------------------------------------------------------------------
@operation(
    "SparseTensorDenseMatMul",
    inputs="a_indices: Tindices, a_values: T, a_shape: int64, b: T",
    outputs="product: T",
    attrs="T: type; Tindices: indextype = int64; adjoint_a: bool = false; adjoint_b: bool = false",
)
class SparseTensorDenseMatMul:
    static = "a_shape"

    def shape(op: Any) -> Any:  # noqa: N805
        left = constant_value_as_shape(op.inputs[2])
        right = op.inputs[3].shape.with_rank(2)
        rows = cols = inner = None
        if left.sizes is not None:
            rows, cols = reversed(left.sizes) if op.attr("adjoint_a") else left.sizes
        inner, width = reversed(right.sizes) if op.attr("adjoint_b") else right.sizes
        if cols is not None and inner is not None and cols != inner:
            raise ValueError(f"Dimensions must be equal, but are {cols} and {inner}")
        return TensorShape([rows, width])

    def lower(
        a_indices: Any,
        a_values: Any,
        a_shape: Any,
        b: Any,
        *,
        adjoint_a: bool,
        adjoint_b: bool,
        run: Any,
    ) -> Any:
        rows, cols = (int(s) for s in a_shape)
        row, col = jnp.asarray(a_indices)[:, 0], jnp.asarray(a_indices)[:, 1]
        inside = ((row >= 0) & (row < rows) & (col >= 0) & (col < cols)).all()
        run.check(inside, f"an index of a is out of bounds of [{rows},{cols}]")
        b = jnp.asarray(b)
        if adjoint_b:
            b = jnp.conj(b).T
        if adjoint_a:
            row, col, rows, cols = col, row, cols, rows
            a_values = jnp.conj(a_values)
        if b.shape[0] != cols:
            raise invalid(
                "Cannot multiply A and B because inner dimension does not match: "
                f"{cols} vs. {b.shape[0]}.  Did you forget a transpose?"
            )
        parts = jnp.asarray(a_values)[:, None] * b[col]
        return jax.ops.segment_sum(parts, row, rows)

    def gradient(op: Any, dy: Any) -> list[Any]:  # noqa: N805
        from penstock.ops.reductions import reduce_sum

        indices, values, a_shape, b = op.inputs
        adjoint_a, adjoint_b = op.attr("adjoint_a"), op.attr("adjoint_b")
        b_grad = apply(
            "SparseTensorDenseMatMul", indices, values, a_shape, dy, adjoint_a=not adjoint_a
        )
        if adjoint_b:
            b_grad = transpose(b_grad)
        rows, cols = indices[:, 0], indices[:, 1]
        left: Any = gather(dy, cols if adjoint_a else rows)
        right = gather(transpose(b) if adjoint_b else b, rows if adjoint_a else cols)
        return [None, reduce_sum(left * right, axis=1), None, b_grad]


def sparse_tensor_dense_matmul(
    sp_a: Any,
    b: Any,
    adjoint_a: bool = False,
    adjoint_b: bool = False,
    name: str | None = None,
) -> Tensor:
    """The product of a sparse and a dense matrix.

    Args:
        sp_a: a ``SparseTensor`` of rank 2.
        b: a dense matrix.
        adjoint_a: take the adjoint of ``sp_a``.
        adjoint_b: take the adjoint of ``b``.
        name: the scope of the operation.
    """
    sp_a = as_sparse(sp_a)
    with name_scope(name, "SparseTensorDenseMatMul", [sp_a.indices, sp_a.values, b]):
        b = convert_to_tensor(b, name="b")
        return apply(
            "SparseTensorDenseMatMul",
            sp_a.indices,
            sp_a.values,
            sp_a.dense_shape,
            b,
            adjoint_a=adjoint_a,
            adjoint_b=adjoint_b,
        )


# -- element-wise with a dense tensor ----------------------------------------------------------
def _dense_at(indices: Any, sizes: Any, dense: Any) -> Any:
    """The elements of ``dense``, broadcast to the sparse tensor's shape, at its places."""
    shape = tuple(int(s) for s in sizes)
    try:
        whole = jnp.broadcast_to(dense, shape)
    except ValueError:
        raise invalid(
            "SparseDenseBinaryOpShared broadcasts dense to sparse only; got incompatible shapes: "
            f"[{','.join(map(str, shape))}] vs. [{','.join(map(str, dense.shape))}]"
        ) from None
    places = jnp.asarray(indices)
    return whole[tuple(places[:, i] for i in range(len(shape)))]


def _dense_gradient(op: Any, dense_values: Any) -> tuple[Any, Any]:
    """Where in the dense operand each place of the sparse one reads."""
    from penstock.ops.arrays import expand_dims, size
    from penstock.ops.fills import ones
    from penstock.ops.joining import concat
    from penstock.ops.slices import slice as tf_slice

    indices, _, sizes, dense = op.inputs
    dense_shape = cast(shape(dense), dtypes.int64)
    missing = expand_dims(size(sizes) - size(dense_shape), 0)
    augmented = concat([ones(missing, dtypes.int64), dense_shape], 0)
    scaling = sizes // augmented
    scaled = indices // scaling
    scaled = tf_slice(scaled, concat([[0], missing], 0), [-1, -1])
    return scaled, dense_shape


_CWISE = "sp_indices: int64, sp_values: T, sp_shape: int64, dense: T"


def _values_shape(op: Any) -> TensorShape:
    return TensorShape([op.inputs[0].shape.with_rank(2)[0]])


@operation("SparseDenseCwiseMul", inputs=_CWISE, outputs="output: T", attrs="T: numbertype")
class SparseDenseCwiseMul:
    shape = _values_shape
    static = "sp_shape"

    def lower(sp_indices: Any, sp_values: Any, sp_shape: Any, dense: Any) -> Any:
        return jnp.asarray(sp_values) * _dense_at(sp_indices, sp_shape, dense)

    def gradient(op: Any, dy: Any) -> list[Any]:  # noqa: N805
        scaled, dense_shape = _dense_gradient(op, op.inputs[3])
        dense_values: Any = gather_nd(op.inputs[3], scaled)
        dx, d_dense = dy * dense_values, dy * op.inputs[1]
        return [None, dx, None, _spread(op.inputs[3], scaled, d_dense, dense_shape)]


@operation("SparseDenseCwiseDiv", inputs=_CWISE, outputs="output: T", attrs="T: numbertype")
class SparseDenseCwiseDiv:
    shape = _values_shape
    static = "sp_shape"

    def lower(sp_indices: Any, sp_values: Any, sp_shape: Any, dense: Any) -> Any:
        divisor = _dense_at(sp_indices, sp_shape, dense)
        values = jnp.asarray(sp_values)
        if values.dtype.kind in "iu":
            return values // divisor
        return values / divisor

    def gradient(op: Any, dy: Any) -> list[Any]:  # noqa: N805
        scaled, dense_shape = _dense_gradient(op, op.inputs[3])
        dense_values: Any = gather_nd(op.inputs[3], scaled)
        dx = dy / dense_values
        d_dense = dy * (-op.inputs[1] / apply("Square", dense_values))
        return [None, dx, None, _spread(op.inputs[3], scaled, d_dense, dense_shape)]


@operation("SparseDenseCwiseAdd", inputs=_CWISE, outputs="output: T", attrs="T: numbertype")
class SparseDenseCwiseAdd:
    shape = _values_shape
    static = "sp_shape"

    def lower(sp_indices: Any, sp_values: Any, sp_shape: Any, dense: Any) -> Any:
        return jnp.asarray(sp_values) + _dense_at(sp_indices, sp_shape, dense)


def _spread(dense: Any, indices: Any, values: Any, dense_shape: Any) -> Tensor:
    """Zeros like ``dense`` with the values added at their places (which may repeat)."""
    return apply("SparseTensorDenseAdd", indices, values, dense_shape, zeros_like(dense))


def _sparse_operator(kind: str) -> Any:
    def operator(sp_x: SparseTensor, y: Any) -> SparseTensor:
        with name_scope(None, kind.lower(), [sp_x.indices, sp_x.values, sp_x.dense_shape, y]) as n:
            y = convert_to_tensor(y, dtype=sp_x.dtype.base_dtype, name="y")
            values = apply(
                f"SparseDenseCwise{'Div' if kind == 'Truediv' else kind}",
                sp_x.indices, sp_x.values, sp_x.dense_shape, y, name=n,
            )  # fmt: skip
            return SparseTensor(sp_x.indices, values, sp_x.dense_shape)

    return operator


SparseTensor._override_operator("__mul__", _sparse_operator("Mul"))
SparseTensor._override_operator("__truediv__", _sparse_operator("Truediv"))
SparseTensor._override_operator("__div__", _sparse_operator("Div"))
