"""Made of several reductions: log-sum-exp, counts of non-zeros, variance, standard deviation."""

from __future__ import annotations

from typing import Any

from penstock.graph import dtypes
from penstock.graph.build import apply
from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import name_scope
from penstock.graph.tensor import Tensor


def reduce_logsumexp(
    input_tensor: Any,
    axis: Any = None,
    keepdims: bool | None = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
) -> Tensor:
    """``log(sum(exp(x)))`` along some axes, without overflow.

    Args:
        input_tensor: a floating tensor.
        axis: an axis or a list of axes, negative ones counted from the end; all by default.
        keepdims: keep the reduced axes, with size 1.
        name: the name of the scope.
        reduction_indices: the old name of ``axis``.
        keep_dims: the old name of ``keepdims``.

    Raises:
        ValueError: when an argument comes under both names.
    """
    from penstock.ops.arrays import reshape, shape, zeros_like
    from penstock.ops.reductions import (
        reduce_max,
        reduce_sum,
        renamed_argument,
        scalar_if_all,
    )

    keepdims = renamed_argument("keepdims", keepdims, "keep_dims", keep_dims)
    axis = renamed_argument("axis", axis, "reduction_indices", reduction_indices)
    keepdims = False if keepdims is None else keepdims
    with name_scope(name, "ReduceLogSumExp", [input_tensor]):
        largest = reduce_max(input_tensor, axis=axis, keepdims=True)
        finite = apply("IsFinite", largest)
        shift = apply("StopGradient", apply("Select", finite, largest, zeros_like(largest)))
        powers = apply("Exp", apply("Sub", input_tensor, shift))
        result = apply("Log", reduce_sum(powers, axis=axis, keepdims=keepdims))
        if not keepdims:
            shift = reshape(shift, shape(result))
        return scalar_if_all(apply("Add", result, shift), axis, keepdims)


def count_nonzero(
    input_tensor: Any = None,
    axis: Any = None,
    keepdims: bool | None = None,
    dtype: Any = dtypes.int64,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: bool | None = None,
    input: Any = None,  # noqa: A002
) -> Tensor:
    """How many elements along some axes aren't 0 (for strings: aren't empty).

    Args:
        input_tensor: a tensor of numbers, truth values or strings.
        axis: an axis or a list of axes, negative ones counted from the end; all by default.
        keepdims: keep the reduced axes, with size 1.
        dtype: the type of the result.
        name: the name of the scope.
        reduction_indices: the old name of ``axis``.
        keep_dims: the old name of ``keepdims``.
        input: another name of ``input_tensor``.
    """
    from penstock.ops.arrays import zeros
    from penstock.ops.casts import cast
    from penstock.ops.math_binary import not_equal
    from penstock.ops.reductions import reduce_sum, renamed_argument

    keepdims = renamed_argument("keepdims", keepdims, "keep_dims", keep_dims)
    input_tensor = renamed_argument("input", input, "input_tensor", input_tensor)
    axis = renamed_argument("axis", axis, "reduction_indices", reduction_indices)
    keepdims = False if keepdims is None else keepdims
    with name_scope(name, "count_nonzero", [input_tensor]):
        x = convert_to_tensor(input_tensor, name="input")
        counted = cast(not_equal(x, zeros([], dtype=x.dtype)), dtypes.int64)
        return cast(reduce_sum(counted, axis=axis, keepdims=keepdims), dtype=dtype)


def reduce_variance(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Tensor:
    """The variance of the elements along some axes (divided by their number).

    Args:
        input_tensor: a floating tensor.
        axis: an axis or a list of axes, negative ones counted from the end; all by default.
        keepdims: keep the reduced axes, with size 1.
        name: the name of the scope.
    """
    from penstock.ops.reductions import reduce_mean

    name = name if name else "reduce_variance"
    with name_scope(name):
        means = reduce_mean(input_tensor, axis=axis, keepdims=True)
        squares = apply("Square", convert_to_tensor(input_tensor) - means)
        return reduce_mean(squares, axis=axis, keepdims=keepdims)


def reduce_std(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Tensor:
    """The standard deviation of the elements along some axes.

    Args:
        input_tensor: a floating tensor.
        axis: an axis or a list of axes, negative ones counted from the end; all by default.
        keepdims: keep the reduced axes, with size 1.
        name: the name of the scope.
    """
    name = name if name else "reduce_std"
    with name_scope(name):
        return apply("Sqrt", reduce_variance(input_tensor, axis=axis, keepdims=keepdims))
