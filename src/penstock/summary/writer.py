"""``tf.summary.FileWriter``: summaries, graphs and run metadata into event files."""

from __future__ import annotations

import os
import threading
import time
import warnings
from typing import Any

from penstock import protos
from penstock.graph.graph import Graph
from penstock.summary.event_files import EventFileWriter


class FileWriter:
    """Writes summaries and graphs to an event file that TensorBoard reads.

    Args:
        logdir: the folder for the file.
        graph: a graph to write at once.
        max_queue: how many events may wait in memory.
        flush_secs: how many seconds an event may wait in memory.
        graph_def: a ``GraphDef`` to write at once (deprecated, use ``graph``).
        filename_suffix: what the file's name ends in.
        session: accepted; summaries don't run in the session here.

    Raises:
        NotFoundError, PermissionDeniedError, ...: the folder can't be made.
    """

    def __init__(
        self,
        logdir: str | os.PathLike,
        graph: Any = None,
        max_queue: int = 10,
        flush_secs: float = 120,
        graph_def: Any = None,
        filename_suffix: str | None = None,
        session: Any = None,
    ) -> None:
        self.event_writer = EventFileWriter(logdir, max_queue, flush_secs, filename_suffix)
        self._closed = False
        self._lock = threading.Lock()
        self._run_tags: set[str] = set()
        self._summary_tags: set[str] = set()
        if graph is None and graph_def is None:
            return
        self.add_graph(graph=graph, graph_def=graph_def)
        if isinstance(graph, Graph):
            from penstock.checkpoint.meta_graph import create_meta_graph_def

            definition = graph.as_graph_def(add_shapes=True)
            self.add_meta_graph(create_meta_graph_def(graph_def=definition, graph=graph))

    def __enter__(self) -> FileWriter:
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        self.close()

    def get_logdir(self) -> str:
        """The folder that the event file is in."""
        return self.event_writer.get_logdir()

    def add_summary(self, summary: Any, global_step: Any = None) -> None:
        """Writes a summary.

        Args:
            summary: a ``Summary``, or one serialized, as ``Session.run`` gives it.
            global_step: the step to show it at.
        """
        if isinstance(summary, bytes):
            summary = protos.Summary.FromString(summary)
        event = protos.Event(summary=summary)
        # Metadata is kept once per tag: a reader needs no more, and files stay small.
        with self._lock:
            for value in event.summary.value:
                if not value.HasField("metadata"):
                    continue
                if value.tag in self._summary_tags:
                    value.ClearField("metadata")
                else:
                    self._summary_tags.add(value.tag)
        self._add_event(event, global_step)

    def add_session_log(self, session_log: Any, global_step: Any = None) -> None:
        """Writes a ``SessionLog``: that a session started, stopped or made a checkpoint."""
        self._add_event(protos.Event(session_log=session_log), global_step)

    def add_graph(self, graph: Any, global_step: Any = None, graph_def: Any = None) -> None:
        """Writes a graph, for TensorBoard's graph page.

        Args:
            graph: a ``tf.Graph``. global_step: the step to show it at.
            graph_def: a ``GraphDef`` instead (deprecated).

        Raises:
            TypeError: when ``graph`` is something else.
            ValueError: when both are given.
        """
        if graph is not None and graph_def is not None:
            raise ValueError("Please pass only graph, or graph_def (deprecated), but not both.")
        if isinstance(graph, Graph):
            definition = graph.as_graph_def(add_shapes=True)
        elif isinstance(graph, protos.GraphDef) or graph_def is not None:
            definition = graph_def if graph is None else graph
        else:
            raise TypeError(
                "The passed graph must be an instance of `Graph` or the deprecated `GraphDef`"
            )
        event = protos.Event(graph_def=definition.SerializeToString())
        self._add_event(event, global_step)

    def add_meta_graph(self, meta_graph_def: Any, global_step: Any = None) -> None:
        """Writes a ``MetaGraphDef``.

        Raises:
            TypeError: when it is something else.
        """
        if not isinstance(meta_graph_def, protos.MetaGraphDef):
            raise TypeError(
                f"meta_graph_def must be type MetaGraphDef, saw type: {type(meta_graph_def)}"
            )
        event = protos.Event(meta_graph_def=meta_graph_def.SerializeToString())
        self._add_event(event, global_step)

    def add_run_metadata(self, run_metadata: Any, tag: str, global_step: Any = None) -> None:
        """Writes what ``Session.run`` put into a ``RunMetadata``.

        Args:
            run_metadata: a ``RunMetadata``. tag: a name for it, not used before.
            global_step: the step to show it at.

        Raises:
            ValueError: when the tag was used before.
        """
        if tag in self._run_tags:
            raise ValueError("The provided tag was already used for this event type")
        self._run_tags.add(tag)
        tagged = protos.TaggedRunMetadata(tag=tag, run_metadata=run_metadata.SerializeToString())
        self._add_event(protos.Event(tagged_run_metadata=tagged), global_step)

    def add_event(self, event: Any) -> None:
        """Writes an ``Event``."""
        self._warn_if_closed()
        self.event_writer.add_event(event)

    def flush(self) -> None:
        """Hands everything written so far to the operating system."""
        self._warn_if_closed()
        self.event_writer.flush()

    def close(self) -> None:
        """Flushes and closes the event file."""
        self.event_writer.close()
        self._closed = True

    def reopen(self) -> None:
        """After ``close``: events go to a new file of the folder. Otherwise nothing happens."""
        self.event_writer.reopen()
        self._closed = False

    def _add_event(self, event: Any, global_step: Any) -> None:
        event.wall_time = time.time()
        if global_step is not None:
            event.step = int(global_step)
        self.add_event(event)

    def _warn_if_closed(self) -> None:
        if self._closed:
            warnings.warn(
                "Attempting to use a closed FileWriter. The operation will be a noop unless the "
                "FileWriter is explicitly reopened.",
                stacklevel=4,
            )


class FileWriterCache:
    """One ``FileWriter`` for each folder."""

    _cache: dict[str, FileWriter] = {}
    _lock = threading.RLock()

    @staticmethod
    def get(logdir: str) -> FileWriter:
        """The writer of a folder, made when first asked for."""
        from penstock.graph.defaults import get_default_graph

        with FileWriterCache._lock:
            if logdir not in FileWriterCache._cache:
                FileWriterCache._cache[logdir] = FileWriter(logdir, graph=get_default_graph())
            return FileWriterCache._cache[logdir]

    @staticmethod
    def clear() -> None:
        """Closes all writers and forgets them."""
        with FileWriterCache._lock:
            for writer in FileWriterCache._cache.values():
                writer.close()
            FileWriterCache._cache = {}
