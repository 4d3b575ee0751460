"""``tf.keras.datasets``."""

from penstock.api.v1.keras.datasets import fashion_mnist as fashion_mnist

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
