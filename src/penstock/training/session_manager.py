"""``tf.train.SessionManager``: makes sessions whose variables are restored or initialized."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from penstock.graph import defaults, errors
from penstock.platform import logging
from penstock.runtime.session import Session


class SessionManager:
    """Makes sessions that are ready for training.

    Args:
        local_init_op: run in each new session.
        ready_op: tells what isn't initialized yet; empty when all is ready.
        ready_for_local_init_op: the same, before ``local_init_op``.
        graph: the graph; the default graph when left out.
        recovery_wait_secs: the time between two looks for what others make.
        local_init_run_options: options for ``local_init_op``.

    Raises:
        ValueError: when ``ready_for_local_init_op`` comes without ``local_init_op``.
    """

    def __init__(
        self,
        local_init_op: Any = None,
        ready_op: Any = None,
        ready_for_local_init_op: Any = None,
        graph: Any = None,
        recovery_wait_secs: float = 30,
        local_init_run_options: Any = None,
    ) -> None:
        if ready_for_local_init_op is not None and local_init_op is None:
            raise ValueError(
                "If you pass a ready_for_local_init_op you must also pass a local_init_op "
                f", ready_for_local_init_op [{ready_for_local_init_op}]"
            )
        self._local_init_op = local_init_op
        self._ready_op = ready_op
        self._ready_for_local_init_op = ready_for_local_init_op
        self._graph = graph or defaults.get_default_graph()
        self._recovery_wait_secs = recovery_wait_secs
        self._local_init_run_options = local_init_run_options

    def _restored(
        self,
        master: str,
        saver: Any,
        checkpoint_dir: str | None,
        path: str | None,
        wait_for_checkpoint: bool,
        max_wait_secs: float,
        config: Any,
    ) -> tuple[Any, bool]:
        """A new session, and whether a checkpoint was restored into it."""
        from penstock.checkpoint.state import get_checkpoint_state

        session = Session(master, graph=self._graph, config=config)
        if checkpoint_dir and path:
            raise ValueError(
                "Can not provide both checkpoint_dir and checkpoint_filename_with_path."
            )
        if not saver or not (checkpoint_dir or path):
            return session, False
        if path:
            saver.restore(session, path)
            return session, True
        assert checkpoint_dir is not None
        waited = 0.0
        state = get_checkpoint_state(checkpoint_dir)
        while not state or not state.model_checkpoint_path:
            if not wait_for_checkpoint or waited >= max_wait_secs:
                return session, False
            logging.info("Waiting for checkpoint to be available.")
            time.sleep(self._recovery_wait_secs)
            waited += self._recovery_wait_secs
            state = get_checkpoint_state(checkpoint_dir)
        saver.restore(session, state.model_checkpoint_path)
        saver.recover_last_checkpoints(state.all_model_checkpoint_paths)
        return session, True

    def prepare_session(
        self,
        master: str,
        init_op: Any = None,
        saver: Any = None,
        checkpoint_dir: str | None = None,
        checkpoint_filename_with_path: str | None = None,
        wait_for_checkpoint: bool = False,
        max_wait_secs: float = 7200,
        config: Any = None,
        init_feed_dict: Any = None,
        init_fn: Callable[[Any], Any] | None = None,
    ) -> Any:
        """A session restored from a checkpoint, or else initialized.

        Args:
            master: the target of the session.
            init_op: initializes the variables.
            saver: restores a checkpoint.
            checkpoint_dir: the folder of the checkpoint.
            checkpoint_filename_with_path: or its path.
            wait_for_checkpoint: whether to wait for one.
            max_wait_secs: how long.
            config: a ``tf.ConfigProto``.
            init_feed_dict: feeds for ``init_op``.
            init_fn: called with the session after ``init_op``.

        Raises:
            RuntimeError: when the model isn't ready then.
        """
        session, restored = self._restored(
            master,
            saver,
            checkpoint_dir,
            checkpoint_filename_with_path,
            wait_for_checkpoint,
            max_wait_secs,
            config,
        )
        if not restored:
            if init_op is None and not init_fn and self._local_init_op is None:
                raise RuntimeError(
                    "Model is not initialized and no init_op or init_fn or local_init_op was given"
                )
            if init_op is not None:
                session.run(init_op, feed_dict=init_feed_dict)
            if init_fn:
                init_fn(session)
        done, message = self._try_local_init(session)
        name = getattr(init_op, "name", init_op)
        if not done:
            raise RuntimeError(
                "Init operations did not make model ready for local_init.  Init op: "
                f"{name}, init fn: {init_fn}, error: {message}"
            )
        ready, message = self._ready(self._ready_op, session, "Model not ready")
        if not ready:
            raise RuntimeError(
                f"Init operations did not make model ready.  Init op: {name}, init fn: {init_fn}, "
                f"local_init_op: {self._local_init_op}, error: {message}"
            )
        return session

    def recover_session(
        self,
        master: str,
        saver: Any = None,
        checkpoint_dir: str | None = None,
        checkpoint_filename_with_path: str | None = None,
        wait_for_checkpoint: bool = False,
        max_wait_secs: float = 7200,
        config: Any = None,
    ) -> tuple[Any, bool]:
        """A session, and whether a checkpoint made it ready; arguments as ``prepare_session``."""
        session, restored = self._restored(
            master,
            saver,
            checkpoint_dir,
            checkpoint_filename_with_path,
            wait_for_checkpoint,
            max_wait_secs,
            config,
        )
        done, message = self._try_local_init(session)
        if not restored:
            return session, False
        source = checkpoint_dir or checkpoint_filename_with_path
        if not done:
            logging.info(
                "Restoring model from %s did not make model ready for local init: %s",
                source,
                message,
            )
            return session, False
        ready, message = self._ready(self._ready_op, session, "Model not ready")
        if not ready:
            logging.info("Restoring model from %s did not make model ready: %s", source, message)
            return session, False
        logging.info("Restored model from %s", source)
        return session, True

    def wait_for_session(
        self, master: str, config: Any = None, max_wait_secs: float | None = float("inf")
    ) -> Any:
        """A session, when somebody else has made the model ready.

        Raises:
            DeadlineExceededError: nobody has.
        """
        limit = float("inf") if max_wait_secs is None else max_wait_secs
        deadline = time.time() + limit
        while True:
            session = Session(master, graph=self._graph, config=config)
            not_ready = None
            done, not_local = self._try_local_init(session)
            if done:
                ready, not_ready = self._ready(self._ready_op, session, "Model not ready")
                if ready:
                    return session
            with contextlib.suppress(Exception):
                session.close()
            if deadline - time.time() < self._recovery_wait_secs:
                raise errors.DeadlineExceededError(
                    None, None, f"Session was not ready after waiting {limit} secs."
                )
            logging.info(
                "Waiting for model to be ready.  Ready_for_local_init_op:  %s, ready: %s",
                not_local,
                not_ready,
            )
            time.sleep(self._recovery_wait_secs)

    def _try_local_init(self, session: Any) -> tuple[bool, str | None]:
        if self._local_init_op is None:
            return True, None
        ready, message = self._ready(
            self._ready_for_local_init_op, session, "Model not ready for local init"
        )
        if not ready:
            return False, message
        logging.info("Running local_init_op.")
        session.run(self._local_init_op, options=self._local_init_run_options)
        logging.info("Done running local_init_op.")
        return True, None

    @staticmethod
    def _ready(operation: Any, session: Any, message: str) -> tuple[bool, str | None]:
        if operation is None:
            return True, None
        try:
            value = session.run(operation)
        except errors.FailedPreconditionError as error:
            if "uninitialized" not in str(error):
                logging.warning("%s : error [%s]", message, str(error))
                raise
            return False, str(error)
        if value is None or value.dtype == np.int32 or value.size == 0:
            return True, None
        names = ", ".join(name.decode() for name in value)
        return False, "Variables not initialized: " + names
