"""Sums, extremes and softmax of sparse tensors."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from penstock.graph.build import apply
from penstock.graph.composite import SparseTensor, SparseTensorValue
from penstock.graph.convert import convert_to_tensor
from penstock.graph.registry import operation
from penstock.graph.scopes import name_scope
from penstock.graph.shapes import TensorShape
from penstock.ops.messages import invalid
from penstock.ops.shape_rules import sparse_shapes
from penstock.ops.sparse import as_sparse


# -- sums, extremes, softmax -------------------------------------------------------------------
def _union(a_indices: Any, b_indices: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The places of either tensor in order, and for each its element of a and of b, or -1."""
    merged = sorted({*map(tuple, a_indices.tolist()), *map(tuple, b_indices.tolist())})
    place = {row: i for i, row in enumerate(merged)}
    sources = []
    for indices in (a_indices, b_indices):
        source = np.full(len(merged), -1, np.int64)
        for i, row in enumerate(indices.tolist()):
            source[place[tuple(row)]] = i
        sources.append(source)
    rows = np.array(merged, np.int64).reshape(len(merged), a_indices.shape[1])
    return rows, sources[0], sources[1]


def _taken(values: np.ndarray, source: np.ndarray) -> np.ndarray:
    padded = np.concatenate([values, np.zeros(1, values.dtype)])
    return padded[source]


@operation(
    "SparseAdd",
    inputs="a_indices: int64, a_values: T, a_shape: int64, b_indices: int64, b_values: T, "
    "b_shape: int64, thresh: Treal",
    outputs="sum_indices: int64, sum_values: T, sum_shape: int64",
    attrs="T: numbertype; Treal: realnumbertype",
)
class SparseAdd:
    shape = sparse_shapes

    def host(
        a_indices: Any, a_values: Any, a_shape: Any, b_indices: Any, b_values: Any, b_shape: Any,
        thresh: Any,
    ) -> Any:  # fmt: skip
        if a_shape.tolist() != b_shape.tolist():
            raise invalid(
                f"operands' shapes do not match: {a_shape.tolist()} and {b_shape.tolist()}"
            )
        rows, from_a, from_b = _union(a_indices, b_indices)
        total = _taken(a_values, from_a) + _taken(b_values, from_b)
        kept = np.abs(total) >= thresh if thresh > 0 else np.ones(len(total), bool)
        return rows[kept], total[kept], a_shape

    def gradient(op: Any, _: Any, dy: Any, __: Any) -> list[Any]:  # noqa: N805
        a, b = apply("SparseAddGrad", dy, op.inputs[0], op.inputs[3], op.outputs[0])
        a.set_shape(op.inputs[1].shape)
        b.set_shape(op.inputs[4].shape)
        return [None, a, None, None, b, None, None]


@operation(
    "SparseAddGrad",
    inputs="backprop_val_grad: T, a_indices: int64, b_indices: int64, sum_indices: int64",
    outputs="a_val_grad: T, b_val_grad: T",
    attrs="T: numbertype",
)
class SparseAddGrad:
    gradient = None

    def shape(op: Any) -> Any:  # noqa: N805
        return [TensorShape([each.shape.with_rank(2)[0]]) for each in op.inputs[1:3]]

    def host(backprop_val_grad: Any, a_indices: Any, b_indices: Any, sum_indices: Any) -> Any:
        place = {tuple(row): i for i, row in enumerate(sum_indices.tolist())}
        found = []
        for indices in (a_indices, b_indices):
            source = np.array([place.get(tuple(row), -1) for row in indices.tolist()], np.int64)
            found.append(_taken(backprop_val_grad, source))
        return tuple(found)


@operation(
    "SparseTensorDenseAdd",
    inputs="a_indices: Tindices, a_values: T, a_shape: Tindices, b: T",
    outputs="output: T",
    attrs="T: numbertype; Tindices: indextype",
)
class SparseTensorDenseAdd:
    def shape(op: Any) -> Any:  # noqa: N805
        return op.inputs[3].shape

    def lower(a_indices: Any, a_values: Any, a_shape: Any, b: Any) -> Any:
        places = jnp.asarray(a_indices)
        return jnp.asarray(b).at[tuple(places[:, i] for i in range(b.ndim))].add(a_values)

    def gradient(op: Any, dy: Any) -> list[Any]:  # noqa: N805
        from penstock.ops.gathers import gather_nd

        return [None, gather_nd(dy, op.inputs[0]), None, dy]


def sparse_add(a: Any, b: Any, threshold: Any = None, thresh: Any = None) -> Any:
    """The sum of two tensors, at least one of them sparse.

    Args:
        a: a ``SparseTensor`` or tensor.
        b: a ``SparseTensor`` or tensor of the same shape.
        threshold: leave out elements of a sparse sum that are smaller in magnitude.
        thresh: the old name of ``threshold``.

    Returns:
        A ``SparseTensor`` if both are sparse, else a tensor.

    Raises:
        TypeError: when neither is sparse.
    """
    sparse = (SparseTensor, SparseTensorValue)
    if not isinstance(a, sparse) and not isinstance(b, sparse):
        raise TypeError("At least one input should be SparseTensor; do you mean to use tf.add()?")
    if isinstance(a, sparse) and isinstance(b, sparse):
        a, b = as_sparse(a), as_sparse(b)
        limit = thresh if threshold is None else threshold
        limit = convert_to_tensor(
            0 if limit is None else limit, dtype=a.values.dtype.real_dtype.base_dtype,
            name="threshold",
        )  # fmt: skip
        parts = apply(
            "SparseAdd", a.indices, a.values, a.dense_shape, b.indices, b.values, b.dense_shape,
            limit,
        )  # fmt: skip
        a.shape.assert_is_compatible_with(b.shape)
        known = a.shape.merge_with(b.shape)
        if known.is_fully_defined():
            return SparseTensor(parts[0], parts[1], known.as_list())
        return SparseTensor(*parts)
    if isinstance(b, sparse):
        a, b = b, a
    a = as_sparse(a)
    return apply("SparseTensorDenseAdd", a.indices, a.values, a.dense_shape, b)


def _define_extreme(name: str, function: Any, types: str) -> None:
    @operation(
        name,
        inputs="a_indices: int64, a_values: T, a_shape: int64, b_indices: int64, b_values: T, "
        "b_shape: int64",
        outputs="output_indices: int64, output_values: T",
        attrs=f"T: {types}",
    )
    class Extreme:
        def shape(op: Any) -> Any:  # noqa: N805
            return [TensorShape([None, None]), TensorShape([None])]

        def host(a_indices: Any, a_values: Any, a_shape: Any, b_indices: Any, b_values: Any,
                 b_shape: Any) -> Any:  # fmt: skip
            rows, from_a, from_b = _union(a_indices, b_indices)
            return rows, function(_taken(a_values, from_a), _taken(b_values, from_b))


_define_extreme("SparseSparseMaximum", np.maximum, "realnumbertype")
_define_extreme("SparseSparseMinimum", np.minimum, "numbertype")


def _extreme(kind: str, label: str, sp_a: Any, sp_b: Any, name: str | None) -> SparseTensor:
    with name_scope(name, label, [sp_a.indices, sp_a.values, sp_b.indices, sp_b.values]) as scope:
        indices, values = apply(
            kind, sp_a.indices, sp_a.values, sp_a.dense_shape, sp_b.indices, sp_b.values,
            sp_b.dense_shape, name=scope,
        )  # fmt: skip
        return SparseTensor(indices, values, sp_a.dense_shape)


def sparse_maximum(sp_a: Any, sp_b: Any, name: str | None = None) -> SparseTensor:
    """The greater of two sparse tensors, element by element; what is missing counts as zero.

    Args:
        sp_a: a sparse tensor. sp_b: another, of the same dense shape and type.
        name: the operation's name.
    """
    return _extreme("SparseSparseMaximum", "SparseSparseMaximum", sp_a, sp_b, name)


def sparse_minimum(sp_a: Any, sp_b: Any, name: str | None = None) -> SparseTensor:
    """The smaller of two sparse tensors, element by element; what is missing counts as zero.

    Args:
        sp_a: a sparse tensor. sp_b: another, of the same dense shape and type.
        name: the operation's name.
    """
    return _extreme("SparseSparseMinimum", "SparseSparseMinimum", sp_a, sp_b, name)


@operation(
    "SparseSoftmax",
    inputs="sp_indices: int64, sp_values: T, sp_shape: int64",
    outputs="output: T",
    attrs="T: {float, double}",
)
class SparseSoftmax:
    def shape(op: Any) -> Any:  # noqa: N805
        return op.inputs[1].shape

    def host(sp_indices: Any, sp_values: Any, sp_shape: Any) -> np.ndarray:
        result = np.empty_like(sp_values)
        groups: dict[tuple[int, ...], list[int]] = {}
        for i, row in enumerate(sp_indices.tolist()):
            groups.setdefault(tuple(row[:-1]), []).append(i)
        for places in groups.values():
            part = np.exp(sp_values[places] - sp_values[places].max())
            result[places] = part / part.sum()
        return result

    def gradient(op: Any, dy: Any) -> list[Any]:  # noqa: N805
        from penstock.ops.sparse_reductions import sparse_reduce_sum

        indices, _, sizes = op.inputs
        output = op.outputs[0]
        product = SparseTensor(indices, output * dy, sizes)
        total: Any = -sparse_reduce_sum(product, [-1], keepdims=True)  # type: ignore[operator]
        spread = apply("SparseDenseCwiseAdd", indices, dy, sizes, total)
        return [None, spread * output, None]


def sparse_softmax(sp_input: Any, name: str | None = None) -> SparseTensor:
    """The softmax of each row (last dimension) over the elements that are there.

    Args:
        sp_input: a sparse tensor of floats, with at least two dimensions.
        name: the operation's name.
    """
    with name_scope(name, "SparseSoftmax", [sp_input.indices, sp_input.values]):
        values = apply("SparseSoftmax", sp_input.indices, sp_input.values, sp_input.dense_shape)
        return SparseTensor(sp_input.indices, values, sp_input.dense_shape)
