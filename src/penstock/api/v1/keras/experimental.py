"""``tf.keras.experimental``."""

from penstock.keras.layers.recurrent_cells import PeepholeLSTMCell as PeepholeLSTMCell
from penstock.keras.optimizers.cosine_schedules import CosineDecay as CosineDecay
from penstock.keras.optimizers.cosine_schedules import CosineDecayRestarts as CosineDecayRestarts
from penstock.keras.optimizers.cosine_schedules import LinearCosineDecay as LinearCosineDecay
from penstock.keras.optimizers.cosine_schedules import (
    NoisyLinearCosineDecay as NoisyLinearCosineDecay,
)

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
