"""``tf.train.Supervisor``: initializes, restores, saves, and writes summaries from threads."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from typing import Any

from penstock import protos
from penstock.checkpoint.meta_graph import create_meta_graph_def
from penstock.graph import defaults, dtypes
from penstock.graph.collections import GraphKeys
from penstock.graph.scopes import add_to_collection, get_collection
from penstock.platform import logging
from penstock.training.coordinator import Coordinator, LooperThread
from penstock.training.global_step import global_step as step_value
from penstock.training.session_manager import SessionManager


class Supervisor:
    """Looks after a training program: checkpoints, summaries, threads.

    Args:
        graph: the graph; the default graph when left out. It is finalized.
        ready_op: tells what isn't initialized yet.
        ready_for_local_init_op: the same, before ``local_init_op``.
        is_chief: whether this program initializes the model and saves.
        init_op: initializes the variables.
        init_feed_dict: feeds for it.
        local_init_op: initializes local variables and tables.
        logdir: the folder of checkpoints and summaries.
        summary_op: the summaries of the graph.
        saver: saves and restores checkpoints.
        global_step: counts steps.
        save_summaries_secs: how often to write summaries; 0 for never.
        save_model_secs: how often to save; 0 for never.
        recovery_wait_secs: the time between two looks for what others make.
        stop_grace_secs: how long threads may go on at the end.
        checkpoint_basename: the name of the checkpoints' files.
        session_manager: makes the session.
        summary_writer: writes the summaries; ``None`` for none.
        init_fn: called with the session after ``init_op``.
        local_init_run_options: options for ``local_init_op``.
    """

    USE_DEFAULT = 0

    def __init__(
        self,
        graph: Any = None,
        ready_op: Any = USE_DEFAULT,
        ready_for_local_init_op: Any = USE_DEFAULT,
        is_chief: bool = True,
        init_op: Any = USE_DEFAULT,
        init_feed_dict: Any = None,
        local_init_op: Any = USE_DEFAULT,
        logdir: str | None = None,
        summary_op: Any = USE_DEFAULT,
        saver: Any = USE_DEFAULT,
        global_step: Any = USE_DEFAULT,
        save_summaries_secs: float = 120,
        save_model_secs: float = 600,
        recovery_wait_secs: float = 30,
        stop_grace_secs: float = 120,
        checkpoint_basename: str = "model.ckpt",
        session_manager: Any = None,
        summary_writer: Any = USE_DEFAULT,
        init_fn: Callable[[Any], Any] | None = None,
        local_init_run_options: Any = None,
    ) -> None:
        from penstock.summary.writer import FileWriter

        graph = graph or defaults.get_default_graph()
        with graph.as_default():
            self._init_operations(
                ready_op, ready_for_local_init_op, init_op, local_init_op, saver, summary_op,
                global_step,
            )  # fmt: skip
        self._init_feed_dict = init_feed_dict
        self._graph = graph
        self._meta_graph_def = create_meta_graph_def(
            graph_def=graph.as_graph_def(add_shapes=True),
            saver_def=self._saver.saver_def if self._saver is not None else None,
            graph=graph,
        )
        self._is_chief = is_chief
        self._coord = Coordinator()
        self._stop_grace_secs = stop_grace_secs
        self._init_fn = init_fn
        self._logdir: str | None = None
        self._save_summaries_secs: float | None = None
        self._save_model_secs: float | None = None
        self._save_path: str | None = None
        self._summary_writer: Any = None
        self._graph_added = False
        if is_chief:
            self._logdir = logdir
            self._save_summaries_secs = save_summaries_secs
            self._save_model_secs = save_model_secs
            if logdir:
                self._save_path = os.path.join(logdir, checkpoint_basename)
            if summary_writer is not Supervisor.USE_DEFAULT:
                self._summary_writer = summary_writer
            elif logdir:
                self._summary_writer = FileWriter(logdir)
        self._session_manager = session_manager or SessionManager(
            local_init_op=self._local_init_op,
            ready_op=self._ready_op,
            ready_for_local_init_op=self._ready_for_local_init_op,
            graph=graph,
            recovery_wait_secs=recovery_wait_secs,
            local_init_run_options=local_init_run_options,
        )
        self._check_devices()
        graph.finalize()

    def _init_operations(
        self,
        ready_op: Any,
        ready_for_local_init_op: Any,
        init_op: Any,
        local_init_op: Any,
        saver: Any,
        summary_op: Any,
        global_step: Any,
    ) -> None:
        from penstock.checkpoint.saver import Saver
        from penstock.ops.control_flow import group
        from penstock.ops.lookup import tables_initializer
        from penstock.ops.variable_collections import (
            global_variables,
            global_variables_initializer,
            local_variables_initializer,
            report_uninitialized_variables,
        )
        from penstock.summary.functions import merge_all

        def chosen(given: Any, key: str, make: Callable[[], Any] | None) -> Any:
            if given is not Supervisor.USE_DEFAULT:
                return given
            found = get_collection(key)
            if len(found) > 1:
                logging.info("Found %d %s operations. Returning the first one.", len(found), key)
            if found:
                return found[0]
            made = None if make is None else make()
            if made is not None:
                add_to_collection(key, made)
            return made

        self._ready_op = chosen(ready_op, GraphKeys.READY_OP, report_uninitialized_variables)
        self._ready_for_local_init_op = chosen(
            ready_for_local_init_op, GraphKeys.READY_FOR_LOCAL_INIT_OP, None
        )
        self._init_op = chosen(init_op, GraphKeys.INIT_OP, global_variables_initializer)
        self._local_init_op = chosen(
            local_init_op,
            GraphKeys.LOCAL_INIT_OP,
            lambda: group(local_variables_initializer(), tables_initializer()),
        )
        self._saver = chosen(
            saver, GraphKeys.SAVERS, lambda: Saver() if global_variables() else None
        )
        self._summary_op = chosen(summary_op, GraphKeys.SUMMARY_OP, merge_all)
        self._global_step = chosen(global_step, GraphKeys.GLOBAL_STEP, _default_global_step)

    # -- what it has ----------------------------------------------------------------------------
    @property
    def is_chief(self) -> bool:
        """Whether this program initializes the model and saves."""
        return self._is_chief

    @property
    def session_manager(self) -> Any:
        """Makes the session."""
        return self._session_manager

    @property
    def coord(self) -> Coordinator:
        """Stops the threads."""
        return self._coord

    @property
    def init_op(self) -> Any:
        """Initializes the variables."""
        return self._init_op

    @property
    def init_feed_dict(self) -> Any:
        """Feeds for ``init_op``."""
        return self._init_feed_dict

    @property
    def ready_op(self) -> Any:
        """Tells what isn't initialized yet."""
        return self._ready_op

    @property
    def ready_for_local_init_op(self) -> Any:
        """The same, before local variables are initialized."""
        return self._ready_for_local_init_op

    @property
    def summary_writer(self) -> Any:
        """Writes the summaries."""
        return self._summary_writer

    @property
    def summary_op(self) -> Any:
        """The summaries of the graph."""
        return self._summary_op

    @property
    def save_summaries_secs(self) -> float | None:
        """How often summaries are written."""
        return self._save_summaries_secs

    @property
    def global_step(self) -> Any:
        """Counts steps."""
        return self._global_step

    @property
    def saver(self) -> Any:
        """Saves and restores checkpoints."""
        return self._saver

    @property
    def save_model_secs(self) -> float | None:
        """How often checkpoints are saved."""
        return self._save_model_secs

    @property
    def save_path(self) -> str | None:
        """Where checkpoints are saved."""
        return self._save_path

    # -- sessions -------------------------------------------------------------------------------
    def prepare_or_wait_for_session(
        self,
        master: str = "",
        config: Any = None,
        wait_for_checkpoint: bool = False,
        max_wait_secs: float = 7200,
        start_standard_services: bool = True,
    ) -> Any:
        """A session that is ready for training.

        Args:
            master: the target of the session.
            config: a ``tf.ConfigProto``.
            wait_for_checkpoint: whether to wait for one.
            max_wait_secs: how long.
            start_standard_services: whether to start the threads for checkpoints, summaries and
                queues.
        """
        self._coord.clear_stop()
        if self._summary_writer:
            self._summary_writer.reopen()
        if self._is_chief:
            session = self._session_manager.prepare_session(
                master,
                init_op=self._init_op,
                saver=self._saver,
                checkpoint_dir=self._logdir,
                wait_for_checkpoint=wait_for_checkpoint,
                max_wait_secs=max_wait_secs,
                config=config,
                init_feed_dict=self._init_feed_dict,
                init_fn=self._init_fn,
            )
            self._write_graph()
            if start_standard_services:
                logging.info("Starting standard services.")
                self.start_standard_services(session)
        else:
            session = self._session_manager.wait_for_session(
                master, config=config, max_wait_secs=max_wait_secs
            )
        if start_standard_services:
            logging.info("Starting queue runners.")
            self.start_queue_runners(session)
        return session

    def _write_graph(self) -> None:
        from penstock.checkpoint.graph_files import write_graph

        if self._logdir:
            write_graph(self._graph.as_graph_def(add_shapes=True), self._logdir, "graph.pbtxt")
        if self._summary_writer and not self._graph_added:
            self._summary_writer.add_graph(self._graph)
            self._summary_writer.add_meta_graph(self._meta_graph_def)
            self._graph_added = True

    @contextlib.contextmanager
    def managed_session(
        self,
        master: str = "",
        config: Any = None,
        start_standard_services: bool = True,
        close_summary_writer: bool = True,
    ) -> Iterator[Any]:
        """A ``with`` block with a session; at its end threads are stopped and all is closed."""
        session = None
        try:
            session = self.prepare_or_wait_for_session(
                master=master, config=config, start_standard_services=start_standard_services
            )
            yield session
        except Exception as error:  # noqa: BLE001 - raised again by `stop`
            self.request_stop(error)
        finally:
            try:
                self.stop(close_summary_writer=close_summary_writer)
            finally:
                if session is not None:
                    with contextlib.suppress(Exception):
                        session.close()

    # -- threads --------------------------------------------------------------------------------
    def start_standard_services(self, sess: Any) -> list[Any] | None:
        """Starts the threads that save checkpoints and write summaries.

        Raises:
            RuntimeError: when this isn't the chief.
        """
        if not self._is_chief:
            raise RuntimeError(
                "Only chief supervisor can start standard services. Because only chief "
                "supervisors can write events."
            )
        if not self._logdir:
            logging.warning("Standard services need a 'logdir' passed to the SessionManager")
            return None
        if self._global_step is not None and self._summary_writer:
            step = step_value(sess, self._global_step)
            log = protos.SessionLog(status=protos.SessionLog.START)
            self._summary_writer.add_session_log(log, step)
        threads: list[LooperThread] = []
        if self._save_summaries_secs and self._summary_writer:
            if self._summary_op is not None:
                threads.append(SVSummaryThread(self, sess))
            if self._global_step is not None:
                threads.append(SVStepCounterThread(self, sess))
        if self._saver and self._save_model_secs:
            threads.append(SVTimerCheckpointThread(self, sess))
        for thread in threads:
            thread.start()
        return threads

    def start_queue_runners(self, sess: Any, queue_runners: Any = None) -> list[Any]:
        """Starts the threads that fill queues."""
        if queue_runners is None:
            queue_runners = self._graph.get_collection(GraphKeys.QUEUE_RUNNERS)
        threads: list[Any] = []
        for runner in queue_runners:
            threads.extend(runner.create_threads(sess, coord=self._coord, daemon=True, start=True))
        return threads

    def loop(
        self,
        timer_interval_secs: float | None,
        target: Callable[..., Any],
        args: Any = None,
        kwargs: Any = None,
    ) -> LooperThread:
        """Starts a thread that calls ``target`` again and again."""
        return LooperThread.loop(self._coord, timer_interval_secs, target, args, kwargs)

    def stop(
        self,
        threads: Any = None,
        close_summary_writer: bool = True,
        ignore_live_threads: bool = False,
    ) -> None:
        """Stops all threads, and raises the error of one of them, if there was one."""
        self._coord.request_stop()
        try:
            self._coord.join(
                threads,
                stop_grace_period_secs=self._stop_grace_secs,
                ignore_live_threads=ignore_live_threads,
            )
        finally:
            if close_summary_writer and self._summary_writer:
                log = protos.SessionLog(status=protos.SessionLog.STOP)
                self._summary_writer.add_session_log(log)
                self._summary_writer.close()
                self._graph_added = False

    def request_stop(self, ex: Any = None) -> None:
        """Asks all threads to stop."""
        self._coord.request_stop(ex)

    def should_stop(self) -> bool:
        """Whether somebody asked to stop."""
        return self._coord.should_stop()

    def stop_on_exception(self) -> Any:
        """A block whose exceptions become requests to stop."""
        return self._coord.stop_on_exception()

    def wait_for_stop(self) -> None:
        """Waits until somebody asks to stop."""
        self._coord.wait_for_stop()

    def summary_computed(self, sess: Any, summary: Any, global_step: int | None = None) -> None:
        """Writes a summary.

        Raises:
            RuntimeError: when there is no summary writer.
        """
        if not self._summary_writer:
            raise RuntimeError("Writing a summary requires a summary writer.")
        if global_step is None and self._global_step is not None:
            global_step = step_value(sess, self._global_step)
        self._summary_writer.add_summary(summary, global_step)

    def _check_devices(self) -> None:
        if self._is_chief:
            return
        for op in self._graph.get_operations():
            if op.type in ("Variable", "VariableV2") and not op.device:
                raise ValueError(
                    f"When using replicas, all Variables must have their device set: {op}"
                )

    PrepareSession = prepare_or_wait_for_session
    StartQueueRunners = start_queue_runners
    StartStandardServices = start_standard_services
    Stop = stop
    RequestStop = request_stop
    Loop = loop
    ShouldStop = should_stop
    StopOnException = stop_on_exception
    WaitForStop = wait_for_stop
    SummaryComputed = summary_computed


def _default_global_step() -> Any:
    try:
        found = defaults.get_default_graph().get_tensor_by_name("global_step:0")
    except KeyError:
        return None
    if found.dtype.base_dtype in (dtypes.int32, dtypes.int64):
        return found
    logging.warning("Found 'global_step' is not an int type: %s", found.dtype)
    return None


class SVSummaryThread(LooperThread):
    """Writes the summaries of a supervisor's graph."""

    def __init__(self, sv: Supervisor, sess: Any) -> None:
        super().__init__(sv.coord, sv.save_summaries_secs)
        self._sv = sv
        self._sess = sess

    def run_loop(self) -> None:
        """Writes them once."""
        sv = self._sv
        if sv.global_step is not None:
            summary, step = self._sess.run([sv.summary_op, sv.global_step])
        else:
            summary, step = self._sess.run(sv.summary_op), None
        if sv.summary_writer:
            logging.info("Recording summary at step %s.", step)
            sv.summary_writer.add_summary(summary, step)


class SVStepCounterThread(LooperThread):
    """Writes the number of steps a second."""

    def __init__(self, sv: Supervisor, sess: Any, step_counter: Any = None) -> None:
        super().__init__(sv.coord, sv.save_summaries_secs)
        self._sv = sv
        self._sess = sess
        self._step_counter = sv.global_step if step_counter is None else step_counter
        self._summary_tag = f"{self._step_counter.op.name}/sec"

    def start_loop(self) -> None:
        """Begins to count."""
        self._last_time = time.time()
        self._last_step = step_value(self._sess, self._step_counter)

    def run_loop(self) -> None:
        """Writes the number once."""
        step, now = step_value(self._sess, self._step_counter), time.time()
        added, elapsed = step - self._last_step, now - self._last_time
        self._last_step, self._last_time = step, now
        rate = added / elapsed if elapsed > 0 else float("inf")
        if self._sv.summary_writer:
            value = protos.Summary.Value(tag=self._summary_tag, simple_value=rate)
            self._sv.summary_writer.add_summary(protos.Summary(value=[value]), step)
        logging.log_first_n(logging.INFO, "%s: %g", 10, self._summary_tag, rate)


class SVTimerCheckpointThread(LooperThread):
    """Saves checkpoints."""

    def __init__(self, sv: Supervisor, sess: Any) -> None:
        super().__init__(sv.coord, sv.save_model_secs)
        self._sv = sv
        self._sess = sess

    def run_loop(self) -> None:
        """Saves one."""
        sv = self._sv
        logging.info("Saving checkpoint to path %s", sv.save_path)
        sv.saver.save(self._sess, sv.save_path, global_step=sv.global_step)
        if sv.summary_writer and sv.global_step is not None:
            log = protos.SessionLog(
                status=protos.SessionLog.CHECKPOINT, checkpoint_path=sv.save_path
            )
            sv.summary_writer.add_session_log(log, step_value(self._sess, sv.global_step))


def basic_train_loop(
    supervisor: Supervisor,
    train_step_fn: Callable[..., Any],
    args: Any = None,
    kwargs: Any = None,
    master: str = "",
) -> None:
    """Calls ``train_step_fn(session, *args, **kwargs)`` until the supervisor stops.

    Args:
        supervisor: makes the session; asked to stop by the function.
        train_step_fn: one step of training.
        args, kwargs: its further arguments.
        master: the target of the session.
    """
    from penstock.graph import errors

    again = True
    while again:
        again = False
        try:
            with supervisor.managed_session(master) as session:
                while not supervisor.should_stop():
                    train_step_fn(session, *(args or ()), **(kwargs or {}))
        except errors.AbortedError:
            again = True
