"""``tf.keras.applications.imagenet_utils``."""

from penstock.keras.applications.imagenet_utils import decode_predictions as decode_predictions
from penstock.keras.applications.imagenet_utils import preprocess_input as preprocess_input

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
