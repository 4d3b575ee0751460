"""File operations of the checkpoint writers and readers: durable, and with TensorFlow's errors.

Writers go through these functions only, so a test can stop a save between any two of them.
"""

from __future__ import annotations

import errno
import os
import secrets
from io import BufferedReader

from penstock.graph import errors

_BINARY = getattr(os, "O_BINARY", 0)

_CLASSES = {
    errno.ENOENT: errors.NotFoundError,
    errno.ENOTDIR: errors.NotFoundError,
    errno.EACCES: errors.PermissionDeniedError,
    errno.EPERM: errors.PermissionDeniedError,
    errno.EROFS: errors.PermissionDeniedError,
    errno.ENOSPC: errors.ResourceExhaustedError,
    errno.EDQUOT: errors.ResourceExhaustedError,
    errno.EISDIR: errors.FailedPreconditionError,
}


def os_error(error: OSError, path: str) -> errors.OpError:
    """The TensorFlow error for a failed system call on `path`."""
    kind = _CLASSES.get(error.errno or 0, errors.UnknownError)
    return kind(None, None, f"{path}; {error.strerror or error}")


def corrupt(path: str, what: str) -> errors.OpError:
    """A `DataLossError` that names the file."""
    return errors.DataLossError(None, None, f"{path}: {what}")


def open_input(path: str) -> BufferedReader:
    """Opens `path` to be read.

    Raises:
        NotFoundError, PermissionDeniedError, ...: it cannot be opened.
    """
    try:
        if os.path.isdir(path):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        return open(path, "rb")
    except OSError as error:
        raise os_error(error, path) from None


def require(path: str) -> None:
    """Raises `NotFoundError` (or what else is wrong) unless `path` is there."""
    try:
        os.stat(path)
    except OSError as error:
        raise os_error(error, path) from None


def temporary_name(final: str) -> str:
    """An unused path beside `final`."""
    return f"{final}.tempstate{secrets.token_hex(8)}"


class TemporaryFile:
    """A new file beside `final`, to be renamed over it once complete and on the disk."""

    def __init__(self, final: str):
        self.final = final
        self.path = temporary_name(final)
        try:
            handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o666)
        except OSError as error:
            raise os_error(error, final) from None
        self._file = os.fdopen(handle, "wb", buffering=0)
        self.size = 0

    def write(self, data: bytes | memoryview) -> None:
        """Appends all of `data`."""
        view = memoryview(data)
        try:
            while len(view):
                done = self._file.write(view)
                self.size += done
                view = view[done:]
        except OSError as error:
            raise os_error(error, self.path) from None

    def close(self) -> None:
        """Puts the content on the disk."""
        try:
            os.fsync(self._file.fileno())
        except OSError as error:
            raise os_error(error, self.path) from None
        finally:
            self._file.close()

    def discard(self) -> None:
        """Closes and removes the file, if it is still there."""
        self._file.close()
        remove(self.path)


def replace(source: str, target: str) -> None:
    """Renames `source` to `target`, replacing it, in one step."""
    try:
        os.replace(source, target)
    except OSError as error:
        raise os_error(error, target) from None


def link(source: str, target: str) -> bool:
    """Gives the file `source` the second name `target`; False where links are not offered."""
    try:
        os.link(source, target)
    except OSError:
        return False
    return True


def remove(path: str) -> None:
    """Removes `path` if it is there."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise os_error(error, path) from None


def sync_folder(path: str) -> None:
    """Puts the names in the folder that holds `path` on the disk, where the system can."""
    try:
        handle = os.open(os.path.dirname(path) or os.curdir, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)


def make_folder(path: str) -> None:
    """Makes a folder, and those it lies in, where they aren't there ('' is the current one)."""
    try:
        os.makedirs(path or os.curdir, exist_ok=True)
    except OSError as error:
        raise os_error(error, path) from None


def write_atomically(path: str, data: bytes) -> None:
    """Replaces the content of `path` in one step: a reader sees the old or the new, whole."""
    file = TemporaryFile(path)
    try:
        file.write(data)
        file.close()
        replace(file.path, path)
    except Exception:
        file.discard()
        raise
    sync_folder(path)
