"""``tf.contrib.slim``: layers, variables, losses and training in few words."""

from penstock.contrib.framework.arg_scope import add_arg_scope as add_arg_scope
from penstock.contrib.framework.arg_scope import arg_scope as arg_scope
from penstock.contrib.framework.arg_scope import arg_scoped_arguments as arg_scoped_arguments
from penstock.contrib.framework.arg_scope import current_arg_scope as current_arg_scope
from penstock.contrib.framework.arg_scope import has_arg_scope as has_arg_scope
from penstock.contrib.framework.variables import add_model_variable as add_model_variable
from penstock.contrib.framework.variables import assign_from_checkpoint as assign_from_checkpoint
from penstock.contrib.framework.variables import (
    assign_from_checkpoint_fn as assign_from_checkpoint_fn,
)
from penstock.contrib.framework.variables import assign_from_values as assign_from_values
from penstock.contrib.framework.variables import assign_from_values_fn as assign_from_values_fn
from penstock.contrib.framework.variables import get_local_variables as get_local_variables
from penstock.contrib.framework.variables import get_model_variables as get_model_variables
from penstock.contrib.framework.variables import get_trainable_variables as get_trainable_variables
from penstock.contrib.framework.variables import get_unique_variable as get_unique_variable
from penstock.contrib.framework.variables import get_variable_full_name as get_variable_full_name
from penstock.contrib.framework.variables import get_variables as get_variables
from penstock.contrib.framework.variables import get_variables_by_name as get_variables_by_name
from penstock.contrib.framework.variables import get_variables_by_suffix as get_variables_by_suffix
from penstock.contrib.framework.variables import (
    get_variables_to_restore as get_variables_to_restore,
)
from penstock.contrib.framework.variables import global_variable as global_variable
from penstock.contrib.framework.variables import local_variable as local_variable
from penstock.contrib.framework.variables import model_variable as model_variable
from penstock.contrib.framework.variables import variable as variable
from penstock.contrib.layers import collections as utils
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
from penstock.api.v1.contrib import losses as losses
from penstock.api.v1.contrib import metrics as metrics
from penstock.ops.initializers import contrib_variance_scaling as variance_scaling_initializer
from penstock.ops.initializers import xavier_initializer as xavier_initializer
from penstock.ops.regularizers import l1_l2_regularizer as l1_l2_regularizer
from penstock.ops.regularizers import l1_regularizer as l1_regularizer
from penstock.ops.regularizers import l2_regularizer as l2_regularizer
from penstock.training.global_step import create_global_step as create_global_step
from penstock.training.global_step import get_global_step as get_global_step
from penstock.training.global_step import get_or_create_global_step as get_or_create_global_step

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
