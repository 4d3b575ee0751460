"""``tf.train.AdagradOptimizer``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from penstock.ops.casts import cast
from penstock.training.rules import RuleOptimizer, Update


class AdagradOptimizer(RuleOptimizer):
    """Adagrad (Duchi, Hazan and Singer, 2011).

    ::

        accumulator += gradient^2
        variable -= learning_rate * gradient / sqrt(accumulator)

    Args:
        learning_rate: a float, tensor, or function without arguments.
        initial_accumulator_value: what the accumulators start from; positive.
        use_locking: accepted as in TensorFlow.
        name: the name of the operations that apply gradients.

    Raises:
        ValueError: when ``initial_accumulator_value`` isn't positive.
    """

    def __init__(self, learning_rate: Any, initial_accumulator_value: float = 0.1,
                 use_locking: bool = False, name: str = "Adagrad") -> None:  # fmt: skip
        if initial_accumulator_value <= 0.0:
            raise ValueError(
                f"initial_accumulator_value must be positive: {initial_accumulator_value}"
            )
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._initial_accumulator_value = initial_accumulator_value

    def _create_slots(self, var_list: Sequence[Any]) -> None:
        from penstock.ops.initializers import Constant

        for variable in var_list:
            dtype = variable.dtype.base_dtype
            if variable.get_shape().is_fully_defined():
                initial: Any = Constant(self._initial_accumulator_value, dtype=dtype)
            else:
                initial = self._initial_of_unknown_shape(variable, dtype)
            self._get_or_make_slot_with_initializer(
                variable, initial, variable.get_shape(), dtype, "accumulator", self._name
            )

    def _initial_of_unknown_shape(self, variable: Any, dtype: Any) -> Any:
        def initial() -> Any:
            from penstock.ops import arrays

            return cast(arrays.fill(arrays.shape(variable), self._initial_accumulator_value), dtype)

        return initial

    def _prepare(self) -> None:
        self._learning_rate_tensor = self._tensor(self._learning_rate, "learning_rate")

    def _rule(self, var: Any, dtype: Any) -> Update:
        return Update(
            "Adagrad",
            [self.get_slot(var, "accumulator")],
            before=[cast(self._learning_rate_tensor, dtype)],
        )
