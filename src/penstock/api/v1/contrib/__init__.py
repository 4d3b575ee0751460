"""``tf.contrib``: its much-used parts; each is loaded when it is first asked for."""

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
