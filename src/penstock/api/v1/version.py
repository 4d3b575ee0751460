"""``tf.version``: which TensorFlow is followed."""

from penstock.compat.missing import namespace_getattr as _namespace_getattr
from penstock.platform.versions import with_versions as _with_versions

__getattr__ = _with_versions(_namespace_getattr(__name__))
