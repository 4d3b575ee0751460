"""Public classes say where TensorFlow defines them, while ``import tensorflow`` gives Penstock.

A program that prints ``type(model)`` or a layer, and a traceback that names its error's class,
then show TensorFlow's own text::

    <class 'tensorflow.python.keras.engine.sequential.Sequential'>

The table ``tf_classes.txt`` is made by ``tools/make_tf_classes.py``. `name_classes` goes through
the namespaces that are loaded, so nothing is loaded for its sake; `restore` undoes it.
"""

from __future__ import annotations

import sys
from functools import cache
from importlib import resources
from types import ModuleType
from typing import NamedTuple

_PUBLIC = "penstock.api.v1"


class _Row(NamedTuple):
    namespace: str  # of Penstock
    attribute: str
    module: str  # of TensorFlow
    name: str


@cache
def _rows() -> tuple[_Row, ...]:
    text = resources.files("penstock.compat").joinpath("tf_classes.txt").read_text("utf-8")
    rows = []
    for line in text.splitlines():
        module, _, paths = line.partition(": ")
        for path in paths.split():
            public, _, name = path.partition("=")
            namespace, _, attribute = public.rpartition(".")
            own = _PUBLIC + namespace.removeprefix("tf")
            rows.append(_Row(own, attribute, module, name or attribute))
    return tuple(rows)


_named: dict[type, str] = {}
# The table's rows whose namespace was not loaded when they were last looked at.
_waiting: list[_Row] | None = None


def _loaded(namespace: str) -> ModuleType | None:
    """The module that serves a namespace, if it is loaded."""
    if namespace in sys.modules:
        return sys.modules[namespace]
    # tf.errors is a module of another package.
    parent, _, name = namespace.rpartition(".")
    container = _loaded(parent) if parent else None
    found = vars(container).get(name) if container is not None else None
    return found if isinstance(found, ModuleType) else None


def name_classes() -> None:
    """Gives the classes of the loaded namespaces the names of TensorFlow's modules."""
    global _waiting
    rows = _rows() if _waiting is None else _waiting
    _waiting = []
    for row in rows:
        namespace = _loaded(row.namespace)
        if namespace is None:
            _waiting.append(row)
            continue
        found = vars(namespace).get(row.attribute)
        if not isinstance(found, type) or found in _named or found.__name__ != row.name:
            continue
        if not found.__module__.startswith("penstock."):
            continue
        _named[found] = found.__module__
        found.__module__ = row.module


def restore() -> None:
    """Gives the classes back the names of their own modules."""
    global _waiting
    for each, module in _named.items():
        each.__module__ = module
    _named.clear()
    _waiting = None


@cache
def _public_names() -> dict[str, dict[str, str]]:
    modules: dict[str, dict[str, str]] = {}
    for row in _rows():
        public = f"tf{row.namespace.removeprefix(_PUBLIC)}.{row.attribute}"
        modules.setdefault(row.module, {})[row.name] = public
    return modules


def public_names(module: str) -> dict[str, str]:
    """The classes that TensorFlow defines in a module: name -> public name.

    Args:
        module: ``tensorflow.python.keras.optimizer_v2.adam``.
    """
    return _public_names().get(module, {})


@cache
def is_package(module: str) -> bool:
    """Whether TensorFlow defines classes below `module`."""
    return any(row.module.startswith(module + ".") for row in _rows())
