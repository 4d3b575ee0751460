"""``tf.keras.metrics``."""

from penstock.keras.losses import BCE as BCE
from penstock.keras.losses import KLD as KLD
from penstock.keras.losses import MAE as MAE
from penstock.keras.losses import MAPE as MAPE
from penstock.keras.losses import MSE as MSE
from penstock.keras.losses import MSLE as MSLE
from penstock.keras.losses import bce as bce
from penstock.keras.losses import binary_crossentropy as binary_crossentropy
from penstock.keras.losses import categorical_crossentropy as categorical_crossentropy
from penstock.keras.losses import hinge as hinge
from penstock.keras.losses import kld as kld
from penstock.keras.losses import kullback_leibler_divergence as kullback_leibler_divergence
from penstock.keras.losses import mae as mae
from penstock.keras.losses import mape as mape
from penstock.keras.losses import mean_absolute_error as mean_absolute_error
from penstock.keras.losses import mean_absolute_percentage_error as mean_absolute_percentage_error
from penstock.keras.losses import mean_squared_error as mean_squared_error
from penstock.keras.losses import mean_squared_logarithmic_error as mean_squared_logarithmic_error
from penstock.keras.losses import mse as mse
from penstock.keras.losses import msle as msle
from penstock.keras.losses import poisson as poisson
from penstock.keras.losses import sparse_categorical_crossentropy as sparse_categorical_crossentropy
from penstock.keras.losses import squared_hinge as squared_hinge
from penstock.keras.metrics import AUC as AUC
from penstock.keras.metrics import Mean as Mean
from penstock.keras.metrics import MeanMetricWrapper as MeanMetricWrapper
from penstock.keras.metrics import Metric as Metric
from penstock.keras.metrics import binary_accuracy as binary_accuracy
from penstock.keras.metrics import categorical_accuracy as categorical_accuracy
from penstock.keras.metrics import deserialize as deserialize
from penstock.keras.metrics import get as get
from penstock.keras.metrics import serialize as serialize
from penstock.keras.metrics import sparse_categorical_accuracy as sparse_categorical_accuracy
from penstock.keras.metrics import (
    sparse_top_k_categorical_accuracy as sparse_top_k_categorical_accuracy,
)
from penstock.keras.metrics import top_k_categorical_accuracy as top_k_categorical_accuracy
from penstock.keras.metrics.confusion import FalseNegatives as FalseNegatives
from penstock.keras.metrics.confusion import FalsePositives as FalsePositives
from penstock.keras.metrics.confusion import Precision as Precision
from penstock.keras.metrics.confusion import Recall as Recall
from penstock.keras.metrics.confusion import SensitivityAtSpecificity as SensitivityAtSpecificity
from penstock.keras.metrics.confusion import SpecificityAtSensitivity as SpecificityAtSensitivity
from penstock.keras.metrics.confusion import TrueNegatives as TrueNegatives
from penstock.keras.metrics.confusion import TruePositives as TruePositives
from penstock.keras.metrics.functions import cosine_proximity as cosine_proximity
from penstock.keras.metrics.functions import cosine_proximity as cosine
from penstock.keras.metrics.functions import cosine_proximity as cosine_similarity
from penstock.keras.metrics.means import Accuracy as Accuracy
from penstock.keras.metrics.means import BinaryAccuracy as BinaryAccuracy
from penstock.keras.metrics.means import BinaryCrossentropy as BinaryCrossentropy
from penstock.keras.metrics.means import CategoricalAccuracy as CategoricalAccuracy
from penstock.keras.metrics.means import CategoricalCrossentropy as CategoricalCrossentropy
from penstock.keras.metrics.means import CategoricalHinge as CategoricalHinge
from penstock.keras.metrics.means import CosineSimilarity as CosineSimilarity
from penstock.keras.metrics.means import Hinge as Hinge
from penstock.keras.metrics.means import KLDivergence as KLDivergence
from penstock.keras.metrics.means import LogCoshError as LogCoshError
from penstock.keras.metrics.means import MeanAbsoluteError as MeanAbsoluteError
from penstock.keras.metrics.means import MeanAbsolutePercentageError as MeanAbsolutePercentageError
from penstock.keras.metrics.means import MeanIoU as MeanIoU
from penstock.keras.metrics.means import MeanRelativeError as MeanRelativeError
from penstock.keras.metrics.means import MeanSquaredError as MeanSquaredError
from penstock.keras.metrics.means import MeanSquaredLogarithmicError as MeanSquaredLogarithmicError
from penstock.keras.metrics.means import MeanTensor as MeanTensor
from penstock.keras.metrics.means import Poisson as Poisson
from penstock.keras.metrics.means import RootMeanSquaredError as RootMeanSquaredError
from penstock.keras.metrics.means import SparseCategoricalAccuracy as SparseCategoricalAccuracy
from penstock.keras.metrics.means import (
    SparseCategoricalCrossentropy as SparseCategoricalCrossentropy,
)
from penstock.keras.metrics.means import (
    SparseTopKCategoricalAccuracy as SparseTopKCategoricalAccuracy,
)
from penstock.keras.metrics.means import SquaredHinge as SquaredHinge
from penstock.keras.metrics.means import Sum as Sum
from penstock.keras.metrics.means import TopKCategoricalAccuracy as TopKCategoricalAccuracy

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
