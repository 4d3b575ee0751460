"""``tf.feature_column``: how features become the inputs of a model."""

from __future__ import annotations

import collections
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from penstock.graph import dtypes
from penstock.graph.composite import SparseTensor
from penstock.graph.convert import convert_to_tensor
from penstock.graph.dtypes import as_dtype
from penstock.graph.tensor import Tensor
from penstock.nn.embedding import safe_embedding_lookup_sparse
from penstock.ops.arrays import expand_dims, reshape
from penstock.ops.arrays import shape as shape_of
from penstock.ops.casts import cast, to_float, to_int64
from penstock.ops.comparisons import logical_or, not_equal
from penstock.ops.examples import FixedLenFeature, VarLenFeature
from penstock.ops.fills import fill
from penstock.ops.gathers import gather_nd
from penstock.ops.initializers import TruncatedNormal, Zeros
from penstock.ops.joining import concat, stack
from penstock.ops.matrices import matmul
from penstock.ops.nn_bias import bias_add
from penstock.ops.ranges import range as range_of
from penstock.ops.reductions import reduce_sum
from penstock.ops.segments import unsorted_segment_sum
from penstock.ops.selecting import one_hot, where
from penstock.ops.string_hashes import string_to_hash_bucket_fast
from penstock.ops.string_numbers import as_string
from penstock.ops.sums import add_n
from penstock.ops.variable_scope import get_variable, variable_scope


class Features:
    """Features by name, and what columns have made of them."""

    def __init__(self, features: dict[str, Any]) -> None:
        self._features = features
        self._made: dict[Any, Any] = {}

    def get(self, key: Any) -> Any:
        """A feature by name, or what a column makes of them."""
        if key in self._made:
            return self._made[key]
        if isinstance(key, str):
            if key not in self._features:
                raise ValueError(f"Feature {key} is not in features dictionary.")
            made = self._column(key)
        else:
            made = key.transformed(self)
        self._made[key] = made
        return made

    def _column(self, key: str) -> Any:
        value = self._features[key]
        if isinstance(value, SparseTensor):
            return value
        value = convert_to_tensor(value)
        if value.get_shape().ndims is None:
            raise ValueError(f"Feature {key} has undefined rank.")
        if value.get_shape().ndims == 0:
            raise ValueError(f"Feature (key: {key}) cannot have rank 0. Given: {value}")
        return expand_dims(value, -1) if value.get_shape().ndims == 1 else value


def _as_sparse(value: Any) -> SparseTensor:
    """Entries of a tensor that aren't missing (``""`` or -1)."""
    if isinstance(value, SparseTensor):
        return value
    missing = "" if value.dtype == dtypes.string else -1
    places = where(not_equal(value, convert_to_tensor(missing, dtype=value.dtype)))
    return SparseTensor(places, gather_nd(value, places), to_int64(shape_of(value)))


class NumericColumn(
    collections.namedtuple(
        "NumericColumn", ["key", "shape", "default_value", "dtype", "normalizer_fn"]
    )
):
    """Numbers as they are."""

    @property
    def name(self) -> str:
        """The feature's name."""
        return self.key

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        """How to parse the feature."""
        return {self.key: FixedLenFeature(self.shape, self.dtype, self.default_value)}

    @property
    def size(self) -> int:
        """How many numbers there are."""
        return int(np.prod(self.shape))

    def transformed(self, features: Features) -> Any:
        """The numbers."""
        value = features.get(self.key)
        if isinstance(value, SparseTensor):
            raise ValueError(f"The corresponding Tensor of numerical column must be a Tensor. "
                             f"SparseTensor is not supported. key: {self.key}")  # fmt: skip
        if self.normalizer_fn is not None:
            value = self.normalizer_fn(value)
        return to_float(value)

    def dense(self, features: Features, trainable: bool) -> Tensor:
        """``[batch, size]``."""
        return reshape(features.get(self), [-1, self.size])


class BucketizedColumn(collections.namedtuple("BucketizedColumn", ["source_column", "boundaries"])):
    """Which interval a number lies in."""

    @property
    def name(self) -> str:
        """The feature's name with ``_bucketized``."""
        return f"{self.source_column.name}_bucketized"

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        """How to parse the feature."""
        return self.source_column.parse_example_spec

    @property
    def buckets(self) -> int:
        """How many intervals there are."""
        return len(self.boundaries) + 1

    @property
    def size(self) -> int:
        """The size of the one-hot vectors."""
        return self.buckets * self.source_column.size

    def transformed(self, features: Features) -> Any:
        """The intervals' numbers."""
        value = features.get(self.source_column)
        edges = convert_to_tensor(np.asarray(self.boundaries, np.float32))
        return reduce_sum(cast(expand_dims(value, -1) >= edges, dtypes.int32), -1)

    def dense(self, features: Features, trainable: bool) -> Tensor:
        """``[batch, size]``."""
        return reshape(one_hot(features.get(self), self.buckets), [-1, self.size])

    @property
    def num_buckets(self) -> int:
        """How many ids there are."""
        return self.size

    def ids(self, features: Features) -> SparseTensor:
        """The intervals as ids, different for each number of a feature."""
        value = features.get(self)
        count = self.source_column.size
        flat = reshape(value, [-1, count])
        flat = flat + np.arange(count, dtype=np.int32) * self.buckets
        return _as_sparse(to_int64(flat))


class _Categorical:
    """What columns of categories share."""

    @property
    def name(self) -> str:
        """The feature's name."""
        return self.key  # type: ignore[attr-defined]

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        """How to parse the feature."""
        return {self.key: VarLenFeature(self.dtype)}  # type: ignore[attr-defined]

    def transformed(self, features: Features) -> Any:
        """The categories' numbers."""
        return self.ids_of(_as_sparse(features.get(self.key)))  # type: ignore[attr-defined]

    def ids(self, features: Features) -> SparseTensor:
        """The categories' numbers."""
        return features.get(self)


class VocabularyListCategoricalColumn(
    _Categorical,
    collections.namedtuple(
        "VocabularyListCategoricalColumn",
        ["key", "vocabulary_list", "dtype", "default_value", "num_oov_buckets"],
    ),
):
    """Categories by their places in a list."""

    @property
    def num_buckets(self) -> int:
        """How many ids there are."""
        return len(self.vocabulary_list) + self.num_oov_buckets

    def ids_of(self, value: SparseTensor) -> SparseTensor:
        """The places of values in the list."""
        from penstock.ops.lookup import index_table_from_tensor

        kind = self.dtype
        if kind.is_integer:
            value = SparseTensor(value.indices, to_int64(value.values), value.dense_shape)
            kind = dtypes.int64
        table = index_table_from_tensor(
            convert_to_tensor(list(self.vocabulary_list), dtype=kind),
            default_value=self.default_value,
            num_oov_buckets=self.num_oov_buckets,
            dtype=kind,
            name=f"{self.key}_lookup",
        )
        return table.lookup(value)


class VocabularyFileCategoricalColumn(
    _Categorical,
    collections.namedtuple(
        "VocabularyFileCategoricalColumn",
        ["key", "vocabulary_file", "vocabulary_size", "num_oov_buckets", "dtype", "default_value"],
    ),
):
    """Categories by the lines of a file."""

    @property
    def num_buckets(self) -> int:
        """How many ids there are."""
        return self.vocabulary_size + self.num_oov_buckets

    def ids_of(self, value: SparseTensor) -> SparseTensor:
        """The lines of values in the file."""
        from penstock.ops.lookup import index_table_from_file

        table = index_table_from_file(
            self.vocabulary_file,
            num_oov_buckets=self.num_oov_buckets,
            vocab_size=self.vocabulary_size,
            default_value=self.default_value,
            key_dtype=dtypes.int64 if self.dtype.is_integer else self.dtype,
            name=f"{self.key}_lookup",
        )
        if self.dtype.is_integer:
            value = SparseTensor(value.indices, to_int64(value.values), value.dense_shape)
        return table.lookup(value)


class IdentityCategoricalColumn(
    _Categorical,
    collections.namedtuple("IdentityCategoricalColumn", ["key", "number_buckets", "default_value"]),
):
    """Categories that are numbers already."""

    dtype = dtypes.int64

    @property
    def num_buckets(self) -> int:
        """How many ids there are."""
        return self.number_buckets

    def ids_of(self, value: SparseTensor) -> SparseTensor:
        """The numbers; those out of range become ``default_value``."""
        numbers = to_int64(value.values)
        if self.default_value is not None:
            wrong = logical_or(numbers < np.int64(0), numbers >= np.int64(self.number_buckets))
            default = fill(shape_of(numbers), np.int64(self.default_value))
            numbers = where(wrong, default, numbers)
        return SparseTensor(value.indices, numbers, value.dense_shape)


class HashedCategoricalColumn(
    _Categorical,
    collections.namedtuple("HashedCategoricalColumn", ["key", "hash_bucket_size", "dtype"]),
):
    """Categories by a hash of their values."""

    @property
    def num_buckets(self) -> int:
        """How many ids there are."""
        return self.hash_bucket_size

    def ids_of(self, value: SparseTensor) -> SparseTensor:
        """The hashes."""
        texts = value.values if self.dtype == dtypes.string else as_string(value.values)
        ids = string_to_hash_bucket_fast(texts, self.hash_bucket_size, name="lookup")
        return SparseTensor(value.indices, ids, value.dense_shape)


class IndicatorColumn(collections.namedtuple("IndicatorColumn", ["categorical_column"])):
    """Categories as vectors that count them."""

    @property
    def name(self) -> str:
        """The column's name with ``_indicator``."""
        return f"{self.categorical_column.name}_indicator"

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        """How to parse the feature."""
        return self.categorical_column.parse_example_spec

    @property
    def size(self) -> int:
        """The size of a vector."""
        return self.categorical_column.num_buckets

    def transformed(self, features: Features) -> Tensor:
        """``[batch, size]``."""
        ids = self.categorical_column.ids(features)
        rows = one_hot(ids.values, self.size, 1.0, 0.0)
        weights = weights_of(self.categorical_column, features)
        if weights is not None:
            rows = rows * expand_dims(weights.values, 1)
        return _counted(ids, rows, self.size)

    def dense(self, features: Features, trainable: bool) -> Tensor:
        """``[batch, size]``."""
        return features.get(self)


def weights_of(column: Any, features: Features) -> SparseTensor | None:
    """The weights of a column's categories, or ``None`` if all count the same."""
    weights = getattr(column, "weights", None)
    return None if weights is None else weights(features)


def load_embedding(column: Any, variable: Any) -> None:
    """Lets a column's variable start with values of a checkpoint, if the column says so."""
    if column.ckpt_to_load_from is not None:
        from penstock.checkpoint.initialization import init_from_checkpoint

        init_from_checkpoint(column.ckpt_to_load_from, {column.tensor_name_in_ckpt: variable})


def _counted(ids: SparseTensor, rows: Tensor, size: int) -> Tensor:
    """Sums rows by the examples that the ids belong to."""
    batch = cast(ids.dense_shape[0], dtypes.int32)
    # A row of zeros for each example, so that none is missing.
    zeros = fill(stack([batch, size]), 0.0)
    order = concat([to_int64(range_of(batch)), ids.indices[:, 0]], 0)

    return unsorted_segment_sum(concat([zeros, rows], 0), order, batch)


class EmbeddingColumn(
    collections.namedtuple(
        "EmbeddingColumn",
        [
            "categorical_column",
            "dimension",
            "combiner",
            "initializer",
            "ckpt_to_load_from",
            "tensor_name_in_ckpt",
            "max_norm",
            "trainable",
        ],
    )
):
    """Categories as vectors that are learned."""

    @property
    def name(self) -> str:
        """The column's name with ``_embedding``."""
        return f"{self.categorical_column.name}_embedding"

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        """How to parse the feature."""
        return self.categorical_column.parse_example_spec

    @property
    def size(self) -> int:
        """The size of a vector."""
        return self.dimension

    def dense(self, features: Features, trainable: bool) -> Tensor:
        """``[batch, dimension]``."""
        weights = get_variable(
            "embedding_weights",
            [self.categorical_column.num_buckets, self.dimension],
            dtype=dtypes.float32,
            initializer=self.initializer,
            trainable=self.trainable and trainable,
        )
        load_embedding(self, weights)
        return safe_embedding_lookup_sparse(
            weights,
            self.categorical_column.ids(features),
            sparse_weights=weights_of(self.categorical_column, features),
            combiner=self.combiner,
            name=f"{self.name}_weights",
            max_norm=self.max_norm,
        )


# -- making columns -------------------------------------------------------------------------------
def numeric_column(
    key: str,
    shape: Any = (1,),
    default_value: Any = None,
    dtype: Any = dtypes.float32,
    normalizer_fn: Callable[[Any], Any] | None = None,
) -> NumericColumn:
    """Numbers as they are.

    Args:
        key: the feature's name. shape: the shape of an example's numbers.
        default_value: for examples without the feature. dtype: the numbers' type.
        normalizer_fn: applied to the numbers.

    Raises:
        TypeError: for a shape or a function that is none.
        ValueError: for a type that isn't integer or floating.
    """
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    for size in shape:
        if not isinstance(size, (int, np.integer)):
            raise TypeError(f"shape dimensions must be integer. shape: {shape}")
        if size < 1:
            raise ValueError(f"shape dimensions must be greater than 0. shape: {shape}")
    dtype = as_dtype(dtype)
    if not (dtype.is_integer or dtype.is_floating):
        raise ValueError(f"dtype must be convertible to float. dtype: {dtype}, key: {key}")
    if normalizer_fn is not None and not callable(normalizer_fn):
        raise TypeError(f"normalizer_fn must be a callable. Given: {normalizer_fn}")
    return NumericColumn(key, shape, default_value, dtype, normalizer_fn)


def bucketized_column(source_column: Any, boundaries: Sequence[float]) -> BucketizedColumn:
    """Which interval a number lies in.

    Args:
        source_column: a ``numeric_column``. boundaries: the intervals' borders, sorted.

    Raises:
        ValueError: for another column, or borders that aren't sorted.
    """
    if not isinstance(source_column, NumericColumn):
        raise ValueError(
            "source_column must be a column generated with numeric_column(). Given: "
            f"{source_column}"
        )
    if len(source_column.shape) > 1:
        raise ValueError(f"source_column must be one-dimensional column. Given: {source_column}")
    if not boundaries:
        raise ValueError("boundaries must not be empty.")
    if any(a >= b for a, b in zip(boundaries, boundaries[1:], strict=False)):
        raise ValueError("boundaries must be a sorted list.")
    return BucketizedColumn(source_column, tuple(boundaries))


def categorical_column_with_vocabulary_list(
    key: str,
    vocabulary_list: Sequence[Any],
    dtype: Any = None,
    default_value: int = -1,
    num_oov_buckets: int = 0,
) -> VocabularyListCategoricalColumn:
    """Categories by their places in a list.

    Args:
        key: the feature's name. vocabulary_list: the values. dtype: their type.
        default_value: the id of other values. num_oov_buckets: how many ids other values share.

    Raises:
        ValueError: for an empty list, values that repeat, or both ways to treat other values.
    """
    if vocabulary_list is None or len(vocabulary_list) < 1:
        raise ValueError(f"vocabulary_list {vocabulary_list!r} must be non-empty, column_name: "
                         f"{key}")  # fmt: skip
    if len(set(vocabulary_list)) != len(vocabulary_list):
        raise ValueError(f"Duplicate keys in vocabulary_list {vocabulary_list!r}, column_name: "
                         f"{key}")  # fmt: skip
    found = np.asarray(vocabulary_list).dtype
    own = dtypes.string if found.kind in "US" else as_dtype(found)
    if num_oov_buckets and default_value != -1:
        raise ValueError(f"Can't specify both num_oov_buckets and default_value in {key}.")
    kind = own if dtype is None else as_dtype(dtype)
    return VocabularyListCategoricalColumn(
        key, tuple(vocabulary_list), kind, default_value, num_oov_buckets
    )


def categorical_column_with_vocabulary_file(
    key: str,
    vocabulary_file: str,
    vocabulary_size: int | None = None,
    num_oov_buckets: int = 0,
    default_value: int | None = None,
    dtype: Any = dtypes.string,
) -> VocabularyFileCategoricalColumn:
    """Categories by the lines of a file.

    Args:
        key: the feature's name. vocabulary_file: the file.
        vocabulary_size: how many lines to use; all of them by default.
        num_oov_buckets: how many ids other values share. default_value: the id of other values.
        dtype: the values' type.

    Raises:
        ValueError: without a file, or for both ways to treat other values.
    """
    if not vocabulary_file:
        raise ValueError(f"Missing vocabulary_file in {key}.")
    if vocabulary_size is None:
        with open(vocabulary_file, "rb") as lines:
            vocabulary_size = sum(1 for _ in lines)
    if num_oov_buckets and default_value is not None:
        raise ValueError(f"Can't specify both num_oov_buckets and default_value in {key}.")
    default = -1 if default_value is None else default_value
    return VocabularyFileCategoricalColumn(
        key, vocabulary_file, vocabulary_size, num_oov_buckets, as_dtype(dtype), default
    )


def categorical_column_with_identity(
    key: str, num_buckets: int, default_value: int | None = None
) -> IdentityCategoricalColumn:
    """Categories that are numbers from 0 to ``num_buckets``.

    Args:
        key: the feature's name. num_buckets: how many there are.
        default_value: what other numbers become.

    Raises:
        ValueError: when a number is out of range.
    """
    if num_buckets < 1:
        raise ValueError(f"num_buckets {num_buckets} < 1, column_name {key}")
    if default_value is not None and not 0 <= default_value < num_buckets:
        raise ValueError(f"default_value {default_value} not in range [0, {num_buckets}), "
                         f"column_name {key}")  # fmt: skip
    return IdentityCategoricalColumn(key, num_buckets, default_value)


def categorical_column_with_hash_bucket(
    key: str, hash_bucket_size: int, dtype: Any = dtypes.string
) -> HashedCategoricalColumn:
    """Categories by a hash of their values.

    Args:
        key: the feature's name. hash_bucket_size: how many ids there are.
        dtype: the values' type, text or whole numbers.

    Raises:
        ValueError: when there is no id, or for another type.
    """
    if hash_bucket_size is None or hash_bucket_size < 1:
        raise ValueError(f"hash_bucket_size must be at least 1. hash_bucket_size: "
                         f"{hash_bucket_size}, key: {key}")  # fmt: skip
    kind = as_dtype(dtype)
    if not (kind == dtypes.string or kind.is_integer):
        raise ValueError(f"dtype must be string or integer. dtype: {kind}, column_name: {key}")
    return HashedCategoricalColumn(key, hash_bucket_size, kind)


def indicator_column(categorical_column: Any) -> IndicatorColumn:
    """Categories as vectors that count them."""
    return IndicatorColumn(categorical_column)


def embedding_column(
    categorical_column: Any,
    dimension: int,
    combiner: str = "mean",
    initializer: Any = None,
    ckpt_to_load_from: str | None = None,
    tensor_name_in_ckpt: str | None = None,
    max_norm: float | None = None,
    trainable: bool = True,
) -> EmbeddingColumn:
    """Categories as vectors that are learned.

    Args:
        categorical_column: the column. dimension: the size of a vector.
        combiner: ``"mean"``, ``"sum"`` or ``"sqrtn"`` of an example's vectors.
        initializer: for the vectors; a truncated normal by default.
        ckpt_to_load_from: a checkpoint with the vectors. tensor_name_in_ckpt: their name there.
        max_norm: the largest length of a vector. trainable: whether they are trained.

    Raises:
        ValueError: when ``dimension`` isn't positive or the initializer is no function.
    """
    if dimension is None or dimension < 1:
        raise ValueError(f"Invalid dimension {dimension}.")
    if initializer is not None and not callable(initializer):
        raise ValueError(f"initializer must be callable if specified. Embedding of column_name: "
                         f"{categorical_column.name}")  # fmt: skip
    if initializer is None:
        initializer = TruncatedNormal(mean=0.0, stddev=1 / math.sqrt(dimension))
    if (ckpt_to_load_from is None) != (tensor_name_in_ckpt is None):
        raise ValueError("Must specify both `ckpt_to_load_from` and `tensor_name_in_ckpt` or none "
                         "of them.")  # fmt: skip
    return EmbeddingColumn(
        categorical_column, dimension, combiner, initializer, ckpt_to_load_from,
        tensor_name_in_ckpt, max_norm, trainable,
    )  # fmt: skip


# -- using columns --------------------------------------------------------------------------------
def sorted_columns(columns: Any) -> list[Any]:
    """Columns in the order of their names; no name may come twice."""
    found = list(columns) if isinstance(columns, Iterable) and not hasattr(columns, "name") \
        else [columns]  # fmt: skip
    names: dict[str, Any] = {}
    for column in found:
        if column.name in names:
            raise ValueError(
                "Duplicate feature column name found for columns: "
                f"{column} and {names[column.name]}. This usually means that these columns refer "
                "to same base feature. Either one must be discarded or a duplicated but renamed "
                "item must be inserted in features dict."
            )
        names[column.name] = column
    if not found:
        raise ValueError("feature_columns must not be empty.")
    return sorted(found, key=lambda column: column.name)


def input_layer(
    features: dict[str, Any],
    feature_columns: Any,
    weight_collections: Any = None,
    trainable: bool = True,
    cols_to_vars: Any = None,
    cols_to_output_tensors: Any = None,
) -> Tensor:
    """The values of columns, side by side, in the order of their names.

    Args:
        features: tensors by name. feature_columns: dense columns.
        weight_collections: not used. trainable: whether embeddings are trained.
        cols_to_vars: a dictionary that gets the columns' variables.
        cols_to_output_tensors: a dictionary that gets the columns' tensors.

    Returns:
        ``[batch, n]``.

    Raises:
        ValueError: for columns without dense values, or names that repeat.
    """
    columns = sorted_columns(feature_columns)
    for column in columns:
        if not hasattr(column, "dense"):
            raise ValueError(
                "Items of feature_columns must be a _DenseColumn. You can wrap a categorical "
                f"column with an embedding_column or indicator_column. Given: {column}"
            )
    made = Features(features)
    with variable_scope(None, default_name="input_layer", values=list(features.values())):
        outputs = []
        for column in columns:
            with variable_scope(None, default_name=getattr(column, "scope_name", column.name)):
                tensor = column.dense(made, trainable)
                output = reshape(tensor, [-1, column.size])
                outputs.append(output)
                if cols_to_vars is not None:
                    from penstock.graph.collections import GraphKeys
                    from penstock.graph.scopes import get_collection
                    from penstock.ops.variable_scope import get_variable_scope

                    cols_to_vars[column] = get_collection(
                        GraphKeys.GLOBAL_VARIABLES, scope=get_variable_scope().name
                    )
                if cols_to_output_tensors is not None:
                    cols_to_output_tensors[column] = output
        return concat(outputs, 1)


def linear_model(
    features: dict[str, Any],
    feature_columns: Any,
    units: int = 1,
    sparse_combiner: str = "sum",
    weight_collections: Any = None,
    trainable: bool = True,
    cols_to_vars: Any = None,
) -> Tensor:
    """A weighted sum of columns and a bias.

    Args:
        features: tensors by name. feature_columns: dense columns and categories.
        units: the size of the output. sparse_combiner: ``"sum"``, ``"mean"`` or ``"sqrtn"``.
        weight_collections: not used. trainable: whether the weights are trained.
        cols_to_vars: a dictionary that gets the columns' variables.

    Returns:
        ``[batch, units]``.
    """
    columns = sorted_columns(feature_columns)
    for column in columns:
        if not hasattr(column, "ids") and not hasattr(column, "dense"):
            raise ValueError(
                "Items of feature_columns must be either a _DenseColumn or _CategoricalColumn. "
                f"Given: {column}"
            )
    made = Features(features)
    with variable_scope(None, default_name="linear_model"):
        sums = []
        for column in columns:
            with variable_scope(None, default_name=getattr(column, "scope_name", column.name)):
                is_sparse = hasattr(column, "ids")
                count = column.num_buckets if is_sparse else column.size
                weights = get_variable(
                    "weights", [count, units], initializer=Zeros(), trainable=trainable
                )
                if is_sparse:
                    total = safe_embedding_lookup_sparse(
                        weights,
                        column.ids(made),
                        sparse_weights=weights_of(column, made),
                        combiner=sparse_combiner,
                        name="weighted_sum",
                    )
                else:
                    dense = reshape(column.dense(made, trainable), [-1, count])
                    total = matmul(dense, weights, name="weighted_sum")
                sums.append(total)
                if cols_to_vars is not None:
                    cols_to_vars[column] = [weights]
        bias = get_variable("bias_weights", [units], initializer=Zeros(), trainable=trainable)
        if cols_to_vars is not None:
            cols_to_vars["bias"] = [bias]
        return bias_add(add_n(sums, name="weighted_sum_no_bias"), bias, name="weighted_sum")


def make_parse_example_spec(feature_columns: Iterable[Any]) -> dict[str, Any]:
    """How to parse the features of columns with ``tf.parse_example``."""
    found: dict[str, Any] = {}
    for column in feature_columns:
        for key, value in column.parse_example_spec.items():
            if key in found and found[key] != value:
                raise ValueError(
                    f"feature_columns contain different parse_spec for key {key}. Given {value} "
                    f"and {found[key]}"
                )
            found[key] = value
    return found
