"""``penstock tensorboard``."""

from __future__ import annotations

import argparse
import sys

from penstock.cli import tensorboard
from penstock.cli.main import available


def command(*words: str) -> list[str]:
    parser = argparse.ArgumentParser()
    tensorboard.add_arguments(parser)
    return tensorboard.command_of(parser.parse_args(list(words)))


def test_options_are_handed_on() -> None:
    start = [sys.executable, "-m", "tensorboard.main"]
    assert command("--logdir", "logs") == [*start, "--logdir", "logs"]
    assert command("--logdir=logs", "--port", "0") == [*start, "--logdir", "logs", "--port", "0"]
    assert command("--port=7", "--logdir=l", "--bind_all") == [
        *start, "--logdir", "l", "--port=7", "--bind_all",
    ]  # fmt: skip
    assert "tensorboard" in available()
