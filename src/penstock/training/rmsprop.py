"""``tf.train.RMSPropOptimizer``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from penstock.training.rules import RuleOptimizer, Update, cast_all


class RMSPropOptimizer(RuleOptimizer):
    """RMSProp (Tieleman and Hinton, 2012), with momentum.

    ::

        mean_square = decay * mean_square + (1 - decay) * gradient^2
        step = momentum * step + learning_rate * gradient / sqrt(mean_square + epsilon)
        variable -= step

    ``mean_square`` starts at one.

    Args:
        learning_rate: a float, tensor, or function without arguments.
        decay: how much of the old mean square is kept. momentum: how much of the old step.
        epsilon: a small number against division by zero.
        use_locking: accepted as in TensorFlow.
        centered: divide by the estimated variance instead of the mean square (Graves, 2013).
        name: the name of the operations that apply gradients.
    """

    def __init__(self, learning_rate: Any, decay: Any = 0.9, momentum: Any = 0.0,
                 epsilon: Any = 1e-10, use_locking: bool = False, centered: bool = False,
                 name: str = "RMSProp") -> None:  # fmt: skip
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._decay = decay
        self._momentum = momentum
        self._epsilon = epsilon
        self._centered = centered

    def _create_slots(self, var_list: Sequence[Any]) -> None:
        from penstock.ops.arrays import ones_like
        from penstock.ops.initializers import Ones

        for variable in var_list:
            dtype = variable.dtype.base_dtype
            known = variable.get_shape().is_fully_defined()
            self._get_or_make_slot_with_initializer(
                variable,
                Ones(dtype=dtype) if known else ones_like(variable),
                variable.get_shape(),
                dtype,
                "rms",
                self._name,
            )
            if self._centered:
                self._zeros_slot(variable, "mg", self._name)
            self._zeros_slot(variable, "momentum", self._name)

    def _prepare(self) -> None:
        self._settings = [
            self._tensor(self._learning_rate, "learning_rate"),
            self._tensor(self._decay, "decay"),
            self._tensor(self._momentum, "momentum"),
            self._tensor(self._epsilon, "epsilon"),
        ]

    def _rule(self, var: Any, dtype: Any) -> Update:
        names = ["mg", "rms", "momentum"] if self._centered else ["rms", "momentum"]
        return Update(
            "CenteredRMSProp" if self._centered else "RMSProp",
            [self.get_slot(var, name) for name in names],
            before=cast_all(self._settings, dtype),
        )
