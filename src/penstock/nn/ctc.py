"""Connectionist temporal classification (Graves et al., 2006)."""

from __future__ import annotations

from typing import Any

from penstock.graph import dtypes
from penstock.graph.build import apply
from penstock.graph.composite import SparseTensor
from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import name_scope
from penstock.graph.tensor import Tensor
from penstock.ops.arrays import expand_dims, ones_like, reshape, shape, transpose
from penstock.ops.casts import cast
from penstock.ops.comparisons import logical_and, not_equal
from penstock.ops.gathers import gather_nd, scatter_nd
from penstock.ops.joining import concat
from penstock.ops.padding import pad
from penstock.ops.partitions import unique
from penstock.ops.ranges import range as number_range
from penstock.ops.reductions import reduce_max, reduce_sum, renamed_argument
from penstock.ops.selecting import boolean_mask, sequence_mask, where


def _batch_major(x: Any) -> Tensor:
    """``[batch, time, classes]`` as ``[time, batch, classes]``, or the other way."""
    return transpose(convert_to_tensor(x), [1, 0, 2])


def ctc_loss(
    labels: Any,
    inputs: Any = None,
    sequence_length: Any = None,
    preprocess_collapse_repeated: bool = False,
    ctc_merge_repeated: bool = True,
    ignore_longer_outputs_than_inputs: bool = False,
    time_major: bool = True,
    logits: Any = None,
) -> Tensor:
    """The negative log-probability of label sequences, over all their alignments.

    Args:
        labels: an ``int32`` ``SparseTensor`` ``[batch, length]``.
        inputs: logits, ``[time, batch, classes]``; blank is the last class.
        sequence_length: ``int32[batch]``: the steps of each example.
        preprocess_collapse_repeated: merge repeated labels before.
        ctc_merge_repeated: count repeated labels without a blank between them as one.
        ignore_longer_outputs_than_inputs: accept labels longer than the example.
        time_major: ``False`` when the batch comes first in ``inputs``.
        logits: the new name of ``inputs``.

    Returns:
        The loss of each example, ``[batch]``.

    Raises:
        TypeError: when ``labels`` aren't sparse.
        InvalidArgumentError: in a run, when labels don't fit.
    """
    if not isinstance(labels, SparseTensor):
        raise TypeError("Expected labels (first argument) to be a SparseTensor")
    inputs = renamed_argument("logits", logits, "inputs", inputs)
    if not time_major:
        inputs = _batch_major(inputs)
    loss, _ = apply(
        "CTCLoss",
        inputs,
        labels.indices,
        labels.values,
        sequence_length,
        preprocess_collapse_repeated=preprocess_collapse_repeated,
        ctc_merge_repeated=ctc_merge_repeated,
        ignore_longer_outputs_than_inputs=ignore_longer_outputs_than_inputs,
    )
    return loss


def ctc_loss_v2(
    labels: Any,
    logits: Any,
    label_length: Any,
    logit_length: Any,
    logits_time_major: bool = True,
    unique: Any = None,  # noqa: A002
    blank_index: int | None = None,
    name: str | None = None,
) -> Tensor:
    """``ctc_loss`` for labels as a matrix too, and any class as blank.

    Args:
        labels: an ``int32`` matrix ``[batch, length]``, or a ``SparseTensor``.
        logits: ``[time, batch, classes]``.
        label_length: ``[batch]``: how many labels each example has (not for sparse ones).
        logit_length: ``[batch]``: the steps of each example.
        logits_time_major: ``False`` when the batch comes first in ``logits``.
        unique: what ``ctc_unique_labels`` gave; not needed.
        blank_index: the class that is blank, negative ones counted from the end; 0 by default for
            a matrix of labels.
        name: the name of the scope.

    Returns:
        The loss of each example, ``[batch]``.

    Raises:
        ValueError: when ``blank_index`` is missing or no class.
    """
    sparse = isinstance(labels, SparseTensor)
    if sparse and blank_index is None:
        raise ValueError("blank_index must be given when using SparseTensor labels.")
    with name_scope(name, "ctc_loss_dense", [logits, label_length, logit_length]):
        logits = convert_to_tensor(logits, name="logits")
        if not logits_time_major:
            logits = _batch_major(logits)
        if not sparse:
            labels = _as_sparse(labels, label_length)
        classes = logits.shape[2].value
        if classes is None:
            raise ValueError("The number of classes of logits must be known.")
        blank = 0 if blank_index is None else blank_index
        blank = blank + classes if blank < 0 else blank
        if not 0 <= blank < classes:
            raise ValueError("blank_index must be within num_classes.")
        if blank != classes - 1:
            # The operation wants the blank last.
            logits = concat(
                [
                    logits[:, :, :blank],
                    logits[:, :, blank + 1 :],
                    logits[:, :, blank : blank + 1],
                ],
                axis=2,
            )
            values = where(labels.values < blank, labels.values, labels.values - 1)
            labels = SparseTensor(labels.indices, values, labels.dense_shape)
        return ctc_loss(labels=labels, inputs=logits, sequence_length=logit_length)


def _as_sparse(labels: Any, label_length: Any) -> SparseTensor:
    labels = cast(convert_to_tensor(labels, name="labels"), dtypes.int32)
    lengths = convert_to_tensor(label_length, name="label_length")
    places = where(sequence_mask(lengths, shape(labels)[1]))
    return SparseTensor(places, gather_nd(labels, places), cast(shape(labels), dtypes.int64))


def ctc_greedy_decoder(
    inputs: Any, sequence_length: Any, merge_repeated: bool = True
) -> tuple[list[SparseTensor], Tensor]:
    """Decodes by taking the most likely class of every step.

    Args:
        inputs: logits, ``[time, batch, classes]``; blank is the last class.
        sequence_length: ``int32[batch]``.
        merge_repeated: leave out classes equal to that of the step before.

    Returns:
        ``([decoded], neg_sum_logits)``: a sparse ``int64`` matrix, and ``[batch, 1]``.
    """
    indices, values, dense_shape, total = apply(
        "CTCGreedyDecoder", inputs, sequence_length, merge_repeated=merge_repeated
    )
    return [SparseTensor(indices, values, dense_shape)], total


def ctc_beam_search_decoder(
    inputs: Any,
    sequence_length: Any,
    beam_width: int = 100,
    top_paths: int = 1,
    merge_repeated: bool = True,
) -> tuple[list[SparseTensor], Tensor]:
    """Decodes by prefix search.

    Args:
        inputs: logits, ``[time, batch, classes]``; blank is the last class.
        sequence_length: ``int32[batch]``.
        beam_width: how many prefixes are kept.
        top_paths: how many sequences are returned.
        merge_repeated: leave out repeated labels of the results (a peculiarity of TensorFlow).

    Returns:
        ``(decoded, log_probabilities)``: ``top_paths`` sparse ``int64`` matrices, and
        ``[batch, top_paths]``.
    """
    indices, values, shapes, scores = apply(
        "CTCBeamSearchDecoder",
        inputs,
        sequence_length,
        beam_width=beam_width,
        top_paths=top_paths,
        merge_repeated=merge_repeated,
    )
    return [SparseTensor(*parts) for parts in zip(indices, values, shapes, strict=True)], scores


def ctc_beam_search_decoder_v2(
    inputs: Any, sequence_length: Any, beam_width: int = 100, top_paths: int = 1
) -> tuple[list[SparseTensor], Tensor]:
    """``ctc_beam_search_decoder`` without merging."""
    return ctc_beam_search_decoder(inputs, sequence_length, beam_width, top_paths, False)


def _size(x: Tensor, axis: int) -> Any:
    """The size of an axis: a number where it is known, else a tensor."""
    known = x.shape[axis].value
    return shape(x)[axis] if known is None else known


def collapse_repeated(
    labels: Any, seq_length: Any, name: str | None = None
) -> tuple[Tensor, Tensor]:
    """Merges repeated labels.

    Args:
        labels: ``[batch, length]``.
        seq_length: ``[batch]``: how many labels each example has.
        name: the name of the scope.

    Returns:
        ``(labels, lengths)``, the labels filled up with zeros.
    """
    with name_scope(name, "collapse_repeated_labels", [labels, seq_length]):
        labels = convert_to_tensor(labels, name="labels")
        seq_length = convert_to_tensor(seq_length, name="seq_length")
        first = ones_like(labels[:, :1], dtypes.bool)
        mask = concat([first, not_equal(labels[:, 1:], labels[:, :-1])], axis=1)
        longest = labels.shape[1].value
        mask = logical_and(mask, sequence_mask(seq_length, maxlen=longest))
        lengths = reduce_sum(cast(mask, dtypes.int32), axis=1)
        new_longest = reduce_max(lengths)
        kept = sequence_mask(lengths, maxlen=new_longest)
        flat = reshape(labels, [-1])
        flat_mask = reshape(mask, [-1])
        places = reshape(kept, [-1])
        order = number_range(shape(places)[0])
        result = scatter_nd(
            indices=expand_dims(boolean_mask(order, places), axis=1),
            updates=boolean_mask(flat, flat_mask),
            shape=shape(places),
        )
        batch = labels.shape[0].value
        rows: Any = shape(labels)[0] if batch is None else batch
        return reshape(result, [rows, new_longest]), cast(lengths, seq_length.dtype)


def ctc_unique_labels(labels: Any, name: str | None = None) -> tuple[Tensor, Tensor]:
    """The different labels of each example, and where they are.

    Args:
        labels: ``[batch, length]``.
        name: the name of the scope.

    Returns:
        ``(unique labels, indices)``: ``int64`` filled up with zeros, and ``int32``, both like
        ``labels``.
    """
    from penstock.ops.functional import map_fn

    with name_scope(name, "ctc_unique_labels", [labels]):
        labels = convert_to_tensor(labels, name="labels")

        def of_row(row: Tensor) -> Any:
            found = unique(row)
            padded = pad(found[0], [[0, _size(found[1], 0) - _size(found[0], 0)]])
            return [cast(padded, dtypes.int64), found[1]]

        values, places = map_fn(of_row, labels, dtype=[dtypes.int64, dtypes.int32])
        return values, places
