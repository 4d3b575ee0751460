"""Show what a checkpoint, frozen graph, meta graph, SavedModel or event file holds.

    penstock inspect model.ckpt-100            names, types, shapes and sizes of the tensors
    penstock inspect model.ckpt-100 --tensor w one tensor
    penstock inspect logs/                     the tags of the event files in a folder

Nothing in the files is run.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

import numpy as np

from penstock.cli import inspect_events, inspect_graphs
from penstock.cli.inspect_report import Report, console, size_text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", help="a checkpoint, graph file, SavedModel folder or event file")
    parser.add_argument("--tensor", metavar="NAME", help="print one tensor (or one tag's values)")
    parser.add_argument("--all", action="store_true", help="print every element of the tensor")


def main(options: argparse.Namespace) -> int:
    """Prints the report."""
    from penstock.graph import errors

    try:
        report = report_of(options.path)
    except (errors.OpError, OSError, ValueError) as error:
        print(f"penstock inspect: {getattr(error, 'message', None) or error}", file=sys.stderr)
        return 1
    if options.tensor is None:
        report.show(console())
        return 0
    try:
        value = report.value(options.tensor)
    except KeyError:
        near = _near(options.tensor, report.names())
        print(f"penstock inspect: nothing is called {options.tensor!r}{near}", file=sys.stderr)
        return 1
    except errors.OpError as error:
        print(f"penstock inspect: {error.message}", file=sys.stderr)
        return 1
    _print_value(options.tensor, value, options.all)
    return 0


def _near(name: str, names: list[str]) -> str:
    import difflib

    close = difflib.get_close_matches(name, names, 3)
    return f"; did you mean {' or '.join(map(repr, close))}?" if close else ""


def _print_value(name: str, value: Any, everything: bool) -> None:
    if not isinstance(value, np.ndarray):
        print(value)
        return
    print(f"{name}: {value.dtype}, shape {list(value.shape)}")
    if value.dtype.kind in "fiu" and value.size:
        numbers = value.astype(np.float64)
        print(
            f"min {numbers.min():g}, max {numbers.max():g}, mean {numbers.mean():g}, "
            f"standard deviation {numbers.std():g}"
        )
    limit = sys.maxsize if everything else 1000
    print(np.array2string(value, threshold=limit))


def report_of(path: str) -> Report:
    """A report on what is at ``path``, whatever kind of file that is.

    Raises:
        ValueError: when it is nothing that is known here.
        OSError, OpError: when it can't be read.
    """
    if os.path.isdir(path):
        return _of_folder(path)
    from penstock.checkpoint import checkpoint_exists

    prefix = _checkpoint_prefix(path)
    if prefix is not None:
        return checkpoint_report(prefix)
    if not os.path.exists(path):
        raise FileNotFoundError(f"{path}: there is no such file, folder or checkpoint")
    if inspect_events.is_event_file(path):
        return inspect_events.report_of([path])
    if _is_table(path) and checkpoint_exists(path):
        return checkpoint_report(path)
    report = inspect_graphs.report_of(path)
    if report is not None:
        return report
    raise ValueError(f"{path}: neither a checkpoint nor a graph, SavedModel or event file")


def _of_folder(path: str) -> Report:
    from penstock.checkpoint import get_checkpoint_state, latest_checkpoint
    from penstock.checkpoint.saved_model.loader import maybe_saved_model_directory

    if maybe_saved_model_directory(path):
        return inspect_graphs.saved_model_report(path)
    events = inspect_events.event_files(path)
    latest = latest_checkpoint(path)
    if latest is not None:
        report = checkpoint_report(latest)
        state = get_checkpoint_state(path)
        paths = state.all_model_checkpoint_paths if state is not None else [latest]
        kept = [os.path.basename(p) for p in paths]
        report.note(f"checkpoints in this folder: {', '.join(kept)}; this is the latest")
        if events:
            report.note(f"event files in this folder: {len(events)}")
        return report
    if events:
        return inspect_events.report_of(events)
    raise ValueError(f"{path}: a folder without a SavedModel, checkpoint or event file")


def _checkpoint_prefix(path: str) -> str | None:
    """The prefix of a V2 checkpoint, given that or one of its files."""
    if os.path.exists(path + ".index"):
        return path
    base, _, ending = path.rpartition(".")
    if (ending == "index" or ending.startswith("data-")) and os.path.exists(base + ".index"):
        return base
    return None


def _is_table(path: str) -> bool:
    """Whether a file ends like a table: a checkpoint of the first format."""
    with open(path, "rb") as file:
        file.seek(0, os.SEEK_END)
        if file.tell() < 48:
            return False
        file.seek(-8, os.SEEK_END)
        return file.read() == (0xDB4775248B80FB57).to_bytes(8, "little")


class _CheckpointReport(Report):
    def __init__(self, prefix: str) -> None:
        from penstock.checkpoint import CheckpointReader

        super().__init__(f"Checkpoint {prefix}")
        self._reader = CheckpointReader(prefix)
        reader = self._reader.reader
        rows, elements, total = [], 0, 0
        for name in sorted(reader.keys()):
            shape, dtype = reader.shape(name), reader.dtype(name)
            count = int(np.prod(shape, dtype=np.int64))
            known = dtype.name != "string"
            size = count * dtype.size if known else 0
            parts = len(reader.slices(name))
            shown = f"{list(shape)}" + (f" in {parts} parts" if parts > 1 else "")
            rows.append((name, dtype.name, shown, f"{count:,}", size_text(size) if known else "-"))
            elements += count
            total += size
        count_text = f"{len(rows)} tensor{'s' if len(rows) != 1 else ''}"
        self.add_table(
            "",
            ("name", "type", "shape", "elements", "size"),
            rows,
            (count_text, "", "", f"{elements:,}", size_text(total)),
        )
        form = "V2, a tensor bundle" if hasattr(reader, "header") else "V1, a table of slices"
        self.note(f"format: {form}")

    def names(self) -> list[str]:
        return list(self._reader.get_variable_to_shape_map())

    def value(self, name: str) -> Any:
        name = name.removesuffix(":0")
        if not self._reader.has_tensor(name):
            raise KeyError(name)
        return self._reader.get_tensor(name)


def checkpoint_report(prefix: str) -> Report:
    """A report on a checkpoint of either format."""
    return _CheckpointReport(prefix)
