"""Cutting a block into compiled clusters and host steps.

Every item gets a *phase*: even phases run on the host, odd ones as one cluster each.  An item's
phase is the earliest that its inputs allow, so that there are as few clusters as possible, each
as large as possible.  An item has to wait for a later cluster when the *value* of an input must
be known while it is traced (a shape, an axis) and can't be worked out there.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from penstock.graph import dtypes
from penstock.graph.operation import Operation
from penstock.graph.tensor import Tensor
from penstock.ops.checks import label_of
from penstock.ops.partitions import may_be_padded
from penstock.runtime.blocks import Block, Cond, external_inputs, results
from penstock.runtime.effects import VARIABLES, Effects, is_marker, resource_groups

_SHAPE_OPS = frozenset(["Shape", "ShapeN", "Rank", "Size"])
_STRUCTURE = frozenset(
    "Switch RefSwitch Merge RefMerge Enter RefEnter Exit RefExit NextIteration RefNextIteration "
    "LoopCond".split()
)
_HOST_TYPES = frozenset([dtypes.string, dtypes.variant])


class Partition:
    """The phases of a block's items.

    ``phases`` are (is_cluster, items) pairs in order; ``static`` are the tensors whose values
    clusters must be given as constants.
    """

    def __init__(
        self,
        block: Block,
        fed: Collection[Tensor],
        forced: Collection[Any] = (),
        nested: bool = False,
    ) -> None:
        self.items = block.items
        self.nested = nested
        self.fed = fed
        self.forced = set(forced)
        self.producer: dict[Tensor, Any] = {}
        for item in self.items:
            for tensor in results(item):
                self.producer[tensor] = item
        self.host = {id(item) for item in self.items if self._is_host(item)}
        self.host.update(_initial_values(self.items, self.producer, fed))
        self._spread_resources()
        self.known: dict[Tensor, bool] = {}
        self.static: set[Tensor] = set()
        self.outside: set[Tensor] = set()  # needed as values, made before the cluster
        self._find_static()
        self.phase: dict[int, int] = {}
        self._assign()
        self.phases = self._collect()

    # -- where an item runs -------------------------------------------------------------------
    def _is_host(self, item: Any) -> bool:
        if item in self.forced:
            return True
        operations = (item,) if isinstance(item, Operation) else tuple(item.operations())
        if self.nested and Effects(operations).resources:
            # Inside a loop or conditional that runs on the host, stacks and arrays live there.
            return True
        return any(runs_on_host(op, self.fed) or op in self.forced for op in operations)

    def _spread_resources(self) -> None:
        """Whatever shares a stack or tensor array with a host item runs on the host as well."""
        groups = resource_groups(self.items)
        changed = True
        while changed:
            changed = False
            for members in groups.values():
                if any(id(m) in self.host for m in members):
                    for member in members:
                        if id(member) not in self.host:
                            self.host.add(id(member))
                            changed = True

    # -- values known while tracing -----------------------------------------------------------
    def is_known(self, tensor: Tensor) -> bool:
        """True when ``tensor``'s value can be worked out while a cluster is traced."""
        found = self.known.get(tensor)
        if found is not None:
            return found
        # Iterative: chains of shape arithmetic can be long.
        stack = [tensor]
        while stack:
            current = stack[-1]
            if current in self.known:
                stack.pop()
                continue
            op = current.op
            if current in self.fed:
                self.known[current] = False
            elif self.producer.get(current) is not op:
                self.known[current] = self._is_known_in_side(current)
            elif op.type == "Const":
                self.known[current] = op.attr("dtype") not in _HOST_TYPES
            elif op.type == "TensorArraySizeV3":
                size = _array_size(op)
                if size is not None and size not in self.known:
                    stack.append(size)
                    continue
                self.known[current] = (
                    size is not None and id(op) not in self.host and self.known[size]
                )
            elif op.type in _SHAPE_OPS:
                self.known[current] = not any(t.dtype in _HOST_TYPES for t in op.inputs)
            elif (
                op.definition.fold is None
                or op.definition.stateful
                or id(op) in self.host
                or any(is_marker(t) for t in op.inputs)
            ):
                self.known[current] = False
            else:
                unknown = [t for t in op.inputs if t not in self.known]
                if unknown:
                    stack.extend(unknown)
                    continue
                self.known[current] = all(self.known[t] for t in op.inputs)
            stack.pop()
        return self.known[tensor]

    def _is_known_in_side(self, tensor: Tensor) -> bool:
        """True when ``tensor``, from one side of a compiled conditional, is known while tracing.

        Shapes stay known when the side is traced, and so does what is computed from them. The
        gradient on the same side, which is a conditional of its own, needs them as values.
        """
        item = self.producer.get(tensor)
        if not isinstance(item, Cond) or id(item) in self.host:
            return False
        inside = set(item.operations())
        pending, seen = [tensor], set()
        while pending:
            current = pending.pop()
            op = current.op
            if current in seen:
                continue
            seen.add(current)
            if op not in inside:
                if not self.is_known(current):
                    return False
            elif op.type == "Const" or op.type in _SHAPE_OPS:
                if any(t.dtype in _HOST_TYPES for t in (*op.inputs, *op.outputs)):
                    return False
            elif op.type == "Switch":
                pending.append(op.inputs[0])
            elif op.definition.fold is None or op.definition.stateful:
                return False
            else:
                pending.extend(op.inputs)
        return True

    def _find_static(self) -> None:
        """Finds the tensors that clusters need as values but can't work out."""
        for item in self.items:
            if id(item) in self.host:
                continue
            for tensor in _static_inputs(item, self.producer):
                if not self.is_known(tensor):
                    self.static.add(tensor)
        # What only shapes need is computed on the host, where its inputs are there.
        for item in self.items:
            if (
                isinstance(item, Operation)
                and id(item) not in self.host
                and any(t in self.static for t in item.outputs)
                and item.definition.fold is not None
                and not item.definition.stateful
                and self._cheap_on_host(item)
            ):
                self.host.add(id(item))

    def _cheap_on_host(self, op: Operation, depth: int = 0) -> bool:
        """True when everything ``op`` needs is fed, known, or on the host already."""
        for tensor in op.inputs:
            if is_marker(tensor):
                return False
            producer = self.producer.get(tensor)
            if tensor in self.fed or producer is None or id(producer) in self.host:
                continue
            if self.is_known(tensor) and not _depends_on_device(tensor, self):
                continue
            return False
        return True

    # -- phases -------------------------------------------------------------------------------
    def _assign(self) -> None:
        by_op = {}
        for item in self.items:
            for op in (item,) if isinstance(item, Operation) else item.operations():
                by_op[op] = item
        for item in self.items:
            is_host = id(item) in self.host
            phase = 0 if is_host else 1
            for tensor in external_inputs(item):
                producer = self.producer.get(tensor)
                if tensor in self.fed or producer is None or producer is item:
                    continue
                phase = max(phase, self._after(producer, item, is_host, tensor in self.static))
            controls = (
                item.control_inputs
                if isinstance(item, Operation)
                else [c for op in item.operations() for c in op.control_inputs]
            )
            for control in controls:
                other = by_op.get(control)
                if other is not None and other is not item and id(other) in self.phase:
                    phase = max(phase, self._after(other, item, is_host, False))
            self.phase[id(item)] = phase

    def _after(self, producer: Any, item: Any, is_host: bool, static: bool) -> int:
        phase = self.phase.get(id(producer), 0)
        if is_host:
            return phase if phase % 2 == 0 else phase + 1
        if static:
            return phase + 1 if phase % 2 == 0 else phase + 2
        return phase if phase % 2 == 1 else phase + 1

    def _collect(self) -> list[tuple[bool, list[Any]]]:
        grouped: dict[int, list[Any]] = {}
        for item in self.items:
            grouped.setdefault(self.phase[id(item)], []).append(item)
        return [(phase % 2 == 1, grouped[phase]) for phase in sorted(grouped)]


_ASSIGN = frozenset(["Assign", "AssignVariableOp"])
_DRAWN = frozenset(["RandomUniform", "RandomStandardNormal", "TruncatedNormal"])
_SIMPLE = frozenset("Add AddV2 Sub Mul RealDiv Neg Sqrt Identity Cast Reshape Fill".split())


def _initial_values(
    items: list[Any], producer: dict[Tensor, Any], fed: Collection[Tensor]
) -> set[int]:
    """The items (by ``id``) of a run that does nothing but give variables initial values.

    Such a run happens once, so compiling it would cost more than it saves: constants are copied
    and random numbers drawn by programs that all models share.
    """
    if fed or not all(isinstance(item, Operation) for item in items):
        return set()
    if not any(item.type in _ASSIGN for item in items):
        return set()
    simple: set[Operation] = set()
    for op in items:
        if op.type in ("Const", "NoOp") or op.type in VARIABLES:
            continue
        if op.type in _ASSIGN:
            if not all(t.op in simple or t.op.type == "Const" for t in op.inputs[1:]):
                return set()
            simple.add(op)
            continue
        kernel = op.definition.host if op.type in _DRAWN else op.definition.fold
        if op.type not in _DRAWN | _SIMPLE or kernel is None:
            return set()
        for tensor in op.inputs:
            if is_marker(tensor) or not (tensor.op in simple or tensor.op.type == "Const"):
                return set()
        simple.add(op)
    return {id(op) for op in items}


def _array_size(op: Operation) -> Tensor | None:
    """The size that a tensor array was made with, or ``None`` when it can change."""
    from penstock.runtime.effects import source

    origin = source(op.inputs[0])
    while origin is not None and origin.type == "TensorArrayGradV3":
        origin = source(origin.inputs[0])
    if origin is None or origin.type != "TensorArrayV3" or origin.attr("dynamic_size"):
        return None
    return origin.inputs[0]


def runs_on_host(op: Operation, fed: Collection[Tensor] = ()) -> bool:
    """True when an operation can't be part of a compiled cluster."""
    definition = op.definition
    if op.type == "Assert":
        texts = [t for t in op.inputs if t.dtype.base_dtype in _HOST_TYPES]
        return any(label_of(t, fed) is None for t in texts)
    if op.outputs and label_of(op.outputs[0], fed) is not None:
        return False
    if op.type in _STRUCTURE:
        return any(t.dtype.base_dtype in _HOST_TYPES for t in (*op.inputs, *op.outputs))
    if definition.lower is None or op.type == "Unique" and not may_be_padded(op):
        return True
    return any(t.dtype.base_dtype in _HOST_TYPES for t in (*op.inputs, *op.outputs))


def _static_inputs(item: Any, producer: dict[Tensor, Any]) -> list[Tensor]:
    """Tensors from outside that ``item`` must know the values of while it is traced."""
    if isinstance(item, Operation):
        return static_inputs_of(item)
    inside = set(item.operations())
    found = []
    pending = []
    for op in inside:
        pending.extend(static_inputs_of(op))
    seen: set[Tensor] = set()
    while pending:
        tensor = pending.pop()
        if tensor in seen:
            continue
        seen.add(tensor)
        op = tensor.op
        if op not in inside:
            found.append(tensor)
        elif op.type in ("Switch", "Enter", "Identity", "RefEnter", "RefSwitch"):
            pending.append(op.inputs[0])
        elif op.definition.fold is not None and op.type not in _SHAPE_OPS:
            pending.extend(op.inputs)
    return found


def static_inputs_of(op: Operation) -> list[Tensor]:
    """The inputs of ``op`` whose values must be known while tracing."""
    names = op.definition.static
    if not names:
        return []
    found = []
    position = 0
    from penstock.graph.registry import argument_length

    for argument in op.definition.signature.inputs:
        count = argument_length(op, argument)
        if argument.name in names:
            found.extend(op.inputs[position : position + count])
        position += count
    return found


def _depends_on_device(tensor: Tensor, partition: Partition) -> bool:
    """True when a known value hangs on the shape of something that a cluster computes."""
    stack, seen = [tensor], set()
    while stack:
        current = stack.pop()
        if current in seen or current in partition.fed:
            continue
        seen.add(current)
        op = current.op
        if op.type == "Const":
            continue
        if op.type in _SHAPE_OPS:
            for each in op.inputs:
                producer = partition.producer.get(each)
                if each not in partition.fed and producer is not None:
                    if id(producer) not in partition.host:
                        return True
            continue
        stack.extend(op.inputs)
    return False
