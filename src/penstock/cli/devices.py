"""List the devices that Penstock can use and the kernels it uses on them."""

from __future__ import annotations

import argparse
from typing import Any


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--build",
        action="store_true",
        help="compile the native CPU kernels now (they need a C++ compiler; oneDNN's packages, "
        "installed by penstock[native], add the convolution)",
    )


def main(options: argparse.Namespace) -> int:
    """Prints the tables."""
    import jax
    import jaxlib
    from rich.console import Console
    from rich.table import Table

    console = Console()
    if options.build and not _build(console):
        return 1
    table = Table(title=f"Devices (JAX {jax.__version__}, jaxlib {jaxlib.__version__})")
    for heading in ("TensorFlow name", "platform", "kind", "memory"):
        table.add_column(heading)
    devices = jax.devices()
    if devices[0].platform != "cpu":
        devices = [*jax.devices("cpu"), *devices]
    for name, device in named_devices(devices):
        table.add_row(name, device.platform, device.device_kind, _memory(device))
    console.print(table)
    rows = kernel_rows()
    if rows:
        kernels = Table(title="Kernels that Penstock chooses on the default device")
        for heading in ("operation", "kernel"):
            kernels.add_column(heading)
        for operation, kernel in rows:
            kernels.add_row(operation, kernel)
        console.print(kernels)
    return 0


def _build(console: Any) -> bool:
    """Builds the native kernels, whatever came of it before."""
    from penstock.kernels.native import build

    try:
        with console.status("Compiling native kernels, which takes up to a minute"):
            path = build.build()
    except build.Unavailable as error:
        console.print(f"Native kernels were not built: {error}")
        return False
    console.print(f"Native kernels: {path}", soft_wrap=True)
    return True


def named_devices(devices: list[Any]) -> list[tuple[str, Any]]:
    """Each JAX device with the name that ``tf.device`` knows it by: ``/device:GPU:0``."""
    counts: dict[str, int] = {}
    named = []
    for device in devices:
        kind = "GPU" if device.platform in ("gpu", "cuda", "rocm") else device.platform.upper()
        index = counts.setdefault(kind, 0)
        counts[kind] += 1
        named.append((f"/device:{kind}:{index}", device))
    return named


def kernel_rows() -> list[tuple[str, str]]:
    """Operation and chosen kernel, from ``penstock.kernels.in_use()`` where that exists."""
    from penstock import kernels

    in_use = getattr(kernels, "in_use", None)
    return [] if in_use is None else list(in_use())


def _memory(device: Any) -> str:
    try:
        statistics = device.memory_stats()
    except Exception:  # several backends raise, each its own error, where they keep no count
        statistics = None
    limit = (statistics or {}).get("bytes_limit")
    return "" if not limit else f"{limit / 2**30:.1f} GiB"
