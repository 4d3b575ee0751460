"""Hooks that end training: when a metric says so, or at a step that another program reached."""

from __future__ import annotations

import collections
import glob
import logging
import os
import shutil
import tempfile
from collections.abc import Callable
from typing import Any

from penstock.checkpoint.saver import Saver
from penstock.checkpoint.state import latest_checkpoint
from penstock.estimator.estimator import Estimator
from penstock.summary.event_files import summary_iterator
from penstock.training.basic_session_run_hooks import SecondOrStepTimer, StopAtStepHook
from penstock.training.global_step import get_global_step
from penstock.training.session_run_hook import SessionRunArgs, SessionRunHook

_LOG = logging.getLogger("tensorflow")


def read_eval_metrics(eval_dir: str) -> dict[int, dict[str, float]]:
    """The metrics in a folder's event files, by step.

    Args:
        eval_dir: the folder for the summaries of evaluations.
    """
    found: dict[int, dict[str, float]] = {}
    for path in sorted(glob.glob(os.path.join(eval_dir, "*tfevents*"))):
        for event in summary_iterator(path):
            for value in event.summary.value:
                if value.HasField("simple_value"):
                    found.setdefault(event.step, {})[value.tag] = value.simple_value
    return collections.OrderedDict(sorted(found.items()))


class _StopOnPredicateHook(SessionRunHook):
    """Asks a function now and then whether to stop."""

    def __init__(self, should_stop_fn: Callable[[], bool], run_every_secs: float | None,
                 run_every_steps: int | None) -> None:  # fmt: skip
        if not callable(should_stop_fn):
            raise TypeError("`should_stop_fn` must be callable")
        self._should_stop = should_stop_fn
        self._timer = SecondOrStepTimer(every_secs=run_every_secs, every_steps=run_every_steps)

    def begin(self) -> None:
        """Finds the step."""
        self._step = get_global_step()
        self._timer.reset()

    def before_run(self, run_context: Any) -> SessionRunArgs:
        """Asks for the step."""
        return SessionRunArgs(self._step)

    def after_run(self, run_context: Any, run_values: Any) -> None:
        """Asks the function and stops."""
        step = run_values.results
        if self._timer.should_trigger_for_step(step):
            self._timer.update_last_triggered_step(step)
            if self._should_stop():
                _LOG.info("Requesting early stopping at global step %d", step)
                run_context.request_stop()


class _StopAtCheckpointStepHook(SessionRunHook):
    """Stops at a step, once a checkpoint of that step is there."""

    def __init__(self, model_dir: str, last_step: int, wait_after_file_check_secs: float) -> None:
        if last_step is None:
            raise ValueError("last_step must be specified.")
        if model_dir is None:
            raise ValueError("model_dir must be specified.")
        self._model_dir = model_dir
        self._last_step = last_step
        self._wait = wait_after_file_check_secs

    def begin(self) -> None:
        """Finds the step."""
        self._step = get_global_step()

    def before_run(self, run_context: Any) -> SessionRunArgs:
        """Asks for the step."""
        return SessionRunArgs(self._step)

    def after_run(self, run_context: Any, run_values: Any) -> None:
        """Stops if the step was reached, in this program or another."""
        if run_values.results + 1 >= self._last_step:
            run_context.request_stop()
            return
        path = latest_checkpoint(self._model_dir)
        if path and path.rpartition("-")[2].isdigit():
            if int(path.rpartition("-")[2]) >= self._last_step:
                run_context.request_stop()


def make_early_stopping_hook(
    estimator: Any, should_stop_fn: Callable[[], bool], run_every_secs: float | None = 60,
    run_every_steps: int | None = None,
) -> SessionRunHook:  # fmt: skip
    """A hook that stops when a function says so.

    Args:
        estimator: the estimator. should_stop_fn: a function without arguments.
        run_every_secs: how often to ask, in seconds. run_every_steps: likewise, in steps.

    Raises:
        TypeError: for another estimator.
        ValueError: for both ways to say how often.
    """
    if not isinstance(estimator, Estimator):
        raise TypeError("`estimator` must have type `tf.estimator.Estimator`. "
                        f"Got: {type(estimator)}")  # fmt: skip
    if run_every_secs is not None and run_every_steps is not None:
        raise ValueError("Only one of `run_every_secs` and `run_every_steps` must be set.")
    return _StopOnPredicateHook(should_stop_fn, run_every_secs, run_every_steps)


def make_stop_at_checkpoint_step_hook(
    estimator: Any, last_step: int, wait_after_file_check_secs: float = 30
) -> SessionRunHook:
    """A hook that stops at a step, by checkpoints if this isn't the chief program.

    Args:
        estimator: the estimator. last_step: the step.
        wait_after_file_check_secs: kept for programs that give it.
    """
    if estimator.config.is_chief:
        return StopAtStepHook(last_step=last_step)
    return _StopAtCheckpointStepHook(estimator.model_dir, last_step, wait_after_file_check_secs)


def _threshold_hook(estimator: Any, metric_name: str, threshold: float, higher: bool,
                    eval_dir: str | None, min_steps: int, run_every_secs: float | None,
                    run_every_steps: int | None) -> SessionRunHook:  # fmt: skip
    folder = eval_dir or estimator.eval_dir()

    def should_stop() -> bool:
        for step, metrics in read_eval_metrics(folder).items():
            if step < min_steps or metric_name not in metrics:
                continue
            value = metrics[metric_name]
            if (value > threshold) if higher else (value < threshold):
                _LOG.info('At step %s, metric "%s" has value %s which is %s the configured '
                          "threshold (%s) for early stopping.", step, metric_name, value,
                          "higher than" if higher else "lower than", threshold)  # fmt: skip
                return True
        return False

    return make_early_stopping_hook(estimator, should_stop, run_every_secs, run_every_steps)


def stop_if_higher_hook(
    estimator: Any, metric_name: str, threshold: float, eval_dir: str | None = None,
    min_steps: int = 0, run_every_secs: float | None = 60, run_every_steps: int | None = None,
) -> SessionRunHook:  # fmt: skip
    """A hook that stops when a metric was above a threshold.

    Args:
        estimator: the estimator. metric_name: the metric. threshold: the threshold.
        eval_dir: the folder of the evaluations' summaries. min_steps: never stop before.
        run_every_secs: how often to look, in seconds. run_every_steps: likewise, in steps.
    """
    return _threshold_hook(estimator, metric_name, threshold, True, eval_dir, min_steps,
                           run_every_secs, run_every_steps)  # fmt: skip


def stop_if_lower_hook(
    estimator: Any, metric_name: str, threshold: float, eval_dir: str | None = None,
    min_steps: int = 0, run_every_secs: float | None = 60, run_every_steps: int | None = None,
) -> SessionRunHook:  # fmt: skip
    """A hook that stops when a metric was below a threshold; see ``stop_if_higher_hook``."""
    return _threshold_hook(estimator, metric_name, threshold, False, eval_dir, min_steps,
                           run_every_secs, run_every_steps)  # fmt: skip


def _stalled_hook(estimator: Any, metric_name: str, most_steps: int, increase: bool,
                  eval_dir: str | None, min_steps: int, run_every_secs: float | None,
                  run_every_steps: int | None) -> SessionRunHook:  # fmt: skip
    folder = eval_dir or estimator.eval_dir()

    def should_stop() -> bool:
        best, best_step = None, None
        for step, metrics in read_eval_metrics(folder).items():
            if step < min_steps or metric_name not in metrics:
                continue
            value = metrics[metric_name]
            if best is None or ((value > best) if increase else (value < best)):
                best, best_step = value, step
            elif best_step is not None and step - best_step >= most_steps:
                _LOG.info('No %s in metric "%s" for %s steps, which is greater than or equal to '
                          "max steps (%s) configured for early stopping.",
                          "increase" if increase else "decrease", metric_name, step - best_step,
                          most_steps)  # fmt: skip
                return True
        return False

    return make_early_stopping_hook(estimator, should_stop, run_every_secs, run_every_steps)


def stop_if_no_increase_hook(
    estimator: Any, metric_name: str, max_steps_without_increase: int,
    eval_dir: str | None = None, min_steps: int = 0, run_every_secs: float | None = 60,
    run_every_steps: int | None = None,
) -> SessionRunHook:  # fmt: skip
    """A hook that stops when a metric hasn't risen for some steps.

    Args:
        estimator: the estimator. metric_name: the metric.
        max_steps_without_increase: how many steps to wait.
        eval_dir: the folder of the evaluations' summaries. min_steps: never stop before.
        run_every_secs: how often to look, in seconds. run_every_steps: likewise, in steps.
    """
    return _stalled_hook(estimator, metric_name, max_steps_without_increase, True, eval_dir,
                         min_steps, run_every_secs, run_every_steps)  # fmt: skip


def stop_if_no_decrease_hook(
    estimator: Any, metric_name: str, max_steps_without_decrease: int,
    eval_dir: str | None = None, min_steps: int = 0, run_every_secs: float | None = 60,
    run_every_steps: int | None = None,
) -> SessionRunHook:  # fmt: skip
    """A hook that stops when a metric hasn't fallen; see ``stop_if_no_increase_hook``."""
    return _stalled_hook(estimator, metric_name, max_steps_without_decrease, False, eval_dir,
                         min_steps, run_every_secs, run_every_steps)  # fmt: skip


class InMemoryEvaluatorHook(SessionRunHook):
    """Evaluates while training goes on, without leaving the program.

    The values are those of the newest checkpoint that training has saved.

    Args:
        estimator: the estimator. input_fn: gives the examples. steps: how many batches.
        hooks: hooks of the evaluation. name: part of the name of the folder for summaries.
        every_n_iter: how often to evaluate, in steps.

    Raises:
        ValueError: when ``every_n_iter`` isn't positive.
    """

    def __init__(self, estimator: Any, input_fn: Callable[..., Any], steps: int | None = None,
                 hooks: Any = None, name: str | None = None,
                 every_n_iter: int = 100) -> None:  # fmt: skip
        if every_n_iter is None or every_n_iter <= 0:
            raise ValueError(f"invalid every_n_iter={every_n_iter}.")
        self._estimator, self._input_fn, self._steps = estimator, input_fn, steps
        self._hooks, self._name = list(hooks or []), name
        self._timer = SecondOrStepTimer(every_steps=every_n_iter)
        self._count = 0
        self._folder: str | None = None

    def begin(self) -> None:
        """Prepares to save the variables."""
        self._timer.reset()
        self._count = 0
        self._saver = Saver(max_to_keep=1)
        self._folder = tempfile.mkdtemp()

    def after_create_session(self, session: Any, coord: Any) -> None:
        """Evaluates what training starts with."""
        self._evaluate(session)

    def after_run(self, run_context: Any, run_values: Any) -> None:
        """Evaluates when it is time."""
        self._count += 1
        if self._timer.should_trigger_for_step(self._count):
            self._evaluate(run_context.session)

    def end(self, session: Any) -> None:
        """Evaluates the result."""
        self._evaluate(session)
        shutil.rmtree(self._folder or "", ignore_errors=True)

    def _evaluate(self, session: Any) -> None:
        path = self._saver.save(
            session, os.path.join(self._folder or "", "model.ckpt"), write_meta_graph=False
        )
        self._timer.update_last_triggered_step(self._count)
        self._estimator.evaluate(
            self._input_fn, steps=self._steps, hooks=self._hooks, checkpoint_path=path,
            name=self._name,
        )  # fmt: skip
