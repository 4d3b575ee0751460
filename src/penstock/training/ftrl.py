"""``tf.train.FtrlOptimizer``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from penstock.graph.scopes import colocate_with
from penstock.ops.constants import constant
from penstock.training.rules import RuleOptimizer, Update, cast_all


class FtrlOptimizer(RuleOptimizer):
    """Follow the regularized leader (McMahan et al., 2013).

    Args:
        learning_rate: a float, tensor, or function without arguments.
        learning_rate_power: how the learning rate falls; zero or negative.
        initial_accumulator_value: what the accumulators start from; zero or positive.
        l1_regularization_strength: zero or positive.
        l2_regularization_strength: zero or positive, a penalty for stability.
        use_locking: accepted as in TensorFlow.
        name: the name of the operations that apply gradients.
        accum_name: the name of the accumulators' slots. linear_name: of the linear slots.
        l2_shrinkage_regularization_strength: zero or positive, a penalty on magnitude.

    Raises:
        ValueError: when an argument is out of its range.
    """

    def __init__(
        self,
        learning_rate: Any,
        learning_rate_power: Any = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: Any = 0.0,
        l2_regularization_strength: Any = 0.0,
        use_locking: bool = False,
        name: str = "Ftrl",
        accum_name: str | None = None,
        linear_name: str | None = None,
        l2_shrinkage_regularization_strength: float = 0.0,
    ) -> None:
        super().__init__(use_locking, name)
        for argument, value in (
            ("initial_accumulator_value", initial_accumulator_value),
            ("l1_regularization_strength", l1_regularization_strength),
            ("l2_regularization_strength", l2_regularization_strength),
            ("l2_shrinkage_regularization_strength", l2_shrinkage_regularization_strength),
        ):
            if value < 0.0:
                raise ValueError(f"{argument} {value:f} needs to be positive or zero")
        if learning_rate_power > 0.0:
            raise ValueError(
                f"learning_rate_power {learning_rate_power:f} needs to be negative or zero"
            )
        self._learning_rate = learning_rate
        self._learning_rate_power = learning_rate_power
        self._initial_accumulator_value = initial_accumulator_value
        self._l1 = l1_regularization_strength
        self._l2 = l2_regularization_strength
        self._l2_shrinkage = l2_shrinkage_regularization_strength
        self._accum_name = accum_name
        self._linear_name = linear_name

    def _create_slots(self, var_list: Sequence[Any]) -> None:
        for variable in var_list:
            with colocate_with(variable.op):
                value = constant(
                    self._initial_accumulator_value,
                    dtype=variable.dtype.base_dtype,
                    shape=variable.get_shape(),
                )
            self._get_or_make_slot(variable, value, "accum", self._accum_name or self._name)
            self._zeros_slot(variable, "linear", self._linear_name or self._name)

    def _prepare(self) -> None:
        rate = self._tensor(self._learning_rate, "learning_rate")
        strengths = [
            self._tensor(self._l1, "l1_regularization_strength"),
            self._tensor(self._l2, "l2_regularization_strength"),
        ]
        shrinkage = self._tensor(self._l2_shrinkage, "l2_shrinkage_regularization_strength")
        if self._l2_shrinkage > 0.0:
            strengths.append(shrinkage)
        power = self._tensor(self._learning_rate_power, "learning_rate_power")
        self._settings = [rate, *strengths, power]

    def _rule(self, var: Any, dtype: Any) -> Update:
        return Update(
            "FtrlV2" if self._l2_shrinkage > 0.0 else "Ftrl",
            [self.get_slot(var, "accum"), self.get_slot(var, "linear")],
            after=cast_all(self._settings, dtype),
        )
