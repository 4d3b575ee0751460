"""``tf.saved_model.signature_def_utils``: building signatures."""

from penstock.checkpoint.saved_model.signatures import build_signature_def as build_signature_def
from penstock.checkpoint.saved_model.signatures import (
    classification_signature_def as classification_signature_def,
)
from penstock.checkpoint.saved_model.signatures import is_valid_signature as is_valid_signature
from penstock.checkpoint.saved_model.signatures import (
    predict_signature_def as predict_signature_def,
)
from penstock.checkpoint.saved_model.signatures import (
    regression_signature_def as regression_signature_def,
)

# --- a clear answer for a name that isn't there
from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
