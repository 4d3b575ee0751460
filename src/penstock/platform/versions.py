"""``tf.VERSION`` and its like: they follow the version that is chosen in `penstock.behavior`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from penstock import behavior

_VALUES: dict[str, Callable[[], Any]] = {
    "VERSION": lambda: behavior.version_string,
    "__version__": lambda: behavior.version_string,
    "GIT_VERSION": lambda: f"v{behavior.version_string}-penstock",
    "__git_version__": lambda: f"v{behavior.version_string}-penstock",
    "COMPILER_VERSION": lambda: "XLA",
    "__compiler_version__": lambda: "XLA",
    "GRAPH_DEF_VERSION": behavior.graph_def_version,
    "GRAPH_DEF_VERSION_MIN_CONSUMER": lambda: 0,
    "GRAPH_DEF_VERSION_MIN_PRODUCER": lambda: 0,
    "CXX11_ABI_FLAG": lambda: 0,
    "__cxx11_abi_flag__": lambda: 0,
    "MONOLITHIC_BUILD": lambda: 0,
    "__monolithic_build__": lambda: 0,
}


def with_versions(otherwise: Callable[[str], Any]) -> Callable[[str], Any]:
    """A module's ``__getattr__``: the version names, and ``otherwise`` for the rest."""

    def __getattr__(name: str) -> Any:
        value = _VALUES.get(name)
        return otherwise(name) if value is None else value()

    return __getattr__
