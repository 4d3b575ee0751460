"""``projector``: which embeddings TensorBoard's projector page shows."""

from __future__ import annotations

import os
from typing import Any

from google.protobuf import text_format

from penstock import protos
from penstock.checkpoint import files
from penstock.protos import EmbeddingInfo as EmbeddingInfo
from penstock.protos import ProjectorConfig as ProjectorConfig
from penstock.protos import SpriteMetadata as SpriteMetadata

PROJECTOR_FILENAME = "projector_config.pbtxt"


def visualize_embeddings(summary_writer: Any, config: Any) -> None:
    """Writes a ``ProjectorConfig`` into a writer's folder, where TensorBoard looks for it.

    The embeddings themselves are read from the checkpoint that is saved there.

    Args:
        summary_writer: a ``tf.summary.FileWriter``. config: a ``ProjectorConfig``.

    Raises:
        ValueError: when the writer has no folder.
    """
    logdir = summary_writer.get_logdir()
    if logdir is None:
        raise ValueError("Summary writer must have a logdir")
    if not isinstance(config, protos.ProjectorConfig):
        raise TypeError(f"config must be a ProjectorConfig, got {type(config).__name__}")
    path = os.path.join(logdir, PROJECTOR_FILENAME)
    files.write_atomically(path, text_format.MessageToString(config).encode())
