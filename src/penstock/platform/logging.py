"""``tf.logging``: messages of the logger named ``tensorflow``."""

from __future__ import annotations

import logging as _logging
import sys
import threading
from typing import Any

DEBUG = _logging.DEBUG
ERROR = _logging.ERROR
FATAL = _logging.FATAL
INFO = _logging.INFO
WARN = _logging.WARNING

_lock = threading.Lock()
_logger: _logging.Logger | None = None
_counts: dict[tuple[str, int], int] = {}


class _StandardError(_logging.StreamHandler):
    """Writes to what ``sys.stderr`` (or ``sys.stdout``) is at the time of the message."""

    def __init__(self, name: str) -> None:
        _logging.Handler.__init__(self)
        self._stream_name = name

    @property
    def stream(self) -> Any:  # type: ignore[override]
        return getattr(sys, self._stream_name)


def get_logger() -> _logging.Logger:
    """The logger, made ready when first asked for.

    Messages look like ``INFO:tensorflow:text`` and go to standard error; in an interactive
    interpreter to standard output, from ``INFO`` on. When the root logger has handlers already,
    they alone decide.
    """
    global _logger
    with _lock:
        if _logger is None:
            logger = _logging.getLogger("tensorflow")
            if not _logging.getLogger().handlers:
                interactive = bool(getattr(sys, "ps1", None)) or sys.flags.interactive
                if interactive:
                    logger.setLevel(INFO)
                handler = _StandardError("stdout" if interactive else "stderr")
                handler.setFormatter(_logging.Formatter(_logging.BASIC_FORMAT))
                logger.addHandler(handler)
                # What handlers the root logger gets later must not print everything twice.
                logger.propagate = True
            _logger = logger
        return _logger


def log(level: int, msg: Any, *args: Any, **kwargs: Any) -> None:
    """Logs ``msg % args`` at ``level``."""
    get_logger().log(level, msg, *args, **_from_caller(kwargs))


def debug(msg: Any, *args: Any, **kwargs: Any) -> None:
    """Logs ``msg % args`` at level ``DEBUG``."""
    get_logger().debug(msg, *args, **_from_caller(kwargs))


def info(msg: Any, *args: Any, **kwargs: Any) -> None:
    """Logs ``msg % args`` at level ``INFO``."""
    get_logger().info(msg, *args, **_from_caller(kwargs))


def warn(msg: Any, *args: Any, **kwargs: Any) -> None:
    """Logs ``msg % args`` at level ``WARN``."""
    get_logger().warning(msg, *args, **_from_caller(kwargs))


warning = warn


def error(msg: Any, *args: Any, **kwargs: Any) -> None:
    """Logs ``msg % args`` at level ``ERROR``."""
    get_logger().error(msg, *args, **_from_caller(kwargs))


def fatal(msg: Any, *args: Any, **kwargs: Any) -> None:
    """Logs ``msg % args`` at level ``FATAL``; the program goes on."""
    get_logger().fatal(msg, *args, **_from_caller(kwargs))


def vlog(level: int, msg: Any, *args: Any, **kwargs: Any) -> None:
    """Logs ``msg % args`` at ``level``."""
    get_logger().log(level, msg, *args, **_from_caller(kwargs))


def _from_caller(kwargs: dict[str, Any]) -> dict[str, Any]:
    kwargs.setdefault("stacklevel", 2)
    return kwargs


def TaskLevelStatusMessage(msg: Any) -> None:
    """Logs ``msg`` as an error."""
    get_logger().error(msg, stacklevel=2)


def flush() -> None:
    """Writes out what the handlers hold back."""
    for handler in get_logger().handlers:
        handler.flush()


def _next_count() -> int:
    """How often the user's line that called us has been here before."""
    frame = sys._getframe(2)
    place = (frame.f_code.co_filename, frame.f_lineno)
    with _lock:
        _counts[place] = _counts.get(place, -1) + 1
        return _counts[place]


def log_every_n(level: int, msg: Any, n: int, *args: Any) -> None:
    """Logs the first and then every ``n``-th message of the line that calls this."""
    if _next_count() % n == 0:
        get_logger().log(level, msg, *args, stacklevel=2)


def log_first_n(level: int, msg: Any, n: int, *args: Any) -> None:
    """Logs the first ``n`` messages of the line that calls this."""
    if _next_count() < n:
        get_logger().log(level, msg, *args, stacklevel=2)


def log_if(level: int, msg: Any, condition: Any, *args: Any) -> None:
    """Logs ``msg % args`` when ``condition`` holds."""
    if condition:
        get_logger().log(level, msg, *args, stacklevel=2)


def get_verbosity() -> int:
    """The lowest level that is shown."""
    return get_logger().getEffectiveLevel()


def set_verbosity(v: int | str) -> None:
    """Sets the lowest level that is shown.

    Args:
        v: a level such as ``tf.logging.ERROR``, or its name.
    """
    get_logger().setLevel(v)
