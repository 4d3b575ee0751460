"""The optional native kernels: C++ over oneDNN, called by XLA on the CPU.

Nothing depends on them. They are compiled on first use when a C++ compiler and the packages
`onednn-cpu-gomp` and `onednn-devel-cpu-gomp` are there; otherwise, and after any failure, XLA's own
kernels do the work, and `status` says why.

The environment variable `PENSTOCK_NATIVE` decides: `0` never uses them, `1` uses them wherever they
can work, and without it a fixed rule takes them for the shapes on which they measured faster. The
choice depends on shapes alone, so that a program makes the same one every time.
"""

from __future__ import annotations

from penstock.kernels.native.library import Status, active, mode, status

__all__ = ["Status", "active", "mode", "status"]
