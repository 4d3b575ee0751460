"""``tf``: the root namespace of TensorFlow 1.15, and the names that older versions had.

Read this file to see what is there; each name says where it comes from.
"""

# --- graph ---------------------------------------------------------------------------------------
from penstock.graph import errors as errors
from penstock.graph.collections import GraphKeys as GraphKeys
from penstock.graph.composite import IndexedSlices as IndexedSlices
from penstock.graph.composite import SparseTensor as SparseTensor
from penstock.graph.composite import SparseTensorValue as SparseTensorValue
from penstock.graph.convert import convert_to_tensor as convert_to_tensor
from penstock.graph.convert import (
    convert_to_tensor_or_indexed_slices as convert_to_tensor_or_indexed_slices,
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
from penstock.graph.scopes import name_scope as op_scope
from penstock.graph.shapes import Dimension as Dimension
from penstock.graph.shapes import TensorShape as TensorShape
from penstock.graph.tensor import Tensor as Tensor

# --- constants and placeholders ------------------------------------------------------------------
from penstock.ops.constants import constant as constant
from penstock.ops.constants import placeholder as placeholder
from penstock.ops.constants import placeholder_with_default as placeholder_with_default

# --- math (element-wise, reductions, matrices, linear algebra) -----------------------------------

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
from penstock.ops.joining import concat as concat
from penstock.ops.joining import parallel_stack as parallel_stack
from penstock.ops.joining import split as split
from penstock.ops.joining import stack as stack
from penstock.ops.joining import unstack as unstack
from penstock.ops.padding import pad as pad
from penstock.ops.slices import reverse as reverse
from penstock.ops.slices import reverse_sequence as reverse_sequence
from penstock.ops.slices import slice as slice
from penstock.ops.slices import tile as tile
from penstock.ops.strided import strided_slice as strided_slice

# --- random numbers ------------------------------------------------------------------------------

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

# --- strings, files, images, records -------------------------------------------------------------

# --- sessions, gradients -------------------------------------------------------------------------
from penstock.autodiff.gradients import AggregationMethod as AggregationMethod
from penstock.autodiff.gradients import UnconnectedGradients as UnconnectedGradients
from penstock.autodiff.gradients import gradients as gradients
from penstock.runtime.session import InteractiveSession as InteractiveSession
from penstock.runtime.session import Session as Session

# --- namespaces ----------------------------------------------------------------------------------
from penstock.api.v1 import train as train
from penstock.api.v1 import nest as nest

# --- names of older versions (0.5 to 0.12) -------------------------------------------------------
from penstock.ops.joining import stack as pack
from penstock.ops.joining import unstack as unpack
from penstock.ops.variable_collections import all_variables as all_variables
from penstock.ops.variable_collections import initialize_all_variables as initialize_all_variables
from penstock.ops.variable_collections import (
    initialize_local_variables as initialize_local_variables,
)
from penstock.ops.variable_collections import initialize_variables as initialize_variables
