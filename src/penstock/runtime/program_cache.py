"""Compiled programs kept between processes.

XLA's work on a program (not the tracing before it) is stored under a hash of the program, the
versions of JAX and jaxlib, the device and XLA's flags.  JAX has a cache of its own, but it is one
setting for the whole process, and Penstock leaves that alone.

The folder is ``$PENSTOCK_CACHE``, else ``~/.cache/penstock/xla``; ``PENSTOCK_CACHE=0`` switches
the cache off.  As with JAX's cache, whoever can write there can run code in your programs: the
folder is created for its owner only, and not used when others own or can write it.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import pickle
import stat
import tempfile
from collections.abc import Iterable
from typing import Any

import jax
import jaxlib

_FORMAT = 1
_MOST_BYTES = 2 << 30


def folder() -> str | None:
    """Where programs are kept, or ``None`` when the cache is off."""
    setting = os.environ.get("PENSTOCK_CACHE")
    if setting == "0":
        return None
    if setting:
        return setting
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "penstock", "xla")


@functools.cache
def _usable_folder(path: str) -> str | None:
    try:
        os.makedirs(path, mode=0o700, exist_ok=True)
        status = os.stat(path)
    except OSError:
        return None
    if hasattr(os, "getuid") and status.st_uid != os.getuid():
        return None
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        return None
    return path


@functools.cache
def _surroundings() -> bytes:
    """What besides the program decides about the compiled code."""
    parts = [str(_FORMAT), jax.__version__, jaxlib.__version__]
    parts.append(os.environ.get("XLA_FLAGS", ""))
    with contextlib.suppress(OSError), open("/proc/cpuinfo") as lines:
        for line in lines:
            if line.startswith(("flags", "model name", "Features")):
                parts.append(line)
                if line.startswith(("flags", "Features")):
                    break
    return "\n".join(parts).encode()


def compile_cached(
    lowered: Any, device: Any, options: dict[str, Any], also: str | None = None
) -> Any:
    """``lowered.compile(options)``, or the same program from the cache.

    Args:
        lowered: the program. device: where it will run. options: XLA's.
        also: another file to keep it in, from ``file_of_source``.
    """
    # The text leaves out where in which file an operation was made; the bytecode would not.
    path = _file_of(device, f"{options}\n{lowered.as_text()}")
    if path is None:
        return lowered.compile(options)
    found = _load(path, device)
    if found is None:
        found = lowered.compile(options)
        _store(path, found)
    if also is not None:
        with contextlib.suppress(OSError):
            os.link(path, also)
    return found


def file_of_source(name: str, sources: Iterable[str], device: Any) -> str | None:
    """The file that keeps a program which follows from its name and the text of some files.

    Such a program needn't be traced to be found.
    """
    texts = [f"source {name}"]
    try:
        for source in sources:
            with open(source, encoding="utf-8") as file:
                texts.append(file.read())
    except OSError:
        return None
    return _file_of(device, "\n".join(texts))


def load(path: str, device: Any) -> Any:
    """The program that a file keeps, or ``None``."""
    return _load(path, device)


def _file_of(device: Any, text: str) -> str | None:
    name = folder()
    directory = None if name is None else _usable_folder(name)
    if directory is None:
        return None
    digest = hashlib.sha256(_surroundings())
    chosen = device or jax.devices()[0]
    digest.update(f"{chosen.platform} {chosen.device_kind} {chosen.id} {text}".encode())
    return os.path.join(directory, digest.hexdigest())


def _load(path: str, device: Any) -> Any:
    from jax.experimental import serialize_executable

    try:
        with open(path, "rb") as file:
            payload, in_tree, out_tree = pickle.loads(file.read())
        chosen = device or jax.devices()[0]
        loaded = serialize_executable.deserialize_and_load(
            payload, in_tree, out_tree, chosen.client, [chosen]
        )
        os.utime(path)
        return loaded
    except FileNotFoundError:
        return None
    except Exception:  # noqa: BLE001 - a damaged or foreign entry only means: compile anew
        with contextlib.suppress(OSError):
            os.remove(path)
        return None


def _store(path: str, compiled: Any) -> None:
    from jax.experimental import serialize_executable

    try:
        data = pickle.dumps(serialize_executable.serialize(compiled))
        handle, temporary = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".new-")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(temporary, path)
        _trim(os.path.dirname(path))
    except Exception:  # noqa: BLE001 - a program that can't be kept still runs
        return


def _trim(directory: str) -> None:
    """Removes the entries unused for longest when the cache has grown too large."""
    entries = []
    for entry in os.scandir(directory):
        with contextlib.suppress(OSError):
            status = entry.stat()
            entries.append((status.st_mtime, status.st_size, entry.path))
    total = sum(size for _, size, _ in entries)
    for _, size, path in sorted(entries):
        if total <= _MOST_BYTES:
            break
        with contextlib.suppress(OSError):
            os.remove(path)
            total -= size
