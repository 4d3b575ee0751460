"""What a run is made of: blocks of operations, conditionals and loops.

``structure.py`` recovers them from a graph; the rest of the runtime runs them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from penstock.graph.operation import Operation
from penstock.graph.tensor import Tensor

SWITCH = frozenset(["Switch", "RefSwitch"])
MERGE = frozenset(["Merge", "RefMerge"])
ENTER = frozenset(["Enter", "RefEnter"])
EXIT = frozenset(["Exit", "RefExit"])
NEXT = frozenset(["NextIteration", "RefNextIteration"])
CONTROL_FLOW = SWITCH | MERGE | ENTER | EXIT | NEXT | {"LoopCond"}

Item = Any  # Operation | Cond | While


@dataclass(eq=False)
class Block:
    """Items in the order they run."""

    items: list[Item] = field(default_factory=list)

    def operations(self) -> Iterator[Operation]:
        """All operations inside, those of nested blocks included."""
        for item in self.items:
            if isinstance(item, Operation):
                yield item
            else:
                yield from item.operations()


@dataclass(eq=False)
class Cond:
    """Two blocks, one of which runs.

    ``merges`` are its results; ``exports`` are values of one side that later items want (zeros
    when the other side ran).
    """

    predicate: Tensor
    sides: tuple[Block, Block]
    merges: list[Operation]
    taken: dict[Operation, tuple[int, int]]  # for each merge, the input taken on either side
    exports: list[tuple[Tensor, int]] = field(default_factory=list)

    def operations(self) -> Iterator[Operation]:
        """All operations inside."""
        yield from self.sides[0].operations()
        yield from self.sides[1].operations()
        yield from self.merges

    @property
    def name(self) -> str:
        """The predicate's name, for messages."""
        return self.predicate.op.name


@dataclass(eq=False)
class Loop:
    """One loop variable: how it comes in, goes round and comes out."""

    merge: Operation
    enter: Tensor
    next: Tensor | None
    switch: Operation | None
    exit: Operation | None


@dataclass(eq=False)
class While:
    """A frame: ``condition`` is computed from the loop variables, ``body`` makes their next."""

    frame_name: str
    enters: list[Operation]
    loops: list[Loop]
    predicate: Tensor
    condition: Block
    body: Block
    gates: list[Operation] = field(default_factory=list)  # identities between switches and exits

    def operations(self) -> Iterator[Operation]:
        """All operations inside, the frame's own included."""
        yield from self.enters
        for loop in self.loops:
            yield loop.merge
            if loop.switch is not None:
                yield loop.switch
        yield from self.condition.operations()
        yield from self.body.operations()
        yield from self.gates
        for loop in self.loops:
            if loop.exit is not None:
                yield loop.exit

    @property
    def name(self) -> str:
        """The frame's name, for messages."""
        return self.frame_name


def read_by(item: Item) -> Iterator[Tensor]:
    """The tensors that an item takes from outside or inside itself."""
    if isinstance(item, Operation):
        yield from item.inputs
        return
    for op in item.operations():
        yield from op.inputs
    yield from predicates_of(item)


def predicates_of(item: Item) -> Iterator[Tensor]:
    """The predicates of a conditional and of all conditionals inside an item."""
    if isinstance(item, Cond):
        yield item.predicate
        blocks = item.sides
    elif isinstance(item, While):
        blocks = (item.condition, item.body)
    else:
        return
    for block in blocks:
        for inner in block.items:
            yield from predicates_of(inner)


def external_inputs(item: Item) -> list[Tensor]:
    """The tensors that ``item`` takes from outside itself."""
    if isinstance(item, Operation):
        return list(dict.fromkeys(item.inputs))
    inside = set(item.operations())
    found: dict[Tensor, None] = {}
    for predicate in predicates_of(item):
        if predicate.op not in inside:
            found[predicate] = None
    for op in inside_order(item):
        for tensor in op.inputs:
            if tensor.op not in inside and tensor.op.type not in NEXT | {"LoopCond"}:
                found[tensor] = None
    if isinstance(item, While):
        for loop in item.loops:
            if loop.next is not None and loop.next.op not in inside:
                if loop.next.op.type not in SWITCH:
                    found[loop.next] = None
        if item.predicate.op not in inside:
            found[item.predicate] = None
        switches = {loop.switch for loop in item.loops if loop.switch is not None}
        for tensor in list(found):
            if tensor.op in switches:
                del found[tensor]
    return list(found)


def inside_order(item: Any) -> list[Operation]:
    """The operations inside a composite item, each once, in order."""
    return list(dict.fromkeys(item.operations()))


def results(item: Item) -> list[Tensor]:
    """The tensors that ``item`` gives to later items."""
    if isinstance(item, Operation):
        return item.outputs
    if isinstance(item, Cond):
        found = [t for merge in item.merges for t in merge.outputs]
        return found + [t for t, _ in item.exports]
    return [t for loop in item.loops if loop.exit is not None for t in loop.exit.outputs]
