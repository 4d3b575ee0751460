"""``tf.contrib.learn``."""

from penstock.contrib.learn.model_fn import ModeKeys as ModeKeys
from penstock.estimator.run_config import RunConfig as RunConfig
from penstock.contrib.learn.estimators import BaseEstimator as BaseEstimator
from penstock.contrib.learn.estimators import Estimator as Estimator
from penstock.contrib.learn.estimators import InputFnOps as InputFnOps
from penstock.contrib.learn.estimators import MetricSpec as MetricSpec
from penstock.contrib.learn.estimators import ModelFnOps as ModelFnOps
from penstock.contrib.learn.estimators import NotFittedError as NotFittedError
from penstock.contrib.learn.estimators import SKCompat as SKCompat
from penstock.contrib.learn.estimators import (
    infer_real_valued_columns_from_input as infer_real_valued_columns_from_input,
)
from penstock.contrib.learn.estimators import (
    infer_real_valued_columns_from_input_fn as infer_real_valued_columns_from_input_fn,
)
from penstock.contrib.learn.canned import DNNClassifier as DNNClassifier
from penstock.contrib.learn.canned import DNNLinearCombinedClassifier as DNNLinearCombinedClassifier
from penstock.contrib.learn.canned import DNNLinearCombinedRegressor as DNNLinearCombinedRegressor
from penstock.contrib.learn.canned import DNNRegressor as DNNRegressor
from penstock.contrib.learn.canned import LinearClassifier as LinearClassifier
from penstock.contrib.learn.canned import LinearRegressor as LinearRegressor
from penstock.contrib.learn.experiment import Experiment as Experiment
from penstock.contrib.learn.experiment import ExportStrategy as ExportStrategy
from penstock.contrib.learn.experiment import make_export_strategy as make_export_strategy
from penstock.training.basic_session_run_hooks import (
    NanLossDuringTrainingError as NanLossDuringTrainingError,
)
from penstock.estimator.inputs import pandas_input_fn as pandas_input_fn

from . import datasets as datasets
from . import learn_runner as learn_runner
from . import preprocessing as preprocessing

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
