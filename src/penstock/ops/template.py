"""``tf.make_template``: a function whose variables are made once and then shared."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from penstock.graph import defaults
from penstock.graph.collections import GraphKeys
from penstock.ops.variable_scope import (
    VariableScope,
    pure_variable_scope,
    unique_scope_name,
    variable_scope,
)


def make_template(
    name_: str,
    func_: Callable[..., Any],
    create_scope_now_: bool = False,
    unique_name_: str | None = None,
    custom_getter_: Callable[..., Any] | None = None,
    **kwargs: Any,
) -> Template:
    """Wraps a function so that calls share the variables it gets with ``tf.get_variable``.

    Args:
        name_: the name of the variable scope, made unique.
        func_: the function.
        create_scope_now_: make the scope now, not at the first call.
        unique_name_: the name of the scope as it is, which lets variables be shared with others.
        custom_getter_: a function around every ``get_variable`` inside.
        **kwargs: arguments for ``func_``.

    Returns:
        A ``Template``, to be called like ``func_``.

    Raises:
        ValueError: when ``name_`` is ``None``.
    """
    if kwargs:
        func_ = functools.partial(func_, **kwargs)
    return Template(name_, func_, create_scope_now_, unique_name_, custom_getter_)


class Template:
    """A function whose variables are shared between its calls; see ``tf.make_template``."""

    def __init__(
        self,
        name: str,
        func: Callable[..., Any],
        create_scope_now: bool = False,
        unique_name: str | None = None,
        custom_getter: Callable[..., Any] | None = None,
    ) -> None:
        if name is None:
            raise ValueError("name cannot be None.")
        self._func = func
        self._name = name
        self._unique_name = unique_name
        self._custom_getter = custom_getter
        self._variables_created = False
        self._variable_scope: VariableScope | None = None
        if create_scope_now:
            with pure_variable_scope(
                unique_name or unique_scope_name(name), custom_getter=custom_getter
            ) as scope:
                self._variable_scope = scope

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Calls the function inside the template's variable scope."""
        if self._variable_scope is not None:
            # Nothing can be shared before the first call has made it.
            with variable_scope(self._variable_scope, reuse=self._variables_created):
                return self._call(args, kwargs)
        with variable_scope(
            self._unique_name, self._name, custom_getter=self._custom_getter
        ) as scope:
            self._variable_scope = scope
            return self._call(args, kwargs)

    def _call(self, args: Any, kwargs: Any) -> Any:
        graph = defaults.get_default_graph()
        before = len(graph.get_collection_ref(GraphKeys.TRAINABLE_VARIABLES))
        result = self._func(*args, **kwargs)
        if self._variables_created:
            trainable = graph.get_collection_ref(GraphKeys.TRAINABLE_VARIABLES)
            if before != len(trainable):
                raise ValueError(
                    "Trainable variable created when calling a template after the first time, "
                    "perhaps you used tf.Variable when you meant tf.get_variable: "
                    f"{trainable[before:]}"
                )
        self._variables_created = True
        return result

    @property
    def name(self) -> str:
        """The name given."""
        return self._name

    @property
    def func(self) -> Callable[..., Any]:
        """The function given."""
        return self._func

    @property
    def variable_scope(self) -> VariableScope | None:
        """The variable scope; ``None`` before the first call."""
        return self._variable_scope

    @property
    def var_scope(self) -> VariableScope | None:
        """The old name of ``variable_scope``."""
        return self._variable_scope

    @property
    def variable_scope_name(self) -> str | None:
        """The name of the variable scope, with a trailing '/'."""
        if self._variable_scope is None:
            return None
        name = self._variable_scope.name
        return name if not name or name.endswith("/") else name + "/"

    def _in_scope(self, key: str) -> list[Any]:
        return [] if self._variable_scope is None else self._variable_scope.get_collection(key)

    @property
    def variables(self) -> list[Any]:
        """The global and local variables of the template."""
        return self.global_variables + self.local_variables

    @property
    def weights(self) -> list[Any]:
        """The global and local variables of the template."""
        return self.variables

    @property
    def trainable_variables(self) -> list[Any]:
        """The trainable variables of the template."""
        return self._in_scope(GraphKeys.TRAINABLE_VARIABLES)

    @property
    def trainable_weights(self) -> list[Any]:
        """The trainable variables of the template."""
        return self.trainable_variables

    @property
    def non_trainable_variables(self) -> list[Any]:
        """The variables of the template that aren't trainable."""
        trainable = set(self.trainable_variables)
        return [variable for variable in self.variables if variable not in trainable]

    @property
    def global_variables(self) -> list[Any]:
        """The global variables of the template."""
        return self._in_scope(GraphKeys.GLOBAL_VARIABLES)

    @property
    def local_variables(self) -> list[Any]:
        """The local variables of the template."""
        return self._in_scope(GraphKeys.LOCAL_VARIABLES)
