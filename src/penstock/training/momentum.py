"""``tf.train.MomentumOptimizer``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from penstock.ops.casts import cast
from penstock.training.rules import RuleOptimizer, Update


class MomentumOptimizer(RuleOptimizer):
    """Gradient descent with momentum.

    ::

        accumulation = momentum * accumulation + gradient
        variable -= learning_rate * accumulation

    Args:
        learning_rate: a float, tensor, or function without arguments.
        momentum: likewise.
        use_locking: accepted as in TensorFlow.
        name: the name of the operations that apply gradients.
        use_nesterov: Nesterov's form, as in Sutskever et al. (2013).
    """

    def __init__(self, learning_rate: Any, momentum: Any, use_locking: bool = False,
                 name: str = "Momentum", use_nesterov: bool = False) -> None:  # fmt: skip
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._momentum = momentum
        self._use_nesterov = use_nesterov

    def _create_slots(self, var_list: Sequence[Any]) -> None:
        for variable in var_list:
            self._zeros_slot(variable, "momentum", self._name)

    def _prepare(self) -> None:
        self._learning_rate_tensor = self._tensor(self._learning_rate, "learning_rate")
        self._momentum_tensor = self._tensor(self._momentum, "momentum")

    def _rule(self, var: Any, dtype: Any) -> Update:
        return Update(
            "Momentum",
            [self.get_slot(var, "momentum")],
            before=[cast(self._learning_rate_tensor, dtype)],
            after=[cast(self._momentum_tensor, dtype)],
            attributes={"use_nesterov": self._use_nesterov},
        )
