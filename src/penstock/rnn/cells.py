"""The cells of ``tf.nn.rnn_cell``: simple, gated (GRU) and long short-term memory (LSTM)."""

from __future__ import annotations

import collections
import logging
from collections.abc import Callable
from typing import Any

from penstock.graph import dtypes
from penstock.layers import lookup
from penstock.layers.input_spec import InputSpec
from penstock.ops.clipping import clip_by_value
from penstock.ops.constants import constant
from penstock.ops.initializers import Constant, Zeros
from penstock.ops.joining import concat
from penstock.ops.math_binary import add, multiply
from penstock.ops.math_unary import sigmoid, tanh
from penstock.ops.matrices import matmul
from penstock.ops.nn_bias import bias_add
from penstock.ops.partitioned_variables import fixed_size_partitioner
from penstock.ops.slices import slice as slice_of
from penstock.ops.splitting import split
from penstock.rnn.base import LayerRNNCell, check_dtype, check_dtypes

_LOG = logging.getLogger("tensorflow")
_Pair = collections.namedtuple("_Pair", ("c", "h"))


class LSTMStateTuple(_Pair):
    """The state of an LSTM cell: the memory ``c`` and the output ``h``."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"LSTMStateTuple(c={self.c!r}, h={self.h!r})"

    @property
    def dtype(self) -> Any:
        """The type of both.

        Raises:
            TypeError: when they differ.
        """
        if self.c.dtype != self.h.dtype:
            raise TypeError(f"Inconsistent internal state: {self.c.dtype} vs {self.h.dtype}")
        return self.c.dtype


def _activation(given: Any) -> Callable[..., Any]:
    return lookup.activation(given) if given else tanh


def _sharded(shards: int | None) -> Any:
    return None if shards is None else fixed_size_partitioner(shards)


class _MatrixCell(LayerRNNCell):
    """What the cells share: one number of units, inputs of rank two."""

    def __init__(self, num_units: int, activation: Any, reuse: Any, name: str | None,
                 dtype: Any, kwargs: dict[str, Any]) -> None:  # fmt: skip
        super().__init__(_reuse=reuse, name=name, dtype=dtype, **kwargs)
        check_dtype(self.dtype)
        self.input_spec = InputSpec(ndim=2)
        self._num_units = num_units
        self._activation = _activation(activation)

    @property
    def state_size(self) -> Any:
        """The number of units."""
        return self._num_units

    @property
    def output_size(self) -> int:
        """The number of units."""
        return self._num_units

    def _input_depth(self, shape: Any) -> int:
        depth = shape[-1].value
        if depth is None:
            sizes = tuple(shape.as_list())
            raise ValueError(f"Expected inputs.shape[-1] to be known, saw shape: {sizes}")
        check_dtype(self.dtype)
        return depth

    def _zeros(self) -> Zeros:
        return Zeros(dtype=dtypes.as_dtype(self.dtype or dtypes.float32))

    def _warn_of_flat_state(self) -> None:
        _LOG.warning(
            "%s: Using a concatenated state is slower and will soon be deprecated.  Use "
            "state_is_tuple=True.",
            self,
        )


class BasicRNNCell(_MatrixCell):
    """The simplest cell: ``output = new_state = activation(W [inputs, state] + b)``.

    Args:
        num_units: the number of units.
        activation: a function or its name; ``tanh`` by default.
        reuse: whether to share existing variables.
        name: the cell's name. dtype: the type of the variables.
    """

    def __init__(self, num_units: int, activation: Any = None, reuse: Any = None,
                 name: str | None = None, dtype: Any = None, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(num_units, activation, reuse, name, dtype, kwargs)

    def build(self, input_shape: Any) -> None:
        """Makes ``kernel`` and ``bias``."""
        depth = self._input_depth(input_shape)
        units = self._num_units
        self._kernel = self.add_variable("kernel", shape=[depth + units, units])
        self._bias = self.add_variable("bias", shape=[units], initializer=self._zeros())
        self.built = True

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        check_dtypes(inputs, state)
        gates = matmul(concat([inputs, state], 1), self._kernel)
        output = self._activation(bias_add(gates, self._bias))
        return output, output


class GRUCell(_MatrixCell):
    """Gated recurrent unit (Cho et al., arXiv:1406.1078).

    Args:
        num_units: the number of units.
        activation: a function or its name; ``tanh`` by default.
        reuse: whether to share existing variables.
        kernel_initializer: for the weights. bias_initializer: for the biases; by default 1 for
            the gates and 0 for the candidate.
        name: the cell's name. dtype: the type of the variables.
    """

    def __init__(self, num_units: int, activation: Any = None, reuse: Any = None,
                 kernel_initializer: Any = None, bias_initializer: Any = None,
                 name: str | None = None, dtype: Any = None, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(num_units, activation, reuse, name, dtype, kwargs)
        self._kernel_initializer = lookup.initializer(kernel_initializer)
        self._bias_initializer = lookup.initializer(bias_initializer)

    def build(self, input_shape: Any) -> None:
        """Makes kernel and bias of ``gates`` and of ``candidate``."""
        depth = self._input_depth(input_shape)
        units = self._num_units
        given = self._bias_initializer
        self._gate_kernel = self.add_variable(
            "gates/kernel", [depth + units, 2 * units], initializer=self._kernel_initializer
        )
        self._gate_bias = self.add_variable(
            "gates/bias",
            [2 * units],
            initializer=Constant(1.0, dtype=self.dtype) if given is None else given,
        )
        self._candidate_kernel = self.add_variable(
            "candidate/kernel", [depth + units, units], initializer=self._kernel_initializer
        )
        self._candidate_bias = self.add_variable(
            "candidate/bias", [units], initializer=self._zeros() if given is None else given
        )
        self.built = True

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        check_dtypes(inputs, state)
        gates = matmul(concat([inputs, state], 1), self._gate_kernel)
        gates = sigmoid(bias_add(gates, self._gate_bias))
        reset, update = split(value=gates, num_or_size_splits=2, axis=1)
        kept = reset * state
        candidate = matmul(concat([inputs, kept], 1), self._candidate_kernel)
        candidate = self._activation(bias_add(candidate, self._candidate_bias))
        output = update * state + (1 - update) * candidate
        return output, output


class BasicLSTMCell(_MatrixCell):
    """Long short-term memory without peepholes or projection (Zaremba, arXiv:1409.2329).

    Args:
        num_units: the number of units.
        forget_bias: added to the forget gate.
        state_is_tuple: use ``LSTMStateTuple`` states, not ``c`` and ``h`` in one tensor.
        activation: a function or its name; ``tanh`` by default.
        reuse: whether to share existing variables.
        name: the cell's name. dtype: the type of the variables.
    """

    def __init__(self, num_units: int, forget_bias: float = 1.0, state_is_tuple: bool = True,
                 activation: Any = None, reuse: Any = None, name: str | None = None,
                 dtype: Any = None, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(num_units, activation, reuse, name, dtype, kwargs)
        self._forget_bias = forget_bias
        self._state_is_tuple = state_is_tuple
        if not state_is_tuple:
            self._warn_of_flat_state()

    @property
    def state_size(self) -> Any:
        """The sizes of ``c`` and ``h``."""
        units = self._num_units
        return LSTMStateTuple(units, units) if self._state_is_tuple else 2 * units

    def build(self, input_shape: Any) -> None:
        """Makes ``kernel`` and ``bias``."""
        depth = self._input_depth(input_shape)
        units = self._num_units
        self._kernel = self.add_variable("kernel", shape=[depth + units, 4 * units])
        self._bias = self.add_variable("bias", shape=[4 * units], initializer=self._zeros())
        self.built = True

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        check_dtypes(inputs, state)
        axis = constant(1, dtype=dtypes.int32)
        if self._state_is_tuple:
            c, h = state
        else:
            c, h = split(value=state, num_or_size_splits=2, axis=axis)
        gates = bias_add(matmul(concat([inputs, h], 1), self._kernel), self._bias)
        # Input gate, new input, forget gate, output gate.
        i, j, f, o = split(value=gates, num_or_size_splits=4, axis=axis)
        bias = constant(self._forget_bias, dtype=f.dtype)
        kept = multiply(c, sigmoid(add(f, bias)))
        new_c = add(kept, multiply(sigmoid(i), self._activation(j)))
        new_h = multiply(self._activation(new_c), sigmoid(o))
        if self._state_is_tuple:
            return new_h, LSTMStateTuple(new_c, new_h)
        return new_h, concat([new_c, new_h], 1)


class LSTMCell(_MatrixCell):
    """Long short-term memory with optional peepholes, clipping and projection.

    Peepholes and projection as in Sak et al., INTERSPEECH 2014.

    Args:
        num_units: the number of units.
        use_peepholes: let the gates see the memory.
        cell_clip: limit of the memory's absolute values.
        initializer: for weights and projection.
        num_proj: the size the output is projected to. proj_clip: limit of the projection.
        num_unit_shards: in how many parts to keep the weights. num_proj_shards: likewise.
        forget_bias: added to the forget gate.
        state_is_tuple: use ``LSTMStateTuple`` states, not ``c`` and ``h`` in one tensor.
        activation: a function or its name; ``tanh`` by default.
        reuse: whether to share existing variables.
        name: the cell's name. dtype: the type of the variables.
    """

    def __init__(
        self,
        num_units: int,
        use_peepholes: bool = False,
        cell_clip: float | None = None,
        initializer: Any = None,
        num_proj: int | None = None,
        proj_clip: float | None = None,
        num_unit_shards: int | None = None,
        num_proj_shards: int | None = None,
        forget_bias: float = 1.0,
        state_is_tuple: bool = True,
        activation: Any = None,
        reuse: Any = None,
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(num_units, activation, reuse, name, dtype, kwargs)
        if not state_is_tuple:
            self._warn_of_flat_state()
        self._use_peepholes = use_peepholes
        self._cell_clip = cell_clip
        self._initializer = lookup.initializer(initializer)
        self._num_proj = num_proj
        self._proj_clip = proj_clip
        self._num_unit_shards = num_unit_shards
        self._num_proj_shards = num_proj_shards
        self._forget_bias = forget_bias
        self._state_is_tuple = state_is_tuple

    @property
    def output_size(self) -> int:
        """The size of the projection, or the number of units."""
        return self._num_proj or self._num_units

    @property
    def state_size(self) -> Any:
        """The sizes of ``c`` and ``h``."""
        sizes = LSTMStateTuple(self._num_units, self.output_size)
        return sizes if self._state_is_tuple else sum(sizes)

    def build(self, input_shape: Any) -> None:
        """Makes ``kernel``, ``bias``, the peepholes and the projection."""
        depth = self._input_depth(input_shape)
        units = self._num_units
        out = units if self._num_proj is None else self._num_proj
        self._kernel = self.add_variable(
            "kernel",
            [depth + out, 4 * units],
            initializer=self._initializer,
            partitioner=_sharded(self._num_unit_shards),
        )
        self._bias = self.add_variable("bias", [4 * units], initializer=self._zeros())
        if self._use_peepholes:
            self._w_f_diag, self._w_i_diag, self._w_o_diag = (
                self.add_variable(f"w_{gate}_diag", [units], initializer=self._initializer)
                for gate in "fio"
            )
        if self._num_proj is not None:
            self._proj_kernel = self.add_variable(
                "projection/kernel",
                [units, self._num_proj],
                initializer=self._initializer,
                partitioner=_sharded(self._num_proj_shards),
            )
        self.built = True

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        check_dtypes(inputs, state)
        out = self._num_units if self._num_proj is None else self._num_proj
        if self._state_is_tuple:
            c, h = state
        else:
            c = slice_of(state, [0, 0], [-1, self._num_units])
            h = slice_of(state, [0, self._num_units], [-1, out])
        if inputs.get_shape().with_rank(2).dims[1].value is None:
            raise ValueError("Could not infer input size from inputs.get_shape()[-1]")
        gates = bias_add(matmul(concat([inputs, h], 1), self._kernel), self._bias)
        i, j, f, o = split(value=gates, num_or_size_splits=4, axis=1)
        if self._use_peepholes:
            kept = sigmoid(f + self._forget_bias + self._w_f_diag * c) * c
            c = kept + sigmoid(i + self._w_i_diag * c) * self._activation(j)
        else:
            c = sigmoid(f + self._forget_bias) * c + sigmoid(i) * self._activation(j)
        if self._cell_clip is not None:
            c = clip_by_value(c, -self._cell_clip, self._cell_clip)
        seen = o + self._w_o_diag * c if self._use_peepholes else o
        h = sigmoid(seen) * self._activation(c)
        if self._num_proj is not None:
            h = matmul(h, self._proj_kernel)
            if self._proj_clip is not None:
                h = clip_by_value(h, -self._proj_clip, self._proj_clip)
        if self._state_is_tuple:
            return h, LSTMStateTuple(c, h)
        return h, concat([c, h], 1)
