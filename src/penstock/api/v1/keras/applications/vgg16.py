"""``tf.keras.applications.vgg16``."""

from penstock.keras.applications.vgg import VGG16 as VGG16
from penstock.keras.applications.vgg import decode_predictions as decode_predictions
from penstock.keras.applications.vgg import preprocess_input as preprocess_input

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
