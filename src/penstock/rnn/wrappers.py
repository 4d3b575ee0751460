"""Cells around cells: dropout, residual connections, devices, and stacks of cells."""

from __future__ import annotations

import hashlib
import logging
import numbers
from collections.abc import Callable, Iterator
from typing import Any

from penstock import behavior
from penstock.graph import nest
from penstock.graph.convert import convert_to_tensor
from penstock.graph.scopes import device as device_scope
from penstock.graph.scopes import name_scope
from penstock.graph.shapes import as_shape
from penstock.graph.static_values import constant_value
from penstock.layers.base import Layer
from penstock.nn.dropout import dropout_v2
from penstock.ops.division import div
from penstock.ops.joining import concat
from penstock.ops.random import random_uniform
from penstock.ops.rounding import floor
from penstock.ops.slices import slice as slice_of
from penstock.ops.tensor_arrays import TensorArray
from penstock.ops.variable_scope import variable_scope
from penstock.rnn.base import RNNCell, assert_like_rnncell
from penstock.rnn.cells import LSTMStateTuple

_LOG = logging.getLogger("tensorflow")


class CellWrapper(RNNCell):
    """A cell that changes what another one takes or gives.

    Args:
        cell: the cell inside.
    """

    def __init__(self, cell: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        assert_like_rnncell("cell", cell)
        self.cell = cell

    @property
    def wrapped_cell(self) -> Any:
        """The cell inside."""
        return self.cell

    @property
    def _cell(self) -> Any:
        return self.cell

    @property
    def state_size(self) -> Any:
        """That of the cell inside."""
        return self.cell.state_size

    @property
    def output_size(self) -> Any:
        """That of the cell inside."""
        return self.cell.output_size

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        """That of the cell inside."""
        with name_scope(f"{type(self).__name__}ZeroState", values=[batch_size]):
            return self.cell.zero_state(batch_size, dtype)

    def __call__(self, inputs: Any, state: Any, scope: Any = None) -> Any:
        """One step of the cell inside, with what the wrapper does."""
        return self._step(inputs, state, self.cell.__call__, scope=scope)

    def call(self, inputs: Any, state: Any, **kwargs: Any) -> Any:
        """One step, with the cell's ``call``."""
        return self._step(inputs, state, self.cell.call, **kwargs)

    def _step(self, inputs: Any, state: Any, step: Callable[..., Any], **kwargs: Any) -> Any:
        raise NotImplementedError("Abstract method")


def _drop_all_but_memory(part: Any) -> Any:
    """Which parts of a state are dropped: all but an LSTM's memory and tensor arrays."""
    if isinstance(part, LSTMStateTuple):
        return LSTMStateTuple(c=False, h=True)
    return not isinstance(part, TensorArray)


def _map_numbered(shallow: Any, function: Callable[..., Any], *structures: Any) -> Any:
    """``function(i, ...)`` of the parts of structures, down to where ``shallow`` ends."""
    count = iter(range(1 << 30))
    return nest.map_structure_up_to(shallow, lambda *parts: function(next(count), *parts),
                                    *structures)  # fmt: skip


class DropoutWrapper(CellWrapper):
    """Dropout on the inputs, states and outputs of a cell.

    Args:
        cell: the cell.
        input_keep_prob: the probability of keeping an input: a number or a scalar tensor.
        output_keep_prob: likewise for outputs. state_keep_prob: likewise for states, except the
            memory ``c`` of an LSTM.
        variational_recurrent: the same mask at every step (Gal and Ghahramani,
            arXiv:1512.05287).
        input_size: the inputs' sizes, needed for variational dropout of inputs.
        dtype: the type, needed for variational dropout.
        seed: the seed.
        dropout_state_filter_visitor: a function of a part of the state that says, by booleans,
            what is dropped.

    Raises:
        TypeError: when ``cell`` is no cell or the filter no function.
        ValueError: for a probability outside 0 to 1, or a missing argument.
    """

    def __init__(
        self,
        cell: Any,
        input_keep_prob: Any = 1.0,
        output_keep_prob: Any = 1.0,
        state_keep_prob: Any = 1.0,
        variational_recurrent: bool = False,
        input_size: Any = None,
        dtype: Any = None,
        seed: int | None = None,
        dropout_state_filter_visitor: Callable[[Any], Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(cell, dtype=dtype, **kwargs)
        if dropout_state_filter_visitor is not None and not callable(dropout_state_filter_visitor):
            raise TypeError("dropout_state_filter_visitor must be callable")
        self._filter = dropout_state_filter_visitor or _drop_all_but_memory
        self._seed = seed
        with name_scope("DropoutWrapperInit"):
            self._input_keep_prob = _probability("input_keep_prob", input_keep_prob)
            self._state_keep_prob = _probability("state_keep_prob", state_keep_prob)
            self._output_keep_prob = _probability("output_keep_prob", output_keep_prob)
        self._variational_recurrent = variational_recurrent
        self._noise: dict[str, Any] = {"input": None, "state": None, "output": None}
        if variational_recurrent:
            self._make_noise(input_size, dtype)

    def _make_noise(self, input_size: Any, dtype: Any) -> None:
        if dtype is None:
            raise ValueError("When variational_recurrent=True, dtype must be provided")
        sizes = {"state": self.cell.state_size, "output": self.cell.output_size}
        if _drops(self._input_keep_prob):
            if input_size is None:
                raise ValueError(
                    "When variational_recurrent=True and input_keep_prob < 1.0 or is unknown, "
                    "input_size must be provided"
                )
            sizes = {"input": input_size, **sizes}
        for kind, size in sizes.items():

            def noise(i: int, part: Any, kind: str = kind) -> Any:
                # One mask for the whole batch.
                shape = concat(([1], as_shape(part).as_list()), 0)
                return random_uniform(shape, seed=self._salted_seed(kind, i), dtype=dtype)

            self._noise[kind] = _map_numbered(size, noise, size)

    def _salted_seed(self, kind: str, index: int) -> int | None:
        if self._seed is None or behavior.before(1, 2):
            return self._seed
        text = f"{self._seed}{kind}_{index}".encode()
        return int(hashlib.md5(text).hexdigest()[:8], 16) & 0x7FFFFFFF

    def _dropped(self, values: Any, kind: str, keep: Any, filtered: Any = None) -> Any:
        shallow = values if filtered is None else filtered

        def plain(i: int, wanted: Any, value: Any) -> Any:
            if wanted is False:
                return value
            return dropout_v2(value, rate=1.0 - keep, seed=self._salted_seed(kind, i))

        def variational(i: int, wanted: Any, value: Any, noise: Any) -> Any:
            if wanted is False:
                return value
            mask = floor(keep + noise)
            result = div(value, keep) * mask
            result.set_shape(value.get_shape())
            return result

        if self._variational_recurrent:
            return _map_numbered(shallow, variational, shallow, values, self._noise[kind])
        return _map_numbered(shallow, plain, shallow, values)

    def _step(self, inputs: Any, state: Any, step: Callable[..., Any], **kwargs: Any) -> Any:
        if _drops(self._input_keep_prob):
            inputs = self._dropped(inputs, "input", self._input_keep_prob)
        output, new_state = step(inputs, state, **kwargs)
        if _drops(self._state_keep_prob):
            filtered = nest.get_traverse_shallow_structure(self._filter, new_state)
            new_state = self._dropped(new_state, "state", self._state_keep_prob, filtered)
        if _drops(self._output_keep_prob):
            output = self._dropped(output, "output", self._output_keep_prob)
        return output, new_state


def _drops(probability: Any) -> bool:
    return not isinstance(probability, numbers.Real) or probability < 1


def _probability(name: str, value: Any) -> Any:
    """A probability as a number where it is known, otherwise as a tensor."""
    tensor = convert_to_tensor(value)
    known = constant_value(tensor)
    if known is None:
        return tensor
    if known < 0 or known > 1:
        raise ValueError(f"Parameter {name} must be between 0 and 1: {int(known)}")
    return float(known)


class ResidualWrapper(CellWrapper):
    """A cell whose inputs are added to its outputs.

    Args:
        cell: the cell.
        residual_fn: a function ``(inputs, outputs)`` to use in place of the sum.
    """

    def __init__(self, cell: Any, residual_fn: Callable[[Any, Any], Any] | None = None,
                 **kwargs: Any) -> None:  # fmt: skip
        super().__init__(cell, **kwargs)
        self._residual_fn = residual_fn

    def _step(self, inputs: Any, state: Any, step: Callable[..., Any], **kwargs: Any) -> Any:
        outputs, new_state = step(inputs, state, **kwargs)
        return (self._residual_fn or _sum)(inputs, outputs), new_state


def _sum(inputs: Any, outputs: Any) -> Any:
    nest.assert_same_structure(inputs, outputs)
    nest.map_structure(
        lambda given, made: given.get_shape().assert_is_compatible_with(made.get_shape()),
        inputs,
        outputs,
    )
    return nest.map_structure(lambda given, made: given + made, inputs, outputs)


class DeviceWrapper(CellWrapper):
    """A cell that runs on a device of its own.

    Args:
        cell: the cell. device: a device or device function.
    """

    def __init__(self, cell: Any, device: Any, **kwargs: Any) -> None:
        super().__init__(cell, **kwargs)
        self._device = device

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        """That of the cell, on the device."""
        with (
            name_scope(f"{type(self).__name__}ZeroState", values=[batch_size]),
            device_scope(self._device),
        ):
            return self.cell.zero_state(batch_size, dtype)

    def _step(self, inputs: Any, state: Any, step: Callable[..., Any], **kwargs: Any) -> Any:
        with device_scope(self._device):
            return step(inputs, state, **kwargs)


class MultiRNNCell(RNNCell):
    """Cells on top of each other: the output of one is the input of the next.

    Args:
        cells: the cells, the lowest first.
        state_is_tuple: states are tuples, one for each cell; otherwise one tensor.

    Raises:
        ValueError: without cells, or for tuple states in one tensor.
        TypeError: when ``cells`` is no list.
    """

    def __init__(self, cells: Any, state_is_tuple: bool = True) -> None:
        super().__init__()
        self._check(cells, state_is_tuple)
        if len(set(map(id, cells))) < len(cells):
            _LOG.warning(
                "At least two cells provided to MultiRNNCell are the same object and will share "
                "weights."
            )

    def _check(self, cells: Any, state_is_tuple: bool) -> None:
        if not cells:
            raise ValueError("Must specify at least one cell for MultiRNNCell.")
        if not nest.is_sequence(cells):
            raise TypeError(f"cells must be a list or tuple, but saw: {cells}.")
        self._cells = cells
        self._state_is_tuple = state_is_tuple
        sizes = [] if state_is_tuple else [cell.state_size for cell in cells]
        if any(nest.is_sequence(size) for size in sizes):
            raise ValueError(
                "Some cells return tuples of states, but the flag state_is_tuple is not set.  "
                f"State sizes are: {sizes}"
            )

    @property
    def state_size(self) -> Any:
        """The sizes of the cells' states."""
        sizes = tuple(cell.state_size for cell in self._cells)
        return sizes if self._state_is_tuple else sum(sizes)

    @property
    def output_size(self) -> Any:
        """The size of the last cell's output."""
        return self._cells[-1].output_size

    @property
    def trainable_weights(self) -> list[Any]:
        """Those of all cells."""
        if not self.trainable:
            return []
        return [w for cell in self._layers() for w in cell.trainable_weights]

    @property
    def non_trainable_weights(self) -> list[Any]:
        """Those of all cells."""
        frozen = [w for cell in self._layers() for w in cell.non_trainable_weights]
        if self.trainable:
            return frozen
        return [w for cell in self._layers() for w in cell.trainable_weights] + frozen

    def _checkpoint_children(self) -> Iterator[tuple[str, Any]]:
        for number, cell in enumerate(self._cells):
            yield f"cell-{number}", cell

    def _layers(self) -> list[Layer]:
        return [cell for cell in self._cells if isinstance(cell, Layer)]

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        """The zero states of the cells."""
        with name_scope(f"{type(self).__name__}ZeroState", values=[batch_size]):
            if self._state_is_tuple:
                return tuple(cell.zero_state(batch_size, dtype) for cell in self._cells)
            return super().zero_state(batch_size, dtype)

    def _scope_of_cell(self, index: int) -> str:
        return f"cell_{index}"

    def call(self, inputs: Any, state: Any) -> Any:
        """One step of every cell."""
        position = 0
        new_states = []
        for i, cell in enumerate(self._cells):
            with variable_scope(self._scope_of_cell(i)):
                if not self._state_is_tuple:
                    part = slice_of(state, [0, position], [-1, cell.state_size])
                    position += cell.state_size
                elif nest.is_sequence(state):
                    part = state[i]
                else:
                    raise ValueError(
                        f"Expected state to be a tuple of length {len(self.state_size)}, but "
                        f"received: {state}"
                    )
                inputs, new_state = cell(inputs, part)
                new_states.append(new_state)
        if self._state_is_tuple:
            return inputs, tuple(new_states)
        return inputs, concat(new_states, 1)
