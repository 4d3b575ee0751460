"""The operations of lookup tables, on Python dictionaries that a session keeps."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np

from penstock.graph import errors
from penstock.graph.dtypes import as_dtype
from penstock.graph.registry import operation
from penstock.graph.shapes import TensorShape, unknown_shape
from penstock.kernels.hashes import murmur64
from penstock.ops.session_resources import open_resource, resource_of
from penstock.ops.shape_rules import scalar_output
from penstock.platform.file_errors import translated

_TYPES = (
    "container: string = ''; shared_name: string = ''; use_node_name_sharing: bool = false; "
    "key_dtype: type; value_dtype: type"
)
_FEWEST_BUCKETS = 4
_WHOLE_LINE, _LINE_NUMBER = -2, -1


class _Table:
    """A table in a session.

    Args:
        key_dtype: the type of the keys.
        value_dtype: the type of the values.
        value_shape: the shape of a value.
        initializable: whether it is filled once, before it is used.
    """

    def __init__(
        self,
        key_dtype: Any,
        value_dtype: Any,
        value_shape: tuple[int, ...] = (),
        initializable: bool = False,
    ) -> None:
        self.key_dtype = np.dtype(key_dtype)
        self.value_dtype = np.dtype(value_dtype)
        self.value_shape = value_shape
        self.entries: dict[Any, Any] = {}
        self.lock = threading.Lock()
        self.initializable = initializable
        self.initialized = not initializable

    def check_keys(self, keys: np.ndarray, op: Any) -> list[Any]:
        """The keys as dictionary keys."""
        if keys.dtype.kind == "O":
            return [k if isinstance(k, bytes) else str(k).encode() for k in keys.ravel()]
        return keys.ravel().tolist()

    def check_ready(self, op: Any) -> None:
        """Raises unless the table was initialized."""
        if not self.initialized:
            raise errors.FailedPreconditionError(None, op, "Table not initialized.")

    def find(self, keys: np.ndarray, default: np.ndarray, op: Any) -> np.ndarray:
        """The values of keys, ``default`` for those that aren't there."""
        self.check_ready(op)
        entries = self.entries
        listed = self.check_keys(keys, op)
        fallback = default[()] if default.ndim == 0 else default
        found = [entries.get(key, fallback) for key in listed]
        shape = keys.shape + self.value_shape
        if self.value_dtype.kind == "O":
            made = np.empty(len(found), object)
            made[:] = found
            return made.reshape(shape)
        return np.array(found, self.value_dtype).reshape(shape)

    def insert(self, keys: np.ndarray, values: np.ndarray, op: Any) -> None:
        """Adds or replaces entries."""
        rows = values.reshape(-1, *self.value_shape)
        listed = self.check_keys(keys, op)
        if len(rows) != len(listed):
            raise errors.InvalidArgumentError(
                None,
                op,
                f"Expected shape {list(keys.shape + self.value_shape)} for value, got "
                f"{list(values.shape)}",
            )
        with self.lock:
            changed = dict(self.entries)
            for key, row in zip(listed, rows):
                value = row.copy() if self.value_shape else row
                if self.initializable and key in changed and not _same(changed[key], value):
                    raise errors.FailedPreconditionError(
                        None,
                        op,
                        f"HashTable has different value for same key. Key {_shown(key)} has "
                        f"{_shown(changed[key])} and trying to add value {_shown(value)}",
                    )
                changed[key] = value
            self.entries = changed

    def replace(self, keys: np.ndarray, values: np.ndarray, op: Any) -> None:
        """Gives the table new contents (an initialized one keeps its own)."""
        if self.initializable and self.initialized:
            return
        if keys.size != values.size and not self.value_shape:
            raise errors.InvalidArgumentError(
                None,
                op,
                "Keys and values cannot be empty tensors or have different sizes: "
                f"{keys.size} vs. {values.size}",
            )
        self.entries = {}
        self.insert(keys, values, op)
        self.initialized = True

    def remove(self, keys: list[Any]) -> None:
        """Takes entries away."""
        with self.lock:
            gone = set(keys)
            self.entries = {k: v for k, v in self.entries.items() if k not in gone}

    def export(self) -> tuple[np.ndarray, np.ndarray]:
        """All keys and values."""
        keys = np.empty(len(self.entries), self.key_dtype)
        keys[:] = list(self.entries)
        values = np.empty((len(self.entries), *self.value_shape), self.value_dtype)
        for i, value in enumerate(self.entries.values()):
            values[i] = value
        return keys, values


class _DenseTable(_Table):
    """A table whose buckets stand as in TensorFlow, since those are what checkpoints hold.

    A key stands in the bucket that its hash names, or in one of those 1, 1 + 2, 1 + 2 + 3, ...
    further, where others were taken.

    Args:
        empty: the key of empty buckets.
        deleted: the key of buckets whose entry was removed.
        buckets: how many there are at first, a power of two.
        load: which part of them may be taken.
    """

    def __init__(
        self, key_dtype: Any, value_dtype: Any, value_shape: tuple[int, ...], empty: Any,
        deleted: Any, buckets: int, load: float,
    ) -> None:  # fmt: skip
        super().__init__(key_dtype, value_dtype, value_shape)
        self.empty, self.deleted, self.load = empty, deleted, load
        self._clear(buckets)

    def _clear(self, buckets: int) -> None:
        self.bucket_keys: list[Any] = [self.empty] * buckets
        self.places: dict[Any, int] = {}

    def check_keys(self, keys: np.ndarray, op: Any) -> list[Any]:
        """The keys as dictionary keys."""
        listed = super().check_keys(keys, op)
        for word, key in (("empty_key", self.empty), ("deleted_key", self.deleted)):
            if key in listed:
                raise errors.InvalidArgumentError(
                    None, op, f"Using the {word} as a table key is not allowed"
                )
        return listed

    def insert(self, keys: np.ndarray, values: np.ndarray, op: Any) -> None:
        """Adds or replaces entries."""
        listed = self.check_keys(keys, op)
        super().insert(keys, values, op)
        with self.lock:
            # All are counted as new, as there.
            wanted = len(self.places) + len(listed)
            buckets = len(self.bucket_keys)
            if wanted > buckets * self.load:
                while wanted > buckets * self.load:
                    buckets *= 2
                taken = [key for key in self.bucket_keys if key in self.places]
                self._clear(buckets)
                for key in taken:
                    self._place(key)
            for key in listed:
                if key not in self.places:
                    self._place(key)

    def _place(self, key: Any) -> None:
        mask = len(self.bucket_keys) - 1
        place = (murmur64(key) if isinstance(key, bytes) else int(key)) & mask
        step = 0
        while self.bucket_keys[place] not in (self.empty, self.deleted):
            step += 1
            place = (place + step) & mask
        self.bucket_keys[place] = key
        self.places[key] = place

    def remove(self, keys: list[Any]) -> None:
        """Takes entries away."""
        super().remove(keys)
        with self.lock:
            for key in keys:
                place = self.places.pop(key, None)
                if place is not None:
                    self.bucket_keys[place] = self.deleted

    def replace(self, keys: np.ndarray, values: np.ndarray, op: Any) -> None:
        """Gives the table the buckets of a checkpoint."""
        flat = keys.reshape(-1)
        listed = [_key(key) for key in flat.tolist()]
        rows = values.reshape(len(listed), *self.value_shape)
        used = [i for i, key in enumerate(listed) if key not in (self.empty, self.deleted)]
        with self.lock:
            self.entries = {}
            whole = len(listed) >= _FEWEST_BUCKETS and not len(listed) & (len(listed) - 1)
            self._clear(len(listed) if whole else _FEWEST_BUCKETS)
            if whole:
                self.bucket_keys = list(listed)
                self.places = {listed[i]: i for i in used}
        self.insert(flat[used], rows[used], op)

    def export(self) -> tuple[np.ndarray, np.ndarray]:
        """All buckets: keys [buckets, 1] and values [buckets, elements of a value]."""
        count = len(self.bucket_keys)
        keys = np.empty((count, 1), self.key_dtype)
        keys[:, 0] = self.bucket_keys
        width = int(np.prod(self.value_shape, dtype=int))
        values = np.zeros((count, width), self.value_dtype)
        if self.value_dtype.kind == "O":
            values[:] = b""
        for key, place in self.places.items():
            values[place] = np.asarray(self.entries[key], self.value_dtype).reshape(-1)
        return keys, values


def _key(key: Any) -> Any:
    return key.encode() if isinstance(key, str) else key


def _same(a: Any, b: Any) -> bool:
    return bool(np.all(a == b))


def _shown(value: Any) -> Any:
    return value.decode(errors="replace") if isinstance(value, bytes) else value


@operation("HashTableV2", outputs="table_handle: resource", attrs=_TYPES, stateful=True)
class HashTableV2:
    shape = scalar_output
    gradient = None

    def host(*, op, run, key_dtype, value_dtype):
        return open_resource(
            run, op, "table", lambda n: _Table(key_dtype, value_dtype, initializable=True)
        )


@operation("MutableHashTableV2", outputs="table_handle: resource", attrs=_TYPES, stateful=True)
class MutableHashTableV2:
    shape = scalar_output
    gradient = None

    def host(*, op, run, key_dtype, value_dtype):
        return open_resource(run, op, "table", lambda n: _Table(key_dtype, value_dtype))


@operation(
    "MutableHashTableOfTensorsV2",
    outputs="table_handle: resource",
    attrs=_TYPES + "; value_shape: shape = []",
    stateful=True,
)
class MutableHashTableOfTensorsV2:
    shape = scalar_output
    gradient = None

    def host(*, op, run, key_dtype, value_dtype, value_shape):
        sizes = tuple(value_shape.as_list())
        return open_resource(run, op, "table", lambda n: _Table(key_dtype, value_dtype, sizes))


@operation(
    "MutableDenseHashTableV2",
    inputs="empty_key: key_dtype, deleted_key: key_dtype",
    outputs="table_handle: resource",
    attrs=_TYPES + "; value_shape: shape = []; initial_num_buckets: int = 131072; "
    "max_load_factor: float = 0.800000011920929",
    stateful=True,
)
class MutableDenseHashTableV2:
    shape = scalar_output
    gradient = None

    def host(empty_key, deleted_key, *, op, run, key_dtype, value_dtype, value_shape,
             initial_num_buckets, max_load_factor):  # fmt: skip
        if empty_key.size != 1 or deleted_key.size != 1:
            raise errors.UnimplementedError(
                None, op, "Keys of a dense table are scalars here, not vectors"
            )
        empty, deleted = _key(empty_key.item()), _key(deleted_key.item())
        if empty == deleted:
            raise errors.InvalidArgumentError(None, op, "Empty and deleted keys cannot be equal")
        buckets = initial_num_buckets
        if buckets < _FEWEST_BUCKETS or buckets & (buckets - 1):
            raise errors.InvalidArgumentError(
                None,
                op,
                f"Number of buckets must be at least {_FEWEST_BUCKETS} and a power of 2, got: "
                f"{buckets}",
            )
        sizes = tuple(value_shape.as_list())
        return open_resource(
            run,
            op,
            "table",
            lambda n: _DenseTable(
                key_dtype, value_dtype, sizes, empty, deleted, buckets, max_load_factor
            ),
        )


def _found_shape(op: Any) -> TensorShape:
    return unknown_shape()


@operation(
    "LookupTableFindV2",
    inputs="table_handle: resource, keys: Tin, default_value: Tout",
    outputs="values: Tout",
    attrs="Tin: type; Tout: type",
    stateful=True,
)
class LookupTableFindV2:
    shape = _found_shape
    gradient = None

    def host(table, keys, default, *, op, run):
        return resource_of(run, table).find(keys, default, op)


@operation(
    "LookupTableInsertV2",
    inputs="table_handle: resource, keys: Tin, values: Tout",
    attrs="Tin: type; Tout: type",
    stateful=True,
)
class LookupTableInsertV2:
    gradient = None

    def host(table, keys, values, *, op, run):
        resource_of(run, table).insert(keys, values, op)


@operation(
    "LookupTableRemoveV2",
    inputs="table_handle: resource, keys: Tin",
    attrs="Tin: type",
    stateful=True,
)
class LookupTableRemoveV2:
    def host(table, keys, *, op, run):
        found = resource_of(run, table)
        found.remove(found.check_keys(keys, op))


@operation(
    "LookupTableSizeV2", inputs="table_handle: resource", outputs="size: int64", stateful=True
)
class LookupTableSizeV2:
    shape = scalar_output
    gradient = None

    def host(table, *, op, run):
        found = resource_of(run, table)
        found.check_ready(op)
        return np.array(len(found.entries), np.int64)


def _exported_shapes(op: Any) -> list[TensorShape]:
    if op.inputs[0].op.type == "MutableDenseHashTableV2":
        return [unknown_shape(), unknown_shape()]  # TensorFlow says [None], and gives matrices
    return [TensorShape([None]), unknown_shape()]


@operation(
    "LookupTableExportV2",
    inputs="table_handle: resource",
    outputs="keys: Tkeys, values: Tvalues",
    attrs="Tkeys: type; Tvalues: type",
    stateful=True,
)
class LookupTableExportV2:
    shape = _exported_shapes

    def host(table, *, run):
        return resource_of(run, table).export()


@operation(
    "LookupTableImportV2",
    inputs="table_handle: resource, keys: Tin, values: Tout",
    attrs="Tin: type; Tout: type",
    stateful=True,
)
class LookupTableImportV2:
    def host(table, keys, values, *, op, run):
        resource_of(run, table).replace(keys, values, op)


@operation(
    "InitializeTableV2",
    inputs="table_handle: resource, keys: Tkey, values: Tval",
    attrs="Tkey: type; Tval: type",
    stateful=True,
)
class InitializeTableV2:
    gradient = None

    def host(table, keys, values, *, op, run):
        resource_of(run, table).replace(keys, values, op)


def _column(line: str, fields: list[str], number: int, index: int, dtype: Any, op: Any) -> Any:
    """What a line gives for a key or value."""
    if index == _LINE_NUMBER:
        return number
    if index == _WHOLE_LINE:
        text = line
    elif index < len(fields):
        text = fields[index]
    else:
        raise errors.InvalidArgumentError(
            None, op, f"Invalid number of columns in line {number} ({line}): expected at least "
            f"{index + 1} got {len(fields)}"
        )  # fmt: skip
    if dtype.kind == "O":
        return text.encode("utf-8", "surrogateescape")
    try:
        return dtype.type(text)
    except ValueError:
        raise errors.InvalidArgumentError(
            None,
            op,
            f"Field {text} in line {number} is not a valid {as_dtype(dtype).name}.",
        ) from None


@operation(
    "InitializeTableFromTextFileV2",
    inputs="table_handle: resource, filename: string",
    attrs="key_index: int >= -2; value_index: int >= -2; vocab_size: int >= -1 = -1; "
    "delimiter: string = '\t'",
    stateful=True,
)
class InitializeTableFromTextFileV2:
    gradient = None

    def host(table, filename, *, op, run, key_index, value_index, vocab_size, delimiter):
        found = resource_of(run, table)
        if found.initialized:
            return
        name = filename[()]
        path = name.decode() if isinstance(name, bytes) else str(name)
        keys, values = [], []
        with translated(path, op), open(path, "rb") as file:
            for number, raw in enumerate(file):
                if 0 <= vocab_size <= number:
                    break
                line = raw.removesuffix(b"\n").removesuffix(b"\r")
                text = line.decode("utf-8", "surrogateescape")
                fields = text.split(delimiter)
                keys.append(_column(text, fields, number, key_index, found.key_dtype, op))
                values.append(_column(text, fields, number, value_index, found.value_dtype, op))
        if vocab_size > len(keys):
            raise errors.InvalidArgumentError(
                None,
                op,
                f"Invalid vocab_size in {path}: expected {vocab_size} but got {len(keys)}",
            )
        key_array, value_array = (
            np.empty(len(keys), found.key_dtype),
            np.empty(len(values), found.value_dtype),
        )
        key_array[:], value_array[:] = keys, values
        found.replace(key_array, value_array, op)
