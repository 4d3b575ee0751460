"""``tf.contrib.training``."""

from penstock.checkpoint.waiting import checkpoints_iterator as checkpoints_iterator
from penstock.checkpoint.waiting import wait_for_new_checkpoint as wait_for_new_checkpoint
from penstock.contrib.training.hparam import HParams as HParams
from penstock.contrib.training.hparam import parse_values as parse_values
from penstock.contrib.training.training import add_gradients_summaries as add_gradients_summaries
from penstock.contrib.training.training import clip_gradient_norms as clip_gradient_norms
from penstock.contrib.training.training import clip_gradient_norms_fn as clip_gradient_norms_fn
from penstock.contrib.training.training import create_train_op as create_train_op
from penstock.contrib.training.training import multiply_gradients as multiply_gradients

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
