"""`penstock run` begins anew with large pages where they help."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from penstock.cli import huge_pages


class Replaced(Exception):
    pass


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What took the process's place."""
    found: list[Any] = []

    def execve(path: str, arguments: list[str], environment: dict[str, str]) -> None:
        found.append((path, arguments, environment))
        raise Replaced

    monkeypatch.setattr(os, "execve", execve)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(sys, "gettrace", lambda: None)
    monkeypatch.setattr(sys, "orig_argv", ["python", "-m", "penstock", "run", "x.py"])
    monkeypatch.setattr(huge_pages, "_would_help", lambda: True)
    monkeypatch.delenv("GLIBC_TUNABLES", raising=False)
    monkeypatch.delenv("PENSTOCK_HUGE_PAGES", raising=False)
    return found


@pytest.mark.parametrize("before", ["", "glibc.malloc.check=0"])
def test_the_same_command_begins_again(
    started: list[Any], monkeypatch: pytest.MonkeyPatch, before: str
) -> None:
    if before:
        monkeypatch.setenv("GLIBC_TUNABLES", before)
    with pytest.raises(Replaced):
        huge_pages.begin_anew()
    ((path, arguments, environment),) = started
    assert path == sys.executable
    assert arguments == [sys.executable, "-m", "penstock", "run", "x.py"]
    tunables = environment["GLIBC_TUNABLES"].split(":")
    assert tunables == [*filter(None, [before]), "glibc.malloc.hugetlb=1"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("GLIBC_TUNABLES", "glibc.malloc.hugetlb=0"), ("PENSTOCK_HUGE_PAGES", "0")],
)
def test_only_once_and_not_against_a_setting(
    started: list[Any], monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    huge_pages.begin_anew()
    assert not started


def test_a_program_sees_its_own_arguments(tmp_path: Path) -> None:
    program = tmp_path / "show.py"
    program.write_text("import sys\nprint(sys.argv[1:], sys.stdin.read())\nsys.exit(3)\n")
    command = [sys.executable, "-m", "penstock", "run", str(program), "a b", "--c", ""]
    environment = {k: v for k, v in os.environ.items() if k != "GLIBC_TUNABLES"}
    result = subprocess.run(
        command, input="given", capture_output=True, text=True, env=environment, timeout=120
    )
    assert result.stdout == "['a b', '--c', ''] given\n", result.stderr
    assert result.returncode == 3
