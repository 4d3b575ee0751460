"""``tf.keras.optimizers``."""

from penstock.keras.optimizers import Adadelta as Adadelta
from penstock.keras.optimizers import Adagrad as Adagrad
from penstock.keras.optimizers import Adam as Adam
from penstock.keras.optimizers import Adamax as Adamax
from penstock.keras.optimizers import Ftrl as Ftrl
from penstock.keras.optimizers import Nadam as Nadam
from penstock.keras.optimizers import Optimizer as Optimizer
from penstock.keras.optimizers import RMSprop as RMSprop
from penstock.keras.optimizers import SGD as SGD
from penstock.keras.optimizers import TFOptimizer as TFOptimizer
from penstock.keras.optimizers import deserialize as deserialize
from penstock.keras.optimizers import get as get
from penstock.keras.optimizers import serialize as serialize

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
