"""``tf.keras.preprocessing``."""

from penstock.api.v1.keras.preprocessing import image as image
from penstock.api.v1.keras.preprocessing import sequence as sequence
from penstock.api.v1.keras.preprocessing import text as text

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
