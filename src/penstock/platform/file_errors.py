"""Errors of the operating system as TensorFlow's."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from typing import Any

from penstock.graph import errors

_CLASSES: dict[int, type[errors.OpError]] = {
    errno.ENOENT: errors.NotFoundError,
    errno.EEXIST: errors.AlreadyExistsError,
    errno.EACCES: errors.PermissionDeniedError,
    errno.EPERM: errors.PermissionDeniedError,
    errno.EROFS: errors.PermissionDeniedError,
    errno.EISDIR: errors.FailedPreconditionError,
    errno.ENOTDIR: errors.FailedPreconditionError,
    errno.ENOTEMPTY: errors.FailedPreconditionError,
    errno.EBUSY: errors.FailedPreconditionError,
    errno.ENOSPC: errors.ResourceExhaustedError,
    errno.EMFILE: errors.ResourceExhaustedError,
    errno.ENFILE: errors.ResourceExhaustedError,
    errno.EINVAL: errors.InvalidArgumentError,
    errno.ENAMETOOLONG: errors.InvalidArgumentError,
}


def as_tensorflow_error(error: OSError, path: Any, op: Any = None) -> errors.OpError:
    """The error that TensorFlow raises where Python raises ``error`` for ``path``."""
    if isinstance(path, bytes):
        path = path.decode(errors="replace")
    number = error.errno or 0
    kind = _CLASSES.get(number, errors.UnknownError)
    text = os.strerror(number) if number else str(error)
    return kind(None, op, f"{path}; {text}")


@contextlib.contextmanager
def translated(path: Any, op: Any = None) -> Iterator[None]:
    """Raises TensorFlow's error in place of Python's."""
    try:
        yield
    except OSError as error:
        raise as_tensorflow_error(error, path, op) from None
