"""``tf.feature_column``."""

from penstock.estimator.feature_columns import bucketized_column as bucketized_column
from penstock.estimator.feature_columns import (
    categorical_column_with_hash_bucket as categorical_column_with_hash_bucket,
)
from penstock.estimator.feature_columns import (
    categorical_column_with_identity as categorical_column_with_identity,
)
from penstock.estimator.feature_columns import (
    categorical_column_with_vocabulary_file as categorical_column_with_vocabulary_file,
)
from penstock.estimator.feature_columns import (
    categorical_column_with_vocabulary_list as categorical_column_with_vocabulary_list,
)
from penstock.estimator.feature_columns import embedding_column as embedding_column
from penstock.estimator.feature_columns import indicator_column as indicator_column
from penstock.estimator.feature_columns import input_layer as input_layer
from penstock.estimator.feature_columns import linear_model as linear_model
from penstock.estimator.feature_columns import make_parse_example_spec as make_parse_example_spec
from penstock.estimator.feature_columns import numeric_column as numeric_column

from penstock.estimator.feature_crosses import crossed_column as crossed_column
from penstock.estimator.feature_crosses import shared_embedding_columns as shared_embedding_columns
from penstock.estimator.feature_crosses import (
    weighted_categorical_column as weighted_categorical_column,
)
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
from penstock.estimator.sequence_columns import sequence_numeric_column as sequence_numeric_column

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
