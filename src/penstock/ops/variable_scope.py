"""``tf.variable_scope`` and ``tf.get_variable``: variables that are shared by name."""

from __future__ import annotations

import contextlib
import copy
import enum
import functools
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from penstock.graph import defaults, dtypes
from penstock.graph.collections import GraphKeys
from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import graph_of, name_scope
from penstock.ops.variable_store import VariableStore, default_variable_store
from penstock.ops.variables import CREATORS, VariableAggregation, VariableSynchronization

_SCOPES = ("__varscope",)


class _ReuseMode(enum.Enum):
    AUTO_REUSE = 1


AUTO_REUSE = _ReuseMode.AUTO_REUSE


class VariableScope:
    """The name prefix and the defaults that ``tf.get_variable`` uses.

    Args:
        reuse: ``True``: only existing variables; ``AUTO_REUSE``: existing ones if there are any;
            ``False`` or ``None``: only new ones.
        name: the prefix of variable names.
        initializer: default initializer. regularizer: default regularizer.
        caching_device: default device for cached reads. partitioner: default partitioner.
        custom_getter: wraps every ``get_variable``.
        name_scope: the name scope that was opened with the variable scope.
        dtype: default type. use_resource: whether to make resource variables.
        constraint: default constraint.
    """

    def __init__(
        self,
        reuse: Any,
        name: str = "",
        initializer: Any = None,
        regularizer: Any = None,
        caching_device: Any = None,
        partitioner: Any = None,
        custom_getter: Any = None,
        name_scope: str = "",
        dtype: Any = dtypes.float32,
        use_resource: bool | None = None,
        constraint: Any = None,
    ) -> None:
        self._name = name
        self._initializer = initializer
        self._regularizer = regularizer
        self._reuse = reuse
        self._caching_device = caching_device
        self._partitioner = partitioner
        self._custom_getter = custom_getter
        self._name_scope = name_scope
        self._dtype = dtype
        self._use_resource = use_resource
        self._constraint = constraint

    @property
    def name(self) -> str:
        """The prefix of variable names."""
        return self._name

    @property
    def original_name_scope(self) -> str:
        """The name scope that was opened with this variable scope."""
        return self._name_scope

    @property
    def reuse(self) -> Any:
        """Whether variables are shared."""
        return self._reuse

    @property
    def initializer(self) -> Any:
        """The default initializer."""
        return self._initializer

    @property
    def dtype(self) -> Any:
        """The default type."""
        return self._dtype

    @property
    def use_resource(self) -> bool | None:
        """Whether to make resource variables."""
        return self._use_resource

    @property
    def regularizer(self) -> Any:
        """The default regularizer."""
        return self._regularizer

    @property
    def caching_device(self) -> Any:
        """The default device for cached reads."""
        return self._caching_device

    @property
    def partitioner(self) -> Any:
        """The default partitioner."""
        return self._partitioner

    @property
    def custom_getter(self) -> Any:
        """The function around every ``get_variable``."""
        return self._custom_getter

    @property
    def constraint(self) -> Any:
        """The default constraint."""
        return self._constraint

    def reuse_variables(self) -> None:
        """From now on only existing variables are given."""
        self._reuse = True

    def set_initializer(self, initializer: Any) -> None:
        """Sets the default initializer."""
        self._initializer = initializer

    def set_dtype(self, dtype: Any) -> None:
        """Sets the default type."""
        self._dtype = dtype

    def set_use_resource(self, use_resource: bool | None) -> None:
        """Sets whether to make resource variables."""
        self._use_resource = use_resource

    def set_regularizer(self, regularizer: Any) -> None:
        """Sets the default regularizer."""
        self._regularizer = regularizer

    def set_caching_device(self, caching_device: Any) -> None:
        """Sets the default device for cached reads."""
        self._caching_device = caching_device

    def set_partitioner(self, partitioner: Any) -> None:
        """Sets the default partitioner."""
        self._partitioner = partitioner

    def set_custom_getter(self, custom_getter: Any) -> None:
        """Sets the function around every ``get_variable``."""
        self._custom_getter = custom_getter

    def get_collection(self, name: str) -> list[Any]:
        """The values of a collection whose names lie in this scope."""
        scope = self._name + "/" if self._name else ""
        return defaults.get_default_graph().get_collection(name, scope)

    def trainable_variables(self) -> list[Any]:
        """The trainable variables in this scope."""
        return self.get_collection(GraphKeys.TRAINABLE_VARIABLES)

    def global_variables(self) -> list[Any]:
        """The global variables in this scope."""
        return self.get_collection(GraphKeys.GLOBAL_VARIABLES)

    def local_variables(self) -> list[Any]:
        """The local variables in this scope."""
        return self.get_collection(GraphKeys.LOCAL_VARIABLES)

    def get_variable(
        self,
        var_store: VariableStore,
        name: str,
        shape: Any = None,
        dtype: Any = None,
        initializer: Any = None,
        regularizer: Any = None,
        reuse: Any = None,
        trainable: bool | None = None,
        collections: Sequence[str] | None = None,
        caching_device: Any = None,
        partitioner: Any = None,
        validate_shape: bool = True,
        use_resource: bool | None = None,
        custom_getter: Any = None,
        constraint: Any = None,
        synchronization: VariableSynchronization = VariableSynchronization.AUTO,
        aggregation: VariableAggregation = VariableAggregation.NONE,
    ) -> Any:
        """``tf.get_variable`` with this scope's prefix and defaults."""
        if regularizer is None:
            regularizer = self._regularizer
        if caching_device is None:
            caching_device = self._caching_device
        if partitioner is None:
            partitioner = self._partitioner
        if custom_getter is None:
            custom_getter = self._custom_getter
        if reuse is None:
            reuse = self._reuse
        full_name = f"{self.name}/{name}" if self.name else name
        # Variables are named after variable scopes only, not after name scopes.
        with name_scope(None):
            if dtype is not None and initializer is not None and not callable(initializer):
                given = convert_to_tensor(initializer).dtype.base_dtype
                if given != dtypes.as_dtype(dtype):
                    raise ValueError(
                        f"Initializer type '{given}' and explicit dtype '{dtype}' don't match."
                    )
            return var_store.get_variable(
                full_name,
                shape=shape,
                dtype=self._dtype if dtype is None else dtype,
                initializer=self._initializer if initializer is None else initializer,
                regularizer=regularizer,
                reuse=reuse,
                trainable=trainable,
                collections=collections,
                caching_device=caching_device,
                partitioner=partitioner,
                validate_shape=validate_shape,
                use_resource=self._use_resource if use_resource is None else use_resource,
                custom_getter=custom_getter,
                constraint=self._constraint if constraint is None else constraint,
                synchronization=synchronization,
                aggregation=aggregation,
            )


class _ScopeStore(threading.local):
    """The scope in force and how often each scope name was opened, for each thread its own."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.current = VariableScope(False)

    def open(self, name: str) -> None:
        self.counts[name] = self.counts.get(name, 0) + 1

    def close_subscopes(self, name: str | None) -> None:
        for key in list(self.counts):
            if name is None or key.startswith(name + "/"):
                self.counts[key] = 0


def _scope_store() -> _ScopeStore:
    found = defaults.get_default_graph().get_collection_ref(_SCOPES)
    if not found:
        found.append(_ScopeStore())
    return found[0]


def get_variable_scope() -> VariableScope:
    """The variable scope in force."""
    return _scope_store().current


def unique_scope_name(prefix: str) -> str:
    """``prefix``, with a number if a scope of that name was opened here before."""
    store = _scope_store()
    outer = store.current.name
    name = f"{outer}/{prefix}" if outer else prefix
    if not store.counts.get(name):
        return prefix
    index = 1
    while store.counts.get(f"{name}_{index}"):
        index += 1
    return f"{prefix}_{index}"


def _wrapped_getter(custom_getter: Any, outer: Any) -> Any:
    """A custom getter inside another: the outer one is asked last."""
    if outer is None:
        return custom_getter

    def wrapped(getter: Any, *args: Any, **kwargs: Any) -> Any:
        return custom_getter(functools.partial(outer, getter), *args, **kwargs)

    return wrapped


class pure_variable_scope:  # noqa: N801 - used like a function
    """A variable scope without its name scope."""

    def __init__(self, name_or_scope: Any, old_name_scope: str | None = None,
                 **settings: Any) -> None:  # fmt: skip
        self._name_or_scope = name_or_scope
        self._old_name_scope = old_name_scope
        self._settings = settings
        self._store = _scope_store()
        self._is_scope = isinstance(name_or_scope, VariableScope)
        self._made: VariableScope | None = None
        if self._is_scope:
            self._new_name = name_or_scope.name
            self._made = self._configured(copy.copy(name_or_scope), name_or_scope)

    def _configured(self, scope: VariableScope, outer: VariableScope) -> VariableScope:
        settings = self._settings
        for key in ("initializer", "regularizer", "caching_device", "partitioner", "dtype",
                    "use_resource", "constraint"):  # fmt: skip
            if settings.get(key) is not None:
                setattr(scope, f"_{key}", settings[key])
        if settings.get("custom_getter") is not None:
            scope._custom_getter = _wrapped_getter(settings["custom_getter"], outer.custom_getter)
        if self._is_scope and settings.get("reuse") is not None:
            scope._reuse = settings["reuse"]
        return scope

    def __enter__(self) -> VariableScope:
        store = self._store
        self._old = store.current
        if self._is_scope:
            store.open(self._new_name)
            self._old_counts = dict(store.counts)
            scope: VariableScope = self._made  # type: ignore[assignment]
        else:
            old = self._old
            name = self._name_or_scope
            self._new_name = f"{old.name}/{name}" if old.name else name
            scope = copy.copy(old)
            scope._reuse = self._settings.get("reuse") or old.reuse
            scope._name = self._new_name
            scope._name_scope = name if self._old_name_scope is None else self._old_name_scope
            self._configured(scope, old)
            store.open(self._new_name)
        store.current = scope
        return scope

    def __exit__(self, *error: Any) -> None:
        store = self._store
        store.close_subscopes(self._new_name)
        if self._is_scope:
            store.counts = self._old_counts
        store.current = self._old


class variable_scope:  # noqa: N801 - TensorFlow's name
    """A prefix and defaults for ``tf.get_variable``, and a name scope, in a ``with`` block.

    Args:
        name_or_scope: the scope's name, or a ``VariableScope`` to enter again.
        default_name: the name to use, made unique, when ``name_or_scope`` is ``None``.
        values: tensors whose graph becomes the default inside.
        initializer: default initializer. regularizer: default regularizer.
        caching_device: default device for cached reads. partitioner: default partitioner.
        custom_getter: a function around every ``get_variable``.
        reuse: ``True``, ``tf.AUTO_REUSE``, or ``None`` to inherit.
        dtype: default type. use_resource: whether to make resource variables.
        constraint: default constraint.
        auxiliary_name_scope: open a name scope too.

    ``with`` gives the ``VariableScope``.

    Raises:
        TypeError: when there is no name, or it is no name.
        ValueError: for ``reuse=True`` without a name.
    """

    def __init__(
        self,
        name_or_scope: Any,
        default_name: str | None = None,
        values: Sequence[Any] | None = None,
        initializer: Any = None,
        regularizer: Any = None,
        caching_device: Any = None,
        partitioner: Any = None,
        custom_getter: Any = None,
        reuse: Any = None,
        dtype: Any = None,
        use_resource: bool | None = None,
        constraint: Any = None,
        auxiliary_name_scope: bool = True,
    ) -> None:
        if isinstance(default_name, bool):
            # TensorFlow before 0.10 took `reuse` in second place.
            default_name, reuse = None, default_name
        self._name_or_scope = name_or_scope
        self._default_name = default_name
        if default_name is None and name_or_scope is None:
            raise TypeError("If default_name is None then name_or_scope is required")
        # A scope can't stop the sharing that an outer one asks for.
        self._reuse = None if reuse is False else reuse
        if not (self._reuse is None or self._reuse is True or self._reuse is AUTO_REUSE):
            raise ValueError("The reuse parameter must be True or False or None.")
        self._settings = {
            "initializer": initializer,
            "regularizer": regularizer,
            "caching_device": caching_device,
            "partitioner": partitioner,
            "custom_getter": custom_getter,
            "reuse": self._reuse,
            "dtype": dtype,
            "use_resource": use_resource,
            "constraint": constraint,
        }
        if not isinstance(auxiliary_name_scope, bool):
            raise TypeError(
                "The auxiliary_name_scope must be `True` or `False`, while get "
                f"{auxiliary_name_scope}"
            )
        self._auxiliary = auxiliary_name_scope
        self._graph = graph_of(values)
        self._pure: pure_variable_scope | None = None
        self._names: str | None = None
        self._exits: list[contextlib.ExitStack] = []

    def __enter__(self) -> VariableScope:
        with contextlib.ExitStack() as stack:
            if self._graph is not defaults.get_default_graph():
                stack.enter_context(self._graph.as_default())
            if self._pure is None:
                scope = self._enter_first(stack)
            else:
                # A second `with` on the same object enters the same scopes.
                if self._names is not None:
                    stack.enter_context(self._graph.name_scope(self._names))
                scope = stack.enter_context(self._pure)
            self._exits.append(stack.pop_all())
            return scope

    def _enter_first(self, stack: contextlib.ExitStack) -> VariableScope:
        graph = self._graph
        name = self._name_or_scope
        current = None
        if not self._auxiliary:
            here = graph.get_name_scope()
            current = f"{here}/" if here else ""
        if name is not None and not isinstance(name, (VariableScope, str)):
            raise TypeError("VariableScope: name_or_scope must be a string or VariableScope.")
        if name is None:
            if self._reuse:
                raise ValueError("reuse=True cannot be used without a name_or_scope")
            own = self._default_name if current is None else current
            old_name_scope: str | None = stack.enter_context(graph.name_scope(own))
            self._names = own
            name = unique_scope_name(self._default_name or "")
        else:
            own = name.name.split("/")[-1] if isinstance(name, VariableScope) else name
            old_name_scope = None
            if own or current is not None:
                self._names = own if current is None else current
                entered = stack.enter_context(graph.name_scope(self._names))
                old_name_scope = (
                    name.original_name_scope if isinstance(name, VariableScope) else entered
                )
        pure = pure_variable_scope(name, old_name_scope, **self._settings)
        scope = stack.enter_context(pure)
        self._pure = pure
        return scope

    def __exit__(self, *error: Any) -> None:
        self._exits.pop().__exit__(*error)


@contextlib.contextmanager
def variable_op_scope(
    values: Sequence[Any] | None,
    name_or_scope: Any,
    default_name: str | None = None,
    initializer: Any = None,
    regularizer: Any = None,
    caching_device: Any = None,
    partitioner: Any = None,
    custom_getter: Any = None,
    reuse: Any = None,
    dtype: Any = None,
    use_resource: bool | None = None,
    constraint: Any = None,
) -> Iterator[VariableScope]:
    """The old form of ``tf.variable_scope``, with ``values`` first."""
    with variable_scope(
        name_or_scope,
        default_name=default_name,
        values=values,
        initializer=initializer,
        regularizer=regularizer,
        caching_device=caching_device,
        partitioner=partitioner,
        custom_getter=custom_getter,
        reuse=reuse,
        dtype=dtype,
        use_resource=use_resource,
        constraint=constraint,
    ) as scope:
        yield scope


def get_variable(
    name: str,
    shape: Any = None,
    dtype: Any = None,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool | None = None,
    collections: Sequence[str] | None = None,
    caching_device: Any = None,
    partitioner: Any = None,
    validate_shape: bool = True,
    use_resource: bool | None = None,
    custom_getter: Callable[..., Any] | None = None,
    constraint: Callable[[Any], Any] | None = None,
    synchronization: VariableSynchronization = VariableSynchronization.AUTO,
    aggregation: VariableAggregation = VariableAggregation.NONE,
) -> Any:
    """Gets an existing variable by its name, or makes a new one.

    Args:
        name: the name inside the variable scope.
        shape: the shape; not needed when ``initializer`` is a value.
        dtype: the type; that of the scope (``float32``) by default.
        initializer: an initializer, a function of shape and type, or a value. By default that of
            the scope, else ``glorot_uniform`` (TensorFlow 0.x: ``uniform_unit_scaling``), zeros
            for integers.
        regularizer: a function of the variable; what it returns goes to
            ``REGULARIZATION_LOSSES``.
        trainable: add it to ``TRAINABLE_VARIABLES``. Default ``True``.
        collections: the collections to add it to; ``GLOBAL_VARIABLES`` by default.
        caching_device: the device that reads are cached on.
        partitioner: a function of shape and type that says into how many parts to cut it.
        validate_shape: when false, the shape may be unknown.
        use_resource: make a resource variable.
        custom_getter: a function ``(getter, *args, **kwargs)`` that gives the variable.
        constraint: a function that an optimizer applies after an update.
        synchronization: kept for programs that give it. aggregation: likewise.

    Returns:
        A ``tf.Variable`` (a ``PartitionedVariable`` with a partitioner).

    Raises:
        ValueError: when the variable exists and may not be shared, when it doesn't exist and
            must, or when shape, type or initializer don't fit.
    """
    return get_variable_scope().get_variable(
        default_variable_store(),
        name,
        shape=shape,
        dtype=dtype,
        initializer=initializer,
        regularizer=regularizer,
        trainable=trainable,
        collections=collections,
        caching_device=caching_device,
        partitioner=partitioner,
        validate_shape=validate_shape,
        use_resource=use_resource,
        custom_getter=custom_getter,
        constraint=constraint,
        synchronization=synchronization,
        aggregation=aggregation,
    )


def get_local_variable(
    name: str,
    shape: Any = None,
    dtype: Any = None,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool = False,
    collections: Sequence[str] | None = None,
    caching_device: Any = None,
    partitioner: Any = None,
    validate_shape: bool = True,
    use_resource: bool | None = None,
    custom_getter: Callable[..., Any] | None = None,
    constraint: Callable[[Any], Any] | None = None,
    synchronization: VariableSynchronization = VariableSynchronization.AUTO,
    aggregation: VariableAggregation = VariableAggregation.NONE,
) -> Any:
    """``get_variable`` for a local variable: not trainable, in ``LOCAL_VARIABLES``."""
    return get_variable(
        name,
        shape=shape,
        dtype=dtype,
        initializer=initializer,
        regularizer=regularizer,
        trainable=False,
        collections=[*(collections or []), GraphKeys.LOCAL_VARIABLES],
        caching_device=caching_device,
        partitioner=partitioner,
        validate_shape=validate_shape,
        use_resource=use_resource,
        custom_getter=custom_getter,
        constraint=constraint,
        synchronization=synchronization,
        aggregation=aggregation,
    )


def no_regularizer(_: Any) -> None:
    """A regularizer that does nothing, for variables that must not inherit one."""
    return None


@contextlib.contextmanager
def variable_creator_scope(variable_creator: Callable[..., Any]) -> Iterator[None]:
    """Lets a function make the variables inside the ``with`` block.

    Args:
        variable_creator: called as ``f(next_creator, **kwargs)`` with the arguments of
            ``tf.Variable``; returns a variable, usually ``next_creator(**kwargs)``.
    """
    creators = defaults.get_default_graph().get_collection_ref(CREATORS)
    creators.append(variable_creator)
    try:
        yield
    finally:
        creators.pop()
