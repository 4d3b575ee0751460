"""Helpers that mix a decoder's own outputs into its inputs, or sample by a function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from penstock.contrib.seq2seq.decoder import Helper, TrainingHelper
from penstock.graph import dtypes
from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import name_scope
from penstock.graph.shapes import TensorShape
from penstock.graph.tensor import Tensor
from penstock.nn.embedding import embedding_lookup
from penstock.ops.arrays import reshape
from penstock.ops.arrays import shape as shape_of
from penstock.ops.casts import cast
from penstock.ops.comparisons import less, logical_not, logical_or
from penstock.ops.control_flow import cond
from penstock.ops.fills import fill
from penstock.ops.joining import concat
from penstock.ops.math_binary import maximum
from penstock.ops.random import random_uniform
from penstock.ops.random_categories import categorical
from penstock.ops.reductions import reduce_all, reduce_any
from penstock.ops.selecting import where
from penstock.ops.slices import tile
from penstock.ops.tensor_arrays import TensorArray
from penstock.rnn.steps import time_first


def bernoulli_sample(
    probs: Any = None, dtype: Any = dtypes.int32, sample_shape: Any = (), seed: int | None = None
) -> Tensor:
    """Draws 1 (true) with probability ``probs``.

    Args:
        probs: the probability. dtype: the result's type.
        sample_shape: how many to draw. seed: the seed.
    """
    probs = convert_to_tensor(probs)
    shape = reshape(convert_to_tensor(sample_shape, dtype=dtypes.int32), [-1])
    noise = random_uniform(concat([shape, shape_of(probs)], 0), seed=seed, dtype=probs.dtype)
    return cast(less(noise, probs), dtype)


def _probability(value: Any) -> Tensor:
    value = convert_to_tensor(value, name="sampling_probability")
    if value.get_shape().ndims not in (0, 1):
        raise ValueError(
            "sampling_probability must be either a scalar or a vector. "
            f"saw shape: {value.get_shape()}"
        )
    return value


class ScheduledEmbeddingTrainingHelper(TrainingHelper):
    """Feeds the right symbols, now and then symbols drawn from the outputs.

    Bengio et al., arXiv:1506.03099. ``sample_ids`` are -1 where nothing was drawn.

    Args:
        inputs: ``[batch, time, ...]``. sequence_length: ``[batch]``.
        embedding: a function of symbols, or a matrix to look them up in.
        sampling_probability: how often to draw, a scalar.
        time_major: whether the inputs are ``[time, batch, ...]``.
        seed: the seed of the symbols. scheduling_seed: the seed of the choice. name: the scope.

    Raises:
        ValueError: when the probability is neither a scalar nor a vector.
    """

    def __init__(self, inputs: Any, sequence_length: Any, embedding: Any,
                 sampling_probability: Any, time_major: bool = False, seed: int | None = None,
                 scheduling_seed: int | None = None, name: str | None = None) -> None:  # fmt: skip
        with name_scope(
            name, "ScheduledEmbeddingSamplingWrapper", [embedding, sampling_probability]
        ):
            self._embed = (
                embedding if callable(embedding) else (lambda ids: embedding_lookup(embedding, ids))
            )
            self._probability = _probability(sampling_probability)
            self._seed = seed
            self._scheduling_seed = scheduling_seed
            super().__init__(inputs, sequence_length, time_major, name)

    def sample(self, time: Any, outputs: Any, state: Any, name: str | None = None) -> Tensor:
        """Symbols drawn from the outputs, or -1."""
        with name_scope(name, "ScheduledEmbeddingTrainingHelperSample", [time, outputs, state]):
            chosen = bernoulli_sample(
                self._probability, dtypes.bool, self.batch_size, self._scheduling_seed
            )
            drawn = categorical(outputs, 1, seed=self._seed, dtype=dtypes.int32)[:, 0]
            return where(chosen, drawn, fill([self.batch_size], -1))

    def next_inputs(self, time: Any, outputs: Any, state: Any, sample_ids: Any = None,
                    name: str | None = None) -> Any:  # fmt: skip
        """``(finished, next_inputs, next_state)``."""
        with name_scope(name, "ScheduledEmbeddingTrainingHelperNextInputs",
                        [time, outputs, state, sample_ids]):  # fmt: skip
            finished, base, state = super().next_inputs(time, outputs, state, sample_ids)

            def mixed() -> Any:
                return where(sample_ids > -1, self._embed(maximum(sample_ids, 0)), base)

            return finished, cond(reduce_all(finished), lambda: base, mixed), state


class ScheduledOutputTrainingHelper(TrainingHelper):
    """Feeds the right inputs, now and then the decoder's own outputs.

    ``sample_ids`` say where outputs were taken.

    Args:
        inputs: ``[batch, time, ...]``. sequence_length: ``[batch]``.
        sampling_probability: how often to take outputs, a scalar.
        time_major: whether the inputs are ``[time, batch, ...]``. seed: the seed.
        next_inputs_fn: a function that makes inputs of outputs.
        auxiliary_inputs: joined to whatever is fed. name: the scope.

    Raises:
        ValueError: when the probability is neither a scalar nor a vector.
    """

    def __init__(self, inputs: Any, sequence_length: Any, sampling_probability: Any,
                 time_major: bool = False, seed: int | None = None,
                 next_inputs_fn: Callable[[Any], Any] | None = None,
                 auxiliary_inputs: Any = None, name: str | None = None) -> None:  # fmt: skip
        with name_scope(name, "ScheduledOutputTrainingHelper",
                        [inputs, auxiliary_inputs, sampling_probability]):  # fmt: skip
            self._probability = _probability(sampling_probability)
            self._extra: Any = None
            if auxiliary_inputs is not None:
                inputs = convert_to_tensor(inputs, name="inputs")
                extra = convert_to_tensor(auxiliary_inputs, name="auxiliary_inputs")
                inputs = concat((inputs, extra), -1)
                extra = extra if time_major else time_first(extra)
                self._extra = TensorArray(
                    dtype=extra.dtype,
                    size=shape_of(extra)[0],
                    element_shape=extra.get_shape()[1:],
                ).unstack(extra)
            self._seed = seed
            self._next_inputs_fn = next_inputs_fn
            super().__init__(inputs, sequence_length, time_major, name)

    def sample(self, time: Any, outputs: Any, state: Any, name: str | None = None) -> Tensor:
        """1 where the outputs are to be taken."""
        with name_scope(name, "ScheduledOutputTrainingHelperSample", [time, outputs, state]):
            return bernoulli_sample(
                self._probability, sample_shape=self.batch_size, seed=self._seed
            )

    def next_inputs(self, time: Any, outputs: Any, state: Any, sample_ids: Any = None,
                    name: str | None = None) -> Any:  # fmt: skip
        """``(finished, next_inputs, next_state)``."""
        with name_scope(name, "ScheduledOutputTrainingHelperNextInputs",
                        [time, outputs, state, sample_ids]):  # fmt: skip
            finished, base, state = super().next_inputs(time, outputs, state, sample_ids)
            chosen = cast(sample_ids, dtypes.bool)

            def mixed() -> Any:
                own = outputs if self._next_inputs_fn is None else self._next_inputs_fn(outputs)
                if self._extra is not None:
                    own = concat((own, self._extra.read(time + 1)), -1)
                return where(chosen, own, base)

            nothing = logical_or(reduce_all(finished), logical_not(reduce_any(chosen)))
            return finished, cond(nothing, lambda: base, mixed), state


class InferenceHelper(Helper):
    """Feeds a decoder what a function makes of its outputs.

    Args:
        sample_fn: a function of outputs. sample_shape: the shape of what it gives for one example.
        sample_dtype: its type. start_inputs: the first inputs, ``[batch, ...]``.
        end_fn: a function of samples that says which sequences end.
        next_inputs_fn: makes inputs of samples; they are used as they are by default.
    """

    def __init__(self, sample_fn: Callable[[Any], Any], sample_shape: Any, sample_dtype: Any,
                 start_inputs: Any, end_fn: Callable[[Any], Any],
                 next_inputs_fn: Callable[[Any], Any] | None = None) -> None:  # fmt: skip
        self._sample_fn = sample_fn
        self._end_fn = end_fn
        self._sample_shape = TensorShape(sample_shape)
        self._sample_dtype = sample_dtype
        self._next_inputs_fn = next_inputs_fn
        self._start = convert_to_tensor(start_inputs, name="start_inputs")
        self._batch_size = shape_of(start_inputs)[0]

    @property
    def batch_size(self) -> Any:
        """The batch size."""
        return self._batch_size

    @property
    def sample_ids_shape(self) -> TensorShape:
        """The shape of a sample."""
        return self._sample_shape

    @property
    def sample_ids_dtype(self) -> Any:
        """The type of a sample."""
        return self._sample_dtype

    def initialize(self, name: str | None = None) -> Any:
        """``(finished, first_inputs)``."""
        return tile([False], [self._batch_size]), self._start

    def sample(self, time: Any, outputs: Any, state: Any, name: str | None = None) -> Any:
        """What the function gives for the outputs."""
        return self._sample_fn(outputs)

    def next_inputs(self, time: Any, outputs: Any, state: Any, sample_ids: Any,
                    name: str | None = None) -> Any:  # fmt: skip
        """``(finished, next_inputs, next_state)``."""
        following = sample_ids if self._next_inputs_fn is None else self._next_inputs_fn(sample_ids)
        return self._end_fn(sample_ids), following, state
