"""``tf.contrib.learn.datasets.base``."""

from penstock.data.files import Dataset as Dataset
from penstock.data.files import Datasets as Datasets
from penstock.data.files import maybe_download as maybe_download

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
