"""Compiles the native kernels into the user's cache folder.

    python -m penstock.kernels.native.build

A build needs a C++ compiler and the packages `onednn-cpu-gomp` and `onednn-devel-cpu-gomp`. Its
folder is named by everything the result depends on, so a changed source, compiler, processor or
library never meets an old build; processes that want the same build wait for the first.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.metadata
import logging
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

_SOURCES = Path(__file__).parent / "src"
_LIBRARY = "libpenstock_native.so"
_BUILD_SECONDS = 300


class Unavailable(Exception):
    """The native kernels cannot be built or used here; the message says why."""


def cache_folder() -> Path:
    """Penstock's cache folder: `$PENSTOCK_CACHE_DIR`, else below the user's cache folder."""
    chosen = os.environ.get("PENSTOCK_CACHE_DIR")
    if chosen:
        return Path(chosen)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "penstock"


def _file_of(package: str, ending: str) -> Path:
    try:
        files = importlib.metadata.files(package) or []
    except importlib.metadata.PackageNotFoundError:
        raise Unavailable(f"the package {package} is not installed") from None
    for file in files:
        if str(file).endswith(ending):
            path = Path(str(file.locate())).resolve()
            if path.exists():
                return path
    raise Unavailable(f"the package {package} has no file {ending}")


def onednn() -> tuple[Path, Path]:
    """The folder of oneDNN's headers and its shared library.

    Raises:
        Unavailable: when a package is missing.
    """
    header = _file_of("onednn-devel-cpu-gomp", "oneapi/dnnl/dnnl.hpp")
    library = _file_of("onednn-cpu-gomp", "libdnnl.so.3")
    return header.parents[2], library


def compiler() -> str:
    """Path of a C++ compiler: `$CXX`, or the first of c++, g++, clang++.

    Raises:
        Unavailable: when there is none.
    """
    for name in (os.environ.get("CXX"), "c++", "g++", "clang++"):
        path = shutil.which(name) if name else None
        if path:
            return path
    raise Unavailable("no C++ compiler was found (set CXX, or install g++)")


def _processor() -> str:
    """What the compiler's `-march=native` depends on."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    wanted = ("model name", "flags", "Features")
    found = dict.fromkeys(line for line in lines if line.startswith(wanted))
    return platform.machine() + "\n".join(found)


def _headers() -> Path:
    import jax.ffi

    return Path(jax.ffi.include_dir())


def _sources() -> list[Path]:
    return sorted(_SOURCES.glob("*.cpp"))


def _fingerprint(cxx: str, library: Path) -> str:
    digest = hashlib.sha256()
    for path in [*_sources(), *sorted(_SOURCES.glob("*.h")), Path(__file__)]:
        digest.update(path.read_bytes())
    version = subprocess.run([cxx, "--version"], capture_output=True, text=True, timeout=60)
    for text in (
        version.stdout,
        _processor(),
        str(library),
        importlib.metadata.version("jaxlib"),
        importlib.metadata.version("onednn-cpu-gomp"),
    ):
        digest.update(text.encode() + b"\0")
    return digest.hexdigest()[:20]


def _is_private(folder: Path) -> bool:
    """Whether nobody else could put a library into `folder`."""
    info = folder.stat()
    return info.st_uid == os.getuid() and not info.st_mode & 0o022


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def build() -> Path:
    """Compiles the native kernels unless that has been done, and says where they are.

    Returns:
        Path of the shared library.

    Raises:
        Unavailable: when something needed is missing, or compiling failed.
    """
    if sys.platform != "linux":
        raise Unavailable(f"native kernels are built on Linux only, this is {sys.platform}")
    headers, library = onednn()
    cxx = compiler()
    try:
        folder = cache_folder() / "native" / _fingerprint(cxx, library)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not _is_private(folder):
            raise Unavailable(f"others may write to {folder}")
        target = folder / _LIBRARY
        if not target.exists():
            with _locked(folder / "lock"):
                if not target.exists():
                    _compile(cxx, headers, library, target)
    except (OSError, subprocess.SubprocessError) as error:
        raise Unavailable(f"building the native kernels failed: {error}") from error
    return target


def _compile(cxx: str, headers: Path, library: Path, target: Path) -> None:
    """Compiles into a temporary folder and moves the finished library into place."""
    # It takes a while, so it should not look like a program that hangs.
    logging.getLogger("penstock").warning(
        "Compiling native kernels, once; PENSTOCK_NATIVE=0 does without them."
    )
    flags = [
        "-std=c++17",
        "-O3",
        "-march=native",
        "-fno-math-errno",
        "-fno-trapping-math",
        "-fPIC",
        "-fopenmp",
        f"-I{headers}",
        f"-isystem{_headers()}",
    ]
    with tempfile.TemporaryDirectory(dir=target.parent) as work:
        objects = [Path(work) / f"{source.stem}.o" for source in _sources()]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            pairs = zip(_sources(), objects, strict=True)
            commands = [[cxx, *flags, "-c", str(s), "-o", str(o)] for s, o in pairs]
            list(pool.map(_run, commands))
        made = Path(work) / _LIBRARY
        link = [cxx, "-shared", "-fopenmp", *map(str, objects), str(library)]
        _run([*link, f"-Wl,-rpath,{library.parent}", "-o", str(made)])
        os.replace(made, target)


def _run(command: list[str]) -> None:
    result = subprocess.run(command, capture_output=True, text=True, timeout=_BUILD_SECONDS)
    if result.returncode:
        lines = [line for line in result.stderr.splitlines() if "error" in line]
        detail = lines[0] if lines else result.stderr[-300:]
        raise Unavailable(f"{command[0]} failed to compile the native kernels: {detail}")


def main() -> int:
    """Builds, reports and returns the exit status."""
    from penstock.kernels import native

    try:
        path = build()
    except Unavailable as error:
        print(f"native kernels: not built: {error}")
        return 1
    print(f"native kernels: {path}")
    print(f"native kernels: {native.status()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
