"""Lists public functions and classes without a docstring, and those whose docstring leaves out
arguments.

    python tools/undocumented.py [--arguments] [USAGE]

``USAGE`` is a file whose lines hold a name (``tf.nn.relu``) and how many programs use it, separated
by a tab; the names are then listed by use.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from typing import Any

from penstock.api import v1

_ELSEWHERE = re.compile(r"(other|arguments)\s.*\bthose\s+of|\bsee\s+``|\bas\s+in\s+``", re.I | re.S)


def namespaces() -> Iterator[tuple[str, Any]]:
    """``tf`` and the namespaces below it, by the names that programs use."""
    yield "tf", v1
    for module in pkgutil.walk_packages(v1.__path__, v1.__name__ + "."):
        yield module.name.replace(v1.__name__, "tf", 1), importlib.import_module(module.name)


def public() -> dict[str, Any]:
    """The public functions and classes of Penstock's own, each under its shortest name."""
    found: dict[int, tuple[str, Any]] = {}
    for prefix, module in namespaces():
        for name, value in vars(module).items():
            if name.startswith("_") or not (inspect.isclass(value) or inspect.isroutine(value)):
                continue
            if not str(getattr(value, "__module__", "")).startswith("penstock"):
                continue
            if hasattr(value, "DESCRIPTOR"):  # a protocol buffer
                continue
            full = f"{prefix}.{name}"
            if id(value) not in found or len(full) < len(found[id(value)][0]):
                found[id(value)] = full, value
    return dict(sorted(found.values()))


def missing_arguments(value: Any) -> list[str]:
    """The arguments that a docstring doesn't mention, unless it names who explains them."""
    if _ELSEWHERE.search(inspect.getdoc(value) or ""):
        return []
    try:
        parameters = inspect.signature(value).parameters.values()
    except (TypeError, ValueError):
        return []
    text = inspect.getdoc(value) or ""
    return [
        p.name
        for p in parameters
        if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
        and not p.name.startswith("_")
        and p.name not in ("name", "self", "cls")
        and not re.search(rf"\b{p.name}\b", text)
    ]


def own_docstring(value: Any) -> str:
    """The docstring, but not one inherited from Python's own classes."""
    return str(value.__doc__ or "") if "__doc__" in vars(value) else inspect.getdoc(value) or ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("usage", nargs="?", help="how often programs use each name")
    parser.add_argument("--arguments", action="store_true", help="list unmentioned arguments, too")
    options = parser.parse_args()
    used: dict[str, int] = {}
    if options.usage:
        with open(options.usage) as lines:
            for line in lines:
                name, count = line.rstrip("\n").split("\t")[:2]
                if count.isdigit():
                    used[name] = int(count)
    symbols = public()
    bare = [name for name, value in symbols.items() if not own_docstring(value).strip()]
    print(f"{len(bare)} of {len(symbols)} public functions and classes have no docstring.")
    for name in sorted(bare, key=lambda n: -used.get(n, 0)):
        print(f"{used.get(name, 0):8}  {name}")
    if options.arguments:
        partial = {
            n: m for n, v in symbols.items() if n not in bare and (m := missing_arguments(v))
        }
        print(f"{len(partial)} docstrings leave out arguments.")
        for name in sorted(partial, key=lambda n: -used.get(n, 0)):
            print(f"{used.get(name, 0):8}  {name}: {', '.join(partial[name])}")


if __name__ == "__main__":
    main()
