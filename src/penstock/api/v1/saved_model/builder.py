"""``tf.saved_model.builder``: writing SavedModels."""

from penstock.checkpoint.saved_model.builder import SavedModelBuilder as SavedModelBuilder

# --- a clear answer for a name that isn't there
from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
