"""``tf.metrics``: quantities gathered over many batches."""

from penstock.nn.metrics import accuracy as accuracy
from penstock.nn.metrics import false_negatives as false_negatives
from penstock.nn.metrics import false_positives as false_positives
from penstock.nn.metrics import mean as mean
from penstock.nn.metrics import mean_absolute_error as mean_absolute_error
from penstock.nn.metrics import mean_cosine_distance as mean_cosine_distance
from penstock.nn.metrics import mean_iou as mean_iou
from penstock.nn.metrics import mean_per_class_accuracy as mean_per_class_accuracy
from penstock.nn.metrics import mean_relative_error as mean_relative_error
from penstock.nn.metrics import mean_squared_error as mean_squared_error
from penstock.nn.metrics import mean_tensor as mean_tensor
from penstock.nn.metrics import percentage_below as percentage_below
from penstock.nn.metrics import precision as precision
from penstock.nn.metrics import recall as recall
from penstock.nn.metrics import root_mean_squared_error as root_mean_squared_error
from penstock.nn.metrics import true_negatives as true_negatives
from penstock.nn.metrics import true_positives as true_positives
from penstock.nn.metrics_at_k import average_precision_at_k as average_precision_at_k
from penstock.nn.metrics_at_k import precision_at_k as precision_at_k
from penstock.nn.metrics_at_k import precision_at_top_k as precision_at_top_k
from penstock.nn.metrics_at_k import recall_at_k as recall_at_k
from penstock.nn.metrics_at_k import recall_at_top_k as recall_at_top_k
from penstock.nn.metrics_at_k import (
    sparse_average_precision_at_k as sparse_average_precision_at_k,
)
from penstock.nn.metrics_at_k import sparse_precision_at_k as sparse_precision_at_k
from penstock.nn.metrics_at_thresholds import auc as auc
from penstock.nn.metrics_at_thresholds import (
    false_negatives_at_thresholds as false_negatives_at_thresholds,
)
from penstock.nn.metrics_at_thresholds import (
    false_positives_at_thresholds as false_positives_at_thresholds,
)
from penstock.nn.metrics_at_thresholds import precision_at_thresholds as precision_at_thresholds
from penstock.nn.metrics_at_thresholds import recall_at_thresholds as recall_at_thresholds
from penstock.nn.metrics_at_thresholds import (
    sensitivity_at_specificity as sensitivity_at_specificity,
)
from penstock.nn.metrics_at_thresholds import (
    specificity_at_sensitivity as specificity_at_sensitivity,
)
from penstock.nn.metrics_at_thresholds import (
    true_negatives_at_thresholds as true_negatives_at_thresholds,
)
from penstock.nn.metrics_at_thresholds import (
    true_positives_at_thresholds as true_positives_at_thresholds,
)

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
