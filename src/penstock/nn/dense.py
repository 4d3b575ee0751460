"""Small compositions: dense layers, normalised vectors, the share of zeros."""

from __future__ import annotations

from typing import Any

from penstock.graph import dtypes
from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import name_scope
from penstock.graph.tensor import Tensor
from penstock.ops.arrays import identity, size, zeros
from penstock.ops.casts import cast
from penstock.ops.comparisons import not_equal
from penstock.ops.math_binary import maximum, multiply
from penstock.ops.math_unary import rsqrt, square
from penstock.ops.matrices import matmul
from penstock.ops.nn_activations import relu
from penstock.ops.nn_bias import bias_add, bias_add_v1
from penstock.ops.reductions import reduce_sum, renamed_argument


def xw_plus_b(x: Any, weights: Any, biases: Any, name: str | None = None) -> Tensor:
    """``matmul(x, weights) + biases``.

    Args:
        x: ``[batch, in]``.
        weights: ``[in, out]``.
        biases: ``[out]``.
        name: the operation's name.
    """
    with name_scope(name, "xw_plus_b", [x, weights, biases]) as scope:
        product, biases = _product(x, weights, biases)
        return bias_add(product, biases, name=scope)


def xw_plus_b_v1(x: Any, weights: Any, biases: Any, name: str | None = None) -> Tensor:
    """``xw_plus_b`` with the operation ``BiasAddV1``."""
    with name_scope(name, "xw_plus_b_v1", [x, weights, biases]) as scope:
        product, biases = _product(x, weights, biases)
        return bias_add_v1(product, biases, name=scope)


def relu_layer(x: Any, weights: Any, biases: Any, name: str | None = None) -> Tensor:
    """``relu(matmul(x, weights) + biases)``.

    Args:
        x: ``[batch, in]``.
        weights: ``[in, out]``.
        biases: ``[out]``.
        name: the operation's name.
    """
    with name_scope(name, "relu_layer", [x, weights, biases]) as scope:
        product, biases = _product(x, weights, biases)
        return relu(bias_add(product, biases), name=scope)


def _product(x: Any, weights: Any, biases: Any) -> tuple[Tensor, Tensor]:
    x = convert_to_tensor(x, name="x")
    weights = convert_to_tensor(weights, name="weights")
    biases = convert_to_tensor(biases, name="biases")
    return matmul(x, weights), biases


def l2_normalize(
    x: Any, axis: Any = None, epsilon: float = 1e-12, name: str | None = None, dim: Any = None
) -> Tensor:
    """``x / sqrt(max(sum(x ** 2), epsilon))`` along some axes.

    Args:
        x: a floating tensor.
        axis: an axis or a list of axes; all by default.
        epsilon: the least divisor, squared.
        name: the name of the scope.
        dim: the old name of ``axis``.
    """
    axis = renamed_argument("axis", axis, "dim", dim)
    with name_scope(name, "l2_normalize", [x]) as scope:
        x = convert_to_tensor(x, name="x")
        squares = reduce_sum(square(x), axis, keepdims=True)
        return multiply(x, rsqrt(maximum(squares, epsilon)), name=scope)


def _count_nonzero(value: Tensor, dtype: Any) -> Tensor:
    with name_scope("count_nonzero", "count_nonzero", [value]):
        nonzero = cast(not_equal(value, zeros([], dtype=value.dtype)), dtype)
        return reduce_sum(nonzero, name="nonzero_count")


def zero_fraction(value: Any, name: str | None = None) -> Tensor:
    """The share of elements that are 0; NaN for an empty tensor.

    Args:
        value: a tensor of a number type.
        name: the name of the scope.

    Returns:
        A ``float32`` scalar.
    """
    from penstock.ops.control_flow import cond

    with name_scope(name, "zero_fraction", [value]):
        value = convert_to_tensor(value, name="value")
        total = size(value, out_type=dtypes.int64)
        # Counting in int32 is quicker where the count fits.
        nonzero = cond(
            total <= dtypes.int32.max,
            true_fn=lambda: cast(_count_nonzero(value, dtypes.int32), dtypes.int64),
            false_fn=lambda: _count_nonzero(value, dtypes.int64),
        )
        with name_scope("counts_to_fraction"):
            zeros = total - nonzero
            fraction = cast(zeros, dtypes.float32) / cast(total, dtypes.float32)
        return identity(fraction, "fraction")
