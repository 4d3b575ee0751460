"""``tf.estimator.export``."""

from penstock.estimator.export import ServingInputReceiver as ServingInputReceiver
from penstock.estimator.export import (
    build_parsing_serving_input_receiver_fn as build_parsing_serving_input_receiver_fn,
)
from penstock.estimator.export import (
    build_raw_serving_input_receiver_fn as build_raw_serving_input_receiver_fn,
)
from penstock.estimator.specs import ClassificationOutput as ClassificationOutput
from penstock.estimator.specs import ExportOutput as ExportOutput
from penstock.estimator.specs import PredictOutput as PredictOutput
from penstock.estimator.specs import RegressionOutput as RegressionOutput
from penstock.estimator.export import TensorServingInputReceiver as TensorServingInputReceiver

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
