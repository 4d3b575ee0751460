"""``tf.contrib.learn.datasets``."""

from . import base as base
from . import mnist as mnist

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
