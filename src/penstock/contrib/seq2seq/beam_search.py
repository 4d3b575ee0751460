"""Beam search as a decoder (Wu et al., arXiv:1609.08144, for its penalties)."""

from __future__ import annotations

import collections
from typing import Any

import numpy as np

from penstock.contrib.seq2seq.attention import AttentionWrapperState
from penstock.contrib.seq2seq.decoder import Decoder
from penstock.graph import dtypes, nest
from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import name_scope
from penstock.graph.shapes import TensorShape
from penstock.graph.static_values import constant_value
from penstock.graph.tensor import Tensor
from penstock.layers.base import Layer
from penstock.nn.embedding import embedding_lookup
from penstock.ops.arrays import expand_dims, reshape, transpose
from penstock.ops.arrays import shape as shape_of
from penstock.ops.arrays import size as size_of
from penstock.ops.beam_search import gather_tree
from penstock.ops.casts import cast, to_float, to_int64
from penstock.ops.comparisons import equal, logical_not, logical_or
from penstock.ops.control_flow import cond
from penstock.ops.division import div, floordiv, floormod
from penstock.ops.extremes import top_k
from penstock.ops.fills import fill, ones_like, zeros, zeros_like
from penstock.ops.gathers import gather, gather_nd
from penstock.ops.joining import concat, stack
from penstock.ops.math_binary import minimum
from penstock.ops.math_unary import log
from penstock.ops.nn_softmax import log_softmax
from penstock.ops.ranges import range as range_of
from penstock.ops.reductions import reduce_all, reduce_max, reduce_mean, reduce_sum
from penstock.ops.selecting import one_hot, sequence_mask, where
from penstock.ops.slices import tile
from penstock.ops.tensor_arrays import TensorArray
from penstock.platform import logging
from penstock.rnn.base import assert_like_rnncell


class BeamSearchDecoderState(
    collections.namedtuple(
        "BeamSearchDecoderState",
        ("cell_state", "log_probs", "finished", "lengths", "accumulated_attention_probs"),
    )
):
    """What is kept of each beam between steps."""

    __slots__ = ()


class BeamSearchDecoderOutput(
    collections.namedtuple("BeamSearchDecoderOutput", ("scores", "predicted_ids", "parent_ids"))
):
    """What each step chose: scores, symbols, and the beams that they continue."""

    __slots__ = ()


class FinalBeamSearchDecoderOutput(
    collections.namedtuple(
        "FinalBeamSearchDecoderOutput", ("predicted_ids", "beam_search_decoder_output")
    )
):
    """The sequences found, ``[batch, time, beams]``, and what each step chose."""

    __slots__ = ()


def _mask_finished(log_probs: Any, end_token: Any, finished: Any) -> Any:
    """Beams that have ended can only go on with another end."""
    words = shape_of(log_probs)[2]
    row = one_hot(
        end_token, words, dtype=log_probs.dtype, on_value=0.0, off_value=log_probs.dtype.min
    )
    rows = tile(reshape(row, [1, 1, -1]), concat([shape_of(finished), [1]], 0))
    mask = tile(expand_dims(finished, 2), [1, 1, words])
    return where(mask, rows, log_probs)


def _length_penalty(lengths: Any, factor: Any) -> Any:
    factor = convert_to_tensor(factor, name="penalty_factor")
    factor.set_shape(())
    known = constant_value(factor)
    if known is not None and known == 0:
        return 1.0
    return div((5.0 + to_float(lengths)) ** factor, (5.0 + 1.0) ** factor)


def _scores(log_probs: Any, lengths: Any, length_weight: Any, coverage_weight: Any,
            finished: Any, attended: Any) -> Any:  # fmt: skip
    scores = log_probs / cast(_length_penalty(lengths, length_weight), log_probs.dtype)
    weight = convert_to_tensor(coverage_weight, name="coverage_penalty_weight")
    if weight.shape.ndims != 0:
        raise ValueError(
            f"coverage_penalty_weight should be a scalar, but saw shape: {weight.shape}"
        )
    if constant_value(weight) == 0.0:
        return scores
    if attended is None or isinstance(attended, tuple):
        raise ValueError(
            "accumulated_attention_probs can be None only if coverage penalty is disabled."
        )
    # Places beyond the source's end were never attended to and don't count.
    attended = where(equal(attended, 0.0), ones_like(attended), attended)
    penalty = reduce_sum(log(minimum(attended, 1.0)), 2) * to_float(finished)
    return scores + expand_dims(penalty * weight, 2)


def _mean(probs: list[Any]) -> Any:
    if len(probs) == 1:
        return probs[0]
    return reduce_mean(concat([expand_dims(p, -1) for p in probs], -1), -1)


def _attention_probs(cell_state: Any, weight: Any) -> Any:
    """The weights of all attention in a cell's state, on average; ``None`` if they don't count."""
    if weight == 0.0:
        return None
    states = cell_state if isinstance(cell_state, tuple) else ()
    if isinstance(cell_state, AttentionWrapperState):
        states = (cell_state,)
    found = [s.alignments for s in states if isinstance(s, AttentionWrapperState)]
    if not found:
        raise ValueError("coverage_penalty_weight must be 0.0 if no cell is attentional.")
    return _mean([_mean(list(p)) if isinstance(p, tuple) else p for p in found])


def _beams_of(values: Any, beams: Any, name: str) -> Any:
    """Rows ``[batch, beams, ...]`` of ``values`` by their beams."""
    shape = values.shape
    size = shape_of(values)
    batch, width = size[0], size[1]
    flat = reshape(values, concat([[batch * width], size[2:]], 0))
    index = reshape(beams + expand_dims(range_of(batch) * width, 1), [-1])
    found = reshape(gather(flat, index), concat([[batch, width], size[2:]], 0), name=name)
    found.set_shape(shape)
    return found


def gather_tree_from_array(values: Any, parent_ids: Any, lengths: Any) -> Tensor:
    """Reorders what each step of a search stored along the paths of its beams.

    Args:
        values: ``[time, batch, beams, ...]`` or ``[time, batch * beams, ...]``.
        parent_ids: ``[time, batch, beams]``. lengths: ``[batch, beams]``.

    Returns:
        A tensor shaped as ``values``.
    """
    static = parent_ids.shape.as_list()
    size = shape_of(parent_ids)
    time, batch, beams = (static[i] or size[i] for i in range(3))
    own = tile(expand_dims(expand_dims(range_of(beams), 0), 0), [time, batch, 1])
    longest = cast(reduce_max(lengths, axis=1), dtypes.int32)
    order = gather_tree(own, parent_ids, longest, beams + 1)
    inside = transpose(sequence_mask(lengths, maxlen=time), perm=[2, 0, 1])
    order = where(inside, order, own)
    times = tile(reshape(range_of(time), [-1, 1, 1]), [1, batch, beams])
    rows = tile(reshape(range_of(batch), [1, -1, 1]), [time, 1, beams])
    flat = reshape(values, [time, batch, beams, -1])
    found = gather_nd(flat, stack([times, rows, order], -1))
    return reshape(found, shape_of(values))


class BeamSearchDecoder(Decoder):
    """Keeps the ``beam_width`` best sequences of each example.

    Args:
        cell: an ``RNNCell``; its state (and an attention's memory) must be tiled with
            ``tile_batch``.
        embedding: a function of symbols, or a matrix to look them up in.
        start_tokens: int32 ``[batch]``. end_token: the symbol that ends a sequence.
        initial_state: the cell's state, ``[batch * beam_width, ...]``.
        beam_width: how many sequences to keep. output_layer: a layer on the cell's output.
        length_penalty_weight: exponent of the length penalty; 0 for none.
        coverage_penalty_weight: weight of the coverage penalty; 0 for none.
        reorder_tensor_arrays: sort arrays in the cell's state along the beams.

    Raises:
        TypeError: for a cell or layer of another type.
        ValueError: when tokens have other ranks.
    """

    def __init__(
        self,
        cell: Any,
        embedding: Any,
        start_tokens: Any,
        end_token: Any,
        initial_state: Any,
        beam_width: int,
        output_layer: Any = None,
        length_penalty_weight: Any = 0.0,
        coverage_penalty_weight: Any = 0.0,
        reorder_tensor_arrays: bool = True,
    ) -> None:
        assert_like_rnncell("cell", cell)
        if output_layer is not None and not (
            isinstance(output_layer, Layer) or hasattr(output_layer, "compute_output_shape")
        ):
            raise TypeError(f"output_layer must be a Layer, received: {type(output_layer)}")
        self._cell = cell
        self._output_layer = output_layer
        self._reorder = reorder_tensor_arrays
        self._embed = (
            embedding if callable(embedding) else (lambda ids: embedding_lookup(embedding, ids))
        )
        self._start = convert_to_tensor(start_tokens, dtype=dtypes.int32, name="start_tokens")
        if self._start.get_shape().ndims != 1:
            raise ValueError("start_tokens must be a vector")
        self._end = convert_to_tensor(end_token, dtype=dtypes.int32, name="end_token")
        if self._end.get_shape().ndims != 0:
            raise ValueError("end_token must be a scalar")
        self._batch_size = size_of(self._start)
        self._beam_width = beam_width
        self._length_weight = length_penalty_weight
        self._coverage_weight = coverage_penalty_weight
        self._state = nest.map_structure(self._split_state, initial_state, cell.state_size)
        starts = tile(expand_dims(self._start, 1), [1, beam_width])
        self._start_inputs = self._embed(starts)
        self._none_finished = one_hot(
            zeros([self._batch_size], dtype=dtypes.int32),
            depth=beam_width,
            on_value=False,
            off_value=True,
            dtype=dtypes.bool,
        )

    @property
    def batch_size(self) -> Any:
        """The batch size."""
        return self._batch_size

    @property
    def tracks_own_finished(self) -> bool:
        """True: beams change places."""
        return True

    @property
    def output_size(self) -> BeamSearchDecoderOutput:
        """``[beam_width]`` each."""
        width = TensorShape([self._beam_width])
        return BeamSearchDecoderOutput(width, width, width)

    @property
    def output_dtype(self) -> BeamSearchDecoderOutput:
        """Scores have the state's type, the others are int32."""
        dtype = nest.flatten(self._state)[0].dtype
        return BeamSearchDecoderOutput(dtype, dtypes.int32, dtypes.int32)

    def _split(self, t: Any, s: Any = None) -> Any:
        """``[batch * beams, ...]`` as ``[batch, beams, ...]``."""
        rest = TensorShape(constant_value(s) if isinstance(s, Tensor) else s)
        size = shape_of(t)
        result = reshape(t, concat([[self._batch_size, self._beam_width], size[1:]], 0))
        batch = constant_value(self._batch_size)
        expected = TensorShape([batch, self._beam_width]).concatenate(rest)
        if not result.shape.is_compatible_with(expected):
            raise ValueError(
                "Unexpected behavior when reshaping between beam width and batch size.  The "
                f"reshaped tensor has shape: {result.shape}.  We expected it to have shape "
                f"(batch_size, beam_width, depth) == {expected}.  Perhaps you forgot to create a "
                "zero_state with batch_size=encoder_batch_size * beam_width?"
            )
        result.set_shape(expected)
        return result

    def _merge(self, t: Any, s: Any = None) -> Any:
        """``[batch, beams, ...]`` as ``[batch * beams, ...]``."""
        rest = TensorShape(constant_value(s) if isinstance(s, Tensor) else s)
        size = shape_of(t)
        result = reshape(t, concat([[self._batch_size * self._beam_width], size[2:]], 0))
        batch = constant_value(self._batch_size)
        first = None if batch is None else batch * self._beam_width
        result.set_shape(TensorShape([first]).concatenate(rest))
        return result

    def _split_state(self, t: Any, s: Any) -> Any:
        if isinstance(t, TensorArray):
            return t
        _check_rank(t)
        return self._split(t, s) if t.shape.ndims >= 1 else t

    def _merge_state(self, t: Any, s: Any) -> Any:
        if isinstance(t, TensorArray):
            return t
        _check_rank(t)
        return self._merge(t, s) if t.shape.ndims >= 2 else t

    def initialize(self, name: str | None = None) -> Any:
        """``(finished, first_inputs, initial_state)``: only the first beam counts."""
        finished, inputs = self._none_finished, self._start_inputs
        dtype = nest.flatten(self._state)[0].dtype
        width = self._beam_width
        log_probs = one_hot(
            zeros([self._batch_size], dtype=dtypes.int32),
            depth=width,
            on_value=convert_to_tensor(0.0, dtype=dtype),
            off_value=convert_to_tensor(-np.inf, dtype=dtype),
            dtype=dtype,
        )
        attended: Any = ()
        probs = _attention_probs(self._state, self._coverage_weight)
        if probs is not None:
            attended = zeros_like(probs)
        state = BeamSearchDecoderState(
            cell_state=self._state,
            log_probs=log_probs,
            finished=finished,
            lengths=zeros([self._batch_size, width], dtype=dtypes.int64),
            accumulated_attention_probs=attended,
        )
        return finished, inputs, state

    def step(self, time: Any, inputs: Any, state: Any, name: str | None = None) -> Any:
        """``(outputs, next_state, next_inputs, finished)``."""
        with name_scope(name, "BeamSearchDecoderStep", (time, inputs, state)):
            sizes = self._cell.state_size
            inputs = nest.map_structure(lambda x: self._merge(x, s=x.shape[2:]), inputs)
            cell_state = nest.map_structure(self._merge_state, state.cell_state, sizes)
            outputs, next_cell_state = self._cell(inputs, cell_state)
            outputs = nest.map_structure(lambda x: self._split(x, x.shape[1:]), outputs)
            next_cell_state = nest.map_structure(self._split_state, next_cell_state, sizes)
            if self._output_layer is not None:
                outputs = self._output_layer(outputs)
            found, next_state = self._search(outputs, next_cell_state, state)
            finished, ids = next_state.finished, found.predicted_ids
            next_inputs = cond(
                reduce_all(finished), lambda: self._start_inputs, lambda: self._embed(ids)
            )
        return found, next_state, next_inputs, finished

    def _search(self, logits: Any, next_cell_state: Any, state: Any) -> Any:
        """The best continuations of all beams of an example."""
        width, end = self._beam_width, self._end
        finished, lengths = state.finished, state.lengths
        not_finished = logical_not(finished)
        log_probs = _mask_finished(log_softmax(logits), end, finished)
        total = expand_dims(state.log_probs, 2) + log_probs
        words = logits.shape[-1].value or shape_of(logits)[-1]
        # Every symbol but the end makes a sequence longer.
        longer = one_hot(
            fill([self._batch_size, width], end),
            depth=words,
            on_value=np.int64(0),
            off_value=np.int64(1),
            dtype=dtypes.int64,
        )
        longer = longer * expand_dims(to_int64(not_finished), 2)
        attended: Any = None
        probs = _attention_probs(next_cell_state, self._coverage_weight)
        if probs is not None:
            probs = probs * expand_dims(to_float(not_finished), 2)
            attended = state.accumulated_attention_probs + probs
        scores = _scores(
            total,
            longer + expand_dims(lengths, 2),
            self._length_weight,
            self._coverage_weight,
            finished,
            attended,
        )
        scores = reshape(scores, [self._batch_size, -1])
        best, places = top_k(scores, k=width)
        batch = constant_value(self._batch_size)
        for t in (best, places):
            t.set_shape([batch, width])
        rows = tile(expand_dims(range_of(self._batch_size), 1), [1, width])
        flat = reshape(total, [self._batch_size, -1])
        next_log_probs = gather_nd(flat, stack([rows, places], -1), name="next_beam_probs")
        ids = floormod(places, words, name="next_beam_word_ids")
        beams = floordiv(places, words, name="next_beam_parent_ids")
        was_finished = _beams_of(finished, beams, "next_beam_finished")
        is_finished = logical_or(was_finished, equal(ids, end), name="next_beam_is_finished")
        next_lengths = _beams_of(lengths, beams, "next_beam_lengths")
        next_lengths = next_lengths + to_int64(logical_not(was_finished))
        next_attended: Any = ()
        if attended is not None:
            next_attended = _beams_of(attended, beams, "next_accumulated_attention_probs")
        next_cell_state = nest.map_structure(
            lambda t: (
                t
                if isinstance(t, TensorArray) or t.shape.ndims < 2
                else _beams_of(t, beams, "next_cell_state")
            ),
            next_cell_state,
        )
        return (
            BeamSearchDecoderOutput(scores=best, predicted_ids=ids, parent_ids=beams),
            BeamSearchDecoderState(
                cell_state=next_cell_state,
                log_probs=next_log_probs,
                finished=is_finished,
                lengths=next_lengths,
                accumulated_attention_probs=next_attended,
            ),
        )

    def _sortable(self, shape: TensorShape) -> bool:
        """Whether an array's elements are split by beams; TensorFlow left others as they are."""
        if not shape.ndims:
            return False
        batch, first = constant_value(self._batch_size), shape[0].value
        if batch is None or first is None:
            return True
        second = shape[1].value if shape.ndims >= 2 else None
        split = (first, second) == (batch, self._beam_width)
        if first != batch * self._beam_width or (second is not None and not split):
            logging.warning(
                "TensorArray reordering expects elements to be reshapable to "
                f"{TensorShape([batch, self._beam_width, None])} which is incompatible with the "
                f"current shape {shape}. Consider setting reorder_tensor_arrays to False to "
                "disable TensorArray reordering during the beam search."
            )
            return False
        return True

    def finalize(self, outputs: Any, final_state: Any, sequence_lengths: Any) -> Any:
        """The sequences along the beams, and the state with its arrays sorted."""
        longest = cast(reduce_max(final_state.lengths, axis=1), dtypes.int32)
        ids = gather_tree(outputs.predicted_ids, outputs.parent_ids, longest, self._end)
        if self._reorder:

            def sort(t: Any) -> Any:
                if not isinstance(t, TensorArray) or not self._sortable(t.element_shape):
                    return t
                return gather_tree_from_array(t.stack(), outputs.parent_ids, final_state.lengths)

            final_state = final_state._replace(
                cell_state=nest.map_structure(sort, final_state.cell_state)
            )
        return FinalBeamSearchDecoderOutput(ids, outputs), final_state


def _check_rank(t: Any) -> None:
    if t.shape.ndims is None:
        raise ValueError(f"Expected tensor ({t}) to have known rank, but ndims == None.")
