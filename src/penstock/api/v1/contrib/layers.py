"""``tf.contrib.layers``."""

from penstock.contrib.layers.composites import embed_sequence as embed_sequence
from penstock.contrib.layers.composites import embedding_lookup_unique as embedding_lookup_unique
from penstock.contrib.layers.composites import maxout as maxout
from penstock.contrib.layers.composites import repeat as repeat
from penstock.contrib.layers.composites import softmax as softmax
from penstock.contrib.layers.composites import stack as stack
from penstock.contrib.layers.composites import unit_norm as unit_norm
from penstock.contrib.layers.pools import avg_pool2d as avg_pool2d
from penstock.contrib.layers.pools import avg_pool3d as avg_pool3d
from penstock.contrib.layers.core import bias_add as bias_add
from penstock.contrib.layers.convolutions import convolution as convolution
from penstock.contrib.layers.convolutions import convolution1d as conv1d
from penstock.contrib.layers.convolutions import convolution1d as convolution1d
from penstock.contrib.layers.convolutions import convolution2d as conv2d
from penstock.contrib.layers.convolutions import convolution2d as convolution2d
from penstock.contrib.layers.convolutions import convolution2d_transpose as conv2d_transpose
from penstock.contrib.layers.convolutions import convolution2d_transpose as convolution2d_transpose
from penstock.contrib.layers.convolutions import convolution3d as conv3d
from penstock.contrib.layers.convolutions import convolution3d as convolution3d
from penstock.contrib.layers.convolutions import convolution3d_transpose as conv3d_transpose
from penstock.contrib.layers.convolutions import convolution3d_transpose as convolution3d_transpose
from penstock.contrib.layers.core import dropout as dropout
from penstock.contrib.layers.core import flatten as flatten
from penstock.contrib.layers.core import fully_connected as fully_connected
from penstock.contrib.layers.core import legacy_fully_connected as legacy_fully_connected
from penstock.contrib.layers.pools import max_pool2d as max_pool2d
from penstock.contrib.layers.pools import max_pool3d as max_pool3d
from penstock.contrib.layers.core import one_hot_encoding as one_hot_encoding
from penstock.contrib.layers.convolutions import separable_convolution2d as separable_conv2d
from penstock.contrib.layers.convolutions import separable_convolution2d as separable_convolution2d
from penstock.contrib.layers.normalization import batch_norm as batch_norm
from penstock.contrib.layers.normalization import instance_norm as instance_norm
from penstock.contrib.layers.normalization import layer_norm as layer_norm
from penstock.contrib.layers.optimizers import OPTIMIZER_CLS_NAMES as OPTIMIZER_CLS_NAMES
from penstock.contrib.layers.optimizers import OPTIMIZER_SUMMARIES as OPTIMIZER_SUMMARIES
from penstock.contrib.layers.optimizers import optimize_loss as optimize_loss
from penstock.contrib.layers.summaries import summarize_activation as summarize_activation
from penstock.contrib.layers.summaries import summarize_activations as summarize_activations
from penstock.contrib.layers.summaries import summarize_biases as summarize_biases
from penstock.contrib.layers.summaries import summarize_collection as summarize_collection
from penstock.contrib.layers.summaries import summarize_tensor as summarize_tensor
from penstock.contrib.layers.summaries import summarize_tensors as summarize_tensors
from penstock.contrib.layers.summaries import summarize_variables as summarize_variables
from penstock.contrib.layers.summaries import summarize_weights as summarize_weights
from penstock.nn.embedding import safe_embedding_lookup_sparse as safe_embedding_lookup_sparse
from penstock.ops.initializers import contrib_variance_scaling as variance_scaling_initializer
from penstock.ops.initializers import xavier_initializer as xavier_initializer
from penstock.ops.initializers import xavier_initializer as xavier_initializer_conv2d
from penstock.ops.nn_activations import elu as elu
from penstock.ops.nn_activations import relu as _relu
from penstock.ops.nn_activations import relu6 as relu6
from penstock.ops.regularizers import apply_regularization as apply_regularization
from penstock.ops.regularizers import l1_l2_regularizer as l1_l2_regularizer
from penstock.ops.regularizers import l1_regularizer as l1_regularizer
from penstock.ops.regularizers import l2_regularizer as l2_regularizer
from penstock.ops.regularizers import sum_regularizer as sum_regularizer

from functools import partial as _partial

relu = _partial(fully_connected, activation_fn=_relu)
linear = _partial(fully_connected, activation_fn=None)
legacy_linear = _partial(legacy_fully_connected, activation_fn=None)
legacy_relu = _partial(legacy_fully_connected, activation_fn=_relu)
from penstock.contrib.layers.feature_columns import (
    create_feature_spec_for_parsing as create_feature_spec_for_parsing,
)
from penstock.contrib.layers.feature_columns import (
    input_from_feature_columns as input_from_feature_columns,
)
from penstock.contrib.layers.feature_columns import (
    joint_weighted_sum_from_feature_columns as joint_weighted_sum_from_feature_columns,
)
from penstock.contrib.layers.feature_columns import one_hot_column as one_hot_column
from penstock.contrib.layers.feature_columns import (
    parse_feature_columns_from_examples as parse_feature_columns_from_examples,
)
from penstock.contrib.layers.feature_columns import real_valued_column as real_valued_column
from penstock.contrib.layers.feature_columns import (
    sparse_column_with_hash_bucket as sparse_column_with_hash_bucket,
)
from penstock.contrib.layers.feature_columns import (
    sparse_column_with_integerized_feature as sparse_column_with_integerized_feature,
)
from penstock.contrib.layers.feature_columns import (
    sparse_column_with_keys as sparse_column_with_keys,
)
from penstock.contrib.layers.feature_columns import (
    sparse_column_with_vocabulary_file as sparse_column_with_vocabulary_file,
)
from penstock.contrib.layers.feature_columns import weighted_sparse_column as weighted_sparse_column
from penstock.contrib.layers.feature_columns import (
    weighted_sum_from_feature_columns as weighted_sum_from_feature_columns,
)
from penstock.contrib.layers.feature_columns import layers_crossed_column as crossed_column
from penstock.contrib.layers.feature_columns import layers_embedding_column as embedding_column
from penstock.contrib.layers.feature_columns import (
    layers_shared_embedding_columns as shared_embedding_columns,
)
from penstock.estimator.feature_columns import bucketized_column as bucketized_column

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
