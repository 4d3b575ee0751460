"""Errors for names that Penstock does not have: one sentence, and where to look instead.

A namespace module of the public API ends with

    __getattr__ = namespace_getattr(__name__)

which also loads its submodules when they are first asked for, so that a large and seldom used
part (`contrib`) costs nothing until then.
"""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import pkgutil
import sys
import threading
from collections.abc import Callable, Iterable
from functools import cache
from importlib import resources
from types import ModuleType
from typing import Any

PUBLIC = "penstock.api.v1"
# Penstock module -> the name under which a program knows it; the first prefix that fits counts.
_PROGRAM_NAMES = (
    ("penstock.api.v1", "tf"),
    ("penstock.api.v0", "tf"),
    ("penstock.contrib", "tf.contrib"),
    ("penstock.keras", "tf.keras"),
    ("tensorflow", "tf"),
)

_search = threading.local()
# Called when a namespace has been loaded; `alias` puts something here.
after_loading: list[Callable[[], None]] = []


class MissingSymbolError(AttributeError):
    """A program used a name that Penstock does not have.

    Args:
        path: the name as the program knows it, ``tf.contrib.foo``.
        candidates: names that the same namespace does have.
    """

    def __init__(self, path: str, candidates: Iterable[str] = ()) -> None:
        # obj=None keeps Python from adding its own guess to ours.
        super().__init__(path, name=path.rpartition(".")[2], obj=None)
        self.path = path
        self._candidates = tuple(candidates)

    # The sentence takes a search, which `hasattr` need not pay for.
    def __str__(self) -> str:
        return describe_missing(self.path, self._candidates)

    def __reduce__(self) -> Any:
        return type(self), (self.path, self._candidates)


class MissingModuleError(ModuleNotFoundError):
    """A program imported a module that Penstock does not have."""

    # `name` stays None: with a name, `from package import module` would drop this sentence for
    # a bare "cannot import name".
    def __init__(self, path: str, candidates: Iterable[str] = ()) -> None:
        super().__init__(describe_missing(path, tuple(candidates)))
        self.path_in_program = path


class InternalModule(ModuleType):
    """A module inside TensorFlow that programs import and that is no public namespace."""


@cache
def tensorflow_names() -> dict[str, dict[str, str]]:
    """Namespace -> name -> newest release that had it ("1.15", "1.4" or "0.12")."""
    text = resources.files("penstock.compat").joinpath("tf_names.txt").read_text("utf-8")
    table: dict[str, dict[str, str]] = {}
    for line in text.splitlines():
        release, namespace, *names = line.split()
        table.setdefault(namespace.rstrip(":"), {}).update(dict.fromkeys(names, release))
    return table


def tensorflow_release(path: str) -> str | None:
    """The newest of TensorFlow 0.12, 1.4 and 1.15 that had `path` (``tf.mul``), or None."""
    namespace, _, name = path.rpartition(".")
    return tensorflow_names().get(namespace, {}).get(name)


def program_name(module_name: str) -> str:
    """The name by which a program knows one of our modules: ``tf.nn``."""
    for prefix, public in _PROGRAM_NAMES:
        if module_name == prefix or module_name.startswith(prefix + "."):
            return public + module_name[len(prefix) :]
    return "tf" if module_name == "penstock" else module_name


def lookup(path: str) -> Any:
    """What Penstock has under a public name.

    Args:
        path: ``tf``, ``tf.nn.relu``, ...

    Raises:
        LookupError: nothing is there.
    """
    parts = path.split(".")[1:]
    _search.depth = getattr(_search, "depth", 0) + 1
    try:
        value: Any = importlib.import_module(PUBLIC)
        for part in parts:
            value = getattr(value, part)
            if isinstance(value, InternalModule):
                # `import tensorflow.python` leaves `tf.python`, which is no public namespace.
                raise LookupError(path)
    except (AttributeError, ImportError) as error:
        raise LookupError(path) from error
    finally:
        _search.depth -= 1
    return value


def has(path: str) -> bool:
    """Whether Penstock has something under the public name `path`."""
    try:
        lookup(path)
    except LookupError:
        return False
    return True


def public_names(module: Any) -> list[str]:
    """The names a namespace offers, submodules that are not loaded yet among them."""
    names = {name for name in dir(module) if not name.startswith("_") and name != "annotations"}
    if not isinstance(module, InternalModule):
        folders = getattr(module, "__path__", ())
        names.update(
            each.name for each in pkgutil.iter_modules(folders) if not each.name.startswith("_")
        )
    return sorted(names)


def nearest(path: str, candidates: Iterable[str] = ()) -> str | None:
    """The public name nearest to one that Penstock does not have, or None.

    The same name in another namespace comes first (``tf.contrib.losses.log_loss`` is
    ``tf.losses.log_loss``), then a similar one in the same namespace.
    """
    namespace, _, name = path.rpartition(".")
    root = namespace.split(".")[0]
    if root == "tf":
        elsewhere = [
            f"{other}.{name}"
            for other, names in tensorflow_names().items()
            if name in names and other != namespace
        ]
        elsewhere.append(f"tf.{name}")
        # A function is worth more than a module of the same name; short paths before long ones.
        found = [each for each in sorted(elsewhere, key=len) if has(each)]
        found = [each for each in found if not isinstance(lookup(each), ModuleType)] or found
        if found:
            return found[0]
    offered = list(candidates)
    similar = difflib.get_close_matches(name, offered, n=1, cutoff=0.7)
    if not similar:
        lower = {each.lower(): each for each in reversed(offered)}
        similar = [
            lower[each]
            for each in difflib.get_close_matches(name.lower(), list(lower), n=1, cutoff=0.7)
        ]
    return f"{namespace}.{similar[0]}" if similar else None


def describe_missing(path: str, candidates: Iterable[str] = ()) -> str:
    """The sentence for a name that Penstock does not have."""
    release = tensorflow_release(path)
    if release is not None:
        history = f"TensorFlow {release} had it"
    elif path.startswith("tf.") and path.count(".") == 1:
        history = "TensorFlow 0.12 to 1.15 did not have it either"
    else:
        history = "it is not among the names of TensorFlow 0.12 to 1.15 that Penstock knows"
    near = nearest(path, candidates)
    if near is not None:
        advice = f"the nearest name is {near}"
    else:
        advice = f"dir({path.rpartition('.')[0]}) lists what is there"
    return f"{path} is not in Penstock ({history}); {advice}."


def _imported_from() -> bool:
    """Whether the caller of a module's ``__getattr__`` is a ``from module import name``."""
    caller = sys._getframe(2)
    return (
        caller.f_code.co_name == "_handle_fromlist"
        and caller.f_globals.get("__name__") == "importlib._bootstrap"
    )


def namespace_getattr(module_name: str) -> Callable[[str], Any]:
    """The ``__getattr__`` of a public namespace module.

    It loads a submodule of that name if there is one, then looks among TensorFlow's internal
    modules (``tf.keras.utils.np_utils``), and otherwise raises `MissingSymbolError`.

    Args:
        module_name: the module's ``__name__``.
    """

    def __getattr__(name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(f"module {module_name!r} has no attribute {name!r}")
        module = sys.modules[module_name]
        if hasattr(module, "__path__"):
            full_name = f"{module_name}.{name}"
            if full_name in sys.modules or importlib.util.find_spec(full_name) is not None:
                loaded = full_name in sys.modules
                found = importlib.import_module(full_name)
                for call in () if loaded else after_loading:
                    call()
                return found
        path = f"{program_name(module_name)}.{name}"
        if getattr(_search, "depth", 0):
            raise AttributeError(path)
        from penstock.compat import alias

        internal = alias.internal_module(path)
        if internal is not None:
            return internal
        if _imported_from():
            # An AttributeError would end as a bare "cannot import name".
            raise MissingModuleError(path, public_names(module))
        raise MissingSymbolError(path, public_names(module))

    return __getattr__
