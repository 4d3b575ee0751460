"""``tf.config.experimental``: see `penstock.runtime.configuration`."""

from penstock.runtime.configuration import get_memory_growth as get_memory_growth
from penstock.runtime.configuration import get_visible_devices as get_visible_devices
from penstock.runtime.configuration import list_logical_devices as list_logical_devices
from penstock.runtime.configuration import list_physical_devices as list_physical_devices
from penstock.runtime.configuration import set_memory_growth as set_memory_growth

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
