"""``tf.contrib.util``."""

from penstock.graph.static_values import constant_value as constant_value
from penstock.graph.tensor_values import array_of_tensor_proto as make_ndarray
from penstock.graph.tensor_values import tensor_proto as make_tensor_proto

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
