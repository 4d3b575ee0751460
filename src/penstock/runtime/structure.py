"""From TensorFlow's dataflow control flow to structured blocks.

In a graph, ``tf.cond`` is a set of ``Switch`` and ``Merge`` operations and ``tf.while_loop`` a
frame of ``Enter``, ``Merge``, ``Switch``, ``NextIteration`` and ``Exit``.  XLA wants structured
conditionals and loops, so ``build_block`` recovers them from the edges alone (a graph that was
read from a file has nothing else):

* *Liveness* says under which predicate values an operation runs: a ``Switch`` adds a literal
  ``(predicate, side)`` to what hangs on its output, a ``Merge`` takes it away again.
* The operations of one frame form one ``While``, ready when all its ``Enter`` inputs are.
* Scheduling is greedy: everything without a literal first, then all that can run under one
  predicate as one ``Cond``.  One ``tf.cond`` may so become several ``Cond`` items (its gradient
  comes later than its result); values that pass between them are *exports*.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from penstock.graph import errors
from penstock.graph.operation import Operation
from penstock.graph.tensor import Tensor
from penstock.runtime.blocks import (
    CONTROL_FLOW,
    ENTER,
    EXIT,
    MERGE,
    NEXT,
    SWITCH,
    Block,
    Cond,
    Loop,
    While,
    read_by,
)
from penstock.runtime.prune import topological

Literal = tuple[Tensor, int]


def build_block(operations: list[Operation], fed: Collection[Tensor]) -> Block:
    """The structured form of ``operations`` (pruned, by age)."""
    ordered = topological(operations, fed)
    if not any(op.type in CONTROL_FLOW for op in ordered):
        return Block(list(ordered))
    return _Structure(ordered, fed).block()


@dataclass(eq=False)
class _Frame:
    """A loop's frame while the structure is found; ``parent`` is ``None`` for the root."""

    name: str
    parent: _Frame | None
    ops: list[Operation] = field(default_factory=list)
    children: list[_Frame] = field(default_factory=list)
    literals: frozenset[Literal] = frozenset()


class _Structure:
    def __init__(self, ordered: list[Operation], fed: Collection[Tensor]) -> None:
        self.ordered = ordered
        self.needed = set(ordered)
        self.fed = fed
        self.root = _Frame("", None)
        self.frame: dict[Operation, _Frame] = {}
        self.live: dict[Operation, frozenset[Literal]] = {}
        self.merge_predicate: dict[Operation, Tensor] = {}
        self.merge_choice: dict[Operation, int] = {}
        self.by_name: dict[tuple[_Frame, str], _Frame] = {}
        for op in ordered:
            self._place(op)
            self._enliven(op)

    def block(self) -> Block:
        return self._schedule(self.root.ops, self.root.children, frozenset())

    # -- frames -------------------------------------------------------------------------------
    def _output_frame(self, op: Operation) -> _Frame:
        frame = self.frame[op]
        if op.type in EXIT and frame.parent is not None:
            return frame.parent
        return frame

    def _place(self, op: Operation) -> None:
        frame = self.root
        for producer in self._producers(op):
            found = self._output_frame(producer)
            if _depth(found) > _depth(frame):
                frame = found
        if op.type in ENTER:
            name = op.attr("frame_name").decode()
            child = self.by_name.get((frame, name))
            if child is None:
                child = self.by_name[frame, name] = _Frame(name, frame)
                frame.children.append(child)
            frame = child
        self.frame[op] = frame
        frame.ops.append(op)

    def _producers(self, op: Operation) -> Iterator[Operation]:
        for tensor in op.inputs:
            if tensor not in self.fed and tensor.op in self.frame:
                yield tensor.op
        for control in op.control_inputs:
            if control in self.frame:
                yield control

    # -- liveness -----------------------------------------------------------------------------
    def _enliven(self, op: Operation) -> None:
        frame = self.frame[op]
        if op.type in ENTER:
            frame.literals |= self._tensor_literals(op.inputs[0])
            for control in op.control_inputs:
                if control in self.frame and self.frame[control] is frame.parent:
                    frame.literals |= self.live[control]
            self.live[op] = frozenset()
            return
        if op.type in MERGE:
            self.live[op] = self._merged(op)
            return
        literals: frozenset[Literal] = frozenset()
        for tensor in op.inputs:
            if tensor.op in self.frame:
                literals |= self._tensor_literals(tensor)
        for control in op.control_inputs:
            if control in self.live:
                literals |= self._control_literals(control, frame)
        self.live[op] = literals

    def _control_literals(self, control: Operation, frame: _Frame) -> frozenset[Literal]:
        if control.type in EXIT:
            return self.frame[control].literals
        if self.frame[control] is frame:
            return self.live[control]
        return frozenset()

    def _tensor_literals(self, tensor: Tensor) -> frozenset[Literal]:
        op = tensor.op
        if tensor in self.fed or op not in self.frame:
            return frozenset()
        if op.type in EXIT:
            return self.frame[op].literals
        literals = self.live[op]
        if op.type in SWITCH and op.inputs[1].op.type != "LoopCond":
            literals |= {(self._predicate(op.inputs[1]), tensor.value_index)}
        return literals

    def _predicate(self, tensor: Tensor) -> Tensor:
        """The tensor that an ``Identity`` (``cond/pred_id``, say) or a loop constant passes on."""
        while tensor not in self.fed:
            op = tensor.op
            if op.type != "Identity" and not (op.type in ENTER and op.attr("is_constant")):
                break
            tensor = op.inputs[0]
        return tensor

    def _merged(self, op: Operation) -> frozenset[Literal]:
        entering = [
            t for t in op.inputs if t.op.type not in NEXT and (t in self.fed or t.op in self.frame)
        ]
        alive = [self._tensor_literals(t) for t in entering]
        if len(alive) != 2 or len(op.inputs) != 2:
            return alive[0] if alive else frozenset()
        common = alive[0] & alive[1]
        candidates = sorted(
            (p for p, side in alive[0] if (p, 1 - side) in alive[1]), key=lambda p: p.op._id
        )
        if candidates:
            self.merge_predicate[op] = candidates[0]
        elif alive[0] != alive[1] and common in alive:
            # One input is there whenever the other is: either will do, so that one is taken.
            chosen = alive.index(common)
            self.merge_choice[op] = chosen
            self.merge_predicate[op] = min(
                (p for p, _ in alive[1 - chosen] - common), key=lambda p: p.op._id
            )
        controls: frozenset[Literal] = frozenset()
        for control in op.control_inputs:
            if control in self.live:
                controls |= self._control_literals(control, self.frame[op])
        return common | controls

    # -- scheduling ---------------------------------------------------------------------------
    def _schedule(
        self, ops: list[Operation], children: list[_Frame], context: frozenset[Literal]
    ) -> Block:
        """Puts the operations and loops of one level into order."""
        nodes: list[Any] = []
        unit: dict[Operation, Any] = {}
        for op in ops:
            nodes.append(op)
            unit[op] = op
        for child in children:
            nodes.append(child)
            for op in _all_ops(child):
                unit[op] = child
        return self._order(nodes, unit, context)

    def _literals(self, node: Any, context: frozenset[Literal]) -> frozenset[Literal]:
        literals = node.literals if isinstance(node, _Frame) else self.live[node]
        return literals - context

    def _dependencies(self, node: Any, unit: dict[Operation, Any]) -> set[Any]:
        found = set()
        for op in _all_ops(node) if isinstance(node, _Frame) else (node,):
            for producer in self._producers(op):
                other = unit.get(producer)
                if other is not None and other is not node:
                    if op.type in MERGE and producer.type in NEXT:
                        continue
                    found.add(other)
        if not isinstance(node, _Frame):
            predicate = self.merge_predicate.get(node)
            if predicate is not None and predicate.op in unit and unit[predicate.op] is not node:
                found.add(unit[predicate.op])
        return found

    def _order(
        self, nodes: list[Any], unit: dict[Operation, Any], context: frozenset[Literal]
    ) -> Block:
        keys = {id(node): _age(node) for node in nodes}
        dependencies = {node: self._dependencies(node, unit) for node in nodes}
        followers: dict[Any, list[Any]] = {}
        waiting = {}
        for node in nodes:
            waiting[node] = len(dependencies[node])
            for other in dependencies[node]:
                followers.setdefault(other, []).append(node)
        by_key = {keys[id(node)]: node for node in nodes}
        level: list[int] = []
        inner: set[Any] = set()
        done: set[Any] = set()
        block = Block()

        def literals_of(node: Any) -> frozenset[Literal]:
            return self._literals(node, context)

        def release(node: Any) -> None:
            done.add(node)
            for follower in followers.get(node, ()):
                waiting[follower] -= 1
                if waiting[follower] == 0:
                    offer(follower)

        def offer(node: Any) -> None:
            if node in done:
                return
            if literals_of(node):
                inner.add(node)
            else:
                heapq.heappush(level, keys[id(node)])

        for node in nodes:
            if waiting[node] == 0:
                offer(node)
        while level or inner:
            while level:
                node = by_key[heapq.heappop(level)]
                if node in done:
                    continue
                if node in self.merge_predicate:
                    # Its inputs come from earlier items (or straight from a Switch).
                    cond = self._cond(self.merge_predicate[node], [], unit, context, done)
                    block.items.append(cond)
                    done.update(cond.merges)
                    for merge in cond.merges:
                        release(merge)
                    continue
                block.items.append(self._loop(node, context) if isinstance(node, _Frame) else node)
                release(node)
            if not inner:
                break
            first = min(inner, key=lambda n: keys[id(n)])
            predicate = self._outermost(literals_of(first))
            members = self._closure(predicate, inner, followers, waiting, done, literals_of)
            cond = self._cond(predicate, members, unit, context, done)
            block.items.append(cond)
            finished = [*members, *cond.merges]
            inner.difference_update(members)
            done.update(finished)
            for node in finished:
                release(node)
        if len(done) != len(nodes):
            stuck = next(n for n in nodes if n not in done)
            op = stuck if isinstance(stuck, Operation) else stuck.ops[0]
            raise errors.InvalidArgumentError(
                None, op, f"The control flow around '{op.name}' can't be put in order"
            )
        self._find_exports(block)
        return block

    def _outermost(self, literals: frozenset[Literal]) -> Tensor:
        """The predicate that none of the other predicates decides about."""
        predicates = sorted({p for p, _ in literals}, key=lambda p: p.op._id)
        for predicate in predicates:
            own = self._tensor_literals(predicate)
            if not any((p, s) in own for p, s in literals if p is not predicate):
                return predicate
        return predicates[0]

    def _closure(
        self, predicate: Tensor, inner: set[Any], followers: Any, waiting: Any, done: Any,
        literals_of: Any,
    ) -> list[Any]:  # fmt: skip
        """All nodes under ``predicate`` that can run now, one after the other."""
        left = dict(waiting)

        def belongs(node: Any) -> bool:
            return any(p is predicate for p, _ in literals_of(node))

        queue = [node for node in inner if belongs(node)]
        members = []
        seen = set(queue)
        while queue:
            node = queue.pop()
            members.append(node)
            for follower in followers.get(node, ()):
                left[follower] -= 1
                if left[follower] == 0 and belongs(follower) and follower not in seen:
                    seen.add(follower)
                    queue.append(follower)
        return sorted(members, key=_age)

    def _cond(
        self, predicate: Tensor, members: list[Any], unit: dict[Operation, Any],
        context: frozenset[Literal], done: set[Any],
    ) -> Cond:  # fmt: skip
        sides = []
        member_set = set(members)
        for side in (0, 1):
            literal = (predicate, side)
            nodes = [
                n
                for n in members
                if literal in self._literals(n, context)
                and (predicate, 1 - side) not in self._literals(n, context)
            ]
            inside = {
                op: n for n in nodes for op in (_all_ops(n) if isinstance(n, _Frame) else (n,))
            }
            sides.append(self._order(nodes, inside, context | {literal}))
        merges = [
            op
            for op, found in self.merge_predicate.items()
            if found is predicate
            and op in unit
            and op not in done
            and not self._literals(op, context)
            and all(self._available(t, member_set, done, unit) for t in op.inputs)
        ]
        taken = {}
        for merge in merges:
            if merge in self.merge_choice:
                taken[merge] = (self.merge_choice[merge],) * 2
                continue
            first = (predicate, 0) in self._tensor_literals(merge.inputs[0])
            taken[merge] = (0, 1) if first else (1, 0)
        return Cond(predicate, (sides[0], sides[1]), sorted(merges, key=_age), taken)

    def _available(
        self, tensor: Tensor, members: set[Any], done: set[Any], unit: dict[Operation, Any]
    ) -> bool:
        node = unit.get(tensor.op)
        return node is None or node in members or node in done or tensor in self.fed

    def _find_exports(self, block: Block) -> None:
        """Finds the values that leave a ``Cond`` other than through its merges."""
        made: dict[Tensor, tuple[Cond, int]] = {}
        exported: set[Tensor] = set()
        for item in block.items:
            for tensor in read_by(item):
                origin = made.get(tensor)
                if origin is not None and tensor not in exported and origin[0] is not item:
                    exported.add(tensor)
                    _export(origin[0], tensor, origin[1])
            if isinstance(item, Cond):
                for side in (0, 1):
                    for op in item.sides[side].operations():
                        for tensor in op.outputs:
                            made[tensor] = (item, side)

    # -- loops --------------------------------------------------------------------------------
    def _loop(self, frame: _Frame, context: frozenset[Literal]) -> While:
        context = context | frame.literals
        enters = [op for op in frame.ops if op.type in ENTER]
        loop_conds = [op for op in frame.ops if op.type == "LoopCond"]
        if len(loop_conds) != 1:
            raise errors.InvalidArgumentError(
                None, frame.ops[0], f"The loop '{frame.name}' has {len(loop_conds)} conditions"
            )
        predicate = loop_conds[0].inputs[0]
        switches = {
            op.inputs[0].op: op
            for op in frame.ops
            if op.type in SWITCH and op.inputs[1].op is loop_conds[0]
        }
        exits, passed = {}, set()
        for op in frame.ops:
            if op.type in EXIT:
                source = op.inputs[0].op
                # Gated gradients (`tf.tuple`) put an identity between the switch and its exit.
                while source.type == "Identity":
                    passed.add(source)
                    source = source.inputs[0].op
                exits[source] = op
        loops = []
        for merge in frame.ops:
            if merge.type not in MERGE or merge.inputs[0].op.type not in ENTER:
                continue
            switch = switches.get(merge)
            back = merge.inputs[1].op
            loops.append(
                Loop(
                    merge,
                    merge.inputs[0],
                    back.inputs[0] if back.type in NEXT else None,
                    switch,
                    None if switch is None else exits.get(switch),
                )
            )
        own = {loop.merge for loop in loops} | set(enters) | set(loop_conds)
        own |= set(switches.values()) | set(exits.values()) | passed
        own |= {op for op in frame.ops if op.type in NEXT}
        rest = [op for op in frame.ops if op not in own]
        in_condition = self._ancestors(predicate, {loop.merge for loop in loops}, frame)
        after_switch = self._descendants(set(switches.values()), frame)
        condition = [op for op in rest if op in in_condition and op not in after_switch]
        # What the condition computes and the body wants too is computed in both.
        body_children = [c for c in frame.children if not set(_all_ops(c)) <= in_condition]
        condition_children = [c for c in frame.children if set(_all_ops(c)) <= in_condition]
        wanted = self._wanted_by_body(rest, body_children, loops, set(condition))
        body = [op for op in rest if op not in set(condition) or op in wanted]
        return While(
            frame.name,
            enters,
            loops,
            predicate,
            self._schedule(condition, condition_children, context),
            self._schedule(body, body_children, context),
            [op for op in frame.ops if op in passed],
        )

    def _ancestors(self, tensor: Tensor, stop: set[Operation], frame: _Frame) -> set[Operation]:
        found: set[Operation] = set()
        stack = [tensor.op]
        while stack:
            op = stack.pop()
            if op in found or op in stop or op.type in ENTER and self.frame.get(op) is frame:
                continue
            if op not in self.needed:
                continue
            found.add(op)
            stack.extend(t.op for t in op.inputs if t.op.type not in NEXT)
            stack.extend(op.control_inputs)
        return found

    def _descendants(self, start: set[Operation], frame: _Frame) -> set[Operation]:
        found = set(start)
        for op in frame.ops:
            if op not in found and any(
                p in found for p in [t.op for t in op.inputs] + op.control_inputs
            ):
                found.add(op)
        return found

    def _wanted_by_body(
        self, rest: list[Operation], children: list[_Frame], loops: list[Loop],
        condition: set[Operation],
    ) -> set[Operation]:  # fmt: skip
        wanted: set[Operation] = set()
        stack: list[Operation] = []
        for loop in loops:
            if loop.next is not None:
                stack.append(loop.next.op)
        for child in children:
            stack.extend(t.op for op in _all_ops(child) for t in op.inputs)
        for op in rest:
            if op not in condition:
                stack.extend(t.op for t in op.inputs)
        while stack:
            op = stack.pop()
            if op in condition and op not in wanted:
                wanted.add(op)
                stack.extend(t.op for t in op.inputs)
        return wanted


def _export(cond: Cond, tensor: Tensor, side: int) -> None:
    """Makes ``tensor``, computed on one side of ``cond``, a value that leaves it."""
    if any(known is tensor for known, _ in cond.exports):
        return
    cond.exports.append((tensor, side))
    for item in cond.sides[side].items:
        if not isinstance(item, Cond):
            continue
        for inner in (0, 1):
            if any(op is tensor.op for op in item.sides[inner].operations()):
                _export(item, tensor, inner)


def _depth(frame: _Frame) -> int:
    depth = 0
    while frame.parent is not None:
        frame, depth = frame.parent, depth + 1
    return depth


def _all_ops(frame: _Frame) -> Iterator[Operation]:
    yield from frame.ops
    for child in frame.children:
        yield from _all_ops(child)


def _age(node: Any) -> int:
    return node.ops[0]._id if isinstance(node, _Frame) else node._id
