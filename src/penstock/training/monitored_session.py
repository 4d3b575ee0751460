"""``tf.train.MonitoredSession``: a session with hooks, made, initialized and closed for you."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Sequence
from typing import Any

from penstock import protos
from penstock.graph import defaults, errors
from penstock.graph.collections import GraphKeys
from penstock.graph.scopes import add_to_collection, get_collection
from penstock.ops import resources
from penstock.ops.lookup import tables_initializer
from penstock.platform import logging
from penstock.training import basic_session_run_hooks as hooks_
from penstock.training.coordinator import Coordinator
from penstock.training.queue_runner import start_queue_runners
from penstock.training.session_manager import SessionManager
from penstock.training.session_run_hook import (
    SessionRunArgs,
    SessionRunContext,
    SessionRunValues,
)

USE_DEFAULT = object()
_PREEMPTION = (errors.AbortedError, errors.UnavailableError)


class Scaffold:
    """The operations that make a model ready for training; defaults for what isn't given.

    Args:
        init_op: initializes the variables.
        init_feed_dict: feeds for it.
        init_fn: called with the scaffold and the session after it.
        ready_op: tells what isn't initialized yet.
        ready_for_local_init_op: the same, before ``local_init_op``.
        local_init_op: initializes local variables and tables.
        summary_op: the summaries of the graph.
        saver: saves and restores checkpoints.
        copy_from_scaffold: another one, for what is left out.
    """

    def __init__(
        self,
        init_op: Any = None,
        init_feed_dict: Any = None,
        init_fn: Callable[[Any, Any], Any] | None = None,
        ready_op: Any = None,
        ready_for_local_init_op: Any = None,
        local_init_op: Any = None,
        summary_op: Any = None,
        saver: Any = None,
        copy_from_scaffold: Scaffold | None = None,
    ) -> None:
        given = {
            "init_op": init_op,
            "init_feed_dict": init_feed_dict,
            "user_init_fn": init_fn,
            "ready_op": ready_op,
            "ready_for_local_init_op": ready_for_local_init_op,
            "local_init_op": local_init_op,
            "summary_op": summary_op,
            "saver": saver,
        }
        if copy_from_scaffold is not None:
            if not isinstance(copy_from_scaffold, Scaffold):
                raise TypeError("copy_from_scaffold is not a Scaffold instance.")
            for key, value in given.items():
                if value is None:
                    given[key] = getattr(copy_from_scaffold, f"_{key}")
        for key, value in given.items():
            setattr(self, f"_{key}", value)
        user = given["user_init_fn"]
        self._init_fn = (lambda session: user(self, session)) if user else None

    def finalize(self) -> Scaffold:
        """Makes what is missing, and finalizes the graph."""
        from penstock.checkpoint.saver import Saver
        from penstock.ops.control_flow import group
        from penstock.ops.joining import concat
        from penstock.ops.variable_collections import (
            global_variables,
            global_variables_initializer,
            report_uninitialized_variables,
        )
        from penstock.summary.functions import merge_all

        def init_op() -> Any:
            return group(
                global_variables_initializer(),
                resources.initialize_resources(resources.shared_resources()),
            )

        def ready_op() -> Any:
            return concat(
                [report_uninitialized_variables(), resources.report_uninitialized_resources()], 0
            )

        def ready_for_local_init_op() -> Any:
            return concat(
                [
                    report_uninitialized_variables(global_variables()),
                    resources.report_uninitialized_resources(resources.shared_resources()),
                ],
                0,
            )

        for name, make in (
            ("init_op", init_op),
            ("ready_op", ready_op),
            ("ready_for_local_init_op", ready_for_local_init_op),
            ("local_init_op", Scaffold.default_local_init_op),
            ("summary_op", merge_all),
        ):
            if getattr(self, f"_{name}") is None:
                key = getattr(GraphKeys, name.upper())
                setattr(self, f"_{name}", Scaffold.get_or_default(name, key, make))
        if self._saver is None:  # type: ignore[has-type]
            savers = get_collection(GraphKeys.SAVERS)
            if len(savers) > 1:
                raise RuntimeError(
                    f"More than one item in collection {GraphKeys.SAVERS}. Please indicate which "
                    "one to use by passing it to the constructor."
                )
            if savers:
                self._saver = savers[0]
            else:
                self._saver = Saver(sharded=True, allow_empty=True)
                add_to_collection(GraphKeys.SAVERS, self._saver)
        assert self._saver is not None
        self._saver.build()
        defaults.get_default_graph().finalize()
        logging.info("Graph was finalized.")
        return self

    @property
    def init_fn(self) -> Any:
        """Called with the session after ``init_op``."""
        return self._init_fn

    @property
    def init_op(self) -> Any:
        """Initializes the variables."""
        return self._init_op  # type: ignore[attr-defined]

    @property
    def init_feed_dict(self) -> Any:
        """Feeds for ``init_op``."""
        return self._init_feed_dict  # type: ignore[attr-defined]

    @property
    def ready_op(self) -> Any:
        """Tells what isn't initialized yet."""
        return self._ready_op  # type: ignore[attr-defined]

    @property
    def ready_for_local_init_op(self) -> Any:
        """The same, before ``local_init_op``."""
        return self._ready_for_local_init_op  # type: ignore[attr-defined]

    @property
    def local_init_op(self) -> Any:
        """Initializes local variables and tables."""
        return self._local_init_op  # type: ignore[attr-defined]

    @property
    def summary_op(self) -> Any:
        """The summaries of the graph."""
        return self._summary_op  # type: ignore[attr-defined]

    @property
    def saver(self) -> Any:
        """Saves and restores checkpoints."""
        return self._saver

    @staticmethod
    def get_or_default(
        arg_name: str, collection_key: str, default_constructor: Callable[[], Any]
    ) -> Any:
        """What a collection holds; made and added when there is nothing.

        Raises:
            RuntimeError: when there are several.
        """
        elements = get_collection(collection_key)
        if len(elements) > 1:
            raise RuntimeError(
                f'More than one item in the collection "{collection_key}". Please indicate which '
                f"one to use by passing it to the tf.Scaffold constructor as:  "
                f"tf.Scaffold({arg_name}=item to use)"
            )
        if elements:
            return elements[0]
        made = default_constructor()
        if made is not None:
            add_to_collection(collection_key, made)
        return made

    @staticmethod
    def default_local_init_op() -> Any:
        """An operation that initializes local variables and tables."""
        from penstock.ops.control_flow import group
        from penstock.ops.variable_collections import local_variables_initializer

        return group(
            local_variables_initializer(),
            tables_initializer(),
            resources.initialize_resources(resources.local_resources()),
        )


# -- making sessions ------------------------------------------------------------------------------
class SessionCreator:
    """Makes sessions; subclasses override ``create_session``."""

    def create_session(self) -> Any:
        """A new session."""
        raise errors.UnimplementedError(
            None, None, f"create_session is not implemented for {self}."
        )


class ChiefSessionCreator(SessionCreator):
    """Makes sessions restored from a checkpoint or initialized.

    Args:
        scaffold: the operations for that.
        master: the target of the session.
        config: a ``tf.ConfigProto``.
        checkpoint_dir: the folder of the checkpoint.
        checkpoint_filename_with_path: or its path.
    """

    def __init__(
        self,
        scaffold: Scaffold | None = None,
        master: str = "",
        config: Any = None,
        checkpoint_dir: str | None = None,
        checkpoint_filename_with_path: str | None = None,
    ) -> None:
        self._scaffold = scaffold or Scaffold()
        self._master = master
        self._config = config
        self._checkpoint_dir = checkpoint_dir
        self._path = checkpoint_filename_with_path

    def create_session(self) -> Any:
        """A new session."""
        self._scaffold.finalize()
        return _manager(self._scaffold).prepare_session(
            self._master,
            saver=self._scaffold.saver,
            checkpoint_dir=self._checkpoint_dir,
            checkpoint_filename_with_path=self._path,
            config=self._config,
            init_op=self._scaffold.init_op,
            init_feed_dict=self._scaffold.init_feed_dict,
            init_fn=self._scaffold.init_fn,
        )


class WorkerSessionCreator(SessionCreator):
    """Waits for the chief to make the model ready.

    Args:
        scaffold, master, config: as for ``ChiefSessionCreator``.
        max_wait_secs: how long to wait.
    """

    def __init__(
        self,
        scaffold: Scaffold | None = None,
        master: str = "",
        config: Any = None,
        max_wait_secs: float = 30 * 60,
    ) -> None:
        self._scaffold = scaffold or Scaffold()
        self._master = master
        self._config = config
        self._max_wait_secs = max_wait_secs

    def create_session(self) -> Any:
        """A new session."""
        self._scaffold.finalize()
        return _manager(self._scaffold).wait_for_session(
            self._master, config=self._config, max_wait_secs=self._max_wait_secs
        )


def _manager(scaffold: Scaffold) -> SessionManager:
    return SessionManager(
        local_init_op=scaffold.local_init_op,
        ready_op=scaffold.ready_op,
        ready_for_local_init_op=scaffold.ready_for_local_init_op,
        graph=defaults.get_default_graph(),
    )


# -- running with hooks ---------------------------------------------------------------------------
class _HookedSession:
    """A session that asks hooks before and after each run."""

    def __init__(self, session: Any, hooks: Sequence[Any]) -> None:
        self.session = session
        self._hooks = hooks
        self.stopped = False

    def run(
        self, fetches: Any, feed_dict: Any = None, options: Any = None, run_metadata: Any = None
    ) -> Any:
        if self.stopped:
            raise RuntimeError("Run called even after should_stop requested.")
        wanted: dict[Any, Any] = {"caller": fetches}
        context = SessionRunContext(SessionRunArgs(fetches, feed_dict), self.session)
        merged = protos.RunOptions()
        if options is not None:
            merged.CopyFrom(options)
        feeds = self._asked(context, wanted, feed_dict, merged)
        metadata = protos.RunMetadata() if run_metadata is None else run_metadata
        traced = run_metadata is not None or merged.ByteSize() > 0
        outputs = self.session.run(
            wanted,
            feed_dict=feeds,
            options=merged if traced else None,
            run_metadata=metadata if traced else None,
        )
        for hook in self._hooks:
            hook.after_run(context, SessionRunValues(outputs.get(hook), merged, metadata))
        self.stopped = self.stopped or context.stop_requested
        return outputs["caller"]

    def _asked(self, context: Any, wanted: dict[Any, Any], feed_dict: Any, options: Any) -> Any:
        """What the hooks want to fetch goes into ``wanted``; returns what to feed."""
        feeds: dict[Any, Any] = {}
        for hook in self._hooks:
            request = hook.before_run(context)
            if request is None:
                continue
            if request.fetches is not None:
                wanted[hook] = request.fetches
            if request.feed_dict:
                _check_apart(feeds, request.feed_dict, "Same tensor is fed by two hooks.")
                feeds.update(request.feed_dict)
            if request.options:
                _merge_options(options, request.options)
        if not feeds:
            return feed_dict
        if feed_dict:
            _check_apart(feed_dict, feeds, "Same tensor is fed by a SessionRunHook and user.")
            feeds.update(feed_dict)
        return feeds


def _check_apart(first: dict[Any, Any], second: dict[Any, Any], message: str) -> None:
    both = set(first) & set(second)
    if both:
        raise RuntimeError(f"{message} Conflict(s): {list(both)}")


def _merge_options(options: Any, incoming: Any) -> None:
    for field in ("trace_level", "timeout_in_ms", "inter_op_thread_pool",
                  "output_partition_graphs"):  # fmt: skip
        setattr(options, field, max(getattr(options, field), getattr(incoming, field)))
    options.debug_options.MergeFrom(incoming.debug_options)


class _MonitoredSession:
    """What ``MonitoredSession`` and ``SingularMonitoredSession`` share."""

    def __init__(
        self,
        session_creator: Any,
        hooks: Sequence[Any] | None,
        should_recover: bool,
        stop_grace_period_secs: float = 120,
    ) -> None:
        self._graph_was_finalized = defaults.get_default_graph().finalized
        self._hooks = list(hooks or [])
        for hook in self._hooks:
            hook.begin()
        self._creator = session_creator or ChiefSessionCreator()
        self._should_recover = should_recover
        self._grace = stop_grace_period_secs
        self._closed = False
        self._open()

    def _open(self) -> None:
        while True:
            try:
                self._tf_session = self._creator.create_session()
                break
            except _PREEMPTION as error:
                if not self._should_recover:
                    raise
                logging.info(
                    "An error was raised while a session was being created. A new session will "
                    "be created. Error: %s",
                    error,
                )
        self._coord: Any = Coordinator(clean_stop_exception_types=[])
        if get_collection(GraphKeys.QUEUE_RUNNERS):
            start_queue_runners(sess=self._tf_session, coord=self._coord)
        for hook in self._hooks:
            hook.after_create_session(self._tf_session, self._coord)
        self._hooked = _HookedSession(self._tf_session, self._hooks)

    @property
    def graph(self) -> Any:
        """The graph; ``None`` when closed."""
        return None if self._closed else self._tf_session.graph

    def run(
        self, fetches: Any, feed_dict: Any = None, options: Any = None, run_metadata: Any = None
    ) -> Any:
        """``Session.run`` with the hooks.

        Raises:
            RuntimeError: when a hook asked to stop before, or the session is closed.
        """
        return self._running(lambda: self._hooked.run(fetches, feed_dict, options, run_metadata))

    def _running(self, call: Callable[[], Any]) -> Any:
        if self._closed:
            raise RuntimeError("Attempted to use a closed Session.")
        while True:
            try:
                return call()
            except _PREEMPTION as error:
                if not self._should_recover:
                    raise
                logging.info(
                    "An error was raised. The current session will be closed and a new session "
                    "will be created. Error: %s",
                    error,
                )
                self._stop_session()
                self._open()
            except Exception:
                # The error of a thread that feeds us says more than ours, which it caused.
                try:
                    self._coord.raise_requested_exception()
                except _PREEMPTION:
                    raise
                except Exception:  # noqa: BLE001 - the first error is the one to show
                    pass
                raise

    def run_step_fn(self, step_fn: Callable[..., Any]) -> Any:
        """Calls ``step_fn(step_context)``, which may run with and without hooks.

        Args:
            step_fn: takes a ``StepContext``; what it returns is returned.

        Raises:
            ValueError: when it takes something else.
        """
        names = tuple(inspect.signature(step_fn).parameters)
        if names not in (("step_context",), ("self", "step_context")):
            raise ValueError(
                "`step_fn` may either have one `step_context` argument, or `self` and "
                "`step_context` arguments if it's an instance method. Got "
                f"{names} instead."
            )
        return self._running(lambda: step_fn(self.StepContext(self._tf_session, self._hooked.run)))

    class StepContext:
        """What ``run_step_fn`` hands on.

        Args:
            session: the session, without hooks.
            run_with_hooks_fn: runs with hooks.
        """

        def __init__(self, session: Any, run_with_hooks_fn: Callable[..., Any]) -> None:
            self._session = session
            self._run_with_hooks = run_with_hooks_fn

        @property
        def session(self) -> Any:
            """The session, without hooks."""
            return self._session

        def run_with_hooks(self, *args: Any, **kwargs: Any) -> Any:
            """``MonitoredSession.run``."""
            return self._run_with_hooks(*args, **kwargs)

        def request_stop(self) -> None:
            """Ends the ``with`` block of the session."""
            raise StopIteration("step_fn has requested the iterations to stop.")

    def should_stop(self) -> bool:
        """Whether to leave the training loop."""
        if self._closed or self._hooked.stopped:
            return True
        self._coord.raise_requested_exception()
        return self._coord.should_stop()

    def close(self) -> None:
        """Calls the hooks' ``end``, stops threads and closes the session."""
        self._close()

    def __enter__(self) -> Any:
        return self

    def __exit__(self, kind: Any, value: Any, traceback: Any) -> bool:
        if kind in (errors.OutOfRangeError, StopIteration):
            kind = None
        self._close(kind)
        return kind is None

    def _stop_session(self) -> None:
        self._coord.request_stop()
        try:
            self._coord.join(stop_grace_period_secs=self._grace, ignore_live_threads=True)
        finally:
            with contextlib.suppress(Exception):
                self._tf_session.close()

    def _close(self, kind: Any = None) -> None:
        try:
            if kind is None and not self._closed:
                for hook in self._hooks:
                    hook.end(self._tf_session)
        finally:
            if self._closed:
                raise RuntimeError("Session is already closed.")
            try:
                self._stop_session()
            finally:
                self._closed = True
                if not self._graph_was_finalized:
                    defaults.get_default_graph()._unsafe_unfinalize()

    def _is_closed(self) -> bool:
        return self._closed

    def _tf_sess(self) -> Any:
        return None if self._closed else self._tf_session


class MonitoredSession(_MonitoredSession):
    """A session with hooks; made anew when it is lost.

    Args:
        session_creator: makes the session; a ``ChiefSessionCreator`` when left out.
        hooks: ``SessionRunHook`` objects.
        stop_grace_period_secs: how long threads may go on at the end.
    """

    def __init__(
        self,
        session_creator: Any = None,
        hooks: Sequence[Any] | None = None,
        stop_grace_period_secs: float = 120,
    ) -> None:
        super().__init__(session_creator, hooks, True, stop_grace_period_secs)


class SingularMonitoredSession(_MonitoredSession):
    """A session with hooks.

    Args:
        hooks: ``SessionRunHook`` objects.
        scaffold, master, config, checkpoint_dir, checkpoint_filename_with_path: as for
            ``ChiefSessionCreator``.
        stop_grace_period_secs: how long threads may go on at the end.
    """

    def __init__(
        self,
        hooks: Sequence[Any] | None = None,
        scaffold: Scaffold | None = None,
        master: str = "",
        config: Any = None,
        checkpoint_dir: str | None = None,
        stop_grace_period_secs: float = 120,
        checkpoint_filename_with_path: str | None = None,
    ) -> None:
        creator = ChiefSessionCreator(
            scaffold, master, config, checkpoint_dir, checkpoint_filename_with_path
        )
        super().__init__(creator, hooks, False, stop_grace_period_secs)

    def raw_session(self) -> Any:
        """The session, without hooks."""
        return self._tf_sess()


def MonitoredTrainingSession(
    master: str = "",
    is_chief: bool = True,
    checkpoint_dir: str | None = None,
    scaffold: Scaffold | None = None,
    hooks: Sequence[Any] | None = None,
    chief_only_hooks: Sequence[Any] | None = None,
    save_checkpoint_secs: Any = USE_DEFAULT,
    save_summaries_steps: Any = USE_DEFAULT,
    save_summaries_secs: Any = USE_DEFAULT,
    config: Any = None,
    stop_grace_period_secs: float = 120,
    log_step_count_steps: int | None = 100,
    max_wait_secs: float = 7200,
    save_checkpoint_steps: Any = USE_DEFAULT,
    summary_dir: str | None = None,
) -> MonitoredSession:
    """A session for training that saves checkpoints and summaries and counts steps.

    Args:
        master: the target of the session.
        is_chief: whether this program initializes the model and saves.
        checkpoint_dir: the folder of the checkpoints, restored from when there are any.
        scaffold: the operations for that.
        hooks: further hooks.
        chief_only_hooks: further hooks of the chief.
        save_checkpoint_secs: how often to save; every 600 seconds unless given.
        save_summaries_steps: how often to write summaries; every 100 steps unless given.
        save_summaries_secs: the same in seconds.
        config: a ``tf.ConfigProto``.
        stop_grace_period_secs: how long threads may go on at the end.
        log_step_count_steps: how often to log steps a second.
        max_wait_secs: how long a worker waits for the chief.
        save_checkpoint_steps: how often to save, in steps.
        summary_dir: the folder of the summaries; ``checkpoint_dir`` when left out.
    """
    if save_summaries_steps is USE_DEFAULT and save_summaries_secs is USE_DEFAULT:
        save_summaries_steps = 100
    if save_checkpoint_steps is USE_DEFAULT and save_checkpoint_secs is USE_DEFAULT:
        save_checkpoint_secs = 600
    every = [
        None if value is USE_DEFAULT else value
        for value in (
            save_summaries_steps,
            save_summaries_secs,
            save_checkpoint_steps,
            save_checkpoint_secs,
        )
    ]
    summary_steps, summary_secs, checkpoint_steps, checkpoint_secs = every
    scaffold = scaffold or Scaffold()
    if not is_chief:
        return MonitoredSession(
            session_creator=WorkerSessionCreator(scaffold, master, config, max_wait_secs),
            hooks=hooks or [],
            stop_grace_period_secs=stop_grace_period_secs,
        )
    all_hooks = list(chief_only_hooks or [])
    creator = ChiefSessionCreator(scaffold, master, config, checkpoint_dir)
    summary_dir = summary_dir or checkpoint_dir
    if summary_dir:
        if log_step_count_steps and log_step_count_steps > 0:
            all_hooks.append(
                hooks_.StepCounterHook(output_dir=summary_dir, every_n_steps=log_step_count_steps)
            )
        if (summary_steps and summary_steps > 0) or (summary_secs and summary_secs > 0):
            all_hooks.append(
                hooks_.SummarySaverHook(
                    scaffold=scaffold,
                    save_steps=summary_steps,
                    save_secs=summary_secs,
                    output_dir=summary_dir,
                )
            )
    if checkpoint_dir:
        if (checkpoint_secs and checkpoint_secs > 0) or (checkpoint_steps and checkpoint_steps > 0):
            all_hooks.append(
                hooks_.CheckpointSaverHook(
                    checkpoint_dir,
                    save_steps=checkpoint_steps,
                    save_secs=checkpoint_secs,
                    scaffold=scaffold,
                )
            )
    all_hooks.extend(hooks or [])
    return MonitoredSession(
        session_creator=creator, hooks=all_hooks, stop_grace_period_secs=stop_grace_period_secs
    )
