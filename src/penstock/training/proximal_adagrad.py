"""``tf.train.ProximalAdagradOptimizer``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from penstock.graph.scopes import colocate_with
from penstock.ops.constants import constant
from penstock.training.rules import RuleOptimizer, Update, cast_all


class ProximalAdagradOptimizer(RuleOptimizer):
    """Adagrad with forward-backward splitting (Duchi and Singer, 2009).

    Args:
        learning_rate: a float, tensor, or function without arguments.
        initial_accumulator_value: what the accumulators start from; positive.
        l1_regularization_strength: zero or positive.
        l2_regularization_strength: zero or positive.
        use_locking: accepted as in TensorFlow.
        name: the name of the operations that apply gradients.

    Raises:
        ValueError: when ``initial_accumulator_value`` isn't positive.
    """

    def __init__(self, learning_rate: Any, initial_accumulator_value: float = 0.1,
                 l1_regularization_strength: Any = 0.0, l2_regularization_strength: Any = 0.0,
                 use_locking: bool = False, name: str = "ProximalAdagrad") -> None:  # fmt: skip
        if initial_accumulator_value <= 0.0:
            raise ValueError(
                f"initial_accumulator_value must be positive: {initial_accumulator_value}"
            )
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._initial_accumulator_value = initial_accumulator_value
        self._l1 = l1_regularization_strength
        self._l2 = l2_regularization_strength

    def _create_slots(self, var_list: Sequence[Any]) -> None:
        for variable in var_list:
            with colocate_with(variable.op):
                value = constant(
                    self._initial_accumulator_value,
                    shape=variable.get_shape(),
                    dtype=variable.dtype.base_dtype,
                )
            self._get_or_make_slot(variable, value, "accumulator", self._name)

    def _prepare(self) -> None:
        self._settings = [
            self._tensor(self._learning_rate, "learning_rate"),
            self._tensor(self._l1, "l1_regularization_strength"),
            self._tensor(self._l2, "l2_regularization_strength"),
        ]

    def _rule(self, var: Any, dtype: Any) -> Update:
        slots = [self.get_slot(var, "accumulator")]
        return Update("ProximalAdagrad", slots, before=cast_all(self._settings, dtype))
