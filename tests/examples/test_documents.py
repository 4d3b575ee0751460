"""The documents: their programs run as printed, in an empty folder, and their links lead somewhere."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "examples" / "README.md", *sorted(ROOT.glob("docs/*.md"))]
PROGRAMS = [
    pytest.param(text, id=f"{document.stem}-{number}")
    for document in DOCUMENTS
    if document.stem in ("README", "guide")
    for number, text in enumerate(
        re.findall(r"^```python\n(.*?)^```", document.read_text(), re.M | re.S)
    )
]


def anchors(document: Path) -> set[str]:
    """What the headings of a document can be linked by."""
    text = re.sub(r"^```.*?^```", "", document.read_text(), flags=re.M | re.S)
    headings = re.findall(r"^#+ (.*)$", text, re.M)
    plain = [re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading) for heading in headings]
    return {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: str(d.relative_to(ROOT)))
def test_links(document: Path) -> None:
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text()):
        if re.match(r"https?:|mailto:", target):
            continue
        name, _, place = target.partition("#")
        file = (document.parent / name).resolve() if name else document
        if not file.exists() or (place and place not in anchors(file)):
            broken.append(target)
    assert not broken


def test_picture_of_the_layers() -> None:
    """It shows the order that test_layering.py enforces."""
    enforced = runpy.run_path(str(ROOT / "tests" / "test_layering.py"))["LAYERS"]
    drawn = runpy.run_path(str(ROOT / "tools" / "draw_architecture.py"))["LAYERS"]
    assert [sorted(rooms) for rooms, _ in drawn] == [sorted(rooms) for rooms in enforced[::-1]]


@pytest.mark.parametrize("program", PROGRAMS)
def test_programs(program: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=240,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "JAX_PLATFORMS": "cpu"},
    )
    assert done.returncode == 0, done.stderr
