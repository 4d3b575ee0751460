"""``tf.bitwise``: operations on the bits of integers."""

from penstock.ops.bitwise import bitwise_and as bitwise_and
from penstock.ops.bitwise import bitwise_or as bitwise_or
from penstock.ops.bitwise import bitwise_xor as bitwise_xor
from penstock.ops.bitwise import invert as invert
from penstock.ops.bitwise import left_shift as left_shift
from penstock.ops.bitwise import right_shift as right_shift

# --- a clear answer for a name that isn't there
from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
