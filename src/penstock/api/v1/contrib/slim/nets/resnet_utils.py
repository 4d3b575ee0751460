"""``tf.contrib.slim.nets.resnet_utils``."""

from penstock.contrib.slim.nets_resnet import Block as Block
from penstock.contrib.slim.nets_resnet import conv2d_same as conv2d_same
from penstock.contrib.slim.nets_resnet import resnet_arg_scope as resnet_arg_scope
from penstock.contrib.slim.nets_resnet import stack_blocks_dense as stack_blocks_dense
from penstock.contrib.slim.nets_resnet import subsample as subsample

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
