"""``tf.train.CheckpointManager``: numbered checkpoints of a folder, the old ones deleted."""

from __future__ import annotations

import os
import time
from typing import Any

from penstock.checkpoint import checkpoint as checkpoints
from penstock.checkpoint.state import (
    get_checkpoint_state,
    remove_checkpoint,
    update_checkpoint_state,
)
from penstock.platform import logging

_ONE_HOUR = 3600.0


class CheckpointManager:
    """Saves checkpoints into a folder and deletes old ones, across restarts of the program.

    Args:
        checkpoint: the ``tf.train.Checkpoint`` to save.
        directory: the folder; checkpoints that are listed in its ``checkpoint`` file are taken
            over.
        max_to_keep: how many checkpoints to keep; ``None`` for all.
        keep_checkpoint_every_n_hours: keep one for good every so often, too.
        checkpoint_name: what the files' names begin with.

    Raises:
        ValueError: ``max_to_keep`` is neither ``None`` nor positive.
    """

    def __init__(
        self,
        checkpoint: Any,
        directory: str,
        max_to_keep: int | None,
        keep_checkpoint_every_n_hours: float | None = None,
        checkpoint_name: str = "ckpt",
    ) -> None:
        if max_to_keep is not None and max_to_keep <= 0:
            raise ValueError(
                "Expected a positive integer or `None` for `max_to_max_to_keep`, got "
                f"{max_to_keep}."
            )
        self._checkpoint = checkpoint
        self._max_to_keep = max_to_keep
        self._hours = keep_checkpoint_every_n_hours
        self._directory = os.fspath(directory)
        self._prefix = os.path.join(self._directory, checkpoint_name)
        self._kept: dict[str, float] = {}  # path -> when it was saved, oldest first
        self._latest: str | None = None
        now = time.time()
        # A little earlier, so that a manager made at once after this one takes all over.
        self._preserved = now - 1.0
        state = get_checkpoint_state(self._directory)
        if state is not None:
            self._take_over(state, now)

    def _take_over(self, state: Any, now: float) -> None:
        self._latest = state.model_checkpoint_path
        self._preserved = state.last_preserved_timestamp
        if now < self._preserved:
            logging.warning(
                "time.time() returned a value %f seconds behind the last preserved checkpoint "
                "timestamp.",
                self._preserved - now,
            )
            self._preserved = now
        paths = list(state.all_model_checkpoint_paths)
        times = list(state.all_model_checkpoint_timestamps) or [self._preserved] * len(paths)
        for path, saved_at in zip(paths, times):
            saved_at = min(saved_at, now)
            if saved_at > self._preserved:
                self._kept[path] = saved_at

    @property
    def latest_checkpoint(self) -> str | None:
        """The path of the newest checkpoint, for ``Checkpoint.restore``; ``None`` without one."""
        return self._latest

    @property
    def checkpoints(self) -> list[str]:
        """The paths of the checkpoints that are kept, oldest first (those kept for good aside)."""
        return list(self._kept)

    def save(self, checkpoint_number: Any = None) -> str:
        """Saves a checkpoint and deletes what is too old, in the default session.

        Args:
            checkpoint_number: its number, or a variable or tensor with it; by default that of
                the ``save_counter``, which counts in any case.

        Returns:
            The path of the checkpoint.
        """
        session = checkpoints.session_or_default(None)
        number = self._checkpoint._count(session)
        if checkpoint_number is not None:
            if not isinstance(checkpoint_number, int):
                checkpoint_number = session.run(checkpoint_number)
            number = int(checkpoint_number)
        path = self._checkpoint.write(f"{self._prefix}-{number}", session=session)
        self._kept.pop(path, None)
        self._kept[path] = time.time()
        self._latest = path
        # Written before anything is deleted, so that it never lists what is gone.
        self._record()
        self._sweep()
        self._record()
        return path

    def _sweep(self) -> None:
        while self._max_to_keep and len(self._kept) > self._max_to_keep:
            path, saved_at = next(iter(self._kept.items()))
            del self._kept[path]
            if self._hours and saved_at - self._hours * _ONE_HOUR >= self._preserved:
                self._preserved = saved_at
                continue
            remove_checkpoint(path)

    def _record(self) -> None:
        update_checkpoint_state(
            self._directory,
            model_checkpoint_path=self._latest or "",
            all_model_checkpoint_paths=list(self._kept),
            all_model_checkpoint_timestamps=list(self._kept.values()),
            last_preserved_timestamp=self._preserved,
            save_relative_paths=True,
        )
