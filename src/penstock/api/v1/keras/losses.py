"""``tf.keras.losses``."""

from penstock.keras.losses import BCE as BCE
from penstock.keras.losses import BinaryCrossentropy as BinaryCrossentropy
from penstock.keras.losses import CategoricalCrossentropy as CategoricalCrossentropy
from penstock.keras.losses import CategoricalHinge as CategoricalHinge
from penstock.keras.losses import CosineSimilarity as CosineSimilarity
from penstock.keras.losses import Hinge as Hinge
from penstock.keras.losses import Huber as Huber
from penstock.keras.losses import KLD as KLD
from penstock.keras.losses import KLDivergence as KLDivergence
from penstock.keras.losses import LogCosh as LogCosh
from penstock.keras.losses import Loss as Loss
from penstock.keras.losses import MAE as MAE
from penstock.keras.losses import MAPE as MAPE
from penstock.keras.losses import MSE as MSE
from penstock.keras.losses import MSLE as MSLE
from penstock.keras.losses import MeanAbsoluteError as MeanAbsoluteError
from penstock.keras.losses import MeanAbsolutePercentageError as MeanAbsolutePercentageError
from penstock.keras.losses import MeanSquaredError as MeanSquaredError
from penstock.keras.losses import MeanSquaredLogarithmicError as MeanSquaredLogarithmicError
from penstock.keras.losses import Poisson as Poisson
from penstock.keras.losses import Reduction as Reduction
from penstock.keras.losses import SparseCategoricalCrossentropy as SparseCategoricalCrossentropy
from penstock.keras.losses import SquaredHinge as SquaredHinge
from penstock.keras.losses import bce as bce
from penstock.keras.losses import binary_crossentropy as binary_crossentropy
from penstock.keras.losses import categorical_crossentropy as categorical_crossentropy
from penstock.keras.losses import categorical_hinge as categorical_hinge
from penstock.keras.losses import cosine as cosine
from penstock.keras.losses import cosine_proximity as cosine_proximity
from penstock.keras.losses import cosine_similarity as cosine_similarity
from penstock.keras.losses import deserialize as deserialize
from penstock.keras.losses import get as get
from penstock.keras.losses import hinge as hinge
from penstock.keras.losses import huber_loss as huber_loss
from penstock.keras.losses import kld as kld
from penstock.keras.losses import kullback_leibler_divergence as kullback_leibler_divergence
from penstock.keras.losses import logcosh as logcosh
from penstock.keras.losses import mae as mae
from penstock.keras.losses import mape as mape
from penstock.keras.losses import mean_absolute_error as mean_absolute_error
from penstock.keras.losses import mean_absolute_percentage_error as mean_absolute_percentage_error
from penstock.keras.losses import mean_squared_error as mean_squared_error
from penstock.keras.losses import mean_squared_logarithmic_error as mean_squared_logarithmic_error
from penstock.keras.losses import mse as mse
from penstock.keras.losses import msle as msle
from penstock.keras.losses import poisson as poisson
from penstock.keras.losses import serialize as serialize
from penstock.keras.losses import sparse_categorical_crossentropy as sparse_categorical_crossentropy
from penstock.keras.losses import squared_hinge as squared_hinge

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
