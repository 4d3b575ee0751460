"""``tf.sysconfig``: how this was built."""

from penstock.platform.resources import CXX11_ABI_FLAG as CXX11_ABI_FLAG
from penstock.platform.resources import MONOLITHIC_BUILD as MONOLITHIC_BUILD
from penstock.platform.resources import get_compile_flags as get_compile_flags
from penstock.platform.resources import get_include as get_include
from penstock.platform.resources import get_lib as get_lib
from penstock.platform.resources import get_link_flags as get_link_flags

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
