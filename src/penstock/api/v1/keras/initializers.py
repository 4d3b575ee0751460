"""``tf.keras.initializers``."""

from penstock.keras.initializers import Constant as Constant
from penstock.keras.initializers import Identity as Identity
from penstock.keras.initializers import Initializer as Initializer
from penstock.keras.initializers import Ones as Ones
from penstock.keras.initializers import Orthogonal as Orthogonal
from penstock.keras.initializers import RandomNormal as RandomNormal
from penstock.keras.initializers import RandomUniform as RandomUniform
from penstock.keras.initializers import TruncatedNormal as TruncatedNormal
from penstock.keras.initializers import VarianceScaling as VarianceScaling
from penstock.keras.initializers import Zeros as Zeros
from penstock.keras.initializers import constant as constant
from penstock.keras.initializers import deserialize as deserialize
from penstock.keras.initializers import get as get
from penstock.keras.initializers import glorot_normal as glorot_normal
from penstock.keras.initializers import glorot_uniform as glorot_uniform
from penstock.keras.initializers import he_normal as he_normal
from penstock.keras.initializers import he_uniform as he_uniform
from penstock.keras.initializers import identity as identity
from penstock.keras.initializers import lecun_normal as lecun_normal
from penstock.keras.initializers import lecun_uniform as lecun_uniform
from penstock.keras.initializers import normal as normal
from penstock.keras.initializers import ones as ones
from penstock.keras.initializers import orthogonal as orthogonal
from penstock.keras.initializers import random_normal as random_normal
from penstock.keras.initializers import random_uniform as random_uniform
from penstock.keras.initializers import serialize as serialize
from penstock.keras.initializers import truncated_normal as truncated_normal
from penstock.keras.initializers import uniform as uniform
from penstock.keras.initializers import zeros as zeros

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
