"""``tf.keras.constraints``."""

from penstock.keras.constraints import Constraint as Constraint
from penstock.keras.constraints import MaxNorm as MaxNorm
from penstock.keras.constraints import MinMaxNorm as MinMaxNorm
from penstock.keras.constraints import NonNeg as NonNeg
from penstock.keras.constraints import RadialConstraint as RadialConstraint
from penstock.keras.constraints import UnitNorm as UnitNorm
from penstock.keras.constraints import deserialize as deserialize
from penstock.keras.constraints import get as get
from penstock.keras.constraints import serialize as serialize

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
