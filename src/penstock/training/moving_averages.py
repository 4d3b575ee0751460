"""``tf.train.ExponentialMovingAverage``: smoothed copies of variables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from penstock.graph import defaults, dtypes
from penstock.graph.collections import GraphKeys
from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import colocate_with, init_scope, name_scope
from penstock.ops import state
from penstock.ops.casts import cast
from penstock.ops.math_binary import minimum
from penstock.ops.variable_collections import (
    global_variables,
    moving_average_variables,
    trainable_variables,
)
from penstock.ops.variable_scope import get_variable, variable_scope
from penstock.ops.variables import Variable
from penstock.training import slot_creator


def assign_moving_average(variable: Any, value: Any, decay: Any, zero_debias: bool = True,
                          name: str | None = None) -> Any:  # fmt: skip
    """Moves a variable a part of the way to a value.

    ``variable -= (1 - decay) * (variable - value)``

    Args:
        variable: the average. value: a tensor of its shape.
        decay: how much of the average is kept, a float or scalar tensor.
        zero_debias: correct for a start at zero, as Adam does, with a biased average and a count
            of steps in variables beside ``variable``.
        name: the operation's name; ``'AssignMovingAvg'`` by default.

    Returns:
        The assignment.
    """
    with name_scope(name, "AssignMovingAvg", [variable, value]) as scope:
        step = convert_to_tensor(1.0 - decay, name="decay")
        if step.dtype.base_dtype != variable.dtype.base_dtype:
            step = cast(step, variable.dtype.base_dtype)
        if zero_debias:
            return state.assign(variable, _debiased(variable, value, step), name=scope)
        return state.assign_sub(variable, (variable - value) * step, name=scope)


def _debiased(average: Any, value: Any, step: Any) -> Any:
    """The average without the bias of a start at zero."""
    from penstock.ops.initializers import Zeros
    from penstock.ops.math_binary import pow as power_of

    with variable_scope(average.op.name, values=[average, value, step]):
        with colocate_with(average.op), init_scope():
            dtype = average.dtype.base_dtype
            biased = get_variable("biased", shape=average.get_shape(), dtype=dtype,
                                  initializer=Zeros(dtype), trainable=False)  # fmt: skip
            count = get_variable("local_step", shape=[], dtype=dtype, initializer=Zeros(dtype),
                                 trainable=False)  # fmt: skip
    updated = state.assign_sub(_ref(biased), (biased - value) * step)
    counted = count.assign_add(1)
    return updated / (1 - power_of(1.0 - step, counted))


def _ref(variable: Any) -> Any:
    return variable._ref() if variable.dtype._is_ref_dtype else variable


class ExponentialMovingAverage:
    """Keeps moving averages of variables: ``average -= (1 - decay) * (average - variable)``.

    Args:
        decay: how much of the average is kept, close to 1.
        num_updates: a count of steps; the decay is then ``min(decay, (1 + n) / (10 + n))``, so
            averages move faster at first.
        zero_debias: correct the averages of tensors for their start at zero.
        name: the name of the slots and the scope.
    """

    def __init__(self, decay: Any, num_updates: Any = None, zero_debias: bool = False,
                 name: str = "ExponentialMovingAverage") -> None:  # fmt: skip
        self._decay = decay
        self._num_updates = num_updates
        self._zero_debias = zero_debias
        self._name = name
        self._averages: dict[Any, Any] = {}

    @property
    def name(self) -> str:
        """The name of the slots and the scope."""
        return self._name

    def apply(self, var_list: Sequence[Any] | None = None) -> Any:
        """An operation that updates the averages; makes those that don't exist yet.

        Args:
            var_list: variables or tensors of floating types; all trainable variables by default.
                Averages of variables start at their initial values, those of tensors at zero.

        Raises:
            TypeError: for another type.
        """
        from penstock.ops import control_flow

        variables = trainable_variables() if var_list is None else list(var_list)
        debiased = set()
        for each in variables:
            if each.dtype.base_dtype not in (
                dtypes.bfloat16, dtypes.float16, dtypes.float32, dtypes.float64
            ):  # fmt: skip
                raise TypeError(f"The variables must be half, float, or double: {each.name}")
            if each in self._averages:
                continue
            with init_scope():
                if isinstance(each, Variable):
                    average = slot_creator.create_slot(each, each.initialized_value(), self.name)
                    defaults.get_default_graph().add_to_collection(
                        GraphKeys.MOVING_AVERAGE_VARIABLES, each
                    )
                else:
                    is_variable = each.op.type in ("Variable", "VariableV2", "VarHandleOp")
                    average = slot_creator.create_zeros_slot(
                        each, self.name, colocate_with_primary=is_variable
                    )
                    if self._zero_debias:
                        debiased.add(average)
            self._averages[each] = average
        with name_scope(self.name) as scope:
            decay = convert_to_tensor(self._decay, name="decay")
            if self._num_updates is not None:
                count = cast(self._num_updates, dtypes.float32, name="num_updates")
                decay = minimum(decay, (1.0 + count) / (10.0 + count))
            updates = [
                assign_moving_average(
                    self._averages[each], each, decay,
                    zero_debias=self._averages[each] in debiased,
                )
                for each in variables
            ]  # fmt: skip
            return control_flow.group(*updates, name=scope)

    def average(self, var: Any) -> Any:
        """The variable that holds the average of ``var``, or ``None``."""
        return self._averages.get(var)

    def average_name(self, var: Any) -> str:
        """The name of the variable that holds (or would hold) the average of ``var``."""
        if var in self._averages:
            return self._averages[var].op.name
        graph = defaults.get_default_graph()
        return graph.unique_name(f"{var.op.name}/{self.name}", mark_as_used=False)

    def variables_to_restore(
        self, moving_avg_variables: Sequence[Any] | None = None
    ) -> dict[str, Any]:
        """A map for ``tf.train.Saver`` that loads averages into the variables themselves.

        Args:
            moving_avg_variables: the variables to load averages into; all trainable ones and
                those in ``MOVING_AVERAGE_VARIABLES`` by default.

        Returns:
            From names in the checkpoint to variables; others are loaded under their own names.
        """
        if moving_avg_variables is None:
            moving_avg_variables = trainable_variables() + moving_average_variables()
        chosen = list(dict.fromkeys(moving_avg_variables))
        found = {self.average_name(variable): variable for variable in chosen}
        names = {variable.name for variable in chosen}
        for variable in dict.fromkeys(global_variables()):
            if variable.name not in names and variable.op.name not in found:
                found[variable.op.name] = variable
        return found
