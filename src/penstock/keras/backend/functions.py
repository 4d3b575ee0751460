"""``keras.backend``: tensors, arithmetic and shapes."""

# ruff: noqa: A001 - the names are Keras's
from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import Any

import numpy as np

from penstock.keras import tensor_ops as ops
from penstock.keras.backend import sessions
from penstock.keras.backend.settings import floatx

_slice = builtins.slice
_range = builtins.range


# -- making tensors -------------------------------------------------------------------------------
def constant(value: Any, dtype: Any = None, shape: Any = None, name: str | None = None) -> Any:
    """A constant; of the default float type unless ``dtype`` says otherwise."""
    return ops.constant(value, dtype=dtype or floatx(), shape=shape, name=name or "Const")


def placeholder(
    shape: Any = None,
    ndim: int | None = None,
    dtype: Any = None,
    sparse: bool = False,
    name: str | None = None,
    ragged: bool = False,
) -> Any:
    """A placeholder.

    Args:
        shape: the shape, ``None`` for unknown sizes. ndim: the rank, when the shape is unknown.
        dtype: the type. sparse: make a sparse placeholder. name: the name.
        ragged: refused: TensorFlow's graphs of version 1 feed no ragged tensors here.
    """
    if ragged:
        raise ValueError("Ragged placeholders are not supported.")
    if not shape and ndim:
        shape = (None,) * ndim
    dtype = dtype or floatx()
    if sparse:
        from penstock.ops.sparse import sparse_placeholder

        return sparse_placeholder(dtype, shape=shape, name=name)
    return ops.placeholder(dtype, shape=shape, name=name)


def is_placeholder(x: Any) -> bool:
    """Whether ``x`` is a placeholder."""
    return isinstance(x, ops.Tensor) and x.op.type in ("Placeholder", "PlaceholderV2")


def is_keras_tensor(x: Any) -> bool:
    """Whether a layer made ``x``."""
    if not isinstance(x, (ops.Tensor, ops.Variable, ops.SparseTensor)):
        raise ValueError(
            f"Unexpectedly found an instance of type `{type(x)}`. Expected a symbolic tensor "
            "instance."
        )
    return hasattr(x, "_keras_history")


def is_sparse(tensor: Any) -> bool:
    """Whether ``tensor`` is a sparse tensor."""
    return isinstance(tensor, ops.SparseTensor)


def to_dense(tensor: Any) -> Any:
    """``tensor``, made dense if it is sparse."""
    if not is_sparse(tensor):
        return tensor
    from penstock.ops.sparse import sparse_tensor_to_dense

    return sparse_tensor_to_dense(tensor)


def _filled(kind: Any, shape: Any, dtype: Any, name: str | None) -> Any:
    dtype = dtype or floatx()
    value = kind(shape=shape, dtype=dtype, name=name)
    if value.shape.is_fully_defined():
        return sessions.variable(value, dtype=dtype, name=name)
    return value


def zeros(shape: Any, dtype: Any = None, name: str | None = None) -> Any:
    """A variable of zeros."""
    return _filled(ops.zeros, shape, dtype, name)


def ones(shape: Any, dtype: Any = None, name: str | None = None) -> Any:
    """A variable of ones."""
    return _filled(ops.ones, shape, dtype, name)


def eye(size: Any, dtype: Any = None, name: str | None = None) -> Any:
    """A variable that is the identity matrix."""
    dtype = dtype or floatx()
    return sessions.variable(ops.eye(size, dtype=ops.as_dtype(dtype)), dtype, name)


def zeros_like(x: Any, dtype: Any = None, name: str | None = None) -> Any:
    """Zeros of the shape of ``x``."""
    return ops.zeros_like(x, dtype=dtype, name=name)


def ones_like(x: Any, dtype: Any = None, name: str | None = None) -> Any:
    """Ones of the shape of ``x``."""
    return ops.ones_like(x, dtype=dtype, name=name)


def identity(x: Any, name: str | None = None) -> Any:
    """The same values."""
    return ops.identity(x, name=name)


def arange(start: Any, stop: Any = None, step: Any = 1, dtype: Any = "int32") -> Any:
    """``start``, ``start + step``, ... below ``stop``."""
    if stop is None and start < 0:
        start = 0
    result = ops.range(start, limit=stop, delta=step, name="arange")
    return result if dtype == "int32" else ops.cast(result, dtype)


def _seed(seed: int | None) -> int:
    return int(np.random.randint(10_000_000)) if seed is None else seed


def random_normal(shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None,
                  seed: int | None = None) -> Any:  # fmt: skip
    """Normal random numbers."""
    return ops.random_normal(
        shape, mean=mean, stddev=stddev, dtype=dtype or floatx(), seed=_seed(seed)
    )


def random_uniform(shape: Any, minval: Any = 0.0, maxval: Any = 1.0, dtype: Any = None,
                   seed: int | None = None) -> Any:  # fmt: skip
    """Uniform random numbers."""
    return ops.random_uniform(
        shape, minval=minval, maxval=maxval, dtype=dtype or floatx(), seed=_seed(seed)
    )


def random_binomial(shape: Any, p: Any = 0.0, dtype: Any = None, seed: int | None = None) -> Any:
    """Ones with probability ``p``, else zeros."""
    dtype = dtype or floatx()
    drawn = ops.random_uniform(shape, dtype=dtype, seed=_seed(seed))
    return ops.where(drawn <= p, ops.ones(shape, dtype=dtype), ops.zeros(shape, dtype=dtype))


def truncated_normal(shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None,
                     seed: int | None = None) -> Any:  # fmt: skip
    """Normal random numbers within two deviations."""
    return ops.truncated_normal(shape, mean, stddev, dtype=dtype or floatx(), seed=_seed(seed))


def random_uniform_variable(shape: Any, low: Any, high: Any, dtype: Any = None,
                            name: str | None = None, seed: int | None = None) -> Any:  # fmt: skip
    """A variable of uniform random numbers."""
    dtype = dtype or floatx()
    value = ops.random_uniform(shape, low, high, dtype=dtype, seed=_seed(seed))
    return sessions.variable(value, dtype=dtype, name=name)


def random_normal_variable(shape: Any, mean: Any, scale: Any, dtype: Any = None,
                           name: str | None = None, seed: int | None = None) -> Any:  # fmt: skip
    """A variable of normal random numbers."""
    dtype = dtype or floatx()
    value = ops.random_normal(shape, mean, scale, dtype=dtype, seed=_seed(seed))
    return sessions.variable(value, dtype=dtype, name=name)


# -- what a tensor is -----------------------------------------------------------------------------
def shape(x: Any) -> Any:
    """The shape, as a tensor."""
    return ops.shape(x)


def int_shape(x: Any) -> Any:
    """What is known of the shape, as a tuple; ``None`` when nothing is."""
    sizes = x.shape.sizes if isinstance(x.shape, ops.TensorShape) else tuple(x.shape)
    return None if sizes is None else tuple(sizes)


def ndim(x: Any) -> Any:
    """The rank."""
    return x.shape.ndims


def dtype(x: Any) -> str:
    """The type, as a word."""
    return x.dtype.base_dtype.name


# -- updates --------------------------------------------------------------------------------------
def update(x: Any, new_x: Any) -> Any:
    """Assigns ``new_x`` to the variable ``x``."""
    return x.assign(new_x)


def update_add(x: Any, increment: Any) -> Any:
    """Adds to the variable ``x``."""
    return x.assign_add(increment)


def update_sub(x: Any, decrement: Any) -> Any:
    """Subtracts from the variable ``x``."""
    return x.assign_sub(decrement)


def moving_average_update(x: Any, value: Any, momentum: Any) -> Any:
    """Moves the variable ``x`` towards ``value``."""
    from penstock.training.moving_averages import assign_moving_average

    return assign_moving_average(x, value, momentum, zero_debias=True)


# -- arithmetic -----------------------------------------------------------------------------------
def dot(x: Any, y: Any) -> Any:
    """The product of matrices, or of the last axis of ``x`` and the last but one of ``y``."""
    if ndim(x) is not None and (ndim(x) > 2 or ndim(y) > 2):
        x_shape = _sizes(x)
        y_shape = _sizes(y)
        order = list(_range(ndim(y)))
        order = [order.pop(-2)] + order
        flat_x = ops.reshape(x, [-1, x_shape[-1]])
        flat_y = ops.reshape(ops.transpose(y, perm=order), [y_shape[-2], -1])
        return ops.reshape(ops.matmul(flat_x, flat_y), x_shape[:-1] + y_shape[:-2] + y_shape[-1:])
    if is_sparse(x):
        from penstock.ops.sparse import sparse_tensor_dense_matmul

        return sparse_tensor_dense_matmul(x, y)
    return ops.matmul(x, y)


def _sizes(x: Any) -> list[Any]:
    """Sizes as numbers where known, else as tensors."""
    known = int_shape(x)
    dynamic = ops.unstack(ops.shape(x))
    return [d if k is None else k for k, d in zip(known, dynamic)]


def batch_dot(x: Any, y: Any, axes: Any = None) -> Any:
    """The product of each sample of ``x`` with the same sample of ``y`` over ``axes``."""
    x_rank, y_rank = ndim(x), ndim(y)
    if x_rank < 2 or y_rank < 2:
        raise ValueError(
            f"Can not do batch_dot on inputs with rank < 2. Received inputs with shapes "
            f"{x.shape} and {y.shape}."
        )
    if axes is None:
        axes = [x_rank - 1, y_rank - 1] if y_rank == 2 else [x_rank - 1, y_rank - 2]
    if isinstance(axes, int):
        axes = (axes, axes)
    first, second = [a if a >= 0 else a + r for a, r in zip(axes, (x_rank, y_rank))]
    if first == 0 or second == 0:
        raise ValueError("Can not perform batch_dot over axis 0.")
    left, right = int_shape(x)[first], int_shape(y)[second]
    if left is not None and right is not None and left != right:
        raise ValueError(
            f"Can not do batch_dot on inputs with shapes {x.shape} and {y.shape} with "
            f"axes={list(axes)}. x.shape[{first}] != y.shape[{second}] ({left} != {right})."
        )
    x_sizes, y_sizes = _sizes(x), _sizes(y)
    x_kept = [i for i in _range(1, x_rank) if i != first]
    y_kept = [i for i in _range(1, y_rank) if i != second]
    moved_x = ops.transpose(x, [0, *x_kept, first])
    moved_y = ops.transpose(y, [0, second, *y_kept])
    flat_x = ops.reshape(moved_x, ops.stack([x_sizes[0], -1, x_sizes[first]]))
    flat_y = ops.reshape(moved_y, ops.stack([y_sizes[0], y_sizes[second], -1]))
    product = ops.matmul(flat_x, flat_y)
    sizes = [x_sizes[0], *[x_sizes[i] for i in x_kept], *[y_sizes[i] for i in y_kept]]
    known = [int_shape(x)[0] or int_shape(y)[0]]
    known += [int_shape(x)[i] for i in x_kept] + [int_shape(y)[i] for i in y_kept]
    if len(sizes) == 1:
        sizes, known = [*sizes, 1], [*known, 1]
    result = ops.reshape(product, ops.stack(sizes))
    result.set_shape(known)
    return result


def transpose(x: Any) -> Any:
    """The axes in reverse order."""
    return ops.transpose(x)


def gather(reference: Any, indices: Any) -> Any:
    """The rows of ``reference`` at ``indices``."""
    return ops.gather(reference, indices)


def _float_if_bool(x: Any) -> Any:
    return ops.cast(x, floatx()) if x.dtype.base_dtype.name == "bool" else x


def max(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The largest element along ``axis``."""
    return ops.reduce_max(x, axis, keepdims)


def min(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The smallest element along ``axis``."""
    return ops.reduce_min(x, axis, keepdims)


def sum(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The sum along ``axis``."""
    return ops.reduce_sum(x, axis, keepdims)


def prod(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The product along ``axis``."""
    return ops.reduce_prod(x, axis, keepdims)


def cumsum(x: Any, axis: int = 0) -> Any:
    """Running sums along ``axis``."""
    return ops.cumsum(x, axis=axis)


def cumprod(x: Any, axis: int = 0) -> Any:
    """Running products along ``axis``."""
    return ops.cumprod(x, axis=axis)


def var(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The variance along ``axis``."""
    x = _float_if_bool(x)
    centre = ops.reduce_mean(x, axis=axis, keepdims=True)
    return ops.reduce_mean(ops.square(x - centre), axis=axis, keepdims=keepdims)


def std(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The standard deviation along ``axis``."""
    return ops.sqrt(var(x, axis=axis, keepdims=keepdims))


def mean(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The mean along ``axis``."""
    return ops.reduce_mean(_float_if_bool(x), axis, keepdims)


def any(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Whether any element is true along ``axis``."""
    return ops.reduce_any(ops.cast(x, "bool"), axis, keepdims)


def all(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Whether all elements are true along ``axis``."""
    return ops.reduce_all(ops.cast(x, "bool"), axis, keepdims)


def argmax(x: Any, axis: int = -1) -> Any:
    """Where the largest element is."""
    return ops.argmax(x, axis)


def argmin(x: Any, axis: int = -1) -> Any:
    """Where the smallest element is."""
    return ops.argmin(x, axis)


def square(x: Any) -> Any:
    """``x * x``."""
    return ops.square(x)


def abs(x: Any) -> Any:
    """The absolute value."""
    return ops.abs(x)


def sqrt(x: Any) -> Any:
    """The square root, of 0 where ``x`` is negative."""
    zero = ops.constant(0.0, x.dtype.base_dtype)
    top = ops.constant(np.inf, x.dtype.base_dtype)
    return ops.sqrt(ops.clip_by_value(x, zero, top))


def exp(x: Any) -> Any:
    """The exponential."""
    return ops.exp(x)


def log(x: Any) -> Any:
    """The natural logarithm."""
    return ops.log(x)


def logsumexp(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """``log(sum(exp(x)))``."""
    return ops.reduce_logsumexp(x, axis, keepdims)


def round(x: Any) -> Any:
    """Rounded, halves to even."""
    return ops.round(x)


def sign(x: Any) -> Any:
    """-1, 0 or 1."""
    return ops.sign(x)


def pow(x: Any, a: Any) -> Any:
    """``x ** a``."""
    return ops.pow(x, a)


def clip(x: Any, min_value: Any, max_value: Any) -> Any:
    """``x``, but at least ``min_value`` and at most ``max_value``."""
    if isinstance(min_value, (int, float)) and isinstance(max_value, (int, float)):
        max_value = builtins.max(max_value, min_value)
    return ops.clip_by_value(
        x, -np.inf if min_value is None else min_value, np.inf if max_value is None else max_value
    )


def equal(x: Any, y: Any) -> Any:
    """``x == y``, element by element."""
    return ops.equal(x, y)


def not_equal(x: Any, y: Any) -> Any:
    """``x != y``, element by element."""
    return ops.not_equal(x, y)


def greater(x: Any, y: Any) -> Any:
    """``x > y``."""
    return ops.greater(x, y)


def greater_equal(x: Any, y: Any) -> Any:
    """``x >= y``."""
    return ops.greater_equal(x, y)


def less(x: Any, y: Any) -> Any:
    """``x < y``."""
    return ops.less(x, y)


def less_equal(x: Any, y: Any) -> Any:
    """``x <= y``."""
    return ops.less_equal(x, y)


def maximum(x: Any, y: Any) -> Any:
    """The larger of each pair."""
    return ops.maximum(x, y)


def minimum(x: Any, y: Any) -> Any:
    """The smaller of each pair."""
    return ops.minimum(x, y)


def sin(x: Any) -> Any:
    """The sine."""
    return ops.sin(x)


def cos(x: Any) -> Any:
    """The cosine."""
    return ops.cos(x)


def cast(x: Any, dtype: Any) -> Any:
    """``x`` in another type."""
    return ops.cast(x, dtype)


def stop_gradient(variables: Any) -> Any:
    """The same values, through which no gradient flows."""
    if isinstance(variables, (list, tuple)):
        return [ops.stop_gradient(v) for v in variables]
    return ops.stop_gradient(variables)


# -- shapes ---------------------------------------------------------------------------------------
def concatenate(tensors: Sequence[Any], axis: int = -1) -> Any:
    """The tensors one after the other along ``axis``."""
    if axis < 0:
        known = ndim(tensors[0])
        axis = axis % known if known else 0
    return ops.concat([to_dense(t) for t in tensors], axis)


def reshape(x: Any, shape: Any) -> Any:
    """The elements in another shape."""
    return ops.reshape(x, shape)


def permute_dimensions(x: Any, pattern: Sequence[int]) -> Any:
    """The axes in another order."""
    return ops.transpose(x, perm=pattern)


def repeat_elements(x: Any, rep: int, axis: int) -> Any:
    """Each slice along ``axis`` ``rep`` times, as ``np.repeat``."""
    known = int_shape(x)
    if known[axis] is not None:
        parts = ops.split(value=x, num_or_size_splits=known[axis], axis=axis)
        return concatenate([p for p in parts for _ in _range(rep)], axis)
    axis = axis % len(known)
    wide = ops.expand_dims(x, axis + 1)
    multiples = [1] * (len(known) + 1)
    multiples[axis + 1] = rep
    sizes = ops.concat([ops.shape(x)[:axis], [-1], ops.shape(x)[axis + 1 :]], 0)
    result = ops.reshape(ops.tile(wide, multiples), sizes)
    result.set_shape([None if i == axis else s for i, s in enumerate(known)])
    return result


def repeat(x: Any, n: int) -> Any:
    """``[samples, features]`` to ``[samples, n, features]``."""
    return ops.tile(ops.expand_dims(x, 1), ops.stack([1, n, 1]))


def tile(x: Any, n: Any) -> Any:
    """``x`` repeated ``n`` times along each axis."""
    return ops.tile(x, [n] if isinstance(n, int) else n)


def flatten(x: Any) -> Any:
    """All elements in one row."""
    return ops.reshape(x, [-1])


def batch_flatten(x: Any) -> Any:
    """Each sample's elements in one row."""
    sizes = int_shape(x)[1:]
    width = int(np.prod(sizes)) if None not in sizes else ops.reduce_prod(ops.shape(x)[1:])
    return ops.reshape(x, ops.stack([-1, width]))


def expand_dims(x: Any, axis: int = -1) -> Any:
    """With a new axis of size 1."""
    return ops.expand_dims(x, axis)


def squeeze(x: Any, axis: int) -> Any:
    """Without the axis, which has size 1."""
    return ops.squeeze(x, [axis])


def stack(x: Sequence[Any], axis: int = 0) -> Any:
    """Tensors side by side along a new axis."""
    return ops.stack(x, axis=axis)


def reverse(x: Any, axes: Any) -> Any:
    """In reverse order along ``axes``."""
    return ops.reverse(x, [axes] if isinstance(axes, int) else axes)


def slice(x: Any, start: Any, size: Any) -> Any:
    """A part of ``x``."""
    return ops.slice(x, start, size)


def one_hot(indices: Any, num_classes: int) -> Any:
    """A one at each index."""
    return ops.one_hot(indices, depth=num_classes, axis=-1)


def switch(condition: Any, then_expression: Any, else_expression: Any) -> Any:
    """One of two tensors, by a condition (a scalar, or one for each element or row)."""
    if condition.dtype.base_dtype.name != "bool":
        condition = ops.cast(condition, "bool")
    if not condition.shape.ndims:
        sides = [
            e if callable(e) else (lambda e=e: ops.identity(e))
            for e in (then_expression, else_expression)
        ]
        return ops.cond(condition, sides[0], sides[1])
    then, other = [e() if callable(e) else e for e in (then_expression, else_expression)]
    missing = ndim(then) - ndim(condition)
    if missing < 0:
        raise ValueError(
            f"Rank of `condition` should be less than or equal to rank of `then_expression` and "
            f"`else_expression`. ndim(condition)={ndim(condition)}, ndim(then_expression)="
            f"{ndim(then)}"
        )
    if missing > 0:
        for _ in _range(missing):
            condition = ops.expand_dims(condition, -1)
        condition = ops.logical_and(condition, ops.ones_like(then, dtype="bool"))
    return ops.where(condition, then, other)


def map_fn(fn: Any, elems: Any, name: str | None = None, dtype: Any = None) -> Any:
    """``fn`` of each element."""
    return ops.map_fn(fn, elems, name=name, dtype=dtype)


def foldl(fn: Any, elems: Any, initializer: Any = None, name: str | None = None) -> Any:
    """The elements combined from the first to the last."""
    return ops.foldl(fn, elems, initializer=initializer, name=name)


def foldr(fn: Any, elems: Any, initializer: Any = None, name: str | None = None) -> Any:
    """The elements combined from the last to the first."""
    return ops.foldr(fn, elems, initializer=initializer, name=name)


def print_tensor(x: Any, message: str = "") -> Any:
    """The same values, printed whenever they are computed."""
    from penstock.ops.logging import Print

    return Print(x, [x], message)


def temporal_padding(x: Any, padding: Sequence[int] = (1, 1)) -> Any:
    """Zeros before and after along the middle axis."""
    return ops.pad(x, [[0, 0], [padding[0], padding[1]], [0, 0]])


def spatial_2d_padding(x: Any, padding: Any = ((1, 1), (1, 1)), data_format: Any = None) -> Any:
    """Zeros around images."""
    return _spatial_padding(x, padding, data_format)


def spatial_3d_padding(
    x: Any, padding: Any = ((1, 1), (1, 1), (1, 1)), data_format: Any = None
) -> Any:
    """Zeros around volumes."""
    return _spatial_padding(x, padding, data_format)


def _spatial_padding(x: Any, padding: Any, data_format: Any) -> Any:
    from penstock.keras.backend.settings import known_data_format

    inner = [list(pair) for pair in padding]
    if known_data_format(data_format) == "channels_first":
        return ops.pad(x, [[0, 0], [0, 0], *inner])
    return ops.pad(x, [[0, 0], *inner, [0, 0]])


def resize_images(x: Any, height_factor: int, width_factor: int, data_format: str,
                  interpolation: str = "nearest") -> Any:  # fmt: skip
    """Images enlarged by whole factors.

    Args:
        x: ``[batch, height, width, channels]``, or channels first.
        height_factor: a whole number. width_factor: likewise.
        data_format: ``'channels_last'`` or ``'channels_first'``.
        interpolation: ``'nearest'`` or ``'bilinear'``.
    """
    rows, columns = (2, 3) if data_format == "channels_first" else (1, 2)
    if interpolation == "nearest":
        return _repeated(_repeated(x, height_factor, rows), width_factor, columns)
    if interpolation != "bilinear":
        raise ValueError('interpolation should be one of "nearest" or "bilinear".')
    return _stretched(_stretched(x, height_factor, rows), width_factor, columns)


def _repeated(x: Any, factor: int, axis: int) -> Any:
    return x if factor == 1 else repeat_elements(x, factor, axis)


def _stretched(x: Any, factor: int, axis: int) -> Any:
    """Linear interpolation between the middles of the elements along ``axis``."""
    if factor == 1:
        return x
    length = int_shape(x)[axis] or ops.shape(x)[axis]
    last = ops.convert_to_tensor(length - 1)
    # The middle of new element i lies at (2 i + 1 - factor) / (2 factor).
    places = 2 * ops.range(length * factor) + (1 - factor)
    below = places // (2 * factor)
    rest = places - 2 * factor * below
    weight = ops.cast(rest, x.dtype) / ops.cast(2 * factor, x.dtype)
    above = ops.minimum(below + ops.cast(ops.greater(rest, 0), "int32"), last)
    sizes = [1] * ndim(x)
    sizes[axis] = -1
    weight = ops.reshape(weight, sizes)
    low = ops.gather(x, ops.maximum(below, 0), axis=axis)
    high = ops.gather(x, above, axis=axis)
    return low + (high - low) * weight


def resize_volumes(x: Any, depth_factor: int, height_factor: int, width_factor: int,
                   data_format: str) -> Any:  # fmt: skip
    """Volumes enlarged by whole factors."""
    first = 2 if data_format == "channels_first" else 1
    for axis, factor in enumerate((depth_factor, height_factor, width_factor), first):
        x = _repeated(x, factor, axis)
    return x
