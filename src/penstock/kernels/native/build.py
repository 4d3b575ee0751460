"""Compiles the native kernels into the user's cache folder.

    python -m penstock.kernels.native.build

A build takes ten seconds to a minute, so nothing ever waits for it but this command and
`penstock devices --build`: a program that would use the kernels starts a build in a process of its
own, computes with XLA's kernels meanwhile, and the programs after it use what was built.

A build needs a C++ compiler. The packages `onednn-cpu-gomp` and `onednn-devel-cpu-gomp` bring the
convolution; without them it is left out, and only a build that was asked for takes place. A build's
folder is named by everything that the result depends on, so a changed source, compiler, processor
or library never meets an old build.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import jaxlib

_SOURCES = Path(__file__).parent / "src"
_LIBRARY = "libpenstock_native.so"
_BUILD_SECONDS = 600
BEING_BUILT = "being built in the background"


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
    # What `jax.ffi.include_dir` says, without importing JAX.
    return Path(str(jaxlib.__file__)).parent / "include"


def _sources(with_onednn: bool) -> list[Path]:
    return [p for p in sorted(_SOURCES.glob("*.cpp")) if with_onednn or p.stem != "convolution"]


def _fingerprint(cxx: str, library: Path | None) -> str:
    digest = hashlib.sha256()
    for path in [*_sources(True), *sorted(_SOURCES.glob("*.h")), Path(__file__)]:
        digest.update(path.read_bytes())
    # Asking the compiler for its version would take longer than all the rest.
    found = Path(cxx).resolve()
    texts = [str(found), str(found.stat().st_mtime_ns), _processor(), jaxlib.__version__]
    if library is not None:
        texts += [str(library), str(library.stat().st_mtime_ns)]
    for text in texts:
        digest.update(text.encode() + b"\0")
    return digest.hexdigest()[:20]


def _is_private(folder: Path) -> bool:
    """Whether nobody else could put a library into `folder`."""
    info = folder.stat()
    return info.st_uid == os.getuid() and not info.st_mode & 0o022


@contextlib.contextmanager
def _locked(path: Path, wait: bool) -> Iterator[bool]:
    """Holds the lock, unless another process does and this one is not to wait."""
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
        else:
            yield True


class Plan(NamedTuple):
    """What a build would use, and where it would leave the library."""

    compiler: str
    headers: Path | None
    onednn: Path | None
    target: Path

    @property
    def failure(self) -> Path:
        """The file in which a build that failed leaves the reason."""
        return self.target.with_name("failed")

    @property
    def lock(self) -> Path:
        """The file that a build holds a lock on."""
        return self.target.with_name("lock")


def plan() -> Plan:
    """How the native kernels are built here; quick, and nothing is compiled.

    Raises:
        Unavailable: when something needed is missing.
    """
    if sys.platform != "linux":
        raise Unavailable(f"native kernels are built on Linux only, this is {sys.platform}")
    cxx = compiler()
    headers: Path | None = None
    library: Path | None = None
    with contextlib.suppress(Unavailable):
        headers, library = onednn()
    try:
        folder = cache_folder() / "native" / _fingerprint(cxx, library)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not _is_private(folder):
            raise Unavailable(f"others may write to {folder}")
    except OSError as error:
        raise Unavailable(f"no place for the native kernels: {error}") from error
    return Plan(cxx, headers, library, folder / _LIBRARY)


def build(wait: bool = True) -> Path:
    """Compiles the native kernels unless that has been done, and says where they are.

    Args:
        wait: wait for another process that builds the same.

    Returns:
        Path of the shared library.

    Raises:
        Unavailable: when something needed is missing, or compiling failed.
    """
    wanted = plan()
    try:
        if not wanted.target.exists():
            with _locked(wanted.lock, wait) as mine:
                if not mine:
                    raise Unavailable(BEING_BUILT)
                if not wanted.target.exists():
                    _compile(wanted)
                    wanted.failure.unlink(missing_ok=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise Unavailable(f"building the native kernels failed: {error}") from error
    return wanted.target


def start(wanted: Plan) -> str:
    """Lets a process of its own build the kernels, unless one does or did in vain.

    The process outlives this one, and yields the processor to everything else.

    Returns:
        What is to be said of the kernels meanwhile.
    """
    with contextlib.suppress(OSError):
        return f"{wanted.failure.read_text()} (penstock devices --build tries again)"
    if wanted.onednn is None:
        return "not built (penstock devices --build builds them)"
    try:
        with _locked(wanted.lock, False) as mine:
            if not mine:
                return BEING_BUILT
        command = [sys.executable, "-P", str(Path(__file__)), "--background"]
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            close_fds=True,
        )
    except OSError as error:
        return f"building the native kernels failed: {error}"
    return BEING_BUILT


def _compile(wanted: Plan) -> None:
    """Compiles into a temporary folder and moves the finished library into place."""
    flags = [
        "-std=c++17",
        "-O3",
        "-march=native",
        "-fno-math-errno",
        "-fno-trapping-math",
        "-fPIC",
        f"-isystem{_headers()}",
    ]
    link: list[str] = []
    if wanted.onednn is not None:
        flags += ["-fopenmp", f"-I{wanted.headers}"]
        link = ["-fopenmp", str(wanted.onednn), f"-Wl,-rpath,{wanted.onednn.parent}"]
    sources = _sources(wanted.onednn is not None)
    with tempfile.TemporaryDirectory(dir=wanted.target.parent) as work:
        objects = [Path(work) / f"{source.stem}.o" for source in sources]
        with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
            pairs = zip(sources, objects, strict=True)
            commands = [[wanted.compiler, *flags, "-c", str(s), "-o", str(o)] for s, o in pairs]
            list(pool.map(_run, commands))
        made = Path(work) / _LIBRARY
        _run([wanted.compiler, "-shared", *map(str, objects), *link, "-o", str(made)])
        os.replace(made, wanted.target)


def _run(command: list[str]) -> None:
    result = subprocess.run(command, capture_output=True, text=True, timeout=_BUILD_SECONDS)
    if result.returncode:
        lines = [line for line in result.stderr.splitlines() if "error" in line]
        detail = lines[0] if lines else result.stderr[-300:]
        raise Unavailable(f"{command[0]} failed to compile the native kernels: {detail}")


def main() -> int:
    """Builds, reports and returns the exit status."""
    background = "--background" in sys.argv[1:]
    if background:
        os.nice(10)
    try:
        path = build(wait=not background)
    except Unavailable as error:
        if background and str(error) != BEING_BUILT:
            with contextlib.suppress(Unavailable, OSError):
                plan().failure.write_text(str(error))
        print(f"native kernels: not built: {error}")
        return 1
    print(f"native kernels: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
