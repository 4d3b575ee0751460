"""``RunOptions`` and ``RunMetadata``: what a run did and how long its steps took.

With ``FULL_TRACE`` the steps of a plan are timed one by one, compilation left out.  A host step is
one operation, and its time is that operation's.  A cluster runs as one program; its time is
measured, and divided between its operations by the work that each stands for (see ``costs.py``).
The labels say so.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Sequence
from typing import Any

import jax
import numpy as np

from penstock import protos
from penstock.graph import dtypes
from penstock.graph.operation import Operation
from penstock.graph.shapes import TensorShape
from penstock.graph.tensor import Tensor
from penstock.runtime import compiler
from penstock.runtime.costs import work_of
from penstock.runtime.host import HostRun
from penstock.runtime.plan import Plan
from penstock.runtime.steps import ClusterStep, Environment, HostStep, as_argument

_TASK = "/job:localhost/replica:0/task:0"
_SHARE = " [share of a compiled cluster's time, by counted work]"
_NO_TIME = frozenset(["Const", "NoOp", "Placeholder", "VariableV2", "Variable", "VarHandleOp"])


def run_traced(
    plan: Plan, session: Any, values: Sequence[Any], options: Any, run_metadata: Any
) -> list[Any]:
    """Runs ``plan``; with a trace level the steps' times go into ``run_metadata``.

    Args:
        plan: the plan. session: the session. values: one array for each feed.
        options: a ``RunOptions``, or ``None``.
        run_metadata: a ``RunMetadata`` to fill, or ``None``.
    """
    timeout = None
    if options is not None and options.timeout_in_ms > 0:
        timeout = options.timeout_in_ms / 1000
    if run_metadata is None or options is None:
        return plan.run(session._state, values, session, timeout)
    if options.output_partition_graphs:
        run_metadata.partition_graphs.add().CopyFrom(_partition_graph(plan))
    if options.trace_level == protos.RunOptions.NO_TRACE:
        return plan.run(session._state, values, session, timeout)
    recorder = _Recorder()
    results = _TimedPlan.of(plan, recorder).run(session._state, values, session, timeout)
    recorder.add_feeds(plan.feeds, values)
    run_metadata.step_stats.CopyFrom(recorder.stats())
    return results


def _partition_graph(plan: Plan) -> Any:
    """What was run, as a graph: there is one partition, all devices being in this process."""
    graph = protos.GraphDef()
    graph.versions.CopyFrom(plan.operations[0].graph.graph_def_versions if plan.operations else
                            protos.VersionDef())  # fmt: skip
    kept = set(plan.operations)
    for op in plan.operations:
        node = graph.node.add()
        node.CopyFrom(op.node_def)
        if any(t.op not in kept for t in op.inputs) or any(
            c not in kept for c in op.control_inputs
        ):
            # Inputs that were fed, and what only they needed, are not part of the run.
            del node.input[:]
            node.input.extend(t._as_node_def_input() for t in op.inputs if t.op in kept)
            node.input.extend("^" + c.name for c in op.control_inputs if c in kept)
    return graph


class _TimedPlan(Plan):
    """A plan whose steps are timed."""

    _recorder: _Recorder

    @classmethod
    def of(cls, plan: Plan, recorder: _Recorder) -> _TimedPlan:
        """A copy of ``plan`` that tells ``recorder``."""
        timed = object.__new__(cls)
        timed.__dict__.update(plan.__dict__)
        timed._recorder = recorder
        timed._forced = set(plan._forced)
        timed._time_steps()
        return timed

    def _build(self) -> None:
        super()._build()
        self._recorder.nodes.clear()
        self._time_steps()

    def _time_steps(self) -> None:
        self.steps = [_TimedStep(step, self._recorder) for step in self.steps]
        self._single = None


class _TimedStep:
    """A step that tells a recorder when it ran."""

    def __init__(self, step: Any, recorder: _Recorder) -> None:
        self._step = step
        self._recorder = recorder

    @property
    def clusters(self) -> list[Any]:
        """The clusters of the step."""
        return self._step.clusters

    @property
    def single(self) -> Operation | None:
        """The operation of a host step."""
        return self._step.single

    def operations(self) -> Iterable[Operation]:
        """The operations of the step."""
        return self._step.operations()

    def run(self, environment: Environment, host: HostRun) -> None:
        """Runs and times the step."""
        step = self._step
        if isinstance(step, ClusterStep):
            self._run_cluster(step.cluster, environment, host)
            return
        start = time.time_ns()
        step.run(environment, host)
        end = time.time_ns()
        if isinstance(step, HostStep):
            outputs = [
                (t, np.shape(environment[t]), environment[t].dtype)
                for t in step.op.outputs
                if isinstance(environment.get(t), np.ndarray)
            ]
            self._recorder.add(step.op, start, end, outputs, " [on the host]")
            return
        operations = list(step.item.operations())
        self._recorder.add_evenly(operations, start, end, " [part of a host loop or conditional]")

    def _run_cluster(self, cluster: Any, environment: Environment, host: HostRun) -> None:
        values = [as_argument(environment[t]) for t in cluster.inputs]
        statics = [np.asarray(environment[t]) for t in cluster.statics]
        shapes = [jax.ShapeDtypeStruct(np.shape(v), v.dtype) for v in values]
        run_shapes = jax.tree.map(
            lambda v: jax.ShapeDtypeStruct(np.shape(v), v.dtype), dict(host.run_state)
        )
        with host.state.lock:
            cluster.program(host.state, values, statics, host.run_state)
        start = time.time_ns()
        outputs = cluster.run(host.state, values, statics, host.run_state, host.journal)
        environment.update(zip(cluster.outputs, outputs))
        written = [host.state.values.get(key) for key in cluster.effects.writes]
        jax.block_until_ready([*outputs, *(v for v in written if v is not None)])
        end = time.time_ns()
        work = work_of(cluster, host.state, shapes, statics, run_shapes)
        self._recorder.add_cluster(cluster, start, end, work)


class _Recorder:
    """Collects the operations of a run with their times."""

    def __init__(self) -> None:
        self.nodes: list[tuple[str, Any]] = []
        self._thread = threading.get_ident() & 0x7FFFFFFF

    def add(
        self, op: Operation, start: int, end: int, outputs: Iterable[Any], remark: str = ""
    ) -> None:
        """One operation; times in nanoseconds."""
        node = protos.NodeExecStats(
            node_name=op.name,
            all_start_micros=start // 1000,
            op_end_rel_micros=max(1, (end - start) // 1000),
            all_end_rel_micros=max(1, (end - start) // 1000),
            scheduled_micros=start // 1000,
            all_start_nanos=start,
            op_end_rel_nanos=end - start,
            all_end_rel_nanos=end - start,
            scheduled_nanos=start,
            thread_id=self._thread,
            timeline_label=f"{op.name} = {op.type}({', '.join(_input_names(op))}){remark}",
        )
        for tensor, sizes, dtype in outputs:
            _describe(node.output.add(slot=tensor.value_index), tensor, sizes, dtype)
        self.nodes.append((op.device, node))

    def add_evenly(
        self, operations: Sequence[Operation], start: int, end: int, remark: str
    ) -> None:
        """Operations that share a time of which no more is known."""
        each = (end - start) // max(1, len(operations))
        for i, op in enumerate(operations):
            self.add(op, start + i * each, start + (i + 1) * each, (), remark)

    def add_cluster(self, cluster: Any, start: int, end: int, work: Any) -> None:
        """The operations of a cluster, one after the other, each with its share of the time."""
        operations = [op for op in cluster.block.operations() if op in work]
        total = sum(work[op].weight for op in operations)
        position = float(start)
        for op in operations:
            share = work[op].weight / total if total else 0.0
            length = share * (end - start)
            remark = "" if op.type in _NO_TIME else _SHARE
            self.add(op, int(position), int(position + length), work[op].outputs, remark)
            position += length

    def add_feeds(self, feeds: Sequence[Tensor], values: Sequence[Any]) -> None:
        """What was fed: it takes no time."""
        first = min((node.all_start_nanos for _, node in self.nodes), default=time.time_ns())
        for tensor, value in zip(feeds, values):
            described = [(tensor, np.shape(value), value.dtype)]
            self.add(tensor.op, first, first, described, " [fed]")

    def stats(self) -> Any:
        """The ``StepStats``, by device, in the order of the times."""
        stats = protos.StepStats()
        default = compiler.device_name(jax.devices()[0])
        devices: dict[str, list[Any]] = {}
        for device, node in self.nodes:
            name = device[device.index("/device:") :] if "/device:" in device else default
            devices.setdefault(_TASK + name, []).append(node)
        for name, nodes in devices.items():
            target = stats.dev_stats.add(device=name)
            target.thread_names[self._thread] = "penstock"
            target.node_stats.extend(sorted(nodes, key=lambda node: node.all_start_nanos))
        return stats


def _input_names(op: Operation) -> list[str]:
    return [t._as_node_def_input() for t in op.inputs] + ["^" + c.name for c in op.control_inputs]


def _describe(output: Any, tensor: Tensor, sizes: tuple[int, ...], dtype: Any) -> None:
    base = tensor.dtype.base_dtype
    description = output.tensor_description
    description.dtype = base.as_datatype_enum
    description.shape.CopyFrom(TensorShape(sizes).as_proto())
    if base is dtypes.string or base is dtypes.resource:
        return
    count = int(np.prod(sizes, dtype=np.int64)) * np.dtype(dtype).itemsize
    description.allocation_description.requested_bytes = count
    description.allocation_description.allocator_name = "xla"
