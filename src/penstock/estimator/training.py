"""``tf.estimator.train_and_evaluate``: training with evaluations in between."""

from __future__ import annotations

import collections
import os
import time
from typing import Any

from penstock.estimator.estimator import Estimator
from penstock.training.basic_session_run_hooks import CheckpointSaverListener


class TrainSpec(collections.namedtuple("TrainSpec", ["input_fn", "max_steps", "hooks"])):
    """How to train.

    Args:
        input_fn: gives ``(features, labels)``. max_steps: up to which step.
        hooks: ``SessionRunHook`` objects.

    Raises:
        TypeError: when ``input_fn`` is no function.
        ValueError: when ``max_steps`` isn't positive.
    """

    __slots__ = ()

    def __new__(cls, input_fn: Any, max_steps: int | None = None, hooks: Any = None) -> TrainSpec:
        if not callable(input_fn):
            raise TypeError(f"`input_fn` must be callable, given: {input_fn}")
        if max_steps is not None and max_steps <= 0:
            raise ValueError(f"Must specify max_steps > 0, given: {max_steps}")
        return super().__new__(cls, input_fn, max_steps, tuple(hooks or ()))


class EvalSpec(
    collections.namedtuple(
        "EvalSpec",
        ["input_fn", "steps", "name", "hooks", "exporters", "start_delay_secs", "throttle_secs"],
    )
):
    """How to evaluate.

    Args:
        input_fn: gives ``(features, labels)``. steps: how many batches; all for ``None``.
        name: part of the name of the folder for summaries.
        hooks: ``SessionRunHook`` objects. exporters: export the model after evaluations.
        start_delay_secs: kept for programs that give it.
        throttle_secs: the least time between evaluations.

    Raises:
        TypeError: when ``input_fn`` is no function.
        ValueError: when ``steps`` isn't positive or a time is negative.
    """

    __slots__ = ()

    def __new__(
        cls,
        input_fn: Any,
        steps: int | None = 100,
        name: str | None = None,
        hooks: Any = None,
        exporters: Any = None,
        start_delay_secs: float = 120,
        throttle_secs: float = 600,
    ) -> EvalSpec:
        if not callable(input_fn):
            raise TypeError(f"`input_fn` must be callable, given: {input_fn}")
        if steps is not None and steps <= 0:
            raise ValueError(f"Must specify steps > 0, given: {steps}")
        if start_delay_secs < 0:
            raise ValueError(f"Must specify start_delay_secs >= 0, given: {start_delay_secs}")
        if throttle_secs < 0:
            raise ValueError(f"Must specify throttle_secs >= 0, given: {throttle_secs}")
        exporters = exporters if isinstance(exporters, (list, tuple)) else [exporters]
        exporters = tuple(e for e in exporters if e is not None)
        return super().__new__(
            cls, input_fn, steps, name, tuple(hooks or ()), exporters, start_delay_secs,
            throttle_secs,
        )  # fmt: skip


class _Evaluates(CheckpointSaverListener):
    """Evaluates whenever a checkpoint was saved and enough time has passed."""

    def __init__(self, estimator: Estimator, spec: EvalSpec, last_step: int | None) -> None:
        self._clock = time.monotonic
        self._estimator = estimator
        self._spec = spec
        self._last_step = last_step
        self._last_time: float | None = None
        self._evaluated: int | None = None
        self.result: tuple[Any, list[Any]] = (None, [])

    def begin(self) -> None:
        """Starts the time."""

    def after_save(self, session: Any, global_step_value: int) -> None:
        """Evaluates the checkpoint, unless the last evaluation was a short time ago."""
        now = self._clock()
        ends = self._last_step is not None and global_step_value >= self._last_step
        recent = self._last_time is not None and now - self._last_time < self._spec.throttle_secs
        if self._last_time is None and global_step_value == 0:
            return
        if recent and not ends:
            return
        self._last_time = now
        self.evaluate(global_step_value, ends)

    def end(self, session: Any, global_step_value: int) -> None:
        """Evaluates the last checkpoint."""
        if self._evaluated != global_step_value:
            self.evaluate(global_step_value, True)

    def evaluate(self, step: int | None = None, ends: bool = True) -> None:
        """Evaluates the newest checkpoint and exports the model."""
        spec = self._spec
        metrics = self._estimator.evaluate(
            spec.input_fn, steps=spec.steps, hooks=spec.hooks, name=spec.name
        )
        self._evaluated = step
        exports = [
            exporter.export(
                estimator=self._estimator,
                export_path=os.path.join(self._estimator.model_dir, "export", exporter.name),
                checkpoint_path=self._estimator.latest_checkpoint(),
                eval_result=metrics,
                is_the_final_export=ends,
            )
            for exporter in spec.exporters
        ]
        self.result = (metrics, exports)


def train_and_evaluate(
    estimator: Estimator, train_spec: TrainSpec, eval_spec: EvalSpec
) -> tuple[Any, list[Any]]:
    """Trains, and evaluates checkpoints on the way and at the end.

    Args:
        estimator: the estimator. train_spec: how to train. eval_spec: how to evaluate.

    Returns:
        ``(metrics, exports)`` of the last evaluation.

    Raises:
        TypeError: for arguments of other types.
    """
    checks = ((estimator, Estimator, "estimator"), (train_spec, TrainSpec, "train_spec"),
              (eval_spec, EvalSpec, "eval_spec"))  # fmt: skip
    for value, kind, what in checks:
        if not isinstance(value, kind):
            raise TypeError(
                f"`{what}` must have type `tf.estimator.{kind.__name__}`, given {type(value)}"
            )
    listener = _Evaluates(estimator, eval_spec, train_spec.max_steps)
    estimator.train(
        train_spec.input_fn,
        max_steps=train_spec.max_steps,
        hooks=train_spec.hooks,
        saving_listeners=[listener],
    )
    return listener.result
