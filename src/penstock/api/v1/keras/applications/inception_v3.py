"""``tf.keras.applications.inception_v3``."""

from penstock.keras.applications.inception import InceptionV3 as InceptionV3
from penstock.keras.applications.inception import decode_predictions as decode_predictions
from penstock.keras.applications.inception import preprocess_input as preprocess_input

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
