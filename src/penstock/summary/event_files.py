"""Event files: what TensorBoard reads, a sequence of ``Event`` messages as TFRecords."""

from __future__ import annotations

import atexit
import os
import socket
import threading
import time
import weakref
from collections.abc import Iterator
from typing import Any, BinaryIO

from tensorboard.summary.writer.record_writer import RecordWriter

from penstock import protos
from penstock.checkpoint import files
from penstock.data.records import encode_record, tf_record_iterator

FILE_VERSION = "brain.Event:2"


class _Records(RecordWriter):
    """TensorBoard's record writer with a fast checksum."""

    def write(self, data: bytes) -> None:
        self._writer.write(encode_record(data))


class EventFileWriter:
    """Appends ``Event`` messages to a new file of a folder; may be used from several threads.

    The file is made with the first event. What is written is handed to the operating system when
    ``max_queue`` events have gathered, ``flush_secs`` seconds after one came, by ``flush``, by
    ``close``, and when the process ends.

    Args:
        logdir: the folder; made if it isn't there.
        max_queue: how many events may wait in memory.
        flush_secs: how long an event may wait in memory.
        filename_suffix: what the file's name ends in.

    Raises:
        NotFoundError, PermissionDeniedError, ...: the folder can't be made.
    """

    def __init__(
        self,
        logdir: str | os.PathLike,
        max_queue: int = 10,
        flush_secs: float = 120,
        filename_suffix: str | None = None,
    ) -> None:
        self._logdir = os.fspath(logdir)
        self._max_queue = max(1, int(max_queue or 1))
        self._flush_secs = flush_secs
        self._suffix = filename_suffix or ""
        self._state = threading.Condition()
        self._records: RecordWriter | None = None
        self._waiting = 0
        self._closed = False
        self._path: str | None = None
        files.make_folder(self._logdir)

    def get_logdir(self) -> str:
        """The folder that the file is in."""
        return self._logdir

    @property
    def path(self) -> str | None:
        """The file, once there is one."""
        return self._path

    def add_event(self, event: Any) -> None:
        """Writes an ``Event``; does nothing when the writer is closed."""
        data = event.SerializeToString()
        with self._state:
            if self._closed:
                return
            records = self._records or self._open()
            try:
                records.write(data)
                self._waiting += 1
                if self._waiting >= self._max_queue:
                    self._flush()
                else:
                    self._state.notify()
            except OSError as error:
                raise files.os_error(error, self._path or self._logdir) from None

    def flush(self) -> None:
        """Hands everything written so far to the operating system."""
        with self._state:
            if self._records is not None:
                try:
                    self._flush()
                except OSError as error:
                    raise files.os_error(error, self._path or self._logdir) from None

    def close(self) -> None:
        """Flushes and closes the file. ``reopen`` begins a new one."""
        with self._state:
            self._closed = True
            records, self._records = self._records, None
            self._waiting = 0
            self._state.notify_all()
        if records is not None:
            try:
                records.close()
            except OSError as error:
                raise files.os_error(error, self._path or self._logdir) from None

    def reopen(self) -> None:
        """After ``close``: events go to a new file from now on. Otherwise nothing happens."""
        with self._state:
            self._closed = False

    # -- under the lock -----------------------------------------------------------------------
    def _open(self) -> RecordWriter:
        self._path, file = _new_file(self._logdir, self._suffix)
        self._records = _Records(file)
        self._records.write(
            protos.Event(wall_time=time.time(), file_version=FILE_VERSION).SerializeToString()
        )
        self._flush()
        _open_writers.add(self)
        thread = threading.Thread(
            target=_flush_in_time, args=(weakref.ref(self), self._state), daemon=True
        )
        thread.start()
        return self._records

    def _flush(self) -> None:
        if self._records is not None:
            self._records.flush()
        self._waiting = 0


_open_writers: weakref.WeakSet[EventFileWriter] = weakref.WeakSet()


@atexit.register
def _flush_all() -> None:
    for writer in list(_open_writers):
        writer.flush()


def _flush_in_time(reference: Any, state: threading.Condition) -> None:
    """Flushes a writer ``flush_secs`` after an event came that still waits."""
    while True:
        writer = reference()
        if writer is None:
            return
        pause, writer = writer._flush_secs, None
        with state:
            writer = reference()
            if writer is None or writer._records is None:
                return
            if not writer._waiting:
                writer = None
                # Wakes up now and then to see whether the writer is still there.
                state.wait(60)
                continue
            writer = None
        time.sleep(min(max(pause, 0.01), 3600))
        writer = reference()
        if writer is not None:
            writer.flush()


def _new_file(logdir: str, suffix: str) -> tuple[str, BinaryIO]:
    """A file named after the time; a later second where another writer has that name."""
    second = int(time.time())
    while True:
        name = f"events.out.tfevents.{second:010d}.{socket.gethostname()}{suffix}"
        path = os.path.join(logdir, name)
        try:
            return path, open(path, "xb")
        except FileExistsError:
            second += 1
        except OSError as error:
            raise files.os_error(error, path) from None


def summary_iterator(path: str | os.PathLike) -> Iterator[Any]:
    """The ``Event`` messages of an event file, in order.

    Args:
        path: the file.

    Raises:
        NotFoundError: there is no such file.
        DataLossError: it is cut off or altered.
    """
    for record in tf_record_iterator(path):
        yield protos.Event.FromString(record)
