"""``tf.keras.datasets.mnist``."""

from penstock.keras.datasets.mnist import load_data as load_data

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
