"""``tf.nn``."""

from penstock.nn.averages import compute_average_loss as compute_average_loss
from penstock.nn.averages import scale_regularization_loss as scale_regularization_loss
from penstock.nn.convolution import atrous_conv2d as atrous_conv2d
from penstock.nn.convolution import avg_pool1d as avg_pool1d
from penstock.nn.convolution import conv1d as conv1d
from penstock.nn.convolution import convolution as convolution
from penstock.compat.old_arguments import depthwise_conv2d as depthwise_conv2d
from penstock.nn.convolution import max_pool1d as max_pool1d
from penstock.compat.old_arguments import separable_conv2d as separable_conv2d
from penstock.nn.convolution import with_space_to_batch as with_space_to_batch
from penstock.nn.ctc import collapse_repeated as collapse_repeated
from penstock.nn.ctc import ctc_beam_search_decoder as ctc_beam_search_decoder
from penstock.nn.ctc import ctc_beam_search_decoder_v2 as ctc_beam_search_decoder_v2
from penstock.nn.ctc import ctc_greedy_decoder as ctc_greedy_decoder
from penstock.compat.old_arguments import ctc_loss as ctc_loss
from penstock.nn.ctc import ctc_loss_v2 as ctc_loss_v2
from penstock.nn.ctc import ctc_unique_labels as ctc_unique_labels
from penstock.nn.dense import l2_normalize as l2_normalize
from penstock.nn.dense import relu_layer as relu_layer
from penstock.nn.dense import xw_plus_b as xw_plus_b
from penstock.nn.dense import zero_fraction as zero_fraction
from penstock.nn.dropout import dropout as dropout
from penstock.nn.embedding import embedding_lookup as embedding_lookup
from penstock.nn.embedding import embedding_lookup_sparse as embedding_lookup_sparse
from penstock.nn.embedding import safe_embedding_lookup_sparse as safe_embedding_lookup_sparse
from penstock.compat.old_arguments import log_poisson_loss as log_poisson_loss
from penstock.compat.old_arguments import (
    sigmoid_cross_entropy_with_logits as sigmoid_cross_entropy_with_logits,
)
from penstock.compat.old_arguments import (
    softmax_cross_entropy_with_logits as softmax_cross_entropy_with_logits,
)
from penstock.nn.losses import (
    softmax_cross_entropy_with_logits_v2 as softmax_cross_entropy_with_logits_v2,
)
from penstock.compat.old_arguments import (
    sparse_softmax_cross_entropy_with_logits as sparse_softmax_cross_entropy_with_logits,  # noqa: E501
)
from penstock.compat.old_arguments import (
    weighted_cross_entropy_with_logits as weighted_cross_entropy_with_logits,
)
from penstock.ops.extremes import in_top_k as in_top_k
from penstock.ops.extremes import top_k as top_k
from penstock.nn.moments import (
    batch_norm_with_global_normalization as batch_norm_with_global_normalization,
)
from penstock.nn.moments import batch_normalization as batch_normalization
from penstock.nn.moments import fused_batch_norm as fused_batch_norm
from penstock.nn.moments import moments as moments
from penstock.nn.moments import normalize_moments as normalize_moments
from penstock.nn.moments import sufficient_statistics as sufficient_statistics
from penstock.nn.moments import weighted_moments as weighted_moments
from penstock.nn.pooling import avg_pool_v2 as avg_pool_v2
from penstock.nn.pooling import max_pool_v2 as max_pool_v2
from penstock.nn.pooling import pool as pool
from penstock.compat.old_arguments import nce_loss as nce_loss
from penstock.compat.old_arguments import sampled_softmax_loss as sampled_softmax_loss
from penstock.nn.swish import swish as swish
from penstock.nn.transposed import atrous_conv2d_transpose as atrous_conv2d_transpose
from penstock.nn.transposed import conv1d_transpose as conv1d_transpose
from penstock.nn.transposed import conv2d_transpose as conv2d_transpose
from penstock.compat.old_arguments import conv3d_transpose as conv3d_transpose
from penstock.nn.transposed import conv_transpose as conv_transpose
from penstock.ops.candidate_sampling import all_candidate_sampler as all_candidate_sampler
from penstock.ops.candidate_sampling import compute_accidental_hits as compute_accidental_hits
from penstock.ops.candidate_sampling import (
    fixed_unigram_candidate_sampler as fixed_unigram_candidate_sampler,
)
from penstock.ops.candidate_sampling import (
    learned_unigram_candidate_sampler as learned_unigram_candidate_sampler,
)
from penstock.ops.candidate_sampling import (
    log_uniform_candidate_sampler as log_uniform_candidate_sampler,
)
from penstock.ops.candidate_sampling import uniform_candidate_sampler as uniform_candidate_sampler
from penstock.ops.math_unary import sigmoid as sigmoid
from penstock.ops.math_unary import tanh as tanh
from penstock.ops.nn_activations import crelu as crelu
from penstock.ops.nn_activations import elu as elu
from penstock.ops.nn_activations import leaky_relu as leaky_relu
from penstock.ops.nn_activations import relu as relu
from penstock.ops.nn_activations import relu6 as relu6
from penstock.ops.nn_activations import selu as selu
from penstock.ops.nn_activations import softplus as softplus
from penstock.ops.nn_activations import softsign as softsign
from penstock.compat.old_arguments import bias_add as bias_add
from penstock.ops.nn_bias import l2_loss as l2_loss
from penstock.compat.old_arguments import conv2d as conv2d
from penstock.compat.old_arguments import conv2d_backprop_filter as conv2d_backprop_filter
from penstock.compat.old_arguments import conv2d_backprop_input as conv2d_backprop_input
from penstock.compat.old_arguments import conv3d as conv3d
from penstock.ops.nn_conv3d import conv3d_backprop_filter as conv3d_backprop_filter
from penstock.compat.old_arguments import conv3d_backprop_filter_v2 as conv3d_backprop_filter_v2
from penstock.compat.old_arguments import depthwise_conv2d_native as depthwise_conv2d_native
from penstock.ops.nn_depthwise import (
    depthwise_conv2d_native_backprop_filter as depthwise_conv2d_backprop_filter,
)
from penstock.compat.old_arguments import (
    depthwise_conv2d_native_backprop_filter as depthwise_conv2d_native_backprop_filter,  # noqa: E501
)
from penstock.ops.nn_depthwise import (
    depthwise_conv2d_native_backprop_input as depthwise_conv2d_backprop_input,
)
from penstock.compat.old_arguments import (
    depthwise_conv2d_native_backprop_input as depthwise_conv2d_native_backprop_input,  # noqa: E501
)
from penstock.ops.nn_depthwise import dilation2d as dilation2d
from penstock.ops.nn_depthwise import erosion2d as erosion2d
from penstock.ops.nn_fractional import fractional_avg_pool as fractional_avg_pool
from penstock.ops.nn_fractional import fractional_max_pool as fractional_max_pool
from penstock.ops.nn_norm import local_response_normalization as local_response_normalization
from penstock.ops.nn_norm import local_response_normalization as lrn
from penstock.ops.nn_pool import avg_pool as avg_pool
from penstock.ops.nn_pool import avg_pool as avg_pool2d
from penstock.ops.nn_pool import max_pool as max_pool
from penstock.ops.nn_pool import max_pool2d as max_pool2d
from penstock.compat.old_arguments import avg_pool3d as avg_pool3d
from penstock.compat.old_arguments import max_pool3d as max_pool3d
from penstock.compat.old_arguments import max_pool_with_argmax as max_pool_with_argmax
from penstock.ops.nn_softmax import log_softmax as log_softmax
from penstock.ops.nn_softmax import softmax as softmax
from penstock.ops.spatial import depth_to_space as depth_to_space
from penstock.ops.spatial import space_to_batch as space_to_batch
from penstock.ops.spatial import space_to_depth as space_to_depth
from penstock.rnn.dynamic import bidirectional_dynamic_rnn as bidirectional_dynamic_rnn
from penstock.rnn.dynamic import dynamic_rnn as dynamic_rnn
from penstock.rnn.dynamic import raw_rnn as raw_rnn
from penstock.rnn.static import static_bidirectional_rnn as static_bidirectional_rnn
from penstock.rnn.static import static_rnn as static_rnn
from penstock.rnn.static import static_state_saving_rnn as static_state_saving_rnn
from penstock.api.v1 import nn_rnn_cell as rnn_cell

# --- names of 0.x --------------------------------------------------------------------------------
from penstock.api.v1 import nn_seq2seq as seq2seq
from penstock.rnn.static import static_bidirectional_rnn as bidirectional_rnn
from penstock.rnn.static import static_rnn as rnn
from penstock.rnn.static import static_state_saving_rnn as state_saving_rnn

# --- a clear answer for a name that isn't there
from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
