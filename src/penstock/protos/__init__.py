"""Every protocol-buffer message of TensorFlow 1.x, by its TensorFlow name.

    from penstock import protos

    graph_def = protos.GraphDef()
    protos.DataType.DT_FLOAT  # 1

Messages are loaded when first asked for, so importing this package costs nothing. Most come
from the `tensorboard` package, the rest is built from the field tables of `_schemas.py`; the
wire format is TensorFlow's for all of them. `_listing.py` is the list to read.
"""

from __future__ import annotations

from typing import Any

from penstock.protos import _listing

_NAMES: frozenset[str] = frozenset(
    name
    for table in (_listing.TENSORBOARD, _listing.OWN)
    for _, _, names in table
    for name in names.split()
) | frozenset(_listing.RENAMED)


def __getattr__(name: str) -> Any:
    if name not in _NAMES:
        raise AttributeError(_unknown(name))
    from penstock.protos import _builder

    value = _builder.load(_listing.RENAMED.get(name, name))
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(_NAMES | {"tensorflow_modules", "module_names"})


def tensorflow_modules() -> dict[str, tuple[str, ...]]:
    """TensorFlow module (below `tensorflow.`) -> the names of this package it offers."""
    modules: dict[str, tuple[str, ...]] = {}
    for module, _, names in _listing.TENSORBOARD + _listing.OWN:
        modules[module] = modules.get(module, ()) + tuple(names.split())
    return modules


def module_names(module: str) -> dict[str, Any]:
    """What a generated TensorFlow module holds: its messages, enumerations and their values.

    Args:
        module: for example `core.framework.types_pb2`.

    Returns:
        Name -> class, enumeration wrapper, or the integer of a top-level enumeration value
        (`DT_FLOAT`, `OUT_OF_RANGE`).

    Raises:
        ImportError: TensorFlow has no such module, or it is not one that Penstock knows.
    """
    names = tensorflow_modules().get(module)
    if names is None:
        raise ImportError(f"no protocol-buffer module tensorflow.{module} in Penstock")
    contents: dict[str, Any] = {}
    for name in names:
        value = __getattr__(name)
        contents[name] = value
        if hasattr(value, "items"):  # an enumeration: its values are module constants too
            contents.update(value.items())
    return contents


def _unknown(name: str) -> str:
    import difflib

    close = difflib.get_close_matches(name, _NAMES, n=3)
    hint = f"; did you mean {' or '.join(close)}?" if close else ""
    return f"penstock.protos has no message or enumeration {name!r}{hint}"
