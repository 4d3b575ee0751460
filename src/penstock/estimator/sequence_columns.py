"""Columns of sequences: a vector for each step of an example."""

from __future__ import annotations

import collections
from typing import Any

import numpy as np

from penstock.estimator.feature_columns import (
    Features,
    IndicatorColumn,
    categorical_column_with_hash_bucket,
    categorical_column_with_identity,
    categorical_column_with_vocabulary_file,
    categorical_column_with_vocabulary_list,
    sorted_columns,
)
from penstock.graph import dtypes
from penstock.graph.composite import SparseTensor
from penstock.graph.dtypes import as_dtype
from penstock.graph.scopes import control_dependencies
from penstock.graph.tensor import Tensor
from penstock.ops.arrays import reshape
from penstock.ops.arrays import shape as shape_of
from penstock.ops.casts import cast, to_float, to_int64
from penstock.ops.checks import assert_equal
from penstock.ops.constants import constant
from penstock.ops.examples import VarLenFeature
from penstock.ops.identities import identity
from penstock.ops.joining import concat
from penstock.ops.math_binary import maximum
from penstock.ops.rounding import ceil
from penstock.ops.segments import unsorted_segment_max, unsorted_segment_sum
from penstock.ops.selecting import one_hot
from penstock.ops.sparse import sparse_tensor_to_dense
from penstock.ops.sparse_layout import sparse_reshape
from penstock.ops.variable_scope import variable_scope


class SequenceCategoricalColumn(
    collections.namedtuple("SequenceCategoricalColumn", ["categorical_column"])
):
    """Categories, one for each step."""

    @property
    def name(self) -> str:
        """The feature's name."""
        return self.categorical_column.name

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        """How to parse the feature."""
        return self.categorical_column.parse_example_spec

    @property
    def num_buckets(self) -> int:
        """How many ids there are."""
        return self.categorical_column.num_buckets

    def ids(self, features: Any) -> SparseTensor:
        """The categories' numbers, ``[batch, time, 1 or more]``."""
        ids = self.categorical_column.ids(features)
        shape = ids.dense_shape
        rank = ids.get_shape().ndims
        if rank is not None and rank > 2:
            return ids
        return sparse_reshape(ids, concat([shape, constant([1], dtype=dtypes.int64)], 0))


class SequenceNumericColumn(
    collections.namedtuple(
        "SequenceNumericColumn", ["key", "shape", "default_value", "dtype", "normalizer_fn"]
    )
):
    """Numbers, ``shape`` of them for each step."""

    @property
    def name(self) -> str:
        """The feature's name."""
        return self.key

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        """How to parse the feature."""
        return {self.key: VarLenFeature(self.dtype)}

    @property
    def size(self) -> int:
        """How many numbers a step has."""
        return int(np.prod(self.shape))

    def transformed(self, features: Any) -> Any:
        """The numbers."""
        value = features.get(self.key)
        return value if self.normalizer_fn is None else self.normalizer_fn(value)

    def sequence_dense(self, features: Any, trainable: bool) -> tuple[Tensor, Tensor]:
        """``([batch, time, *shape], lengths)``."""
        value = features.get(self)
        dense = sparse_tensor_to_dense(value, default_value=self.default_value)
        batch = shape_of(dense)[0]
        dense = reshape(dense, concat([[batch, -1], list(self.shape)], 0))
        elements = self.size if value.get_shape().ndims == 2 else int(np.prod(self.shape[1:]) or 1)
        return to_float(dense), sequence_length_from_sparse(value, elements)


def sequence_length_from_sparse(value: SparseTensor, elements: int = 1) -> Tensor:
    """How many steps the examples of a sparse tensor ``[batch, time, ...]`` have.

    Args:
        value: the tensor. elements: how many numbers make a step.

    Returns:
        int64 ``[batch]``.
    """
    rows, steps = to_int64(value.indices[:, 0]), to_int64(value.indices[:, 1])
    batch = cast(value.dense_shape[0], dtypes.int32)
    # Rows without any entry get the smallest number there is.
    lengths = maximum(unsorted_segment_max(steps + 1, rows, batch), np.int64(0))
    return to_int64(ceil(to_float(lengths) / elements))


def sequence_dense(column: Any, features: Any, trainable: bool) -> tuple[Tensor, Tensor]:
    """``([batch, time, size], lengths)`` of a column of sequences."""
    if hasattr(column, "sequence_dense"):
        return column.sequence_dense(features, trainable)
    inner = getattr(column, "categorical_column", None)
    if not isinstance(inner, SequenceCategoricalColumn):
        raise ValueError(
            "All feature_columns must be of type SequenceDenseColumn. You can wrap a "
            "sequence_categorical_column with an embedding_column or indicator_column. Given "
            f"(type {type(column)}): {column}"
        )
    ids = inner.ids(features)
    if isinstance(column, IndicatorColumn):
        size = column.size
        flat = SparseTensor(ids.indices[:, :2], ids.values, ids.dense_shape[:2])
        steps = cast(ids.dense_shape[:2], dtypes.int32)
        rows = cast(flat.indices[:, 0], dtypes.int32) * steps[1]
        rows = rows + cast(flat.indices[:, 1], dtypes.int32)
        counted = unsorted_segment_sum(one_hot(ids.values, size), rows, steps[0] * steps[1])
        dense = reshape(counted, concat([steps, [size]], 0))
    else:
        dense = column.dense(features, trainable)
    return dense, sequence_length_from_sparse(ids)


def sequence_input_layer(
    features: dict[str, Any],
    feature_columns: Any,
    weight_collections: Any = None,
    trainable: bool = True,
) -> tuple[Tensor, Tensor]:
    """The values of columns of sequences, side by side, in the order of their names.

    Args:
        features: tensors by name. feature_columns: columns of sequences.
        weight_collections: not used. trainable: whether embeddings are trained.

    Returns:
        ``([batch, time, n], lengths [batch])``.

    Raises:
        ValueError: for columns of another kind.
    """
    columns = sorted_columns(feature_columns)
    made = Features(features)
    with variable_scope(None, default_name="sequence_input_layer", values=list(features.values())):
        outputs, lengths = [], []
        for column in columns:
            scope = getattr(column, "scope_name", column.name)
            with variable_scope(None, default_name=scope):
                dense, length = sequence_dense(column, made, trainable)
                shape = shape_of(dense)
                outputs.append(reshape(dense, concat([shape[:2], [column.size]], 0)))
                lengths.append(length)
        checks = [
            assert_equal(
                lengths[0],
                other,
                message="Condition Sequence lengths of all columns must be equal.",
            )
            for other in lengths[1:]
        ]
        with control_dependencies(checks):
            return concat(outputs, -1), identity(lengths[0])


def sequence_numeric_column(
    key: str, shape: Any = (1,), default_value: float = 0.0, dtype: Any = dtypes.float32,
    normalizer_fn: Any = None,
) -> SequenceNumericColumn:  # fmt: skip
    """Numbers for each step.

    Args:
        key: the feature's name. shape: the shape of a step's numbers.
        default_value: fills sequences that are shorter. dtype: the numbers' type.
        normalizer_fn: applied to the sparse tensor of numbers.

    Raises:
        TypeError: for a function that is none. ValueError: for a type that isn't a number's.
    """
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    kind = as_dtype(dtype)
    if not (kind.is_integer or kind.is_floating):
        raise ValueError(f"dtype must be convertible to float. dtype: {dtype}, key: {key}")
    if normalizer_fn is not None and not callable(normalizer_fn):
        raise TypeError(f"normalizer_fn must be a callable. Given: {normalizer_fn}")
    return SequenceNumericColumn(key, shape, default_value, kind, normalizer_fn)


def sequence_categorical_column_with_identity(
    key: str, num_buckets: int, default_value: int | None = None
) -> SequenceCategoricalColumn:
    """Like ``categorical_column_with_identity``, for each step."""
    return SequenceCategoricalColumn(
        categorical_column_with_identity(key, num_buckets, default_value)
    )


def sequence_categorical_column_with_hash_bucket(
    key: str, hash_bucket_size: int, dtype: Any = dtypes.string
) -> SequenceCategoricalColumn:
    """Like ``categorical_column_with_hash_bucket``, for each step."""
    return SequenceCategoricalColumn(
        categorical_column_with_hash_bucket(key, hash_bucket_size, dtype)
    )


def sequence_categorical_column_with_vocabulary_file(
    key: str, vocabulary_file: str, vocabulary_size: int | None = None, num_oov_buckets: int = 0,
    default_value: int | None = None, dtype: Any = dtypes.string,
) -> SequenceCategoricalColumn:  # fmt: skip
    """Like ``categorical_column_with_vocabulary_file``, for each step."""
    return SequenceCategoricalColumn(
        categorical_column_with_vocabulary_file(
            key, vocabulary_file, vocabulary_size, num_oov_buckets, default_value, dtype
        )
    )


def sequence_categorical_column_with_vocabulary_list(
    key: str, vocabulary_list: Any, dtype: Any = None, default_value: int = -1,
    num_oov_buckets: int = 0,
) -> SequenceCategoricalColumn:  # fmt: skip
    """Like ``categorical_column_with_vocabulary_list``, for each step."""
    return SequenceCategoricalColumn(
        categorical_column_with_vocabulary_list(
            key, vocabulary_list, dtype, default_value, num_oov_buckets
        )
    )
