"""``tf.contrib.slim.learning``."""

from penstock.contrib.slim.learning import add_gradients_summaries as add_gradients_summaries
from penstock.contrib.slim.learning import clip_gradient_norms as clip_gradient_norms
from penstock.contrib.slim.learning import create_train_op as create_train_op
from penstock.contrib.slim.learning import multiply_gradients as multiply_gradients
from penstock.contrib.slim.learning import train as train
from penstock.contrib.slim.learning import train_step as train_step

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
