"""``tf.train.checkpoints_iterator``: checkpoints as another program saves them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from penstock.checkpoint.state import latest_checkpoint
from penstock.platform import logging


def checkpoints_iterator(
    checkpoint_dir: str,
    min_interval_secs: float = 0,
    timeout: float | None = None,
    timeout_fn: Callable[[], bool] | None = None,
) -> Iterator[str]:
    """The newest checkpoint of a folder, again and again as new ones come.

    Args:
        checkpoint_dir: the folder.
        min_interval_secs: how far apart two checkpoints are given at least.
        timeout: how long to wait for a new one; ``None`` for ever.
        timeout_fn: called when none came; the iteration ends when it returns true, or when it
            is left out.
    """
    last: str | None = None
    while True:
        found = wait_for_new_checkpoint(checkpoint_dir, last, timeout=timeout)
        if found is None:
            if timeout_fn is None or timeout_fn():
                return
            continue
        began = time.time()
        last = found
        yield found
        pause = began + min_interval_secs - time.time()
        if pause > 0:
            time.sleep(pause)


def wait_for_new_checkpoint(
    checkpoint_dir: str,
    last_checkpoint: str | None = None,
    seconds_to_sleep: float = 1,
    timeout: float | None = None,
) -> str | None:
    """Waits until a folder's latest checkpoint is another one; ``None`` when time is up."""
    logging.info("Waiting for new checkpoint at %s", checkpoint_dir)
    stop = None if timeout is None else time.time() + timeout
    while True:
        found = latest_checkpoint(checkpoint_dir)
        if found is not None and found != last_checkpoint:
            return found
        if stop is not None and time.time() + seconds_to_sleep > stop:
            return None
        time.sleep(seconds_to_sleep)
