"""Sections of ``docs/benchmarks.md`` that programs write, each in its own place."""

from __future__ import annotations

import pathlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "benchmarks.md"
IMAGES = ROOT / "docs" / "images"


def write_section(name: str, text: str) -> None:
    """Puts ``text`` between the marks of a section, in place of what was there."""
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    document = DOCUMENT.read_text() if DOCUMENT.exists() else "# Benchmarks\n"
    section = f"{begin}\n{text.strip()}\n{end}\n"
    if begin in document:
        head, rest = document.split(begin, 1)
        document = head + section + rest.split(end, 1)[1].lstrip("\n")
    else:
        document = document.rstrip("\n") + "\n\n" + section
    DOCUMENT.parent.mkdir(parents=True, exist_ok=True)
    DOCUMENT.write_text(document)
