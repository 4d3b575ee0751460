"""Which state an operation touches: variables, random counters, resources of a run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from penstock.graph import dtypes
from penstock.graph.operation import Operation
from penstock.graph.tensor import Tensor
from penstock.runtime.trace import variable_key

VARIABLES = frozenset(["Variable", "VariableV2", "TemporaryVariable", "VarHandleOp"])
_READERS = frozenset(
    """ReadVariableOp VarIsInitializedOp IsVariableInitialized ResourceGather ResourceGatherNd
    VariableShape Identity RefIdentity Enter RefEnter Switch RefSwitch Merge RefMerge Exit RefExit
    NextIteration RefNextIteration""".split()
)

_MAKERS = frozenset(["TensorArrayGradV3", "TensorArrayGradWithShape"])


def source(tensor: Tensor) -> Operation | None:
    """The variable or resource operation that a reference or handle comes from.

    It is found by going back through whatever hands the reference on: ``Assign``, ``Enter``,
    ``Switch``, ``Identity`` and so on.
    """
    for _ in range(1000):
        op = tensor.op
        if op.type in VARIABLES or op.type in _MAKERS or not is_marker(tensor):
            return op if is_marker(tensor) else None
        handed_on = next((t for t in op.inputs if is_marker(t)), None)
        if handed_on is None:
            return op
        tensor = handed_on
    return None


def is_marker(tensor: Tensor) -> bool:
    """True for references and resource handles."""
    return tensor.dtype._is_ref_dtype or tensor.dtype.base_dtype is dtypes.resource


class Effects:
    """The state that some operations touch.

    ``reads`` and ``writes`` are keys of variables; ``random`` the operations that draw;
    ``resources`` the operations whose handles are used.
    """

    def __init__(self, operations: Iterable[Operation]) -> None:
        self.variables: dict[str, Operation] = {}
        self.writes: dict[str, Operation] = {}
        self.random: list[Operation] = []
        self.resources: dict[Operation, None] = {}
        for op in operations:
            self._add(op)

    def _add(self, op: Operation) -> None:
        if op.type in VARIABLES:
            self.variables[variable_key(op)] = op
        if draws(op):
            self.random.append(op)
        for tensor in op.inputs:
            if not is_marker(tensor):
                continue
            origin = source(tensor)
            if origin is None:
                continue
            if origin.type not in VARIABLES:
                self.resources[origin] = None
                continue
            key = variable_key(origin)
            self.variables[key] = origin
            if op.type not in _READERS and _takes_marker(op, tensor):
                self.writes[key] = origin


def draws(op: Operation) -> bool:
    """True for a random operation, which keeps a counter in the session."""
    return op.definition.stateful and "seed2" in op.definition.signature.attribute_by_name


def _takes_marker(op: Operation, tensor: Tensor) -> bool:
    if tensor.dtype.base_dtype is dtypes.resource:
        return True
    from penstock.runtime.trace import wants_marker

    return any(t is tensor and wants_marker(op, i) for i, t in enumerate(op.inputs))


def resource_groups(items: list[Any]) -> dict[Operation, list[Any]]:
    """The items that share a run-time resource, by the operation that makes it."""
    groups: dict[Operation, list[Any]] = {}
    for item in items:
        operations = (item,) if isinstance(item, Operation) else item.operations()
        for origin in Effects(operations).resources:
            groups.setdefault(origin, []).append(item)
    for origin, members in groups.items():
        if origin in items and origin not in members:
            members.insert(0, origin)
    return groups
