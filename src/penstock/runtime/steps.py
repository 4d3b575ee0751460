"""The steps of a plan: clusters, host operations, and conditionals and loops run on the host.

``build_steps`` turns a block into steps; a step reads tensors from an environment (a dictionary)
and puts its results there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import numpy as np

from penstock.graph import errors
from penstock.graph.operation import Operation
from penstock.graph.tensor import Tensor
from penstock.ops.checks import label_of
from penstock.runtime.blocks import Block, Cond, While, external_inputs, results
from penstock.runtime.cluster import Cluster
from penstock.runtime.effects import is_marker, source
from penstock.runtime.host import HostRun
from penstock.runtime.markers import Ref
from penstock.runtime.partition import Partition

Environment = dict[Tensor, Any]


class ClusterStep:
    """Runs a cluster with values from the environment."""

    single: Operation | None = None

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster

    def operations(self) -> Iterable[Operation]:
        """The operations that the step runs."""
        return self.cluster.block.operations()

    def run(self, environment: Environment, host: HostRun) -> None:
        """Runs the cluster; its outputs go into ``environment``."""
        cluster = self.cluster
        values = [as_argument(environment[t]) for t in cluster.inputs]
        statics = [np.asarray(environment[t]) for t in cluster.statics]
        outputs = cluster.run(host.state, values, statics, host.run_state, host.journal)
        environment.update(zip(cluster.outputs, outputs))

    @property
    def clusters(self) -> list[Cluster]:
        """The clusters of this step."""
        return [self.cluster]


class HostStep:
    """Runs one operation on the host."""

    clusters: list[Cluster] = []

    def __init__(self, op: Operation) -> None:
        self.op = op
        self.single = op

    def operations(self) -> Iterable[Operation]:
        """The operation."""
        return (self.op,)

    def run(self, environment: Environment, host: HostRun) -> None:
        """Runs the operation; its outputs go into ``environment``."""
        for tensor in self.op.inputs:
            if tensor not in environment and is_marker(tensor):
                environment[tensor] = marker_of(tensor, host)
        host.run_operation(self.op, environment)


class CondStep:
    """Runs one side of a conditional."""

    single: Operation | None = None

    def __init__(self, item: Cond, sides: tuple[list[Any], list[Any]]) -> None:
        self.item = item
        self.sides = sides

    def operations(self) -> Iterable[Operation]:
        """The operations of both sides."""
        return self.item.operations()

    @property
    def clusters(self) -> list[Cluster]:
        """The clusters of both sides."""
        return [c for side in self.sides for step in side for c in step.clusters]

    def run(self, environment: Environment, host: HostRun) -> None:
        """Runs the side that the predicate names."""
        item = self.item
        side = int(bool(np.asarray(environment[item.predicate])))
        for step in self.sides[side]:
            step.run(environment, host)
        for merge in item.merges:
            index = item.taken[merge][side]
            value = environment[merge.inputs[index]]
            if isinstance(value, Ref) and not is_marker(merge.outputs[0]):
                value = host.read(value)
            environment[merge.outputs[0]] = value
            environment[merge.outputs[1]] = np.array(index, np.int32)
        for tensor, own in item.exports:
            if own != side:
                environment.setdefault(tensor, _zeros(tensor))


class WhileStep:
    """Goes round a loop, condition and body a list of steps each."""

    single: Operation | None = None

    def __init__(self, item: While, condition: list[Any], body: list[Any]) -> None:
        self.item = item
        self.condition = condition
        self.body = body

    def operations(self) -> Iterable[Operation]:
        """The operations of the loop."""
        return self.item.operations()

    @property
    def clusters(self) -> list[Cluster]:
        """The clusters of condition and body."""
        return [c for step in (*self.condition, *self.body) for c in step.clusters]

    def run(self, environment: Environment, host: HostRun) -> None:
        """Runs the loop until its condition is false."""
        item = self.item
        for enter in item.enters:
            tensor = enter.inputs[0]
            if tensor not in environment and is_marker(tensor):
                environment[tensor] = marker_of(tensor, host)
            value = environment[tensor]
            if isinstance(value, Ref) and not is_marker(enter.outputs[0]):
                value = host.read(value)
            environment[enter.outputs[0]] = value
        values = [environment[loop.enter] for loop in item.loops]
        outer = dict(environment)
        while True:
            inner = dict(outer)
            for loop, value in zip(item.loops, values):
                inner[loop.merge.outputs[0]] = value
                if loop.switch is not None:
                    for tensor in loop.switch.outputs:
                        inner[tensor] = value
            for step in self.condition:
                step.run(inner, host)
            if not bool(np.asarray(inner[item.predicate])):
                break
            for step in self.body:
                step.run(inner, host)
            values = [
                value if loop.next is None else inner[loop.next]
                for loop, value in zip(item.loops, values)
            ]
        for loop, value in zip(item.loops, values):
            if loop.exit is not None:
                environment[loop.exit.outputs[0]] = value


def _zeros(tensor: Tensor) -> np.ndarray:
    sizes = [0 if s is None else s for s in tensor.shape.sizes or ()]
    return np.zeros(sizes, tensor.dtype.base_dtype.as_numpy_dtype)


def marker_of(tensor: Tensor, host: HostRun) -> Any:
    """The reference or handle that a tensor stands for, wherever it was made."""
    origin = source(tensor)
    if origin is None:
        raise errors.InternalError(None, tensor.op, f"'{tensor.name}' comes from no variable")
    if "container" in origin.definition.signature.attribute_by_name:
        return host.variable(origin)
    return host.new_handle(origin)


def as_argument(value: Any) -> Any:
    """A value as a cluster takes it."""
    return value if hasattr(value, "devices") else np.asarray(value)


def build_steps(
    block: Block,
    fed: Collection[Tensor],
    wanted: Iterable[Tensor],
    targets: Collection[Operation] = (),
    forced: Collection[Any] = (),
    nested: bool = False,
) -> list[Any]:
    """The steps that run ``block``.

    Args:
        block: the items.
        fed: tensors that are in the environment already.
        wanted: tensors that must be in the environment afterwards.
        targets: operations that must have run.
        forced: operations (or an operation inside an item) that must run on the host.
        nested: whether the steps may run several times, or not at all, in a run.
    """
    partition = Partition(block, fed, forced, nested)
    phases = partition.phases
    used_later: list[set[Tensor]] = []
    later: set[Tensor] = {t for t in wanted if not is_marker(t)}
    for _, items in reversed(phases):
        used_later.append(set(later))
        for item in items:
            later.update(external_inputs(item))
    used_later.reverse()
    last_cluster = max((i for i, (c, _) in enumerate(phases) if c), default=-1)
    steps: list[Any] = []
    for i, (is_cluster, items) in enumerate(phases):
        if not is_cluster:
            steps.extend(_host_steps(item, fed, partition, forced) for item in items)
            continue
        made = [t for item in items for t in results(item)]
        inside = set(made)
        outputs = [
            t
            for t in made
            if t in used_later[i] and not is_marker(t) and t not in fed and label_of(t, fed) is None
        ]
        taken: dict[Tensor, None] = {}
        for item in items:
            for tensor in external_inputs(item):
                if label_of(tensor, fed) is not None:
                    continue
                if tensor not in inside and not is_marker(tensor) or tensor in fed:
                    taken[tensor] = None
        statics = [t for t in taken if t in partition.static or partition.is_known(t)]
        known = set(statics)
        inputs = [t for t in taken if t not in known]
        alone = i == last_cluster and i == len(phases) - 1 and not nested
        cluster = Cluster(Block(items), inputs, statics, outputs, may_donate=alone)
        if outputs or _has_effects(cluster, items, targets):
            steps.append(ClusterStep(cluster))
    return steps


def _has_effects(cluster: Cluster, items: Sequence[Any], targets: Collection[Operation]) -> bool:
    if cluster.effects.writes or cluster.effects.resources:
        return True
    for item in items:
        for op in (item,) if isinstance(item, Operation) else item.operations():
            if op.type in ("Const", "NoOp"):
                continue
            if op in targets or (op.definition.stateful and op.type not in _QUIET):
                return True
    return False


_QUIET = frozenset(["Variable", "VariableV2", "VarHandleOp", "Placeholder"])


def _host_steps(
    item: Any, fed: Collection[Tensor], partition: Partition, forced: Collection[Any]
) -> Any:
    if isinstance(item, Operation):
        return HostStep(item)
    around = set(fed) | _values(partition.producer) | _values(external_inputs(item))
    if isinstance(item, Cond):
        sides = []
        for side in (0, 1):
            wanted = {merge.inputs[item.taken[merge][side]] for merge in item.merges}
            wanted |= {t for t, own in item.exports if own == side}
            own_results = {t for i in item.sides[side].items for t in results(i)}
            sides.append(
                build_steps(
                    item.sides[side],
                    around - own_results,
                    wanted & own_results,
                    list(item.sides[side].operations()),
                    forced,
                    nested=True,
                )  # fmt: skip
            )
        return CondStep(item, (sides[0], sides[1]))
    around |= _values(t for loop in item.loops for t in loop.merge.outputs[:1])
    around |= _values(t for loop in item.loops if loop.switch for t in loop.switch.outputs)
    around |= _values(t for enter in item.enters for t in enter.outputs)
    parts = []
    for block, wanted in (
        (item.condition, {item.predicate}),
        (item.body, {loop.next for loop in item.loops if loop.next is not None}),
    ):
        own_results = {t for i in block.items for t in results(i)}
        parts.append(
            build_steps(
                block,
                around - own_results,
                wanted & own_results,
                list(block.operations()),
                forced,
                nested=True,
            )  # fmt: skip
        )
    return WhileStep(item, parts[0], parts[1])


def _values(tensors: Iterable[Tensor]) -> set[Tensor]:
    """The tensors that have values: references and handles are found by what they stand for."""
    return {tensor for tensor in tensors if not is_marker(tensor)}


def representative(item: Any) -> Operation:
    """An operation that tells a composite item from all others."""
    if isinstance(item, Operation):
        return item
    if isinstance(item, While):
        return item.loops[0].merge if item.loops else item.enters[0]
    if item.merges:
        return item.merges[0]
    return next(iter(item.operations()))
