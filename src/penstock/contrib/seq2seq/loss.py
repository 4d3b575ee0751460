"""``tf.contrib.seq2seq.sequence_loss``: the cross-entropy of sequences in one tensor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from penstock.graph.scopes import name_scope
from penstock.graph.tensor import Tensor
from penstock.nn.losses import sparse_softmax_cross_entropy_with_logits
from penstock.ops.arrays import reshape
from penstock.ops.arrays import shape as shape_of
from penstock.ops.casts import cast
from penstock.ops.division import div_no_nan
from penstock.ops.reductions import reduce_sum
from penstock.ops.statistics import count_nonzero


def sequence_loss(
    logits: Any,
    targets: Any,
    weights: Any,
    average_across_timesteps: bool = True,
    average_across_batch: bool = True,
    sum_over_timesteps: bool = False,
    sum_over_batch: bool = False,
    softmax_loss_function: Callable[..., Any] | None = None,
    name: str | None = None,
) -> Tensor:
    """The weighted cross-entropy of a batch of sequences.

    Args:
        logits: scores ``[batch, length, symbols]``.
        targets: whole numbers ``[batch, length]``. weights: how much they count, likewise.
        average_across_timesteps: divide by the sum of the weights over time.
        average_across_batch: divide by the sum of the weights over the batch.
        sum_over_timesteps: sum over time, divided by how many weights aren't zero.
        sum_over_batch: likewise over the batch.
        softmax_loss_function: a function of ``labels`` and ``logits`` to use in place of softmax.
        name: the name scope.

    Returns:
        A scalar, or ``[length]``, ``[batch]`` or ``[batch, length]``, as was asked for.

    Raises:
        ValueError: for other ranks, or both ways to join losses.
    """
    for what, tensor, rank, form in (
        ("Logits", logits, 3, "[batch_size x sequence_length x logits]"),
        ("Targets", targets, 2, "[batch_size x sequence_length]"),
        ("Weights", weights, 2, "[batch_size x sequence_length]"),
    ):
        if tensor.get_shape().ndims != rank:
            raise ValueError(f"{what} must be a {form} tensor")
    for mean, total, axis in (
        (average_across_timesteps, sum_over_timesteps, "timesteps"),
        (average_across_batch, sum_over_batch, "batch"),
    ):
        if mean and total:
            raise ValueError(
                f"average_across_{axis} and sum_over_{axis} cannot be set to True at same time."
            )
    with name_scope(name, "sequence_loss", [logits, targets, weights]):
        symbols = shape_of(logits)[2]
        flat = reshape(logits, [-1, symbols])
        targets = reshape(targets, [-1])
        if softmax_loss_function is None:
            loss = sparse_softmax_cross_entropy_with_logits(labels=targets, logits=flat)
        else:
            loss = softmax_loss_function(labels=targets, logits=flat)
        loss = loss * reshape(weights, [-1])
        if average_across_timesteps and average_across_batch:
            loss = reduce_sum(loss)
            return div_no_nan(loss, reduce_sum(weights))
        if sum_over_timesteps and sum_over_batch:
            loss = reduce_sum(loss)
            return div_no_nan(loss, cast(count_nonzero(weights), loss.dtype))
        loss = reshape(loss, shape_of(logits)[0:2])
        if average_across_timesteps or average_across_batch:
            axes = [0] if average_across_batch else [1]
            loss = reduce_sum(loss, axis=axes)
            return div_no_nan(loss, reduce_sum(weights, axis=axes))
        if sum_over_timesteps or sum_over_batch:
            axes = [0] if sum_over_batch else [1]
            loss = reduce_sum(loss, axis=axes)
            return div_no_nan(loss, cast(count_nonzero(weights, axis=axes), loss.dtype))
        return loss
