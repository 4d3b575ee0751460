"""The graph functions that Keras is made of, in one namespace."""

from __future__ import annotations

from penstock.autodiff.gradients import gradients as gradients
from penstock.graph.composite import IndexedSlices as IndexedSlices
from penstock.graph.composite import SparseTensor as SparseTensor
from penstock.graph.convert import convert_to_tensor as convert_to_tensor
from penstock.graph.defaults import get_default_graph as get_default_graph
from penstock.graph.dtypes import as_dtype as as_dtype
from penstock.graph.scopes import colocate_with as colocate_with
from penstock.graph.scopes import control_dependencies as control_dependencies
from penstock.graph.scopes import init_scope as init_scope
from penstock.graph.scopes import name_scope as name_scope
from penstock.graph.shapes import TensorShape as TensorShape
from penstock.graph.static_values import constant_value as constant_value
from penstock.graph.tensor import Tensor as Tensor
from penstock.nn import convolution as convolution
from penstock.nn import moments as moments
from penstock.nn import transposed as transposed
from penstock.nn.dense import l2_normalize as l2_normalize
from penstock.nn.dropout import dropout_v2 as dropout  # noqa: F401 - for the rest of Keras
from penstock.nn.embedding import embedding_lookup as embedding_lookup
from penstock.nn.losses import (
    sigmoid_cross_entropy_with_logits as sigmoid_cross_entropy_with_logits,
)
from penstock.nn.losses import (  # noqa: F401 - for the rest of Keras
    softmax_cross_entropy_with_logits_v2 as softmax_cross_entropy_with_logits,
)
from penstock.nn.losses import (
    sparse_softmax_cross_entropy_with_logits as sparse_softmax_cross_entropy_with_logits,
)
from penstock.ops.arrays import expand_dims as expand_dims
from penstock.ops.arrays import rank as rank
from penstock.ops.arrays import reshape as reshape
from penstock.ops.arrays import shape as shape
from penstock.ops.arrays import size as size
from penstock.ops.arrays import squeeze as squeeze
from penstock.ops.arrays import transpose as transpose
from penstock.ops.casts import cast as cast
from penstock.ops.clipping import clip_by_norm as clip_by_norm
from penstock.ops.clipping import clip_by_value as clip_by_value
from penstock.ops.comparisons import equal as equal
from penstock.ops.comparisons import greater as greater
from penstock.ops.comparisons import greater_equal as greater_equal
from penstock.ops.comparisons import less as less
from penstock.ops.comparisons import less_equal as less_equal
from penstock.ops.comparisons import logical_and as logical_and
from penstock.ops.comparisons import logical_not as logical_not
from penstock.ops.comparisons import logical_or as logical_or
from penstock.ops.comparisons import not_equal as not_equal
from penstock.ops.constants import constant as constant
from penstock.ops.constants import placeholder as placeholder
from penstock.ops.constants import placeholder_with_default as placeholder_with_default
from penstock.ops.contractions import tensordot as tensordot
from penstock.ops.control_flow import cond as cond
from penstock.ops.control_flow import group as group
from penstock.ops.control_flow import no_op as no_op
from penstock.ops.cumulative import cumprod as cumprod
from penstock.ops.cumulative import cumsum as cumsum
from penstock.ops.diagonals import eye as eye
from penstock.ops.division import div_no_nan as div_no_nan
from penstock.ops.extremes import argmax as argmax
from penstock.ops.extremes import argmin as argmin
from penstock.ops.extremes import in_top_k as in_top_k
from penstock.ops.extremes import top_k as top_k
from penstock.ops.fills import fill as fill
from penstock.ops.fills import ones as ones
from penstock.ops.fills import ones_like as ones_like
from penstock.ops.fills import zeros as zeros
from penstock.ops.fills import zeros_like as zeros_like
from penstock.ops.functional import foldl as foldl
from penstock.ops.functional import foldr as foldr
from penstock.ops.functional import map_fn as map_fn
from penstock.ops.gathers import gather as gather
from penstock.ops.identities import identity as identity
from penstock.ops.identities import stop_gradient as stop_gradient
from penstock.ops.joining import concat as concat
from penstock.ops.joining import split as split
from penstock.ops.joining import stack as stack
from penstock.ops.joining import unstack as unstack
from penstock.ops.math_binary import add as add
from penstock.ops.math_binary import maximum as maximum
from penstock.ops.math_binary import minimum as minimum
from penstock.ops.math_binary import multiply as multiply
from penstock.ops.math_binary import pow as pow
from penstock.ops.math_binary import squared_difference as squared_difference
from penstock.ops.math_binary import subtract as subtract
from penstock.ops.math_unary import abs as abs
from penstock.ops.math_unary import exp as exp
from penstock.ops.math_unary import log as log
from penstock.ops.math_unary import rsqrt as rsqrt
from penstock.ops.math_unary import sigmoid as sigmoid
from penstock.ops.math_unary import sign as sign
from penstock.ops.math_unary import sqrt as sqrt
from penstock.ops.math_unary import square as square
from penstock.ops.math_unary import tanh as tanh
from penstock.ops.matrices import matmul as matmul
from penstock.ops.nn_activations import elu as elu
from penstock.ops.nn_activations import leaky_relu as leaky_relu
from penstock.ops.nn_activations import relu as relu
from penstock.ops.nn_activations import relu6 as relu6
from penstock.ops.nn_activations import selu as selu
from penstock.ops.nn_activations import softplus as softplus
from penstock.ops.nn_activations import softsign as softsign
from penstock.ops.nn_bias import bias_add as bias_add
from penstock.ops.nn_pool import avg_pool as avg_pool
from penstock.ops.nn_pool import max_pool as max_pool
from penstock.ops.nn_pool3d import avg_pool3d as avg_pool3d
from penstock.ops.nn_pool3d import max_pool3d as max_pool3d
from penstock.ops.nn_softmax import softmax as softmax
from penstock.ops.padding import pad as pad
from penstock.ops.random import random_normal as random_normal
from penstock.ops.random import random_uniform as random_uniform
from penstock.ops.random import truncated_normal as truncated_normal
from penstock.ops.ranges import linspace as linspace
from penstock.ops.ranges import range as range
from penstock.ops.reductions import reduce_all as reduce_all
from penstock.ops.reductions import reduce_any as reduce_any
from penstock.ops.reductions import reduce_logsumexp as reduce_logsumexp
from penstock.ops.reductions import reduce_max as reduce_max
from penstock.ops.reductions import reduce_mean as reduce_mean
from penstock.ops.reductions import reduce_min as reduce_min
from penstock.ops.reductions import reduce_prod as reduce_prod
from penstock.ops.reductions import reduce_sum as reduce_sum
from penstock.ops.resource_variables import ResourceVariable as ResourceVariable
from penstock.ops.rounding import floor as floor
from penstock.ops.rounding import round as round
from penstock.ops.selecting import boolean_mask as boolean_mask
from penstock.ops.selecting import one_hot as one_hot
from penstock.ops.selecting import where as where
from penstock.ops.slices import reverse as reverse
from penstock.ops.slices import slice as slice
from penstock.ops.slices import tile as tile
from penstock.ops.trigonometry import cos as cos
from penstock.ops.trigonometry import sin as sin
from penstock.ops.variables import Variable as Variable
from penstock.ops.variables import VariableAggregation as VariableAggregation
from penstock.ops.variables import VariableSynchronization as VariableSynchronization
