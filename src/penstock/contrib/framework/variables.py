"""Variables of models: making, finding and filling them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from penstock.checkpoint.inspection import load_checkpoint
from penstock.checkpoint.saver import Saver
from penstock.contrib.framework.arg_scope import add_arg_scope
from penstock.graph.collections import GraphKeys
from penstock.graph.scopes import device as device_scope
from penstock.graph.scopes import get_collection
from penstock.ops.constants import placeholder
from penstock.ops.control_flow import group
from penstock.ops.state import assign
from penstock.ops.variable_scope import VariableScope
from penstock.ops.variable_scope import get_variable as get_core_variable
from penstock.ops.variables import VariableAggregation, VariableSynchronization


@add_arg_scope
def variable(
    name: str,
    shape: Any = None,
    dtype: Any = None,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool = True,
    collections: Sequence[str] | None = None,
    caching_device: Any = None,
    device: Any = None,
    partitioner: Any = None,
    custom_getter: Callable[..., Any] | None = None,
    use_resource: bool | None = None,
    synchronization: VariableSynchronization = VariableSynchronization.AUTO,
    aggregation: VariableAggregation = VariableAggregation.NONE,
) -> Any:
    """``tf.get_variable``, with a device, and always in ``GLOBAL_VARIABLES``.

    Args:
        device: where to place it.
        custom_getter: used in place of ``tf.get_variable``.

    The other arguments are those of ``tf.get_variable``.
    """
    names = list(collections if collections is not None else [GraphKeys.GLOBAL_VARIABLES])
    names = list(dict.fromkeys([*names, GraphKeys.GLOBAL_VARIABLES]))
    getter = custom_getter or get_core_variable
    with device_scope(device or ""):
        return getter(
            name,
            shape=shape,
            dtype=dtype,
            initializer=initializer,
            regularizer=regularizer,
            trainable=trainable,
            collections=names,
            caching_device=caching_device,
            partitioner=partitioner,
            use_resource=use_resource,
            synchronization=synchronization,
            aggregation=aggregation,
        )


@add_arg_scope
def model_variable(
    name: str,
    shape: Any = None,
    dtype: Any = None,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool = True,
    collections: Sequence[str] | None = None,
    caching_device: Any = None,
    device: Any = None,
    partitioner: Any = None,
    custom_getter: Callable[..., Any] | None = None,
    use_resource: bool | None = None,
    synchronization: VariableSynchronization = VariableSynchronization.AUTO,
    aggregation: VariableAggregation = VariableAggregation.NONE,
) -> Any:
    """``variable`` that is in ``MODEL_VARIABLES`` too; see there for the arguments."""
    names = [*(collections or []), GraphKeys.GLOBAL_VARIABLES, GraphKeys.MODEL_VARIABLES]
    return variable(
        name,
        shape=shape,
        dtype=dtype,
        initializer=initializer,
        regularizer=regularizer,
        trainable=trainable,
        collections=names,
        caching_device=caching_device,
        device=device,
        partitioner=partitioner,
        custom_getter=custom_getter,
        use_resource=use_resource,
        synchronization=synchronization,
        aggregation=aggregation,
    )


def add_model_variable(var: Any) -> None:
    """Adds a variable to ``MODEL_VARIABLES``."""
    if not any(var is other for other in get_collection(GraphKeys.MODEL_VARIABLES)):
        var.graph.add_to_collection(GraphKeys.MODEL_VARIABLES, var)


def get_variables(
    scope: Any = None, suffix: str | None = None, collection: str = GraphKeys.GLOBAL_VARIABLES
) -> list[Any]:
    """The variables of a collection.

    Args:
        scope: a name or variable scope they are in. suffix: what their names end with.
        collection: the collection.
    """
    if isinstance(scope, VariableScope):
        scope = scope.name
    if suffix is not None:
        scope = (scope or "") + (".*" if ":" in suffix else ".*/") + suffix + "(:|$|_)"
        if ":" in suffix:
            scope = scope.rsplit("(:", 1)[0]
    return get_collection(collection, scope)


def get_model_variables(scope: Any = None, suffix: str | None = None) -> list[Any]:
    """The variables in ``MODEL_VARIABLES``; see ``get_variables``."""
    return get_variables(scope, suffix, GraphKeys.MODEL_VARIABLES)


def get_local_variables(scope: Any = None, suffix: str | None = None) -> list[Any]:
    """The variables in ``LOCAL_VARIABLES``; see ``get_variables``."""
    return get_variables(scope, suffix, GraphKeys.LOCAL_VARIABLES)


def get_trainable_variables(scope: Any = None, suffix: str | None = None) -> list[Any]:
    """The variables in ``TRAINABLE_VARIABLES``; see ``get_variables``."""
    return get_variables(scope, suffix, GraphKeys.TRAINABLE_VARIABLES)


def get_variables_to_restore(
    include: Sequence[str] | None = None, exclude: Sequence[str] | None = None
) -> list[Any]:
    """The variables to restore.

    Args:
        include: scopes to take them from; all of them by default.
        exclude: scopes to leave out.

    Raises:
        TypeError: when one of them is no list.
    """
    for value, what in ((include, "include"), (exclude, "exclude")):
        if value is not None and not isinstance(value, (list, tuple)):
            raise TypeError(f"{what} is provided but is not iterable.")
    if include is None:
        found = get_variables()
    else:
        found = [v for scope in include for v in get_variables(scope)]
    left_out = {id(v) for scope in exclude or [] for v in get_variables(scope)}
    return [v for v in found if id(v) not in left_out]


def get_variables_by_suffix(suffix: str, scope: Any = None) -> list[Any]:
    """The variables whose names end with ``suffix``."""
    return get_variables(scope=scope, suffix=suffix)


def get_variables_by_name(given_name: str, scope: Any = None) -> list[Any]:
    """The variables with a name, in any scope."""
    pattern = re.compile(f"(^|.*/){re.escape(given_name)}(:|$)")
    return [v for v in get_variables(scope=scope) if pattern.match(v.name)]


def get_unique_variable(var_op_name: str) -> Any:
    """The variable of exactly this name.

    Raises:
        ValueError: when there is none, or more than one.
    """
    candidates = get_variables(scope=var_op_name)
    if not candidates:
        raise ValueError(f"Couldn't find variable {var_op_name}")
    for candidate in candidates:
        if candidate.op.name == var_op_name:
            return candidate
    raise ValueError(f"Variable {var_op_name} does not uniquely identify a variable")


def get_variable_full_name(var: Any) -> str:
    """The name under which a variable is in a checkpoint."""
    information = var._save_slice_info
    return information.full_name if information else var.op.name


def assign_from_values(var_names_to_values: dict[str, Any]) -> tuple[Any, dict[Any, Any]]:
    """An operation that gives variables values, and what to feed it.

    Args:
        var_names_to_values: variable names and arrays.

    Returns:
        ``(operation, feed_dict)``.

    Raises:
        ValueError: for a name that isn't exactly one variable's.
    """
    feed: dict[Any, Any] = {}
    assignments = []
    for name, value in var_names_to_values.items():
        value = np.asarray(value)
        var = get_unique_variable(name)
        given = placeholder(var.dtype.base_dtype, name=f"placeholder/{var.op.name}")
        assignments.append(var.assign(given, use_locking=True) if hasattr(var, "assign")
                           else assign(var, given))  # fmt: skip
        feed[given] = value.reshape(var.get_shape().as_list())
    return group(*assignments), feed


def assign_from_values_fn(var_names_to_values: dict[str, Any]) -> Callable[[Any], None]:
    """A function of a session that gives variables values."""
    operation, feed = assign_from_values(var_names_to_values)

    def run(session: Any) -> None:
        session.run(operation, feed)

    return run


def _names_to_variables(var_list: Any) -> dict[str, Any]:
    if isinstance(var_list, dict):
        return dict(var_list)
    return {get_variable_full_name(var): var for var in var_list}


def assign_from_checkpoint(
    model_path: str, var_list: Any, ignore_missing_vars: bool = False
) -> tuple[Any, dict[Any, Any]]:
    """An operation that gives variables their values in a checkpoint, and what to feed it.

    Args:
        model_path: the checkpoint.
        var_list: variables, or a dictionary from names in the checkpoint to variables.
        ignore_missing_vars: leave out variables that the checkpoint doesn't have.

    Returns:
        ``(operation, feed_dict)``.

    Raises:
        ValueError: when the checkpoint doesn't have a variable, or in another size.
    """
    reader = load_checkpoint(model_path)
    feed: dict[Any, Any] = {}
    assignments = []
    for name, var in _names_to_variables(var_list).items():
        if not reader.has_tensor(name):
            text = f"Checkpoint is missing variable [{name}]"
            if not ignore_missing_vars:
                raise ValueError(text)
            continue
        value = reader.get_tensor(name)
        given = placeholder(var.dtype.base_dtype, shape=var.get_shape(), name=var.op.name)
        assignments.append(var.assign(given))
        if value.size != np.prod(var.get_shape().as_list()):
            raise ValueError(
                f"Total size of new array must be unchanged for {name} lh_shape: "
                f"[{value.shape}], rh_shape: [{var.get_shape().as_list()}]"
            )
        feed[given] = value.reshape(var.get_shape().as_list())
    return group(*assignments), feed


def assign_from_checkpoint_fn(
    model_path: str,
    var_list: Any,
    ignore_missing_vars: bool = False,
    reshape_variables: bool = False,
) -> Callable[[Any], None] | None:
    """A function of a session that restores variables from a checkpoint.

    Args:
        model_path: the checkpoint. var_list: as for ``assign_from_checkpoint``.
        ignore_missing_vars: leave out variables that the checkpoint doesn't have.
        reshape_variables: allow other shapes of the same size.

    Raises:
        ValueError: when there is nothing to restore.
    """
    if not var_list:
        raise ValueError("var_list cannot be empty")
    wanted = _names_to_variables(var_list)
    if ignore_missing_vars:
        reader = load_checkpoint(model_path)
        wanted = {name: var for name, var in wanted.items() if reader.has_tensor(name)}
    if not wanted:
        return None
    saver = Saver(wanted, reshape=reshape_variables)

    def restore(session: Any) -> None:
        saver.restore(session, model_path)

    return restore


def local_variable(initial_value: Any, validate_shape: bool = True,
                   name: str | None = None, use_resource: bool | None = None) -> Any:  # fmt: skip
    """A variable that isn't trained, in ``LOCAL_VARIABLES``."""
    from penstock.ops.variables import Variable

    return Variable(
        initial_value,
        trainable=False,
        collections=[GraphKeys.LOCAL_VARIABLES],
        validate_shape=validate_shape,
        name=name,
        use_resource=use_resource,
    )


def global_variable(initial_value: Any, validate_shape: bool = True,
                    name: str | None = None, use_resource: bool | None = None) -> Any:  # fmt: skip
    """A variable that isn't trained, in ``GLOBAL_VARIABLES``."""
    from penstock.ops.variables import Variable

    return Variable(
        initial_value,
        trainable=False,
        collections=[GraphKeys.GLOBAL_VARIABLES],
        validate_shape=validate_shape,
        name=name,
        use_resource=use_resource,
    )
