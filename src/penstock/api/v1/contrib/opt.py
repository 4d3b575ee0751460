"""``tf.contrib.opt``: further optimizers."""

from penstock.contrib.opt.weight_decay import AdamWOptimizer as AdamWOptimizer
from penstock.contrib.opt.weight_decay import (
    DecoupledWeightDecayExtension as DecoupledWeightDecayExtension,
)
from penstock.contrib.opt.weight_decay import MomentumWOptimizer as MomentumWOptimizer
from penstock.contrib.opt.weight_decay import (
    extend_with_decoupled_weight_decay as extend_with_decoupled_weight_decay,
)
from penstock.contrib.opt.adams import AdaMaxOptimizer as AdaMaxOptimizer
from penstock.contrib.opt.adams import AddSignOptimizer as AddSignOptimizer
from penstock.contrib.opt.adams import LARSOptimizer as LARSOptimizer
from penstock.contrib.opt.adams import LazyAdamOptimizer as LazyAdamOptimizer
from penstock.contrib.opt.adams import NadamOptimizer as NadamOptimizer
from penstock.contrib.opt.adams import PowerSignOptimizer as PowerSignOptimizer
from penstock.contrib.opt.adams import (
    clip_gradients_by_global_norm as clip_gradients_by_global_norm,
)
from penstock.contrib.opt.wrappers import ExternalOptimizerInterface as ExternalOptimizerInterface
from penstock.contrib.opt.wrappers import MovingAverageOptimizer as MovingAverageOptimizer
from penstock.contrib.opt.wrappers import MultitaskOptimizerWrapper as MultitaskOptimizerWrapper
from penstock.contrib.opt.wrappers import ScipyOptimizerInterface as ScipyOptimizerInterface
from penstock.contrib.opt.wrappers import VariableClippingOptimizer as VariableClippingOptimizer

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
