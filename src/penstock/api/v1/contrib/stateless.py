"""``tf.contrib.stateless``."""

from penstock.ops.random_stateless import stateless_categorical as stateless_categorical
from penstock.ops.random_stateless import stateless_multinomial as stateless_multinomial
from penstock.ops.random_stateless import stateless_random_normal as stateless_random_normal
from penstock.ops.random_stateless import stateless_random_uniform as stateless_random_uniform
from penstock.ops.random_stateless import stateless_truncated_normal as stateless_truncated_normal

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
