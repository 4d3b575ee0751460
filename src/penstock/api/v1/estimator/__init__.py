"""``tf.estimator``."""

from penstock.api.v1.estimator import export as export
from penstock.api.v1.estimator import inputs as inputs
from penstock.estimator.canned import DNNClassifier as DNNClassifier
from penstock.estimator.canned import DNNLinearCombinedClassifier as DNNLinearCombinedClassifier
from penstock.estimator.canned import DNNLinearCombinedRegressor as DNNLinearCombinedRegressor
from penstock.estimator.canned import DNNRegressor as DNNRegressor
from penstock.estimator.canned import LinearClassifier as LinearClassifier
from penstock.estimator.canned import LinearRegressor as LinearRegressor
from penstock.estimator.estimator import Estimator as Estimator
from penstock.estimator.run_config import RunConfig as RunConfig
from penstock.estimator.specs import EstimatorSpec as EstimatorSpec
from penstock.estimator.specs import ModeKeys as ModeKeys
from penstock.estimator.training import EvalSpec as EvalSpec
from penstock.estimator.training import TrainSpec as TrainSpec
from penstock.estimator.training import train_and_evaluate as train_and_evaluate

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
