"""Columns made of columns: crosses, weights, and vectors that columns share."""

from __future__ import annotations

import collections
import math
from typing import Any

from penstock.estimator.feature_columns import HashedCategoricalColumn, load_embedding, weights_of
from penstock.graph import dtypes
from penstock.graph.composite import SparseTensor
from penstock.graph.convert import convert_to_tensor
from penstock.graph.defaults import get_default_graph
from penstock.graph.dtypes import as_dtype
from penstock.graph.tensor import Tensor
from penstock.nn.embedding import safe_embedding_lookup_sparse
from penstock.ops.arrays import shape as shape_of
from penstock.ops.casts import to_float, to_int64
from penstock.ops.comparisons import not_equal
from penstock.ops.examples import VarLenFeature
from penstock.ops.gathers import gather_nd
from penstock.ops.initializers import TruncatedNormal
from penstock.ops.selecting import where
from penstock.ops.sparse_cross import sparse_cross_hashed
from penstock.ops.variable_scope import get_variable


class CrossedColumn(
    collections.namedtuple("CrossedColumn", ["keys", "hash_bucket_size", "hash_key"])
):
    """Categories that are combinations of others."""

    @property
    def name(self) -> str:
        """The features' names, sorted and joined."""
        names = []
        for key in _leaves(self):
            names.append(key if isinstance(key, str) else key.name)
        return "_X_".join(sorted(names))

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        """How to parse the features."""
        found: dict[str, Any] = {}
        for key in self.keys:
            if isinstance(key, str):
                found[key] = VarLenFeature(dtypes.string)
            else:
                found.update(key.parse_example_spec)
        return found

    @property
    def num_buckets(self) -> int:
        """How many ids there are."""
        return self.hash_bucket_size

    def transformed(self, features: Any) -> SparseTensor:
        """The combinations' hashes."""
        inputs = []
        for key in _leaves(self):
            if isinstance(key, str):
                inputs.append(features.get(key))
            elif getattr(key, "weights", None) is not None:
                raise ValueError(
                    f"crossed_column does not support weight_tensor, but the given column "
                    f"populates weight_tensor. Given column: {key.name}"
                )
            else:
                inputs.append(key.ids(features))
        return sparse_cross_hashed(inputs, self.hash_bucket_size, self.hash_key)

    def ids(self, features: Any) -> SparseTensor:
        """The combinations' hashes."""
        return features.get(self)


def _leaves(column: Any) -> list[Any]:
    if not isinstance(column, CrossedColumn):
        return [column]
    return [leaf for key in column.keys for leaf in _leaves(key)]


class WeightedCategoricalColumn(
    collections.namedtuple(
        "WeightedCategoricalColumn", ["categorical_column", "weight_feature_key", "dtype"]
    )
):
    """Categories that count by the weights in another feature."""

    @property
    def name(self) -> str:
        """The names of categories and weights."""
        return f"{self.categorical_column.name}_weighted_by_{self.weight_feature_key}"

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        """How to parse both features."""
        found = dict(self.categorical_column.parse_example_spec)
        if self.weight_feature_key in found:
            raise ValueError(
                f"Parse config {found[self.weight_feature_key]} already exists for "
                f"{self.weight_feature_key}."
            )
        found[self.weight_feature_key] = VarLenFeature(self.dtype)
        return found

    @property
    def num_buckets(self) -> int:
        """How many ids there are."""
        return self.categorical_column.num_buckets

    def ids(self, features: Any) -> SparseTensor:
        """The categories' numbers."""
        return self.categorical_column.ids(features)

    def weights(self, features: Any) -> SparseTensor:
        """The categories' weights."""
        value = features.get(self.weight_feature_key)
        if value.dtype != self.dtype:
            raise ValueError(f"Bad dtype, expected {self.dtype}, but got {value.dtype}.")
        if not isinstance(value, SparseTensor):
            places = where(not_equal(value, convert_to_tensor(0, dtype=value.dtype)))
            value = SparseTensor(places, gather_nd(value, places), to_int64(shape_of(value)))
        return SparseTensor(value.indices, to_float(value.values), value.dense_shape)


class SharedEmbeddingColumn(
    collections.namedtuple(
        "_SharedEmbeddingColumn",
        ["categorical_column", "dimension", "combiner", "initializer",
         "shared_embedding_collection_name", "ckpt_to_load_from", "tensor_name_in_ckpt",
         "max_norm", "trainable"],
    )
):  # fmt: skip
    """Categories as vectors that several columns share."""

    def __repr__(self) -> str:
        return "_" + super().__repr__()

    @property
    def name(self) -> str:
        """The column's name with ``_shared_embedding``."""
        return f"{self.categorical_column.name}_shared_embedding"

    @property
    def scope_name(self) -> str:
        """The name of the scope of the shared variable."""
        return self.shared_embedding_collection_name

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        """How to parse the feature."""
        return self.categorical_column.parse_example_spec

    @property
    def size(self) -> int:
        """The size of a vector."""
        return self.dimension

    def _variable(self, trainable: bool) -> Any:
        collection = get_default_graph().get_collection_ref(self.shared_embedding_collection_name)
        wanted = [self.categorical_column.num_buckets, self.dimension]
        if len(collection) > 1:
            raise ValueError(
                f"Collection {self.shared_embedding_collection_name} can only contain one "
                f"variable. Suggested fix A: Choose a unique name for this collection. "
                f"Suggested fix B: Do not add any variables to this collection. Collection "
                f"contents: {collection}"
            )
        if collection:
            if collection[0].get_shape().as_list() != wanted:
                raise ValueError(
                    f"Shared embedding collection {self.shared_embedding_collection_name} "
                    f"contains variable {collection[0].name} of unexpected shape "
                    f"{collection[0].get_shape()}. Expected shape is {tuple(wanted)}."
                )
            return collection[0]
        weights = get_variable(
            "embedding_weights",
            wanted,
            dtype=dtypes.float32,
            initializer=self.initializer,
            trainable=self.trainable and trainable,
        )
        collection.append(weights)
        load_embedding(self, weights)
        return weights

    def dense(self, features: Any, trainable: bool) -> Tensor:
        """``[batch, dimension]``."""
        return safe_embedding_lookup_sparse(
            self._variable(trainable),
            self.categorical_column.ids(features),
            sparse_weights=weights_of(self.categorical_column, features),
            combiner=self.combiner,
            name=f"{self.name}_weights",
            max_norm=self.max_norm,
        )


def crossed_column(keys: Any, hash_bucket_size: int, hash_key: int | None = None) -> CrossedColumn:
    """Categories that are combinations of others.

    Args:
        keys: names of features and columns of categories, two at least.
        hash_bucket_size: how many ids there are. hash_key: the key of the hash.

    Raises:
        ValueError: for fewer keys, keys of another kind, or no ids.
    """
    if not hash_bucket_size or hash_bucket_size < 1:
        raise ValueError(f"hash_bucket_size must be > 1. hash_bucket_size: {hash_bucket_size}")
    if not keys or len(keys) < 2:
        raise ValueError(f"keys must be a list with length > 1. Given: {keys}")
    for key in keys:
        if not isinstance(key, str) and not hasattr(key, "ids"):
            raise ValueError(
                f"Unsupported key type. All keys must be either string, or categorical column "
                f"except HashedCategoricalColumn. Given: {key}"
            )
        if isinstance(key, HashedCategoricalColumn):
            raise ValueError(
                "categorical_column_with_hash_bucket is not supported for crossing. Hashing "
                "before crossing will increase probability of collision. Instead, use the feature "
                f"name as a string. Given: {key}"
            )
    return CrossedColumn(tuple(keys), hash_bucket_size, hash_key)


def weighted_categorical_column(
    categorical_column: Any, weight_feature_key: str, dtype: Any = dtypes.float32
) -> WeightedCategoricalColumn:
    """Categories that count by the weights in another feature.

    Args:
        categorical_column: the column. weight_feature_key: the feature with the weights.
        dtype: the weights' type.

    Raises:
        ValueError: for a type that isn't a number's.
    """
    kind = as_dtype(dtype)
    if not (kind.is_integer or kind.is_floating):
        raise ValueError(f"dtype {dtype} is not convertible to float.")
    return WeightedCategoricalColumn(categorical_column, weight_feature_key, kind)


def shared_embedding_columns(
    categorical_columns: Any,
    dimension: int,
    combiner: str = "mean",
    initializer: Any = None,
    shared_embedding_collection_name: str | None = None,
    ckpt_to_load_from: str | None = None,
    tensor_name_in_ckpt: str | None = None,
    max_norm: float | None = None,
    trainable: bool = True,
) -> list[SharedEmbeddingColumn]:
    """Categories of several columns as the same vectors.

    Args:
        categorical_columns: columns of one kind and size. dimension: the size of a vector.
        combiner: ``"mean"``, ``"sum"`` or ``"sqrtn"`` of an example's vectors.
        initializer: for the vectors; a truncated normal by default.
        shared_embedding_collection_name: the name of what they share; made of theirs by default.
        ckpt_to_load_from: a checkpoint with the vectors. tensor_name_in_ckpt: their name there.
        max_norm: the largest length of a vector. trainable: whether they are trained.

    Returns:
        A column for each, in their order.

    Raises:
        ValueError: when columns, dimension or initializer don't fit.
    """
    if dimension is None or dimension < 1:
        raise ValueError(f"Invalid dimension {dimension}.")
    if (ckpt_to_load_from is None) != (tensor_name_in_ckpt is None):
        raise ValueError("Must specify both `ckpt_to_load_from` and `tensor_name_in_ckpt` or none "
                         "of them.")  # fmt: skip
    if initializer is not None and not callable(initializer):
        raise ValueError("initializer must be callable if specified.")
    if initializer is None:
        initializer = TruncatedNormal(mean=0.0, stddev=1.0 / math.sqrt(dimension))
    ordered = sorted(categorical_columns, key=lambda c: c.name)

    def inner(column: Any) -> Any:
        return (
            column.categorical_column if isinstance(column, WeightedCategoricalColumn) else column
        )

    first = ordered[0]
    for column in ordered[1:]:
        if type(inner(column)) is not type(inner(first)):
            raise ValueError(
                "To use shared_embedding_column, all categorical_columns must have the same type, "
                "or be weighted_categorical_column or sequence column of the same type. Given "
                f"column: {first} of type: {type(first)} does not match given column: {column} of "
                f"type: {type(column)}"
            )
        if column.num_buckets != first.num_buckets:
            raise ValueError(
                "To use shared_embedding_column, all categorical_columns must have the same number "
                f"of buckets. Given column: {first} with buckets: {first.num_buckets} does  not "
                f"match column: {column} with buckets: {column.num_buckets}"
            )
    if not shared_embedding_collection_name:
        shared_embedding_collection_name = "_".join(c.name for c in ordered) + "_shared_embedding"
    return [
        SharedEmbeddingColumn(column, dimension, combiner, initializer,
                              shared_embedding_collection_name, ckpt_to_load_from,
                              tensor_name_in_ckpt, max_norm, trainable)
        for column in categorical_columns
    ]  # fmt: skip
