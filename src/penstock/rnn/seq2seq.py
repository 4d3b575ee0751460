"""Sequences to sequences, of ``tf.nn.seq2seq`` and ``tf.contrib.legacy_seq2seq``.

Encoders and decoders over lists of inputs (Sutskever et al., arXiv:1409.3215; attention as in
Vinyals et al., arXiv:1412.7449).
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

from penstock.graph import dtypes, nest
from penstock.graph.convert import convert_to_tensor
from penstock.graph.tensor import Tensor
from penstock.nn.dense import xw_plus_b
from penstock.nn.embedding import embedding_lookup
from penstock.ops.arrays import reshape
from penstock.ops.arrays import shape as shape_of
from penstock.ops.casts import cast
from penstock.ops.control_flow import cond
from penstock.ops.extremes import argmax
from penstock.ops.fills import zeros
from penstock.ops.identities import stop_gradient
from penstock.ops.joining import concat, stack
from penstock.ops.math_unary import tanh
from penstock.ops.nn_conv import conv2d
from penstock.ops.nn_softmax import softmax
from penstock.ops.reductions import reduce_sum
from penstock.ops.variable_scope import get_variable, get_variable_scope, variable_scope
from penstock.rnn.base import RNNCell
from penstock.rnn.projections import EmbeddingWrapper, OutputProjectionWrapper, linear
from penstock.rnn.static import static_rnn

LoopFunction = Callable[[Any, int], Any]


def _embeds_last_output(
    embedding: Any, output_projection: Any = None, update_embedding: bool = True
) -> LoopFunction:
    """A loop function that embeds the likeliest symbol of the last output."""

    def loop_function(previous: Any, _: int) -> Any:
        if output_projection is not None:
            previous = xw_plus_b(previous, output_projection[0], output_projection[1])
        embedded = embedding_lookup(embedding, argmax(previous, 1))
        return embedded if update_embedding else stop_gradient(embedded)

    return loop_function


def _check_projection(projection: Any, num_symbols: int, dtype: Any, weights: bool = True) -> None:
    if projection is None:
        return
    if weights:
        found = convert_to_tensor(projection[0], dtype=dtype)
        found.get_shape().assert_is_compatible_with([None, num_symbols])
    found = convert_to_tensor(projection[1], dtype=dtype)
    found.get_shape().assert_is_compatible_with([num_symbols])


def rnn_decoder(
    decoder_inputs: Any,
    initial_state: Any,
    cell: Any,
    loop_function: LoopFunction | None = None,
    scope: Any = None,
) -> tuple[list[Any], Any]:
    """Runs a cell over a list of inputs.

    Args:
        decoder_inputs: tensors ``[batch, input_size]``.
        initial_state: the state to start from. cell: an ``RNNCell``.
        loop_function: a function ``(previous output, i)`` that gives each input but the first.
        scope: the variable scope.

    Returns:
        ``(outputs, state)``.
    """
    with variable_scope(scope or "rnn_decoder"):
        state = initial_state
        outputs: list[Any] = []
        for i, current in enumerate(decoder_inputs):
            if loop_function is not None and outputs:
                with variable_scope("loop_function", reuse=True):
                    current = loop_function(outputs[-1], i)
            if i > 0:
                get_variable_scope().reuse_variables()
            output, state = cell(current, state)
            outputs.append(output)
    return outputs, state


def basic_rnn_seq2seq(
    encoder_inputs: Any, decoder_inputs: Any, cell: Any, dtype: Any = dtypes.float32,
    scope: Any = None,
) -> tuple[list[Any], Any]:  # fmt: skip
    """An encoder, and a decoder that starts from its last state.

    Args:
        encoder_inputs: tensors ``[batch, input_size]``. decoder_inputs: likewise.
        cell: an ``RNNCell``, of which encoder and decoder have one each.
        dtype: the type of the state. scope: the variable scope.

    Returns:
        ``(outputs, state)`` of the decoder.
    """
    with variable_scope(scope or "basic_rnn_seq2seq"):
        encoder = copy.deepcopy(cell)
        _, state = static_rnn(encoder, encoder_inputs, dtype=dtype)
        return rnn_decoder(decoder_inputs, state, cell)


def tied_rnn_seq2seq(
    encoder_inputs: Any, decoder_inputs: Any, cell: Any,
    loop_function: LoopFunction | None = None, dtype: Any = dtypes.float32, scope: Any = None,
) -> tuple[list[Any], Any]:  # fmt: skip
    """``basic_rnn_seq2seq`` whose encoder and decoder share their variables."""
    with variable_scope("combined_tied_rnn_seq2seq"):
        scope = scope or "tied_rnn_seq2seq"
        _, state = static_rnn(cell, encoder_inputs, dtype=dtype, scope=scope)
        get_variable_scope().reuse_variables()
        return rnn_decoder(decoder_inputs, state, cell, loop_function=loop_function, scope=scope)


def embedding_rnn_decoder(
    decoder_inputs: Any,
    initial_state: Any,
    cell: Any,
    num_symbols: int,
    embedding_size: int,
    output_projection: Any = None,
    feed_previous: bool = False,
    update_embedding_for_previous: bool = True,
    scope: Any = None,
) -> tuple[list[Any], Any]:
    """``rnn_decoder`` over symbols.

    Args:
        decoder_inputs: whole numbers, ``[batch]`` each. initial_state: the state to start from.
        cell: an ``RNNCell``. num_symbols: how many symbols there are.
        embedding_size: the size of an embedding.
        output_projection: weights and biases that give the symbols' scores.
        feed_previous: feed each step the likeliest symbol of the step before.
        update_embedding_for_previous: whether gradients reach the embeddings of these.
        scope: the variable scope.

    Returns:
        ``(outputs, state)``.
    """
    with variable_scope(scope or "embedding_rnn_decoder") as opened:
        _check_projection(output_projection, num_symbols, opened.dtype)
        embedding = get_variable("embedding", [num_symbols, embedding_size])
        loop_function = None
        if feed_previous:
            loop_function = _embeds_last_output(
                embedding, output_projection, update_embedding_for_previous
            )
        # Looked up when the decoder asks for them, inside its scope.
        embedded = (embedding_lookup(embedding, symbol) for symbol in decoder_inputs)
        return rnn_decoder(embedded, initial_state, cell, loop_function=loop_function)


def _fed_or_not(
    feed_previous: Any, count: int, decode: Callable[[bool], tuple[list[Any], Any]],
    like: Callable[[], Any],
) -> tuple[list[Any], Any]:  # fmt: skip
    """Decodes with or without its own outputs, as a tensor says.

    Args:
        feed_previous: a boolean tensor. count: how many outputs there are.
        decode: a function of a boolean that gives outputs and state.
        like: gives a state of the structure wanted.
    """

    def branch(feeds: bool) -> list[Any]:
        with variable_scope(get_variable_scope(), reuse=None if feeds else True):
            outputs, state = decode(feeds)
            return outputs + (nest.flatten(state) if nest.is_sequence(state) else [state])

    found = cond(feed_previous, lambda: branch(True), lambda: branch(False))
    state, structure = found[count], like()
    if nest.is_sequence(structure):
        state = nest.pack_sequence_as(structure=structure, flat_sequence=found[count:])
    return found[:count], state


def embedding_rnn_seq2seq(
    encoder_inputs: Any,
    decoder_inputs: Any,
    cell: Any,
    num_encoder_symbols: int,
    num_decoder_symbols: int,
    embedding_size: int,
    output_projection: Any = None,
    feed_previous: Any = False,
    dtype: Any = None,
    scope: Any = None,
) -> tuple[list[Any], Any]:
    """``basic_rnn_seq2seq`` over symbols.

    Args:
        encoder_inputs: whole numbers, ``[batch]`` each. decoder_inputs: likewise.
        cell: an ``RNNCell``.
        num_encoder_symbols: how many symbols come in. num_decoder_symbols: how many go out.
        embedding_size: the size of an embedding.
        output_projection: weights and biases that give the symbols' scores; without it the
            outputs are scores.
        feed_previous: a boolean or tensor: feed the decoder its own outputs.
        dtype: the type of the state. scope: the variable scope.

    Returns:
        ``(outputs, state)`` of the decoder.
    """
    with variable_scope(scope or "embedding_rnn_seq2seq") as opened:
        if dtype is not None:
            opened.set_dtype(dtype)
        else:
            dtype = opened.dtype
        encoder = EmbeddingWrapper(
            copy.deepcopy(cell),
            embedding_classes=num_encoder_symbols,
            embedding_size=embedding_size,
        )
        _, first = static_rnn(encoder, encoder_inputs, dtype=dtype)
        if output_projection is None:
            cell = OutputProjectionWrapper(cell, num_decoder_symbols)

        def decode(feeds: bool, updates: bool = False) -> tuple[list[Any], Any]:
            return embedding_rnn_decoder(
                decoder_inputs,
                first,
                cell,
                num_decoder_symbols,
                embedding_size,
                output_projection=output_projection,
                feed_previous=feeds,
                update_embedding_for_previous=updates,
            )

        if isinstance(feed_previous, bool):
            return decode(feed_previous, True)
        return _fed_or_not(feed_previous, len(decoder_inputs), decode, lambda: first)


def embedding_tied_rnn_seq2seq(
    encoder_inputs: Any,
    decoder_inputs: Any,
    cell: Any,
    num_symbols: int,
    embedding_size: int,
    num_decoder_symbols: int | None = None,
    output_projection: Any = None,
    feed_previous: Any = False,
    dtype: Any = None,
    scope: Any = None,
) -> tuple[list[Any], Any]:
    """``embedding_rnn_seq2seq`` whose encoder and decoder share everything."""
    with variable_scope(scope or "embedding_tied_rnn_seq2seq", dtype=dtype) as opened:
        dtype = opened.dtype
        _check_projection(output_projection, num_symbols, dtype)
        embedding = get_variable("embedding", [num_symbols, embedding_size], dtype=dtype)
        encoded = [embedding_lookup(embedding, x) for x in encoder_inputs]
        decoded = [embedding_lookup(embedding, x) for x in decoder_inputs]
        if output_projection is None:
            cell = OutputProjectionWrapper(cell, num_decoder_symbols or num_symbols)

        def decode(feeds: bool, updates: bool = False) -> tuple[list[Any], Any]:
            loop_function = None
            if feeds:
                loop_function = _embeds_last_output(embedding, output_projection, updates)
            return tied_rnn_seq2seq(
                encoded, decoded, cell, loop_function=loop_function, dtype=dtype
            )

        if isinstance(feed_previous, bool):
            return decode(feed_previous, True)

        def zero_state() -> Any:
            known = encoder_inputs[0].get_shape()[0].value
            batch_size = shape_of(encoder_inputs[0])[0] if known is None else known
            return cell.zero_state(batch_size, dtype)

        return _fed_or_not(feed_previous, len(decoder_inputs), decode, zero_state)


class _Attention:
    """Weighted means of the encoder's outputs, by how well they fit a state."""

    def __init__(self, states: Any, heads: int, dtype: Any) -> None:
        self.dtype = dtype
        length = states.get_shape()[1].value
        self.length = shape_of(states)[1] if length is None else length
        self.size = states.get_shape()[2].value
        # A convolution with a window of one is a matrix product at every position.
        self.hidden = reshape(states, [-1, self.length, 1, self.size])
        self.features = []
        self.vectors = []
        for head in range(heads):
            k = get_variable(f"AttnW_{head}", [1, 1, self.size, self.size], dtype=dtype)
            self.features.append(conv2d(self.hidden, k, [1, 1, 1, 1], "SAME"))
            self.vectors.append(get_variable(f"AttnV_{head}", [self.size], dtype=dtype))

    def __call__(self, query: Any) -> list[Tensor]:
        if nest.is_sequence(query):
            query = concat(nest.flatten(query), 1)
        found = []
        for head, (features, vector) in enumerate(zip(self.features, self.vectors, strict=True)):
            with variable_scope(f"Attention_{head}"):
                y = reshape(linear(query, self.size, True), [-1, 1, 1, self.size])
                y = cast(y, self.dtype)
                scores = reduce_sum(vector * tanh(features + y), [2, 3])
                weights = cast(softmax(cast(scores, dtypes.float32)), self.dtype)
                weights = reshape(weights, [-1, self.length, 1, 1])
                mean = reduce_sum(weights * self.hidden, [1, 2])
                found.append(reshape(mean, [-1, self.size]))
        return found


def attention_decoder(
    decoder_inputs: Any,
    initial_state: Any,
    attention_states: Any,
    cell: Any,
    output_size: int | None = None,
    num_heads: int = 1,
    loop_function: LoopFunction | None = None,
    dtype: Any = None,
    scope: Any = None,
    initial_state_attention: bool = False,
) -> tuple[list[Any], Any]:
    """``rnn_decoder`` that attends to the encoder's outputs.

    Args:
        decoder_inputs: tensors ``[batch, input_size]``. initial_state: the state to start from.
        attention_states: ``[batch, length, size]``. cell: an ``RNNCell``.
        output_size: the size of an output; that of the cell by default.
        num_heads: how many weighted means to use.
        loop_function: a function ``(previous output, i)`` that gives each input but the first.
        dtype: the type. scope: the variable scope.
        initial_state_attention: whether the first step attends too.

    Returns:
        ``(outputs, state)``.

    Raises:
        ValueError: without inputs or heads, or when sizes aren't known.
    """
    if not decoder_inputs:
        raise ValueError("Must provide at least 1 input to attention decoder.")
    if num_heads < 1:
        raise ValueError("With less than 1 heads, use a non-attention decoder.")
    if attention_states.get_shape()[2].value is None:
        raise ValueError(
            f"Shape[2] of attention_states must be known: {attention_states.get_shape()}"
        )
    if output_size is None:
        output_size = cell.output_size
    with variable_scope(scope or "attention_decoder", dtype=dtype) as opened:
        dtype = opened.dtype
        batch_size = shape_of(decoder_inputs[0])[0]
        attention = _Attention(attention_states, num_heads, dtype)
        state = initial_state
        outputs: list[Any] = []
        shape = stack([batch_size, attention.size])
        attended = [zeros(shape, dtype=dtype) for _ in range(num_heads)]
        for mean in attended:
            mean.set_shape([None, attention.size])
        if initial_state_attention:
            attended = attention(initial_state)
        for i, current in enumerate(decoder_inputs):
            if i > 0:
                get_variable_scope().reuse_variables()
            if loop_function is not None and outputs:
                with variable_scope("loop_function", reuse=True):
                    current = loop_function(outputs[-1], i)
            size = current.get_shape().with_rank(2)[1].value
            if size is None:
                raise ValueError(f"Could not infer input size from input: {current.name}")
            joined = [cast(x, dtype) for x in [current, *attended]]
            output, state = cell(linear(joined, size, True), state)
            if i == 0 and initial_state_attention:
                with variable_scope(get_variable_scope(), reuse=True):
                    attended = attention(state)
            else:
                attended = attention(state)
            with variable_scope("AttnOutputProjection"):
                output = linear([cast(output, dtype), *attended], output_size, True)
            outputs.append(output)
    return outputs, state


def embedding_attention_decoder(
    decoder_inputs: Any,
    initial_state: Any,
    attention_states: Any,
    cell: Any,
    num_symbols: int,
    embedding_size: int,
    num_heads: int = 1,
    output_size: int | None = None,
    output_projection: Any = None,
    feed_previous: bool = False,
    update_embedding_for_previous: bool = True,
    dtype: Any = None,
    scope: Any = None,
    initial_state_attention: bool = False,
) -> tuple[list[Any], Any]:
    """``attention_decoder`` over symbols; arguments as for ``embedding_rnn_decoder``."""
    if output_size is None:
        output_size = cell.output_size
    _check_projection(output_projection, num_symbols, dtype, weights=False)
    with variable_scope(scope or "embedding_attention_decoder", dtype=dtype):
        embedding = get_variable("embedding", [num_symbols, embedding_size])
        loop_function = None
        if feed_previous:
            loop_function = _embeds_last_output(
                embedding, output_projection, update_embedding_for_previous
            )
        embedded = [embedding_lookup(embedding, symbol) for symbol in decoder_inputs]
        return attention_decoder(
            embedded,
            initial_state,
            attention_states,
            cell,
            output_size=output_size,
            num_heads=num_heads,
            loop_function=loop_function,
            initial_state_attention=initial_state_attention,
        )


def embedding_attention_seq2seq(
    encoder_inputs: Any,
    decoder_inputs: Any,
    cell: Any,
    num_encoder_symbols: int,
    num_decoder_symbols: int,
    embedding_size: int,
    num_heads: int = 1,
    output_projection: Any = None,
    feed_previous: Any = False,
    dtype: Any = None,
    scope: Any = None,
    initial_state_attention: bool = False,
) -> tuple[list[Any], Any]:
    """``embedding_rnn_seq2seq`` whose decoder attends to the encoder's outputs.

    Args:
        num_heads: how many weighted means of the encoder's outputs the decoder uses.
        initial_state_attention: whether the first step attends too.

    The other arguments are those of ``embedding_rnn_seq2seq``.
    """
    with variable_scope(scope or "embedding_attention_seq2seq", dtype=dtype) as opened:
        dtype = opened.dtype
        encoder = EmbeddingWrapper(
            copy.deepcopy(cell),
            embedding_classes=num_encoder_symbols,
            embedding_size=embedding_size,
        )
        encoded, first = static_rnn(encoder, encoder_inputs, dtype=dtype)
        tops = [reshape(e, [-1, 1, cell.output_size]) for e in encoded]
        states = concat(tops, 1)
        output_size = None
        if output_projection is None:
            cell = OutputProjectionWrapper(cell, num_decoder_symbols)
            output_size = num_decoder_symbols

        def decode(feeds: bool, updates: bool = False) -> tuple[list[Any], Any]:
            return embedding_attention_decoder(
                decoder_inputs,
                first,
                states,
                cell,
                num_decoder_symbols,
                embedding_size,
                num_heads=num_heads,
                output_size=output_size,
                output_projection=output_projection,
                feed_previous=feeds,
                update_embedding_for_previous=updates,
                initial_state_attention=initial_state_attention,
            )

        if isinstance(feed_previous, bool):
            return decode(feed_previous, True)
        return _fed_or_not(feed_previous, len(decoder_inputs), decode, lambda: first)


def one2many_rnn_seq2seq(
    encoder_inputs: Any,
    decoder_inputs_dict: dict[str, Any],
    enc_cell: Any,
    dec_cells_dict: dict[str, Any],
    num_encoder_symbols: int,
    num_decoder_symbols_dict: dict[str, int],
    embedding_size: int,
    feed_previous: Any = False,
    dtype: Any = None,
    scope: Any = None,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """``embedding_rnn_seq2seq`` with several decoders, by name.

    Raises:
        TypeError: when a cell is no ``RNNCell``.
        ValueError: when the names of cells and inputs differ.
    """
    if not isinstance(enc_cell, RNNCell):
        raise TypeError(f"enc_cell is not an RNNCell: {type(enc_cell)}")
    if set(dec_cells_dict) != set(decoder_inputs_dict):
        raise ValueError("keys of dec_cells_dict != keys of decodre_inputs_dict")
    for each in dec_cells_dict.values():
        if not isinstance(each, RNNCell):
            raise TypeError(f"dec_cell is not an RNNCell: {type(each)}")
    outputs_by_name: dict[str, Any] = {}
    states: dict[str, Any] = {}
    with variable_scope(scope or "one2many_rnn_seq2seq", dtype=dtype) as opened:
        encoder = EmbeddingWrapper(
            enc_cell, embedding_classes=num_encoder_symbols, embedding_size=embedding_size
        )
        _, first = static_rnn(encoder, encoder_inputs, dtype=opened.dtype)
        for name, decoder_inputs in decoder_inputs_dict.items():
            symbols = num_decoder_symbols_dict[name]
            with variable_scope(f"one2many_decoder_{name}"):
                cell = OutputProjectionWrapper(dec_cells_dict[name], symbols)

                def decode(feeds: bool, cell: Any = cell, given: Any = decoder_inputs,
                           symbols: int = symbols) -> tuple[list[Any], Any]:  # fmt: skip
                    return embedding_rnn_decoder(
                        given, first, cell, symbols, embedding_size, feed_previous=feeds
                    )

                if isinstance(feed_previous, bool):
                    found = decode(feed_previous)
                else:
                    found = _fed_or_not(feed_previous, len(decoder_inputs), decode, lambda: first)
            outputs_by_name[name], states[name] = found
    return outputs_by_name, states


def model_with_buckets(
    encoder_inputs: Sequence[Any],
    decoder_inputs: Sequence[Any],
    targets: Sequence[Any],
    weights: Sequence[Any],
    buckets: Sequence[tuple[int, int]],
    seq2seq: Callable[[Any, Any], Any],
    softmax_loss_function: Callable[..., Any] | None = None,
    per_example_loss: bool = False,
    name: str | None = None,
) -> tuple[list[Any], list[Any]]:
    """One model for each of several lengths, with shared variables.

    Args:
        encoder_inputs: a list of inputs. decoder_inputs: likewise.
        targets: whole numbers, ``[batch]`` each. weights: how much they count, likewise.
        buckets: pairs of lengths, the longest last.
        seq2seq: a function ``(encoder_inputs, decoder_inputs)`` that gives outputs and state.
        softmax_loss_function: as for ``sequence_loss``.
        per_example_loss: give a loss for each example.
        name: the name scope.

    Returns:
        ``(outputs, losses)``, one of each for each bucket.

    Raises:
        ValueError: when a list is shorter than the last bucket.
    """
    from penstock.graph.scopes import name_scope
    from penstock.rnn.sequence_losses import sequence_loss, sequence_loss_by_example

    checks = (
        ("encoder_inputs", encoder_inputs, buckets[-1][0]),
        ("targets", targets, buckets[-1][1]),
        ("weights", weights, buckets[-1][1]),
    )
    for what, values, wanted in checks:
        if len(values) < wanted:
            raise ValueError(
                f"Length of {what} ({len(values)}) must be at least that of last bucket ({wanted})."
            )
    outputs, losses = [], []
    everything = [*encoder_inputs, *decoder_inputs, *targets, *weights]
    loss = sequence_loss_by_example if per_example_loss else sequence_loss
    with name_scope(name, "model_with_buckets", everything):
        for i, (inputs, length) in enumerate(buckets):
            with variable_scope(get_variable_scope(), reuse=True if i > 0 else None):
                found, _ = seq2seq(encoder_inputs[:inputs], decoder_inputs[:length])
                outputs.append(found)
                losses.append(
                    loss(
                        found,
                        targets[:length],
                        weights[:length],
                        softmax_loss_function=softmax_loss_function,
                    )
                )
    return outputs, losses
