"""``tf.keras.activations``."""

from penstock.keras.activations import deserialize as deserialize
from penstock.keras.activations import elu as elu
from penstock.keras.activations import exponential as exponential
from penstock.keras.activations import get as get
from penstock.keras.activations import hard_sigmoid as hard_sigmoid
from penstock.keras.activations import linear as linear
from penstock.keras.activations import relu as relu
from penstock.keras.activations import selu as selu
from penstock.keras.activations import serialize as serialize
from penstock.keras.activations import sigmoid as sigmoid
from penstock.keras.activations import softmax as softmax
from penstock.keras.activations import softplus as softplus
from penstock.keras.activations import softsign as softsign
from penstock.keras.activations import swish as swish
from penstock.keras.activations import tanh as tanh

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
