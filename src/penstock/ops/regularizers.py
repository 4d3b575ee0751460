"""Regularizers (``tf.contrib.layers.l1_regularizer`` and its kin): functions of weights."""

from __future__ import annotations

import numbers
from collections.abc import Callable, Sequence
from typing import Any

from penstock.graph import defaults
from penstock.graph.collections import GraphKeys
from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import name_scope
from penstock.graph.tensor import Tensor

Regularizer = Callable[[Any], Any]


def _checked(scale: Any) -> bool:
    """Checks a scale; false when it is zero, so that there is nothing to do."""
    if isinstance(scale, numbers.Integral):
        raise ValueError(f"scale cannot be an integer: {scale}")
    if isinstance(scale, numbers.Real):
        if scale < 0.0:
            raise ValueError(f"Setting a scale less than 0 on a regularizer: {scale:g}")
        return scale != 0.0
    return True


def _nothing(_: Any) -> None:
    return None


def l1_regularizer(scale: Any, scope: str | None = None) -> Regularizer:
    """A regularizer: ``scale`` times the sum of the weights' magnitudes.

    Args:
        scale: a float or scalar tensor; zero turns it off. scope: the name scope.

    Raises:
        ValueError: when ``scale`` is negative or an integer.
    """
    if not _checked(scale):
        return _nothing

    def l1(weights: Any, name: str | None = None) -> Tensor:
        from penstock.ops.math_binary import multiply
        from penstock.ops.math_unary import abs as magnitude
        from penstock.ops.reductions import reduce_sum

        with name_scope(scope, "l1_regularizer", [weights]) as full_name:
            factor = convert_to_tensor(scale, dtype=weights.dtype.base_dtype, name="scale")
            return multiply(factor, reduce_sum(magnitude(weights)), name=full_name)

    return l1


def l2_regularizer(scale: Any, scope: str | None = None) -> Regularizer:
    """A regularizer: ``scale`` times half the sum of the weights' squares.

    Args:
        scale: a float or scalar tensor; zero turns it off. scope: the name scope.

    Raises:
        ValueError: when ``scale`` is negative or an integer.
    """
    if not _checked(scale):
        return _nothing

    def l2(weights: Any) -> Tensor:
        from penstock.graph.build import apply
        from penstock.ops.math_binary import multiply

        with name_scope(scope, "l2_regularizer", [weights]) as full_name:
            factor = convert_to_tensor(scale, dtype=weights.dtype.base_dtype, name="scale")
            return multiply(factor, apply("L2Loss", weights), name=full_name)

    return l2


def l1_l2_regularizer(scale_l1: Any = 1.0, scale_l2: Any = 1.0,
                      scope: str | None = None) -> Regularizer:  # fmt: skip
    """The sum of an L1 and an L2 regularizer.

    Args:
        scale_l1: the factor of the first. scale_l2: that of the second. scope: the name scope.
    """
    for scale in (scale_l1, scale_l2):
        if isinstance(scale, numbers.Integral):
            raise ValueError(f"scale cannot be an integer: {scale}")
    scope = scope or "l1_l2_regularizer"
    if scale_l1 == 0.0:
        return l2_regularizer(scale_l2, scope)
    if scale_l2 == 0.0:
        return l1_regularizer(scale_l1, scope)
    return sum_regularizer([l1_regularizer(scale_l1), l2_regularizer(scale_l2)], scope=scope)


def sum_regularizer(regularizer_list: Sequence[Any], scope: str | None = None) -> Any:
    """The sum of several regularizers; ``None`` when there are none.

    Args:
        regularizer_list: regularizers, or ``None``. scope: the name scope.
    """
    regularizers = [regularizer for regularizer in regularizer_list if regularizer is not None]
    if not regularizers:
        return None

    def sum_of_all(weights: Any) -> Any:
        from penstock.ops.sums import add_n

        with name_scope(scope, "sum_regularizer", [weights]) as full_name:
            terms = [regularizer(weights) for regularizer in regularizers]
            terms = [term for term in terms if term is not None]
            return add_n(terms, name=full_name) if terms else None

    return sum_of_all


def apply_regularization(regularizer: Regularizer, weights_list: Any = None) -> Tensor:
    """The sum of a regularizer's penalties; also added to ``REGULARIZATION_LOSSES``.

    Args:
        regularizer: a function of weights that returns a scalar or ``None``.
        weights_list: tensors or variables; the collection ``WEIGHTS`` by default.

    Raises:
        ValueError: when there are no weights or a penalty is no scalar.
    """
    from penstock.ops.constants import constant
    from penstock.ops.sums import add_n

    graph = defaults.get_default_graph()
    weights = weights_list or graph.get_collection(GraphKeys.WEIGHTS)
    if not weights:
        raise ValueError("No weights to regularize.")
    with name_scope("get_regularization_penalty", values=weights) as scope:
        penalties = [regularizer(each) for each in weights]
        penalties = [p if p is not None else constant(0.0) for p in penalties]
        for penalty in penalties:
            if penalty.get_shape().ndims != 0:
                raise ValueError(
                    "regularizer must return a scalar Tensor instead of a Tensor with rank "
                    f"{penalty.get_shape().ndims}."
                )
        total = add_n(penalties, name=scope)
        graph.add_to_collection(GraphKeys.REGULARIZATION_LOSSES, total)
        return total
