"""Numerical kernels: plain functions of JAX and NumPy arrays, without any graph."""

from __future__ import annotations


def in_use() -> list[tuple[str, str]]:
    """Which kernels the default device uses: (operation, kernel) pairs for ``penstock devices``."""
    import jax

    from penstock.kernels import native

    if jax.default_backend() != "cpu":
        return [("all", "XLA")]
    status = native.status()
    if not status.in_use:
        return [("all", f"XLA (native kernels not in use: {status.detail})")]
    names, _, library = status.detail.partition(" from ")
    rows = [(name, "native where it is faster, else XLA") for name in names.split(", ")]
    return [*rows, ("all others", "XLA"), ("(library)", library)]
