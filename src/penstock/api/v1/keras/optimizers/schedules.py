"""``tf.keras.optimizers.schedules``."""

from penstock.keras.optimizers.schedules import ExponentialDecay as ExponentialDecay
from penstock.keras.optimizers.schedules import InverseTimeDecay as InverseTimeDecay
from penstock.keras.optimizers.schedules import LearningRateSchedule as LearningRateSchedule
from penstock.keras.optimizers.schedules import PiecewiseConstantDecay as PiecewiseConstantDecay
from penstock.keras.optimizers.schedules import PolynomialDecay as PolynomialDecay
from penstock.keras.optimizers.schedules import deserialize as deserialize
from penstock.keras.optimizers.schedules import serialize as serialize

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
