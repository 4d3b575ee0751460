"""Functions on checkpoints with the argument names of ``tf.contrib.framework``."""

from __future__ import annotations

from typing import Any

from penstock.checkpoint import initialization, inspection


def load_checkpoint(filepattern: str) -> Any:
    """``tf.train.load_checkpoint``.

    Args:
        filepattern: a checkpoint's path, or a folder, whose latest one is taken.
    """
    return inspection.load_checkpoint(filepattern)


def load_variable(checkpoint_dir: str, name: str) -> Any:
    """``tf.train.load_variable``.

    Args:
        checkpoint_dir: a checkpoint's path, or a folder.
        name: the variable's name.
    """
    return inspection.load_variable(checkpoint_dir, name)


def list_variables(checkpoint_dir: str) -> list[tuple[str, list[int]]]:
    """``tf.train.list_variables``.

    Args:
        checkpoint_dir: a checkpoint's path, or a folder.
    """
    return inspection.list_variables(checkpoint_dir)


def init_from_checkpoint(checkpoint_dir: str, assignment_map: Any) -> None:
    """``tf.train.init_from_checkpoint``.

    Args:
        checkpoint_dir: a checkpoint's path, or a folder.
        assignment_map: names or scopes of the checkpoint to those of the program.
    """
    initialization.init_from_checkpoint(checkpoint_dir, assignment_map)
