"""``tf.contrib.learn``."""

from penstock.contrib.learn.model_fn import ModeKeys as ModeKeys
from penstock.estimator.run_config import RunConfig as RunConfig

from . import datasets as datasets
from . import preprocessing as preprocessing

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
