"""``tf.contrib.slim.nets``: models for images."""

from . import alexnet as alexnet
from . import overfeat as overfeat
from . import resnet_utils as resnet_utils
from . import resnet_v1 as resnet_v1
from . import resnet_v2 as resnet_v2
from . import vgg as vgg

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
