"""Losses averaged over a batch that may be spread over replicas (there is one replica)."""

from __future__ import annotations

from typing import Any

from penstock.graph.convert import convert_to_tensor
from penstock.graph.tensor import Tensor
from penstock.ops.casts import cast
from penstock.ops.math_binary import multiply
from penstock.ops.reductions import reduce_sum


def compute_average_loss(
    per_example_loss: Any, sample_weight: Any = None, global_batch_size: Any = None
) -> Tensor:
    """The sum of the losses of examples, divided by the size of the batch.

    Args:
        per_example_loss: the losses.
        sample_weight: weights for them.
        global_batch_size: the size of the batch; that of ``per_example_loss`` by default.
    """
    losses = convert_to_tensor(per_example_loss)
    if sample_weight is not None:
        losses = multiply(losses, cast(convert_to_tensor(sample_weight), losses.dtype))
    if global_batch_size is None:
        from penstock.ops.arrays import shape

        global_batch_size = shape(losses)[0]
    size = global_batch_size
    if isinstance(size, Tensor):
        size = cast(size, losses.dtype)
    return reduce_sum(losses) / size


def scale_regularization_loss(regularization_loss: Any) -> Tensor:
    """The sum of regularisation losses, divided by the number of replicas, which is one.

    Args:
        regularization_loss: the losses.
    """
    return reduce_sum(regularization_loss) / 1
