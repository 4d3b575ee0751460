"""``tf.keras.applications.inception_resnet_v2``."""

from penstock.keras.applications.inception import InceptionResNetV2 as InceptionResNetV2
from penstock.keras.applications.inception import decode_predictions as decode_predictions
from penstock.keras.applications.inception import preprocess_input as preprocess_input

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
