"""``tf.estimator.inputs``."""

from penstock.estimator.inputs import numpy_input_fn as numpy_input_fn
from penstock.estimator.inputs import pandas_input_fn as pandas_input_fn

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
