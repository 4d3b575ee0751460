"""``tf.contrib.tensorboard.plugins``."""

from . import projector as projector

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
