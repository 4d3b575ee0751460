"""``tf.contrib.slim.nets.alexnet``."""

from penstock.contrib.slim.nets_vgg import alexnet_v2 as alexnet_v2
from penstock.contrib.slim.nets_vgg import alexnet_v2_arg_scope as alexnet_v2_arg_scope

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
