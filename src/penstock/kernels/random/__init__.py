"""TensorFlow's random streams as plain functions of JAX arrays.

Every stateful function takes a `PhiloxKey` and the number of 128-bit blocks that earlier runs of
the operation reserved, and returns its values with that number for the next run.
"""

from __future__ import annotations

from penstock.kernels.random.bounded import (
    parameterized_truncated_normal as parameterized_truncated_normal,
)
from penstock.kernels.random.categorical import multinomial as multinomial
from penstock.kernels.random.normal import random_standard_normal as random_standard_normal
from penstock.kernels.random.normal import truncated_normal as truncated_normal
from penstock.kernels.random.philox import PhiloxKey as PhiloxKey
from penstock.kernels.random.philox import fresh_key as fresh_key
from penstock.kernels.random.philox import philox_key as philox_key
from penstock.kernels.random.philox import stateless_key as stateless_key
from penstock.kernels.random.rejection import random_gamma as random_gamma
from penstock.kernels.random.rejection import random_poisson as random_poisson
from penstock.kernels.random.shuffle import random_permutation as random_permutation
from penstock.kernels.random.shuffle import random_shuffle as random_shuffle
from penstock.kernels.random.shuffle import random_shuffle_host as random_shuffle_host
from penstock.kernels.random.stateless import stateless_multinomial as stateless_multinomial
from penstock.kernels.random.stateless import stateless_random_normal as stateless_random_normal
from penstock.kernels.random.stateless import stateless_random_uniform as stateless_random_uniform
from penstock.kernels.random.stateless import (
    stateless_random_uniform_int as stateless_random_uniform_int,
)
from penstock.kernels.random.stateless import (
    stateless_truncated_normal as stateless_truncated_normal,
)
from penstock.kernels.random.uniform import random_uniform as random_uniform
from penstock.kernels.random.uniform import random_uniform_int as random_uniform_int
