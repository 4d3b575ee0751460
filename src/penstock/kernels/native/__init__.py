"""The optional native kernels: C++ over oneDNN, called by XLA on the CPU.

Nothing depends on them. Where a C++ compiler and the packages `onednn-cpu-gomp` and
`onednn-devel-cpu-gomp` are there, the first program that could use them has them compiled in the
background, and later programs use them; `penstock devices --build` compiles them at once, also
without oneDNN (and then without the convolution). Until then, and after any failure, XLA's own
kernels do the work, and `status` says why.

The environment variable `PENSTOCK_NATIVE` decides: `0` never uses them, `1` uses them wherever they
can work, and without it a fixed rule takes them for the shapes on which they measured faster. The
choice depends on shapes alone, so that a program makes the same one every time.
"""

from __future__ import annotations

from penstock.kernels.native.library import Status, active, identity, mode, status

__all__ = ["Status", "active", "identity", "mode", "status"]
