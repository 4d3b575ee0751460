"""Reductions: sums, means, extremes and the like over some axes of a tensor.

Positions of extremes are in ``extremes.py``, running sums in ``cumulative.py``, sums over segments
in ``segments.py``, counts in ``histograms.py``; what is made of several reductions in
``statistics.py``.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax

from penstock.graph import dtypes, errors
from penstock.graph.build import apply
from penstock.graph.composite import SparseTensor
from penstock.graph.registry import operation
from penstock.graph.scopes import colocate_with, device
from penstock.graph.static_values import constant_value
from penstock.graph.tensor import Tensor
from penstock.ops.operand_shapes import conjugate
from penstock.ops.shape_rules import reduction

_ATTRS = "keep_dims: bool = false; T: numbertype; Tidx: indextype = int32"
_INPUTS = "input: T, reduction_indices: Tidx"


def reduction_axes(axes: np.ndarray, rank: int) -> tuple[int, ...]:
    """The axes to reduce, each from 0 to ``rank - 1``.

    Raises:
        InvalidArgumentError: when one is out of range or comes twice.
    """
    found: list[int] = []
    for axis in np.ravel(axes).tolist():
        if not -rank <= axis < rank:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Invalid reduction dimension ({axis} for input with {rank} dimension(s)",
            )
        if axis % rank in found:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Invalid reduction arguments: Axes contains duplicate dimension: {axis % rank}",
            )
        found.append(axis % rank)
    return tuple(found)


def _reduction(function: Callable[..., Any]) -> Callable[..., Any]:
    """A lowering that reduces with ``function(x, axis, keepdims)``."""

    def lower(input: Any, reduction_indices: np.ndarray, *, keep_dims: bool) -> Any:  # noqa: A002
        axes = reduction_axes(reduction_indices, np.ndim(input))
        return function(input, axes, keep_dims)

    return lower


# -- gradients ------------------------------------------------------------------------------------
def reduced_shape(input_shape: Any, axes: Any) -> Tensor:
    """The shape that is left of ``input_shape`` when the reduced axes are kept with size 1."""
    from penstock.ops.arrays import fill, shape, size
    from penstock.ops.casts import cast
    from penstock.ops.ranges import range as number_range

    input_shape = cast(input_shape, dtypes.int32)
    axes = cast(axes, dtypes.int32)
    rank = size(input_shape)
    axes = (axes + rank) % rank
    axes_shape = shape(axes)
    places = [number_range(rank), axes]
    return apply("DynamicStitch", places, [input_shape, fill(axes_shape, 1)])


def _repeats(input_shape: Any, kept: Any) -> Tensor:
    """How often each element of the reduced tensor is repeated along each axis."""
    from penstock.ops.math_binary import floordiv, maximum

    repeats = maximum(kept, 1)
    return floordiv(input_shape, repeats)


_known_shapes: weakref.WeakKeyDictionary[Any, dict[Any, Any]] = weakref.WeakKeyDictionary()


def _static_shapes(graph: Any, sizes: tuple[int, ...], axes: tuple[int, ...]) -> Any:
    """``reduced_shape`` and the repeats, as tuples.

    TensorFlow builds the operations that compute them once for each shape in a graph, though
    nothing uses them afterwards; op numbers (and so default random seeds) depend on it.
    """
    known = _known_shapes.setdefault(graph, {})
    if (sizes, axes) not in known:
        rank = len(sizes)
        reduced_shape(sizes, axes)
        dropped = {(axis + rank) % rank for axis in axes}
        kept = tuple(1 if i in dropped else size for i, size in enumerate(sizes))
        _repeats(sizes, kept)
        repeats = tuple(size // max(left, 1) for size, left in zip(sizes, kept, strict=True))
        known[sizes, axes] = kept, repeats
    return known[sizes, axes]


def _sum_gradient(op: Any, dy: Tensor) -> list[Any]:
    from penstock.ops.arrays import reshape, shape
    from penstock.ops.constants import constant

    x, indices = op.inputs
    sizes = x.shape.sizes
    axes = None if sizes is None else constant_value(indices)
    if axes is not None:
        rank = len(sizes)
        known = None not in sizes
        if np.array_equal(axes, np.arange(rank)):
            dy = reshape(dy, [1] * rank)
            full = constant(sizes, dtype=dtypes.int32) if known else shape(x)
            return [apply("Tile", dy, full), None]
        if known:
            kept, repeats = _static_shapes(op.graph, sizes, tuple(axes.reshape(-1).tolist()))
            return [apply("Tile", reshape(dy, kept), repeats), None]
    input_shape = shape(x)
    with colocate_with(input_shape):
        kept = reduced_shape(input_shape, indices)
        repeats = _repeats(input_shape, kept)
    return [apply("Tile", reshape(dy, kept), repeats), None]


def _mean_gradient(op: Any, dy: Tensor) -> list[Any]:
    from penstock.ops.arrays import shape
    from penstock.ops.casts import cast
    from penstock.ops.constants import constant
    from penstock.ops.math_binary import truediv

    x, y = op.inputs[0], op.outputs[0]
    total = _sum_gradient(op, dy)[0]
    if x.shape.is_fully_defined() and y.shape.is_fully_defined():
        count = x.shape.num_elements() // max(y.shape.num_elements(), 1)
        factor = constant(count, dtype=total.dtype)
    else:
        input_shape, output_shape = shape(x), shape(y)
        factor = _repeats(reduce_prod(input_shape), reduce_prod(output_shape))
    return [truediv(total, cast(factor, total.dtype)), None]


def _prod_gradient(op: Any, dy: Tensor) -> list[Any]:
    """The product of all *other* elements, by running products from both ends: zeros are safe."""
    from penstock.ops.arrays import invert_permutation, rank, reshape, shape, transpose
    from penstock.ops.casts import cast
    from penstock.ops.cumulative import cumprod
    from penstock.ops.ranges import range as number_range
    from penstock.ops.slices import concat

    x = op.inputs[0]
    input_shape = shape(x)
    indices = reshape(op.inputs[1], [-1])
    kept = reduced_shape(input_shape, op.inputs[1])
    repeats = _repeats(input_shape, kept)
    dy = apply("Tile", reshape(dy, kept), repeats)
    # All reduced axes become one, the others another one.
    with device("/cpu:0"):
        dimensions = rank(x)
        indices = (indices + dimensions) % dimensions
        reduced_axes = cast(indices, dtypes.int32)
        all_axes = number_range(0, dimensions)
        other_axes, _ = apply("ListDiff", all_axes, reduced_axes)
        order = concat([reduced_axes, other_axes], 0)
        reduced_count = reduce_prod(apply("GatherV2", input_shape, reduced_axes, 0))
        other_count = reduce_prod(apply("GatherV2", input_shape, other_axes, 0))
    permuted = transpose(x, order)
    permuted_shape = shape(permuted)
    table = reshape(permuted, (reduced_count, other_count))
    before = cumprod(table, axis=0, exclusive=True)
    after = cumprod(table, axis=0, exclusive=True, reverse=True)
    others = reshape(conjugate(before) * conjugate(after), permuted_shape)
    slope = dy * transpose(others, invert_permutation(order))
    return [reshape(slope, input_shape), None]


def _extreme_gradient(op: Any, dy: Tensor) -> list[Any]:
    """Equal extremes share the gradient."""
    from penstock.ops.arrays import reshape, shape
    from penstock.ops.casts import cast
    from penstock.ops.math_binary import divide, equal

    x, indices = op.inputs
    kept = reduced_shape(shape(x), indices)
    y = reshape(op.outputs[0], kept)
    dy = reshape(dy, kept)
    chosen = cast(equal(y, x), dy.dtype)
    count = reshape(reduce_sum(chosen, indices), kept)
    return [divide(chosen, count) * dy, None]


# -- the operations -------------------------------------------------------------------------------
def _mean(x: Any, axes: tuple[int, ...], keep: bool) -> Any:
    if not jnp.issubdtype(x.dtype, jnp.integer):
        return jnp.mean(x, axes, keepdims=keep)
    total = jnp.sum(x, axes, dtype=x.dtype, keepdims=keep)
    count = int(np.prod([np.shape(x)[axis] for axis in axes]))
    return lax.div(total, jnp.full(total.shape, max(count, 1), x.dtype))


def _extreme(function: Any, highest: bool) -> Callable[..., Any]:
    def reduce(x: Any, axes: tuple[int, ...], keep: bool) -> Any:
        if jnp.issubdtype(x.dtype, jnp.integer):
            limits = jnp.iinfo(x.dtype)
            start: float = limits.min if highest else limits.max
        else:
            start = -np.inf if highest else np.inf
        if np.size(x):
            return function(x, axes, keepdims=keep)
        return function(x, axes, keepdims=keep, initial=np.asarray(start).astype(x.dtype))

    return reduce


@operation("Sum", inputs=_INPUTS, outputs="output: T", attrs=_ATTRS)
class Sum:
    shape = reduction
    static = "reduction_indices"
    lower = _reduction(lambda x, axes, keep: jnp.sum(x, axes, dtype=x.dtype, keepdims=keep))
    fold = _reduction(lambda x, axes, keep: np.sum(x, axes, dtype=x.dtype, keepdims=keep))
    gradient = _sum_gradient


@operation("Mean", inputs=_INPUTS, outputs="output: T", attrs=_ATTRS)
class Mean:
    shape = reduction
    static = "reduction_indices"
    lower = _reduction(_mean)
    gradient = _mean_gradient


@operation("Prod", inputs=_INPUTS, outputs="output: T", attrs=_ATTRS)
class Prod:
    shape = reduction
    static = "reduction_indices"
    lower = _reduction(lambda x, axes, keep: jnp.prod(x, axes, dtype=x.dtype, keepdims=keep))
    fold = _reduction(lambda x, axes, keep: np.prod(x, axes, dtype=x.dtype, keepdims=keep))
    gradient = _prod_gradient


@operation("Max", inputs=_INPUTS, outputs="output: T", attrs=_ATTRS)
class Max:
    shape = reduction
    static = "reduction_indices"
    lower = _reduction(_extreme(jnp.max, True))
    fold = _reduction(_extreme(np.max, True))
    gradient = _extreme_gradient


@operation("Min", inputs=_INPUTS, outputs="output: T", attrs=_ATTRS)
class Min:
    shape = reduction
    static = "reduction_indices"
    lower = _reduction(_extreme(jnp.min, False))
    fold = _reduction(_extreme(np.min, False))
    gradient = _extreme_gradient


_LOGICAL: dict[str, Any] = {
    "inputs": "input: bool, reduction_indices: Tidx",
    "outputs": "output: bool",
    "attrs": "keep_dims: bool = false; Tidx: indextype = int32",
}


@operation("Any", **_LOGICAL)
class Any_:
    shape = reduction
    static = "reduction_indices"
    lower = _reduction(lambda x, axes, keep: jnp.any(x, axes, keepdims=keep))
    fold = _reduction(lambda x, axes, keep: np.any(x, axes, keepdims=keep))


@operation("All", **_LOGICAL)
class All:
    shape = reduction
    static = "reduction_indices"
    lower = _reduction(lambda x, axes, keep: jnp.all(x, axes, keepdims=keep))
    fold = _reduction(lambda x, axes, keep: np.all(x, axes, keepdims=keep))


def _euclidean_norm(x: Any, axes: tuple[int, ...], keep: bool) -> Any:
    squares = jnp.real(x * jnp.conj(x)) if jnp.iscomplexobj(x) else x * x
    if jnp.issubdtype(x.dtype, jnp.integer):
        squares = squares.astype(np.float64)
    return jnp.sqrt(jnp.sum(squares, axes, keepdims=keep)).astype(x.dtype)


@operation("EuclideanNorm", inputs=_INPUTS, outputs="output: T", attrs=_ATTRS)
class EuclideanNorm:
    shape = reduction
    static = "reduction_indices"
    lower = _reduction(_euclidean_norm)
    gradient = None


# -- the public functions -------------------------------------------------------------------------
def renamed_argument(new_name: str, new: Any, old_name: str, old: Any) -> Any:
    """The value of an argument that has an old and a new name.

    Raises:
        ValueError: when both are given.
    """
    if old is None:
        return new
    if new is not None:
        raise ValueError(f"Cannot specify both '{old_name}' and '{new_name}'")
    return old


def reduction_dimensions(x: Any, axis: Any) -> Any:
    """The axes to reduce: those given, or all of ``x``."""
    from penstock.ops.arrays import rank
    from penstock.ops.constants import constant
    from penstock.ops.ranges import range as number_range

    if axis is not None:
        return axis
    dimensions = None
    if isinstance(x, Tensor):
        dimensions = x.shape.ndims
    elif isinstance(x, SparseTensor) and x.dense_shape.shape.is_fully_defined():
        dimensions = x.dense_shape.shape[0].value
    if dimensions is not None:
        return constant(np.arange(dimensions, dtype=np.int32))
    return number_range(0, rank(x))


def _reduce(op_type: str, x: Any, axis: Any, keepdims: Any, name: str | None,
            reduction_indices: Any, keep_dims: Any) -> Tensor:  # fmt: skip
    keepdims = renamed_argument("keepdims", keepdims, "keep_dims", keep_dims)
    axis = renamed_argument("axis", axis, "reduction_indices", reduction_indices)
    keepdims = False if keepdims is None else keepdims
    dimensions = reduction_dimensions(x, axis)
    return scalar_if_all(
        apply(op_type, x, dimensions, name=name, keep_dims=bool(keepdims)), axis, keepdims
    )


def scalar_if_all(result: Tensor, axis: Any, keepdims: Any) -> Tensor:
    """Notes that reducing all axes of a tensor of unknown rank leaves a scalar."""
    if result.shape.ndims is None and axis is None and not keepdims:
        result.set_shape([])
    return result


def reduce_sum(
    input_tensor: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
) -> Tensor:
    """The sum of the elements along some axes.

    Args:
        input_tensor: a tensor of a number type.
        axis: an axis or a list of axes, negative ones counted from the end; all by default.
        keepdims: keep the reduced axes, with size 1.
        name: the operation's name.
        reduction_indices: the old name of ``axis``.
        keep_dims: the old name of ``keepdims``.

    Raises:
        ValueError: when an argument comes under both names.
    """
    return _reduce("Sum", input_tensor, axis, keepdims, name, reduction_indices, keep_dims)


def reduce_mean(
    input_tensor: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
) -> Tensor:
    """The mean of the elements along some axes; integers give an integer mean.

    Args:
        input_tensor: a tensor of a number type.
        axis: an axis or a list of axes, negative ones counted from the end; all by default.
        keepdims: keep the reduced axes, with size 1.
        name: the operation's name.
        reduction_indices: the old name of ``axis``.
        keep_dims: the old name of ``keepdims``.

    Raises:
        ValueError: when an argument comes under both names.
    """
    return _reduce("Mean", input_tensor, axis, keepdims, name, reduction_indices, keep_dims)


def reduce_prod(
    input_tensor: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
) -> Tensor:
    """The product of the elements along some axes.

    Args:
        input_tensor: a tensor of a number type.
        axis: an axis or a list of axes, negative ones counted from the end; all by default.
        keepdims: keep the reduced axes, with size 1.
        name: the operation's name.
        reduction_indices: the old name of ``axis``.
        keep_dims: the old name of ``keepdims``.

    Raises:
        ValueError: when an argument comes under both names.
    """
    return _reduce("Prod", input_tensor, axis, keepdims, name, reduction_indices, keep_dims)


def reduce_max(
    input_tensor: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
) -> Tensor:
    """The largest element along some axes.

    Args:
        input_tensor: a real tensor.
        axis: an axis or a list of axes, negative ones counted from the end; all by default.
        keepdims: keep the reduced axes, with size 1.
        name: the operation's name.
        reduction_indices: the old name of ``axis``.
        keep_dims: the old name of ``keepdims``.

    Raises:
        ValueError: when an argument comes under both names.
    """
    return _reduce("Max", input_tensor, axis, keepdims, name, reduction_indices, keep_dims)


def reduce_min(
    input_tensor: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
) -> Tensor:
    """The smallest element along some axes.

    Args:
        input_tensor: a real tensor.
        axis: an axis or a list of axes, negative ones counted from the end; all by default.
        keepdims: keep the reduced axes, with size 1.
        name: the operation's name.
        reduction_indices: the old name of ``axis``.
        keep_dims: the old name of ``keepdims``.

    Raises:
        ValueError: when an argument comes under both names.
    """
    return _reduce("Min", input_tensor, axis, keepdims, name, reduction_indices, keep_dims)


def reduce_any(
    input_tensor: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
) -> Tensor:
    """Whether any element along some axes is true.

    Args:
        input_tensor: a ``bool`` tensor.
        axis: an axis or a list of axes, negative ones counted from the end; all by default.
        keepdims: keep the reduced axes, with size 1.
        name: the operation's name.
        reduction_indices: the old name of ``axis``.
        keep_dims: the old name of ``keepdims``.

    Raises:
        ValueError: when an argument comes under both names.
    """
    return _reduce("Any", input_tensor, axis, keepdims, name, reduction_indices, keep_dims)


def reduce_all(
    input_tensor: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
) -> Tensor:
    """Whether all elements along some axes are true.

    Args:
        input_tensor: a ``bool`` tensor.
        axis: an axis or a list of axes, negative ones counted from the end; all by default.
        keepdims: keep the reduced axes, with size 1.
        name: the operation's name.
        reduction_indices: the old name of ``axis``.
        keep_dims: the old name of ``keepdims``.

    Raises:
        ValueError: when an argument comes under both names.
    """
    return _reduce("All", input_tensor, axis, keepdims, name, reduction_indices, keep_dims)


def reduce_euclidean_norm(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Tensor:
    """The square root of the sum of squares along some axes (without a gradient, as in
    TensorFlow 1.15; see ``tf.norm``).

    Args:
        input_tensor: a tensor of a number type.
        axis: an axis or a list of axes, negative ones counted from the end; all by default.
        keepdims: keep the reduced axes, with size 1.
        name: the operation's name.
    """
    return _reduce("EuclideanNorm", input_tensor, axis, keepdims, name, None, None)


# The rest of the family, under the name by which the other families know it.
from penstock.ops.cumulative import cumprod as cumprod  # noqa: E402
from penstock.ops.cumulative import cumsum as cumsum  # noqa: E402
from penstock.ops.extremes import argmax as argmax  # noqa: E402
from penstock.ops.extremes import argmin as argmin  # noqa: E402
from penstock.ops.extremes import top_k as top_k  # noqa: E402
from penstock.ops.statistics import count_nonzero as count_nonzero  # noqa: E402
from penstock.ops.statistics import reduce_logsumexp as reduce_logsumexp  # noqa: E402
from penstock.ops.statistics import reduce_std as reduce_std  # noqa: E402
from penstock.ops.statistics import reduce_variance as reduce_variance  # noqa: E402
