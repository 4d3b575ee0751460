"""``tf.train.SessionRunHook``: code that runs before and after each call of ``Session.run``."""

from __future__ import annotations

import collections
from typing import Any


class SessionRunHook:
    """What a monitored session calls; override what you want to know of."""

    def begin(self) -> None:
        """Called once before the session is made; the graph may still change."""

    def after_create_session(self, session: Any, coord: Any) -> None:
        """Called when a session was made; the graph is finalized."""

    def before_run(self, run_context: SessionRunContext) -> Any:
        """Called before each run.

        Returns:
            ``None``, or a ``SessionRunArgs`` with what to fetch and feed besides.
        """
        return None

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        """Called after each run that didn't fail, with what ``before_run`` asked for."""

    def end(self, session: Any) -> None:
        """Called when the session ends without an error."""


class SessionRunArgs(collections.namedtuple("SessionRunArgs", ["fetches", "feed_dict", "options"])):
    """What to fetch and feed, and options.

    Args:
        fetches: as for ``Session.run``.
        feed_dict: as for ``Session.run``.
        options: a ``tf.RunOptions``.
    """

    __slots__ = ()

    def __new__(cls, fetches: Any, feed_dict: Any = None, options: Any = None) -> SessionRunArgs:
        return super().__new__(cls, fetches, feed_dict, options)


class SessionRunContext:
    """A run that is about to happen or has happened.

    Args:
        original_args: what the program asked for, a ``SessionRunArgs``.
        session: the session.
    """

    def __init__(self, original_args: SessionRunArgs, session: Any) -> None:
        self._original_args = original_args
        self._session = session
        self._stop_requested = False

    @property
    def original_args(self) -> SessionRunArgs:
        """What the program asked for."""
        return self._original_args

    @property
    def session(self) -> Any:
        """The session."""
        return self._session

    @property
    def stop_requested(self) -> bool:
        """Whether a hook asked to stop."""
        return self._stop_requested

    def request_stop(self) -> None:
        """Asks the program to stop after this run."""
        self._stop_requested = True


SessionRunValues = collections.namedtuple(
    "SessionRunValues", ["results", "options", "run_metadata"]
)
SessionRunValues.__doc__ = "What a hook asked for, the run's options and its ``RunMetadata``."
