"""Which operations a run needs, and in which order they count as made.

The walk goes backwards from what is fetched, over data and control edges, and stops at fed
tensors: what only feeds them is not run.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable

from penstock.graph.operation import Operation
from penstock.graph.tensor import Tensor


def needed_operations(
    targets: Iterable[Operation], tensors: Iterable[Tensor], fed: Collection[Tensor]
) -> list[Operation]:
    """The operations needed for ``targets`` and ``tensors`` when ``fed`` have values, by age."""
    fed_ops = {tensor.op for tensor in fed}
    stack = [op for op in targets if op not in fed_ops]
    stack.extend(tensor.op for tensor in tensors if tensor not in fed)
    found: set[Operation] = set()
    while stack:
        op = stack.pop()
        if op in found:
            continue
        found.add(op)
        for tensor in op.inputs:
            if tensor not in fed and tensor.op not in found:
                stack.append(tensor.op)
        for control in op.control_inputs:
            # A control edge from an operation that is fed is satisfied by the feed.
            if control not in found and control not in fed_ops:
                stack.append(control)
    return sorted(found, key=lambda op: op._id)


def topological(operations: list[Operation], fed: Collection[Tensor]) -> list[Operation]:
    """``operations`` with every producer before its consumers, older ones first between equals.

    Edges from ``NextIteration`` are left out, so loops count as entered once.
    """
    position = {op: i for i, op in enumerate(operations)}
    waiting: dict[Operation, int] = {}
    followers: dict[Operation, list[Operation]] = {}
    in_order = True
    for i, op in enumerate(operations):
        count = 0
        for producer in predecessors(op, fed):
            where = position.get(producer)
            if where is None:
                continue
            count += 1
            in_order = in_order and where < i
            followers.setdefault(producer, []).append(op)
        waiting[op] = count
    if in_order:
        return operations
    ready = [position[op] for op in operations if waiting[op] == 0]
    heapq.heapify(ready)
    ordered = []
    while ready:
        op = operations[heapq.heappop(ready)]
        ordered.append(op)
        for follower in followers.get(op, ()):
            waiting[follower] -= 1
            if waiting[follower] == 0:
                heapq.heappush(ready, position[follower])
    if len(ordered) != len(operations):
        from penstock.graph import errors

        stuck = next(op for op in operations if waiting[op] > 0)
        raise errors.InvalidArgumentError(None, stuck, f"The graph has a cycle at '{stuck.name}'")
    return ordered


def predecessors(op: Operation, fed: Collection[Tensor]) -> list[Operation]:
    """The distinct operations that ``op`` waits for, loop back edges left out."""
    found: dict[Operation, None] = {}
    for tensor in op.inputs:
        if tensor not in fed and tensor.op.type not in ("NextIteration", "RefNextIteration"):
            found[tensor.op] = None
    for control in op.control_inputs:
        found[control] = None
    return list(found)
