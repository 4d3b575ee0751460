"""Device names: ``tf.DeviceSpec``, parsing and merging of strings such as ``/job:w/gpu:0``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_PARTS = ("job", "replica", "task", "device_type", "device_index")


class DeviceSpec:
    """A device, each part of which may be left open.

    Args:
        job: name of the job. replica: its replica number. task: its task number.
        device_type: such as ``'CPU'``. device_index: which one.
    """

    def __init__(
        self,
        job: str | None = None,
        replica: int | None = None,
        task: int | None = None,
        device_type: str | None = None,
        device_index: int | None = None,
    ) -> None:
        self.job = job
        self.replica = replica
        self.task = task
        if device_type in ("cpu", "gpu", "tpu"):
            device_type = device_type.upper()
        self.device_type = device_type
        self.device_index = device_index

    def parse_from_string(self, spec: str) -> DeviceSpec:
        """Reads the parts from a device name; returns this object.

        Raises:
            ValueError: when ``spec`` is no device name.
        """
        self.__init__()  # type: ignore[misc]
        for part in spec.split("/"):
            pieces = part.split(":")
            kind = pieces[0]
            if not part:
                continue
            if len(pieces) == 2 and kind in ("job", "replica", "task"):
                setattr(self, kind, pieces[1] if kind == "job" else int(pieces[1]))
            elif len(pieces) <= 2 and kind.lower() in ("cpu", "gpu", "tpu"):
                self._set_device(kind.upper(), pieces[1] if len(pieces) == 2 else "*", spec)
            elif len(pieces) == 3 and kind == "device":
                self._set_device(pieces[1].upper(), pieces[2], spec)
            elif len(pieces) == 2 and kind.isupper():
                self._set_device(kind, pieces[1], spec)
            else:
                raise ValueError(f"Unknown attribute: '{kind}' in '{spec}'")
        return self

    def _set_device(self, device_type: str, index: str, spec: str) -> None:
        if self.device_type is not None:
            raise ValueError(f"Cannot specify multiple device types: {spec}")
        self.device_type = device_type
        self.device_index = None if index == "*" else int(index)

    @staticmethod
    def from_string(spec: str) -> DeviceSpec:
        """The device that a name describes."""
        return DeviceSpec().parse_from_string(spec)

    def replace(self, **kwargs: Any) -> DeviceSpec:
        """A copy with the parts given by keyword changed."""
        parts = {part: getattr(self, part) for part in _PARTS}
        return DeviceSpec(**{**parts, **kwargs})

    def make_merged_spec(self, dev: DeviceSpec) -> DeviceSpec:
        """A copy that takes over every part that ``dev`` gives."""
        merged_spec = self.replace()
        merged_spec.merge_from(dev)
        return merged_spec

    def merge_from(self, dev: DeviceSpec) -> None:
        """Takes over every part that ``dev`` gives."""
        for part in _PARTS:
            value = getattr(dev, part)
            if value is not None:
                setattr(self, part, value)

    def to_string(self) -> str:
        """The full name, such as ``/job:w/device:GPU:0``."""
        name = ""
        if self.job is not None:
            name += f"/job:{self.job}"
        if self.replica is not None:
            name += f"/replica:{self.replica}"
        if self.task is not None:
            name += f"/task:{self.task}"
        if self.device_type is not None:
            index = "*" if self.device_index is None else self.device_index
            name += f"/device:{self.device_type}:{index}"
        return name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DeviceSpec) and self.to_string() == other.to_string()

    def __hash__(self) -> int:
        return hash(self.to_string())


def canonical_name(device: Any) -> str:
    """The full form of a device name (``/gpu:0`` becomes ``/device:GPU:0``)."""
    if device is None:
        return ""
    if isinstance(device, DeviceSpec):
        return device.to_string()
    return DeviceSpec.from_string(device).to_string()


def merged(outer: str, inner: Any) -> str:
    """``inner``'s parts, filled up with those of ``outer``."""
    spec = DeviceSpec.from_string(outer or "")
    spec.merge_from(DeviceSpec.from_string(canonical_name(inner)))
    return spec.to_string()


def merge_device(spec: Any) -> Callable[[Any], str]:
    """A device function that lays ``spec`` under what an operation already asks for."""
    name = canonical_name(spec)
    return lambda op: merged(name, op.device)
