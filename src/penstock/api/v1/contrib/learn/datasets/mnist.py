"""``tf.contrib.learn.datasets.mnist``."""

from penstock.data.files import Datasets as Datasets
from penstock.data.mnist import DataSet as DataSet
from penstock.data.mnist import dense_to_one_hot as dense_to_one_hot
from penstock.data.mnist import extract_images as extract_images
from penstock.data.mnist import extract_labels as extract_labels
from penstock.data.mnist import load_mnist as load_mnist
from penstock.data.mnist import maybe_download as maybe_download
from penstock.data.mnist import read_data_sets as read_data_sets

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
