"""Values while a cluster is traced: NumPy's where they are known, JAX's otherwise."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np


def is_known(value: Any) -> bool:
    """Whether a value is known while tracing, so that shapes and checks may depend on it."""
    return isinstance(value, (np.ndarray, np.generic, int))


def array_module(*arrays: Any) -> Any:
    """``numpy`` when all arrays are NumPy's (then the result is known too), else ``jax.numpy``."""
    return np if all(isinstance(a, (np.ndarray, np.generic)) for a in arrays) else jnp
