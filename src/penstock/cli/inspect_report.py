"""A report: tables with totals, notes, and values by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_RIGHT = frozenset(["elements", "size", "count", "operations", "first step", "last step", "last"])


class Report:
    """What ``penstock inspect`` found at a path.

    Args:
        title: one line.
    """

    def __init__(self, title: str) -> None:
        self.title = title
        self._parts: list[Any] = []
        self._notes: list[str] = []

    def add_table(
        self,
        title: str,
        headings: Sequence[str],
        rows: Sequence[Sequence[str]],
        totals: Sequence[str] | None = None,
    ) -> None:
        """Adds a table; one without rows is left out."""
        if rows:
            self._parts.append((title, headings, rows, totals))

    def note(self, text: str) -> None:
        """Adds a line of text below the tables."""
        self._notes.append(text)

    def names(self) -> list[str]:
        """The names that ``value`` knows."""
        return []

    def value(self, name: str) -> Any:
        """What is kept under a name: an array, or a text to print.

        Raises:
            KeyError: when there is nothing of that name.
        """
        raise KeyError(name)

    def show(self, target: Any) -> None:
        """Prints the report on a ``rich`` console."""
        from rich.table import Table
        from rich.text import Text

        target.print(Text(self.title, style="bold"))
        for title, headings, rows, totals in self._parts:
            table = Table(title=title or None, title_justify="left", show_footer=totals is not None)
            for i, heading in enumerate(headings):
                table.add_column(
                    heading,
                    footer=Text(totals[i]) if totals else "",
                    justify="right" if heading in _RIGHT else "left",
                    overflow="fold",
                )
            for row in rows:
                table.add_row(*(Text(cell) for cell in row))
            target.print(table)
        for text in self._notes:
            target.print(Text(text))


def console() -> Any:
    """The console to print on; wide where the output goes to a file."""
    import sys

    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else 160)


def size_text(count: float) -> str:
    """A number of bytes for people: ``1.5 MiB``."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if count < 1024 or unit == "GiB":
            return f"{count:,.0f} {unit}" if unit == "B" else f"{count:,.1f} {unit}"
        count /= 1024
    return ""
