"""``tf.train``: optimizers, schedules, savers, sessions that train."""

# --- optimizers and their helpers ----------------------------------------------------------------
from penstock.training.adadelta import AdadeltaOptimizer as AdadeltaOptimizer
from penstock.training.adagrad import AdagradOptimizer as AdagradOptimizer
from penstock.training.adagrad_da import AdagradDAOptimizer as AdagradDAOptimizer
from penstock.training.adam import AdamOptimizer as AdamOptimizer
from penstock.training.ftrl import FtrlOptimizer as FtrlOptimizer
from penstock.training.global_step import assert_global_step as assert_global_step
from penstock.training.global_step import create_global_step as create_global_step
from penstock.training.global_step import get_global_step as get_global_step
from penstock.training.global_step import get_or_create_global_step as get_or_create_global_step
from penstock.training.global_step import global_step as global_step
from penstock.training.gradient_descent import GradientDescentOptimizer as GradientDescentOptimizer
from penstock.training.learning_rate_decay import cosine_decay as cosine_decay
from penstock.training.learning_rate_decay import cosine_decay_restarts as cosine_decay_restarts
from penstock.training.learning_rate_decay import exponential_decay as exponential_decay
from penstock.training.learning_rate_decay import inverse_time_decay as inverse_time_decay
from penstock.training.learning_rate_decay import linear_cosine_decay as linear_cosine_decay
from penstock.training.learning_rate_decay import natural_exp_decay as natural_exp_decay
from penstock.training.learning_rate_decay import (
    noisy_linear_cosine_decay as noisy_linear_cosine_decay,
)
from penstock.training.learning_rate_decay import piecewise_constant as piecewise_constant
from penstock.training.learning_rate_decay import piecewise_constant as piecewise_constant_decay
from penstock.training.learning_rate_decay import polynomial_decay as polynomial_decay
from penstock.training.momentum import MomentumOptimizer as MomentumOptimizer
from penstock.training.moving_averages import ExponentialMovingAverage as ExponentialMovingAverage
from penstock.training.optimizer import Optimizer as Optimizer
from penstock.training.proximal_adagrad import ProximalAdagradOptimizer as ProximalAdagradOptimizer
from penstock.training.proximal_gradient_descent import (
    ProximalGradientDescentOptimizer as ProximalGradientDescentOptimizer,
)
from penstock.training.rmsprop import RMSPropOptimizer as RMSPropOptimizer

# --- checkpoints ---------------------------------------------------------------------------------
from penstock.checkpoint.checkpoint import Checkpoint as Checkpoint
from penstock.checkpoint.checkpoint_manager import CheckpointManager as CheckpointManager
from penstock.checkpoint.initialization import init_from_checkpoint as init_from_checkpoint
from penstock.checkpoint.initialization import warm_start as warm_start
from penstock.checkpoint.inspection import NewCheckpointReader as NewCheckpointReader
from penstock.checkpoint.inspection import list_variables as list_variables
from penstock.checkpoint.inspection import load_checkpoint as load_checkpoint
from penstock.checkpoint.inspection import load_variable as load_variable
from penstock.checkpoint.saver import Saver as Saver
from penstock.checkpoint.saver import export_meta_graph as export_meta_graph
from penstock.checkpoint.graph_files import import_meta_graph as import_meta_graph
from penstock.checkpoint.graph_files import write_graph as write_graph
from penstock.checkpoint.state import checkpoint_exists as checkpoint_exists
from penstock.checkpoint.state import (
    generate_checkpoint_state_proto as generate_checkpoint_state_proto,
)
from penstock.checkpoint.state import get_checkpoint_mtimes as get_checkpoint_mtimes
from penstock.checkpoint.state import get_checkpoint_state as get_checkpoint_state
from penstock.checkpoint.state import latest_checkpoint as latest_checkpoint
from penstock.checkpoint.state import remove_checkpoint as remove_checkpoint
from penstock.checkpoint.state import update_checkpoint_state as update_checkpoint_state
from penstock.checkpoint.waiting import checkpoints_iterator as checkpoints_iterator

# --- event files ---------------------------------------------------------------------------------
from penstock.summary.event_files import summary_iterator as summary_iterator
from penstock.summary.writer import FileWriter as SummaryWriter
from penstock.summary.writer import FileWriterCache as SummaryWriterCache

# --- monitored sessions, hooks, coordination -----------------------------------------------------
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
from penstock.training.monitored_session import ChiefSessionCreator as ChiefSessionCreator
from penstock.training.monitored_session import MonitoredSession as MonitoredSession
from penstock.training.monitored_session import MonitoredTrainingSession as MonitoredTrainingSession
from penstock.training.monitored_session import Scaffold as Scaffold
from penstock.training.monitored_session import SessionCreator as SessionCreator
from penstock.training.monitored_session import SingularMonitoredSession as SingularMonitoredSession
from penstock.training.monitored_session import WorkerSessionCreator as WorkerSessionCreator
from penstock.training.server import ClusterSpec as ClusterSpec
from penstock.training.server import Server as Server
from penstock.training.server import replica_device_setter as replica_device_setter
from penstock.training.session_manager import SessionManager as SessionManager
from penstock.training.sync_replicas import SyncReplicasOptimizer as SyncReplicasOptimizer
from penstock.training.session_run_hook import SessionRunArgs as SessionRunArgs
from penstock.training.session_run_hook import SessionRunContext as SessionRunContext
from penstock.training.session_run_hook import SessionRunHook as SessionRunHook
from penstock.training.session_run_hook import SessionRunValues as SessionRunValues
from penstock.estimator.estimator import VocabInfo as VocabInfo
from penstock.training.supervisor import Supervisor as Supervisor
from penstock.training.supervisor import basic_train_loop as basic_train_loop
from penstock.training.coordinator import Coordinator as Coordinator
from penstock.training.coordinator import LooperThread as LooperThread
from penstock.training.queue_runner import QueueRunner as QueueRunner
from penstock.training.queue_runner import add_queue_runner as add_queue_runner
from penstock.training.queue_runner import start_queue_runners as start_queue_runners

# --- input queues --------------------------------------------------------------------------------
from penstock.ops.files import match_filenames_once as match_filenames_once
from penstock.training.input import batch as batch
from penstock.training.input import batch_join as batch_join
from penstock.training.input import input_producer as input_producer
from penstock.training.input import limit_epochs as limit_epochs
from penstock.training.input import maybe_batch as maybe_batch
from penstock.training.input import maybe_batch_join as maybe_batch_join
from penstock.training.input import maybe_shuffle_batch as maybe_shuffle_batch
from penstock.training.input import maybe_shuffle_batch_join as maybe_shuffle_batch_join
from penstock.training.input import range_input_producer as range_input_producer
from penstock.training.input import shuffle_batch as shuffle_batch
from penstock.training.input import shuffle_batch_join as shuffle_batch_join
from penstock.training.input import slice_input_producer as slice_input_producer
from penstock.training.input import string_input_producer as string_input_producer

# --- protocol buffers ----------------------------------------------------------------------------
from penstock.protos import BytesList as BytesList
from penstock.protos import Example as Example
from penstock.protos import Feature as Feature
from penstock.protos import FeatureList as FeatureList
from penstock.protos import FeatureLists as FeatureLists
from penstock.protos import Features as Features
from penstock.protos import FloatList as FloatList
from penstock.protos import Int64List as Int64List
from penstock.protos import SequenceExample as SequenceExample
from penstock.protos import ClusterDef as ClusterDef
from penstock.protos import JobDef as JobDef
from penstock.protos import SaverDef as SaverDef
from penstock.protos import ServerDef as ServerDef

# --- a clear answer for a name that isn't there
from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
