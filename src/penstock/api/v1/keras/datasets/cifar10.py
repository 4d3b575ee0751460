"""``tf.keras.datasets.cifar10``."""

from penstock.keras.datasets.cifar10 import load_data as load_data

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
