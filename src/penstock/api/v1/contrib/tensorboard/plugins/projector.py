"""``tf.contrib.tensorboard.plugins.projector``: pictures of embeddings."""

from penstock.summary.projector import EmbeddingInfo as EmbeddingInfo
from penstock.summary.projector import ProjectorConfig as ProjectorConfig
from penstock.summary.projector import SpriteMetadata as SpriteMetadata
from penstock.summary.projector import visualize_embeddings as visualize_embeddings

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
