"""Objects by name: custom objects, ``get_config`` and ``from_config``."""

from __future__ import annotations

import inspect
import marshal
import types
from collections.abc import Mapping
from typing import Any

import numpy as np

_custom_objects: dict[str, Any] = {}


class CustomObjectScope:
    """Adds names for ``deserialize`` and ``load_model`` inside a ``with`` block.

    Args:
        *args: dictionaries from names to classes or functions.
    """

    def __init__(self, *args: Mapping[str, Any]) -> None:
        self.custom_objects = args
        self.backup: dict[str, Any] | None = None

    def __enter__(self) -> CustomObjectScope:
        self.backup = dict(_custom_objects)
        for objects in self.custom_objects:
            _custom_objects.update(objects)
        return self

    def __exit__(self, *error: Any) -> None:
        _custom_objects.clear()
        _custom_objects.update(self.backup or {})


def custom_object_scope(*args: Mapping[str, Any]) -> CustomObjectScope:
    """``CustomObjectScope(*args)``."""
    return CustomObjectScope(*args)


def get_custom_objects() -> dict[str, Any]:
    """The dictionary of custom objects itself."""
    return _custom_objects


def serialize_keras_object(instance: Any) -> Any:
    """The class name and configuration of an object, or the name of a function."""
    if instance is None:
        return None
    if hasattr(instance, "get_config"):
        return {"class_name": type(instance).__name__, "config": instance.get_config()}
    if hasattr(instance, "__name__"):
        return instance.__name__
    raise ValueError(f"Cannot serialize {instance}")


def deserialize_keras_object(
    identifier: Any,
    module_objects: Mapping[str, Any] | None = None,
    custom_objects: Mapping[str, Any] | None = None,
    printable_module_name: str = "object",
) -> Any:
    """The object that ``identifier`` describes.

    Args:
        identifier: a name, or a dictionary with ``class_name`` and ``config``.
        module_objects: the names that there are.
        custom_objects: further names.
        printable_module_name: what such an object is called in messages.

    Raises:
        ValueError: for an unknown name; the message lists the known ones.
    """
    if identifier is None:
        return None
    module_objects = module_objects or {}
    if isinstance(identifier, dict):
        if "class_name" not in identifier or "config" not in identifier:
            raise ValueError(f"Improper config format: {identifier}")
        name, config = identifier["class_name"], identifier["config"]
        found = _look_up(name, module_objects, custom_objects, printable_module_name)
        if not hasattr(found, "from_config"):
            with CustomObjectScope(custom_objects or {}):
                return found(**config)
        if "custom_objects" in inspect.signature(found.from_config).parameters:
            return found.from_config(
                config, custom_objects={**_custom_objects, **(custom_objects or {})}
            )
        with CustomObjectScope(custom_objects or {}):
            return found.from_config(config)
    if isinstance(identifier, str):
        found = _look_up(identifier, module_objects, custom_objects, printable_module_name)
        return found() if inspect.isclass(found) else found
    if inspect.isfunction(identifier):
        return identifier
    raise ValueError(f"Could not interpret serialized {printable_module_name}: {identifier!r}")


def _look_up(name: str, known: Mapping[str, Any], custom: Any, kind: str) -> Any:
    for names in (custom or {}, _custom_objects, known):
        if name in names:
            return names[name]
    import difflib

    near = difflib.get_close_matches(name, list(known), n=3, cutoff=0.6)
    hint = f" Did you mean {' or '.join(repr(n) for n in near)}?" if near else ""
    choices = ", ".join(sorted(n for n in known if not n.startswith("_")))
    raise ValueError(f"Unknown {kind}: {name}.{hint} There are: {choices}")


# Code that `func_dump` wrote in this process, with the functions' globals: what this process
# wrote itself, it may run.
_dumped: dict[str, dict[str, Any]] = {}


def func_dump(func: Any) -> tuple[str, Any, Any]:
    """A function's code (marshalled, in base64), defaults and closure."""
    import codecs

    code = codecs.encode(marshal.dumps(func.__code__), "base64").decode("ascii")
    _dumped[code] = func.__globals__
    closure = tuple(c.cell_contents for c in func.__closure__) if func.__closure__ else None
    return code, func.__defaults__, closure


def func_load(code: Any, defaults: Any = None, closure: Any = None, globs: Any = None) -> Any:
    """The function that ``func_dump`` described."""
    import codecs

    if isinstance(code, (tuple, list)):
        code, defaults, closure = code
        if isinstance(defaults, list):
            defaults = tuple(defaults)
    if closure is not None:
        closure = tuple(types.CellType(value) for value in closure)
    try:
        raw = codecs.decode(code.encode("ascii"), "base64")
        compiled = marshal.loads(raw)
    except (EOFError, ValueError, TypeError) as error:
        raise ValueError(
            "The function was saved by another version of Python and can't be read here; give it "
            "by name, with custom_objects."
        ) from error
    return types.FunctionType(
        compiled, globals() if globs is None else globs, name=compiled.co_name,
        argdefs=defaults, closure=closure,
    )  # fmt: skip


def dumped_here(code: Any) -> Any:
    """The globals of the function that this process dumped as this code, or None.

    Args:
        code: what ``func_dump`` gave, or a list of the same read from JSON.
    """
    text = code[0] if isinstance(code, (tuple, list)) and code else code
    return _dumped.get(text) if isinstance(text, str) else None


def has_arg(fn: Any, name: str, accept_all: bool = False) -> bool:
    """Whether ``fn`` takes an argument called ``name``."""
    try:
        parameters = inspect.signature(fn).parameters
    except (TypeError, ValueError):
        return False
    if name in parameters:
        return True
    return accept_all and any(p.kind is p.VAR_KEYWORD for p in parameters.values())


def with_defaults(defaults: Mapping[str, Any]) -> inspect.Signature:
    """The signature of a method with these arguments.

    Args:
        defaults: the arguments' names in order, and their defaults.
    """
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    arguments = [inspect.Parameter(name, kind, default=value) for name, value in defaults.items()]
    return inspect.Signature([inspect.Parameter("self", kind), *arguments])


def to_list(x: Any) -> list[Any]:
    """``x`` if it is a list, else a list of it."""
    return x if isinstance(x, list) else [x]


def as_plain(value: Any) -> Any:
    """A configuration value as JSON knows it."""
    if isinstance(value, dict):
        return {k: as_plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(as_plain(v) for v in value)
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    return value
