"""``tf.saved_model.tag_constants``: what a graph is for."""

from penstock.checkpoint.saved_model.constants import GPU as GPU
from penstock.checkpoint.saved_model.constants import SERVING as SERVING
from penstock.checkpoint.saved_model.constants import TPU as TPU
from penstock.checkpoint.saved_model.constants import TRAINING as TRAINING

# --- a clear answer for a name that isn't there
from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
