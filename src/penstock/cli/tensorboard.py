"""Start TensorBoard, the viewer of summaries and graphs: everything is handed on to it.

penstock tensorboard --logdir logs
"""

from __future__ import annotations

import argparse
import subprocess
import sys


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--logdir", help="the folder with the event files")
    parser.add_argument("rest", nargs=argparse.REMAINDER, help="options of TensorBoard itself")
    # What this parser doesn't know is TensorBoard's business.
    parser.parse_args = _lenient(parser)  # type: ignore[method-assign]


def _lenient(parser: argparse.ArgumentParser):  # noqa: ANN202 - a bound method's replacement
    def parse_args(args=None, namespace=None):  # noqa: ANN001, ANN202
        options, unknown = parser.parse_known_args(args, namespace)
        options.rest = [*unknown, *options.rest]
        return options

    return parse_args


def main(options: argparse.Namespace) -> int:
    """Runs TensorBoard until it is stopped; returns its exit status."""
    try:
        return subprocess.call(command_of(options))
    except KeyboardInterrupt:
        return 130


def command_of(options: argparse.Namespace) -> list[str]:
    """The command line to run."""
    command = [sys.executable, "-m", "tensorboard.main"]
    if options.logdir is not None:
        command += ["--logdir", options.logdir]
    return command + [word for word in options.rest if word != "--"]
