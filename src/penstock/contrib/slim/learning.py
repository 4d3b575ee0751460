"""``tf.contrib.slim.learning``: a training step and a training loop."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

from penstock.checkpoint.saver import Saver
from penstock.contrib.training.training import (
    USE_GLOBAL_STEP,
    add_gradients_summaries,
    clip_gradient_norms,
    multiply_gradients,
)
from penstock.contrib.training.training import create_train_op as create_contrib_train_op
from penstock.graph import defaults
from penstock.graph.tensor import Tensor
from penstock.ops.variable_collections import (
    global_variables_initializer,
    local_variables_initializer,
)
from penstock.runtime.session import Session
from penstock.summary.functions import merge_all
from penstock.summary.writer import FileWriter
from penstock.training.coordinator import Coordinator
from penstock.training.global_step import get_or_create_global_step
from penstock.training.queue_runner import start_queue_runners

_LOG = logging.getLogger("tensorflow")

__all__ = [
    "add_gradients_summaries",
    "clip_gradient_norms",
    "create_train_op",
    "multiply_gradients",
    "train",
    "train_step",
]


def create_train_op(
    total_loss: Any,
    optimizer: Any,
    global_step: Any = USE_GLOBAL_STEP,
    update_ops: Sequence[Any] | None = None,
    variables_to_train: Sequence[Any] | None = None,
    clip_gradient_norm: float = 0,
    summarize_gradients: bool = False,
    gate_gradients: int = 1,
    aggregation_method: Any = None,
    colocate_gradients_with_ops: bool = False,
    gradient_multipliers: dict[Any, Any] | None = None,
    check_numerics: bool = True,
) -> Tensor:
    """A tensor that gives the loss and trains by one step.

    Args:
        clip_gradient_norm: the largest norm of a gradient, when above zero.
        gradient_multipliers: factors by variable or its name.

    The other arguments are those of ``tf.contrib.training.create_train_op``.
    """

    def transform(pairs: Any) -> Any:
        if gradient_multipliers:
            pairs = multiply_gradients(pairs, gradient_multipliers)
        if clip_gradient_norm > 0:
            pairs = clip_gradient_norms(pairs, clip_gradient_norm)
        return pairs

    return create_contrib_train_op(
        total_loss,
        optimizer,
        global_step=global_step,
        update_ops=update_ops,
        variables_to_train=variables_to_train,
        transform_grads_fn=transform,
        summarize_gradients=summarize_gradients,
        gate_gradients=gate_gradients,
        aggregation_method=aggregation_method,
        colocate_gradients_with_ops=colocate_gradients_with_ops,
        check_numerics=check_numerics,
    )


def train_step(sess: Any, train_op: Any, global_step: Any,
               train_step_kwargs: dict[str, Any]) -> tuple[Any, bool]:  # fmt: skip
    """Runs one step.

    Args:
        sess: the session. train_op: the training tensor. global_step: the step counter.
        train_step_kwargs: ``should_log`` and ``should_stop``, numbers or tensors.

    Returns:
        ``(loss, whether to stop)``.
    """
    start = time.time()
    total_loss, step = sess.run([train_op, global_step])
    seconds = time.time() - start
    if train_step_kwargs.get("should_log"):
        _LOG.info("global step %d: loss = %.4f (%.3f sec/step)", step, total_loss, seconds)
    last = train_step_kwargs.get("number_of_steps")
    return total_loss, last is not None and step >= last


def train(
    train_op: Any,
    logdir: str | None,
    train_step_fn: Callable[..., Any] = train_step,
    train_step_kwargs: dict[str, Any] | None = None,
    log_every_n_steps: int = 1,
    graph: Any = None,
    master: str = "",
    is_chief: bool = True,
    global_step: Any = None,
    number_of_steps: int | None = None,
    init_op: Any = None,
    init_feed_dict: Any = None,
    local_init_op: Any = None,
    init_fn: Callable[[Any], None] | None = None,
    ready_op: Any = None,
    summary_op: Any = USE_GLOBAL_STEP,
    save_summaries_secs: float = 600,
    summary_writer: Any = USE_GLOBAL_STEP,
    startup_delay_steps: int = 0,
    saver: Any = None,
    save_interval_secs: float = 600,
    sync_optimizer: Any = None,
    session_config: Any = None,
    session_wrapper: Callable[[Any], Any] | None = None,
    trace_every_n_steps: int | None = None,
    ignore_live_threads: bool = False,
) -> Any:
    """Trains until a number of steps is reached or the input ends.

    It goes on from the newest checkpoint in ``logdir``, saves checkpoints and summaries there,
    and starts the queue runners.

    Args:
        train_op: what ``create_train_op`` gave.
        logdir: a folder; nothing is saved for ``None``.
        train_step_fn: runs one step; see ``train_step``. train_step_kwargs: its last argument.
        log_every_n_steps: how often to log the loss.
        graph: the graph. master: not used. is_chief: whether to initialize and save.
        global_step: the step counter. number_of_steps: when to stop.
        init_op: initializes variables. init_feed_dict: what to feed it.
        local_init_op: initializes local variables and tables.
        init_fn: a function of the session, called after initialization.
        ready_op: not used. summary_op: the summaries; all of them by default.
        save_summaries_secs: how often to write summaries.
        summary_writer: where to write them. startup_delay_steps: not used.
        saver: saves the checkpoints. save_interval_secs: how often.
        sync_optimizer: not used. session_config: for the session.
        session_wrapper: a function of the session that gives another.
        trace_every_n_steps: not used. ignore_live_threads: whether to leave threads behind.

    Returns:
        The loss of the last step.

    Raises:
        ValueError: without a ``train_op``, or with an ``init_op`` that another process runs.
    """
    if train_op is None:
        raise ValueError("train_op cannot be None.")
    graph = graph or defaults.get_default_graph()
    with graph.as_default():
        step = get_or_create_global_step() if global_step is None else global_step
        saver = saver or Saver()
        init_op = global_variables_initializer() if init_op is None else init_op
        if local_init_op is None:
            from penstock.ops.lookup import tables_initializer

            local_init_op = [local_variables_initializer(), tables_initializer()]
        if summary_op is USE_GLOBAL_STEP:
            summary_op = merge_all()
        if summary_writer is USE_GLOBAL_STEP:
            summary_writer = FileWriter(logdir, graph) if logdir and is_chief else None
    options = {"number_of_steps": number_of_steps, **(train_step_kwargs or {})}
    loss = None
    session = Session(graph=graph, config=session_config)
    session = session_wrapper(session) if session_wrapper else session
    coordinator = Coordinator()
    with session, graph.as_default():
        _start(session, logdir, saver, init_op, init_feed_dict, local_init_op, init_fn)
        threads = start_queue_runners(session, coordinator)
        saved = written = time.time()
        try:
            count = 0
            while not coordinator.should_stop():
                count += 1
                options["should_log"] = log_every_n_steps and count % log_every_n_steps == 0
                loss, should_stop = train_step_fn(session, train_op, step, options)
                now = time.time()
                if (
                    summary_writer
                    and summary_op is not None
                    and now - written > save_summaries_secs
                ):
                    written = now
                    summary_writer.add_summary(session.run(summary_op), session.run(step))
                if logdir and is_chief and now - saved > save_interval_secs:
                    saved = now
                    saver.save(session, f"{logdir}/model.ckpt", global_step=step)
                if should_stop:
                    _LOG.info("Stopping Training.")
                    coordinator.request_stop()
        except _out_of_range() as error:
            _LOG.info("Caught OutOfRangeError. Stopping Training. %s", error)
        finally:
            if logdir and is_chief:
                _LOG.info("Finished training! Saving model to disk.")
                saver.save(session, f"{logdir}/model.ckpt", global_step=step)
            if summary_writer:
                if summary_op is not None:
                    summary_writer.add_summary(session.run(summary_op), session.run(step))
                summary_writer.close()
            coordinator.request_stop()
            coordinator.join(threads, ignore_live_threads=True)
    return loss


def _out_of_range() -> Any:
    from penstock.graph.errors import OutOfRangeError

    return OutOfRangeError


def _start(session: Any, logdir: str | None, saver: Any, init_op: Any, init_feed: Any,
           local_init_op: Any, init_fn: Any) -> None:  # fmt: skip
    from penstock.checkpoint.state import latest_checkpoint

    newest = latest_checkpoint(logdir) if logdir else None
    session.run(init_op, init_feed)
    session.run(local_init_op)
    if newest:
        saver.restore(session, newest)
    elif init_fn:
        init_fn(session)
