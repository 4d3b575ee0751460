"""``tf.keras.applications.densenet``."""

from penstock.keras.applications.densenet import DenseNet121 as DenseNet121
from penstock.keras.applications.densenet import DenseNet169 as DenseNet169
from penstock.keras.applications.densenet import DenseNet201 as DenseNet201
from penstock.keras.applications.densenet import decode_predictions as decode_predictions
from penstock.keras.applications.densenet import preprocess_input as preprocess_input

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
