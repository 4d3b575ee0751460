"""Decoders as loops: ``dynamic_decode``, ``BasicDecoder`` and the helpers that feed it."""

from __future__ import annotations

import collections
from collections.abc import Callable
from typing import Any

from penstock.graph import dtypes, nest
from penstock.graph.convert import convert_to_tensor
from penstock.graph.defaults import get_default_graph
from penstock.graph.scopes import name_scope
from penstock.graph.shapes import TensorShape
from penstock.graph.static_values import constant_value
from penstock.graph.tensor import Tensor
from penstock.layers.base import Layer
from penstock.nn.embedding import embedding_lookup
from penstock.ops.arrays import shape as shape_of
from penstock.ops.arrays import size as size_of
from penstock.ops.casts import cast
from penstock.ops.comparisons import equal, logical_not, logical_or
from penstock.ops.constants import constant
from penstock.ops.control_flow import cond
from penstock.ops.extremes import argmax
from penstock.ops.fills import fill, zeros_like
from penstock.ops.random_categories import categorical
from penstock.ops.reductions import reduce_all
from penstock.ops.selecting import where
from penstock.ops.slices import tile
from penstock.ops.tensor_arrays import TensorArray
from penstock.ops.variable_scope import variable_scope
from penstock.ops.while_loops import while_loop
from penstock.rnn.base import assert_like_rnncell
from penstock.rnn.states import zero_tensors
from penstock.rnn.steps import time_first


class Decoder:
    """What ``dynamic_decode`` calls; subclasses override everything."""

    @property
    def batch_size(self) -> Any:
        """The batch size."""
        raise NotImplementedError("Abstract method")

    @property
    def output_size(self) -> Any:
        """The sizes of the outputs."""
        raise NotImplementedError("Abstract method")

    @property
    def output_dtype(self) -> Any:
        """The types of the outputs."""
        raise NotImplementedError("Abstract method")

    def initialize(self, name: str | None = None) -> Any:
        """``(finished, first_inputs, initial_state)``."""
        raise NotImplementedError("Abstract method")

    def step(self, time: Any, inputs: Any, state: Any, name: str | None = None) -> Any:
        """``(outputs, next_state, next_inputs, finished)``."""
        raise NotImplementedError("Abstract method")

    def finalize(self, outputs: Any, final_state: Any, sequence_lengths: Any) -> Any:
        """The outputs and state to give; what it gets unless overridden."""
        return outputs, final_state

    @property
    def tracks_own_finished(self) -> bool:
        """Whether ``finished`` of a step needn't be joined with that of earlier steps."""
        return False


def _known_batch(batch_size: Any) -> Any:
    value = constant_value(convert_to_tensor(batch_size, name="batch_size"))
    return None if value is None else int(value)


def dynamic_decode(
    decoder: Decoder,
    output_time_major: bool = False,
    impute_finished: bool = False,
    maximum_iterations: Any = None,
    parallel_iterations: int = 32,
    swap_memory: bool = False,
    scope: Any = None,
    **kwargs: Any,
) -> tuple[Any, Any, Any]:
    """Decodes until every sequence has ended.

    Args:
        decoder: the decoder.
        output_time_major: give ``[time, batch, ...]``.
        impute_finished: sequences that have ended keep their state and give zeros.
        maximum_iterations: the most steps.
        parallel_iterations: kept in the graph. swap_memory: likewise.
        scope: the variable scope.

    Returns:
        ``(outputs, state, sequence_lengths)``.

    Raises:
        TypeError: when ``decoder`` is none.
        ValueError: when ``maximum_iterations`` isn't scalar.
    """
    if not isinstance(decoder, Decoder):
        raise TypeError(f"Expected decoder to be type Decoder, but saw: {type(decoder)}")
    with variable_scope(scope, "decoder") as opened:
        context = get_default_graph()._get_control_flow_context()
        in_loop = context is not None and context.while_context() is not None
        if not in_loop and opened.caching_device is None:
            opened.set_caching_device(lambda op: op.device)
        if maximum_iterations is not None:
            maximum_iterations = convert_to_tensor(
                maximum_iterations, dtype=dtypes.int32, name="maximum_iterations"
            )
            if maximum_iterations.get_shape().ndims != 0:
                raise ValueError("maximum_iterations must be a scalar")
        finished, inputs, state = decoder.initialize()
        zero_outputs = nest.map_structure(
            lambda size, dtype: zero_tensors(size, decoder.batch_size, dtype),
            decoder.output_size,
            decoder.output_dtype,
        )
        if maximum_iterations is not None:
            finished = logical_or(finished, 0 >= maximum_iterations)
        lengths = zeros_like(finished, dtype=dtypes.int32)
        time = constant(0, dtype=dtypes.int32)

        def array(size: Any, dtype: Any) -> TensorArray:
            shape = None
            if isinstance(size, TensorShape) and size.ndims != 0:
                shape = TensorShape([_known_batch(decoder.batch_size)]).concatenate(size)
            return TensorArray(dtype=dtype, size=0, dynamic_size=True, element_shape=shape)

        arrays = nest.map_structure(array, decoder.output_size, decoder.output_dtype)

        def body(time: Any, arrays: Any, state: Any, inputs: Any, finished: Any,
                 lengths: Any) -> Any:  # fmt: skip
            outputs, next_state, next_inputs, ended = decoder.step(time, inputs, state)
            if not decoder.tracks_own_finished:
                ended = logical_or(ended, finished)
            later = where(logical_not(finished), fill(shape_of(lengths), time + 1), lengths)
            nest.assert_same_structure(state, next_state)
            nest.assert_same_structure(arrays, outputs)
            nest.assert_same_structure(inputs, next_inputs)
            if impute_finished:
                outputs = nest.map_structure(
                    lambda out, zero: where(finished, zero, out), outputs, zero_outputs
                )

                def kept(new: Any, old: Any) -> Any:
                    if isinstance(old, TensorArray):
                        return new
                    new.set_shape(old.shape)
                    return new if new.shape.ndims == 0 else where(finished, old, new)

                next_state = nest.map_structure(kept, next_state, state)
            arrays = nest.map_structure(lambda a, out: a.write(time, out), arrays, outputs)
            return time + 1, arrays, next_state, next_inputs, ended, later

        result = while_loop(
            lambda _t, _a, _s, _i, finished, _l: logical_not(reduce_all(finished)),
            body,
            loop_vars=(time, arrays, state, inputs, finished, lengths),
            parallel_iterations=parallel_iterations,
            maximum_iterations=maximum_iterations,
            swap_memory=swap_memory,
        )
        lengths = result[5]
        outputs = nest.map_structure(lambda a: a.stack(), result[1])
        state = result[2]
        try:
            outputs, state = decoder.finalize(outputs, state, lengths)
        except NotImplementedError:
            # Decoders needn't have this method.
            pass
        if not output_time_major:
            outputs = nest.map_structure(time_first, outputs)
    return outputs, state, lengths


class BasicDecoderOutput(collections.namedtuple("BasicDecoderOutput", ("rnn_output", "sample_id"))):
    """The output of a step, and the symbols that were chosen."""

    __slots__ = ()


class Helper:
    """Chooses the symbols and the inputs of a decoder; subclasses override everything."""

    @property
    def batch_size(self) -> Any:
        """The batch size."""
        raise NotImplementedError("Abstract method")

    @property
    def sample_ids_shape(self) -> TensorShape:
        """The shape of a symbol."""
        return TensorShape([])

    @property
    def sample_ids_dtype(self) -> Any:
        """The type of a symbol."""
        return dtypes.int32

    def initialize(self, name: str | None = None) -> Any:
        """``(finished, first_inputs)``."""
        raise NotImplementedError("Abstract method")

    def sample(self, time: Any, outputs: Any, state: Any, name: str | None = None) -> Any:
        """The symbols for some outputs."""
        raise NotImplementedError("Abstract method")

    def next_inputs(self, time: Any, outputs: Any, state: Any, sample_ids: Any,
                    name: str | None = None) -> Any:  # fmt: skip
        """``(finished, next_inputs, next_state)``."""
        raise NotImplementedError("Abstract method")


class CustomHelper(Helper):
    """A helper made of functions.

    Args:
        initialize_fn: a function without arguments. sample_fn: a function of ``time``,
            ``outputs`` and ``state``. next_inputs_fn: a function of these and ``sample_ids``.
        sample_ids_shape: the shape of a symbol. sample_ids_dtype: its type.
    """

    def __init__(self, initialize_fn: Callable[[], Any], sample_fn: Callable[..., Any],
                 next_inputs_fn: Callable[..., Any], sample_ids_shape: Any = None,
                 sample_ids_dtype: Any = None) -> None:  # fmt: skip
        self._initialize_fn = initialize_fn
        self._sample_fn = sample_fn
        self._next_inputs_fn = next_inputs_fn
        self._batch_size: Any = None
        self._shape = TensorShape([]) if sample_ids_shape is None else TensorShape(sample_ids_shape)
        self._dtype = sample_ids_dtype or dtypes.int32

    @property
    def batch_size(self) -> Any:
        """The batch size, known after ``initialize``."""
        if self._batch_size is None:
            raise ValueError("batch_size accessed before initialize was called")
        return self._batch_size

    @property
    def sample_ids_shape(self) -> TensorShape:
        """The shape of a symbol."""
        return self._shape

    @property
    def sample_ids_dtype(self) -> Any:
        """The type of a symbol."""
        return self._dtype

    def initialize(self, name: str | None = None) -> Any:
        """``(finished, first_inputs)``."""
        with name_scope(name, "CustomHelperInitialize"):
            finished, inputs = self._initialize_fn()
            if self._batch_size is None:
                self._batch_size = size_of(finished)
            return finished, inputs

    def sample(self, time: Any, outputs: Any, state: Any, name: str | None = None) -> Any:
        """The symbols for some outputs."""
        with name_scope(name, "CustomHelperSample", (time, outputs, state)):
            return self._sample_fn(time=time, outputs=outputs, state=state)

    def next_inputs(self, time: Any, outputs: Any, state: Any, sample_ids: Any,
                    name: str | None = None) -> Any:  # fmt: skip
        """``(finished, next_inputs, next_state)``."""
        with name_scope(name, "CustomHelperNextInputs", (time, outputs, state)):
            return self._next_inputs_fn(
                time=time, outputs=outputs, state=state, sample_ids=sample_ids
            )


class TrainingHelper(Helper):
    """Feeds a decoder the right symbols.

    Args:
        inputs: ``[batch, time, ...]``, or a structure of such tensors.
        sequence_length: the lengths, ``[batch]``.
        time_major: whether the inputs are ``[time, batch, ...]``. name: the name scope.

    Raises:
        ValueError: when the lengths are no vector.
    """

    def __init__(self, inputs: Any, sequence_length: Any, time_major: bool = False,
                 name: str | None = None) -> None:  # fmt: skip
        with name_scope(name, "TrainingHelper", [inputs, sequence_length]):
            inputs = convert_to_tensor(inputs, name="inputs") if not nest.is_sequence(inputs) \
                else nest.map_structure(convert_to_tensor, inputs)  # fmt: skip
            self._inputs = inputs
            if not time_major:
                inputs = nest.map_structure(time_first, inputs)

            def unstacked(x: Tensor) -> TensorArray:
                return TensorArray(
                    dtype=x.dtype, size=shape_of(x)[0], element_shape=x.get_shape()[1:]
                ).unstack(x)

            self._arrays = nest.map_structure(unstacked, inputs)
            self._lengths = convert_to_tensor(sequence_length, name="sequence_length")
            if self._lengths.get_shape().ndims != 1:
                raise ValueError(
                    "Expected sequence_length to be a vector, but received shape: "
                    f"{self._lengths.get_shape()}"
                )
            self._zero_inputs = nest.map_structure(lambda x: zeros_like(x[0, :]), inputs)
            self._batch_size = size_of(sequence_length)

    @property
    def inputs(self) -> Any:
        """The inputs."""
        return self._inputs

    @property
    def sequence_length(self) -> Tensor:
        """The lengths."""
        return self._lengths

    @property
    def batch_size(self) -> Any:
        """The batch size."""
        return self._batch_size

    def initialize(self, name: str | None = None) -> Any:
        """``(finished, first_inputs)``."""
        with name_scope(name, "TrainingHelperInitialize"):
            finished = equal(0, self._lengths)
            first = cond(
                reduce_all(finished),
                lambda: self._zero_inputs,
                lambda: nest.map_structure(lambda a: a.read(0), self._arrays),
            )
            return finished, first

    def sample(self, time: Any, outputs: Any, state: Any, name: str | None = None) -> Tensor:
        """The likeliest symbols."""
        with name_scope(name, "TrainingHelperSample", [time, outputs]):
            return cast(argmax(outputs, axis=-1), dtypes.int32)

    def next_inputs(self, time: Any, outputs: Any, state: Any, sample_ids: Any = None,
                    name: str | None = None) -> Any:  # fmt: skip
        """``(finished, next_inputs, next_state)``."""
        with name_scope(name, "TrainingHelperNextInputs", [time, outputs, state]):
            later = time + 1
            finished = later >= self._lengths

            def following() -> Any:
                return nest.map_structure(lambda a: a.read(later), self._arrays)

            inputs = cond(reduce_all(finished), lambda: self._zero_inputs, following)
            return finished, inputs, state


class GreedyEmbeddingHelper(Helper):
    """Feeds a decoder the likeliest symbols of its own outputs.

    Args:
        embedding: a function of symbols, or a matrix to look them up in.
        start_tokens: the first symbols, ``[batch]``. end_token: the symbol that ends a sequence.

    Raises:
        ValueError: when the symbols have other ranks.
    """

    def __init__(self, embedding: Any, start_tokens: Any, end_token: Any) -> None:
        self._embed = embedding if callable(embedding) else (
            lambda ids: embedding_lookup(embedding, ids))  # fmt: skip
        self._start = convert_to_tensor(start_tokens, dtype=dtypes.int32, name="start_tokens")
        self._end = convert_to_tensor(end_token, dtype=dtypes.int32, name="end_token")
        if self._start.get_shape().ndims != 1:
            raise ValueError("start_tokens must be a vector")
        self._batch_size = size_of(self._start)
        if self._end.get_shape().ndims != 0:
            raise ValueError("end_token must be a scalar")
        self._first = self._embed(self._start)

    @property
    def batch_size(self) -> Any:
        """The batch size."""
        return self._batch_size

    def initialize(self, name: str | None = None) -> Any:
        """``(finished, first_inputs)``."""
        return tile([False], [self._batch_size]), self._first

    def sample(self, time: Any, outputs: Any, state: Any, name: str | None = None) -> Tensor:
        """The likeliest symbols."""
        if not isinstance(outputs, Tensor):
            raise TypeError(f"Expected outputs to be a single Tensor, got: {type(outputs)}")
        return argmax(outputs, axis=-1, output_type=dtypes.int32)

    def next_inputs(self, time: Any, outputs: Any, state: Any, sample_ids: Any,
                    name: str | None = None) -> Any:  # fmt: skip
        """``(finished, next_inputs, next_state)``."""
        finished = equal(sample_ids, self._end)
        inputs = cond(reduce_all(finished), lambda: self._first, lambda: self._embed(sample_ids))
        return finished, inputs, state


class SampleEmbeddingHelper(GreedyEmbeddingHelper):
    """Feeds a decoder symbols drawn from its own outputs.

    Args:
        softmax_temperature: divides the scores. seed: the seed.

    The other arguments are those of ``GreedyEmbeddingHelper``.
    """

    def __init__(self, embedding: Any, start_tokens: Any, end_token: Any,
                 softmax_temperature: float | None = None,
                 seed: int | None = None) -> None:  # fmt: skip
        super().__init__(embedding, start_tokens, end_token)
        self._temperature = softmax_temperature
        self._seed = seed

    def sample(self, time: Any, outputs: Any, state: Any, name: str | None = None) -> Tensor:
        """Symbols drawn from the outputs as logits."""
        logits = outputs if self._temperature is None else outputs / self._temperature
        drawn = categorical(logits, 1, seed=self._seed, dtype=dtypes.int32)
        return drawn[:, 0]


class BasicDecoder(Decoder):
    """A cell whose inputs a helper gives.

    Args:
        cell: an ``RNNCell``. helper: the helper. initial_state: the state to start from.
        output_layer: a layer on the cell's output.

    Raises:
        TypeError: for arguments of other types.
    """

    def __init__(self, cell: Any, helper: Any, initial_state: Any,
                 output_layer: Any = None) -> None:  # fmt: skip
        assert_like_rnncell("cell", cell)
        if not isinstance(helper, Helper):
            raise TypeError(f"helper must be a Helper, received: {type(helper)}")
        if output_layer is not None and not (
            isinstance(output_layer, Layer) or hasattr(output_layer, "compute_output_shape")
        ):
            raise TypeError(f"output_layer must be a Layer, received: {type(output_layer)}")
        self._cell = cell
        self._helper = helper
        self._initial_state = initial_state
        self._output_layer = output_layer

    @property
    def batch_size(self) -> Any:
        """The helper's batch size."""
        return self._helper.batch_size

    def _sizes(self) -> Any:
        sizes = self._cell.output_size
        if self._output_layer is None:
            return sizes
        batches = nest.map_structure(lambda s: TensorShape([None]).concatenate(s), sizes)
        shape = self._output_layer.compute_output_shape(batches)
        return nest.map_structure(lambda s: s[1:], shape)

    @property
    def output_size(self) -> BasicDecoderOutput:
        """The sizes of output and symbol."""
        return BasicDecoderOutput(self._sizes(), self._helper.sample_ids_shape)

    @property
    def output_dtype(self) -> BasicDecoderOutput:
        """The types of output and symbol."""
        dtype = nest.flatten(self._initial_state)[0].dtype
        return BasicDecoderOutput(
            nest.map_structure(lambda _: dtype, self._sizes()), self._helper.sample_ids_dtype
        )

    def initialize(self, name: str | None = None) -> Any:
        """``(finished, first_inputs, initial_state)``."""
        return (*self._helper.initialize(), self._initial_state)

    def step(self, time: Any, inputs: Any, state: Any, name: str | None = None) -> Any:
        """``(outputs, next_state, next_inputs, finished)``."""
        with name_scope(name, "BasicDecoderStep", (time, inputs, state)):
            outputs, cell_state = self._cell(inputs, state)
            if self._output_layer is not None:
                outputs = self._output_layer(outputs)
            ids = self._helper.sample(time=time, outputs=outputs, state=cell_state)
            finished, next_inputs, next_state = self._helper.next_inputs(
                time=time, outputs=outputs, state=cell_state, sample_ids=ids
            )
        return BasicDecoderOutput(outputs, ids), next_state, next_inputs, finished
