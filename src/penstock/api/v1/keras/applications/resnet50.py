"""``tf.keras.applications.resnet50``."""

from penstock.keras.applications.resnet import ResNet50 as ResNet50
from penstock.keras.applications.resnet import decode_predictions as decode_predictions
from penstock.keras.applications.resnet import preprocess_input as preprocess_input

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
