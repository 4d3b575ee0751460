"""Readers: ``tf.TFRecordReader``, ``TextLineReader``, ``WholeFileReader`` and others."""

from __future__ import annotations

import collections
from typing import Any

import numpy as np

from penstock.graph import errors
from penstock.graph.build import apply
from penstock.graph.registry import operation
from penstock.graph.shapes import TensorShape
from penstock.graph.tensor import Tensor
from penstock.ops import reader_kernels as kernels
from penstock.ops.session_resources import open_resource, resource_of
from penstock.ops.shape_rules import scalar_output

_Record = collections.namedtuple("ReaderReadV2", ["key", "value"])
_Records = collections.namedtuple("ReaderReadUpToV2", ["keys", "values"])
_SHARED = "container: string = ''; shared_name: string = ''"


@operation(
    "TFRecordReaderV2",
    outputs="reader_handle: resource",
    attrs=_SHARED + "; compression_type: string = ''",
    stateful=True,
)
class TFRecordReaderV2:
    shape = scalar_output
    gradient = None

    def host(*, op, run, compression_type):
        return open_resource(
            run, op, "reader", lambda n: kernels.TFRecordReader(n, compression_type)
        )


@operation(
    "TextLineReaderV2",
    outputs="reader_handle: resource",
    attrs="skip_header_lines: int = 0; " + _SHARED,
    stateful=True,
)
class TextLineReaderV2:
    shape = scalar_output

    def host(*, op, run, skip_header_lines):
        return open_resource(
            run, op, "reader", lambda n: kernels.TextLineReader(n, skip_header_lines)
        )


@operation("WholeFileReaderV2", outputs="reader_handle: resource", attrs=_SHARED, stateful=True)
class WholeFileReaderV2:
    shape = scalar_output

    def host(*, op, run):
        return open_resource(run, op, "reader", kernels.WholeFileReader)


@operation("IdentityReaderV2", outputs="reader_handle: resource", attrs=_SHARED, stateful=True)
class IdentityReaderV2:
    shape = scalar_output

    def host(*, op, run):
        return open_resource(run, op, "reader", kernels.IdentityReader)


@operation(
    "FixedLengthRecordReaderV2",
    outputs="reader_handle: resource",
    attrs="header_bytes: int = 0; record_bytes: int; footer_bytes: int = 0; hop_bytes: int = 0; "
    + _SHARED
    + "; encoding: string = ''",
    stateful=True,
)
class FixedLengthRecordReaderV2:
    shape = scalar_output

    def host(*, op, run, header_bytes, record_bytes, footer_bytes, hop_bytes, encoding):
        return open_resource(
            run,
            op,
            "reader",
            lambda n: kernels.FixedLengthRecordReader(
                n, record_bytes, header_bytes, footer_bytes, hop_bytes, encoding
            ),
        )


def _two_scalars(op: Any) -> list[Any]:
    return [TensorShape([]), TensorShape([])]


def _two_vectors(op: Any) -> list[Any]:
    return [TensorShape([None]), TensorShape([None])]


@operation(
    "ReaderReadV2",
    inputs="reader_handle: resource, queue_handle: resource",
    outputs="key: string, value: string",
    stateful=True,
)
class ReaderReadV2:
    shape = _two_scalars

    def host(reader, queue, *, run):
        key, value = resource_of(run, reader).read(resource_of(run, queue), run)
        return _scalar(key), _scalar(value)


@operation(
    "ReaderReadUpToV2",
    inputs="reader_handle: resource, queue_handle: resource, num_records: int64",
    outputs="keys: string, values: string",
    stateful=True,
)
class ReaderReadUpToV2:
    shape = _two_vectors

    def host(reader, queue, num_records, *, run):
        found = resource_of(run, reader).read_up_to(resource_of(run, queue), int(num_records), run)
        return _vector([k for k, _ in found]), _vector([v for _, v in found])


@operation(
    "ReaderNumRecordsProducedV2",
    inputs="reader_handle: resource",
    outputs="records_produced: int64",
    stateful=True,
)
class ReaderNumRecordsProducedV2:
    shape = scalar_output

    def host(reader, *, run):
        return np.array(resource_of(run, reader).produced, np.int64)


@operation(
    "ReaderNumWorkUnitsCompletedV2",
    inputs="reader_handle: resource",
    outputs="units_completed: int64",
    stateful=True,
)
class ReaderNumWorkUnitsCompletedV2:
    shape = scalar_output

    def host(reader, *, run):
        return np.array(resource_of(run, reader).finished, np.int64)


@operation(
    "ReaderSerializeStateV2",
    inputs="reader_handle: resource",
    outputs="state: string",
    stateful=True,
)
class ReaderSerializeStateV2:
    shape = scalar_output

    def host(reader, *, run):
        found = resource_of(run, reader)
        if not getattr(found, "serializable", False):
            raise errors.UnimplementedError(None, run.current, "Reader SerializeState")
        return _scalar(found.state())


@operation("ReaderRestoreStateV2", inputs="reader_handle: resource, state: string", stateful=True)
class ReaderRestoreStateV2:
    def host(reader, state, *, run):
        found = resource_of(run, reader)
        if not getattr(found, "serializable", False):
            raise errors.UnimplementedError(None, run.current, "Reader RestoreState")
        found.restore(state[()])


@operation("ReaderResetV2", inputs="reader_handle: resource", stateful=True)
class ReaderResetV2:
    def host(reader, *, run):
        resource_of(run, reader).reset()


def _scalar(value: bytes) -> np.ndarray:
    made = np.empty((), object)
    made[()] = value
    return made


def _vector(values: list[bytes]) -> np.ndarray:
    made = np.empty(len(values), object)
    made[:] = values
    return made


class ReaderBase:
    """Reads records of files whose names come from a queue.

    Args:
        reader_ref: the tensor that stands for the reader.
        supports_serialize: whether its state can be serialized.
    """

    def __init__(self, reader_ref: Tensor, supports_serialize: bool = False) -> None:
        self._reader_ref = reader_ref
        self._supports_serialize = supports_serialize

    @property
    def reader_ref(self) -> Tensor:
        """The tensor that stands for the reader."""
        return self._reader_ref

    @property
    def supports_serialize(self) -> bool:
        """Whether its state can be serialized."""
        return self._supports_serialize

    def read(self, queue: Any, name: str | None = None) -> Any:
        """The next record.

        Args:
            queue: a queue of file names, or the tensor that stands for it.
            name: the name of the operation.

        Returns:
            A named tuple ``(key, value)`` of ``string`` scalars.

        Raises:
            OutOfRangeError: (when run) there are no more files.
        """
        queue_ref = queue if isinstance(queue, Tensor) else queue.queue_ref
        return _Record(*apply("ReaderReadV2", self._reader_ref, queue_ref, name=name))

    def read_up_to(self, queue: Any, num_records: Any, name: str | None = None) -> Any:
        """At most ``num_records`` records of one file, as ``(keys, values)``."""
        queue_ref = queue if isinstance(queue, Tensor) else queue.queue_ref
        found = apply("ReaderReadUpToV2", self._reader_ref, queue_ref, num_records, name=name)
        return _Records(*found)

    def num_records_produced(self, name: str | None = None) -> Tensor:
        """How many records were read, ``int64``."""
        return apply("ReaderNumRecordsProducedV2", self._reader_ref, name=name)

    def num_work_units_completed(self, name: str | None = None) -> Tensor:
        """How many files were read to their end, ``int64``."""
        return apply("ReaderNumWorkUnitsCompletedV2", self._reader_ref, name=name)

    def serialize_state(self, name: str | None = None) -> Tensor:
        """The state of the reader, a ``string``."""
        return apply("ReaderSerializeStateV2", self._reader_ref, name=name)

    def restore_state(self, state: Any, name: str | None = None) -> Any:
        """An operation that goes back to a serialized state."""
        return apply("ReaderRestoreStateV2", self._reader_ref, state, name=name)

    def reset(self, name: str | None = None) -> Any:
        """An operation that goes back to the beginning."""
        return apply("ReaderResetV2", self._reader_ref, name=name)


class WholeFileReader(ReaderBase):
    """Gives whole files: the key is the name, the value the content."""

    def __init__(self, name: str | None = None) -> None:
        super().__init__(apply("WholeFileReaderV2", name=name), supports_serialize=True)


class TextLineReader(ReaderBase):
    """Gives the lines of text files, without their ends.

    Args:
        skip_header_lines: how many lines to leave out at the beginning of each file.
        name: the name of the operation.
    """

    def __init__(self, skip_header_lines: int | None = None, name: str | None = None) -> None:
        super().__init__(apply("TextLineReaderV2", skip_header_lines=skip_header_lines, name=name))


class FixedLengthRecordReader(ReaderBase):
    """Gives records of a fixed number of bytes.

    Args:
        record_bytes: the length of a record.
        header_bytes: bytes to leave out at the beginning of each file.
        footer_bytes: bytes to leave out at the end.
        hop_bytes: from the beginning of one record to that of the next; a record's length when
            left out or 0.
        name: the name of the operation.
        encoding: ``ZLIB`` for compressed files.
    """

    def __init__(
        self,
        record_bytes: int,
        header_bytes: int | None = None,
        footer_bytes: int | None = None,
        hop_bytes: int | None = None,
        name: str | None = None,
        encoding: str | None = None,
    ) -> None:
        super().__init__(
            apply(
                "FixedLengthRecordReaderV2",
                record_bytes=record_bytes,
                header_bytes=header_bytes,
                footer_bytes=footer_bytes,
                hop_bytes=hop_bytes,
                encoding=encoding,
                name=name,
            )
        )


class TFRecordReader(ReaderBase):
    """Gives the records of TFRecord files.

    Args:
        name: the name of the operation.
        options: a ``tf.python_io.TFRecordOptions`` that names the compression.
    """

    def __init__(self, name: str | None = None, options: Any = None) -> None:
        from penstock.data.records import TFRecordOptions

        compression = TFRecordOptions.get_compression_type_string(options)
        super().__init__(apply("TFRecordReaderV2", compression_type=compression, name=name))


class IdentityReader(ReaderBase):
    """Gives what is in the queue, as key and as value."""

    def __init__(self, name: str | None = None) -> None:
        super().__init__(apply("IdentityReaderV2", name=name), supports_serialize=True)
