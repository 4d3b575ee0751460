"""``tf.app.run``: runs a program's ``main`` with its flags parsed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from penstock.platform import flags


def run(main: Callable[[list[str]], Any] | None = None, argv: list[str] | None = None) -> None:
    """Parses the flags, calls ``main`` with the remaining arguments and leaves the program.

    Args:
        main: the function to call; ``main`` of the program's main module when left out.
        argv: the command line, the program's name first; ``sys.argv`` when left out.

    Raises:
        SystemExit: always, with what ``main`` returned.
    """
    from absl import app

    if main is None:
        main = sys.modules["__main__"].main  # type: ignore[attr-defined]
    app.run(main=main, argv=argv, flags_parser=_parse)


def _parse(argv: list[str] | None) -> list[str]:
    wanted = flags.FLAGS
    return wanted(sys.argv if argv is None else argv, known_only=True)
