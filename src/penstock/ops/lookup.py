"""Lookup tables: ``tf.contrib.lookup``, ``tf.tables_initializer``."""

from __future__ import annotations

import collections
import uuid
from typing import Any

from penstock.graph import defaults, dtypes
from penstock.graph.build import apply
from penstock.graph.collections import GraphKeys
from penstock.graph.composite import SparseTensor
from penstock.graph.convert import convert_to_tensor
from penstock.graph.dtypes import as_dtype
from penstock.graph.scopes import (
    add_to_collection,
    colocate_with,
    get_collection,
    init_scope,
    name_scope,
)
from penstock.graph.shapes import TensorShape
from penstock.graph.static_values import constant_value
from penstock.graph.tensor import Tensor
from penstock.ops.saveable_objects import SaveableObject, SaveSpec


def tables_initializer(name: str = "init_all_tables") -> Any:
    """An operation that fills all tables of the graph."""
    from penstock.ops.control_flow import group, no_op

    initializers = get_collection(GraphKeys.TABLE_INITIALIZERS)
    return group(*initializers, name=name) if initializers else no_op(name=name)


initialize_all_tables = tables_initializer


def _check_types(table: LookupInterface, key_dtype: Any, value_dtype: Any) -> None:
    if key_dtype.base_dtype != table.key_dtype:
        raise TypeError(f"Invalid key dtype, expected {table.key_dtype} but got {key_dtype}.")
    if value_dtype.base_dtype != table.value_dtype:
        raise TypeError(f"Invalid value dtype, expected {table.value_dtype} but got {value_dtype}.")


class LookupInterface:
    """A table from keys to values.

    Args:
        key_dtype: the type of the keys.
        value_dtype: the type of the values.
    """

    _handle: Any = None

    def __init__(self, key_dtype: Any, value_dtype: Any) -> None:
        self._key_dtype = as_dtype(key_dtype)
        self._value_dtype = as_dtype(value_dtype)

    @property
    def key_dtype(self) -> Any:
        """The type of the keys."""
        return self._key_dtype

    @property
    def value_dtype(self) -> Any:
        """The type of the values."""
        return self._value_dtype

    @property
    def resource_handle(self) -> Any:
        """The tensor that stands for the table."""
        return self._handle


# -- initializers ---------------------------------------------------------------------------------
class TableInitializerBase:
    """What a table is filled with.

    Args:
        key_dtype: the type of the keys.
        value_dtype: the type of the values.
    """

    _shared_name = ""

    def _checkpoint_children(self) -> Any:
        return iter(())

    def __init__(self, key_dtype: Any, value_dtype: Any) -> None:
        self._key_dtype = as_dtype(key_dtype)
        self._value_dtype = as_dtype(value_dtype)

    @property
    def key_dtype(self) -> Any:
        """The type of the keys."""
        return self._key_dtype

    @property
    def value_dtype(self) -> Any:
        """The type of the values."""
        return self._value_dtype


class KeyValueTensorInitializer(TableInitializerBase):
    """Keys and values from tensors.

    Args:
        keys: a vector.
        values: a vector of the same length.
        key_dtype: the type of the keys, when it isn't plain.
        value_dtype: the type of the values, when it isn't plain.
        name: the name of the operations.
    """

    def __init__(
        self,
        keys: Any,
        values: Any,
        key_dtype: Any = None,
        value_dtype: Any = None,
        name: str | None = None,
    ) -> None:
        if defaults.get_default_graph()._get_control_flow_context() is not None:
            with init_scope():
                self._make(keys, values, key_dtype, value_dtype)
        else:
            self._make(keys, values, key_dtype, value_dtype)
        self._name = "key_value_init" if name is None else name
        super().__init__(self._keys.dtype, self._values.dtype)

    def _make(self, keys: Any, values: Any, key_dtype: Any, value_dtype: Any) -> None:
        self._keys = convert_to_tensor(keys, dtype=key_dtype, name="keys")
        self._values = convert_to_tensor(values, dtype=value_dtype, name="values")

    def initialize(self, table: LookupInterface) -> Any:
        """The operation that fills ``table``."""
        _check_types(table, self._keys.dtype, self._values.dtype)
        with name_scope(self._name, values=[table.resource_handle, self._keys, self._values]):
            operation = apply(
                "LookupTableImportV2", table.resource_handle, self._keys, self._values
            )
        add_to_collection(GraphKeys.TABLE_INITIALIZERS, operation)
        return operation


class TextFileIndex:
    """What of a line is a key or a value, besides the number of a column."""

    WHOLE_LINE = -2
    LINE_NUMBER = -1


class TextFileInitializer(TableInitializerBase):
    """Keys and values from the lines of a text file.

    Args:
        filename: the name of the file.
        key_dtype: the type of the keys.
        key_index: the column of the keys, or a ``TextFileIndex``.
        value_dtype: the type of the values.
        value_index: the column of the values, or a ``TextFileIndex``.
        vocab_size: how many lines to take; all when left out.
        delimiter: what separates columns.
        name: the name of the operations.

    Raises:
        ValueError: when types and columns don't go together.
    """

    def __init__(
        self,
        filename: Any,
        key_dtype: Any,
        key_index: int,
        value_dtype: Any,
        value_index: int,
        vocab_size: int | None = None,
        delimiter: str = "\t",
        name: str | None = None,
    ) -> None:
        if not isinstance(filename, Tensor) and not filename:
            raise ValueError(f"Filename required for {name}.")
        key_dtype, value_dtype = as_dtype(key_dtype), as_dtype(value_dtype)
        line, whole = TextFileIndex.LINE_NUMBER, TextFileIndex.WHOLE_LINE
        if key_index < -2:
            raise ValueError(f"Invalid key index {key_index}.")
        if key_index == line and key_dtype != dtypes.int64:
            raise ValueError(
                f"Signature mismatch. Keys must be dtype {dtypes.int64}, got {key_dtype}."
            )
        if key_index == whole and not key_dtype.is_integer and key_dtype != dtypes.string:
            raise ValueError(
                f"Signature mismatch. Keys must be integer or string, got {key_dtype}."
            )
        if value_index < -2:
            raise ValueError(f"Invalid value index {value_index}.")
        for index, wanted in ((line, dtypes.int64), (whole, dtypes.string)):
            if value_index == index and value_dtype != wanted:
                raise ValueError(
                    f"Signature mismatch. Values must be dtype {wanted}, got {value_dtype}."
                )
        if vocab_size is not None and vocab_size <= 0:
            raise ValueError(f"Invalid vocab_size {vocab_size}.")
        with init_scope():
            self._filename = convert_to_tensor(filename, dtypes.string, name="asset_path")
        self._key_index = key_index
        self._value_index = value_index
        self._vocab_size = vocab_size
        self._delimiter = delimiter
        self._name = name
        size = f"_{vocab_size}" if vocab_size else ""
        self._shared_name = f"hash_table_{filename}{size}_{key_index}_{value_index}"
        super().__init__(key_dtype, value_dtype)

    def initialize(self, table: LookupInterface) -> Any:
        """The operation that fills ``table``."""
        _check_types(table, self.key_dtype, self.value_dtype)
        with name_scope(self._name, "text_file_init", [table.resource_handle]):
            filename = convert_to_tensor(self._filename, dtypes.string, name="asset_filepath")
            operation = apply(
                "InitializeTableFromTextFileV2",
                table.resource_handle,
                filename,
                key_index=self._key_index,
                value_index=self._value_index,
                vocab_size=-1 if self._vocab_size is None else self._vocab_size,
                delimiter=self._delimiter,
            )
        add_to_collection(GraphKeys.TABLE_INITIALIZERS, operation)
        if filename.op.type == "Const":
            add_to_collection(GraphKeys.ASSET_FILEPATHS, filename)
        return operation


class TextFileStringTableInitializer(TextFileInitializer):
    """Line numbers as keys, lines as values."""

    def __init__(
        self,
        filename: Any,
        key_column_index: int = TextFileIndex.LINE_NUMBER,
        value_column_index: int = TextFileIndex.WHOLE_LINE,
        vocab_size: int | None = None,
        delimiter: str = "\t",
        name: str = "text_file_string_table_init",
    ) -> None:
        super().__init__(
            filename,
            dtypes.int64,
            key_column_index,
            dtypes.string,
            value_column_index,
            vocab_size,
            delimiter,
            name,
        )


class TextFileIdTableInitializer(TextFileInitializer):
    """Lines as keys, line numbers as values."""

    def __init__(
        self,
        filename: Any,
        key_column_index: int = TextFileIndex.WHOLE_LINE,
        value_column_index: int = TextFileIndex.LINE_NUMBER,
        vocab_size: int | None = None,
        delimiter: str = "\t",
        name: str = "text_file_id_table_init",
        key_dtype: Any = dtypes.string,
    ) -> None:
        super().__init__(
            filename,
            key_dtype,
            key_column_index,
            dtypes.int64,
            value_column_index,
            vocab_size,
            delimiter,
            name,
        )


# -- tables that are filled once ------------------------------------------------------------------
class InitializableLookupTableBase(LookupInterface):
    """A table that an initializer fills once.

    Args:
        default_value: the value of keys that aren't there.
        initializer: what it is filled with.
    """

    _shared_name: str
    _name: str

    def __init__(self, default_value: Any, initializer: Any) -> None:
        super().__init__(initializer.key_dtype, initializer.value_dtype)
        self._default_value = convert_to_tensor(default_value, dtype=self._value_dtype)
        self._default_value.shape.merge_with(TensorShape([]))
        self._initializer = initializer
        with init_scope():
            self._handle = self._create_resource()
        if defaults.get_default_graph()._get_control_flow_context() is not None:
            with init_scope():
                self._init_op = initializer.initialize(self)
        else:
            self._init_op = initializer.initialize(self)

    def _create_resource(self) -> Tensor:
        made = apply(
            "HashTableV2",
            shared_name=self._shared_name,
            key_dtype=self._key_dtype,
            value_dtype=self._value_dtype,
            name=self._name,
        )
        self._table_name = made.op.name.split("/")[-1]
        return made

    @property
    def name(self) -> str:
        """The name of the table."""
        return self._table_name

    def _checkpoint_children(self) -> Any:
        yield "_initializer", self._initializer

    @property
    def default_value(self) -> Tensor:
        """The value of keys that aren't there."""
        return self._default_value

    @property
    def initializer(self) -> Any:
        """The operation that fills the table."""
        return self._init_op

    init = initializer

    def size(self, name: str | None = None) -> Tensor:
        """The number of entries, ``int64``."""
        with name_scope(name, f"{self.name}_Size", [self._handle]):
            return apply("LookupTableSizeV2", self._handle)

    def lookup(self, keys: Any, name: str | None = None) -> Any:
        """The values of keys.

        Args:
            keys: a tensor or ``SparseTensor``.
            name: the name of the scope.

        Raises:
            TypeError: when the keys have another type.
            FailedPreconditionError: (when run) the table wasn't initialized.
        """
        sparse = isinstance(keys, SparseTensor)
        tensor = keys.values if sparse else keys
        if keys.dtype.base_dtype != self._key_dtype:
            raise TypeError(
                f"Signature mismatch. Keys must be dtype {self._key_dtype}, got {keys.dtype}."
            )
        with name_scope(name, f"{self.name}_Lookup", [self._handle, tensor, self._default_value]):
            values = apply("LookupTableFindV2", self._handle, tensor, self._default_value)
        values.set_shape(tensor.shape)
        return SparseTensor(keys.indices, values, keys.dense_shape) if sparse else values


class HashTable(InitializableLookupTableBase):
    """A table that an initializer fills once.

    Args:
        initializer: what it is filled with.
        default_value: the value of keys that aren't there.
        shared_name: the name under which operations of one session share it.
        name: the name of the operation.
    """

    def __init__(
        self,
        initializer: Any,
        default_value: Any,
        shared_name: str | None = None,
        name: str | None = None,
    ) -> None:
        self._shared_name = shared_name or ""
        self._name = name or "hash_table"
        super().__init__(default_value, initializer)

    def export(self, name: str | None = None) -> tuple[Tensor, Tensor]:
        """All keys and values, vectors."""
        with name_scope(name, f"{self.name}_Export", [self._handle]):
            keys, values = apply(
                "LookupTableExportV2",
                self._handle,
                Tkeys=self._key_dtype,
                Tvalues=self._value_dtype,
            )
        values.set_shape(keys.shape.concatenate(self._default_value.shape))
        return keys, values


class StaticHashTable(HashTable):
    """``HashTable`` with the arguments of TensorFlow 1.15."""

    def __init__(self, initializer: Any, default_value: Any, name: str | None = None) -> None:
        shared_name = initializer._shared_name or f"hash_table_{uuid.uuid4()}"
        super().__init__(initializer, default_value, shared_name, name)


# -- buckets for unknown keys ---------------------------------------------------------------------
class HasherSpec(collections.namedtuple("HasherSpec", ["hasher", "key"])):
    """How unknown keys are spread over buckets."""

    __slots__ = ()


FastHashSpec = HasherSpec("fasthash", None)


class StrongHashSpec(HasherSpec):
    """A keyed hash, which nobody can steer who doesn't know the key.

    Args:
        key: two integers.
    """

    __slots__ = ()

    def __new__(cls, key: Any) -> StrongHashSpec:
        if len(key) != 2:
            raise ValueError(f"key must have size 2, got {len(key)}.")
        if not all(isinstance(part, int) for part in key):
            raise TypeError(f"Invalid key {key}. Must be unsigned integer values.")
        return super().__new__(cls, "stronghash", key)


def _as_string(tensor: Tensor) -> Tensor:
    if tensor.dtype.base_dtype == dtypes.string:
        return tensor
    return apply("AsString", tensor)


def _buckets(spec: HasherSpec, values: Tensor, count: int) -> Tensor:
    text = _as_string(values)
    if spec.hasher == "fasthash":
        return apply("StringToHashBucketFast", text, num_buckets=count, name="hash_bucket")
    if spec.hasher == "legacy":
        return apply("StringToHashBucket", text, num_buckets=count, name="hash_bucket")
    if spec.hasher == "stronghash":
        return apply(
            "StringToHashBucketStrong",
            text,
            num_buckets=count,
            key=list(spec.key),
            name="hash_bucket",
        )
    raise ValueError(f"Unknown hasher {spec.hasher}.")


class IdTableWithHashBuckets(LookupInterface):
    """A table whose unknown keys get the numbers after its own, by a hash.

    Args:
        table: a table with ``int64`` values, or ``None``.
        num_oov_buckets: how many numbers unknown keys share.
        hasher_spec: the hash.
        name: the name of the scope.
        key_dtype: the type of the keys.

    Raises:
        TypeError: when types don't fit.
        ValueError: when there are neither table nor buckets.
    """

    def __init__(
        self,
        table: Any,
        num_oov_buckets: int,
        hasher_spec: HasherSpec = FastHashSpec,
        name: str | None = None,
        key_dtype: Any = None,
    ) -> None:
        name = name.rstrip("/") if name else name
        if table is not None:
            key_dtype = table.key_dtype if key_dtype is None else as_dtype(key_dtype)
            if table.key_dtype not in (dtypes.int64, dtypes.string):
                raise TypeError(
                    f"Invalid key dtype, expected one of {(dtypes.int64, dtypes.string)}, but got "
                    f"{key_dtype}."
                )
            if table.key_dtype.is_integer != key_dtype.is_integer:
                wanted = "integer" if key_dtype.is_integer else "non-integer"
                raise TypeError(f"Invalid key dtype, expected {wanted} but got {table.key_dtype}.")
            if table.value_dtype != dtypes.int64:
                raise TypeError(
                    f"Invalid value dtype, expected {dtypes.int64} but got {table.value_dtype}."
                )
            name = name or table.name
        else:
            if num_oov_buckets <= 0:
                raise ValueError("oov_buckets must be > 0 if no table is supplied.")
            key_dtype = dtypes.string if key_dtype is None else as_dtype(key_dtype)
            name = name or "hash_bucket"
        if not key_dtype.is_integer and key_dtype != dtypes.string:
            raise TypeError(f"Invalid key_dtype, expected integer or string, got {key_dtype}.")
        if not isinstance(hasher_spec, HasherSpec):
            raise TypeError(f"hasher_spec must be of type HasherSpec, got {hasher_spec}")
        self._table = table
        self._num_oov_buckets = num_oov_buckets
        self._hasher_spec = hasher_spec
        self._table_name = name.split("/")[-1]
        super().__init__(key_dtype, dtypes.int64)

    @property
    def initializer(self) -> Any:
        """The operation that fills the table."""
        from penstock.ops.control_flow import no_op

        if self._table is not None:
            return self._table.initializer
        with name_scope(None, "init"):
            return no_op()

    init = initializer

    @property
    def resource_handle(self) -> Any:
        """The tensor that stands for the table, or ``None``."""
        return None if self._table is None else self._table.resource_handle

    @property
    def name(self) -> str:
        """The name of the table."""
        return self._table_name

    def size(self, name: str | None = None) -> Tensor:
        """The number of entries and buckets."""
        with name_scope(name, f"{self.name}_Size"):
            own = (
                convert_to_tensor(0, dtype=dtypes.int64)
                if self._table is None
                else self._table.size()
            )
            return own + self._num_oov_buckets  # type: ignore[operator]

    def lookup(self, keys: Any, name: str | None = None) -> Any:
        """The numbers of keys, a tensor or ``SparseTensor``."""
        from penstock.ops.casts import cast
        from penstock.ops.comparisons import not_equal
        from penstock.ops.math_binary import add
        from penstock.ops.selecting import where_v2

        if keys.dtype.base_dtype != self._key_dtype:
            raise TypeError(
                f"Signature mismatch. Keys must be dtype {self._key_dtype}, got {keys.dtype}."
            )
        sparse = isinstance(keys, SparseTensor)
        values = keys.values if sparse else keys
        if self._table is not None and self._table.key_dtype.base_dtype == dtypes.int64:
            values = cast(values, dtypes.int64)
        if self._num_oov_buckets == 0:
            ids = self._table.lookup(values, name=name)
        else:
            with name_scope(name, f"{self.name}_Lookup"):
                ids = _buckets(self._hasher_spec, values, self._num_oov_buckets)
                if self._table is not None:
                    known = self._table.lookup(values)
                    ids = add(ids, self._table.size())
                    is_known = not_equal(known, self._table.default_value)
                    ids = where_v2(is_known, known, ids)
        return SparseTensor(keys.indices, ids, keys.dense_shape) if sparse else ids


class StaticVocabularyTable(IdTableWithHashBuckets):
    """``IdTableWithHashBuckets`` made of an initializer.

    Args:
        initializer: what the table is filled with, or ``None``.
        num_oov_buckets: how many numbers unknown keys share.
        lookup_key_dtype: the type of the keys.
        name: the name of the scope.
    """

    def __init__(
        self,
        initializer: Any,
        num_oov_buckets: int,
        lookup_key_dtype: Any = None,
        name: str | None = None,
    ) -> None:
        if num_oov_buckets <= 0:
            raise ValueError("oov_buckets must be > 0.")
        table = None if initializer is None else StaticHashTable(initializer, default_value=-1)
        super().__init__(table, num_oov_buckets, name=name, key_dtype=lookup_key_dtype)


# -- tables of vocabularies -----------------------------------------------------------------------
def index_table_from_file(
    vocabulary_file: Any = None,
    num_oov_buckets: int = 0,
    vocab_size: int | None = None,
    default_value: int = -1,
    hasher_spec: HasherSpec = FastHashSpec,
    key_dtype: Any = dtypes.string,
    name: str | None = None,
    key_column_index: int = TextFileIndex.WHOLE_LINE,
    value_column_index: int = TextFileIndex.LINE_NUMBER,
    delimiter: str = "\t",
) -> Any:
    """A table from the lines of a file to their numbers.

    Args:
        vocabulary_file: the name of the file.
        num_oov_buckets: how many numbers unknown keys share.
        vocab_size: how many lines to take; all when left out.
        default_value: the number of unknown keys, without buckets.
        hasher_spec: the hash for buckets.
        key_dtype: the type of the keys.
        name: the name of the scope.
        key_column_index, value_column_index, delimiter: as for ``TextFileInitializer``.
    """
    if vocabulary_file is None or (isinstance(vocabulary_file, str) and not vocabulary_file):
        raise ValueError("vocabulary_file must be specified and must not be empty.")
    _check_buckets(num_oov_buckets)
    if vocab_size is not None and vocab_size < 1:
        shown = vocabulary_file
        if isinstance(vocabulary_file, Tensor):
            shown = constant_value(vocabulary_file) or "?"
        raise ValueError(
            f"vocab_size must be greater than 0, got {vocab_size}. vocabulary_file: {shown}"
        )
    key_dtype = as_dtype(key_dtype)
    _check_key_type(key_dtype)
    with name_scope(name, "string_to_index"):
        with name_scope(None, "hash_table"):
            initializer = TextFileIdTableInitializer(
                vocabulary_file,
                vocab_size=vocab_size,
                key_dtype=dtypes.int64 if key_dtype.is_integer else key_dtype,
                name="table_init",
                key_column_index=key_column_index,
                value_column_index=value_column_index,
                delimiter=delimiter,
            )
            table: Any = StaticHashTable(initializer, default_value)
        return _with_buckets(table, num_oov_buckets, hasher_spec, key_dtype)


def _check_buckets(count: int) -> None:
    if count < 0:
        raise ValueError(f"num_oov_buckets must be greater or equal than 0, got {count}.")


def _check_key_type(dtype: Any) -> None:
    if not dtype.is_integer and dtype.base_dtype != dtypes.string:
        raise TypeError("Only integer and string keys are supported.")


def _with_buckets(table: Any, count: int, spec: HasherSpec, key_dtype: Any) -> Any:
    if not count:
        return table
    return IdTableWithHashBuckets(
        table, num_oov_buckets=count, hasher_spec=spec, key_dtype=key_dtype
    )


def index_table_from_tensor(
    vocabulary_list: Any = None,
    num_oov_buckets: int = 0,
    default_value: int = -1,
    hasher_spec: HasherSpec = FastHashSpec,
    dtype: Any = dtypes.string,
    name: str | None = None,
    mapping: Any = None,
) -> Any:
    """A table from the elements of a vector to their places.

    Args:
        vocabulary_list: the vector.
        num_oov_buckets: how many numbers unknown keys share.
        default_value: the number of unknown keys, without buckets.
        hasher_spec: the hash for buckets.
        dtype: the type of the keys.
        name: the name of the scope.
        mapping: the older name of ``vocabulary_list``.
    """
    from penstock.ops.arrays import size
    from penstock.ops.casts import cast
    from penstock.ops.ranges import range as tf_range

    vocabulary_list = mapping if vocabulary_list is None else vocabulary_list
    if vocabulary_list is None:
        raise ValueError("vocabulary_list must be specified.")
    _check_buckets(num_oov_buckets)
    dtype = as_dtype(dtype)
    _check_key_type(dtype)
    with name_scope(name, "string_to_index"):
        keys = convert_to_tensor(vocabulary_list)
        if keys.dtype.is_integer != dtype.is_integer:
            wanted = "integer" if dtype.is_integer else "non-integer"
            raise ValueError(f"Expected {wanted}, got {keys.dtype}.")
        if not dtype.is_integer and keys.dtype.base_dtype != dtype:
            raise ValueError(f"Expected {dtype}, got {keys.dtype}.")
        count = size(keys)
        values = cast(tf_range(count), dtypes.int64)
        with name_scope(None, "hash_table"):
            table_keys = cast(keys, dtypes.int64) if keys.dtype.is_integer else keys
            initializer = KeyValueTensorInitializer(
                table_keys, values, table_keys.dtype.base_dtype, dtypes.int64, name="table_init"
            )
            table = StaticHashTable(initializer, default_value)
        return _with_buckets(table, num_oov_buckets, hasher_spec, dtype)


def index_to_string_table_from_file(
    vocabulary_file: Any,
    vocab_size: int | None = None,
    default_value: Any = "UNK",
    name: str | None = None,
    key_column_index: int = TextFileIndex.LINE_NUMBER,
    value_column_index: int = TextFileIndex.WHOLE_LINE,
    delimiter: str = "\t",
) -> Any:
    """A table from the numbers of the lines of a file to the lines."""
    if vocabulary_file is None or (isinstance(vocabulary_file, str) and not vocabulary_file):
        raise ValueError("vocabulary_file must be specified and must not be empty.")
    if vocab_size is not None and vocab_size < 1:
        raise ValueError(f"vocab_size must be greater than 0, got {vocab_size}.")
    with name_scope(name, "index_to_string"):
        initializer = TextFileStringTableInitializer(
            vocabulary_file,
            vocab_size=vocab_size,
            name="table_init",
            key_column_index=key_column_index,
            value_column_index=value_column_index,
            delimiter=delimiter,
        )
        return StaticHashTable(initializer, default_value)


def index_to_string_table_from_tensor(
    vocabulary_list: Any = None,
    default_value: Any = "UNK",
    name: str | None = None,
    mapping: Any = None,
) -> Any:
    """A table from places in a vector of strings to its elements."""
    from penstock.ops.arrays import size
    from penstock.ops.casts import cast
    from penstock.ops.ranges import range as tf_range

    vocabulary_list = mapping if vocabulary_list is None else vocabulary_list
    if vocabulary_list is None:
        raise ValueError("vocabulary_list must be specified.")
    with name_scope(name, "index_to_string"):
        values = convert_to_tensor(vocabulary_list, dtypes.string)
        keys = cast(tf_range(size(values)), dtypes.int64)
        initializer = KeyValueTensorInitializer(
            keys, values, dtypes.int64, dtypes.string, name="table_init"
        )
        return StaticHashTable(initializer, default_value)


class TableSaveable(SaveableObject):
    """How a table is saved and restored.

    Args:
        table: the table.
        name: what its tensors are called, but for ``-keys`` and ``-values``.
    """

    def __init__(self, table: MutableHashTable, name: str) -> None:
        keys, values = table.export()
        specs = [SaveSpec(keys, "", f"{name}-keys"), SaveSpec(values, "", f"{name}-values")]
        super().__init__(table, specs, name)

    def restore(self, restored_tensors: Any, restored_shapes: Any) -> Any:
        """Gives the table the contents that were saved."""
        handle = self.op.resource_handle
        with name_scope(f"{self.name}_table_restore"), colocate_with(handle):
            return apply("LookupTableImportV2", handle, *restored_tensors)


# -- tables that change ---------------------------------------------------------------------------
class MutableHashTable(LookupInterface):
    """A table that grows.

    Args:
        key_dtype: the type of the keys.
        value_dtype: the type of the values.
        default_value: the value of keys that aren't there; values have its shape.
        name: the name of the operation.
        checkpoint: whether checkpoints hold its contents, as the tensors ``NAME-keys`` and
            ``NAME-values``.
        shared_name: the name under which operations of one session share it.
    """

    _prefix = "lookup_table"

    def __init__(
        self,
        key_dtype: Any,
        value_dtype: Any,
        default_value: Any,
        name: str = "MutableHashTable",
        checkpoint: bool = True,
        shared_name: str | None = None,
    ) -> None:
        super().__init__(key_dtype, value_dtype)
        self._default_value = convert_to_tensor(default_value, dtype=self._value_dtype)
        common: dict[str, Any] = {
            "shared_name": shared_name,
            "use_node_name_sharing": checkpoint and shared_name is None,
            "key_dtype": self._key_dtype,
            "value_dtype": self._value_dtype,
            "name": name,
        }
        if self._default_value.shape.ndims == 0:
            self._handle = apply("MutableHashTableV2", **common)
        else:
            self._handle = apply(
                "MutableHashTableOfTensorsV2", value_shape=self._default_value.shape, **common
            )
        self._table_name = self._handle.op.name.split("/")[-1]
        self._save_with_graph(checkpoint)

    def _save_with_graph(self, checkpoint: bool) -> None:
        if checkpoint:
            saveable = TableSaveable(self, self._table_name)
            add_to_collection(GraphKeys.SAVEABLE_OBJECTS, saveable)

    def _checkpoint_saveables(self) -> dict[str, Any]:
        return {"table": lambda key: TableSaveable(self, key)}

    @property
    def name(self) -> str:
        """The name of the table."""
        return self._table_name

    def size(self, name: str | None = None) -> Tensor:
        """The number of entries, ``int64``."""
        with name_scope(name, f"{self.name}_Size", [self._handle]):
            with colocate_with(self._handle):
                return apply("LookupTableSizeV2", self._handle)

    def lookup(self, keys: Any, name: str | None = None) -> Tensor:
        """The values of keys."""
        values = [self._handle, keys, self._default_value]
        with name_scope(name, f"{self.name}_{self._prefix}_find", values):
            keys = convert_to_tensor(keys, dtype=self._key_dtype, name="keys")
            with colocate_with(self._handle):
                found = apply("LookupTableFindV2", self._handle, keys, self._default_value)
        if keys.shape.ndims is not None:
            found.set_shape(keys.shape.concatenate(self._default_value.shape))
        return found

    def insert(self, keys: Any, values: Any, name: str | None = None) -> Any:
        """An operation that adds or replaces entries."""
        with name_scope(name, f"{self.name}_{self._prefix}_insert", [self._handle, keys, values]):
            keys = convert_to_tensor(keys, self._key_dtype, name="keys")
            values = convert_to_tensor(values, self._value_dtype, name="values")
            with colocate_with(self._handle):
                return apply("LookupTableInsertV2", self._handle, keys, values)

    def remove(self, keys: Any, name: str | None = None) -> Any:
        """An operation that takes entries away."""
        keys = convert_to_tensor(keys, dtype=self._key_dtype)
        values = [self._handle, keys, self._default_value]
        with name_scope(name, f"{self.name}_{self._prefix}_remove", values):
            return apply("LookupTableRemoveV2", self._handle, keys)

    def export(self, name: str | None = None) -> tuple[Tensor, Tensor]:
        """All keys and values."""
        with name_scope(name, f"{self.name}_{self._prefix}_export_values", [self._handle]):
            with colocate_with(self._handle):
                return tuple(
                    apply(
                        "LookupTableExportV2",
                        self._handle,
                        Tkeys=self._key_dtype,
                        Tvalues=self._value_dtype,
                    )
                )


class MutableDenseHashTable(MutableHashTable):
    """A table that grows, with a key that marks empty places.

    Args:
        key_dtype: the type of the keys.
        value_dtype: the type of the values.
        default_value: the value of keys that aren't there.
        empty_key: a key that is never used.
        deleted_key: another one.
        initial_num_buckets: kept in the graph.
        shared_name: the name under which operations of one session share it.
        name: the name of the operation.
        checkpoint: whether checkpoints hold its contents: ``NAME-keys`` and ``NAME-values`` are
            all its buckets, empty ones included.
    """

    def __init__(
        self,
        key_dtype: Any,
        value_dtype: Any,
        default_value: Any,
        empty_key: Any,
        deleted_key: Any = None,
        initial_num_buckets: int | None = None,
        shared_name: str | None = None,
        name: str = "MutableDenseHashTable",
        checkpoint: bool = True,
    ) -> None:
        LookupInterface.__init__(self, key_dtype, value_dtype)
        self._default_value = convert_to_tensor(
            default_value, dtype=self._value_dtype, name="default_value"
        )
        empty = convert_to_tensor(empty_key, dtype=self._key_dtype, name="empty_key")
        deleted = convert_to_tensor(
            empty_key if deleted_key is None else deleted_key,
            dtype=self._key_dtype,
            name="deleted_key",
        )
        self._handle = apply(
            "MutableDenseHashTableV2",
            empty,
            deleted,
            shared_name=shared_name,
            use_node_name_sharing=checkpoint and shared_name is None,
            value_dtype=self._value_dtype,
            value_shape=self._default_value.shape,
            initial_num_buckets=initial_num_buckets,
            name=name,
        )
        self._table_name = self._handle.op.name.split("/")[-1]
        self._save_with_graph(checkpoint)

    insert_or_assign = MutableHashTable.insert
    erase = MutableHashTable.remove


DenseHashTable = MutableDenseHashTable
