"""Cells that project what another cell takes or gives, or embed its inputs (``tf.contrib.rnn``)."""

from __future__ import annotations

import contextlib
import math
from typing import Any

from penstock import behavior
from penstock.graph import dtypes, nest
from penstock.graph.scopes import device, name_scope
from penstock.nn.embedding import embedding_lookup
from penstock.ops.arrays import reshape
from penstock.ops.constants import constant
from penstock.ops.initializers import Constant, RandomUniform
from penstock.ops.joining import concat
from penstock.ops.matrices import matmul
from penstock.ops.nn_bias import bias_add
from penstock.ops.variable_scope import get_variable, get_variable_scope, variable_scope
from penstock.rnn.base import RNNCell, assert_like_rnncell


def linear(
    args: Any,
    output_size: int,
    bias: bool,
    bias_initializer: Any = None,
    kernel_initializer: Any = None,
) -> Any:
    """``[args] kernel + bias``, with variables of the scope in force.

    Args:
        args: a matrix, or a list of matrices ``[batch, n]``.
        output_size: the number of columns of the result. bias: whether to add a bias.
        bias_initializer: for the bias; zeros by default. kernel_initializer: for the kernel.

    Raises:
        ValueError: without arguments, or when a size isn't known.
    """
    if behavior.before(1, 0):
        from penstock.rnn.old_cells import linear as old_linear

        return old_linear(args, output_size, bias)
    if args is None or (nest.is_sequence(args) and not args):
        raise ValueError("`args` must be specified")
    args = list(args) if nest.is_sequence(args) else [args]
    width = 0
    for shape in (a.get_shape() for a in args):
        if shape.ndims != 2:
            raise ValueError(f"linear is expecting 2D arguments: {[a.get_shape() for a in args]}")
        if shape.dims[1].value is None:
            raise ValueError(
                f"linear expects shape[1] to be provided for shape {shape}, but saw {shape[1]}"
            )
        width += shape.dims[1].value
    dtype = args[0].dtype
    offset = None
    with variable_scope(get_variable_scope()) as outer:
        kernel = get_variable(
            "kernel", [width, output_size], dtype=dtype, initializer=kernel_initializer
        )
        if bias:
            with variable_scope(outer) as inner:
                inner.set_partitioner(None)
                if bias_initializer is None:
                    bias_initializer = Constant(0.0, dtype=dtype)
                offset = get_variable(
                    "bias", [output_size], dtype=dtype, initializer=bias_initializer
                )
    if len(args) == 1:
        result = matmul(args[0], kernel)
    else:
        result = matmul(concat(args, constant(1, dtype=dtypes.int32)), kernel)
    return result if offset is None else bias_add(result, offset)


class _Around(RNNCell):
    """A cell around another, with the same state."""

    def __init__(self, cell: Any, reuse: Any = None) -> None:
        super().__init__(_reuse=reuse)
        assert_like_rnncell("cell", cell)
        self._cell = cell

    def __call__(self, inputs: Any, state: Any, scope: Any = None) -> Any:
        """One step."""
        self._own_scope: Any
        if behavior.before(1, 0):
            self._own_scope = variable_scope(scope or type(self).__name__)
            return self.call(inputs, state)
        self._own_scope = contextlib.nullcontext()
        return super().__call__(inputs, state, scope)

    @property
    def state_size(self) -> Any:
        """That of the cell inside."""
        return self._cell.state_size

    @property
    def output_size(self) -> Any:
        """That of the cell inside."""
        return self._cell.output_size

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        """That of the cell inside."""
        with name_scope(f"{type(self).__name__}ZeroState", values=[batch_size]):
            return self._cell.zero_state(batch_size, dtype)


class OutputProjectionWrapper(_Around):
    """Projects a cell's output to another size.

    Args:
        cell: the cell. output_size: the size wanted.
        activation: applied to the projection. reuse: whether to share existing variables.
    """

    def __init__(self, cell: Any, output_size: int, activation: Any = None,
                 reuse: Any = None) -> None:  # fmt: skip
        super().__init__(cell, reuse)
        if output_size < 1:
            raise ValueError(f"Parameter output_size must be > 0: {output_size}.")
        self._output_size = output_size
        self._activation = activation

    @property
    def output_size(self) -> int:
        """The size projected to."""
        return self._output_size

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        output, new_state = self._cell(inputs, state)
        with self._own_scope:
            projected = linear(output, self._output_size, True)
        if self._activation:
            projected = self._activation(projected)
        return projected, new_state


class InputProjectionWrapper(_Around):
    """Projects a cell's input to another size.

    Args:
        cell: the cell. num_proj: the size wanted. activation: applied to the projection.
        input_size: ignored. reuse: whether to share existing variables.
    """

    def __init__(self, cell: Any, num_proj: int, activation: Any = None, input_size: Any = None,
                 reuse: Any = None) -> None:  # fmt: skip
        super().__init__(cell, reuse)
        self._num_proj = num_proj
        self._activation = activation

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        with self._own_scope:
            projected = linear(inputs, self._num_proj, True)
        if self._activation:
            projected = self._activation(projected)
        return self._cell(projected, state)


class EmbeddingWrapper(_Around):
    """Looks up an embedding of the inputs, which are whole numbers.

    Args:
        cell: the cell. embedding_classes: how many symbols there are.
        embedding_size: the size of an embedding.
        initializer: of the embedding; uniform with variance one by default.
        reuse: whether to share existing variables.
    """

    def __init__(self, cell: Any, embedding_classes: int, embedding_size: int,
                 initializer: Any = None, reuse: Any = None) -> None:  # fmt: skip
        super().__init__(cell, reuse)
        if embedding_classes <= 0 or embedding_size <= 0:
            raise ValueError(
                "Both embedding_classes and embedding_size must be > 0: "
                f"{embedding_classes}, {embedding_size}."
            )
        self._embedding_classes = embedding_classes
        self._embedding_size = embedding_size
        self._initializer = initializer

    def call(self, inputs: Any, state: Any) -> Any:
        """One step."""
        with self._own_scope, device("/cpu:0"):
            initializer = self._initializer or get_variable_scope().initializer
            if not initializer:
                limit = math.sqrt(3)
                initializer = RandomUniform(-limit, limit)
            first = state[0] if isinstance(state, tuple) else state
            embedding = get_variable(
                "embedding",
                [self._embedding_classes, self._embedding_size],
                initializer=initializer,
                dtype=first.dtype,
            )
            embedded = embedding_lookup(embedding, reshape(inputs, [-1]))
            if behavior.at_least(1, 0):
                return self._cell(embedded, state)
        return self._cell(embedded, state)
