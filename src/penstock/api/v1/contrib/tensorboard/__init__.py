"""``tf.contrib.tensorboard``."""

from . import plugins as plugins

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
