"""``tf.keras.applications.vgg19``."""

from penstock.keras.applications.vgg import VGG19 as VGG19
from penstock.keras.applications.vgg import decode_predictions as decode_predictions
from penstock.keras.applications.vgg import preprocess_input as preprocess_input

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
