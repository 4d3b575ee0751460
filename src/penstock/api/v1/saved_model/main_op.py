"""``tf.saved_model.main_op``: operations to run after loading."""

from penstock.checkpoint.saved_model.main_op import main_op as main_op
from penstock.checkpoint.saved_model.main_op import main_op_with_restore as main_op_with_restore

# --- a clear answer for a name that isn't there
from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
