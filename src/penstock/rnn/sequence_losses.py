"""Cross-entropy of lists of outputs: ``sequence_loss`` and ``sequence_loss_by_example``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from penstock import behavior
from penstock.graph.scopes import name_scope
from penstock.graph.tensor import Tensor
from penstock.nn.losses import sparse_softmax_cross_entropy_with_logits
from penstock.ops.arrays import reshape
from penstock.ops.arrays import shape as shape_of
from penstock.ops.casts import cast
from penstock.ops.reductions import reduce_sum
from penstock.ops.sums import add_n


def sequence_loss_by_example(
    logits: Sequence[Any],
    targets: Sequence[Any],
    weights: Sequence[Any],
    average_across_timesteps: bool = True,
    softmax_loss_function: Callable[..., Any] | None = None,
    name: str | None = None,
) -> Tensor:
    """The weighted cross-entropy of each sequence of a batch.

    Args:
        logits: scores ``[batch, symbols]`` for each step.
        targets: whole numbers ``[batch]`` for each step. weights: how much they count, likewise.
        average_across_timesteps: divide by the sum of the weights.
        softmax_loss_function: a function of ``labels`` and ``logits`` to use in place of softmax
            (before TensorFlow 1.0 of inputs and labels, by position).
        name: the name scope.

    Returns:
        ``[batch]``.

    Raises:
        ValueError: for lists of different lengths.
    """
    if len(targets) != len(logits) or len(weights) != len(logits):
        raise ValueError(
            "Lengths of logits, weights, and targets must be the same "
            f"{len(logits)}, {len(weights)}, {len(targets)}."
        )
    with name_scope(name, "sequence_loss_by_example", [*logits, *targets, *weights]):
        losses = []
        for logit, target, weight in zip(logits, targets, weights, strict=True):
            if softmax_loss_function is None:
                target = reshape(target, [-1])
                loss = sparse_softmax_cross_entropy_with_logits(labels=target, logits=logit)
            elif behavior.before(1, 0):
                loss = softmax_loss_function(logit, target)
            else:
                loss = softmax_loss_function(labels=target, logits=logit)
            losses.append(loss * weight)
        total = add_n(losses)
        if average_across_timesteps:
            # Weights may all be zero.
            total = total / (add_n(list(weights)) + 1e-12)
    return total


def sequence_loss(
    logits: Sequence[Any],
    targets: Sequence[Any],
    weights: Sequence[Any],
    average_across_timesteps: bool = True,
    average_across_batch: bool = True,
    softmax_loss_function: Callable[..., Any] | None = None,
    name: str | None = None,
) -> Tensor:
    """The weighted cross-entropy of a batch of sequences, a scalar.

    Args:
        average_across_batch: divide by the batch size.

    The other arguments are those of ``sequence_loss_by_example``.
    """
    with name_scope(name, "sequence_loss", [*logits, *targets, *weights]):
        cost = reduce_sum(
            sequence_loss_by_example(
                logits,
                targets,
                weights,
                average_across_timesteps=average_across_timesteps,
                softmax_loss_function=softmax_loss_function,
            )
        )
        if average_across_batch:
            return cost / cast(shape_of(targets[0])[0], cost.dtype)
        return cost
