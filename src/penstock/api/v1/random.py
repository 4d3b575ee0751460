"""``tf.random``."""

from penstock.ops.candidate_sampling import all_candidate_sampler as all_candidate_sampler
from penstock.ops.candidate_sampling import (
    fixed_unigram_candidate_sampler as fixed_unigram_candidate_sampler,
)
from penstock.ops.candidate_sampling import (
    learned_unigram_candidate_sampler as learned_unigram_candidate_sampler,
)
from penstock.ops.candidate_sampling import (
    log_uniform_candidate_sampler as log_uniform_candidate_sampler,
)
from penstock.ops.candidate_sampling import uniform_candidate_sampler as uniform_candidate_sampler
from penstock.ops.random_categories import categorical as categorical
from penstock.ops.random import get_seed as get_seed
from penstock.ops.random_categories import multinomial as multinomial
from penstock.ops.random_gamma import random_gamma as gamma
from penstock.ops.random import random_normal as normal
from penstock.ops.random_gamma import random_poisson as poisson
from penstock.ops.random_order import random_shuffle as shuffle
from penstock.ops.random import random_uniform as uniform
from penstock.ops.random import set_random_seed as set_random_seed
from penstock.ops.random import truncated_normal as truncated_normal
from penstock.ops.random_stateless import stateless_categorical as stateless_categorical
from penstock.ops.random_stateless import stateless_multinomial as stateless_multinomial
from penstock.ops.random_stateless import stateless_random_normal as stateless_normal
from penstock.ops.random_stateless import stateless_random_uniform as stateless_uniform
from penstock.ops.random_stateless import stateless_truncated_normal as stateless_truncated_normal

# --- a clear answer for a name that isn't there
from penstock.compat.missing import namespace_getattr as _namespace_getattr

__getattr__ = _namespace_getattr(__name__)
