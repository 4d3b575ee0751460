"""``tf.estimator`` exporters: what is kept of a model after evaluations."""

from __future__ import annotations

import glob
import logging
import os
import shutil
from collections.abc import Callable
from typing import Any

from penstock.summary.event_files import summary_iterator

_LOG = logging.getLogger("tensorflow")


class Exporter:
    """Exports a model after an evaluation; subclasses override both members."""

    @property
    def name(self) -> str:
        """The name of the folder below ``export``."""
        raise NotImplementedError("Abstract method")

    def export(
        self,
        estimator: Any,
        export_path: str,
        checkpoint_path: str | None,
        eval_result: Any,
        is_the_final_export: bool,
    ) -> Any:
        """Exports.

        Args:
            estimator: the estimator. export_path: the folder. checkpoint_path: the checkpoint.
            eval_result: the metrics. is_the_final_export: whether training is over.

        Returns:
            The folder of the exported model, or ``None``.
        """
        raise NotImplementedError("Abstract method")


class _SavedModels(Exporter):
    """Exports a SavedModel each time.

    Args:
        name: the folder's name. serving_input_receiver_fn: gives the inputs.
        assets_extra: further files. as_text: write text.

    Raises:
        ValueError: without a name.
    """

    def __init__(self, name: str, serving_input_receiver_fn: Callable[[], Any],
                 assets_extra: dict[str, str] | None = None,
                 as_text: bool = False) -> None:  # fmt: skip
        if not name:
            raise ValueError("`name` must not be empty.")
        self._name = name
        self._receiver = serving_input_receiver_fn
        self._assets_extra = assets_extra
        self._as_text = as_text

    @property
    def name(self) -> str:
        """The folder's name."""
        return self._name

    def export(self, estimator: Any, export_path: str, checkpoint_path: str | None,
               eval_result: Any, is_the_final_export: bool) -> Any:  # fmt: skip
        """Exports the checkpoint."""
        return estimator.export_saved_model(
            export_path,
            self._receiver,
            assets_extra=self._assets_extra,
            as_text=self._as_text,
            checkpoint_path=checkpoint_path,
        )


class FinalExporter(_SavedModels):
    """Exports once, at the end.

    Args:
        name: the folder's name. serving_input_receiver_fn: gives the inputs.
        assets_extra: further files. as_text: write text.
    """

    def export(self, estimator: Any, export_path: str, checkpoint_path: str | None,
               eval_result: Any, is_the_final_export: bool) -> Any:  # fmt: skip
        """Exports if training is over."""
        if not is_the_final_export:
            return None
        _LOG.info("Performing the final export in the end of training.")
        return super().export(
            estimator, export_path, checkpoint_path, eval_result, is_the_final_export
        )


def _exports(folder: str) -> list[str]:
    """The exported models in a folder, the oldest first."""
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    return sorted((name for name in names if name.isdigit()), key=int)


def _keep(folder: str, count: int | None) -> None:
    if count is None:
        return
    for name in _exports(folder)[:-count]:
        shutil.rmtree(os.path.join(folder, name), ignore_errors=True)


class LatestExporter(_SavedModels):
    """Exports after each evaluation and keeps the newest.

    Args:
        name: the folder's name. serving_input_receiver_fn: gives the inputs.
        assets_extra: further files. as_text: write text.
        exports_to_keep: how many to keep; all for ``None``.

    Raises:
        ValueError: when ``exports_to_keep`` isn't positive.
    """

    def __init__(self, name: str, serving_input_receiver_fn: Callable[[], Any],
                 assets_extra: dict[str, str] | None = None, as_text: bool = False,
                 exports_to_keep: int | None = 5) -> None:  # fmt: skip
        super().__init__(name, serving_input_receiver_fn, assets_extra, as_text)
        if exports_to_keep is not None and exports_to_keep <= 0:
            raise ValueError("`exports_to_keep`, if provided, must be positive number")
        self._exports_to_keep = exports_to_keep

    def export(self, estimator: Any, export_path: str, checkpoint_path: str | None,
               eval_result: Any, is_the_final_export: bool) -> Any:  # fmt: skip
        """Exports, and removes older exports."""
        result = super().export(
            estimator, export_path, checkpoint_path, eval_result, is_the_final_export
        )
        _keep(export_path, self._exports_to_keep)
        return result


def _loss_smaller(best_eval_result: Any, current_eval_result: Any) -> bool:
    for result, what in ((best_eval_result, "best"), (current_eval_result, "current")):
        if not result or "loss" not in result:
            raise ValueError(f"{what}_eval_result cannot be empty or no loss is found in it.")
    return best_eval_result["loss"] > current_eval_result["loss"]


class BestExporter(_SavedModels):
    """Exports when an evaluation is better than all before it.

    Args:
        name: the folder's name. serving_input_receiver_fn: gives the inputs.
        event_file_pattern: the event files of earlier evaluations, below the model's folder.
        compare_fn: a function of ``best_eval_result`` and ``current_eval_result`` that says
            whether the second is better; the smaller loss by default.
        assets_extra: further files. as_text: write text.
        exports_to_keep: how many to keep; all for ``None``.

    Raises:
        ValueError: without a function to compare, or when ``exports_to_keep`` isn't positive.
    """

    def __init__(
        self,
        name: str = "best_exporter",
        serving_input_receiver_fn: Any = None,
        event_file_pattern: str = "eval/*.tfevents.*",
        compare_fn: Any = _loss_smaller,
        assets_extra: dict[str, str] | None = None,
        as_text: bool = False,
        exports_to_keep: int | None = 5,
    ) -> None:
        super().__init__(name, serving_input_receiver_fn, assets_extra, as_text)
        if compare_fn is None:
            raise ValueError("`compare_fn` must not be None.")
        if exports_to_keep is not None and exports_to_keep <= 0:
            raise ValueError("`exports_to_keep`, if provided, must be positive number")
        self._compare = compare_fn
        self._pattern = event_file_pattern
        self._exports_to_keep = exports_to_keep
        self._best: Any = None
        self._has_exported = False

    def export(self, estimator: Any, export_path: str, checkpoint_path: str | None,
               eval_result: Any, is_the_final_export: bool) -> Any:  # fmt: skip
        """Exports if the metrics are the best so far."""
        if self._best is None and not self._has_exported:
            self._best = self._earlier(estimator.model_dir, eval_result)
        if self._best is not None and not self._compare(
            best_eval_result=self._best, current_eval_result=eval_result
        ):
            return None
        _LOG.info("Performing best model export.")
        self._best = eval_result
        self._has_exported = True
        result = super().export(
            estimator, export_path, checkpoint_path, eval_result, is_the_final_export
        )
        _keep(export_path, self._exports_to_keep)
        return result

    def _earlier(self, model_dir: str, current: Any) -> Any:
        """The best metrics in event files of a run before this one."""
        best = None
        step_now = (current or {}).get("global_step")
        for path in sorted(glob.glob(os.path.join(model_dir, self._pattern))):
            for event in summary_iterator(path):
                if step_now is not None and event.step >= step_now:
                    continue
                found = {v.tag: v.simple_value for v in event.summary.value}
                if not found:
                    continue
                if best is None or self._compare(best_eval_result=best, current_eval_result=found):
                    best = found
        return best
