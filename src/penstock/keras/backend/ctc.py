"""Connectionist temporal classification on dense labels and probabilities."""

from __future__ import annotations

from typing import Any

from penstock.keras import tensor_ops as ops
from penstock.keras.backend.settings import epsilon
from penstock.nn import ctc
from penstock.ops.sparse import sparse_tensor_to_dense


def ctc_label_dense_to_sparse(labels: Any, label_lengths: Any) -> Any:
    """Labels in rows that are padded at the end, as a sparse tensor.

    Args:
        labels: ``[batch, longest]``. label_lengths: how many labels of each row count, ``[batch]``.
    """
    labels = ops.convert_to_tensor(labels)
    shape = ops.shape(labels)
    inside = ops.less(
        ops.range(shape[1])[None, :], ops.cast(ops.expand_dims(label_lengths, 1), "int32")
    )
    where = ops.where(inside)
    values = ops.boolean_mask(labels, inside)
    return ops.SparseTensor(where, values, ops.cast(shape, "int64"))


def ctc_batch_cost(y_true: Any, y_pred: Any, input_length: Any, label_length: Any) -> Any:
    """The CTC loss of each sequence (Graves et al., 2006), ``[batch, 1]``.

    Args:
        y_true: labels, ``[batch, longest]``. y_pred: probabilities, ``[batch, steps, classes]``;
            the last class is the blank.
        input_length: how many steps of each sequence count, ``[batch, 1]``.
        label_length: how many labels, ``[batch, 1]``.
    """
    lengths = ops.cast(ops.squeeze(label_length, axis=[-1]), "int32")
    steps = ops.cast(ops.squeeze(input_length, axis=[-1]), "int32")
    labels = ops.cast(ctc_label_dense_to_sparse(y_true, lengths), "int32")
    logits = ops.log(ops.transpose(y_pred, perm=[1, 0, 2]) + epsilon())
    loss = ctc.ctc_loss(inputs=logits, labels=labels, sequence_length=steps)
    return ops.expand_dims(loss, 1)


def ctc_decode(y_pred: Any, input_length: Any, greedy: bool = True, beam_width: int = 100,
               top_paths: int = 1) -> Any:  # fmt: skip
    """The likeliest labels.

    Args:
        y_pred: probabilities, ``[batch, steps, classes]``; the last class is the blank.
        input_length: how many steps of each sequence count, ``[batch]``.
        greedy: take the likeliest class of each step, else search with beams.
        beam_width: how many beams. top_paths: how many of them to return.

    Returns:
        A list of labels, ``[batch, longest]`` with -1 at the end (one element if greedy), and the
        negative sums of logits (greedy) or the log probabilities, ``[batch, top_paths]``.
    """
    logits = ops.log(ops.transpose(y_pred, perm=[1, 0, 2]) + epsilon())
    steps = ops.cast(input_length, "int32")
    if greedy:
        decoded, scores = ctc.ctc_greedy_decoder(inputs=logits, sequence_length=steps)
    else:
        decoded, scores = ctc.ctc_beam_search_decoder(
            inputs=logits, sequence_length=steps, beam_width=beam_width, top_paths=top_paths
        )
    return [sparse_tensor_to_dense(d, default_value=-1) for d in decoded], scores
