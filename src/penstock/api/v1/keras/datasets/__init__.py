"""``tf.keras.datasets``."""

from penstock.api.v1.keras.datasets import boston_housing as boston_housing
from penstock.api.v1.keras.datasets import cifar10 as cifar10
from penstock.api.v1.keras.datasets import cifar100 as cifar100
from penstock.api.v1.keras.datasets import fashion_mnist as fashion_mnist
from penstock.api.v1.keras.datasets import imdb as imdb
from penstock.api.v1.keras.datasets import mnist as mnist
from penstock.api.v1.keras.datasets import reuters as reuters

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
