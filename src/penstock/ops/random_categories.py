"""Random class numbers, drawn by their log-probabilities."""

from __future__ import annotations

from typing import Any

import numpy as np

from penstock.graph.build import apply
from penstock.graph.convert import convert_to_tensor
from penstock.graph.registry import operation
from penstock.graph.scopes import name_scope
from penstock.graph.shapes import TensorShape
from penstock.graph.static_values import constant_value
from penstock.graph.tensor import Tensor
from penstock.kernels import random as kernels
from penstock.ops.random import SEEDS, drawn
from penstock.ops.seeds import get_seed
from penstock.ops.windows import sizes_of as sizes_of_rank


def multinomial_shape(op: Any) -> Any:
    """``[batch, num_samples]``."""
    logits = TensorShape(sizes_of_rank(op.inputs[0].shape, 2))
    sizes_of_rank(op.inputs[1].shape, 0)
    count = constant_value(op.inputs[1])
    return TensorShape([logits[0], None if count is None else int(count)])


def checked_logits(logits: Any, num_samples: Any) -> int:
    """The number of samples; logits and it must fit.

    Raises:
        ValueError: when they don't.
    """
    if logits.ndim != 2:
        raise ValueError(f"logits should be a matrix, got shape {list(logits.shape)}")
    if int(num_samples) < 0:
        raise ValueError(f"num_samples should be nonnegative, got {int(num_samples)}")
    if logits.shape[1] == 0:
        raise ValueError(f"num_classes should be positive, got {logits.shape[1]}")
    return int(num_samples)


@operation(
    "Multinomial",
    inputs="logits: T, num_samples: int32",
    outputs="output: output_dtype",
    attrs=f"{SEEDS}; T: realnumbertype; output_dtype: indextype = int64",
    stateful=True,
)
class Multinomial:
    shape = multinomial_shape
    static = "num_samples"
    gradient = None

    def lower(logits: Any, num_samples: Any, *, output_dtype: Any, op: Any, run: Any) -> Any:
        count = checked_logits(logits, num_samples)
        return drawn(
            run,
            op,
            lambda k, o: kernels.multinomial(k, o, logits, count, np.dtype(output_dtype)),
        )


def multinomial(
    logits: Any,
    num_samples: Any,
    seed: int | None = None,
    name: str | None = None,
    output_dtype: Any = None,
) -> Tensor:
    """Class numbers drawn by unnormalised log-probabilities.

    Args:
        logits: ``[batch, classes]``.
        num_samples: how many to draw for each row; a scalar.
        seed: the operation's seed, see ``tf.set_random_seed``.
        name: the name of the scope.
        output_dtype: ``int64`` (the default) or ``int32``.

    Returns:
        ``[batch, num_samples]``.
    """
    return _categorical("multinomial", logits, num_samples, output_dtype, seed, name)


def categorical(
    logits: Any,
    num_samples: Any,
    dtype: Any = None,
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Class numbers drawn by unnormalised log-probabilities: ``multinomial`` by its new name.

    Args:
        logits: ``[batch, classes]``.
        num_samples: how many to draw for each row; a scalar.
        dtype: ``int64`` (the default) or ``int32``.
        seed: the operation's seed.
        name: the name of the scope.
    """
    return _categorical("categorical", logits, num_samples, dtype, seed, name)


def _categorical(
    default_name: str, logits: Any, num_samples: Any, dtype: Any, seed: int | None, name: str | None
) -> Tensor:
    with name_scope(name, default_name, [logits]):
        logits = convert_to_tensor(logits, name="logits")
        first, second = get_seed(seed)
        return apply(
            "Multinomial", logits, num_samples, seed=first, seed2=second, output_dtype=dtype
        )
