"""``tf.contrib.losses``."""

from penstock.contrib.losses import absolute_difference as absolute_difference
from penstock.contrib.losses import add_loss as add_loss
from penstock.contrib.losses import compute_weighted_loss as compute_weighted_loss
from penstock.contrib.losses import cosine_distance as cosine_distance
from penstock.contrib.losses import get_losses as get_losses
from penstock.contrib.losses import get_regularization_losses as get_regularization_losses
from penstock.contrib.losses import get_total_loss as get_total_loss
from penstock.contrib.losses import hinge_loss as hinge_loss
from penstock.contrib.losses import log_loss as log_loss
from penstock.contrib.losses import mean_pairwise_squared_error as mean_pairwise_squared_error
from penstock.contrib.losses import mean_squared_error as mean_squared_error
from penstock.contrib.losses import sigmoid_cross_entropy as sigmoid_cross_entropy
from penstock.contrib.losses import softmax_cross_entropy as softmax_cross_entropy
from penstock.contrib.losses import sparse_softmax_cross_entropy as sparse_softmax_cross_entropy
from penstock.contrib.losses import sum_of_pairwise_squares as sum_of_pairwise_squares
from penstock.contrib.losses import sum_of_squares as sum_of_squares

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
