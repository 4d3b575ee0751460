"""Weights of losses and metrics: whether they fit their values, and broadcasting."""

from __future__ import annotations

from typing import Any

from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import control_dependencies, name_scope
from penstock.graph.static_values import constant_value
from penstock.graph.tensor import Tensor
from penstock.ops.arrays import expand_dims, rank, shape, size
from penstock.ops.checks import Assert
from penstock.ops.comparisons import equal
from penstock.ops.control_flow import cond, no_op
from penstock.ops.fills import ones_like
from penstock.ops.joining import concat
from penstock.ops.math_binary import multiply
from penstock.ops.sets import set_difference

_ERROR = "weights can not be broadcast to values."


def _dimensions_fit(weights_shape: Tensor, values_shape: Tensor) -> Tensor:
    """Whether each size of the weights is 1 or that of the values."""
    with name_scope(None, "has_invalid_dims", [weights_shape, values_shape]) as scope:
        column = expand_dims(values_shape, -1)
        valid = concat((column, ones_like(column)), axis=1)
        invalid = set_difference(expand_dims(weights_shape, -1), valid)
        count = size(invalid.values, name="num_invalid_dims")
        return equal(0, count, name=scope)


def _shape_fits(
    weights_rank: Tensor, weights_shape: Tensor, values_rank: Tensor, values_shape: Tensor
) -> Tensor:
    values = [weights_rank, weights_shape, values_rank, values_shape]
    with name_scope(None, "has_valid_nonscalar_shape", values) as scope:
        same = equal(values_rank, weights_rank, name="is_same_rank")
        return cond(
            same, lambda: _dimensions_fit(weights_shape, values_shape), lambda: same, name=scope
        )


def assert_broadcastable(weights: Any, values: Any) -> Any:
    """An operation that checks that weights fit values: a scalar, or sizes that are 1 or equal.

    Raises:
        ValueError: when it is known now that they don't.
        InvalidArgumentError: (when run) when they don't.
    """
    with name_scope(None, "assert_broadcastable", [weights, values]) as scope:
        with name_scope(None, "weights", [weights]) as weights_scope:
            weights = convert_to_tensor(weights, name=weights_scope)
            weights_shape = shape(weights, name="shape")
            weights_rank = rank(weights, name="rank")
        with name_scope(None, "values", [values]) as values_scope:
            values = convert_to_tensor(values, name=values_scope)
            values_shape = shape(values, name="shape")
            values_rank = rank(values, name="rank")
        ranks = constant_value(weights_rank), constant_value(values_rank)
        if ranks[0] is not None and ranks[1] is not None:
            if ranks[0] == 0:
                return no_op(name="static_scalar_check_success")
            if ranks[0] != ranks[1]:
                raise ValueError(
                    f"{_ERROR} values.rank={ranks[1]}. weights.rank={ranks[0]}. "
                    f"values.shape={values.shape}. weights.shape={weights.shape}."
                )
            known: Any = constant_value(weights_shape), constant_value(values_shape)
            if known[0] is not None and known[1] is not None:
                for i, (own, other) in enumerate(zip(*known)):
                    if own not in (1, other):
                        raise ValueError(
                            f"{_ERROR} Mismatch at dim {i}. values.shape={known[1]} "
                            f"weights.shape={known[0]}."
                        )
                return no_op(name="static_dims_check_success")
        is_scalar = equal(0, weights_rank, name="is_scalar")
        data = [
            _ERROR,
            "weights.shape=",
            weights.name,
            weights_shape,
            "values.shape=",
            values.name,
            values_shape,
            "is_scalar=",
            is_scalar,
        ]
        fits = cond(
            is_scalar,
            lambda: is_scalar,
            lambda: _shape_fits(weights_rank, weights_shape, values_rank, values_shape),
            name="is_valid_shape",
        )
        return Assert(fits, data, name=scope)


def broadcast_weights(weights: Any, values: Any) -> Tensor:
    """Weights with the shape of the values.

    Args:
        weights: a tensor, see ``assert_broadcastable``.
        values: a tensor.
    """
    with name_scope(None, "broadcast_weights", [weights, values]) as scope:
        values = convert_to_tensor(values, name="values")
        weights = convert_to_tensor(weights, dtype=values.dtype.base_dtype, name="weights")
        if (
            weights.shape.is_fully_defined()
            and values.shape.is_fully_defined()
            and weights.shape.is_compatible_with(values.shape)
        ):
            return weights
        with control_dependencies([assert_broadcastable(weights, values)]):
            return multiply(weights, ones_like(values), name=scope)
