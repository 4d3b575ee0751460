"""Penstock: TensorFlow 1's graphs and sessions, on XLA.

``import penstock as tf`` gives the namespace of TensorFlow 1.15 (see ``penstock.api.v1``);
``penstock run script.py`` runs an unmodified TensorFlow program.
"""

from __future__ import annotations

import importlib
import sys
import types
from typing import Any

__version__ = "0.1.0"
_OWN = {"install": "alias", "uninstall": "alias"}
# Parts of Penstock that are no names of TensorFlow's: asking for one must not import the API.
_PARTS = {"api", "autodiff", "behavior", "cli", "graph", "kernels", "ops", "protos", "runtime"}
# Parts that share their name with a namespace of TensorFlow's: `tf.nn` is `penstock.api.v1.nn`.
_SHARED = {
    "checkpoint",
    "compat",
    "contrib",
    "data",
    "estimator",
    "keras",
    "layers",
    "nn",
    "summary",
}


class _Penstock(types.ModuleType):
    """The package: importing ``penstock.nn`` must not make ``tf.nn`` that internal package."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _SHARED and getattr(value, "__name__", "") == f"penstock.{name}":
            return
        super().__setattr__(name, value)

    def __getattr__(self, name: str) -> Any:
        if name in _OWN:
            return getattr(importlib.import_module(f"penstock.compat.{_OWN[name]}"), name)
        if name in _PARTS:
            return importlib.import_module(f"penstock.{name}")
        if name.startswith("__"):
            raise AttributeError(f"module 'penstock' has no attribute {name!r}")
        value = getattr(importlib.import_module("penstock.api.v1"), name)
        super().__setattr__(name, value)
        return value

    def __dir__(self) -> list[str]:
        return sorted({*dir(importlib.import_module("penstock.api.v1")), *_OWN, "__version__"})


sys.modules[__name__].__class__ = _Penstock
