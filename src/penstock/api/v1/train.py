"""``tf.train``: optimizers, schedules, savers, sessions that train."""

# --- optimizers and their helpers ----------------------------------------------------------------
from penstock.training.adam import AdamOptimizer as AdamOptimizer
from penstock.training.gradient_descent import GradientDescentOptimizer as GradientDescentOptimizer
from penstock.training.optimizer import Optimizer as Optimizer

# --- checkpoints ---------------------------------------------------------------------------------

# --- monitored sessions, hooks, coordination -----------------------------------------------------

# --- input queues --------------------------------------------------------------------------------

# --- protocol buffers ----------------------------------------------------------------------------
