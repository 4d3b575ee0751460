"""Where ``tf.get_variable`` keeps what it made: one store of variables for each graph."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable, Sequence
from typing import Any

from penstock import behavior
from penstock.graph import defaults, dtypes
from penstock.graph.collections import GraphKeys
from penstock.graph.dtypes import as_dtype
from penstock.graph.scopes import colocate_with, init_scope, name_scope
from penstock.graph.shapes import TensorShape, as_shape
from penstock.ops.variables import (
    VariableAggregation,
    VariableSynchronization,
    create_by_creators,
)

STORE = ("__variable_store",)


def default_variable_store() -> VariableStore:
    """The store of the default graph."""
    found = defaults.get_default_graph().get_collection_ref(STORE)
    if not found:
        found.append(VariableStore())
    return found[0]


def default_initializer(name: str, shape: TensorShape, dtype: Any) -> Any:
    """The initializer of a variable for which none is given.

    Raises:
        ValueError: for a type that has no obvious one.
    """
    from penstock.ops import initializers

    if dtype.is_floating:
        if behavior.before(1, 0):
            return initializers.UniformUnitScaling()
        return initializers.GlorotUniform()
    if dtype.is_integer or dtype.is_unsigned or dtype.is_bool or dtype == dtypes.string:
        return initializers.Zeros()
    raise ValueError(f"An initializer for variable {name} of {dtype.base_dtype} is required")


def parameters_of(function: Any) -> tuple[list[str], int, bool]:
    """The names of a callable's positional parameters, how many have defaults, and ``**kwargs``."""
    try:
        listed = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return [], 0, False
    positional = [p for p in listed if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    optional = sum(p.default is not p.empty for p in positional)
    has_keywords = any(p.kind is p.VAR_KEYWORD for p in listed)
    return [p.name for p in positional], optional, has_keywords


class VariableStore:
    """Variables by their full names."""

    def __init__(self) -> None:
        self._vars: dict[str, Any] = {}
        self._partitioned_vars: dict[str, Any] = {}

    def get_variable(
        self,
        name: str,
        shape: Any = None,
        dtype: Any = dtypes.float32,
        initializer: Any = None,
        regularizer: Any = None,
        reuse: Any = None,
        trainable: bool | None = None,
        collections: Sequence[str] | None = None,
        caching_device: Any = None,
        partitioner: Any = None,
        validate_shape: bool = True,
        use_resource: bool | None = None,
        custom_getter: Callable[..., Any] | None = None,
        constraint: Any = None,
        synchronization: VariableSynchronization = VariableSynchronization.AUTO,
        aggregation: VariableAggregation = VariableAggregation.NONE,
    ) -> Any:
        """Gets an existing variable or makes one; see ``tf.get_variable``."""
        if custom_getter is not None and not callable(custom_getter):
            raise ValueError(f"Passed a custom_getter which is not callable: {custom_getter}")
        dtype = as_dtype(dtype).base_dtype
        if trainable is None:
            trainable = synchronization is not VariableSynchronization.ON_READ
        arguments: dict[str, Any] = {
            "name": name,
            "shape": shape,
            "dtype": dtype,
            "initializer": initializer,
            "regularizer": regularizer,
            "reuse": reuse,
            "trainable": trainable,
            "collections": collections,
            "caching_device": caching_device,
            "partitioner": partitioner,
            "validate_shape": validate_shape,
            "use_resource": use_resource,
            "synchronization": synchronization,
            "aggregation": aggregation,
        }
        if custom_getter is None:
            return self._get(**arguments, constraint=constraint)
        names, _, has_keywords = parameters_of(custom_getter)
        if has_keywords or "constraint" in names:
            arguments["constraint"] = constraint
        return custom_getter(getter=self._get, **arguments)

    def _get(
        self,
        name: str,
        shape: Any = None,
        dtype: Any = dtypes.float32,
        initializer: Any = None,
        regularizer: Any = None,
        reuse: Any = None,
        trainable: bool | None = None,
        collections: Sequence[str] | None = None,
        caching_device: Any = None,
        partitioner: Any = None,
        validate_shape: bool = True,
        use_resource: bool | None = None,
        constraint: Any = None,
        synchronization: VariableSynchronization = VariableSynchronization.AUTO,
        aggregation: VariableAggregation = VariableAggregation.NONE,
    ) -> Any:
        """What custom getters call for the variable itself."""
        is_scalar = isinstance(shape, Sequence) and not shape
        rest: dict[str, Any] = {
            "name": name,
            "shape": shape,
            "dtype": dtype,
            "initializer": initializer,
            "regularizer": regularizer,
            "reuse": reuse,
            "trainable": trainable,
            "collections": collections,
            "caching_device": caching_device,
            "validate_shape": validate_shape,
            "use_resource": use_resource,
            "constraint": constraint,
            "synchronization": synchronization,
            "aggregation": aggregation,
        }
        if partitioner is not None and not is_scalar:
            if not callable(partitioner):
                raise ValueError(f"Partitioner must be callable, but received: {partitioner}")
            with name_scope(None):
                return self._get_partitioned(partitioner=partitioner, **rest)
        if reuse is True and partitioner is None and name in self._partitioned_vars:
            return self._get_partitioned(partitioner=None, **rest)
        if f"{name}/part_0" in self._vars:
            raise ValueError(
                "No partitioner was provided, but a partitioned version of the variable was "
                f"found: {name}/part_0. Perhaps a variable of the same name was already created "
                "with partitioning?"
            )
        return self.get_single(**rest)

    def _get_partitioned(self, **arguments: Any) -> Any:
        from penstock.ops.partitioned_variables import get_partitioned

        return get_partitioned(self, **arguments)

    def get_single(
        self,
        name: str,
        shape: Any = None,
        dtype: Any = dtypes.float32,
        initializer: Any = None,
        regularizer: Any = None,
        partition_info: Any = None,
        reuse: Any = None,
        trainable: bool | None = None,
        collections: Sequence[str] | None = None,
        caching_device: Any = None,
        validate_shape: bool = True,
        use_resource: bool | None = None,
        constraint: Any = None,
        synchronization: VariableSynchronization = VariableSynchronization.AUTO,
        aggregation: VariableAggregation = VariableAggregation.NONE,
    ) -> Any:
        """One variable, not partitioned."""
        from_value = initializer is not None and not callable(initializer)
        if shape is not None and from_value:
            raise ValueError("If initializer is a constant, do not specify shape.")
        dtype = as_dtype(dtype)
        shape = as_shape(shape)
        if name in self._vars:
            return self._existing(name, shape, dtype, reuse)
        if reuse is True:
            raise ValueError(
                f"Variable {name} does not exist, or was not created with tf.get_variable(). Did "
                "you mean to set reuse=tf.AUTO_REUSE in VarScope?"
            )
        if initializer is None:
            initializer = default_initializer(name, shape, dtype)
        with init_scope():
            if from_value:
                initial_value, variable_dtype = initializer, None
            else:
                initial_value, variable_dtype = _initial_value(
                    initializer, shape, dtype, partition_info, validate_shape
                )
        if not name:
            raise ValueError("'' is not a valid node name")
        variable = create_by_creators(
            initial_value=initial_value,
            trainable=trainable,
            collections=collections,
            validate_shape=validate_shape,
            caching_device=caching_device,
            name=name,
            variable_def=None,
            dtype=variable_dtype,
            expected_shape=None,
            import_scope=None,
            constraint=constraint,
            use_resource=use_resource,
            synchronization=synchronization,
            aggregation=aggregation,
            shape=None,
        )
        self._vars[name] = variable
        if regularizer:
            _regularize(regularizer, variable, name)
        return variable

    def _existing(self, name: str, shape: TensorShape, dtype: Any, reuse: Any) -> Any:
        found = self._vars[name]
        if reuse is False:
            message = (
                f"Variable {name} already exists, disallowed. Did you mean to set reuse=True or "
                "reuse=tf.AUTO_REUSE in VarScope?"
            )
            # Innermost first, as TensorFlow shows it.
            frames = found.op.traceback[::-1][:3]
            if frames:
                where = "".join(traceback.format_list([tuple(f) for f in frames]))
                message += f" Originally defined at:\n\n{where}"
            raise ValueError(message)
        if not shape.is_compatible_with(found.get_shape()):
            raise ValueError(
                f"Trying to share variable {name}, but specified shape {shape} and found shape "
                f"{found.get_shape()}."
            )
        if not dtype.is_compatible_with(found.dtype):
            raise ValueError(
                f"Trying to share variable {name}, but specified dtype {dtype.name} and found "
                f"dtype {found.dtype.name}."
            )
        return found


def _initial_value(
    initializer: Any, shape: TensorShape, dtype: Any, partition_info: Any, validate_shape: bool
) -> tuple[Any, Any]:
    """The function that makes the initial value, and the variable's type (``None`` for its own)."""
    names, optional, has_keywords = parameters_of(initializer)
    if inspect.isclass(initializer):
        initializer = initializer()
        names, optional, has_keywords = parameters_of(initializer)
    if shape.is_fully_defined():
        sizes = shape.as_list()
        if "partition_info" in names:

            def make() -> Any:
                return initializer(sizes, dtype=dtype, partition_info=partition_info)
        elif "dtype" in names or has_keywords or not names:

            def make() -> Any:
                return initializer(sizes, dtype=dtype)
        else:
            # A plain function of the shape, or of (shape, type) under other names.
            def make() -> Any:
                return initializer(sizes, dtype=dtype)

        return make, dtype.base_dtype
    if len(names) == optional:
        return initializer, None
    raise ValueError(
        "The initializer passed is not valid. It should be a callable with no arguments and the "
        "shape should not be provided or an instance of `tf.keras.initializers.*' and `shape` "
        "should be fully defined."
    )


def _regularize(regularizer: Callable[[Any], Any], variable: Any, name: str) -> None:
    with colocate_with(variable.op), name_scope(name + "/Regularizer/"), init_scope():
        loss = regularizer(variable)
    if loss is not None:
        defaults.get_default_graph().add_to_collection(GraphKeys.REGULARIZATION_LOSSES, loss)
