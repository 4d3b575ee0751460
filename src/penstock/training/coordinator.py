"""``tf.train.Coordinator`` and ``LooperThread``: threads that stop together."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from penstock.graph import errors
from penstock.platform import logging
from penstock.platform.compat import as_str_any


class Coordinator:
    """Lets threads ask each other to stop, and hands an error of one of them to who joins them.

    Args:
        clean_stop_exception_types: errors that mean "nothing left to do" and aren't raised again;
            ``OutOfRangeError`` when left out.
    """

    def __init__(self, clean_stop_exception_types: Iterable[type] | None = None) -> None:
        if clean_stop_exception_types is None:
            clean_stop_exception_types = (errors.OutOfRangeError,)
        self._clean_stop_exception_types = tuple(clean_stop_exception_types)
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._error: BaseException | None = None
        self._joined = False
        self._threads: set[threading.Thread] = set()

    def request_stop(self, ex: Any = None) -> None:
        """Asks all threads to stop.

        Args:
            ex: the error that is the reason: an exception, or what ``sys.exc_info()`` gives.
        """
        error = ex[1] if isinstance(ex, tuple) else ex
        with self._lock:
            if isinstance(error, self._clean_stop_exception_types):
                error = None
            if self._joined:
                if error is not None:
                    raise error
                return
            if self._stop.is_set():
                return
            if error is not None and self._error is None:
                if isinstance(ex, tuple):
                    logging.info(
                        "Error reported to Coordinator: %s", as_str_any(error), exc_info=ex
                    )
                else:
                    logging.info(
                        "Error reported to Coordinator: %s, %s", type(error), as_str_any(error)
                    )
                self._error = error
            self._stop.set()

    def clear_stop(self) -> None:
        """Makes the coordinator ready for other threads."""
        with self._lock:
            self._joined = False
            self._error = None
            self._stop.clear()

    def should_stop(self) -> bool:
        """Whether somebody asked to stop."""
        return self._stop.is_set()

    @contextlib.contextmanager
    def stop_on_exception(self) -> Iterator[None]:
        """A block whose exceptions become requests to stop."""
        try:
            yield
        except BaseException:  # noqa: BLE001 - every kind of error stops the threads
            self.request_stop(sys.exc_info())

    def wait_for_stop(self, timeout: float | None = None) -> bool:
        """Waits until somebody asks to stop; whether that came before ``timeout`` seconds."""
        return self._stop.wait(timeout)

    def register_thread(self, thread: threading.Thread) -> None:
        """Adds a thread to those that ``join`` waits for."""
        with self._lock:
            self._threads.add(thread)

    def join(
        self,
        threads: Iterable[threading.Thread] | None = None,
        stop_grace_period_secs: float = 120,
        ignore_live_threads: bool = False,
    ) -> None:
        """Waits until the threads end; raises the error that was given to ``request_stop``.

        Args:
            threads: threads to wait for besides the registered ones.
            stop_grace_period_secs: how long they may go on after the request to stop.
            ignore_live_threads: whether threads that go on are no error.

        Raises:
            RuntimeError: when threads still run after that time.
        """
        with self._lock:
            awaited = list(self._threads.union(threads or ()))
        while any(t.is_alive() for t in awaited) and not self.wait_for_stop(0.05):
            pass
        deadline = time.monotonic() + stop_grace_period_secs
        for thread in awaited:
            if thread.is_alive():
                thread.join(max(0.0, deadline - time.monotonic()))
        still = [t.name for t in awaited if t.is_alive()]
        with self._lock:
            self._joined = True
            self._threads = set()
            if self._error is not None:
                raise self._error
            if still:
                text = f"Coordinator stopped with threads still running: {' '.join(still)}"
                if not ignore_live_threads:
                    raise RuntimeError(text)
                logging.info(text)

    @property
    def joined(self) -> bool:
        """Whether ``join`` was called."""
        return self._joined

    def raise_requested_exception(self) -> None:
        """Raises the error that was given to ``request_stop``, if there was one."""
        with self._lock:
            if self._error is not None:
                raise self._error


class LooperThread(threading.Thread):
    """A thread that calls a function again and again until its coordinator stops.

    Args:
        coord: the coordinator.
        timer_interval_secs: the time between calls; ``None`` to call without a pause.
        target: the function; or override ``run_loop``.
        args: its arguments.
        kwargs: its keyword arguments.
    """

    def __init__(
        self,
        coord: Coordinator,
        timer_interval_secs: float | None,
        target: Callable[..., Any] | None = None,
        args: Any = None,
        kwargs: Any = None,
    ) -> None:
        if not isinstance(coord, Coordinator):
            raise ValueError(f"'coord' argument must be a Coordinator: {coord}")
        super().__init__(daemon=True)
        self._coord = coord
        self._timer_interval_secs = timer_interval_secs
        self._loop_target = target
        if target is None and (args or kwargs):
            raise ValueError("'args' and 'kwargs' argument require that you also pass 'target'")
        self._loop_args = args or ()
        self._loop_kwargs = kwargs or {}
        coord.register_thread(self)

    @staticmethod
    def loop(
        coord: Coordinator,
        timer_interval_secs: float | None,
        target: Callable[..., Any],
        args: Any = None,
        kwargs: Any = None,
    ) -> LooperThread:
        """Starts and returns a ``LooperThread``."""
        looper = LooperThread(coord, timer_interval_secs, target, args, kwargs)
        looper.start()
        return looper

    def run(self) -> None:
        """What the thread does."""
        with self._coord.stop_on_exception():
            self.start_loop()
            if self._timer_interval_secs is None:
                while not self._coord.should_stop():
                    self.run_loop()
            else:
                due = time.time()
                while not self._coord.wait_for_stop(due - time.time()):
                    due += self._timer_interval_secs
                    self.run_loop()
            self.stop_loop()

    def start_loop(self) -> None:
        """Called once before the loop."""

    def stop_loop(self) -> None:
        """Called once after the loop."""

    def run_loop(self) -> None:
        """Called at each turn of the loop."""
        if self._loop_target is not None:
            self._loop_target(*self._loop_args, **self._loop_kwargs)
