"""List what programs use of TensorFlow that Penstock does not have, without running them.

Notebooks (.ipynb) can be checked, too. The exit status is 1 when something is missing, 2 when a
file could not be read, and else 0.
"""

from __future__ import annotations

import argparse
import ast
import json
import sys
from collections import defaultdict
from dataclasses import dataclass, field

from penstock.cli import detect_python2
from penstock.cli.check_python2 import python2_reasons
from penstock.cli.check_symbols import Use, uses
from penstock.compat import alias, missing, python2


@dataclass
class Report:
    """What `check` found in one program.

    Attributes:
        missing: sentence -> the places where the name is used.
        python2: (place, reason) for each thing that only works as in Python 2.
        certain: `penstock run` treats it as Python 2 by itself.
        converted: the place and message of Python 3's syntax error, if it is a Python 2 program.
        names: how many different names of TensorFlow it uses.
    """

    missing: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    python2: list[tuple[str, str]] = field(default_factory=list)
    certain: bool = False
    converted: tuple[str, str] | None = None
    names: int = 0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("script", nargs="+", metavar="SCRIPT", help="a program or a notebook")


def main(options: argparse.Namespace) -> int:
    """Prints a report per program; returns the exit status."""
    status = 0
    for path in options.script:
        try:
            report = check_file(path)
        except (OSError, SyntaxError, ValueError, python2.Python2Error) as error:
            print(f"{path}: cannot be checked: {error}", file=sys.stderr)
            status = 2
            continue
        _print_report(path, report)
        if report.missing and status == 0:
            status = 1
    return status


def _print_report(path: str, report: Report) -> None:
    for sentence, places in report.missing.items():
        more = f" (also {', '.join(places[1:])})" if len(places) > 1 else ""
        print(f"{path}:{places[0]}: {sentence}{more}")
    if report.converted is not None:
        place, reason = report.converted
        print(f"{path}:{place}: Python 2 ({reason}); penstock run converts it by itself.")
    elif report.python2:
        if report.certain:
            print(f"{path}: Python 2 that parses as Python 3; penstock run notices by itself:")
        else:
            print(f"{path}: may need penstock run --py2:")
        for place, reason in report.python2:
            print(f"{path}:{place}: {reason}")
    if not report.missing:
        if report.names:
            print(f"{path}: Penstock has each of the {report.names} TensorFlow names it uses.")
        else:
            print(f"{path}: uses no names of TensorFlow.")


def check_file(path: str) -> Report:
    """Checks one program.

    Args:
        path: a Python file, or a notebook if it ends in ``.ipynb``.

    Raises:
        OSError: the file cannot be read.
        SyntaxError: it is neither Python 3 nor Python 2.
        ValueError: it is not a notebook although it is called one.
    """
    with open(path, "rb") as file:
        data = file.read()
    places: list[str] | None = None
    if path.endswith(".ipynb"):
        data, places = _notebook_source(data)
    tree, error = python2.parse_source(data, path)

    def place(line: int) -> str:
        return str(line) if places is None else places[min(line, len(places)) - 1]

    report = Report()
    if error is not None:
        report.converted = (place(error.lineno or 1), error.msg)
    else:
        report.python2 = [(place(line), reason) for line, reason in python2_reasons(tree)]
        report.certain = detect_python2.certain_reason(data) is not None
    _check_uses(report, tree, place)
    return report


def _check_uses(report: Report, tree: ast.Module, place: object) -> None:
    assert callable(place)
    known: dict[str, str | None] = {}
    for use in sorted(uses(tree), key=lambda each: each.line):
        if use.path not in known:
            known[use.path] = _complaint(use)
        complaint = known[use.path]
        if complaint is not None and not use.optional:
            where = place(use.line)
            if where not in report.missing[complaint]:
                report.missing[complaint].append(where)
    report.names = len(known)


def _complaint(use: Use) -> str | None:
    """The sentence for a name that Penstock does not have, or None if it has it."""
    parts = [part for part in use.path.split(".") if part]
    value: object = alias.resolve("", "tensorflow")
    for position, part in enumerate(parts):
        found = getattr(value, part, missing)
        if found is missing and _is_namespace(value):
            below = ".".join(parts[: position + 1])
            found = alias.resolve(below, f"tensorflow.{below}") or missing
        if found is missing:
            if not _is_namespace(value) and not isinstance(value, type):
                return None  # an attribute of an object, whose type decides when it runs
            near = missing.public_names(value)
            return missing.describe_missing("tf." + ".".join(parts[: position + 1]), near)
        value = found
    return None


def _is_namespace(value: object) -> bool:
    return isinstance(value, type(sys))


def _notebook_source(data: bytes) -> tuple[bytes, list[str]]:
    """The code cells of a notebook as one program, and the place of each of its lines."""
    cells = json.loads(data)
    sheets = cells.get("worksheets") or [cells]
    lines: list[str] = []
    places: list[str] = []
    number = 0
    for cell in (cell for sheet in sheets for cell in sheet.get("cells", [])):
        if cell.get("cell_type") != "code":
            continue
        number += 1
        source = cell.get("source", cell.get("input", ""))
        text = source if isinstance(source, str) else "".join(source)
        if text.lstrip().startswith("%%"):
            continue  # another language, or a measurement
        for offset, line in enumerate(text.split("\n")):
            body = line.lstrip()
            if body.startswith(("%", "!", "?")) or body.rstrip().endswith("?"):
                line = line[: len(line) - len(body)] + "pass"
            lines.append(line)
            places.append(f"cell {number} line {offset + 1}")
    return "\n".join(lines).encode(), places or ["cell 1 line 1"]
