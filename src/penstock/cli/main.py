"""``penstock COMMAND``: finds the sub-command and hands over to it.

A sub-command is a module of this package with two functions,

    def add_arguments(parser: argparse.ArgumentParser) -> None: ...
    def main(options: argparse.Namespace) -> int: ...            # the exit status

and a line in `COMMANDS`. Only the module of the command that was asked for is imported.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import sys
from collections.abc import Sequence

COMMANDS = {
    "run": "run a TensorFlow program, unmodified",
    "check": "list what programs use that Penstock does not have, without running them",
    "inspect": "show what a checkpoint, graph or event file holds",
    "tensorboard": "show summaries and graphs in the browser",
    "devices": "list the devices and the kernels in use",
}


def _module_name(command: str) -> str:
    return f"penstock.cli.{command}"


def available() -> dict[str, str]:
    """The sub-commands whose modules are there, each with its one-line description."""
    return {
        name: text
        for name, text in COMMANDS.items()
        if importlib.util.find_spec(_module_name(name)) is not None
    }


def _top_parser() -> argparse.ArgumentParser:
    lines = "\n".join(f"  {name:<12} {text}" for name, text in available().items())
    parser = argparse.ArgumentParser(
        prog="penstock",
        description="TensorFlow 1.x programs on XLA.",
        epilog=f"commands:\n{lines}\n\n`penstock COMMAND --help` tells about one of them.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="store_true", help="print the version and exit")
    parser.add_argument("command", nargs="?", metavar="COMMAND", help="see below")
    return parser


def _print_version() -> None:
    from importlib.metadata import PackageNotFoundError, version

    try:
        print("penstock", version("penstock"))
    except PackageNotFoundError:
        print("penstock (run from its source folder)")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command line.

    Args:
        arguments: the words after ``penstock``; None takes them from ``sys.argv``.

    Returns:
        The exit status.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    top = _top_parser()
    options = top.parse_args(words[:1])
    if options.version:
        _print_version()
        return 0
    if options.command is None:
        top.print_help()
        return 2
    if options.command == "run" and arguments is None:
        from penstock.cli import huge_pages

        huge_pages.begin_anew()
    if options.command not in available():
        import difflib

        near = difflib.get_close_matches(options.command, available(), n=1)
        hint = (
            f"; did you mean {near[0]!r}?" if near else f" (choose from {', '.join(available())})"
        )
        top.error(f"no command {options.command!r}{hint}")
    command = importlib.import_module(_module_name(options.command))
    parser = argparse.ArgumentParser(
        prog=f"penstock {options.command}",
        description=command.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_arguments(parser)
    return int(command.main(parser.parse_args(words[1:])) or 0)
