"""Recurrent layers: a cell along time."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from penstock.graph import nest
from penstock.keras import backend as K
from penstock.keras import regularizers
from penstock.keras import tensor_ops as ops
from penstock.keras.backend.recurrence import rnn
from penstock.keras.engine.base_layer import Layer
from penstock.keras.engine.input_spec import InputSpec
from penstock.keras.layers.recurrent_cells import (
    GRUCell,
    LSTMCell,
    SimpleRNNCell,
    StackedRNNCells,
    _Cell,
    cell_output_size,
    is_multiple_state,
    zero_states,
)
from penstock.keras.utils.objects import has_arg

_NO_BATCH_SIZE = (
    "If a RNN is stateful, it needs to know its batch size. Specify the batch size of your input "
    "tensors: \n"
    "- If using a Sequential model, specify the batch size by passing a `batch_input_shape` "
    "argument to your first layer.\n"
    "- If using the functional API, specify the batch size by passing a `batch_shape` argument to "
    "your Input layer."
)
_NO_STEPS = (
    "Cannot unroll a RNN if the time dimension is undefined. \n"
    "- If using a Sequential model, specify the time dimension by passing an `input_shape` or "
    "`batch_input_shape` argument to your first layer. If your first layer is an Embedding, you "
    "can also use the `input_length` argument.\n"
    "- If using the functional API, specify the time dimension by passing a `shape` or "
    "`batch_shape` argument to your Input layer."
)


def standardize_args(
    inputs: Any, initial_state: Any, constants: Any, num_constants: int
) -> tuple[Any, Any, Any]:
    """Inputs, states and constants apart, when they came in one list."""
    if isinstance(inputs, list):
        if initial_state is not None or constants is not None:
            raise ValueError(
                "States and constants of a recurrent layer are given in the list of inputs or as "
                "`initial_state` and `constants`, not both."
            )
        if num_constants:
            constants = inputs[-num_constants:]
            inputs = inputs[:-num_constants]
        if len(inputs) > 1:
            initial_state = inputs[1:]
        inputs = inputs[0]

    def listed(value: Any) -> Any:
        if value is None or isinstance(value, list):
            return value
        return list(value) if isinstance(value, tuple) else [value]

    return inputs, listed(initial_state), listed(constants)


def _sizes(size: Any) -> list[Any]:
    return ops.TensorShape(size if hasattr(size, "__len__") else [size]).as_list()


class RNN(Layer):
    """A cell applied to each time step of sequences ``[batch, time, ...]``.

    Args:
        cell: the cell, or a list of cells to stack.
        return_sequences: give the outputs of all steps instead of the last one's.
        return_state: give the last states after the output.
        go_backwards: begin at the end. stateful: begin with the states the last batch ended with.
        unroll: make the steps one after another instead of a loop.
        time_major: sequences are ``[time, batch, ...]``.
        **kwargs: as for ``Layer``.

    Raises:
        ValueError: when ``cell`` is no cell.
    """

    def __init__(self, cell: Any, return_sequences: bool = False, return_state: bool = False,
                 go_backwards: bool = False, stateful: bool = False, unroll: bool = False,
                 time_major: bool = False, **kwargs: Any) -> None:  # fmt: skip
        if isinstance(cell, (list, tuple)):
            cell = StackedRNNCells(cell)
        if not hasattr(cell, "call"):
            raise ValueError("`cell` should have a `call` method. The RNN was passed:", cell)
        if not hasattr(cell, "state_size"):
            raise ValueError(
                "The RNN cell should have an attribute `state_size` (tuple of integers, one "
                "integer per RNN state)."
            )
        self.zero_output_for_mask = kwargs.pop("zero_output_for_mask", False)
        if "input_shape" not in kwargs and ("input_dim" in kwargs or "input_length" in kwargs):
            kwargs["input_shape"] = (
                kwargs.pop("input_length", None), kwargs.pop("input_dim", None)
            )  # fmt: skip
        super().__init__(**kwargs)
        self.cell = cell
        self.return_sequences = return_sequences
        self.return_state = return_state
        self.go_backwards = go_backwards
        self.stateful = stateful
        self.unroll = unroll
        self.time_major = time_major
        self.supports_masking = True
        self.state_spec: Any = None
        self.constants_spec: Any = None
        self._num_constants = 0
        # Not weights: kept out of what the layer tracks.
        self.__dict__["_states"] = None

    @property
    def states(self) -> Any:
        """The variables of a stateful layer's states; ``None`` for each before they are made."""
        if self.__dict__["_states"] is None:
            return [None for _ in nest.flatten(self.cell.state_size)]
        return self.__dict__["_states"]

    @states.setter
    def states(self, states: Any) -> None:
        self.__dict__["_states"] = states

    def _state_sizes(self) -> list[Any]:
        size = self.cell.state_size
        return list(size) if is_multiple_state(size) else [size]

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the output, and of the states with ``return_state``."""
        sizes = _first_shape(input_shape).as_list()
        batch, time = (sizes[1], sizes[0]) if self.time_major else sizes[:2]
        output = _sizes(cell_output_size(self.cell))
        if not self.return_sequences:
            shape = ops.TensorShape([batch, *output])
        elif self.time_major:
            shape = ops.TensorShape([time, batch, *output])
        else:
            shape = ops.TensorShape([batch, time, *output])
        if not self.return_state:
            return shape
        states = nest.flatten(self.cell.state_size)
        return [shape, *(ops.TensorShape([batch, *_sizes(size)]) for size in states)]

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The mask of the sequences, when they are returned."""
        mask = nest.flatten(mask)[0]
        output = mask if self.return_sequences else None
        return [output, *(None for _ in nest.flatten(self.states))] if self.return_state else output

    def build(self, input_shape: Any) -> None:
        """Makes the cell's weights, and the states of a stateful layer."""
        sizes = _first_shape(input_shape).as_list()
        spec, step = list(sizes), [sizes[0], *sizes[2:]]
        batch_axis, time_axis = (1, 0) if self.time_major else (0, 1)
        if self.time_major:
            step = sizes[1:]
        if not self.stateful:
            spec[batch_axis] = None
        spec[time_axis] = None
        first = InputSpec(shape=tuple(spec))
        if self.input_spec:
            self.input_spec[0] = first
        else:
            self.input_spec = [first]
        if isinstance(self.cell, Layer) and not self.cell.built:
            self.cell.build(ops.TensorShape(step))
            self.cell.built = True
        wanted = nest.flatten(self.cell.state_size)
        if self.state_spec is not None:
            given = nest.flatten(self.state_spec)
            fits = len(given) == len(wanted) and all(
                ops.TensorShape(s.shape[1:]).is_compatible_with(ops.TensorShape(_sizes(w)))
                for s, w in zip(given, wanted)
            )
            if not fits:
                raise ValueError(
                    "An `initial_state` was passed that is not compatible with `cell.state_size`. "
                    f"Received `state_spec`={given}; however `cell.state_size` is "
                    f"{self._state_sizes()}"
                )
        else:
            self.state_spec = [InputSpec(shape=[None, *_sizes(size)]) for size in wanted]
        if self.stateful:
            self.reset_states()
        self.built = True

    def get_initial_state(self, inputs: Any) -> list[Any]:
        """States of zeros for a batch of inputs."""
        first = nest.flatten(inputs)[0]
        batch = ops.shape(first)[1 if self.time_major else 0]
        dtype = first.dtype.base_dtype
        if hasattr(self.cell, "get_initial_state"):
            states = self.cell.get_initial_state(inputs=None, batch_size=batch, dtype=dtype)
        else:
            states = zero_states(batch, self.cell.state_size, dtype)
        return list(states) if nest.is_sequence(states) else [states]

    # -- calling ----------------------------------------------------------------------------------
    def __call__(self, inputs: Any, initial_state: Any = None, constants: Any = None,
                 **kwargs: Any) -> Any:  # fmt: skip
        """Applies the cell.

        Args:
            inputs: sequences; or a list of these, states and constants.
            initial_state: the states to begin with.
            constants: tensors that the cell gets in each step.
            **kwargs: ``mask``, ``training``.
        """
        inputs, initial_state, constants = standardize_args(
            inputs, initial_state, constants, self._num_constants
        )
        if initial_state is None and constants is None:
            return super().__call__(inputs, **kwargs)
        more: list[Any] = []
        specs: list[Any] = []
        if initial_state is not None:
            more += initial_state
            self.state_spec = [InputSpec(shape=K.int_shape(s)) for s in nest.flatten(initial_state)]
            specs += self.state_spec
        if constants is not None:
            more += constants
            self.constants_spec = [InputSpec(shape=K.int_shape(c)) for c in constants]
            self._num_constants = len(constants)
            specs += self.constants_spec
        flat = nest.flatten(more)
        from_keras = hasattr(flat[0], "_keras_history")
        if any(hasattr(t, "_keras_history") != from_keras for t in flat):
            raise ValueError(
                "The initial state or constants of an RNN layer cannot be specified with a mix of "
                'Keras tensors and non-Keras tensors (a "Keras tensor" is a tensor that was '
                "returned by a Keras layer, or by `Input`)"
            )
        if from_keras:
            own = list(self.input_spec or [None])
            self.input_spec = [own[0] if self.built else None, *specs]
            try:
                return super().__call__([inputs, *more], **kwargs)
            finally:
                self.input_spec = self.input_spec[:1]
        if initial_state is not None:
            kwargs["initial_state"] = initial_state
        if constants is not None:
            kwargs["constants"] = constants
        return super().__call__(inputs, **kwargs)

    def _begin(self, inputs: Any, initial_state: Any, constants: Any) -> tuple[Any, Any, Any]:
        if isinstance(inputs, list):
            count = self._num_constants
            states = inputs[1:-count] if count else inputs[1:]
            constants = inputs[-count:] if count else constants
            initial_state = states or initial_state
            inputs = inputs[0]
        if initial_state is None:
            if self.stateful:
                initial_state = [ops.identity(state) for state in nest.flatten(self.states)]
                initial_state = nest.pack_sequence_as(self._state_sizes(), initial_state)
            else:
                initial_state = self.get_initial_state(inputs)
        given, wanted = len(nest.flatten(initial_state)), len(nest.flatten(self.cell.state_size))
        if given != wanted:
            raise ValueError(f"Layer has {wanted} states but was passed {given} initial states.")
        return inputs, initial_state, constants

    def call(self, inputs: Any, mask: Any = None, training: Any = None, initial_state: Any = None,
             constants: Any = None) -> Any:  # fmt: skip
        """Applies the cell.

        Args:
            inputs: sequences, or a list of these, states and constants.
            mask: ``[batch, time]``: steps to pass over where false. training: for the cell.
            initial_state: the states to begin with. constants: for the cell.
        """
        inputs, initial_state, constants = self._begin(inputs, initial_state, constants)
        mask = nest.flatten(mask)[0] if mask is not None else None
        _forget_masks(self.cell)
        first = nest.flatten(inputs)[0]
        if self.unroll and K.int_shape(first)[0 if self.time_major else 1] is None:
            raise ValueError(_NO_STEPS)
        if _projects(self.cell) and not constants:
            last, outputs, states = self._projected(inputs, mask, training, initial_state)
        else:
            last, outputs, states = rnn(
                self._step(training), inputs, initial_state, constants=constants,
                go_backwards=self.go_backwards, mask=mask, unroll=self.unroll,
                time_major=self.time_major, zero_output_for_mask=self.zero_output_for_mask,
            )  # fmt: skip
        return self._results(last, outputs, states)

    def _results(self, last: Any, outputs: Any, states: Any) -> Any:
        if self.stateful:
            variables = nest.flatten(self.states)
            self.add_update([v.assign(new) for v, new in zip(variables, nest.flatten(states))])
        output = outputs if self.return_sequences else last
        if not self.return_state:
            return output
        return [output, *(states if isinstance(states, (list, tuple)) else [states])]

    def _step(self, training: Any) -> Any:
        given = {"training": training} if has_arg(self.cell.call, "training", True) else {}
        takes_constants = has_arg(self.cell.call, "constants")
        if self._num_constants and not takes_constants:
            raise ValueError("RNN cell does not support constants")

        def step(inputs: Any, states: Any) -> Any:
            more = dict(given)
            if self._num_constants:
                more["constants"] = list(states[-self._num_constants :])
                states = states[: -self._num_constants]
            output, new_states = self.cell.call(inputs, list(states), **more)
            return output, new_states if nest.is_sequence(new_states) else [new_states]

        return step

    def _projected(self, inputs: Any, mask: Any, training: Any, initial_state: Any) -> Any:
        """The cell's product of inputs and kernel is made for all steps at once."""
        if not self.time_major:
            inputs = ops.transpose(inputs, (1, 0, 2))
            mask = None if mask is None else ops.transpose(mask, (1, 0))
        input_masks, state_masks = self.cell.masks(inputs[0], initial_state[0], training)
        projected = self.cell.project(inputs, input_masks)

        def step(projected: Any, states: Any) -> Any:
            return self.cell.step(projected, states, state_masks)

        last, outputs, states = rnn(
            step, projected, initial_state, go_backwards=self.go_backwards, mask=mask,
            unroll=self.unroll, time_major=True, zero_output_for_mask=self.zero_output_for_mask,
        )  # fmt: skip
        if not self.time_major and self.return_sequences:
            outputs = ops.transpose(outputs, (1, 0, 2))
        return last, outputs, states

    # -- state ------------------------------------------------------------------------------------
    def _state_shapes(self) -> list[list[int]]:
        spec = self.input_spec[0].shape if self.input_spec and self.input_spec[0] else None
        batch = spec[1 if self.time_major else 0] if spec is not None else None
        if not batch:
            raise ValueError(_NO_BATCH_SIZE)
        return [[batch, *_sizes(size)] for size in nest.flatten(self.cell.state_size)]

    def reset_states(self, states: Any = None) -> None:
        """Sets the states of a stateful layer.

        Args:
            states: arrays; zeros when left out.

        Raises:
            AttributeError: when the layer isn't stateful.
            ValueError: when the batch size isn't known, or for arrays of other shapes.
        """
        if not self.stateful:
            raise AttributeError("Layer must be stateful.")
        shapes = self._state_shapes()
        if self.__dict__["_states"] is None:
            self.states = [K.variable(np.zeros(shape), dtype=self.dtype) for shape in shapes]
            if states is None:
                return
        values = [np.zeros(shape) for shape in shapes] if states is None else nest.flatten(states)
        if len(values) != len(shapes):
            raise ValueError(
                f"Layer {self.name} expects {len(shapes)} states, but it received {len(values)} "
                f"state values. Input received: {states}"
            )
        for number, (value, shape) in enumerate(zip(values, shapes)):
            if list(np.shape(value)) != shape:
                raise ValueError(
                    f"State {number} is incompatible with layer {self.name}: expected "
                    f"shape={tuple(shape)}, found shape={np.shape(value)}"
                )
        K.batch_set_value(list(zip(nest.flatten(self.states), values)))

    # -- configuration ----------------------------------------------------------------------------
    def _own_config(self) -> dict[str, Any]:
        config: dict[str, Any] = {
            "return_sequences": self.return_sequences, "return_state": self.return_state,
            "go_backwards": self.go_backwards, "stateful": self.stateful, "unroll": self.unroll,
            "time_major": self.time_major,
        }  # fmt: skip
        if self._num_constants:
            config["num_constants"] = self._num_constants
        if self.zero_output_for_mask:
            config["zero_output_for_mask"] = self.zero_output_for_mask
        return {**Layer.get_config(self), **config}

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        cell = {"class_name": type(self.cell).__name__, "config": self.cell.get_config()}
        return {**self._own_config(), "cell": cell}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """The layer that ``get_config`` described."""
        from penstock.keras.layers.serialization import deserialize

        config = dict(config)
        count = config.pop("num_constants", 0)
        layer = cls(deserialize(config.pop("cell"), custom_objects), **config)
        layer._num_constants = count
        return layer


def _first_shape(input_shape: Any) -> Any:
    """The shape of the sequences, when shapes of states and constants came with it."""
    if isinstance(input_shape, (list, tuple)) and input_shape:
        if isinstance(input_shape[0], (list, tuple, ops.TensorShape)):
            input_shape = input_shape[0]
    return ops.TensorShape(input_shape)


def _projects(cell: Any) -> bool:
    return (
        isinstance(cell, _Cell)
        and type(cell).call is _Cell.call
        and type(cell).project is _Cell.project
    )


def _forget_masks(cell: Any) -> None:
    """Has cells draw new masks of dropout."""
    for each in getattr(cell, "cells", [cell]):
        if hasattr(each, "reset_dropout_mask"):
            each.reset_dropout_mask()
            each.reset_recurrent_dropout_mask()


def _of_cell(name: str) -> Any:
    return property(lambda self: getattr(self.cell, name), doc=f"The cell's ``{name}``.")


class _CellLayer(RNN):
    """A recurrent layer whose arguments are those of its cell."""

    def _finish(self, activity_regularizer: Any) -> None:
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self.input_spec = [InputSpec(ndim=3)]

    units = _of_cell("units")
    activation = _of_cell("activation")
    use_bias = _of_cell("use_bias")
    kernel_initializer = _of_cell("kernel_initializer")
    recurrent_initializer = _of_cell("recurrent_initializer")
    bias_initializer = _of_cell("bias_initializer")
    kernel_regularizer = _of_cell("kernel_regularizer")
    recurrent_regularizer = _of_cell("recurrent_regularizer")
    bias_regularizer = _of_cell("bias_regularizer")
    kernel_constraint = _of_cell("kernel_constraint")
    recurrent_constraint = _of_cell("recurrent_constraint")
    bias_constraint = _of_cell("bias_constraint")
    dropout = _of_cell("dropout")
    recurrent_dropout = _of_cell("recurrent_dropout")

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        cell = self.cell.get_config()
        for name in ("name", "trainable", "dtype", "batch_input_shape"):
            cell.pop(name, None)
        config = self._own_config()
        config.pop("num_constants", None)
        return {
            **config, **cell,
            "activity_regularizer": regularizers.serialize(self.activity_regularizer),
        }  # fmt: skip

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """The layer that ``get_config`` described."""
        config = dict(config)
        if config.get("implementation") == 0:
            config["implementation"] = 1
        return cls(**config)


class SimpleRNN(_CellLayer):
    """A fully connected recurrent layer; see ``SimpleRNNCell`` and ``RNN`` for the arguments.

    Input shape ``[batch, time, size]``; output shape ``[batch, units]``, or
    ``[batch, time, units]`` with ``return_sequences``.
    """

    def __init__(self, units: int, activation: Any = "tanh", use_bias: bool = True,
                 kernel_initializer: Any = "glorot_uniform",
                 recurrent_initializer: Any = "orthogonal", bias_initializer: Any = "zeros",
                 kernel_regularizer: Any = None, recurrent_regularizer: Any = None,
                 bias_regularizer: Any = None, activity_regularizer: Any = None,
                 kernel_constraint: Any = None, recurrent_constraint: Any = None,
                 bias_constraint: Any = None, dropout: float = 0.0,
                 recurrent_dropout: float = 0.0, return_sequences: bool = False,
                 return_state: bool = False, go_backwards: bool = False, stateful: bool = False,
                 unroll: bool = False, **kwargs: Any) -> None:  # fmt: skip
        if "implementation" in kwargs:
            kwargs.pop("implementation")
            warnings.warn(
                "The `implementation` argument in `SimpleRNN` has been deprecated. Please remove "
                "it from your layer call.",
                stacklevel=2,
            )
        cell = SimpleRNNCell(
            units, activation, use_bias, kernel_initializer, recurrent_initializer,
            bias_initializer, kernel_regularizer, recurrent_regularizer, bias_regularizer,
            kernel_constraint, recurrent_constraint, bias_constraint, dropout, recurrent_dropout,
            dtype=kwargs.get("dtype"),
        )  # fmt: skip
        super().__init__(cell, return_sequences, return_state, go_backwards, stateful, unroll,
                         **kwargs)  # fmt: skip
        self._finish(activity_regularizer)


class GRU(_CellLayer):
    """A gated recurrent layer; see ``GRUCell`` and ``RNN`` for the arguments.

    Input shape ``[batch, time, size]``; output shape ``[batch, units]``, or
    ``[batch, time, units]`` with ``return_sequences``.
    """

    def __init__(self, units: int, activation: Any = "tanh",
                 recurrent_activation: Any = "hard_sigmoid", use_bias: bool = True,
                 kernel_initializer: Any = "glorot_uniform",
                 recurrent_initializer: Any = "orthogonal", bias_initializer: Any = "zeros",
                 kernel_regularizer: Any = None, recurrent_regularizer: Any = None,
                 bias_regularizer: Any = None, activity_regularizer: Any = None,
                 kernel_constraint: Any = None, recurrent_constraint: Any = None,
                 bias_constraint: Any = None, dropout: float = 0.0,
                 recurrent_dropout: float = 0.0, implementation: int = 1,
                 return_sequences: bool = False, return_state: bool = False,
                 go_backwards: bool = False, stateful: bool = False, unroll: bool = False,
                 reset_after: bool = False, **kwargs: Any) -> None:  # fmt: skip
        cell = GRUCell(
            units, activation, recurrent_activation, use_bias, kernel_initializer,
            recurrent_initializer, bias_initializer, kernel_regularizer, recurrent_regularizer,
            bias_regularizer, kernel_constraint, recurrent_constraint, bias_constraint, dropout,
            recurrent_dropout, implementation or 1, reset_after, dtype=kwargs.get("dtype"),
        )  # fmt: skip
        super().__init__(cell, return_sequences, return_state, go_backwards, stateful, unroll,
                         **kwargs)  # fmt: skip
        self._finish(activity_regularizer)

    recurrent_activation = _of_cell("recurrent_activation")
    implementation = _of_cell("implementation")
    reset_after = _of_cell("reset_after")


class LSTM(_CellLayer):
    """A long short-term memory layer; see ``LSTMCell`` and ``RNN`` for the arguments.

    Input shape ``[batch, time, size]``; output shape ``[batch, units]``, or
    ``[batch, time, units]`` with ``return_sequences``.
    """

    def __init__(self, units: int, activation: Any = "tanh",
                 recurrent_activation: Any = "hard_sigmoid", use_bias: bool = True,
                 kernel_initializer: Any = "glorot_uniform",
                 recurrent_initializer: Any = "orthogonal", bias_initializer: Any = "zeros",
                 unit_forget_bias: bool = True, kernel_regularizer: Any = None,
                 recurrent_regularizer: Any = None, bias_regularizer: Any = None,
                 activity_regularizer: Any = None, kernel_constraint: Any = None,
                 recurrent_constraint: Any = None, bias_constraint: Any = None,
                 dropout: float = 0.0, recurrent_dropout: float = 0.0, implementation: int = 1,
                 return_sequences: bool = False, return_state: bool = False,
                 go_backwards: bool = False, stateful: bool = False, unroll: bool = False,
                 **kwargs: Any) -> None:  # fmt: skip
        cell = LSTMCell(
            units, activation, recurrent_activation, use_bias, kernel_initializer,
            recurrent_initializer, bias_initializer, unit_forget_bias, kernel_regularizer,
            recurrent_regularizer, bias_regularizer, kernel_constraint, recurrent_constraint,
            bias_constraint, dropout, recurrent_dropout, implementation or 1,
            dtype=kwargs.get("dtype"),
        )  # fmt: skip
        super().__init__(cell, return_sequences, return_state, go_backwards, stateful, unroll,
                         **kwargs)  # fmt: skip
        self._finish(activity_regularizer)

    recurrent_activation = _of_cell("recurrent_activation")
    unit_forget_bias = _of_cell("unit_forget_bias")
    implementation = _of_cell("implementation")


__all__ = ["GRU", "LSTM", "RNN", "SimpleRNN"]
