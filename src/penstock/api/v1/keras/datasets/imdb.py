"""``tf.keras.datasets.imdb``."""

from penstock.keras.datasets.imdb import get_word_index as get_word_index
from penstock.keras.datasets.imdb import load_data as load_data

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
