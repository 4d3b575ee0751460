"""``tf.contrib.crf``: linear-chain conditional random fields (Lafferty et al., ICML 2001)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from penstock.graph import dtypes
from penstock.graph.convert import convert_to_tensor
from penstock.graph.tensor import Tensor
from penstock.ops.arrays import expand_dims, reshape, squeeze
from penstock.ops.arrays import shape as shape_of
from penstock.ops.casts import cast
from penstock.ops.comparisons import equal, less_equal
from penstock.ops.constants import constant
from penstock.ops.control_flow import cond
from penstock.ops.extremes import argmax
from penstock.ops.fills import fill, zeros_like
from penstock.ops.gathers import gather, gather_nd
from penstock.ops.joining import concat, stack
from penstock.ops.math_binary import maximum
from penstock.ops.ranges import range as range_of
from penstock.ops.reductions import reduce_max, reduce_sum
from penstock.ops.selecting import sequence_mask, where
from penstock.ops.slices import reverse_sequence
from penstock.ops.slices import slice as slice_of
from penstock.ops.statistics import reduce_logsumexp
from penstock.ops.variable_scope import get_variable
from penstock.rnn.base import RNNCell
from penstock.rnn.dynamic import dynamic_rnn


def _either(inputs: Any, single: Callable[[], Any], several: Callable[[], Any]) -> Any:
    """``single()`` when sequences have one step, else ``several()``."""
    known = inputs.shape[1].value
    if known is not None:
        return single() if known == 1 else several()
    return cond(equal(shape_of(inputs)[1], 1), single, several)


def _steps_left(lengths: Any) -> Any:
    """How many steps follow the first one; none for empty sequences."""
    lengths = convert_to_tensor(lengths)
    return maximum(constant(0, dtype=lengths.dtype), lengths - 1)


def crf_unary_score(tag_indices: Any, sequence_lengths: Any, inputs: Any) -> Tensor:
    """The summed scores of the tags at their places.

    Args:
        tag_indices: ``[batch, time]``. sequence_lengths: ``[batch]``.
        inputs: scores, ``[batch, time, tags]``.

    Returns:
        ``[batch]``.
    """
    inputs = convert_to_tensor(inputs)
    tag_indices = convert_to_tensor(tag_indices)
    size = shape_of(inputs)
    batch, time, tags = size[0], size[1], size[2]
    row = reshape(range_of(batch) * time * tags, [-1, 1])
    place = reshape(range_of(time) * tags, [1, -1])
    flat = reshape(row + place + cast(tag_indices, dtypes.int32), [-1])
    scores = reshape(gather(reshape(inputs, [-1]), flat), [batch, time])
    mask = sequence_mask(sequence_lengths, maxlen=shape_of(tag_indices)[1], dtype=inputs.dtype)
    return reduce_sum(scores * mask, 1)


def crf_binary_score(tag_indices: Any, sequence_lengths: Any, transition_params: Any) -> Tensor:
    """The summed scores of going from each tag to the next.

    Args:
        tag_indices: ``[batch, time]``. sequence_lengths: ``[batch]``.
        transition_params: ``[tags, tags]``.

    Returns:
        ``[batch]``.
    """
    tag_indices = convert_to_tensor(tag_indices)
    transition_params = convert_to_tensor(transition_params)
    tags = transition_params.get_shape()[0]
    steps = shape_of(tag_indices)[1] - 1
    before = slice_of(tag_indices, [0, 0], [-1, steps])
    after = slice_of(tag_indices, [0, 1], [-1, steps])
    flat = cast(before, dtypes.int32) * int(tags) + cast(after, dtypes.int32)
    scores = gather(reshape(transition_params, [-1]), flat)
    mask = sequence_mask(sequence_lengths, maxlen=steps + 1, dtype=transition_params.dtype)
    mask = slice_of(mask, [0, 1], [-1, -1])
    return reduce_sum(scores * mask, 1)


def crf_sequence_score(
    inputs: Any, tag_indices: Any, sequence_lengths: Any, transition_params: Any
) -> Tensor:
    """The score of a tag sequence, before normalisation.

    Args:
        inputs: scores of tags, ``[batch, time, tags]``. tag_indices: ``[batch, time]``.
        sequence_lengths: ``[batch]``. transition_params: ``[tags, tags]``.

    Returns:
        ``[batch]``; 0 for empty sequences.
    """
    inputs = convert_to_tensor(inputs)
    sequence_lengths = convert_to_tensor(sequence_lengths)

    def single() -> Any:
        batch = shape_of(inputs, out_type=convert_to_tensor(tag_indices).dtype)[0]
        rows = expand_dims(range_of(batch), 1)
        scores = gather_nd(squeeze(inputs, [1]), concat([rows, tag_indices], 1))
        return where(less_equal(sequence_lengths, 0), zeros_like(scores), scores)

    def several() -> Any:
        unary = crf_unary_score(tag_indices, sequence_lengths, inputs)
        return unary + crf_binary_score(tag_indices, sequence_lengths, transition_params)

    return _either(inputs, single, several)


def crf_multitag_sequence_score(
    inputs: Any, tag_bitmap: Any, sequence_lengths: Any, transition_params: Any
) -> Tensor:
    """The log of the summed scores of all tag sequences that a bitmap allows.

    Args:
        inputs: scores of tags, ``[batch, time, tags]``.
        tag_bitmap: whether a tag is allowed at a place, booleans ``[batch, time, tags]``.
        sequence_lengths: ``[batch]``. transition_params: ``[tags, tags]``.

    Returns:
        ``[batch]``.
    """
    inputs = convert_to_tensor(inputs)
    tag_bitmap = convert_to_tensor(tag_bitmap)
    allowed = where(tag_bitmap, inputs, fill(shape_of(inputs), float("-inf")))

    def single() -> Any:
        return reduce_logsumexp(squeeze(allowed, [1]), [1])

    def several() -> Any:
        return crf_log_norm(allowed, sequence_lengths, transition_params)

    return _either(inputs, single, several)


def crf_log_norm(inputs: Any, sequence_lengths: Any, transition_params: Any) -> Tensor:
    """The log of the summed scores of all tag sequences.

    Args:
        inputs: scores of tags, ``[batch, time, tags]``. sequence_lengths: ``[batch]``.
        transition_params: ``[tags, tags]``.

    Returns:
        ``[batch]``; 0 for empty sequences.
    """
    inputs = convert_to_tensor(inputs)
    sequence_lengths = convert_to_tensor(sequence_lengths)
    first = squeeze(slice_of(inputs, [0, 0, 0], [-1, 1, -1]), [1])

    def finished(norm: Any) -> Any:
        return where(less_equal(sequence_lengths, 0), zeros_like(norm), norm)

    def single() -> Any:
        return finished(reduce_logsumexp(first, [1]))

    def several() -> Any:
        rest = slice_of(inputs, [0, 1, 0], [-1, -1, -1])
        _, alphas = dynamic_rnn(
            CrfForwardRnnCell(transition_params),
            rest,
            sequence_length=_steps_left(sequence_lengths),
            initial_state=first,
            dtype=inputs.dtype,
        )
        return finished(reduce_logsumexp(alphas, [1]))

    return _either(inputs, single, several)


def crf_log_likelihood(
    inputs: Any, tag_indices: Any, sequence_lengths: Any, transition_params: Any = None
) -> tuple[Tensor, Any]:
    """The log-probability of tag sequences.

    Args:
        inputs: scores of tags, ``[batch, time, tags]``. tag_indices: ``[batch, time]``.
        sequence_lengths: ``[batch]``.
        transition_params: ``[tags, tags]``; a variable ``transitions`` unless given.

    Returns:
        ``(log-likelihoods [batch], transition_params)``.
    """
    inputs = convert_to_tensor(inputs)
    tags = inputs.get_shape()[2].value
    if transition_params is None:
        transition_params = get_variable("transitions", [tags, tags])
    scores = crf_sequence_score(inputs, tag_indices, sequence_lengths, transition_params)
    norm = crf_log_norm(inputs, sequence_lengths, transition_params)
    return scores - norm, transition_params


class CrfForwardRnnCell(RNNCell):
    """A step of the forward algorithm; the state is ``[batch, tags]``.

    Args:
        transition_params: ``[tags, tags]``.
    """

    def __init__(self, transition_params: Any) -> None:
        super().__init__()
        self._transitions = expand_dims(transition_params, 0)
        self._tags = self._transitions.get_shape()[1].value

    @property
    def state_size(self) -> int:
        """The number of tags."""
        return self._tags

    @property
    def output_size(self) -> int:
        """The number of tags."""
        return self._tags

    def __call__(self, inputs: Any, state: Any, scope: Any = None) -> Any:
        """One step: scores of tags and the state so far give the new state, twice."""
        total = expand_dims(state, 2) + self._transitions
        new = inputs + reduce_logsumexp(total, [1])
        return new, new


def viterbi_decode(score: Any, transition_params: Any) -> tuple[list[Any], Any]:
    """The likeliest tags, with NumPy, outside the graph.

    Args:
        score: ``[time, tags]``. transition_params: ``[tags, tags]``.

    Returns:
        ``(tags, their score)``.
    """
    trellis = np.zeros_like(score)
    pointers = np.zeros_like(score, dtype=np.int32)
    trellis[0] = score[0]
    for t in range(1, score.shape[0]):
        total = np.expand_dims(trellis[t - 1], 1) + transition_params
        trellis[t] = score[t] + np.max(total, 0)
        pointers[t] = np.argmax(total, 0)
    tags = [np.argmax(trellis[-1])]
    for pointer in reversed(pointers[1:]):
        tags.append(pointer[tags[-1]])
    tags.reverse()
    return tags, np.max(trellis[-1])


class CrfDecodeForwardRnnCell(RNNCell):
    """A step of the Viterbi algorithm: gives where the best paths came from.

    Args:
        transition_params: ``[tags, tags]``.
    """

    def __init__(self, transition_params: Any) -> None:
        super().__init__()
        self._transitions = expand_dims(transition_params, 0)
        self._tags = self._transitions.get_shape()[1].value

    @property
    def state_size(self) -> int:
        """The number of tags."""
        return self._tags

    @property
    def output_size(self) -> int:
        """The number of tags."""
        return self._tags

    def __call__(self, inputs: Any, state: Any, scope: Any = None) -> Any:
        """One step: ``(places of the best former tags, new scores)``."""
        total = expand_dims(state, 2) + self._transitions
        new = inputs + reduce_max(total, [1])
        return cast(argmax(total, 1), dtypes.int32), new


class CrfDecodeBackwardRnnCell(RNNCell):
    """A step back along the best path; the state is ``[batch, 1]``.

    Args:
        num_tags: the number of tags.
    """

    def __init__(self, num_tags: int) -> None:
        super().__init__()
        self._tags = num_tags

    @property
    def state_size(self) -> int:
        """1: the tag."""
        return 1

    @property
    def output_size(self) -> int:
        """1: the tag."""
        return 1

    def __call__(self, inputs: Any, state: Any, scope: Any = None) -> Any:
        """One step: the tag before that in ``state``, twice."""
        tag = squeeze(state, [1])
        place = stack([range_of(shape_of(inputs)[0]), tag], axis=1)
        new = expand_dims(gather_nd(inputs, place), -1)
        return new, new


def crf_decode(
    potentials: Any, transition_params: Any, sequence_length: Any
) -> tuple[Tensor, Tensor]:
    """The likeliest tags.

    Args:
        potentials: scores of tags, ``[batch, time, tags]``.
        transition_params: ``[tags, tags]``. sequence_length: ``[batch]``.

    Returns:
        ``(tags int32 [batch, time], their scores [batch])``; tags beyond a sequence are 0.
    """
    potentials = convert_to_tensor(potentials)
    transition_params = convert_to_tensor(transition_params)
    lengths = convert_to_tensor(sequence_length)

    def single() -> Any:
        scores = squeeze(potentials, [1])
        best = reduce_max(scores, axis=1)
        return cast(expand_dims(argmax(scores, axis=1), 1), dtypes.int32), best

    def several() -> Any:
        tags = potentials.get_shape()[2].value
        first = squeeze(slice_of(potentials, [0, 0, 0], [-1, 1, -1]), [1])
        rest = slice_of(potentials, [0, 1, 0], [-1, -1, -1])
        left = _steps_left(lengths)
        pointers, last = dynamic_rnn(
            CrfDecodeForwardRnnCell(transition_params),
            rest,
            sequence_length=left,
            initial_state=first,
            time_major=False,
            dtype=dtypes.int32,
            scope="crf_fwd",
        )
        pointers = reverse_sequence(pointers, left, seq_dim=1)
        start = expand_dims(cast(argmax(last, 1), dtypes.int32), -1)
        found, _ = dynamic_rnn(
            CrfDecodeBackwardRnnCell(tags),
            pointers,
            sequence_length=left,
            initial_state=start,
            time_major=False,
            dtype=dtypes.int32,
            scope="crf_bwd",
        )
        found = concat([start, squeeze(found, [2])], 1)
        return reverse_sequence(found, lengths, seq_dim=1), reduce_max(last, 1)

    return _either(potentials, single, several)
