"""``tf.initializers``: what makes the initial values of variables."""

from penstock.ops.initializers import Constant as constant
from penstock.ops.initializers import GlorotNormal as glorot_normal
from penstock.ops.initializers import GlorotUniform as glorot_uniform
from penstock.ops.initializers import Identity as identity
from penstock.ops.initializers import Ones as ones
from penstock.ops.initializers import Orthogonal as orthogonal
from penstock.ops.initializers import RandomNormal as random_normal
from penstock.ops.initializers import RandomUniform as random_uniform
from penstock.ops.initializers import TruncatedNormal as truncated_normal
from penstock.ops.initializers import UniformUnitScaling as uniform_unit_scaling
from penstock.ops.initializers import VarianceScaling as variance_scaling
from penstock.ops.initializers import Zeros as zeros
from penstock.ops.initializers import he_normal as he_normal
from penstock.ops.initializers import he_uniform as he_uniform
from penstock.ops.initializers import lecun_normal as lecun_normal
from penstock.ops.initializers import lecun_uniform as lecun_uniform
from penstock.ops.lookup import tables_initializer as tables_initializer
from penstock.ops.variable_collections import global_variables_initializer as global_variables
from penstock.ops.variable_collections import local_variables_initializer as local_variables
from penstock.ops.variable_collections import variables_initializer as variables

# --- a clear answer for a name that isn't there
from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
