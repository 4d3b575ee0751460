"""``tf.estimator.RunConfig``: where and how often an estimator saves."""

from __future__ import annotations

import copy
import json
import os
from typing import Any

_UNSET = object()
_REPLACEABLE = (
    "model_dir",
    "tf_random_seed",
    "save_summary_steps",
    "save_checkpoints_steps",
    "save_checkpoints_secs",
    "session_config",
    "keep_checkpoint_max",
    "keep_checkpoint_every_n_hours",
    "log_step_count_steps",
    "train_distribute",
    "device_fn",
    "protocol",
    "eval_distribute",
    "experimental_distribute",
    "experimental_max_worker_delay_secs",
    "session_creation_timeout_secs",
)


class RunConfig:
    """How an estimator runs.

    Args:
        model_dir: the folder for checkpoints and summaries.
        tf_random_seed: the graph's seed.
        save_summary_steps: how often to write summaries.
        save_checkpoints_steps: how often to save, in steps.
        save_checkpoints_secs: how often to save, in seconds; 600 by default.
        session_config: a ``tf.ConfigProto``.
        keep_checkpoint_max: how many checkpoints to keep.
        keep_checkpoint_every_n_hours: keep one for good this often.
        log_step_count_steps: how often to log the loss and the speed.
        train_distribute: kept for programs that give it; likewise ``device_fn``, ``protocol``,
            ``eval_distribute``, ``experimental_distribute``,
            ``experimental_max_worker_delay_secs`` and ``session_creation_timeout_secs``.

    Raises:
        ValueError: for steps and seconds together, or a value that doesn't fit.
    """

    def __init__(
        self,
        model_dir: str | None = None,
        tf_random_seed: int | None = None,
        save_summary_steps: int = 100,
        save_checkpoints_steps: Any = _UNSET,
        save_checkpoints_secs: Any = _UNSET,
        session_config: Any = None,
        keep_checkpoint_max: int | None = 5,
        keep_checkpoint_every_n_hours: float = 10000,
        log_step_count_steps: int | None = 100,
        train_distribute: Any = None,
        device_fn: Any = None,
        protocol: Any = None,
        eval_distribute: Any = None,
        experimental_distribute: Any = None,
        experimental_max_worker_delay_secs: Any = None,
        session_creation_timeout_secs: float = 7200,
    ) -> None:
        if save_checkpoints_steps is _UNSET and save_checkpoints_secs is _UNSET:
            save_checkpoints_steps, save_checkpoints_secs = None, 600
        elif save_checkpoints_secs is _UNSET:
            save_checkpoints_secs = None
        elif save_checkpoints_steps is _UNSET:
            save_checkpoints_steps = None
        elif save_checkpoints_steps is not None and save_checkpoints_secs is not None:
            raise ValueError(
                "`save_checkpoints_steps` and `save_checkpoints_secs` cannot be both set."
            )
        self._cluster = json.loads(os.environ.get("TF_CONFIG") or "{}")
        self._values: dict[str, Any] = {}
        given = dict(
            model_dir=model_dir or self._cluster.get("model_dir"),
            tf_random_seed=tf_random_seed,
            save_summary_steps=save_summary_steps,
            save_checkpoints_steps=save_checkpoints_steps,
            save_checkpoints_secs=save_checkpoints_secs,
            session_config=session_config,
            keep_checkpoint_max=keep_checkpoint_max,
            keep_checkpoint_every_n_hours=keep_checkpoint_every_n_hours,
            log_step_count_steps=log_step_count_steps,
            train_distribute=train_distribute,
            device_fn=device_fn,
            protocol=protocol,
            eval_distribute=eval_distribute,
            experimental_distribute=experimental_distribute,
            experimental_max_worker_delay_secs=experimental_max_worker_delay_secs,
            session_creation_timeout_secs=session_creation_timeout_secs,
        )
        self._set(given)

    def _set(self, given: dict[str, Any]) -> None:
        positive = ("save_summary_steps", "save_checkpoints_steps", "save_checkpoints_secs",
                    "log_step_count_steps")  # fmt: skip
        for name, value in given.items():
            if name in positive and value is not None and value < 0:
                raise ValueError(f"{name} should be >= 0")
            if name == "model_dir" and value is not None and not str(value):
                raise ValueError("model_dir should be non-empty")
            self._values[name] = value

    def __getattr__(self, name: str) -> Any:
        values = self.__dict__.get("_values", {})
        if name in values:
            return values[name]
        raise AttributeError(f"'RunConfig' object has no attribute {name!r}")

    @property
    def task_type(self) -> str:
        """``"worker"``: this is one program."""
        return "worker"

    @property
    def task_id(self) -> int:
        """0: this is one program."""
        return 0

    @property
    def is_chief(self) -> bool:
        """``True``: this is one program."""
        return True

    @property
    def master(self) -> str:
        """``""``: this is one program."""
        return ""

    @property
    def evaluation_master(self) -> str:
        """``""``: this is one program."""
        return ""

    @property
    def num_ps_replicas(self) -> int:
        """0: this is one program."""
        return 0

    @property
    def num_worker_replicas(self) -> int:
        """1: this is one program."""
        return 1

    def replace(self, **kwargs: Any) -> RunConfig:
        """A copy with other values.

        Raises:
            ValueError: for a name that can't be replaced.
        """
        for name in kwargs:
            if name not in _REPLACEABLE:
                raise ValueError(
                    f"Replacing {name} is not supported. Allowed properties are "
                    f"{list(_REPLACEABLE)}."
                )
        if {"save_checkpoints_steps", "save_checkpoints_secs"} <= set(kwargs) and (
            kwargs["save_checkpoints_steps"] is not None
            and kwargs["save_checkpoints_secs"] is not None
        ):
            raise ValueError(
                "`save_checkpoints_steps` and `save_checkpoints_secs` cannot be both set."
            )
        made = copy.copy(self)
        made._values = dict(self._values)
        if kwargs.get("save_checkpoints_steps") is not None:
            made._values["save_checkpoints_secs"] = None
        if kwargs.get("save_checkpoints_secs") is not None:
            made._values["save_checkpoints_steps"] = None
        made._set(kwargs)
        return made
