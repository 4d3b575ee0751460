"""``tf.contrib.layers``'s feature columns: those of ``tf.feature_column`` with their old names."""

from __future__ import annotations

import math
from typing import Any

from penstock.estimator.feature_columns import (
    EmbeddingColumn,
    Features,
    HashedCategoricalColumn,
    IndicatorColumn,
    categorical_column_with_hash_bucket,
    categorical_column_with_identity,
    categorical_column_with_vocabulary_file,
    categorical_column_with_vocabulary_list,
    embedding_column,
    load_embedding,
    make_parse_example_spec,
    numeric_column,
    sorted_columns,
    weights_of,
)
from penstock.estimator.feature_crosses import (
    crossed_column,
    shared_embedding_columns,
    weighted_categorical_column,
)
from penstock.graph import dtypes
from penstock.nn.embedding import safe_embedding_lookup_sparse
from penstock.ops.arrays import reshape
from penstock.ops.examples import parse_example
from penstock.ops.initializers import TruncatedNormal, Zeros
from penstock.ops.joining import concat
from penstock.ops.matrices import matmul
from penstock.ops.nn_bias import bias_add
from penstock.ops.sums import add_n
from penstock.ops.variable_scope import get_variable, variable_scope


def sparse_column_with_keys(column_name: str, keys: Any, default_value: int = -1,
                            combiner: str = "sum", dtype: Any = dtypes.string) -> Any:  # fmt: skip
    """Categories by their places in a list.

    Args:
        column_name: the feature's name. keys: the values. default_value: the id of others.
        combiner: not used. dtype: the values' type.
    """
    return categorical_column_with_vocabulary_list(column_name, list(keys), dtype, default_value)


def sparse_column_with_hash_bucket(column_name: str, hash_bucket_size: int,
                                   combiner: str = "sum",
                                   dtype: Any = dtypes.string) -> Any:  # fmt: skip
    """Categories by a hash of their values.

    Args:
        column_name: the feature's name. hash_bucket_size: how many ids there are.
        combiner: not used. dtype: the values' type.
    """
    return categorical_column_with_hash_bucket(column_name, hash_bucket_size, dtype)


def sparse_column_with_integerized_feature(column_name: str, bucket_size: int,
                                           combiner: str = "sum",
                                           dtype: Any = dtypes.int64) -> Any:  # fmt: skip
    """Categories that are numbers from 0 to ``bucket_size``.

    Args:
        column_name: the feature's name. bucket_size: how many there are.
        combiner: not used. dtype: the numbers' type.
    """
    return categorical_column_with_identity(column_name, bucket_size)


def sparse_column_with_vocabulary_file(column_name: str, vocabulary_file: str,
                                       num_oov_buckets: int = 0,
                                       vocab_size: int | None = None, default_value: int = -1,
                                       combiner: str = "sum",
                                       dtype: Any = dtypes.string) -> Any:  # fmt: skip
    """Categories by the lines of a file.

    Args:
        column_name: the feature's name. vocabulary_file: the file.
        num_oov_buckets: how many ids other values share. vocab_size: how many lines count.
        default_value: the id of other values. combiner: not used. dtype: the values' type.
    """
    default = None if default_value == -1 else default_value
    return categorical_column_with_vocabulary_file(
        column_name, vocabulary_file, vocab_size, num_oov_buckets, default, dtype
    )


def weighted_sparse_column(sparse_id_column: Any, weight_column_name: str,
                           dtype: Any = dtypes.float32) -> Any:  # fmt: skip
    """Categories that count by the weights in another feature.

    Args:
        sparse_id_column: the column. weight_column_name: the feature. dtype: the weights' type.
    """
    return weighted_categorical_column(sparse_id_column, weight_column_name, dtype)


class OneHotColumn(IndicatorColumn):
    """Categories as vectors that count them."""

    @property
    def name(self) -> str:
        """The column's name with ``_one_hot``."""
        return f"{self.categorical_column.name}_one_hot"


def one_hot_column(sparse_id_column: Any) -> OneHotColumn:
    """Categories as vectors that count them."""
    return OneHotColumn(sparse_id_column)


def layers_embedding_column(
    sparse_id_column: Any, dimension: int, combiner: str = "mean", initializer: Any = None,
    ckpt_to_load_from: str | None = None, tensor_name_in_ckpt: str | None = None,
    max_norm: float | None = None, trainable: bool = True,
) -> Any:  # fmt: skip
    """Categories as vectors that are learned.

    Args:
        sparse_id_column: the column. dimension: the size of a vector.
        combiner: ``"mean"``, ``"sum"`` or ``"sqrtn"``. initializer: for the vectors.
        ckpt_to_load_from: a checkpoint with the vectors. tensor_name_in_ckpt: their name there.
        max_norm: the largest length of a vector. trainable: whether they are trained.
    """
    if initializer is None:
        initializer = TruncatedNormal(mean=0.0, stddev=1.0 / math.sqrt(dimension))
    return embedding_column(sparse_id_column, dimension, combiner, initializer,
                            ckpt_to_load_from, tensor_name_in_ckpt, max_norm,
                            trainable)  # fmt: skip


def layers_shared_embedding_columns(
    sparse_id_columns: Any, dimension: int, combiner: str = "mean",
    shared_embedding_name: str | None = None, initializer: Any = None,
    ckpt_to_load_from: str | None = None, tensor_name_in_ckpt: str | None = None,
    max_norm: float | None = None, trainable: bool = True,
) -> Any:  # fmt: skip
    """Categories of several columns as the same vectors; see ``embedding_column``."""
    return shared_embedding_columns(sparse_id_columns, dimension, combiner, initializer,
                                    shared_embedding_name, ckpt_to_load_from,
                                    tensor_name_in_ckpt, max_norm, trainable)  # fmt: skip


def real_valued_column(column_name: str, dimension: int | None = 1, default_value: Any = None,
                       dtype: Any = dtypes.float32, normalizer: Any = None) -> Any:  # fmt: skip
    """Numbers as they are.

    Args:
        column_name: the feature's name. dimension: how many numbers an example has.
        default_value: for examples without the feature. dtype: the numbers' type.
        normalizer: applied to the numbers.

    Raises:
        TypeError: when ``dimension`` isn't whole. ValueError: when it isn't positive.
    """
    if dimension is not None:
        if not isinstance(dimension, int):
            raise TypeError("dimension must be an integer. "
                            f"dimension: {dimension}, column_name: {column_name}")  # fmt: skip
        if dimension < 1:
            raise ValueError("dimension must be greater than 0. "
                             f"dimension: {dimension}, column_name: {column_name}")  # fmt: skip
    return numeric_column(column_name, (dimension or 1,), default_value, dtype, normalizer)


def layers_crossed_column(columns: Any, hash_bucket_size: int, combiner: str = "sum",
                          ckpt_to_load_from: str | None = None,
                          tensor_name_in_ckpt: str | None = None,
                          hash_key: int | None = None) -> Any:  # fmt: skip
    """Categories that are combinations of others.

    Args:
        columns: columns of categories. hash_bucket_size: how many ids there are.
        combiner: not used. ckpt_to_load_from: not used. tensor_name_in_ckpt: not used.
        hash_key: the key of the hash.
    """
    # A hash of a hash collides twice: the text itself takes part.
    keys = [c.key if isinstance(c, HashedCategoricalColumn) else c for c in columns]
    return crossed_column(keys, hash_bucket_size, hash_key)


def create_feature_spec_for_parsing(feature_columns: Any) -> dict[str, Any]:
    """How to parse the features of columns with ``tf.parse_example``."""
    return make_parse_example_spec(feature_columns)


def parse_feature_columns_from_examples(serialized: Any, feature_columns: Any,
                                        name: str | None = None,
                                        example_names: Any = None) -> Any:  # fmt: skip
    """Parses examples as columns need them.

    Args:
        serialized: texts of ``tf.train.Example`` messages. feature_columns: the columns.
        name: the operation's name. example_names: not used.
    """
    return parse_example(serialized, make_parse_example_spec(feature_columns), name=name)


def _scope_name(column: Any) -> str:
    return getattr(column, "scope_name", column.name)


def input_from_feature_columns(columns_to_tensors: dict[str, Any], feature_columns: Any,
                               weight_collections: Any = None, trainable: bool = True,
                               scope: Any = None, cols_to_outs: Any = None) -> Any:  # fmt: skip
    """The values of columns, side by side, in the order of their names.

    Args:
        columns_to_tensors: tensors by name. feature_columns: dense columns.
        weight_collections: not used. trainable: whether embeddings are trained.
        scope: the variable scope. cols_to_outs: a dictionary that gets the columns' tensors.

    Returns:
        ``[batch, n]``.

    Raises:
        ValueError: for a column of categories.
    """
    columns = sorted_columns(feature_columns)
    made = Features(dict(columns_to_tensors))
    with variable_scope(scope, default_name="input_from_feature_columns",
                        values=list(columns_to_tensors.values())):  # fmt: skip
        outputs = []
        for column in columns:
            with variable_scope(None, default_name=_scope_name(column)):
                if not hasattr(column, "dense"):
                    raise ValueError(
                        f"Error creating input layer for column: {column.name}.\nWrap it with "
                        "embedding_column or one_hot_column."
                    )
                if type(column) is EmbeddingColumn:
                    output = _embedded(column, made, trainable)
                else:
                    output = column.dense(made, trainable)
                outputs.append(reshape(output, [-1, column.size]))
                if cols_to_outs is not None:
                    cols_to_outs[column] = outputs[-1]
        return concat(outputs, 1)


def _embedded(column: Any, made: Features, trainable: bool) -> Any:
    """An embedding whose variable is called ``weights``, as in checkpoints of that time."""
    weights = get_variable(
        "weights",
        [column.categorical_column.num_buckets, column.dimension],
        initializer=column.initializer,
        trainable=trainable and column.trainable,
    )
    load_embedding(column, weights)
    return safe_embedding_lookup_sparse(
        weights,
        column.categorical_column.ids(made),
        sparse_weights=weights_of(column.categorical_column, made),
        combiner=column.combiner,
        name=f"{column.name}_weights",
        max_norm=column.max_norm,
    )


def weighted_sum_from_feature_columns(
    columns_to_tensors: dict[str, Any], feature_columns: Any, num_outputs: int,
    weight_collections: Any = None, trainable: bool = True, scope: Any = None,
) -> tuple[Any, dict[Any, Any], Any]:  # fmt: skip
    """A weighted sum of columns and a bias.

    Args:
        columns_to_tensors: tensors by name. feature_columns: the columns.
        num_outputs: the size of the output. weight_collections: not used.
        trainable: whether the weights are trained. scope: the variable scope.

    Returns:
        ``(sums [batch, num_outputs], lists of weights by column, bias)``.
    """
    columns = sorted_columns(feature_columns)
    made = Features(dict(columns_to_tensors))
    with variable_scope(scope, default_name="weighted_sum_from_feature_columns",
                        values=list(columns_to_tensors.values())):  # fmt: skip
        sums, found = [], {}
        for column in columns:
            with variable_scope(None, default_name=_scope_name(column)):
                sparse = hasattr(column, "ids")
                size = column.num_buckets if sparse else column.size
                weights = get_variable(
                    "weights" if sparse else "weight",
                    [size, num_outputs],
                    initializer=Zeros(),
                    trainable=trainable,
                )
                if sparse:
                    total = safe_embedding_lookup_sparse(
                        weights,
                        column.ids(made),
                        sparse_weights=weights_of(column, made),
                        combiner="sum",
                        name="weights",
                    )
                else:
                    total = matmul(reshape(column.dense(made, trainable), [-1, size]), weights)
                sums.append(total)
                found[column] = [weights]
        bias = get_variable("bias_weight", [num_outputs], initializer=Zeros(), trainable=trainable)
        return bias_add(add_n(sums), bias), found, bias


def joint_weighted_sum_from_feature_columns(
    columns_to_tensors: dict[str, Any], feature_columns: Any, num_outputs: int,
    weight_collections: Any = None, trainable: bool = True, scope: Any = None,
) -> tuple[Any, dict[Any, Any], Any]:  # fmt: skip
    """Like ``weighted_sum_from_feature_columns``."""
    return weighted_sum_from_feature_columns(
        columns_to_tensors, feature_columns, num_outputs, weight_collections, trainable, scope
    )
