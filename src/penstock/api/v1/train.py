"""``tf.train``: optimizers, schedules, savers, sessions that train."""

# --- optimizers and their helpers ----------------------------------------------------------------
from penstock.training.adadelta import AdadeltaOptimizer as AdadeltaOptimizer
from penstock.training.adagrad import AdagradOptimizer as AdagradOptimizer
from penstock.training.adagrad_da import AdagradDAOptimizer as AdagradDAOptimizer
from penstock.training.adam import AdamOptimizer as AdamOptimizer
from penstock.training.ftrl import FtrlOptimizer as FtrlOptimizer
from penstock.training.gradient_descent import GradientDescentOptimizer as GradientDescentOptimizer
from penstock.training.momentum import MomentumOptimizer as MomentumOptimizer
from penstock.training.optimizer import Optimizer as Optimizer
from penstock.training.proximal_adagrad import ProximalAdagradOptimizer as ProximalAdagradOptimizer
from penstock.training.proximal_gradient_descent import (
    ProximalGradientDescentOptimizer as ProximalGradientDescentOptimizer,
)
from penstock.training.rmsprop import RMSPropOptimizer as RMSPropOptimizer

# --- checkpoints ---------------------------------------------------------------------------------

# --- monitored sessions, hooks, coordination -----------------------------------------------------

# --- input queues --------------------------------------------------------------------------------

# --- protocol buffers ----------------------------------------------------------------------------
