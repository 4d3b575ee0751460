"""Penstock: TensorFlow 1's graphs and sessions, on XLA.

``import penstock as tf`` gives the namespace of TensorFlow 1.15 (see ``penstock.api.v1``);
``penstock run script.py`` runs an unmodified TensorFlow program.
"""

from __future__ import annotations

from typing import Any

__version__ = "0.1.0"
_OWN = {"install": "alias", "uninstall": "alias"}
# Parts of Penstock that are no names of TensorFlow's: asking for one must not import the API.
_PARTS = {"api", "autodiff", "behavior", "cli", "graph", "kernels", "ops", "protos", "runtime"}


def __getattr__(name: str) -> Any:
    import importlib

    if name in _OWN:
        return getattr(importlib.import_module(f"penstock.compat.{_OWN[name]}"), name)
    if name in _PARTS:
        return importlib.import_module(f"penstock.{name}")
    if name.startswith("__"):
        raise AttributeError(f"module 'penstock' has no attribute {name!r}")
    v1 = importlib.import_module("penstock.api.v1")
    value = getattr(v1, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    from penstock.api import v1

    return sorted({*dir(v1), *_OWN, "__version__"})
