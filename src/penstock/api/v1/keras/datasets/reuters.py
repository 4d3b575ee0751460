"""``tf.keras.datasets.reuters``."""

from penstock.keras.datasets.reuters import get_word_index as get_word_index
from penstock.keras.datasets.reuters import load_data as load_data

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
