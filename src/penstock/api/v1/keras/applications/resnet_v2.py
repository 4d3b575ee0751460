"""``tf.keras.applications.resnet_v2``."""

from penstock.keras.applications.resnet import ResNet101V2 as ResNet101V2
from penstock.keras.applications.resnet import ResNet152V2 as ResNet152V2
from penstock.keras.applications.resnet import ResNet50V2 as ResNet50V2
from penstock.keras.applications.resnet import decode_predictions as decode_predictions
from penstock.keras.applications.resnet import preprocess_input_v2 as preprocess_input

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
