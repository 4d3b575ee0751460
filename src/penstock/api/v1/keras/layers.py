"""``tf.keras.layers``."""

from penstock.keras.engine.input_layer import Input as Input
from penstock.keras.engine.input_layer import InputLayer as InputLayer
from penstock.keras.layers.core import Activation as Activation
from penstock.keras.layers.core import ActivityRegularization as ActivityRegularization
from penstock.keras.layers.core import Dense as Dense
from penstock.keras.layers.core import Dropout as Dropout
from penstock.keras.layers.core import Flatten as Flatten
from penstock.keras.layers.core import InputSpec as InputSpec
from penstock.keras.layers.core import Lambda as Lambda
from penstock.keras.layers.core import Layer as Layer
from penstock.keras.layers.core import Masking as Masking
from penstock.keras.layers.core import Permute as Permute
from penstock.keras.layers.core import RepeatVector as RepeatVector
from penstock.keras.layers.core import Reshape as Reshape
from penstock.keras.layers.core import SpatialDropout1D as SpatialDropout1D
from penstock.keras.layers.core import SpatialDropout2D as SpatialDropout2D
from penstock.keras.layers.core import SpatialDropout3D as SpatialDropout3D
from penstock.keras.layers.serialization import deserialize as deserialize
from penstock.keras.layers.serialization import serialize as serialize

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
