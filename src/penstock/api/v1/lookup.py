"""``tf.lookup``: tables."""

from penstock.ops.lookup import KeyValueTensorInitializer as KeyValueTensorInitializer
from penstock.ops.lookup import StaticHashTable as StaticHashTable
from penstock.ops.lookup import StaticVocabularyTable as StaticVocabularyTable
from penstock.ops.lookup import TextFileIndex as TextFileIndex
from penstock.ops.lookup import TextFileInitializer as TextFileInitializer

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
