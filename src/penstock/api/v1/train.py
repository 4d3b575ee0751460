"""``tf.train``: optimizers, schedules, savers, sessions that train."""

# --- optimizers and their helpers ----------------------------------------------------------------
from penstock.training.adadelta import AdadeltaOptimizer as AdadeltaOptimizer
from penstock.training.adagrad import AdagradOptimizer as AdagradOptimizer
from penstock.training.adagrad_da import AdagradDAOptimizer as AdagradDAOptimizer
from penstock.training.adam import AdamOptimizer as AdamOptimizer
from penstock.training.ftrl import FtrlOptimizer as FtrlOptimizer
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
from penstock.training.optimizer import Optimizer as Optimizer
from penstock.training.proximal_adagrad import ProximalAdagradOptimizer as ProximalAdagradOptimizer
from penstock.training.proximal_gradient_descent import (
    ProximalGradientDescentOptimizer as ProximalGradientDescentOptimizer,
)
from penstock.training.rmsprop import RMSPropOptimizer as RMSPropOptimizer

# --- checkpoints ---------------------------------------------------------------------------------

# --- event files ---------------------------------------------------------------------------------
from penstock.summary.event_files import summary_iterator as summary_iterator
from penstock.summary.writer import FileWriter as SummaryWriter
from penstock.summary.writer import FileWriterCache as SummaryWriterCache

# --- monitored sessions, hooks, coordination -----------------------------------------------------

# --- input queues --------------------------------------------------------------------------------

# --- protocol buffers ----------------------------------------------------------------------------
