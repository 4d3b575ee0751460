"""Where the extremes are: argmax, top-k, the n-th element, sorting."""

from __future__ import annotations

import collections
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from penstock.graph import dtypes, errors
from penstock.graph.build import apply
from penstock.graph.convert import convert_to_tensor
from penstock.graph.registry import operation
from penstock.graph.scopes import name_scope
from penstock.graph.shapes import TensorShape, unknown_shape
from penstock.graph.static_values import constant_value
from penstock.graph.tensor import Tensor


def _without_axis(op: Any) -> TensorShape:
    shape = op.inputs[0].shape
    axis = constant_value(op.inputs[1])
    if shape.sizes is None:
        return unknown_shape()
    rank = len(shape.sizes)
    if rank <= 1:
        return TensorShape([])
    if axis is None:
        return unknown_shape(rank - 1)
    where = int(axis)
    if not -rank <= where < rank:
        raise ValueError(
            f"Dimension ({where}) must be in the range [{-rank}, {rank}), where {rank} is the "
            "number of dimensions in the input."
        )
    sizes = list(shape.sizes)
    del sizes[where]
    return TensorShape(sizes)


def _position(function: Any, x: Any, axis: np.ndarray, output_type: Any) -> Any:
    rank, where = np.ndim(x), int(axis)
    if not -rank <= where < rank:
        raise errors.InvalidArgumentError(
            None, None, f"Expected dimension in the range [{-rank}, {rank}), but got {where}"
        )
    if np.shape(x)[where] == 0:
        raise errors.InvalidArgumentError(
            None, None, f"Reduction axis {where} is empty in shape {list(np.shape(x))}"
        )
    return function(x, axis=where).astype(output_type)


_ARG_ATTRS = "T: numbertype; Tidx: indextype = int32; output_type: indextype = int64"


@operation("ArgMax", inputs="input: T, dimension: Tidx", outputs="output: output_type",
           attrs=_ARG_ATTRS)  # fmt: skip
class ArgMax:
    shape = _without_axis
    static = "dimension"

    def lower(input: Any, dimension: np.ndarray, *, output_type: Any) -> Any:  # noqa: A002
        return _position(jnp.argmax, input, dimension, output_type)

    def gradient(op: Any, dy: Any) -> list[None]:
        return [None, None]


@operation("ArgMin", inputs="input: T, dimension: Tidx", outputs="output: output_type",
           attrs=_ARG_ATTRS)  # fmt: skip
class ArgMin:
    shape = _without_axis
    static = "dimension"

    def lower(input: Any, dimension: np.ndarray, *, output_type: Any) -> Any:  # noqa: A002
        return _position(jnp.argmin, input, dimension, output_type)

    def gradient(op: Any, dy: Any) -> list[None]:
        return [None, None]


def _arg(op_type: str, x: Any, axis: Any, name: Any, dimension: Any, output_type: Any) -> Tensor:
    from penstock.ops.reductions import renamed_argument

    axis = renamed_argument("axis", axis, "dimension", dimension)
    axis = 0 if axis is None else axis
    return apply(op_type, x, axis, name=name, output_type=output_type)


def argmax(
    input: Any,  # noqa: A002
    axis: Any = None,
    name: str | None = None,
    dimension: Any = None,
    output_type: Any = dtypes.int64,
) -> Tensor:
    """Where the largest element along an axis is (the first, if several are equal).

    Args:
        input: a tensor of a number type.
        axis: the axis, 0 by default, negative ones counted from the end.
        name: the operation's name.
        dimension: the old name of ``axis``.
        output_type: ``tf.int64`` or ``tf.int32``.

    Returns:
        An integer tensor without that axis.
    """
    return _arg("ArgMax", input, axis, name, dimension, output_type)


def argmin(
    input: Any,  # noqa: A002
    axis: Any = None,
    name: str | None = None,
    dimension: Any = None,
    output_type: Any = dtypes.int64,
) -> Tensor:
    """Where the smallest element along an axis is (the first, if several are equal).

    Args:
        input: a tensor of a number type.
        axis: the axis, 0 by default, negative ones counted from the end.
        name: the operation's name.
        dimension: the old name of ``axis``.
        output_type: ``tf.int64`` or ``tf.int32``.

    Returns:
        An integer tensor without that axis.
    """
    return _arg("ArgMin", input, axis, name, dimension, output_type)


def arg_max(
    input: Any,  # noqa: A002
    dimension: Any,
    output_type: Any = dtypes.int64,
    name: str | None = None,
) -> Tensor:
    """The old form of ``argmax``: where the largest elements are.

    Args:
        input: a tensor of numbers.
        dimension: the axis that is searched.
        output_type: ``int32`` or ``int64``.
        name: the operation's name.
    """
    return apply("ArgMax", input, dimension, name=name, output_type=output_type)


def arg_min(
    input: Any,  # noqa: A002
    dimension: Any,
    output_type: Any = dtypes.int64,
    name: str | None = None,
) -> Tensor:
    """The old form of ``argmin``: where the smallest elements are.

    Args:
        input: a tensor of numbers.
        dimension: the axis that is searched.
        output_type: ``int32`` or ``int64``.
        name: the operation's name.
    """
    return apply("ArgMin", input, dimension, name=name, output_type=output_type)


# -- top-k ----------------------------------------------------------------------------------------
def _top_k_shapes(op: Any, count: int | None) -> list[TensorShape]:
    shape = op.inputs[0].shape
    if shape.sizes is None:
        return [unknown_shape(), unknown_shape()]
    if not shape.sizes:
        raise ValueError("Shape must be at least rank 1 but is rank 0")
    last = shape.sizes[-1]
    if count is not None and last is not None and last < count:
        raise ValueError(f"input must have last dimension >= k = {count} but is {last}")
    result = TensorShape([*shape.sizes[:-1], count])
    return [result, result]


def _top_k(x: Any, count: int) -> tuple[Any, Any]:
    if count < 0:
        raise errors.InvalidArgumentError(None, None, f"Need k >= 0, got {count}")
    if np.ndim(x) < 1:
        raise errors.InvalidArgumentError(None, None, "input must be >= 1-D, got shape []")
    if np.shape(x)[-1] < count:
        raise errors.InvalidArgumentError(None, None, "input must have at least k columns")
    values, indices = lax.top_k(jnp.asarray(x), count)
    return values, indices.astype(np.int32)


def _top_k_gradient(op: Any, dy: Tensor, _: Any) -> list[Any]:
    """Scatters the gradient back, with the rows of all leading axes laid end to end."""
    from penstock.ops.arrays import expand_dims, reshape, shape, size, zeros
    from penstock.ops.casts import cast
    from penstock.ops.ranges import range as number_range
    from penstock.ops.reductions import reduce_prod
    from penstock.ops.slices import stack

    def last(sizes: Tensor) -> Tensor:
        wide = cast(sizes, dtypes.int64)
        return apply("GatherV2", wide, size(sizes) - 1, 0)

    indices = op.outputs[1]
    in_shape = shape(op.inputs[0])
    rows = reshape(indices, stack([-1, last(shape(indices))]))
    in_last = last(in_shape)
    row_count = cast(shape(rows)[0], dtypes.int64)
    starts = number_range(0, row_count * in_last, in_last)
    places = reshape(rows + cast(expand_dims(starts, -1), dtypes.int32), [-1])
    flat = apply("ScatterNd", expand_dims(places, -1), reshape(dy, [-1]), [reduce_prod(in_shape)])
    result: list[Any] = [reshape(flat, in_shape)]
    if len(op.inputs) == 2:
        result.append(zeros([], dtype=dtypes.int32))
    return result


@operation("TopK", inputs="input: T", outputs="values: T, indices: int32",
           attrs="k: int >= 0; sorted: bool = true; T: realnumbertype")  # fmt: skip
class TopK:
    gradient = _top_k_gradient

    def shape(op: Any) -> list[TensorShape]:
        return _top_k_shapes(op, op.attr("k"))

    def lower(input: Any, *, k: int) -> Any:  # noqa: A002
        return _top_k(input, k)


@operation("TopKV2", inputs="input: T, k: int32", outputs="values: T, indices: int32",
           attrs="sorted: bool = true; T: realnumbertype")  # fmt: skip
class TopKV2:
    static = "k"
    gradient = _top_k_gradient

    def shape(op: Any) -> list[TensorShape]:
        count = constant_value(op.inputs[1])
        return _top_k_shapes(op, None if count is None else int(count))

    def lower(input: Any, k: np.ndarray) -> Any:  # noqa: A002
        return _top_k(input, int(k))


TopKV2Result: Any = collections.namedtuple("TopKV2", ["values", "indices"])  # type: ignore


def top_k(input: Any, k: Any = 1, sorted: bool = True, name: str | None = None) -> Any:  # noqa: A002
    """The ``k`` largest elements of each row, and where they are.

    Args:
        input: a real tensor ``[..., n]``.
        k: an integer scalar.
        sorted: whether the results must be in descending order (here they always are).
        name: the operation's name.

    Returns:
        ``(values, indices)``, each ``[..., k]``; of equal elements the first comes first.
    """
    return TopKV2Result(*apply("TopKV2", input, k, name=name, sorted=sorted))


def _in_top_k(predictions: Any, targets: Any, k: Any) -> Any:
    classes = predictions.shape[1]
    inside = (targets >= 0) & (targets < classes)
    rows = jnp.arange(predictions.shape[0])
    target = predictions[rows, jnp.clip(targets, 0, classes - 1)]
    finite = jnp.all(
        jnp.isfinite(jnp.where(predictions > target[:, None], predictions, 0.0)), axis=1
    )
    ahead = jnp.sum(predictions > target[:, None], axis=1, dtype=np.int64)
    return inside & jnp.isfinite(target) & finite & (ahead < k)


def _in_top_k_shape(op: Any) -> TensorShape:
    predictions = op.inputs[0].shape.with_rank(2)
    targets = op.inputs[1].shape.with_rank(1)
    return targets.merge_with(TensorShape([predictions[0]]))


@operation("InTopK", inputs="predictions: float, targets: T", outputs="precision: bool",
           attrs="k: int; T: indextype = int32")  # fmt: skip
class InTopK:
    shape = _in_top_k_shape

    def lower(predictions: Any, targets: Any, *, k: int) -> Any:
        return _in_top_k(jnp.asarray(predictions), jnp.asarray(targets), k)


@operation("InTopKV2", inputs="predictions: float, targets: T, k: T", outputs="precision: bool",
           attrs="T: indextype = int32")  # fmt: skip
class InTopKV2:
    shape = _in_top_k_shape

    def lower(predictions: Any, targets: Any, k: Any) -> Any:
        return _in_top_k(jnp.asarray(predictions), jnp.asarray(targets), k)


def in_top_k(predictions: Any, targets: Any, k: Any, name: str | None = None) -> Tensor:
    """Whether each target class is among the ``k`` with the highest predictions.

    Classes that tie with the last one of the top ``k`` count as in it.

    Args:
        predictions: ``[batch, classes]``, ``float32``.
        targets: ``[batch]``, ``int32`` or ``int64``.
        k: an integer.
        name: the name of the scope.

    Returns:
        ``[batch]``, ``bool``.
    """
    with name_scope(name, "in_top_k"):
        return apply("InTopKV2", predictions, targets, k)


@operation("NthElement", inputs="input: T, n: int32", outputs="values: T",
           attrs="reverse: bool = false; T: realnumbertype")  # fmt: skip
class NthElement:
    static = "n"

    def shape(op: Any) -> TensorShape:
        shape = op.inputs[0].shape
        return unknown_shape() if shape.sizes is None else TensorShape(shape.sizes[:-1])

    def lower(input: Any, n: np.ndarray, *, reverse: bool) -> Any:  # noqa: A002
        size, index = np.shape(input)[-1], int(n)
        if not 0 <= index < size:
            raise errors.InvalidArgumentError(
                None, None, f"Input must have at least n+1 columns, got {size} for n = {index}"
            )
        return jnp.sort(input, axis=-1)[..., size - 1 - index if reverse else index]

    def gradient(op: Any, dy: Tensor) -> list[Any]:
        from penstock.ops.arrays import expand_dims
        from penstock.ops.casts import cast
        from penstock.ops.math_binary import div, equal
        from penstock.ops.reductions import reduce_sum

        chosen = cast(equal(expand_dims(op.outputs[0], -1), op.inputs[0]), dy.dtype)
        dy = expand_dims(dy, -1)
        count = expand_dims(reduce_sum(chosen, -1), -1)
        return [div(chosen, count) * dy, None]


def nth_element(
    input: Any,  # noqa: A002
    n: Any,
    reverse: bool = False,
    name: str | None = None,
) -> Tensor:
    """The element that would be at place ``n`` if each row were sorted.

    Args:
        input: a real tensor ``[..., m]``.
        n: an integer scalar below ``m``.
        reverse: count from the largest.
        name: the operation's name.

    Returns:
        A tensor ``[...]``.
    """
    return apply("NthElement", input, n, name=name, reverse=reverse)


# -- sorting --------------------------------------------------------------------------------------
def _sorted_by_top_k(values: Any, axis: Any, direction: str, name: str | None, default: str,
                     part: int) -> Tensor:  # fmt: skip
    from penstock.ops.arrays import rank, shape, transpose

    if direction not in ("ASCENDING", "DESCENDING"):
        raise ValueError("Unknown direction")
    with name_scope(name, default):
        known = constant_value(convert_to_tensor(axis, name="axis"))
        if known is None or known.ndim:
            raise ValueError("axis must be a constant scalar")
        where = int(known)
        values = convert_to_tensor(values, name="values") if part == 1 else values
        ascending = direction == "ASCENDING"
        if ascending:
            values = apply("Neg", values)
        values = convert_to_tensor(values)
        count = shape(values)[where]
        dimensions = rank(values)
        static = values.shape.ndims
        if where == -1 or where + 1 == static:
            result = apply("TopKV2", values, count)[part]
            return apply("Neg", result) if ascending and part == 0 else result
        if static is None:
            raise ValueError("sort along an inner axis needs a tensor of known rank")
        del dimensions
        order = list(range(static))
        order[where], order[-1] = order[-1], order[where]
        swap = convert_to_tensor(np.asarray(order), name="transposition")
        result = transpose(apply("TopKV2", transpose(values, swap), count)[part], swap)
        return apply("Neg", result) if ascending and part == 0 else result


def sort(
    values: Any, axis: Any = -1, direction: str = "ASCENDING", name: str | None = None
) -> Tensor:
    """The elements in order along an axis.

    Args:
        values: a real tensor.
        axis: the axis, the last by default.
        direction: ``'ASCENDING'`` or ``'DESCENDING'``.
        name: the name of the scope.

    Raises:
        ValueError: when ``axis`` isn't constant or ``direction`` is unknown.
    """
    return _sorted_by_top_k(values, axis, direction, name, "sort", 0)


def argsort(
    values: Any,
    axis: Any = -1,
    direction: str = "ASCENDING",
    stable: bool = False,
    name: str | None = None,
) -> Tensor:
    """The indices that would sort a tensor along an axis.

    Args:
        values: a real tensor.
        axis: the axis, the last by default.
        direction: ``'ASCENDING'`` or ``'DESCENDING'``.
        stable: whether equal elements must keep their order (here they always do).
        name: the name of the scope.

    Returns:
        An ``int32`` tensor of the same shape.
    """
    return _sorted_by_top_k(values, axis, direction, name, "argsort", 1)
