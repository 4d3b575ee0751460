"""``tf.keras.applications.nasnet``."""

from penstock.keras.applications.nasnet import NASNetLarge as NASNetLarge
from penstock.keras.applications.nasnet import NASNetMobile as NASNetMobile
from penstock.keras.applications.nasnet import decode_predictions as decode_predictions
from penstock.keras.applications.nasnet import preprocess_input as preprocess_input

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
