"""``timeline.Timeline``: step statistics as a trace for Chrome's ``chrome://tracing`` page."""

from __future__ import annotations

import json
import re
from typing import Any

_LABEL = re.compile(r"(.*?) = (.*?)\((.*?)\)(.*)", re.DOTALL)


class Timeline:
    """A view of the ``step_stats`` of a ``RunMetadata``.

    Args:
        step_stats: a ``StepStats``.
        graph: accepted, as in TensorFlow.
    """

    def __init__(self, step_stats: Any, graph: Any = None) -> None:
        self._step_stats = step_stats
        self._graph = graph

    def generate_chrome_trace_format(
        self, show_dataflow: bool = True, show_memory: bool = False, op_time: str = "schedule"
    ) -> str:
        """The trace as a JSON text, to be saved and loaded in ``chrome://tracing`` or Perfetto.

        Args:
            show_dataflow: draw arrows from operations to those that use their results, where
                they are in different rows.
            show_memory: add a curve of the bytes that results take.
            op_time: ``'schedule'`` (with waiting times), ``'gpu'`` or ``'all'``; the same here.
        """
        if op_time not in ("schedule", "gpu", "all"):
            raise ValueError(f"op_time must be 'schedule', 'gpu' or 'all', got {op_time!r}")
        names: list[dict[str, Any]] = []
        events: list[dict[str, Any]] = []
        made: dict[str, dict[str, Any]] = {}
        for number, device in enumerate(self._step_stats.dev_stats):
            names.append(_process_name(f"{device.device} Compute", number))
            lanes: list[int] = []
            for node in sorted(device.node_stats, key=lambda n: n.all_start_micros):
                event = _event(node, number, _lane(node, lanes))
                events.append(event)
                made[event["args"]["name"]] = event
        if show_memory:
            events.extend(self._memory(len(names)))
            names.append(_process_name("Memory", len(names)))
        if show_dataflow:
            events.extend(_flows(events, made))
        return json.dumps({"traceEvents": names + events}, indent=4, separators=(",", ": "))

    def _memory(self, process: int) -> list[dict[str, Any]]:
        """The bytes of all results so far: programs free them at the end of a run."""
        nodes = [n for device in self._step_stats.dev_stats for n in device.node_stats]
        total, events = 0, []
        for node in sorted(nodes, key=lambda n: n.all_start_micros + n.all_end_rel_micros):
            total += sum(
                o.tensor_description.allocation_description.requested_bytes for o in node.output
            )
            events.append(
                {
                    "ph": "C",
                    "cat": "Memory",
                    "name": "bytes of results",
                    "pid": process,
                    "ts": node.all_start_micros + node.all_end_rel_micros,
                    "args": {"bytes": total},
                }
            )
        return events


def _process_name(name: str, process: int) -> dict[str, Any]:
    return {"name": "process_name", "ph": "M", "pid": process, "args": {"name": name}}


def _lane(node: Any, lanes: list[int]) -> int:
    """The first row that is free when ``node`` starts; ``lanes`` are the rows' ends."""
    end = node.all_start_micros + node.all_end_rel_micros
    for number, busy_until in enumerate(lanes):
        if busy_until <= node.all_start_micros:
            lanes[number] = end
            return number
    lanes.append(end)
    return len(lanes) - 1


def _event(node: Any, process: int, lane: int) -> dict[str, Any]:
    match = _LABEL.match(node.timeline_label)
    name, op_type, inputs, remark = node.node_name, "unknown", [], ""
    if match is not None:
        op_type, remark = match[2], match[4].strip()
        inputs = [text.strip() for text in match[3].split(",") if text.strip()]
    arguments = {"name": name, "op": op_type}
    arguments.update({f"input{i}": text for i, text in enumerate(inputs)})
    if remark:
        arguments["time"] = remark.strip("[]")
    return {
        "ph": "X",
        "cat": "Op",
        "name": op_type,
        "pid": process,
        "tid": lane,
        "ts": node.all_start_micros,
        "dur": node.all_end_rel_micros,
        "args": arguments,
    }


def _flows(events: list[dict[str, Any]], made: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    flows: list[dict[str, Any]] = []
    for event in events:
        if event["ph"] != "X":
            continue
        for key, text in event["args"].items():
            source = made.get(text.lstrip("^").split(":")[0]) if key.startswith("input") else None
            if source is None or (source["pid"], source["tid"]) == (event["pid"], event["tid"]):
                continue
            number = len(flows) // 2
            start = {"ph": "s", "ts": source["ts"] + source["dur"]}
            for kind, place in ((start, source), ({"ph": "t", "ts": event["ts"]}, event)):
                flows.append(
                    {"cat": "DataFlow", "name": text, "pid": place["pid"], "tid": place["tid"],
                     "id": number, **kind}
                )  # fmt: skip
    return flows
