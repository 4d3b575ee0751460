"""The `checkpoint` file of a folder: which checkpoints there are, and which is the latest.

It is a `CheckpointState` message in protocol-buffer text form.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Sequence
from typing import Any

from google.protobuf import text_format

from penstock import protos
from penstock.checkpoint import files
from penstock.checkpoint.bundle_reader import index_path
from penstock.graph import errors
from penstock.platform import logging


def generate_checkpoint_state_proto(
    save_dir: str,
    model_checkpoint_path: str,
    all_model_checkpoint_paths: Sequence[str] | None = None,
    all_model_checkpoint_timestamps: Sequence[float] | None = None,
    last_preserved_timestamp: float | None = None,
) -> Any:
    """A `CheckpointState` of the given paths.

    Where `save_dir` is a relative path, relative paths are made relative to it, so that the
    folder can be moved.

    Args:
        save_dir: the folder of the checkpoints.
        model_checkpoint_path: the latest checkpoint.
        all_model_checkpoint_paths: all that were kept, oldest first; the latest is added if it
            is not the last of them.
        all_model_checkpoint_timestamps: when each was saved, in seconds since 1970.
        last_preserved_timestamp: when the last checkpoint to be kept for good was saved.

    Raises:
        ValueError: there are timestamps, but not one for each path.
    """
    paths = list(all_model_checkpoint_paths or [])
    if not paths or paths[-1] != model_checkpoint_path:
        paths.append(model_checkpoint_path)
    timestamps = list(all_model_checkpoint_timestamps or [])
    if timestamps and len(timestamps) != len(paths):
        raise ValueError(
            "Checkpoint timestamps, if provided, must match checkpoint paths "
            f"(got paths {paths} and timestamps {timestamps})"
        )
    if not os.path.isabs(save_dir):
        paths = [_relative(path, save_dir) for path in paths]
        model_checkpoint_path = _relative(model_checkpoint_path, save_dir)
    return protos.CheckpointState(
        model_checkpoint_path=model_checkpoint_path,
        all_model_checkpoint_paths=paths,
        all_model_checkpoint_timestamps=timestamps,
        last_preserved_timestamp=last_preserved_timestamp,
    )


def update_checkpoint_state(
    save_dir: str,
    model_checkpoint_path: str,
    all_model_checkpoint_paths: Sequence[str] | None = None,
    latest_filename: str | None = None,
    all_model_checkpoint_timestamps: Sequence[float] | None = None,
    last_preserved_timestamp: float | None = None,
    save_relative_paths: bool = False,
) -> None:
    """Writes a folder's `checkpoint` file, in one step.

    Args:
        save_dir: the folder.
        model_checkpoint_path: the latest checkpoint.
        all_model_checkpoint_paths: all that were kept, oldest first.
        latest_filename: a name for the file other than `checkpoint`.
        all_model_checkpoint_timestamps: when each was saved.
        last_preserved_timestamp: when the last one to be kept for good was saved.
        save_relative_paths: keep paths relative to the folder, so that it can be moved.

    Raises:
        RuntimeError: a checkpoint has the path of the file itself.
        NotFoundError, PermissionDeniedError, ...: the file cannot be written.
    """
    state_path = _state_path(save_dir, latest_filename)
    paths = list(all_model_checkpoint_paths or [])
    latest = model_checkpoint_path
    if save_relative_paths:
        if os.path.isabs(latest):
            latest = os.path.relpath(latest, save_dir)
        paths = [os.path.relpath(p, save_dir) if os.path.isabs(p) else p for p in paths]
    state = generate_checkpoint_state_proto(
        save_dir, latest, paths, all_model_checkpoint_timestamps, last_preserved_timestamp
    )
    if state_path == state.model_checkpoint_path:
        raise RuntimeError(
            f"Save path '{model_checkpoint_path}' conflicts with path used for checkpoint state.  "
            "Please use a different save path."
        )
    files.write_atomically(state_path, text_format.MessageToString(state).encode())


def get_checkpoint_state(checkpoint_dir: str, latest_filename: str | None = None) -> Any | None:
    """What a folder's `checkpoint` file says, with paths that can be opened from here.

    Args:
        checkpoint_dir: the folder.
        latest_filename: a name for the file other than `checkpoint`.

    Returns:
        A `CheckpointState`, or None where there is no file or it cannot be read.

    Raises:
        ValueError: the file names no latest checkpoint.
    """
    path = _state_path(checkpoint_dir, latest_filename)
    if not os.path.exists(path):
        return None
    try:
        with files.open_input(path) as file:
            state = text_format.Parse(file.read().decode(), protos.CheckpointState())
    except (errors.OpError, OSError, UnicodeDecodeError, text_format.ParseError) as error:
        logging.warning("%s: %s", path, error)
        logging.warning("%s: Checkpoint ignored", path)
        return None
    if not state.model_checkpoint_path:
        raise ValueError(f"Invalid checkpoint state loaded from {checkpoint_dir}")
    # Relative paths are relative to the folder; absolute ones join to themselves.
    state.model_checkpoint_path = os.path.join(checkpoint_dir, state.model_checkpoint_path)
    paths = [os.path.join(checkpoint_dir, p) for p in state.all_model_checkpoint_paths]
    state.all_model_checkpoint_paths[:] = paths
    return state


def latest_checkpoint(checkpoint_dir: str, latest_filename: str | None = None) -> str | None:
    """The path of a folder's latest checkpoint, to give to ``Saver.restore``.

    Args:
        checkpoint_dir: the folder.
        latest_filename: the file in it that says which is the latest; ``"checkpoint"`` by default.

    Returns:
        The path; ``None`` if there is no checkpoint, or its files are gone.
    """
    state = get_checkpoint_state(checkpoint_dir, latest_filename)
    if state is None:
        return None
    if checkpoint_exists(state.model_checkpoint_path):
        return state.model_checkpoint_path
    logging.error("Couldn't match files for checkpoint %s", state.model_checkpoint_path)
    return None


def checkpoint_exists(checkpoint_prefix: str) -> bool:
    """Whether there is a checkpoint, of version 2 or 1.

    Args:
        checkpoint_prefix: what ``Saver.save`` returned, a file's name, or a pattern of shards.
    """
    return _main_file(checkpoint_prefix) is not None


def get_checkpoint_mtimes(checkpoint_prefixes: Sequence[str]) -> list[float]:
    """When checkpoints were written, in seconds since 1970; those that are gone are left out."""
    found = (_main_file(prefix) for prefix in checkpoint_prefixes)
    return [os.path.getmtime(path) for path in found if path is not None]


def remove_checkpoint(
    checkpoint_prefix: str, checkpoint_format_version: int = 2, meta_graph_suffix: str = "meta"
) -> None:
    """Removes the files of a checkpoint, its `.meta` file included.

    Args:
        checkpoint_prefix: what `Saver.save` returned.
        checkpoint_format_version: `SaverDef.V1` or `SaverDef.V2`.
        meta_graph_suffix: how the meta graph's file name ends.
    """
    _remove_matching(meta_graph_path(checkpoint_prefix, meta_graph_suffix))
    if checkpoint_format_version == 2:
        # The index first: without it the rest is not taken for a checkpoint.
        _remove_matching(index_path(checkpoint_prefix))
        _remove_matching(f"{checkpoint_prefix}.data-?????-of-?????")
    else:
        _remove_matching(checkpoint_prefix)


def meta_graph_path(checkpoint_prefix: str, suffix: str = "meta") -> str:
    """The path of a checkpoint's meta graph (one file, also where the checkpoint is sharded)."""
    base = checkpoint_prefix
    if base.endswith(tuple("0123456789")) and "-?????-of-" in base:
        base = base[: base.index("-?????-of-")]
    return f"{base}.{suffix}"


def _state_path(folder: str, latest_filename: str | None) -> str:
    return os.path.join(folder, latest_filename or "checkpoint")


def _relative(path: str, folder: str) -> str:
    if os.path.isabs(path):
        return path
    return os.path.relpath(path, folder) if folder else path


def _matching(pattern: str) -> list[str]:
    return [pattern] if os.path.exists(pattern) else sorted(glob.glob(pattern))


def _main_file(prefix: str) -> str | None:
    for pattern in (index_path(prefix), prefix):
        found = _matching(pattern)
        if found:
            return found[0]
    return None


def _remove_matching(pattern: str) -> None:
    for path in _matching(pattern):
        files.remove(path)
