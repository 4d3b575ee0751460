"""``penstock inspect`` of event files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np

from penstock.cli.inspect_report import Report
from penstock.graph import errors


def is_event_file(path: str) -> bool:
    """Whether a file begins with an event that names the version of event files."""
    from penstock.summary.event_files import summary_iterator

    if ".tfevents." in os.path.basename(path):
        return True
    try:
        first = next(iter(summary_iterator(path)), None)
    except Exception:  # noqa: BLE001 - any other file at all may be here
        return False
    return first is not None and first.file_version.startswith("brain.Event")


def event_files(folder: str) -> list[str]:
    """The event files of a folder and the folders in it, by name."""
    found = []
    for root, _, names in os.walk(folder):
        found += [os.path.join(root, name) for name in names if ".tfevents." in name]
    return sorted(found)


class _Tag:
    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.points: list[tuple[int, Any]] = []


class EventReport(Report):
    """The tags of event files, with their values."""

    def __init__(self, paths: Sequence[str]) -> None:
        super().__init__(f"Event file{'s' if len(paths) > 1 else ''} {', '.join(paths)}")
        self._tags: dict[str, _Tag] = {}
        self._count = 0
        self._times: list[float] = []
        for path in paths:
            self._read(path)
        self.add_table("", ("tag", "kind", "count", "first step", "last step", "last"), [
            (name, tag.kind, str(len(tag.points)), str(tag.points[0][0]), str(tag.points[-1][0]),
             _last(tag))
            for name, tag in sorted(self._tags.items())
        ])  # fmt: skip
        self.note(f"{self._count} events")
        if self._times:
            begin, end = (datetime.fromtimestamp(t).isoformat(" ", "seconds")
                          for t in (min(self._times), max(self._times)))  # fmt: skip
            self.note(f"from {begin} to {end}")

    def _read(self, path: str) -> None:
        from penstock.summary.event_files import summary_iterator

        try:
            for event in summary_iterator(path):
                self._count += 1
                self._times.append(event.wall_time)
                self._add(event)
        except errors.DataLossError as error:
            # A program that still runs may be in the middle of writing.
            self.note(f"the rest of {path} can't be read: {error.message}")

    def _add(self, event: Any) -> None:
        what = event.WhichOneof("what")
        if what == "summary":
            for value in event.summary.value:
                kind = value.WhichOneof("value") or "-"
                self._tag(value.tag or value.node_name, _KINDS.get(kind, kind)).points.append(
                    (event.step, value)
                )
        elif what == "tagged_run_metadata":
            self._tag(event.tagged_run_metadata.tag, "run metadata").points.append(
                (event.step, event.tagged_run_metadata)
            )
        elif what in ("graph_def", "meta_graph_def", "session_log"):
            self._tag(f"({what.replace('_', ' ')})", what).points.append((event.step, event))

    def _tag(self, name: str, kind: str) -> _Tag:
        return self._tags.setdefault(name, _Tag(kind))

    def names(self) -> list[str]:
        return list(self._tags)

    def value(self, name: str) -> Any:
        tag = self._tags[name]
        lines = [f"{name}: {tag.kind}"]
        lines += [f"step {step}: {_text(tag.kind, value)}" for step, value in tag.points]
        return "\n".join(lines)


_KINDS = {"simple_value": "scalar", "histo": "histogram"}


def _last(tag: _Tag) -> str:
    return _text(tag.kind, tag.points[-1][1])[:60]


def _text(kind: str, value: Any) -> str:
    if kind == "scalar":
        return f"{value.simple_value:g}"
    if kind == "histogram":
        histo = value.histo
        mean = histo.sum / histo.num if histo.num else 0.0
        return f"{histo.num:g} values, {histo.min:g} to {histo.max:g}, mean {mean:g}"
    if kind == "image":
        return f"{value.image.width}x{value.image.height}, {value.image.colorspace} channels"
    if kind == "audio":
        return f"{value.audio.length_frames} frames at {value.audio.sample_rate:g} Hz"
    if kind == "tensor":
        from penstock.graph.tensor_values import array_of_tensor_proto

        return str(np.asarray(array_of_tensor_proto(value.tensor)).tolist())
    if kind == "graph_def":
        return f"{len(value.graph_def):,} bytes"
    if kind == "meta_graph_def":
        return f"{len(value.meta_graph_def):,} bytes"
    if kind == "session_log":
        return type(value.session_log).SessionStatus.Name(value.session_log.status)
    if kind == "run metadata":
        return f"{len(value.run_metadata):,} bytes"
    return ""


def report_of(paths: Sequence[str]) -> Report:
    """A report on event files."""
    return EventReport(paths)
