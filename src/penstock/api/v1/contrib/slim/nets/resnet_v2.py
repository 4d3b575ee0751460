"""``tf.contrib.slim.nets.resnet_v2``."""

from penstock.contrib.slim.nets_resnet import bottleneck_v2 as bottleneck
from penstock.contrib.slim.nets_resnet import resnet_arg_scope as resnet_arg_scope
from penstock.contrib.slim.nets_resnet import resnet_v2 as resnet_v2
from penstock.contrib.slim.nets_resnet import resnet_v2_50 as resnet_v2_50
from penstock.contrib.slim.nets_resnet import resnet_v2_101 as resnet_v2_101
from penstock.contrib.slim.nets_resnet import resnet_v2_152 as resnet_v2_152
from penstock.contrib.slim.nets_resnet import resnet_v2_200 as resnet_v2_200
from penstock.contrib.slim.nets_resnet import resnet_v2_block as resnet_v2_block

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
