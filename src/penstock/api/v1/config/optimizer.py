"""``tf.config.optimizer``: see `penstock.runtime.configuration`."""

from penstock.runtime.configuration import get_experimental_options as get_experimental_options
from penstock.runtime.configuration import get_jit as get_jit
from penstock.runtime.configuration import set_experimental_options as set_experimental_options
from penstock.runtime.configuration import set_jit as set_jit

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
