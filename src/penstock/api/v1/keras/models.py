"""``tf.keras.models``."""

from penstock.keras.engine.sequential import Sequential as Sequential
from penstock.keras.engine.training import Model as Model

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
