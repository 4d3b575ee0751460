"""What in a graph depends on what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def _operations_after(sources: Sequence[Any]) -> set[Any]:
    stack = [op for tensor in sources for op in tensor.consumers()]
    found = {tensor.op for tensor in sources}
    while stack:
        op = stack.pop()
        if op in found:
            continue
        found.add(op)
        for tensor in op.outputs:
            stack.extend(tensor.consumers())
    return found


def reachable(sources: Sequence[Any], targets: Sequence[Any]) -> list[Any]:
    """Those of the tensors ``targets`` that depend on ``sources``."""
    after = _operations_after(sources)
    return [t for t in targets if t.op in after]


def reachable_operations(sources: Sequence[Any], targets: Sequence[Any]) -> list[Any]:
    """Those of the operations ``targets`` that depend on ``sources``."""
    after = _operations_after(sources)
    return [op for op in targets if op in after]
