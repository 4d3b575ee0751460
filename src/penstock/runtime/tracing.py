"""``RunOptions`` and ``RunMetadata``: what a run did and how long its steps took."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import jax

from penstock import protos
from penstock.runtime import compiler
from penstock.runtime.plan import Plan
from penstock.runtime.steps import ClusterStep


def run_traced(
    plan: Plan, session: Any, values: Sequence[Any], options: Any, run_metadata: Any
) -> list[Any]:
    """Runs ``plan``; with ``FULL_TRACE`` the steps' times go into ``run_metadata``."""
    full = options is not None and options.trace_level == protos.RunOptions.FULL_TRACE
    if run_metadata is None or not full:
        return plan.run(session._state, values, session)
    recorder = _Recorder()
    start = time.time_ns()
    results = plan.run(session._state, values, session)
    recorder.add_plan(plan, start, time.time_ns())
    run_metadata.step_stats.CopyFrom(recorder.stats)
    return results


class _Recorder:
    """Collects ``StepStats``."""

    def __init__(self) -> None:
        self.stats = protos.StepStats()
        device = compiler.device_name(jax.devices()[0])
        self.device = self.stats.dev_stats.add(device=f"/job:localhost/replica:0/task:0{device}")

    def add_plan(self, plan: Plan, start: int, end: int) -> None:
        """The operations of every step share the time of the run between them."""
        operations = [
            op
            for step in plan.steps
            for op in (step.cluster.block.operations() if isinstance(step, ClusterStep) else ())
        ]
        each = max(1, (end - start) // max(1, len(operations)))
        for i, op in enumerate(operations):
            began = start + i * each
            self.device.node_stats.add(
                node_name=op.name,
                all_start_micros=began // 1000,
                op_end_rel_micros=max(1, each // 1000),
                all_end_rel_micros=max(1, each // 1000),
                timeline_label=f"{op.name} = {op.type}({', '.join(t.name for t in op.inputs)})",
            )
