"""``tf``: the root namespace of TensorFlow 1.15, and the names that older versions had.

Read this file to see what is there; each name says where it comes from.
"""

# --- graph ---------------------------------------------------------------------------------------
from penstock.graph import errors as errors
from penstock.graph.errors import OpError as OpError
from penstock.graph.collections import GraphKeys as GraphKeys
from penstock.graph.composite import IndexedSlices as IndexedSlices
from penstock.graph.composite import SparseTensor as SparseTensor
from penstock.graph.composite import SparseTensorValue as SparseTensorValue
from penstock.compat.old_arguments import convert_to_tensor as convert_to_tensor
from penstock.compat.old_arguments import (
    convert_to_tensor_or_indexed_slices as convert_to_tensor_or_indexed_slices,  # noqa: E501
)
from penstock.graph.convert import (
    convert_to_tensor_or_sparse_tensor as convert_to_tensor_or_sparse_tensor,
)
from penstock.graph.convert import (
    register_tensor_conversion_function as register_tensor_conversion_function,
)
from penstock.graph.defaults import get_default_graph as get_default_graph
from penstock.graph.defaults import get_default_session as get_default_session
from penstock.graph.defaults import reset_default_graph as reset_default_graph
from penstock.graph.device import DeviceSpec as DeviceSpec
from penstock.graph.dtypes import QUANTIZED_DTYPES as QUANTIZED_DTYPES
from penstock.graph.dtypes import DType as DType
from penstock.graph.dtypes import as_dtype as as_dtype
from penstock.graph.dtypes import bfloat16 as bfloat16
from penstock.graph.dtypes import bool as bool
from penstock.graph.dtypes import complex64 as complex64
from penstock.graph.dtypes import complex128 as complex128
from penstock.graph.dtypes import double as double
from penstock.graph.dtypes import float16 as float16
from penstock.graph.dtypes import float32 as float32
from penstock.graph.dtypes import float64 as float64
from penstock.graph.dtypes import half as half
from penstock.graph.dtypes import int8 as int8
from penstock.graph.dtypes import int16 as int16
from penstock.graph.dtypes import int32 as int32
from penstock.graph.dtypes import int64 as int64
from penstock.graph.dtypes import qint8 as qint8
from penstock.graph.dtypes import qint16 as qint16
from penstock.graph.dtypes import qint32 as qint32
from penstock.graph.dtypes import quint8 as quint8
from penstock.graph.dtypes import quint16 as quint16
from penstock.graph.dtypes import resource as resource
from penstock.graph.dtypes import string as string
from penstock.graph.dtypes import uint8 as uint8
from penstock.graph.dtypes import uint16 as uint16
from penstock.graph.dtypes import uint32 as uint32
from penstock.graph.dtypes import uint64 as uint64
from penstock.graph.dtypes import variant as variant
from penstock.graph.graph import Graph as Graph
from penstock.graph.importer import import_graph_def as import_graph_def
from penstock.graph.operation import Operation as Operation
from penstock.graph.registry import RegisterGradient as RegisterGradient
from penstock.graph.registry import not_differentiable as NoGradient
from penstock.graph.registry import not_differentiable as NotDifferentiable
from penstock.graph.registry import not_differentiable as no_gradient
from penstock.graph.scopes import add_to_collection as add_to_collection
from penstock.graph.scopes import add_to_collections as add_to_collections
from penstock.graph.scopes import colocate_with as colocate_with
from penstock.graph.scopes import container as container
from penstock.graph.scopes import control_dependencies as control_dependencies
from penstock.graph.scopes import device as device
from penstock.graph.scopes import get_collection as get_collection
from penstock.graph.scopes import get_collection_ref as get_collection_ref
from penstock.graph.scopes import init_scope as init_scope
from penstock.graph.scopes import name_scope as name_scope
from penstock.graph.scopes import op_scope as op_scope
from penstock.graph.shapes import Dimension as Dimension
from penstock.graph.shapes import TensorShape as TensorShape
from penstock.graph.shapes import dimension_at_index as dimension_at_index
from penstock.graph.shapes import dimension_value as dimension_value
from penstock.graph.specs import IndexedSlicesSpec as IndexedSlicesSpec
from penstock.graph.specs import SparseTensorSpec as SparseTensorSpec
from penstock.graph.specs import TensorSpec as TensorSpec
from penstock.graph.specs import TypeSpec as TypeSpec
from penstock.graph.tensor import Tensor as Tensor
from penstock.graph.tensor_values import array_of_tensor_proto as make_ndarray
from penstock.graph.tensor_values import tensor_proto as make_tensor_proto
from penstock.graph.static_values import constant_value as get_static_value
from penstock.compat.old_arguments import is_tensor as is_tensor

# --- constants and placeholders ------------------------------------------------------------------
from penstock.ops.constants import constant as constant
from penstock.ops.constants import placeholder as placeholder
from penstock.ops.constants import placeholder_with_default as placeholder_with_default

# --- math (element-wise, reductions, matrices, linear algebra) -----------------------------------
from penstock.ops.special import betainc as betainc
from penstock.ops.linalg import cholesky as cholesky
from penstock.ops.linalg_functions import cholesky_solve as cholesky_solve
from penstock.ops.diagonals import cross as cross
from penstock.ops.diagonals import diag as diag
from penstock.ops.diagonals import diag_part as diag_part
from penstock.ops.special import digamma as digamma
from penstock.ops.contractions import einsum as einsum
from penstock.ops.special import erf as erf
from penstock.ops.special import erfc as erfc
from penstock.ops.diagonals import eye as eye
from penstock.ops.spectral import fft as fft
from penstock.ops.spectral import fft2d as fft2d
from penstock.ops.spectral import fft3d as fft3d
from penstock.ops.spectral import ifft as ifft
from penstock.ops.spectral import ifft2d as ifft2d
from penstock.ops.spectral import ifft3d as ifft3d
from penstock.ops.special import igamma as igamma
from penstock.ops.special import igammac as igammac
from penstock.ops.special import lbeta as lbeta
from penstock.ops.special import lgamma as lgamma
from penstock.ops.diagonals import matrix_band_part as matrix_band_part
from penstock.ops.linalg import matrix_determinant as matrix_determinant
from penstock.ops.diagonals import matrix_diag as matrix_diag
from penstock.ops.diagonals import matrix_diag_part as matrix_diag_part
from penstock.ops.linalg import matrix_inverse as matrix_inverse
from penstock.ops.diagonals import matrix_set_diag as matrix_set_diag
from penstock.ops.linalg import matrix_solve as matrix_solve
from penstock.ops.linalg_functions import matrix_solve_ls as matrix_solve_ls
from penstock.ops.linalg import matrix_triangular_solve as matrix_triangular_solve
from penstock.ops.linalg_functions import norm as norm
from penstock.ops.special import polygamma as polygamma
from penstock.ops.decompositions import qr as qr
from penstock.ops.decompositions import self_adjoint_eig as self_adjoint_eig
from penstock.ops.decompositions import self_adjoint_eigvals as self_adjoint_eigvals
from penstock.ops.decompositions import svd as svd
from penstock.ops.contractions import tensordot as tensordot
from penstock.ops.diagonals import trace as trace
from penstock.ops.special import zeta as zeta
from penstock.ops.trigonometry import acos as acos
from penstock.ops.trigonometry import acosh as acosh
from penstock.ops.trigonometry import asin as asin
from penstock.ops.trigonometry import asinh as asinh
from penstock.ops.trigonometry import atan as atan
from penstock.ops.trigonometry import atanh as atanh
from penstock.ops.histograms import bincount as bincount
from penstock.ops.clipping import clip_by_average_norm as clip_by_average_norm
from penstock.ops.clipping import clip_by_global_norm as clip_by_global_norm
from penstock.ops.clipping import clip_by_norm as clip_by_norm
from penstock.ops.clipping import clip_by_value as clip_by_value
from penstock.ops.trigonometry import cos as cos
from penstock.ops.trigonometry import cosh as cosh
from penstock.ops.clipping import global_norm as global_norm
from penstock.ops.histograms import histogram_fixed_width as histogram_fixed_width
from penstock.ops.histograms import histogram_fixed_width_bins as histogram_fixed_width_bins
from penstock.ops.segments import segment_max as segment_max
from penstock.ops.segments import segment_mean as segment_mean
from penstock.ops.segments import segment_min as segment_min
from penstock.ops.segments import segment_prod as segment_prod
from penstock.ops.segments import segment_sum as segment_sum
from penstock.ops.trigonometry import sin as sin
from penstock.ops.trigonometry import sinh as sinh
from penstock.ops.sparse_segments import sparse_segment_mean as sparse_segment_mean
from penstock.ops.sparse_segments import sparse_segment_sqrt_n as sparse_segment_sqrt_n
from penstock.ops.sparse_segments import sparse_segment_sum as sparse_segment_sum
from penstock.ops.trigonometry import tan as tan
from penstock.ops.segments import unsorted_segment_max as unsorted_segment_max
from penstock.ops.segments import unsorted_segment_mean as unsorted_segment_mean
from penstock.ops.segments import unsorted_segment_min as unsorted_segment_min
from penstock.ops.segments import unsorted_segment_prod as unsorted_segment_prod
from penstock.ops.segments import unsorted_segment_sqrt_n as unsorted_segment_sqrt_n
from penstock.ops.segments import unsorted_segment_sum as unsorted_segment_sum
from penstock.ops.math_unary import abs as abs
from penstock.ops.math_unary import negative as negative
from penstock.ops.math_unary import sign as sign
from penstock.ops.math_unary import reciprocal as reciprocal
from penstock.ops.math_unary import square as square
from penstock.ops.math_unary import sqrt as sqrt
from penstock.ops.math_unary import rsqrt as rsqrt
from penstock.ops.math_unary import exp as exp
from penstock.ops.math_unary import expm1 as expm1
from penstock.ops.math_unary import log as log
from penstock.ops.math_unary import log1p as log1p
from penstock.ops.math_unary import tanh as tanh
from penstock.ops.math_unary import sigmoid as sigmoid
from penstock.ops.math_unary import log_sigmoid as log_sigmoid
from penstock.ops.rounding import ceil as ceil
from penstock.ops.rounding import floor as floor
from penstock.ops.rounding import rint as rint
from penstock.ops.rounding import round as round
from penstock.ops.rounding import is_nan as is_nan
from penstock.ops.rounding import is_inf as is_inf
from penstock.ops.rounding import is_finite as is_finite
from penstock.ops.math_binary import add as add
from penstock.ops.math_binary import subtract as subtract
from penstock.ops.math_binary import multiply as multiply
from penstock.ops.math_binary import pow as pow
from penstock.ops.math_binary import maximum as maximum
from penstock.ops.math_binary import minimum as minimum
from penstock.ops.math_binary import squared_difference as squared_difference
from penstock.ops.math_binary import atan2 as atan2
from penstock.ops.math_binary import scalar_mul as scalar_mul
from penstock.ops.sums import add_n as add_n
from penstock.ops.sums import accumulate_n as accumulate_n
from penstock.ops.division import div as div
from penstock.ops.division import div_no_nan as div_no_nan
from penstock.ops.division import divide as divide
from penstock.ops.division import floor_div as floor_div
from penstock.ops.division import floordiv as floordiv
from penstock.ops.division import floormod as floormod
from penstock.ops.division import mod as mod
from penstock.ops.division import realdiv as realdiv
from penstock.ops.division import truediv as truediv
from penstock.ops.division import truncatediv as truncatediv
from penstock.ops.division import truncatemod as truncatemod
from penstock.ops.comparisons import equal as equal
from penstock.ops.comparisons import not_equal as not_equal
from penstock.ops.comparisons import less as less
from penstock.ops.comparisons import less_equal as less_equal
from penstock.ops.comparisons import greater as greater
from penstock.ops.comparisons import greater_equal as greater_equal
from penstock.ops.comparisons import logical_and as logical_and
from penstock.ops.comparisons import logical_or as logical_or
from penstock.ops.comparisons import logical_not as logical_not
from penstock.ops.comparisons import logical_xor as logical_xor
from penstock.ops.casts import cast as cast
from penstock.ops.casts import saturate_cast as saturate_cast
from penstock.ops.casts import to_float as to_float
from penstock.ops.casts import to_double as to_double
from penstock.ops.casts import to_int32 as to_int32
from penstock.ops.casts import to_int64 as to_int64
from penstock.ops.casts import to_bfloat16 as to_bfloat16
from penstock.ops.casts import to_complex64 as to_complex64
from penstock.ops.casts import to_complex128 as to_complex128
from penstock.ops.casts import bitcast as bitcast
from penstock.ops.casts import complex as complex
from penstock.ops.casts import real as real
from penstock.ops.casts import imag as imag
from penstock.ops.casts import angle as angle
from penstock.ops.casts import conj as conj
from penstock.ops.reductions import reduce_sum as reduce_sum
from penstock.ops.reductions import reduce_mean as reduce_mean
from penstock.ops.reductions import reduce_prod as reduce_prod
from penstock.ops.reductions import reduce_max as reduce_max
from penstock.ops.reductions import reduce_min as reduce_min
from penstock.ops.reductions import reduce_any as reduce_any
from penstock.ops.reductions import reduce_all as reduce_all
from penstock.ops.statistics import reduce_logsumexp as reduce_logsumexp
from penstock.ops.statistics import count_nonzero as count_nonzero
from penstock.ops.cumulative import cumsum as cumsum
from penstock.ops.cumulative import cumprod as cumprod
from penstock.ops.extremes import argmax as argmax
from penstock.ops.extremes import argmin as argmin
from penstock.compat.old_arguments import arg_max as arg_max
from penstock.compat.old_arguments import arg_min as arg_min
from penstock.ops.extremes import sort as sort
from penstock.ops.extremes import argsort as argsort
from penstock.ops.ranges import range as range
from penstock.ops.ranges import linspace as linspace
from penstock.ops.matrices import matmul as matmul
from penstock.ops.ranges import linspace as lin_space

# --- arrays (shapes, slices, gathers) ------------------------------------------------------------
from penstock.ops.arrays import expand_dims as expand_dims
from penstock.ops.arrays import invert_permutation as invert_permutation
from penstock.ops.arrays import matrix_transpose as matrix_transpose
from penstock.ops.arrays import rank as rank
from penstock.ops.arrays import reshape as reshape
from penstock.ops.arrays import shape as shape
from penstock.ops.arrays import shape_n as shape_n
from penstock.ops.arrays import size as size
from penstock.ops.arrays import squeeze as squeeze
from penstock.ops.arrays import transpose as transpose
from penstock.ops.broadcasting import broadcast_dynamic_shape as broadcast_dynamic_shape
from penstock.ops.broadcasting import broadcast_static_shape as broadcast_static_shape
from penstock.ops.broadcasting import broadcast_to as broadcast_to
from penstock.ops.fills import fill as fill
from penstock.ops.fills import ones as ones
from penstock.ops.fills import ones_like as ones_like
from penstock.ops.fills import zeros as zeros
from penstock.ops.fills import zeros_like as zeros_like
from penstock.ops.identities import check_numerics as check_numerics
from penstock.ops.identities import ensure_shape as ensure_shape
from penstock.ops.identities import guarantee_const as guarantee_const
from penstock.ops.identities import identity as identity
from penstock.ops.identities import identity_n as identity_n
from penstock.ops.identities import stop_gradient as stop_gradient
from penstock.compat.old_arguments import concat as concat
from penstock.ops.joining import parallel_stack as parallel_stack
from penstock.compat.old_arguments import split as split
from penstock.ops.joining import stack as stack
from penstock.ops.joining import unstack as unstack
from penstock.ops.padding import pad as pad
from penstock.compat.old_arguments import reverse as reverse
from penstock.ops.slices import reverse_sequence as reverse_sequence
from penstock.ops.slices import slice as slice
from penstock.ops.slices import tile as tile
from penstock.ops.strided import newaxis as newaxis
from penstock.ops.strided import strided_slice as strided_slice
from penstock.ops.functions import edit_distance as edit_distance
from penstock.ops.functions import meshgrid as meshgrid
from penstock.ops.functions import repeat as repeat
from penstock.ops.functions import (
    required_space_to_batch_paddings as required_space_to_batch_paddings,
)
from penstock.ops.functions import roll as roll
from penstock.ops.gathers import batch_gather as batch_gather
from penstock.ops.gathers import gather as gather
from penstock.ops.gathers import gather_nd as gather_nd
from penstock.ops.gathers import scatter_nd as scatter_nd
from penstock.ops.gathers import tensor_scatter_add as tensor_scatter_add
from penstock.ops.gathers import tensor_scatter_sub as tensor_scatter_sub
from penstock.ops.gathers import tensor_scatter_update as tensor_scatter_update
from penstock.ops.partitions import dynamic_partition as dynamic_partition
from penstock.ops.partitions import dynamic_stitch as dynamic_stitch
from penstock.ops.partitions import searchsorted as searchsorted
from penstock.ops.partitions import setdiff1d as setdiff1d
from penstock.ops.partitions import unique as unique
from penstock.ops.partitions import unique_with_counts as unique_with_counts
from penstock.ops.selecting import boolean_mask as boolean_mask
from penstock.ops.selecting import one_hot as one_hot
from penstock.ops.selecting import sequence_mask as sequence_mask
from penstock.ops.selecting import where as where
from penstock.ops.selecting import where_v2 as where_v2
from penstock.ops.spatial import batch_to_space as batch_to_space
from penstock.ops.spatial import batch_to_space_nd as batch_to_space_nd
from penstock.ops.spatial import depth_to_space as depth_to_space
from penstock.ops.spatial import extract_image_patches as extract_image_patches
from penstock.ops.spatial import space_to_batch as space_to_batch
from penstock.ops.spatial import space_to_batch_nd as space_to_batch_nd
from penstock.ops.spatial import space_to_depth as space_to_depth
from penstock.ops.sparse import sparse_placeholder as sparse_placeholder
from penstock.ops.sparse import sparse_tensor_dense_matmul as sparse_tensor_dense_matmul
from penstock.ops.sparse import sparse_tensor_to_dense as sparse_tensor_to_dense
from penstock.ops.sparse import sparse_to_dense as sparse_to_dense
from penstock.ops.sparse_sums import sparse_add as sparse_add
from penstock.ops.sparse_layout import sparse_concat as sparse_concat
from penstock.ops.sparse_rows import sparse_fill_empty_rows as sparse_fill_empty_rows
from penstock.ops.sparse_rows import sparse_mask as sparse_mask
from penstock.ops.sparse_sums import sparse_maximum as sparse_maximum
from penstock.ops.sparse_rows import sparse_merge as sparse_merge
from penstock.ops.sparse_sums import sparse_minimum as sparse_minimum
from penstock.ops.sparse_layout import sparse_reorder as sparse_reorder
from penstock.ops.sparse_rows import sparse_reset_shape as sparse_reset_shape
from penstock.ops.sparse_layout import sparse_reshape as sparse_reshape
from penstock.ops.sparse_rows import sparse_retain as sparse_retain
from penstock.ops.sparse_layout import sparse_slice as sparse_slice
from penstock.ops.sparse_sums import sparse_softmax as sparse_softmax
from penstock.compat.old_arguments import sparse_split as sparse_split
from penstock.ops.sparse_rows import sparse_to_indicator as sparse_to_indicator
from penstock.ops.sparse_layout import sparse_transpose as sparse_transpose
from penstock.ops.sparse_reductions import sparse_reduce_max as sparse_reduce_max
from penstock.ops.sparse_reductions import sparse_reduce_max_sparse as sparse_reduce_max_sparse
from penstock.ops.sparse_reductions import sparse_reduce_sum as sparse_reduce_sum
from penstock.ops.sparse_reductions import sparse_reduce_sum_sparse as sparse_reduce_sum_sparse
from penstock.compat.old_arguments import (
    fake_quant_with_min_max_args as fake_quant_with_min_max_args,
)
from penstock.compat.old_arguments import (
    fake_quant_with_min_max_args_gradient as fake_quant_with_min_max_args_gradient,  # noqa: E501
)
from penstock.compat.old_arguments import (
    fake_quant_with_min_max_vars as fake_quant_with_min_max_vars,
)
from penstock.compat.old_arguments import (
    fake_quant_with_min_max_vars_gradient as fake_quant_with_min_max_vars_gradient,  # noqa: E501
)
from penstock.compat.old_arguments import (
    fake_quant_with_min_max_vars_per_channel as fake_quant_with_min_max_vars_per_channel,  # noqa: E501
)
from penstock.compat.old_arguments import (
    fake_quant_with_min_max_vars_per_channel_gradient as fake_quant_with_min_max_vars_per_channel_gradient,  # noqa: E501
)
from penstock.ops.gathers import tensor_scatter_add as tensor_scatter_nd_add
from penstock.ops.gathers import tensor_scatter_sub as tensor_scatter_nd_sub
from penstock.ops.gathers import tensor_scatter_update as tensor_scatter_nd_update
from penstock.ops.slices import reverse as reverse_v2

# --- random numbers ------------------------------------------------------------------------------
from penstock.ops.random import get_seed as get_seed
from penstock.ops.random_categories import multinomial as multinomial
from penstock.ops.random_order import random_crop as random_crop
from penstock.ops.random_gamma import random_gamma as random_gamma
from penstock.ops.random import random_normal as random_normal
from penstock.ops.random_gamma import random_poisson as random_poisson
from penstock.ops.random_order import random_shuffle as random_shuffle
from penstock.ops.random import random_uniform as random_uniform
from penstock.ops.random import set_random_seed as set_random_seed
from penstock.ops.random import truncated_normal as truncated_normal

# --- variables, scopes, initializers -------------------------------------------------------------
from penstock.ops.initializers import Constant as constant_initializer
from penstock.ops.initializers import GlorotNormal as glorot_normal_initializer
from penstock.ops.initializers import GlorotUniform as glorot_uniform_initializer
from penstock.ops.initializers import Ones as ones_initializer
from penstock.ops.initializers import Orthogonal as orthogonal_initializer
from penstock.ops.initializers import RandomNormal as random_normal_initializer
from penstock.ops.initializers import RandomUniform as random_uniform_initializer
from penstock.ops.initializers import TruncatedNormal as truncated_normal_initializer
from penstock.ops.initializers import UniformUnitScaling as uniform_unit_scaling_initializer
from penstock.ops.initializers import VarianceScaling as variance_scaling_initializer
from penstock.ops.initializers import Zeros as zeros_initializer
from penstock.ops.partitioned_variables import (
    create_partitioned_variables as create_partitioned_variables,
)
from penstock.ops.partitioned_variables import fixed_size_partitioner as fixed_size_partitioner
from penstock.ops.partitioned_variables import (
    min_max_variable_partitioner as min_max_variable_partitioner,
)
from penstock.ops.partitioned_variables import (
    variable_axis_size_partitioner as variable_axis_size_partitioner,
)
from penstock.ops.scatter import batch_scatter_update as batch_scatter_update
from penstock.ops.scatter import scatter_add as scatter_add
from penstock.ops.scatter import scatter_div as scatter_div
from penstock.ops.scatter import scatter_max as scatter_max
from penstock.ops.scatter import scatter_min as scatter_min
from penstock.ops.scatter import scatter_mul as scatter_mul
from penstock.ops.scatter import scatter_nd_add as scatter_nd_add
from penstock.ops.scatter import scatter_nd_sub as scatter_nd_sub
from penstock.ops.scatter import scatter_nd_update as scatter_nd_update
from penstock.ops.scatter import scatter_sub as scatter_sub
from penstock.ops.scatter import scatter_update as scatter_update
from penstock.ops.state import assign as assign
from penstock.ops.state import assign_add as assign_add
from penstock.ops.state import assign_sub as assign_sub
from penstock.ops.state import count_up_to as count_up_to
from penstock.ops.template import make_template as make_template
from penstock.ops.variable_collections import (
    assert_variables_initialized as assert_variables_initialized,
)
from penstock.ops.variable_collections import global_variables as global_variables
from penstock.ops.variable_collections import (
    global_variables_initializer as global_variables_initializer,
)
from penstock.ops.variable_collections import is_variable_initialized as is_variable_initialized
from penstock.ops.variable_collections import local_variables as local_variables
from penstock.ops.variable_collections import (
    local_variables_initializer as local_variables_initializer,
)
from penstock.ops.variable_collections import model_variables as model_variables
from penstock.ops.variable_collections import moving_average_variables as moving_average_variables
from penstock.ops.variable_collections import (
    report_uninitialized_variables as report_uninitialized_variables,
)
from penstock.ops.variable_collections import trainable_variables as trainable_variables
from penstock.ops.variable_collections import variables_initializer as variables_initializer
from penstock.ops.variable_scope import AUTO_REUSE as AUTO_REUSE
from penstock.ops.variable_scope import VariableScope as VariableScope
from penstock.ops.variable_scope import get_local_variable as get_local_variable
from penstock.ops.variable_scope import get_variable as get_variable
from penstock.ops.variable_scope import get_variable_scope as get_variable_scope
from penstock.ops.variable_scope import no_regularizer as no_regularizer
from penstock.ops.variable_scope import variable_creator_scope as variable_creator_scope
from penstock.ops.variable_scope import variable_op_scope as variable_op_scope
from penstock.ops.variable_scope import variable_scope as variable_scope
from penstock.ops.variables import Variable as Variable
from penstock.ops.variables import VariableAggregation as VariableAggregation
from penstock.ops.variables import VariableSynchronization as VariableSynchronization
from penstock.ops.variables import disable_resource_variables as disable_resource_variables
from penstock.ops.variables import enable_resource_variables as enable_resource_variables
from penstock.ops.variables import resource_variables_enabled as resource_variables_enabled

# --- control flow, functional, debugging ---------------------------------------------------------
from penstock.ops.checks import Assert as Assert
from penstock.ops.checks import add_check_numerics_ops as add_check_numerics_ops
from penstock.ops.checks import assert_equal as assert_equal
from penstock.ops.checks import assert_greater as assert_greater
from penstock.ops.checks import assert_greater_equal as assert_greater_equal
from penstock.ops.checks import assert_integer as assert_integer
from penstock.ops.checks import assert_less as assert_less
from penstock.ops.checks import assert_less_equal as assert_less_equal
from penstock.ops.checks import assert_near as assert_near
from penstock.ops.checks import assert_negative as assert_negative
from penstock.ops.checks import assert_non_negative as assert_non_negative
from penstock.ops.checks import assert_non_positive as assert_non_positive
from penstock.ops.checks import assert_none_equal as assert_none_equal
from penstock.ops.checks import assert_positive as assert_positive
from penstock.ops.checks import assert_proper_iterable as assert_proper_iterable
from penstock.ops.checks import assert_rank as assert_rank
from penstock.ops.checks import assert_rank_at_least as assert_rank_at_least
from penstock.ops.checks import assert_rank_in as assert_rank_in
from penstock.ops.checks import assert_same_float_dtype as assert_same_float_dtype
from penstock.ops.checks import assert_scalar as assert_scalar
from penstock.ops.checks import assert_type as assert_type
from penstock.ops.checks import is_non_decreasing as is_non_decreasing
from penstock.ops.checks import is_numeric_tensor as is_numeric_tensor
from penstock.ops.checks import is_strictly_increasing as is_strictly_increasing
from penstock.ops.checks import verify_tensor_all_finite as verify_tensor_all_finite
from penstock.ops.control_flow import case as case
from penstock.ops.control_flow import cond as cond
from penstock.ops.control_flow import group as group
from penstock.ops.control_flow import no_op as no_op
from penstock.ops.control_flow import switch_case as switch_case
from penstock.ops.control_flow import tuple as tuple
from penstock.ops.functional import foldl as foldl
from penstock.ops.functional import foldr as foldr
from penstock.ops.functional import map_fn as map_fn
from penstock.compat.old_arguments import scan as scan
from penstock.ops.logging import Print as Print
from penstock.ops.logging import print_v2 as print
from penstock.ops.script import numpy_function as numpy_function
from penstock.ops.script import py_func as py_func
from penstock.ops.script import py_function as py_function
from penstock.ops.tensor_arrays import TensorArray as TensorArray
from penstock.ops.while_loops import while_loop as while_loop

from penstock.nn.confusion import confusion_matrix as confusion_matrix

# --- strings, files, images, records -------------------------------------------------------------
from penstock.ops.lookup import tables_initializer as tables_initializer
from penstock.ops.lookup import initialize_all_tables as initialize_all_tables
from penstock.ops.string_numbers import as_string as as_string
from penstock.ops.string_numbers import string_to_number as string_to_number
from penstock.ops.string_hashes import decode_base64 as decode_base64
from penstock.ops.string_hashes import encode_base64 as encode_base64
from penstock.ops.strings import reduce_join as reduce_join
from penstock.ops.string_patterns import regex_replace as regex_replace
from penstock.ops.strings import string_join as string_join
from penstock.ops.strings import string_split as string_split
from penstock.ops.strings import string_strip as string_strip
from penstock.ops.string_hashes import string_to_hash_bucket as string_to_hash_bucket
from penstock.ops.string_hashes import string_to_hash_bucket_fast as string_to_hash_bucket_fast
from penstock.ops.string_hashes import string_to_hash_bucket_strong as string_to_hash_bucket_strong
from penstock.ops.strings import substr as substr
from penstock.ops.examples import FixedLenFeature as FixedLenFeature
from penstock.ops.examples import FixedLenSequenceFeature as FixedLenSequenceFeature
from penstock.ops.examples import SparseFeature as SparseFeature
from penstock.ops.examples import VarLenFeature as VarLenFeature
from penstock.compat.old_examples import parse_example as parse_example
from penstock.compat.old_examples import parse_single_example as parse_single_example
from penstock.ops.examples import parse_single_sequence_example as parse_single_sequence_example
from penstock.ops.parsing import decode_compressed as decode_compressed
from penstock.compat.old_arguments import decode_csv as decode_csv
from penstock.ops.parsing import decode_json_example as decode_json_example
from penstock.ops.parsing import decode_raw as decode_raw
from penstock.ops.parsing import parse_tensor as parse_tensor
from penstock.ops.parsing import serialize_tensor as serialize_tensor
from penstock.ops.files import matching_files as matching_files
from penstock.ops.files import read_file as read_file
from penstock.ops.files import write_file as write_file
from penstock.ops.accumulators import ConditionalAccumulator as ConditionalAccumulator
from penstock.ops.accumulators import ConditionalAccumulatorBase as ConditionalAccumulatorBase
from penstock.ops.accumulators import SparseConditionalAccumulator as SparseConditionalAccumulator
from penstock.ops.queues import FIFOQueue as FIFOQueue
from penstock.ops.queues import PaddingFIFOQueue as PaddingFIFOQueue
from penstock.ops.queues import PriorityQueue as PriorityQueue
from penstock.ops.queues import QueueBase as QueueBase
from penstock.ops.queues import RandomShuffleQueue as RandomShuffleQueue
from penstock.ops.readers import FixedLengthRecordReader as FixedLengthRecordReader
from penstock.ops.readers import IdentityReader as IdentityReader
from penstock.ops.readers import ReaderBase as ReaderBase
from penstock.ops.readers import TFRecordReader as TFRecordReader
from penstock.ops.readers import TextLineReader as TextLineReader
from penstock.ops.readers import WholeFileReader as WholeFileReader
from penstock.ops.serialized_sparse import serialize_sparse as serialize_sparse
from penstock.ops.serialized_sparse import serialize_many_sparse as serialize_many_sparse
from penstock.ops.serialized_sparse import deserialize_many_sparse as deserialize_many_sparse

# --- sessions, gradients -------------------------------------------------------------------------
from penstock.autodiff.custom import custom_gradient as custom_gradient
from penstock.autodiff.custom import grad_pass_through as grad_pass_through
from penstock.autodiff.custom import recompute_grad as recompute_grad
from penstock.autodiff.gradients import AggregationMethod as AggregationMethod
from penstock.autodiff.gradients import UnconnectedGradients as UnconnectedGradients
from penstock.autodiff.gradients import gradients as gradients
from penstock.autodiff.hessians import hessians as hessians
from penstock.runtime.session import InteractiveSession as InteractiveSession
from penstock.runtime.session import Session as Session

# --- names of older versions (0.5 to 0.12) -------------------------------------------------------
from penstock.ops.partitions import listdiff as listdiff
from penstock.ops.math_binary import multiply as mul
from penstock.ops.math_binary import subtract as sub
from penstock.ops.math_unary import negative as neg
from penstock.ops.math_unary import reciprocal as inv
from penstock.ops.matrices import batch_matmul as batch_matmul
from penstock.compat.old_arguments import pack as pack
from penstock.compat.old_arguments import unpack as unpack
from penstock.ops.variable_collections import all_variables as all_variables
from penstock.ops.variable_collections import initialize_all_variables as initialize_all_variables
from penstock.ops.variable_collections import (
    initialize_local_variables as initialize_local_variables,
)
from penstock.ops.variable_collections import initialize_variables as initialize_variables

from penstock.summary.old_functions import audio_summary as audio_summary
from penstock.summary.old_functions import histogram_summary as histogram_summary
from penstock.summary.old_functions import image_summary as image_summary
from penstock.summary.old_functions import merge_all_summaries as merge_all_summaries
from penstock.summary.old_functions import merge_summary as merge_summary
from penstock.summary.old_functions import scalar_summary as scalar_summary

from penstock.compat.old_arguments import RegisterShape as RegisterShape
from penstock.compat.old_arguments import complex_abs as complex_abs
from penstock.compat.old_arguments import concat_v2 as concat_v2
from penstock.compat.old_arguments import select as select
from penstock.compat.old_arguments import split_v as split_v
from penstock.ops.linalg import cholesky as batch_cholesky
from penstock.ops.linalg_functions import cholesky_solve as batch_cholesky_solve
from penstock.ops.spectral import fft as batch_fft
from penstock.ops.spectral import fft2d as batch_fft2d
from penstock.ops.spectral import fft3d as batch_fft3d
from penstock.ops.spectral import ifft as batch_ifft
from penstock.ops.spectral import ifft2d as batch_ifft2d
from penstock.ops.spectral import ifft3d as batch_ifft3d
from penstock.ops.diagonals import matrix_band_part as batch_matrix_band_part
from penstock.ops.linalg import matrix_determinant as batch_matrix_determinant
from penstock.ops.diagonals import matrix_diag as batch_matrix_diag
from penstock.ops.diagonals import matrix_diag_part as batch_matrix_diag_part
from penstock.ops.linalg import matrix_inverse as batch_matrix_inverse
from penstock.ops.diagonals import matrix_set_diag as batch_matrix_set_diag
from penstock.ops.linalg import matrix_solve as batch_matrix_solve
from penstock.ops.linalg_functions import matrix_solve_ls as batch_matrix_solve_ls
from penstock.ops.arrays import matrix_transpose as batch_matrix_transpose
from penstock.ops.linalg import matrix_triangular_solve as batch_matrix_triangular_solve
from penstock.ops.decompositions import self_adjoint_eig as batch_self_adjoint_eig
from penstock.ops.decompositions import self_adjoint_eigvals as batch_self_adjoint_eigvals
from penstock.ops.decompositions import svd as batch_svd

# --- eager execution and loaded kernels: clear answers -------------------------------------------
from penstock.ops.indices import timestamp as timestamp
from penstock.ops.indices import unravel_index as unravel_index
from penstock.ops.matrices import sparse_matmul as sparse_matmul
from penstock.ops.string_hashes import fingerprint as fingerprint
from penstock.compat.eager import GradientTape as GradientTape
from penstock.compat.eager import control_flow_v2_enabled as control_flow_v2_enabled
from penstock.compat.eager import disable_control_flow_v2 as disable_control_flow_v2
from penstock.compat.eager import disable_eager_execution as disable_eager_execution
from penstock.compat.eager import disable_tensor_equality as disable_tensor_equality
from penstock.compat.eager import disable_v2_behavior as disable_v2_behavior
from penstock.compat.eager import disable_v2_tensorshape as disable_v2_tensorshape
from penstock.compat.eager import enable_control_flow_v2 as enable_control_flow_v2
from penstock.compat.eager import enable_eager_execution as enable_eager_execution
from penstock.compat.eager import enable_tensor_equality as enable_tensor_equality
from penstock.compat.eager import enable_v2_behavior as enable_v2_behavior
from penstock.compat.eager import enable_v2_tensorshape as enable_v2_tensorshape
from penstock.compat.eager import executing_eagerly as executing_eagerly
from penstock.compat.eager import function as function
from penstock.compat.eager import load_file_system_library as load_file_system_library
from penstock.compat.eager import load_library as load_library
from penstock.compat.eager import load_op_library as load_op_library
from penstock.compat.eager import wrap_function as wrap_function
from penstock.platform.logging import get_logger as get_logger

# --- protocol buffers (made when first asked for), and a clear answer for what isn't there -------
from typing import TYPE_CHECKING as _TYPE_CHECKING

from penstock.compat.missing import namespace_getattr as _namespace_getattr
from penstock.platform.versions import with_versions as _with_versions

# --- namespaces, loaded when first asked for -------------------------------------------------------
if _TYPE_CHECKING:
    from penstock.api.v1 import app as app
    from penstock.api.v1 import bitwise as bitwise
    from penstock.api.v1 import compat as compat
    from penstock.api.v1 import config as config
    from penstock.api.v1 import data as data
    from penstock.api.v1 import debugging as debugging
    from penstock.api.v1 import distributions as distributions
    from penstock.api.v1 import dtypes as dtypes
    from penstock.api.v1 import flags as flags
    from penstock.api.v1 import gfile as gfile
    from penstock.api.v1 import graph_util as graph_util
    from penstock.api.v1 import image as image
    from penstock.api.v1 import initializers as initializers
    from penstock.api.v1 import io as io
    from penstock.api.v1 import keras as keras
    from penstock.api.v1 import layers as layers
    from penstock.api.v1 import linalg as linalg
    from penstock.api.v1 import logging as logging
    from penstock.api.v1 import lookup as lookup
    from penstock.api.v1 import losses as losses
    from penstock.api.v1 import manip as manip
    from penstock.api.v1 import math as math
    from penstock.api.v1 import metrics as metrics
    from penstock.api.v1 import nest as nest
    from penstock.api.v1 import nn as nn
    from penstock.api.v1 import python_io as python_io
    from penstock.api.v1 import quantization as quantization
    from penstock.api.v1 import queue as queue
    from penstock.api.v1 import random as random
    from penstock.api.v1 import resource_loader as resource_loader
    from penstock.api.v1 import saved_model as saved_model
    from penstock.api.v1 import sets as sets
    from penstock.api.v1 import signal as signal
    from penstock.api.v1 import sparse as sparse
    from penstock.api.v1 import spectral as spectral
    from penstock.api.v1 import strings as strings
    from penstock.api.v1 import summary as summary
    from penstock.api.v1 import sysconfig as sysconfig
    from penstock.api.v1 import test as test
    from penstock.api.v1 import train as train

_PROTOS = frozenset(
    """AttrValue ConfigProto Event GPUOptions GraphDef GraphOptions HistogramProto LogMessage
    MetaGraphDef NameAttrList NodeDef OptimizerOptions RunMetadata RunOptions SessionLog Summary
    SummaryMetadata TensorInfo""".split()
)
_NAMESPACES = frozenset(
    """app bitwise compat config data debugging distributions dtypes flags gfile graph_util image
    initializers io keras layers linalg logging lookup losses manip math metrics nest nn
    python_io quantization queue random resource_loader saved_model sets signal sparse
    spectral strings summary sysconfig test train""".split()
)
_missing = _with_versions(_namespace_getattr(__name__))


def __getattr__(name: str) -> object:
    if name in _PROTOS:
        from penstock import protos

        value = getattr(protos, name)
        globals()[name] = value
        return value
    if name == "__all__":  # For `from tensorflow import *`.
        return [each for each in __dir__() if not each.startswith("_")]
    return _missing(name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_NAMESPACES})
