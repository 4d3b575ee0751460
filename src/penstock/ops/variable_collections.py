"""Lists of a graph's variables, and the operations that initialize and check them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from penstock.graph import defaults, dtypes
from penstock.graph.collections import GraphKeys
from penstock.graph.scopes import colocate_with, device, name_scope
from penstock.ops.state import is_variable_initialized as _is_initialized


def _collection(key: str, scope: str | None = None) -> list[Any]:
    return defaults.get_default_graph().get_collection(key, scope)


def global_variables(scope: str | None = None) -> list[Any]:
    """The global variables: those kept in checkpoints.

    Args:
        scope: a pattern (as for ``re.match``) that the names must start with.
    """
    return _collection(GraphKeys.GLOBAL_VARIABLES, scope)


def all_variables() -> list[Any]:
    """The old name of ``global_variables``."""
    return global_variables()


def local_variables(scope: str | None = None) -> list[Any]:
    """The local variables: those not kept in checkpoints, such as metrics' counters.

    Args:
        scope: a pattern that the names must start with.
    """
    return _collection(GraphKeys.LOCAL_VARIABLES, scope)


def model_variables(scope: str | None = None) -> list[Any]:
    """The variables in ``MODEL_VARIABLES``.

    Args:
        scope: a pattern that the names must start with.
    """
    return _collection(GraphKeys.MODEL_VARIABLES, scope)


def trainable_variables(scope: str | None = None) -> list[Any]:
    """The variables that optimizers train unless told otherwise.

    Args:
        scope: a pattern that the names must start with.
    """
    return _collection(GraphKeys.TRAINABLE_VARIABLES, scope)


def moving_average_variables(scope: str | None = None) -> list[Any]:
    """The variables of which ``tf.train.ExponentialMovingAverage`` keeps averages.

    Args:
        scope: a pattern that the names must start with.
    """
    return _collection(GraphKeys.MOVING_AVERAGE_VARIABLES, scope)


def _all_saveable_objects(scope: str | None = None) -> list[Any]:
    return _collection(GraphKeys.GLOBAL_VARIABLES, scope) + _collection(
        GraphKeys.SAVEABLE_OBJECTS, scope
    )


def variables_initializer(var_list: Sequence[Any], name: str = "init") -> Any:
    """An operation that gives each of ``var_list`` its initial value.

    Args:
        var_list: variables. name: the operation's name.
    """
    from penstock.ops import control_flow

    if var_list:
        return control_flow.group(*[v.initializer for v in var_list], name=name)
    return control_flow.no_op(name=name)


def initialize_variables(var_list: Sequence[Any], name: str = "init") -> Any:
    """The old name of ``variables_initializer``."""
    return variables_initializer(var_list, name=name)


def global_variables_initializer() -> Any:
    """An operation that initializes all global variables."""
    return variables_initializer(global_variables())


def initialize_all_variables() -> Any:
    """The old name of ``global_variables_initializer``.

    To programs of TensorFlow 0.5 to 0.7, whose input producers counted epochs in such variables,
    it initializes those counters too: they know no ``initialize_local_variables``.
    """
    epochs = [v for v in local_variables() if v.op.name.endswith("limit_epochs/epochs")]
    return variables_initializer(global_variables() + epochs)


def local_variables_initializer() -> Any:
    """An operation that initializes all local variables."""
    return variables_initializer(local_variables())


def initialize_local_variables() -> Any:
    """The old name of ``local_variables_initializer``."""
    return local_variables_initializer()


def is_variable_initialized(variable: Any) -> Any:
    """Whether a variable has a value, as a ``bool`` scalar."""
    return _is_initialized(variable)


def _every_variable() -> list[Any]:
    found = global_variables() + local_variables()
    if found:
        return found
    operations = defaults.get_default_graph().get_operations()
    kinds = ("Variable", "VariableV2", "AutoReloadVariable")
    return [op.outputs[0] for op in operations if op.type in kinds]


def assert_variables_initialized(var_list: Sequence[Any] | None = None) -> Any:
    """An operation that fails with ``FailedPreconditionError`` when a variable has no value.

    Args:
        var_list: the variables; all global and local ones by default.

    Returns:
        The operation's tensor, or ``None`` when there are no variables.
    """
    from penstock.ops import arrays, joining

    variables = _every_variable() if var_list is None else list(var_list)
    if not variables:
        return None
    ranks = []
    for variable in variables:
        with colocate_with(variable.op):
            ranks.append(arrays.rank_internal(variable, optimize=False))
    return ranks[0] if len(ranks) == 1 else joining.stack(ranks)


def report_uninitialized_variables(
    var_list: Sequence[Any] | None = None, name: str = "report_uninitialized_variables"
) -> Any:
    """The names of the variables that have no value.

    Args:
        var_list: the variables to look at; all global and local ones by default.
        name: the name scope.

    Returns:
        A vector of strings.
    """
    from penstock.ops import comparisons, joining, selecting
    from penstock.ops.constants import constant

    variables = _every_variable() if var_list is None else list(var_list)
    with name_scope(name):
        initialized = [_is_initialized(variable) for variable in variables]
        with device("/cpu:0"):
            if not variables:
                return constant([], dtype=dtypes.string)
            missing = comparisons.logical_not(joining.stack(initialized))
            names = constant([variable.op.name for variable in variables])
            return selecting.boolean_mask(names, missing)
