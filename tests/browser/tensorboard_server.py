"""A TensorBoard for the time of a test, and pictures of its pages."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import re
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator

import chromium

import penstock


@contextlib.contextmanager
def serving(folder: pathlib.Path) -> Iterator[str]:
    """The address of a TensorBoard that shows ``folder/logs`` and has read a run there."""
    source = str(pathlib.Path(penstock.__file__).parents[1])
    command = [sys.executable, "-m", "penstock", "tensorboard", "--logdir", "logs",
               "--port", "0", "--host", "127.0.0.1"]  # fmt: skip
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": source},
    )
    try:
        found = None
        for line in process.stdout:  # type: ignore[union-attr]
            found = re.search(r"http://127\.0\.0\.1:\d+/", line)
            if found:
                break
        assert found, "TensorBoard did not start"
        threading.Thread(target=process.stdout.read, daemon=True).start()  # type: ignore[union-attr]
        _wait_for_data(found[0])
        yield found[0]
    finally:
        process.terminate()
        process.wait(30)


def _wait_for_data(address: str) -> None:
    deadline = time.time() + 60
    while time.time() < deadline:
        with urllib.request.urlopen(address + "data/runs", timeout=30) as answer:
            if json.load(answer):
                return
        time.sleep(0.5)
    raise AssertionError("TensorBoard found no run")


def keep(page: chromium.Page, name: str) -> None:
    """Saves a picture where the environment asks for it."""
    folder = os.environ.get("PENSTOCK_SCREENSHOTS")
    if folder:
        time.sleep(1.5)  # for animations to end
        page.screenshot(pathlib.Path(folder) / f"{name}.png")
