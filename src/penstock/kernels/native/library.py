"""Loads the native kernels once and registers them with XLA."""

from __future__ import annotations

import ctypes
import os
import threading
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
    "penstock_product": "PenstockProduct",
}

_lock = threading.Lock()
_loaded: ctypes.CDLL | None = None
_reason: str | None = None


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
    """The native kernels' library, built and registered at the first call; None without one."""
    global _loaded, _reason
    if mode() == "never":
        return None
    with _lock:
        # Imported here so that the build module can also be run as a command.
        from penstock.kernels.native.build import Unavailable

        if _loaded is None and _reason is None:
            try:
                _loaded = _load()
            except Unavailable as error:
                _reason = str(error)
            except Exception as error:  # Whatever is wrong here, XLA's kernels are there.
                _reason = f"loading failed: {type(error).__name__}: {error}"
        return _loaded


def _load() -> ctypes.CDLL:
    from penstock.kernels.native.build import Unavailable, build

    if jax.default_backend() != "cpu" and mode() != "always":
        raise Unavailable(f"computations run on {jax.default_backend()}, not on the CPU")
    path = build()
    library = ctypes.CDLL(str(path))
    library.penstock_convolution_works.argtypes = [
        ctypes.POINTER(ctypes.c_int64),
        ctypes.c_int64,
    ]
    library.penstock_convolution_works.restype = ctypes.c_int
    for target, symbol in _TARGETS.items():
        function = getattr(library, symbol)
        jax.ffi.register_ffi_target(target, jax.ffi.pycapsule(function), platform="cpu")
    return library


def status() -> Status:
    """Says whether native kernels are in use; builds them if that has not been tried."""
    if mode() == "never":
        return Status(False, "PENSTOCK_NATIVE=0")
    library = active()
    if library is None:
        return Status(False, _reason or "unknown")
    return Status(True, f"convolution, max_pool_grad, lrn, matmul, adam from {library._name}")
