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

# --- random numbers ------------------------------------------------------------------------------

# --- variables, scopes, initializers -------------------------------------------------------------

# --- control flow, functional, debugging ---------------------------------------------------------

# --- strings, files, images, records -------------------------------------------------------------

# --- sessions, gradients -------------------------------------------------------------------------

# --- namespaces ----------------------------------------------------------------------------------

# --- names of older versions (0.5 to 0.12) -------------------------------------------------------
