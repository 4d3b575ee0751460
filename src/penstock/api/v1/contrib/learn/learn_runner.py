"""``tf.contrib.learn.learn_runner``."""

from penstock.contrib.learn.experiment import run as run

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
