"""Imports only go downward (see docs/architecture.md); those inside functions may not climb far."""

from __future__ import annotations

import ast
import pathlib

import pytest

PACKAGE = pathlib.Path(__file__).parent.parent / "src" / "penstock"
LAYERS = [
    ["protos", "behavior"],
    ["kernels"],
    ["graph"],
    ["platform"],
    ["ops"],
    ["autodiff"],
    ["runtime"],
    ["nn", "testing"],
    ["summary", "checkpoint", "data", "training", "layers", "rnn", "estimator"],
    ["keras"],
    ["contrib"],
    ["compat"],
    ["cli"],
    ["api"],
]
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}


def imports(path: pathlib.Path) -> list[str]:
    """The penstock modules that a file imports when it is itself imported."""
    found = []
    stack = list(ast.parse(path.read_text()).body)
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [node.module] + [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, (ast.If, ast.Try, ast.With)):
            if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
                continue
            stack += node.body
    return [name for name in found if name.startswith("penstock.")]


@pytest.mark.parametrize("layer", sorted(RANK))
def test_imports_go_downward(layer: str) -> None:
    climbing = []
    files = (PACKAGE / layer).rglob("*.py") if (PACKAGE / layer).is_dir() else []
    for path in files:
        for name in imports(path):
            part = name.split(".")[1]
            if part in RANK and RANK[part] > RANK[layer]:
                climbing.append(f"{path.relative_to(PACKAGE)} imports {name}")
    assert not climbing, "\n".join(climbing)
