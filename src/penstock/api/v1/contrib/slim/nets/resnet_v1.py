"""``tf.contrib.slim.nets.resnet_v1``."""

from penstock.contrib.slim.nets_resnet import bottleneck_v1 as bottleneck
from penstock.contrib.slim.nets_resnet import resnet_arg_scope as resnet_arg_scope
from penstock.contrib.slim.nets_resnet import resnet_v1 as resnet_v1
from penstock.contrib.slim.nets_resnet import resnet_v1_50 as resnet_v1_50
from penstock.contrib.slim.nets_resnet import resnet_v1_101 as resnet_v1_101
from penstock.contrib.slim.nets_resnet import resnet_v1_152 as resnet_v1_152
from penstock.contrib.slim.nets_resnet import resnet_v1_200 as resnet_v1_200
from penstock.contrib.slim.nets_resnet import resnet_v1_block as resnet_v1_block

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
