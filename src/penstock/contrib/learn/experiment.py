"""``tf.contrib.learn.Experiment`` and ``learn_runner``."""

from __future__ import annotations

import collections
import inspect
import os
import shutil
from collections.abc import Callable
from typing import Any


class ExportStrategy(collections.namedtuple("ExportStrategy", ["name", "export_fn", "strip"])):
    """How to export a model.

    Args:
        name: the folder's name. export_fn: a function of estimator and path.
        strip_default_attrs: leave out attributes that have their default values.
    """

    def __new__(cls, name: str, export_fn: Callable[..., Any],
                strip_default_attrs: Any = None) -> ExportStrategy:  # fmt: skip
        return super().__new__(cls, name, export_fn, strip_default_attrs)

    def export(self, estimator: Any, export_path: str, checkpoint_path: str | None = None,
               eval_result: Any = None) -> Any:  # fmt: skip
        """Exports the model; gives the folder."""
        have = {"checkpoint_path": checkpoint_path, "eval_result": eval_result}
        names = inspect.signature(self.export_fn).parameters
        return self.export_fn(
            estimator, export_path, **{k: v for k, v in have.items() if k in names}
        )


def make_export_strategy(
    serving_input_fn: Callable[[], Any], default_output_alternative_key: str | None = None,
    assets_extra: Any = None, as_text: bool = False, exports_to_keep: int | None = 5,
    strip_default_attrs: Any = None,
) -> ExportStrategy:  # fmt: skip
    """A strategy that writes SavedModels below ``Servo``.

    Args:
        serving_input_fn: gives the inputs. default_output_alternative_key: not used.
        assets_extra: further files. as_text: write text. exports_to_keep: how many to keep.
        strip_default_attrs: not used.
    """

    def export(estimator: Any, export_dir_base: str, checkpoint_path: str | None = None) -> Any:
        found = estimator.export_savedmodel(
            export_dir_base, serving_input_fn, assets_extra=assets_extra, as_text=as_text,
            checkpoint_path=checkpoint_path,
        )  # fmt: skip
        if exports_to_keep is not None:
            kept = sorted((n for n in os.listdir(export_dir_base) if n.isdigit()), key=int)
            for name in kept[:-exports_to_keep]:
                shutil.rmtree(os.path.join(export_dir_base, name), ignore_errors=True)
        return found

    return ExportStrategy("Servo", export, strip_default_attrs)


class Experiment:
    """An estimator with its inputs for training and evaluation.

    Args:
        estimator: the estimator. train_input_fn: gives examples to train with.
        eval_input_fn: gives examples to evaluate with. eval_metrics: further metrics.
        train_steps: up to which step to train. eval_steps: how many batches to evaluate.
        train_monitors: hooks of training. eval_hooks: hooks of evaluation.
        min_eval_frequency: evaluate after this many steps. export_strategies: how to export.
        train_steps_per_iteration: how many steps lie between evaluations.

    The other arguments are kept for programs that give them.
    """

    def __init__(self, estimator: Any, train_input_fn: Any, eval_input_fn: Any,
                 eval_metrics: Any = None, train_steps: int | None = None,
                 eval_steps: int | None = 100, train_monitors: Any = None,
                 eval_hooks: Any = None, local_eval_frequency: Any = None,
                 eval_delay_secs: float = 120, continuous_eval_throttle_secs: float = 60,
                 min_eval_frequency: int | None = None,
                 delay_workers_by_global_step: bool = False, export_strategies: Any = None,
                 train_steps_per_iteration: int | None = None, checkpoint_and_export: bool = False,
                 saving_listeners: Any = None, check_interval_secs: float = 5) -> None:  # fmt: skip
        self._estimator = estimator
        self._train_input_fn, self._eval_input_fn = train_input_fn, eval_input_fn
        self._eval_metrics = eval_metrics
        self._train_steps, self._eval_steps = train_steps, eval_steps
        self._train_monitors = list(train_monitors or [])
        self._eval_hooks = list(eval_hooks or [])
        self._frequency = train_steps_per_iteration or min_eval_frequency or local_eval_frequency
        strategies = export_strategies or []
        if not isinstance(strategies, (list, tuple)):
            strategies = [strategies]
        self._strategies = list(strategies)

    @property
    def estimator(self) -> Any:
        """The estimator."""
        return self._estimator

    @property
    def train_steps(self) -> int | None:
        """Up to which step to train."""
        return self._train_steps

    @property
    def eval_steps(self) -> int | None:
        """How many batches to evaluate."""
        return self._eval_steps

    def extend_train_hooks(self, additional_hooks: Any) -> None:
        """Adds hooks of training."""
        self._train_monitors.extend(additional_hooks)

    def _call_train(self, max_steps: int | None) -> Any:
        if hasattr(self._estimator, "fit"):
            return self._estimator.fit(
                input_fn=self._train_input_fn, max_steps=max_steps,
                monitors=self._train_monitors,
            )  # fmt: skip
        return self._estimator.train(
            self._train_input_fn, hooks=self._train_monitors, max_steps=max_steps
        )

    def train(self, delay_secs: float | None = None) -> Any:
        """Trains."""
        return self._call_train(self._train_steps)

    def evaluate(self, delay_secs: float | None = None, name: str | None = None) -> Any:
        """Evaluates the newest checkpoint."""
        more = {} if self._eval_metrics is None else {"metrics": self._eval_metrics}
        return self._estimator.evaluate(
            input_fn=self._eval_input_fn, steps=self._eval_steps, hooks=self._eval_hooks,
            name=name or "one_pass" if hasattr(self._estimator, "fit") else name, **more,
        )  # fmt: skip

    def _export(self, metrics: Any) -> list[Any]:
        base = os.path.join(self._estimator.model_dir, "export")
        return [
            s.export(self._estimator, os.path.join(base, s.name), eval_result=metrics)
            for s in self._strategies
        ]

    def train_and_evaluate(self) -> tuple[Any, list[Any]]:
        """Trains with evaluations in between; gives the last metrics and exports."""
        step, metrics = 0, None
        if self._frequency and self._train_steps:
            while step < self._train_steps:
                step = min(step + self._frequency, self._train_steps)
                self._call_train(step)
                metrics = self.evaluate()
        else:
            self._call_train(self._train_steps)
            metrics = self.evaluate()
        return metrics, self._export(metrics)

    def continuous_train_and_eval(self, continuous_eval_predicate_fn: Any = None) -> Any:
        """Like ``train_and_evaluate``, as long as a function of the metrics says so.

        Args:
            continuous_eval_predicate_fn: gets the last metrics; goes on to the end by default.
        """
        step, metrics = 0, None
        size = self._frequency or self._train_steps or 100
        while self._train_steps is None or step < self._train_steps:
            if continuous_eval_predicate_fn is not None:
                if not continuous_eval_predicate_fn(metrics):
                    break
            step += size if self._train_steps is None else min(size, self._train_steps - step)
            self._call_train(step)
            metrics = self.evaluate()
        return metrics, self._export(metrics)

    def run_std_server(self) -> None:
        """Does nothing: there is one program."""

    def test(self) -> Any:
        """Trains by one step and evaluates one batch."""
        self._call_train(1)
        more = {} if self._eval_metrics is None else {"metrics": self._eval_metrics}
        metrics = self._estimator.evaluate(input_fn=self._eval_input_fn, steps=1, **more)
        return metrics, self._export(metrics)


def run(
    experiment_fn: Callable[..., Any],
    output_dir: str | None = None,
    schedule: str | None = None,
    run_config: Any = None,
    hparams: Any = None,
) -> Any:
    """Makes an experiment and runs it.

    Args:
        experiment_fn: a function of ``output_dir``, or of ``run_config`` and ``hparams``.
        output_dir: the folder. schedule: the method to run; ``train_and_evaluate`` by default.
        run_config: a ``RunConfig`` with a ``model_dir``. hparams: settings for the function.

    Raises:
        ValueError: for both or neither of folder and configuration, or an unknown schedule.
        TypeError: when the function gives something else.
    """
    if output_dir is not None and run_config is not None:
        raise ValueError("Cannot provide both `output_dir` and `run_config`")
    if not output_dir and run_config is None:
        raise ValueError("Must set value for `output_dir` or `run_config`")
    if run_config is not None:
        if not run_config.model_dir:
            raise ValueError("Must specify a model directory `model_dir` in `run_config`.")
        experiment = experiment_fn(run_config=run_config, hparams=hparams)
    else:
        experiment = experiment_fn(output_dir=output_dir)
    if not isinstance(experiment, Experiment):
        raise TypeError("Experiment builder did not return an Experiment instance, got "
                        f"{type(experiment)} instead.")  # fmt: skip
    schedule = schedule or "train_and_evaluate"
    if not callable(getattr(experiment, schedule, None)):
        raise ValueError(f"Schedule references non-existent task {schedule}")
    return getattr(experiment, schedule)()
