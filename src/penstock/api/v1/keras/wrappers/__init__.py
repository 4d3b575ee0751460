"""``tf.keras.wrappers``."""

from penstock.api.v1.keras.wrappers import scikit_learn as scikit_learn

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
