"""``tf.app``: running a program, and its flags."""

from penstock.api.v1 import flags as flags
from penstock.platform.app import run as run

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
