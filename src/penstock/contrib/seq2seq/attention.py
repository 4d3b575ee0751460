"""Attention: Bahdanau's and Luong's mechanisms and the cell that uses them."""

from __future__ import annotations

import collections
import math
from collections.abc import Callable
from typing import Any

from penstock.graph import dtypes, nest
from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import control_dependencies, name_scope
from penstock.graph.shapes import TensorShape
from penstock.graph.tensor import Tensor
from penstock.layers.core import Dense
from penstock.ops.arrays import expand_dims, reshape, squeeze
from penstock.ops.arrays import shape as shape_of
from penstock.ops.checks import assert_equal, assert_positive
from penstock.ops.fills import ones, ones_like, zeros
from penstock.ops.identities import identity
from penstock.ops.initializers import Constant, Ones, Zeros
from penstock.ops.joining import concat
from penstock.ops.math_unary import rsqrt, square, tanh
from penstock.ops.matrices import matmul
from penstock.ops.nn_softmax import softmax
from penstock.ops.reductions import reduce_sum
from penstock.ops.selecting import sequence_mask, where
from penstock.ops.tensor_arrays import TensorArray
from penstock.ops.variable_scope import get_variable, variable_scope
from penstock.rnn.base import RNNCell, assert_like_rnncell
from penstock.rnn.states import zero_tensors


class AttentionMechanism:
    """Keys and values to attend to.

    Args:
        query_layer: a layer for queries, or ``None``. memory: ``[batch, length, ...]``.
        probability_fn: gives weights for scores.
        memory_sequence_length: the lengths, ``[batch]``; beyond them values are zero.
        memory_layer: a layer that gives keys, or ``None``.
        score_mask_value: the score beyond the lengths.
        check_inner_dims_defined: whether sizes must be known. name: the name scope.
    """

    def __init__(
        self,
        query_layer: Any,
        memory: Any,
        probability_fn: Callable[[Any], Any],
        memory_sequence_length: Any = None,
        memory_layer: Any = None,
        check_inner_dims_defined: bool = True,
        score_mask_value: float | None = None,
        name: str | None = None,
    ) -> None:
        self._query_layer = query_layer
        self._memory_layer = memory_layer
        mask_value = -math.inf if score_mask_value is None else score_mask_value
        self.dtype = memory_layer.dtype if memory_layer is not None else memory.dtype.name
        with name_scope(name, "BaseAttentionMechanismInit", nest.flatten(memory)):
            self._lengths = None
            self._given_lengths = memory_sequence_length
            if memory_sequence_length is not None:
                self._lengths = convert_to_tensor(
                    memory_sequence_length, name="memory_sequence_length"
                )
            self._values = _without_rest(memory, self._lengths, check_inner_dims_defined)
            self._keys = memory_layer(self._values) if memory_layer else self._values
            known = self._keys.shape[0].value
            self._batch_size = known or shape_of(self._keys)[0]
            known = self._keys.shape[1].value
            self._alignments_size = known or shape_of(self._keys)[1]

        def probabilities(score: Any, previous: Any) -> Any:
            return probability_fn(self._masked(score, mask_value))

        self._probability_fn = probabilities

    def _masked(self, score: Any, value: float) -> Any:
        lengths = self._given_lengths
        if lengths is None:
            return score
        message = "All values in memory_sequence_length must be greater than zero."
        with control_dependencies([assert_positive(lengths, message=message)]):
            mask = sequence_mask(lengths, maxlen=shape_of(score)[1])
        return where(mask, score, value * ones_like(score))

    @property
    def memory_layer(self) -> Any:
        """The layer that gives keys."""
        return self._memory_layer

    @property
    def query_layer(self) -> Any:
        """The layer for queries."""
        return self._query_layer

    @property
    def values(self) -> Tensor:
        """What is attended to."""
        return self._values

    @property
    def keys(self) -> Tensor:
        """What queries are compared with."""
        return self._keys

    @property
    def batch_size(self) -> Any:
        """The batch size."""
        return self._batch_size

    @property
    def alignments_size(self) -> Any:
        """How many values there are."""
        return self._alignments_size

    @property
    def state_size(self) -> Any:
        """The size of the mechanism's state: the weights."""
        return self._alignments_size

    def initial_alignments(self, batch_size: Any, dtype: Any) -> Any:
        """The first weights: zeros."""
        return zero_tensors(self._alignments_size, batch_size, dtype)

    def initial_state(self, batch_size: Any, dtype: Any) -> Any:
        """The first state: zeros."""
        return self.initial_alignments(batch_size, dtype)


def _without_rest(memory: Any, lengths: Any, check: bool) -> Any:
    memory = convert_to_tensor(memory, name="memory")
    if check and not memory.get_shape()[2:].is_fully_defined():
        raise ValueError(
            f"Expected memory {memory.name} to have fully defined inner dims, but saw shape: "
            f"{memory.get_shape()}"
        )
    if lengths is None:
        return memory
    mask = sequence_mask(lengths, maxlen=shape_of(memory)[1], dtype=memory.dtype)
    extra = ones(memory.get_shape().ndims - 2, dtype=dtypes.int32)
    mask = reshape(mask, concat((shape_of(mask), extra), 0))
    return memory * mask


def _layer(name: str, units: int, dtype: Any) -> Dense:
    return Dense(units, name=name, use_bias=False, dtype=dtype)


class LuongAttention(AttentionMechanism):
    """Scores are products of query and key (Luong et al., arXiv:1508.04025).

    Args:
        num_units: the size of queries and keys. memory: ``[batch, length, ...]``.
        memory_sequence_length: the lengths, ``[batch]``. scale: learn a factor of the scores.
        probability_fn: gives weights for scores; softmax by default.
        score_mask_value: the score beyond the lengths. dtype: the type of the variables.
        name: the name of its variables' scope.
    """

    def __init__(self, num_units: int, memory: Any, memory_sequence_length: Any = None,
                 scale: bool = False, probability_fn: Any = None,
                 score_mask_value: float | None = None, dtype: Any = None,
                 custom_key_value_fn: Any = None,
                 name: str = "LuongAttention") -> None:  # fmt: skip
        super().__init__(
            None,
            memory,
            probability_fn or softmax,
            memory_sequence_length,
            _layer("memory_layer", num_units, dtype or dtypes.float32),
            score_mask_value=score_mask_value,
            name=name,
        )
        self._num_units = num_units
        self._scale = scale
        self._name = name

    def __call__(self, query: Any, state: Any) -> Any:
        """``(weights, next_state)`` for a query ``[batch, num_units]``."""
        with variable_scope(None, "luong_attention", [query]):
            score = self._score(query)
        weights = self._probability_fn(score, state)
        return weights, weights

    def _score(self, query: Any) -> Any:
        depth, key_units = query.get_shape()[-1], self._keys.get_shape()[-1]
        if depth != key_units:
            raise ValueError(
                "Incompatible or unknown inner dimensions between query and keys.  Query "
                f"({query}) has units: {depth}.  Keys ({self._keys}) have units: {key_units}.  "
                "Perhaps you need to set num_units to the keys' dimension "
                f"({key_units})?"
            )
        factor = None
        if self._scale:
            factor = get_variable("attention_g", dtype=query.dtype, initializer=Ones(),
                                  shape=())  # fmt: skip
        score = matmul(expand_dims(query, 1), self._keys, transpose_b=True)
        score = squeeze(score, [1])
        if factor is not None:
            score = factor * score
        return score


class BahdanauAttention(AttentionMechanism):
    """Scores come from a small network (Bahdanau et al., arXiv:1409.0473).

    Args:
        num_units: the network's size. memory: ``[batch, length, ...]``.
        memory_sequence_length: the lengths, ``[batch]``.
        normalize: normalise the network's weights (Salimans and Kingma, arXiv:1602.07868).
        probability_fn: gives weights for scores; softmax by default.
        score_mask_value: the score beyond the lengths. dtype: the type of the variables.
        name: the name of its variables' scope.
    """

    def __init__(self, num_units: int, memory: Any, memory_sequence_length: Any = None,
                 normalize: bool = False, probability_fn: Any = None,
                 score_mask_value: float | None = None, dtype: Any = None,
                 custom_key_value_fn: Any = None,
                 name: str = "BahdanauAttention") -> None:  # fmt: skip
        kind = dtype or dtypes.float32
        super().__init__(
            _layer("query_layer", num_units, kind),
            memory,
            probability_fn or softmax,
            memory_sequence_length,
            _layer("memory_layer", num_units, kind),
            score_mask_value=score_mask_value,
            name=name,
        )
        self._num_units = num_units
        self._normalize = normalize
        self._name = name

    def __call__(self, query: Any, state: Any) -> Any:
        """``(weights, next_state)`` for a query ``[batch, n]``."""
        with variable_scope(None, "bahdanau_attention", [query]):
            score = self._score(query)
        weights = self._probability_fn(score, state)
        return weights, weights

    def _score(self, query: Any) -> Any:
        processed = self._query_layer(query) if self._query_layer else query
        units, dtype = self._num_units, query.dtype
        vector = get_variable("attention_v", [units], dtype=dtype)
        factor = shift = None
        if self._normalize:
            start = Constant(math.sqrt(1.0 / units))
            factor = get_variable("attention_g", dtype=dtype, initializer=start, shape=())
            shift = get_variable("attention_b", [units], dtype=dtype, initializer=Zeros())
        processed = expand_dims(processed, 1)
        if factor is not None:
            normed = factor * vector * rsqrt(reduce_sum(square(vector)))
            score = reduce_sum(normed * tanh(self._keys + processed + shift), [2])
        else:
            score = reduce_sum(vector * tanh(self._keys + processed), [2])
        return score


class AttentionWrapperState(
    collections.namedtuple(
        "AttentionWrapperState",
        ("cell_state", "attention", "time", "alignments", "alignment_history", "attention_state"),
    )
):
    """The state of an ``AttentionWrapper``."""

    __slots__ = ()

    def clone(self, **kwargs: Any) -> AttentionWrapperState:
        """A copy with some parts replaced by others of the same shape."""

        def same_shape(old: Any, new: Any) -> Any:
            if isinstance(old, Tensor) and isinstance(new, Tensor):
                new.set_shape(old.shape)
            return new

        return nest.map_structure(same_shape, self, self._replace(**kwargs))


def _attend(mechanism: Any, output: Any, state: Any, layer: Any) -> tuple[Any, Any, Any]:
    """``(attention, weights, next_state)`` of one mechanism."""
    weights, next_state = mechanism(output, state=state)
    context = squeeze(matmul(expand_dims(weights, 1), mechanism.values), [1])
    if layer is not None:
        context = layer(concat([output, context], 1))
    return context, weights, next_state


class AttentionWrapper(RNNCell):
    """A cell that attends to a memory with its outputs.

    Args:
        cell: the cell. attention_mechanism: a mechanism, or a list of them.
        attention_layer_size: the size of a layer on output and attended values: one for each
            mechanism; without it the attended values are used as they are.
        alignment_history: keep the weights of all steps.
        cell_input_fn: a function of input and attention; joins them by default.
        output_attention: give the attention, not the cell's output.
        initial_cell_state: the state to start from. name: the cell's name.
        attention_layer: a layer (or several) in place of a size.
        attention_fn: computes attention, weights and state. dtype: the type of the variables.

    Raises:
        TypeError: for arguments of other types.
        ValueError: when sizes or layers don't fit the mechanisms.
    """

    def __init__(
        self,
        cell: Any,
        attention_mechanism: Any,
        attention_layer_size: Any = None,
        alignment_history: bool = False,
        cell_input_fn: Callable[[Any, Any], Any] | None = None,
        output_attention: bool = True,
        initial_cell_state: Any = None,
        name: str | None = None,
        attention_layer: Any = None,
        attention_fn: Callable[..., Any] | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        assert_like_rnncell("cell", cell)
        self._is_multi = isinstance(attention_mechanism, (list, tuple))
        mechanisms = tuple(attention_mechanism) if self._is_multi else (attention_mechanism,)
        for mechanism in mechanisms:
            if not isinstance(mechanism, AttentionMechanism):
                raise TypeError(
                    "attention_mechanism must be an AttentionMechanism or list of multiple "
                    f"AttentionMechanism instances, saw type: {type(mechanism).__name__}"
                )
        if cell_input_fn is not None and not callable(cell_input_fn):
            raise TypeError(
                f"cell_input_fn must be callable, saw type: {type(cell_input_fn).__name__}"
            )
        self._cell = cell
        self._mechanisms = mechanisms
        self._cell_input_fn = cell_input_fn or (lambda x, attention: concat([x, attention], -1))
        self._output_attention = output_attention
        self._alignment_history = alignment_history
        self._attention_fn = attention_fn or _attend
        self._make_layers(attention_layer_size, attention_layer)
        with name_scope(name, "AttentionWrapperInit"):
            self._initial_cell_state = None
            if initial_cell_state is not None:
                last = nest.flatten(initial_cell_state)[-1]
                batch = last.shape[0].value or shape_of(last)[0]
                with control_dependencies(self._checks(batch, "constructing")):
                    self._initial_cell_state = nest.map_structure(
                        lambda s: identity(s, name="check_initial_cell_state"), initial_cell_state
                    )

    def _make_layers(self, given_sizes: Any, given_layers: Any) -> None:
        mechanisms = self._mechanisms
        if given_sizes is not None and given_layers is not None:
            raise ValueError("Only one of attention_layer_size and attention_layer should be set")
        if given_sizes is not None:
            sizes = given_sizes if isinstance(given_sizes, (list, tuple)) else (given_sizes,)
            if len(sizes) != len(mechanisms):
                raise ValueError(
                    "If provided, attention_layer_size must contain exactly one integer per "
                    f"attention_mechanism, saw: {len(sizes)} vs {len(mechanisms)}"
                )
            self._layers: Any = tuple(
                _layer("attention_layer", size, mechanism.dtype)
                for size, mechanism in zip(sizes, mechanisms, strict=True)
            )
            self._attention_size = sum(sizes)
        elif given_layers is not None:
            self._layers = (
                tuple(given_layers) if isinstance(given_layers, (list, tuple)) else (given_layers,)
            )
            if len(self._layers) != len(mechanisms):
                raise ValueError(
                    "If provided, attention_layer must contain exactly one layer per "
                    f"attention_mechanism, saw: {len(self._layers)} vs {len(mechanisms)}"
                )
            self._attention_size = sum(
                layer.compute_output_shape(
                    [None, self._cell.output_size + mechanism.values.shape[-1].value]
                )[-1].value
                for layer, mechanism in zip(self._layers, mechanisms, strict=True)
            )
        else:
            self._layers = None
            self._attention_size = sum(m.values.shape[-1].value for m in mechanisms)

    def _checks(self, batch_size: Any, doing: str) -> list[Any]:
        message = (
            f"When {doing} AttentionWrapper {self._base_name}: Non-matching batch sizes between "
            "the memory (encoder output) and the state or query. With a beam search the memory "
            "must be tiled to the beam's width."
        )
        return [assert_equal(batch_size, m.batch_size, message=message) for m in self._mechanisms]

    def _one_or_all(self, values: Any) -> Any:
        values = tuple(values)
        return values if self._is_multi else values[0]

    @property
    def output_size(self) -> Any:
        """The size of the attention, or of the cell's output."""
        return self._attention_size if self._output_attention else self._cell.output_size

    @property
    def state_size(self) -> AttentionWrapperState:
        """The sizes of the state."""
        return AttentionWrapperState(
            cell_state=self._cell.state_size,
            time=TensorShape([]),
            attention=self._attention_size,
            alignments=self._one_or_all(m.alignments_size for m in self._mechanisms),
            attention_state=self._one_or_all(m.state_size for m in self._mechanisms),
            alignment_history=self._one_or_all(
                m.alignments_size if self._alignment_history else () for m in self._mechanisms
            ),
        )

    def zero_state(self, batch_size: Any, dtype: Any) -> AttentionWrapperState:
        """The state to start from."""
        with name_scope(f"{type(self).__name__}ZeroState", values=[batch_size]):
            if self._initial_cell_state is not None:
                cell_state = self._initial_cell_state
            else:
                cell_state = self._cell.get_initial_state(batch_size=batch_size, dtype=dtype)
            with control_dependencies(self._checks(batch_size, "calling zero_state of")):
                cell_state = nest.map_structure(
                    lambda s: identity(s, name="checked_cell_state"), cell_state
                )
            first = [m.initial_alignments(batch_size, dtype) for m in self._mechanisms]
            return AttentionWrapperState(
                cell_state=cell_state,
                time=zeros([], dtype=dtypes.int32),
                attention=zero_tensors(self._attention_size, batch_size, dtype),
                alignments=self._one_or_all(first),
                attention_state=self._one_or_all(
                    m.initial_state(batch_size, dtype) for m in self._mechanisms
                ),
                alignment_history=self._one_or_all(
                    TensorArray(dtype, size=0, dynamic_size=True, element_shape=weights.shape)
                    if self._alignment_history
                    else ()
                    for weights in first
                ),
            )

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        if not isinstance(state, AttentionWrapperState):
            raise TypeError(
                "Expected state to be instance of AttentionWrapperState. Received type "
                f"{type(state)} instead."
            )
        cell_inputs = self._cell_input_fn(inputs, state.attention)
        output, cell_state = self._cell(cell_inputs, state.cell_state)
        batch = output.shape[0].value or shape_of(output)[0]
        with control_dependencies(self._checks(batch, "applying")):
            output = identity(output, name="checked_cell_output")
        states = state.attention_state if self._is_multi else [state.attention_state]
        histories = state.alignment_history if self._is_multi else [state.alignment_history]
        attentions, weights, next_states, next_histories = [], [], [], []
        for i, mechanism in enumerate(self._mechanisms):
            layer = self._layers[i] if self._layers else None
            attention, found, next_state = self._attention_fn(mechanism, output, states[i], layer)
            history = histories[i].write(state.time, found) if self._alignment_history else ()
            attentions.append(attention)
            weights.append(found)
            next_states.append(next_state)
            next_histories.append(history)
        attention = concat(attentions, 1)
        new = AttentionWrapperState(
            time=state.time + 1,
            cell_state=cell_state,
            attention=attention,
            attention_state=self._one_or_all(next_states),
            alignments=self._one_or_all(weights),
            alignment_history=self._one_or_all(next_histories),
        )
        return (attention if self._output_attention else output), new


def tile_batch(t: Any, multiplier: int, name: str | None = None) -> Any:
    """Repeats each example of a batch, as a beam search needs.

    Args:
        t: ``[batch, ...]``, or a structure of such tensors. multiplier: how often.
        name: the name scope.

    Returns:
        ``[batch * multiplier, ...]``.
    """
    from penstock.ops.slices import tile

    def repeated(x: Any) -> Any:
        x = convert_to_tensor(x, name="t")
        known = shape_of(x)
        if x.shape.ndims is None:
            raise ValueError("t must have statically known rank")
        times = [1] * (x.shape.ndims + 1)
        times[1] = multiplier
        size = x.shape[0].value
        result = tile(expand_dims(x, 1), times)
        result = reshape(result, concat(([known[0] * multiplier], known[1:]), 0))
        first = TensorShape([None if size is None else size * multiplier])
        result.set_shape(first.concatenate(x.shape[1:]))
        return result

    with name_scope(name, "tile_batch", [*nest.flatten(t), multiplier]):
        return nest.map_structure(repeated, t)
