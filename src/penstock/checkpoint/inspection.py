"""Looking into checkpoints: ``tf.train.list_variables``, ``load_variable`` and friends."""

from __future__ import annotations

import os
from typing import Any

from penstock.checkpoint.reader import CheckpointReader
from penstock.checkpoint.state import latest_checkpoint
from penstock.graph import errors


class NewCheckpointReader(CheckpointReader):
    """A reader of a checkpoint of either format (``tf.train.NewCheckpointReader``).

    Args:
        filepattern: what ``Saver.save`` returned.

    Raises:
        NotFoundError: there is no such checkpoint.
        DataLossError: it is cut off or altered.
    """

    def get_tensor(self, tensor_str: str | bytes) -> Any:
        """The value of a tensor: an array, or a NumPy scalar (``bytes`` for a text).

        Raises:
            NotFoundError: there is no such tensor.
            DataLossError: its bytes are cut off or altered.
        """
        name = tensor_str.decode() if isinstance(tensor_str, bytes) else tensor_str
        if not self.has_tensor(name):
            raise errors.NotFoundError(None, None, f"Key {name} not found in checkpoint")
        value = super().get_tensor(name)
        return value[()] if value.ndim == 0 else value


def load_checkpoint(ckpt_dir_or_file: str | os.PathLike) -> NewCheckpointReader:
    """A reader of a checkpoint.

    Args:
        ckpt_dir_or_file: a checkpoint's path, or a folder, whose latest one is taken.

    Raises:
        ValueError: the folder has no checkpoint.
    """
    return NewCheckpointReader(checkpoint_path(ckpt_dir_or_file))


def checkpoint_path(ckpt_dir_or_file: str | os.PathLike) -> str:
    """The path of a checkpoint, given that or its folder."""
    path = os.fspath(ckpt_dir_or_file)
    if os.path.isdir(path):
        latest = latest_checkpoint(path)
        if latest is None:
            raise ValueError(
                f"Couldn't find 'checkpoint' file or checkpoints in given directory {path}"
            )
        return latest
    return path


def load_variable(ckpt_dir_or_file: str | os.PathLike, name: str) -> Any:
    """The value of one variable of a checkpoint, as ``NewCheckpointReader.get_tensor`` gives it.

    Args:
        ckpt_dir_or_file: a checkpoint's path, or a folder.
        name: the variable's name, with or without ``:0``.
    """
    return load_checkpoint(ckpt_dir_or_file).get_tensor(name.removesuffix(":0"))


def list_variables(ckpt_dir_or_file: str | os.PathLike) -> list[tuple[str, list[int]]]:
    """Name and shape of every variable of a checkpoint, by name.

    Args:
        ckpt_dir_or_file: a checkpoint's path, or a folder, whose latest one is taken.
    """
    shapes = load_checkpoint(ckpt_dir_or_file).get_variable_to_shape_map()
    return [(name, shapes[name]) for name in sorted(shapes)]
