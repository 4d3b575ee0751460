"""The readers behind ``TFRecordReaderV2`` and its kind: records of files named by a queue."""

from __future__ import annotations

import os
import threading
from typing import Any

from penstock.graph import errors
from penstock.platform.file_errors import translated


class Reader:
    """Gives (key, value) records of one work unit after the other.

    A work unit is mostly a file's name; it comes from a queue.

    Args:
        name: how errors call it.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._lock = threading.Lock()
        self._work: str | None = None
        self._started = 0
        self._finished = 0
        self._produced = 0

    # -- what the kinds of readers differ in ------------------------------------------------------
    def _start(self) -> None:
        """Begins with the work unit ``self._work``."""

    def _next(self) -> tuple[bytes, bytes] | None:
        """The next record of the work unit, or ``None`` at its end."""
        raise errors.UnimplementedError(None, None, "Reader")

    def _stop(self) -> None:
        """Ends the work unit."""

    # -- public -----------------------------------------------------------------------------------
    def read(self, queue: Any, run: Any) -> tuple[bytes, bytes]:
        """The next record.

        Raises:
            OutOfRangeError: the queue has no more work.
        """
        with self._lock:
            while True:
                if self._work is None:
                    self._begin(queue, run)
                record = self._next()
                if record is not None:
                    self._produced += 1
                    return record
                self._end()

    def read_up_to(self, queue: Any, count: int, run: Any) -> list[tuple[bytes, bytes]]:
        """At least one and at most ``count`` records, all of one work unit."""
        with self._lock:
            found: list[tuple[bytes, bytes]] = []
            while not found:
                if self._work is None:
                    self._begin(queue, run)
                while len(found) < count:
                    record = self._next()
                    if record is None:
                        self._end()
                        break
                    found.append(record)
            self._produced += len(found)
            return found

    def _begin(self, queue: Any, run: Any) -> None:
        element = queue.dequeue(1, run)[0]
        work = element[0][()] if hasattr(element[0], "shape") else element[0]
        self._work = work.decode() if isinstance(work, bytes) else str(work)
        self._started += 1
        with translated(self._work, run.current):
            try:
                self._start()
            except BaseException:
                self._work = None
                self._finished += 1
                raise

    def _end(self) -> None:
        self._stop()
        self._work = None
        self._finished += 1

    @property
    def produced(self) -> int:
        """How many records were given."""
        return self._produced

    @property
    def finished(self) -> int:
        """How many work units are done."""
        return self._finished

    def reset(self) -> None:
        """Back to the state before the first record."""
        with self._lock:
            if self._work is not None:
                self._stop()
            self._work = None
            self._started = self._finished = self._produced = 0

    def state(self) -> bytes:
        """The state as a ``ReaderBaseState`` message."""
        from penstock import protos

        message = protos.ReaderBaseState(
            work_started=self._started,
            work_finished=self._finished,
            num_records_produced=self._produced,
            current_work=(self._work or "").encode(),
        )
        return message.SerializeToString(deterministic=True)

    def restore(self, text: bytes) -> None:
        """Goes back to a state that ``state`` gave."""
        from penstock import protos

        message = protos.ReaderBaseState.FromString(text)
        with self._lock:
            self._started = message.work_started
            self._finished = message.work_finished
            self._produced = message.num_records_produced
            self._work = message.current_work.decode() or None

    def close_session(self) -> None:
        """Closes the open file."""
        if self._work is not None:
            self._stop()


class WholeFileReader(Reader):
    """One record a file: its name and its content."""

    serializable = True
    _read = False

    def _start(self) -> None:
        self._read = False

    def _next(self) -> tuple[bytes, bytes] | None:
        if self._read or self._work is None:
            return None
        self._read = True
        with translated(self._work), open(self._work, "rb") as file:
            return self._work.encode(), file.read()


class IdentityReader(Reader):
    """One record a work unit: the unit itself, twice."""

    serializable = True
    _read = False

    def _start(self) -> None:
        self._read = False

    def _next(self) -> tuple[bytes, bytes] | None:
        if self._read or self._work is None:
            return None
        self._read = True
        return self._work.encode(), self._work.encode()


class _FileReader(Reader):
    _file: Any = None

    def _start(self) -> None:
        assert self._work is not None
        self._file = open(self._work, "rb")  # noqa: SIM115 - closed by _stop

    def _stop(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


class TextLineReader(_FileReader):
    """The lines of text files, without their ends; keys are ``file:line``."""

    def __init__(self, name: str, skip_header_lines: int = 0) -> None:
        super().__init__(name)
        self._skip = skip_header_lines
        self._line = 0

    def _start(self) -> None:
        super()._start()
        self._line = 0
        while self._line < self._skip and self._file.readline():
            self._line += 1

    def _next(self) -> tuple[bytes, bytes] | None:
        line = self._file.readline()
        if not line:
            return None
        self._line += 1
        text = line.removesuffix(b"\n").replace(b"\r", b"")
        return f"{self._work}:{self._line}".encode(), text


class FixedLengthRecordReader(_FileReader):
    """Records of a fixed number of bytes; keys are ``file:number``."""

    def __init__(
        self, name: str, record: int, header: int, footer: int, hop: int, encoding: str
    ) -> None:
        super().__init__(name)
        self._record = record
        self._header = header
        self._footer = footer
        self._hop = hop or record
        self._encoding = encoding
        self._number = 0

    def _start(self) -> None:
        super()._start()
        self._number = 0
        self._position = self._header
        if self._encoding == "ZLIB":
            import io
            import zlib

            content = zlib.decompress(self._file.read())
            self._file.close()
            self._file = io.BytesIO(content)
        self._file.seek(0, os.SEEK_END)
        self._limit = self._file.tell() - self._footer

    def _next(self) -> tuple[bytes, bytes] | None:
        if self._position + self._record > self._limit:
            return None
        self._file.seek(self._position)
        value = self._file.read(self._record)
        key = f"{self._work}:{self._number}".encode()
        self._number += 1
        self._position += self._hop
        return key, value


class TFRecordReader(_FileReader):
    """The records of TFRecord files; keys are ``file:offset``."""

    def __init__(self, name: str, compression: str) -> None:
        super().__init__(name)
        self._compression = compression
        self._position = 0

    def _start(self) -> None:
        from penstock.data import records

        assert self._work is not None
        self._file = records.open_records(self._work, self._compression)
        self._position = 0

    def _next(self) -> tuple[bytes, bytes] | None:
        from penstock.data import records

        assert self._work is not None
        value = records.read_record(self._file, self._position, self._work)
        if value is None:
            return None
        key = f"{self._work}:{self._position}".encode()
        self._position += len(value) + 16  # length, two checksums
        return key, value
