"""``tf.sets``: sets in the last dimension of tensors."""

from penstock.ops.sets import set_difference as difference
from penstock.ops.sets import set_intersection as intersection
from penstock.ops.sets import set_difference as set_difference
from penstock.ops.sets import set_intersection as set_intersection
from penstock.ops.sets import set_size as set_size
from penstock.ops.sets import set_union as set_union
from penstock.ops.sets import set_size as size
from penstock.ops.sets import set_union as union

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
