"""Compares Penstock's public namespaces with lists of TensorFlow's symbols.

    PYTHONPATH=src python tools/api_coverage.py FOLDER [--below tf.nn ...] [--without tf.contrib]

The folder holds JSON-lines files (``tf-1.15.jsonl``, ``tf-0.12-only.jsonl``, ``tf-1.4-only.jsonl``,
with path, kind, signature, members) and ``usage.tsv`` (symbol, files that use it). Printed are the
missing symbols, the much-used first; classes that lack a method or property; signatures whose
argument names, order or defaults differ; and a table of how much of each namespace is there.
"""

from __future__ import annotations

import argparse
import collections
import inspect
import json
import pathlib
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

from penstock.compat import alias, missing
from penstock.graph.dtypes import DType

RELEASES = {"tf-1.15.jsonl": "1.15", "tf-1.4-only.jsonl": "1.4", "tf-0.12-only.jsonl": "0.12"}
ABSENT = object()
# Object's own methods that every class has, and what Python's machinery adds.
PYTHON_MEMBERS = {"__init__", "__new__", "__repr__", "__str__", "__eq__", "__hash__", "__ne__"}


class Argument(NamedTuple):
    """One argument: its name (with stars), and its default as text or None."""

    name: str
    default: str | None

    def __str__(self) -> str:
        return self.name if self.default is None else f"{self.name}={self.default}"


def split_arguments(text: str) -> list[Argument]:
    """The arguments in ``f(a, b=(1, 2), *c)``."""
    inner = text[text.index("(") + 1 : text.rindex(")")]
    parts, depth, current, quote = [], 0, "", ""
    for letter in inner:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter in "([{<":
            depth += 1
        elif letter in ")]}>":
            depth -= 1
        if letter == "," and depth == 0 and not quote:
            parts.append(current)
            current = ""
        else:
            current += letter
    parts.append(current)
    arguments = []
    for part in parts:
        name, equals, default = part.strip().partition("=")
        if name:
            arguments.append(Argument(name, default if equals else None))
    return arguments


def default_text(value: Any) -> str:
    """A default as the lists write it."""
    if isinstance(value, DType):
        return f"tf.{value.name}"
    if inspect.isclass(value) or inspect.isroutine(value):
        return f"<{value.__name__}>"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e6:
        return repr(value)
    text = repr(value)
    return text if text[0] not in "<" else "<object>"


def own_arguments(function: Any, bound: bool) -> list[Argument] | None:
    """The arguments of one of our functions, without ``self`` if it is bound to an object."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return None
    if bound:
        parameters = parameters[1:]
    found = []
    for each in parameters:
        star = {each.VAR_POSITIONAL: "*", each.VAR_KEYWORD: "**"}.get(each.kind, "")
        default = None if each.default is each.empty else default_text(each.default)
        found.append(Argument(star + each.name, default))
    return found


def same_default(wanted: str | None, got: str | None) -> bool:
    if wanted is None or got is None:
        return wanted is got
    if wanted == got or wanted[0] == "<" or got[0] == "<":
        return True
    try:
        left, right = (eval(text, {"tf": _Names("tf")}) for text in (wanted, got))
    except Exception:
        return False
    if isinstance(left, list):
        left = tuple(left)
    if isinstance(right, list):
        right = tuple(right)
    return type(left) is type(right) and left == right or left == right and left is not None


class _Names:
    """Stands for the name of a data type inside a default."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __getattr__(self, name: str) -> Any:
        return f"{self.path}.{name}"


def difference(wanted: list[Argument], got: list[Argument]) -> str | None:
    """What differs between two lists of arguments, or None.

    Further arguments of ours at the end do not count: they keep older spellings alive.
    """
    for number, argument in enumerate(wanted):
        if number >= len(got):
            return f"lacks {argument}"
        if got[number].name.lstrip("*") != argument.name.lstrip("*"):
            if argument.name.startswith("**") or any(g.name == "**kwargs" for g in got):
                continue
            return f"has {got[number]} in place of {argument}"
        if not same_default(argument.default, got[number].default):
            return f"has {got[number]}, wanted {argument}"
    further = got[len(wanted) :]
    required = [str(a) for a in further if a.default is None and not a.name.startswith("*")]
    return f"requires {', '.join(required)}" if required else None


def find(path: str) -> Any:
    """What a program gets for a path of the lists, or `ABSENT`."""
    if path.startswith("tensorflow."):
        below = path.removeprefix("tensorflow.")
        module = alias.resolve(below, path)
        if module is not None:
            return module
        parent, _, name = below.rpartition(".")
        container = alias.resolve(parent, f"tensorflow.{parent}")
        return getattr(container, name, ABSENT) if container is not None else ABSENT
    try:
        return missing.lookup(path)
    except LookupError:
        return ABSENT


def rows(folder: pathlib.Path) -> Iterator[dict[str, Any]]:
    for name, release in RELEASES.items():
        for line in (folder / name).read_text().splitlines():
            yield {"release": release, **json.loads(line)}


def usage(folder: pathlib.Path) -> dict[str, int]:
    """Files that use a symbol; ``keras.x`` counts for ``tf.keras.x``."""
    counts: dict[str, int] = collections.Counter()
    for line in (folder / "usage.tsv").read_text().splitlines()[1:]:
        symbol, files, _ = line.split("\t")
        if symbol.startswith(("from ", "import ")):
            continue
        counts[f"tf.{symbol}" if symbol.startswith("keras.") else symbol] += int(files)
    return counts


def members(row: dict[str, Any], found: Any) -> Iterator[str]:
    """What a class of ours lacks or has otherwise."""
    if row.get("proto"):
        return
    for name, text in row.get("methods", {}).items():
        kind = next((k for k in ("static", "class") if text.startswith(k)), "")
        method = inspect.getattr_static(found, name, ABSENT)
        if method is ABSENT:
            yield f"{row['path']}.{name}: missing method"
            continue
        arguments = own_arguments(getattr(found, name), bound=not kind)
        if arguments is None or name.startswith("_"):
            continue
        problem = difference(split_arguments(name + text.removeprefix(kind)), arguments)
        if problem:
            yield f"{row['path']}.{name}: {problem}"
    for name in [*row.get("props", ()), *row.get("attrs", ())]:
        if inspect.getattr_static(found, name, ABSENT) is ABSENT:
            yield f"{row['path']}.{name}: missing property or attribute"
    for name in row.get("dunder", ()):
        if name not in PYTHON_MEMBERS and not hasattr(found, name):
            yield f"{row['path']}.{name}: missing"
    if row.get("namedtuple") and list(getattr(found, "_fields", ())) != row["namedtuple"]:
        yield f"{row['path']}: has fields {getattr(found, '_fields', None)}"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=pathlib.Path, help="folder with the lists")
    parser.add_argument("--below", nargs="*", default=["tf", "tensorflow"], help="only these")
    parser.add_argument("--without", nargs="*", default=[], help="not these namespaces")
    options = parser.parse_args(arguments)

    def below(path: str, prefixes: list[str]) -> bool:
        return any(path == prefix or path.startswith(prefix + ".") for prefix in prefixes)

    counts = usage(options.folder)
    table: dict[str, list[int]] = collections.defaultdict(lambda: [0, 0, 0, 0])
    absent: list[tuple[int, str, str]] = []
    differing: list[tuple[int, str]] = []
    for row in rows(options.folder):
        path = row["path"]
        if not below(path, options.below) or below(path, options.without):
            continue
        weight = counts.get(path, 0)
        space = path.rpartition(".")[0]
        space = ".".join(space.split(".")[:2]) if space else path
        found = find(path)
        for name in (space, "all"):
            table[name][1] += 1
            table[name][3] += weight
            if found is not ABSENT:
                table[name][0] += 1
                table[name][2] += weight
        if found is ABSENT:
            note = f" = {row['alias_of']}" if "alias_of" in row else ""
            absent.append((weight, path, f"{row['release']} {row['kind']}{note}"))
            continue
        if "alias_of" in row:
            continue
        if row["kind"] == "class" and inspect.isclass(found):
            differing.extend((weight, text) for text in members(row, found))
        if "sig" in row and not row.get("proto") and not row.get("namedtuple"):
            arguments_here = own_arguments(found, bound=False)
            if arguments_here is None:
                differing.append((weight, f"{path}: has no signature"))
                continue
            problem = difference(split_arguments(row["sig"]), arguments_here)
            if problem:
                differing.append((weight, f"{path}: {problem}"))
    print("Missing (files that use it, symbol, release):")
    for weight, path, note in sorted(absent, key=lambda each: (-each[0], each[1])):
        print(f"{weight:6} {path} ({note})")
    print("\nDiffering (files that use it, symbol, difference):")
    for weight, text in sorted(differing, key=lambda each: -each[0]):
        print(f"{weight:6} {text}")
    print("\nNamespace: symbols there / in TensorFlow, and weighted by use:")
    for name, (there, total, used_there, used) in sorted(table.items()):
        share = f"{used_there}/{used}" if used else "-"
        print(f"{name:32} {there:5}/{total:<5} {100 * there / total:5.1f} %   {share}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
