"""``tf.nn``."""

from penstock.nn.dense import l2_normalize as l2_normalize
from penstock.nn.dense import relu_layer as relu_layer
from penstock.nn.dense import xw_plus_b as xw_plus_b
from penstock.nn.dense import zero_fraction as zero_fraction
from penstock.nn.dropout import dropout as dropout
from penstock.nn.embedding import embedding_lookup as embedding_lookup
from penstock.nn.embedding import embedding_lookup_sparse as embedding_lookup_sparse
from penstock.nn.embedding import safe_embedding_lookup_sparse as safe_embedding_lookup_sparse
from penstock.nn.losses import log_poisson_loss as log_poisson_loss
from penstock.nn.losses import (
    sigmoid_cross_entropy_with_logits as sigmoid_cross_entropy_with_logits,
)
from penstock.nn.losses import (
    softmax_cross_entropy_with_logits as softmax_cross_entropy_with_logits,
)
from penstock.nn.losses import (
    softmax_cross_entropy_with_logits_v2 as softmax_cross_entropy_with_logits_v2,
)
from penstock.nn.losses import (
    sparse_softmax_cross_entropy_with_logits as sparse_softmax_cross_entropy_with_logits,
)
from penstock.nn.losses import (
    weighted_cross_entropy_with_logits as weighted_cross_entropy_with_logits,
)
from penstock.ops.extremes import in_top_k as in_top_k
from penstock.ops.extremes import top_k as top_k
from penstock.nn.sampling import nce_loss as nce_loss
from penstock.nn.sampling import sampled_softmax_loss as sampled_softmax_loss
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
from penstock.ops.nn_bias import bias_add as bias_add
from penstock.ops.nn_bias import l2_loss as l2_loss
from penstock.ops.nn_conv import conv2d as conv2d
from penstock.ops.nn_conv import conv2d_backprop_filter as conv2d_backprop_filter
from penstock.ops.nn_conv import conv2d_backprop_input as conv2d_backprop_input
from penstock.ops.nn_norm import local_response_normalization as local_response_normalization
from penstock.ops.nn_norm import local_response_normalization as lrn
from penstock.ops.nn_pool import avg_pool as avg_pool
from penstock.ops.nn_pool import avg_pool as avg_pool2d
from penstock.ops.nn_pool import max_pool as max_pool
from penstock.ops.nn_pool import max_pool2d as max_pool2d
from penstock.ops.nn_softmax import log_softmax as log_softmax
from penstock.ops.nn_softmax import softmax as softmax
