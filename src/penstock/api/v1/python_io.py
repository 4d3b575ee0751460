"""``tf.python_io``: TFRecord files."""

from penstock.data.records import TFRecordCompressionType as TFRecordCompressionType
from penstock.data.records import TFRecordOptions as TFRecordOptions
from penstock.data.records import TFRecordWriter as TFRecordWriter
from penstock.data.records import tf_record_iterator as tf_record_iterator

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
