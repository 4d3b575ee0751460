"""``tf.contrib.learn.preprocessing``."""

from penstock.contrib.learn.preprocessing import TOKENIZER_RE as TOKENIZER_RE
from penstock.contrib.learn.preprocessing import ByteProcessor as ByteProcessor
from penstock.contrib.learn.preprocessing import CategoricalProcessor as CategoricalProcessor
from penstock.contrib.learn.preprocessing import CategoricalVocabulary as CategoricalVocabulary
from penstock.contrib.learn.preprocessing import VocabularyProcessor as VocabularyProcessor
from penstock.contrib.learn.preprocessing import tokenizer as tokenizer

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
