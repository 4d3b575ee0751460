"""From a function of arrays to a compiled program, through JAX.

64-bit types are switched on for the length of a call only: what other code in the process does
with JAX is its own business.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import jax
import numpy as np

from penstock.graph import errors
from penstock.graph.operation import Operation

_DEVICE = re.compile(r"/device:([A-Za-z]+):(\d+|\*)")


def compile(  # noqa: A001 - the field's word
    function: Callable[..., Any], arguments: Sequence[Any], device: Any = None
) -> Callable[..., Any]:
    """Compiles ``function`` for arguments of these shapes and types; the first is donated.

    Args:
        function: traced once, with 64-bit types on.
        arguments: arrays in lists and dictionaries.
        device: where to run, or ``None`` for JAX's default.

    Returns:
        The program: a function of such arguments.
    """
    with jax.enable_x64(True), _on(device), cached_compilations():
        shapes = jax.tree.map(_shape_of, list(arguments))
        jitted = jax.jit(function, donate_argnums=0, keep_unused=True)
        compiled = jitted.trace(*shapes).lower().compile()

    def call(*values: Any) -> Any:
        with jax.enable_x64(True):
            return compiled(*values)

    return call


def _shape_of(value: Any) -> Any:
    return jax.ShapeDtypeStruct(np.shape(value), value.dtype)


@contextlib.contextmanager
def _on(device: Any) -> Iterator[None]:
    if device is None:
        yield
    else:
        with jax.default_device(device):
            yield


def on_device(value: Any, device: Any = None) -> jax.Array:
    """``value`` as an array on a device, its type kept, its memory its own."""
    with jax.enable_x64(True):
        return jax.device_put(np.array(value), device)


def device_of(operations: Iterable[Operation]) -> Any:
    """The JAX device that the operations ask for, or ``None`` for the default one.

    A cluster runs on one device; of several that are asked for, the first that isn't a CPU.
    """
    wanted = None
    for op in operations:
        if not op.device:
            continue
        match = _DEVICE.search(op.device)
        if match is None:
            continue
        kind, index = match[1].lower(), 0 if match[2] == "*" else int(match[2])
        if kind == "cpu":
            wanted = wanted or ("cpu", 0, op)
        elif wanted is None or wanted[0] == "cpu":
            wanted = (kind, index, op)
    if wanted is None:
        return None
    kind, index, op = wanted
    try:
        devices = jax.devices(kind)
    except RuntimeError:
        devices = []
    if index < len(devices):
        return None if devices[index] == jax.devices()[0] else devices[index]
    return None


def available_devices() -> list[Any]:
    """JAX's devices in this process: the default platform's, then the CPU's."""
    devices = list(jax.devices())
    if devices and devices[0].platform != "cpu":
        with contextlib.suppress(RuntimeError):
            devices.extend(jax.devices("cpu"))
    return devices


def check_device(op: Operation, allow_soft_placement: bool) -> None:
    """Raises unless the device that ``op`` asks for is there.

    Raises:
        InvalidArgumentError: ``Cannot assign a device for operation``.
    """
    if allow_soft_placement or not op.device:
        return
    match = _DEVICE.search(op.device)
    if match is None or match[1].upper() == "CPU":
        return
    names = [device_name(d) for d in available_devices()]
    index = 0 if match[2] == "*" else int(match[2])
    if f"/device:{match[1].upper()}:{index}" not in names:
        raise errors.InvalidArgumentError(
            None,
            op,
            f"Cannot assign a device for operation {op.name}: Operation was explicitly assigned "
            f"to {op.device} but available devices are [ {', '.join(names)} ]. Make sure the "
            "device specification refers to a valid device.",
        )


def device_name(device: Any) -> str:
    """TensorFlow's name for a JAX device, such as ``/device:GPU:0``."""
    kind = {"cuda": "GPU", "rocm": "GPU"}.get(device.platform, device.platform.upper())
    return f"/device:{kind}:{device.id if kind != 'CPU' else 0}"


# -- the persistent cache -------------------------------------------------------------------------
def cache_folder() -> str | None:
    """Where compiled programs are kept between processes; ``PENSTOCK_CACHE=0`` turns that off."""
    setting = os.environ.get("PENSTOCK_CACHE")
    if setting in ("0", ""):
        return None
    if setting:
        return setting
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "penstock", "xla")


@contextlib.contextmanager
def cached_compilations() -> Iterator[None]:
    """Compilations inside use the persistent cache, if it can be had for this call alone."""
    yield
