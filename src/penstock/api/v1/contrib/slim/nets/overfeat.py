"""``tf.contrib.slim.nets.overfeat``."""

from penstock.contrib.slim.nets_vgg import overfeat as overfeat
from penstock.contrib.slim.nets_vgg import overfeat_arg_scope as overfeat_arg_scope

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
