"""``tf.contrib.slim.nets.vgg``."""

from penstock.contrib.slim.nets_vgg import vgg_16 as vgg_16
from penstock.contrib.slim.nets_vgg import vgg_19 as vgg_19
from penstock.contrib.slim.nets_vgg import vgg_a as vgg_a
from penstock.contrib.slim.nets_vgg import vgg_arg_scope as vgg_arg_scope
from penstock.contrib.slim.nets_vgg import vgg_d as vgg_d
from penstock.contrib.slim.nets_vgg import vgg_e as vgg_e

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
