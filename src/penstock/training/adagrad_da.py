"""``tf.train.AdagradDAOptimizer``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from penstock.graph.scopes import colocate_with, device
from penstock.ops.constants import constant
from penstock.training.rules import RuleOptimizer, Update, cast_all


class AdagradDAOptimizer(RuleOptimizer):
    """Adagrad dual averaging (Duchi, Hazan and Singer, 2011), for sparse linear models.

    Args:
        learning_rate: a float or tensor.
        global_step: the variable that counts the steps.
        initial_gradient_squared_accumulator_value: what the accumulators start from; positive.
        l1_regularization_strength: zero or positive.
        l2_regularization_strength: zero or positive.
        use_locking: accepted as in TensorFlow.
        name: the name of the operations that apply gradients.

    Raises:
        ValueError: when the initial value isn't positive.
    """

    def __init__(self, learning_rate: Any, global_step: Any,
                 initial_gradient_squared_accumulator_value: float = 0.1,
                 l1_regularization_strength: Any = 0.0, l2_regularization_strength: Any = 0.0,
                 use_locking: bool = False, name: str = "AdagradDA") -> None:  # fmt: skip
        if initial_gradient_squared_accumulator_value <= 0.0:
            raise ValueError(
                "initial_gradient_squared_accumulator_value must be positive: "
                f"{initial_gradient_squared_accumulator_value}"
            )
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._initial = initial_gradient_squared_accumulator_value
        self._l1 = l1_regularization_strength
        self._l2 = l2_regularization_strength
        self._global_step = global_step

    def _create_slots(self, var_list: Sequence[Any]) -> None:
        for variable in var_list:
            dtype, shape = variable.dtype.base_dtype, variable.get_shape()
            with colocate_with(variable.op):
                sums = constant(0.0, shape=shape, dtype=dtype)
                squares = constant(self._initial, shape=shape, dtype=dtype)
            self._get_or_make_slot(variable, sums, "gradient_accumulator", self._name)
            self._get_or_make_slot(variable, squares, "gradient_squared_accumulator", self._name)

    def _prepare(self) -> None:
        from penstock.ops.arrays import identity

        self._learning_rate_tensor = self._tensor(self._learning_rate, "learning_rate")
        with colocate_with(self._learning_rate_tensor.op):
            self._step = identity(self._global_step) + 1

    def _rule(self, var: Any, dtype: Any) -> Update:
        from penstock.ops.arrays import identity

        with device(var.device):
            step = identity(self._step)
        return Update(
            "AdagradDA",
            [
                self.get_slot(var, "gradient_accumulator"),
                self.get_slot(var, "gradient_squared_accumulator"),
            ],
            after=[*cast_all([self._learning_rate_tensor, self._l1, self._l2], dtype), step],
        )
