"""Loads the native kernels once and registers them with XLA."""

from __future__ import annotations

import ctypes
import os
import threading
from pathlib import Path
from typing import Literal, NamedTuple

import jax
import jax.ffi

# A target whose operands or attributes change needs a new name: compiled programs that are kept
# between processes refer to it.
_TARGETS = {
    "penstock_adam": "PenstockAdam",
    "penstock_adam_product": "PenstockAdamProduct",
    "penstock_convolution": "PenstockConvolution",
    "penstock_lrn": "PenstockLrn",
    "penstock_lrn_grad": "PenstockLrnGrad",
    "penstock_max_pool_grad": "PenstockMaxPoolGrad",
    "penstock_narrow_product": "PenstockNarrowProduct",
    "penstock_product": "PenstockProduct",
}

_lock = threading.Lock()
_loaded: ctypes.CDLL | None = None
_reason: str | None = None
_awaited: Path | None = None


class Status(NamedTuple):
    """Whether native kernels are in use, and the reason when they are not."""

    in_use: bool
    detail: str

    def __str__(self) -> str:
        return ("in use: " if self.in_use else "not in use: ") + self.detail


def mode() -> Literal["never", "always", "auto"]:
    """What `PENSTOCK_NATIVE` asks for."""
    value = os.environ.get("PENSTOCK_NATIVE", "").strip().lower()
    if value in ("0", "false", "off", "no"):
        return "never"
    return "always" if value in ("1", "true", "on", "yes") else "auto"


def active() -> ctypes.CDLL | None:
    """The native kernels' library, registered with XLA; None while there is none to use.

    Where they could be built and are not, the first call has that begun, in a process of its own
    (`PENSTOCK_NATIVE=1` waits for it instead); later calls look whether it has ended.
    """
    global _loaded, _reason, _awaited
    if mode() == "never":
        return None
    if _loaded is not None:
        return _loaded
    with _lock:
        # Imported here so that the build module can also be run as a command.
        from penstock.kernels.native import build

        if _awaited is not None and _awaited.exists():
            _reason = _awaited = None
        if _loaded is None and _reason is None:
            try:
                _loaded = _load()
            except build.Unavailable as error:
                _reason = str(error)
            except Exception as error:  # Whatever is wrong here, XLA's kernels are there.
                _reason = f"loading failed: {type(error).__name__}: {error}"
        return _loaded


def _load() -> ctypes.CDLL:
    global _awaited
    from penstock.kernels.native import build

    if jax.default_backend() != "cpu" and mode() != "always":
        raise build.Unavailable(f"computations run on {jax.default_backend()}, not on the CPU")
    wanted = build.plan()
    if not wanted.target.exists():
        if mode() != "always":
            _awaited = wanted.target
            raise build.Unavailable(build.start(wanted))
        build.build()
    library = ctypes.CDLL(str(wanted.target))
    for target, symbol in _TARGETS.items():
        function = getattr(library, symbol, None)
        if function is not None:
            jax.ffi.register_ffi_target(target, jax.ffi.pycapsule(function), platform="cpu")
    works = getattr(library, "penstock_convolution_works", None)
    if works is not None:
        works.argtypes = [ctypes.POINTER(ctypes.c_int64), ctypes.c_int64]
        works.restype = ctypes.c_int
    return library


def identity() -> str:
    """What tells programs that were traced with these kernels from others."""
    library = active()
    return f"{mode()} {'' if library is None else library._name}"


def status() -> Status:
    """Says whether native kernels are in use, and has them built if they could be."""
    if mode() == "never":
        return Status(False, "PENSTOCK_NATIVE=0")
    library = active()
    if library is None:
        return Status(False, _reason or "unknown")
    names = "max_pool_grad, lrn, matmul, adam"
    if hasattr(library, "penstock_convolution_works"):
        names = f"convolution, {names}"
    return Status(True, f"{names} from {library._name}")
