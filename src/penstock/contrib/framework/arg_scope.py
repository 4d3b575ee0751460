"""``arg_scope``: default arguments of functions inside a ``with`` block."""

from __future__ import annotations

import contextlib
import functools
import threading
from collections.abc import Callable, Iterator
from typing import Any


class _Scopes(threading.local):
    """The defaults in force, innermost last: key of a function -> its arguments."""

    def __init__(self) -> None:
        self.stack: list[dict[Any, dict[str, Any]]] = [{}]


_scopes = _Scopes()
_known: dict[Any, tuple[str, ...]] = {}


def _key(function: Any) -> Any:
    return getattr(function, "_key_op", (function.__module__, function.__qualname__))


def _name(function: Any) -> str:
    return f"{function.__module__}.{function.__name__}"


def current_arg_scope() -> dict[Any, dict[str, Any]]:
    """The default arguments in force."""
    return _scopes.stack[-1]


def add_arg_scope(func: Callable[..., Any]) -> Callable[..., Any]:
    """A decorator for functions whose defaults ``arg_scope`` can set."""

    @functools.wraps(func)
    def with_defaults(*args: Any, **kwargs: Any) -> Any:
        defaults = current_arg_scope().get(_key(with_defaults))
        if defaults:
            kwargs = {**defaults, **kwargs}
        return func(*args, **kwargs)

    key = _key(func)
    with_defaults._key_op = key  # type: ignore[attr-defined]
    code = func.__code__
    defaults = func.__defaults__ or ()
    positional = code.co_varnames[: code.co_argcount]
    with_names = positional[len(positional) - len(defaults) :] if defaults else ()
    keyword_only = code.co_varnames[code.co_argcount :][: code.co_kwonlyargcount]
    _known[key] = (*with_names, *keyword_only)
    return with_defaults


def has_arg_scope(func: Any) -> bool:
    """Whether ``arg_scope`` can set the defaults of ``func``."""
    return _key(func) in _known


def arg_scoped_arguments(func: Any) -> tuple[str, ...]:
    """The arguments whose defaults ``arg_scope`` can set.

    Raises:
        ValueError: when ``func`` was not made with ``add_arg_scope``.
    """
    if not has_arg_scope(func):
        raise ValueError(f"{_name(func)} is not decorated with @add_arg_scope")
    return _known[_key(func)]


@contextlib.contextmanager
def arg_scope(list_ops_or_scope: Any, **kwargs: Any) -> Iterator[dict[Any, dict[str, Any]]]:
    """Sets default arguments of functions inside the ``with`` block.

    Args:
        list_ops_or_scope: functions made with ``add_arg_scope``, or a scope from an earlier
            ``with arg_scope(...) as scope`` to enter again.
        **kwargs: the defaults.

    Raises:
        ValueError: for arguments together with a scope, or a function that isn't decorated.
        TypeError: when it is neither a list nor a scope.
    """
    if isinstance(list_ops_or_scope, dict):
        if kwargs:
            raise ValueError(
                "When attempting to re-use a scope by suppling a dictionary, kwargs must be empty."
            )
        scope = dict(list_ops_or_scope)
    else:
        if not isinstance(list_ops_or_scope, (list, tuple)):
            raise TypeError(
                "list_ops_or_scope must either be a list/tuple or reused scope (i.e. dict)"
            )
        scope = dict(current_arg_scope())
        for function in list_ops_or_scope:
            if not has_arg_scope(function):
                raise ValueError(f"{_name(function)} is not decorated with @add_arg_scope")
            key = _key(function)
            scope[key] = {**scope.get(key, {}), **kwargs}
    _scopes.stack.append(scope)
    try:
        yield scope
    finally:
        _scopes.stack.pop()
