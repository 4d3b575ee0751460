"""``tf.saved_model.loader``: reading SavedModels."""

from penstock.checkpoint.saved_model.loader import load as load
from penstock.checkpoint.saved_model.loader import (
    maybe_saved_model_directory as maybe_saved_model_directory,
)

# --- a clear answer for a name that isn't there
from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
