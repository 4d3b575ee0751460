"""How often a loop can go round at most, when that can be known before it runs.

The stacks that keep values for a gradient need that many places.  Known are loops whose condition
holds only while a counter, which starts at a known number and grows by a known step, is below a
known limit, however many other conditions are joined to that one by ``LogicalAnd``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.graph.tensor import Tensor
from penstock.runtime.blocks import Loop, While

_STEPS = {"Add", "AddV2", "Sub"}


def most_iterations(trace: Any, item: While) -> int | None:
    """An upper bound of the trip count, or ``None`` when none is known."""
    loop_of = {loop.merge.outputs[0]: loop for loop in item.loops}
    return _bound(trace, item.predicate, loop_of)


def _bound(trace: Any, tensor: Tensor, loop_of: dict[Tensor, Loop]) -> int | None:
    op = tensor.op
    if op.type in ("Identity", "LoopCond"):
        return _bound(trace, op.inputs[0], loop_of)
    if op.type == "LogicalAnd":
        bounds = [_bound(trace, each, loop_of) for each in op.inputs]
        known = [b for b in bounds if b is not None]
        return min(known) if known else None
    if op.type in ("Less", "LessEqual"):
        counter, limit = op.inputs
    elif op.type in ("Greater", "GreaterEqual"):
        limit, counter = op.inputs
    else:
        return None
    inclusive = op.type.endswith("Equal")
    rising = _counter(trace, counter, loop_of)
    if rising is not None:
        start, step = rising
        top = _most(trace, limit)
        if step <= 0 or top is None:
            return None
        return max(0, int((top - start + step - (0 if inclusive else 1)) // step))
    falling = _counter(trace, limit, loop_of)
    if falling is not None:
        start, step = falling
        bottom = _known(trace, counter)
        if step >= 0 or bottom is None:
            return None
        return max(0, int((start - bottom - step - (0 if inclusive else 1)) // -step))
    return None


def _counter(trace: Any, tensor: Tensor, loop_of: dict[Tensor, Loop]) -> tuple[int, int] | None:
    """``(start, step)`` of a loop variable that moves by a known step each time round."""
    loop = loop_of.get(tensor)
    if loop is None or loop.next is None:
        return None
    start = _known(trace, loop.enter)
    if start is None or start.dtype.kind not in "iu" or start.ndim:
        return None
    changed = loop.next
    while changed.op.type == "Identity":
        changed = changed.op.inputs[0]
    op = changed.op
    if op.type not in _STEPS:
        return None
    first, second = op.inputs
    for variable, amount in ((first, second), (second, first)):
        if _is_variable(variable, loop):
            step = _known(trace, amount)
            if step is None or (op.type == "Sub" and variable is not first):
                return None
            return int(start), int(step) * (-1 if op.type == "Sub" else 1)
    return None


def _is_variable(tensor: Tensor, loop: Loop) -> bool:
    while tensor.op.type == "Identity":
        tensor = tensor.op.inputs[0]
    return loop.switch is not None and tensor is loop.switch.outputs[1]


def _most(trace: Any, tensor: Tensor) -> int | None:
    """The largest value that an integer scalar can have."""
    value = _known(trace, tensor)
    if value is not None:
        return None if value.ndim else int(value)
    op = tensor.op
    if op.type == "Minimum":
        known = [m for m in (_most(trace, each) for each in op.inputs) if m is not None]
        return min(known) if known else None
    if op.type in ("Identity", "Enter"):
        return _most(trace, op.inputs[0])
    return None


def _known(trace: Any, tensor: Tensor) -> np.ndarray | None:
    """The value of a tensor that is known while tracing."""
    if trace.has_value(tensor):
        value = trace.value(tensor)
        return value if isinstance(value, np.ndarray) else None
    op = tensor.op
    if op.type == "Const":
        return op._attributes["value"]
    if op.type in ("Identity", "Enter"):
        return _known(trace, op.inputs[0])
    return None
