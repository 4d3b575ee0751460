"""``tf.contrib.lookup``: tables."""

from penstock.ops.lookup import FastHashSpec as FastHashSpec
from penstock.ops.lookup import HasherSpec as HasherSpec
from penstock.ops.lookup import HashTable as HashTable
from penstock.ops.lookup import IdTableWithHashBuckets as IdTableWithHashBuckets
from penstock.ops.lookup import InitializableLookupTableBase as InitializableLookupTableBase
from penstock.ops.lookup import KeyValueTensorInitializer as KeyValueTensorInitializer
from penstock.ops.lookup import LookupInterface as LookupInterface
from penstock.ops.lookup import MutableDenseHashTable as MutableDenseHashTable
from penstock.ops.lookup import MutableHashTable as MutableHashTable
from penstock.ops.lookup import StaticHashTable as StaticHashTable
from penstock.ops.lookup import StrongHashSpec as StrongHashSpec
from penstock.ops.lookup import TableInitializerBase as TableInitializerBase
from penstock.ops.lookup import TextFileIdTableInitializer as TextFileIdTableInitializer
from penstock.ops.lookup import TextFileIndex as TextFileIndex
from penstock.ops.lookup import TextFileInitializer as TextFileInitializer
from penstock.ops.lookup import TextFileStringTableInitializer as TextFileStringTableInitializer
from penstock.ops.lookup import index_table_from_file as index_table_from_file
from penstock.ops.lookup import index_table_from_tensor as index_table_from_tensor
from penstock.ops.lookup import index_to_string_table_from_file as index_to_string_table_from_file
from penstock.ops.lookup import (
    index_to_string_table_from_tensor as index_to_string_table_from_tensor,
)

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
