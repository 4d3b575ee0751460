"""``tf.keras.constraints``."""

from penstock.keras.constraints import Constraint as Constraint
from penstock.keras.constraints import MaxNorm as MaxNorm
from penstock.keras.constraints import MinMaxNorm as MinMaxNorm
from penstock.keras.constraints import NonNeg as NonNeg
from penstock.keras.constraints import RadialConstraint as RadialConstraint
from penstock.keras.constraints import UnitNorm as UnitNorm
from penstock.keras.constraints import deserialize as deserialize
from penstock.keras.constraints import get as get
from penstock.keras.constraints import max_norm as max_norm
from penstock.keras.constraints import min_max_norm as min_max_norm
from penstock.keras.constraints import non_neg as non_neg
from penstock.keras.constraints import radial_constraint as radial_constraint
from penstock.keras.constraints import serialize as serialize
from penstock.keras.constraints import unit_norm as unit_norm

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
