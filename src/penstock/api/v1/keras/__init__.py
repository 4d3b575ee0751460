"""``tf.keras``."""

from penstock.api.v1.keras import activations as activations
from penstock.api.v1.keras import applications as applications
from penstock.api.v1.keras import backend as backend
from penstock.api.v1.keras import callbacks as callbacks
from penstock.api.v1.keras import constraints as constraints
from penstock.api.v1.keras import datasets as datasets
from penstock.api.v1.keras import experimental as experimental
from penstock.api.v1.keras import initializers as initializers
from penstock.api.v1.keras import layers as layers
from penstock.api.v1.keras import losses as losses
from penstock.api.v1.keras import metrics as metrics
from penstock.api.v1.keras import models as models
from penstock.api.v1.keras import optimizers as optimizers
from penstock.api.v1.keras import preprocessing as preprocessing
from penstock.api.v1.keras import regularizers as regularizers
from penstock.api.v1.keras import utils as utils
from penstock.api.v1.keras import wrappers as wrappers
from penstock.keras.engine.input_layer import Input as Input
from penstock.keras.engine.sequential import Sequential as Sequential
from penstock.keras.engine.training import Model as Model
from penstock.keras.version import __version__ as __version__

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
