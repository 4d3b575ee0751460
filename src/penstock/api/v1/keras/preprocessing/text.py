"""``tf.keras.preprocessing.text``."""

from penstock.keras.preprocessing.text import Tokenizer as Tokenizer
from penstock.keras.preprocessing.text import hashing_trick as hashing_trick
from penstock.keras.preprocessing.text import one_hot as one_hot
from penstock.keras.preprocessing.text import text_to_word_sequence as text_to_word_sequence
from penstock.keras.preprocessing.text import tokenizer_from_json as tokenizer_from_json

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
