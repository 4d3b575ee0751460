"""``tf.saved_model.utils``: descriptions of tensors."""

from penstock.checkpoint.saved_model.signatures import build_tensor_info as build_tensor_info
from penstock.checkpoint.saved_model.signatures import (
    get_tensor_from_tensor_info as get_tensor_from_tensor_info,
)

# --- a clear answer for a name that isn't there
from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
