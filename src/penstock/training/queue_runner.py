"""``tf.train.QueueRunner``: threads that keep a queue filled."""

from __future__ import annotations

import threading
import weakref
from typing import Any

from penstock import protos
from penstock.graph import defaults, errors
from penstock.graph.collection_protos import register_proto_function
from penstock.graph.collections import GraphKeys
from penstock.graph.scopes import add_to_collection, get_collection
from penstock.platform import logging
from penstock.runtime.session import BaseSession


def _without_scope(name: str, scope: str | None) -> str:
    if scope is None:
        return name
    scope = scope.rstrip("/") + "/"
    return name.removeprefix(scope)


def _with_scope(name: str, scope: str | None) -> str:
    return f"{scope}/{name}" if scope else name


class QueueRunner:
    """Runs enqueue operations of a queue in threads, one thread each.

    Args:
        queue: the queue.
        enqueue_ops: operations, each run again and again by a thread of its own.
        close_op: run when all threads have come to the end of their input.
        cancel_op: run when the coordinator stops.
        queue_closed_exception_types: errors that mean the end of the input;
            ``OutOfRangeError`` when left out.
        queue_runner_def: a ``QueueRunnerDef`` to make it from instead.
        import_scope: a name scope to put before the names in that.

    Raises:
        ValueError: when both a queue and a ``QueueRunnerDef`` are given, or nothing to run.
        TypeError: when the error types are no error types.
    """

    def __init__(
        self,
        queue: Any = None,
        enqueue_ops: Any = None,
        close_op: Any = None,
        cancel_op: Any = None,
        queue_closed_exception_types: Any = None,
        queue_runner_def: Any = None,
        import_scope: str | None = None,
    ) -> None:
        if queue_runner_def:
            if queue or enqueue_ops:
                raise ValueError("queue_runner_def and queue are mutually exclusive.")
            self._from_message(queue_runner_def, import_scope)
        else:
            if not queue or not enqueue_ops:
                raise ValueError("Must provide queue and enqueue_ops.")
            types = queue_closed_exception_types
            if types is not None and (
                not isinstance(types, tuple)
                or not types
                or not all(issubclass(t, errors.OpError) for t in types)
            ):
                raise TypeError(
                    "queue_closed_exception_types, when provided, must be a tuple of tf.error "
                    f"types, but saw: {types}"
                )
            self._queue = queue
            self._enqueue_ops = enqueue_ops
            self._types = types or (errors.OutOfRangeError,)
            self._close_op = queue.close() if close_op is None else close_op
            self._cancel_op = (
                queue.close(cancel_pending_enqueues=True) if cancel_op is None else cancel_op
            )
        self._lock = threading.Lock()
        self._running: Any = weakref.WeakKeyDictionary()
        self._exceptions_raised: list[Exception] = []

    def _from_message(self, message: Any, scope: str | None) -> None:
        find = defaults.get_default_graph().as_graph_element
        self._queue = find(_with_scope(message.queue_name, scope))
        self._enqueue_ops = [find(_with_scope(n, scope)) for n in message.enqueue_op_name]
        self._close_op = find(_with_scope(message.close_op_name, scope))
        self._cancel_op = find(_with_scope(message.cancel_op_name, scope))
        self._types = tuple(
            errors.exception_type_from_error_code(code)
            for code in message.queue_closed_exception_types
        ) or (errors.OutOfRangeError,)

    @property
    def queue(self) -> Any:
        """The queue."""
        return self._queue

    @property
    def enqueue_ops(self) -> list[Any]:
        """The operations that the threads run."""
        return self._enqueue_ops

    @property
    def close_op(self) -> Any:
        """The operation that closes the queue at the end of the input."""
        return self._close_op

    @property
    def cancel_op(self) -> Any:
        """The operation that closes the queue when the coordinator stops."""
        return self._cancel_op

    @property
    def queue_closed_exception_types(self) -> tuple[type, ...]:
        """The errors that mean the end of the input."""
        return self._types

    @property
    def exceptions_raised(self) -> list[Exception]:
        """Errors of threads that have no coordinator."""
        return self._exceptions_raised

    @property
    def name(self) -> str:
        """The queue's name."""
        return self._queue.name

    def _run(self, sess: Any, enqueue_op: Any, coord: Any = None) -> None:
        counted = True
        try:
            enqueue = sess.make_callable(enqueue_op)
            while not (coord and coord.should_stop()):
                try:
                    enqueue()
                except self._types:
                    with self._lock:
                        self._running[sess] -= 1
                        counted = False
                        last = self._running[sess] == 0
                    if last:
                        try:
                            sess.run(self._close_op)
                        except Exception as error:  # noqa: BLE001 - closed already
                            logging.vlog(1, "Ignored exception: %s", str(error))
                    return
        except Exception as error:  # noqa: BLE001 - reported, not lost
            if coord:
                coord.request_stop(error)
            else:
                logging.error("Exception in QueueRunner: %s", str(error))
                with self._lock:
                    self._exceptions_raised.append(error)
                raise
        finally:
            if counted:
                with self._lock:
                    self._running[sess] -= 1

    def _close_on_stop(self, sess: Any, cancel_op: Any, coord: Any) -> None:
        coord.wait_for_stop()
        try:
            sess.run(cancel_op)
        except Exception as error:  # noqa: BLE001 - the queue may be closed already
            logging.vlog(1, "Ignored exception: %s", str(error))

    def create_threads(
        self, sess: Any, coord: Any = None, daemon: bool = False, start: bool = False
    ) -> list[threading.Thread]:
        """The threads that fill the queue in a session; none if they run there already.

        Args:
            sess: the session.
            coord: the coordinator that stops them; with one there is a thread that then closes
                the queue.
            daemon: whether the program may end while they run.
            start: whether to start them.
        """
        with self._lock:
            if self._running.get(sess, 0) > 0:
                return []
            self._running[sess] = len(self._enqueue_ops)
            self._exceptions_raised = []
        threads = [
            threading.Thread(
                target=self._run,
                args=(sess, op, coord),
                name=f"QueueRunnerThread-{self.name}-{op.name}",
            )
            for op in self._enqueue_ops
        ]
        if coord:
            threads.append(
                threading.Thread(
                    target=self._close_on_stop,
                    args=(sess, self._cancel_op, coord),
                    name=f"QueueRunnerThread-{self.name}-close_on_stop",
                )
            )
        for thread in threads:
            if coord:
                coord.register_thread(thread)
            if daemon:
                thread.daemon = True
            if start:
                thread.start()
        return threads

    def to_proto(self, export_scope: str | None = None) -> Any:
        """As a ``QueueRunnerDef``; ``None`` when the queue is outside ``export_scope``."""
        if export_scope is not None and not self.queue.name.startswith(export_scope):
            return None
        return protos.QueueRunnerDef(
            queue_name=_without_scope(self.queue.name, export_scope),
            enqueue_op_name=[_without_scope(op.name, export_scope) for op in self._enqueue_ops],
            close_op_name=_without_scope(self._close_op.name, export_scope),
            cancel_op_name=_without_scope(self._cancel_op.name, export_scope),
            queue_closed_exception_types=[
                errors.error_code_from_exception_type(kind) for kind in self._types
            ],
        )

    @staticmethod
    def from_proto(queue_runner_def: Any, import_scope: str | None = None) -> QueueRunner:
        """The queue runner that a ``QueueRunnerDef`` describes."""
        return QueueRunner(queue_runner_def=queue_runner_def, import_scope=import_scope)


def add_queue_runner(qr: QueueRunner, collection: str = GraphKeys.QUEUE_RUNNERS) -> None:
    """Adds a queue runner to those that ``start_queue_runners`` starts.

    Args:
        qr: the ``QueueRunner``.
        collection: the key of the collection that keeps it.
    """
    add_to_collection(collection, qr)


def start_queue_runners(
    sess: Any = None,
    coord: Any = None,
    daemon: bool = True,
    start: bool = True,
    collection: str = GraphKeys.QUEUE_RUNNERS,
) -> list[threading.Thread]:
    """Starts the threads of all queue runners of the graph.

    Args:
        sess: the session; the default session when left out.
        coord: the coordinator.
        daemon: whether the program may end while they run.
        start: whether to start them.
        collection: where the queue runners are.

    Returns:
        The threads.

    Raises:
        ValueError: when there is no session.
        TypeError: when ``sess`` is something else.
    """
    if sess is None:
        sess = defaults.get_default_session()
        if not sess:
            raise ValueError(
                "Cannot start queue runners: No default session is registered. Use "
                "`with sess.as_default()` or pass an explicit session to "
                "tf.start_queue_runners(sess=sess)"
            )
    if not isinstance(sess, BaseSession):
        if type(sess).__name__ in ("MonitoredSession", "SingularMonitoredSession"):
            return []
        raise TypeError(f"sess must be a `tf.Session` object. Given class: {type(sess)}")
    with sess.graph.as_default():
        runners = get_collection(collection)
        if not runners:
            logging.warning(
                "`tf.train.start_queue_runners()` was called when no queue runners were defined. "
                "You can safely remove the call to this deprecated function."
            )
        threads = []
        for runner in runners:
            threads.extend(runner.create_threads(sess, coord=coord, daemon=daemon, start=start))
    return threads


register_proto_function(
    GraphKeys.QUEUE_RUNNERS, protos.QueueRunnerDef, QueueRunner.to_proto, QueueRunner.from_proto
)
