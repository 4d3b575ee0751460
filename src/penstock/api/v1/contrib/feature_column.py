"""``tf.contrib.feature_column``: columns of sequences."""

from penstock.estimator.sequence_columns import (
    sequence_categorical_column_with_hash_bucket as sequence_categorical_column_with_hash_bucket,
)
from penstock.estimator.sequence_columns import (
    sequence_categorical_column_with_identity as sequence_categorical_column_with_identity,
)
from penstock.estimator.sequence_columns import (
    sequence_categorical_column_with_vocabulary_file as sequence_categorical_column_with_vocabulary_file,
)
from penstock.estimator.sequence_columns import (
    sequence_categorical_column_with_vocabulary_list as sequence_categorical_column_with_vocabulary_list,
)
from penstock.estimator.sequence_columns import sequence_input_layer as sequence_input_layer
from penstock.estimator.sequence_columns import sequence_numeric_column as sequence_numeric_column

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
