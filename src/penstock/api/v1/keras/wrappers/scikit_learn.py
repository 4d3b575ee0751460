"""``tf.keras.wrappers.scikit_learn``."""

from penstock.keras.wrappers.scikit_learn import KerasClassifier as KerasClassifier
from penstock.keras.wrappers.scikit_learn import KerasRegressor as KerasRegressor

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
