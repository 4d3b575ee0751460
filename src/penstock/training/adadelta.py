"""``tf.train.AdadeltaOptimizer``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from penstock.training.rules import RuleOptimizer, Update, cast_all


class AdadeltaOptimizer(RuleOptimizer):
    """Adadelta (Zeiler, 2012).

    Args:
        learning_rate: a float, tensor, or function without arguments; 1.0 is the paper's form.
        rho: the decay rate. epsilon: a small number that keeps the steps going.
        use_locking: accepted as in TensorFlow.
        name: the name of the operations that apply gradients.
    """

    def __init__(self, learning_rate: Any = 0.001, rho: Any = 0.95, epsilon: Any = 1e-8,
                 use_locking: bool = False, name: str = "Adadelta") -> None:  # fmt: skip
        super().__init__(use_locking, name)
        self._lr = learning_rate
        self._rho = rho
        self._epsilon = epsilon

    def _create_slots(self, var_list: Sequence[Any]) -> None:
        for variable in var_list:
            self._zeros_slot(variable, "accum", self._name)
            self._zeros_slot(variable, "accum_update", self._name)

    def _prepare(self) -> None:
        self._settings = [
            self._tensor(self._lr, "lr"),
            self._tensor(self._rho, "rho"),
            self._tensor(self._epsilon, "epsilon"),
        ]

    def _rule(self, var: Any, dtype: Any) -> Update:
        slots = [self.get_slot(var, "accum"), self.get_slot(var, "accum_update")]
        return Update("Adadelta", slots, before=cast_all(self._settings, dtype))
