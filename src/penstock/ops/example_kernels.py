"""Reading ``tf.train.Example`` and ``SequenceExample`` messages into arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from penstock import protos
from penstock.graph import errors
from penstock.ops.messages import shape_text

_KINDS = {"bytes_list": "string", "float_list": "float", "int64_list": "int64"}
_FIELDS = {"O": "bytes_list", "f": "float_list", "i": "int64_list"}


def _kind(dtype: Any) -> np.dtype:
    dtype = np.dtype(dtype)
    return np.dtype(object) if dtype.kind in "OSU" else dtype


def _word(dtype: np.dtype) -> str:
    return _KINDS[_FIELDS[dtype.kind]]


def _array(feature: Any, field: str, dtype: np.dtype) -> np.ndarray:
    values = getattr(feature, field).value
    if dtype.kind != "O":
        return np.array(values, dtype)
    made = np.empty(len(values), object)
    made[:] = list(values)
    return made


def _empty(count: int, dtype: np.dtype) -> np.ndarray:
    return np.full(count, b"", object) if dtype.kind == "O" else np.zeros(count, dtype)


def parse_message(kind: Any, text: Any, op: Any) -> Any:
    """A message of class ``kind``.

    Raises:
        InvalidArgumentError: when the bytes are no such message.
    """
    from google.protobuf.message import DecodeError

    data = text if isinstance(text, bytes) else str(text).encode()
    try:
        return kind.FromString(data)
    except DecodeError:
        shown = data.decode("utf-8", "backslashreplace")
        raise errors.InvalidArgumentError(
            None, op, f"Could not parse example input, value: '{shown}'"
        ) from None


class _Parser:
    """Reads features of one message; ``where`` begins each error.

    A batch names the example in its errors, a single example doesn't.
    """

    def __init__(self, features: Any, op: Any, name: str | None, index: int | None) -> None:
        self.features = features
        self.op = op
        self.before = "" if name is None else f"Name: {name}, "
        self.place = "" if index is None else f", Index: {index}"
        self.single = index is None

    def _fail(self, text: str) -> errors.OpError:
        return errors.InvalidArgumentError(None, self.op, self.before + text)

    def _found(self, key: str, dtype: np.dtype, dense: bool) -> np.ndarray | None:
        """The values of a feature; ``None`` when it isn't there."""
        if key not in self.features:
            return None
        feature = self.features[key]
        field = feature.WhichOneof("kind")
        if field is None:
            return None
        if field != _FIELDS[dtype.kind]:
            came, wanted = _KINDS[field], _word(dtype)
            if dense:
                text = f"Data type: {came} but expected type: {wanted}"
            else:
                text = f"Expected type: {wanted}, Actual type: {came}"
            raise self._fail(f"Key: {key}{self.place}.  Data types don't match. {text}")
        return _array(feature, field, dtype)

    def dense(self, key: str, dtype: np.dtype, shape: Sequence[int], default: Any) -> np.ndarray:
        """A feature of a fixed shape."""
        values = self._found(key, dtype, True)
        count = int(np.prod(shape, dtype=np.int64))
        if values is None:
            if default.size == 0 and count:
                raise self._fail(
                    f"Feature: {key} (data type: {_word(dtype)}) is required but could not be "
                    "found."
                )
            return np.broadcast_to(default, shape)
        if len(values) != count:
            if self.single:
                raise self._fail(f"Key: {key}.  Can't parse serialized Example.")
            raise self._fail(
                f"Key: {key}{self.place}.  Number of {_word(dtype)} values != expected.  Values "
                f"size: {len(values)} but output shape: {shape_text(shape)}"
            )
        return values.reshape(shape)

    def variable(self, key: str, dtype: np.dtype, shape: Sequence[Any]) -> np.ndarray:
        """A feature whose first size is open: its values as rows."""
        values = self._found(key, dtype, True)
        if values is None:
            values = _empty(0, dtype)
        stride = int(np.prod(shape[1:], dtype=np.int64))
        if stride == 0 or len(values) % stride:
            raise self._fail(
                f"Key: {key}{self.place}.  Number of {_word(dtype)} values is not a multiple of "
                f"stride length. Saw {len(values)} values but output shape is: "
                f"{shape_text(shape)}"
            )
        return values.reshape(-1, *shape[1:])

    def sparse(self, key: str, dtype: np.dtype) -> np.ndarray:
        """A feature with any number of values."""
        values = self._found(key, dtype, False)
        return _empty(0, dtype) if values is None else values


def join_sparse(rows: list[np.ndarray], dtype: np.dtype) -> tuple[Any, Any, Any]:
    """Rows of values as indices, values and shape of a sparse matrix."""
    lengths = [len(row) for row in rows]
    first = np.repeat(np.arange(len(rows)), lengths)
    second = np.concatenate([np.arange(n) for n in lengths]) if rows else np.zeros(0)
    indices = np.stack([first, second], axis=1).astype(np.int64).reshape(-1, 2)
    values = np.concatenate(rows) if rows else _empty(0, dtype)
    return indices, values, np.array([len(rows), max(lengths, default=0)], np.int64)


def pad_rows(rows: list[np.ndarray], shape: Sequence[Any], fill: Any, dtype: Any) -> np.ndarray:
    """Rows of varying length as one array, filled up with ``fill``."""
    longest = max((len(row) for row in rows), default=0)
    made = np.full((len(rows), longest, *shape[1:]), fill, dtype)
    for i, row in enumerate(rows):
        made[i, : len(row)] = row
    return made


def parse_examples(
    serialized: np.ndarray,
    names: np.ndarray,
    sparse: Sequence[tuple[str, Any]],
    dense: Sequence[tuple[str, Any, Any, np.ndarray]],
    op: Any,
) -> tuple[Any, Any, Any, Any]:
    """A batch of examples: ``sparse`` are (key, type), ``dense`` (key, type, shape, default)."""
    parsers = []
    for i, text in enumerate(serialized):
        message = parse_message(protos.Example, text, op)
        name = names[i] if len(names) else b"<unknown>"
        name = name.decode() if isinstance(name, bytes) else name
        parsers.append(_Parser(message.features.feature, op, name, i))
    indices, values, shapes = [], [], []
    for key, dtype in sparse:
        kind = _kind(dtype)
        index, value, shape = join_sparse([p.sparse(key, kind) for p in parsers], kind)
        indices.append(index)
        values.append(value)
        shapes.append(shape)
    arrays = []
    for key, dtype, shape, default in dense:
        kind = _kind(dtype)
        if shape and shape[0] is None:
            rows = [p.variable(key, kind, shape) for p in parsers]
            arrays.append(pad_rows(rows, shape, default.ravel()[0], kind))
            continue
        rows = [p.dense(key, kind, shape, default) for p in parsers]
        arrays.append(np.stack(rows) if rows else _empty(0, kind).reshape(0, *shape))
    return indices, values, shapes, arrays


def parse_example(
    serialized: Any,
    sparse: Sequence[tuple[str, Any]],
    dense: Sequence[tuple[str, Any, Any, np.ndarray]],
    op: Any,
) -> tuple[Any, Any, Any, Any]:
    """One example."""
    message = parse_message(protos.Example, serialized, op)
    parser = _Parser(message.features.feature, op, None, None)
    indices, values, shapes = [], [], []
    for key, dtype in sparse:
        found = parser.sparse(key, _kind(dtype))
        indices.append(np.arange(len(found), dtype=np.int64)[:, None])
        values.append(found)
        shapes.append(np.array([len(found)], np.int64))
    arrays = []
    for key, dtype, shape, default in dense:
        kind = _kind(dtype)
        if shape and shape[0] is None:
            arrays.append(parser.variable(key, kind, shape))
        else:
            arrays.append(parser.dense(key, kind, shape, default).copy())
    return indices, values, shapes, arrays


class SequenceParser:
    """Reads one ``SequenceExample``.

    Args:
        serialized: the message.
        name: how errors call it.
        op: the operation.
    """

    def __init__(self, serialized: Any, name: str, op: Any) -> None:
        self.message = parse_message(protos.SequenceExample, serialized, op)
        self.op = op
        self.name = name

    def _fail(self, text: str) -> errors.OpError:
        return errors.InvalidArgumentError(None, self.op, f"Name: {self.name}, {text}")

    def _values(self, feature: Any, dtype: np.dtype, what: str) -> np.ndarray | None:
        field = feature.WhichOneof("kind")
        if field is None:
            return None
        if field != _FIELDS[dtype.kind]:
            raise self._fail(
                f"{what}.  Data types don't match. Expected type: {_word(dtype)}  Feature is: "
                f"{feature}"
            )
        return _array(feature, field, dtype)

    def context_dense(self, key: str, dtype: Any, shape: Sequence[int], default: Any) -> np.ndarray:
        """A context feature of a fixed shape."""
        kind = _kind(dtype)
        features = self.message.context.feature
        values = None
        if key in features:
            values = self._values(features[key], kind, f"Context feature: {key}")
        count = int(np.prod(shape, dtype=np.int64))
        if values is None:
            if default.size == 0 and count:
                raise self._fail(f"Context feature '{key}' is required but could not be found.")
            return np.array(np.broadcast_to(default, shape))
        if len(values) != count:
            raise self._fail(
                f"Key: {key}, Index: 0.  Number of {_word(kind)} values != expected.  values "
                f"size: {len(values)} but output shape: {shape_text(shape)}"
            )
        return values.reshape(shape)

    def context_sparse(self, key: str, dtype: Any) -> np.ndarray:
        """A context feature with any number of values."""
        kind = _kind(dtype)
        features = self.message.context.feature
        if key in features:
            found = self._values(features[key], kind, f"Context feature: {key}")
            if found is not None:
                return found
        return _empty(0, kind)

    def list_dense(self, key: str, dtype: Any, shape: Sequence[int], may_miss: bool) -> np.ndarray:
        """A feature list whose features have a fixed shape: ``[steps, *shape]``."""
        kind = _kind(dtype)
        lists = self.message.feature_lists.feature_list
        count = int(np.prod(shape, dtype=np.int64))
        if key not in lists:
            if not may_miss:
                raise self._fail(
                    f"Feature list '{key}' is required but could not be found.  Did you mean to "
                    "include it in feature_list_dense_missing_assumed_empty or "
                    "feature_list_dense_defaults?"
                )
            return _empty(0, kind).reshape(0, *shape)
        rows = []
        for i, feature in enumerate(lists[key].feature):
            values = self._values(feature, kind, f"Feature list: {key}, Index: {i}")
            if values is None:
                values = _empty(0, kind)
            if len(values) != count:
                raise self._fail(
                    f"Key: {key}, Index: {i}.  Number of {_word(kind)} values != expected.  "
                    f"values size: {len(values)} but output shape: {shape_text(shape)}"
                )
            rows.append(values.reshape(shape))
        return np.stack(rows) if rows else _empty(0, kind).reshape(0, *shape)

    def list_sparse(self, key: str, dtype: Any) -> list[np.ndarray]:
        """The values of each step of a feature list."""
        kind = _kind(dtype)
        lists = self.message.feature_lists.feature_list
        if key not in lists:
            return []
        rows = []
        for i, feature in enumerate(lists[key].feature):
            values = self._values(feature, kind, f"Feature list: {key}, Index: {i}")
            rows.append(_empty(0, kind) if values is None else values)
        return rows

    @staticmethod
    def empty(count: int, dtype: Any) -> np.ndarray:
        """``count`` zeros (or empty strings)."""
        return _empty(count, _kind(dtype))
