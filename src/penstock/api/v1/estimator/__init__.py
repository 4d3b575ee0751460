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
from penstock.training.basic_session_run_hooks import CheckpointSaverHook as CheckpointSaverHook
from penstock.training.basic_session_run_hooks import (
    CheckpointSaverListener as CheckpointSaverListener,
)
from penstock.training.basic_session_run_hooks import FeedFnHook as FeedFnHook
from penstock.training.basic_session_run_hooks import FinalOpsHook as FinalOpsHook
from penstock.training.basic_session_run_hooks import GlobalStepWaiterHook as GlobalStepWaiterHook
from penstock.training.basic_session_run_hooks import LoggingTensorHook as LoggingTensorHook
from penstock.training.basic_session_run_hooks import (
    NanLossDuringTrainingError as NanLossDuringTrainingError,
)
from penstock.training.basic_session_run_hooks import NanTensorHook as NanTensorHook
from penstock.training.basic_session_run_hooks import ProfilerHook as ProfilerHook
from penstock.training.basic_session_run_hooks import SecondOrStepTimer as SecondOrStepTimer
from penstock.training.basic_session_run_hooks import StepCounterHook as StepCounterHook
from penstock.training.basic_session_run_hooks import StopAtStepHook as StopAtStepHook
from penstock.training.basic_session_run_hooks import SummarySaverHook as SummarySaverHook
from penstock.training.session_run_hook import SessionRunArgs as SessionRunArgs
from penstock.training.session_run_hook import SessionRunContext as SessionRunContext
from penstock.training.session_run_hook import SessionRunHook as SessionRunHook
from penstock.training.session_run_hook import SessionRunValues as SessionRunValues
from penstock.estimator.estimator import VocabInfo as VocabInfo
from penstock.estimator.estimator import WarmStartSettings as WarmStartSettings
from penstock.estimator.canned import BaselineClassifier as BaselineClassifier
from penstock.estimator.canned import BaselineEstimator as BaselineEstimator
from penstock.estimator.canned import BaselineRegressor as BaselineRegressor
from penstock.estimator.canned import DNNEstimator as DNNEstimator
from penstock.estimator.canned import DNNLinearCombinedEstimator as DNNLinearCombinedEstimator
from penstock.estimator.canned import LinearEstimator as LinearEstimator
from penstock.estimator.exporters import BestExporter as BestExporter
from penstock.estimator.exporters import Exporter as Exporter
from penstock.estimator.exporters import FinalExporter as FinalExporter
from penstock.estimator.exporters import LatestExporter as LatestExporter
from penstock.estimator.heads import Head as Head
from penstock.estimator.public_heads import PublicRegressionHead as RegressionHead
from penstock.estimator.public_heads import PoissonRegressionHead as PoissonRegressionHead
from penstock.estimator.public_heads import LogisticRegressionHead as LogisticRegressionHead
from penstock.estimator.public_heads import BinaryClassHead as BinaryClassHead
from penstock.estimator.public_heads import PublicMultiClassHead as MultiClassHead
from penstock.estimator.public_heads import MultiLabelHead as MultiLabelHead
from penstock.estimator.public_heads import MultiHead as MultiHead
from penstock.estimator.extras import add_metrics as add_metrics
from penstock.estimator.extras import classifier_parse_example_spec as classifier_parse_example_spec
from penstock.estimator.extras import regressor_parse_example_spec as regressor_parse_example_spec
from penstock.api.v1.estimator import experimental as experimental

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
