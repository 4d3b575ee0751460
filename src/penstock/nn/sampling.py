"""Losses that compare the true classes with a sample of the others."""

from __future__ import annotations

from typing import Any

from penstock.graph import dtypes
from penstock.graph.build import apply
from penstock.graph.scopes import name_scope
from penstock.graph.tensor import Tensor
from penstock.nn.embedding import embedding_lookup
from penstock.nn.losses import (
    sigmoid_cross_entropy_with_logits,
    softmax_cross_entropy_with_logits_v2,
)
from penstock.ops.arrays import (
    expand_dims,
    ones,
    ones_like,
    reshape,
    shape,
    stop_gradient,
    zeros_like,
)
from penstock.ops.candidate_sampling import (
    compute_accidental_hits,
    log_uniform_candidate_sampler,
)
from penstock.ops.casts import cast
from penstock.ops.joining import concat, stack
from penstock.ops.math_binary import multiply
from penstock.ops.math_unary import log
from penstock.ops.matrices import matmul
from penstock.ops.slices import slice as slice_tensor


def _sum_rows(x: Tensor) -> Tensor:
    """The sum of each row, as a product with ones."""
    return reshape(matmul(x, ones(stack([shape(x)[1], 1]), x.dtype)), [-1])


def sampled_logits(
    weights: Any,
    biases: Any,
    labels: Any,
    inputs: Any,
    num_sampled: int,
    num_classes: int,
    num_true: int,
    sampled_values: Any,
    subtract_log_q: bool,
    remove_accidental_hits: bool,
    partition_strategy: str,
    name: str | None,
    seed: int | None,
) -> tuple[Tensor, Tensor]:
    """Logits and labels of the true classes and a sample of classes.

    Args:
        weights: ``[num_classes, dim]``, or a list of parts.
        biases: ``[num_classes]``, or a list of parts.
        labels: ``[batch, num_true]`` integers: the true classes.
        inputs: ``[batch, dim]``.
        num_sampled: how many classes are sampled for the batch.
        num_classes: how many classes there are.
        num_true: how many true classes an example has.
        sampled_values: what a candidate sampler returned; log-uniform by default.
        subtract_log_q: correct the logits by the log of the expected counts.
        remove_accidental_hits: take out sampled classes that are true ones.
        partition_strategy: as in ``embedding_lookup``.
        name: the name of the scope.
        seed: the seed of the sampler.

    Returns:
        Two tensors ``[batch, num_true + num_sampled]``.
    """
    tables = list(weights) if isinstance(weights, (list, tuple)) else [weights]
    with name_scope(name, "compute_sampled_logits", [*tables, biases, inputs, labels]):
        if labels.dtype != dtypes.int64:
            labels = cast(labels, dtypes.int64)
        flat = reshape(labels, [-1])
        if sampled_values is None:
            sampled_values = log_uniform_candidate_sampler(
                true_classes=labels,
                num_true=num_true,
                num_sampled=num_sampled,
                unique=True,
                range_max=num_classes,
                seed=seed,
            )
        sampled, true_count, sampled_count = [stop_gradient(s) for s in sampled_values]
        sampled = cast(sampled, dtypes.int64)
        ids = concat([flat, sampled], 0)
        rows = embedding_lookup(weights, ids, partition_strategy=partition_strategy)
        if rows.dtype != inputs.dtype:
            rows = cast(rows, inputs.dtype)
        true_rows = slice_tensor(rows, [0, 0], stack([shape(flat)[0], -1]))
        other_rows = slice_tensor(rows, stack([shape(flat)[0], 0]), [-1, -1])
        others = matmul(inputs, other_rows, transpose_b=True)
        offsets = embedding_lookup(biases, ids, partition_strategy=partition_strategy)
        if offsets.dtype != inputs.dtype:
            offsets = cast(offsets, inputs.dtype)
        true_offsets = slice_tensor(offsets, [0], shape(flat))
        other_offsets = slice_tensor(offsets, shape(flat), [-1])
        width = shape(true_rows)[1:2]
        form = concat([[-1, num_true], width], 0)
        products = multiply(expand_dims(inputs, 1), reshape(true_rows, form))
        true = _sum_rows(reshape(products, concat([[-1], width], 0)))
        true = reshape(true, [-1, num_true])
        true_offsets = reshape(true_offsets, [-1, num_true])
        true += true_offsets
        others += other_offsets
        if remove_accidental_hits:
            others += _hits(labels, sampled, num_true, num_sampled, others.dtype)
        if subtract_log_q:
            true -= log(true_count)
            others -= log(sampled_count)
        logits = concat([true, others], 1)
        targets = concat([ones_like(true) / num_true, zeros_like(others)], 1)
        return logits, targets


def _hits(labels: Tensor, sampled: Tensor, num_true: int, num_sampled: int, dtype: Any) -> Tensor:
    """A large negative number where a sampled class is a true one, 0 elsewhere."""
    rows, ids, values = compute_accidental_hits(labels, sampled, num_true=num_true)
    rows = reshape(rows, [-1, 1])
    columns = reshape(cast(ids, dtypes.int32), [-1, 1])
    places = concat([rows, columns], 1, "sparse_indices")
    sizes = concat([shape(labels)[:1], expand_dims(num_sampled, 0)], 0)
    if dtype != values.dtype:
        values = cast(values, dtype)
    return apply("SparseToDense", places, sizes, values, 0.0, validate_indices=False)


def nce_loss(
    weights: Any,
    biases: Any,
    labels: Any,
    inputs: Any,
    num_sampled: int,
    num_classes: int,
    num_true: int = 1,
    sampled_values: Any = None,
    remove_accidental_hits: bool = False,
    partition_strategy: str = "mod",
    name: str = "nce_loss",
) -> Tensor:
    """The noise-contrastive loss (Gutmann and Hyvarinen, 2010) with a sample of the classes.

    Args:
        weights: ``[num_classes, dim]``, or a list of parts.
        biases: ``[num_classes]``.
        labels: ``[batch, num_true]`` integers: the true classes.
        inputs: ``[batch, dim]``.
        num_sampled: how many classes are sampled for the batch.
        num_classes: how many classes there are.
        num_true: how many true classes an example has.
        sampled_values: what a candidate sampler returned; log-uniform by default.
        remove_accidental_hits: take out sampled classes that are true ones.
        partition_strategy: as in ``embedding_lookup``.
        name: the name of the scope.

    Returns:
        The loss of each example, ``[batch]``.
    """
    logits, targets = sampled_logits(
        weights, biases, labels, inputs, num_sampled, num_classes, num_true, sampled_values,
        True, remove_accidental_hits, partition_strategy, name, None,
    )  # fmt: skip
    losses = sigmoid_cross_entropy_with_logits(labels=targets, logits=logits, name="sampled_losses")
    return _sum_rows(losses)


def sampled_softmax_loss(
    weights: Any,
    biases: Any,
    labels: Any,
    inputs: Any,
    num_sampled: int,
    num_classes: int,
    num_true: int = 1,
    sampled_values: Any = None,
    remove_accidental_hits: bool = True,
    partition_strategy: str = "mod",
    name: str = "sampled_softmax_loss",
    seed: int | None = None,
) -> Tensor:
    """The softmax cross-entropy over the true classes and a sample (Jean et al., 2014).

    Args: as for ``nce_loss``, and
        seed: the seed of the sampler.

    Returns:
        The loss of each example, ``[batch]``.
    """
    logits, targets = sampled_logits(
        weights, biases, labels, inputs, num_sampled, num_classes, num_true, sampled_values,
        True, remove_accidental_hits, partition_strategy, name, seed,
    )  # fmt: skip
    targets = stop_gradient(targets, name="labels_stop_gradient")
    return softmax_cross_entropy_with_logits_v2(labels=targets, logits=logits)
