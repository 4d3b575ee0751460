"""``tf.keras.callbacks``."""

from penstock.keras.callbacks import BaseLogger as BaseLogger
from penstock.keras.callbacks import CSVLogger as CSVLogger
from penstock.keras.callbacks import Callback as Callback
from penstock.keras.callbacks import CallbackList as CallbackList
from penstock.keras.callbacks import EarlyStopping as EarlyStopping
from penstock.keras.callbacks import History as History
from penstock.keras.callbacks import LambdaCallback as LambdaCallback
from penstock.keras.callbacks import LearningRateScheduler as LearningRateScheduler
from penstock.keras.callbacks import ModelCheckpoint as ModelCheckpoint
from penstock.keras.callbacks import ProgbarLogger as ProgbarLogger
from penstock.keras.callbacks import ReduceLROnPlateau as ReduceLROnPlateau
from penstock.keras.callbacks import RemoteMonitor as RemoteMonitor
from penstock.keras.callbacks import TensorBoard as TensorBoard
from penstock.keras.callbacks import TerminateOnNaN as TerminateOnNaN

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
