"""Shared by all tests: finding the helper modules, a fresh graph for each test."""

from __future__ import annotations

import os
import pathlib
import sys

import pytest
from hypothesis import HealthCheck, settings

# The suite compiles thousands of tiny programs: XLA needn't optimize them.
os.environ.setdefault(
    "XLA_FLAGS",
    "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true",
)

# How fast an example is drawn or runs says how busy the machine is, nothing about the code.
settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("untimed")

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE))


@pytest.fixture(autouse=True)
def fresh_graph() -> None:
    """Each test starts with an empty default graph."""
    from penstock.graph import defaults

    defaults._stacks.graphs.clear()
    defaults._stacks.sessions.clear()
    defaults.reset_default_graph()


@pytest.fixture
def shared() -> pathlib.Path:
    """The folder with the development data; a test that wants it is skipped where it is absent."""
    folder = HERE.parent.parent / "shared"
    if not folder.is_dir():
        pytest.skip("needs ../shared, which isn't part of the project")
    return folder
