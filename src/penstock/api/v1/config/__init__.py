"""``tf.config``: devices and settings of the process."""

from penstock.api.v1.config import experimental as experimental
from penstock.api.v1.config import optimizer as optimizer
from penstock.api.v1.config import threading as threading
from penstock.runtime.configuration import experimental_list_devices as experimental_list_devices
from penstock.runtime.configuration import get_soft_device_placement as get_soft_device_placement
from penstock.runtime.configuration import set_soft_device_placement as set_soft_device_placement

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
