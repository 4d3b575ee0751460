"""``tensorflow.python.client.device_lib``: the devices of this machine."""

from __future__ import annotations

from typing import Any

from penstock import protos
from penstock.runtime import compiler


def list_local_devices(session_config: Any = None) -> list[Any]:
    """The devices that sessions can use, as ``DeviceAttributes`` messages.

    Args:
        session_config: accepted for TensorFlow's sake.
    """
    del session_config
    listed = []
    for device in compiler.available_devices():
        name = compiler.device_name(device)
        statistics = getattr(device, "memory_stats", lambda: None)() or {}
        listed.append(
            protos.DeviceAttributes(
                name=name,
                device_type=name.split(":")[1],
                memory_limit=int(statistics.get("bytes_limit", 256 << 20)),
                physical_device_desc=f"device: {device.device_kind}",
            )
        )
    return listed
