"""``tf.train.ProximalGradientDescentOptimizer``."""

from __future__ import annotations

from typing import Any

from penstock.training.rules import RuleOptimizer, Update, cast_all


class ProximalGradientDescentOptimizer(RuleOptimizer):
    """Gradient descent with forward-backward splitting (Duchi and Singer, 2009).

    Args:
        learning_rate: a float, tensor, or function without arguments.
        l1_regularization_strength: zero or positive.
        l2_regularization_strength: zero or positive.
        use_locking: accepted as in TensorFlow.
        name: the name of the operations that apply gradients.
    """

    def __init__(self, learning_rate: Any, l1_regularization_strength: Any = 0.0,
                 l2_regularization_strength: Any = 0.0, use_locking: bool = False,
                 name: str = "ProximalGradientDescent") -> None:  # fmt: skip
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._l1 = l1_regularization_strength
        self._l2 = l2_regularization_strength

    def _prepare(self) -> None:
        self._settings = [
            self._tensor(self._learning_rate, "learning_rate"),
            self._tensor(self._l1, "l1_regularization_strength"),
            self._tensor(self._l2, "l2_regularization_strength"),
        ]

    def _rule(self, var: Any, dtype: Any) -> Update:
        return Update("ProximalGradientDescent", [], before=cast_all(self._settings, dtype))
