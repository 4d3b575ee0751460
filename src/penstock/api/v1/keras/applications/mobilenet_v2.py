"""``tf.keras.applications.mobilenet_v2``."""

from penstock.keras.applications.mobilenet import MobileNetV2 as MobileNetV2
from penstock.keras.applications.mobilenet import decode_predictions as decode_predictions
from penstock.keras.applications.mobilenet import preprocess_input as preprocess_input

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
