"""``tf.keras.applications.xception``."""

from penstock.keras.applications.xception import Xception as Xception
from penstock.keras.applications.xception import decode_predictions as decode_predictions
from penstock.keras.applications.xception import preprocess_input as preprocess_input

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
