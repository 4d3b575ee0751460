"""``tf.contrib.slim.model_analyzer``."""

from penstock.contrib.slim.model_analyzer import analyze_ops as analyze_ops
from penstock.contrib.slim.model_analyzer import analyze_vars as analyze_vars
from penstock.contrib.slim.model_analyzer import tensor_description as tensor_description

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
