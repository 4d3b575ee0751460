"""Small tutorial programs print what they print under TensorFlow 1.15.

``tools/golden/make_programs.py`` keeps what TensorFlow gave.
"""

from __future__ import annotations

import json
import pathlib
import re
import sys
from collections.abc import Iterator

import pytest

import penstock
from penstock.graph import defaults

FOLDER = pathlib.Path(__file__).parent / "tutorials"
KEPT = pathlib.Path(__file__).parent.parent / "golden" / "programs.json"
NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.\d*|\.\d+|\d+)(?:e[-+]?\d+)?(?![\w])")


@pytest.fixture
def alias() -> Iterator[None]:
    penstock.install()
    defaults.reset_default_graph()
    yield
    defaults.reset_default_graph()
    penstock.uninstall()
    for name in [name for name in sys.modules if name.partition(".")[0] == "tensorflow"]:
        del sys.modules[name]


def plain(text: str) -> str:
    """Text without what NumPy's versions print differently."""
    text = re.sub(r"np\.\w+\(([^()]*)\)", r"\1", text)
    return re.sub(r"\s+", " ", re.sub(r"([\[\](),])", r" \1 ", text)).strip()


def compare(got: str, wanted: str, rtol: float = 2e-3, atol: float = 2e-3) -> None:
    """The texts are equal but for the last digits of the numbers that have a point."""
    got, wanted = plain(got), plain(wanted)
    assert NUMBER.sub("#", got) == NUMBER.sub("#", wanted)
    for mine, theirs in zip(NUMBER.findall(got), NUMBER.findall(wanted), strict=True):
        if "." in theirs or "e" in theirs:
            assert float(mine) == pytest.approx(float(theirs), rel=rtol, abs=atol), got
        else:
            assert mine == theirs, got


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.py")))
def test_program(name: str, alias: None, capsys: pytest.CaptureFixture[str]) -> None:
    path = FOLDER / f"{name}.py"
    code = compile(path.read_bytes(), str(path), "exec")
    exec(code, {"__name__": "__main__", "__file__": str(path)})
    compare(capsys.readouterr().out, json.loads(KEPT.read_text())[name])
