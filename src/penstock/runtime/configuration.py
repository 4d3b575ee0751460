"""``tf.config``: what a program may ask about devices and settings of the process.

XLA manages threads and memory itself: settings are kept and given back, and what they would ask
TensorFlow's runtime for happens, or not, as XLA does it.
"""

from __future__ import annotations

import collections
from typing import Any

from penstock.runtime import compiler

PhysicalDevice = collections.namedtuple("PhysicalDevice", ["name", "device_type"])
LogicalDevice = collections.namedtuple("LogicalDevice", ["name", "device_type"])

_settings: dict[Any, Any] = {}


def _listed(kind: Any, prefix: str, device_type: str | None) -> list[Any]:
    names = [compiler.device_name(device) for device in compiler.available_devices()]
    return [
        kind(prefix + name.removeprefix("/device:"), name.split(":")[1])
        for name in names
        if device_type in (None, name.split(":")[1])
    ]


def list_physical_devices(device_type: str | None = None) -> list[Any]:
    """The devices of the machine.

    Args:
        device_type: ``'CPU'`` or ``'GPU'``; all when left out.
    """
    return _listed(PhysicalDevice, "/physical_device:", device_type)


def list_logical_devices(device_type: str | None = None) -> list[Any]:
    """The devices that operations can be placed on; see ``list_physical_devices``."""
    return _listed(LogicalDevice, "/device:", device_type)


def experimental_list_devices() -> list[str]:
    """The full names of all devices."""
    return [
        "/job:localhost/replica:0/task:0" + compiler.device_name(device)
        for device in compiler.available_devices()
    ]


def get_visible_devices(device_type: str | None = None) -> list[Any]:
    """The devices that programs see: those of the machine."""
    return list_physical_devices(device_type)


def get_memory_growth(device: Any) -> bool:
    """What ``set_memory_growth`` was told, else ``False``."""
    return _settings.get(("growth", device), False)


def set_memory_growth(device: Any, enable: bool) -> None:
    """Keeps the wish; XLA's own setting (``XLA_PYTHON_CLIENT_PREALLOCATE``) is what counts."""
    _settings["growth", device] = bool(enable)


def get_soft_device_placement() -> bool:
    """Whether operations may go to another device than they ask for."""
    return _settings.get("soft_placement", False)


def set_soft_device_placement(enabled: bool) -> None:
    """See ``get_soft_device_placement``; ``tf.ConfigProto`` says it for one session."""
    _settings["soft_placement"] = bool(enabled)


def get_inter_op_parallelism_threads() -> int:
    """The threads for operations side by side; 0: the system chooses."""
    return _settings.get("inter_op", 0)


def set_inter_op_parallelism_threads(num_threads: int) -> None:
    """Keeps a wish for ``get_inter_op_parallelism_threads``."""
    _settings["inter_op"] = int(num_threads)


def get_intra_op_parallelism_threads() -> int:
    """The threads within an operation; 0: the system chooses."""
    return _settings.get("intra_op", 0)


def set_intra_op_parallelism_threads(num_threads: int) -> None:
    """Keeps a wish for ``get_intra_op_parallelism_threads``."""
    _settings["intra_op"] = int(num_threads)


def get_jit() -> bool:
    """Whether graphs are compiled: always."""
    return True


def set_jit(enabled: bool) -> None:
    """Nothing to do: XLA compiles everything."""


def get_experimental_options() -> dict[str, Any]:
    """The options that ``set_experimental_options`` was given."""
    return dict(_settings.get("optimizer", {}))


def set_experimental_options(options: dict[str, Any]) -> None:
    """Keeps options for TensorFlow's graph optimizer; XLA optimizes here."""
    _settings.setdefault("optimizer", {}).update(options)
