"""Large pages of memory for programs that ``penstock run`` runs.

XLA takes the memory of temporary arrays from the C library's ``malloc`` on each run of a program,
and the system then maps it page by page: 23,000 pages of 4 KiB in a step of AlexNet, a tenth of
its time. The C library can ask for pages of 2 MiB instead (400 then), if it is told so before a
process begins.
"""

from __future__ import annotations

import os
import sys

_TUNABLE = "glibc.malloc.hugetlb"
_MODE = "/sys/kernel/mm/transparent_hugepage/enabled"


def _would_help() -> bool:
    """Whether the C library knows the setting, and the system gives large pages when asked."""
    try:
        library, _, version = (os.confstr("CS_GNU_LIBC_VERSION") or "").partition(" ")
        known = library == "glibc" and tuple(map(int, version.split(".")[:2])) >= (2, 35)
        with open(_MODE) as file:
            return known and "[madvise]" in file.read()
    except (OSError, ValueError, AttributeError):
        return False


def begin_anew() -> None:
    """Starts this process's program once more, in its place, with large pages.

    Does nothing where that has been done, would not help, or ``PENSTOCK_HUGE_PAGES=0``.
    """
    tunables = os.environ.get("GLIBC_TUNABLES", "")
    if _TUNABLE in tunables or os.environ.get("PENSTOCK_HUGE_PAGES") == "0":
        return
    arguments = getattr(sys, "orig_argv", [])
    if sys.platform != "linux" or not sys.executable or len(arguments) < 2:
        return
    if sys.gettrace() is not None or not _would_help():
        return
    setting = f"{_TUNABLE}=1"
    environment = {**os.environ, "GLIBC_TUNABLES": f"{tunables}:{setting}" if tunables else setting}
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        os.execve(sys.executable, [sys.executable, *arguments[1:]], environment)
    except OSError:
        return
