"""``tf.distributions``."""

from penstock.nn.distributions.base import FULLY_REPARAMETERIZED as FULLY_REPARAMETERIZED
from penstock.nn.distributions.base import NOT_REPARAMETERIZED as NOT_REPARAMETERIZED
from penstock.nn.distributions.base import Distribution as Distribution
from penstock.nn.distributions.base import ReparameterizationType as ReparameterizationType
from penstock.nn.distributions.continuous import Beta as Beta
from penstock.nn.distributions.continuous import Dirichlet as Dirichlet
from penstock.nn.distributions.continuous import Exponential as Exponential
from penstock.nn.distributions.continuous import Gamma as Gamma
from penstock.nn.distributions.continuous import Laplace as Laplace
from penstock.nn.distributions.continuous import Normal as Normal
from penstock.nn.distributions.continuous import StudentT as StudentT
from penstock.nn.distributions.continuous import Uniform as Uniform
from penstock.nn.distributions.discrete import Bernoulli as Bernoulli
from penstock.nn.distributions.discrete import Categorical as Categorical
from penstock.nn.distributions.discrete import Multinomial as Multinomial
from penstock.nn.distributions.divergence import RegisterKL as RegisterKL
from penstock.nn.distributions.divergence import kl_divergence as kl_divergence

from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
